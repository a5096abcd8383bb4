"""What the next build would do, for people: which addresses it adds, changes, moves and removes, and what differs.

Nothing is written. What is told comes from the steps of the build itself, so that a build which follows does just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from newsgen.build import Options, Rehearsal, rehearsed
from newsgen.differences import as_read, line_difference, word_difference
from newsgen.errors import NewsgenError, Problem, errors_in
from newsgen.model import Asset, Bundle, Page, Site
from newsgen.permalink import PATTERN_FIELDS, output_path, url_of
from newsgen.value import Value
from newsgen.write import Changes

__all__ = ["GROUPS", "Comparison", "Difference", "IndexPart", "Move", "Preview", "Touched", "preview"]

# The kinds of files, in the order in which they are told.
GROUPS = (
    "articles", "pages", "lists", "tombstones", "redirects", "feeds", "sitemaps", "data", "search", "files",
)  # fmt: skip
_GROUP_OF = {
    "article": "articles",
    "gone": "tombstones",
    "redirect": "redirects",
    "feed": "feeds",
    "article-data": "data",
    "list-data": "data",
    "citation": "data",
    "file": "files",
    **dict.fromkeys(
        ("home", "list", "term", "taxonomy", "year", "month", "day", "archive", "compare", "on-this-day"), "lists"
    ),
}
_FEED = re.compile(r".*/((feed|rss)(-[\w-]+)?\.xml|feed(-[\w-]+)?\.json|feed/\d+\.xml)")
_SITEMAP = re.compile(r"/(news-)?sitemap(-[\w-]+)?\.xml")
_DATA = re.compile(r".*/index(-\d+)?\.json|.*[/-]cite\.\w+")
_LIST = re.compile(r"/|(/\d{4}(/\d\d){0,2}|.*/page/\d+|/archive(/compare)?|/on-this-day(/\d\d-\d\d)?)/")
_SEARCH = "/search/"
_NOTHING = Changes((), (), ())
# A file of more bytes is not compared.
_LARGEST = 8_000_000


class Comparison(NamedTuple):
    """Which files to compare in full, and how.

    `wanted` are URLs, paths in the output folder or source files, with "*" for anything; `by_words` marks words
    instead of lines, and `as_text` compares what a reader sees of an HTML page.
    """

    wanted: tuple[str, ...] = ()
    by_words: bool = False
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Touched(Value):
    """A file that the next build adds, changes or removes (`change`).

    `group` is one of GROUPS; that of a file which goes is told from its address. `title` is "" where it has none, or
    none that is known. Sizes are bytes, 0 where the file is not.
    """

    change: str
    group: str
    url: str
    path: str
    title: str
    before: int
    after: int


class Move(NamedTuple):
    """An address at which a page stands and that is going to send on: to a path on the site, or to an address."""

    url: str
    target: str
    title: str


class IndexPart(NamedTuple):
    """A part of the search index that is going to be made anew. Its files are known only once it is made."""

    url: str
    language: str
    documents: int
    is_new: bool


class Difference(NamedTuple):
    """What differs in a file, in lines; `note` says why there are none.

    `was` is the URL of what it is compared with, where that stood elsewhere. `is_by_words` says how it is marked.
    """

    url: str
    change: str
    lines: tuple[str, ...]
    note: str = ""
    was: str = ""
    is_by_words: bool = False


@dataclass(frozen=True, slots=True)
class Preview(Value):
    """What the next build would do. Where it would fail, `errors` say why, and it would do nothing.

    `touched` are all files that it would change, by group and URL. Of those, the pages that would send on are in
    `moves`. `before` and `after` are the sizes of the whole output, in bytes, without the parts of the search index
    that are in `index`.
    """

    base_url: str = ""
    articles: int = 0
    planned: int = 0
    changes: Changes = _NOTHING
    touched: tuple[Touched, ...] = ()
    moves: tuple[Move, ...] = ()
    index: tuple[IndexPart, ...] = ()
    before: int = 0
    after: int = 0
    differences: tuple[Difference, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()

    def of(self, change: str) -> dict[str, list[Touched]]:
        """Return the files of one kind of change by group, in order: those of moved pages are not among them."""
        moved = {("changed", move.url) for move in self.moves} | {("added", move.target) for move in self.moves}
        found: dict[str, list[Touched]] = {}
        for item in self.touched:
            if item.change == change and (change, item.url) not in moved:
                found.setdefault(item.group, []).append(item)
        return found


def preview(
    root: Path, out: Path | None = None, options: Options = Options(), comparison: Comparison = Comparison()
) -> Preview:
    """Return what `build` would do with the same arguments; write nothing.

    The parts of the search index are made, to tell their files, as far as `options.indexes` says.
    """
    try:
        with rehearsed(root, out, options) as rehearsal:
            return _told(rehearsal, comparison)
    except (NewsgenError, ExceptionGroup) as group:
        problems = {error.problem for error in errors_in(group)}
        return Preview(errors=tuple(sorted(problems, key=lambda problem: problem.sort_key)))


def _told(rehearsal: Rehearsal, comparison: Comparison) -> Preview:
    target = rehearsal.target
    made = {output_path(item.url): item for item in rehearsal.stale if not isinstance(item, Bundle)}
    touched = tuple(sorted(_touched(rehearsal, made), key=lambda item: (GROUPS.index(item.group), item.url)))
    after = target.size()
    titles = {item.url: item.title for item in rehearsal.items if isinstance(item, Page)}
    notes = list(rehearsal.notes)
    found = tuple(_differences(rehearsal, made, touched, comparison, notes))
    if target.is_unsettled():
        notes.append("another build is under way, or the last one was cut short: this is what stands there now")
    return Preview(
        base_url=rehearsal.site.base_url,
        articles=len(rehearsal.archive.articles),
        planned=len(rehearsal.items),
        changes=rehearsal.changes,
        touched=touched,
        moves=tuple(Move(url, to, titles.get(to, "") or titles.get(url, "")) for url, to in rehearsal.moved),
        index=tuple(
            IndexPart(part.url, part.language, len(part.documents), not target.files_of(part))
            for part in rehearsal.waiting
        ),
        before=after - sum(item.after - item.before for item in touched),
        after=after,
        differences=found,
        warnings=rehearsal.warnings,
        notes=tuple(notes),
    )


def _touched(rehearsal: Rehearsal, made: Mapping[str, Page | Asset]) -> Iterator[Touched]:
    target = rehearsal.target
    pattern = _article_pattern(rehearsal.site.permalink)
    for change, paths in rehearsal.changes._asdict().items():
        for path in paths:
            item = made.get(path)
            url = item.url if item else url_of(path)
            group = _group(item, url) if item else _group_of_url(url, rehearsal.site, pattern)
            staged = target.staged(path)
            yield Touched(
                change=change,
                group=group,
                url=url,
                path=path,
                title=item.title if isinstance(item, Page) else "",
                before=0 if change == "added" else target.size_of(path),
                after=staged.size if staged else 0,
            )


# Groups


def _group(item: Page | Asset, url: str) -> str:
    if isinstance(item, Asset):
        return "files"
    if _SITEMAP.fullmatch(url):
        return "sitemaps"
    return _GROUP_OF.get(item.kind) or ("pages" if _is_html(output_path(url)) else "files")


def _group_of_url(url: str, site: Site, article: re.Pattern[str]) -> str:
    """Return the group of a file that nobody plans any more, as far as its address tells."""
    if _SITEMAP.fullmatch(url):
        return "sitemaps"
    if url.startswith(_SEARCH) and url != _SEARCH:
        return "search"
    if _FEED.fullmatch(url):
        return "feeds"
    if _DATA.fullmatch(url):
        return "data"
    if not _is_html(output_path(url)):
        return "files"
    if _LIST.fullmatch(url) or any(url.startswith(taxonomy.url) for taxonomy in site.taxonomies):
        return "lists"
    return "articles" if article.fullmatch(url) else "pages"


_FIELD = re.compile(r"\\\{(" + "|".join(PATTERN_FIELDS) + r")\\\}")
_FIELD_PATTERNS = {"year": r"\d{4}", "month": r"\d\d", "day": r"\d\d"}


def _article_pattern(permalink: str) -> re.Pattern[str]:
    """Return what addresses of articles look like; a date may lack its month and its day."""
    parts: list[str] = []
    for part in permalink.strip("/").split("/"):
        pattern = _FIELD.sub(lambda field: _FIELD_PATTERNS.get(field[1], "[^/]+"), re.escape(part))
        parts.append(f"(/{pattern})?" if part in ("{month}", "{day}") else f"/{pattern}")
    return re.compile("".join(parts) + ("/" if permalink.endswith("/") else ""))


def _is_html(path: str) -> bool:
    return path.endswith((".html", ".htm"))


# Comparing


def _differences(
    rehearsal: Rehearsal,
    made: Mapping[str, Page | Asset],
    touched: Iterable[Touched],
    comparison: Comparison,
    notes: list[str],
) -> Iterator[Difference]:
    """Yield what differs in the files that are wanted; say in `notes` which wanted names are those of none."""
    if not comparison.wanted:
        return
    wanted = {name: _Pattern(name, rehearsal.site) for name in comparison.wanted}
    unmet = dict.fromkeys(wanted)
    for item in touched:
        names = _names(item.url, item.path, made.get(item.path))
        meeting = [name for name, pattern in wanted.items() if pattern.meets(names)]
        if meeting:
            for name in meeting:
                unmet.pop(name, None)
            yield _difference(rehearsal, made.get(item.path), item, comparison)
    for name in unmet:
        pattern = wanted[name]
        is_planned = any(pattern.meets(_names(item.url, output_path(item.url), item)) for item in rehearsal.items)
        notes.append(f"{name!r} does not change" if is_planned else f"nothing stands at {name!r}, and nothing will")


class _Pattern:
    """What somebody wants to see: a URL, an address, a path in the output folder or a source file, or many by "*"."""

    def __init__(self, written: str, site: Site) -> None:
        path = written.removeprefix(site.base_url) if site.base_url else written
        path = path.partition("#")[0].removeprefix(f"{site.output}/")
        self._forms = {_plain(path), _plain(path.removesuffix("index.html"))}

    def meets(self, names: Sequence[str]) -> bool:
        return any(name in self._forms or any(fnmatchcase(name, form) for form in self._forms) for name in names)


def _names(url: str, path: str, item: Page | Asset | Bundle | None) -> list[str]:
    """Return what a file may be called by. Its source stands for the page that shows it, and not for all else."""
    sources = item.sources if isinstance(item, Page) and _is_html(path) else ()
    return [_plain(name) for name in (url, path, *sources)]


def _plain(name: str) -> str:
    return unquote(name).strip("/")


def _difference(
    rehearsal: Rehearsal, item: Page | Asset | None, touched: Touched, comparison: Comparison
) -> Difference:
    url, change = touched.url, touched.change
    moved = dict(rehearsal.moved)
    if change == "changed" and url in moved:
        return Difference(url, change, (), f"it sends on to {moved[url]}")
    if item is None and change != "removed":
        return Difference(url, change, (), "a file of the search index")
    # A page that moved is compared with what it was at its old address.
    was = next((old for old, new in rehearsal.moved if new == url), "") if change == "added" else ""
    before = b"" if change == "added" and not was else rehearsal.target.bytes_of(output_path(was or url)) or b""
    after = rehearsal.renderer.render(item).data if item is not None else b""
    if max(len(before), len(after)) > _LARGEST:
        return Difference(url, change, (), "too large to be compared", was)
    try:
        old, new = before.decode(), after.decode()
    except UnicodeDecodeError:
        return Difference(url, change, (), "no text", was)
    if "\0" in old or "\0" in new:
        return Difference(url, change, (), "no text", was)
    reads = comparison.as_text and _is_html(touched.path)
    if reads:
        old, new = as_read(old), as_read(new)
    lines = tuple((word_difference if comparison.by_words else line_difference)(old, new))
    same = "a reader sees the same" if reads else "the ends of its lines alone differ"
    return Difference(url, change, lines, "" if lines else same, was, comparison.by_words)
