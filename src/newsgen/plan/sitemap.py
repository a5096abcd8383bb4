"""What is made from the other pages: the sitemap, robots.txt; and the page for an address that is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsgen.model import Archive, Link, Page
from newsgen.plan.contexts import (
    ColoursContext,
    NotFoundContext,
    RobotsContext,
    SitemapContext,
    SitemapIndexContext,
    SitemapUrl,
)
from newsgen.plan.dates import ARCHIVE_URL

__all__ = ["colour_pages", "not_found_page", "sitemap_pages"]

_URL = "/sitemap.xml"
# Source: sitemaps.org, "Sitemaps XML format", on using sitemap index files.
_LARGEST = 50_000
_KINDS = frozenset({"home", "search", "article", "page", "term", "taxonomy", "archive", "year", "month"})


def sitemap_pages(archive: Archive, pages: Sequence[Page]) -> Iterator[Page]:
    """Yield the sitemap of `pages`, in parts under an index where it is large, and robots.txt.

    Without the site's address there is no sitemap, since it must name every page in full.
    """
    has_sitemap = bool(archive.site.has_sitemap and archive.site.base_url)
    yield _page("/robots.txt", "robots.txt", RobotsContext(_URL if has_sitemap else ""))
    if not has_sitemap:
        return
    listed = [page for page in pages if page.in_sitemap and page.kind in _KINDS]
    urls = [SitemapUrl(page.url, page.changed) for page in sorted(listed, key=lambda page: page.url)]
    if len(urls) <= _LARGEST:
        yield _page(_URL, "sitemap.xml", SitemapContext(tuple(urls)))
        return
    parts = [tuple(urls[start : start + _LARGEST]) for start in range(0, len(urls), _LARGEST)]
    names = tuple(f"/sitemap-{number}.xml" for number in range(1, len(parts) + 1))
    yield _page(_URL, "sitemap-index.xml", SitemapIndexContext(names))
    for name, part in zip(names, parts, strict=True):
        yield _page(name, "sitemap.xml", SitemapContext(part))


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


def _page(
    url: str, template: str, context: RobotsContext | SitemapContext | SitemapIndexContext | ColoursContext
) -> Page:
    return Page(url=url, template=template, context=context, kind="file", in_sitemap=False, links="absolute")
