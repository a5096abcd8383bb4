"""newsgen new."""

from __future__ import annotations

from pathlib import Path

import click

from newsgen import config
from newsgen.cli.options import moment as read_moment
from newsgen.cli.options import now_in, site_option
from newsgen.cli.writing import article_path, comma_list, write_new
from newsgen.dates import Moment
from newsgen.importers.text import front_matter

__all__ = ["new"]


@click.command()
@site_option
@click.argument("title")
@click.option("--date", metavar="DATE", callback=read_moment, help="The date of the article; now if not given.")
@click.option("--slug", help="The name of the file, and so of the URL; made from the title if not given.")
@click.option("--section", default="", help="The section it belongs to.")
@click.option("--tags", help="Its tags, with commas between.")
@click.option("--authors", help="Its authors, with commas between.")
@click.option("--draft", is_flag=True, help="Keep it off the site until the line 'draft' is removed.")
def new(
    root: Path,
    title: str,
    date: Moment | None,
    slug: str | None,
    section: str,
    tags: str | None,
    authors: str | None,
    draft: bool,
) -> None:
    """Make an article file with today's date."""
    site = config.read(root)
    if not title.strip():
        raise click.UsageError("the title is empty")
    moment = date or now_in(site.timezone)
    path = article_path(root, title, moment, slug or "")
    fields = {
        "title": title.strip(),
        "date": moment.iso.replace("T", " ", 1),
        "draft": "true" if draft else "",
        "section": section,
        "tags": comma_list(tags),
        "authors": comma_list(authors),
        "summary": "",
    }
    write_new(path, front_matter(fields) + "\n")
    click.echo(path)
