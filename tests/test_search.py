"""The search index: the same for the same texts, made again in small parts, and never out of step with the pages."""

from __future__ import annotations

import json
from datetime import datetime
from gzip import decompress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen import search
from newsgen.build import Options, Report, build
from newsgen.dates import Moment, Precision
from newsgen.errors import BuildError
from newsgen.model import Archive, Article, Body, Bundle, Entry, Site
from newsgen.plan.search import _bundles, _parts
from newsgen.search import Text, index_files
from tests.sites import make, snapshot, write
from tests.strategies import Edit, apply, edits

SETTINGS = "title: The Test Record\nbase_url: https://example.org/archive\n"
SITE = """\
-- articles/flood.md --
---
title: Flood reaches the town
date: 1987-05-14
tags: [Rivers, Town hall]
section: World
authors: A. Writer
---
The river rose by two metres.
-- articles/rain.md --
---
title: A week of rain
date: 1987-05
tags: [Rivers]
section: Weather
authors: [B. Writer, A. Writer]
---
It rained without end.
-- articles/pluie.md --
---
title: Une semaine de pluie
date: 2001-02-03
lang: fr
section: World
---
Il a plu toute la semaine.
-- articles/secret.md --
---
title: Secret
date: 2001-02-04
status: hidden
---
Nobody shall find this.
"""


def fragments(output: Path) -> list[dict[str, object]]:
    """Return what the index says of each article."""
    found = sorted((output / "search").rglob("*.pf_fragment"))
    return [json.loads(decompress(place.read_bytes()).removeprefix(b"pagefind_dcd")) for place in found]


def entries(output: Path) -> dict[str, int]:
    """Return how many articles each part of the index holds, by its name."""
    return {
        place.parent.name: sum(item["page_count"] for item in json.loads(place.read_text())["languages"].values())
        for place in (output / "search").glob("*/pagefind-entry.json")
    }


def texts(count: int) -> list[Text]:
    return [
        Text(
            f"/1987/article-{number}/",
            f"Article {number}",
            f"<p>Words and {number} more.</p>",
            (("date", "1987"), ("section", f"S{number % 5}")),
            (("section", f"S{number % 5}"), ("tag", f"T{number % 11}"), ("tag", f"U{number % 7}"), ("year", "1987")),
            "1987-01-01",
        )
        for number in range(count)
    ]


def test_the_same_texts_give_the_same_bytes() -> None:
    made = [dict(index_files(texts(40), "en")) for _ in range(3)]
    assert made[0] == made[1] == made[2]
    assert len([name for name in made[0] if name.startswith("fragment/")]) == 40
    assert {"pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "wasm.en.pagefind"} <= set(made[0])
    assert not [name for name in made[0] if "-ui" in name or "highlight" in name]


def test_the_entry_is_published_last_since_it_leads_to_all_others() -> None:
    assert [name for name, _ in index_files(texts(3), "en")][-1] == "pagefind-entry.json"


def test_markup_in_titles_and_terms_is_text() -> None:
    text = Text(
        "/x/", "</title><script>a</script> & more", "<p>x</p>", (("kicker", '"<b>'),), (("tag", "<i>"),), "1987-01-01"
    )
    files = dict(index_files([text], "en"))
    name = next(name for name in files if name.startswith("fragment/"))
    found = json.loads(decompress(files[name]).removeprefix(b"pagefind_dcd"))
    assert found["meta"]["title"] == "</title><script>a</script> & more"
    assert found["meta"]["kicker"] == '"<b>'
    assert found["filters"] == {"tag": ["<i>"]}


def test_the_index_holds_bodies_of_listed_articles_each_in_its_language(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS)
    build(site)
    output = site / "output"
    assert entries(output) == {"en-all": 2, "fr-all": 1}
    found = {str(item["url"]): item for item in fragments(output)}
    assert set(found) == {"/1987/05/14/flood/", "/1987/05/rain/", "/2001/02/03/pluie/"}
    flood = found["/1987/05/14/flood/"]
    assert flood["content"] == "Flood reaches the town. The river rose by two metres."
    assert flood["filters"] == {
        "section": ["World"], "tag": ["Rivers", "Town hall"], "author": ["A. Writer"], "year": ["1987"],
    }  # fmt: skip
    assert flood["meta"] == {
        "date": "1987-05-14", "when": "14 May 1987", "section": "World", "title": "Flood reaches the town",
        "summary": "The river rose by two metres.",
    }  # fmt: skip
    assert (output / "search" / "fr-all" / "wasm.fr.pagefind").exists()


def test_a_second_build_writes_nothing_and_a_lost_file_is_made_again(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS)
    build(site)
    before = snapshot(site / "output")
    report = build(site)
    assert (report.rendered, report.changes.added, report.changes.changed) == ((), (), ())
    next((site / "output" / "search" / "en-all" / "fragment").iterdir()).unlink()
    report = build(site)
    assert report.rendered == ("/search/en-all/",)
    assert len(report.changes.added) == 1
    assert snapshot(site / "output") == before


def test_an_edited_body_makes_its_part_of_the_index_again_and_no_other(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS)
    build(site)
    text = (site / "articles/flood.md").read_text().replace("date: 1987-05-14", "date: 1987-05-14\nsummary: Short.")
    write(site, "articles/flood.md", text)
    build(site)
    write(site, "articles/flood.md", text + "\nAnd a submarine came by.\n")
    report = build(site)
    assert [url for url in report.rendered if url.startswith("/search/")] == ["/search/en-all/"]
    assert any("submarine" in str(item["content"]) for item in fragments(site / "output"))
    assert build(site, tmp_path / "clean").changes.added
    assert snapshot(tmp_path / "clean") == snapshot(site / "output")


def test_without_search_there_is_neither_page_nor_index(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS)
    build(site)
    report = build(site, options=Options(search=False))
    assert not (site / "output" / "search").exists()
    assert "search/index.html" in report.changes.removed
    build(site)
    write(site, "newsgen.yaml", SETTINGS + "search: false\n")
    build(site)
    assert not (site / "output" / "search").exists()


def test_what_is_put_off_stays_as_it_was_and_is_made_by_a_later_build(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS)
    later = Options(indexes=0)
    assert build(site, options=later).waiting == 2
    assert entries(site / "output") == {}
    assert build(site, options=Options(indexes=1)).waiting == 1
    assert len(entries(site / "output")) == 1
    assert build(site, options=Options(indexes=1)).waiting == 0
    old = snapshot(site / "output" / "search" / "en-all")
    place = site / "articles/rain.md"
    place.write_text(place.read_text().replace("section: Weather", "section: Weather\nsummary: S."))
    for line in ("One more line.", "And one more."):
        place.write_text(f"{place.read_text()}\n{line}\n")
        assert build(site, options=later).waiting == 1
        assert snapshot(site / "output" / "search" / "en-all") == old
    assert build(site, options=later).waiting == 1, "it goes on waiting while nothing changes"
    assert build(site).rendered == ("/search/en-all/",)
    build(site, tmp_path / "clean")
    assert snapshot(tmp_path / "clean") == snapshot(site / "output")


@settings(max_examples=12)
@given(steps=st.lists(st.tuples(edits(), st.sampled_from([None, 0, 1])), min_size=1, max_size=4))
def test_an_incremental_build_with_search_ends_like_a_clean_one(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Edit, int | None]]
) -> None:
    root = tmp_path_factory.mktemp("site")
    site = make(root / "site", SITE, SETTINGS)
    _build(site, Options())
    for edit, indexes in steps:
        apply(site, edit)
        if edit.kind == "settings":
            place = site / "newsgen.yaml"
            place.write_text(place.read_text().replace("search: false\n", ""))
        _build(site, Options(indexes=indexes))
    if _build(site, Options()):
        build(site, root / "clean")
        assert snapshot(root / "clean") == snapshot(site / "output")


def _build(site: Path, options: Options) -> Report | None:
    try:
        return build(site, options=options)
    except ExceptionGroup:
        return None  # what was written cannot be built: two articles at one address, say


def test_a_missing_pagefind_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "find_spec", lambda name: None)
    search.program.cache_clear()
    with pytest.raises(BuildError) as raised:
        list(index_files(texts(1), "en"))
    search.program.cache_clear()
    assert "not installed" in str(raised.value.problem)
    assert "search: false" in raised.value.problem.hint


def test_a_pagefind_that_dies_is_said(tmp_path: Path) -> None:
    program = tmp_path / "pagefind"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(BuildError, match="ended before it was done"):
        search._made_by(str(program), [("/x/", "<p>x</p>")])


# Parts


def entry(year: int, month: int = 1, day: int = 1, precision: Precision = Precision.DAY) -> Entry:
    return Entry("T", f"/{year}/{month}/{day}/", Moment(datetime(year, month, day), 0, precision))


@given(
    st.lists(st.builds(entry, st.integers(1, 9999), st.integers(1, 12), st.integers(1, 28)), min_size=1, max_size=60),
    st.integers(1, 8),
)
def test_parts_hold_every_article_once_in_spans_that_do_not_overlap(found: list[Entry], largest: int) -> None:
    ordered = sorted(found, key=lambda item: item.date.sort_key)
    parts = list(_parts(ordered, largest))
    assert [item for _, part in parts for item in part] == ordered
    assert len({name for name, _ in parts}) == len(parts)
    for _, part in parts:
        assert len(part) <= largest or len({item.date.date for item in part}) == 1


def test_a_new_article_changes_one_part_and_moves_no_border() -> None:
    many = [entry(year, month) for year in range(1950, 2000) for month in range(1, 13)]
    before = dict(_parts(many, 50))
    after = dict(_parts([*many, entry(2000)], 50))
    assert [name for name in after if before.get(name) != after[name]] == ["2000-2015"]
    assert set(before) <= set(after)


def test_a_large_archive_has_few_parts_and_a_small_one_is_whole() -> None:
    def bundles(count: int) -> list[Bundle]:
        found = [entry(1990 + number // 2500, 1 + number % 2500 // 210, 1 + number % 28) for number in range(count)]
        found.sort(key=lambda item: item.date.sort_key)
        articles = tuple(
            Article(
                title="T", url=f"/{number}/", date=item.date, id=str(number), path="a.md", content=Body("a.md", b"")
            )
            for number, item in enumerate(found)
        )
        return list(_bundles(Archive(Site("T"), articles, tuple(article.entry() for article in articles))))

    assert [item.url for item in bundles(900)] == ["/search/en-all/"]
    assert 10 <= len(bundles(10_000)) <= 20
    assert all(len(item.documents) <= 1_000 for item in bundles(10_000))
    assert len(bundles(50_000)) <= 25
