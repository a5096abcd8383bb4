"""One article or page file -> what it says by itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zlib import compress

from newsgen import dates, files, frontmatter, markup, permalink
from newsgen.dates import Moment
from newsgen.errors import ContentError, Location, NewsgenError, Problem, errors_in
from newsgen.files import Standing
from newsgen.fingerprint import digest_bytes
from newsgen.frontmatter import Dialect, FrontMatter
from newsgen.markup import Converter, Reference
from newsgen.model import Origin, Site
from newsgen.source import Source, source_of
from newsgen.store import packed, unpacked
from newsgen.value import Value

__all__ = [
    "ARTICLES",
    "PAGES",
    "Job",
    "Known",
    "Parsed",
    "ParsedBatch",
    "Past",
    "dialect_of",
    "parse_batch",
    "parse_file",
    "parse_past",
    "parsed_in",
    "taxonomy_of",
]

ARTICLES = "articles"
PAGES = "pages"
# The folders in which Jekyll keeps articles: in all others whose name starts so, there are profiles of terms.
_OF_JEKYLL = ("_posts", "_drafts")
_CODE = ("`", "~~~", "<!--", "\n    ", "\n\t")
_KEYS_ON_TOP = re.compile(r"\s*(?:<!--\s*)?(?:\.\. )?(?:title|date|slug|tags|category|author)s?:", re.IGNORECASE)
_DATE_HINT = "write 'date: 2024-12-01' in the front matter, or start the file name with the date"


@dataclass(frozen=True, slots=True)
class Parsed(Value):
    """What one article, page or profile says by itself. `digest` is that of its body, whose text is not kept.

    The `title` of a profile is "" where it names none; its `slug` is that of its term.
    `may_be_code` says that some references may stand in code or a comment, and be none.
    """

    path: str
    fields: FrontMatter
    title: str
    date: Moment | None
    slug: str
    lang: str
    summary: str
    digest: bytes
    references: tuple[Reference, ...]
    may_be_code: bool
    drops_title: bool
    body_line: int
    origins: tuple[Origin, ...]
    warnings: tuple[Problem, ...]


def dialect_of(site: Site) -> Dialect:
    """Return how the site's settings want front matter to be read."""
    taxonomies = {taxonomy.name: taxonomy.keys for taxonomy in site.taxonomies}
    return Dialect(dates.load_zone(site.timezone), taxonomies, dict(site.front_matter))


@dataclass(frozen=True, slots=True)
class Job(Value):
    """What the parsing of all files shares: small, and picklable for a worker."""

    root: str
    site: Site


class ParsedBatch(NamedTuple):
    """What some files say, as `packed` wrote it down with `Known` values; and what is wrong with the others."""

    data: bytes
    errors: tuple[tuple[str, NewsgenError], ...]


class Known(NamedTuple):
    """What a file says, and how it stood on disk when it was read."""

    path: str
    standing: Standing
    parsed: Parsed


def parse_batch(job: Job, batch: Sequence[tuple[str, Standing]]) -> ParsedBatch:
    """Return what files say, each named with how it stood before; the notes for `explain` are left out."""
    dialect, converter = _tools(job.site)
    found: list[Known] = []
    errors: list[tuple[str, NewsgenError]] = []
    for path, standing in batch:
        try:
            found.append(Known(path, standing, parse_file(Path(job.root), path, dialect, converter, notes=False)))
        except ExceptionGroup as group:
            errors.extend((path, error) for error in errors_in(group))
    return ParsedBatch(packed(found), tuple(errors))


def parsed_in(data: bytes | None) -> list[Known]:
    """Return what a batch holds; nothing of one that is damaged or that another version wrote."""
    found = unpacked(data)
    return [item for item in found if isinstance(item, Known)] if isinstance(found, list) else []


@lru_cache(maxsize=1)
def _tools(site: Site) -> tuple[Dialect, Converter]:
    return dialect_of(site), Converter(site.markdown)


def parse_file(root: Path, path: str, dialect: Dialect, converter: Converter, *, notes: bool = True) -> Parsed:
    """Return what one file says. Raises ExceptionGroup of ContentError with all that is wrong in it.

    Without `notes` it is not said where each field came from.
    """
    try:
        source, odd_lines = source_of(files.read_bytes(root, path), path)
    except OSError as error:
        raise ExceptionGroup(path, [ContentError(files.unreadable(path, error))]) from None
    except ContentError as error:
        raise ExceptionGroup(path, [error]) from None
    parse = frontmatter.parse_profile if taxonomy_of(path) else frontmatter.parse
    fields = parse(source, path, dialect, notes=notes)
    return _Parsing(path, fields, source, dialect, converter).run(odd_lines, notes=notes)


@dataclass(frozen=True, slots=True)
class Past(Value):
    """What an article said at some time. `words` is the digest of its title and its text, whatever their blanks.

    `text` is its Markdown, compressed, `digest` that of the text; `targets` are what it may refer to, files and
    addresses on the site.
    """

    status: str
    is_redirect: bool
    date: Moment
    title: str
    words: bytes
    digest: bytes
    text: bytes
    targets: tuple[str, ...]


def parse_past(job: Job, batch: Sequence[tuple[str, str, bytes]]) -> list[tuple[str, str, Past | None]]:
    """Return what former files said, each given with a name, its path and its bytes, which stand first as well.

    None for one that could not have been built.
    """
    dialect, converter = _tools(job.site)
    found: list[tuple[str, str, Past | None]] = []
    for name, path, data in batch:
        try:
            source, _ = source_of(data, path)
            fields = frontmatter.parse(source, path, dialect, notes=False)
            past = _Parsing(path, fields, source, dialect, converter).past()
        except (ContentError, ExceptionGroup):
            past = None
        found.append((name, path, past))
    return found


class _Parsing:
    """One file's fields, made whole from its name and its body."""

    def __init__(self, path: str, fields: FrontMatter, source: Source, dialect: Dialect, converter: Converter) -> None:
        self._path = path
        self._fields = fields
        self._source = source
        self._dialect = dialect
        self._converter = converter
        self._errors: list[NewsgenError] = []
        self._origins = list(fields.origins)

    def run(self, odd_lines: Sequence[int], *, notes: bool) -> Parsed:
        fields, body = self._fields, self._source.body
        stem = _stem(self._path)
        name_date, name, name_language = permalink.split_file_name(stem)
        is_profile = fields.profile is not None
        is_article = self._path.startswith(ARTICLES + "/") and not is_profile
        if is_profile:
            name_date, name_language = "", ""
        heading = markup.first_heading(body)
        title = fields.title or ("" if is_profile else self._title(heading))
        drops = bool(heading) and (not (fields.title or is_profile) or heading == fields.title)
        body = markup.without_heading(body) if drops else body
        date = fields.date or (self._date_from_name(name_date) if is_article else None)
        slug = self._slug(name) if is_article else self._slug_of_term() if is_profile else ""
        if not fields.lang and name_language:
            self._origins.append(Origin("lang", name_language, how="the file name"))
        odd = [
            Problem("a control character was replaced by a space", Location(self._path, line), "remove it")
            for line in odd_lines
        ]
        parsed = Parsed(
            path=self._path,
            fields=fields,
            title=title,
            date=date,
            slug=slug,
            lang=fields.lang or name_language,
            summary=self._summary(body),
            digest=digest_bytes(body.encode()),
            references=markup.references(body),
            may_be_code=body.startswith(("    ", "\t")) or any(sign in body for sign in _CODE),
            drops_title=drops,
            body_line=self._source.body_line + (self._source.body.count("\n") - body.count("\n") if drops else 0),
            origins=tuple(self._origins) if notes else (),
            warnings=(*fields.warnings, *odd),
        )
        if self._errors:
            raise ExceptionGroup(self._path, self._errors)
        return parsed

    def past(self) -> Past:
        """Return what the file said where it is a former one. Raises ExceptionGroup as `run` would."""
        fields, body = self._fields, self._source.body
        heading = markup.first_heading(body)
        title = fields.title or self._title(heading)
        drops = bool(heading) and (not fields.title or heading == fields.title)
        text = markup.without_heading(body) if drops else body
        date = fields.date or self._date_from_name(permalink.split_file_name(_stem(self._path))[0])
        if self._errors or date is None:
            raise ExceptionGroup(self._path, self._errors)
        targets = {reference.target: None for reference in markup.references(text, rooted=True)}
        return Past(
            status=fields.status,
            is_redirect=bool(fields.redirect),
            date=date,
            title=title,
            words=digest_bytes(*(" ".join(part.split()).encode() for part in (title, text))),
            digest=digest_bytes(text.encode()),
            text=compress(text.encode()),
            targets=tuple(targets),
        )

    def _error(self, message: str, hint: str, line: int = 0) -> None:
        self._errors.append(ContentError(Problem(message, Location(self._path, line), hint)))

    def _hint(self, usual: str) -> str:
        """Return the usual hint, or what to do with the keys of Pelican, Nikola and Hexo, which have no `---` above."""
        if not self._source.front and _KEYS_ON_TOP.match(self._source.body):
            return "write the lines at the top as 'key: value' between two '---' lines"
        return usual

    def _title(self, heading: str) -> str:
        title = markup.plain_text(self._converter.html(heading, Location(self._path))) if heading else ""
        if title:
            self._origins.append(Origin("title", title, line=self._source.body_line, how="the first heading"))
        else:
            self._error(
                "there is no title", self._hint("write 'title: ...' in the front matter, between '---' lines"), 1
            )
        return title

    def _date_from_name(self, written: str) -> Moment | None:
        if not written:
            self._error("there is no date", self._hint(_DATE_HINT), 1)
            return None
        try:
            moment = dates.parse(written, self._dialect.zone)
        except ValueError as error:
            self._error(f"{error} (in the file name)", _DATE_HINT)
            return None
        self._origins.append(Origin("date", written, how="the file name"))
        return moment

    def _slug(self, name: str) -> str:
        if self._fields.slug or self._fields.url:
            return self._fields.slug or "-"
        slug = permalink.slug_of(name)
        try:
            permalink.check_slug(slug)
        except ValueError as error:
            message = str(error) if slug else f"the file name {name!r} gives no slug"
            self._error(message, "rename the file, or write 'slug: ...' in the front matter")
            return ""
        self._origins.append(Origin("slug", slug, how="the file name"))
        return slug

    def _slug_of_term(self) -> str:
        """Return the slug of the term that a profile is about: the name of its file, which is taken as it is."""
        folder, _, name = permalink.without_index(self._path).rpartition("/")
        if folder.count("/") != 1:
            self._error(
                "this file gives the profile of no term", f"name it {'/'.join(self._path.split('/')[:2])}/SLUG.md"
            )
            return ""
        try:
            permalink.check_slug(name)
        except ValueError as error:
            self._error(str(error), "rename the file")
        self._origins.append(Origin("slug", name, how="the file name"))
        return name

    def _summary(self, body: str) -> str:
        """Return the written summary, else the start of the body; convert it once, so that an error shows here."""
        if self._fields.summary:
            return self._fields.summary
        place = Location(self._path, self._source.body_line)
        try:
            summary = markup.excerpt(body, lambda text: self._converter.html(text, place))
        except ContentError as error:
            self._errors.append(error)
            return ""
        if summary:
            self._origins.append(Origin("summary", summary, how="the start of the text"))
        return summary


def taxonomy_of(path: str) -> str:
    """Return the taxonomy in whose folder a profile lies ("tags" for "articles/_tags/rivers.md"); "" for no profile."""
    if not path.startswith(ARTICLES + "/_") or path.count("/") < 2:
        return ""
    folder = path.split("/")[1]
    return "" if folder in _OF_JEKYLL else folder[1:]


def _stem(path: str) -> str:
    """Return the name an article has by its file: that of its folder where the file is `index.md`."""
    return posixpath.basename(permalink.without_index(path))
