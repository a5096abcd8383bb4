"""What was worked out once and may be asked for again: numbered chunks of bytes in one file, each with its checksum.

The store can be deleted, cut or scrambled at any time: what is damaged is as if it had never been there, and is worked
out again. It is SQLite, since that keeps a file whole while one process writes and others read it.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

__all__ = ["NONE", "Store", "packed", "seal_of", "sealed", "unpacked", "unsealed"]

# The number of a chunk that could not be kept.
NONE = -1
_FILE = "chunks.db"
_SUM = 16
# No write-ahead log: its index is mapped into memory, and a process dies where somebody cuts that file short.
_SETTINGS = ("journal_mode = truncate", "synchronous = off", "temp_store = memory")
# AUTOINCREMENT: a number that was let go is never given to another chunk.
_TABLE = """CREATE TABLE IF NOT EXISTS chunks (
    number INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, data BLOB NOT NULL
)"""


class Store:
    """The chunks below a folder. Nothing is raised where they cannot be read or written: then there are none.

    One process at a time may write, under the lock of the site; others may read. A chunk belongs to an owner, who
    says which of its chunks are still needed.
    """

    def __init__(self, folder: Path, *, writes: bool = False) -> None:
        self._folder = folder
        self._writes = writes
        self._base = self._open()

    def _open(self) -> sqlite3.Connection | None:
        place = self._folder / _FILE
        if place.is_symlink() or not (self._writes or place.exists()):
            return None
        try:
            return self._connect(place)
        except sqlite3.Error:
            return self._made_anew(place) if self._writes else None

    def _connect(self, place: Path) -> sqlite3.Connection:
        mode = "" if self._writes else "?mode=ro"
        base = sqlite3.connect(f"{place.absolute().as_uri()}{mode}", uri=True, isolation_level=None, timeout=5)
        try:
            if self._writes:
                for setting in _SETTINGS:
                    base.execute(f"PRAGMA {setting}")
                base.execute(_TABLE)
                base.execute("SELECT count(*) FROM (SELECT number, owner FROM chunks LIMIT 1)")
        except sqlite3.Error:
            base.close()
            raise
        return base

    def _made_anew(self, place: Path) -> sqlite3.Connection | None:
        try:
            for ending in ("", "-journal"):
                place.with_name(place.name + ending).unlink(missing_ok=True)
            return self._connect(place)
        except (OSError, sqlite3.Error):
            return None

    def close(self) -> None:
        """Let go of the file."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def add(self, owner: str, data: bytes) -> int:
        """Keep a chunk and return its number; NONE where nothing can be kept."""
        if self._base is None or not self._writes:
            return NONE
        try:
            row = self._base.execute("INSERT INTO chunks (owner, data) VALUES (?, ?)", (owner, sealed(data)))
        except sqlite3.Error:
            return NONE
        return row.lastrowid or NONE

    def get(self, number: int) -> bytes | None:
        """Return a chunk; None where there is none of that number, or it is damaged."""
        if self._base is None or number == NONE:
            return None
        try:
            found = self._base.execute("SELECT data FROM chunks WHERE number = ?", (number,)).fetchone()
        except sqlite3.Error:
            return None
        return unsealed(found[0]) if found and isinstance(found[0], bytes) else None

    def keep(self, owner: str, numbers: Iterable[int]) -> None:
        """Let all chunks of an owner go but those of `numbers`."""
        if self._base is None:
            return
        needed = frozenset(numbers)
        try:
            own = self._base.execute("SELECT number FROM chunks WHERE owner = ?", (owner,)).fetchall()
            gone = [row for row in own if row[0] not in needed]
            if gone:
                self._base.execute("BEGIN")
                self._base.executemany("DELETE FROM chunks WHERE number = ?", gone)
                self._base.execute("COMMIT")
        except sqlite3.Error:
            self.close()


def sealed(data: bytes) -> bytes:
    """Return `data` with its checksum before it."""
    return blake2b(data, digest_size=_SUM).digest() + data


def seal_of(data: bytes) -> bytes:
    """Return the checksum that stands at the start of what is sealed: it tells one from another."""
    return data[:_SUM]


def unsealed(data: bytes | None) -> bytes | None:
    """Return what `sealed` was given; None where a bit of it is not as it was, or there is nothing."""
    if not data:
        return None
    payload = data[_SUM:]
    return payload if blake2b(payload, digest_size=_SUM).digest() == data[:_SUM] else None


def packed(value: object) -> bytes:
    """Return a value of newsgen's as bytes for the store."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def unpacked(data: bytes | None) -> object | None:
    """Return what `packed` was given; None for nothing, and for what this version of newsgen does not know."""
    if data is None:
        return None
    try:
        value: object = pickle.loads(data)  # noqa: S301  # sealed by ourselves, in a folder that is the site's own
    except Exception:  # a class that changed its shape since may fail in any way
        return None
    return value
