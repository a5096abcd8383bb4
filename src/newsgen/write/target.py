"""The output folder, for the time of one build: what stands there, and the publication of what is staged."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from hashlib import blake2b, sha256
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from newsgen import files
from newsgen.errors import BuildError, Location, NewsgenError, PartlyWrittenError, Problem, printable
from newsgen.model import Asset, Bundle, Page
from newsgen.permalink import MANIFEST, collision_key, folders_of, output_path
from newsgen.write.record import (
    MANIFEST_HEADER,
    NO_FINGERPRINT,
    Kept,
    checksum_lines,
    manifest_text,
    read_manifest,
    read_pending,
    read_record,
    write_pending,
    write_record,
)
from newsgen.write.staging import TREE, Stage, Staged, checksum, disk_error, lstat, written

__all__ = ["Change", "Changes", "Target", "make_cache", "site_lock"]

_STAGE = ".newsgen-stage"


class Changes(NamedTuple):
    """The paths in the output folder that a publication added, changed and removed, each sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class Change(NamedTuple):
    """A file that was added, changed or removed (`kind`), as it stands in the output folder, or stood before it went.

    What is not known of a file that went is 0 or b"".
    """

    kind: str
    path: str
    size: int
    checksum: bytes


class _Intent(NamedTuple):
    """What a publication is going to do.

    `unwanted` is what newsgen owns and nobody planned, and `stale` what of it is there and has to go; `moves` are the
    staged files that differ from what stands, in their order, and `folders` those at whose path a folder stands.
    """

    unwanted: frozenset[str]
    stale: set[str]
    moves: list[str]
    folders: set[str]
    changes: Changes


class Target:
    """The output folder, for the time of one build. Use it as a context manager: it holds a lock meanwhile.

    Without `writes` it is only asked what stands there and what a publication would do: it takes no lock and makes no
    file, so that it works beside a build, and where nothing may be written.

    `name` tells the site from others: it stands in the checksums file, and what another site wrote is not ours. Without
    `has_manifest` there is no such file, and one of ours goes: then a record that is lost tells of nothing any more.
    `place` names the output folder in the cache; `started` is an instant before which the build read nothing, by the
    clock of the disk, in nanoseconds; `record_digest` is that of the record that stands there now.
    """

    def __init__(self, out: Path, cache: Path, name: str, *, writes: bool = True, has_manifest: bool = True) -> None:
        self._out = out
        self._has_manifest = has_manifest
        self._writes = writes
        self._header = f"{MANIFEST_HEADER}# The site: {printable(name)}\n"
        self._cache = cache
        self._lock: int | None = None
        self.place = blake2b(os.fsencode(os.path.relpath(out, cache.parent)), digest_size=8).hexdigest()
        self.started = 0
        self.record_digest = b""
        self._record_file = cache / f"record-{self.place}"
        self._pending_file = cache / f"pending-{self.place}"
        self._record: dict[str, Kept] = {}
        self._owned: frozenset[str] = frozenset()
        self._tops: frozenset[str] = frozenset()
        self._staged: dict[str, Staged] = {}
        self._confirmed: dict[str, Kept] = {}
        self._stage: Path | None = None
        self._manifest: Change | None = None
        self._record_standing: files.Standing | None = None

    def __enter__(self) -> Self:
        _refuse_link(self._out)
        if not self._writes:
            _refuse_link(self._cache)
            try:
                self._read_state()
            except OSError as error:
                raise _unreadable(self._out, error) from None
            return self
        self._lock = _locked(self._cache)
        self.started = os.fstat(self._lock).st_mtime_ns
        try:
            for old in (self._cache / "stage", self._out / _STAGE):
                # Left by a build that was killed; what is staged may never have been meant to be published.
                if old.is_dir() and not old.is_symlink():
                    shutil.rmtree(old)
            self._read_state()
        except OSError as error:
            self.__exit__(None, None, None)
            raise disk_error(error, self._out) from None
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
        self._record_standing = _standing(self._record_file)
        self.record_digest, self._record = read_record(self._record_file)
        owned = set(read_pending(self._pending_file))
        if not self._record:
            owned |= set(read_manifest(self._out / MANIFEST))
        self._owned = frozenset(owned).union(self._record)
        try:
            self._tops = frozenset(os.listdir(self._out))
        except FileNotFoundError:
            self._tops = frozenset()

    def is_ours(self) -> bool:
        """Whether newsgen wrote this site here before, or nothing but hidden files stands here."""
        if self._record or all(name.startswith(".") for name in self._tops):
            return True
        return manifest_text(self._out / MANIFEST).startswith(self._header)

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
                if kept.mtime or checksum(start + path) != kept.checksum:
                    return False
        except OSError:
            return False
        return True

    def checksums(self) -> Mapping[str, bytes]:
        """Return the SHA-256 of every file that the last build left here, by path; none where it was cut short."""
        return {} if self._pending_file.exists() else {path: kept.checksum for path, kept in self._record.items()}

    def has_confirmed_all(self) -> bool:
        """Whether every file that the last build left here was found current since."""
        return self._record.keys() <= self._confirmed.keys() | {MANIFEST}

    def is_current(self, item: Page | Asset | Bundle, fingerprint: bytes) -> bool:
        """Whether the files of an item were made from `fingerprint` and still stand as they were left."""
        standing: dict[str, Kept] = {}
        for path in self.files_of(item):
            kept = self._standing(path, fingerprint)
            if kept is None:
                return False
            standing[path] = kept
        self._confirmed |= standing
        return bool(standing)

    def _standing(self, path: str, fingerprint: bytes) -> Kept | None:
        """Return how a file stands now, if it was made from `fingerprint` and holds what it was left with."""
        kept = self._record.get(path)
        if kept is None or kept.fingerprint != fingerprint:
            return None
        found = lstat(f"{self._out}/{path}")
        if found is None or not stat.S_ISREG(found.st_mode) or found.st_size != kept.size:
            return None
        if (found.st_mtime_ns, found.st_ctime_ns) == (kept.mtime, kept.ctime):
            return kept
        # Somebody touched or copied it: its bytes tell whether it is still ours.
        if checksum(f"{self._out}/{path}") != kept.checksum:
            return None
        return kept._replace(mtime=found.st_mtime_ns, ctime=found.st_ctime_ns)

    def may_be_current(self, item: Page | Asset | Bundle, origin: bytes) -> bool:
        """Whether the files of an item were made from a fingerprint that starts with `origin`."""
        kept = next((self._record.get(path) for path in self.files_of(item)), None)
        return kept is not None and kept.fingerprint.startswith(origin)

    def keep(self, item: Bundle) -> None:
        """Leave the files of an item as they are for this time, though they may be out of date."""
        for path in self.files_of(item):
            known = self._kept(path)
            if known is not None:
                self._confirmed[path] = known

    def confirm_all_but(self, items: Iterable[Page | Asset | Bundle]) -> None:
        """Take all that the record names as current, after `is_as_left`, but the files of `items`."""
        self._confirmed = dict(self._record)
        for path in (*(path for item in items for path in self.files_of(item)), MANIFEST):
            self._confirmed.pop(path, None)

    def files_of(self, item: Page | Asset | Bundle) -> Sequence[str]:
        """Return the paths of an item's files: of a bundle those that newsgen owns below its folder."""
        if not isinstance(item, Bundle):
            return (output_path(item.url),)
        folder = output_path(f"{item.url}-")[:-1]
        start = bisect_left(self._sorted, folder)
        # No path holds the last character there is, so that this stands behind all that start with the folder.
        return self._sorted[start : bisect_left(self._sorted, f"{folder}\U0010ffff")]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._owned)

    def is_unsettled(self) -> bool:
        """Whether a build is writing this folder, wrote it since, or was cut short while it did."""
        return self._pending_file.exists() or _standing(self._record_file) != self._record_standing

    def bytes_of(self, path: str) -> bytes | None:
        """Return a plain file of the output folder; None where there is none, or it cannot be read."""
        try:
            return files.read_bytes(self._out, path)
        except OSError:
            return None

    def size_of(self, path: str) -> int:
        """Return the size of a file in the output folder; 0 where there is none."""
        found = lstat(f"{self._out}/{path}")
        return found.st_size if _is_file(found) and found else 0

    def size(self) -> int:
        """Return the size of all that newsgen owns once what is staged is published, the file of checksums aside."""
        return sum(kept.size for kept in self._new_record(()).values())

    # Staging

    def stage(self) -> Stage:
        """Return where to stage files for this build: on the disk of the output folder."""
        if not self._writes:
            return Stage(str(self._out), "", self._tops)
        try:
            self._stage = self._stage or self._make_stage()
        except OSError as error:
            raise disk_error(error, self._out) from None
        return Stage(str(self._out), str(self._stage), self._tops)

    def take(self, staged: Staged) -> None:
        """Plan a staged file for publication."""
        self._staged[staged.path] = staged

    def staged(self, path: str) -> Staged | None:
        """Return what was staged for a path; None where it was not made."""
        return self._staged.get(path)

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
        unwanted, stale, moves, folders, changes = self._intent(removes=removes)
        record = self._new_record(() if removes else unwanted)
        manifest = (self._header + checksum_lines(record)).encode() if self._has_manifest else None
        is_intact = self._is_intact(manifest)
        if is_intact and not moves and not stale and self._is_recorded(record):
            self._pending_file.unlink(missing_ok=True)
            return Changes((), (), ())
        self._refuse_locked(moves, stale)
        try:
            write_pending(self._pending_file, {*changes.added, *self._owned})
            gone = self._clear_the_way(moves, stale, folders)
            self._move_all(moves)
            for path in sorted(stale - gone):
                self._remove(path)
            if not is_intact:
                self._put_manifest(manifest)
            self._write_record(self._with_stats(record, manifest))
        except OSError as error:
            raise PartlyWrittenError(disk_error(error, self._out).problem) from None
        return changes

    def foresee(self) -> Changes:
        """Return what `publish` would do, and raise what it would raise for the files in its way; do nothing."""
        return self._intent(removes=True).changes

    def told(self, changes: Changes) -> tuple[Change, ...]:
        """Return each file of what was published, sorted by path; that of checksums is among them, if it changed."""
        found = [self._made("added", path) for path in changes.added]
        found += [self._made("changed", path) for path in changes.changed]
        for path in changes.removed:
            kept = self._record.get(path) or Kept(NO_FINGERPRINT, b"", 0, 0, 0)
            found.append(Change("removed", path, kept.size, kept.checksum))
        if self._manifest:
            found.append(self._manifest)
        return tuple(sorted(found, key=lambda change: (change.path, change.kind)))

    def _made(self, kind: str, path: str) -> Change:
        staged = self._staged[path]
        return Change(kind, path, staged.size, staged.checksum)

    def _intent(self, *, removes: bool) -> _Intent:
        unwanted = self._owned.difference(self._staged, self._confirmed, (MANIFEST,))
        stale = {path for path in unwanted if _is_file(lstat(f"{self._out}/{path}"))} if removes else set()
        moves = [path for path, staged in self._staged.items() if staged.file]
        folders = self._refuse_foreign(moves, stale)
        added = tuple(sorted(path for path in moves if self._staged[path].is_new))
        changed = tuple(sorted(path for path in moves if not self._staged[path].is_new))
        return _Intent(unwanted, stale, moves, folders, Changes(added, changed, tuple(sorted(stale))))

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
            found = lstat(f"{self._out}/{path}")
            if _is_folder(found):
                folders.add(path)
                for other in self._files_below(path):
                    if other not in stale:
                        errors[other] = self._foreign(other, os.lstat(self._out / other))
            elif found is not None and path not in self._owned:
                errors[path] = self._foreign(path, found)
            for folder in folders_of(path):
                if folder not in above:
                    above[folder] = lstat(f"{self._out}/{folder}")
                standing = above[folder]
                if standing is not None and not _is_folder(standing) and folder not in stale:
                    errors[folder] = self._foreign(folder, standing)
        if errors:
            raise ExceptionGroup("output", [errors[path] for path in sorted(errors)])
        return folders

    def _files_below(self, folder: str) -> Iterable[str]:
        for current, names, plain in os.walk(self._out / folder):
            links = [name for name in names if (Path(current) / name).is_symlink()]
            for name in (*plain, *links):
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
        if not self._record:
            hint = "nothing tells what newsgen wrote here before: move away what is yours, and empty the folder"
        return BuildError(Problem(f"a page is to stand here, and the file is {kind}", Location(name), hint))

    def _clear_the_way(self, moves: Sequence[str], stale: set[str], folders: set[str]) -> set[str]:
        """Remove what newsgen wrote where a file must become a folder, or a folder a file; return what was removed."""
        if not stale and not folders:
            return set()
        in_the_way = {folder for path in moves for folder in folders_of(path) if folder in stale}
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
                    os.rename(f"{self._stage}/{TREE}/{top}", start + top)  # noqa: PTH104  # never over a file of another
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

    def _new_record(self, kept: Iterable[str]) -> dict[str, Kept]:
        """Return the record of all pages; `kept` are files that nobody planned and that stay."""
        record = {path: known for path in kept if (known := self._kept(path))}
        record |= self._confirmed
        for path, staged in self._staged.items():
            record[path] = Kept(staged.fingerprint, staged.checksum, staged.size, staged.mtime, staged.ctime)
        record.pop(MANIFEST, None)
        return record

    def _kept(self, path: str) -> Kept | None:
        """Return what is known of a file that stays; one that the record had lost is made again when it is wanted."""
        found = lstat(f"{self._out}/{path}")
        if not _is_file(found):
            return None
        return self._record.get(path) or Kept(
            NO_FINGERPRINT, checksum(f"{self._out}/{path}"), found.st_size if found else 0, 0, 0
        )

    def _is_recorded(self, record: Mapping[str, Kept]) -> bool:
        """Whether the record that stands there says the same, beside the checksums file."""
        if not self._has_manifest:
            return record == self._record
        known = self._record.get(MANIFEST)
        return known is not None and {**record, MANIFEST: known} == self._record

    def _is_intact(self, manifest: bytes | None) -> bool:
        """Whether the checksums file stands there as it should; None is for one that should not."""
        place = self._out / MANIFEST
        if manifest is not None:
            return files.bytes_of(place) == manifest
        is_ours = MANIFEST in self._owned or manifest_text(place).startswith(MANIFEST_HEADER)
        return not (is_ours and _is_file(lstat(str(place))))

    def _with_stats(self, record: Mapping[str, Kept], manifest: bytes | None) -> dict[str, Kept]:
        """Return the record with the times of what was moved, and with the checksums file where there is one."""
        result = dict(record)
        moved = [path for path, staged in self._staged.items() if staged.file]
        if manifest is not None:
            result[MANIFEST] = Kept(NO_FINGERPRINT, sha256(manifest).digest(), len(manifest), 0, 0)
            moved.append(MANIFEST)
        for path in moved:
            kept = result[path]
            if not kept.ctime or "/" not in path:
                found = os.lstat(f"{self._out}/{path}")
                result[path] = kept._replace(mtime=found.st_mtime_ns, ctime=found.st_ctime_ns)
        return result

    def _put_manifest(self, manifest: bytes | None) -> None:
        """Write the checksums file; remove it where there is to be none."""
        if manifest is None:
            (self._out / MANIFEST).unlink()
            return
        file = f"{self.stage().folder}/{MANIFEST}"
        written(file, manifest)
        kind = "changed" if lstat(f"{self._out}/{MANIFEST}") else "added"
        os.replace(file, self._out / MANIFEST)
        self._manifest = Change(kind, MANIFEST, len(manifest), sha256(manifest).digest())

    def _write_record(self, record: Mapping[str, Kept]) -> None:
        # What changed in the same instant as the record was made could change again and keep its time.
        lock = self._lock
        assert lock is not None
        os.utime(lock)
        now = os.fstat(lock).st_mtime_ns
        trusted = {path: kept if kept.ctime < now else kept._replace(mtime=0) for path, kept in record.items()}
        self.record_digest = write_record(self._record_file, trusted)
        self._pending_file.unlink(missing_ok=True)


@contextmanager
def site_lock(cache: Path) -> Iterator[None]:
    """Keep builds of the site whose cache this is from starting. Raises BuildError where one is under way."""
    handle = _locked(cache)
    try:
        yield
    finally:
        os.close(handle)


def _locked(cache: Path) -> int:
    """Return a handle that holds the lock of a site, whose cache is made where it is missing."""
    make_cache(cache)
    try:
        handle = _lock(cache / "lock")
        os.utime(handle)
    except OSError as error:
        raise disk_error(error, cache) from None
    return handle


def make_cache(folder: Path) -> Path:
    """Return the folder of the cache, which is made if it is not there, and which git is told to leave alone.

    Raises BuildError where something else stands there, or it cannot be written.
    """
    _refuse_link(folder)
    try:
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        raise disk_error(error, folder) from None
    return folder


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        hint = "name the folder that it leads to"
        raise BuildError(Problem("this is a symbolic link, and newsgen writes through none", Location(str(path)), hint))
    if path.exists() and not path.is_dir():
        raise BuildError(Problem("this is a file, and a folder is wanted", Location(str(path)), "name another folder"))


def _standing(path: Path) -> files.Standing | None:
    found = lstat(str(path))
    return files.standing_of(found) if found else None


def _unreadable(folder: Path, error: OSError) -> BuildError:
    message = f"the folder cannot be read: {error.strerror or error}"
    return BuildError(Problem(message, Location(str(folder)), "look at its owner and rights"))


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


def _is_folder(found: os.stat_result | None) -> bool:
    return found is not None and stat.S_ISDIR(found.st_mode)


def _is_file(found: os.stat_result | None) -> bool:
    """Whether anything but a folder stands there."""
    return found is not None and not stat.S_ISDIR(found.st_mode)
