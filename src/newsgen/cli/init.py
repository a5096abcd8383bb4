"""newsgen init."""

from __future__ import annotations

from pathlib import Path

import click

from newsgen.cli.writing import write_new
from newsgen.config import FILE_NAME
from newsgen.errors import BuildError, Location, Problem
from newsgen.importers.text import front_matter

__all__ = ["init"]

# A fixed date: the same command gives the same bytes on any day.
_FIRST_DATE = "2026-01-01"
_WELCOME = """This is the first article of a new archive. It is a text file in `articles/`, and you are reading the page
that `newsgen build` made from it.

Write your own with `newsgen new "A headline"`, or put any Markdown file into `articles/`. The lines between the two
`---` say what it is: its title, its date, and whatever else is known, such as section, tags and authors.

## What to do next

1. Set the title and the address of the archive in `newsgen.yaml`.
2. Replace this article, and say who you are in `pages/about.md`.
3. Run `newsgen build`, and publish the folder `output/` on any web server.
"""
_ABOUT = """Say here who publishes this archive, since when, and how to reach you.
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--title", help="The title of the archive; the folder's name if not given.")
def init(folder: Path, title: str | None) -> None:
    """Make a new site, in this folder or in FOLDER, that builds at once."""
    if (folder / FILE_NAME).exists():
        hint = "edit it, or name another folder"
        raise BuildError(Problem("there is a site already", Location(str(folder / FILE_NAME)), hint))
    name = title or folder.absolute().name.replace("-", " ").replace("_", " ").strip().capitalize() or "News archive"
    settings = front_matter({"title": name}).replace("---\n", "")
    texts = {
        FILE_NAME: settings + "\n# Where it will be published; feeds and the sitemap need it.\n"
        "# base_url: https://example.org\n\nmenu:\n  Archive: /archive/\n  About: /about/\n",
        "articles/2026/welcome.md": front_matter(
            {
                "title": f"Welcome to {name}",
                "date": _FIRST_DATE,
                "section": "News",
                "tags": ["Archives"],
                "summary": "The first article of a new archive, and what to do next.",
            }
        )
        + "\n"
        + _WELCOME,
        "pages/about.md": front_matter({"title": "About"}) + "\n" + _ABOUT,
        ".gitignore": "output/\n.newsgen/\n",
        # Of two people who add articles, git keeps the lines of both.
        ".gitattributes": "permalinks.lock merge=union\n",
    }
    present = [path for path in texts if (folder / path).exists() and not path.startswith(".git")]
    if present:
        hint = "name an empty folder"
        raise BuildError(Problem("the file is there already", Location(str(folder / present[0])), hint))
    for path, text in texts.items():
        if not (folder / path).exists():
            write_new(folder / path, text)
    where = "" if folder == Path() else f"cd {folder} && "
    click.echo(f"A new site stands in {folder.absolute()}.")
    click.echo(f"Build it:  {where}newsgen build")
    click.echo(f"See it:    {where}newsgen serve")
