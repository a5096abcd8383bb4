"""Bytes -> output/, atomically; the record of what was written; removal of what is no longer planned.

Everything is staged on the same disk before the first byte of the output folder changes, and then moved in, each
file in one step. What newsgen owns there is known from its record, from the list of a publication that was cut short,
and, where the record is lost, from the checksums that it publishes. Nothing else in the folder is ever touched.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b, sha256
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from newsgen.errors import BuildError, Location, NewsgenError, PartlyWrittenError, Problem, printable
from newsgen.permalink import MANIFEST, collision_key, output_path

__all__ = ["Changes", "Target"]

_MANIFEST_HEADER = (
    "# Written by newsgen: the files that it made here. To check them: sha256sum -c manifest-sha256.txt\n"
)
_VERSION = 1
_STAGE = ".newsgen-stage"


class Changes(NamedTuple):
    """The paths in the output folder that a publication added, changed and removed, each sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class _Kept(NamedTuple):
    """What the record says of a file: what it was made from, its checksum, and how it stood on disk."""

    fingerprint: str
    checksum: str
    size: int
    mtime: int
    ctime: int


class _Staged(NamedTuple):
    fingerprint: str
    checksum: str
    size: int
    file: str


class Target:
    """The output folder, for the time of one build. Use it as a context manager: it holds a lock meanwhile.

    `name` tells the site from others: it stands in the checksums file, and what another site wrote is not ours.
    """

    def __init__(self, out: Path, cache: Path, name: str) -> None:
        self._out = out
        self._header = f"{_MANIFEST_HEADER}# The site: {printable(name)}\n"
        self._cache = cache
        self._lock: int | None = None
        place = blake2b(os.fsencode(os.path.relpath(out, cache.parent)), digest_size=8).hexdigest()
        self._record_file = cache / f"record-{place}.json"
        self._pending_file = cache / f"pending-{place}.json"
        self._record: dict[str, _Kept] = {}
        self._owned: frozenset[str] = frozenset()
        self._disk: dict[str, os.stat_result] = {}
        self._staged: dict[str, _Staged] = {}
        self._confirmed: dict[str, _Kept] = {}
        self._stage: Path | None = None

    def __enter__(self) -> Self:
        _refuse_link(self._out)
        _refuse_link(self._cache)
        try:
            self._cache.mkdir(exist_ok=True)
            ignore = self._cache / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
            self._lock = _lock(self._cache / "lock")
        except OSError as error:
            raise _disk_error(error, self._cache) from None
        try:
            for stage in (self._cache / "stage", self._out / _STAGE):
                # Left by a build that was killed; what is staged may never have been meant to be published.
                if stage.is_dir() and not stage.is_symlink():
                    shutil.rmtree(stage)
            self._read_state()
        except OSError as error:
            self.__exit__(None, None, None)
            raise _disk_error(error, self._out) from None
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stage is not None:
            shutil.rmtree(self._stage, ignore_errors=True)
            self._stage = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # What stands there

    def _read_state(self) -> None:
        self._record = _read_record(self._record_file)
        owned = set(self._record) | set(_read_pending(self._pending_file))
        if not self._record:
            owned |= set(_read_manifest(self._out / MANIFEST))
        self._owned = frozenset(owned)
        self._disk = _scan(self._out)

    def is_ours(self) -> bool:
        """Whether newsgen wrote this site here before, or nothing but hidden files stands here."""
        if self._record or all(path.startswith(".") for path in self._disk):
            return True
        return _read_text(self._out / MANIFEST).startswith(self._header)

    def is_current(self, url: str, fingerprint: bytes) -> bool:
        """Whether the file of `url` was made from `fingerprint` and still stands as it was left."""
        path = output_path(url)
        kept, found = self._record.get(path), self._disk.get(path)
        if kept is None or found is None or kept.fingerprint != fingerprint.hex():
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_size != kept.size:
            return False
        if (found.st_mtime_ns, found.st_ctime_ns) != (kept.mtime, kept.ctime):
            # Somebody touched or copied it: its bytes tell whether it is still ours.
            if _checksum(self._out / path) != kept.checksum:
                return False
            kept = kept._replace(mtime=found.st_mtime_ns, ctime=found.st_ctime_ns)
        self._confirmed[path] = kept
        return True

    # Staging

    def stage(self, url: str, data: bytes, fingerprint: bytes) -> None:
        """Keep a file ready for publication. Raises BuildError where the disk is full."""
        path = output_path(url)
        checksum = sha256(data).hexdigest()
        try:
            found = self._disk.get(path)
            name = ""
            if found is None or found.st_size != len(data) or self._differs(path, found, checksum):
                self._stage = self._stage or self._make_stage()
                name = str(self._stage / str(len(self._staged)))
                with open(name, "xb") as file:
                    file.write(data)
        except OSError as error:
            raise _disk_error(error, self._out) from None
        self._staged[path] = _Staged(fingerprint.hex(), checksum, len(data), name)

    def _differs(self, path: str, found: os.stat_result, checksum: str) -> bool:
        return not stat.S_ISREG(found.st_mode) or _checksum(self._out / path) != checksum

    def _make_stage(self) -> Path:
        """Return a new folder on the disk of the output folder: in the cache, else beside the pages."""
        self._out.mkdir(parents=True, exist_ok=True)
        same_disk = self._cache.stat().st_dev == self._out.stat().st_dev
        folder = self._cache / "stage" if same_disk else self._out / _STAGE
        folder.mkdir()
        return folder

    # Publication

    def publish(self, *, removes: bool = True) -> Changes:
        """Move all that was staged into place and remove what newsgen wrote before and nobody wants any more.

        Without `removes` that stays, since a site with mistakes cannot say what it no longer wants. Raises
        ExceptionGroup of BuildError, before anything changes, where a file that newsgen did not write is in the way.
        """
        wanted = self._staged.keys() | self._confirmed.keys()
        unwanted = self._owned - wanted - {MANIFEST}
        stale = {path for path in unwanted if path in self._disk and not _is_folder(self._disk[path])}
        stale = stale if removes else set()
        self._refuse_foreign(stale)
        moves = [path for path, staged in self._staged.items() if staged.file]
        added = tuple(sorted(path for path in moves if path not in self._disk))
        changed = tuple(sorted(path for path in moves if path in self._disk))
        record = self._new_record(() if removes else unwanted)
        manifest = self._header + _checksum_lines(record)
        is_same = not moves and not stale and record == self._record
        if is_same and _read_text(self._out / MANIFEST) == manifest:
            _write_file(self._pending_file, None)
            return Changes((), (), ())
        self._refuse_locked(moves, stale)
        try:
            _write_file(self._pending_file, json.dumps(sorted([*added, *self._owned])).encode())
            gone = self._clear_the_way(moves, stale)
            for path in moves:
                self._move(path)
            for path in sorted(stale - gone):
                self._remove(path)
            self._write_manifest(manifest)
            self._write_record(self._with_stats(record))
        except OSError as error:
            raise PartlyWrittenError(_disk_error(error, self._out).problem) from None
        return Changes(added, changed, tuple(sorted(stale)))

    def _refuse_foreign(self, stale: set[str]) -> None:
        """Raise where a planned file would take the place of something that newsgen did not write."""
        errors: dict[str, NewsgenError] = {}
        for path, staged in self._staged.items():
            found = self._disk.get(path)
            if staged.file and found is not None and path not in self._owned and not _is_folder(found):
                errors[path] = self._foreign(path, found)
            if _is_folder(found):
                inside = [other for other in self._disk if other.startswith(path + "/")]
                for other in inside:
                    if other not in stale and not _is_folder(self._disk[other]):
                        errors[other] = self._foreign(other, self._disk[other])
            for folder in _parents(path):
                above = self._disk.get(folder)
                if above is not None and not _is_folder(above) and folder not in stale:
                    errors[folder] = self._foreign(folder, above)
        if errors:
            raise ExceptionGroup("output", [errors[path] for path in sorted(errors)])

    def _refuse_locked(self, moves: Iterable[str], stale: Iterable[str]) -> None:
        """Raise BuildError where a folder that has to change may not be written, before anything changes."""
        folders = {path.rpartition("/")[0] for path in (*moves, *stale)}
        for folder in sorted(folders):
            place = self._out / folder
            while not place.is_dir():
                place = place.parent
            if not os.access(place, os.W_OK | os.X_OK):
                hint = "look at its owner and rights"
                raise BuildError(Problem("this folder may not be written", Location(str(place)), hint))

    def _foreign(self, path: str, found: os.stat_result) -> BuildError:
        kind = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "there and was not written by newsgen"
        name = f"{self._out.name}/{path}"
        hint = "move it away (a file of your own for the site belongs into static/), and build again"
        return BuildError(Problem(f"a page is to stand here, and the file is {kind}", Location(name), hint))

    def _clear_the_way(self, moves: Sequence[str], stale: set[str]) -> set[str]:
        """Remove what newsgen wrote where a file must become a folder, or a folder a file; return what was removed."""
        in_the_way = {folder for path in moves for folder in _parents(path) if folder in stale}
        in_the_way |= {
            other
            for path in moves
            if _is_folder(self._disk.get(path))
            for other in stale
            if other.startswith(path + "/")
        }
        # A disk that is blind to case would take the new name of a file for the old one, and lose it with the old.
        names = {collision_key(path) for path in moves} if stale else frozenset()
        in_the_way |= {path for path in stale if collision_key(path) in names}
        for path in sorted(in_the_way):
            self._remove(path)
        for path in moves:
            if _is_folder(self._disk.get(path)) and (self._out / path).is_dir():
                shutil.rmtree(self._out / path)  # holds empty folders alone: all else was refused or removed
        return in_the_way

    def _move(self, path: str) -> None:
        staged = self._staged[path]
        place = self._out / path
        try:
            os.replace(staged.file, place)
        except FileNotFoundError:
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged.file, place)

    def _remove(self, path: str) -> None:
        place = self._out / path
        try:
            place.unlink()
        except FileNotFoundError:
            return
        for folder in place.parents:
            if folder == self._out:
                break
            try:
                folder.rmdir()
            except OSError:
                break

    # The record

    def _new_record(self, kept: Iterable[str]) -> dict[str, _Kept]:
        record = {path: self._kept(path) for path in kept if path in self._disk and not _is_folder(self._disk[path])}
        record |= self._confirmed
        for path, staged in self._staged.items():
            found = self._disk.get(path)
            mtime, ctime = (found.st_mtime_ns, found.st_ctime_ns) if found and not staged.file else (0, 0)
            record[path] = _Kept(staged.fingerprint, staged.checksum, staged.size, mtime, ctime)
        return record

    def _kept(self, path: str) -> _Kept:
        """Return what is known of a file that stays; one that the record had lost is made again when it is wanted."""
        known = self._record.get(path)
        return known or _Kept("", _checksum(self._out / path), self._disk[path].st_size, 0, 0)

    def _with_stats(self, record: Mapping[str, _Kept]) -> dict[str, _Kept]:
        result = dict(record)
        for path, staged in self._staged.items():
            if staged.file:
                found = os.lstat(self._out / path)
                result[path] = result[path]._replace(mtime=found.st_mtime_ns, ctime=found.st_ctime_ns)
        return result

    def _write_manifest(self, manifest: str) -> None:
        if _read_text(self._out / MANIFEST) != manifest:
            self._stage = self._stage or self._make_stage()
            staged = self._stage / MANIFEST
            staged.write_text(manifest, encoding="utf-8", newline="\n")
            staged.replace(self._out / MANIFEST)

    def _write_record(self, record: Mapping[str, _Kept]) -> None:
        payload = json.dumps({"version": _VERSION, "files": dict(sorted(record.items()))}, separators=(",", ":"))
        data = payload.encode()
        _write_file(self._record_file, data + b"\n" + blake2b(data, digest_size=16).hexdigest().encode() + b"\n")
        _write_file(self._pending_file, None)


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        hint = "name the folder that it leads to"
        raise BuildError(Problem("this is a symbolic link, and newsgen writes through none", Location(str(path)), hint))
    if path.exists() and not path.is_dir():
        raise BuildError(Problem("this is a file, and a folder is wanted", Location(str(path)), "name another folder"))


def _disk_error(error: OSError, folder: Path) -> BuildError:
    hint = "make room on the disk" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "look at its owner and rights"
    # filename2 is where a file was to be moved; filename is the staged one.
    name = error.filename2 or error.filename
    place = os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else str(folder)
    return BuildError(Problem(f"cannot write: {error.strerror or error}", Location(place), hint))


def _lock(path: Path) -> int:
    """Return a handle that holds the site's lock until it is closed; the system lets go of it if we are killed.

    Worker processes share it, so that they have to end with us.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        hint = "wait until it has ended"
        raise BuildError(Problem("another build of this site is under way", None, hint)) from None
    return handle


def _parents(path: str) -> Iterable[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _is_folder(found: os.stat_result | None) -> bool:
    return found is not None and stat.S_ISDIR(found.st_mode)


def _scan(out: Path) -> dict[str, os.stat_result]:
    """Return everything in the output folder by its path; links are named and not followed."""
    found: dict[str, os.stat_result] = {}
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(out / folder) as items:
                for item in items:
                    path = f"{folder}/{item.name}" if folder else item.name
                    found[path] = item.stat(follow_symlinks=False)
                    if item.is_dir(follow_symlinks=False) and path != _STAGE:
                        waiting.append(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _disk_error(error, out / folder) from None
    return found


def _checksum(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _checksum_lines(record: Mapping[str, _Kept]) -> str:
    return "".join(f"{kept.checksum}  {path}\n" for path, kept in sorted(record.items()))


def _read_text(path: Path) -> str:
    """Return a text file; "" where there is none, or something else stands in its place."""
    try:
        return "" if path.is_symlink() else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _read_manifest(path: Path) -> Iterable[str]:
    """Yield the paths that a checksums file of ours lists; none from a file that is not ours, such as a bag's."""
    text = _read_text(path)
    if not text.startswith(_MANIFEST_HEADER):
        return
    for line in text[len(_MANIFEST_HEADER) :].split("\n"):
        checksum, separator, name = line.partition("  ")
        if len(checksum) == 64 and separator and _is_inside(name):
            yield name


def _is_inside(name: str) -> bool:
    return bool(name) and not name.startswith("/") and not {"", ".", ".."} & set(name.split("/")) and "\0" not in name


def _read_record(path: Path) -> dict[str, _Kept]:
    """Return the record of the last build; empty where it is lost, damaged or of another version."""
    try:
        payload, _, rest = path.read_bytes().partition(b"\n")
        if blake2b(payload, digest_size=16).hexdigest().encode() != rest.strip():
            return {}
        stored = json.loads(payload)
        if stored["version"] != _VERSION:
            return {}
        return {name: _Kept(*values) for name, values in stored["files"].items() if _is_inside(name)}
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return {}


def _read_pending(path: Path) -> Iterable[str]:
    try:
        names = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return ()
    return [name for name in names if isinstance(name, str) and _is_inside(name)] if isinstance(names, list) else ()


def _write_file(path: Path, data: bytes | None) -> None:
    """Put a file in place in one step; None removes it."""
    if data is None:
        path.unlink(missing_ok=True)
        return
    beside = path.with_suffix(".new")
    beside.write_bytes(data)
    beside.replace(path)
