"""The pages of earlier versions of articles, and the list of those that an article has.

They stand in no list, feed, search or sitemap: what they say is no longer what the archive says.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote, unquote

from newsgen.model import Archive, Article, Asset, Bundle, Link, Page, PastText, Redline, Version
from newsgen.permalink import URL_SAFE
from newsgen.plan.contexts import EarlierVersions, GoneContext, VersionContext, VersionRow, VersionsContext

__all__ = ["earlier_versions", "version_pages"]


def earlier_versions(archive: Archive, article: Article) -> EarlierVersions | None:
    """Return where the list of an article's earlier versions stands; None where there are none to be read."""
    count = sum(not version.is_withdrawn for version in archive.versions.get(article.path, ()))
    return EarlierVersions(_index_url(article), count) if count else None


def version_pages(archive: Archive, items: Iterable[Page | Asset | Bundle]) -> Iterator[Page]:
    """Yield the list of earlier versions of each article and a page for each of them: a notice for one withdrawn.

    `items` are all that stands on the site beside them.
    """
    if not archive.versions:
        return
    targets = _Targets(archive, items)
    for article in archive.articles:
        versions = archive.versions.get(article.path, ())
        shown = [version for version in versions if not version.is_withdrawn]
        for version in versions:
            if version.is_withdrawn:
                yield _notice(archive, article, _url(article, version), version)
        if shown:
            yield from _shown_pages(archive, article, shown, targets)
        elif versions:
            yield _notice(archive, article, _index_url(article), versions[-1])


def _shown_pages(archive: Archive, article: Article, shown: Sequence[Version], targets: _Targets) -> Iterator[Page]:
    text = archive.site.words.text
    now = Link(article.title, article.url, article.lang)
    canonical = article.canonical or article.url
    index = Link(text("versions_of", title=article.title), _index_url(article), article.lang)
    texts = [_past_text(version, article, targets) for version in shown]
    for number, version in enumerate(shown):
        is_last = number + 1 == len(shown)
        following = None if is_last else shown[number + 1]
        yield Page(
            url=_url(article, version),
            template="version.html",
            context=VersionContext(
                title=version.title,
                date=version.date,
                until=version.until,
                text=texts[number],
                redline=Redline(
                    version.title,
                    texts[number],
                    following.title if following else article.title,
                    texts[number + 1] if following else article.content,
                ),
                article=now,
                canonical=canonical,
                index=index,
                older=_link(archive, article, shown[number - 1]) if number else None,
                newer=_link(archive, article, following) if following else None,
            ),
            kind="version",
            title=_title(archive, version),
            lang=article.lang,
            section=article.section.url if article.section else "",
            in_sitemap=False,
            sources=(article.path,),
        )
    rows = [VersionRow(item.title, _url(article, item), item.date, item.until) for item in reversed(shown)]
    yield Page(
        url=index.url,
        template="versions.html",
        context=VersionsContext(now, canonical, tuple(rows)),
        kind="versions",
        title=index.title,
        lang=article.lang,
        section=article.section.url if article.section else "",
        in_sitemap=False,
        sources=(article.path,),
    )


def _title(archive: Archive, version: Version) -> str:
    words = archive.site.words
    return words.text("version_of", title=version.title, date=words.date(version.date))


def _link(archive: Archive, article: Article, version: Version) -> Link:
    words = archive.site.words
    when = words.text("date_and_time", date=words.date(version.date), time=words.time(version.date))
    return Link(when, _url(article, version))


def _notice(archive: Archive, article: Article, url: str, version: Version) -> Page:
    """Return what stands where a version was withdrawn: nothing of what it said, not even its title."""
    text = archive.site.words.text
    return Page(
        url=url,
        template="gone.html",
        context=GoneContext(text("version_gone"), version.date, None, "removed", text("version_gone_why"), None),
        kind="gone",
        title=text("status_removed"),
        in_sitemap=False,
        sources=(article.path,),
    )


def _index_url(article: Article) -> str:
    """Return the URL of the list of versions: below the article, or named after it where that is a file itself."""
    url = article.url
    return f"{url}versions/" if url.endswith("/") else f"{url.rpartition('.')[0] or url}-versions/"


def _url(article: Article, version: Version) -> str:
    return f"{_index_url(article)}{version.name}/"


# What an old text refers to


class _Targets:
    """Knows what stands on the site today, by the file that it is made of and by its URL."""

    def __init__(self, archive: Archive, items: Iterable[Page | Asset | Bundle]) -> None:
        self._texts: Mapping[str, str] = {
            **{profile.content.path: term.url for term, profile in archive.profiles.items()},
            **{page.path: page.url for page in archive.pages},
            **{article.path: article.url for article in archive.articles},
        }
        self._files: dict[str, str] = {}
        self._urls: set[str] = set()
        for item in items:
            self._urls.add(item.url)
            if isinstance(item, Asset):
                self._files[item.source] = min(item.url, self._files.get(item.source, item.url))

    def url(self, target: str, paths: Iterable[str]) -> str:
        """Return what a target means today that stood in a file at one of `paths`; "" where it is not there.

        The part of a page that it may have named is left out, since nobody knows whether that is there.
        """
        plain = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
        if plain.startswith("/"):
            url = quote(plain, safe=URL_SAFE)
            return url if url in self._urls else ""
        for path in paths:
            named = posixpath.normpath(posixpath.join(posixpath.dirname(path), plain))
            for known in (named, f"{named}/index.md", f"{named}.md"):
                url = self._texts.get(known) or self._files.get(known, "")
                if url in self._urls:
                    return url
        return ""


def _past_text(version: Version, article: Article, targets: _Targets) -> PastText:
    paths = dict.fromkeys((version.path, article.path))
    found = ((target, targets.url(target, paths)) for target in version.targets)
    return PastText(version.path, version.digest, version.text, tuple(sorted(pair for pair in found if pair[1])))
