"""What stands in the output folder by newsgen: the record, the checksums, and the list of a publication under way."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from newsgen import files
from newsgen.permalink import is_inside
from newsgen.store import seal_of, sealed, unsealed

__all__ = [
    "MANIFEST_HEADER",
    "NO_FINGERPRINT",
    "Kept",
    "checksum_lines",
    "manifest_text",
    "read_manifest",
    "read_pending",
    "read_record",
    "write_pending",
    "write_record",
]

MANIFEST_HEADER = "# Written by newsgen: the files that it made here. To check them: sha256sum -c manifest-sha256.txt\n"
NO_FINGERPRINT = bytes(16)
_RECORD_HEADER = b"newsgen record 2\n"
# What no list of paths within the output folder holds, a line each: a way up or out, an empty name.
_NEVER_INSIDE = ("/../", "\n../", "/..\n", "\n..\n", "/./", "\n./", "\n/", "//", "/\n", "\n\n", "\0")


class Kept(NamedTuple):
    """What the record says of a file: what it was made from, its checksum, and how it stood on disk."""

    fingerprint: bytes
    checksum: bytes
    size: int
    mtime: int
    ctime: int


def read_record(path: Path) -> tuple[bytes, dict[str, Kept]]:
    """Return the digest of the last build's record, and the record; empty where it is lost, damaged or of another
    version.
    """
    found = files.bytes_of(path) or b""
    data = found.removeprefix(_RECORD_HEADER)
    payload = unsealed(data) if found.startswith(_RECORD_HEADER) else None
    if not payload:
        return b"", {}
    names, fingerprints, checksums, *columns = marshal.loads(payload)  # noqa: S302  # sealed by ourselves
    if any(sign in f"\n{names}\n" for sign in _NEVER_INSIDE):
        return b"", {}
    paths = names.split("\n")
    numbers = [array("q", column) for column in columns]
    prints = [fingerprints[start : start + 16] for start in range(0, len(fingerprints), 16)]
    sums = [checksums[start : start + 32] for start in range(0, len(checksums), 32)]
    rows = map(Kept, prints, sums, *numbers)
    return seal_of(data), dict(zip(paths, rows, strict=True))


def write_record(path: Path, record: Mapping[str, Kept]) -> bytes:
    """Write a record down and return its digest."""
    data = sealed(_record_data(record))
    files.put(path, _RECORD_HEADER + data)
    return seal_of(data)


def _record_data(record: Mapping[str, Kept]) -> bytes:
    """Return a record as columns: that is read twenty times faster than row by row."""
    paths = sorted(record)
    rows = [record[path] for path in paths]
    numbers = [array("q", [getattr(row, name) for row in rows]).tobytes() for name in ("size", "mtime", "ctime")]
    fingerprints = b"".join([row.fingerprint for row in rows])
    checksums = b"".join([row.checksum for row in rows])
    return marshal.dumps(("\n".join(paths), fingerprints, checksums, *numbers))


def checksum_lines(record: Mapping[str, Kept]) -> str:
    """Return the lines of the checksums file, sorted by path."""
    return "".join([f"{record[path].checksum.hex()}  {path}\n" for path in sorted(record)])


def manifest_text(path: Path) -> str:
    """Return a checksums file; "" where there is none, or something else stands in its place."""
    try:
        return "" if path.is_symlink() else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def read_manifest(path: Path) -> Iterable[str]:
    """Yield the paths that a checksums file of ours lists; none from a file that is not ours, such as a bag's."""
    text = manifest_text(path)
    if not text.startswith(MANIFEST_HEADER):
        return
    for line in text[len(MANIFEST_HEADER) :].split("\n"):
        checksum, separator, name = line.partition("  ")
        if len(checksum) == 64 and separator and is_inside(name):
            yield name


def read_pending(path: Path) -> Iterable[str]:
    """Return the paths of a publication that was cut short; none where all went well."""
    names = unsealed(files.bytes_of(path))
    if names is None:
        return ()
    return [name for name in names.decode("utf-8", "surrogateescape").split("\n") if is_inside(name)]


def write_pending(path: Path, names: Iterable[str]) -> None:
    """Write down what will stand in the output folder, for a build that comes after one that was cut short."""
    files.put(path, sealed("\n".join(sorted(names)).encode("utf-8", "surrogateescape")))
