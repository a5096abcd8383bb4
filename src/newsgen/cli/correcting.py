"""newsgen correct."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from newsgen import config, dates, files, frontmatter, load
from newsgen.amendment import with_correction
from newsgen.cli.options import now_in, site_option
from newsgen.cli.writing import replace_file
from newsgen.dates import Moment, Precision
from newsgen.errors import BuildError, ContentError, Location, Problem, printable
from newsgen.frontmatter import Dialect, FrontMatter
from newsgen.load import ARTICLES, TEXT_ENDINGS
from newsgen.model import CORRECTION_KINDS, LISTED, TAKEN_BACK, Correction, Site
from newsgen.source import one_line, source_of

__all__ = ["correct"]


@click.command()
@site_option
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(CORRECTION_KINDS, case_sensitive=False),
    default=CORRECTION_KINDS[0],
    help="What kind of change it is; a correction if not given.",
)
@click.option("--text", required=True, help="What was changed; '-' reads it from standard input.")
@click.option("--date", metavar="DATE", help="When it was changed; today, in the site's time zone, if not given.")
def correct(root: Path, file: Path, kind: str, text: str, date: str | None) -> None:
    """Add a correction to an article."""
    site = config.read(root)
    dialect = load.dialect_of(site)
    said = one_line(_standard_input() if text == "-" else text)
    if not said:
        raise click.BadParameter("the text is empty: say what was changed", param_hint="--text")
    moment = _moment(date, dialect) if date is not None else _today(site)
    path = _article(root, file)
    try:
        data = files.read_bytes(root, path)
    except OSError as error:
        raise ContentError(files.unreadable(path, error)) from None
    correction = Correction(moment, kind, said)
    source_of(data, path)  # what is no text at all is told with its line
    result = with_correction(data.decode("utf-8"), path, correction, dialect).encode("utf-8")
    replace_file(root / path, data, result)
    fields = frontmatter.parse(source_of(result, path)[0], path, dialect, notes=False)
    count = len(fields.corrections)
    click.echo(f"{printable(path)}: added: {kind}, {moment.iso}" + (f" (the article has {count})" if count > 1 else ""))
    click.echo(_next(site, fields))


def _standard_input() -> str:
    data = sys.stdin.buffer.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.BadParameter("what standard input gives is not UTF-8", param_hint="--text") from None


def _moment(written: str, dialect: Dialect) -> Moment:
    """Return the moment that --date names, as an article's own dates are read: to the second and no finer."""
    try:
        return dates.parse(dates.parse(written, dialect.zone).iso, dialect.zone)
    except ValueError as error:
        message = f"{error}; write it as 2024-12-01, or as 2024-12-01T09:00:00+01:00"
        raise click.BadParameter(message, param_hint="--date") from None


def _today(site: Site) -> Moment:
    now = now_in(site.timezone)
    return dates.parse(Moment(now.local, now.offset, Precision.DAY).iso, dates.load_zone(site.timezone))


def _article(root: Path, file: Path) -> str:
    """Return the path of an article from the site; it may be given from there, or from the folder one stands in.

    Raises BuildError for whatever else it is: of all files, those are articles that a build reads as such.
    """
    folder = Path(os.path.normpath(root.absolute()))
    named = [Path(os.path.normpath(place.absolute())) for place in (file, root / file)]
    inside = [place.relative_to(folder).as_posix() for place in named if place.is_relative_to(folder)]
    walked = files.walk(root, ARTICLES)
    articles = {path for path in walked.files if path.lower().endswith(TEXT_ENDINGS)}
    found = next((path for path in inside if path in articles), "")
    if found and not load.taxonomy_of(found):
        return found
    shown = Location(found or next((path for path in inside if (root / path).exists()), str(file)))
    if found:
        raise BuildError(Problem("this is the profile of a term, and no article", shown, "name an article's file"))
    refused = next((item for item in walked.problems if item.location and item.location.path in inside), None)
    if refused:
        raise BuildError(refused)
    is_folder = any(place.is_dir() for place in named)
    reason = "this is a folder" if is_folder else "this is no article of the site"
    if not any(os.path.lexists(place) for place in named):
        reason = "there is no such file"
    raise BuildError(Problem(reason, shown, f"name a Markdown file below {ARTICLES}/"))


def _next(site: Site, fields: FrontMatter) -> str:
    """Return what is to be done now, and where the correction will stand."""
    if fields.status in TAKEN_BACK:
        return f"the article is {fields.status}: its notice shows no corrections"
    if fields.redirect:
        return "the article's page only sends on, and shows no corrections"
    places = "on the article's page"
    if fields.status in LISTED and site.has_corrections:
        places += ", at /corrections/" + (" and in the feeds" if site.has_feeds and site.base_url else "")
    drafts = " (of drafts: with --drafts)" if fields.status == "draft" else ""
    return f"next: 'newsgen build' shows it {places}{drafts}"
