"""Records -> a SQLite database with full-text search, the same bytes for the same records.

Tools that look for a full-text table, such as Datasette, know it by its `content`. What could differ from one run to
the next has no part in the file: no clock, no order of a set; rows go in by their numbers, and VACUUM lays the file
out anew. (Another version of SQLite may lay it out in another way.)
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from newsgen.errors import BuildError, Location, Problem
from newsgen.exports.records import Contents, Progress, sound
from newsgen.exports.rows import TABLES, Cell, Row, article_rows, term_rows
from newsgen.placing import placed_file
from newsgen.search import SEGMENTED
from newsgen.version import VERSION
from newsgen.workers import in_batches

__all__ = ["SCHEMA_VERSION", "write_database"]

# Grows when a table or a column changes its name or meaning, or goes.
SCHEMA_VERSION = 1
# Nothing has to outlive a crash before the file is whole; freed bytes are set to zero, so that none are left to chance.
_SETTINGS = (
    "page_size = 4096", "encoding = 'UTF-8'", "auto_vacuum = none", "journal_mode = off", "synchronous = off",
    "locking_mode = exclusive", "secure_delete = on", "cache_size = -16000", "foreign_keys = off",
    f"user_version = {SCHEMA_VERSION}",
)  # fmt: skip
_TABLES = """
CREATE TABLE about (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id TEXT UNIQUE,
    url TEXT NOT NULL UNIQUE,
    title TEXT,
    date TEXT NOT NULL,
    year INTEGER NOT NULL,
    month INTEGER,
    day INTEGER,
    updated TEXT,
    subtitle TEXT,
    kicker TEXT,
    label TEXT,
    section TEXT,
    summary TEXT,
    dateline TEXT,
    language TEXT,
    status TEXT NOT NULL,
    image TEXT,
    image_alt TEXT,
    image_caption TEXT,
    image_credit TEXT,
    image_license TEXT,
    source TEXT,
    source_url TEXT,
    canonical TEXT,
    license TEXT,
    rights TEXT,
    path TEXT,
    translation_of INTEGER REFERENCES articles (number),
    authors TEXT NOT NULL,
    tags TEXT NOT NULL,
    text TEXT,
    html TEXT
);
CREATE TABLE terms (
    number INTEGER PRIMARY KEY,
    taxonomy TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    url TEXT NOT NULL,
    articles INTEGER NOT NULL,
    UNIQUE (taxonomy, slug)
);
CREATE TABLE article_terms (
    article INTEGER NOT NULL REFERENCES articles (number),
    term INTEGER NOT NULL REFERENCES terms (number),
    position INTEGER NOT NULL,
    PRIMARY KEY (article, term)
);
CREATE TABLE links (
    number INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (number),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    target INTEGER REFERENCES articles (number)
);
CREATE TABLE corrections (
    number INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (number),
    position INTEGER NOT NULL,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
);
"""
# Datasette looks for the name of the table in double quotes.
_SEARCH = """
CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, summary, text, content="articles", content_rowid="number", tokenize="{tokenizer}"
);
"""
_INDEXES = """
CREATE INDEX articles_by_date ON articles (date);
CREATE INDEX articles_by_year ON articles (year);
CREATE INDEX articles_by_section ON articles (section);
CREATE INDEX articles_by_status ON articles (status);
CREATE INDEX article_terms_by_term ON article_terms (term, article);
CREATE INDEX links_by_article ON links (article);
CREATE INDEX links_by_target ON links (target);
CREATE INDEX links_by_url ON links (url);
CREATE INDEX corrections_by_article ON corrections (article);
"""
# Characters of text that are put in at a time.
_BATCH = 2_000_000

# Where in a row of the articles stands what the full-text table is given.
_SEARCHED = tuple(TABLES["articles"].index(name) for name in ("number", "title", "summary", "text"))


def write_database(contents: Contents, place: Path, progress: Progress, *, replaces: bool = False) -> None:
    """Write the database to `place`. Raises BuildError where that cannot be done; then `place` stays as it was."""
    with (
        placed_file(place, replaces=replaces) as path,
        _told(place),
        closing(sqlite3.connect(path, isolation_level=None)) as base,
    ):
        _fill(base, contents, progress)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Raise BuildError for what SQLite raises."""
    try:
        yield
    except sqlite3.Error as error:
        hint = "this Python's SQLite has no full-text search: use another" if "fts5" in str(error) else ""
        raise BuildError(Problem(f"the database cannot be written: {error}", Location(str(place)), hint)) from None


def _fill(base: sqlite3.Connection, contents: Contents, progress: Progress) -> None:
    for setting in _SETTINGS:
        base.execute(f"PRAGMA {setting}")
    base.execute("BEGIN")
    for statement in _statements(_TABLES + _SEARCH.format(tokenizer=_tokenizer(contents.site.language))):
        base.execute(statement)
    _put(base, "about", _about(contents))
    _put(base, "terms", list(term_rows(contents)))
    _put_articles(base, contents, progress)
    for statement in _statements(_INDEXES):
        base.execute(statement)
    base.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    base.execute("COMMIT")
    base.execute("VACUUM")


def _put_articles(base: sqlite3.Connection, contents: Contents, progress: Progress) -> None:
    done = 0
    for batch in in_batches(article_rows(contents), _cost, _BATCH):
        articles = [row for tables in batch for row in tables["articles"]]
        for name in TABLES:
            _put(base, name, [row for tables in batch for row in tables.get(name, ())])
        base.executemany(
            "INSERT INTO articles_fts (rowid, title, summary, text) VALUES (?, ?, ?, ?)",
            [tuple(row[place] for place in _SEARCHED) for row in articles],
        )
        done += len(batch)
        progress(done, len(contents.articles))


def _cost(tables: Mapping[str, Sequence[Row]]) -> int:
    """Return about how many characters the rows of an article hold."""
    return sum(1_000 + len(cell) for row in tables["articles"] for cell in row[-2:] if isinstance(cell, str))


def _put(base: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        signs = ", ".join("?" * len(rows[0]))
        values = [[_value(cell) for cell in row] for row in rows]
        base.executemany(f"INSERT INTO {table} VALUES ({signs})", values)  # noqa: S608  # the names are our own


def _value(cell: Cell) -> str | int | None:
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, tuple) else cell


def _about(contents: Contents) -> list[Row]:
    site = contents.site
    about = {
        "title": site.title,
        "subtitle": site.subtitle,
        "description": site.description,
        "base_url": site.base_url,
        "language": site.language,
        "publisher": site.publisher.name,
        "articles": str(len(contents.articles)),
        "newsgen_version": VERSION,
        "schema_version": str(SCHEMA_VERSION),
    }
    return [(name, sound(value)) for name, value in about.items()]


def _tokenizer(language: str) -> str:
    """Return how the words of a language are told apart: where no blanks stand between them, by three characters."""
    return "trigram" if language.casefold().partition("-")[0] in SEGMENTED else "unicode61 remove_diacritics 2"


def _statements(text: str) -> list[str]:
    return [statement.strip() for statement in text.split(";") if statement.strip()]
