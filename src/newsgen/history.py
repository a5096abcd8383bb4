"""The earlier versions of articles: what of a site's git history was once public, and may be shown.

A version is what stood at an article's address: a state of its file in which it was published, and whose title or
text had other words than the version before. The newest is the article itself, as its file now says it; so an edit
that is not committed yet makes no version. All else is decided for caution, since what is shown here is what somebody
changed: a text that was never public, or that had to go, is not shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple, TypeAlias

from newsgen import files, load, repository
from newsgen.config import FILE_NAME
from newsgen.dates import Moment
from newsgen.errors import Location, Problem
from newsgen.load import Past
from newsgen.model import TAKEN_BACK, Archive, Article, Site, Version
from newsgen.repository import Commit, Missing, Repository
from newsgen.store import packed, sealed, unpacked, unsealed
from newsgen.workers import Workers, in_batches

__all__ = ["Reading", "Source", "source_of", "with_versions"]

_CACHE = "history"
_PUBLIC = ("published", "archived", "hidden")
# Bytes of text that are read in one batch; a file costs as much as so many bytes by itself.
_BATCH = 500_000
_COST_OF_FILE = 4_000

# What stood in a file: the name that git has for it, and its path in the site.
_Said: TypeAlias = tuple[str, str]


class Source(NamedTuple):
    """Where the history of a site comes from, and all that it depends on; `reason` says why there is none."""

    repository: Repository | None
    reason: str = ""


def source_of(root: Path, site: Site) -> Source | None:
    """Return where the history of the site at `root` is to be read; None where it shows none."""
    if not site.has_history:
        return None
    try:
        return Source(repository.find(root))
    except Missing as missing:
        return Source(None, str(missing))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a history is read: by whom, and what is remembered of it.

    `cache` is the folder in which it is remembered, None for nowhere; `key` is what reading depends on beside the
    history. `progress` is told how many files of how many are read.
    """

    workers: Workers = Workers()
    cache: Path | None = None
    key: bytes = b""
    progress: Callable[[int, int], None] = lambda done, total: None


class _Memory(NamedTuple):
    """What was read: the commits up to `head`, and what files said; None for what could not have been built."""

    key: bytes
    head: str
    boundary: str
    commits: tuple[Commit, ...]
    said: dict[_Said, Past | None]


class _State(NamedTuple):
    """What a commit made of an article's file: its path in the repository, and what it held, "" for nothing."""

    commit: Commit
    path: str
    blob: str


class _Run(NamedTuple):
    """A version: what was said, from when on, and whether all that was said until then was taken back later."""

    date: Moment
    path: str
    past: Past


def with_versions(archive: Archive, source: Source, reading: Reading) -> Archive:
    """Return the archive with the earlier versions of its articles, and with warnings of what of them is missing."""
    if source.repository is None:
        return _warned(archive, [_problem(f"{source.reason}, so there are no earlier versions to show", "")])
    try:
        return _Telling(archive, source.repository, reading).run()
    except Missing as missing:
        return _warned(archive, [_problem(f"the history cannot be read: {missing}", "look at it with 'git log'")])


def _problem(message: str, hint: str) -> Problem:
    hint = hint or "commit the site to a git repository, or write 'history: false'"
    return Problem(message, Location(FILE_NAME), hint)


def _warned(archive: Archive, problems: Iterable[Problem]) -> Archive:
    found = sorted({*archive.warnings, *problems}, key=lambda problem: problem.sort_key)
    return replace(archive, warnings=tuple(found))


class _Telling:
    """One reading of a history: what was found so far."""

    def __init__(self, archive: Archive, repository: Repository, reading: Reading) -> None:
        self._archive = archive
        self._repository = repository
        self._reading = reading
        self._warnings: list[Problem] = []

    def run(self) -> Archive:
        known = _remembered(self._reading)
        commits = self._commits(known)
        prefix = self._repository.prefix
        states = _states(commits, [prefix + article.path for article in self._archive.articles])
        # What has been changed never has no earlier version, and need not be read.
        changed = {path: found for path, found in states.items() if len(found) > 1}
        said = self._said(changed.values(), known.said if known else {})
        versions: dict[str, tuple[Version, ...]] = {}
        for article in self._archive.articles:
            found = self._versions(article, changed.get(prefix + article.path, []), said)
            if found:
                versions[article.path] = found
        self._remember(known, commits, said)
        if self._repository.boundary:
            hint = "fetch all of it with 'git fetch --unshallow'; in a workflow, check out with 'fetch-depth: 0'"
            message = "this clone of the repository is shallow: earlier versions that are not in it are not shown"
            self._warnings.append(_problem(message, hint))
        return _warned(replace(self._archive, versions=versions), self._warnings)

    # Reading

    def _commits(self, known: _Memory | None) -> tuple[Commit, ...]:
        """Return the commits of the site; those that are new are read alone, where HEAD only went on."""
        here = self._repository
        if known and known.boundary == here.boundary and known.head:
            if known.head == here.head:
                return known.commits
            if repository.descends(here, known.head):
                return repository.history(here, since=known.head) + known.commits
        return repository.history(here)

    def _said(self, states: Iterable[Sequence[_State]], known: Mapping[_Said, Past | None]) -> dict[_Said, Past | None]:
        wanted: dict[_Said, None] = {}
        for some in states:
            wanted.update((item, None) for state in some if (item := self._said_in(state)))
        said = {item: known[item] for item in wanted if item in known}
        new = [item for item in wanted if item not in known]
        done = len(said)
        job = load.Job(self._repository.root, self._archive.site)
        batches = in_batches(self._contents(new), lambda item: _COST_OF_FILE + len(item[2]), _BATCH)
        for batch in self._reading.workers.run(load.parse_past, job, batches, len(new), _batch_name):
            said.update(((name, path), past) for name, path, past in batch)
            done += len(batch)
            self._reading.progress(done, len(wanted))
        return said

    def _contents(self, wanted: Sequence[_Said]) -> Iterator[tuple[str, str, bytes]]:
        missing = 0
        found = repository.contents(self._repository, [name for name, _ in wanted])
        for (name, path), (_, data) in zip(wanted, found, strict=True):
            if data is None:
                missing += 1
            else:
                yield name, path, data
        if missing:
            texts = "1 earlier text is" if missing == 1 else f"{missing} earlier texts are"
            message = f"{texts} not in this clone of the repository, or larger than {repository.LARGEST >> 20} MiB"
            hint = "make a clone without '--filter'; a text that is too large is never shown"
            self._warnings.append(_problem(message, hint))

    def _said_in(self, state: _State) -> _Said | None:
        place = _place(state.path, self._repository.prefix)
        return (state.blob, place) if state.blob and place else None

    # What counts

    def _versions(
        self, article: Article, states: Sequence[_State], said: Mapping[_Said, Past | None]
    ) -> tuple[Version, ...]:
        """Return the earlier versions of an article, oldest first, whose `states` are given newest first."""
        runs, taken_back = self._runs(states, said)
        names = _names(runs)
        is_withdrawn = article.status in TAKEN_BACK or bool(article.redirect) or not article.has_history
        found: list[Version] = []
        for number, (run, name) in enumerate(zip(runs[:-1], names, strict=False)):
            until = runs[number + 1].date
            if is_withdrawn or number < taken_back or name in article.hidden_versions:
                found.append(Version(name, run.date, until, is_withdrawn=True))
            else:
                past = run.past
                told = (past.title, run.path, past.digest, past.text, past.targets)
                found.append(Version(name, run.date, until, *told))
        self._warn_of_lost(article, {version.name for version in found})
        return tuple(found) if article.status != "draft" else ()

    def _runs(self, states: Sequence[_State], said: Mapping[_Said, Past | None]) -> tuple[list[_Run], int]:
        """Return the versions, oldest first, the present one last; and how many of them were taken back later."""
        since = self._archive.site.history_since
        runs: list[_Run] = []
        taken_back = 0
        ordered = list(reversed(states))
        for state, after in zip_longest(ordered, ordered[1:]):
            name = self._said_in(state)
            past = said.get(name) if name else None
            if past is None:
                continue
            if past.status in TAKEN_BACK:
                taken_back = len(runs)
                continue
            date = repository.moment(state.commit)
            is_public = past.status in _PUBLIC and not past.is_redirect
            # One that was replaced before the day it bears was waiting for it.
            was_early = after is not None and past.date.instant > repository.moment(after.commit).instant
            is_before = since is not None and date.local.date() < since.local.date()
            if not is_public or was_early or is_before:
                continue
            if len(runs) == taken_back or runs[-1].past.words != past.words:
                assert name is not None  # it said something
                runs.append(_Run(date, name[1], past))
        return runs, taken_back

    def _warn_of_lost(self, article: Article, names: set[str]) -> None:
        for name in article.hidden_versions:
            if name not in names and not self._repository.boundary:
                hint = "it is the last part of the address of the version that is to be hidden"
                message = f"{name!r} is to be hidden, and is no earlier version of this article"
                self._warnings.append(Problem(message, Location(article.path), hint))

    # For the next build

    def _remember(self, known: _Memory | None, commits: tuple[Commit, ...], said: dict[_Said, Past | None]) -> None:
        here = self._repository
        now = _Memory(self._reading.key, here.head, here.boundary, commits, said)
        if self._reading.cache is None or (known and known[:3] == now[:3] and known.said.keys() == said.keys()):
            return
        try:
            files.put(self._reading.cache / _CACHE, sealed(packed(tuple(now))))
        except OSError:
            return  # all of it can be read again


def _remembered(reading: Reading) -> _Memory | None:
    """Return what was read before, where it was read in the same way; None where it is lost or damaged."""
    if reading.cache is None:
        return None
    found = unpacked(unsealed(files.bytes_of(reading.cache / _CACHE)))
    if not isinstance(found, tuple) or len(found) != len(_Memory._fields):
        return None
    memory = _Memory(*found)
    return memory if memory.key == reading.key else None


def _batch_name(batch: Sequence[tuple[str, str, bytes]]) -> str:
    return f"reading the history of {batch[0][1]}"


def _place(path: str, prefix: str) -> str:
    """Return the path in the site of a file in the repository; "" where it was no article's.

    Where the whole site moved within its repository, a folder called articles tells where it was.
    """
    if path.startswith(prefix):
        place = path[len(prefix) :]
    else:
        _, folder, rest = f"/{path}".partition(f"/{load.ARTICLES}/")
        place = f"{load.ARTICLES}/{rest}" if folder else ""
    is_hidden = any(part.startswith(".") for part in place.split("/")) or place.endswith("~")
    is_article = place.startswith(f"{load.ARTICLES}/") and not load.taxonomy_of(place)
    is_text = place.lower().endswith(load.TEXT_ENDINGS) and place.isprintable()
    return place if is_article and is_text and not is_hidden else ""


def _states(commits: Iterable[Commit], paths: Iterable[str]) -> dict[str, list[_State]]:
    """Return what became of each of the files that are now at `paths`, the newest first, by these.

    `commits` are the newest first. A file is followed to its former names, and to where it was deleted before it was
    restored as it had been; another text that once stood at the same path is another article.
    """
    states: dict[str, list[_State]] = {path: [] for path in paths}
    names = {path: path for path in states}
    begun: dict[str, tuple[str, str]] = {}  # by path: which file began there, and with what
    for commit in commits:
        followed = [(change, names.pop(change.path, "")) for change in commit.changes]
        for change, known in followed:
            file = known
            if not file and not change.after and change.before:
                began = begun.get(change.path)
                if began and began[1] == change.before and change.path not in names:
                    file = began[0]
            if not file:
                continue
            states[file].append(_State(commit, change.path, change.after))
            if not change.before:
                begun[change.path] = (file, change.after)
            elif change.old not in names:
                names[change.old] = file
    return states


def _names(runs: Iterable[_Run]) -> list[str]:
    """Return the names of versions: when each was committed, in UTC; with a number where several were in a second."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for run in runs:
        utc = run.date.local - timedelta(minutes=run.date.offset)
        name = f"{utc.year:04}{utc:%m%dT%H%M%S}Z"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names
