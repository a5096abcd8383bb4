"""Article, page and static files -> Archive.

Every file is first parsed by itself; articles are made only after all are parsed, so that a link to another file
has its URL from birth.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

import imagesize

from newsgen import dates, files, frontmatter, markup, permalink, theme
from newsgen.dates import Moment
from newsgen.errors import ContentError, Location, NewsgenError, Problem, errors_in
from newsgen.fingerprint import digest_bytes
from newsgen.frontmatter import Dialect, FrontMatter, ImageFields
from newsgen.markup import Converter, Reference
from newsgen.model import Archive, Article, Asset, Body, Image, Origin, Site, StandingPage, StaticFile, Taxonomy, Term

__all__ = ["ARTICLES", "PAGES", "Loaded", "Parsed", "Selection", "dialect_of", "parse_file", "read"]

ARTICLES = "articles"
PAGES = "pages"
STATIC = "static"
THEME_URL = "/theme/"
_TEXT_ENDINGS = (".md", ".markdown")
_DATE_HINT = "write 'date: 2024-12-01' in the front matter, or start the file name with the date"


class Selection(NamedTuple):
    """Which articles to take in. `now` is an instant (`Moment.instant`); None holds nothing back for its date."""

    drafts: bool = False
    future: bool = False
    now: int | None = None


class Loaded(NamedTuple):
    """An archive of all that is sound, the files beside its articles, and what is wrong with the rest."""

    archive: Archive
    assets: tuple[Asset, ...]
    errors: tuple[NewsgenError, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one article or page file says by itself. `digest` is that of its body, whose text is not kept."""

    path: str
    fields: FrontMatter
    title: str
    date: Moment | None
    slug: str
    lang: str
    summary: str
    digest: bytes
    references: tuple[Reference, ...]
    drops_title: bool
    body_line: int
    origins: tuple[Origin, ...]
    warnings: tuple[Problem, ...]


def dialect_of(site: Site) -> Dialect:
    """Return how the site's settings want front matter to be read."""
    taxonomies = {taxonomy.name: taxonomy.keys for taxonomy in site.taxonomies}
    return Dialect(dates.load_zone(site.timezone), taxonomies, dict(site.front_matter))


def read(
    site: Site, root: Path, selection: Selection = Selection(), progress: Callable[[int, int], None] | None = None
) -> Loaded:
    """Return all that is under articles/, pages/ and static/, with every error that was found in it.

    An article with an error is not in the archive, and its path stands in `faulty`. `progress` is told how many
    files of how many are read.
    """
    return _Loading(site, root, selection).run(progress)


def parse_file(root: Path, path: str, dialect: Dialect, converter: Converter) -> Parsed:
    """Return what one file says. Raises ExceptionGroup of ContentError with all that is wrong in it."""
    try:
        text, odd_lines = frontmatter.clean(frontmatter.decode(files.read_bytes(root, path), path))
        source = frontmatter.split(text, path)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        raise ExceptionGroup(path, [ContentError(Problem(message, Location(path)))]) from None
    except ContentError as error:
        raise ExceptionGroup(path, [error]) from None
    fields = frontmatter.parse(source, path, dialect)
    return _Parsing(path, fields, source, dialect, converter).run(odd_lines)


class _Parsing:
    """One file's fields, made whole from its name and its body."""

    def __init__(
        self, path: str, fields: FrontMatter, source: frontmatter.Source, dialect: Dialect, converter: Converter
    ) -> None:
        self._path = path
        self._fields = fields
        self._source = source
        self._dialect = dialect
        self._converter = converter
        self._errors: list[NewsgenError] = []
        self._origins = list(fields.origins)

    def run(self, odd_lines: Sequence[int]) -> Parsed:
        fields, body = self._fields, self._source.body
        stem = _stem(self._path)
        name_date, name, name_language = permalink.split_file_name(stem)
        is_article = self._path.startswith(ARTICLES + "/")
        heading = markup.first_heading(body)
        title = fields.title or self._title(heading)
        drops = bool(heading) and (not fields.title or heading == fields.title)
        body = markup.without_heading(body) if drops else body
        date = fields.date or (self._date_from_name(name_date) if is_article else None)
        slug = self._slug(name) if is_article else ""
        if not fields.lang and name_language:
            self._origins.append(Origin("lang", name_language, how="the file name"))
        odd = [
            Problem("a control character was left out", Location(self._path, line), "remove it") for line in odd_lines
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
            drops_title=drops,
            body_line=self._source.body_line + (self._source.body.count("\n") - body.count("\n") if drops else 0),
            origins=tuple(self._origins),
            warnings=(*fields.warnings, *odd),
        )
        if self._errors:
            raise ExceptionGroup(self._path, self._errors)
        return parsed

    def _error(self, message: str, hint: str, line: int = 0) -> None:
        self._errors.append(ContentError(Problem(message, Location(self._path, line), hint)))

    def _title(self, heading: str) -> str:
        title = markup.plain_text(self._converter.html(heading, Location(self._path))) if heading else ""
        if title:
            self._origins.append(Origin("title", title, line=self._source.body_line, how="the first heading"))
        else:
            self._error("there is no title", "write 'title: ...' in the front matter, between '---' lines", 1)
        return title

    def _date_from_name(self, written: str) -> Moment | None:
        if not written:
            self._error("there is no date", _DATE_HINT, 1)
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


class _Loading:
    """One reading of a whole site: what was found so far, and what was wrong with it."""

    def __init__(self, site: Site, root: Path, selection: Selection) -> None:
        self._site = site
        self._root = root
        self._selection = selection
        self._converter = Converter(site.markdown)
        self._dialect = dialect_of(site)
        self._errors: list[NewsgenError] = []
        self._warnings: list[Problem] = []
        self._faulty: set[str] = set()
        self._assets: dict[str, tuple[str, set[str]]] = {}
        self._terms: dict[tuple[str, str], Term] = {}
        self._urls: dict[str, str] = {}
        self._others: dict[str, str] = {}
        self._unbuilt: dict[str, str] = {}
        self._static: dict[str, StaticFile] = {}

    def run(self, progress: Callable[[int, int], None] | None) -> Loaded:
        texts = self._find_files()
        parsed = list(self._parse_all(texts, progress))
        articles = [item for item in parsed if item.path.startswith(ARTICLES + "/")]
        pages = [item for item in parsed if item.path.startswith(PAGES + "/")]
        chosen, held_back = self._choose(articles)
        chosen.sort(key=lambda item: (item.date.sort_key if item.date else (), item.path))
        self._refuse_same_ids(chosen)
        self._make_terms(chosen)
        chosen = [item for item in chosen if item.path not in self._faulty]
        self._give_urls(chosen, pages)
        made = tuple(self._article(item) for item in chosen if item.path in self._urls)
        made = tuple(item for item in made if item.path not in self._faulty)
        standing = tuple(self._standing_page(item) for item in pages if item.path in self._urls)
        self._note_unknown_keys(parsed)
        self._warnings.extend(problem for item in parsed for problem in item.warnings)
        listed = tuple(
            item.entry() for item in made if item.status in ("published", "archived", "draft") and not item.redirect
        )
        archive = Archive(
            site=self._site,
            articles=made,
            entries=listed,
            pages=standing,
            files=tuple(self._static.values()),
            warnings=tuple(sorted(set(self._warnings), key=lambda problem: problem.sort_key)),
            faulty=tuple(sorted(self._faulty)),
            held_back=held_back,
        )
        return Loaded(archive, self._digest_assets(), tuple(self._errors))

    # Files

    def _find_files(self) -> list[str]:
        """Return the text files, and learn which other files stand beside them."""
        texts: list[str] = []
        for folder in (ARTICLES, PAGES):
            walked = files.walk(self._root, folder)
            self._take_problems(walked.problems)
            for path in walked.files:
                if path.lower().endswith(_TEXT_ENDINGS):
                    texts.append(path)
                else:
                    self._others[unicodedata.normalize("NFC", path)] = path
        for path in [path for path in texts if not path.isprintable()]:
            message = "the name of this file holds characters that no web address can"
            self._fail(path, ContentError(Problem(message, Location(path), "rename it")))
            texts.remove(path)
        self._find_static()
        return texts

    def _take_problems(self, problems: Iterable[Problem]) -> None:
        """A text that cannot be read would be lost in silence, so it is an error; another file is a warning."""
        for problem in problems:
            path = problem.location.path if problem.location else ""
            if path.lower().endswith(_TEXT_ENDINGS) or problem.message.startswith("the folder"):
                self._fail(path, ContentError(problem))
            else:
                self._warnings.append(problem)

    def _find_static(self) -> None:
        walked = files.walk(self._root, STATIC, hidden=True)
        self._take_problems(walked.problems)
        own = [(f"/{path.removeprefix(STATIC + '/')}", self._root, path) for path in walked.files]
        of_theme = [(THEME_URL + name, path.parent, path.name) for name, path in theme.static_files(self._root).items()]
        for name, folder, path in own + of_theme:
            if not name.isprintable():
                self._fail(
                    path, ContentError(Problem("a file name that no web address can hold", Location(path), "rename it"))
                )
                continue
            try:
                url = quote(name, safe="/~!$&'()*+,;=@-._")
                source = path if folder == self._root else str(folder / path)
                self._static[url] = StaticFile(url, source, files.digest_file(folder, path))
            except OSError as error:
                message = f"the file cannot be read: {error.strerror or error}"
                self._fail(path, ContentError(Problem(message, Location(path))))

    def _parse_all(self, texts: Sequence[str], progress: Callable[[int, int], None] | None) -> Iterator[Parsed]:
        for number, path in enumerate(texts, 1):
            try:
                yield parse_file(self._root, path, self._dialect, self._converter)
            except ExceptionGroup as group:
                for error in errors_in(group):
                    self._fail(path, error)
            if progress:
                progress(number, len(texts))

    def _fail(self, path: str, error: NewsgenError) -> None:
        self._errors.append(error)
        self._faulty.add(path)

    # Which articles

    def _choose(self, parsed: Sequence[Parsed]) -> tuple[list[Parsed], int]:
        """Return the articles to build, and how many are held back for their date."""
        chosen: list[Parsed] = []
        held_back = 0
        now = self._selection.now
        for item in parsed:
            if item.fields.status == "draft" and not self._selection.drafts:
                self._unbuilt[item.path] = "a draft"
            elif now is not None and item.date and item.date.instant > now and not self._selection.future:
                self._unbuilt[item.path] = "dated in the future"
                held_back += 1
            else:
                chosen.append(item)
        return chosen, held_back

    def _refuse_same_ids(self, parsed: Sequence[Parsed]) -> None:
        seen: dict[str, Parsed] = {}
        for item in parsed:
            if not item.fields.id:
                continue
            first = seen.setdefault(item.fields.id, item)
            if first is not item:
                message = f"the id {item.fields.id!r} is that of {first.path} as well"
                place = Location(item.path, item.fields.lines.get("id", 0))
                self._fail(item.path, ContentError(Problem(message, place, "give each article its own id")))

    def _note_unknown_keys(self, parsed: Sequence[Parsed]) -> None:
        """Note each key that nobody knows once, with the first file that has it."""
        seen: dict[str, tuple[str, int, int]] = {}
        for item in parsed:
            for key, line in item.fields.unknown:
                path, first_line, count = seen.get(key, (item.path, line, 0))
                seen[key] = (path, first_line, count + 1)
        for key, (path, line, count) in seen.items():
            others = f" (and in {count - 1} other files)" if count > 1 else ""
            message = f"the key {key!r} is not known{others}; templates find it in 'extra'"
            self._warnings.append(
                Problem(message, Location(path, line), "put it under 'extra:' to say that it is yours")
            )

    # Terms

    def _make_terms(self, parsed: Sequence[Parsed]) -> None:
        for taxonomy in self._site.taxonomies:
            known: dict[str, Term] = {}
            owners: dict[str, str] = {}
            for item in parsed:
                for name in self._names(item, taxonomy.name):
                    if (taxonomy.name, name) not in self._terms:
                        self._make_term(taxonomy, name, item, known, owners)

    def _make_term(
        self, taxonomy: Taxonomy, name: str, item: Parsed, known: dict[str, Term], owners: dict[str, str]
    ) -> None:
        """Make a term, or find the one that `name` is another spelling of; the oldest article's spelling is shown."""
        fixed = {key.casefold(): slug for key, slug in taxonomy.slugs}
        slug = fixed.get(name.casefold()) or permalink.slug_of(name)
        place = Location(item.path, item.fields.lines.get(taxonomy.name, 0))
        hint = f"in newsgen.yaml, write 'taxonomies: {{{taxonomy.name}: {{slugs: {{{name!r}: ...}}}}}}'"
        try:
            permalink.check_slug(slug)
        except ValueError:
            message = f"the {taxonomy.singular} {name!r} gives no URL"
            self._fail(item.path, ContentError(Problem(message, place, hint)))
            return
        term = known.get(slug)
        if term is None:
            term = known[slug] = Term(taxonomy.name, name, slug, f"{taxonomy.url}{quote(slug)}/")
            owners[slug] = item.path
        elif permalink.fold(term.name) != permalink.fold(name) and name.casefold() not in fixed:
            message = (
                f"the {taxonomy.singular} {name!r} would have the URL {term.url}, which is that of {term.name!r}"
                f" (in {owners[slug]})"
            )
            self._fail(item.path, ContentError(Problem(message, place, hint)))
            return
        self._terms[(taxonomy.name, name)] = term

    def _names(self, item: Parsed, taxonomy: str) -> tuple[str, ...]:
        names = item.fields.names.get(taxonomy, ())
        if not names and taxonomy == "authors":
            return self._site.author
        if not names and taxonomy == "sections" and self._site.section_from_folder:
            folder = item.path.split("/")[1]
            if item.path.count("/") > 1 and not folder.isdigit():
                return (folder.replace("-", " ").replace("_", " ").capitalize(),)
        return names

    def _terms_of(self, item: Parsed, taxonomy: str) -> tuple[Term, ...]:
        terms = (self._terms.get((taxonomy, name)) for name in self._names(item, taxonomy))
        return tuple(dict.fromkeys(term for term in terms if term))

    # URLs

    def _give_urls(self, articles: Sequence[Parsed], pages: Sequence[Parsed]) -> None:
        for item in [*articles, *pages]:
            try:
                is_page = item.path.startswith(PAGES + "/")
                self._urls[item.path] = item.fields.url or (self._page_url(item) if is_page else self._url(item))
            except ValueError as error:
                place = Location(item.path, item.fields.lines.get("slug", 0))
                self._fail(item.path, ContentError(Problem(str(error), place, "give it a slug of its own")))

    def _url(self, item: Parsed) -> str:
        if item.date is None:
            raise ValueError("there is no date")
        section = next(iter(self._terms_of(item, "sections")), None)
        return permalink.article_url(
            self._site.permalink,
            item.date,
            slug=item.slug,
            section=section.slug if section else "",
            identity=permalink.slug_of(item.fields.id) or item.slug,
            language=item.lang or self._site.language,
        )

    def _page_url(self, item: Parsed) -> str:
        parts = _without_index(item.path).removeprefix(PAGES).strip("/").split("/")
        slugs = [permalink.slug_of(part) for part in parts if part]
        if not all(slugs):
            raise ValueError(f"the file name {item.path!r} gives no URL")
        if item.fields.slug:
            slugs[-1:] = [item.fields.slug]
        return permalink.read_url("/" + "/".join(slugs) + "/")

    # References from one file to another

    def _find(self, item: Parsed, target: str) -> tuple[str, str]:
        """Return the text or other file that a relative target names, as ("text" or "file" or "", its path)."""
        plain = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
        path = posixpath.normpath(posixpath.join(posixpath.dirname(item.path), plain))
        if path in self._urls or path in self._unbuilt or path in self._faulty:
            return "text", path
        for ending in ("/index.md", ".md"):
            if f"{path}{ending}" in self._urls:
                return "text", f"{path}{ending}"
        other = self._others.get(unicodedata.normalize("NFC", path))
        return ("file", other) if other else ("", path)

    def _resolve(self, item: Parsed, target: str) -> str:
        """Return the URL that a relative target means, and plan the file it names; "" where there is none."""
        kind, path = self._find(item, target)
        cut = re.search(r"[?#].*", target)
        rest = cut[0] if cut else ""
        if kind == "text":
            url = self._urls.get(path, "")
            return url + rest if url else ""
        if kind == "file":
            base = self._urls[item.path]
            folder = base if base.endswith("/") else base[: base.rindex("/") + 1]
            url = folder + quote(posixpath.basename(path), safe="~!$&'()*+,;=@-._")
            planned = self._assets.setdefault(url, (path, set()))
            if planned[0] == path:
                planned[1].add(item.path)
                return url + rest
            message = f"{planned[0]} and {path} would both stand at {url}"
            self._warnings.append(Problem(message, Location(item.path), "rename one of the two files"))
        return ""

    def _body(self, item: Parsed) -> Body:
        links: dict[str, str] = {}
        sizes: dict[str, tuple[int, int]] = {}
        lost: list[Reference] = []
        for reference in item.references:
            url = self._resolve(item, reference.target)
            if url:
                links[reference.target] = url
                sizes[url] = self._size(url)
            else:
                lost.append(reference)
        if lost:
            self._warn_of_lost(item, lost)
        return Body(
            path=item.path,
            digest=item.digest,
            links=tuple(sorted(links.items())),
            sizes=tuple((url, *size) for url, size in sorted(sizes.items()) if size[0]),
            drops_title=item.drops_title,
        )

    def _warn_of_lost(self, item: Parsed, lost: Sequence[Reference]) -> None:
        """Warn of each reference that leads nowhere and is truly one, and no example in a piece of code."""
        text = frontmatter.split(
            frontmatter.clean(frontmatter.decode(files.read_bytes(self._root, item.path), item.path))[0], item.path
        ).body
        real = markup.targets(self._converter.html(text, Location(item.path, item.body_line)))
        for reference in lost:
            if reference.target in real:
                path = self._find(item, reference.target)[1]
                why = self._unbuilt.get(path) or ("faulty" if path in self._faulty else "not there")
                message = f"{reference.target!r} is linked to, and is {why}"
                place = Location(item.path, item.body_line + reference.line - 1)
                self._warnings.append(
                    Problem(message, place, f"a link names a file relative to {posixpath.dirname(item.path)}/")
                )

    def _size(self, url: str) -> tuple[int, int]:
        """Return width and height of the picture at a URL, in pixels; (0, 0) where it is none or does not tell."""
        path = re.split(r"[?#]", url, maxsplit=1)[0]
        if path in self._assets:
            source = self._root / self._assets[path][0]
        elif path in self._static:
            source = self._root / self._static[path].source
        else:
            return (0, 0)
        try:
            width, height = imagesize.get(source)
        except Exception:  # whatever bytes somebody named a picture: it is then shown without its size
            return (0, 0)
        return (round(width), round(height)) if width > 0 and height > 0 else (0, 0)

    def _image(self, item: Parsed, written: ImageFields | None) -> Image | None:
        if not written:
            return None
        place = Location(item.path, item.fields.lines.get("image", 0))
        if markup.is_external(written.src):
            message = f"the image {written.src!r} is on another host, and is not shown"
            self._warnings.append(Problem(message, place, "put the file beside the article"))
            return None
        if written.src.startswith("/"):
            url = quote(written.src, safe="/%~!$&'()*+,;=@-._")
            is_there = url in self._static
        else:
            url = self._resolve(item, written.src)
            is_there = bool(url)
        if not is_there:
            message = f"the image {written.src!r} is not there"
            hint = f"its path is relative to {posixpath.dirname(item.path)}/, or starts with '/' for static/"
            self._warnings.append(Problem(message, place, hint))
            return None
        width, height = self._size(url)
        return Image(url, written.alt, written.caption, written.credit, written.license, width, height)

    def _digest_assets(self) -> tuple[Asset, ...]:
        result = []
        for url, (path, sources) in sorted(self._assets.items()):
            try:
                result.append(Asset(url, path, files.digest_file(self._root, path), tuple(sorted(sources))))
            except OSError as error:
                message = f"the file cannot be read: {error.strerror or error}"
                self._fail(path, ContentError(Problem(message, Location(path))))
                self._faulty.update(sources)
        return tuple(result)

    # Values

    def _article(self, item: Parsed) -> Article:
        fields = item.fields
        assert item.date is not None  # a file without one is faulty, and has no URL
        known = ("tags", "authors", "sections")
        others = [taxonomy.name for taxonomy in self._site.taxonomies if taxonomy.name not in known]
        section = next(iter(self._terms_of(item, "sections")), None)
        return Article(
            title=item.title,
            url=self._urls[item.path],
            date=item.date,
            updated=fields.updated if fields.updated != item.date else None,
            authors=self._terms_of(item, "authors"),
            section=section,
            tags=self._terms_of(item, "tags"),
            terms=tuple(term for name in others for term in self._terms_of(item, name)),
            kicker=fields.kicker,
            summary=item.summary,
            label=fields.label,
            image=self._image(item, fields.image),
            lang=item.lang if item.lang.casefold() != self._site.language.casefold() else "",
            status=fields.status,
            pinned=fields.pinned,
            is_corrected=bool(fields.corrections),
            id=fields.id or _without_index(item.path).removeprefix(ARTICLES + "/"),
            path=item.path,
            content=self._body(item),
            subtitle=fields.subtitle,
            standfirst=fields.subtitle or fields.summary,
            dateline=fields.dateline,
            source=fields.source,
            source_url=fields.source_url,
            canonical=fields.canonical,
            license=fields.license,
            rights=fields.rights,
            corrections=fields.corrections,
            expiry=fields.expiry,
            redirect=self._redirect(item),
            aliases=fields.aliases,
            translation_of=fields.translation_of,
            story=fields.story,
            template=fields.template,
            extra=fields.extra,
        )

    def _redirect(self, item: Parsed) -> str:
        target = item.fields.redirect
        if not target or re.match(r"https?://[^\s/]+", target, re.IGNORECASE):
            return target
        if is_elsewhere := markup.is_external(target):
            reason = f"{target!r} is not an address to redirect to"
        try:
            if not is_elsewhere:
                return permalink.read_url(target)
        except (ValueError, UnicodeError) as error:
            reason = str(error)
        place = Location(item.path, item.fields.lines.get("redirect", 0))
        hint = "write a path such as '/2024/flood/', or an address with https://"
        self._fail(item.path, ContentError(Problem(reason, place, hint)))
        return ""

    def _standing_page(self, item: Parsed) -> StandingPage:
        return StandingPage(
            title=item.title,
            url=self._urls[item.path],
            path=item.path,
            content=self._body(item),
            summary=item.summary,
            updated=item.fields.updated,
            lang=item.lang if item.lang.casefold() != self._site.language.casefold() else "",
            template=item.fields.template,
            extra=item.fields.extra,
        )


def _stem(path: str) -> str:
    """Return the name an article has by its file: that of its folder where the file is `index.md`."""
    return posixpath.basename(_without_index(path))


def _without_index(path: str) -> str:
    bare = path[: path.rindex(".")]
    folder, _, name = bare.rpartition("/")
    return folder if name == "index" and "/" in folder else bare
