"""New article files: where they stand, and that none is ever written over another."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from newsgen import config
from newsgen.dates import Moment
from newsgen.errors import BuildError, Location, Problem
from newsgen.load import ARTICLES
from newsgen.permalink import check_slug, slug_of

__all__ = ["article_path", "comma_list", "replace_file", "require_site", "write_new"]

_LONGEST_NAME = 70


def require_site(root: Path) -> None:
    """Raise ConfigError where `root` is no site; mistakes in its settings are for the build to tell."""
    if not (root / config.FILE_NAME).is_file():
        config.read(root)


def article_path(root: Path, title: str, moment: Moment, slug: str = "") -> Path:
    """Return where a new article goes: articles/YEAR/SLUG.md, the slug made from its title unless it is given."""
    if slug:
        try:
            check_slug(slug)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--slug") from None
    stem = slug or _shortened(slug_of(title))
    if not stem:
        raise click.UsageError("no file name can be made from this title: give one with --slug")
    return root / ARTICLES / f"{moment.year:04}" / f"{stem}.md"


def _shortened(slug: str) -> str:
    """Return a slug cut between two words, so that a file name stays handy."""
    return slug if len(slug) <= _LONGEST_NAME else slug[: _LONGEST_NAME + 1].rpartition("-")[0] or slug[:_LONGEST_NAME]


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises BuildError where it is, or where it cannot be written."""
    shown = Location(str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        hint = "choose another title or --slug, or edit that file"
        raise BuildError(Problem("the file is there already", shown, hint)) from None
    except OSError as error:
        raise BuildError(Problem(f"cannot write: {error.strerror or error}", shown)) from None


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put `after` into a file in one step, with the permissions it has; whoever reads it gets the one or the other.

    Raises BuildError where the file does not hold `before` any more, or where it cannot be written.
    """
    shown = Location(str(path))
    beside = None
    try:
        # A name with a dot at its start is passed over by a build that reads the folder meanwhile.
        handle, name = tempfile.mkstemp(prefix=".newsgen-", dir=path.parent)
        beside = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, beside)
        if path.read_bytes() != before:
            hint = "save it there, and give the command again"
            raise BuildError(Problem("the file was changed by somebody else meanwhile", shown, hint))
        beside.replace(path)
    except OSError as error:
        raise BuildError(Problem(f"cannot write: {error.strerror or error}", shown)) from None
    finally:
        if beside:
            beside.unlink(missing_ok=True)


def comma_list(text: str | None) -> Iterable[str]:
    """Return the parts of an option such as --tags between commas."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]
