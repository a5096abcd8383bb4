"""What goes into a package: the files of a site and of its last build, each seen to be what the build knew."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, TypeAlias

from newsgen import files, load, theme
from newsgen.build import CACHE, Built
from newsgen.errors import BuildError, Location, Problem

__all__ = [
    "Progress",
    "Readable",
    "check_output",
    "check_place",
    "count_of_others",
    "output",
    "rfc3339",
    "source",
    "utc",
]

# What is told of a package under way: how many files of how many are in it.
Progress: TypeAlias = Callable[[int, int], None]

_CHUNK = 1 << 20
_DAY = 86_400
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_AGAIN = "run 'newsgen build', and then this again"


class Readable:
    """A plain file to read from; what cannot be read is a BuildError that names it, and no fault of who writes."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name

    def read(self, size: int = _CHUNK) -> bytes:
        """Return the next bytes, `size` at most; none at the end."""
        try:
            return self._file.read(size)
        except OSError as error:
            raise BuildError(files.unreadable(self._name, error)) from None

    def parts(self) -> Iterator[bytes]:
        """Yield all bytes, from the start."""
        self._file.seek(0)
        while part := self.read():
            yield part

    def tell(self) -> int:
        """Return where the next bytes are read."""
        return self._file.tell()

    def seek(self, place: int) -> int:
        """Go to a place from the start."""
        return self._file.seek(place)

    def standing(self) -> files.Standing:
        """Return how the file stands."""
        return files.standing_of(os.fstat(self._file.fileno()))


def check_place(contents: Built, place: Path) -> None:
    """Raise BuildError where a package at `place` would stand among the files that it is made of."""
    real, home = place.absolute().resolve(), contents.root.resolve()
    own = (load.ARTICLES, load.PAGES, load.STATIC, theme.OWN, CACHE, ".git")
    for folder in (contents.folder.resolve(), *(home / name for name in own)):
        if real == folder or folder in real.parents:
            message = f"a package cannot stand in {folder.name}/, a folder of the site itself"
            raise BuildError(Problem(message, Location(str(place)), "name a place outside of it"))


def count_of_others(contents: Built) -> int:
    """Return how many files stand in the output folder that newsgen did not write: no package holds them."""
    start = len(os.fspath(contents.folder)) + 1
    found = (f"{folder}/{name}"[start:] for folder, _, names in os.walk(contents.folder) for name in names)
    return sum(path not in contents.outputs for path in found)


@contextmanager
def source(contents: Built, path: str) -> Iterator[Readable]:
    """Give a file of the site to read. Raises BuildError where it cannot be read, or changed since it was built."""
    with _readable(contents.root, path, path) as file:
        known = contents.sources.get(path)
        if known is not None and file.standing() != known:
            raise _changed(path)
        yield file


@contextmanager
def output(contents: Built, path: str) -> Iterator[Readable]:
    """Give a file of the output folder to read. Raises BuildError where it cannot be read."""
    with _readable(contents.folder, path, f"{contents.folder.name}/{path}") as file:
        yield file


def check_output(contents: Built, path: str, digest: bytes) -> None:
    """Raise BuildError where a file of the output folder has another SHA-256 than the build gave it."""
    if digest != contents.outputs[path]:
        raise _changed(f"{contents.folder.name}/{path}")


def utc(instant: int) -> datetime:
    """Return what a `Moment.instant` is in UTC; the nearest that can be written where that is out of all years."""
    days, seconds = divmod(instant, _DAY)
    if not 1 <= days <= _LAST.toordinal():
        return _LAST if days > 1 else datetime.min.replace(tzinfo=UTC)
    return datetime.combine(date.fromordinal(days), time(), UTC) + timedelta(seconds=seconds)


def rfc3339(instant: int) -> str:
    """Return what a `Moment.instant` is in UTC, as "2024-03-05T09:00:00Z"."""
    return utc(instant).replace(tzinfo=None).isoformat() + "Z"


@contextmanager
def _readable(folder: Path, path: str, name: str) -> Iterator[Readable]:
    with ExitStack() as stack:
        try:
            file = stack.enter_context(files.opened(folder, path))
        except FileNotFoundError:
            raise BuildError(Problem("the file is gone since the site was built", Location(name), _AGAIN)) from None
        except OSError as error:
            raise BuildError(files.unreadable(name, error)) from None
        yield Readable(file, name)


def _changed(path: str) -> BuildError:
    return BuildError(Problem("the file is not what it was when the site was built", Location(path), _AGAIN))
