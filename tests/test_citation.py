"""Citations that reference managers read, articles and lists as JSON: valid whatever the texts, and made no more often
than they change."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from newsgen import data
from newsgen.build import build
from newsgen.citation import FORMATS, Citation, bibtex, csl_item, csl_json, key_of, ris
from newsgen.dates import Moment, Precision
from newsgen.errors import errors_in
from tests.sites import SETTINGS, make, snapshot, write

DAY = Moment(datetime(2024, 3, 5), 0, Precision.DAY)
MONTH = Moment(datetime(1987, 5, 1), 0, Precision.MONTH)
YEAR = Moment(datetime(1, 1, 1), 0, Precision.YEAR)
LAST = Moment(datetime(9999, 12, 31), 0, Precision.DAY)
FLOOD = Citation(
    "2024-03-05-flood", "Flood reaches the town", ("Jane Doe", "John Smith"), "The Record", DAY,
    "https://example.org/2024/03/05/flood/", "Record Press", "en", "World", ("Rivers", "Rain"),
)  # fmt: skip
HOSTILE = r"""a{b}}{ \ % & # _ ~ ^ $ " @x, ER  - and "and" 100% </script> ]]> 🎈""" + " \u200f\u0645\u0631"
SITE = """\
-- articles/flood.md --
---
title: Flood & rain
date: 2024-03-05
tags: [Rivers]
section: World
authors: [A. Writer, B. Writer]
summary: In short.
---
The river **rose**. See [rain](rain.md).
-- articles/rain.md --
---
title: A week of rain
date: 1987-05
tags: [Rivers]
authors: The Test Record
summary: It rained.
---
It rained.
-- articles/gone.md --
---
title: Gone
date: 2001-02-04
status: removed
---
Nothing.
"""
# As the pages that readers get; feeds and the search index have their own tests.
ALL = SETTINGS + "citation_files: [csl-json, ris, bibtex]\n"

texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=40).filter(str.strip)
moments = st.builds(
    lambda local, precision: Moment(local.replace(tzinfo=None), 0, precision),
    st.datetimes(),
    st.sampled_from(Precision),
)
citations = st.builds(
    Citation,
    key=st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True),
    title=texts,
    authors=st.lists(texts, max_size=3, unique=True).map(tuple),
    publication=texts,
    date=moments,
    url=st.sampled_from(["", "https://example.org/2024/a_b~%C3%A9/"]),
    publisher=st.just("") | texts,
    language=st.sampled_from(["", "en", "zh-Hant"]),
    section=st.just("") | texts,
    keywords=st.lists(texts, max_size=3).map(tuple),
)


def one_line(text: str) -> str:
    return " ".join(text.split())


# BibTeX, as pybtex reads it


_TEX = {
    "textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~",
    "textasciicircum": "^",
}  # fmt: skip


def untex(text: str) -> str:
    return re.sub(
        r"\\(?:(text[a-z]+)\{\}|([%&#_$]))|[{}]", lambda found: found[2] or _TEX.get(found[1] or "", ""), text
    )


def entry(text: str) -> Any:  # Any: pybtex has no types
    found = parse_string(text, "bibtex").entries
    assert len(found) == 1
    return next(iter(found.values()))


def test_bibtex_tells_what_there_is() -> None:
    read = entry(bibtex(FLOOD))
    assert (read.type, read.key) == ("article", "2024-03-05-flood")
    assert [str(person) for person in read.persons["author"]] == ["Doe, Jane", "Smith, John"]
    assert dict(read.fields) == {
        "title": "{Flood reaches the town}", "journal": "The Record", "publisher": "Record Press", "year": "2024",
        "month": "March", "day": "5", "url": "https://example.org/2024/03/05/flood/", "language": "en",
        "keywords": "Rivers, Rain",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [(DAY, ("2024", "March", "5")), (MONTH, ("1987", "May", None)), (YEAR, ("0001", None, None)),
     (LAST, ("9999", "December", "31"))],
)  # fmt: skip
def test_a_date_in_bibtex_is_as_precise_as_it_is_known(
    moment: Moment, wanted: tuple[str | None, str | None, str | None]
) -> None:
    fields = entry(bibtex(replace(FLOOD, date=moment))).fields
    assert tuple(fields.get(name) for name in ("year", "month", "day")) == wanted


@given(citations)
def test_any_text_in_bibtex_is_read_as_it_was(found: Citation) -> None:
    text = bibtex(found)
    read = entry(text)
    assert text.count("{") == text.count("}")
    assert untex(read.fields["title"]) == one_line(found.title)
    assert untex(read.fields["journal"]) == one_line(found.publication)
    assert len(read.persons.get("author", [])) == len(found.authors)
    assert read.fields.get("url", "") == found.url


def test_signs_of_tex_are_escaped() -> None:
    written = bibtex(replace(FLOOD, title=HOSTILE))
    assert untex(entry(written).fields["title"]) == one_line(HOSTILE)
    assert r"100\% </script> ]]> 🎈" in written


@pytest.mark.parametrize("name", ["The Record", "Doe, Jane", "Black and White", "others", "Record Press"])
def test_what_bibtex_would_take_apart_is_one_name(name: str) -> None:
    read = entry(bibtex(replace(FLOOD, authors=(name,))))
    assert [str(person) for person in read.persons["author"]] == [f"{{{name}}}"]


# RIS, as rispy reads it


def test_ris_tells_what_there_is() -> None:
    assert rispy.loads(ris(FLOOD)) == [
        {
            "type_of_reference": "NEWS", "title": "Flood reaches the town", "authors": ["Jane Doe", "John Smith"],
            "secondary_title": "The Record", "publisher": "Record Press", "year": "2024", "date": "2024/03/05/",
            "urls": ["https://example.org/2024/03/05/flood/"], "language": "en", "keywords": ["Rivers", "Rain"],
            "id": "2024-03-05-flood",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "wanted"), [(DAY, "2024/03/05/"), (MONTH, "1987/05//"), (YEAR, "0001///"), (LAST, "9999/12/31/")]
)
def test_a_date_in_ris_is_as_precise_as_it_is_known(moment: Moment, wanted: str) -> None:
    assert rispy.loads(ris(replace(FLOOD, date=moment)))[0]["date"] == wanted


@given(citations)
def test_every_line_of_ris_has_a_tag_whatever_the_text(found: Citation) -> None:
    written = ris(found)
    lines = written.split("\r\n")
    assert lines.pop() == ""
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert all(len(line.splitlines()) == 1 for line in lines)
    (read,) = rispy.loads(written)
    assert read["title"] == one_line(found.title)
    assert read.get("authors", []) == [one_line(name) for name in found.authors]


# CSL-JSON, by the rules of its schema

_CSL_TEXTS = {"id", "title", "container-title", "publisher", "section", "keyword", "language", "URL"}


def check_csl(items: object) -> None:
    """Hold CSL-JSON to the schema csl-data.json 1.0.2: names, types and values, as far as they are used here."""
    assert isinstance(items, list)
    for item in items:
        assert {"id", "type"} <= item.keys() <= _CSL_TEXTS | {"type", "author", "issued"}
        assert item["type"] == "article-newspaper"
        assert all(isinstance(item[name], str) for name in _CSL_TEXTS & item.keys())
        for name in item.get("author", []):
            assert name.keys() == {"literal"}
            assert isinstance(name["literal"], str)
        assert item["issued"].keys() == {"date-parts"}
        (parts,) = item["issued"]["date-parts"]
        assert 1 <= len(parts) <= 3
        assert all(type(part) is int for part in parts)


@given(citations)
def test_any_text_gives_csl_json_by_its_schema(found: Citation) -> None:
    items = json.loads(csl_json(found))
    check_csl(items)
    assert items[0]["title"] == found.title
    assert [name["literal"] for name in items[0].get("author", [])] == list(found.authors)


@pytest.mark.parametrize(
    ("moment", "parts"), [(DAY, [2024, 3, 5]), (MONTH, [1987, 5]), (YEAR, [1]), (LAST, [9999, 12, 31])]
)
def test_a_date_in_csl_json_is_as_precise_as_it_is_known(moment: Moment, parts: list[int]) -> None:
    assert csl_item(replace(FLOOD, date=moment))["issued"] == {"date-parts": [parts]}


@pytest.mark.parametrize(
    ("url", "key"),
    [("/2024/03/05/flood/", "2024-03-05-flood"), ("/flood.html", "flood-html"), ("/%C3%A9t%C3%A9/", "ete"),
     ("/", "article")],
)  # fmt: skip
def test_a_key_is_made_of_ascii(url: str, key: str) -> None:
    assert key_of(url) == key


# On a site


def read_json(place: Path) -> Any:  # Any: as JSON has it
    return json.loads(place.read_text("utf-8"))


def test_each_article_has_its_citation_beside_it(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, ALL)
    build(site)
    folder = site / "output/2024/03/05/flood"
    assert sorted(path.name for path in folder.iterdir()) == [
        "cite.bib", "cite.json", "cite.ris", "index.html", "index.json",
    ]  # fmt: skip
    assert entry((folder / "cite.bib").read_text()).fields["url"] == "https://example.org/archive/2024/03/05/flood/"
    assert rispy.loads((folder / "cite.ris").read_text())[0]["authors"] == ["A. Writer", "B. Writer"]
    check_csl(read_json(folder / "cite.json"))
    page = (folder / "index.html").read_text()
    assert (
        "“<bdi>Flood &amp; rain</bdi>”, <cite>The Test Record</cite>, 5 March 2024, <bdi>https://example.org/" in page
    )
    for form in FORMATS.values():
        assert (
            f'<a href="../../../../2024/03/05/flood/cite.{form.ending}" type="{form.media_type}">{form.title}</a>'
            in page
        )
    assert not (site / "output/2001/02/04/gone/index.json").exists()
    assert not list((site / "output/2001/02/04/gone").glob("cite.*"))


def test_an_article_as_json_tells_its_fields_and_its_text_twice(tmp_path: Path) -> None:
    site = make(tmp_path, SITE)
    build(site)
    root = "https://example.org/archive"
    found = read_json(site / "output/2024/03/05/flood/index.json")
    check_csl([found.pop("citation")])
    assert found == {
        "schema": "newsgen-article/1",
        "id": "flood",
        "url": f"{root}/2024/03/05/flood/",
        "title": "Flood & rain",
        "status": "published",
        "language": "en",
        "date": "2024-03-05",
        "authors": [
            {"name": "A. Writer", "url": f"{root}/authors/a-writer/"},
            {"name": "B. Writer", "url": f"{root}/authors/b-writer/"},
        ],
        "section": {"name": "World", "url": f"{root}/sections/world/"},
        "tags": [{"name": "Rivers", "url": f"{root}/tags/rivers/"}],
        "summary": "In short.",
        "text": "The river rose. See rain.",
        "html": f'<p>The river <strong>rose</strong>. See <a href="{root}/1987/05/rain/">rain</a>.</p>',
    }


def test_pages_link_to_their_data(tmp_path: Path) -> None:
    site = make(tmp_path, SITE)
    build(site)
    for path in ("2024/03/05/flood", "tags/rivers", "."):
        page = html5lib.parse((site / "output" / path / "index.html").read_text(), namespaceHTMLElements=False)
        (link,) = page.findall("head/link[@type='application/json']")
        assert link.get("rel") == "alternate"
        assert (site / "output" / path / link.get("href", "")).resolve().is_file()


def test_without_an_address_citations_have_none_and_data_has_paths(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, "title: T\nsearch: false\ncitation_files: [bibtex, ris, csl-json]\n")
    build(site)
    folder = site / "output/2024/03/05/flood"
    assert all("://" not in path.read_text() for path in folder.glob("cite.*"))
    found = read_json(folder / "index.json")
    assert found["url"] == "/2024/03/05/flood/"
    assert '<a href="/1987/05/rain/">' in found["html"]
    assert "<cite>T</cite>, 5 March 2024</dd>" in (folder / "index.html").read_text()


def test_each_part_can_be_turned_off(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS + "citations: false\ndata: false\n")
    build(site)
    found = snapshot(site / "output")
    assert not [path for path in found if path.endswith((".json", ".bib", ".ris")) and "feed" not in path]
    assert not [path for path, data in found.items() if b"Cite this" in data or b"application/json" in data]
    write(site, "newsgen.yaml", SETTINGS + "citation_files: []\ndata: false\n")
    build(site)
    assert b"Cite this" in (site / "output/1987/05/rain/index.html").read_bytes()
    assert not list((site / "output").rglob("cite.*"))


def test_a_form_of_citation_that_there_is_none_of_is_an_error(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS + "citation_files: [bibtext, word]\n")
    with pytest.raises(ExceptionGroup) as raised:
        build(site)
    assert [(error.problem.message, error.problem.hint) for error in errors_in(raised.value)] == [
        ("'bibtext' is not a form of citation", "did you mean 'bibtex'?"),
        ("'word' is not a form of citation", "there are bibtex, ris, csl-json"),
    ]


def test_editing_a_body_makes_its_page_its_data_and_feeds_and_no_citation(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, ALL)
    build(site)
    write(site, "articles/rain.md", (site / "articles/rain.md").read_text() + "\nAnd rained.\n")
    report = build(site)
    of_article = {url for url in report.rendered if not url.endswith((".xml", "feed.json"))}
    assert of_article == {"/1987/05/rain/", "/1987/05/rain/index.json"}
    assert read_json(site / "output/1987/05/rain/index.json")["text"] == "It rained. And rained."
    incremental = snapshot(site / "output")
    assert snapshot(rebuilt(site)) == incremental


def test_a_new_title_of_the_site_is_in_every_citation(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, ALL)
    build(site)
    write(site, "newsgen.yaml", ALL.replace("The Test Record", "Another"))
    build(site)
    assert snapshot(rebuilt(site)) == snapshot(site / "output")
    assert "T2  - Another" in (site / "output/1987/05/rain/cite.ris").read_text()


def test_a_new_foot_of_the_pages_makes_no_data_anew(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, ALL)
    build(site)
    write(site, "newsgen.yaml", ALL + "footer: Another\n")
    rendered = build(site).rendered
    assert not [url for url in rendered if url.endswith((".json", ".bib", ".ris")) and "feed" not in url]


def rebuilt(site: Path) -> Path:
    """Return a folder beside the output, into which the site was built from nothing."""
    out = site / "again"
    build(site, out)
    return out


def many(count: int) -> str:
    return "".join(
        f"-- articles/{number:03}.md --\n---\ntitle: No {number}\ndate: 2024-01-01\ntags: A\n---\nText.\n"
        for number in range(count)
    )


def lists(output: Path, folder: str) -> dict[str, list[str]]:
    return {
        path.name: [item["title"] for item in read_json(path)["items"]]
        for path in sorted((output / folder).glob("index*.json"))
    }


def test_long_lists_are_numbered_from_the_oldest_and_lead_from_part_to_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.plan.data._PART", 3)
    site = make(tmp_path, many(8))
    build(site)
    before = lists(site / "output", "tags/a")
    assert before == {"index-1.json": ["No 2", "No 1", "No 0"], "index.json": ["No 7", "No 6", "No 5", "No 4", "No 3"]}
    assert lists(site / "output", ".") == before
    newest = read_json(site / "output/tags/a/index.json")
    assert newest["older"] == "https://example.org/archive/tags/a/index-1.json"
    assert newest["url"] == "https://example.org/archive/tags/a/"
    assert "older" not in read_json(site / "output/tags/a/index-1.json")
    write(site, "articles/008.md", "---\ntitle: No 8\ndate: 2024-01-01\ntags: A\n---\nText.\n")
    made = {url for url in build(site).rendered if "index" in url and url.endswith(".json")}
    of_lists = {f"{folder}index{part}.json" for folder in ("/", "/tags/a/") for part in ("", "-2")}
    assert made == of_lists | {"/2024/01/01/008/index.json"}


def test_an_article_that_is_a_file_has_its_files_named_after_it(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, ALL + "permalink: /{year}/{slug}.html\n")
    build(site)
    assert sorted(path.name for path in (site / "output/1987").glob("rain*")) == [
        "rain-cite.bib", "rain-cite.json", "rain-cite.ris", "rain-index.json", "rain.html",
    ]  # fmt: skip


@pytest.mark.parametrize("date", ["0001", "1903-05", "9999-12-31"])
def test_hostile_texts_break_out_of_nothing(tmp_path: Path, date: str) -> None:
    # An escape for half a character is none in YAML, so that it is an error and comes no further.
    title = json.dumps(HOSTILE, ensure_ascii=False)[:-1] + r' \x07 \ufdd0 \ufeff"'
    site = make(
        tmp_path,
        f"-- articles/a.md --\n---\ntitle: {title}\ndate: {date}\ntags: [{title}]\nauthors: [{title}]\nslug: a\n"
        f"summary: {title}\n---\n]]> </script> & 🎈\n",
        ALL,
    )
    build(site)
    (page,) = (path for path in (site / "output").rglob("a/index.html") if path.parent.parent.name.isdigit())
    found = read_json(page.with_name("index.json"))
    assert found["title"].startswith(one_line(HOSTILE))
    assert found["text"] == "]]> & 🎈"
    check_csl(read_json(page.with_name("cite.json")))
    assert untex(entry(page.with_name("cite.bib").read_text()).fields["title"]).startswith(one_line(HOSTILE))
    (read,) = rispy.loads(page.with_name("cite.ris").read_text())
    assert read["year"] == date[:4]
    for path in page.parent.iterdir():
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0]", path.read_text("utf-8"))
    assert "<bdi>" in page.read_text()


@pytest.mark.parametrize(
    ("heading", "start"),
    [("An article", "class ArticleData"), ("A list", "class ListData"), ("An item of a list", "def _item(")],
)
def test_every_field_of_the_data_is_documented_and_no_other(heading: str, start: str) -> None:
    text = (Path(__file__).parent.parent / "docs/data.md").read_text()
    code = Path(data.__file__).read_text().split(start)[1].split("\n\n\n")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", text.split(f"\n## {heading}\n")[1].split("\n## ")[0], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(
        re.findall(r'^ {12}"(\w+)":', code, re.MULTILINE)
    )
