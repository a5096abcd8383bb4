"""Records -> the rows of five tables, as a database and a folder of CSV files hold them alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from newsgen.exports.records import VALUES, Contents, Record, sound
from newsgen.model import Term

__all__ = ["TABLES", "Cell", "Row", "article_rows", "term_rows"]

# The tables and their columns. Several names in one cell are a tuple: each form has its own way to write them.
TABLES: Mapping[str, tuple[str, ...]] = {
    "articles": ("number", *VALUES, "authors", "tags", "text", "html"),
    "terms": ("number", "taxonomy", "name", "slug", "url", "articles"),
    "article_terms": ("article", "term", "position"),
    "links": ("number", "article", "position", "kind", "url", "target"),
    "corrections": ("number", "article", "position", "date", "kind", "text"),
}

Cell: TypeAlias = str | int | tuple[str, ...] | None
Row: TypeAlias = tuple[Cell, ...]


def term_rows(contents: Contents) -> Iterator[Row]:
    """Yield the rows of the table of terms."""
    for number, (term, articles) in enumerate(contents.terms.items(), 1):
        yield (number, term.taxonomy, sound(term.name), term.slug, contents.url(term.url), articles)


def article_rows(contents: Contents) -> Iterator[dict[str, list[Row]]]:
    """Yield, for each article, its rows by their table. Raises ContentError as `Contents.records` does."""
    terms = {term: number for number, term in enumerate(contents.terms, 1)}
    links = corrections = 0
    for record in contents.records():
        yield _rows(record, terms, links, corrections)
        links += len(record.links)
        corrections += len(record.corrections)


def _rows(record: Record, terms: Mapping[Term, int], links: int, corrections: int) -> dict[str, list[Row]]:
    """Return the rows of an article; before it, there are so many `links` and `corrections`."""
    number = record.number
    values = (record.values[name] for name in VALUES)
    return {
        "articles": [(number, *values, record.names("authors"), record.names("tags"), record.text, record.html)],
        "article_terms": [(number, terms[term], position) for position, term in enumerate(record.terms, 1)],
        "links": [
            (links + position, number, position, link.kind, link.url, link.target)
            for position, link in enumerate(record.links, 1)
        ],
        "corrections": [
            (corrections + position, number, position, item.date.iso, item.kind, item.text)
            for position, item in enumerate(record.corrections, 1)
        ],
    }
