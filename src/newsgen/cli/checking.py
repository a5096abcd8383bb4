"""newsgen check."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from newsgen import check as checks
from newsgen.check import External, Finding, Found
from newsgen.cli.console import counted, problem_data, progress
from newsgen.cli.options import now_instant, site_option, today
from newsgen.cli.workers import local, spare_the_collector
from newsgen.errors import did_you_mean, printable
from newsgen.load import Selection
from newsgen.rules import RULES

__all__ = ["check"]

_NAMES = tuple(rule.name for rule in RULES)
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
# GitHub Actions, "Workflow commands": what stands for each level, and the signs that would end a part of a command.
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
# Hosts that are asked at a time.
_HOSTS = 4
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def _rules(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> frozenset[str]:
    names = [name.strip() for item in value for name in item.split(",") if name.strip()]
    for name in names:
        if name not in _NAMES:
            hint = did_you_mean(name, _NAMES, "'newsgen check --rules' lists them")
            raise click.BadParameter(f"{name!r} is not a rule; {hint}")
    return frozenset(names)


def _days(context: click.Context, parameter: click.Parameter, value: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,5})\s*([dw]?)", value.strip().lower())
    if not found:
        raise click.BadParameter(f"{value!r} is not a number of days; write it as 30d, or as 4w")
    return timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))


@click.command()
@site_option
@click.option("--only", metavar="RULE", multiple=True, callback=_rules, help="Hold the site to this rule alone.")
@click.option("--skip", metavar="RULE", multiple=True, callback=_rules, help="Leave this rule out.")
@click.option("--rules", "lists_rules", is_flag=True, help="List the rules, with the level of each on this site.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json", "github")), default="text", help="How to print; text."
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings as well.")
@click.option("--drafts", is_flag=True, help="Check drafts as well.")
@click.option("--future", is_flag=True, help="Check articles dated later than --now as well.")
@click.option("--now", metavar="TIME", help="Hold back articles dated later: a time, or 'now' to read the clock.")
@click.option("--external", is_flag=True, help="Ask the addresses elsewhere that the site links to.")
@click.option("--older-than", default="30d", callback=_days, help="Ask again what was asked so long ago; 30d.")
@click.option("--jobs", type=click.IntRange(1, 256), help="How many processes look; with --external, hosts at a time.")
@click.option("--quiet", is_flag=True, help="Print problems only.")
def check(
    root: Path,
    only: frozenset[str],
    skip: frozenset[str],
    lists_rules: bool,
    form: str,
    strict: bool,
    drafts: bool,
    future: bool,
    now: str | None,
    external: bool,
    older_than: timedelta,
    jobs: int | None,
    quiet: bool,
) -> int:
    """Find all that is wrong with the site, without building it."""
    if lists_rules:
        _show_rules(root, form)
        return 0
    start = time.perf_counter()
    spare_the_collector()
    with progress(quiet=quiet or form != "text") as tell:
        asking = External(root, datetime.now(UTC).date(), older_than, jobs or _HOSTS, progress=tell)
        instant = now_instant(now)
        options = checks.Options(
            selection=Selection(drafts, future, instant),
            today=today(instant),
            only=only,
            skip=skip,
            workers=local(jobs),
            progress=tell,
            ask=asking if external else None,
        )
        found = checks.check(root, options)
    _FORMS[form](root, found)
    for note in asking.notes:
        click.echo(f"note: {note}", err=True)
    counts = _counts(found.findings)
    if form == "text" and not quiet:
        click.echo(_summary(found, counts, time.perf_counter() - start), err=bool(found.findings))
    return 1 if counts["error"] or (strict and counts["warning"]) else 0


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    counts = dict.fromkeys(_COLOURS, 0)
    for finding in findings:
        counts[finding.level] += 1
    return counts


def _summary(found: Found, counts: Mapping[str, int], seconds: float) -> str:
    looked = f"{counted(found.articles, 'article')}, {counted(found.pages, 'page')}"
    told = ", ".join(counted(count, level) for level, count in counts.items() if count)
    return f"{looked}: {told or 'nothing wrong'} ({seconds:.2f} s)"


def _show_text(root: Path, found: Found) -> None:
    for rule, level, problem in found.findings:
        place = f"{problem.location}: " if problem.location else ""
        head = f"{place}{level}: {printable(problem.message)} [{rule}]"
        if "NO_COLOR" not in os.environ:
            head = click.style(head, fg=_COLOURS[level])
        click.echo(head + (f"\n    hint: {printable(problem.hint)}" if problem.hint else ""))


def _show_json(root: Path, found: Found) -> None:
    rows = [{"rule": rule, "level": level, **problem_data(problem)} for rule, level, problem in found.findings]
    data = {"articles": found.articles, "pages": found.pages, **_counts(found.findings), "problems": rows}
    click.echo(json.dumps(data, indent=2))


def _show_github(root: Path, found: Found) -> None:
    """Print a workflow command a problem; GitHub names files from the root of the repository, where it is run."""
    for rule, level, problem in found.findings:
        path, line = problem.location or ("", 0)
        given = {"file": _from_here(root / path) if path else "", "line": str(line or ""), "title": rule}
        shown = ",".join(f"{name}={_escaped(value, _IN_PROPERTY)}" for name, value in given.items() if value)
        message = problem.message + (f"\nhint: {problem.hint}" if problem.hint else "")
        click.echo(f"::{_COMMANDS[level]} {shown}::{_escaped(message, _IN_MESSAGE)}")


def _from_here(path: Path) -> str:
    """Return a path from the folder in which the command runs, where it is below it."""
    path, here = path.absolute(), Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _escaped(text: str, signs: Mapping[str, str]) -> str:
    return "".join(printable(char) if char not in signs else signs[char] for char in text)


_FORMS: Mapping[str, Callable[[Path, Found], None]] = {
    "text": _show_text,
    "json": _show_json,
    "github": _show_github,
}


def _show_rules(root: Path, form: str) -> None:
    """Print the rules with their levels: those of the site, or of a new one where there is no site."""
    from newsgen import config

    rules = config.read(root).rules if (root / config.FILE_NAME).exists() else RULES
    if form == "json":
        click.echo(
            json.dumps(
                [
                    {"rule": rule.name, "level": rule.level, "meaning": rule.meaning, "option": rule.option}
                    | ({rule.option: rule.number} if rule.option else {})
                    for rule in rules
                ],
                indent=2,
            )
        )
        return
    width = max(map(len, _NAMES))
    for rule in rules:
        number = f" ({rule.option}: {rule.number:,})" if rule.option else ""
        click.echo(f"{rule.name:<{width}}  {rule.level:<7}  {rule.meaning}{number}")
