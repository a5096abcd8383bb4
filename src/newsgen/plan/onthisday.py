"""Pages of a day of the year in all years, and the table of all such days."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from itertools import groupby

from newsgen.dates import Precision
from newsgen.model import Archive, Entry, Link, Page
from newsgen.plan.contexts import DayOfYear, DaysOfYearContext, OnThisDayContext, OnThisDayYear
from newsgen.plan.coverage import ARCHIVE_URL
from newsgen.plan.dates import date_url, day_of_year, level
from newsgen.words import Words

__all__ = ["on_this_day_pages"]

_URL = "/on-this-day/"
_MOST_HEADLINES = 200
_MOST_OF_A_YEAR = 3  # where there are more headlines than that
_LEAP_YEAR = 2000


def on_this_day_pages(archive: Archive) -> Iterator[Page]:
    """Yield the page of every day of the year that has articles in any year, and the table of all these days."""
    words = archive.site.words
    found: dict[tuple[int, int], list[Entry]] = {}
    for entry in archive.entries:
        moment = entry.date
        if moment.precision >= Precision.DAY:
            found.setdefault((moment.local.month, moment.local.day), []).append(entry)
    days = sorted(found)
    links = [day_of_year(*day, words) for day in days]
    for index, day in enumerate(days):
        older = links[index - 1] if index else None
        newer = links[index + 1] if index + 1 < len(links) else None
        yield _day_page(links[index], day, found[day], older, newer, words)
    yield Page(
        url=_URL,
        template="on-this-day-index.html",
        context=_table({day: len(entries) for day, entries in found.items()}, words),
        kind="on-this-day",
        title=words.text("on_this_day"),
        section=ARCHIVE_URL,
    )


def _day_page(
    link: Link, day: tuple[int, int], entries: Sequence[Entry], older: Link | None, newer: Link | None, words: Words
) -> Page:
    most = len(entries) if len(entries) <= _MOST_HEADLINES else _MOST_OF_A_YEAR
    years = [(year, list(of_year)) for year, of_year in groupby(entries, lambda entry: entry.date.year)]
    return Page(
        url=link.url,
        template="on-this-day.html",
        context=OnThisDayContext(
            date=link.title,
            index=Link(words.text("on_this_day"), _URL),
            count=len(entries),
            years=tuple(
                OnThisDayYear(
                    Link(str(year), date_url(year, *day)),
                    tuple(Link(entry.title, entry.url, entry.lang) for entry in of_year[:most]),
                    max(0, len(of_year) - most),
                )
                for year, of_year in reversed(years)
            ),
            older=older,
            newer=newer,
        ),
        kind="on-this-day",
        title=words.text("on_day", date=link.title),
        section=ARCHIVE_URL,
    )


def _table(counts: dict[tuple[int, int], int], words: Words) -> DaysOfYearContext:
    most = max(counts.values(), default=0)
    return DaysOfYearContext(
        sum(counts.values()),
        tuple(
            tuple(_cell(month, day, counts.get((month, day), 0), most, words) for month in range(1, 13))
            for day in range(1, 32)
        ),
    )


def _cell(month: int, day: int, count: int, most: int, words: Words) -> DayOfYear:
    if day > calendar.monthrange(_LEAP_YEAR, month)[1]:
        return DayOfYear("", "", 0, 0)
    link = day_of_year(month, day, words)
    return DayOfYear(link.title, link.url if count else "", count, level(count, most))
