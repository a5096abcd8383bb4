"""Where batches of work are done: in this process, in others of this machine, or by an executor of somebody else's.

All of them go through the interface of `concurrent.futures.Executor`. What is done, and in which order its results
come back, is the same everywhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from newsgen.errors import BuildError, Problem

__all__ = ["Workers", "in_batches"]

_Shared = TypeVar("_Shared")
_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")
_Item = TypeVar("_Item")

# What a worker process was started with. A pool calls functions by name, so they have to find it somewhere.
_started_with: list[tuple[Callable[[Any, Any], Any], Any]] = []  # Any: whatever `run` was given


def start(work: Callable[[Any, Any], Any], shared: Any) -> None:  # Any: as above
    """Keep, in a new worker process, what it does and what all of its batches share."""
    _started_with[:] = [(work, shared)]


def _do(batch: Any) -> Any:  # Any: as above
    work, shared = _started_with[0]
    return work(shared, batch)


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work. Without `pool` and `executor` it is done in this process.

    `pool` starts processes that call `start` with the two arguments that it is given; `inherits` says that these reach
    them without being copied (by fork), so that they may be large. `executor` is somebody else's and is not shut
    down. Work of fewer than `least` items is done here. `count` is how many batches may be under way at a time.
    """

    pool: Callable[[Callable[[Any, Any], None], tuple[Any, Any]], AbstractContextManager[Executor]] | None = None
    executor: Executor | None = None
    inherits: bool = False
    least: int = 0
    count: int = 1

    def are_elsewhere(self, items: int) -> bool:
        """Whether work of so many items is done by others than this process."""
        return items >= max(1, self.least) and (self.pool is not None or self.executor is not None)

    def run(
        self,
        work: Callable[[_Shared, _Batch], _Result],
        shared: _Shared,
        batches: Iterable[_Batch],
        items: int,
        name: Callable[[_Batch], str],
    ) -> Iterator[_Result]:
        """Yield what `work` gives for `shared` and each batch, in the order of the batches.

        Of `items` in all depends where it is done; `name` says what a batch is about, for the BuildError that is
        raised where a worker dies.
        """
        if not self.are_elsewhere(items):
            for batch in batches:
                yield work(shared, batch)
            return
        if self.executor is not None:
            yield from self._through(self.executor, partial(work, shared), batches, name)
            return
        assert self.pool is not None
        with self.pool(start, (work, shared)) as executor:
            yield from self._through(executor, _do, batches, name)

    def _through(
        self,
        executor: Executor,
        work: Callable[[_Batch], _Result],
        batches: Iterable[_Batch],
        name: Callable[[_Batch], str],
    ) -> Iterator[_Result]:
        waiting = iter(batches)
        under_way: deque[tuple[_Batch, Future[_Result]]] = deque()
        try:
            while True:
                # A few batches ahead and no more: what is finished waits in memory to be taken.
                while len(under_way) < 2 * self.count + 2 and (batch := next(waiting, None)) is not None:
                    under_way.append((batch, executor.submit(work, batch)))
                if not under_way:
                    return
                result = under_way[0][1].result()
                under_way.popleft()
                yield result
        except BrokenExecutor:
            hint = "it may have run out of memory: build with --jobs 1"
            doing = name(under_way[0][0]) if under_way else "starting"
            raise BuildError(Problem(f"a worker process died while it was {doing}", None, hint)) from None
        finally:
            for _, future in under_way:
                future.cancel()


def in_batches(items: Iterable[_Item], cost: Callable[[_Item], int], most: int) -> Iterator[tuple[_Item, ...]]:
    """Yield the items in their order, in batches whose costs come to `most` or a little more."""
    batch: list[_Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += cost(item)
        if total >= most:
            yield tuple(batch)
            batch, total = [], 0
    if batch:
        yield tuple(batch)
