"""newsgen build."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from pathlib import Path

import click

from newsgen import build as building
from newsgen import config
from newsgen.cli.console import counted, problem_data, progress, show_problems
from newsgen.cli.options import now_instant, site_option, today
from newsgen.cli.reporting import STDOUT, check_place, write_report
from newsgen.cli.workers import local, remote, spare_the_collector
from newsgen.errors import NewsgenError, errors_in
from newsgen.load import Selection

__all__ = ["build"]

_MOST_MOVES = 20


@click.command()
@site_option
@click.option("--output", type=click.Path(path_type=Path), help="The folder to write, instead of that of the settings.")
@click.option("--drafts", is_flag=True, help="Build drafts as well.")
@click.option("--future", is_flag=True, help="Build articles dated later than --now as well.")
@click.option("--now", metavar="TIME", help="Hold back articles dated later: a time, or 'now' to read the clock.")
@click.option("--full", is_flag=True, help="Render every page, whether it changed or not.")
@click.option("--jobs", type=click.IntRange(1, 256), help="How many processes work; as many as cores if not given.")
@click.option("--executor", metavar="ADDRESS", help="Render on a Dask cluster: dask://HOST:PORT of its scheduler.")
@click.option("--offline", is_flag=True, help="Name index.html in links, for reading from disk without a server.")
@click.option("--no-search", is_flag=True, help="Build without the full-text search.")
@click.option("--locked", is_flag=True, help="Treat it as an error if permalinks.lock would have to change.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--keep-going", is_flag=True, help="Build all that is sound in spite of errors.")
@click.option(
    "--report",
    "report_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the list of changed files: as JSON, as lines to FILE.tsv, - for standard output.",
)
@click.option("--quiet", is_flag=True, help="Print problems only.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def build(
    root: Path,
    output: Path | None,
    drafts: bool,
    future: bool,
    now: str | None,
    full: bool,
    jobs: int | None,
    executor: str | None,
    offline: bool,
    no_search: bool,
    locked: bool,
    strict: bool,
    keep_going: bool,
    report_file: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Bring the output folder up to date with the articles."""
    start = time.perf_counter()
    if as_json and report_file == STDOUT:
        raise click.UsageError("--json and --report - both write to standard output: name a file for the report")
    spare_the_collector()
    # The absolute path is the one that other machines know.
    root, output = (root.absolute(), output and output.absolute()) if executor else (root, output)
    workers = remote(executor) if executor else nullcontext(local(jobs))
    with workers as found, progress(quiet=quiet or as_json) as tell:
        instant = now_instant(now)
        options = building.Options(
            selection=Selection(drafts, future, instant),
            today=today(instant),
            locked=locked,
            offline=offline,
            full=full,
            strict=strict,
            keep_going=keep_going,
            search=not no_search,
            workers=found,
            progress=tell,
        )
        try:
            if report_file:
                check_place(report_file, building.output_folder(root, config.read(root), output))
            report = building.build(root, output, options)
        except (NewsgenError, ExceptionGroup) as group:
            errors = list(errors_in(group))
            if not as_json:
                raise
            click.echo(json.dumps({"errors": [problem_data(error.problem) for error in errors]}, indent=2))
            return 1
    if report_file:
        write_report(report, report_file)
    if as_json:
        click.echo(json.dumps(_report_data(report), indent=2))
    else:
        show_problems(report.warnings, kind="warning")
        show_problems(error.problem for error in report.errors)
        if not quiet:
            _show(report, time.perf_counter() - start, on_error=report_file == STDOUT)
    return 1 if report.errors else 0


def _show(report: building.Report, seconds: float, *, on_error: bool) -> None:
    """Say what was done; to standard error where the other stream has the report."""
    for note in report.notes:
        click.echo(f"note: {note}", err=True)
    _show_moves(report)
    changes = report.changes
    done = f"{counted(report.articles, 'article')}, {counted(report.planned, 'file')}"
    if not (changes.added or changes.changed or changes.removed):
        click.echo(f"{done}: nothing to write ({seconds:.2f} s)", err=on_error)
        return
    parts = [
        f"{len(paths):,} {name}"
        for name, paths in (("new", changes.added), ("changed", changes.changed), ("removed", changes.removed))
        if paths
    ]
    click.echo(f"{done}: {', '.join(parts)} ({seconds:.2f} s)", err=on_error)


def _show_moves(report: building.Report) -> None:
    """Say which addresses lead elsewhere since this build."""
    told = [
        *((*pair, "moved to") for pair in report.moved if pair not in report.emptied),
        *((*pair, "is empty, and leads to") for pair in report.emptied),
    ]
    for old, new, what in told[:_MOST_MOVES]:
        click.echo(f"{old} {what} {new}", err=True)
    if len(told) > _MOST_MOVES:
        click.echo(f"and {len(told) - _MOST_MOVES} more: 'newsgen urls --state redirect' lists all", err=True)


def _report_data(report: building.Report) -> dict[str, object]:
    return {
        "articles": report.articles,
        "files": report.planned,
        "rendered": list(report.rendered),
        "added": list(report.changes.added),
        "changed": list(report.changes.changed),
        "removed": list(report.changes.removed),
        "moved": [{"from": old, "to": new} for old, new in report.moved],
        "emptied": [{"from": old, "to": new} for old, new in report.emptied],
        "warnings": [problem_data(problem) for problem in report.warnings],
        "errors": [problem_data(error.problem) for error in report.errors],
        "notes": list(report.notes),
    }
