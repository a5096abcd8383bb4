"""What is remembered makes a build faster, and changes no byte."""

from __future__ import annotations

import os
from pathlib import Path

import markdown
import pytest

from newsgen.build import Options, build
from newsgen.store import NONE, Store, packed, sealed, unpacked, unsealed
from tests.sites import SETTINGS, make, snapshot, write

LONG = "word " * 80
SITE = f"""-- articles/flood.md --
---
title: Flood
date: 2024-03-05
summary: The river rose.
tags: [Rivers]
---
{LONG}

It had [rained](rain.md).
-- articles/rain.md --
---
title: Rain
date: 2024-03-04
summary: It rained.
tags: [Rivers]
---
{LONG}
-- pages/about.md --
---
title: About
---
Who we are.
"""
FLOOD = "articles/flood.md"


def _edited(root: Path, old: str, new: str, path: str = FLOOD) -> None:
    text = (root / path).read_text()
    assert old in text
    write(root, path, text.replace(old, new))


def _clean(root: Path, tmp_path: Path) -> dict[str, bytes]:
    copy = make(tmp_path / "copy", "")
    for path, data in snapshot(root).items():
        if not path.startswith(("output/", ".newsgen/")):
            write(copy, path, data)
    build(copy)
    return snapshot(copy / "output")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = make(tmp_path / "site", SITE)
    build(root)
    return root


EDITS = [
    ("It had", "For days it had", 5),
    ("[rained](rain.md)", "[rained](rain.md#later)", 0),
    ("[rained](rain.md)", "rained", 0),
    ("It had [rained](rain.md)", "`[rained](rain.md)`", 0),
    ("It had", "[Lost](lost.md)", 0),
    ("summary: The river rose.\n", "", 0),
    ("title: Flood", "title: A flood", 0),
    ("tags: [Rivers]", "tags: [Rivers, Floods]", 0),
]


@pytest.mark.parametrize(("old", "new", "rendered"), EDITS)
def test_an_edit_ends_as_a_clean_build_does(site: Path, tmp_path: Path, old: str, new: str, rendered: int) -> None:
    _edited(site, old, new)
    report = build(site)
    assert snapshot(site / "output") == _clean(site, tmp_path)
    if rendered:
        feeds = {f"{base}{name}" for base in ("/", "/tags/rivers/") for name in ("feed.xml", "rss.xml", "feed.json")}
        assert set(report.rendered) <= {"/2024/03/05/flood/", "/2024/03/05/flood/index.json", *feeds}
    assert build(site).rendered == ()


def test_many_edits_of_texts_in_a_row_end_right(site: Path, tmp_path: Path) -> None:
    for number in range(4):
        _edited(site, "It had", f"It had ({number})")
        _edited(site, "Who we are.", f"Who we are. {number}", "pages/about.md")
        report = build(site)
        assert (report.articles, report.changes.removed) == (2, ())
    assert snapshot(site / "output") == _clean(site, tmp_path)


def test_an_edit_beside_a_touched_output_file_ends_right(site: Path, tmp_path: Path) -> None:
    _edited(site, "It had", "It has")
    write(site, "output/tags/index.html", "altered")
    build(site)
    assert snapshot(site / "output") == _clean(site, tmp_path)


def test_an_edit_that_keeps_size_and_time_is_seen(site: Path, tmp_path: Path) -> None:
    found = os.stat(site / FLOOD)
    _edited(site, "It had", "It HAD")
    os.utime(site / FLOOD, ns=(found.st_atime_ns, found.st_mtime_ns))
    build(site)
    assert snapshot(site / "output") == _clean(site, tmp_path)


def test_an_edit_of_a_text_says_the_warnings_of_the_site_again(site: Path) -> None:
    write(site, "articles/other.md", "---\ntitle: Other\ndate: 2024-01-01\nmood: dark\n---\nText.\n")
    assert [problem.message for problem in build(site).warnings] == [
        "the key 'mood' is not known; templates find it in 'extra'"
    ]
    _edited(site, "It had", "It has")
    assert len(build(site).warnings) == 1
    _edited(site, "It has", "It had")
    with pytest.raises(ExceptionGroup):
        build(site, options=Options(strict=True))


def test_a_mistake_in_a_text_that_was_edited_changes_nothing(site: Path) -> None:
    before = snapshot(site / "output")
    write(site, FLOOD, (site / FLOOD).read_bytes() + b"\xff")
    with pytest.raises(ExceptionGroup, match="the site has mistakes"):
        build(site)
    assert snapshot(site / "output") == before


def test_two_output_folders_do_not_mix_what_they_remember(site: Path, tmp_path: Path) -> None:
    build(site, tmp_path / "second")
    _edited(site, "It had", "It has")
    build(site, tmp_path / "second")
    build(site)
    assert snapshot(tmp_path / "second") == snapshot(site / "output") == _clean(site, tmp_path)


def test_a_changed_template_converts_no_text_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SETTINGS + "markdown: {extensions: [extra, nl2br]}\n"
    root = make(tmp_path, SITE, settings)
    build(root)

    def refuse(self: markdown.Markdown, source: str) -> str:
        raise AssertionError("a text was converted again")

    monkeypatch.setattr(markdown.Markdown, "convert", refuse)
    write(root, "templates/article.html", '{% extends "theme/article.html" %}{% block title %}Other{% endblock %}')
    assert "/2024/03/05/flood/" in build(root).rendered


@pytest.mark.parametrize("damage", [b"", b"newsgen", bytes(5000)])
@pytest.mark.parametrize("name", ["chunks.db", "sources", "plan-*", "record-*", "templates"])
def test_each_damaged_file_costs_time_and_no_truth(site: Path, tmp_path: Path, name: str, damage: bytes) -> None:
    (place,) = (site / ".newsgen").glob(name)
    place.write_bytes(damage)
    _edited(site, "It had", "It has")
    build(site)
    assert snapshot(site / "output") == _clean(site, tmp_path)


def test_a_store_forgets_what_nobody_needs_and_what_is_damaged(tmp_path: Path) -> None:
    store = Store(tmp_path, writes=True)
    numbers = [store.add("one", bytes([number]) * 100) for number in range(4)]
    other = store.add("two", b"other")
    store.keep("one", numbers[1:2])
    assert [store.get(number) is None for number in numbers] == [True, False, True, True]
    assert store.get(other) == b"other"
    assert store.add("one", b"new") not in numbers
    store.close()
    assert store.get(other) is None
    assert Store(tmp_path / "nowhere").get(1) is None
    assert Store(tmp_path / "nowhere", writes=True).add("one", b"") == NONE


def test_what_is_sealed_is_opened_whole_or_not_at_all() -> None:
    data = sealed(packed(("value", 1)))
    assert unpacked(unsealed(data)) == ("value", 1)
    for place in (0, 10, len(data) - 1):
        assert unsealed(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]) is None
    assert unsealed(data[:-1]) is None
    assert unpacked(b"no pickle") is None


@pytest.mark.parametrize("place", ["plan-*", "sources"])
def test_a_build_that_was_killed_before_it_could_remember_loses_no_later_edit(
    site: Path, tmp_path: Path, place: str
) -> None:
    (file,) = (site / ".newsgen").glob(place)
    old = file.read_bytes()
    _edited(site, "title: Flood", "title: A flood")
    build(site)
    file.write_bytes(old)
    build(site)
    _edited(site, "It had", "It has")
    build(site)
    assert snapshot(site / "output") == _clean(site, tmp_path)


def test_a_build_in_spite_of_errors_keeps_what_is_sound_for_the_next(site: Path, tmp_path: Path) -> None:
    write(site, "articles/bad.md", "---\ntitle: Bad\ndate: never\n---\n")
    _edited(site, "It had", "It has")
    build(site, options=Options(keep_going=True))
    (site / "articles/bad.md").unlink()
    assert build(site).rendered == ()
    _edited(site, "It has", "It had")
    assert len(build(site).rendered) == 8
    assert snapshot(site / "output") == _clean(site, tmp_path)


def test_what_jinja_worked_out_for_one_build_is_not_taken_for_another(site: Path) -> None:
    front = site / "output/index.html"
    assert 'href="./archive/"' in front.read_text()
    build(site, options=Options(offline=True))
    assert 'href="./archive/index.html"' in front.read_text()
    assert 'href="/archive/archive/"' in (site / "output/404.html").read_text()
    build(site)
    assert 'href="./archive/"' in front.read_text()
    write(site, "templates/404.html", '{{ "/a/" | absolute_url }}')
    build(site)
    write(site, "newsgen.yaml", SETTINGS.replace("example.org", "example.net"))
    build(site)
    assert (site / "output/404.html").read_text() == "https://example.net/archive/a/"


def test_a_text_that_cannot_be_converted_keeps_its_last_page_if_the_build_goes_on(site: Path) -> None:
    page = site / "output/2024/03/05/flood/index.html"
    before = page.read_bytes()
    _edited(site, "It had [rained](rain.md).", "It had [rained](rain.md).\n\n" + "1. " * 3000)
    with pytest.raises(ExceptionGroup):
        build(site)
    report = build(site, options=Options(keep_going=True))
    assert ["nested too deeply" in str(error) for error in report.errors] == [True] * len(report.errors)
    assert report.errors and page.read_bytes() == before
