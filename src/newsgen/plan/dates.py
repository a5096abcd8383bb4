"""Pages by date: year, month, day and the overview of the whole archive; and lists grouped under their dates."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from newsgen.dates import Moment, Precision
from newsgen.model import Archive, Entry, Link, Page
from newsgen.plan.contexts import (
    ArchiveContext,
    ArchiveYear,
    DayContext,
    DayGroup,
    Decade,
    DecadeYears,
    MapDay,
    MonthCalendar,
    MonthContext,
    MonthCount,
    Tick,
    WeekDay,
    YearContext,
    YearCount,
    YearMap,
)
from newsgen.plan.coverage import ARCHIVE_URL, Axis, Run, any_comparison, plot
from newsgen.words import Words

__all__ = [
    "archive_page",
    "date_links",
    "date_pages",
    "date_url",
    "day_groups",
    "day_of_year",
    "level",
    "year_counts",
]

_LEVELS = 4
_LONGEST_LIST = 200
_LEAP_YEAR = 2000  # any year that has 29 February


def date_url(year: int, month: int | None = None, day: int | None = None) -> str:
    """Return the URL of the page of a year, a month or a day."""
    return f"/{year:04}/" + (f"{month:02}/" if month else "") + (f"{day:02}/" if month and day else "")


@lru_cache(maxsize=1000)
def day_of_year(month: int, day: int, words: Words) -> Link:
    """Return the link to the page of a day in all years: "20 July"."""
    return Link(words.date(_moment((_LEAP_YEAR, month, day)), year=False), f"/on-this-day/{month:02}-{day:02}/")


def date_links(moment: Moment, words: Words) -> tuple[Link, ...]:
    """Return links to the date pages that an article stands on: year, then month and day as far as they are known."""
    return _date_links(moment.year, moment.month, moment.day, words)


@lru_cache(maxsize=10_000)
def _date_links(year: int, month: int | None, day: int | None, words: Words) -> tuple[Link, ...]:
    links = [Link(words.year(year), date_url(year))]
    if month:
        links.append(Link(words.month(month, capital=True), date_url(year, month)))
        if day:
            links.append(Link(str(day), date_url(year, month, day)))
    return tuple(links)


def day_groups(entries: Iterable[Entry]) -> tuple[DayGroup, ...]:
    """Return entries, whose order stays, under the written day, month or year that each is known to."""
    return tuple(
        DayGroup(_moment(key), date_url(*key), tuple(group)) for key, group in groupby(entries, key=_known_date)
    )


def known_day(moment: Moment) -> Moment:
    """Return the written day, month or year that a moment is known to, without its time and offset."""
    return _moment(tuple(part for part in (moment.year, moment.month, moment.day) if part is not None))


def _known_date(entry: Entry) -> tuple[int, ...]:
    """Return year, month and day as far as they are known."""
    moment = entry.date
    return tuple(part for part in (moment.year, moment.month, moment.day) if part is not None)


@lru_cache(maxsize=100_000)
def _moment(key: tuple[int, ...]) -> Moment:
    """Return the moment of a year, a month or a day: one value for all the lists in which it stands."""
    year, month, day = (*key, 1, 1)[:3]
    return Moment(datetime(year, month, day), 0, Precision(len(key)))


def year_counts(entries: Iterable[Entry]) -> tuple[YearCount, ...]:
    """Return the years that have articles, oldest first, with their number."""
    counts = Counter(entry.date.year for entry in entries)
    most = max(counts.values(), default=0)
    return tuple(YearCount(year, date_url(year), counts[year], level(counts[year], most)) for year in sorted(counts))


def level(count: int, most: int) -> int:
    """Return how a count compares with the largest beside it: 0 for none, 1 to 4 else."""
    return -(-count * _LEVELS // most) if most else 0


def archive_page(archive: Archive) -> Iterator[Page]:
    """Yield the overview of all years and months."""
    entries, words = archive.entries, archive.site.words
    months = Counter((entry.date.year, entry.date.month) for entry in entries if entry.date.month)
    most = max(months.values(), default=0)
    years = [
        ArchiveYear(
            count,
            tuple(
                MonthCount(
                    month=month,
                    name=words.month(month),
                    url=date_url(count.year, month) if months[(count.year, month)] else "",
                    count=months[(count.year, month)],
                    level=level(months[(count.year, month)], most),
                )
                for month in range(1, 13)
            ),
        )
        for count in reversed(year_counts(entries))
    ]
    decades = tuple(
        Decade(start * 10, words.text("decade_name", year=start * 10), sum(item.year.count for item in group), group)
        for start, group in (
            (start, tuple(found)) for start, found in groupby(years, lambda item: item.year.year // 10)
        )
    )
    yield Page(
        url=ARCHIVE_URL,
        template="archive.html",
        context=ArchiveContext(
            count=len(entries),
            earliest=entries[0].date.year if entries else 0,
            latest=entries[-1].date.year if entries else 0,
            coverage=plot(entries, words, lambda axis, run: _bar_url(entries, axis, run)),
            compare=any_comparison(archive),
            decades=decades,
        ),
        kind="archive",
        title=words.text("archive"),
        section=ARCHIVE_URL,
    )


def _bar_url(entries: Sequence[Entry], axis: Axis, run: Run) -> str:
    """Return where a bar of the whole archive leads: to its month or year; of several years to their decade below."""
    moment = entries[run.newest].date
    if axis.unit == "years":
        return _decade_url(moment.year // 10)
    return date_url(moment.year, moment.month if axis.by_month else None)


def _decade_url(decade: int) -> str:
    """Return the URL of a decade in the overview."""
    return f"{ARCHIVE_URL}#newsgen-{decade * 10}s"


def date_pages(archive: Archive) -> Iterator[Page]:
    """Yield the page of every year, month and day that has articles."""
    years = _grouped(archive.entries, 1)
    months = _grouped([entry for entry in archive.entries if entry.date.month], 2)
    days = _grouped([entry for entry in archive.entries if entry.date.day], 3)
    in_year: dict[int, Counter[tuple[int, ...]]] = {}
    for key, entries in days.items():
        in_year.setdefault(key[0], Counter())[key] = len(entries)
    words = archive.site.words
    decades = _decades([key[0] for key in years], words)
    for key, older, newer in _with_neighbours(list(years), words):
        decade = decades[key[0] // 10]
        yield _year_page(key[0], decade, years[key], months, in_year.get(key[0], Counter()), older, newer, words)
    for key, older, newer in _with_neighbours(list(months), words):
        yield _month_page(key, months[key], in_year.get(key[0], Counter()), older, newer, words)
    for key, older, newer in _with_neighbours(list(days), words):
        yield _day_page(key, days[key], older, newer, words)


def _grouped(entries: Sequence[Entry], parts: int) -> dict[tuple[int, ...], list[Entry]]:
    """Return entries by the first `parts` of year, month, day; oldest first."""
    groups: dict[tuple[int, ...], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(_known_date(entry)[:parts], []).append(entry)
    return dict(sorted(groups.items()))


def _with_neighbours(
    keys: Sequence[tuple[int, ...]], words: Words
) -> Iterator[tuple[tuple[int, ...], Link | None, Link | None]]:
    """Yield each date with links to the one before and the one after it that have articles."""
    links = [Link(words.date(_moment(key), capital=True), date_url(*key)) for key in keys]
    for index, key in enumerate(keys):
        yield key, links[index - 1] if index else None, links[index + 1] if index + 1 < len(links) else None


def _decades(years: Sequence[int], words: Words) -> dict[int, DecadeYears]:
    """Return the decades of years, which are given oldest first, each with the nearest ones."""
    found = {decade: frozenset(group) for decade, group in groupby(years, lambda year: year // 10)}
    names = {decade: words.text("decade_name", year=decade * 10) for decade in found}
    links = [Link(name, _decade_url(decade)) for decade, name in names.items()]
    return {
        decade: DecadeYears(
            name=names[decade],
            years=tuple(
                Link(str(year), date_url(year) if year in there else "")
                for year in range(max(decade * 10, 1), decade * 10 + 10)
            ),
            older=links[index - 1] if index else None,
            newer=links[index + 1] if index + 1 < len(links) else None,
        )
        for index, (decade, there) in enumerate(found.items())
    }


def _year_map(year: int, days: Counter[tuple[int, ...]], most: int, words: Words) -> YearMap | None:
    """Return the map of a year; None where no article is known to the day."""
    if not days:
        return None
    first = datetime(year, 1, 1).toordinal()
    start = (datetime(year, 1, 1).weekday() - words.first_weekday) % 7
    end = start + (366 if calendar.isleap(year) else 365)
    weeks = -(-end // 7)

    def place(month: int, day: int) -> tuple[int, int]:
        return divmod(start + datetime(year, month, day).toordinal() - first, 7)

    starts = [place(month, 1) for month in range(1, 13)]
    last_column, last_row = divmod(end, 7)
    corner = f"V{last_row}H{last_column}V7" if last_row else "V7"
    columns = [column + bool(row) for column, row in starts]
    return YearMap(
        weeks=weeks,
        outline=f"M{1 if start else 0} 0H{weeks}{corner}H0V{start}" + ("H1z" if start else "z"),
        borders="".join(f"M{column} 7V{row}" + ("h1V0" if row else "") for column, row in starts[1:]),
        months=tuple(
            Tick(column, f"{100 * column / weeks:.2f}", words.month(month, "short"), is_wide=False, is_end=False)
            for month, column in enumerate(columns, 1)
        ),
        days=tuple(
            MapDay(_moment(key), date_url(*key), count, level(count, most), *place(key[1], key[2]))
            for key, count in days.items()
        ),
    )


def _year_page(
    year: int,
    decade: DecadeYears,
    entries: Sequence[Entry],
    months: dict[tuple[int, ...], list[Entry]],
    days: Counter[tuple[int, ...]],
    older: Link | None,
    newer: Link | None,
    words: Words,
) -> Page:
    most = max(days.values(), default=0)
    dated = [entry for entry in entries if entry.date.month]
    return Page(
        url=date_url(year),
        template="year.html",
        context=YearContext(
            year=year,
            count=len(entries),
            decade=decade,
            map=_year_map(year, days, most, words),
            months=tuple(
                _calendar(year, month, len(months.get((year, month), ())), days, most, words) for month in range(1, 13)
            ),
            undated=tuple(entry for entry in entries if not entry.date.month),
            days=day_groups(dated) if len(dated) <= _LONGEST_LIST else (),
            older=older,
            newer=newer,
        ),
        kind="year",
        title=words.year(year),
        section=ARCHIVE_URL,
    )


def _month_page(
    key: tuple[int, ...],
    entries: Sequence[Entry],
    days: Counter[tuple[int, ...]],
    older: Link | None,
    newer: Link | None,
    words: Words,
) -> Page:
    year, month = key
    most = max((count for day, count in days.items() if day[1] == month), default=0)
    dated = [entry for entry in entries if entry.date.day]
    return Page(
        url=date_url(year, month),
        template="month.html",
        context=MonthContext(
            year=Link(words.year(year), date_url(year)),
            calendar=_calendar(year, month, len(entries), days, most, words),
            count=len(entries),
            undated=tuple(entry for entry in entries if not entry.date.day),
            days=day_groups(dated) if len(dated) <= _LONGEST_LIST else (),
            older=older,
            newer=newer,
        ),
        kind="month",
        title=words.date(_moment(key), capital=True),
        section=ARCHIVE_URL,
    )


def _day_page(
    key: tuple[int, ...], entries: Sequence[Entry], older: Link | None, newer: Link | None, words: Words
) -> Page:
    year, month, day = key
    return Page(
        url=date_url(*key),
        template="day.html",
        context=DayContext(
            date=_moment(key),
            year=Link(words.year(year), date_url(year)),
            month=Link(words.month(month, capital=True), date_url(year, month)),
            in_other_years=day_of_year(month, day, words),
            entries=tuple(entries),
            older=older,
            newer=newer,
        ),
        kind="day",
        title=words.date(_moment(key), weekday=True, capital=True),
        section=ARCHIVE_URL,
    )


def _calendar(
    year: int, month: int, count: int, days: Counter[tuple[int, ...]], most: int, words: Words
) -> MonthCalendar:
    first, length = calendar.monthrange(year, month)
    cells = [WeekDay(0, "", 0, 0)] * ((first - words.first_weekday) % 7)
    for day in range(1, length + 1):
        number = days[(year, month, day)]
        cells.append(WeekDay(day, date_url(year, month, day) if number else "", number, level(number, most)))
    cells += [WeekDay(0, "", 0, 0)] * (-len(cells) % 7)
    return MonthCalendar(
        year=year,
        month=month,
        name=words.month(month, capital=True),
        url=date_url(year, month) if count else "",
        count=count,
        weeks=tuple(tuple(cells[start : start + 7]) for start in range(0, len(cells), 7)),
    )
