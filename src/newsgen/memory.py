"""What a build leaves to the next: what each source says, the HTML of each text, and which pages show which texts.

Nothing here decides what a page is. A remembered value is used only where everything that it was made from is known to
be the same; where that is in doubt, or anything is damaged, it is as if nothing were remembered.
"""

from __future__ import annotations

import marshal
import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from newsgen import files, load, theme
from newsgen.config import FILE_NAME
from newsgen.errors import Problem
from newsgen.files import Standing
from newsgen.load import Parsed
from newsgen.making import Made, pages_in
from newsgen.model import Body, Bundle, Page, Site
from newsgen.store import NONE, Store, packed, seal_of, sealed, unpacked, unsealed

__all__ = ["Listing", "Memory", "Outcome", "Patch", "last_made_with", "listing"]

_NOWHERE: Standing = (-1, 0, 0, 0)
_PARSED, _CONVERTED = "parsed", "converted"
# More changed files than this, and planning anew is no slower.
_MOST_CHANGES = 200
_PARTS_OF_PLAN = 8


class Listing(NamedTuple):
    """All files that a site is made of, with how they stand; `walked` are those of load, `problems` is what is odd."""

    paths: list[str]
    standings: list[Standing]
    walked: Mapping[str, files.Walk]
    problems: tuple[Problem, ...]


def listing(root: Path) -> Listing:
    """Return the files of the site at `root`."""
    walked = load.walks(root)
    own = files.walk(root, theme.OWN)
    found = [*walked.values(), own]
    paths = [path for walk in found for path in walk.files]
    standings = [standing for walk in found for standing in walk.standings]
    paths.append(FILE_NAME)
    standings.append(files.standing_of(os.lstat(root / FILE_NAME)))
    return Listing(paths, standings, walked, tuple(problem for walk in found for problem in walk.problems))


class Outcome(NamedTuple):
    """What a build said of the whole site: it is said again while nothing but the text of articles changes.

    `silent` are the texts that changed after they were published, of which nothing tells: that depends on the texts.
    `made_with` are the options that it was made with, as the build writes them down.
    """

    articles: int
    planned: int
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]
    site: object
    silent: tuple[Problem, ...] = ()
    made_with: tuple[bool | int | None, ...] = ()


class Patch(NamedTuple):
    """What a build has to make where nothing but texts changed since the last: these pages, and nothing else.

    `changed` are the files whose text did, with what they say now.
    """

    items: tuple[Page | Bundle, ...]
    outcome: Outcome
    changed: Mapping[str, Parsed]


@dataclass(slots=True)
class _Plan:
    """The pages that hold texts: a line each, of the URL and the files of the texts, and the chunk that holds it.

    `ledger` is the digest of the ledger as that build left it. `waiting` are the URLs of those that are still to be
    made.
    """

    key: bytes
    record: bytes
    sources: bytes
    outcome: Outcome
    lines: str
    chunks: array[int]
    ledger: bytes = b""
    waiting: tuple[str, ...] = ()


class Memory:
    """What the builds of one site into one output folder remember, for the time of one build.

    `keys` are those of what is parsed, of what is converted and of the plan: what each depends on beside the files.
    `folder` is where the chunks are. `started` is an instant before which nothing was read: what changed since then
    could change again unseen. Without `writes` it is only asked, and no build has to wait for it.
    """

    def __init__(
        self, cache: Path, place: str, started: int, keys: tuple[bytes, bytes, bytes], *, writes: bool = True
    ) -> None:
        self.folder = cache
        self.writes = writes
        self._sources_file = cache / "sources"
        self._plan_file = cache / f"plan-{place}"
        self._owner = f"plan-{place}"
        self._started = started
        self._parse_key, self.convert_key, self._plan_key = keys
        self._store = Store(cache, writes=writes)
        self._digest = b""
        self._paths = ""
        self._standings: list[Standing] = []
        self._numbers: list[array[int]] = [array("q"), array("q")]
        self._chunks: dict[str, tuple[int, str]] = {}
        self._read_sources()

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    @property
    def standings(self) -> list[Standing]:
        """How the files stood when they were read, those aside that changed while they were."""
        return self._standings

    # What is remembered of the sources

    def _read_sources(self) -> None:
        data = files.bytes_of(self._sources_file)
        payload = unsealed(data)
        if data is None or payload is None:
            return
        key, paths, *columns = marshal.loads(payload)  # noqa: S302  # sealed by ourselves
        numbers = [array("q", column) for column in columns]
        if key != self._parse_key + self.convert_key:
            return
        self._digest = seal_of(data)
        self._paths = paths
        self._standings = list(zip(*numbers[:4], strict=True))
        self._numbers = numbers[4:]

    @cached_property
    def _parsed(self) -> dict[str, int]:
        """In which chunk stands what a file says."""
        return dict(zip(self._names, self._numbers[0], strict=True))

    @cached_property
    def converted(self) -> dict[str, int]:
        """In which chunk stands the HTML of a file's text."""
        return dict(zip(self._names, self._numbers[1], strict=True))

    @cached_property
    def _names(self) -> list[str]:
        return self._paths.split("\n") if self._paths else []

    def known(self, found: Listing) -> dict[str, Parsed]:
        """Return what those files say that stand as they did when they were read."""
        if not self._parsed:
            return {}
        before = dict(zip(self._names, self._standings, strict=True))
        same = {
            path: standing
            for path, standing in zip(found.paths, found.standings, strict=True)
            if self._parsed.get(path, NONE) != NONE and before.get(path) == standing
        }
        self._parsed = {path: self._parsed[path] for path in same}
        result: dict[str, Parsed] = {}
        for number in dict.fromkeys(self._parsed.values()):
            for item in load.parsed_in(self._store.get(number)):
                if self._parsed.get(item.path) == number and item.standing == same[item.path]:
                    result[item.path] = item.parsed
        return result

    def keep_parsed(self, data: bytes, paths: Sequence[str]) -> None:
        """Remember a batch of what files say."""
        self._parsed.update(dict.fromkeys(paths, self._store.add(_PARSED, data)))

    def keep_made(self, made: Made) -> None:
        """Remember the texts that were converted, and the pages that hold texts."""
        if not self.writes:
            return
        if made.converted:
            self.converted.update(dict.fromkeys(made.sources, self._store.add(_CONVERTED, made.converted)))
        if made.planned:
            number = self._store.add(self._owner, made.pages)
            for item in made.planned:
                self._chunks[item.url] = (number, "\t".join((item.url, *item.paths)))

    # What is remembered of the plan

    @property
    def had_ledger(self) -> bool:
        """Whether the last build left a ledger."""
        return bool(self._last_plan.ledger)

    def patch(self, found: Listing, root: Path, site: Site, record: bytes, ledger: bytes) -> Patch | None:
        """Return what to make, where nothing but the text of some files changed since the build that left `record`
        and a ledger of the digest `ledger`.

        None where anything else may have changed, or that cannot be told: then all has to be planned. It is for the
        caller to see that the output folder stands as that build left it.
        """
        plan = self._last_plan
        is_known = self.holds_the_pages_of(record) and plan.key == self._plan_key and plan.sources == self._digest
        if not is_known or plan.ledger != ledger or found.problems or "\n".join(found.paths) != self._paths:
            return None
        changed = [
            (path, standing)
            for path, standing, before in zip(found.paths, found.standings, self._standings, strict=True)
            if standing != before
        ]
        folders = (f"{load.ARTICLES}/", f"{load.PAGES}/")
        are_texts = all(path.startswith(folders) and path.lower().endswith(load.TEXT_ENDINGS) for path, _ in changed)
        if len(changed) > _MOST_CHANGES or not are_texts:
            return None
        noted = {problem.location.path for problem in plan.outcome.warnings if problem.location}
        batch = load.parse_batch(load.Job(str(root), site), changed)
        now = load.parsed_in(batch.data)
        if batch.errors or len(now) != len(changed) or noted.intersection(path for path, _ in changed):
            return None
        bodies: dict[str, Parsed] = {}
        for item in now:
            before = self._before(item.path)
            if before is None or not _says_the_same(before, item.parsed):
                return None
            if before.digest != item.parsed.digest:
                bodies[item.path] = item.parsed
        items = self._pages_with(plan, bodies)
        if items is None:
            return None
        if now:
            self.keep_parsed(batch.data, [item.path for item in now])
        return Patch(items, plan.outcome, bodies)

    def _before(self, path: str) -> Parsed | None:
        found = load.parsed_in(self._store.get(self._parsed.get(path, NONE)))
        return next((item.parsed for item in found if item.path == path), None)

    def _pages_with(self, plan: _Plan, bodies: Mapping[str, Parsed]) -> tuple[Page | Bundle, ...] | None:
        """Return the pages that hold any of the changed texts, with the new ones in place."""
        wanted: dict[int, list[str]] = {}
        lines = [found for path in bodies for found in _lines_with(path, plan)]
        lines += [_line_of(url, plan) for url in plan.waiting]
        for line, number in lines:
            url = line.partition("\t")[0]
            if url not in wanted.setdefault(number, []):
                wanted[number].append(url)
        pages: list[Page | Bundle] = []
        for number, urls in wanted.items():
            found = pages_in(self._store.get(number), urls, lambda body: _now(body, bodies))
            if found is None:
                return None
            pages += found
        return tuple(pages)

    # For the next build

    def save_sources(self, found: Listing) -> None:
        """Write down what is known of the sources, as they stand in `found`."""
        trusted = [standing if standing[2] < self._started else _NOWHERE for standing in found.standings]
        columns = [array("q", column).tobytes() for column in zip(*trusted, strict=True)]
        parsed = array("q", [self._parsed.get(path, NONE) for path in found.paths])
        converted = array("q", [self.converted.get(path, NONE) for path in found.paths])
        key = self._parse_key + self.convert_key
        row: Any = (key, "\n".join(found.paths), *columns, parsed.tobytes(), converted.tobytes())  # Any: marshal's
        data = sealed(marshal.dumps(row))
        self._digest = seal_of(data)
        if _put(self._sources_file, data):
            self._store.keep(_PARSED, parsed)
            self._store.keep(_CONVERTED, converted)

    def save_patch(
        self, found: Listing, record: bytes, outcome: Outcome, ledger: bytes, waiting: Iterable[str]
    ) -> None:
        """Write down the plan as it is after a patch; `waiting` are the URLs of what is still to be made."""
        plan = self._last_plan
        for url, (number, line) in self._chunks.items():
            place = _place_of(url, plan)
            end = plan.lines.index("\n", place)
            plan.chunks[plan.lines.count("\n", 0, place)] = number
            if plan.lines[place:end] != line:
                plan.lines = plan.lines[:place] + line + plan.lines[end:]
        self.save_sources(found)
        now = replace(plan, record=record, sources=self._digest, outcome=outcome, ledger=ledger, waiting=tuple(waiting))
        self._save_plan(now)

    def holds_the_pages_of(self, record: bytes) -> bool:
        """Whether the remembered pages are those of the build that left this record: else all must be made again."""
        return bool(record) and self._last_plan.record == record

    def save_plan(
        self,
        found: Listing,
        urls: Iterable[str],
        outcome: Outcome,
        before: bytes,
        record: bytes,
        ledger: bytes,
        *,
        is_whole: bool,
        waiting: Iterable[str] = (),
    ) -> None:
        """Write down which of the pages at `urls` hold texts, and what was said of the site.

        `before` and `record` are the digests of the record at the start and at the end of the build, and `ledger` that
        of the ledger at its end. A plan that is
        not whole, since the site has mistakes, only keeps the pages for the next. `waiting` as for `save_patch`.
        """
        self.save_sources(found)
        old = self._old_chunks() if self.holds_the_pages_of(before) else {}
        rows = [row for url in urls if (row := self._chunks.get(url) or old.get(url))]
        lines = "".join([f"{line}\n" for _, line in rows])
        chunks = array("q", [number for number, _ in rows])
        key = self._plan_key if is_whole else b""
        self._save_plan(_Plan(key, record, self._digest, outcome, lines, chunks, ledger, tuple(waiting)))

    @cached_property
    def _last_plan(self) -> _Plan:
        """Return the plan that was written down last, whatever it was made for; an empty one where it is lost."""
        return _read_plan(self._plan_file)

    def _old_chunks(self) -> dict[str, tuple[int, str]]:
        """Return the pages that the last plan held, by URL."""
        plan = self._last_plan
        lines = plan.lines.split("\n")[:-1]
        return {line.partition("\t")[0]: (number, line) for line, number in zip(lines, plan.chunks, strict=True)}

    def _save_plan(self, plan: _Plan) -> None:
        stored = (plan.key, plan.record, plan.sources, plan.outcome, plan.lines, plan.chunks, plan.ledger,
                  plan.waiting)  # fmt: skip
        if _put(self._plan_file, sealed(packed(stored))):
            self._store.keep(self._owner, plan.chunks)


def last_made_with(cache: Path, place: str) -> tuple[bool | int | None, ...]:
    """Return the options of the last build into an output folder; () where they are not known."""
    return _read_plan(cache / f"plan-{place}").outcome.made_with


def _read_plan(path: Path) -> _Plan:
    stored = unpacked(unsealed(files.bytes_of(path)))
    if isinstance(stored, tuple) and len(stored) == _PARTS_OF_PLAN:
        return _Plan(*stored)
    return _Plan(b"", b"", b"", Outcome(0, 0, (), (), None), "", array("q"))


def _says_the_same(before: Parsed, now: Parsed) -> bool:
    """Whether a file says what it said, but for its text, and refers to the same files."""
    if now.references and (before.may_be_code or now.may_be_code):
        return False  # which of them are real depends on the text
    if [item.target for item in before.references] != [item.target for item in now.references]:
        return False
    return before == replace(
        now,
        digest=before.digest,
        references=before.references,
        may_be_code=before.may_be_code,
        body_line=before.body_line,
    )


def _now(body: Body, bodies: Mapping[str, Parsed]) -> Body:
    changed = bodies.get(body.path)
    return replace(body, digest=changed.digest) if changed else body


def _lines_with(path: str, plan: _Plan) -> Iterable[tuple[str, int]]:
    """Yield the lines of a plan that name a file, with their chunks."""
    place = plan.lines.find(f"\t{path}")
    while place >= 0:
        end = place + 1 + len(path)
        if plan.lines[end] in "\t\n":
            start = plan.lines.rfind("\n", 0, place) + 1
            yield plan.lines[start : plan.lines.index("\n", place)], plan.chunks[plan.lines.count("\n", 0, start)]
        place = plan.lines.find(f"\t{path}", end)


def _place_of(url: str, plan: _Plan) -> int:
    """Return where in the lines of a plan that of a URL starts."""
    return 0 if plan.lines.startswith(f"{url}\t") else plan.lines.index(f"\n{url}\t") + 1


def _line_of(url: str, plan: _Plan) -> tuple[str, int]:
    """Return the line of a URL, with its chunk."""
    place = _place_of(url, plan)
    return plan.lines[place : plan.lines.index("\n", place)], plan.chunks[plan.lines.count("\n", 0, place)]


def _put(path: Path, data: bytes) -> bool:
    """Put a file in place; False where that cannot be done, since all of it can be worked out again."""
    try:
        files.put(path, data)
    except OSError:
        return False
    return True
