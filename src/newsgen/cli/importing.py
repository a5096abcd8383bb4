"""newsgen import."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from newsgen.cli.options import moment as read_moment
from newsgen.cli.options import site_option
from newsgen.cli.writing import article_path, comma_list, require_site, write_new
from newsgen.dates import Moment
from newsgen.errors import ContentError, Location, Problem
from newsgen.importers import text as text_importer

__all__ = ["import_"]


@click.group(name="import")
def import_() -> None:
    """Make articles from files of another kind."""


@import_.command(name="text")
@site_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--date", metavar="DATE", callback=read_moment, help="The date of the article. It must be given.")
@click.option("--title", help="Its headline; asked for on a terminal, else made from the first sentence.")
@click.option("--slug", help="The name of the file, and so of the URL; made from the title if not given.")
@click.option("--section", default="", help="The section it belongs to.")
@click.option("--tags", help="Its tags, with commas between.")
@click.option("--authors", help="Its authors, with commas between.")
@click.option("--source", default="", help="Where the text comes from.")
@click.option("--source-url", default="", help="The address of the source.")
@click.option("--encoding", default="utf-8-sig", show_default="utf-8", help="How the file is encoded.")
def text(
    root: Path,
    file: Path,
    date: Moment | None,
    title: str | None,
    slug: str | None,
    section: str,
    tags: str | None,
    authors: str | None,
    source: str,
    source_url: str,
    encoding: str,
) -> None:
    """Make an article from a plain text file, each paragraph of it a paragraph.

    A text without blank lines has one paragraph a line.
    """
    if date is None:
        raise click.UsageError("the article needs a date: give it with --date, for example --date 2024-11-08")
    require_site(root)
    content = _read(file, encoding)
    headline = title or _ask_headline(content)
    if not headline:
        raise ContentError(Problem("the file holds no text", Location(str(file)), "nothing was imported"))
    fields = {
        "title": headline,
        "date": date.iso.replace("T", " ", 1),
        "section": section,
        "tags": comma_list(tags),
        "authors": comma_list(authors),
        "source": source,
        "source_url": source_url,
    }
    path = article_path(root, headline, date, slug or "")
    write_new(path, text_importer.front_matter(fields) + "\n" + text_importer.to_markdown(content))
    click.echo(path)


def _read(file: Path, encoding: str) -> str:
    place = Location(str(file))
    try:
        return file.read_text(encoding).replace("\0", "")
    except LookupError:
        raise click.BadParameter(f"{encoding!r} is not an encoding", param_hint="--encoding") from None
    except UnicodeDecodeError as error:
        message = f"the text is not {encoding.removesuffix('-sig')}: {error.reason} at byte {error.start}"
        hint = "name its encoding, for example --encoding cp1252"
        raise ContentError(Problem(message, place, hint)) from None
    except OSError as error:
        raise ContentError(Problem(f"the file cannot be read: {error.strerror}", place)) from None


def _ask_headline(content: str) -> str:
    """Return a headline that was typed, or one made from the text, with a note that it was."""
    made = text_importer.headline(content)
    if made and sys.stdin.isatty() and sys.stderr.isatty():
        return str(click.prompt("Headline", default=made, err=True)).strip()
    if made:
        click.echo(f"note: the title was made from the first sentence: {made!r}; --title gives another", err=True)
    return made
