"""Records -> CSV tables: RFC 4180, UTF-8, a line of headings; the tables of the database, each a file.

What stands in a cell is what was written. A text that starts with "=", "+", "-" or "@" stays as it is: an archive that
changed its texts would not be one. Who opens a table in a spreadsheet imports its columns as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

from newsgen.exports.placing import placed_file, placed_folder
from newsgen.exports.records import VALUES, Contents, Progress, Record, sound
from newsgen.model import Term

__all__ = ["TABLES", "table_of", "write_table", "write_tables"]

TABLES: Mapping[str, tuple[str, ...]] = {
    "articles": ("number", *VALUES, "authors", "tags", "text"),
    "terms": ("number", "taxonomy", "name", "slug", "url", "articles"),
    "article_terms": ("article", "term", "position"),
    "links": ("number", "article", "position", "kind", "url", "target"),
    "corrections": ("number", "article", "position", "date", "kind", "text"),
}
# Between the names of several authors or tags in one cell.
_SEPARATOR = "; "

_Cells: TypeAlias = Iterable[str | int | None]


def write_tables(contents: Contents, folder: Path, progress: Progress, *, replaces: bool = False) -> None:
    """Write all tables into `folder`. Raises BuildError where that cannot be done; then all stays as it was."""
    names = [f"{name}.csv" for name in TABLES]
    with placed_folder(folder, names, replaces=replaces) as beside, ExitStack() as files:
        writers = {}
        for name in TABLES:
            file = files.enter_context((beside / f"{name}.csv").open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(file).writerow
        _write(contents, writers, progress)
        files.close()


def write_table(contents: Contents, name: str, place: Path, progress: Progress, *, replaces: bool = False) -> None:
    """Write one table to a file. Raises BuildError as `write_tables` does."""
    with placed_file(place, replaces=replaces) as path, path.open("w", encoding="utf-8", newline="") as file:
        _write(contents, {name: csv.writer(file).writerow}, progress)


def table_of(contents: Contents, name: str, progress: Progress) -> Iterator[str]:
    """Yield the lines of one table as text, the ends of lines with them."""
    buffer = io.StringIO(newline="")
    waiting: list[str] = []

    def write(cells: _Cells) -> None:
        csv.writer(buffer).writerow(list(cells))
        waiting.append(buffer.getvalue())
        buffer.seek(0)
        buffer.truncate()

    for _ in _written(contents, {name: write}, progress):
        yield from waiting
        waiting.clear()


def _write(contents: Contents, writers: Mapping[str, Callable[[_Cells], object]], progress: Progress) -> None:
    for _ in _written(contents, writers, progress):
        pass


def _written(
    contents: Contents, writers: Mapping[str, Callable[[_Cells], object]], progress: Progress
) -> Iterator[None]:
    """Write rows with `writers`, which are by the name of their table; yield after each article."""
    for name, write in writers.items():
        write(TABLES[name])
    numbers = {term: number for number, term in enumerate(contents.terms, 1)}
    if "terms" in writers:
        for term, articles in contents.terms.items():
            writers["terms"](
                (numbers[term], term.taxonomy, sound(term.name), term.slug, contents.url(term.url), articles)
            )
    yield
    counts = dict.fromkeys(TABLES, 0)
    for record in contents.records() if writers.keys() - {"terms"} else ():
        for table, cells in _rows(record, numbers, counts):
            if table in writers:
                writers[table](cells)
        progress(record.number, len(contents.articles))
        yield


def _rows(record: Record, terms: Mapping[Term, int], counts: dict[str, int]) -> Iterator[tuple[str, _Cells]]:
    """Yield the rows of an article, each with its table; `counts` are those of the rows before it."""
    values = (record.values[name] for name in VALUES)
    names = (_SEPARATOR.join(record.names(name)) for name in ("authors", "tags"))
    yield "articles", (record.number, *values, *names, record.text)
    for position, term in enumerate(record.terms, 1):
        yield "article_terms", (record.number, terms[term], position)
    for position, link in enumerate(record.links, 1):
        counts["links"] += 1
        yield "links", (counts["links"], record.number, position, link.kind, link.url, link.target)
    for position, item in enumerate(record.corrections, 1):
        counts["corrections"] += 1
        yield "corrections", (counts["corrections"], record.number, position, item.date, item.kind, item.text)
