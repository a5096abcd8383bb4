"""The processes of this machine that read and render, and executors of other machines."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import Any

import click

from newsgen.workers import Workers

__all__ = ["local", "remote", "spare_the_collector"]

# Below this number of files the start of worker processes costs more than it saves.
_WORTH_WORKERS = 400
_LONGEST_CALL = 8  # seconds


def local(jobs: int | None, method: str = "") -> Workers:
    """Return workers on this machine: `jobs` processes, or as many as there are cores for work that is worth them.

    `method` is how processes are started, as multiprocessing names it; "" for the best of this system.
    """
    count = jobs or _cores()
    if count == 1:
        return Workers()
    # What was forked has all that its parent knows. Only Linux is made for it: elsewhere system libraries are not.
    method = method or ("fork" if sys.platform == "linux" else "spawn")

    def pool(
        begin: Callable[[Any, Any], None],  # Any: what `Workers` shares
        shared: tuple[Any, Any],
    ) -> AbstractContextManager[Executor]:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # What is there now stays to the end: nobody has to look through it, and so no page of it has to be copied.
        gc.freeze()
        return ProcessPoolExecutor(count, multiprocessing.get_context(method), _start_worker, (begin, *shared))

    return Workers(pool, None, method == "fork", _WORTH_WORKERS if jobs is None else 0, count)


@contextmanager
def remote(address: str) -> Iterator[Workers]:
    """Give the workers of a Dask cluster, which see the site's folder at the same path.

    `address` is that of its scheduler, as "dask://host:8786". Raises UsageError where Dask is not installed or nobody
    answers within seconds.
    """
    host = address.removeprefix("dask://")
    if host == address or not host:
        raise click.UsageError(f"{address!r} is no executor: write it as dask://HOST:PORT")
    try:
        from dask.distributed import Client
    except ImportError:
        raise click.UsageError("Dask is not installed: pip install 'newsgen[dask]'") from None
    try:
        client: Any = Client(f"tcp://{host}", timeout=_LONGEST_CALL)  # type: ignore[no-untyped-call]  # Any: Dask has no types
    except (OSError, TimeoutError, ValueError) as error:
        raise click.UsageError(f"no Dask scheduler answers at {host}: {error or 'it took too long'}") from None
    with client:
        count = max(1, sum(client.nthreads().values()))
        yield Workers(executor=client.get_executor(pure=False), count=count)


def spare_the_collector() -> None:
    """Have Python look for rings of values less often: newsgen's own values form none, and there are very many."""
    gc.set_threshold(200_000, 20, 100)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker(begin: Callable[[Any, Any], None], work: Any, shared: Any) -> None:  # Any: as above
    """Leave signals to the parent, and end with it: a parent that is killed cannot tell its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()
    begin(work, shared)


def _end_with_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
