"""How problems, counts and progress are shown."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click

from newsgen.errors import Problem

__all__ = ["counted", "in_bytes", "problem_data", "progress", "show_problems"]

_LOG_INTERVAL = 2.0


def show_problems(problems: Iterable[Problem], *, kind: str = "error") -> int:
    """Print problems to standard error, sorted by place, none twice; return how many there were."""
    shown = sorted(set(problems), key=lambda problem: problem.sort_key)
    colour = "red" if kind == "error" else "yellow"
    for problem in shown:
        text = str(problem)
        if kind == "warning":
            text = text.replace(f"{problem.location}: ", f"{problem.location}: warning: ", 1)
        head, _, rest = text.partition("\n")
        if "NO_COLOR" not in os.environ:
            head = click.style(head, fg=colour)
        click.echo(head + (f"\n{rest}" if rest else ""), err=True)
    return len(shown)


def problem_data(problem: Problem) -> dict[str, str | int | list[str]]:
    """Return a problem for a machine to read."""
    path, line = problem.location or ("", 0)
    data: dict[str, str | int | list[str]] = {
        "path": path,
        "line": line,
        "message": problem.message,
        "hint": problem.hint,
    }
    return data | {"commands": list(problem.commands)} if problem.commands else data


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: "1 page", "1,200 pages"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def in_bytes(size: int) -> str:
    """Return a number of bytes as people read it: "512 B", "1.2 kB", "3.4 MB"."""
    if abs(size) < 1000:
        return f"{size} B"
    value, unit = size / 1000, "kB"
    for larger in ("MB", "GB"):
        if abs(value) >= 999.95:
            value, unit = value / 1000, larger
    return f"{value:.1f} {unit}"


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that is told stage, done and total: a bar on a terminal, a line now and then in a log."""
    if quiet:
        yield lambda stage, done, total: None
    elif sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        yield _log()


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done)

        yield tell


def _log() -> Callable[[str, int, int], None]:
    last = time.monotonic()

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _LOG_INTERVAL:
            last = time.monotonic()
            click.echo(f"{stage}: {done:,} of {total:,}", err=True)

    return tell
