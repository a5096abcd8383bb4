"""Feeds: Atom 1.0 for the site and for every term of a taxonomy that has feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlsplit

from newsgen.markup import is_external
from newsgen.model import Archive, Article, Entry, Link, Page
from newsgen.plan.contexts import FeedContext, FeedItem
from newsgen.plan.lists import site_feed, term_feed

__all__ = ["feed_pages"]


def feed_pages(archive: Archive) -> Iterator[Page]:
    """Yield every feed; none where the site does not know its address, since a feed links to it in full."""
    articles = {article.url: article for article in archive.articles}
    link = site_feed(archive)
    if link:
        yield _feed_page(archive, link, "/", archive.entries, articles)
    for taxonomy in archive.site.taxonomies:
        for term, entries in archive.by_term(taxonomy.name).items():
            link = term_feed(archive, taxonomy, term)
            if link:
                yield _feed_page(archive, link, term.url, entries, articles)


def _feed_page(
    archive: Archive, link: Link, alternate: str, entries: Sequence[Entry], articles: Mapping[str, Article]
) -> Page:
    newest = entries[::-1][: archive.site.feed_size]
    items = tuple(_item(archive, articles[entry.url], entry) for entry in newest)
    return Page(
        url=link.url,
        template="feed.xml",
        context=FeedContext(
            id=f"{archive.site.base_url}{link.url}",
            title=link.title,
            url=link.url,
            alternate=alternate,
            updated=max((item.updated for item in items), key=lambda moment: (moment.instant, moment.sort_key)),
            items=items,
        ),
        kind="feed",
        title=link.title,
        in_sitemap=False,
        links="absolute",
    )


def _item(archive: Archive, article: Article, entry: Entry) -> FeedItem:
    return FeedItem(
        id=article.id if is_external(article.id) else _tag_uri(archive, article, article.id),
        entry=entry,
        content=article.content,
        updated=article.updated or article.date,
    )


def _tag_uri(archive: Archive, article: Article, name: str) -> str:
    """Return a name for ever: a tag URI from the site's host, the article's day and `name` (RFC 4151)."""
    host = urlsplit(archive.site.base_url).hostname or "localhost"
    day = article.date.local
    return f"tag:{host},{day.year:04}-{day.month:02}-{day.day:02}:{quote(name)}"
