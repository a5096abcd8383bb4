"""newsgen plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from newsgen import build as building
from newsgen.cli.console import counted, in_bytes, problem_data, progress, show_problems
from newsgen.cli.options import now_instant, site_option, today
from newsgen.cli.pullrequest import markdown
from newsgen.cli.workers import local, spare_the_collector
from newsgen.errors import printable
from newsgen.load import Selection
from newsgen.preview import Comparison, Difference, Preview, Touched, preview

__all__ = ["plan"]

_SHOWN = 12


@click.command()
@site_option
@click.option("--output", type=click.Path(path_type=Path), help="The folder to compare with, as in 'newsgen build'.")
@click.option("--drafts", is_flag=True, help="Plan drafts as well.")
@click.option("--future", is_flag=True, help="Plan articles dated later than --now as well.")
@click.option("--now", metavar="TIME", help="Hold back articles dated later: a time, or 'now' to read the clock.")
@click.option("--jobs", type=click.IntRange(1, 256), help="How many processes work; as many as cores if not given.")
@click.option("--offline", is_flag=True, help="Name index.html in links, for reading from disk without a server.")
@click.option("--no-search", is_flag=True, help="Plan a site without the full-text search.")
@click.option("--index", is_flag=True, help="Make what changes of the search index as well, to tell its files.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option(
    "--diff", metavar="NAME", multiple=True, help="Show what differs in a page: its URL or source, '*' for any."
)
@click.option(
    "--unified",
    "by_words",
    flag_value=False,
    default=False,
    type=bool,
    help="Show lines that differ (so if not given).",
)
@click.option("--words", "by_words", flag_value=True, type=bool, help="Show words that differ.")
@click.option("--text", "as_text", is_flag=True, help="Compare what a reader sees, not the HTML.")
@click.option("--all", "shows_all", is_flag=True, help="Name every file, however many they are.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    help="How to print; text if not given.",
)
@click.option("--json", "form", flag_value="json", help="Print JSON.")
def plan(
    root: Path,
    output: Path | None,
    drafts: bool,
    future: bool,
    now: str | None,
    jobs: int | None,
    offline: bool,
    no_search: bool,
    index: bool,
    strict: bool,
    diff: Sequence[str],
    by_words: bool,
    as_text: bool,
    shows_all: bool,
    form: str,
) -> int:
    """Tell what the next build adds, changes, moves and removes, and write nothing."""
    spare_the_collector()
    with progress(quiet=form != "text") as tell:
        instant = now_instant(now)
        options = building.Options(
            selection=Selection(drafts, future, instant),
            today=today(instant),
            offline=offline,
            strict=strict,
            search=not no_search,
            indexes=None if index else 0,
            workers=local(jobs),
            progress=tell,
        )
        wanted = tuple(_named_from_here(root, name) for name in diff)
        found = preview(root, output, options, Comparison(wanted, by_words, as_text))
    if form == "json":
        click.echo(json.dumps(_data(found), indent=2, ensure_ascii=False))
    elif form == "markdown":
        click.echo(markdown(found), nl=False)
    else:
        _show(found, shows_all=shows_all)
    return 1 if found.errors else 0


def _named_from_here(root: Path, name: str) -> str:
    """Return what --diff names: a source file, given from the folder one stands in, as the site calls it."""
    full, home = Path(name).absolute(), root.absolute()
    return full.relative_to(home).as_posix() if full.is_file() and full.is_relative_to(home) else name


# As text


def _show(found: Preview, *, shows_all: bool) -> None:
    show_problems(found.warnings, kind="warning")
    for note in found.notes:
        click.echo(printable(f"note: {note}"), err=True)
    if found.errors:
        count = show_problems(found.errors)
        click.echo(f"{counted(count, 'error')}: the build would fail, and write nothing", err=True)
        return
    done = f"{counted(found.articles, 'article')}, {counted(found.planned, 'file')}"
    parts = [
        f"{len(paths):,} {name}"
        for name, paths in (
            ("new", found.changes.added),
            ("changed", found.changes.changed),
            ("removed", found.changes.removed),
        )
        if paths
    ]
    click.echo(f"{done}: {', '.join(parts) or 'nothing to write'}; {_growth(found)}")
    for line in _lines(found, _SHOWN if not shows_all else None):
        click.echo(printable(line))
    for difference in found.differences:
        click.echo("")
        click.echo(printable(_heading(difference)))
        for line in difference.lines:
            click.echo("\t".join(printable(part) for part in line.split("\t")))


def _growth(found: Preview) -> str:
    change = found.after - found.before
    return f"{in_bytes(found.after)} in all" + (f" ({change:+,} B)" if change else "")


def _lines(found: Preview, most: int | None) -> Iterator[str]:
    """Yield what is moved, removed, added, changed; of each group `most` files, None for all."""
    if found.moves:
        yield f"moved: {len(found.moves):,}"
        for move in found.moves[:most]:
            yield f"  {move.url} -> {move.target}"
        yield from _rest(len(found.moves), most, "  ")
    for change in ("removed", "added", "changed"):
        groups = found.of(change)
        if groups:
            yield f"{change}: {sum(map(len, groups.values())):,}"
        for group, items in groups.items():
            yield f"  {group}: {len(items):,}"
            for item in items[:most]:
                yield f"    {item.url}  {_size(item)}"
            yield from _rest(len(items), most, "    ")
    if found.index:
        yield f"search index: {counted(len(found.index), 'part')} to be made (--index tells the files)"
        for part in found.index[:most]:
            yield f"  {part.url}  {counted(part.documents, 'article')}{', new' if part.is_new else ''}"
        yield from _rest(len(found.index), most, "  ")


def _rest(count: int, most: int | None, indent: str) -> Iterator[str]:
    if most is not None and count > most:
        yield f"{indent}and {count - most:,} more (--all names them)"


def _size(item: Touched) -> str:
    if item.change == "changed":
        return f"{in_bytes(item.after)} ({item.after - item.before:+,} B)"
    return in_bytes(item.after or item.before)


def _heading(difference: Difference) -> str:
    place = f"{difference.was} -> {difference.url}" if difference.was else difference.url
    return f"--- {place}: {difference.note or difference.change}"


# As JSON


def _data(found: Preview) -> dict[str, object]:
    return {
        "fails": bool(found.errors),
        "base_url": found.base_url,
        "articles": found.articles,
        "files": found.planned,
        "size": {"before": found.before, "after": found.after},
        "counts": {
            change: {group: len(items) for group, items in found.of(change).items()}
            for change in ("added", "changed", "removed")
        },
        "moved": [{"from": move.url, "to": move.target, "title": move.title} for move in found.moves],
        **{
            change: [_touched_data(item) for items in found.of(change).values() for item in items]
            for change in ("added", "changed", "removed")
        },
        "search": [
            {"url": part.url, "language": part.language, "articles": part.documents, "new": part.is_new}
            for part in found.index
        ],
        "differences": [
            {"url": item.url, "was": item.was, "change": item.change, "note": item.note, "lines": list(item.lines)}
            for item in found.differences
        ],
        "warnings": [problem_data(problem) for problem in found.warnings],
        "errors": [problem_data(problem) for problem in found.errors],
        "notes": list(found.notes),
    }


def _touched_data(item: Touched) -> dict[str, str | int]:
    data: dict[str, str | int] = {"url": item.url, "path": item.path, "kind": item.group, "title": item.title}
    if item.change != "added":
        data["size_before"] = item.before
    if item.change != "removed":
        data["size"] = item.after
    return data
