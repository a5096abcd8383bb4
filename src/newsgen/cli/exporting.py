"""newsgen export."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import click

from newsgen import exports, surveying
from newsgen.cli.console import counted, progress
from newsgen.cli.options import now_instant, site_option
from newsgen.cli.workers import local, spare_the_collector
from newsgen.errors import printable, raise_all
from newsgen.exports import TABLES, Contents
from newsgen.load import Selection

__all__ = ["export"]

_Command = TypeVar("_Command", bound=Callable[..., object])
_STDOUT = Path("-")


@click.group()
def export() -> None:
    """Write the archive as a database, as tables or as JSON, for other programs to read."""


_SHARED = (
    site_option,
    click.option("--force", is_flag=True, help="Replace what is there already."),
    click.option("--drafts", is_flag=True, help="Export drafts as well."),
    click.option("--hidden", is_flag=True, help="Export hidden articles as well, which stand in no list."),
    click.option("--future", is_flag=True, help="Export articles dated later than --now as well."),
    click.option("--now", metavar="TIME", help="Hold back articles dated later: a time, or 'now' to read the clock."),
    click.option("--quiet", is_flag=True, help="Print problems only."),
)


def _shared(command: _Command) -> _Command:
    """Add the options that all kinds of export have."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


@export.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("archive.db"), help="The file; archive.db if not given."
)
@_shared
def sqlite(
    root: Path, out: Path, force: bool, drafts: bool, hidden: bool, future: bool, now: str | None, quiet: bool
) -> None:
    """Write a SQLite database with full-text search, as Datasette opens it."""
    if out == _STDOUT:
        raise click.BadParameter("a database cannot go to standard output: name a file", param_hint="--out")
    with _opened(root, Selection(drafts, future, now_instant(now)), hidden, quiet) as work:
        exports.write_database(work.contents, out, work.progress, replaces=force)
        work.say(out)


@export.command(name="csv")
@click.option("--out", type=click.Path(path_type=Path), help="The folder; archive-csv if not given.")
@click.option(
    "--table", type=click.Choice(tuple(TABLES)), help="Write this table alone: to --out, a file, or standard output."
)
@_shared
def csv_(
    root: Path,
    out: Path | None,
    table: str | None,
    force: bool,
    drafts: bool,
    hidden: bool,
    future: bool,
    now: str | None,
    quiet: bool,
) -> None:
    """Write a folder of CSV tables, or one of them."""
    if out == _STDOUT and not table:
        raise click.BadParameter("several tables cannot go to standard output: add --table", param_hint="--out")
    with _opened(root, Selection(drafts, future, now_instant(now)), hidden, quiet) as work:
        if table and out in (None, _STDOUT):
            _print(exports.table_of(work.contents, table, work.progress))
        elif table and out:
            exports.write_table(work.contents, table, out, work.progress, replaces=force)
            work.say(out)
        else:
            folder = out or Path("archive-csv")
            exports.write_tables(work.contents, folder, work.progress, replaces=force)
            work.say(folder)


@export.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("archive.ndjson"),
    help="The file; archive.ndjson if not given, - for standard output.",
)
@_shared
def ndjson(
    root: Path, out: Path, force: bool, drafts: bool, hidden: bool, future: bool, now: str | None, quiet: bool
) -> None:
    """Write newline-delimited JSON, one article a line."""
    with _opened(root, Selection(drafts, future, now_instant(now)), hidden, quiet) as work:
        if out == _STDOUT:
            _print(exports.lines_of(work.contents, work.progress))
        else:
            exports.write_lines(work.contents, out, work.progress, replaces=force)
            work.say(out)


class _Work(NamedTuple):
    """An export under way: what is exported, whom to tell how far it is, and how to say where it went."""

    contents: Contents
    progress: Callable[[int, int], None]
    say: Callable[[Path], None]


@contextmanager
def _opened(root: Path, selection: Selection, hidden: bool, quiet: bool) -> Iterator[_Work]:
    """Give what is to be exported. Raises ExceptionGroup of all that is wrong with the site."""
    start = time.perf_counter()
    spare_the_collector()
    said: list[str] = []
    with (
        progress(quiet=quiet) as tell,
        surveying.opened(root, selection, local(None), tell) as found,
    ):
        raise_all("the site has mistakes", found.errors)
        contents = Contents.of(found.archive, found.renderer.html, includes_hidden=hidden)

        def exported(done: int, total: int) -> None:
            tell("exporting", done, total)

        def say(place: Path) -> None:
            seconds = time.perf_counter() - start
            said.append(f"{counted(len(contents.articles), 'article')}: {printable(str(place))} ({seconds:.2f} s)")

        yield _Work(contents, exported, say)
    # The bar of the progress is gone by now.
    if not quiet:
        for line in said:
            click.echo(line, err=True)


def _print(lines: Iterable[str]) -> None:
    """Write lines to standard output as UTF-8, with the ends that they have."""
    stream = sys.stdout.buffer
    for line in lines:
        stream.write(line.encode())
    stream.flush()
