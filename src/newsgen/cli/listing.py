"""newsgen list."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from newsgen import files, surveying
from newsgen.cli.console import show_problems
from newsgen.cli.options import moment, site_option
from newsgen.cli.workers import local, spare_the_collector
from newsgen.dates import Moment
from newsgen.errors import ContentError, did_you_mean, printable
from newsgen.load import Selection
from newsgen.model import STATUSES, Article, Site
from newsgen.permalink import fold
from newsgen.source import source_of

__all__ = ["list_articles"]

_COLUMNS = ("date", "title", "section", "authors", "tags", "status", "url", "path")
# What an article is sorted by that has none of it: it comes last.
_LAST = "\U0010ffff"
_SORTS: Mapping[str, Callable[[Article], Any]] = {  # Any: each has keys of its own kind
    "date": lambda article: 0,  # the order of the archive
    "updated": lambda article: (article.updated or article.date).sort_key,
    "title": lambda article: fold(article.title),
    "section": lambda article: fold(article.section.name) if article.section else _LAST,
    "author": lambda article: fold(article.authors[0].name) if article.authors else _LAST,
    "path": lambda article: article.path,
}
# The options that name a term, with the taxonomies that it is one of.
_OPTIONS = {"tag": "tags", "author": "authors", "section": "sections", "series": "series", "story": "stories"}

_Test = Callable[[Article], bool]
_Command = TypeVar("_Command", bound=Callable[..., object])


def _named_by(option: str, help_text: str) -> Callable[[_Command], _Command]:
    """Add an option that names terms, and may be given several times."""
    return click.option(f"--{option}", metavar="NAME", multiple=True, help=help_text)


@click.command(name="list")
@site_option
@click.argument("words", nargs=-1)
@click.option("--text", "in_texts", is_flag=True, help="Look for the words in the texts as well.")
@_named_by("tag", "Only articles with this tag.")
@_named_by("author", "Only articles by this author.")
@_named_by("section", "Only articles of this section.")
@_named_by("series", "Only articles of this series.")
@_named_by("story", "Only articles of this story.")
@click.option("--term", metavar="TAXONOMY=NAME", multiple=True, help="Only articles under this term of any taxonomy.")
@click.option("--status", type=click.Choice(STATUSES), help="Only articles of this status.")
@click.option(
    "--since", "--from", "since", metavar="DATE", callback=moment, help="Only articles of this date or later."
)
@click.option(
    "--until", "--to", "until", metavar="DATE", callback=moment, help="Only articles of this date or earlier."
)
@click.option("--sort", type=click.Choice(tuple(_SORTS)), default="date", help="What to sort by; date if not given.")
@click.option("--reverse", is_flag=True, help="Turn the order round: the newest first.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="No more than so many.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
def list_articles(
    root: Path,
    words: Sequence[str],
    in_texts: bool,
    tag: Sequence[str],
    author: Sequence[str],
    section: Sequence[str],
    series: Sequence[str],
    story: Sequence[str],
    term: Sequence[str],
    status: str | None,
    since: Moment | None,
    until: Moment | None,
    sort: str,
    reverse: bool,
    limit: int | None,
    form: str | None,
) -> int:
    """List the articles, drafts among them, oldest first; those with all of WORDS in their title or summary."""
    if in_texts and not words:
        raise click.UsageError("--text looks for words: name some, as in 'newsgen list --text flood'")
    spare_the_collector()
    with surveying.opened(root, Selection(drafts=True, future=True), local(None)) as found:
        archive = found.archive
        given = zip(_OPTIONS.values(), (tag, author, section, series, story), strict=True)
        wanted = [(taxonomy, name) for taxonomy, names in given for name in names]
        wanted += [_written_term(archive.site, text) for text in term]
        tests: list[_Test] = [_has(taxonomy, name) for taxonomy, name in wanted]
        if status:
            tests.append(lambda article: article.status == status)
        if since:
            tests.append(lambda article: article.date.local.date() >= since.local.date())
        if until:
            tests.append(lambda article: _starts_by(article.date, until))
        tests += [_says(word, root if in_texts else None) for word in words]
        chosen = [article for article in archive.articles if all(test(article) for test in tests)]
        _note_unknown_terms(archive.articles, wanted)
    chosen.sort(key=_SORTS[sort])
    if reverse:
        chosen.reverse()
    rows = [_row(article) for article in chosen[:limit]]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif form == "csv":
        click.echo(_csv(rows), nl=False)
    else:
        _show_table(rows)
    return 1 if show_problems(error.problem for error in found.errors) else 0


def _written_term(site: Site, text: str) -> tuple[str, str]:
    """Return the taxonomy and the name that --term gives. Raises UsageError for a taxonomy that there is not."""
    taxonomy, sign, name = (part.strip() for part in text.partition("="))
    if not sign or not name:
        raise click.BadParameter(
            f"{text!r} is no term: write it as TAXONOMY=NAME, as in tags=Rivers", param_hint="--term"
        )
    known = [item.name for item in site.taxonomies]
    taxonomy = _OPTIONS.get(taxonomy, taxonomy)
    if taxonomy not in known:
        hint = did_you_mean(taxonomy, known, f"there are {', '.join(known)}")
        raise click.BadParameter(f"{taxonomy!r} is no taxonomy of this site: {hint}", param_hint="--term")
    return taxonomy, name


def _has(taxonomy: str, name: str) -> _Test:
    """Return a test for articles under a term, which is given by any spelling of its name or by its slug."""
    folded = fold(name)
    return lambda article: any(
        term.slug == name or fold(term.name) == folded for term in article.all_terms if term.taxonomy == taxonomy
    )


def _note_unknown_terms(articles: Iterable[Article], wanted: Iterable[tuple[str, str]]) -> None:
    """Say of each name that is that of no term which one is nearest."""
    singular = {taxonomy: option for option, taxonomy in _OPTIONS.items()}
    for taxonomy, name in dict.fromkeys(wanted):
        terms = {term: fold(term.name) for item in articles for term in item.all_terms if term.taxonomy == taxonomy}
        folded = fold(name)
        if any(term.slug == name or known == folded for term, known in terms.items()):
            continue
        near = get_close_matches(folded, sorted(set(terms.values())), 1, 0.5)
        nearest = next((term.name for term, known in terms.items() if near and known == near[0]), "")
        kind = singular.get(taxonomy, f"term of {taxonomy!r}")
        hint = f": did you mean {nearest!r}?" if nearest else ""
        click.echo(printable(f"note: no article has the {kind} {name!r}{hint}"), err=True)


def _says(word: str, root: Path | None) -> _Test:
    """Return a test for articles with a word in their title or summary; in their text too, where `root` is given."""
    wanted = _plain(word)

    def says(article: Article) -> bool:
        if wanted in _plain(f"{article.title} {article.summary}"):
            return True
        return root is not None and wanted in _plain(_text_of(root, article))

    return says


def _plain(text: str) -> str:
    """Return a text less case and accents, with single blanks."""
    plain = text.casefold()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain.replace("’", "'"))
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.split())


def _text_of(root: Path, article: Article) -> str:
    """Return the Markdown of an article; "" where it went since the site was read."""
    try:
        source, _ = source_of(files.read_bytes(root, article.path), article.path)
    except (OSError, ContentError):
        return ""
    return source.body


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
