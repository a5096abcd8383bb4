"""What stands beside pages for programs: articles and lists as JSON, and citations for reference managers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from newsgen.citation import FORMATS, Citation, CitationFile, key_of
from newsgen.data import ArticleData, ListData
from newsgen.model import Archive, Article, Entry, FileLink, Page, Site, Writing
from newsgen.plan.lists import list_data_url, numbered_parts

__all__ = ["article_data_page", "citation_links", "citation_of", "citation_pages", "list_data_pages"]

# Entries in a part of a list. Larger than a page for readers: a file more costs more than lines in one.
_PART = 200


def citation_of(site: Site, article: Article) -> Citation:
    """Return what is cited of an article."""
    return Citation(
        key=key_of(article.url),
        title=article.title,
        authors=tuple(term.name for term in article.authors),
        publication=site.title,
        date=article.date,
        url=f"{site.base_url}{article.url}" if site.base_url else "",
        publisher=site.publisher.name,
        language=article.lang or site.language,
        section=article.section.name if article.section else "",
        keywords=tuple(term.name for term in article.tags),
    )


def citation_links(site: Site, article: Article) -> tuple[FileLink, ...]:
    """Return links to the files with an article's citation."""
    return tuple(
        FileLink(form.title, _beside(article.url, "cite", form.ending), type=form.media_type)
        for form in map(FORMATS.__getitem__, site.citation_files)
    )


def citation_pages(site: Site, article: Article, citation: Citation, links: Sequence[FileLink]) -> Iterator[Page]:
    """Yield the files with an article's citation, to which `links` lead."""
    for name, link in zip(site.citation_files, links, strict=True):
        yield _page(link.url, CitationFile(name, citation), "citation", article.title, (article.path,))


def article_data_page(site: Site, article: Article, citation: Citation | None) -> Page:
    """Return an article as JSON."""
    context = ArticleData(article, citation, site.base_url, site.language)
    return _page(_beside(article.url, "index", "json"), context, "article-data", article.title, (article.path,))


def list_data_pages(archive: Archive) -> Iterator[Page]:
    """Yield the lists of all articles and of each term's as JSON, in parts that are numbered from the oldest."""
    site = archive.site
    if not site.has_data or not archive.entries:
        return
    yield from _list_pages(site, "/", site.title, archive.entries)
    for taxonomy in site.taxonomies:
        for term, entries in archive.by_term(taxonomy.name).items():
            yield from _list_pages(site, term.url, term.name, entries)


def _list_pages(site: Site, url: str, title: str, entries: Sequence[Entry]) -> Iterator[Page]:
    parts, newest = numbered_parts(entries, _PART)
    for number, part in [*enumerate(parts, 1), (0, newest)]:
        older = number - 1 if number else len(parts)
        context = ListData(
            title=title,
            url=url,
            entries=tuple(reversed(part)),
            older=list_data_url(url, older) if older else "",
            base=site.base_url,
            language=site.language,
        )
        yield _page(list_data_url(url, number), context, "list-data", title)


def _beside(url: str, name: str, ending: str) -> str:
    """Return the URL of a file beside an article: in its folder, or named after it where it is a file itself."""
    return f"{url}{name}.{ending}" if url.endswith("/") else f"{url.rpartition('.')[0]}-{name}.{ending}"


def _page(url: str, context: Writing, kind: str, title: str, sources: tuple[str, ...] = ()) -> Page:
    return Page(
        url=url,
        template="",
        context=context,
        kind=kind,
        title=title,
        in_sitemap=False,
        links="absolute",
        sources=sources,
    )
