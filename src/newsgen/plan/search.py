"""The search page, and the search index in parts that hold the articles of one language and one span of time.

A part is made anew whenever an article in it changes, so it must be small; a reader loads a little of each part, so
there must be few. Spans are fixed in the calendar and halved until they hold few enough articles: so a new article
changes one part and moves no border.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsgen.model import Archive, Article, Bundle, Document, Entry, Page, Site
from newsgen.plan.contexts import OpenSearchContext, SearchBundle, SearchContext, TermCount
from newsgen.plan.dates import year_counts
from newsgen.plan.lists import site_feed

__all__ = ["SEARCH_URL", "opensearch_url", "search_pages"]

SEARCH_URL = "/search/"
_OPENSEARCH_URL = "/opensearch.xml"
# Characters that the texts of a description may have, and the icon where the settings name none: OpenSearch 1.1.
_SHORT_NAME, _LONG_NAME, _DESCRIPTION = 16, 48, 1024
_ICON = "/theme/icon.svg"
# Articles in a part: at first the smaller number, and twice as many as long as there would be more parts than that.
_SMALLEST, _LARGEST, _PARTS = 1_000, 4_000, 20
_YEARS = 14  # the number of halvings from all years that can be written, 16,384, to one
_MOST_CHOICES = 300


def search_pages(archive: Archive) -> Iterator[Page | Bundle]:
    """Yield the parts of the index and the search page; nothing where the site has no search or no articles."""
    entries = archive.entries
    if not archive.site.has_search or not entries:
        return
    bundles = list(_bundles(archive))
    yield from bundles
    newest_first = sorted(bundles, key=lambda bundle: (-bundle.last, -bundle.first, bundle.url))
    yield Page(
        url=SEARCH_URL,
        template="search.html",
        context=SearchContext(
            bundles=tuple(
                SearchBundle(item.url, item.language, item.first, item.last, len(item.documents))
                for item in newest_first
            ),
            sections=_choices(archive, "sections"),
            tags=_choices(archive, "tags"),
            authors=_choices(archive, "authors"),
            years=year_counts(entries),
            article_count=len(entries),
            earliest=entries[0].date.year,
            latest=entries[-1].date.year,
        ),
        kind="search",
        title=archive.site.words.text("search"),
        section=SEARCH_URL,
        feed=site_feed(archive),
    )
    if url := opensearch_url(archive):
        yield _opensearch_page(archive.site, url)


def opensearch_url(archive: Archive) -> str:
    """Return the path of the description of the search for browsers; "" where there is none.

    It has to name the search page in full.
    """
    site = archive.site
    return _OPENSEARCH_URL if site.has_search and site.has_opensearch and site.base_url and archive.entries else ""


def _opensearch_page(site: Site, url: str) -> Page:
    return Page(
        url=url,
        template="opensearch.xml",
        context=OpenSearchContext(
            short_name=_shortened(site.title, _SHORT_NAME),
            long_name=_shortened(site.title, _LONG_NAME),
            description=_shortened(site.description or site.subtitle or site.title, _DESCRIPTION),
            image=site.logo or _ICON,
            search=SEARCH_URL,
            url=url,
        ),
        kind="file",
        in_sitemap=False,
        links="absolute",
    )


def _shortened(text: str, most: int) -> str:
    """Return as much of a text as may be there, in whole words where there is a blank."""
    if len(text) <= most:
        return text
    return text[: most + 1].rpartition(" ")[0].rstrip() or text[:most]


def _choices(archive: Archive, taxonomy: str) -> tuple[TermCount, ...]:
    """Return the terms that most articles stand under, by name."""
    counted = ((term, len(entries)) for term, entries in archive.by_term(taxonomy).items())
    ranked = sorted(counted, key=lambda item: (-item[1], item[0].slug))[:_MOST_CHOICES]
    return tuple(TermCount(term, count) for term, count in sorted(ranked, key=lambda item: item[0].slug))


def _bundles(archive: Archive) -> Iterator[Bundle]:
    articles = {article.url: article for article in archive.articles}
    languages: dict[str, list[Entry]] = {}
    for entry in archive.entries:
        languages.setdefault((entry.lang or archive.site.language).casefold(), []).append(entry)
    largest = _SMALLEST
    while largest < _LARGEST and len(archive.entries) > _PARTS * largest:
        largest *= 2
    for language, entries in sorted(languages.items()):
        for name, part in _parts(entries, largest):
            yield _bundle(f"{SEARCH_URL}{language}-{name}/", language, part, articles)


def _bundle(url: str, language: str, entries: Sequence[Entry], articles: dict[str, Article]) -> Bundle:
    documents = tuple(Document(entry, articles[entry.url].content) for entry in entries)
    return Bundle(url, language, documents, entries[0].date.year, entries[-1].date.year)


def _parts(entries: Sequence[Entry], largest: int, level: int = 0) -> Iterator[tuple[str, Sequence[Entry]]]:
    """Yield parts of entries in time, each with the name of its span."""
    if not level and len(entries) <= largest:
        yield "all", entries
        return
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(_span(entry, level), []).append(entry)
    for name, part in groups.items():
        if len(part) <= largest or level == _LAST_LEVEL:
            yield name, part
        else:
            yield from _parts(part, largest, level + 1)


# Below a year: half-years, quarters, months, then halves of halves of the days of a month, down to one.
_MONTHS = (6, 3, 1)
_DAYS = (16, 8, 4, 2, 1)
_LAST_LEVEL = _YEARS + len(_MONTHS) + len(_DAYS)


def _span(entry: Entry, level: int) -> str:
    """Return the name of the span of a level in which an article stands: "1984-1991", "1990", "1990-04-06"."""
    day = entry.date.local
    if level <= _YEARS:
        size = 1 << (_YEARS - level)
        start = day.year - day.year % size
        return f"{start:04}" if size == 1 else f"{start:04}-{start + size - 1:04}"
    level -= _YEARS + 1
    if level < len(_MONTHS):
        size = _MONTHS[level]
        start = day.month - (day.month - 1) % size
        return f"{day.year:04}-{start:02}" + ("" if size == 1 else f"-{start + size - 1:02}")
    size = _DAYS[level - len(_MONTHS)]
    start = day.day - (day.day - 1) % size
    return f"{day.year:04}-{day.month:02}-{start:02}" + ("" if size == 1 else f"-{start + size - 1:02}")
