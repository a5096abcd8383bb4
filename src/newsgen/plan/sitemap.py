"""What is made from the other pages: sitemaps, robots.txt; and the page for an address that is none.

A sitemap is one file as long as it is small enough, and an index of parts from there on. Parts are spans of the
calendar, by the dates of articles; one that is too large is divided by months, then by digests of the URLs. So no
border ever moves, and an edit changes one part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import escape

from newsgen.dates import Moment, Precision
from newsgen.fingerprint import digest_bytes
from newsgen.markup import is_picture
from newsgen.model import Archive, Article, Context, Link, Page, Site
from newsgen.plan.contexts import (
    ArticleContext,
    ColoursContext,
    MonthContext,
    NewsSitemapContext,
    NewsUrl,
    NotFoundContext,
    RobotsContext,
    SitemapContext,
    SitemapIndexContext,
    SitemapUrl,
    YearContext,
)
from newsgen.plan.coverage import ARCHIVE_URL

__all__ = ["colour_pages", "has_long_address", "not_found_page", "sitemap_pages"]

_URL = "/sitemap.xml"
_NEWS_URL = "/news-sitemap.xml"
_REST = "pages"
# Source: sitemaps.org, "Sitemaps XML format": the most that one file may hold, and what an address must be less than.
_LARGEST = 50_000
_LARGEST_SIZE = 50 * 1024 * 1024
_LONGEST_ADDRESS = 2_048
# Source: Google Search Central, "Image sitemaps" and "Create a news sitemap".
_MOST_IMAGES = 1_000
_MOST_NEWS = 1_000
_NEWS_SPAN = 2 * 24 * 3600
_KINDS = frozenset(
    {
        "home", "search", "article", "page", "term", "taxonomy", "archive", "compare", "year", "month", "on-this-day",
        "corrections",
    }
)  # fmt: skip
# Bytes that the templates write around what a line holds, and around all lines; with some to spare.
_AROUND_LINE, _AROUND_IMAGE, _AROUND_ALL = 400, 100, 4_000
# XML Schema, part 2, section 3.2.7.3: no time zone is further from UTC, in minutes.
_LARGEST_OFFSET = 14 * 60
# What takes a byte a character, as nearly all addresses do.
_PLAIN = re.compile(r"[A-Za-z0-9/._%~-]*")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")


class _Line(NamedTuple):
    """A line of a sitemap; `spans` are those of the calendar in which it stands, the largest first."""

    value: SitemapUrl | NewsUrl
    spans: tuple[str, ...]
    size: int

    def span(self, level: int) -> str:
        """Return the name of the part of a level in which the line stands: of the calendar, then of its digest."""
        if level < len(self.spans):
            return self.spans[level]
        return digest_bytes(self.value.url.encode()).hex()[level - len(self.spans)]


def sitemap_pages(archive: Archive, pages: Sequence[Page]) -> Iterator[Page]:
    """Yield the sitemap of `pages`, the news sitemap, each in parts under an index where it is large, and robots.txt.

    Without the site's address there is no sitemap, since it must name every page in full; and none of the news where
    no moment was given, since they are those of two days.
    """
    site = archive.site
    named = []
    if site.has_sitemap and site.base_url:
        named.append(_URL)
        yield from _divided(_URL, _page_lines(site, pages), _LARGEST, _sitemap)
    if site.has_news_sitemap is not False and site.base_url and archive.now is not None:
        named.append(_NEWS_URL)
        yield from _divided(_NEWS_URL, _news_lines(archive, archive.now), _MOST_NEWS, _news_sitemap_of(site))
    yield _page("/robots.txt", "robots.txt", RobotsContext(tuple(named)))


def has_long_address(page: Page, site: Site) -> bool:
    """Whether a page that belongs into the sitemap has an address longer than one may be there."""
    return _belongs(page) and len(site.base_url) + len(page.url) >= _LONGEST_ADDRESS


def _belongs(page: Page) -> bool:
    return page.in_sitemap and page.kind in _KINDS


# The lines of the sitemap


def _page_lines(site: Site, pages: Iterable[Page]) -> list[_Line]:
    # By URL: where several pages want one, which is an error, no digest could tell their lines apart.
    listed = {page.url: page for page in pages if _belongs(page) and not has_long_address(page, site)}
    return [
        _page_line(site, page)
        for _, page in sorted(listed.items())
        if not (isinstance(page.context, ArticleContext) and _is_copy(page.context.article, site))
    ]


def _page_line(site: Site, page: Page) -> _Line:
    context = page.context
    images: tuple[str, ...] = ()
    if site.has_sitemap_images and isinstance(context, ArticleContext):
        images = _images(context.article, site)
    address = len(site.base_url)
    size = _AROUND_LINE + address + _size(page.url)
    size += sum(_AROUND_IMAGE + address + _size(url) for url in images)
    return _Line(SitemapUrl(page.url, _lastmod(page.changed), images), _spans(page), size)


def _spans(page: Page) -> tuple[str, ...]:
    """Return the year and the month in which a page stands: "00" is that of what is known to the year alone."""
    context = page.context
    if isinstance(context, ArticleContext):
        year, month = context.article.date.year, context.article.date.month
    elif isinstance(context, YearContext):
        year, month = context.year, None
    elif isinstance(context, MonthContext):
        year, month = context.calendar.year, context.calendar.month
    else:
        return (_REST,)
    return f"{year:04}", f"{month or 0:02}"


def _is_copy(article: Article, site: Site) -> bool:
    """Whether an article says that it truly stands at another address: then that one is to be found, and not this."""
    return bool(article.canonical) and article.canonical != f"{site.base_url}{article.url}"


def _images(article: Article, site: Site) -> tuple[str, ...]:
    """Return the pictures on the site that an article shows, or that its text leads to: its own first, then by URL."""
    if not article.image and not article.content.links:
        return ()
    urls = [article.image.url] if article.image else []
    # What stands behind the name of the file tells browsers something, and is another address to a search engine.
    urls += sorted(re.split("[?#]", url, maxsplit=1)[0] for _, url in article.content.links)
    found = (url for url in dict.fromkeys(urls) if is_picture(url))
    return tuple(url for url in found if len(site.base_url) + len(url) < _LONGEST_ADDRESS)[:_MOST_IMAGES]


def _lastmod(moment: Moment | None) -> str:
    """Return a moment as sitemaps want it, a day or a full time with its zone; "" where no day is known.

    Source: the schema of sitemaps.org, which takes less than the W3C's note on dates that its text names: no year or
    month alone, no time without seconds.
    """
    if moment is None or moment.date is None:
        return ""
    if not moment.has_time or abs(moment.offset) > _LARGEST_OFFSET:
        return moment.date.isoformat()
    return moment.rfc3339


def _size(text: str) -> int:
    """Return how many bytes a text takes in a sitemap."""
    return len(text) if _PLAIN.fullmatch(text) else len(str(escape(text)).encode())


# The lines of the news sitemap


def _news_lines(archive: Archive, now: int) -> list[_Line]:
    """Return the articles of the two days before `now`.

    One that is known to the day counts from the start of that day, so none is listed for too long.
    """
    site = archive.site
    articles = {article.url: article for article in archive.articles}
    found: dict[str, _Line] = {}
    for entry in archive.entries:
        is_new = entry.date.precision >= Precision.DAY and now - _NEWS_SPAN <= entry.date.instant <= now
        is_short = len(site.base_url) + len(entry.url) < _LONGEST_ADDRESS
        if is_new and is_short and not _is_copy(articles[entry.url], site):
            day = _lastmod(entry.date)
            value = NewsUrl(entry.url, entry.title, day, _news_language(entry.lang or site.language))
            size = _AROUND_LINE + len(site.base_url) + _size(entry.url) + _size(entry.title) + _size(site.title)
            found[entry.url] = _Line(value, (day[:10],), size)
    return [line for _, line in sorted(found.items())]


def _news_language(tag: str) -> str:
    """Return a language as Google News wants it: two or three letters; Chinese with the place of its writing."""
    language, *rest = tag.lower().split("-")
    if language != "zh":
        return language
    return "zh-tw" if {"hant", "tw", "hk", "mo"}.intersection(rest) and "hans" not in rest else "zh-cn"


def _news_name(title: str) -> str:
    """Return the name of a publication as Google News wants it: without what stands in brackets."""
    return _IN_BRACKETS.sub("", title).strip() or title


# Files


def _divided(
    url: str, lines: Sequence[_Line], most: int, made: Callable[[str, Sequence[_Line]], Page]
) -> Iterator[Page]:
    """Yield a sitemap at `url`; where it would hold more than `most` lines or be too large, its parts and an index.

    All stand in one folder, the root of the site: a sitemap may only name what is below its own folder.
    """
    if _fits(lines, most):
        yield made(url, lines)
        return
    name, dot, ending = url.rpartition(".")
    parts = [made(f"{part}{dot}{ending}", group) for part, group in _parts(lines, most, name)]
    yield from parts
    yield _page(url, "sitemap-index.xml", SitemapIndexContext(tuple(part.url for part in parts)))


def _parts(lines: Sequence[_Line], most: int, name: str, level: int = 0) -> Iterator[tuple[str, Sequence[_Line]]]:
    """Yield parts of lines that are small enough, each with its name, in the order of these."""
    groups: dict[str, list[_Line]] = {}
    for line in lines:
        groups.setdefault(line.span(level), []).append(line)
    for span, group in sorted(groups.items()):
        if _fits(group, most):
            yield f"{name}-{span}", group
        else:
            yield from _parts(group, most, f"{name}-{span}", level + 1)


def _fits(lines: Sequence[_Line], most: int) -> bool:
    if len(lines) > most:
        return False
    # One line alone can be divided no further, and is far from too large.
    return len(lines) == 1 or _AROUND_ALL + sum(line.size for line in lines) <= _LARGEST_SIZE


def _sitemap(url: str, lines: Sequence[_Line]) -> Page:
    return _page(url, "sitemap.xml", SitemapContext(tuple(x.value for x in lines if isinstance(x.value, SitemapUrl))))


def _news_sitemap_of(site: Site) -> Callable[[str, Sequence[_Line]], Page]:
    name = _news_name(site.title)

    def made(url: str, lines: Sequence[_Line]) -> Page:
        news = tuple(line.value for line in lines if isinstance(line.value, NewsUrl))
        return _page(url, "news-sitemap.xml", NewsSitemapContext(name, news))

    return made


def not_found_page(archive: Archive) -> Iterator[Page]:
    """Yield 404.html, which a host shows at any address, so that its links start at the host."""
    text = archive.site.words.text
    ways = (Link(text("front_page"), "/"), Link(text("whole_archive_by_date"), ARCHIVE_URL))
    yield Page(
        url="/404.html",
        template="404.html",
        context=NotFoundContext((*ways, *archive.taxonomies_in_use())),
        kind="not-found",
        title=text("page_not_found"),
        in_sitemap=False,
        links="rooted",
    )


def colour_pages(archive: Archive) -> Iterator[Page]:
    """Yield the style sheet of the settings' colours, where they name any."""
    if archive.site.colours:
        yield _page("/theme/colours.css", "colours.css", ColoursContext(archive.site.colours))


def _page(url: str, template: str, context: Context) -> Page:
    return Page(url=url, template=template, context=context, kind="file", in_sitemap=False, links="absolute")
