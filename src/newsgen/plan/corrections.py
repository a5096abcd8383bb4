"""Every correction of the archive on pages of their own, and in feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from newsgen.dates import latest
from newsgen.model import LISTED, Archive, Article, Correction, Entry, FeedItem, Link, Page, Site
from newsgen.plan.contexts import CorrectionDay, CorrectionItem, CorrectionsContext
from newsgen.plan.dates import known_day
from newsgen.plan.feeds import feed_page, id_of_correction, id_of_feed
from newsgen.plan.lists import feed_links, numbered_parts, page_url, pagination

__all__ = ["correction_pages", "corrections_url"]

_URL = "/corrections/"
# Where they stand on the page of an article.
_ANCHOR = "#newsgen-corrections"


class _Made(NamedTuple):
    """A correction of an article; `number` counts those that the article has of the same written date, from 1."""

    article: Article
    correction: Correction
    number: int


def corrections_url(archive: Archive) -> str:
    """Return the URL of the newest corrections; "" where there are none to show."""
    is_there = archive.site.has_corrections and any(_is_shown(article) for article in archive.articles)
    return _URL if is_there else ""


def correction_pages(archive: Archive) -> Iterator[Page]:
    """Yield the pages of all corrections of listed articles, and their feeds; nothing where there are none."""
    if not corrections_url(archive):
        return
    site, words = archive.site, archive.site.words
    made = _made(archive)
    title = words.text("corrections")
    links = feed_links(site, words.text("feed_of", site=site.title, name=title), _URL)
    feeds = tuple(links.values())
    parts, newest = numbered_parts(made, site.page_size)
    for number, part in [(0, newest), *enumerate(parts, 1)]:
        is_newest = number == 0
        yield Page(
            url=page_url(_URL, number),
            template="corrections.html",
            context=CorrectionsContext(
                days=_days(part[::-1]),
                pagination=pagination(_URL, number, len(parts), words, "corrections"),
                count=len(made) if is_newest else 0,
            ),
            kind="corrections",
            title=title if is_newest else title + words.text("page_of_title", number=words.number(number)),
            description=words.text("corrections_about") if is_newest else "",
            section=_URL,
            feed=feeds[0] if feeds else None,
            other_feeds=feeds[1:] if is_newest else (),
            changed=latest(item.correction.date for item in part),
            in_sitemap=is_newest,
        )
    items = tuple(_feed_item(site, item) for item in reversed(made[-site.feed_size :]))
    for name, link in links.items():
        yield feed_page(name, link, id_of_feed(site, "corrections"), _URL, items)


def _is_shown(article: Article) -> bool:
    """Whether an article has corrections, and stands in lists itself: of no other anything is told."""
    return bool(article.corrections) and article.status in LISTED and not article.redirect


def _made(archive: Archive) -> list[_Made]:
    """Return all corrections, oldest first: by their written day, then as their articles are ordered."""
    found: list[_Made] = []
    for article in filter(_is_shown, archive.articles):
        numbers = Counter[str]()
        for correction in article.corrections:
            numbers[correction.date.iso] += 1
            found.append(_Made(article, correction, numbers[correction.date.iso]))
    return sorted(found, key=lambda item: item.correction.date.sort_key)


def _days(made: Iterable[_Made]) -> tuple[CorrectionDay, ...]:
    """Return corrections, whose order stays, under the written day, month or year that each is known to."""
    groups = groupby(made, key=lambda item: known_day(item.correction.date))
    return tuple(CorrectionDay(day, tuple(map(_item, group))) for day, group in groups)


def _item(made: _Made) -> CorrectionItem:
    article = made.article
    return CorrectionItem(made.correction, Link(article.title, article.url, article.lang), article.date)


def _feed_item(site: Site, made: _Made) -> FeedItem:
    """Return a correction as an article of its own that holds nothing else."""
    article, correction = made.article, made.correction
    kind = site.words.text(f"kind_{correction.kind}".replace("-", "_"))
    return FeedItem(
        id=id_of_correction(site, article, correction, made.number),
        entry=Entry(
            title=site.words.text("correction_of", kind=kind, title=article.title),
            url=f"{article.url}{_ANCHOR}",
            date=correction.date,
            lang=article.lang,
        ),
        content=None,
        updated=correction.date,
        corrections=(correction,),
    )
