"""Bytes -> output/, atomically; the record of what was written; removal of what is no longer planned.

Everything is staged on the same disk before the first byte of the output folder changes, and then moved in, each
file in one step. What newsgen owns there is known from its record, from the list of a publication that was cut short,
and, where the record is lost, from the checksums that it publishes. Nothing else in the folder is ever touched.
"""

from __future__ import annotations

import errno
import fcntl
import marshal
import os
import shutil
import stat
from array import array
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from newsgen.errors import BuildError, Location, NewsgenError, PartlyWrittenError, Problem, printable
from newsgen.permalink import MANIFEST, collision_key, output_path
from newsgen.store import sealed, unsealed
from newsgen.value import Value

__all__ = ["Changes", "Stage", "Staged", "Target", "stage"]

_MANIFEST_HEADER = (
    "# Written by newsgen: the files that it made here. To check them: sha256sum -c manifest-sha256.txt\n"
)
_RECORD_HEADER = b"newsgen record 2\n"
_STAGE = ".newsgen-stage"
_TREE = "tree"
_NO_FINGERPRINT = bytes(16)
# What no list of paths within the output folder holds, a line each: a way up or out, an empty name.
_NEVER_INSIDE = ("/../", "\n../", "/..\n", "\n..\n", "/./", "\n./", "\n/", "//", "/\n", "\n\n", "\0")


class Changes(NamedTuple):
    """The paths in the output folder that a publication added, changed and removed, each sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class _Kept(NamedTuple):
    """What the record says of a file: what it was made from, its checksum, and how it stood on disk."""

    fingerprint: bytes
    checksum: bytes
    size: int
    mtime: int
    ctime: int


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
    below "tree", so that whole folders can be moved in at once.
    """

    out: str
    folder: str
    tops: frozenset[str]


def stage(where: Stage, url: str, data: bytes, fingerprint: bytes) -> Staged:
    """Write a file into the stage, unless the output folder holds its bytes already.

    Raises BuildError where the disk is full. Two files never share a place, so several processes may do this at once.
    """
    path = output_path(url)
    checksum = sha256(data).digest()
    try:
        if path.partition("/")[0] not in where.tops:
            file = f"{where.folder}/{_TREE}/{path}"
            mtime, ctime = _written(file, data)
            return Staged(path, fingerprint, checksum, len(data), file, True, mtime, ctime)
        place = f"{where.out}/{path}"
        found = _lstat(place)
        is_same = found is not None and stat.S_ISREG(found.st_mode) and found.st_size == len(data)
        if found is not None and is_same and _checksum(place) == checksum:
            return Staged(path, fingerprint, checksum, len(data), "", False, found.st_mtime_ns, found.st_ctime_ns)
        name = blake2b(path.encode(), digest_size=12).hexdigest()
        file = f"{where.folder}/{name[:2]}/{name[2:]}"
        _written(file, data)
    except OSError as error:
        raise _disk_error(error, Path(where.out)) from None
    return Staged(path, fingerprint, checksum, len(data), file, found is None, 0, 0)


def _written(file: str, data: bytes) -> tuple[int, int]:
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


class Target:
    """The output folder, for the time of one build. Use it as a context manager: it holds a lock meanwhile.

    `name` tells the site from others: it stands in the checksums file, and what another site wrote is not ours.
    `place` names the output folder in the cache; `started` is an instant before which the build read nothing, by the
    clock of the disk, in nanoseconds; `record_digest` is that of the record that stands there now.
    """

    def __init__(self, out: Path, cache: Path, name: str) -> None:
        self._out = out
        self._header = f"{_MANIFEST_HEADER}# The site: {printable(name)}\n"
        self._cache = cache
        self._lock: int | None = None
        self.place = blake2b(os.fsencode(os.path.relpath(out, cache.parent)), digest_size=8).hexdigest()
        self.started = 0
        self.record_digest = b""
        self._record_file = cache / f"record-{self.place}"
        self._pending_file = cache / f"pending-{self.place}"
        self._record: dict[str, _Kept] = {}
        self._owned: frozenset[str] = frozenset()
        self._tops: frozenset[str] = frozenset()
        self._staged: dict[str, Staged] = {}
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
            os.utime(self._lock)
            self.started = os.fstat(self._lock).st_mtime_ns
        except OSError as error:
            raise _disk_error(error, self._cache) from None
        try:
            for old in (self._cache / "stage", self._out / _STAGE):
                # Left by a build that was killed; what is staged may never have been meant to be published.
                if old.is_dir() and not old.is_symlink():
                    shutil.rmtree(old)
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
        self.record_digest, self._record = _read_record(self._record_file)
        owned = set(_read_pending(self._pending_file))
        if not self._record:
            owned |= set(_read_manifest(self._out / MANIFEST))
        self._owned = frozenset(owned).union(self._record)
        try:
            self._tops = frozenset(os.listdir(self._out))
        except FileNotFoundError:
            self._tops = frozenset()

    def is_ours(self) -> bool:
        """Whether newsgen wrote this site here before, or nothing but hidden files stands here."""
        if self._record or all(name.startswith(".") for name in self._tops):
            return True
        return _read_text(self._out / MANIFEST).startswith(self._header)

    def is_as_left(self) -> bool:
        """Whether the whole output folder stands as the last build left it, by sizes and times."""
        start = f"{self._out}/"
        lstat = os.lstat
        if not self._record or self._pending_file.exists():
            return False
        try:
            for path, kept in self._record.items():
                found = lstat(start + path)
                if (found.st_mtime_ns, found.st_ctime_ns, found.st_size) == (kept.mtime, kept.ctime, kept.size):
                    continue
                # One that was written in the same instant as the record has no time in it.
                if kept.mtime or _checksum(start + path) != kept.checksum:
                    return False
        except OSError:
            return False
        return True

    def is_current(self, url: str, fingerprint: bytes) -> bool:
        """Whether the file of `url` was made from `fingerprint` and still stands as it was left."""
        path = output_path(url)
        kept = self._record.get(path)
        if kept is None or kept.fingerprint != fingerprint:
            return False
        found = _lstat(f"{self._out}/{path}")
        if found is None or not stat.S_ISREG(found.st_mode) or found.st_size != kept.size:
            return False
        if (found.st_mtime_ns, found.st_ctime_ns) != (kept.mtime, kept.ctime):
            # Somebody touched or copied it: its bytes tell whether it is still ours.
            if _checksum(f"{self._out}/{path}") != kept.checksum:
                return False
            kept = kept._replace(mtime=found.st_mtime_ns, ctime=found.st_ctime_ns)
        self._confirmed[path] = kept
        return True

    def may_be_current(self, url: str, origin: bytes) -> bool:
        """Whether the file of `url` was made from a fingerprint that starts with `origin`."""
        kept = self._record.get(output_path(url))
        return kept is not None and kept.fingerprint.startswith(origin)

    def confirm_all_but(self, urls: Iterable[str]) -> None:
        """Take all that the record names as current, after `is_as_left`, but the files of `urls`."""
        self._confirmed = dict(self._record)
        for path in (*map(output_path, urls), MANIFEST):
            self._confirmed.pop(path, None)

    # Staging

    def stage(self) -> Stage:
        """Return where to stage files for this build: on the disk of the output folder."""
        try:
            self._stage = self._stage or self._make_stage()
        except OSError as error:
            raise _disk_error(error, self._out) from None
        return Stage(str(self._out), str(self._stage), self._tops)

    def take(self, staged: Staged) -> None:
        """Plan a staged file for publication."""
        self._staged[staged.path] = staged

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
        unwanted = self._owned.difference(self._staged, self._confirmed, (MANIFEST,))
        stale = {path for path in unwanted if _is_file(_lstat(f"{self._out}/{path}"))} if removes else set()
        moves = [path for path, staged in self._staged.items() if staged.file]
        folders = self._refuse_foreign(moves, stale)
        added = tuple(sorted(path for path in moves if self._staged[path].is_new))
        changed = tuple(sorted(path for path in moves if not self._staged[path].is_new))
        record = self._new_record(() if removes else unwanted)
        known = self._record.get(MANIFEST)
        manifest = (self._header + _checksum_lines(record)).encode()
        is_intact = _read_bytes(self._out / MANIFEST) == manifest
        if is_intact and not moves and not stale and known and {**record, MANIFEST: known} == self._record:
            _write_file(self._pending_file, None)
            return Changes((), (), ())
        self._refuse_locked(moves, stale)
        try:
            names = "\n".join(sorted({*added, *self._owned}))
            _write_file(self._pending_file, sealed(names.encode("utf-8", "surrogateescape")))
            gone = self._clear_the_way(moves, stale, folders)
            self._move_all(moves)
            for path in sorted(stale - gone):
                self._remove(path)
            if not is_intact:
                self._write_manifest(manifest)
            self._write_record(self._with_stats(record, manifest))
        except OSError as error:
            raise PartlyWrittenError(_disk_error(error, self._out).problem) from None
        return Changes(added, changed, tuple(sorted(stale)))

    def _refuse_foreign(self, moves: Sequence[str], stale: Container[str]) -> set[str]:
        """Return the planned files at whose path a folder stands.

        Raises where a planned file would take the place of something that newsgen did not write.
        """
        errors: dict[str, NewsgenError] = {}
        folders: set[str] = set()
        above: dict[str, os.stat_result | None] = {}
        for path in moves:
            if path.partition("/")[0] not in self._tops:
                continue
            found = _lstat(f"{self._out}/{path}")
            if _is_folder(found):
                folders.add(path)
                for other in self._files_below(path):
                    if other not in stale:
                        errors[other] = self._foreign(other, os.lstat(self._out / other))
            elif found is not None and path not in self._owned:
                errors[path] = self._foreign(path, found)
            for folder in _parents(path):
                if folder not in above:
                    above[folder] = _lstat(f"{self._out}/{folder}")
                standing = above[folder]
                if standing is not None and not _is_folder(standing) and folder not in stale:
                    errors[folder] = self._foreign(folder, standing)
        if errors:
            raise ExceptionGroup("output", [errors[path] for path in sorted(errors)])
        return folders

    def _files_below(self, folder: str) -> Iterable[str]:
        for current, names, files in os.walk(self._out / folder):
            links = [name for name in names if (Path(current) / name).is_symlink()]
            for name in (*files, *links):
                yield (Path(current) / name).relative_to(self._out).as_posix()

    def _refuse_locked(self, moves: Iterable[str], stale: Iterable[str]) -> None:
        """Raise BuildError where a folder that has to change may not be written, before anything changes."""
        there = {path.rpartition("/")[0] if path.partition("/")[0] in self._tops else "" for path in (*moves, *stale)}
        for folder in sorted(there):
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

    def _clear_the_way(self, moves: Sequence[str], stale: set[str], folders: set[str]) -> set[str]:
        """Remove what newsgen wrote where a file must become a folder, or a folder a file; return what was removed."""
        if not stale and not folders:
            return set()
        in_the_way = {folder for path in moves for folder in _parents(path) if folder in stale}
        in_the_way |= {other for path in folders for other in stale if other.startswith(path + "/")}
        # A disk that is blind to case would take the new name of a file for the old one, and lose it with the old.
        names = {collision_key(path) for path in moves} if stale else frozenset()
        in_the_way |= {path for path in stale if collision_key(path) in names}
        for path in sorted(in_the_way):
            self._remove(path)
        for path in folders:
            if (self._out / path).is_dir():
                shutil.rmtree(self._out / path)  # holds empty folders alone: all else was refused or removed
        return in_the_way

    def _move_all(self, moves: Sequence[str]) -> None:
        """Move files in, in their order; a whole folder at once where nothing stands at its name yet."""
        start, moved = f"{self._out}/", set()
        for path in moves:
            top = path.partition("/")[0]
            if top not in self._tops:
                if top not in moved:
                    moved.add(top)
                    os.rename(f"{self._stage}/{_TREE}/{top}", start + top)  # noqa: PTH104  # never over a file of another
                continue
            try:
                os.replace(self._staged[path].file, start + path)
            except FileNotFoundError:
                (self._out / path).parent.mkdir(parents=True, exist_ok=True)
                os.replace(self._staged[path].file, start + path)

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
        """Return the record of all pages; `kept` are files that nobody planned and that stay."""
        record = {path: known for path in kept if (known := self._kept(path))}
        record |= self._confirmed
        for path, staged in self._staged.items():
            record[path] = _Kept(staged.fingerprint, staged.checksum, staged.size, staged.mtime, staged.ctime)
        record.pop(MANIFEST, None)
        return record

    def _kept(self, path: str) -> _Kept | None:
        """Return what is known of a file that stays; one that the record had lost is made again when it is wanted."""
        found = _lstat(f"{self._out}/{path}")
        if not _is_file(found):
            return None
        return self._record.get(path) or _Kept(
            _NO_FINGERPRINT, _checksum(f"{self._out}/{path}"), found.st_size if found else 0, 0, 0
        )

    def _with_stats(self, record: Mapping[str, _Kept], manifest: bytes) -> dict[str, _Kept]:
        """Return the record with the times of what was moved, and with the checksums file."""
        result = dict(record)
        result[MANIFEST] = _Kept(_NO_FINGERPRINT, sha256(manifest).digest(), len(manifest), 0, 0)
        for path in (*(path for path, staged in self._staged.items() if staged.file), MANIFEST):
            kept = result[path]
            if not kept.ctime or "/" not in path:
                found = os.lstat(f"{self._out}/{path}")
                result[path] = kept._replace(mtime=found.st_mtime_ns, ctime=found.st_ctime_ns)
        return result

    def _write_manifest(self, manifest: bytes) -> None:
        file = f"{self.stage().folder}/{MANIFEST}"
        _written(file, manifest)
        os.replace(file, self._out / MANIFEST)

    def _write_record(self, record: Mapping[str, _Kept]) -> None:
        # What changed in the same instant as the record was made could change again and keep its time.
        lock = self._lock
        assert lock is not None
        os.utime(lock)
        now = os.fstat(lock).st_mtime_ns
        trusted = {path: kept if kept.ctime < now else kept._replace(mtime=0) for path, kept in record.items()}
        data = _RECORD_HEADER + sealed(_record_data(trusted))
        _write_file(self._record_file, data)
        self.record_digest = data[len(_RECORD_HEADER) : len(_RECORD_HEADER) + 16]
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


def _is_file(found: os.stat_result | None) -> bool:
    """Whether anything but a folder stands there."""
    return found is not None and not stat.S_ISDIR(found.st_mode)


def _lstat(path: str) -> os.stat_result | None:
    """Return what stands at a path, links not followed; None for nothing."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _checksum(path: str) -> bytes:
    """Return the checksum of a plain file; b"" for one that cannot be read, or is a link."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return b""
    with os.fdopen(handle, "rb") as file:
        return sha256(file.read()).digest()


def _checksum_lines(record: Mapping[str, _Kept]) -> str:
    return "".join([f"{record[path].checksum.hex()}  {path}\n" for path in sorted(record)])


def _read_bytes(path: Path) -> bytes | None:
    """Return a plain file's bytes; None where there is none."""
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


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


def _record_data(record: Mapping[str, _Kept]) -> bytes:
    """Return a record as columns: that is read twenty times faster than row by row."""
    paths = sorted(record)
    rows = [record[path] for path in paths]
    numbers = [array("q", [getattr(row, name) for row in rows]).tobytes() for name in ("size", "mtime", "ctime")]
    fingerprints = b"".join([row.fingerprint for row in rows])
    checksums = b"".join([row.checksum for row in rows])
    return marshal.dumps(("\n".join(paths), fingerprints, checksums, *numbers))


def _read_record(path: Path) -> tuple[bytes, dict[str, _Kept]]:
    """Return the digest of the last build's record, and the record; empty where it is lost, damaged or of another
    version.
    """
    data = _read_bytes(path) or b""
    payload = unsealed(data[len(_RECORD_HEADER) :]) if data.startswith(_RECORD_HEADER) else None
    if not payload:
        return b"", {}
    names, fingerprints, checksums, *columns = marshal.loads(payload)  # noqa: S302  # sealed by ourselves
    if any(sign in f"\n{names}\n" for sign in _NEVER_INSIDE):
        return b"", {}
    paths = names.split("\n")
    numbers = [array("q", column) for column in columns]
    prints = [fingerprints[start : start + 16] for start in range(0, len(fingerprints), 16)]
    sums = [checksums[start : start + 32] for start in range(0, len(checksums), 32)]
    rows = map(_Kept, prints, sums, *numbers)
    digest = data[len(_RECORD_HEADER) : len(_RECORD_HEADER) + 16]
    return digest, dict(zip(paths, rows, strict=True))


def _read_pending(path: Path) -> Iterable[str]:
    names = unsealed(_read_bytes(path) or b"")
    if names is None:
        return ()
    return [name for name in names.decode("utf-8", "surrogateescape").split("\n") if _is_inside(name)]


def _write_file(path: Path, data: bytes | None) -> None:
    """Put a file in place in one step; None removes it."""
    if data is None:
        path.unlink(missing_ok=True)
        return
    beside = path.with_suffix(".new")
    beside.write_bytes(data)
    beside.replace(path)
