"""The pages of articles and standing pages, and what stands where an article moved or was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from newsgen.markup import is_external
from newsgen.model import TAKEN_BACK, Archive, Article, Entry, Link, MenuItem, Page, Site, StandingPage, Term
from newsgen.plan.contexts import ArticleContext, GoneContext, RedirectContext, SeriesPart, StandingPageContext
from newsgen.plan.data import article_data_page, citation_links, citation_of, citation_pages
from newsgen.plan.dates import date_links
from newsgen.plan.history import earlier_versions
from newsgen.plan.lists import site_feed
from newsgen.plan.related import related_coverage

__all__ = ["article_pages", "redirect_pages", "removal_policy", "standing_pages"]

# What a publisher may call its word on articles that are taken back, the nearest first; as it is compared.
_POLICIES = (
    "removals", "takedowns", "unpublishing", "corrections", "correctionspolicy", "ethics", "ethicspolicy", "principles",
    "publishing principles", "publishingprinciples",
)  # fmt: skip
_SERIES = "series"


def article_pages(archive: Archive) -> Iterator[Page]:
    """Yield the page of every article; a tombstone for one that was removed or redacted."""
    neighbours = _neighbours(archive.entries)
    series = _series_parts(archive)
    shown = [article for article in archive.articles if article.status not in TAKEN_BACK]
    by_path: dict[str, Entry] = {article.path: article for article in shown}
    related = related_coverage(archive, _led_to(shown, series, by_path))
    translations = _translations(shown)
    feed = site_feed(archive)
    organizations = {term for term, profile in archive.profiles.items() if profile.is_organization}
    for article in archive.articles:
        if article.redirect:
            yield _redirect_page(article.url, article.redirect, article)
        elif article.status in TAKEN_BACK:
            yield _tombstone(article, archive.site)
        else:
            older, newer = neighbours.get(article.url, (None, None))
            citation = citation_of(archive.site, article) if archive.site.has_citations else None
            data = article_data_page(archive.site, article, citation) if archive.site.has_data else None
            links = citation_links(archive.site, article) if citation else ()
            if citation:
                yield from citation_pages(archive.site, article, citation, links)
            yield Page(
                url=article.url,
                template=article.template or "article.html",
                context=ArticleContext(
                    article=article,
                    older=older,
                    newer=newer,
                    series=_series_part(article, series),
                    dates=date_links(article.date, archive.site.words),
                    original=_link(original) if (original := by_path.get(article.translation_of)) else None,
                    translations=translations.get(article.url, ()),
                    organizations=tuple(term.url for term in article.authors if term in organizations),
                    related=related.get(article.url, ()),
                    citations=links,
                    versions=earlier_versions(archive, article),
                ),
                kind="article",
                title=article.title,
                description=article.summary,
                lang=article.lang,
                section=article.section.url if article.section else "",
                feed=feed,
                data=data.url if data else "",
                changed=article.last_change,
                in_sitemap=article.status != "hidden",
                sources=(article.path,),
            )
            if data:
                yield data  # beside the page, so that the text is converted for both at once


def redirect_pages(archive: Archive) -> Iterator[Page]:
    """Yield a page at each former address of an article or a standing page, and at each other name of a term.

    The present address of an article may be among its former ones.
    """
    items: list[Article | StandingPage] = [*archive.articles, *archive.pages]
    for item in items:
        for alias in item.aliases:
            if alias != item.url:
                yield _redirect_page(alias, item.url, item)
    for url, term in archive.aliases.items():
        if term in archive.by_term(term.taxonomy):
            yield Page(
                url=url,
                template="redirect.html",
                context=RedirectContext(MenuItem(term.name, term.url)),
                kind="redirect",
                title=term.name,
                in_sitemap=False,
                sources=(archive.profiles[term].content.path,),
            )


def standing_pages(archive: Archive) -> Iterator[Page]:
    """Yield the pages without a date."""
    feed = site_feed(archive)
    for standing in archive.pages:
        yield Page(
            url=standing.url,
            template=standing.template or "page.html",
            context=StandingPageContext(standing),
            kind="page",
            title=standing.title,
            description=standing.summary,
            lang=standing.lang,
            section=standing.url,
            feed=feed,
            changed=standing.updated,
            in_sitemap=not standing.is_hidden,
            sources=(standing.path,),
        )


def _neighbours(entries: Sequence[Entry]) -> dict[str, tuple[Link | None, Link | None]]:
    """Return, by URL, links to the article before and the one after in time."""
    links = [_link(entry) for entry in entries]
    return {
        entry.url: (links[i - 1] if i else None, links[i + 1] if i + 1 < len(links) else None)
        for i, entry in enumerate(entries)
    }


def _series_parts(archive: Archive) -> dict[tuple[Term, str], SeriesPart]:
    """Return, by series and URL, where an article stands in a series of several."""
    parts: dict[tuple[Term, str], SeriesPart] = {}
    for term, entries in archive.by_term(_SERIES).items():
        neighbours = _neighbours(entries) if len(entries) > 1 else {}
        for number, (url, (older, newer)) in enumerate(neighbours.items(), 1):
            parts[term, url] = SeriesPart(term, number, len(entries), older, newer)
    return parts


def _series_part(article: Article, series: Mapping[tuple[Term, str], SeriesPart]) -> SeriesPart | None:
    """Return the part that the article's page shows: that of the first series it stands in."""
    return next((series[term, article.url] for term in article.terms if (term, article.url) in series), None)


def _led_to(
    articles: Iterable[Article], series: Mapping[tuple[Term, str], SeriesPart], by_path: Mapping[str, Entry]
) -> dict[str, tuple[str, ...]]:
    """Return, by URL, where an article's page leads that stands in a series or is a translation."""
    found: dict[str, tuple[str, ...]] = {}
    for article in articles:
        part, original = _series_part(article, series), by_path.get(article.translation_of)
        if part or original:
            links = (part and part.older, part and part.newer, original)
            found[article.url] = tuple(link.url for link in links if link)
    return found


def _translations(articles: Sequence[Article]) -> dict[str, tuple[Link, ...]]:
    """Return, by URL, the listed articles that say the same as another in other languages: one a language, by language.

    Of an original and its translations each has all the others, and so has a translation of a translation.
    """
    by_path = {article.path: article for article in articles}
    groups: dict[str, list[Article]] = {}
    for article in articles:
        if article.translation_of in by_path:
            groups.setdefault(_original_of(article, by_path), []).append(article)
    found: dict[str, tuple[Link, ...]] = {}
    for path, translations in groups.items():
        # The original is in no group as its own translation, but where several translate each other in a ring.
        group = [by_path[path], *(item for item in translations if item.path != path)]
        listed: dict[str, Article] = {}
        for article in group:
            if article.status != "hidden" and not article.redirect:
                listed.setdefault(article.lang.casefold(), article)
        others = [_link(article) for _, article in sorted(listed.items())]
        for article in group:
            found[article.url] = tuple(link for link in others if link.lang.casefold() != article.lang.casefold())
    return found


def _original_of(article: Article, by_path: Mapping[str, Article]) -> str:
    """Return the file of what was translated first; in a ring of articles that translate each other, its first name."""
    seen: list[str] = []
    path = article.path
    while path not in seen:
        seen.append(path)
        if by_path[path].translation_of not in by_path:
            return path
        path = by_path[path].translation_of
    return min(seen[seen.index(path) :])


def _link(entry: Entry) -> Link:
    return Link(entry.title, entry.url, entry.lang)


def _redirect_page(url: str, target: str, item: Article | StandingPage) -> Page:
    title = _public_title(item)
    return Page(
        url=url,
        template="redirect.html",
        context=RedirectContext(MenuItem(title, target, is_external=is_external(target))),
        kind="redirect",
        title=title,
        in_sitemap=False,
        sources=(item.path,),
    )


def _public_title(item: Article | StandingPage) -> str:
    """Return a title; "" for an article that was redacted, whose title may be what was to go."""
    return "" if isinstance(item, Article) and item.status == "redacted" else item.title


def removal_policy(site: Site) -> MenuItem | None:
    """Return the publisher's policy on what is taken back, or the one that comes nearest; None where it names none."""
    named = {item.title.casefold().replace("-", " "): item for item in reversed(site.publisher.policies)}
    return next((named[name] for name in _POLICIES if name in named), None)


def _tombstone(article: Article, site: Site) -> Page:
    return Page(
        url=article.url,
        template="gone.html",
        context=GoneContext(
            title=_public_title(article),
            date=article.date,
            updated=article.updated,
            status=article.status,
            reason=article.reason,
            policy=removal_policy(site),
        ),
        kind="gone",
        title=site.words.text(f"status_{article.status}"),
        lang=article.lang,
        in_sitemap=False,
        sources=(article.path,),
    )
