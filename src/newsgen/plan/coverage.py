"""Articles over time: bars, their axis, and the small lines of an index; all as whole numbers of a grid, so that the
same articles give the same bytes.

Entries come oldest first, so what falls into one year, month or bucket stands side by side: counting asks for the ends
of these runs and not for every entry.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from newsgen.dates import Moment, Precision
from newsgen.model import Archive, Entry, Link, Page, Taxonomy, Term
from newsgen.plan.contexts import Bar, CompareContext, ComparedRow, ComparedTerm, Comparison, Plot, Tick
from newsgen.words import Words

__all__ = [
    "ARCHIVE_URL",
    "Axis",
    "Run",
    "any_comparison",
    "compare_link",
    "compare_page",
    "plot",
    "sparkline",
]

ARCHIVE_URL = "/archive/"
COMPARE_URL = f"{ARCHIVE_URL}compare/"
HEIGHT = 100
_FEWEST = 2  # of HEIGHT: the bar of a single article is still seen
# A bar of one or two articles is not as tall as the whole plot, where there are no taller ones.
_LEAST_SCALE = 3
_MOST_BARS = 240
_SPANS = (1, 2, 5, 10, 20, 50, 100)
# Up to so many years are drawn by month; side by side up to more, since there every plot is small.
_YEARS_BY_MONTH, _COMPARED_BY_MONTH = 3, 10
# A bar takes this part of its place, and no more than this part of the whole line, in hundredths.
_BAR, _WIDEST_BAR = 72, 5
_WIDE_LABELS, _NARROW_LABELS = 13, 7

_SPARK_BUCKETS = 20
_SPARK_HEIGHT = 6

_COMPARED = ("sections", "tags")
_MOST_COMPARED = 24


class Run(NamedTuple):
    """Neighbouring entries that have one value in common: the value, how many, and where the newest of them stands."""

    value: int
    articles: int
    newest: int


class Axis(NamedTuple):
    """A line of time in `places`, of `size` years each, or of one month each. `first` is a year, or a month
    counted from the start of the year 0.
    """

    first: int
    size: int
    places: int
    by_month: bool

    def place(self, entry: Entry) -> int:
        """Return the place of an entry, from 0."""
        local = entry.date.local
        if self.by_month:
            return local.year * 12 + local.month - 1 - self.first
        return (local.year - self.first) // self.size

    def years(self, place: int) -> tuple[int, int]:
        """Return the first and the last year of a place."""
        if self.by_month:
            year = (self.first + place) // 12
            return year, year
        start = self.first + place * self.size
        return max(start, 1), min(start + self.size - 1, 9999)

    def label(self, place: int, words: Words) -> str:
        """Return what a place is called: "1969", "1960–1969" or "July 1969"."""
        first, last = self.years(place)
        if self.by_month:
            return words.date(Moment(datetime(first, (self.first + place) % 12 + 1, 1), 0, Precision.MONTH))
        return str(first) if first == last else f"{first}–{last}"

    @property
    def unit(self) -> str:
        """What a place is: "month", "year" or "years"."""
        return "month" if self.by_month else "year" if self.size == 1 else "years"


def _runs(entries: Sequence[Entry], value_of: Callable[[Entry], int]) -> Iterator[Run]:
    """Yield the runs of entries with the same value; values must not fall from one entry to the next."""
    start, end = 0, len(entries)
    while start < end:
        value = value_of(entries[start])
        stop = bisect_right(entries, value, lo=start + 1, hi=end, key=value_of)
        yield Run(value, stop - start, stop - 1)
        start = stop


def _axis_of(entries: Sequence[Entry], by_month: int = _YEARS_BY_MONTH) -> Axis:
    """Return the axis from the first to the last year of entries.

    It has months where these are `by_month` years or fewer and all is known to the month, else years, and spans of
    years where a year each would be more than can be told apart.
    """
    first, last = entries[0].date.year, entries[-1].date.year
    if last - first < by_month and all(entry.date.precision >= Precision.MONTH for entry in entries):
        return Axis(first * 12, 1, (last - first + 1) * 12, by_month=True)
    size = next(size for size in _SPANS if last // size - first // size < _MOST_BARS)
    start = first // size * size
    return Axis(start, size, (last - start) // size + 1, by_month=False)


def plot(entries: Sequence[Entry], words: Words, url_of: Callable[[Axis, Run], str]) -> Plot | None:
    """Return the bars of entries over time, each leading where `url_of` says; None for no entries."""
    if not entries:
        return None
    axis = _axis_of(entries)
    found = list(_runs(entries, axis.place))
    most = max(run.articles for run in found)
    bars = tuple(
        Bar(axis.label(run.value, words), url_of(axis, run), run.articles, run.value, _height(run.articles, most))
        for run in found
    )
    return Plot(
        unit=axis.unit,
        places=axis.places,
        bar_width=_bar_width(axis),
        bars=bars,
        peak=next(bar for bar in bars if bar.count == most),
        ticks=tuple(_ticks(axis, words)),
    )


def _height(count: int, most: int) -> int:
    return max(_FEWEST, round(HEIGHT * count / max(most, _LEAST_SCALE)))


def _bar_width(axis: Axis) -> str:
    """Return how wide a bar is, of its place."""
    return f"{min(_BAR, _WIDEST_BAR * axis.places) / 100:.2f}".strip("0")


def _ticks(axis: Axis, words: Words) -> Iterator[Tick]:
    """Yield the labels of an axis: fewer for a phone than for a wide window, and none that would run into the ends."""
    if axis.by_month and axis.places == 12:
        for place in range(12):
            yield Tick(place, _share(place, 12), words.month(place + 1, "short"), is_wide=place % 3 != 0, is_end=False)
        return
    first, last = axis.years(0)[0], axis.years(axis.places - 1)[1]
    yield Tick(0, "0", str(first), is_wide=False, is_end=False)
    if axis.by_month or axis.places <= _NARROW_LABELS:
        step = 12 if axis.by_month else 1
        for place in range(step, axis.places, step):
            label = str(axis.years(place)[0])
            yield Tick(place, _share(place, axis.places), label, is_wide=False, is_end=False)
        return
    wide, narrow = _steps(last - first + 1)
    for year in range(-(-first // wide) * wide, last, wide):
        place = (year - axis.first) // axis.size
        share = place / axis.places
        if 0.04 < share < 0.95:
            is_wide = bool(year % narrow) or not 0.12 < share < 0.84
            yield Tick(place, _share(place, axis.places), str(year), is_wide=is_wide, is_end=False)
    yield Tick(axis.places, "100", str(last), is_wide=False, is_end=True)


def _steps(years: int) -> tuple[int, int]:
    """Return from label to label how many years lie in a wide window, and on a phone: the latter a multiple."""
    sizes = [digit * 10**power for power in range(4) for digit in (1, 2, 5)]
    wide = next((size for size in sizes if years / size <= _WIDE_LABELS), sizes[-1])
    narrow = next((size for size in sizes if years / size <= _NARROW_LABELS and size % wide == 0), sizes[-1])
    return wide, narrow


def _share(place: int, count: int) -> str:
    """Return a place as a part of the line, in percent."""
    return f"{100 * place / count:.2f}".rstrip("0").rstrip(".")


def sparkline(entries: Sequence[Entry], first: int, last: int) -> str:
    """Return the articles of a term as the path of a small plot, on the line from the year `first` to `last`.

    It stands in a box of 20 by 6: steps from the ground up, nothing where there was nothing.
    """
    start = datetime(first, 1, 1).toordinal()
    days = datetime(last, 12, 31).toordinal() - start + 1

    def bucket(entry: Entry) -> int:
        return (entry.date.local.toordinal() - start) * _SPARK_BUCKETS // days

    found = list(_runs(entries, bucket))
    most = max(run.articles for run in found)
    return _path([(run.value, max(1, round(_SPARK_HEIGHT * run.articles / most))) for run in found], _SPARK_HEIGHT)


def _path(bars: Sequence[tuple[int, int]], height: int) -> str:
    """Return bars, each a place and its height, as one path of steps in a box of `height`; equal neighbours join."""
    parts: list[str] = []
    before, level, width = -1, 0, 0
    for place, tall in bars:
        if parts and place == before + 1 and tall == level:
            width += 1
        else:
            if parts:
                parts.append(f"h{width}")
            if not parts:
                parts.append(f"M{place} {height}")
            elif place > before + 1:
                parts.append(f"V{height}H{place}")
            parts.append(f"V{height - tall}")
            width = 1
        before, level = place, tall
    return "".join([*parts, f"h{width}V{height}"]) if parts else ""


def compare_link(archive: Archive, taxonomy: str) -> Link | None:
    """Return the link to where the terms of a taxonomy are compared; None where they are not."""
    if taxonomy not in _COMPARED or len(archive.by_term(taxonomy)) < 2:
        return None
    return Link(archive.site.words.text("compare"), f"{COMPARE_URL}#newsgen-{taxonomy}")


def any_comparison(archive: Archive) -> Link | None:
    """Return the link to the whole comparison; None where there is nothing to compare."""
    has_any = any(compare_link(archive, taxonomy.name) for taxonomy in archive.site.taxonomies)
    return Link(archive.site.words.text("compare"), COMPARE_URL) if has_any else None


def compare_page(archive: Archive) -> Iterator[Page]:
    """Yield the page that sets the most used sections and tags side by side, each over the archive's whole time."""
    groups = [taxonomy for taxonomy in archive.site.taxonomies if compare_link(archive, taxonomy.name)]
    if not groups:
        return
    axis, words = _axis_of(archive.entries, _COMPARED_BY_MONTH), archive.site.words
    groups.sort(key=lambda taxonomy: _COMPARED.index(taxonomy.name))
    yield Page(
        url=COMPARE_URL,
        template="compare.html",
        context=CompareContext(
            unit=axis.unit,
            places=axis.places,
            earliest=archive.entries[0].date.year,
            latest=archive.entries[-1].date.year,
            groups=tuple(_comparison(taxonomy, archive.by_term(taxonomy.name), axis, words) for taxonomy in groups),
        ),
        kind="compare",
        title=words.text("compare"),
        section=ARCHIVE_URL,
    )


def _comparison(taxonomy: Taxonomy, terms: Mapping[Term, Sequence[Entry]], axis: Axis, words: Words) -> Comparison:
    ranked = sorted(terms.items(), key=lambda item: (-len(item[1]), item[0].slug))[:_MOST_COMPARED]
    found = {term: list(_runs(entries, axis.place)) for term, entries in ranked}
    most = max(run.articles for term_runs in found.values() for run in term_runs)
    counts = {term: {run.value: run.articles for run in term_runs} for term, term_runs in found.items()}
    places = sorted({place for of_term in counts.values() for place in of_term})
    return Comparison(
        name=taxonomy.name,
        index=Link(taxonomy.title, taxonomy.url),
        total=len(terms),
        most=most,
        terms=tuple(
            ComparedTerm(
                term, len(entries), _path([(run.value, _height(run.articles, most)) for run in found[term]], HEIGHT)
            )
            for term, entries in ranked
        ),
        rows=tuple(
            ComparedRow(axis.label(place, words), tuple(of_term.get(place, 0) for of_term in counts.values()))
            for place in places
        ),
    )
