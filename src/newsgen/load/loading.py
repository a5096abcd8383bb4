"""Every file of a site -> Archive."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from newsgen import files, markup, permalink, theme
from newsgen.errors import ContentError, Location, NewsgenError, Problem
from newsgen.files import Standing, Walk
from newsgen.frontmatter import FrontMatter
from newsgen.ledger import Ledger, source_of, text_digest
from newsgen.load.identity import Claim, identities
from newsgen.load.parsing import ARTICLES, PAGES, Job, Parsed, parse_batch, parsed_in, taxonomy_of
from newsgen.load.references import References
from newsgen.load.terms import Terms
from newsgen.markup import Converter
from newsgen.model import (
    CORRECTING,
    LISTED,
    TAKEN_BACK,
    Archive,
    Article,
    Asset,
    Body,
    Profile,
    Site,
    StandingPage,
    StaticFile,
    Term,
    by_term,
)
from newsgen.workers import Workers, in_batches

__all__ = ["STATIC", "TEXT_ENDINGS", "Loaded", "Reading", "Selection", "read", "walks"]

STATIC = "static"
TEXT_ENDINGS = (".md", ".markdown")
_THEME_URL = "/theme/"
# Bytes of text that are read in one batch; a file costs as much as so many bytes by itself.
_BATCH = 500_000
_COST_OF_FILE = 4_000


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
class Reading:
    """How a site is read: by whom, and what is known already.

    `known` is what files say that stand as they did when they were read; `keep` is told of each new batch, as
    `parse_batch` wrote it down, with its paths; `progress` how many files of how many are read.
    """

    workers: Workers = field(default_factory=Workers)
    known: Mapping[str, Parsed] = field(default_factory=dict)
    keep: Callable[[bytes, Sequence[str]], None] = lambda data, paths: None
    progress: Callable[[int, int], None] = lambda done, total: None


def walks(root: Path) -> dict[str, Walk]:
    """Return the files of a site by the folder that they stand in: articles, pages and static."""
    return {folder: files.walk(root, folder, hidden=folder == STATIC) for folder in (ARTICLES, PAGES, STATIC)}


def read(
    site: Site,
    root: Path,
    selection: Selection = Selection(),
    reading: Reading | None = None,
    walked: Mapping[str, Walk] | None = None,
    ledger: Ledger = Ledger(),
) -> Loaded:
    """Return all that is under articles/, pages/ and static/, with every error that was found in it.

    An article with an error is not in the archive. `walked` are the files as `walks` found them; articles have the ids
    that they have in the `ledger`.
    """
    found = walks(root) if walked is None else walked
    return _Loading(site, root, selection, found, ledger).run(reading or Reading())


def _batch_name(batch: Sequence[tuple[str, Standing]]) -> str:
    return f"reading {batch[0][0]} and {len(batch) - 1} other files"


class _Loading:
    """One reading of a whole site: what was found so far, and what was wrong with it."""

    def __init__(
        self, site: Site, root: Path, selection: Selection, walked: Mapping[str, Walk], ledger: Ledger
    ) -> None:
        self._walked = walked
        self._ledger = ledger
        self._site = site
        self._root = root
        self._selection = selection
        self._converter = Converter(site.markdown)
        self._errors: list[NewsgenError] = []
        self._warnings: list[Problem] = [*site.warnings]
        self._faulty: set[str] = set()
        self._terms = Terms(site, ())
        self._urls: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._durable: dict[str, str] = {}
        self._others: list[str] = []
        self._unbuilt: dict[str, str] = {}
        self._static: dict[str, StaticFile] = {}

    def run(self, reading: Reading) -> Loaded:
        texts = self._find_files()
        parsed = self._parse_all(texts, reading)
        found = [item for item in parsed if item.path.startswith(ARTICLES + "/") and item.fields.profile is None]
        chosen, held_back = self._choose(found)
        chosen.sort(key=lambda item: (item.date.sort_key if item.date else (), item.path))
        self._refuse_same_ids(chosen)
        unbuilt = None if self._faulty else [item for item in found if item.path in self._unbuilt]
        self._terms = Terms(self._site, chosen, self._choose_profiles(parsed), unbuilt)
        del found
        for path, error in self._terms.errors:
            self._fail(path, error)
        chosen = [item for item in chosen if item.path not in self._faulty]
        pages = self._choose_pages([item for item in parsed if item.path.startswith(PAGES + "/")])
        self._give_urls(chosen, pages)
        profiles = self._place_profiles(chosen)
        self._durable = self._find_ids(chosen)
        # An article may be named by the id that it has had for long, and by its file.
        self._ids = {_id(item): item.path for item in chosen}
        self._ids.update((identity, path) for path, identity in self._durable.items())
        lost = self._unbuilt | dict.fromkeys(self._faulty, "faulty")
        references = References(self._root, self._urls, lost, self._others, self._static)
        self._note_unknown_keys(parsed)
        self._warnings += [problem for item in parsed for problem in item.warnings]
        del parsed
        chosen.reverse()
        articles: list[Article] = []
        while chosen:
            # What was parsed is let go as soon as it is an article: of a large archive, both would not fit.
            item = chosen.pop()
            if item.path in self._urls:
                articles.append(self._article(item, references))
        standing = tuple(self._standing_page(item, references) for item in pages if item.path in self._urls)
        told = {term: self._profile(item, references) for term, item in profiles.items()}
        assets, failures = references.assets()
        for path, error in failures:
            self._fail(path, error)
        sound = tuple(item for item in articles if item.path not in self._faulty)
        self._warnings += references.warnings
        entries = tuple(item.entry() for item in sound if item.status in LISTED and not item.redirect)
        archive = Archive(
            site=self._site,
            articles=sound,
            entries=entries,
            terms=by_term(entries),
            profiles=told,
            aliases={url: term for url, term in self._terms.aliases.items() if term in told},
            pages=standing,
            files=tuple(self._static.values()),
            warnings=tuple(sorted(set(self._warnings), key=lambda problem: problem.sort_key)),
            held_back=held_back,
            ledger=self._ledger,
            unbuilt={source_of(path): why for path, why in self._unbuilt.items() if path.startswith(ARTICLES)},
            now=self._selection.now,
        )
        return Loaded(archive, assets, tuple(self._errors))

    # Files

    def _find_files(self) -> dict[str, Standing]:
        """Return the text files and how they stand, and learn which other files stand beside them."""
        texts: dict[str, Standing] = {}
        for folder in (ARTICLES, PAGES):
            walked = self._walked[folder]
            self._take_problems(walked.problems)
            for path, standing in zip(walked.files, walked.standings, strict=True):
                if path.lower().endswith(TEXT_ENDINGS):
                    texts[path] = standing
                else:
                    self._others.append(path)
        for path in [path for path in texts if not path.isprintable()]:
            message = "the name of this file holds characters that no web address can"
            self._fail(path, ContentError(Problem(message, Location(path), "rename it")))
            del texts[path]
        self._refuse_lost_profiles(texts)
        self._find_static()
        return texts

    def _refuse_lost_profiles(self, texts: dict[str, Standing]) -> None:
        """Take the folders of profiles for errors, and their texts out, that are those of no taxonomy."""
        names = [taxonomy.name for taxonomy in self._site.taxonomies]
        folders: dict[str, list[str]] = {}
        for path in texts:
            taxonomy = taxonomy_of(path)
            if taxonomy and taxonomy not in names:
                folders.setdefault(taxonomy, []).append(path)
        for taxonomy, paths in folders.items():
            near = get_close_matches(taxonomy, names, 1, 0.5)
            known = f"did you mean {ARTICLES}/_{near[0]}/?" if near else f"there are _{', _'.join(names)}"
            message = f"{taxonomy!r} is no taxonomy of this site, and this would be the profile of one of its terms"
            hint = f"{known}; a folder of articles has a name that does not start with '_'"
            self._fail(paths[0], ContentError(Problem(message, Location(paths[0]), hint)))
            for path in paths:
                del texts[path]

    def _take_problems(self, problems: Iterable[Problem]) -> None:
        """A text that is not read would be lost in silence, so it is an error; another file is a warning."""
        for problem in problems:
            path = problem.location.path if problem.location else ""
            # is_dir follows a link: whole folders of articles may stand behind it.
            if path.lower().endswith(TEXT_ENDINGS) or (self._root / path).is_dir():
                self._fail(path, ContentError(problem))
            else:
                self._warnings.append(problem)

    def _find_static(self) -> None:
        walked = self._walked[STATIC]
        self._take_problems(walked.problems)
        own = [(f"/{path.removeprefix(STATIC + '/')}", self._root, path) for path in walked.files]
        of_theme = [
            (_THEME_URL + name, path.parent, path.name) for name, path in theme.static_files(self._root).items()
        ]
        for name, folder, path in own + of_theme:
            if not name.isprintable():
                self._fail(
                    path, ContentError(Problem("a file name that no web address can hold", Location(path), "rename it"))
                )
                continue
            try:
                url = quote(name, safe=permalink.URL_SAFE)
                source = path if folder == self._root else str(folder / path)
                self._static[url] = StaticFile(url, source, files.digest_file(folder, path))
            except OSError as error:
                self._fail(path, ContentError(files.unreadable(path, error)))

    def _parse_all(self, texts: Mapping[str, Standing], reading: Reading) -> list[Parsed]:
        """Return what all texts say, in the order of their paths: what is known, and what is read now."""
        found = {path: reading.known[path] for path in texts if path in reading.known}
        new = [(path, standing) for path, standing in texts.items() if path not in found]
        done = len(found)
        batches = in_batches(new, lambda item: _COST_OF_FILE + item[1][0], _BATCH)
        job = Job(str(self._root), self._site)
        for batch in reading.workers.run(parse_batch, job, batches, len(new), _batch_name):
            items = parsed_in(batch.data)
            found.update((item.path, item.parsed) for item in items)
            reading.keep(batch.data, [item.path for item in items])
            for path, error in batch.errors:
                self._fail(path, error)
            done += len(items) + len({path for path, _ in batch.errors})
            reading.progress(done, len(texts))
        return [found[path] for path in texts if path in found]

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

    def _choose_profiles(self, parsed: Sequence[Parsed]) -> list[Parsed]:
        """Return the profiles of terms; one that is a draft is left out."""
        found = [item for item in parsed if item.fields.profile is not None]
        drafts = [item for item in found if item.fields.status == "draft" and not self._selection.drafts]
        self._unbuilt.update((item.path, "a draft") for item in drafts)
        return [item for item in found if item.path not in self._unbuilt]

    def _place_profiles(self, articles: Iterable[Parsed]) -> dict[Term, Parsed]:
        """Return the profiles of the terms that have a page, and give each the URL of that page."""
        if not self._terms.profiles:
            return {}
        names = {term.taxonomy for term in self._terms.profiles}
        listed = {
            term
            for item in articles
            if item.path in self._urls and _is_listed(item)
            for name in names
            for term in self._terms.of(item, name)
        }
        placed: dict[Term, Parsed] = {}
        for term, item in self._terms.profiles.items():
            if item.path in self._faulty:
                continue
            if term in listed:
                self._urls[item.path] = term.url
                placed[term] = item
            else:
                self._unbuilt[item.path] = "the profile of a term without a page"
        return placed

    def _choose_pages(self, parsed: Sequence[Parsed]) -> list[Parsed]:
        """Return the standing pages to build; of the statuses, an undated page can be a draft or hidden."""
        chosen: list[Parsed] = []
        for item in parsed:
            status = item.fields.status
            if item.fields.redirect:
                place = Location(item.path, item.fields.lines.get("redirect", 0))
                hint = "write its former addresses as 'aliases' of the page that is to be read"
                self._fail(item.path, ContentError(Problem("a page without a date cannot redirect", place, hint)))
            elif status == "draft" and not self._selection.drafts:
                self._unbuilt[item.path] = "a draft"
            elif status in ("published", "draft", "hidden"):
                chosen.append(item)
            else:
                place = Location(item.path, item.fields.lines.get("status", 0))
                message = f"a page without a date cannot be {status!r}"
                self._fail(item.path, ContentError(Problem(message, place, "there are published, draft, hidden")))
        return chosen

    def _refuse_same_ids(self, parsed: Sequence[Parsed]) -> None:
        seen: dict[str, Parsed] = {}
        for item in parsed:
            first = seen.setdefault(_id(item), item)
            if first is not item:
                message = f"the id {_id(item)!r} is that of {first.path} as well"
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
        section = next(iter(self._terms.of(item, "sections")), None)
        return permalink.article_url(
            self._site.permalink,
            item.date,
            slug=item.slug,
            section=section.slug if section else "",
            identity=self._identity(item),
            language=item.lang or self._site.language,
        )

    def _identity(self, item: Parsed) -> str:
        """Return an article's id as a part of a URL; its slug where it was given no id."""
        identity = permalink.slug_of(item.fields.id)
        if item.fields.id and not identity and "{id}" in self._site.permalink:
            raise ValueError(f"the id {item.fields.id!r} gives no part of a URL")
        return identity or item.slug

    def _page_url(self, item: Parsed) -> str:
        path = permalink.without_index(item.path)
        parts = [] if path == f"{PAGES}/index" else path.removeprefix(PAGES).strip("/").split("/")
        slugs = [permalink.slug_of(part) for part in parts]
        if not all(slugs):
            raise ValueError(f"the file name {item.path!r} gives no URL")
        if item.fields.slug:
            slugs[-1:] = [item.fields.slug]
        return permalink.read_url("/".join(["", *slugs, ""]))

    def _find_ids(self, articles: Iterable[Parsed]) -> dict[str, str]:
        """Return the id of each article by its file."""
        claims = [
            Claim(
                path=item.path,
                source=source_of(item.path),
                url=self._urls[item.path],
                id=item.fields.id,
                text=text_digest(item.title, item.digest),
            )
            for item in articles
            if item.path in self._urls
        ]
        return identities(self._ledger, claims)

    # Values

    def _article(self, item: Parsed, references: References) -> Article:
        fields = item.fields
        assert item.date is not None  # a file without one is faulty, and has no URL
        known = ("tags", "authors", "sections")
        others = [taxonomy.name for taxonomy in self._site.taxonomies if taxonomy.name not in known]
        section = next(iter(self._terms.of(item, "sections")), None)
        # Nothing of a text that was taken back may be published: no picture, and no summary made from its start.
        is_taken_back = fields.status in TAKEN_BACK
        is_shown = not (is_taken_back or fields.redirect)
        return Article(
            title=item.title,
            url=self._urls[item.path],
            date=item.date,
            updated=fields.updated if fields.updated != item.date else None,
            authors=self._terms.of(item, "authors"),
            section=section,
            tags=self._terms.of(item, "tags"),
            terms=tuple(term for name in others for term in self._terms.of(item, name)),
            kicker=fields.kicker,
            summary="" if is_taken_back else item.summary,
            label=fields.label,
            image=references.image(item, fields.image) if is_shown else None,
            lang=item.lang if item.lang.casefold() != self._site.language.casefold() else "",
            status=self._status(fields),
            pinned=fields.pinned,
            is_corrected=any(correction.kind in CORRECTING for correction in fields.corrections),
            is_retracted=any(correction.kind == "retraction" for correction in fields.corrections),
            id=self._durable[item.path],
            path=item.path,
            content=references.body(item, self._converter) if is_shown else Body(item.path, item.digest),
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
            reason=fields.reason,
            redirect=self._redirect(item),
            aliases=fields.aliases,
            translation_of=self._original(item),
            template=fields.template,
            extra=fields.extra,
            has_history=fields.has_history,
            hidden_versions=fields.hidden_versions,
        )

    def _status(self, fields: FrontMatter) -> str:
        """Return an article's status: one that was meant to be read until a date is archived, and never gone.

        Without the time, nobody knows whether that date has passed: then what is said is said of it as of the past.
        """
        now = self._selection.now
        is_past = fields.expiry is not None and (now is None or fields.expiry.instant <= now)
        return "archived" if is_past and fields.status == "published" else fields.status

    def _profile(self, item: Parsed, references: References) -> Profile:
        fields = item.fields
        assert fields.profile is not None  # no other file is chosen for one
        return Profile(
            content=references.body(item, self._converter),
            summary=item.summary,
            image=references.image(item, fields.image),
            links=fields.profile.links,
            is_organization=fields.profile.is_organization,
            lang=item.lang if item.lang.casefold() != self._site.language.casefold() else "",
            updated=fields.updated,
            extra=fields.extra,
        )

    def _original(self, item: Parsed) -> str:
        """Return the file of the article that this one translates, named by its id, its path or its path from here."""
        name = item.fields.translation_of
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(item.path), name))
        path = next((known for known in (self._ids.get(name, ""), name, beside) if known in self._urls), "")
        if name and not path:
            place = Location(item.path, item.fields.lines.get("translation_of", 0))
            message = f"{name!r}, which this is said to translate, is not there"
            self._warnings.append(Problem(message, place, "name it by its id or its file", "translation"))
        return path

    def _redirect(self, item: Parsed) -> str:
        target = item.fields.redirect
        if not target or permalink.is_web_address(target):
            return target
        if is_elsewhere := markup.is_external(target):
            reason = f"{target!r} is not an address to redirect to"
        try:
            if not is_elsewhere:
                url = permalink.read_url(target)
                if url != self._urls[item.path]:
                    return url
                reason = f"{target!r} is this article itself"
        except (ValueError, UnicodeError) as error:
            reason = str(error)
        place = Location(item.path, item.fields.lines.get("redirect", 0))
        hint = "write a path such as '/2024/flood/', or an address with https://"
        self._fail(item.path, ContentError(Problem(reason, place, hint)))
        return ""

    def _standing_page(self, item: Parsed, references: References) -> StandingPage:
        return StandingPage(
            title=item.title,
            url=self._urls[item.path],
            path=item.path,
            content=references.body(item, self._converter),
            summary=item.summary,
            standfirst=item.fields.summary,
            updated=item.fields.updated,
            lang=item.lang if item.lang.casefold() != self._site.language.casefold() else "",
            template=item.fields.template,
            is_hidden=item.fields.status == "hidden",
            aliases=item.fields.aliases,
            extra=item.fields.extra,
        )


def _is_listed(item: Parsed) -> bool:
    """Whether an article stands in lists."""
    return item.fields.status in LISTED and not item.fields.redirect


def _id(item: Parsed) -> str:
    """Return the id that an article was given, else its path below articles/ without ending."""
    return item.fields.id or source_of(item.path)
