"""The list of what a build changed, for uploads and for the caches of a host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from newsgen.build import Report
from newsgen.errors import BuildError, Location, PartlyWrittenError, Problem
from newsgen.permalink import url_of
from newsgen.placing import placed_file
from newsgen.write import Change

__all__ = ["STDOUT", "check_place", "write_report"]

STDOUT = Path("-")
_TABLE = ".tsv"


def check_place(place: Path, output: Path) -> None:
    """Raise where a report could not be written: that has to be known before the build, which cannot be asked twice.

    UsageError where it would be published, or no plain file stands there; BuildError where the disk does not let it be.
    """
    if place == STDOUT:
        return
    if place.resolve().is_relative_to(output.resolve()):
        raise click.BadParameter(
            f"{str(place)!r} is in the output folder, and would be published: name another", param_hint="--report"
        )
    # A device or a pipe would be replaced by the report.
    if place.exists() and not place.is_file():
        raise click.BadParameter(
            f"{str(place)!r} is no plain file: name one, or - for standard output", param_hint="--report"
        )
    beside = place.absolute().with_name(f".{place.name}.try")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.touch()
        beside.unlink()
    except OSError as error:
        message = f"the report cannot be written: {error.strerror or error}"
        hint = "look at the owner and rights of its folder, or name another"
        raise BuildError(Problem(message, Location(str(place)), hint)) from None


def write_report(report: Report, place: Path) -> None:
    """Write what a build changed: lines between tabs to a file that ends in ".tsv", else JSON."""
    text = _lines(report) if place.suffix.lower() == _TABLE else json.dumps(_data(report), indent=2) + "\n"
    if place == STDOUT:
        click.echo(text, nl=False)
        return
    try:
        with placed_file(place, replaces=True) as beside:
            beside.write_text(text, "utf-8", newline="")
    except BuildError as error:
        hint = "the site was built: compare it with manifest-sha256.txt as it was before"
        raise PartlyWrittenError(error.problem._replace(hint=hint)) from None


def _data(report: Report) -> dict[str, object]:
    return {
        "base_url": report.base_url,
        "articles": report.articles,
        "files": report.planned,
        **{kind: list(_files(report, kind)) for kind in ("added", "changed", "removed")},
        "moved": [{"from": url, "to": target} for url, target in report.moved],
    }


def _files(report: Report, kind: str) -> Iterator[dict[str, str | int]]:
    for change in report.files:
        if change.kind == kind:
            url = url_of(change.path)
            address = {"address": f"{report.base_url}{url}"} if report.base_url else {}
            yield {"path": change.path, "url": url, **address, "size": change.size, "sha256": change.checksum.hex()}


def _lines(report: Report) -> str:
    return "".join("\t".join(_columns(change)) + "\n" for change in report.files)


def _columns(change: Change) -> tuple[str, ...]:
    return (change.kind, change.path, url_of(change.path), str(change.size), change.checksum.hex())
