"""The names under which articles stand -> terms, each with one slug and one URL."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from newsgen import permalink
from newsgen.errors import ContentError, Location, Problem
from newsgen.load.parsing import Parsed
from newsgen.model import Site, Taxonomy, Term

__all__ = ["Terms"]


class Terms:
    """The terms of a site's articles, given in their total order, so that the oldest article's spelling is shown.

    `errors` are the names that give no URL or that of another term, with the files that they stand in.
    """

    def __init__(self, site: Site, parsed: Sequence[Parsed]) -> None:
        self.errors: list[tuple[str, ContentError]] = []
        self._site = site
        self._terms: dict[tuple[str, str], Term] = {}
        # Those who write together once do so again: one value for all their articles.
        self._together: dict[tuple[str, tuple[str, ...]], tuple[Term, ...]] = {}
        for taxonomy in site.taxonomies:
            known: dict[str, tuple[Term, str]] = {}
            for item in parsed:
                for name in self._names(item, taxonomy.name):
                    if (taxonomy.name, name) not in self._terms:
                        self._add(taxonomy, name, item, known)

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

    def _add(self, taxonomy: Taxonomy, name: str, item: Parsed, known: dict[str, tuple[Term, str]]) -> None:
        """Make a term, or find the one that `name` is another spelling of; `known` are terms and files by slug."""
        fixed = {key.casefold(): slug for key, slug in taxonomy.slugs}
        slug = fixed.get(name.casefold()) or permalink.slug_of(name)
        try:
            permalink.check_slug(slug)
        except ValueError:
            self._refuse(taxonomy, name, item, f"the {taxonomy.singular} {name!r} gives no URL")
            return
        new = Term(taxonomy.name, name, slug, f"{taxonomy.url}{quote(slug)}/")
        term, owner = known.setdefault(slug, (new, item.path))
        if permalink.fold(term.name) != permalink.fold(name) and name.casefold() not in fixed:
            message = (
                f"the {taxonomy.singular} {name!r} would have the URL {term.url}, that of {term.name!r} (in {owner})"
            )
            self._refuse(taxonomy, name, item, message)
            return
        self._terms[(taxonomy.name, name)] = term

    def _refuse(self, taxonomy: Taxonomy, name: str, item: Parsed, message: str) -> None:
        place = Location(item.path, item.fields.lines.get(taxonomy.name, 0))
        hint = f"in newsgen.yaml, write 'taxonomies: {{{taxonomy.name}: {{slugs: {{{name!r}: ...}}}}}}'"
        self.errors.append((item.path, ContentError(Problem(message, place, hint))))
