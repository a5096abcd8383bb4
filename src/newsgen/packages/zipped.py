"""Files in a ZIP file that are the same bytes at any time, on any machine; and what is to be told of such bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import Protocol
from zipfile import ZipFile, ZipInfo

__all__ = ["Hashed", "Out", "entry", "new_zip"]

# The first that a ZIP file can tell; there is no clock to tell another.
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# A field of no content. That room lies before the file, and not in the directory at the end; where that has no further
# field, some programs take it that there is none before the file either, and read from a wrong place.
_NOTHING = pack("<HH", 0x6E67, 0)
_PLAIN_FILE = 0o100644 << 16


@contextmanager
def new_zip(path: Path) -> Iterator[ZipFile]:
    """Give a new ZIP file to write into; where an error is raised, it is let go as it is."""
    with path.open("w+b") as out:
        file = ZipFile(out, "w")
        try:
            yield file
            file.close()
        finally:
            # It would write a directory of what is there, and cannot where a signal came amid a file.
            file.fp = None


def entry(path: str, method: int, *, is_large: bool = False) -> ZipInfo:
    """Return what a ZIP file says of a file in it: a plain file that all may read, of no particular time.

    `is_large` is for one that is written with room for a size past 2 GiB, and may turn out to be smaller.
    """
    info = ZipInfo(path, _TIME)
    if is_large:
        info.extra = _NOTHING
    info.compress_type = method
    info.create_system = _UNIX
    info.external_attr = _PLAIN_FILE
    return info


class Out(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int:
        """Write them and return how many they are."""


class Hashed:
    """Passes bytes on, and knows how many they are and what their SHA-256 is."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._digest = sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written, as hexadecimal digits."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Write bytes and return how many they are."""
        self._digest.update(data)
        self.size += len(data)
        return self._out.write(data)

    def write_all(self, parts: Iterable[bytes]) -> None:
        """Write one part after the other."""
        for part in parts:
            self.write(part)

    def flush(self) -> None:
        """Do nothing: the end of a record is no reason to go to the disk."""
