"""newsgen pack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import click

from newsgen import build as building
from newsgen import packages, surveying
from newsgen.cli.console import counted, progress
from newsgen.cli.options import now_instant, site_option
from newsgen.cli.workers import local, spare_the_collector
from newsgen.errors import printable, raise_all

__all__ = ["pack"]

_Command = TypeVar("_Command", bound=Callable[..., object])
_WACZ = ".wacz"


@click.group()
def pack() -> None:
    """Put the archive into one package, for a library to keep: a bag (BagIt) or a web archive (WACZ)."""


_SHARED = (
    click.argument("dest", type=click.Path(path_type=Path)),
    site_option,
    click.option("--output", type=click.Path(path_type=Path), help="The folder built, if not that of the settings."),
    click.option("--force", is_flag=True, help="Replace the package that is there already."),
    click.option("--quiet", is_flag=True, help="Print problems only."),
)


def _shared(command: _Command) -> _Command:
    """Add the argument and the options that all kinds of package have."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


def _pair(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the names and values of an option that is given as NAME=VALUE, again and again."""
    parts = [value.partition("=") for value in values]
    if lost := [name for name, sign, _ in parts if not sign]:
        raise click.BadParameter(f"{lost[0]!r} has no value: write it as NAME=VALUE")
    pairs = tuple((name.strip(), value.strip()) for name, _, value in parts)
    try:
        packages.check_info(pairs)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return pairs


@pack.command()
@_shared
@click.option("--date", metavar="TIME", help="The day of bagging: a date, or 'now' to read the clock.")
@click.option("--info", metavar="NAME=VALUE", multiple=True, callback=_pair, help="A further field of bag-info.txt.")
def bagit(
    dest: Path,
    root: Path,
    output: Path | None,
    force: bool,
    quiet: bool,
    date: str | None,
    info: tuple[tuple[str, str], ...],
) -> None:
    """Write a bag (RFC 8493) to DEST, a folder or a file that ends with .zip.

    It holds the sources of the site and what was built of them, with checksums.
    """
    day = now_instant(date, "--date")
    with _opened(root, output, dest, quiet) as work:
        bagged = packages.write_bag(work.built, dest, work.progress, info=info, date=day, replaces=force)
        work.say(bagged.files)


@pack.command()
@_shared
@click.option("--date", metavar="TIME", help="The time that the pages are said to be of, or 'now' to read the clock.")
def wacz(dest: Path, root: Path, output: Path | None, force: bool, quiet: bool, date: str | None) -> None:
    """Write a web archive (WACZ 1.1.1) to DEST, a file that ends with .wacz.

    It holds every published page and file under its address, as a reader's browser is given it.
    """
    if dest.suffix != _WACZ:
        raise click.BadParameter(f"the name of a web archive ends with {_WACZ}", param_hint="DEST")
    moment = now_instant(date, "--date")
    with _opened(root, output, dest, quiet) as work:
        built = work.built
        moment = built.options.selection.now if moment is None else moment
        with surveying.opened(root, built.options.selection, built.options.workers, built.options.progress) as found:
            raise_all("the site has mistakes", found.errors)
            articles, html = found.archive.articles, found.renderer.html
            packages.write_wacz(built, articles, html, dest, work.progress, date=moment, replaces=force)
        work.say(len(built.outputs))


class _Work(NamedTuple):
    """A package under way: what it is made of, whom to tell how far it is, and how to say how many files it holds."""

    built: building.Built
    progress: Callable[[int, int], None]
    say: Callable[[int], None]


@contextmanager
def _opened(root: Path, output: Path | None, place: Path, quiet: bool) -> Iterator[_Work]:
    """Give what is to be packed. Raises BuildError where it is not built, or `place` is no place for a package."""
    start = time.perf_counter()
    spare_the_collector()
    said: list[str] = []
    with progress(quiet=quiet) as tell, building.built(root, output, local(None), tell) as built:
        packages.check_place(built, place)

        def packed(done: int, total: int) -> None:
            tell("packing", done, total)

        def say(files: int) -> None:
            seconds = time.perf_counter() - start
            if others := packages.count_of_others(built):
                name = f"{built.folder.name}/"
                said.append(f"note: {counted(others, 'file')} in {name} not written by newsgen: left out")
            said.append(f"{counted(files, 'file')}: {printable(str(place))} ({seconds:.2f} s)")

        yield _Work(built, packed, say)
    # The bar of the progress is gone by now.
    if not quiet:
        for line in said:
            click.echo(line, err=True)
