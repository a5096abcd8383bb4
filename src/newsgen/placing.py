"""Files that stand there whole or not at all: written under another name, then put in place in one step."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from newsgen.errors import BuildError, Location, Problem

__all__ = ["placed_file", "placed_folder", "placed_tree"]


@contextmanager
def placed_file(place: Path, *, replaces: bool, by: str = " with --out") -> Iterator[Path]:
    """Give the path to write to; what is there at the end is put at `place`, and nothing where an error is raised.

    `by` says in hints how another place is named. Raises BuildError where it cannot be written, or something stands
    there that is not to be replaced.
    """
    with _beside(place) as beside:
        if place.is_dir():
            raise _failure("a folder stands here", place, f"name a file{by}")
        if os.path.lexists(place) and not replaces:
            raise _failure("the file is there already", place, f"name another{by}, or replace it with --force")
        yield beside
        _to_disk(beside)
        os.replace(beside, place)


@contextmanager
def placed_folder(place: Path, names: Sequence[str], *, replaces: bool) -> Iterator[Path]:
    """Give a folder to write the files `names` to, which are put into the folder `place` at the end.

    Files of other names that are there stay. Raises BuildError as `placed_file` does.
    """
    with _beside(place) as beside:
        if os.path.lexists(place) and not place.is_dir():
            raise _failure("a file stands here", place, "name a folder with --out")
        there = [name for name in names if os.path.lexists(place / name)]
        if there and not replaces:
            hint = "name another folder with --out, or replace them with --force"
            raise _failure(f"there are files here already: {', '.join(there)}", place, hint)
        if folders := [place / name for name in there if (place / name).is_dir()]:
            raise _failure("a folder stands here", folders[0], "remove it, or name another folder with --out")
        beside.mkdir()
        yield beside
        for name in names:
            _to_disk(beside / name)
        if os.path.lexists(place):
            for name in names:
                os.replace(beside / name, place / name)
        else:
            beside.rename(place)


@contextmanager
def placed_tree(place: Path, *, may_replace: Callable[[Path], bool], replaces: bool) -> Iterator[Path]:
    """Give a folder to fill, which is put at `place` at the end, whole, in place of all that stood there.

    Only an empty folder makes room by itself, and with `replaces` one that `may_replace`. Raises BuildError as
    `placed_file` does. Its files are not forced to the disk one by one: who fills it tells how to check them.
    """
    with _beside(place) as beside:
        if os.path.lexists(place):
            if place.is_symlink() or not place.is_dir():
                raise _failure("a file stands here", place, "name a folder")
            if any(place.iterdir()):
                if not may_replace(place):
                    raise _failure("there are other files here", place, "name another folder")
                if not replaces:
                    raise _failure("it is there already", place, "name another folder, or replace it with --force")
        beside.mkdir()
        yield beside
        if os.path.lexists(place):
            with _beside(place, "old") as old:
                try:
                    place.rename(old)
                    beside.rename(place)
                except BaseException:
                    if not os.path.lexists(place):
                        old.rename(place)
                    raise
        else:
            beside.rename(place)


@contextmanager
def _beside(place: Path, ending: str = "new") -> Iterator[Path]:
    """Give a free path in the folder of `place`, so that a rename is one step, and leave nothing there."""
    whole = place.absolute()
    if not whole.name:
        raise _failure("a folder stands here", place, "name another place")
    beside = whole.with_name(f".{whole.name}.{os.getpid()}.{ending}")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        _remove(beside)  # left by a process of that number that was killed
        yield beside
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = "make room on the disk, or name a place on another" if is_full else ""
        raise _failure(f"cannot write: {error.strerror or error}", place, hint) from None
    finally:
        with suppress(OSError):
            _remove(beside)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _failure(message: str, place: Path, hint: str = "") -> BuildError:
    return BuildError(Problem(message, Location(str(place)), hint))
