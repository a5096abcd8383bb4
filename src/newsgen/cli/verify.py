"""newsgen verify."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import click

from newsgen import build as building
from newsgen import config
from newsgen.address import read_address
from newsgen.cli.console import counted, progress
from newsgen.cli.options import site_option
from newsgen.errors import printable
from newsgen.permalink import is_web_address
from newsgen.verify import (
    KINDS,
    Finding,
    Manners,
    Outcome,
    Progress,
    manifest_of_file,
    manifest_of_folder,
    manifest_of_site,
    verify_folder,
    verify_live,
)
from newsgen.write import make_cache

__all__ = ["verify"]

_Tell = Callable[[str, int, int], None]


@click.command()
@site_option
@click.argument("where", required=False)
@click.option("--manifest", type=click.Path(path_type=Path), help="The checksums file, if not the one that is there.")
@click.option("--jobs", type=click.IntRange(1, 16), default=1, help="Connections at once to a site; 1 if not given.")
@click.option(
    "--delay", type=click.FloatRange(0, 3600), default=0.1, help="Seconds between two files; 0.1 if not given."
)
@click.option(
    "--timeout", type=click.FloatRange(0.1, 3600), default=30.0, help="Seconds to wait for an answer; 30 if not given."
)
@click.option("--resume", is_flag=True, help="Go on where the last look at this site was cut short.")
@click.option("--allow-extra", is_flag=True, help="Count files that newsgen does not know as no difference.")
@click.option("--quiet", is_flag=True, help="Print differences only.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def verify(
    root: Path,
    where: str | None,
    manifest: Path | None,
    jobs: int,
    delay: float,
    timeout: float,
    resume: bool,
    allow_extra: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Compare the output folder, a copy of it or a site on the web (WHERE) with the checksums of the build."""
    start = time.perf_counter()
    is_site = where is not None and is_web_address(where)
    if resume and not is_site:
        raise click.UsageError("--resume is for a site on the web: a folder is looked at in one go")
    with progress(quiet=quiet or as_json) as tell:
        if where is not None and is_site:
            outcome = _of_site(root, where, manifest, Manners(jobs, delay, timeout), resume, tell)
        else:
            folder = Path(where) if where else _output(root)
            found = manifest_of_file(manifest) if manifest else manifest_of_folder(folder)
            outcome = verify_folder(folder, found, lambda done, total: tell("verifying", done, total))
    wrong = [finding for finding in outcome.findings if not (allow_extra and finding.kind == "extra")]
    if as_json:
        click.echo(json.dumps(_data(outcome), indent=2))
    else:
        _show(outcome, time.perf_counter() - start, quiet=quiet)
    return 1 if wrong else 0


def _of_site(root: Path, where: str, manifest: Path | None, manners: Manners, resume: bool, tell: _Tell) -> Outcome:
    try:
        base = read_address(where)
    except ValueError as error:
        raise click.BadParameter("; ".join(map(str, error.args)), param_hint="WHERE") from None
    cache = make_cache(root / building.CACHE) if (root / config.FILE_NAME).is_file() else None
    if resume and cache is None:
        raise click.UsageError("--resume needs the folder of a site, which remembers: name it with --site")
    found = manifest_of_file(manifest) if manifest else manifest_of_site(base, manners)
    with Progress(cache, base, resumes=resume) as known:
        copy = _output(root) if cache else None
        outcome = verify_live(base, found, manners, known, copy, lambda done, total: tell("verifying", done, total))
        known.forget()
    return outcome


def _output(root: Path) -> Path:
    return building.output_folder(root, config.read(root), None)


def _show(outcome: Outcome, seconds: float, *, quiet: bool) -> None:
    for finding in outcome.findings:
        reason = f"  ({printable(finding.reason)})" if finding.reason else ""
        click.echo(f"{finding.kind:<8} {printable(finding.path)}{reason}")
    if quiet:
        return
    parts = [f"{outcome.count(kind):,} {kind}" for kind in KINDS if outcome.count(kind)]
    checked = counted(outcome.checked, "file")
    click.echo(f"{checked}: {', '.join(parts) or 'all as they were built'} ({seconds:.2f} s)")


def _data(outcome: Outcome) -> dict[str, object]:
    def told(finding: Finding) -> dict[str, str]:
        return {"path": printable(finding.path), "kind": finding.kind, "reason": printable(finding.reason)}

    return {
        "checked": outcome.checked,
        "not_shown_by_hosts": outcome.passed_over,
        **{kind: outcome.count(kind) for kind in KINDS},
        "findings": [told(finding) for finding in outcome.findings],
    }
