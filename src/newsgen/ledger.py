"""permalinks.lock -> every URL that the archive ever published, and what answers there; and back.

The file is made for version control: a line a URL, sorted, so that two people who add articles add lines in different
places. It starts with its version and ends with a mark, so that one that was cut in half is seen to be.
"""

from __future__ import annotations

import errno
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from newsgen import files
from newsgen.errors import LedgerError, Location, Problem, raise_all
from newsgen.fingerprint import digest_bytes
from newsgen.permalink import is_inside, without_index

__all__ = [
    "FILE_NAME",
    "GONE",
    "LIVE",
    "REDIRECT",
    "Ledger",
    "LedgerEntry",
    "digest_of",
    "entry_of_source",
    "is_safe",
    "merged",
    "parse",
    "read",
    "source_of",
    "target_of",
    "text_digest",
    "with_entry",
    "write",
]

FILE_NAME = "permalinks.lock"
LIVE, REDIRECT, GONE = "live", "redirect", "gone"
_STATES = (LIVE, REDIRECT, GONE)
_VERSION = 1
_FIRST = "# newsgen permalinks "
_HEAD = (
    f"{_FIRST}{_VERSION}\n"
    "# Every address that this archive has published, a line each. 'newsgen build' adds to it, 'newsgen urls' changes\n"
    "# it; keep it in version control. What is not in it is not protected.\n"
)
_HEAD_LINES = _HEAD.count("\n")
_END = "# end\n"
_CONFLICT = re.compile(r"^(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?: |$)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|-")
# What would end a value, or the line.
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0%\u2028\u2029\ud800-\udfff]")
_URL = re.compile(r"/[!-~]*")
_TARGET = re.compile(r"(?:/(?!/)|https?://[^/])[^\x00-\x20\x7f]*|/", re.IGNORECASE)
_NO_PATH = re.compile(r"[\x00-\x1f\\]")
_BLANK = re.compile(r"[\x00-\x20\x7f]")
# The reason stands last in its line, and may hold blanks.
_REASON = " why="
_KEYS = {"id": "id", "source": "source", "text": "text", "said": "said", "to": "target", "on": "on", "why": "reason"}
_NAMES = {name: key for key, name in _KEYS.items()}
_MOST_TOLD = 20
# The values of an entry that has none but the first four.
_NOTHING = ("",) * 7


class LedgerEntry(NamedTuple):
    """A URL, and what answers there.

    `kind` is that of the page that stood there first to be published ("article", "term", "file", ...), and `seen` the
    day on which it was, "-" where nobody knew the date. Of an article `id` is its name for ever, `source` the file
    that it comes from, as a path below articles/ without ending, `text` the digest of what was published, and `said`
    what its front matter told of changes then. Of a file `source` is its path and `text` the digest of its bytes.
    A redirect leads to `target`, a URL or an address elsewhere. What is gone went on the day `on`, for a `reason`.
    """

    url: str
    state: str
    kind: str
    seen: str = "-"
    id: str = ""
    source: str = ""
    text: str = ""
    said: str = ""
    target: str = ""
    on: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Ledger:
    """All URLs that were ever published; `entries` by URL, in their order in the file."""

    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)

    def line_of(self, url: str) -> int:
        """Return the line in which a URL stands, 0 where it stands in none."""
        return self._lines.get(url, 0)

    @cached_property
    def _lines(self) -> Mapping[str, int]:
        return {url: number for number, url in enumerate(self.entries, _HEAD_LINES + 1)}

    def below(self, folder: str) -> Iterator[LedgerEntry]:
        """Yield the entries of all URLs below that of a folder."""
        for place in range(bisect_right(self._urls, folder), len(self._urls)):
            url = self._urls[place]
            if not url.startswith(folder):
                return
            yield self.entries[url]

    @cached_property
    def _urls(self) -> Sequence[str]:
        return list(self.entries)

    def with_entries(self, entries: Iterable[LedgerEntry], without: Iterable[str] = ()) -> Ledger:
        """Return a ledger in which these entries stand for those of the same URLs, and the URLs `without` do not."""
        found = dict(self.entries)
        found.update((entry.url, entry) for entry in entries)
        for url in without:
            found.pop(url, None)
        return Ledger(dict(sorted(found.items())))

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        lines = [f"{_line_of(entry)}\n" for entry in self.entries.values()]
        return "".join((_HEAD, *lines, _END)).encode()


def text_digest(title: str, body: bytes) -> str:
    """Return the digest of what an article says: of its headline, and of its text, whose digest is `body`."""
    return blake2b(title.encode("utf-8", "surrogatepass") + b"\0" + body, digest_size=16).hexdigest()


def target_of(address: str) -> str:
    """Return where a redirect leads as the ledger has it: without blanks."""
    return _BLANK.sub(lambda found: f"%{ord(found[0]):02X}", address)


def source_of(path: str) -> str:
    """Return what an article's file is called in the ledger: its path below articles/ without ending."""
    return without_index(path).partition("/")[2]


def digest_of(data: bytes | None) -> bytes:
    """Return the digest of a ledger's file; b"" for none."""
    return b"" if data is None else digest_bytes(data)


def is_safe(url: str) -> bool:
    """Whether a URL stands for a path within the site, whoever wrote it."""
    path = unquote(url)[1:]
    return is_inside(f"{path}index.html" if url.endswith("/") else path) and not _NO_PATH.search(path)


def read(root: Path) -> bytes | None:
    """Return the bytes of the site's ledger; None where it has none yet. Raises ExceptionGroup of LedgerError."""
    path = root / FILE_NAME
    try:
        return files.read_bytes(root, FILE_NAME)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = "a symbolic link or no plain file" if path.is_symlink() or not path.is_file() else error.strerror
        message = f"the ledger cannot be read: {reason}"
        hint = "put the file itself there: it is what keeps published addresses"
        raise ExceptionGroup(FILE_NAME, [LedgerError(Problem(message, Location(FILE_NAME), hint))]) from None


def write(root: Path, data: bytes, cache: Path) -> bytes:
    """Put the bytes of a ledger in place in one step, and return their digest.

    They are written into the folder `cache` before. Raises ExceptionGroup of LedgerError.
    """
    place = root / FILE_NAME
    beside = cache / f"{FILE_NAME}.new"
    try:
        try:
            beside.write_bytes(data)
            beside.replace(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            files.put(place, data)
            beside.unlink()
    except OSError as error:
        message = f"the ledger cannot be written: {error.strerror or error}"
        hint = "look at its owner and rights, and make room on the disk"
        raise ExceptionGroup(FILE_NAME, [LedgerError(Problem(message, Location(FILE_NAME), hint))]) from None
    return digest_of(data)


def parse(data: bytes | None) -> Ledger:
    """Return what a ledger's file says; an empty ledger for None. Raises ExceptionGroup of LedgerError."""
    if data is None:
        return Ledger()
    lines, problems = _checked_lines(data)
    _raise(problems)
    entries = {entry.url: entry for entry in _entries(lines, problems)}
    _raise(problems)
    if lines != sorted(lines) or len(entries) != len(lines):
        _raise(_disorder(lines))
    return Ledger(entries)


def merged(data: bytes) -> Ledger:
    """Return what a ledger's file says whose lines are not in order, or stand twice, as after a merge.

    Raises ExceptionGroup of LedgerError where two lines say different things of one URL, or it is faulty in other ways.
    """
    lines, problems = _checked_lines(data)
    _raise(problems)
    found: dict[str, LedgerEntry] = {}
    for number, entry in zip(_numbers(lines), _entries(lines, problems), strict=False):
        other = found.setdefault(entry.url, entry)
        if other._replace(seen="") != entry._replace(seen=""):
            message = f"this line and another say different things of {entry.url}"
            problems.append(Problem(message, Location(FILE_NAME, number), "remove one of the two"))
        found[entry.url] = min(other, entry, key=attrgetter("seen"))
    _raise(problems)
    return Ledger(dict(sorted(found.items())))


def entry_of_source(data: bytes, source: str) -> LedgerEntry | None:
    """Return the entry of a live article by its file, without reading all others; None where there is none."""
    name = _escaped(source).encode()
    for key in (b" id=", b" source="):
        place = data.find(key + name)
        while place >= 0:
            entry = _entry_at(data, place)
            if entry is not None and entry.source == source and entry.id and entry.state == LIVE:
                return entry
            place = data.find(key + name, place + 1)
    return None


def with_entry(data: bytes, entry: LedgerEntry) -> bytes:
    """Return a ledger's bytes with another entry for a URL that it holds."""
    start = data.index(f"\n{entry.url} ".encode()) + 1
    end = data.index(b"\n", start)
    return b"".join((data[:start], _line_of(entry).encode(), data[end:]))


def _entry_at(data: bytes, place: int) -> LedgerEntry | None:
    """Return the entry in whose line a place is."""
    line = data[data.rfind(b"\n", 0, place) + 1 : data.index(b"\n", place)].decode()
    return next(_entries([line], []), None)


def _raise(problems: Iterable[Problem]) -> None:
    raise_all(FILE_NAME, [LedgerError(problem) for problem in problems])


def _checked_lines(data: bytes) -> tuple[list[str], list[Problem]]:
    """Return the lines of all URLs, and what is wrong with the file as a whole."""
    restore = f"restore it from version control, as with 'git checkout {FILE_NAME}'"
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return [], [Problem("the ledger is not UTF-8", Location(FILE_NAME, line), restore)]
    # Some checkouts turn line ends round.
    lines = text.replace("\r\n", "\n").split("\n")
    conflicts = [number for number, line in enumerate(lines, 1) if line[:1] in "<=>|" and _CONFLICT.match(line)]
    if conflicts:
        hint = (
            "keep the lines of both sides, remove the marks, and run 'newsgen urls sort'; a line "
            f"'{FILE_NAME} merge=union' in .gitattributes spares you the marks"
        )
        return [], [Problem("a conflict of a merge was left here", Location(FILE_NAME, conflicts[0]), hint)]
    version = lines[0].removeprefix(_FIRST).strip()
    if not lines[0].startswith(_FIRST) or not version.isdecimal() or len(version) > 9:
        message = f"this is no ledger of newsgen: it does not start with {_FIRST + str(_VERSION)!r}"
        return [], [Problem(message, Location(FILE_NAME, 1), restore)]
    if int(version) > _VERSION:
        message = f"the ledger was written by a newer newsgen, in version {version} of its format"
        return [], [Problem(message, Location(FILE_NAME, 1), "install the newest newsgen")]
    if not text.endswith("\n") or lines[-2].rstrip() != _END.strip():
        message = f"the ledger was cut short: it does not end with {_END.strip()!r}"
        return [], [Problem(message, Location(FILE_NAME, len(lines)), restore)]
    start = next((number for number, line in enumerate(lines[:-2]) if not line.startswith("#")), len(lines) - 2)
    if start == _HEAD_LINES:
        return lines[start:-2], []
    message = "the first lines of the ledger were changed"
    return [], [Problem(message, Location(FILE_NAME, 1), restore)]


def _numbers(lines: list[str]) -> range:
    return range(_HEAD_LINES + 1, _HEAD_LINES + 1 + len(lines))


def _entries(lines: list[str], problems: list[Problem]) -> Iterator[LedgerEntry]:
    """Yield the entry of each line; what is wrong is added to `problems`."""
    states = frozenset(_STATES)
    for index, line in enumerate(lines):
        parts = line.split(" ", 4)
        try:
            entry = LedgerEntry(*parts[:4], **_values(parts[4])) if len(parts) == 5 else LedgerEntry(*parts)
            if len(parts) < 4 or entry.state not in states:
                raise ValueError
            if not _URL.fullmatch(entry.url) or not _DAY.fullmatch(entry.seen):
                raise ValueError
            if entry.state != LIVE and not is_safe(entry.url):
                raise ValueError
            if entry.state == REDIRECT and not _TARGET.fullmatch(entry.target):
                raise ValueError
        except (TypeError, ValueError):
            if len(problems) < _MOST_TOLD:
                message = f"this is no line of a ledger: {line[:80]!r}"
                hint = "a line is an address, 'live', 'redirect' or 'gone', a kind and a day, with blanks between"
                problems.append(Problem(message, Location(FILE_NAME, _HEAD_LINES + 1 + index), hint))
        else:
            yield entry


def _values(text: str) -> dict[str, str]:
    """Return the named values of a line. Raises ValueError for a name that there is not."""
    text, sign, reason = f" {text}".partition(_REASON)
    found = {"reason": unquote(reason)} if sign else {}
    for part in filter(None, text.split(" ")):
        key, sign, value = part.partition("=")
        if not sign or key not in _KEYS:
            raise ValueError
        found[_KEYS[key]] = unquote(value) if "%" in value and key != "to" else value
    if "id" in found:
        found.setdefault("source", found["id"])
    return found


def _line_of(entry: LedgerEntry) -> str:
    line = f"{entry.url} {entry.state} {entry.kind} {entry.seen}"
    if entry[4:] == _NOTHING:
        return line
    for name in ("id", "source", "text", "said", "target", "on"):
        value = getattr(entry, name)
        if value and not (name == "source" and value == entry.id):
            line += f" {_NAMES[name]}={value if name == 'target' else _escaped(value)}"
    if entry.reason:
        line += _REASON + _escaped(" ".join(entry.reason.split())).replace("%20", " ")
    return line


def _escaped(value: str) -> str:
    if value.isascii() and _UNSAFE.search(value) is None:
        return value
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), value)


def _disorder(lines: list[str]) -> list[Problem]:
    """Return the first line that stands twice or at another place than its own."""
    hint = "run 'newsgen urls sort', which loses nothing"
    for number, (before, line) in zip(_numbers(lines)[1:], pairwise(lines), strict=True):
        if line.partition(" ")[0] == before.partition(" ")[0]:
            return [Problem(f"{line.partition(' ')[0]} stands here twice", Location(FILE_NAME, number), hint)]
        if line < before:
            return [Problem("the lines are not in their order from here", Location(FILE_NAME, number), hint)]
    return [Problem("the lines are not in their order", Location(FILE_NAME), hint)]
