"""The plain files of a site: which there are, and their bytes. Links, FIFOs and devices are never read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias

from newsgen.errors import Location, Problem
from newsgen.fingerprint import DIGEST_SIZE

__all__ = [
    "Standing",
    "Walk",
    "bytes_of",
    "digest_file",
    "opened",
    "put",
    "read_bytes",
    "standing_of",
    "unreadable",
    "walk",
]

_NOISE = frozenset({".DS_Store", ".git", ".gitkeep", ".gitignore", "Thumbs.db", "__pycache__"})
_CHUNK = 1 << 20
_INODE = (1 << 63) - 1  # inodes have 64 bits and no sign; they only have to be told apart


# How a file stands on disk: size, the times of its last change and of that of its inode in nanoseconds, its inode.
# While these are the same, so are its bytes; but for a file that changed in the instant in which it was read.
Standing: TypeAlias = tuple[int, int, int, int]


class Walk(NamedTuple):
    """The plain files below a folder, as paths relative to the site, sorted; and what was passed over, with why.

    `standings` are those of the files, in the same order.
    """

    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    standings: tuple[Standing, ...] = ()


def standing_of(found: os.stat_result) -> Standing:
    """Return how a file stands, as the system tells it."""
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino & _INODE)


def walk(root: Path, folder: str, *, hidden: bool = False) -> Walk:
    """Return the plain files below `root`/`folder`; nothing where there is no such folder.

    `hidden` includes names that start with "."; editors' backups ("~") are always left out. A link or a device is
    a problem and never followed, so a loop of links cannot be entered.
    """
    files: list[tuple[str, Standing]] = []
    problems: list[Problem] = []
    try:
        mode = os.lstat(root / folder).st_mode
    except FileNotFoundError:
        return Walk((), ())
    except OSError as error:
        return Walk((), (_unreadable_folder(folder, error),))
    if not stat.S_ISDIR(mode):
        return Walk((), (_refused(folder, mode),))
    for path, found in _walk(os.fspath(root), folder, hidden):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            files.append((path, found))
    files.sort()
    return Walk(tuple([path for path, _ in files]), tuple(problems), tuple([found for _, found in files]))


def _walk(root: str, folder: str, hidden: bool) -> Iterator[tuple[str, Standing | Problem]]:
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(f"{root}/{current}") as found:
                items = list(found)
        except OSError as error:
            yield current, _unreadable_folder(current, error)
            continue
        for item in items:
            name = item.name
            if name in _NOISE or name.endswith("~") or (name.startswith(".") and not hidden):
                continue
            path = f"{current}/{name}"
            if item.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif item.is_file(follow_symlinks=False):
                try:
                    yield path, standing_of(item.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue  # taken away since the folder was listed
            else:
                yield path, _refused(path, item.stat(follow_symlinks=False).st_mode)


def _unreadable_folder(folder: str, error: OSError) -> Problem:
    return Problem(f"the folder cannot be read: {error.strerror}", Location(folder))


def _refused(path: str, mode: int) -> Problem:
    kind = "a symbolic link" if stat.S_ISLNK(mode) else "no plain file"
    return Problem(f"this is {kind}, and is not read", Location(path), "put the file itself there, or remove it")


def unreadable(path: str, error: OSError) -> Problem:
    """Return the problem of a file that cannot be read."""
    return Problem(f"the file cannot be read: {error.strerror or error}", Location(path))


def read_bytes(root: Path, path: str) -> bytes:
    """Return a plain file's bytes; raise OSError for anything else, also where it became something else since."""
    handle = _open(root, path)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _no_plain_file(path)
        parts: list[bytes] = []
        while part := os.read(handle, _CHUNK if parts else found.st_size + 1):
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
    finally:
        os.close(handle)


def bytes_of(path: Path) -> bytes | None:
    """Return a file of newsgen's own; None where there is none, or a link or something else stands there."""
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def put(path: Path, data: bytes) -> None:
    """Put a file of newsgen's own in place in one step: who reads it gets the old one or the new one, whole."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)


def digest_file(root: Path, path: str) -> bytes:
    """Return the digest of a plain file's bytes, reading it in parts; raise OSError as `read_bytes` does."""
    state = blake2b(digest_size=DIGEST_SIZE)
    with opened(root, path) as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return state.digest()


@contextmanager
def opened(root: Path, path: str) -> Iterator[BinaryIO]:
    """Give a plain file to be read in parts; raise OSError as `read_bytes` does."""
    handle = _open(root, path)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _no_plain_file(path)
        yield file


def _open(root: Path, path: str) -> int:
    flags = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(os.path.join(root, path), flags)  # noqa: PTH118  # a path object costs more than the read


def _no_plain_file(path: str) -> OSError:
    return OSError(0, "it is no plain file", path)
