"""The front page, its older pages, and the pages of tags, authors, sections and other taxonomies."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import islice
from typing import TypeVar

from newsgen.model import Archive, Entry, FileLink, Link, Page, Site, Taxonomy, Term
from newsgen.plan.contexts import (
    Headline,
    HomeContext,
    IndexTerm,
    Letter,
    ListContext,
    Pagination,
    Plot,
    River,
    TaxonomyContext,
    TermContext,
    TermCount,
    TimelineContext,
    TimelineEnd,
)
from newsgen.plan.coverage import Axis, Run, compare_link, plot, sparkline
from newsgen.plan.dates import day_groups
from newsgen.words import Words

__all__ = [
    "feed_links",
    "home_pages",
    "list_data_url",
    "numbered_parts",
    "page_url",
    "pagination",
    "site_feed",
    "site_feeds",
    "taxonomy_pages",
    "term_feeds",
    "term_pages",
]

# The file of a feed beside the list that it follows, and its media type, by format.
_FEEDS = {
    "atom": ("feed.xml", "application/atom+xml"),
    "rss": ("rss.xml", "application/rss+xml"),
    "json": ("feed.json", "application/feed+json"),
}

_SECONDARY = 4
_RIVERS = 6
_RIVER_LENGTH = 4
_RELATED = 8
# Of fewer articles a small plot would say nothing.
_FEWEST_PLOTTED = 3
# What has a course in time: the parts of a series in their order, and a running event.
_SERIES, _STORIES = "series", "stories"
# Of an article with more terms than any reader could mean, the first count.
_MOST_TERMS = 100

_Item = TypeVar("_Item")


def home_pages(archive: Archive) -> Iterator[Page]:
    """Yield the front page with the newest articles, and the numbered pages of all older ones."""
    site, entries = archive.site, archive.entries
    parts, newest = numbered_parts(entries, site.page_size)
    feeds = tuple(site_feeds(archive).values())
    feed = feeds[0] if feeds else None
    pinned = [entry for entry in reversed(entries) if entry.pinned]
    shown = pinned + [entry for entry in reversed(newest) if not entry.pinned]
    yield Page(
        url="/",
        template="home.html",
        context=HomeContext(
            lead=shown[0] if shown else None,
            secondary=tuple(shown[1 : 1 + _SECONDARY]),
            rivers=_rivers(archive, shown[: 1 + _SECONDARY]),
            days=day_groups(shown[1 + _SECONDARY :]),
            pagination=pagination("/", 0, len(parts), site.words),
            article_count=len(entries),
            earliest=entries[0].date.year if entries else 0,
            latest=entries[-1].date.year if entries else 0,
        ),
        kind="home",
        title=site.title,
        description=site.description or site.subtitle,
        feed=feed,
        other_feeds=feeds[1:],
        data=list_data_url("/") if site.has_data and entries else "",
    )
    for number, part in enumerate(parts, 1):
        yield Page(
            url=page_url("/", number),
            template="list.html",
            context=ListContext(day_groups(part[::-1]), pagination("/", number, len(parts), site.words)),
            kind="list",
            title=site.words.text("older_articles_page", number=site.words.number(number)),
            feed=feed,
        )


def _rivers(archive: Archive, above: Sequence[Entry]) -> tuple[River, ...]:
    """Return the newest articles of the largest sections, by slug, without those that the page shows `above`.

    One section alone is no way to part a front page, so there are two or none.
    """
    sections = archive.by_term("sections")
    largest = sorted(sections, key=lambda term: (-len(sections[term]), term.slug))[:_RIVERS]
    seen = {entry.url for entry in above}
    rivers = []
    for term in sorted(largest, key=lambda term: term.slug):
        unseen = (entry for entry in reversed(sections[term]) if entry.url not in seen)
        entries = [Headline(entry.title, entry.url, entry.date.year, entry.lang)
                   for entry in islice(unseen, _RIVER_LENGTH)]  # fmt: skip
        rivers += [River(term, tuple(entries))] if entries else []
    return tuple(rivers) if len(rivers) > 1 else ()


def term_pages(archive: Archive) -> Iterator[Page]:
    """Yield the pages of every term that has articles."""
    for taxonomy in archive.site.taxonomies:
        for term, entries in archive.by_term(taxonomy.name).items():
            yield from _term_pages(archive, taxonomy, term, entries)


def _term_pages(archive: Archive, taxonomy: Taxonomy, term: Term, entries: Sequence[Entry]) -> Iterator[Page]:
    words = archive.site.words
    parts, newest = numbered_parts(entries, archive.site.page_size)
    profile = archive.profiles.get(term)
    is_timeline = taxonomy.name in (_SERIES, _STORIES)
    feeds = tuple(term_feeds(archive, taxonomy, term).values())
    for number, part in [(0, newest), *enumerate(parts, 1)]:
        is_newest = number == 0
        context = TermContext(
            term=term,
            singular=taxonomy.singular,
            index=Link(taxonomy.title, taxonomy.url),
            days=day_groups(part if is_timeline else part[::-1]),
            pagination=pagination(term.url, number, len(parts), words),
            count=len(entries) if is_newest else 0,
            earliest=entries[0].date.year if is_newest else 0,
            latest=entries[-1].date.year if is_newest else 0,
            coverage=_coverage(archive, term, entries, len(parts)) if is_newest else None,
            related=_related(term, entries) if is_newest else (),
            profile=profile if is_newest else None,
        )
        yield Page(
            url=page_url(term.url, number),
            template="timeline.html" if is_timeline else "term.html",
            context=_timeline(context, entries, part) if is_timeline else context,
            kind="term",
            title=term.name if is_newest else term.name + words.text("page_of_title", number=words.number(number)),
            description=profile.summary if profile and is_newest else "",
            section=term.url,
            feed=feeds[0] if feeds else None,
            other_feeds=feeds[1:] if is_newest else (),
            data=list_data_url(term.url) if archive.site.has_data and is_newest else "",
            in_sitemap=is_newest,
        )


def _coverage(archive: Archive, term: Term, entries: Sequence[Entry], count: int) -> Plot | None:
    """Return a term's articles over time, each bar leading to where the newest of its articles stand in the list.

    `count` is how many numbered pages the list has. None where there would be one bar.
    """
    size = archive.site.page_size

    def url_of(axis: Axis, run: Run) -> str:
        number = run.newest // size + 1
        moment = entries[run.newest].date
        day = f"{moment.year}-{moment.month:02}" if axis.by_month else str(moment.year)
        return f"{page_url(term.url, number if number <= count else 0)}#newsgen-{day}"

    found = plot(entries, archive.site.words, url_of)
    return found if found and len(found.bars) > 1 else None


def _timeline(context: TermContext, entries: Sequence[Entry], part: Sequence[Entry]) -> TimelineContext:
    """Return the context of a page of a timeline: of all its entries, `part` stands on this page."""
    is_newest = part[-1] is entries[-1]
    has_ends = len(entries) > 1
    start = len(entries) - len(part) if is_newest else (context.pagination.number - 1) * len(part)
    is_series = context.term.taxonomy == _SERIES
    return TimelineContext(
        **{field.name: getattr(context, field.name) for field in fields(context)},
        first_article=_end(entries[0]) if has_ends else None,
        latest_article=_end(entries[-1]) if has_ends and is_newest else None,
        parts={entry.url: number for number, entry in enumerate(part, start + 1)} if is_series else {},
    )


def _end(entry: Entry) -> TimelineEnd:
    return TimelineEnd(entry.title, entry.url, entry.date, entry.lang)


def taxonomy_pages(archive: Archive) -> Iterator[Page]:
    """Yield the index of each taxonomy that has terms."""
    if not archive.entries:
        return
    first, last = archive.entries[0].date.year, archive.entries[-1].date.year
    for taxonomy in archive.site.taxonomies:
        terms = [
            IndexTerm(term, len(entries), sparkline(entries, first, last) if len(entries) >= _FEWEST_PLOTTED else "")
            for term, entries in archive.by_term(taxonomy.name).items()
        ]
        has_plots = any(item.spark for item in terms)
        if terms:
            yield Page(
                url=taxonomy.url,
                template="taxonomy.html",
                context=TaxonomyContext(
                    name=taxonomy.name,
                    title=taxonomy.title,
                    singular=taxonomy.singular,
                    count=len(terms),
                    earliest=first if has_plots else 0,
                    latest=last if has_plots else 0,
                    letters=_letters(terms),
                    compare=compare_link(archive, taxonomy.name),
                ),
                kind="taxonomy",
                title=taxonomy.title,
                section=taxonomy.url,
                feed=site_feed(archive),
            )


def site_feed(archive: Archive) -> FileLink | None:
    """Return the link to the feed of all articles in the first of its formats; None where the site has no feeds."""
    return next(iter(site_feeds(archive).values()), None)


def list_data_url(base: str, number: int = 0) -> str:
    """Return the URL of the list at `base` as JSON, or of its part `number`."""
    return f"{base}index-{number}.json" if number else f"{base}index.json"


def site_feeds(archive: Archive) -> dict[str, FileLink]:
    """Return the links to the feed of all articles, by format; none where the site has no feeds."""
    site = archive.site
    return feed_links(site, site.title, "/") if archive.entries else {}


def term_feeds(archive: Archive, taxonomy: Taxonomy, term: Term) -> dict[str, FileLink]:
    """Return the links to a term's own feed, by format; none where its taxonomy has none."""
    site = archive.site
    if not taxonomy.has_feeds:
        return {}
    return feed_links(site, site.words.text("feed_of", site=site.title, name=term.name), term.url)


def feed_links(site: Site, title: str, base: str) -> dict[str, FileLink]:
    """Return the links to the feed of what stands at `base`, by format; none where the site has no feeds."""
    if not site.base_url:
        return {}
    named = {name: _FEEDS[name] for name in site.feeds.formats}
    return {name: FileLink(title, f"{base}{file}", type=kind) for name, (file, kind) in named.items()}


def numbered_parts(items: Sequence[_Item], size: int) -> tuple[list[Sequence[_Item]], Sequence[_Item]]:
    """Return the numbered parts of a list given oldest first, and the newest items that are in none.

    A part holds `size` items and never changes once it is there; the newest page holds from `size` to twice that,
    less one. So a new article changes one page, and a cited page keeps its content.
    """
    count = max(0, len(items) // size - 1)
    return [items[i * size : (i + 1) * size] for i in range(count)], items[count * size :]


def page_url(base: str, number: int) -> str:
    """Return the URL of part `number` of the list at `base`; 0 is the newest page."""
    return f"{base}page/{number}/" if number else base


def pagination(base: str, number: int, count: int, words: Words, what: str = "articles") -> Pagination:
    """Return the links of part `number` of `count`; 0 is the newest page, which is newer than part `count`.

    `what` is listed: "articles" or "corrections".
    """
    older = number - 1 if number else count
    newer = number + 1 if 0 < number < count else 0
    return Pagination(
        number=number,
        newer=Link(words.text(f"newer_{what}"), page_url(base, newer)) if number else None,
        older=Link(words.text(f"older_{what}"), page_url(base, older)) if older else None,
    )


def _related(term: Term, entries: Sequence[Entry]) -> tuple[TermCount, ...]:
    """Return the terms of the same taxonomy that stand beside this one most often."""
    counts = Counter(
        other
        for entry in entries
        for other in entry.all_terms[:_MOST_TERMS]
        if other.taxonomy == term.taxonomy and other.slug != term.slug
    )
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].slug))
    return tuple(TermCount(other, count) for other, count in ranked[:_RELATED])


def _letters(terms: Sequence[IndexTerm]) -> tuple[Letter, ...]:
    groups: dict[str, list[IndexTerm]] = {}
    for item in sorted(terms, key=lambda item: (_sort_name(item.term.name), item.term.slug)):
        groups.setdefault(_initial(item.term.name), []).append(item)
    return tuple(Letter(name, tuple(items)) for name, items in sorted(groups.items()))


def _sort_name(name: str) -> str:
    """Return a name without case and accents, so that "Élections" stands among the E's."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char))


def _initial(name: str) -> str:
    first = _sort_name(name)[:1].upper()
    return first if first.isalpha() else "#"
