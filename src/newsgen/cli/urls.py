"""newsgen urls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import click

from newsgen import build as building
from newsgen import ledger, settlement, surveying
from newsgen.cli.console import counted
from newsgen.cli.options import moment, site_option, today
from newsgen.cli.workers import local, spare_the_collector
from newsgen.config import read as read_settings
from newsgen.dates import Moment
from newsgen.errors import LedgerError, Location, Problem, printable, raise_all
from newsgen.ledger import GONE, LIVE, REDIRECT, Ledger, LedgerEntry
from newsgen.source import decode
from newsgen.write import site_lock

__all__ = ["urls"]

_Command = TypeVar("_Command", bound=Callable[..., object])
_STATES = (LIVE, REDIRECT, GONE)


@click.group(invoke_without_command=True)
@site_option
@click.option("--state", type=click.Choice(_STATES), help="Only addresses of this state.")
@click.option("--kind", metavar="KIND", help="Only those of this kind of page: article, term, file, ...")
@click.option("--match", "patterns", metavar="PATTERN", multiple=True, help="Only those of this pattern: '/2024/**'.")
@click.option("--lost", is_flag=True, help="Only those that the next build would lose.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def urls(
    context: click.Context,
    root: Path,
    state: str | None,
    kind: str | None,
    patterns: Sequence[str],
    lost: bool,
    as_json: bool,
) -> None:
    """List all addresses that the archive has published, or decide what becomes of some."""
    if context.invoked_subcommand:
        return
    spare_the_collector()
    site = read_settings(root)
    known = ledger.parse(ledger.read(root))
    chosen = set(settlement.matching(known, patterns, site.base_url)) if patterns else set(known.entries)
    if lost:
        chosen &= set(surveying.survey(root, workers=local(None)).plan.settled.lost)
    entries = [
        entry
        for entry in known.entries.values()
        if entry.url in chosen and state in (None, entry.state) and kind in (None, entry.kind)
    ]
    if as_json:
        click.echo(json.dumps([_data(entry) for entry in entries], indent=2, ensure_ascii=False))
    else:
        for entry in entries:
            click.echo(printable(_line(entry)))


def _data(entry: LedgerEntry) -> dict[str, str]:
    return {name: value for name, value in entry._asdict().items() if value}


def _line(entry: LedgerEntry) -> str:
    more = {REDIRECT: f"-> {entry.target}", GONE: f"{entry.on} {entry.reason}".strip()}.get(entry.state, "")
    return f"{entry.state:<8}  {entry.kind:<11}  {entry.seen:<10}  {entry.url}{'  ' + more if more else ''}"


_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")


def _deciding(command: _Command) -> _Command:
    """Add the options that all decisions have."""
    return site_option(_DRY_RUN(command))


@urls.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--file", "table", type=click.File("rb"), help="A file of lines OLD NEW; - for standard input.")
@_deciding
def redirect(root: Path, old: str | None, new: str | None, table: BinaryIO | None, dry_run: bool) -> None:
    """Let OLD lead to NEW: a path of the site, or an address elsewhere.

    OLD may be a pattern: what its stars stand for goes to the stars of NEW.
    """
    if table is None and not (old and new):
        raise click.UsageError("name OLD and NEW, or a file of such pairs with --file")
    with _desk(root, dry_run=dry_run) as desk:
        rows = [(old, new)] if old and new else []
        rows += list(settlement.pairs_in(decode(table.read(), table.name), table.name)) if table else []
        pairs = [pair for row in rows for pair in settlement.expanded(desk.ledger, *row, desk.base_url)]
        desk.now = settlement.redirected(desk.ledger, pairs, desk.standing)


@urls.command()
@click.argument("old", metavar="OLD...", nargs=-1)
@click.option("--lost", is_flag=True, help="All that the next build would lose.")
@click.option("--reason", default="", help="Why; readers are shown it.")
@click.option("--date", metavar="DATE", callback=moment, help="The day on which it went; today if not given.")
@click.option("--file", "table", type=click.File("rb"), help="A file of addresses, one a line.")
@_deciding
def retire(
    root: Path,
    old: Sequence[str],
    lost: bool,
    reason: str,
    date: Moment | None,
    table: BinaryIO | None,
    dry_run: bool,
) -> None:
    """Say of OLD that it is gone: a page with the date and the reason stands there, for good."""
    if not reason.strip():
        raise click.UsageError("say why, with --reason: readers who come by an old link are shown it")
    with _desk(root, dry_run=dry_run) as desk:
        on = date.local.date().isoformat() if date else today(None)
        desk.now = settlement.retired(desk.ledger, desk.chosen(old, table, lost=lost), on, reason, desk.standing)


@urls.command()
@click.argument("old", metavar="OLD...", nargs=-1)
@click.option("--lost", is_flag=True, help="All that the next build would lose.")
@click.option("--file", "table", type=click.File("rb"), help="A file of addresses, one a line.")
@_deciding
def forget(root: Path, old: Sequence[str], lost: bool, table: BinaryIO | None, dry_run: bool) -> None:
    """Take OLD out of the ledger: it was never public, and nothing will stand there."""
    with _desk(root, dry_run=dry_run) as desk:
        desk.now = settlement.forgotten(desk.ledger, desk.chosen(old, table, lost=lost), desk.standing)


@urls.command()
@click.argument("url", metavar="URL...", nargs=-1)
@click.option("--all", "takes_all", is_flag=True, help="All articles that changed in silence.")
@_deciding
def accept(root: Path, url: Sequence[str], takes_all: bool, dry_run: bool) -> None:
    """Take the text of an article for published as it is now: nobody has to be told of the change."""
    with _desk(root, dry_run=dry_run) as desk:
        chosen = set(desk.chosen(url, None, lost=False)) if url else set()
        if not (chosen or takes_all):
            raise click.UsageError("name addresses, or all with --all")
        desk.now = desk.ledger.with_entries(
            entry
            for known, entry in desk.survey.plan.settled.as_it_is.items()
            if known in desk.ledger.entries and (takes_all or known in chosen)
        )


@urls.command()
@_deciding
def sort(root: Path, dry_run: bool) -> None:
    """Bring the lines of permalinks.lock into their order, each once, as after a merge."""
    with site_lock(root / building.CACHE):
        data = ledger.read(root)
        if data is None:
            raise LedgerError(Problem("there is no ledger yet", Location(ledger.FILE_NAME), "run 'newsgen build'"))
        now = ledger.merged(data)
        if not dry_run and now.data != data:
            ledger.write(root, now.data, root / building.CACHE)
    click.echo(f"{counted(len(now.entries), 'address', 'addresses')}{'' if now.data != data else ': nothing to do'}")


@dataclass
class _Desk:
    """Where a decision is taken: what the ledger says, what the site would have, and what the ledger is to say."""

    ledger: Ledger
    survey: surveying.Survey
    now: Ledger

    @property
    def base_url(self) -> str:
        return self.survey.site.base_url

    @property
    def standing(self) -> frozenset[str]:
        """The addresses at which the site has something by itself."""
        settled = self.survey.plan.settled
        own = {item.url for item in settled.pages}
        return frozenset(item.url for item in self.survey.plan.items if item.url not in own)

    def chosen(self, patterns: Sequence[str], table: BinaryIO | None, *, lost: bool) -> Sequence[str]:
        """Return the addresses that are named in any way. Raises UsageError where none is."""
        lines = [line.strip() for line in decode(table.read(), table.name).splitlines()] if table else []
        named = [*patterns, *(line for line in lines if line and not line.startswith("#"))]
        found = settlement.matching(self.ledger, named, self.base_url)
        if lost:
            found = (*found, *(url for url in self.survey.plan.settled.lost if url not in found))
        if not (named or lost):
            raise click.UsageError("name an address, a pattern, a file with --file, or --lost")
        return found


@contextmanager
def _desk(root: Path, *, dry_run: bool) -> Iterator[_Desk]:
    """Give what a decision needs, and write down what was decided; no build may be under way meanwhile."""
    spare_the_collector()
    with site_lock(root / building.CACHE):
        data = ledger.read(root)
        if data is None:
            hint = "'newsgen build' begins it"
            raise LedgerError(Problem("there is no ledger yet", Location(ledger.FILE_NAME), hint))
        survey = surveying.survey(root, workers=local(None))
        if survey.site.permalinks.guard == "off":
            hint = "remove 'guard: off' from newsgen.yaml"
            raise LedgerError(Problem("this site keeps no ledger", Location(ledger.FILE_NAME), hint))
        # What cannot be read might be what is lost; what is lost, and redirects that lead nowhere, are decided here.
        raise_all("the site has mistakes", [error for error in survey.errors if not isinstance(error, LedgerError)])
        known = survey.archive.ledger
        desk = _Desk(known, survey, known)
        yield desk
        changed = [entry for url, entry in desk.now.entries.items() if known.entries.get(url) != entry]
        removed = [url for url in known.entries if url not in desk.now.entries]
        for entry in changed:
            click.echo(printable(_line(entry)))
        for url in removed:
            click.echo(f"forgotten: {url}")
        if (changed or removed) and not dry_run:
            ledger.write(root, desk.now.data, root / building.CACHE)
        count = counted(len(changed) + len(removed), "address", "addresses")
        click.echo(f"{count} {'would be ' if dry_run else ''}changed; 'newsgen build' does the rest", err=True)
