"""newsgen list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from newsgen import config, load
from newsgen.cli.console import show_problems
from newsgen.cli.options import moment, site_option
from newsgen.dates import Moment
from newsgen.errors import printable
from newsgen.load import Selection
from newsgen.model import Article, Term
from newsgen.permalink import fold

__all__ = ["list_articles"]

_COLUMNS = ("date", "title", "section", "authors", "tags", "status", "url", "path")


@click.command(name="list")
@site_option
@click.option("--tag", help="Only articles with this tag.")
@click.option("--author", help="Only articles by this author.")
@click.option("--section", help="Only articles of this section.")
@click.option("--status", help="Only articles of this status, such as draft.")
@click.option("--since", metavar="DATE", callback=moment, help="Only articles of this date or later.")
@click.option("--until", metavar="DATE", callback=moment, help="Only articles of this date or earlier.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
def list_articles(
    root: Path,
    tag: str | None,
    author: str | None,
    section: str | None,
    status: str | None,
    since: Moment | None,
    until: Moment | None,
    form: str | None,
) -> int:
    """List the articles, drafts among them, oldest first."""
    loaded = load.read(config.read(root), root, Selection(drafts=True, future=True))
    tests: list[Callable[[Article], bool]] = []
    if tag:
        tests.append(lambda article: _has(article.tags, tag))
    if author:
        tests.append(lambda article: _has(article.authors, author))
    if section:
        tests.append(lambda article: _has((article.section,) if article.section else (), section))
    if status:
        tests.append(lambda article: article.status == status)
    if since:
        tests.append(lambda article: article.date.local.date() >= since.local.date())
    if until:
        tests.append(lambda article: _starts_by(article.date, until))
    rows = [_row(article) for article in loaded.archive.articles if all(test(article) for test in tests)]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif form == "csv":
        click.echo(_csv(rows), nl=False)
    else:
        _show_table(rows)
    return 1 if show_problems(error.problem for error in loaded.errors) else 0


def _has(terms: Sequence[Term], name: str) -> bool:
    return any(term.slug == name or fold(term.name) == fold(name) for term in terms)


def _starts_by(date: Moment, end: Moment) -> bool:
    """Whether a date is not later than `end`, which stands for all of its year, month or day."""
    parts = [part for part in (end.year, end.month, end.day) if part is not None]
    return [date.local.year, date.local.month, date.local.day][: len(parts)] <= parts


def _row(article: Article) -> dict[str, str | list[str]]:
    return {
        "date": article.date.iso,
        "title": article.title,
        "section": article.section.name if article.section else "",
        "authors": [term.name for term in article.authors],
        "tags": [term.name for term in article.tags],
        "status": article.status,
        "url": article.url,
        "path": article.path,
    }


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _csv(rows: Sequence[dict[str, str | list[str]]]) -> str:
    """Return RFC 4180 lines, with a heading."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    writer.writerows([_text(row[column]) for column in _COLUMNS] for row in rows)
    return buffer.getvalue()


def _show_table(rows: Sequence[dict[str, str | list[str]]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("date", "title", "section", "path"):
        table.add_column(name, no_wrap=name == "date" or not console.is_terminal, overflow="fold")
    for row in rows:
        shown = [row["date"], row["title"], row["section"], row["path"]]
        table.add_row(*(Text(printable(_text(value))) for value in shown))
    if not console.is_terminal:
        console.width = max((sum(len(_text(row[name])) for name in row) for row in rows), default=80) + 80
    console.print(table)
