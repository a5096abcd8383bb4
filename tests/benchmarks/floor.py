"""Measure how long this disk takes to write a site at the least: a bare loop that only copies the files of an output.

    python -m tests.benchmarks.floor OUTPUT_FOLDER [--runs 3]

No generator that writes these files in one process can be faster. The bytes of a file are read just before it is
written, so that the site need not fit into memory; the first figure leaves that reading out, the second has it in.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Floor", "main", "measure"]

_CHUNK = 1 << 20


class Floor(NamedTuple):
    """Files written, their bytes, the seconds of making folders and writing, and these with the reading."""

    files: int
    size: int
    writing: float
    with_reading: float


def measure(output: Path, target: Path) -> Floor:
    """Write the files of `output` below `target`, a folder that must be empty, and return what that took."""
    os.sync()  # what was left to be written to the disk before is not part of it
    files = size = 0
    writing = 0.0
    begin = time.perf_counter()
    for folder, names in _folders(output):
        start = time.perf_counter()
        place = target / folder
        place.mkdir(exist_ok=True)
        writing += time.perf_counter() - start
        for name in names:
            chunks = _chunks(output / folder / name)
            path = os.path.join(place, name)  # noqa: PTH118  # a Path would cost as much as some of the writing
            start = time.perf_counter()
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            for chunk in chunks:
                size += os.write(handle, chunk)
            os.close(handle)
            writing += time.perf_counter() - start
            files += 1
    return Floor(files, size, writing, time.perf_counter() - begin)


def _folders(output: Path) -> Iterator[tuple[Path, Sequence[str]]]:
    """Yield every folder below `output`, relative to it, with the names of its files; a folder before those in it."""
    for folder, folders, names in os.walk(output):
        folders.sort()
        yield Path(folder).relative_to(output), sorted(names)


def _chunks(path: Path) -> Sequence[bytes]:
    with path.open("rb", buffering=0) as file:
        return list(iter(lambda: file.read(_CHUNK), b""))


def main() -> None:
    """Print the figures of every run, the fastest of which is the floor."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.floor", description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path, metavar="OUTPUT_FOLDER")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    output = options.output.absolute()
    # Beside the output, to be on the same disk; deleted at the very end, since writing after deleting is slow on ext4.
    with tempfile.TemporaryDirectory(prefix="newsgen-floor-", dir=output.parent) as folder:
        for number in range(options.runs):
            target = Path(folder) / str(number)
            target.mkdir()
            floor = measure(output, target)
            each = [seconds / floor.files * 1_000_000 for seconds in (floor.writing, floor.with_reading)]
            print(
                f"{floor.files:,} files, {floor.size / 1_000_000:,.0f} MB: "
                f"{floor.writing:.2f} s ({each[0]:.0f} µs a file), "
                f"with reading {floor.with_reading:.2f} s ({each[1]:.0f} µs a file)"
            )


if __name__ == "__main__":
    main()
