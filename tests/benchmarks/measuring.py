"""Run a program and say what it cost, with all processes that it starts."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

__all__ = ["Cost", "run"]

_EVERY = 0.1
# Reading the memory map of a large process holds it up, so it is done for a small part of the time only.
_MOST_OF_TIME = 0.02


@dataclass(frozen=True)
class Cost:
    """What a run took: seconds by the clock, seconds of CPU (user and system), and the peak of memory in MiB.

    `sampled` is the largest sum of PSS over several processes that was seen, 0 where there was one alone.
    """

    wall: float
    cpu: float
    memory: float
    sampled: float


class _Sampler(Thread):
    """Watches the processes below a process and keeps the largest sum of their PSS, in KiB.

    A process alone is not sampled: the kernel keeps its peak by itself.
    """

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.done = Event()
        self._root = root

    def run(self) -> None:
        pause = _EVERY
        while not self.done.wait(pause):
            start = time.perf_counter()
            tree = list(_tree(self._root))
            if len(tree) > 1:
                self.peak = max(self.peak, sum(map(_pss, tree)))
            pause = max(_EVERY, (time.perf_counter() - start) / _MOST_OF_TIME)


def run(command: Sequence[str], folder: Path) -> Cost:
    """Run `command` in `folder` and return its cost; a RuntimeError with what it printed if it fails.

    CPU time is that of the process and of all children that were waited for. Memory is the larger of two: the kernel's
    own peak of the largest process (RSS), and the largest sum of PSS while there were several (Linux only).
    """
    os.sync()  # what earlier runs left to be written to the disk is not this one's
    with (folder / "messages.txt").open("w+b") as messages:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
        sampler = _Sampler(process.pid)
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        sampler.done.set()
        sampler.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            messages.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{messages.read().decode(errors='replace')}")
    return Cost(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        memory=max(usage.ru_maxrss, sampler.peak) / 1024,
        sampled=sampler.peak / 1024,
    )


def _tree(root: int) -> Iterator[int]:
    """Yield the ids of a process and of all below it, as far as they are still there."""
    yield root
    try:
        lists = [(task / "children").read_text() for task in Path(f"/proc/{root}/task").iterdir()]
    except OSError:  # it has ended, or there is no such file system
        return
    for child in " ".join(lists).split():
        yield from _tree(int(child))


def _pss(process: int) -> int:
    """Return a process's proportional share of memory in KiB; 0 for one that has ended."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
