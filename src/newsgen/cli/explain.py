"""newsgen explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import click

from newsgen import load, surveying
from newsgen.cli.console import counted, show_problems
from newsgen.cli.options import site_option
from newsgen.errors import BuildError, Location, Problem, printable
from newsgen.load import Selection
from newsgen.markup import Converter
from newsgen.model import Page
from newsgen.permalink import output_path

__all__ = ["explain"]

_SHOWN_PAGES = 40


@click.command()
@site_option
@click.argument("file", type=click.Path(path_type=Path))
def explain(root: Path, file: Path) -> int:
    """Show where each field of an article came from, its URL, and the pages it appears on."""
    path = _relative(root, file)
    found = surveying.survey(root, Selection(drafts=True, future=True))
    own_errors = [
        error.problem for error in found.errors if error.problem.location and error.problem.location.path == path
    ]
    if own_errors:
        show_problems(own_errors)
        return 1
    urls = {item.path: item.url for item in found.archive.articles} | {
        item.path: item.url for item in found.archive.pages
    }
    urls |= {profile.content.path: term.url for term, profile in found.archive.profiles.items()}
    url = urls.get(path, "")
    if not url:
        hint = "name a Markdown file below articles/ or pages/"
        raise BuildError(Problem("this is not an article of the site", Location(path), hint))
    parsed = load.parse_file(root, path, load.dialect_of(found.site), Converter(found.site.markdown))
    click.echo(f"{printable(path)}\n")
    for origin in sorted(parsed.origins, key=lambda origin: (origin.line, origin.field)):
        where = origin.how or f"line {origin.line}, {origin.key!r}"
        click.echo(f"  {origin.field:<14} {printable(origin.value)[:80]}  ({printable(where)})")
    for name in sorted(parsed.fields.extra):
        click.echo(f"  {'extra.' + printable(name):<14} (not known to newsgen; templates find it in 'extra')")
    click.echo(f"\n  URL            {url}")
    click.echo(f"  file           {found.site.output}/{output_path(url)}\n")
    pages = sorted(page.url for page in found.plan.items if isinstance(page, Page) and _shows(page, url))
    click.echo(f"It appears on {counted(len(pages), 'page')}:")
    for page_url in pages[:_SHOWN_PAGES]:
        click.echo(f"  {page_url}")
    if len(pages) > _SHOWN_PAGES:
        click.echo(f"  and {len(pages) - _SHOWN_PAGES} more")
    return 0


def _relative(root: Path, file: Path) -> str:
    """Return a file's path from the site; it may be given from there, or from the folder one stands in."""
    for candidate in (file, root / file):
        full = candidate.absolute()
        if full.is_relative_to(root.absolute()) and full.is_file():
            return full.relative_to(root.absolute()).as_posix()
    raise BuildError(Problem("there is no such file in the site", Location(str(file)), "name a file below articles/"))


def _shows(page: Page, url: str) -> bool:
    return url in _urls(page.context)


def _urls(value: object) -> Iterator[str]:
    """Yield every URL of an article, entry or link in a context."""
    if isinstance(value, tuple):
        for item in value:
            yield from _urls(item)
    elif is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            if field.name == "url" and isinstance(inner, str):
                yield inner
            else:
                yield from _urls(inner)
