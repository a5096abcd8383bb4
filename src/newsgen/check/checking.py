"""A site -> all that is wrong with it, by rule; nothing is built and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

from newsgen import files
from newsgen.check.addresses import GONE, HERE, MOVED, Addresses
from newsgen.check.content import CONTENT_RULES, Content, content_of, same_texts, short_texts, unused_static
from newsgen.check.pages import Hit, Job, Seen, Wants, is_scanned, look, place_is_there
from newsgen.check.scanning import style_targets
from newsgen.check.texts import Texts
from newsgen.errors import Location, NewsgenError, Problem
from newsgen.load import Selection
from newsgen.model import TAKEN_BACK, Archive, Asset, Body, Page, Site
from newsgen.permalink import output_path
from newsgen.plan.contexts import RedirectContext
from newsgen.rules import BUILD, OFF, Rule
from newsgen.surveying import Surveyed, surveyed
from newsgen.workers import Workers, in_batches

__all__ = ["Asking", "Finding", "Found", "Link", "Options", "check"]

# Pages in a batch, counted as a build counts them: a list costs as much as several articles.
_BATCH = 64
_LARGE = 8
_SMALL = ("article", "redirect", "gone")
_OF_PAGES = frozenset({"link", "anchor", "image-missing", "moved-link", "alt-text", "unused-static", "external-link"})
_OF_TEXTS = frozenset({"short-text", "same-text"})


class Finding(NamedTuple):
    """What breaks a rule: the rule's name, how grave it is, and what was found where."""

    rule: str
    level: str
    problem: Problem


class Link(NamedTuple):
    """An address of the web, and where on the site it is named; `day` is that of the article, where it has one."""

    address: str
    place: Callable[[], Location | None]
    day: date | None = None


class Asking(Protocol):
    """What asks the addresses of the web. `are_all` says that the site has no others: all its texts could be read."""

    def __call__(self, links: Sequence[Link], *, are_all: bool) -> Iterable[Problem]:
        """Return a problem for each address that does not answer."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to check. `only` are the rules to hold the site to, none of them being all; `skip` are left out.

    `ask` asks addresses of the web; without it none is asked. `today` as for a build: texts may change for a while.
    """

    selection: Selection = Selection()
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    workers: Workers = Workers()
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None
    ask: Asking | None = None
    today: str = ""


class Found(NamedTuple):
    """What a check came to: the findings by place, and how much was looked at."""

    findings: tuple[Finding, ...]
    articles: int
    pages: int


def check(root: Path, options: Options = Options()) -> Found:
    """Return all that breaks a rule in the site at `root`. Nothing is written.

    Raises ExceptionGroup of ConfigError where the settings cannot be read.
    """
    with surveyed(root, options.selection, options.workers, options.progress, options.today) as found:
        return _Checking(root, found, options).run()


@dataclass(slots=True)
class _Collected:
    """The findings so far. `rules` are those that count, by name."""

    rules: Mapping[str, Rule]
    texts: Texts
    findings: dict[tuple[str, Problem], Finding] = field(default_factory=dict)

    def add(self, rule: str, problem: Problem) -> None:
        """Take in a problem, unless nobody asks for its rule or its file is let off."""
        known = self.rules.get(rule)
        if known is None:
            return
        place = problem.location
        if place and self.texts.is_let_off(place.path, rule):
            return
        self.findings[rule, problem] = Finding(rule, known.level, problem)

    def add_error(self, problem: Problem) -> None:
        """Take in what no build could do without: whatever the rules are."""
        self.findings[BUILD, problem] = Finding(BUILD, "error", problem)


class _Checking:
    """One check of a site."""

    def __init__(self, root: Path, found: Surveyed, options: Options) -> None:
        self._root = root
        self._site: Site = found.survey.site
        self._archive: Archive = found.survey.archive
        self._survey = found.survey
        self._renderer = found.renderer
        self._options = options
        self._items = found.survey.plan.items
        self._addresses = Addresses(self._site.base_url, self._items)
        self._bodies = _bodies(self._archive)
        by_file = {body.path: (url, body) for url, body in self._bodies.items()}
        self._texts = Texts(root, self._site, self._addresses, by_file)
        self._rules = _chosen(self._site.rules, options)
        self._all = _Collected(self._rules, self._texts)
        # What a build tells by the rules of a check: each with its rule, which may turn out to be that of pictures.
        self._told: dict[Problem, str] = {}
        self._told_at: dict[Location, list[Problem]] = {}

    def run(self) -> Found:
        self._take_what_a_build_tells()
        content = content_of(
            self._root, self._archive, [item for item in self._items if isinstance(item, Asset)], self._texts
        )
        for name, look_for in CONTENT_RULES.items():
            if name in self._rules:
                for problem in look_for(content, self._rules[name]):
                    self._all.add(name, problem)
        self._look_at_redirects()
        pages = 0
        if (_OF_PAGES | _OF_TEXTS) & self._rules.keys():
            seen = self._look_at_pages()
            pages = seen.done
            self._take_pages(seen, content)
        for problem, rule in self._told.items():
            self._all.add(rule, problem)
        findings = sorted(self._all.findings.values(), key=lambda item: (item.problem.sort_key, item.rule))
        return Found(tuple(findings), len(self._archive.articles), pages)

    def _take_what_a_build_tells(self) -> None:
        for error in self._survey.errors:
            self._all.add_error(error.problem)
        for problem in {*self._archive.warnings, *self._survey.plan.warnings, *self._survey.plan.settled.silent}:
            self._told[problem] = problem.rule or BUILD
            if problem.rule and problem.location:
                self._told_at.setdefault(problem.location, []).append(problem)

    # Pages

    def _look_at_pages(self) -> Seen:
        items = [item for item in self._items if is_scanned(item)]
        pages: list[Page | Asset] = [item for item in items if isinstance(item, Page | Asset)]
        options, workers = self._options, self._options.workers
        wants = Wants(
            texts=bool(_OF_TEXTS & self._rules.keys()),
            elsewhere=options.ask is not None and "external-link" in self._rules,
            used="unused-static" in self._rules,
        )
        job = Job(self._renderer.settings, self._addresses, self._bodies, wants)
        given: Iterable[int | Page | Asset] = pages
        if workers.inherits or not workers.are_elsewhere(len(pages)):
            self._renderer.prepare(pages)
            job = Job(job.settings, job.addresses, job.texts, wants, pages, self._renderer)
            given = range(len(pages))
        batches = in_batches(given, lambda item: _cost(pages[item] if isinstance(item, int) else item), _BATCH)
        seen = Seen()
        for part in workers.run(look, job, batches, len(pages), lambda batch: "looking at pages"):
            seen.merge(part)
            options.progress("looking at pages", seen.done, len(pages))
        return seen

    def _take_pages(self, seen: Seen, content: Content) -> None:
        self._take_failures(seen.failures)
        for hit in seen.hits:
            if self._holds(hit, seen.places):
                self._take_written(hit)
        for hit, count in seen.shared.values():
            if self._holds(hit, seen.places):
                self._all.add(hit.rule, self._of_template(hit, count))
        self._look_at_styles(seen.used)
        if "short-text" in self._rules:
            for problem in short_texts(content, self._rules["short-text"], seen.texts):
                self._all.add("short-text", problem)
        if "same-text" in self._rules:
            for problem in same_texts(content, self._rules["same-text"], seen.texts):
                self._all.add("same-text", problem)
        if "unused-static" in self._rules:
            for problem in unused_static(content, seen.used):
                self._all.add("unused-static", problem)
        if self._options.ask is not None and "external-link" in self._rules:
            links = [self._link(hit) for _, hit in sorted(seen.elsewhere.items())]
            for problem in self._options.ask(links, are_all=not self._survey.errors):
                self._all.add("external-link", problem)

    def _take_failures(self, failures: Sequence[NewsgenError]) -> None:
        """Tell what is wrong with a template once, however many pages it should have made."""
        told: dict[tuple[str, Location | None], Problem] = {}
        for error in failures:
            told.setdefault((error.problem.message, error.problem.location), error.problem)
        for problem in told.values():
            self._all.add_error(problem)

    def _holds(self, hit: Hit, places: Mapping[str, str]) -> bool:
        """Whether a hit is a breach of its rule: of links to places, the page that they lead to has to be known."""
        if hit.rule != "anchor":
            return True
        known = places.get(self._addresses.file_of(hit.target.path), "")
        return not place_is_there(hit.target.fragment, known.split("\n"))

    def _take_written(self, hit: Hit) -> None:
        """Tell of what stands in a file that somebody wrote."""
        place = self._place_of(hit)
        # A link to a file that is not there was found when the text was read, and what it should be is known.
        if hit.rule in ("link", "image-missing", "anchor"):
            names = (repr(hit.written), repr(hit.written.partition("#")[0]))
            told = [item for item in self._told_at.get(place, ()) if any(name in item.message for name in names)]
            self._told.update(dict.fromkeys(told, hit.rule))
            if told:
                return
        if hit.rule == "alt-text":
            shown = hit.target.path.rpartition("/")[2] or hit.written
            message = f"the picture {shown!r} has no words for those who cannot see it"
            problem = Problem(message, place, "write what it shows between the brackets: ![...](...)")
        else:
            problem = Problem(self._message(hit), place, self._hint(hit))
        self._all.add(hit.rule, problem)

    def _place_of(self, hit: Hit) -> Location:
        if hit.line:
            return Location(hit.path, hit.line)
        if hit.page not in self._bodies:
            fields = ("redirect", "aliases", "title")
            return self._texts.place(hit.path, *fields)
        is_picture = hit.rule == "alt-text"
        return Location(hit.path, self._texts.line_of(hit.path, hit.target, hit.written, is_picture=is_picture))

    def _of_template(self, hit: Hit, count: int) -> Problem:
        """Return what is wrong on pages by their template, or by what it was given."""
        own = f"templates/{hit.template}"
        place = Location(own) if hit.template and (self._root / own).is_file() else None
        where = f"on the page {hit.page}" if count == 1 else f"on {count:,} pages, of which {hit.page} is the first"
        if hit.rule == "alt-text":
            return Problem(f"a picture {hit.written!r} has no 'alt' {where}", place, 'write alt="" for a decoration')
        return Problem(f"{self._message(hit)} {where}", place, self._hint(hit))

    def _message(self, hit: Hit) -> str:
        target = hit.target
        shown = target.shown if target.where == HERE else hit.written
        if target.where != HERE:
            return f"the link {hit.written!r} leads to no address" if hit.written else "a link has no target"
        if hit.rule == "anchor":
            return f"there is no place {target.fragment!r} on {target.path}, to which a link leads"
        if hit.rule == "moved-link":
            kinds = {MOVED: "an address that redirects", GONE: "what was taken back"}
            found = kinds.get(self._addresses.kind(target.path), "an address whose '/' at the end is left out")
            return f"the link to {shown} leads to {found}"
        what = "file" if hit.rule == "image-missing" else "link"
        return f"the {what} {shown!r} is not on the site"

    def _hint(self, hit: Hit) -> str:
        target = hit.target
        if target.where != HERE:
            return "write where it is to lead, or take it out"
        if hit.rule == "moved-link":
            aim = self._aims.get(target.path, "")
            aim = f"{target.path}/" if self._addresses.kind(target.path) == "folder" else aim
            return f"write {aim}" if aim else ""
        if hit.rule == "anchor":
            return "its heading may have been changed"
        likely = self._addresses.likely(target.path)
        return f"did you mean {likely}?" if likely and likely != target.path else ""

    # Redirects

    @cached_property
    def _aims(self) -> Mapping[str, str]:
        """Return where each page that redirects leads."""
        return {
            item.url: item.context.target.url
            for item in self._items
            if isinstance(item, Page) and isinstance(item.context, RedirectContext)
        }

    def _look_at_redirects(self) -> None:
        """Find the rings of redirects: each is told once, at the first of its pages."""
        aims = self._aims
        sources = {item.url: item.sources for item in self._items if isinstance(item, Page) and item.url in aims}
        done: set[str] = set()
        for start in aims:
            way: list[str] = []
            url = start
            while url in aims and url not in done and url not in way:
                way.append(url)
                url = aims[url].partition("#")[0]
            if url in way:
                ring = way[way.index(url) :]
                named = " to ".join([*ring, url])
                place = self._texts.place(sources[url][0], "redirect", "aliases") if sources[url] else None
                self._all.add("redirect-loop", Problem(f"{named}: a reader never arrives", place, "remove one of them"))
            done.update(way)

    # Style sheets

    def _look_at_styles(self, used: set[str]) -> None:
        """Look at what the site's own style sheets fetch."""
        for item in self._items:
            if not isinstance(item, Asset) or not item.url.lower().endswith(".css"):
                continue
            try:
                css = files.read_bytes(self._root, item.source).decode("utf-8", "replace")
            except OSError:
                continue  # taken away since the site was read
            for written, start in style_targets(css):
                target = self._addresses.target(item.url, written)
                if target.where != HERE or target.path == item.url:
                    continue
                if self._addresses.kind(target.path):
                    used.add(output_path(target.path))
                elif not item.source.startswith("/"):
                    place = Location(item.source, css.count("\n", 0, start) + 1)
                    self._all.add("image-missing", Problem(f"the file {target.path!r} is not on the site", place))

    # Addresses elsewhere

    def _link(self, hit: Hit) -> Link:
        return Link(hit.target.path, lambda: self._place_of_link(hit), self._days.get(hit.page))

    @cached_property
    def _days(self) -> Mapping[str, date | None]:
        return {item.url: item.date.date for item in self._archive.articles}

    def _place_of_link(self, hit: Hit) -> Location | None:
        if hit.path:
            return self._place_of(hit)
        body = self._bodies.get(hit.page)
        if body is None:
            return None
        fields = self._texts.fields(body.path)
        return self._texts.place(body.path, "source_url") if fields and fields.source_url else Location(body.path)


def _chosen(rules: Sequence[Rule], options: Options) -> Mapping[str, Rule]:
    """Return the rules that count, by name; one that is asked for by name counts though it is off."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.name in options.skip or (options.only and rule.name not in options.only):
            continue
        if rule.level != OFF:
            found[rule.name] = rule
        elif rule.name in options.only:
            found[rule.name] = Rule(rule.name, "warning", rule.meaning, rule.option, rule.number)
    return found


def _bodies(archive: Archive) -> dict[str, Body]:
    """Return the texts of the site by the URL of the page that they stand on."""
    texts = {item.url: item.content for item in archive.articles if not item.redirect and item.status not in TAKEN_BACK}
    texts |= {item.url: item.content for item in archive.pages}
    texts |= {term.url: profile.content for term, profile in archive.profiles.items()}
    return texts


def _cost(item: Page | Asset) -> int:
    return 1 if isinstance(item, Asset) or item.kind in _SMALL else _LARGE
