"""Files that are ready, and wait beside the output folder until all are."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from typing import NamedTuple

from newsgen.errors import BuildError, Location, Problem
from newsgen.permalink import output_path
from newsgen.value import Value

__all__ = ["TREE", "Stage", "Staged", "checksum", "disk_error", "lstat", "stage", "written"]

# Below this folder of the stage everything stands at the place that it will have.
TREE = "tree"


class Staged(NamedTuple):
    """A file that is ready: its path in the output folder, what it was made from, and how it stands on disk.

    `file` is where it is staged; "" where the file in the output folder has these bytes already. `is_new` says that
    there is none yet. The times are 0 where publication changes them.
    """

    path: str
    fingerprint: bytes
    checksum: bytes
    size: int
    file: str
    is_new: bool
    mtime: int
    ctime: int


@dataclass(frozen=True, slots=True)
class Stage(Value):
    """Where files are kept until all are ready: small, and picklable for a worker.

    `tops` are the names that stand in the output folder. What belongs below another name is staged in its own place
    below "tree", so that whole folders can be moved in at once. Where `folder` is "", files are compared with those in
    the output folder and not kept.
    """

    out: str
    folder: str
    tops: frozenset[str]


def stage(where: Stage, url: str, data: bytes, fingerprint: bytes) -> Staged:
    """Write a file into the stage, unless the output folder holds its bytes already.

    Raises BuildError where the disk is full. Two files never share a place, so several processes may do this at once.
    """
    path = output_path(url)
    digest = sha256(data).digest()
    try:
        if path.partition("/")[0] not in where.tops:
            file = f"{where.folder}/{TREE}/{path}"
            mtime, ctime = written(file, data) if where.folder else (0, 0)
            return Staged(path, fingerprint, digest, len(data), file, True, mtime, ctime)
        place = f"{where.out}/{path}"
        found = lstat(place)
        is_same = found is not None and stat.S_ISREG(found.st_mode) and found.st_size == len(data)
        if found is not None and is_same and checksum(place) == digest:
            return Staged(path, fingerprint, digest, len(data), "", False, found.st_mtime_ns, found.st_ctime_ns)
        name = blake2b(path.encode(), digest_size=12).hexdigest()
        file = f"{where.folder}/{name[:2]}/{name[2:]}"
        if where.folder:
            written(file, data)
    except OSError as error:
        raise disk_error(error, Path(where.out)) from None
    return Staged(path, fingerprint, digest, len(data), file, found is None, 0, 0)


def written(file: str, data: bytes) -> tuple[int, int]:
    """Write a staged file, with its folders, and return its times.

    It may be there already: a batch whose worker was lost is done again by another.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(file, flags, 0o666)
    except FileNotFoundError:
        _make_folder(file.rpartition("/")[0])
        handle = os.open(file, flags, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        found = os.fstat(handle)
    finally:
        os.close(handle)
    return found.st_mtime_ns, found.st_ctime_ns


def _make_folder(folder: str) -> None:
    """Make a folder, and those above it where they are missing: mostly they are there."""
    try:
        os.mkdir(folder)  # noqa: PTH102  # a path object costs more
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    except FileExistsError:
        return  # another worker was faster


def lstat(path: str) -> os.stat_result | None:
    """Return what stands at a path, links not followed; None for nothing."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def checksum(path: str) -> bytes:
    """Return the checksum of a plain file; b"" for one that cannot be read, or is a link."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return b""
    with os.fdopen(handle, "rb") as file:
        return sha256(file.read()).digest()


def disk_error(error: OSError, folder: Path) -> BuildError:
    """Return what the disk said; `folder` is the place where it names none."""
    hint = "make room on the disk" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "look at its owner and rights"
    # filename2 is where a file was to be moved; filename is the staged one.
    name = error.filename2 or error.filename
    place = os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else str(folder)
    return BuildError(Problem(f"cannot write: {error.strerror or error}", Location(place), hint))
