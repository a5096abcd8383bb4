"""newsgen serve."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from newsgen import build as building
from newsgen import config
from newsgen.cli.console import counted, show_problems
from newsgen.cli.options import now_instant, site_option, today
from newsgen.errors import Problem
from newsgen.load import Selection
from newsgen.serve import serve as run

__all__ = ["serve"]


@click.command()
@site_option
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option("--drafts", is_flag=True, help="Show drafts as well.")
@click.option("--future", is_flag=True, help="Show articles dated later than --now as well.")
@click.option("--now", metavar="TIME", help="Hold back articles dated later: a time, or 'now' to read the clock.")
@click.option("--no-search", is_flag=True, help="Build without the full-text search.")
@click.option("--open", "opens", is_flag=True, help="Open the site in the browser.")
def serve(root: Path, port: int, drafts: bool, future: bool, now: str | None, no_search: bool, opens: bool) -> None:
    """Build, preview on this machine, and build again after every change."""
    out = building.output_folder(root, config.read(root), None)
    # No workers: processes that are forked beside the threads of the server could wait for locks of theirs for ever.
    instant = now_instant(now)
    options = building.Options(
        selection=Selection(drafts, future, instant), search=not no_search, today=today(instant), is_preview=True
    )

    def ready(address: str) -> None:
        click.echo(f"The site is at {address} (stop with Ctrl+C)")
        if opens:
            webbrowser.open(address)

    try:
        run(root, out, port, options, _tell, ready)
    except OSError as error:
        raise click.UsageError(f"port {port} cannot be used: {error.strerror}; name another with --port") from None


def _tell(report: building.Report | None, problems: tuple[Problem, ...]) -> None:
    if report is None:
        show_problems(problems)
        click.echo("The site has mistakes; the preview shows them until they are mended.", err=True)
        return
    show_problems(report.warnings, kind="warning")
    changes = report.changes
    written = len(changes.added) + len(changes.changed)
    click.echo(
        f"{counted(report.articles, 'article')}: {counted(written, 'file')} written, {len(changes.removed)} removed"
    )
