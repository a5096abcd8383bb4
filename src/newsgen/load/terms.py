"""The names under which articles stand -> terms, each with one slug and one URL.

A profile has authority over names: an article that says its label, one of its aliases or another spelling of these
stands under the one term whose slug is the name of the profile's file.
"""

from __future__ import annotations

from collections.abc import Sequence

from newsgen import permalink
from newsgen.errors import ContentError, Location, Problem
from newsgen.load.authority import Authority
from newsgen.load.parsing import Parsed, taxonomy_of
from newsgen.model import Site, Taxonomy, Term

__all__ = ["Terms"]


class Terms:
    """The terms of a site's articles, given in their total order, so that the oldest article's spelling is shown.

    `unbuilt` are the articles that are known and left out: a profile may wait for them; None where some cannot be read.
    `errors` are the names that give no URL or that of another term, and the profiles that cannot stand, with the files
    that they are in. `profiles` are those of terms that articles stand under, by term; `aliases` the URLs that their
    other names would have.
    """

    def __init__(
        self,
        site: Site,
        parsed: Sequence[Parsed],
        profiles: Sequence[Parsed] = (),
        unbuilt: Sequence[Parsed] | None = (),
    ) -> None:
        self.errors: list[tuple[str, ContentError]] = []
        self.profiles: dict[Term, Parsed] = {}
        self.aliases: dict[str, Term] = {}
        self._site = site
        self._terms: dict[tuple[str, str], Term] = {}
        # Those who write together once do so again: one value for all their articles.
        self._together: dict[tuple[str, tuple[str, ...]], tuple[Term, ...]] = {}
        for taxonomy in site.taxonomies:
            authority = Authority(taxonomy, [item for item in profiles if taxonomy_of(item.path) == taxonomy.name])
            known = authority.named()
            for item in parsed:
                for name in self._names(item, taxonomy.name):
                    if (taxonomy.name, name) not in self._terms:
                        self._add(taxonomy, name, item, known, authority)
            used = {term.slug: term for (of, _), term in self._terms.items() if of == taxonomy.name}
            if unbuilt is not None:
                waiting = {authority.slug_of(name) for item in unbuilt for name in self._names(item, taxonomy.name)}
                authority.refuse_unused(used, waiting)
            self.profiles |= {used[slug]: item for slug, item in authority.profiles.items() if slug in used}
            self.aliases |= authority.redirects(used)
            self.errors += authority.errors

    def of(self, item: Parsed, taxonomy: str) -> tuple[Term, ...]:
        """Return the terms of one taxonomy that an article stands under, in the written order, none twice."""
        names = self._names(item, taxonomy)
        known = self._together.get((taxonomy, names))
        if known is None:
            terms = (self._terms.get((taxonomy, name)) for name in names)
            known = self._together[taxonomy, names] = tuple(dict.fromkeys(term for term in terms if term))
        return known

    def _names(self, item: Parsed, taxonomy: str) -> tuple[str, ...]:
        """Return the written names, else what the settings give to an article without any."""
        names = item.fields.names.get(taxonomy, ())
        if not names and taxonomy == "authors":
            return self._site.author
        if not names and taxonomy == "sections" and self._site.section_from_folder:
            folder = item.path.split("/")[1]
            if item.path.count("/") > 1 and not folder.isdigit():
                return (folder.replace("-", " ").replace("_", " ").capitalize(),)
        return names

    def _add(
        self, taxonomy: Taxonomy, name: str, item: Parsed, known: dict[str, tuple[Term, str]], authority: Authority
    ) -> None:
        """Make a term, or find the one that `name` is another spelling of; `known` are terms and files by slug."""
        slug = authority.slug_of(name)
        try:
            permalink.check_slug(slug)
        except ValueError:
            self._refuse(taxonomy, name, item, f"the {taxonomy.singular} {name!r} gives no URL")
            return
        term, owner = known.setdefault(slug, (authority.term(name, slug), item.path))
        if permalink.fold(term.name) != permalink.fold(name) and not authority.is_fixed(name):
            message = (
                f"the {taxonomy.singular} {name!r} would have the URL {term.url}, that of {term.name!r} (in {owner})"
            )
            is_of_profile = taxonomy_of(owner) == taxonomy.name
            self._refuse(
                taxonomy, name, item, message, f"name it among the aliases in {owner}, or " if is_of_profile else ""
            )
            return
        self._terms[(taxonomy.name, name)] = term

    def _refuse(self, taxonomy: Taxonomy, name: str, item: Parsed, message: str, way_out: str = "") -> None:
        place = Location(item.path, item.fields.lines.get(taxonomy.name, 0))
        hint = f"{way_out}in newsgen.yaml, write 'taxonomies: {{{taxonomy.name}: {{slugs: {{{name!r}: ...}}}}}}'"
        self.errors.append((item.path, ContentError(Problem(message, place, hint))))
