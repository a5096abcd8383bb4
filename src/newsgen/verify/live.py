"""A site on the web against checksums: every file is asked for, politely, and what is done is remembered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b, sha256
from html import unescape
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import quote, urljoin

from newsgen import files
from newsgen.errors import Location, Problem, VerifyError
from newsgen.hosts import HOSTS, read_target
from newsgen.permalink import MANIFEST, URL_SAFE
from newsgen.verify.asking import Answer, Manners, Visitor
from newsgen.verify.findings import Finding, Outcome
from newsgen.verify.manifest import LARGEST, Manifest, read_manifest

__all__ = ["Manners", "Progress", "manifest_of_site", "verify_live"]

_INDEX = "index.html"
# What hosts read for themselves and show to nobody.
_FOR_HOSTS = frozenset(url[1:] for host in HOSTS.values() for url, _ in host.files if not url.startswith("/hosts/"))
_LARGEST_FILE = 4 * 1024**3
# So many files in a row that nobody answers for: the host is down, or wants no more of us.
_PATIENCE = 20
_MANNERS = Manners()
_REFRESH = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]*)">')


class Progress:
    """What is known to be right from a run that was cut short: checksums and paths, in a file in the cache.

    Without a folder nothing is remembered. Use it as a context manager.
    """

    def __init__(self, folder: Path | None, base: str, *, resumes: bool) -> None:
        name = blake2b(base.encode(), digest_size=8).hexdigest()
        self._file = folder / f"verify-{name}" if folder else None
        self._resumes = resumes
        self._waiting: list[str] = []
        self.known: frozenset[str] = frozenset()

    def __enter__(self) -> Self:
        if self._file is None:
            return self
        if self._resumes:
            text = (files.bytes_of(self._file) or b"").decode("utf-8", "replace")
            self.known = frozenset(text.split("\n")[:-1])
        else:
            self._file.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write()

    def add(self, path: str, checksum: bytes) -> None:
        """Remember that a file was found to be right."""
        self._waiting.append(_line(path, checksum))
        if len(self._waiting) >= 50:
            self._write()

    def forget(self) -> None:
        """Remove what was remembered, after all was looked at."""
        self._waiting = []
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _write(self) -> None:
        if self._file is None or not self._waiting or self._file.is_symlink():
            return
        with self._file.open("ab") as file:
            file.write("".join(f"{line}\n" for line in self._waiting).encode())
        self._waiting = []


def _line(path: str, checksum: bytes) -> str:
    return f"{checksum.hex()}  {path}"


def manifest_of_site(base: str, manners: Manners) -> Manifest:
    """Return the checksums file that a site publishes. Raises VerifyError where it cannot be had or used."""
    url = f"{base}/{MANIFEST}"
    parts: list[bytes] = []
    with Visitor(base, manners) as visitor:
        answer = visitor.fetch(url, parts.append, parts.clear, LARGEST)
    if answer.problem or answer.status != 200:
        what = answer.problem or f"the host answers with {answer.status}"
        hint = "name a checksums file that was kept where the site was built, with --manifest"
        raise VerifyError(Problem(f"the checksums file cannot be had: {what}", Location(url), hint))
    return read_manifest(b"".join(parts), url)


def verify_live(
    base: str,
    manifest: Manifest,
    manners: Manners = _MANNERS,
    known: Progress | None = None,
    copy: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Return which files the site at `base`, without "/" at its end, does not show as `manifest` has them.

    `known` remembers what was right, and is asked for it. Where a host answers for a page that leads on with the
    redirect itself, `copy`, a folder with the files as they were built, tells that this is right. Raises VerifyError
    where the host does not answer for many files in a row.
    """
    known = known or Progress(None, base, resumes=False)
    checksums = manifest.checksums
    wanted = [item for item in checksums.items() if item[0] not in _FOR_HOSTS]
    left = [item for item in wanted if _line(*item) not in known.known]
    findings: list[Finding] = []
    done, in_a_row = len(wanted) - len(left), 0
    progress(done, len(wanted))
    with _Crew(base, manners, copy, left) as crew:
        for path, finding in crew.results(len(left)):
            done += 1
            progress(done, len(wanted))
            if finding is None:
                known.add(path, checksums[path])
            else:
                findings.append(finding)
            in_a_row = in_a_row + 1 if finding and finding.kind == "failed" else 0
            if in_a_row >= min(_PATIENCE, len(wanted)) and finding:
                hint = "look at the site; 'newsgen verify --resume' goes on from here"
                raise VerifyError(Problem(f"the host fails {in_a_row} times in a row: {finding.reason}", None, hint))
    return Outcome(len(wanted), tuple(sorted(findings)), len(checksums) - len(wanted))


class _Crew:
    """Threads that ask for files, each over a connection of its own; they end with this."""

    def __init__(self, base: str, manners: Manners, copy: Path | None, wanted: Iterable[tuple[str, bytes]]) -> None:
        self._base, self._manners, self._copy = base, manners, copy
        self._wanted = iter(wanted)
        self._turn = Lock()
        self._is_over = Event()
        self._found: SimpleQueue[tuple[str, Finding | None] | BaseException] = SimpleQueue()

    def __enter__(self) -> Self:
        for _ in range(self._manners.jobs):
            Thread(target=self._work, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()

    def results(self, count: int) -> Iterator[tuple[str, Finding | None]]:
        """Yield each path with what was found, as they come in."""
        for _ in range(count):
            found = self._found.get()
            if isinstance(found, BaseException):
                raise found
            yield found

    def _work(self) -> None:
        try:
            with Visitor(self._base, self._manners, self._is_over.wait) as visitor:
                while not self._is_over.is_set():
                    with self._turn:
                        item = next(self._wanted, None)
                    if item is None:
                        return
                    self._found.put((item[0], _looked_at(visitor, self._base, *item, self._copy)))
                    self._is_over.wait(self._manners.delay)
        except BaseException as error:  # whatever it is, it is raised where somebody waits
            self._found.put(error)


class _Seen(NamedTuple):
    answer: Answer
    checksum: bytes


def _looked_at(visitor: Visitor, base: str, path: str, checksum: bytes, copy: Path | None) -> Finding | None:
    """Return what is wrong with a file of the site; None where it is as it was built."""
    url = f"{base}/{quote(path, safe=URL_SAFE)}"
    page = url.removesuffix(_INDEX) if path.rpartition("/")[2] == _INDEX else url
    seen = _fetched(visitor, page)
    # The status of a page that says that something is gone, or not found, is not 200.
    if not seen.answer.problem and seen.checksum == checksum:
        return None
    if page != url and (seen.answer.led_to or seen.answer.status == 410):
        # A host with a rule for the address of a page shows the page under its whole name, if it shows it at all.
        whole = _fetched(visitor, url)
        if not whole.answer.problem and whole.checksum == checksum:
            return None
    if copy is not None and seen.answer.led_to:
        # Rules and pages may write the same address in two ways.
        target = read_target(_leads_to(copy, path, checksum, page))
        if target and target in map(read_target, seen.answer.led_to):
            return None
    return _finding(path, seen.answer)


def _fetched(visitor: Visitor, url: str) -> _Seen:
    states = [sha256()]

    def take(part: bytes) -> None:
        states[-1].update(part)

    answer = visitor.fetch(url, take, lambda: states.append(sha256()), _LARGEST_FILE)
    return _Seen(answer, states[-1].digest())


def _leads_to(copy: Path, path: str, checksum: bytes, url: str) -> str:
    """Return where a page leads on to, by the copy of it; "" where it does not, or no copy can be trusted."""
    try:
        data = files.read_bytes(copy, path)
    except OSError:
        return ""
    found = _REFRESH.search(data.decode("utf-8", "replace")) if sha256(data).digest() == checksum else None
    return urljoin(url, unescape(found[1])) if found else ""


def _finding(path: str, answer: Answer) -> Finding:
    if answer.led_to:
        why = answer.problem if answer.problem and answer.status else f"it is redirected to {answer.led_to[-1]}"
        return Finding(path, "changed", why)
    if answer.status in (404, 410):
        return Finding(path, "missing", f"the host answers with {answer.status}")
    if answer.problem:
        return Finding(path, "failed", answer.problem)
    if answer.status != 200:
        return Finding(path, "failed", f"the host answers with {answer.status}")
    return Finding(path, "changed")
