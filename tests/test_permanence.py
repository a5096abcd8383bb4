"""No published address is lost: what moves leads on, what would vanish stops the build, what is gone says so."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen import ledger, settlement
from newsgen.build import Options, Report, build
from newsgen.cli.main import main
from newsgen.errors import LedgerError, errors_in
from newsgen.ledger import GONE, REDIRECT, Ledger
from newsgen.load import Selection
from newsgen.permalink import output_path
from newsgen.plan import is_page
from newsgen.surveying import survey
from tests.sites import make, snapshot, write
from tests.strategies import STANDING, Edit, apply, articles, edits

KEPT = "title: The Test Record\nbase_url: https://example.org/archive\nsearch: false\n"
DAY, LATER = "2026-11-25", "2026-12-31"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>'
TWO = f"""-- articles/2024/flood.md --
---
title: Flood reaches the town
date: 2024-03-05
tags: [Rivers]
---
The river rose. ![The river](river.svg)
-- articles/2024/river.svg --
{PICTURE}
-- articles/2024/rain.md --
---
title: Rain for a week
date: 2024-03-04
tags: [Weather]
---
It rained.
"""
FLOOD = "/2024/03/05/flood/"


def _site(folder: Path, text: str = TWO, more: str = "") -> Path:
    return make(folder, text, KEPT + more)


def _build(root: Path, **options: Any) -> Report:  # Any: as the fields of Options
    return build(root, options=Options(today=options.pop("today", DAY), **options))


def _ledger(root: Path) -> Ledger:
    return ledger.parse(ledger.read(root))


def _problems(root: Path, **options: Any) -> list[str]:  # Any: as above
    with pytest.raises(ExceptionGroup) as caught:
        _build(root, **options)
    return [str(error) for error in errors_in(caught.value)]


def _edit(root: Path, path: str, old: str, new: str) -> None:
    place = root / path
    assert old in place.read_text()
    place.write_text(place.read_text().replace(old, new))


def _target(root: Path, url: str) -> str:
    """Return the path that the page at a URL sends on to."""
    page = (root / "output" / output_path(url)).read_text()
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert found, f"{url} sends nobody on"
    parts = [*url.strip("/").split("/"), *found[1].split("/")] if url.endswith("/") else found[1].split("/")
    path: list[str] = []
    for part in parts:
        path = path[:-1] if part == ".." else path if part in (".", "") else [*path, part]
    return f"/{'/'.join(path)}/" if found[1].endswith("/") else f"/{'/'.join(path)}"


# What is kept


def test_a_build_enters_every_address_that_readers_see(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    entries = _ledger(root).entries
    assert entries[FLOOD].kind == "article"
    assert entries[FLOOD].id == "2024/flood"
    assert {entry.seen for entry in entries.values()} == {DAY}
    assert entries[f"{FLOOD}river.svg"].kind == "file"
    assert {"/", "/2024/03/", "/tags/rivers/", "/tags/rivers/feed.xml", "/archive/"} <= set(entries)
    assert not [url for url in entries if url.endswith((".json", ".bib", ".ris")) and "feed" not in url]
    assert not [url for url in entries if url.startswith("/theme/")]


def test_a_second_build_leaves_the_ledger_alone(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    before = (root / ledger.FILE_NAME).stat()
    assert _build(root, today=LATER).rendered == ()
    _edit(root, "articles/2024/rain.md", "title: Rain", "kicker: Weather\ntitle: Rain")
    _build(root, today=LATER)
    assert (root / ledger.FILE_NAME).stat() == before


def test_no_page_knows_the_day_on_which_it_was_first_seen(tmp_path: Path) -> None:
    first, second = _site(tmp_path / "a"), _site(tmp_path / "b")
    _build(first, today="2020-01-01")
    _build(second, today=LATER)
    assert snapshot(first / "output") == snapshot(second / "output")


def test_a_site_that_wants_no_ledger_has_none(tmp_path: Path) -> None:
    root = _site(tmp_path, more="permalinks: {guard: off}\n")
    _build(root)
    (root / "articles/2024/flood.md").unlink()
    _build(root)
    assert not (root / ledger.FILE_NAME).exists()


# What would be lost


def test_a_deleted_article_stops_the_build_and_the_ways_out_are_named(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    before = snapshot(root / "output"), (root / ledger.FILE_NAME).read_bytes()
    (root / "articles/2024/flood.md").unlink()
    problems = _problems(root)
    assert (snapshot(root / "output"), (root / ledger.FILE_NAME).read_bytes()) == before
    assert len(problems) == 1
    line = _ledger(root).line_of(FLOOD)
    assert problems[0].startswith(f"permalinks.lock:{line}: {FLOOD} was published and would be lost, with 1 file below")
    for command in (f"redirect {FLOOD} NEW", f'retire {FLOOD} --reason "..."', f"forget {FLOOD}"):
        assert f"\n        newsgen urls {command}" in problems[0]


@pytest.mark.parametrize(
    ("edit", "why"),
    [("title: Flood", "a draft"), ("date: 2024-03-05", "dated in the future")],
)
def test_an_article_that_is_held_back_after_its_publication_stops_the_build(
    tmp_path: Path, edit: str, why: str
) -> None:
    root = _site(tmp_path)
    _build(root)
    new = f"draft: true\n{edit}" if why == "a draft" else "date: 2030-03-05"
    _edit(root, "articles/2024/flood.md", edit, new)
    now = 739_500 * 86_400
    problems = _problems(root, selection=Selection(now=now))
    assert f"articles/2024/flood.md is {why} now" in problems[0]


def test_many_lost_addresses_are_all_listed_and_settled_at_once(tmp_path: Path) -> None:
    text = "".join(f"-- articles/{n}.md --\n---\ntitle: T{n}\ndate: 2024-01-{n:02}\n---\nT{n}\n" for n in range(1, 16))
    root = _site(tmp_path, text + TWO)
    _build(root)
    for number in range(1, 16):
        (root / f"articles/{number}.md").unlink()
    problems = _problems(root)
    assert [f"/2024/01/{n:02}/{n}/" in "\n".join(problems) for n in range(1, 16)] == [True] * 15
    assert "15 addresses that were published would be lost" in problems[-1]
    assert "newsgen urls retire --lost" in problems[-1]
    assert _run("urls", "retire", "--lost", "--reason", "A trial.", "--site", str(root)) == 0
    _build(root)
    assert sum(entry.state == GONE for entry in _ledger(root).entries.values()) == 15


def test_a_site_may_be_warned_only(tmp_path: Path) -> None:
    root = _site(tmp_path, more="permalinks: {guard: warn}\n")
    _build(root)
    (root / "articles/2024/flood.md").unlink()
    report = _build(root)
    assert any(f"{FLOOD} was published" in problem.message for problem in report.warnings)
    assert _ledger(root).entries[FLOOD].state == "live"


def test_a_build_that_goes_on_in_spite_of_mistakes_loses_nothing(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/flood.md", "date: 2024-03-05", "date: someday")
    before = (root / ledger.FILE_NAME).read_bytes()
    report = _build(root, keep_going=True)
    assert [error.problem.location.path for error in report.errors if error.problem.location] == [
        "articles/2024/flood.md"
    ]
    assert (root / ledger.FILE_NAME).read_bytes() == before
    assert (root / "output" / output_path(FLOOD)).exists()
    assert "refresh" not in (root / "output/tags/rivers/index.html").read_text()


def test_a_ledger_that_went_away_is_missed(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    (root / ledger.FILE_NAME).unlink()
    assert "the ledger is gone" in _problems(root)[0]


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n", "nonsense\n"])
def test_a_faulty_ledger_stops_the_build_and_stays(tmp_path: Path, text: str) -> None:
    root = _site(tmp_path)
    _build(root)
    place = root / ledger.FILE_NAME
    place.write_text(place.read_text().replace("# end\n", f"{text}# end\n"))
    before = place.read_text(), snapshot(root / "output")
    assert "permalinks.lock:" in _problems(root)[0]
    assert (place.read_text(), snapshot(root / "output")) == before


def test_a_preview_leaves_the_ledger_alone_and_goes_on(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    before = (root / ledger.FILE_NAME).read_bytes()
    write(root, "articles/new.md", "---\ntitle: New\ndate: 2024-03-07\n---\nNew.\n")
    (root / "articles/2024/flood.md").unlink()
    report = _build(root, is_preview=True)
    assert any(FLOOD in problem.message for problem in report.warnings)
    assert (root / ledger.FILE_NAME).read_bytes() == before
    assert "would be lost" in _problems(root)[0]


def test_a_locked_ledger_has_to_be_complete(tmp_path: Path) -> None:
    root = _site(tmp_path)
    assert "is not to be changed" in _problems(root, locked=True)[0]
    _build(root)
    _build(root, locked=True)
    write(root, "articles/new.md", "---\ntitle: New\ndate: 2024-03-05\n---\nNew.\n")
    assert "lacks 1 addresses, the first of them /2024/03/05/new/" in _problems(root, locked=True)[0]


# What moves

_MOVES = {
    "slug": lambda root: _edit(root, "articles/2024/flood.md", "title: F", "slug: deluge\ntitle: F"),
    "date": lambda root: _edit(root, "articles/2024/flood.md", "2024-03-05", "2024-03-06"),
    "file": lambda root: (root / "articles/2024/flood.md").rename(root / "articles/2024/deluge.md"),
    "url": lambda root: _edit(root, "articles/2024/flood.md", "title: F", "url: /about-the-flood/\ntitle: F"),
    "all": lambda root: (
        _edit(root, "articles/2024/flood.md", "2024-03-05", "2025-07-08"),
        _edit(root, "articles/2024/flood.md", "(river.svg)", "(river.svg)"),
        (root / "articles/2024/flood.md").rename(root / "articles/2024/deluge.md"),
    ),
}


@pytest.mark.parametrize("how", _MOVES)
def test_an_article_that_moved_leads_on_by_itself_and_keeps_its_id(tmp_path: Path, how: str) -> None:
    root = _site(tmp_path)
    _build(root)
    feed = (root / "output/feed.xml").read_text()
    _MOVES[how](root)
    report = _build(root)
    moved = dict(report.moved)
    entry = _ledger(root).entries[moved[FLOOD]]
    assert entry.id == "2024/flood"
    assert _target(root, FLOOD) == moved[FLOOD]
    assert (root / "output" / output_path(f"{FLOOD}river.svg")).read_text() == f"{PICTURE}\n"
    identity = "tag:example.org,2000:2024/flood"
    assert identity in feed
    assert identity in (root / "output/feed.xml").read_text()
    assert _build(root).changes == ((), (), ())


def test_a_file_that_moves_to_another_folder_keeps_its_address_and_its_id(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    (root / "articles/floods").mkdir()
    shutil.move(root / "articles/2024/flood.md", root / "articles/floods/flood.md")
    shutil.move(root / "articles/2024/river.svg", root / "articles/floods/river.svg")
    report = _build(root)
    assert report.moved == ()
    entry = _ledger(root).entries[FLOOD]
    assert (entry.id, entry.source) == ("2024/flood", "floods/flood")


def test_five_renames_leave_five_redirects_straight_to_the_last_address(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    name = "flood"
    for number in range(5):
        (root / f"articles/2024/{name}.md").rename(root / f"articles/2024/flood-{number}.md")
        name = f"flood-{number}"
        _build(root)
    last = "/2024/03/05/flood-4/"
    entries = _ledger(root).entries
    former = [FLOOD, *(f"/2024/03/05/flood-{number}/" for number in range(4))]
    assert [entries[url].target for url in former] == [last] * 5
    assert [_target(root, url) for url in former] == [last] * 5


def test_an_article_that_moves_back_stands_there_again(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/flood.md", "title: F", "slug: deluge\ntitle: F")
    _build(root)
    _edit(root, "articles/2024/flood.md", "slug: deluge\n", "")
    _build(root)
    entries = _ledger(root).entries
    assert entries[FLOOD].state == "live"
    assert entries["/2024/03/05/deluge/"].target == FLOOD


def test_two_articles_that_change_places_keep_their_ids(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    first, second = root / "articles/2024/flood.md", root / "articles/2024/rain.md"
    one, two = first.read_text(), second.read_text()
    first.write_text(two.replace("2024-03-04", "2024-03-04\nslug: rain"))
    second.write_text(one.replace("2024-03-05", "2024-03-05\nslug: flood"))
    report = _build(root)
    assert report.moved == ()
    entries = _ledger(root).entries
    assert (entries[FLOOD].id, entries["/2024/03/04/rain/"].id) == ("2024/flood", "2024/rain")


def test_a_redirect_that_a_page_takes_the_place_of_is_one_no_more(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/flood.md", "title: F", "slug: deluge\ntitle: F")
    _build(root)
    write(root, "articles/other.md", "---\ntitle: Other\ndate: 2024-03-05\nslug: flood\n---\nOther.\n")
    _build(root)
    assert _ledger(root).entries[FLOOD].state == "live"
    assert "Other" in (root / "output" / output_path(FLOOD)).read_text()


def test_an_alias_that_is_removed_still_leads_on(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _edit(root, "articles/2024/flood.md", "title: F", "aliases: [/old/flood.html]\ntitle: F")
    _build(root)
    _edit(root, "articles/2024/flood.md", "aliases: [/old/flood.html]\n", "")
    _build(root)
    assert _ledger(root).entries["/old/flood.html"].target == FLOOD
    assert "refresh" in (root / "output/old/flood.html").read_text()


def test_a_chain_of_written_redirects_leads_straight_to_its_end(tmp_path: Path) -> None:
    text = "---\ntitle: {0}\ndate: 2024-01-01\nredirect: {1}\n---\n"
    root = _site(tmp_path)
    write(root, "articles/a.md", text.format("A", "/2024/01/01/b/"))
    write(root, "articles/b.md", text.format("B", FLOOD))
    _build(root)
    assert _target(root, "/2024/01/01/a/") == FLOOD
    write(root, "articles/b.md", text.format("B", "/2024/01/01/a/"))
    assert any("redirects go round" in problem for problem in _problems(root))


def test_lists_that_empty_themselves_lead_to_their_index(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/flood.md", "tags: [Rivers]", "tags: [Weather]")
    _edit(root, "articles/2024/flood.md", "2024-03-05", "2024-03-04")
    emptied = dict(_build(root).emptied)
    assert emptied["/tags/rivers/"] == "/tags/"
    assert emptied["/2024/03/05/"] == "/2024/03/"
    assert _target(root, "/tags/rivers/") == "/tags/"
    assert _ledger(root).entries["/tags/rivers/feed.xml"].state == GONE
    _edit(root, "articles/2024/flood.md", "tags: [Weather]", "tags: [Rivers]")
    _build(root)
    assert _ledger(root).entries["/tags/rivers/"].state == "live"
    assert "refresh" not in (root / "output/tags/rivers/index.html").read_text()


# What its keeper decides


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    return int(caught.value.code or 0)


def _lost(root: Path) -> Path:
    _build(root)
    (root / "articles/2024/flood.md").unlink()
    return root


def test_a_lost_address_can_be_retired(tmp_path: Path) -> None:
    root = _lost(_site(tmp_path))
    reason = "Written <twice> & wrong."
    assert _run("urls", "retire", FLOOD, "--reason", reason, "--date", "2026-11-20", "--site", str(root)) == 0
    _build(root)
    page = (root / "output" / output_path(FLOOD)).read_text()
    assert "Written &lt;twice&gt; &amp; wrong." in page
    assert '<time datetime="2026-11-20">' in page
    assert 'name="robots" content="noindex"' in page
    assert FLOOD not in (root / "output/sitemap.xml").read_text()
    assert not (root / "output" / output_path(f"{FLOOD}river.svg")).exists()
    assert _ledger(root).entries[f"{FLOOD}river.svg"].state == GONE
    assert _build(root).changes == ((), (), ())


def test_a_lost_address_can_lead_elsewhere(tmp_path: Path) -> None:
    root = _lost(_site(tmp_path))
    assert _run("urls", "redirect", FLOOD, "/2024/03/04/rain/", "--site", str(root)) == 0
    _build(root)
    assert _target(root, FLOOD) == "/2024/03/04/rain/"
    assert _run("urls", "redirect", FLOOD, "https://elsewhere.example/flood?a=b&c#d", "--site", str(root)) == 0
    _build(root)
    assert "url=https://elsewhere.example/flood?a=b&amp;c#d" in (root / "output" / output_path(FLOOD)).read_text()


def test_a_lost_address_can_be_forgotten(tmp_path: Path) -> None:
    root = _lost(_site(tmp_path))
    assert _run("urls", "forget", FLOOD, "--site", str(root)) == 0
    _build(root)
    assert not [url for url in _ledger(root).entries if url.startswith(FLOOD)]
    assert not (root / "output" / output_path(FLOOD)).exists()


def test_redirects_come_from_a_file_and_by_patterns(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    table = write(root, "moves.txt", "# old and new\n/blog/1.html /2024/03/04/rain/\n\n/blog/2.html " + FLOOD + "\n")
    assert _run("urls", "redirect", "--file", str(table), "--site", str(root)) == 0
    _build(root)
    assert _ledger(root).entries["/blog/2.html"].target == FLOOD
    write(root, "newsgen.yaml", KEPT + "feeds: [atom]\n")
    assert "would be lost" in _problems(root)[0]
    assert _run("urls", "redirect", "/tags/*/rss.xml", "/tags/*/feed.xml", "--site", str(root)) == 0
    assert _ledger(root).entries["/tags/rivers/rss.xml"].target == "/tags/rivers/feed.xml"
    assert _run("urls", "retire", "/**/feed.json", "--reason", "No more.", "--site", str(root)) == 0
    assert _run("urls", "retire", "--lost", "--reason", "No more.", "--site", str(root)) == 0
    _build(root)
    assert (root / "output/tags/rivers/rss.xml").read_bytes() == (root / "output/tags/rivers/feed.xml").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["retire", FLOOD, "--reason", "R"], "cannot be retired: a page stands there"),
        (["forget", FLOOD], "cannot be forgotten: a page stands there"),
        (["redirect", FLOOD, "/2024/03/04/rain/"], "a page stands at"),
        (["redirect", "/old/", "/nowhere/"], "nothing stands there"),
        (["redirect", "/old/", "/old/"], "redirects would go round"),
        (["redirect", "/old/", "javascript:alert(1)"], "is not an address to lead to"),
        (["redirect", "/../old/", FLOOD], "is not"),
        (["retire", "/2024/03/05/floods/", "--reason", "R"], f"did you mean '{FLOOD}'?"),
        (["forget", "/elsewhere/**"], "the ledger has no address '/elsewhere/**'"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    root = _site(tmp_path)
    _build(root)
    before = (root / ledger.FILE_NAME).read_bytes()
    assert _run("urls", *arguments, "--site", str(root)) == 1
    assert message in capsys.readouterr().err
    assert (root / ledger.FILE_NAME).read_bytes() == before


def test_what_others_lead_to_is_not_forgotten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/flood.md", "title: F", "slug: deluge\ntitle: F")
    root = _lost(root)
    assert _run("urls", "forget", "/2024/03/05/deluge/", "--site", str(root)) == 1
    assert f"{FLOOD} leads to /2024/03/05/deluge/" in capsys.readouterr().err
    assert _run("urls", "forget", "/2024/03/05/deluge/", FLOOD, f"{FLOOD}river.svg", "--site", str(root)) == 0
    _build(root)


def test_the_command_that_forgets_a_moved_article_names_all_that_lead_there(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    for slug in ("deluge", "inundation"):
        _edit(root, "articles/2024/flood.md", "title: F", f"slug: {slug}\ntitle: F")
        _build(root)
        _edit(root, "articles/2024/flood.md", f"slug: {slug}\n", "")
    (root / "articles/2024/flood.md").unlink()
    command = _problems(root)[0].splitlines()[-1].split()
    assert command[:3] == ["newsgen", "urls", "forget"]
    assert len(command) == 8
    assert _run(*command[1:], "--site", str(root)) == 0
    _build(root)
    assert [url for url in _ledger(root).entries if url.startswith("/2024/03/05/")] == ["/2024/03/05/"]


def test_a_redirect_to_nowhere_that_was_written_by_hand_is_an_error(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    place = root / ledger.FILE_NAME
    line = "/old/ redirect page 2026-01-01 to=/nowhere/\n"
    place.write_text(place.read_text().replace("/on-this-day/ ", f"{line}/on-this-day/ ", 1))
    assert "/old/ leads to /nowhere/, and nothing stands there" in _problems(root)[0]


def test_the_ledger_is_listed_and_filtered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = _lost(_site(tmp_path))
    assert _run("urls", "--lost", "--site", str(root)) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [FLOOD]
    assert _run("urls", "--kind", "article", "--match", "/2024/**", "--json", "--site", str(root)) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["url"] for row in rows] == ["/2024/03/04/rain/", FLOOD]
    assert _run("urls", "--state", "gone", "--site", str(root)) == 0
    assert capsys.readouterr().out == ""


def test_a_trial_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = _lost(_site(tmp_path))
    before = (root / ledger.FILE_NAME).read_bytes()
    assert _run("urls", "retire", FLOOD, "--reason", "R", "--dry-run", "--site", str(root)) == 0
    assert "gone" in capsys.readouterr().out
    assert (root / ledger.FILE_NAME).read_bytes() == before


def test_a_merged_ledger_is_sorted(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    place = root / ledger.FILE_NAME
    whole = place.read_text()
    head, lines, end = whole.split("\n")[:3], whole.split("\n")[3:-2], "# end\n"
    place.write_text("\n".join([*head, *reversed(lines), lines[0], end]))
    assert "not in their order" in _problems(root)[0]
    assert _run("urls", "sort", "--site", str(root)) == 0
    assert place.read_text() == whole


# What changes in silence


@pytest.mark.parametrize("full", [False, True])
def test_a_text_that_changes_in_silence_is_told_of_until_it_says_so(tmp_path: Path, full: bool) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/rain.md", "It rained.", "It rained.\n\nIt did not rain.")
    for _ in range(2):
        report = _build(root, today=LATER, full=full)
        assert [str(problem.location) for problem in report.warnings] == ["articles/2024/rain.md"]
        assert "nothing says so" in report.warnings[0].message
    if not full:
        assert report.rendered == ()
    _edit(root, "articles/2024/rain.md", "title: Rain", "updated: 2024-03-09\ntitle: Rain")
    assert _build(root, today=LATER).warnings == ()
    assert _build(root, today=LATER).warnings == ()


def test_a_text_that_is_as_it_was_published_needs_no_word(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/rain.md", "It rained.", "It rained.\n\nMore.")
    assert len(_build(root, today=LATER).warnings) == 1
    _edit(root, "articles/2024/rain.md", "It rained.\n\nMore.", "It rained.")
    assert _build(root, today=LATER).warnings == ()


@pytest.mark.parametrize("full", [False, True])
def test_within_the_grace_a_text_may_change(tmp_path: Path, full: bool) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/rain.md", "It rained.", "It rained.\n\nMore.")
    assert _build(root, full=full).warnings == ()
    assert _build(root, today=LATER, full=full).warnings == ()
    assert _build(root, today=LATER, full=True).warnings == ()


def test_a_site_may_refuse_silent_changes_or_allow_them(tmp_path: Path) -> None:
    root = _site(tmp_path, more="permalinks: {changes: error}\n")
    _build(root)
    _edit(root, "articles/2024/rain.md", "It rained.", "It rained.\n\nMore.")
    assert "newsgen correct articles/2024/rain.md" in _problems(root, today=LATER)[0]
    assert _run("urls", "accept", "/2024/03/04/rain/", "--site", str(root)) == 0
    assert _build(root, today=LATER).warnings == ()
    write(root, "newsgen.yaml", KEPT + "permalinks: {changes: off}\n")
    _edit(root, "articles/2024/rain.md", "More.", "Much more.")
    assert _build(root, today=LATER).warnings == ()


def test_a_changed_headline_is_a_change(tmp_path: Path) -> None:
    root = _site(tmp_path)
    _build(root)
    _edit(root, "articles/2024/rain.md", "Rain for a week", "Rain for a day")
    assert len(_build(root, today=LATER).warnings) == 1


# The law


def _answers(root: Path, known: Ledger) -> list[str]:
    """Return the addresses of pages at which nothing stands, or something that leads nowhere."""
    output = root / "output"
    files = {path.relative_to(output).as_posix().casefold() for path in output.rglob("*") if path.is_file()}
    silent = []
    for url, entry in known.entries.items():
        if not is_page(url) and entry.state != "live":
            continue
        if output_path(url).casefold() not in files:
            silent.append(f"{url}: nothing")
        if entry.state == REDIRECT and unquote(output_path(entry.target)).casefold() not in files:
            silent.append(f"{url} -> {entry.target}: nothing")
    return silent


def _settle(root: Path, choice: str) -> None:
    """Decide on all that would be lost, as its keeper would."""
    found = survey(root)
    known, lost = found.archive.ledger, found.plan.settled.lost
    own = {item.url for item in found.plan.settled.pages}
    standing = {item.url for item in found.plan.items if item.url not in own}
    if choice == "redirect":
        now = settlement.redirected(known, [(url, "/") for url in lost], standing)
    else:
        now = settlement.retired(known, lost, DAY, "It had to go.", standing)
    ledger.write(root, now.data, root / ".newsgen")


def _errors(root: Path) -> list[BaseException]:
    try:
        _build(root)
    except ExceptionGroup as group:
        return list(errors_in(group))
    return []


def _clean(root: Path, data: bytes | None) -> tuple[dict[str, bytes], bytes]:
    """Return the output and the ledger of the site's sources with another ledger, built in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "elsewhere"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("output", ".newsgen", ledger.FILE_NAME))
        if data is not None:
            (copy / ledger.FILE_NAME).write_bytes(data)
        _build(copy)
        return snapshot(copy / "output"), (copy / ledger.FILE_NAME).read_bytes()


@settings(max_examples=25)
@given(
    st.lists(st.tuples(edits(), st.sampled_from(["redirect", "retire"])), min_size=1, max_size=8),
    st.lists(articles(), max_size=4),
)
def test_whatever_is_edited_every_address_that_was_published_answers(
    steps: list[tuple[Edit, str]], first: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = _site(Path(folder) / "site", STANDING)
        for number, text in enumerate(first):
            write(root, f"articles/first-{number}.md", text)
        seen: set[str] = set()
        for edit, choice in [(Edit("nothing"), "retire"), *steps]:
            if edit.kind == "settings":
                write(root, "newsgen.yaml", KEPT + edit.text)
            else:
                apply(root, edit)
            before, output = ledger.read(root), snapshot(root / "output")
            errors = _errors(root)
            if errors and all(isinstance(error, LedgerError) for error in errors) and before is not None:
                assert (ledger.read(root), snapshot(root / "output")) == (before, output)
                if "the ledger is gone" not in str(errors[0]):
                    _settle(root, choice)
                before = ledger.read(root)
                errors = _errors(root)
            if errors:
                assert not any(isinstance(error, LedgerError) for error in errors), errors
                continue
            known = _ledger(root)
            seen |= set(known.entries)
            assert set(known.entries) == seen
            assert _answers(root, known) == []
            built = (snapshot(root / "output"), known.data)
            assert _clean(root, before) == built
            assert _clean(root, known.data) == built
            assert _build(root).changes == ((), (), ())


def test_an_address_elsewhere_may_be_written_in_any_way(tmp_path: Path) -> None:
    root = _site(tmp_path)
    address = 'https://münchen.example/a b/"?q=%41&r='
    write(root, "articles/away.md", f"---\ntitle: Away\ndate: 2024-01-01\nredirect: '{address}'\n---\n")
    _build(root)
    assert _ledger(root).entries["/2024/01/01/away/"].target == address.replace(" ", "%20")
    assert _build(root, locked=True).changes == ((), (), ())
