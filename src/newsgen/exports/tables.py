"""Records -> CSV tables: RFC 4180, UTF-8, a line of headings; the tables of the database, each a file.

What stands in a cell is what was written. A text that starts with "=", "+", "-" or "@" stays as it is: an archive that
changed its texts would not be one. Who opens a table in a spreadsheet imports its columns as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, TextIO

from newsgen.exports.records import Contents, Progress
from newsgen.exports.rows import TABLES, Cell, Row, article_rows, term_rows
from newsgen.placing import placed_file, placed_folder

__all__ = ["table_of", "write_table", "write_tables"]

# Between the names of several authors or tags in one cell.
_SEPARATOR = "; "
# A table is for reading and counting: markup in its cells would only be in the way.
_LEFT_OUT = ("articles", "html")


class _Writer(Protocol):
    def writerow(self, row: list[str | int | None], /) -> object: ...


def write_tables(contents: Contents, folder: Path, progress: Progress, *, replaces: bool = False) -> None:
    """Write all tables into `folder`. Raises BuildError where that cannot be done; then all stays as it was."""
    names = [f"{name}.csv" for name in TABLES]
    with placed_folder(folder, names, replaces=replaces) as beside, ExitStack() as opened:
        writers = {name: csv.writer(opened.enter_context(_open(beside / f"{name}.csv"))) for name in TABLES}
        for _ in _written(contents, writers, progress):
            pass


def write_table(contents: Contents, name: str, place: Path, progress: Progress, *, replaces: bool = False) -> None:
    """Write one table to a file. Raises BuildError as `write_tables` does."""
    with placed_file(place, replaces=replaces) as path, _open(path) as file:
        for _ in _written(contents, {name: csv.writer(file)}, progress):
            pass


def table_of(contents: Contents, name: str, progress: Progress) -> Iterator[str]:
    """Yield one table as text, part by part, the ends of lines with it."""
    buffer = io.StringIO(newline="")
    for _ in _written(contents, {name: csv.writer(buffer)}, progress):
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _open(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")


def _written(contents: Contents, writers: Mapping[str, _Writer], progress: Progress) -> Iterator[None]:
    """Write the rows of some tables with the writer of each; yield after the headings and after each article."""
    for name, writer in writers.items():
        writer.writerow([column for column in TABLES[name] if (name, column) != _LEFT_OUT])
    if "terms" in writers:
        for row in term_rows(contents):
            writers["terms"].writerow(_cells("terms", row))
    yield
    if not writers.keys() - {"terms"}:
        return
    for done, tables in enumerate(article_rows(contents), 1):
        for name, rows in tables.items():
            if name in writers:
                for row in rows:
                    writers[name].writerow(_cells(name, row))
        progress(done, len(contents.articles))
        yield


def _cells(table: str, row: Row) -> list[str | int | None]:
    cells = zip(TABLES[table], row, strict=True)
    return [_cell(cell) for column, cell in cells if (table, column) != _LEFT_OUT]


def _cell(cell: Cell) -> str | int | None:
    return _SEPARATOR.join(cell) if isinstance(cell, tuple) else cell
