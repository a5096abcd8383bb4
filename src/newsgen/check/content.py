"""What can be wrong with articles, terms and files, seen without making a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from newsgen import load, markup, permalink
from newsgen.check.pages import Text
from newsgen.check.terms import alike
from newsgen.check.texts import Texts
from newsgen.dates import Moment, Precision
from newsgen.errors import Location, Problem
from newsgen.files import Walk
from newsgen.model import TAKEN_BACK, Archive, Article, Asset, Taxonomy, Term
from newsgen.rules import Rule

__all__ = ["CONTENT_RULES", "Content", "content_of", "same_texts", "short_texts", "unused_static"]

_MONTHS = 12
_KILOBYTE = 1_000
_FIXED_NAMES = ("favicon.ico", "robots.txt", "CNAME", "humans.txt", "ads.txt", "security.txt")


class Content(NamedTuple):
    """A site as it was read: `articles` are those that have a page to read.

    `sources` are the files of the site that are published as they are, `walked` those that are there.
    """

    root: Path
    archive: Archive
    articles: Sequence[Article]
    sources: Sequence[str]
    walked: Mapping[str, Walk]
    texts: Texts


def content_of(root: Path, archive: Archive, assets: Sequence[Asset], texts: Texts) -> Content:
    """Return what the rules of content look at."""
    articles = [item for item in archive.articles if item.status not in TAKEN_BACK and not item.redirect]
    sources = [asset.source for asset in assets if not asset.source.startswith("/")]
    return Content(root, archive, articles, sources, load.walks(root), texts)


def _date_order(site: Content, rule: Rule) -> Iterator[Problem]:
    for article in site.articles:
        texts, path = site.texts, article.path
        if article.updated and _is_before(article.updated, article.date):
            message = f"updated on {article.updated.iso}, and published on {article.date.iso}"
            yield Problem(message, texts.place(path, "updated"), "one of the two dates is wrong")
        if article.expiry and _is_before(article.expiry, article.date):
            message = f"expired on {article.expiry.iso}, and published on {article.date.iso}"
            yield Problem(message, texts.place(path, "expiry"), "one of the two dates is wrong")
        for correction in article.corrections:
            if _is_before(correction.date, article.date):
                message = f"corrected on {correction.date.iso}, and published on {article.date.iso}"
                yield Problem(message, texts.place(path, "corrections"), "one of the two dates is wrong")
        last = max((item.date for item in article.corrections), key=lambda moment: moment.sort_key, default=None)
        if last and article.updated and _is_before(article.updated, last):
            message = f"corrected on {last.iso}, and updated on {article.updated.iso}, before that"
            yield Problem(message, texts.place(path, "updated"), f"write 'updated: {last.iso}'")


def _is_before(one: Moment, other: Moment) -> bool:
    """Whether a moment is before another, as far as the less precise of the two can tell."""
    precision = min(one.precision, other.precision)
    if precision >= Precision.MINUTE:
        return one.instant < other.instant
    first, second = one.local, other.local
    parts = (first.year, first.month, first.day), (second.year, second.month, second.day)
    return parts[0][:precision] < parts[1][:precision]


def _file_date(site: Content, rule: Rule) -> Iterator[Problem]:
    for article in site.articles:
        bare = article.path.rpartition(".")[0]
        stem = bare.removesuffix("/index").rpartition("/")[2]
        written = permalink.split_file_name(stem)[0]
        if written and article.date.date:
            year, month, day = map(int, written.split("-"))
            found = article.date.date
            if (found.year, found.month, found.day) != (year, month, day):
                message = f"the name of the file says {written}, and the front matter {found.isoformat()}"
                yield Problem(message, site.texts.place(article.path, "date"), "rename the file, or mend the date")


def _gaps(site: Content, rule: Rule) -> Iterator[Problem]:
    """Yield each run of months, or of years, without an article, in the unit in which the archive is dense."""
    dates = [entry.date for entry in site.archive.entries]
    months = {date.year * _MONTHS + date.month - 1 for date in dates if date.month}
    # An article that is known to the year may be of any of its months.
    vague = {date.year for date in dates if not date.month}
    months |= {year * _MONTHS + month for year in vague for month in range(_MONTHS)}
    years = {date.year for date in dates}
    if _is_dense(months):
        for start, end in _runs_between(months):
            if end - start + 1 >= rule.number:
                yield _gap(
                    f"{start // _MONTHS:04}-{start % _MONTHS + 1:02}", f"{end // _MONTHS:04}-{end % _MONTHS + 1:02}"
                )
    elif _is_dense(years):
        for start, end in _runs_between(years):
            if (end - start + 1) * _MONTHS >= rule.number:
                yield _gap(f"{start:04}", f"{end:04}")


def _is_dense(numbers: set[int]) -> bool:
    """Whether at least half of the numbers from the first to the last are there."""
    return bool(numbers) and 2 * len(numbers) >= max(numbers) - min(numbers) + 1


def _runs_between(numbers: set[int]) -> Iterator[tuple[int, int]]:
    ordered = sorted(numbers)
    for before, after in pairwise(ordered):
        if after > before + 1:
            yield before + 1, after - 1


def _gap(start: str, end: str) -> Problem:
    if start.endswith("-01") and end.endswith("-12"):
        start, end = start[:-3], end[:-3]
    when = f"in {start}" if start == end else f"from {start} to {end}"
    return Problem(f"there is no article {when}", None, "is a part of the archive missing?")


def _headline_length(site: Content, rule: Rule) -> Iterator[Problem]:
    for article in site.articles:
        if len(article.title) > rule.number:
            message = f"the headline has {len(article.title)} characters, and search engines show {rule.number}"
            yield Problem(message, site.texts.place(article.path, "title"), "shorten it")


def _same_headlines(site: Content, rule: Rule) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], str] = {}
    for article in site.articles:
        day = article.date.date
        if day is None:
            continue
        key = (day.isoformat(), article.lang.casefold(), permalink.fold(article.title) or article.title)
        first = seen.setdefault(key, article.path)
        if first != article.path:
            message = f"the headline {article.title!r} is that of {first} as well, of the same day"
            yield Problem(message, site.texts.place(article.path, "title"), "is it one article twice?")


def short_texts(site: Content, rule: Rule, found: Sequence[Text]) -> Iterator[Problem]:
    """Yield the texts of articles that are shorter than the rule wants."""
    sizes = {text.url: text.size for text in found}
    for article in site.articles:
        size = sizes.get(article.url)
        if size is not None and size < rule.number:
            message = f"the text has {size} characters" if size else "there is no text"
            yield Problem(message, Location(article.path), "is a part of it missing?")


def same_texts(site: Content, rule: Rule, found: Sequence[Text]) -> Iterator[Problem]:
    """Yield the articles that have the text of an older one."""
    digests = {text.url: text.digest for text in found if text.size}
    seen: dict[bytes, str] = {}
    for article in site.articles:
        digest = digests.get(article.url)
        first = seen.setdefault(digest, article.path) if digest else article.path
        if first != article.path:
            message = f"the text is that of {first} as well"
            yield Problem(message, Location(article.path), "keep one, with the URL of the other among its aliases")


def _similar_terms(site: Content, rule: Rule) -> Iterator[Problem]:
    for taxonomy in site.archive.site.taxonomies:
        entries = site.archive.by_term(taxonomy.name)
        terms = {term.name: term for term in entries}
        counts = {term.name: len(found) for term, found in entries.items()}
        for pair in alike(counts, rule.number):
            term, other = terms[pair.name], terms[pair.other]
            if not (_is_let_off(site, term, rule) or _is_let_off(site, other, rule)):
                message = (
                    f"the {taxonomy.singular} {pair.name!r} ({_articles(counts[pair.name])}) differs from "
                    f"{pair.other!r} ({_articles(counts[pair.other])}) by {pair.how} alone"
                )
                profile = f"{load.ARTICLES}/_{taxonomy.name}/{other.slug}.md"
                hint = f"write one of the two everywhere, or make {pair.name!r} an alias in {profile}"
                yield Problem(message, _use_of(site, taxonomy, term), hint)


def _lone_terms(site: Content, rule: Rule) -> Iterator[Problem]:
    taxonomy = next(item for item in site.archive.site.taxonomies if item.name == "tags")
    for term, entries in site.archive.by_term(taxonomy.name).items():
        if len(entries) == 1 and not _is_let_off(site, term, rule):
            message = f"the {taxonomy.singular} {term.name!r} has this one article alone"
            yield Problem(message, _use_of(site, taxonomy, term), "use one that others have")


def _is_let_off(site: Content, term: Term, rule: Rule) -> bool:
    profile = site.archive.profiles.get(term)
    return profile is not None and site.texts.is_let_off(profile.content.path, rule.name)


def _use_of(site: Content, taxonomy: Taxonomy, term: Term) -> Location | None:
    """Return where the first article names a term."""
    url = site.archive.by_term(taxonomy.name)[term][0].url
    path = next((item.path for item in site.articles if item.url == url), "")
    return site.texts.place(path, taxonomy.name) if path else None


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


def _translations(site: Content, rule: Rule) -> Iterator[Problem]:
    by_path = {item.path: item for item in site.articles}
    for article in site.articles:
        original = by_path.get(article.translation_of)
        if original is None:
            continue
        place = site.texts.place(article.path, "translation_of")
        if original.path == article.path:
            yield Problem("this is said to translate itself", place, "name the original, or remove the line")
        elif original.translation_of in by_path:
            first = _first_of(original, by_path)
            what = "which is said to translate it" if first is None else f"itself a translation of {first}"
            hint = f"name {first}" if first else "keep the line in one of them alone"
            yield Problem(f"this is said to translate {original.path}, {what}", place, hint)
        elif original.lang.casefold() == article.lang.casefold():
            message = f"this is said to translate {original.path}, and both are in one language"
            yield Problem(message, place, "write 'lang: ...' in one of the two")


def _first_of(article: Article, by_path: Mapping[str, Article]) -> str | None:
    """Return the file that a chain of translations goes back to; None for a ring."""
    seen = set()
    while article.translation_of in by_path:
        if article.path in seen:
            return None
        seen.add(article.path)
        article = by_path[article.translation_of]
    return article.path


def _no_summary(site: Content, rule: Rule) -> Iterator[Problem]:
    for article in site.articles:
        # A subtitle hides whether there is a summary as well; the file tells.
        if not article.standfirst or article.subtitle:
            fields = site.texts.fields(article.path)
            if fields is not None and not fields.summary:
                yield Problem("there is no summary", Location(article.path), "write 'summary: ...'")


def _without(what: str, key: str, has: Callable[[Article], object]) -> Callable[[Content, Rule], Iterator[Problem]]:
    """Return the rule that every article has something."""

    def look(site: Content, rule: Rule) -> Iterator[Problem]:
        for article in site.articles:
            if not has(article):
                yield Problem(f"there is no {what}", Location(article.path), f"write '{key}: ...'")

    return look


def _alt_of_images(site: Content, rule: Rule) -> Iterator[Problem]:
    for article in site.articles:
        if article.image and not article.image.alt.strip():
            message = "the picture of the article has no words for those who cannot see it"
            yield Problem(message, site.texts.place(article.path, "image"), "write 'image_alt: ...'")
    for profile in site.archive.profiles.values():
        if profile.image and not profile.image.alt.strip():
            place = site.texts.place(profile.content.path, "image")
            yield Problem("the picture has no words for those who cannot see it", place, "write 'image_alt: ...'")


def _image_size(site: Content, rule: Rule) -> Iterator[Problem]:
    for path in site.sources:
        if markup.is_picture(path):
            try:
                size = (site.root / path).lstat().st_size
            except OSError:
                continue  # taken away since the site was read
            if size > rule.number * _KILOBYTE:
                message = f"the picture has {size // _KILOBYTE:,} kilobytes"
                yield Problem(message, Location(path), "make it smaller: readers wait for it, and pay for it")


def _unused_files(site: Content, rule: Rule) -> Iterator[Problem]:
    used = set(site.sources)
    # A text with an error names files that were not looked for.
    archive = site.archive
    bodies = [item.content for item in archive.articles] + [item.content for item in archive.pages]
    texts = {body.path for body in (*bodies, *(profile.content for profile in archive.profiles.values()))}
    for folder in (load.ARTICLES, load.PAGES):
        paths = site.walked[folder].files
        folders = {path.rpartition("/")[0] for path in paths if _is_text(path) and path not in texts}
        for path in paths:
            if not _is_text(path) and path not in used and path.rpartition("/")[0] not in folders:
                hint = "name it in a text, or move it to static/ to have it published"
                yield Problem("no text names this file, and it is not published", Location(path), hint)


def unused_static(site: Content, used: set[str]) -> Iterator[Problem]:
    """Yield the files in static/ to which nothing leads; `used` are files in the output folder."""
    for file in site.archive.files:
        name = unquote(file.url).lstrip("/")
        is_known = name in _FIXED_NAMES or name.startswith(".")
        if file.source.startswith(f"{load.STATIC}/") and name not in used and not is_known:
            yield Problem(
                "no page and no style sheet leads to this file", Location(file.source), "remove it, or let it be"
            )


def _is_text(path: str) -> bool:
    return path.lower().endswith(load.TEXT_ENDINGS)


# The rules that need no page, by name.
CONTENT_RULES: Mapping[str, Callable[[Content, Rule], Iterator[Problem]]] = {
    "alt-text": _alt_of_images,
    "image-size": _image_size,
    "unused-file": _unused_files,
    "date-order": _date_order,
    "file-date": _file_date,
    "gap": _gaps,
    "headline-length": _headline_length,
    "same-headline": _same_headlines,
    "similar-terms": _similar_terms,
    "lone-term": _lone_terms,
    "translation": _translations,
    "no-summary": _no_summary,
    "no-section": _without("section", "section", lambda article: article.section),
    "no-author": _without("author", "authors", lambda article: article.authors),
    "no-tags": _without("tag", "tags", lambda article: article.tags),
    "no-source": _without("source", "source", lambda article: article.source or article.source_url),
}
