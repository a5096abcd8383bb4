"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import click

from newsgen.dates import Moment, Precision, load_zone, parse

__all__ = ["moment", "now_in", "now_instant", "site_option", "today"]

_Command = TypeVar("_Command", bound=Callable[..., object])

_SITE = click.option(
    "--site",
    "root",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder of the site; this folder if not given.",
)


def site_option(command: _Command) -> _Command:
    """Add the option --site, which the command receives as `root`."""
    return _SITE(command)


def moment(context: click.Context, parameter: click.Parameter, value: str | None) -> Moment | None:
    """Return the moment that an option names, in UTC where it names no zone."""
    if value is None:
        return None
    try:
        return parse(value, UTC)
    except ValueError as error:
        raise click.BadParameter(
            f"{error}; write it as 2024-12-01, 2024-12 or 2024, or as 2024-12-01T09:00:00+01:00"
        ) from None


def now_in(zone: str) -> Moment:
    """Return this minute in a time zone: the one place where newsgen reads the clock by itself."""
    local = datetime.now(load_zone(zone)).replace(second=0, microsecond=0)
    offset = local.utcoffset()
    return Moment(local.replace(tzinfo=None), round(offset.total_seconds() / 60) if offset else 0, Precision.SECOND)


def now_instant(value: str | None, option: str = "--now") -> int | None:
    """Return the time that an option or SOURCE_DATE_EPOCH gives, as `Moment.instant`; None where neither does.

    Only the word "now" reads the clock, because the user says so. SOURCE_DATE_EPOCH: reproducible-builds.org.
    """
    text = value or os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    try:
        if text == "now":
            instant = datetime.now(UTC)
        elif value is None:
            instant = datetime.fromtimestamp(int(text), UTC)
        else:
            return parse(text, UTC).instant
    except (ValueError, OverflowError, OSError):
        name = option if value else "SOURCE_DATE_EPOCH"
        raise click.BadParameter(f"{text!r} is not a time", param_hint=name) from None
    return Moment(instant.replace(tzinfo=None), 0, Precision.SECOND).instant


def today(now: int | None) -> str:
    """Return the day on which a command runs, for the ledger alone: that of `now`, else the clock's in UTC."""
    if now is None:
        return datetime.now(UTC).date().isoformat()
    return date.fromordinal(min(max(now // 86_400, 1), date.max.toordinal())).isoformat()
