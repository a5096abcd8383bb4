"""The pages of articles and standing pages, and what stands where an article moved or was taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsgen.markup import is_external
from newsgen.model import TAKEN_BACK, Archive, Article, Entry, Link, MenuItem, Page, StandingPage, Term
from newsgen.plan.contexts import ArticleContext, GoneContext, RedirectContext, SeriesPart, StandingPageContext
from newsgen.plan.dates import date_links
from newsgen.plan.lists import site_feed
from newsgen.words import Words

__all__ = ["article_pages", "redirect_pages", "standing_pages"]

_SERIES = "series"


def article_pages(archive: Archive) -> Iterator[Page]:
    """Yield the page of every article; a tombstone for one that was removed or redacted."""
    neighbours = _neighbours(archive.entries)
    series = _series_parts(archive)
    shown = [article for article in archive.articles if article.status not in TAKEN_BACK]
    by_path = {article.path: article for article in shown}
    for article in archive.articles:
        if article.redirect:
            yield _redirect_page(article.url, article.redirect, article)
        elif article.status in TAKEN_BACK:
            yield _tombstone(article, archive.site.words)
        else:
            older, newer = neighbours.get(article.url, (None, None))
            yield Page(
                url=article.url,
                template=article.template or "article.html",
                context=ArticleContext(
                    article=article,
                    older=older,
                    newer=newer,
                    series=next(
                        (series[term, article.url] for term in article.terms if (term, article.url) in series), None
                    ),
                    dates=date_links(article.date, archive.site.words),
                    original=_link(original) if (original := by_path.get(article.translation_of)) else None,
                ),
                kind="article",
                title=article.title,
                description=article.summary,
                lang=article.lang,
                section=article.section.url if article.section else "",
                feed=site_feed(archive),
                changed=article.updated or article.date,
                in_sitemap=article.status != "hidden",
                sources=(article.path,),
            )


def redirect_pages(archive: Archive) -> Iterator[Page]:
    """Yield a page at each former address of an article or a standing page; its present one may be among them."""
    items: list[Article | StandingPage] = [*archive.articles, *archive.pages]
    for item in items:
        for alias in item.aliases:
            if alias != item.url:
                yield _redirect_page(alias, item.url, item)


def standing_pages(archive: Archive) -> Iterator[Page]:
    """Yield the pages without a date."""
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
            feed=site_feed(archive),
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


def _tombstone(article: Article, words: Words) -> Page:
    return Page(
        url=article.url,
        template="gone.html",
        context=GoneContext(
            title=_public_title(article),
            date=article.date,
            updated=article.updated,
            status=article.status,
            reason=article.summary,
        ),
        kind="gone",
        title=words.text(f"status_{article.status}"),
        in_sitemap=False,
        sources=(article.path,),
    )
