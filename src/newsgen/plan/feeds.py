"""Feeds: Atom, RSS and JSON Feed, for the site and for every term of a taxonomy that has feeds.

The Atom feed of the site leads on to the whole archive (RFC 5005): documents that are numbered from the oldest, each
of as many articles as a feed holds. So what is in no document yet is always in the feed, and a document that is full
never changes, but for a link to the one after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlsplit

from newsgen.dates import latest
from newsgen.model import Archive, Article, Correction, Entry, FeedItem, FileLink, Page, Site
from newsgen.plan.contexts import FeedContext
from newsgen.plan.lists import site_feeds, term_feeds

__all__ = ["feed_page", "feed_pages", "id_of", "id_of_correction", "id_of_feed", "undated_in_rss"]

_TEMPLATES = {"atom": "feed.xml", "rss": "rss.xml", "json": "feed.json"}
_LARGEST_DOCUMENT = 100
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[^\s<>\"{}|\\^`]+")
# The date in ids where the settings give none: any would do, as long as it stays the same.
_DATE = "2000"


def feed_pages(archive: Archive) -> Iterator[Page]:
    """Yield every feed; none where the site does not know its address, since a feed links to it in full."""
    site, entries = archive.site, archive.entries
    if not site.has_feeds or not site.base_url:
        return
    articles = {article.url: article for article in archive.articles}
    items = {entry.url: _item(site, articles[entry.url], entry) for entry in entries}
    links = site_feeds(archive)
    documents = _documents(site, entries) if "atom" in links and site.feeds.has_archive else []
    identity = id_of_feed(site, "site")
    for name, link in links.items():
        older = _document_url(len(documents)) if name == "atom" and documents else ""
        yield feed_page(name, link, identity, "/", _newest(site, entries, items), older=older)
    for number, part in enumerate(documents, 1):
        yield _document(links["atom"], identity, number, len(documents), _newest_first(part, items))
    for taxonomy in site.taxonomies:
        for term, under in archive.by_term(taxonomy.name).items():
            identity = id_of_feed(site, f"{taxonomy.name}/{term.slug}")
            found = term_feeds(archive, taxonomy, term)
            newest = _newest(site, under, items) if found else ()
            for name, link in found.items():
                yield feed_page(name, link, identity, term.url, newest)


def id_of(site: Site, article: Article) -> str:
    """Return the name of an article for ever: the id that it was given where that is a URI, else a tag URI of it."""
    return article.id if _URI.fullmatch(article.id) else _tag_uri(site, quote(article.id, errors="replace"))


def id_of_correction(site: Site, article: Article, correction: Correction, number: int) -> str:
    """Return the name of a correction for ever: that of its article, with its date and its number on that date.

    So it is the same where its text is mended, its article moves, or another correction is made.
    """
    name = quote(article.id, errors="replace")
    return _tag_uri(site, f"correction:{name}:{quote(correction.date.iso)}" + (f":{number}" if number > 1 else ""))


def id_of_feed(site: Site, name: str) -> str:
    """Return the name of a feed for ever; `name` tells it from the others of the site."""
    return _tag_uri(site, f"feed:{quote(name)}")


def undated_in_rss(page: Page) -> Iterator[FeedItem]:
    """Yield the articles on a page, if that is an RSS feed, whose date RSS cannot write."""
    if page.template == _TEMPLATES["rss"] and isinstance(page.context, FeedContext):
        yield from (item for item in page.context.items if not item.entry.date.rfc822)


def _tag_uri(site: Site, name: str) -> str:
    """Return a tag URI (RFC 4151). `name` has its special characters escaped."""
    host = quote(urlsplit(site.base_url).hostname or "localhost")
    return f"tag:{site.feeds.authority or f'{host},{_DATE}'}:{name}"


def _item(site: Site, article: Article, entry: Entry) -> FeedItem:
    return FeedItem(
        id=id_of(site, article),
        entry=entry,
        content=article.content,
        updated=article.last_change,
        corrections=article.corrections,
    )


def _newest(site: Site, entries: Sequence[Entry], items: Mapping[str, FeedItem]) -> tuple[FeedItem, ...]:
    return _newest_first(entries[-site.feed_size :], items)


def _newest_first(entries: Sequence[Entry], items: Mapping[str, FeedItem]) -> tuple[FeedItem, ...]:
    return tuple(items[entry.url] for entry in reversed(entries))


def _documents(site: Site, entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    """Return the full documents of the archive, oldest first. What is in none is less than a feed holds."""
    size = min(site.feed_size, _LARGEST_DOCUMENT)
    return [entries[start : start + size] for start in range(0, len(entries) - size + 1, size)]


def _document_url(number: int) -> str:
    return f"/feed/{number}.xml"


def _document(link: FileLink, identity: str, number: int, count: int, items: tuple[FeedItem, ...]) -> Page:
    return feed_page(
        "atom",
        FileLink(link.title, _document_url(number), type=link.type),
        identity,
        "/",
        items,
        is_archive=True,
        older=_document_url(number - 1) if number > 1 else "",
        newer=_document_url(number + 1) if number < count else "",
        current=link.url,
    )


def feed_page(
    name: str,
    link: FileLink,
    identity: str,
    alternate: str,
    items: tuple[FeedItem, ...],
    *,
    is_archive: bool = False,
    older: str = "",
    newer: str = "",
    current: str = "",
) -> Page:
    """Return a feed in the format `name`, which follows the page `alternate`; the rest as in `FeedContext`."""
    return Page(
        url=link.url,
        template=_TEMPLATES[name],
        context=FeedContext(
            id=identity,
            title=link.title,
            url=link.url,
            alternate=alternate,
            updated=latest(item.updated for item in items),
            items=items,
            is_archive=is_archive,
            older=older,
            newer=newer,
            current=current,
        ),
        kind="feed",
        title=link.title,
        in_sitemap=False,
        links="absolute",
    )
