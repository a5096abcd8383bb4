"""The laws of the build, over whole sites: exact, small, safe, clean, hermetic."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsgen.build import Options, build
from newsgen.cli.workers import local
from newsgen.dates import parse
from newsgen.errors import BuildError, errors_in
from newsgen.load import Selection
from newsgen.workers import Workers
from tests.sites import SETTINGS, make, snapshot, write
from tests.strategies import STANDING, Edit, apply, articles, edits

THREE = """-- articles/2024/flood.md --
---
title: Flood reaches the town
date: 2024-03-05
tags: [Rivers, Town hall]
section: World
summary: The river rose.
---
The first paragraph. See [the rain](rain.md#later).

The second paragraph.
-- articles/2024/rain.md --
---
title: Rain for a week
date: 2024-03-04
tags: [Rivers]
authors: Weather desk
summary: It rained.
---
Rain.

## Later

More rain.
-- articles/1987/fire.md --
---
title: Fire at the mill
date: 1987-05
section: World
summary: The mill burnt.
---
Fire.
"""


YEARLY = "---\ntitle: T\ndate: 2024\n---\n"


def clean_copy(root: Path) -> dict[str, bytes]:
    """Return the output of the site's sources built into an empty folder elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "elsewhere"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("output", ".newsgen"))
        build(copy)
        return snapshot(copy / "output")


def problems(group: BaseException) -> list[str]:
    return [str(error) for error in errors_in(group)]


# Exact


@settings(max_examples=25)
@given(st.lists(st.lists(edits(), min_size=1, max_size=3), min_size=1, max_size=4), st.lists(articles(), max_size=4))
@example(
    [[Edit("write", "articles/one.md", "---\ntitle: T\ndate: 2024\n---\n")], [Edit("delete", "articles/one.md")]], []
)
def test_an_incremental_build_equals_a_clean_one_after_any_edits(steps: list[list[Edit]], first: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder) / "site", STANDING)
        for number, text in enumerate(first):
            write(root, f"articles/first-{number}.md", text)
        faults = _try_build(root)
        for step in steps:
            for edit in step:
                apply(root, edit)
            damaged = snapshot(root / "output")
            faults = _try_build(root)
            if faults:
                assert snapshot(root / "output") == damaged, "a build that failed changed the output"
            else:
                assert snapshot(root / "output") == clean_copy(root)
                assert _try_build(root) == []


def _try_build(root: Path) -> list[str]:
    """Build; return the mistakes that stopped it, such as two articles at one URL."""
    try:
        build(root)
    except (ExceptionGroup, BuildError) as group:
        return problems(group)
    return []


def test_a_second_build_renders_and_writes_nothing(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    before = {path: path.stat().st_mtime_ns for path in (root / "output").rglob("*")}
    report = build(root)
    assert report.rendered == ()
    assert report.changes == ((), (), ())
    assert {path: path.stat().st_mtime_ns for path in (root / "output").rglob("*")} == before


FEEDS = ("feed.xml", "rss.xml", "feed.json")


def test_editing_a_body_renders_that_article_its_data_and_its_feeds_alone(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    place = root / "articles/2024/flood.md"
    place.write_text(place.read_text().replace("second paragraph", "second, mended paragraph"))
    report = build(root)
    assert set(report.rendered) == {
        "/2024/03/05/flood/",
        "/2024/03/05/flood/index.json",
        *(f"{base}{name}" for base in ("/", "/tags/rivers/", "/tags/town-hall/", "/sections/world/") for name in FEEDS),
    }
    assert b"mended" in (root / "output/2024/03/05/flood/index.html").read_bytes()


def test_editing_a_title_renders_the_neighbours_too_and_no_unrelated_page(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    place = root / "articles/1987/fire.md"
    place.write_text(place.read_text().replace("Fire at the mill", "Great fire at the mill"))
    rendered = set(build(root).rendered)
    assert {"/1987/05/fire/", "/2024/03/04/rain/", "/1987/", "/1987/05/", "/sections/world/", "/"} <= rendered
    assert not {"/2024/03/05/flood/", "/tags/rivers/", "/2024/", "/2024/03/05/"} & rendered


def test_the_front_page_follows_the_title_of_an_old_article_in_a_column_and_not_its_summary(tmp_path: Path) -> None:
    old = "---\ntitle: {}\ndate: 1990\nsection: World\nsummary: {}\n---\nText.\n"
    root = make(tmp_path, "", "title: S\npage_size: 3\n")
    write(root, "articles/old.md", old.format("The old one", "What it said."))
    for number in range(1, 13):
        write(root, f"articles/{number}.md", f"---\ntitle: T{number}\ndate: 2024-01-{number}\nsection: News\n---\n")
    build(root)
    assert b"The old one" in (root / "output/index.html").read_bytes()
    write(root, "articles/old.md", old.format("The old one", "What it says now."))
    rendered = build(root).rendered
    assert "/1990/old/" in rendered
    assert "/" not in rendered
    write(root, "articles/old.md", old.format("The oldest one", "What it says now."))
    assert "/" in build(root).rendered


def test_a_new_slug_of_one_article_reaches_the_articles_that_link_to_it(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    place = root / "articles/2024/rain.md"
    place.write_text(place.read_text().replace("title: Rain", "slug: long-rain\ntitle: Rain"))
    build(root)
    page = (root / "output/2024/03/05/flood/index.html").read_text()
    assert 'href="../../../../2024/03/04/long-rain/#later"' in page
    assert not (root / "output/2024/03/04/rain").exists()


def test_an_altered_or_deleted_output_file_is_made_again(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    before = snapshot(root / "output")
    (root / "output/index.html").write_text("altered")
    (root / "output/tags/index.html").unlink()
    build(root)
    assert snapshot(root / "output") == before


def test_a_touched_output_file_is_not_rendered_again(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    os.utime(root / "output/index.html", (1, 1))
    assert build(root).rendered == ()


@pytest.mark.parametrize("damage", ["lost", "cut", "scrambled", "from another version"])
def test_a_damaged_cache_costs_time_and_no_truth(tmp_path: Path, damage: str) -> None:
    root = make(tmp_path, THREE)
    build(root)
    (root / "articles/2024/rain.md").unlink()
    flood = root / "articles/2024/flood.md"
    flood.write_text(flood.read_text().replace("[the rain](rain.md#later)", "the rain"))
    write(root, "output/mine.txt", "foreign")
    for record in (root / ".newsgen").glob("record-*"):
        data = record.read_bytes()
        if damage == "lost":
            shutil.rmtree(root / ".newsgen")
        elif damage == "cut":
            record.write_bytes(data[:50])
        elif damage == "scrambled":
            record.write_bytes(data.replace(b"a", b"b"))
        else:
            record.write_bytes(data.replace(b"record 2", b"record 9"))
    build(root)
    after = snapshot(root / "output")
    assert after.pop("mine.txt") == b"foreign"
    assert after == clean_copy(root)


def test_a_changed_template_setting_or_static_file_ends_right(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    write(root, "templates/day.html", '{% extends "theme/day.html" %}{% block title %}A day{% endblock %}\n')
    write(root, "static/img/logo.svg", "<svg/>")
    write(root, "newsgen.yaml", SETTINGS + "subtitle: Daily\n")
    build(root)
    assert "<title>A day" in (root / "output/2024/03/05/index.html").read_text()
    assert snapshot(root / "output") == clean_copy(root)
    (root / "templates/day.html").unlink()
    (root / "static/img/logo.svg").unlink()
    build(root)
    assert snapshot(root / "output") == clean_copy(root)
    assert not (root / "output/img").exists()


def test_editing_one_template_renders_the_pages_made_of_it_alone(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + "-- templates/day.html --\n{% extends 'theme/day.html' %}\n")
    build(root)
    write(root, "templates/day.html", "{% extends 'theme/day.html' %}\n\n")
    assert set(build(root).rendered) == {"/2024/03/05/", "/2024/03/04/"}


def test_full_renders_everything_and_writes_nothing_that_is_the_same(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    first = build(root)
    report = build(root, options=Options(full=True))
    assert set(report.rendered) == set(first.rendered)
    assert report.changes == ((), (), ())


# Hermetic


def test_order_zone_hash_seed_and_folder_change_no_byte(tmp_path: Path) -> None:
    root = make(tmp_path / "first" / "site", THREE)
    build(root)
    expected = snapshot(root / "output")
    for number, zone in enumerate(("UTC", "Pacific/Auckland", "America/New_York")):
        copy = tmp_path / f"folder {number}" / "ünï"
        copy.mkdir(parents=True)
        for path in sorted(root.rglob("*"), reverse=number % 2 == 0):
            if path.is_file() and not {"output", ".newsgen"} & set(path.relative_to(root).parts):
                write(copy, path.relative_to(root).as_posix(), path.read_bytes())
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(number), "LC_ALL": "C", "LANG": "de_DE.UTF-8"}
        run = subprocess.run(
            [sys.executable, "-m", "newsgen", "build", "--site", str(copy), "--quiet"],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert snapshot(copy / "output") == expected


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_the_number_of_workers_changes_no_byte(tmp_path: Path, jobs: int, method: str) -> None:
    root = make(tmp_path / "site", THREE)
    build(root, tmp_path / "alone")
    shutil.rmtree(root / ".newsgen")
    build(root, tmp_path / "together", Options(workers=local(jobs, method)))
    assert snapshot(tmp_path / "alone") == snapshot(tmp_path / "together")


def test_an_executor_of_somebody_else_gives_the_same(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    build(root, tmp_path / "alone")
    shutil.rmtree(root / ".newsgen")
    with ProcessPoolExecutor(2) as executor:
        build(root, tmp_path / "together", Options(workers=Workers(executor=executor, count=2)))
    assert snapshot(tmp_path / "alone") == snapshot(tmp_path / "together")


def _die() -> None:
    os._exit(1)


def _dying() -> Workers:
    return Workers(executor=ProcessPoolExecutor(1, initializer=_die))


def test_a_worker_that_dies_is_a_clear_error_and_changes_nothing(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    before = snapshot(root / "output")
    write(root, "newsgen.yaml", SETTINGS + "subtitle: Other\n")
    with pytest.raises(BuildError, match="a worker process died while it was rendering /"):
        build(root, options=Options(workers=_dying()))
    assert snapshot(root / "output") == before


# Safe and clean


def test_a_mistake_in_the_content_changes_nothing(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    before = snapshot(root / "output")
    write(root, "articles/bad.md", "---\ntitle: Bad\ndate: 2024-13-01\n---\n")
    write(root, "articles/2024/rain.md", "---\ntitle: Changed\ndate: 2024-03-04\n---\n")
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    assert problems(caught.value) == [
        "articles/bad.md:3: '2024-13-01' is not a date\n    hint: write it as YYYY-MM-DD, for example 2024-12-01"
    ]
    assert snapshot(root / "output") == before


def test_a_mistake_in_a_template_changes_nothing_and_is_named_with_its_line(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    before = snapshot(root / "output")
    write(root, "templates/day.html", "<p>\n{{ nothing_of_this_name }}\n")
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    assert any(
        text.startswith("templates/day.html:2: 'nothing_of_this_name' is undefined") for text in problems(caught.value)
    )
    assert snapshot(root / "output") == before


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% if %}", "templates/day.html:1: "),
        ("{% include 'day.html' %}", "includes itself without end"),
        ("{% extends 'nowhere.html' %}", "there is no template 'nowhere.html'"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ page.nothing }}", "has no attribute 'nothing'"),
        ("{{ entries | random }}", "No filter named 'random'"),
    ],
)
def test_a_faulty_template_is_a_clear_error(tmp_path: Path, template: str, message: str) -> None:
    root = make(tmp_path, THREE + f"-- templates/day.html --\n{template}\n")
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    assert message in problems(caught.value)[0]
    assert not (root / "output").exists() or snapshot(root / "output") == {}


def test_keep_going_builds_what_is_sound_and_keeps_the_last_good_page(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    good = (root / "output/2024/03/04/rain/index.html").read_bytes()
    write(root, "articles/2024/rain.md", "---\ntitle: [broken\n---\n")
    flood = root / "articles/2024/flood.md"
    flood.write_text(flood.read_text().replace("second", "mended"))
    report = build(root, options=Options(keep_going=True))
    assert len(report.errors) == 1
    assert (root / "output/2024/03/04/rain/index.html").read_bytes() == good
    assert b"mended" in (root / "output/2024/03/05/flood/index.html").read_bytes()
    write(root, "articles/2024/rain.md", "---\ntitle: Whole\ndate: 2024-03-04\n---\n## Later\n")
    build(root)
    assert snapshot(root / "output") == clean_copy(root)


def test_keep_going_with_a_faulty_template_keeps_the_pages_made_of_it(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    before = snapshot(root / "output")
    write(root, "templates/day.html", "{{ nothing }}")
    report = build(root, options=Options(keep_going=True))
    assert {error.problem.message for error in report.errors} == {"'nothing' is undefined"}
    assert snapshot(root / "output") == before


def test_strict_makes_a_warning_an_error(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + "-- articles/x.md --\n---\ntitle: X\ndate: 2024\n---\n[gone](missing.md)\n")
    assert [problem.message for problem in build(root).warnings] == ["'missing.md' is linked to, and is not there"]
    with pytest.raises(ExceptionGroup):
        build(root, options=Options(strict=True))


def test_foreign_files_in_the_output_folder_are_left_alone(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    write(root, "output/mine.txt", "foreign")
    write(root, "output/2024/mine.txt", "foreign")
    build(root)
    for path in (root / "articles/2024").iterdir():
        path.unlink()
    build(root)
    assert (root / "output/mine.txt").read_text() == "foreign"
    assert [path.name for path in (root / "output/2024").iterdir()] == ["mine.txt"]


def test_a_foreign_file_in_the_way_stops_the_build(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    write(root, "output/index.html", "mine")
    write(root, "output/tags", "mine")
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    found = problems(caught.value)
    assert [text.split(":")[0] for text in found] == ["output/index.html", "output/tags"]
    assert snapshot(root / "output") == {"index.html": b"mine", "tags": b"mine"}


def test_nothing_is_written_through_a_link_in_the_output_folder(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "output").mkdir()
    (root / "output/2024").symlink_to(elsewhere)
    (root / "output/index.html").symlink_to(elsewhere / "target.html")
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    assert all("symbolic link" in text for text in problems(caught.value))
    assert list(elsewhere.iterdir()) == []


def test_an_output_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    (tmp_path / "elsewhere").mkdir()
    (root / "output").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BuildError, match="symbolic link"):
        build(root)


@pytest.mark.parametrize("out", [".", "..", "/", "articles", "articles/x", "static", "templates/y", ".newsgen", ".git"])
def test_the_site_is_never_built_into_its_own_sources(tmp_path: Path, out: str) -> None:
    root = make(tmp_path / "site", THREE)
    before = snapshot(tmp_path)
    with pytest.raises(BuildError, match="own sources"):
        build(root, root / out)
    assert snapshot(tmp_path) == before


def test_a_folder_of_somebody_elses_files_is_refused(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    write(tmp_path, "documents/letter.txt", "dear")
    with pytest.raises(BuildError, match="did not write"):
        build(root, tmp_path / "documents")
    assert snapshot(tmp_path / "documents") == {"letter.txt": b"dear"}


def test_a_checksums_file_that_is_not_ours_gives_us_no_right_to_remove(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    write(tmp_path, "bag/data/precious.txt", "p")
    write(tmp_path, "bag/manifest-sha256.txt", f"{'0' * 64}  data/precious.txt\n")
    with pytest.raises(BuildError):
        build(root, tmp_path / "bag")
    assert (tmp_path / "bag/data/precious.txt").exists()


def test_a_checksums_file_with_paths_that_climb_out_removes_nothing_outside(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    build(root)
    write(tmp_path, "precious.txt", "p")
    write(root, "precious.txt", "p")
    manifest = root / "output/manifest-sha256.txt"
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  ../precious.txt\n{'0' * 64}  {tmp_path}/precious.txt\n")
    shutil.rmtree(root / ".newsgen")
    build(root)
    assert (root / "precious.txt").exists()
    assert (tmp_path / "precious.txt").exists()


MANIFEST = "manifest-sha256.txt"
WITHOUT = f"{SETTINGS}manifest: false\n"


def test_the_checksums_file_can_be_switched_off_and_on(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    whole = snapshot(root / "output")
    write(root, "newsgen.yaml", WITHOUT)
    report = build(root)
    assert not report.rendered
    assert snapshot(root / "output") == {path: data for path, data in whole.items() if path != MANIFEST}
    assert build(root).changes == ((), (), ())
    write(root, "newsgen.yaml", SETTINGS)
    build(root)
    assert snapshot(root / "output") == whole


def test_without_a_checksums_file_edits_and_removals_end_as_a_clean_build(tmp_path: Path) -> None:
    root = make(tmp_path, THREE, settings=WITHOUT)
    build(root)
    article = root / "articles/1987/fire.md"
    article.write_text(article.read_text("utf-8") + "\nMore.\n", "utf-8")
    build(root)
    assert snapshot(root / "output") == clean_copy(root)
    article.unlink()
    build(root)
    assert snapshot(root / "output") == clean_copy(root)
    assert MANIFEST not in snapshot(root / "output")


def test_without_a_checksums_file_and_a_record_what_stands_there_is_nobodys_and_stays(tmp_path: Path) -> None:
    root = make(tmp_path, THREE, settings=WITHOUT)
    build(root)
    before = snapshot(root / "output")
    shutil.rmtree(root / ".newsgen")
    build(root)
    assert snapshot(root / "output") == before
    shutil.rmtree(root / ".newsgen")
    write(root, "newsgen.yaml", f"{WITHOUT}footer: Other\n")
    with pytest.raises(ExceptionGroup) as raised:
        build(root)
    assert "empty the folder" in str(next(iter(errors_in(raised.value))))
    assert snapshot(root / "output") == before


@pytest.mark.parametrize("loses_the_cache", [False, True])
def test_switched_off_an_old_checksums_file_of_ours_goes_and_one_of_others_stays(
    tmp_path: Path, loses_the_cache: bool
) -> None:
    root = make(tmp_path, THREE)
    build(root)
    if loses_the_cache:
        shutil.rmtree(root / ".newsgen")
    write(root, "newsgen.yaml", WITHOUT)
    build(root)
    assert MANIFEST not in snapshot(root / "output")
    write(root, f"output/{MANIFEST}", f"{'0' * 64}  data/of-a-bag.txt\n")
    build(root, options=Options(full=True))
    assert MANIFEST in snapshot(root / "output")


def test_a_page_can_take_the_place_of_a_folder_and_back(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/x.md --\n---\ntitle: X\ndate: 2024\nurl: /a/b.html\n---\n")
    build(root)
    write(root, "articles/x.md", "---\ntitle: X\ndate: 2024\nurl: /a/b.html/c.html\n---\n")
    build(root)
    assert snapshot(root / "output") == clean_copy(root)
    write(root, "articles/x.md", "---\ntitle: X\ndate: 2024\nurl: /a/b.html\n---\n")
    build(root)
    assert snapshot(root / "output") == clean_copy(root)


def test_two_builds_at_once_do_not_mix(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    seen: list[str] = []

    def meanwhile(stage: str, done: int, total: int) -> None:
        if stage == "rendering" and not seen:
            with pytest.raises(BuildError) as caught:
                build(root)
            seen.append(str(caught.value))

    build(root, options=Options(progress=meanwhile))
    assert seen[0].startswith("another build of this site is under way")
    assert snapshot(root / "output") == clean_copy(root)


@pytest.mark.parametrize("moved", [0, 1, 5, 30])
def test_a_build_killed_while_publishing_leaves_whole_pages_and_the_next_ends_right(tmp_path: Path, moved: int) -> None:
    root = make(tmp_path / "site", THREE)
    build(root)
    flood = root / "articles/2024/flood.md"
    flood.write_text(flood.read_text().replace("title: Flood", "title: Great flood").replace("Town hall", "Dams"))
    before, wanted = snapshot(root / "output"), clean_copy(root)
    # The process ends itself, without any cleaning up, in the middle of the moves.
    code = (
        "import os, sys; from pathlib import Path; from newsgen.build import build\n"
        "count, replace = 0, os.replace\n"
        "def dying(source, place):\n"
        "    global count\n"
        f"    if count >= {moved}: os._exit(9)\n"
        "    count += '/stage/' in str(source)\n"
        "    replace(source, place)\n"
        "os.replace = dying\n"
        f"build(Path({str(root)!r}))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], check=False)
    for path, data in snapshot(root / "output").items():
        assert data in (before.get(path), wanted.get(path)), path
    assert run.returncode in (0, 9)
    build(root)
    assert snapshot(root / "output") == wanted


def test_a_lost_record_and_keep_going_disown_no_page(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    shutil.rmtree(root / ".newsgen")
    rain = root / "articles/2024/rain.md"
    good = rain.read_text()
    rain.write_text(good.replace("2024-03-04", "xx"))
    build(root, options=Options(keep_going=True))
    assert (root / "output/2024/03/04/rain/index.html").exists()
    rain.write_text(good.replace("More rain.", "Even more rain."))
    build(root)
    assert snapshot(root / "output") == clean_copy(root)


def test_what_a_killed_build_left_staged_is_never_published(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    write(root, "output/.newsgen-stage/0", "SECRET")
    write(root, ".newsgen/stage/0", "SECRET")
    build(root)
    assert not (root / "output/.newsgen-stage").exists()
    assert not (root / ".newsgen/stage").exists()


def test_the_archive_of_another_site_is_not_taken_over(tmp_path: Path) -> None:
    first = make(tmp_path / "first", THREE)
    second = make(tmp_path / "second", THREE, "title: Another\n")
    build(first, tmp_path / "public")
    before = snapshot(tmp_path / "public")
    with pytest.raises(BuildError, match="did not write for this site"):
        build(second, tmp_path / "public")
    assert snapshot(tmp_path / "public") == before
    shutil.rmtree(first / ".newsgen")
    assert build(first, tmp_path / "public").changes == ((), (), ())


def test_a_file_renamed_in_its_case_alone_ends_right(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + "-- static/Photo.txt --\nx\n")
    build(root)
    (root / "static/Photo.txt").rename(root / "static/photo.txt")
    build(root)
    assert snapshot(root / "output") == clean_copy(root)


@pytest.mark.parametrize(
    "template",
    [
        "{% set ns = namespace(i=0) %}{% macro uid() %}{% set ns.i = ns.i + 1 %}id-{{ ns.i }}{% endmacro %}",
        "{% set seen = [] %}{% macro uid() %}{{ seen.append(1) or seen | length }}{% endmacro %}",
    ],
)
def test_what_a_macro_counts_on_one_page_is_not_known_on_the_next(tmp_path: Path, template: str) -> None:
    page = '{% import "count.html" as c %}{{ c.uid() }} {{ article.title }} {{ article.content }}\n'
    root = make(tmp_path, f"-- templates/count.html --\n{template}\n-- templates/article.html --\n{page}{THREE}")
    build(root)
    place = root / "articles/2024/rain.md"
    place.write_text(place.read_text().replace("More", "Much more"))
    build(root)
    assert snapshot(root / "output") == clean_copy(root)


def test_a_template_that_prints_an_address_in_memory_is_an_error(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + '-- templates/day.html --\n{{ ["a"] | map("upper") }}\n')
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    assert "generator cannot be printed; is '| list' or '| join' missing?" in problems(caught.value)[0]


def test_footnotes_do_not_count_the_texts_before_them(tmp_path: Path) -> None:
    settings = SETTINGS + "markdown:\n  extensions:\n    - footnotes: {UNIQUE_IDS: true}\n"
    note = "---\ntitle: N\ndate: 2024-01-0{}\n---\nText[^1].\n\n[^1]: Note.\n"
    root = make(tmp_path, "", settings)
    for number in (1, 2, 3):
        write(root, f"articles/n{number}.md", note.format(number))
    build(root)
    write(root, "articles/n3.md", note.format(3).replace("Text", "Other text"))
    build(root)
    assert snapshot(root / "output") == clean_copy(root)


def test_a_link_among_the_templates_is_an_error(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    (root / "templates").mkdir()
    (root / "templates/robots.txt").symlink_to("/etc/hostname")
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    assert problems(caught.value)[0].startswith("templates/robots.txt: this is a symbolic link, and is not read")


def test_character_references_bring_nothing_into_a_page_that_may_not_be_there(tmp_path: Path) -> None:
    body = "A &#1; &#x0b; &#xfffe; &#xfdd0;b &amp;#1; `&#1;` end.\n"
    for number, mode in enumerate(("sanitize", "escape", "allow")):
        settings = f"{SETTINGS}markdown: {{raw_html: {mode}}}\n"
        root = make(tmp_path / str(number), f"-- articles/a.md --\n---\ntitle: A\ndate: 2024\n---\n{body}", settings)
        build(root)
        ElementTree.fromstring((root / "output/feed.xml").read_bytes())
        page = (root / "output/2024/a/index.html").read_text()
        assert not re.search("[\x01\x0b\ufffe\ufdd0]", page)
        assert "end." in page and "../b" not in page


def test_a_file_named_in_code_or_a_comment_alone_is_not_published(tmp_path: Path) -> None:
    body = "![a](a.png)\n\n<!-- ![b](b.png) -->\n\n```\n![c](c.png)\n```\n\n`![d](d.png)` and ![e](e.png)\n"
    root = make(tmp_path, f"-- articles/a.md --\n---\ntitle: A\ndate: 2024\n---\n{body}")
    for name in "abcde":
        write(root, f"articles/{name}.png", name)
    build(root)
    assert sorted(path.name for path in (root / "output").rglob("*.png")) == ["a.png", "e.png"]


# Which articles


def test_drafts_and_future_articles_are_built_only_when_asked_for(tmp_path: Path) -> None:
    text = THREE + "-- articles/draft.md --\n---\ntitle: Draft\ndate: 2024-01-01\ndraft: true\n---\n"
    root = make(tmp_path, text)
    now = Selection(now=_instant("2024-03-05T00:00:00Z") - 1)
    build(root, options=Options(now))
    assert not (root / "output/2024/03/05").exists()
    assert not (root / "output/2024/01").exists()
    report = build(root, options=Options(now._replace(future=True, drafts=True)))
    assert (root / "output/2024/03/05/flood/index.html").exists()
    assert (root / "output/2024/01/01/draft/index.html").exists()
    assert report.articles == 4


def _instant(text: str) -> int:
    return parse(text, UTC).instant


@pytest.mark.parametrize("status", ["removed", "redacted"])
def test_nothing_of_an_article_that_was_taken_back_is_in_the_output(tmp_path: Path, status: str) -> None:
    """Its text, its pictures and what was made of them go; of a redacted one the title goes as well."""
    secret = (
        "---\ntitle: SECRET title\ndate: 2024-03-04\nimage: a.svg\naliases: [/old/]\n"
        "tags: [Only here]\n---\nSECRET text ![x](b.svg)\n"
    )
    root = make(tmp_path, "-- articles/x/a.svg --\n<svg/>-- articles/x/b.svg --\n<svg/>")
    write(root, "articles/y.md", "---\ntitle: Y\ndate: 2024-03-05\ntranslation_of: x\n---\nText.\n")
    write(root, "articles/x/index.md", secret)
    build(root)
    assert (root / "output/2024/03/04/x/a.svg").exists()
    write(root, "articles/x/index.md", secret.replace("title:", f"status: {status}\ntitle:", 1))
    build(root)
    after = snapshot(root / "output")
    shown = "SECRET text" if status == "removed" else "SECRET"
    assert not [path for path, data in after.items() if shown.encode() in data]
    assert not [path for path in after if path.endswith(("a.svg", "b.svg")) or "only-here" in path]
    assert b"noindex" in after["2024/03/04/x/index.html"]
    assert b"noindex" in after["old/index.html"]


def test_a_page_without_a_date_can_be_a_draft_or_hidden_and_nothing_else(tmp_path: Path) -> None:
    page = "---\ntitle: P\nstatus: {}\n---\nText.\n"
    root = make(tmp_path, f"-- pages/a.md --\n{page.format('draft')}-- pages/b.md --\n{page.format('hidden')}")
    build(root)
    assert not (root / "output/a").exists()
    assert "noindex" in (root / "output/b/index.html").read_text()
    assert "/b/" not in (root / "output/sitemap.xml").read_text()
    write(root, "pages/c.md", page.format("removed"))
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    assert problems(caught.value)[0].startswith("pages/c.md:3: a page without a date cannot be 'removed'")


def test_a_template_reads_a_body_by_dot_bracket_and_map_alike(tmp_path: Path) -> None:
    template = "{{ article.content }}|{{ article['content'] }}|{{ [article] | map(attribute='content') | first }}"
    root = make(tmp_path, f"-- templates/article.html --\n{template}\n{THREE}")
    build(root)
    parts = (root / "output/1987/05/fire/index.html").read_text().split("|")
    assert [part.strip() for part in parts] == ["<p>Fire.</p>"] * 3


def test_a_path_of_the_settings_that_leads_nowhere_is_a_warning(tmp_path: Path) -> None:
    settings = SETTINGS + "logo: /no.svg\nmenu: {Here: /archive/, Gone: /gone/}\n"
    root = make(tmp_path, THREE, settings)
    assert [problem.message for problem in build(root).warnings] == [
        "the logo leads to /no.svg, and nothing stands there",
        "the menu entry 'Gone' leads to /gone/, and nothing stands there",
    ]


def test_two_files_that_would_stand_at_one_url_are_one_warning(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2024\n---\n![x](d1/p.svg) ![y](d2/p.svg)\n"
    root = make(tmp_path, f"-- articles/a.md --\n{text}-- articles/d1/p.svg --\n1\n-- articles/d2/p.svg --\n2\n")
    (warning,) = build(root).warnings
    assert warning.message == "articles/d1/p.svg and articles/d2/p.svg would both stand at /2024/a/p.svg"


def test_two_pages_at_one_url_are_one_error_that_names_all(tmp_path: Path) -> None:
    article = "---\ntitle: T\ndate: 2024-03-05\nslug: {}\n---\n"
    root = make(tmp_path, "")
    for name, slug in (("a", "Same"), ("b", "same"), ("c", "SAME")):
        write(root, f"articles/{name}.md", article.format(slug))
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    (text,) = problems(caught.value)
    assert "articles/a.md and articles/b.md and articles/c.md" in text


def test_offline_links_name_their_files(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root, options=Options(offline=True))
    page = (root / "output/2024/03/05/flood/index.html").read_text()
    assert 'href="../../../../2024/03/04/rain/index.html#later"' in page


COUNTING = """-- templates/count.html --
{% set seen = [] %}
{% macro next(term) %}{% set _ = seen.append(1) %}{{ seen | length }}{% endmacro %}
-- templates/counting.html --
{% import "count.html" as c %}
{% macro again(name) %}{{ c.next(name) }}{% endmacro %}
-- templates/term.html --
{% import "counting.html" as m %}
{{ m.again(term.name) }}{{ m.again(term.name) }}
"""


def test_a_macro_that_counts_is_never_taken_for_one_that_does_not(tmp_path: Path) -> None:
    make(tmp_path, f"{COUNTING}-- articles/a.md --\n---\ntitle: A\ndate: 2024-01-01\ntags: [One, Two]\n---\nText.\n")
    build(tmp_path)
    for name in ("one", "two"):
        assert (tmp_path / f"output/tags/{name}/index.html").read_text().strip() == "12"


def test_a_macro_of_a_page_sees_what_was_set_between_two_calls(tmp_path: Path) -> None:
    words = "word " * 60
    template = (
        f"{{% set n = 1 %}}{{% macro show(a) %}}{{{{ n }}}} {words}{{% endmacro %}}"
        '{{ show("x") }}{% set n = 2 %}{{ show("x") }}'
    )
    make(tmp_path, f"-- templates/404.html --\n{template}\n")
    build(tmp_path)
    assert (tmp_path / "output/404.html").read_text().split() == ["1", *["word"] * 60, "2", *["word"] * 60]


def test_a_macro_looks_at_all_its_arguments_named_or_not(tmp_path: Path) -> None:
    template = '{% import "kinds.html" as k %}{{ k.show([1], b=2) }} {{ k.show([3], b=2) }} {{ k.show(b=1, a=2) }}'
    kinds = "{% macro show(a, b=0) %}{{ a }}-{{ b }}{% endmacro %}"
    make(tmp_path, f"-- templates/404.html --\n{template}\n-- templates/kinds.html --\n{kinds}\n")
    build(tmp_path)
    assert (tmp_path / "output/404.html").read_text().split() == ["[1]-2", "[3]-2", "2-1"]


def test_a_macro_tells_true_from_one_and_a_text_from_a_number(tmp_path: Path) -> None:
    template = '{% import "kinds.html" as k %}{{ k.show(1) }} {{ k.show(true) }} {{ k.show("1") }} {{ k.show(1) }}'
    kinds = "{% macro show(value) %}{{ value }}{{ value is string }}{% endmacro %}"
    make(tmp_path, f"-- templates/404.html --\n{template}\n-- templates/kinds.html --\n{kinds}\n")
    build(tmp_path)
    assert (tmp_path / "output/404.html").read_text().split() == ["1False", "TrueFalse", "1True", "1False"]
