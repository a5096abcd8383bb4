"""Which other articles a reader of one may want: by rare terms that both have, links between them, nearness in time.

All is counted in whole numbers, and coarsely: how rare a term is goes by powers of two. So one article more or less
hardly ever changes what stands on the pages of others.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from newsgen.model import Archive, Article, Entry, Term
from newsgen.plan.contexts import Related

__all__ = ["related_coverage"]

_MOST = 5
# Of each term, so many articles before and after are looked at: enough for the newest, which has none after it.
_REACH = 5
# Of an article that stands under very many terms, the rarest count; and so many are named as the reason.
_MOST_TERMS = 20
_MOST_NAMED = 3
# A term that more than about a quarter of the archive has is no reason.
_LEAST_WEIGHT = 2
# What a term counts for each power of two by which it is rare, beside nearness; a link counts more than any term.
_RARENESS = 2
_LINK = 80
# What nearness counts, by the binary digits of the days between: within a day 3, two weeks 2, four months 1.
_NEARNESS = (3, 3, 2, 2, 2, 1, 1, 1, *[0] * 20)
# The worth, the days and the place of a candidate in one number: a date has less than 4 million days.
_GAP, _WORTH = 32, 56
_PLACE = (1 << _GAP) - 1
# Where an article belongs, and who wrote it, does not say what it is about.
_NO_SUBJECTS = ("sections", "authors")


class _Subjects(NamedTuple):
    """What the articles are about: terms by number, the rarest first.

    `rows` are the terms of each entry that count; `members` the places of the entries under each term.
    """

    names: list[str]
    weights: list[int]
    rows: list[tuple[int, ...]]
    members: list[array[int]]


def related_coverage(
    archive: Archive, shown: Mapping[str, Collection[str]] | None = None
) -> dict[str, tuple[Related, ...]]:
    """Return, by URL of an entry, up to five others that go with it, the best first.

    `shown` are, by URL of an entry, the URLs to which its page leads in another place. The time grows with the number
    of entries, of their terms and of their links, however many articles stand under one term.
    """
    entries = archive.entries
    subjects = _subjects(entries)
    links = _links(entries, archive.articles)
    days = array("l", [entry.date.local.toordinal() for entry in entries])
    # Entries are taken in order, so the place of each among those of a term is the number of those before it.
    before = [0] * len(subjects.names)
    named: dict[tuple[int, ...], tuple[str, ...]] = {}
    result: dict[str, tuple[Related, ...]] = {}
    for number, entry in enumerate(entries):
        row = subjects.rows[number]
        found = set[int]()
        for term in row:
            place = before[term]
            before[term] += 1
            found.update(subjects.members[term][max(0, place - _REACH) : place + _REACH + 1])
        linked, linking = links.of(number)
        found.update(linked, linking)
        found.discard(number)
        if shown and entry.url in shown:
            found = {other for other in found if entries[other].url not in shown[entry.url]}
        if not found:
            continue
        best = []
        for other in _best(number, found, subjects, (*linked, *linking), days):
            theirs = subjects.rows[other]
            shared = tuple([term for term in row if term in theirs][:_MOST_NAMED])
            names = named.get(shared)
            if names is None:
                # Many pairs share the same few terms: one value for all of them. A tag and a series may have one name.
                names = named[shared] = tuple(dict.fromkeys(subjects.names[term] for term in shared))
            best.append(_related(entries[other], names, other in linking, other in linked))
        result[entry.url] = tuple(best)
    return result


def _best(
    number: int, found: Iterable[int], subjects: _Subjects, links: Sequence[int], days: Sequence[int]
) -> list[int]:
    """Return the best of the candidates for an entry; of those worth the same the nearer, then the later ones."""
    rows, weights = subjects.rows, subjects.weights
    row, day = rows[number], days[number]
    ranked = []
    for other in found:
        gap = abs(days[other] - day)
        worth = _NEARNESS[gap.bit_length()]
        for term in rows[other]:
            if term in row:
                worth += weights[term]
        if other in links:
            worth += _LINK * links.count(other)
        # One number is sorted faster than three.
        ranked.append((worth << _WORTH) - (gap << _GAP) + other)
    ranked.sort(reverse=True)
    return [key & _PLACE for key in ranked[:_MOST]]


def _related(entry: Entry, shared: tuple[str, ...], links_here: bool, is_linked: bool) -> Related:
    return Related(entry.title, entry.url, entry.lang, entry.date, shared, links_here, is_linked)


def _subjects(entries: Sequence[Entry]) -> _Subjects:
    """Return the terms that tell what articles are about, less those that are too common to tell anything."""
    counts = Counter(term for entry in entries for term in _terms(entry))
    size = len(entries).bit_length()
    weighed = [(size - (count - 1).bit_length(), term) for term, count in counts.items() if count > 1]
    ranked = sorted(
        [pair for pair in weighed if pair[0] >= _LEAST_WEIGHT],
        key=lambda pair: (-pair[0], pair[1].slug, pair[1].taxonomy),
    )
    numbers = {term: number for number, (_, term) in enumerate(ranked)}
    rows = [
        tuple(sorted([numbers[term] for term in _terms(entry) if term in numbers])[:_MOST_TERMS]) for entry in entries
    ]
    members = [array("l") for _ in ranked]
    for place, row in enumerate(rows):
        for number in row:
            members[number].append(place)
    weights = [_RARENESS * weight for weight, _ in ranked]
    return _Subjects([term.name for _, term in ranked], weights, rows, members)


def _terms(entry: Entry) -> Iterable[Term]:
    return (term for term in (*entry.tags, *entry.terms) if term.taxonomy not in _NO_SUBJECTS)


class _Links(NamedTuple):
    """Which entries lead to which others in their texts: from each, and to each, where there are any."""

    leading: dict[int, list[int]]
    led: dict[int, list[int]]

    def of(self, number: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return the entries that one leads to, and those that lead to it."""
        return self.leading.get(number, ()), self.led.get(number, ())


def _links(entries: Sequence[Entry], articles: Iterable[Article]) -> _Links:
    places = {entry.url: number for number, entry in enumerate(entries)}
    found = _Links({}, {})
    for article in articles:
        number = places.get(article.url)
        if number is None:
            continue
        urls = (url.partition("#")[0].partition("?")[0] for _, url in article.content.links)
        for other in dict.fromkeys(places[url] for url in urls if url in places):
            if other != number:
                found.leading.setdefault(number, []).append(other)
                found.led.setdefault(other, []).append(number)
    return found
