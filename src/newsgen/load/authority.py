"""What the profiles of a taxonomy say of names: which are one term, and what it is called."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import quote

from newsgen import permalink
from newsgen.errors import ContentError, Location, Problem
from newsgen.load.parsing import Parsed
from newsgen.model import Taxonomy, Term

__all__ = ["Authority"]

_NEAR = 0.5


class _Claim(NamedTuple):
    """A name that a profile has for its term, and the line that it stands in."""

    profile: Parsed
    line: int
    is_label: bool

    @property
    def place(self) -> Location:
        return Location(self.profile.path, self.line)


class Authority:
    """The profiles of one taxonomy, in the order of their paths. A name is compared by what `permalink.fold` leaves.

    `profiles` are those that can stand, by the slug of their term; `errors` tell of what cannot, with its file.
    """

    def __init__(self, taxonomy: Taxonomy, profiles: Sequence[Parsed]) -> None:
        self.errors: list[tuple[str, ContentError]] = []
        self.profiles: dict[str, Parsed] = {}
        self._taxonomy = taxonomy
        self._fixed = {name.casefold(): slug for name, slug in taxonomy.slugs}
        self._claims: dict[str, _Claim] = {}
        self._own_aliases: dict[str, list[tuple[str, int]]] = {}
        for profile in profiles:
            self._take_label(profile)
        for profile in self.profiles.values():
            self._take_aliases(profile)
        for slug, profile in self.profiles.items():
            # A file name that the label would not have given is one more name: "cpp" of "C++", but not "c".
            if permalink.slug_of(profile.title) != slug:
                self._claims.setdefault(permalink.fold(slug), _Claim(profile, 0, is_label=False))

    def is_fixed(self, name: str) -> bool:
        """Whether a name belongs to a term by the settings or by a profile, whatever its slug looks like."""
        return name.casefold() in self._fixed or permalink.fold(name) in self._claims

    def slug_of(self, name: str) -> str:
        """Return the slug of the term that a name means: by a profile, by the settings, or by itself."""
        claim = self._claims.get(permalink.fold(name)) if self._claims else None
        return claim.profile.slug if claim else self._fixed.get(name.casefold()) or permalink.slug_of(name)

    def term(self, name: str, slug: str) -> Term:
        """Return a new term; a profile's label comes before the name that an article uses."""
        profile = self.profiles.get(slug)
        label = profile.title if profile and profile.title else name
        return Term(self._taxonomy.name, label, slug, self._url(slug))

    def named(self) -> dict[str, tuple[Term, str]]:
        """Return the terms whose name a profile gives, by slug, each with the profile's file."""
        return {slug: (self.term("", slug), item.path) for slug, item in self.profiles.items() if item.title}

    def refuse_unused(self, used: Mapping[str, Term], waiting: Collection[str]) -> None:
        """Take each profile for an error whose term is neither `used` by articles nor has any `waiting`."""
        names = {name: term for term in used.values() for name in (term.name, term.slug)}
        for slug, profile in self.profiles.items():
            if slug in used or slug in waiting:
                continue
            near = get_close_matches(profile.title, names, 1, _NEAR) or get_close_matches(slug, names, 1, _NEAR)
            kind = self._taxonomy.singular
            hint = f"remove it, or give an article this {kind}"
            if near:
                term = names[near[0]]
                hint = f"the nearest {kind} is {term.name!r}: its profile would be named {term.slug}.md"
            place = Location(profile.path, profile.fields.lines.get("title", 0))
            self._refuse(f"no article has the {kind} {profile.title or slug!r}", place, hint)

    def redirects(self, used: Mapping[str, Term]) -> Iterator[tuple[str, Term]]:
        """Yield the URL that each alias of a `used` term would have, with the term; a URL that is taken is an error."""
        taken: dict[str, str] = {slug: term.name for slug, term in used.items()}
        for slug, aliases in self._own_aliases.items():
            for alias, line in aliases if slug in used else ():
                own = self._fixed.get(alias.casefold()) or permalink.slug_of(alias)
                if own == slug or not _is_slug(own):
                    continue
                other = taken.setdefault(own, used[slug].name)
                if own in used or other != used[slug].name:
                    message = f"the alias {alias!r} would have the URL {self._url(own)}, that of {other!r}"
                    self._refuse(message, Location(self.profiles[slug].path, line), "remove the alias")
                else:
                    yield self._url(own), used[slug]

    # What the profiles claim

    def _take_label(self, profile: Parsed) -> None:
        slug, title = profile.slug, profile.title
        place = Location(profile.path, profile.fields.lines.get("title", 0))
        proper = permalink.slug_of(slug)
        if slug not in (proper, *self._fixed.values()):
            message = f"{slug!r} is the slug of no {self._taxonomy.singular}"
            hint = f"rename the file to {proper}.md" if proper else "rename the file"
            self._refuse(message, Location(profile.path), hint)
            return
        if slug in self.profiles:
            message = f"{self.profiles[slug].path} is the profile of this {self._taxonomy.singular} already"
            self._refuse(message, Location(profile.path), "keep one of the two")
            return
        folded = permalink.fold(title)
        other = self._claims.get(folded)
        if other and folded:
            message = f"the name {title!r} is that of {other.profile.path} as well"
            self._refuse(message, place, f"give each {self._taxonomy.singular} a name of its own")
            return
        self.profiles[slug] = profile
        self._own_aliases[slug] = []
        if title and self._agrees_with_settings(title, slug, place) and folded:
            self._claims[folded] = _Claim(profile, place.line, is_label=True)

    def _take_aliases(self, profile: Parsed) -> None:
        for alias, line in profile.fields.profile.aliases if profile.fields.profile else ():
            folded, place = permalink.fold(alias), Location(profile.path, line)
            other = self._claims.get(folded)
            named = self.profiles.get(permalink.slug_of(alias), profile)
            if other and other.profile is not profile:
                self._refuse_alias(alias, place, profile, other)
            elif named is not profile:
                message = f"the alias {alias!r} would have the URL {self._url(named.slug)}, that of {named.path}"
                self._refuse(message, place, "remove the alias, or that profile")
            elif folded and self._agrees_with_settings(alias, profile.slug, place):
                self._own_aliases[profile.slug].append((alias, line))
                self._claims.setdefault(folded, _Claim(profile, line, is_label=False))

    def _refuse_alias(self, alias: str, place: Location, profile: Parsed, other: _Claim) -> None:
        kind = self._taxonomy.singular
        if not other.is_label:
            message = f"the alias {alias!r} is claimed in {other.place} as well"
            self._refuse(message, place, f"leave it to one {kind}")
            return
        own = permalink.fold(profile.title or profile.slug)
        back = other.profile.fields.profile
        lines = [line for name, line in (back.aliases if back else ()) if permalink.fold(name) == own]
        if lines:
            there = Location(other.profile.path, lines[0])
            message = f"the alias {alias!r} leads to {there}, and the alias there leads back: a loop"
            self._refuse(message, place, "keep one of the two profiles, with the name of the other as its alias")
        else:
            message = f"the alias {alias!r} is the name of another {kind}, in {other.place}"
            self._refuse(message, place, "remove the alias, or that profile")

    def _agrees_with_settings(self, name: str, slug: str, place: Location) -> bool:
        fixed = self._fixed.get(name.casefold(), slug)
        if fixed != slug:
            self._refuse(
                f"newsgen.yaml gives {name!r} the slug {fixed!r}, and this file {slug!r}", place, "keep one of the two"
            )
        return fixed == slug

    def _url(self, slug: str) -> str:
        return f"{self._taxonomy.url}{quote(slug)}/"

    def _refuse(self, message: str, place: Location, hint: str) -> None:
        self.errors.append((place.path, ContentError(Problem(message, place, hint))))


def _is_slug(text: str) -> bool:
    try:
        permalink.check_slug(text)
    except ValueError:
        return False
    return True
