"""What leaves the archive: it is whole, it is the same each time, and other programs can read it."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsgen import config, exports, load
from newsgen.build import build
from newsgen.errors import errors_in
from newsgen.exports import TABLES, Contents
from newsgen.exports.records import sound
from newsgen.load import Selection
from newsgen.model import Body
from newsgen.surveying import opened
from tests.sites import make, write
from tests.test_build import THREE
from tests.test_cli import run

ROOT = Path(__file__).parent.parent
# Beside three plain articles: corrections, links to everywhere, a translation, and all that is kept back.
SITE = (
    THREE
    + """
-- articles/2024/later.md --
---
title: What became of the “flood”
date: 2024-04-01 10:00 +0200
updated: 2024-04-02
authors: [Anna Berg, Weather desk]
series: After the flood
places: [Old town]
license: CC-BY-4.0
source: The county archive
source_url: https://county.example/
image: {src: dam.png, alt: A dam, caption: The dam, credit: Desk}
corrections:
  - {date: 2024-04-02, kind: correction, text: "The bridge is older."}
  - {date: 2024-04-03, kind: clarification, text: "By the river, that is."}
---
Of [the flood](flood.md), [its address](https://example.org/archive/2024/03/05/flood/#more), [the tags](/tags/),
[elsewhere](https://other.example/?a=1&b=2), [the note](#later), and the *Überschwemmung*.
-- articles/2024/dam.png --
no picture
-- articles/2024/german.md --
---
title: Die Flut
date: 2024-04-05
lang: de
translation_of: 2024/flood
tags: Rivers
---
Das Wasser.
-- articles/2024/removed.md --
---
title: Taken down
date: 2024-01-01
status: removed
summary: Secret summary.
reason: The court asked for it.
tags: Rivers
authors: Secret source
source: Secret paper
---
Secret words.
-- articles/2024/secret-name.md --
---
title: Secret headline
date: 2024-01-02
url: /2024/01/02/x/
status: redacted
tags: Secret tag
---
Secret words.
-- articles/2024/hidden.md --
---
title: Unlisted
date: 2024-01-03
status: hidden
tags: Unlisted tag
---
Unlisted words.
-- articles/2024/draft.md --
---
title: Unfinished
date: 2024-01-04
draft: true
---
Unfinished words.
-- articles/2024/gone-elsewhere.md --
---
title: Moved
date: 2024-01-05
redirect: https://other.example/
---
Moved words.
"""
)
SETTINGS = "title: The Test Record\nbase_url: https://example.org/archive\nsearch: false\ntaxonomies: {places: {}}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make(tmp_path / "site", SITE, SETTINGS)


def quiet(done: int, total: int) -> None:
    pass


@contextmanager
def contents_of(root: Path, *, drafts: bool = False, hidden: bool = False) -> Iterator[Contents]:
    with opened(root, Selection(drafts=drafts)) as found:
        assert not found.errors
        yield Contents.of(found.archive, found.renderer.html, includes_hidden=hidden)


def database_of(root: Path, place: Path, **options: bool) -> Path:
    with contents_of(root, **options) as contents:
        exports.write_database(contents, place, quiet)
    return place


def query(place: Path, sql: str, *values: object) -> list[Any]:  # Any: whatever the query gives
    with closing(sqlite3.connect(place)) as base:
        return base.execute(sql, values).fetchall()


def lines_of(root: Path, **options: bool) -> list[dict[str, Any]]:
    with contents_of(root, **options) as contents:
        return [json.loads(line) for line in exports.lines_of(contents, quiet)]


def tables_of(root: Path, folder: Path, **options: bool) -> dict[str, list[dict[str, str]]]:
    with contents_of(root, **options) as contents:
        exports.write_tables(contents, folder, quiet)
    found = {}
    for name in TABLES:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found[name] = list(csv.DictReader(file))
    return found


# The database


def test_the_database_is_sound_and_its_search_finds_words(site: Path, tmp_path: Path) -> None:
    place = database_of(site, tmp_path / "a.db")
    assert query(place, "PRAGMA integrity_check") == [("ok",)]
    assert query(place, "PRAGMA foreign_key_check") == []
    query(place, "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    find = (
        "SELECT articles.title FROM articles_fts JOIN articles ON articles.number = articles_fts.rowid"
        " WHERE articles_fts MATCH ? ORDER BY articles.number"
    )
    assert query(place, find, "uberschwemmung") == [("What became of the “flood”",)]
    assert query(place, find, "title : fire") == [("Fire at the mill",)]
    assert query(place, find, "summary : rained") == [("Rain for a week",)]
    assert query(place, find, '"more rain"') == [("Rain for a week",)]
    assert query(place, find, "secret OR unlisted OR unfinished OR moved") == []


def test_datasette_opens_the_database_and_searches_it_at_once(site: Path, tmp_path: Path) -> None:
    datasette = import_module("datasette.app")  # slow to import, and needed here alone
    place = database_of(site, tmp_path / "archive.db")

    async def get(path: str) -> dict[str, Any]:
        server = datasette.Datasette([str(place)], settings={"num_sql_threads": 0})
        response = await server.client.get(path)
        assert response.status_code == 200
        found: dict[str, Any] = response.json()
        return found

    found = asyncio.run(get("/archive/articles.json?_search=mill&_shape=objects&_facet=year&_facet_array=tags"))
    assert [row["title"] for row in found["rows"]] == ["Fire at the mill"]
    every = asyncio.run(get("/archive/articles.json?_shape=objects&_facet_array=tags"))
    assert {(item["value"], item["count"]) for item in every["facet_results"]["tags"]["results"]} == {
        ("Rivers", 3), ("Town hall", 1),
    }  # fmt: skip
    tables = {table["name"]: table for table in asyncio.run(get("/archive.json"))["tables"]}
    assert tables["articles"]["fts_table"] == "articles_fts"


def test_the_tables_hold_the_archive(site: Path, tmp_path: Path) -> None:
    place = database_of(site, tmp_path / "a.db")
    number = "(SELECT number FROM articles WHERE title = 'What became of the “flood”')"
    assert query(place, f"SELECT date, year, month, day, updated, section FROM articles WHERE number = {number}") == [
        ("2024-04-01T10:00+02:00", 2024, 4, 1, "2024-04-02", None)
    ]
    assert query(place, "SELECT date, year, month, day FROM articles WHERE number = 1") == [("1987-05", 1987, 5, None)]
    assert query(
        place,
        "SELECT taxonomy, name FROM article_terms JOIN terms ON terms.number = term"
        f" WHERE article = {number} ORDER BY position",
    ) == [("authors", "Anna Berg"), ("authors", "Weather desk"), ("series", "After the flood"), ("places", "Old town")]
    assert query(
        place,
        "SELECT kind, links.url, articles.title FROM links LEFT JOIN articles ON articles.number = target"
        f" WHERE article = {number} ORDER BY position",
    ) == [
        ("article", "https://example.org/archive/2024/03/05/flood/", "Flood reaches the town"),
        ("article", "https://example.org/archive/2024/03/05/flood/#more", "Flood reaches the town"),
        ("site", "https://example.org/archive/tags/", None),
        ("external", "https://other.example/?a=1&b=2", None),
    ]
    assert query(place, "SELECT date, kind, text FROM corrections ORDER BY number") == [
        ("2024-04-02", "correction", "The bridge is older."),
        ("2024-04-03", "clarification", "By the river, that is."),
    ]
    assert query(
        place,
        "SELECT one.title, one.language, other.title FROM articles AS one JOIN articles AS other"
        " ON other.number = one.translation_of",
    ) == [("Die Flut", "de", "Flood reaches the town")]
    assert query(place, "SELECT image, image_alt FROM articles WHERE image IS NOT NULL") == [
        ("https://example.org/archive/2024/04/01/later/dam.png", "A dam")
    ]
    assert query(place, "SELECT articles FROM terms WHERE name = 'Rivers'") == [(3,)]
    about = dict(query(place, "SELECT name, value FROM about"))
    assert (about["title"], about["articles"], about["schema_version"]) == ("The Test Record", "7", "1")
    assert query(place, "PRAGMA user_version") == [(1,)]


def test_an_archive_without_blanks_between_words_is_searched_by_characters(tmp_path: Path) -> None:
    root = make(
        tmp_path / "site",
        "-- articles/a.md --\n---\ntitle: 新しい橋\ndate: 2024\n---\n町の新しい橋が開通した。\n",
        "title: T\nlanguage: ja\n",
    )
    place = database_of(root, tmp_path / "a.db")
    assert query(place, "SELECT rowid FROM articles_fts WHERE articles_fts MATCH '橋が開通'") == [(1,)]


def test_an_empty_archive_is_exported_as_well(tmp_path: Path) -> None:
    root = make(tmp_path / "site", "")
    assert query(database_of(root, tmp_path / "a.db"), "SELECT count(*) FROM articles") == [(0,)]
    assert lines_of(root) == []
    assert tables_of(root, tmp_path / "tables") == {name: [] for name in TABLES}


# The same each time


KINDS = {
    "sqlite": ("sqlite", "--out", "x"),
    "csv": ("csv", "--out", "x"),
    "ndjson": ("ndjson", "--out", "x"),
}


def bytes_below(place: Path) -> dict[str, bytes]:
    files = [place] if place.is_file() else sorted(place.iterdir())
    return {path.name: path.read_bytes() for path in files}


@pytest.mark.parametrize("arguments", KINDS.values(), ids=KINDS)
def test_the_same_archive_gives_the_same_bytes(site: Path, arguments: tuple[str, ...]) -> None:
    first = run("export", *arguments, cwd=site, PYTHONHASHSEED="1")
    assert first.returncode == 0, first.stderr
    before = bytes_below(site / "x")
    build(site)  # from here on, texts come from what the build remembers
    again = run("export", *arguments, "--force", cwd=site, PYTHONHASHSEED="2", TZ="Asia/Tokyo", LC_ALL="C")
    assert again.returncode == 0, again.stderr
    assert bytes_below(site / "x") == before
    assert "7 articles: x" in again.stderr
    assert again.stdout == ""


def test_an_export_changes_nothing_in_the_site_and_its_cache(site: Path, tmp_path: Path) -> None:
    build(site)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    database_of(site, tmp_path / "a.db")
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_a_text_that_was_edited_since_the_build_is_exported_as_it_is_now(site: Path) -> None:
    build(site)
    write(site, "articles/1987/fire.md", "---\ntitle: Fire at the mill\ndate: 1987-05\n---\nSmoke.\n")
    assert lines_of(site)[0]["text"] == "Smoke."


# What is left out


def test_of_what_was_taken_back_only_the_notice_is_exported(site: Path, tmp_path: Path) -> None:
    lines = {line["url"]: line for line in lines_of(site)}
    removed = lines["https://example.org/archive/2024/01/01/removed/"]
    assert (removed["title"], removed["summary"], removed["date"]) == (
        "Taken down", "The court asked for it.", "2024-01-01",
    )  # fmt: skip
    redacted = lines["https://example.org/archive/2024/01/02/x/"]
    assert (redacted["title"], redacted["status"]) == (None, "redacted")
    for line in (removed, redacted):
        assert line["text"] is line["html"] is line["id"] is line["path"] is line["source"] is None
        assert line["tags"] == line["authors"] == []
    tables_of(site, tmp_path / "tables")
    database_of(site, tmp_path / "a.db")
    with contents_of(site) as contents:
        exports.write_lines(contents, tmp_path / "a.ndjson", quiet)
    for path in (tmp_path / "a.db", tmp_path / "a.ndjson", *(tmp_path / "tables").iterdir()):
        for word in (b"ecret", b"nlisted", b"nfinished", b"Moved"):
            assert word not in path.read_bytes(), (path.name, word)


def test_drafts_and_hidden_articles_are_exported_where_that_is_asked_for(site: Path) -> None:
    titles = [line["title"] for line in lines_of(site, drafts=True, hidden=True)]
    assert {"Unfinished", "Unlisted"} <= set(titles)
    assert "Moved" not in titles
    assert [line["status"] for line in lines_of(site, drafts=True) if line["title"] == "Unfinished"] == ["draft"]


def test_future_articles_are_held_back_as_in_a_build(site: Path) -> None:
    def titles(*arguments: str) -> list[str]:
        done = run("export", "ndjson", "--out", "-", *arguments, cwd=site)
        assert done.returncode == 0, done.stderr
        return [json.loads(line)["title"] for line in done.stdout.splitlines()]

    assert titles("--now", "2000-01-01") == ["Fire at the mill"]
    assert len(titles("--now", "2000-01-01", "--future")) == len(titles()) == 7


def test_a_site_with_mistakes_is_not_exported(site: Path) -> None:
    write(site, "articles/bad.md", "---\ntitle: Bad\ndate: 2024-13-01\n---\n")
    done = run("export", "sqlite", cwd=site)
    assert done.returncode == 1
    assert "articles/bad.md:3: '2024-13-01' is not a date" in done.stderr
    assert not (site / "archive.db").exists()


def test_two_articles_at_one_url_are_named(site: Path) -> None:
    write(site, "articles/other/fire.md", "---\ntitle: F\ndate: 1987-05\n---\n")
    with pytest.raises(ExceptionGroup) as raised, contents_of(site):
        pass
    messages = [str(error) for error in errors_in(raised.value)]
    assert "articles/other/fire.md: this article would stand at /1987/05/fire/" in messages[0]


# Lines and tables


def test_each_line_is_an_article_with_all_that_belongs_to_it(site: Path) -> None:
    line = next(line for line in lines_of(site) if line["id"] == "2024/later")
    assert [author["name"] for author in line["authors"]] == ["Anna Berg", "Weather desk"]
    assert line["authors"][1]["url"] == "https://example.org/archive/authors/weather-desk/"
    assert [item["name"] for item in line["series"]] == ["After the flood"]
    assert [item["slug"] for item in line["terms"]["places"]] == ["old-town"]
    assert line["corrections"][0] == {"date": "2024-04-02", "kind": "correction", "text": "The bridge is older."}
    assert line["links"][0]["article"] == "https://example.org/archive/2024/03/05/flood/"
    assert line["image"]["credit"] == "Desk"
    assert line["text"].startswith("Of the flood, its address, the tags, elsewhere, the note, and the")
    assert '<a href="https://example.org/archive/2024/03/05/flood/">the flood</a>' in line["html"]
    flood = next(line for line in lines_of(site) if line["id"] == "2024/flood")
    assert flood["section"]["name"] == "World"


def test_the_tables_say_what_the_database_says(site: Path, tmp_path: Path) -> None:
    place, tables = database_of(site, tmp_path / "a.db"), tables_of(site, tmp_path / "tables")
    for name, columns in TABLES.items():
        wanted = query(place, f"SELECT {', '.join(columns)} FROM {name} ORDER BY {columns[0]}, {columns[-1]}")
        for row, expected in zip(tables[name], wanted, strict=True):
            assert list(row) == [column for column in columns if (name, column) != ("articles", "html")]
            for column, value in zip(columns, expected, strict=True):
                if column == "html":
                    continue
                if name == "articles" and column in ("authors", "tags"):
                    assert row[column] == "; ".join(json.loads(value))
                else:
                    assert row[column] == ("" if value is None else str(value)), (name, column)


def test_one_table_goes_to_standard_output_or_to_a_file(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "newsgen", "export", "csv", "--table", "articles"],
        cwd=site, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.count(b"\r\n") == 8
    assert run("export", "csv", "--table", "articles", "--out", "a.csv", cwd=site).returncode == 0
    assert (site / "a.csv").read_bytes() == done.stdout


def test_a_site_without_an_address_is_exported_with_paths(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE, "title: T\n")
    line = lines_of(root)[-1]
    assert line["url"] == "/2024/03/05/flood/"
    assert line["links"] == [{"url": "/2024/03/04/rain/#later", "kind": "article", "article": "/2024/03/04/rain/"}]


def test_a_text_that_a_spreadsheet_would_run_stays_as_it_was_written(tmp_path: Path) -> None:
    titles = ["=1+1", "+49 30", "-5 degrees", "@desk", '=HYPERLINK("x","y")', 'a "b", c']
    files = "".join(
        f"-- articles/{number}.md --\n---\ntitle: {json.dumps(title)}\ndate: 2024-01-0{number}\n---\nText.\n"
        for number, title in enumerate(titles, 1)
    )
    root = make(tmp_path / "site", files)
    assert [row["title"] for row in tables_of(root, tmp_path / "tables")["articles"]] == titles


HOSTILE = "]]> </script> & \"q\" 'q' \x00 \x07 \x1b[31m \x85 😀 \u202e\u200f \u2028 \ufffe ; \r\n =1"


def quoted(text: str) -> str:
    """Return a text in YAML's double quotes, with an escape for all that is not plainly printed."""
    safe = (char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}" for char in text)
    return f'"{"".join(safe)}"'


def hostile_site(root: Path, text: str) -> Path:
    written = quoted(text)
    body = text.replace("\0", "")
    return make(
        root,
        f"-- articles/a.md --\n---\ntitle: {quoted('T ' + text)}\ndate: 0001\nsummary: {written}\n"
        f"tags: [{quoted('a' + text)}]\nauthors: [{quoted('b' + text)}]\nsource: {written}\n"
        f"corrections: [{{date: 9999-12-31, kind: update, text: {quoted('c' + text)}}}]\n---\n{body}\n",
    )


def test_hostile_texts_break_out_of_nothing(tmp_path: Path) -> None:
    root = hostile_site(tmp_path / "site", HOSTILE)
    place, tables = database_of(root, tmp_path / "a.db"), tables_of(root, tmp_path / "tables")
    [line], [row] = lines_of(root), tables["articles"]
    [(title, summary, source)] = query(place, "SELECT title, summary, source FROM articles")
    assert (title, summary, source) == (line["title"], line["summary"], line["source"])
    assert (title, summary, source) == (row["title"], row["summary"], row["source"])
    assert "]]> </script> & \"q\" 'q'" in title
    assert "😀" in title
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe]", title)
    assert query(place, "PRAGMA integrity_check") == [("ok",)]
    assert tables["corrections"][0]["date"] == line["corrections"][0]["date"] == "9999-12-31"
    assert line["date"] == "0001"
    done = subprocess.run(
        [sys.executable, "-m", "newsgen", "export", "ndjson", "--out", "-"], cwd=root, capture_output=True, check=True
    )
    assert len(done.stdout.decode().splitlines()) == 1


def test_half_a_character_is_refused_by_the_reader_and_would_break_nothing(tmp_path: Path) -> None:
    root = make(tmp_path / "site", '-- articles/a.md --\n---\ntitle: "\\ud800"\ndate: 2024\n---\n')
    done = run("export", "sqlite", cwd=root)
    assert (done.returncode, "articles/a.md:2" in done.stderr) == (1, True)
    assert sound("a\ud800\0b") == "a? b"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_can_be_exported(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    root = hostile_site(folder / "site", f"x{text}x")
    with opened(root) as found:
        if found.errors:
            return  # what cannot be an article
    [row] = tables_of(root, folder / "tables")["articles"]
    [line] = lines_of(root)
    assert query(database_of(root, folder / "a.db"), "SELECT title, text FROM articles") == [
        (line["title"], line["text"])
    ]
    assert (row["title"], row["text"]) == (line["title"], line["text"])


# Whole or not at all


def test_what_is_there_is_replaced_only_where_that_is_asked_for(site: Path) -> None:
    for arguments, name in (
        (("sqlite",), "archive.db"),
        (("ndjson",), "archive.ndjson"),
        (("csv", "--table", "links", "--out", "links.csv"), "links.csv"),
        (("csv",), "archive-csv/terms.csv"),
    ):
        write(site, name, "mine")
        done = run("export", *arguments, cwd=site)
        assert done.returncode == 1, name
        assert "--force" in done.stderr
        assert (site / name).read_bytes() == b"mine"
        assert run("export", *arguments, "--force", cwd=site).returncode == 0
        assert (site / name).read_bytes() != b"mine"


def test_files_of_others_in_a_folder_of_tables_stay(site: Path) -> None:
    write(site, "t/mine.txt", "mine")
    assert run("export", "csv", "--out", "t", cwd=site).returncode == 0
    assert sorted(path.name for path in (site / "t").iterdir()) == sorted([*(f"{n}.csv" for n in TABLES), "mine.txt"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sqlite", "--out", "-"), 2),
        (("csv", "--out", "-"), 2),
        (("csv", "--table", "odd"), 2),
        (("sqlite", "--out", "articles"), 1),
        (("ndjson", "--out", "articles"), 1),
        (("csv", "--out", "newsgen.yaml", "--force"), 1),
        (("sqlite", "--out", "newsgen.yaml/x"), 1),
        (("sqlite", "--out", "x" * 300), 1),
    ],
)
def test_a_place_that_cannot_be_written_is_said_in_a_line(site: Path, arguments: tuple[str, ...], code: int) -> None:
    before = (site / "newsgen.yaml").read_bytes()
    done = run("export", *arguments, cwd=site)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert (site / "newsgen.yaml").read_bytes() == before


class Stop(Exception):
    """An end in the middle."""


@pytest.mark.parametrize("kind", ["database", "tables", "table", "lines"])
def test_an_export_that_ends_in_the_middle_leaves_nothing(site: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    place = folder / "x"

    def stop(done: int, total: int) -> None:
        if done > 2:
            raise Stop

    def html(body: Body, link: Callable[[str], str]) -> str:
        if "german" in body.path:
            raise Stop
        return "<p>Text.</p>"

    with opened(site) as found:
        for progress, give in ((stop, found.renderer.html), (quiet, html)):
            contents = Contents.of(found.archive, give)
            with pytest.raises(Stop):
                if kind == "database":
                    exports.write_database(contents, place, progress)
                elif kind == "tables":
                    exports.write_tables(contents, place, progress)
                elif kind == "table":
                    exports.write_table(contents, "links", place, progress)
                else:
                    exports.write_lines(contents, place, progress)
            assert list(folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_export_leaves_the_former_file(tmp_path: Path, number: signal.Signals) -> None:
    files = "".join(
        f"-- articles/{n}.md --\n---\ntitle: No {n}\ndate: 2024-01-01\n---\n{'Some words of it. ' * 200}\n"
        for n in range(300)
    )
    root = make(tmp_path / "site", files)
    (tmp_path / "to").mkdir()
    place = write(tmp_path, "to/archive.db", "the former")
    process = subprocess.Popen(
        [sys.executable, "-m", "newsgen", "export", "sqlite", "--force", "--quiet", "--out", str(place)],
        cwd=root, stderr=subprocess.PIPE,
    )  # fmt: skip
    while process.poll() is None and len(os.listdir(tmp_path / "to")) < 2:
        pass
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert b"Traceback" not in told
    left = [name for name in os.listdir(tmp_path / "to") if name != "archive.db"]
    if process.returncode == 0:  # it was done before the signal came
        assert query(place, "SELECT count(*) FROM articles") == [(300,)]
    else:
        assert place.read_bytes() == b"the former"
    assert left == [] or number == signal.SIGKILL


@pytest.mark.parametrize("kind", ["sqlite", "csv", "ndjson"])
def test_a_disk_that_takes_no_more_is_said_and_nothing_is_left(site: Path, kind: str) -> None:
    write(site, "articles/2024/long.md", f"---\ntitle: Long\ndate: 2024\n---\n{'Many words. ' * 20_000}\n")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    (site / "to").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "newsgen", "export", kind, "--out", "to/x"],
        cwd=site, capture_output=True, text=True, check=False, preexec_fn=limit,
    )  # fmt: skip
    assert done.returncode == 1
    assert "to/x: " in done.stderr
    assert "nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((site / "to").iterdir()) == []


# Size


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    files = "".join(f"-- articles/{n}.md --\n---\ntitle: No {n}\ndate: 2024\n---\nText.\n" for n in range(2000))
    root = make(tmp_path / "site", files)
    archive = load.read(config.read(root), root).archive
    paragraph = "<p>" + "Some words of the text. " * 400 + "</p>"  # 10 kB, in all 20 MB
    contents = Contents.of(archive, lambda body, link: paragraph + f"<p>{body.path}</p>")
    tracemalloc.start()
    try:
        exports.write_tables(contents, tmp_path / "tables", quiet)
        exports.write_lines(contents, tmp_path / "a.ndjson", quiet)
        small = tracemalloc.get_traced_memory()[1]
        exports.write_database(contents, tmp_path / "a.db", quiet)
        large = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert small < 3_000_000
    assert large < 9_000_000


# The documentation


def test_the_schema_is_documented_and_no_other(site: Path, tmp_path: Path) -> None:
    place = database_of(site, tmp_path / "a.db")
    text = (ROOT / "docs/exports.md").read_text("utf-8")
    for table in ("about", *TABLES):
        part = text[text.index(f"### `{table}`") :]
        told = re.findall(r"^\| `(\w+)`", part[: part.index("\n##", 5)], re.MULTILINE)
        columns = [row[1] for row in query(place, f"PRAGMA table_info({table})")]
        if table == "about":
            columns = [row[0] for row in query(place, "SELECT name FROM about ORDER BY rowid")]
        assert told == columns
    part = text[text.index("## NDJSON") :]
    assert re.findall(r"^\| `(\w+)`", part[: part.index("\n## ", 5)], re.MULTILINE) == list(lines_of(site)[0])


def test_the_queries_in_the_documentation_run(site: Path, tmp_path: Path) -> None:
    place = database_of(site, tmp_path / "a.db")
    text = (ROOT / "docs/exports.md").read_text("utf-8")
    queries = re.findall(r"^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(queries) >= 5
    for sql in queries:
        query(place, sql)
