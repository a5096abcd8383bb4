"""Files that stand there whole or not at all: written under another name, then put in place in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from newsgen.errors import BuildError, Location, Problem

__all__ = ["placed_file", "placed_folder"]


@contextmanager
def placed_file(place: Path, *, replaces: bool) -> Iterator[Path]:
    """Give the path to write to; what is there at the end is put at `place`, and nothing where an error is raised.

    Raises BuildError where it cannot be written, or something stands there that is not to be replaced.
    """
    with _beside(place) as beside:
        if place.is_dir():
            raise _failure("a folder stands here", place, "name a file with --out")
        if os.path.lexists(place) and not replaces:
            raise _failure("the file is there already", place, "name another with --out, or replace it with --force")
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
def _beside(place: Path) -> Iterator[Path]:
    """Give a free path in the folder of `place`, so that a rename is one step, and leave nothing there."""
    beside = place.absolute().with_name(f".{place.name}.{os.getpid()}.new")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        _remove(beside)  # left by a process of that number that was killed
        yield beside
    except OSError as error:
        raise _failure(f"cannot write: {error.strerror or error}", place) from None
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
