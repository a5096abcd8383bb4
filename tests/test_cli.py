"""The command line as its user meets it: what it prints, what it exits with, what it leaves on disk."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsgen.build import build
from newsgen.version import VERSION
from tests.sites import make, snapshot, write
from tests.test_build import THREE

NEWSGEN = (sys.executable, "-m", "newsgen")
BAD = "-- articles/bad.md --\n---\ntitle: Bad\ndate: 2024-13-01\nstatus: odd\n---\n"


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NEWSGEN, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# Basics


def test_the_version_is_printed(tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"newsgen {VERSION}\n")


def test_the_version_needs_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    code = (
        "import sys; from newsgen.cli.main import cli; print(sorted({'jinja2', 'markdown', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["build", "--jobs", "0"], ["build", "--jobs", "10000"], ["new"]])
def test_wrong_usage_exits_with_2(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=make(tmp_path, THREE))
    assert done.returncode == 2
    assert "Usage:" in done.stderr


# init


def test_a_new_site_builds_at_once_and_the_second_build_writes_nothing(tmp_path: Path) -> None:
    assert run("init", "demo", cwd=tmp_path).returncode == 0
    first = run("build", cwd=tmp_path / "demo")
    assert first.returncode == 0, first.stderr
    assert (tmp_path / "demo/output/2026/01/01/welcome/index.html").exists()
    assert (tmp_path / "demo/output/about/index.html").exists()
    assert "nothing to write" in run("build", cwd=tmp_path / "demo").stdout


def test_init_never_touches_what_is_there(tmp_path: Path) -> None:
    run("init", cwd=tmp_path)
    before = snapshot(tmp_path)
    done = run("init", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is a site already" in done.stderr
    assert snapshot(tmp_path) == before


def test_a_title_with_yaml_in_it_makes_a_site_that_builds(tmp_path: Path) -> None:
    assert run("init", "demo", "--title", 'The "Record": #1 {daily}', cwd=tmp_path).returncode == 0
    assert run("build", cwd=tmp_path / "demo").returncode == 0
    assert "The &#34;Record&#34;: #1 {daily}" in (tmp_path / "demo/output/index.html").read_text()


# build


def test_problems_are_shown_together_sorted_with_place_and_hint(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + BAD + "-- articles/a.md --\n---\ndate: 2024\n---\n")
    done = run("build", cwd=root)
    assert done.returncode == 1
    assert done.stderr == (
        "articles/a.md:1: there is no title\n"
        "    hint: write 'title: ...' in the front matter, between '---' lines\n"
        "articles/bad.md:3: '2024-13-01' is not a date\n"
        "    hint: write it as YYYY-MM-DD, for example 2024-12-01\n"
        "articles/bad.md:4: 'odd' is not a status\n"
        "    hint: there are published, draft, hidden, archived, removed, redacted\n"
        "3 errors: nothing was written\n"
    )
    assert snapshot(root / "output") == {}


def test_a_folder_without_settings_is_no_site(tmp_path: Path) -> None:
    done = run("build", cwd=tmp_path)
    assert done.returncode == 1
    assert "newsgen.yaml: there is no newsgen.yaml here" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_report_for_machines_is_json(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    report = json.loads(run("build", "--json", cwd=root).stdout)
    assert report["articles"] == 3
    assert "2024/03/05/flood/index.html" in report["added"]
    write(root, "articles/bad.md", "---\ntitle: Bad\ndate: never\n---\n")
    done = run("build", "--json", cwd=root)
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["path"] == "articles/bad.md"
    assert json.loads(done.stdout)["errors"][0]["line"] == 3


def test_quiet_prints_nothing_where_all_is_well(tmp_path: Path) -> None:
    done = run("build", "--quiet", cwd=make(tmp_path, THREE))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_colour_is_written_to_a_pipe(tmp_path: Path) -> None:
    assert "\x1b" not in run("build", cwd=make(tmp_path, BAD)).stderr


def test_names_that_would_steer_a_terminal_are_shown_escaped(tmp_path: Path) -> None:
    root = make(tmp_path, "")
    write(root, "articles/\x1b[31mred.md", "---\ntitle: x\n---\n")
    write(root, "articles/a.md", '---\ntitle: x\ndate: "\\e[31m"\n---\n')
    done = run("build", cwd=root)
    assert done.returncode == 1
    assert "\x1b" not in done.stderr
    assert "\\x1b" in done.stderr


def test_keep_going_says_what_it_could_not_build(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + BAD)
    done = run("build", "--keep-going", cwd=root)
    assert done.returncode == 1
    assert "articles/bad.md:3" in done.stderr
    assert (root / "output/2024/03/05/flood/index.html").exists()


def test_warnings_do_not_stop_a_build_but_with_strict(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/a.md --\n---\ntitle: A\ndate: 2024\n---\n[x](gone.md)\n")
    done = run("build", cwd=root)
    assert done.returncode == 0
    assert "articles/a.md:5: warning: 'gone.md' is linked to, and is not there" in done.stderr
    assert run("build", "--strict", cwd=root).returncode == 1


def test_the_time_is_given_and_never_read(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    run("build", cwd=root)
    assert (root / "output/2024/03/05").exists()
    done = run("build", cwd=root, SOURCE_DATE_EPOCH="1709596799")
    assert "1 article is held back, dated later than the time that was given" in done.stderr
    assert not (root / "output/2024/03/05").exists()
    run("build", "--future", cwd=root, SOURCE_DATE_EPOCH="1709596799")
    assert (root / "output/2024/03/05").exists()
    run("build", "--now", "2024-03-04T23:59:00Z", cwd=root)
    assert not (root / "output/2024/03/05").exists()
    run("build", "--now", "now", cwd=root)
    assert (root / "output/2024/03/05").exists()


@pytest.mark.parametrize("arguments", [["--now", "tomorrow"], ["--now", "2024-99"]])
def test_a_time_that_is_none_is_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    assert run("build", *arguments, cwd=make(tmp_path, THREE)).returncode == 2


def test_an_epoch_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    assert run("build", cwd=make(tmp_path, THREE), SOURCE_DATE_EPOCH="soon").returncode == 2


def test_a_site_is_built_from_anywhere_to_anywhere(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    done = run("build", "--site", str(root), "--output", "public", cwd=tmp_path)
    assert done.returncode == 0
    build(root)
    assert snapshot(tmp_path / "public") == snapshot(root / "output")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_build_cleanly(tmp_path: Path, number: signal.Signals, code: int) -> None:
    root = make(tmp_path, "")
    for index in range(600):
        write(
            root, f"articles/a{index}.md", f"---\ntitle: A{index}\ndate: 2024-01-01\n---\n" + "Some *words*.\n\n" * 40
        )
    started = subprocess.Popen([*NEWSGEN, "build"], cwd=root, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not (root / ".newsgen/stage").exists() and started.poll() is None:
        time.sleep(0.01)
    started.send_signal(number)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == code
    assert "Traceback" not in errors
    assert not (root / ".newsgen/stage").exists()
    assert "index.html" not in snapshot(root / "output")
    assert run("build", "--quiet", cwd=root).returncode == 0


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    root = make(tmp_path, "")
    for index in range(600):
        write(
            root, f"articles/a{index}.md", f"---\ntitle: A{index}\ndate: 2024-01-01\n---\n" + "Some *words*.\n\n" * 40
        )
    started = subprocess.Popen([*NEWSGEN, "build", "--jobs", "2"], cwd=root, start_new_session=True)
    while not (root / ".newsgen/stage").exists() and started.poll() is None:
        time.sleep(0.01)
    started.kill()
    started.wait()
    for _ in range(200):
        try:
            os.killpg(started.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        os.killpg(started.pid, signal.SIGKILL)
        pytest.fail("workers live on without their parent")
    assert run("build", "--quiet", cwd=root).returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_a_clear_error(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    (root / "output").mkdir(mode=0o500)
    done = run("build", cwd=root)
    assert done.returncode == 1
    assert "cannot write" in done.stderr


def test_a_full_disk_is_a_clear_error_and_leaves_the_output_as_it_was(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    before = snapshot(root / "output")
    write(root, "newsgen.yaml", "title: Another title\n")
    code = "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)); "
    code += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from newsgen.cli import main; main(['build'])"
    done = subprocess.run([sys.executable, "-B", "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot write: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert snapshot(root / "output") == before


# new


def test_new_makes_an_article_that_builds_today(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    done = run("new", 'A "quoted": headline #1', "--tags", "One, C++", "--section", "World", cwd=root)
    path = root / done.stdout.strip()
    assert path.name == "a-quoted-headline-1.md"
    assert run("build", "--strict", cwd=root).returncode == 0
    rows = json.loads(run("list", "--json", "--tag", "one", cwd=root).stdout)
    assert rows[0]["title"] == 'A "quoted": headline #1'
    assert rows[0]["date"].startswith(path.parent.name)


def test_new_writes_over_nothing(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    assert run("new", "Flood", "--date", "2024-03-05", cwd=root).returncode == 1
    assert "Flood reaches the town" in (root / "articles/2024/flood.md").read_text()


@pytest.mark.parametrize("title", ["", "   ", "!!!"])
def test_a_title_that_gives_no_file_name_is_wrong_usage(tmp_path: Path, title: str) -> None:
    assert run("new", title, cwd=make(tmp_path, THREE)).returncode == 2


def test_a_slug_cannot_lead_out_of_the_articles(tmp_path: Path) -> None:
    assert run("new", "T", "--slug", "../../x", cwd=make(tmp_path / "a" / "b", THREE)).returncode == 2


# list and explain


def test_the_list_is_filtered_and_has_three_forms(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + "-- articles/d.md --\n---\ntitle: Draft\ndate: 2025\ndraft: true\n---\n")
    assert [row["title"] for row in json.loads(run("list", "--json", cwd=root).stdout)] == [
        "Fire at the mill", "Rain for a week", "Flood reaches the town", "Draft",
    ]  # fmt: skip
    for arguments, titles in (
        (["--tag", "town hall"], ["Flood reaches the town"]),
        (["--author", "Weather desk"], ["Rain for a week"]),
        (["--section", "world", "--since", "2000"], ["Flood reaches the town"]),
        (["--until", "1987"], ["Fire at the mill"]),
        (["--until", "2024-03-04", "--since", "2024-03"], ["Rain for a week"]),
        (["--status", "draft"], ["Draft"]),
    ):
        rows = csv.DictReader(io.StringIO(run("list", "--csv", *arguments, cwd=root).stdout))
        assert [row["title"] for row in rows] == titles, arguments
    assert "articles/1987/fire.md" in run("list", cwd=root).stdout


MANY = (
    THREE
    + """
-- articles/e.md --
---
title: Élections à l’eau
date: 2024-03
updated: 2025-01-01
series: After the flood
story: The flood
places: [Old town]
authors: [Anna Berg, Weather desk]
tags: Rivers
---
Votes were counted.

The mayor spoke of the *Überschwemmung*.
"""
)
WITH_PLACES = "title: T\nsearch: false\ntaxonomies: {places: {}}\n"


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        (["rain"], ["Rain for a week"]),
        (["ROSE", "reaches"], ["Flood reaches the town"]),
        (["elections", "l'eau"], ["Élections à l’eau"]),
        (["the town"], ["Flood reaches the town"]),
        (["uberschwemmung"], []),
        (["uberschwemmung", "--text"], ["Élections à l’eau"]),
        (["--series", "after-the-flood"], ["Élections à l’eau"]),
        (["--story", "the flood"], ["Élections à l’eau"]),
        (["--term", "places=old town"], ["Élections à l’eau"]),
        (["--term", "tag=rivers", "--term", "authors=weather desk"], ["Élections à l’eau", "Rain for a week"]),
        (["--tag", "rivers", "--tag", "town-hall"], ["Flood reaches the town"]),
        (["--author", "anna berg", "--author", "weather desk"], ["Élections à l’eau"]),
        (["--from", "2024-03-02", "--to", "2024-03-04"], ["Rain for a week"]),
        (["--to", "1987-05"], ["Fire at the mill"]),
        (["--from", "2024-03", "--to", "2024"], ["Élections à l’eau", "Rain for a week", "Flood reaches the town"]),
        (["--sort", "title", "--limit", "2"], ["Élections à l’eau", "Fire at the mill"]),
        (["--reverse", "--limit", "1"], ["Flood reaches the town"]),
        (["--sort", "updated", "--reverse", "--limit", "1"], ["Élections à l’eau"]),
        (["--sort", "author", "--limit", "1"], ["Élections à l’eau"]),
        (["--sort", "section", "--limit", "1"], ["Fire at the mill"]),
        (["--sort", "path", "--limit", "1"], ["Fire at the mill"]),
    ],
)
def test_the_list_is_narrowed_down_and_put_in_order(tmp_path: Path, arguments: list[str], titles: list[str]) -> None:
    done = run("list", "--json", *arguments, cwd=make(tmp_path, MANY, WITH_PLACES))
    assert [row["title"] for row in json.loads(done.stdout)] == titles
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        (["--tag", "Rivrs"], "note: no article has the tag 'Rivrs': did you mean 'Rivers'?\n"),
        (["--author", "Ana Berg"], "note: no article has the author 'Ana Berg': did you mean 'Anna Berg'?\n"),
        (
            ["--term", "places=Old tow"],
            "note: no article has the term of 'places' 'Old tow': did you mean 'Old town'?\n",
        ),
        (["--section", "Qqqq"], "note: no article has the section 'Qqqq'\n"),
    ],
)
def test_a_term_that_there_is_not_gives_an_empty_list_and_the_nearest_one(
    tmp_path: Path, arguments: list[str], note: str
) -> None:
    done = run("list", "--json", *arguments, cwd=make(tmp_path, MANY, WITH_PLACES))
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, [], note)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "2024-13"], "'2024-13' is not a date; write it as 2024-12-01, 2024-12 or 2024"),
        (["--to", "soon"], "'soon' is not a date"),
        (["--term", "place=x"], "'place' is no taxonomy of this site: did you mean 'places'?"),
        (["--term", "rivers"], "'rivers' is no term: write it as TAXONOMY=NAME"),
        (["--status", "odd"], "'odd' is not one of 'published', 'draft'"),
        (["--text"], "--text looks for words"),
        (["--limit", "0"], "--limit"),
        (["--sort", "odd"], "--sort"),
    ],
)
def test_a_list_that_cannot_be_made_is_wrong_usage_with_a_hint(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = run("list", *arguments, cwd=make(tmp_path, MANY, WITH_PLACES))
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


def test_the_list_is_that_of_the_files_as_they_are_after_a_build_as_well(tmp_path: Path) -> None:
    root = make(tmp_path, MANY, WITH_PLACES)
    before = run("list", "--json", cwd=root).stdout
    build(root)
    assert run("list", "--json", cwd=root).stdout == before
    write(root, "articles/1987/fire.md", "---\ntitle: Fire again\ndate: 1987-05\n---\nFire.\n")
    assert json.loads(run("list", "--json", cwd=root).stdout)[0]["title"] == "Fire again"


def test_explain_tells_where_each_field_came_from(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + "-- articles/2020-01-02-x.md --\n---\nHeadline: X\nfoo: 1\n---\n")
    shown = run("explain", "articles/2020-01-02-x.md", cwd=root).stdout
    assert "title          X  (line 2, 'Headline')" in shown
    assert "date           2020-01-02  (the file name)" in shown
    assert "extra.foo" in shown
    assert "URL            /2020/01/02/x/" in shown
    assert "\n  /2020/01/\n" in shown
    assert run("explain", "newsgen.yaml", cwd=root).returncode == 1
    assert run("explain", "nothing.md", cwd=root).returncode == 1


def test_explain_tells_of_a_profile_where_it_is_shown(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/y.md --\n---\ntitle: Y\ndate: 2020\ntags: streams\n---\nText.\n")
    write(root, "articles/_tags/rivers.md", "---\ntitle: Rivers\naliases: Streams\n---\nThey flow.\n")
    shown = run("explain", "articles/_tags/rivers.md", cwd=root).stdout
    assert "aliases        Streams  (line 3, 'aliases')" in shown
    assert "URL            /tags/rivers/" in shown
    assert "\n  /2020/y/\n" in shown


# import text

PLAIN = (
    "The mayor said “no” on Monday in the U.S. capital. It was short.\n* Not a list\n1. Nor this\n# nor a heading <b>"
)


def test_each_line_of_a_plain_text_becomes_a_paragraph(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    (tmp_path / "plain.txt").write_text(PLAIN)
    done = run("import", "text", "plain.txt", "--date", "2024-11-08", "--tags", "Mayors, News", cwd=root)
    assert done.returncode == 0, done.stderr
    assert "the title was made from the first sentence" in done.stderr
    assert run("build", "--strict", cwd=root).returncode == 0
    name = "the-mayor-said-no-on-monday-in-the-u-s-capital"
    page = (root / f"output/2024/11/08/{name}/index.html").read_text()
    for line in ("The mayor said “no” on Monday in the U.S. capital. It was short.", "* Not a list", "1. Nor this"):
        assert f"<p>{line}</p>" in page
    assert "<p># nor a heading &lt;b&gt;</p>" in page
    for index in ("tags/mayors", "2024", "2024/11", "2024/11/08"):
        assert name in (root / "output" / index / "index.html").read_text()


def test_an_edit_of_an_imported_text_renders_its_page_and_feeds_alone(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    (tmp_path / "plain.txt").write_text(PLAIN)
    run("import", "text", "plain.txt", "--date", "2024-11-08", "--tags", "Mayors", "--title", "Mayor", cwd=root)
    run("build", cwd=root)
    place = root / "articles/2024/mayor.md"
    place.write_text(place.read_text().replace("Nor this", "Nor that"))
    report = json.loads(run("build", "--json", cwd=root).stdout)
    feeds = {f"{base}{name}" for base in ("/", "/tags/mayors/") for name in ("feed.xml", "rss.xml", "feed.json")}
    assert set(report["rendered"]) == {"/2024/11/08/mayor/", "/2024/11/08/mayor/index.json", *feeds}


def test_an_import_without_a_date_names_the_option(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    (tmp_path / "plain.txt").write_text(PLAIN)
    done = run("import", "text", "plain.txt", cwd=root)
    assert done.returncode == 2
    assert "--date" in done.stderr


def test_a_headline_is_asked_for_on_a_terminal(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    (tmp_path / "plain.txt").write_text(PLAIN)
    parent, child = pty.openpty()
    asked = subprocess.Popen(
        [*NEWSGEN, "import", "text", "plain.txt", "--date", "2024"], cwd=root, stdin=child, stdout=child, stderr=child
    )
    os.close(child)
    shown = b""
    while b"]: " not in shown and select.select([parent], [], [], 20)[0]:
        shown += os.read(parent, 1000)
    os.write(parent, b"Typed by hand\n")
    while True:
        try:
            shown += os.read(parent, 1000)
        except OSError:
            break
    assert asked.wait(20) == 0, shown
    assert b"Headline [The mayor said" in shown
    assert (root / "articles/2024/typed-by-hand.md").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "holds no text"), (b" \n\n ", "holds no text"), (b"caf\xe9", "--encoding cp1252")],
)
def test_a_text_that_cannot_be_imported_is_a_clear_error(tmp_path: Path, content: bytes, message: str) -> None:
    root = make(tmp_path, THREE)
    before = snapshot(root)
    (tmp_path / "plain.txt").write_bytes(content)
    done = run("import", "text", "plain.txt", "--date", "2024", cwd=root)
    assert done.returncode == 1
    assert message in done.stderr
    (tmp_path / "plain.txt").unlink()
    assert snapshot(root) == before


def test_a_text_in_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    (tmp_path / "plain.txt").write_bytes("Le café\r\n\r\nDeux “mots”".encode("cp1252"))
    assert run("import", "text", "plain.txt", "--date", "2024", "--encoding", "cp1252", cwd=root).returncode == 0
    assert "Le café\n\nDeux “mots”\n" in (root / "articles/2024/le-cafe.md").read_text()


# The wheel


def test_the_wheel_carries_the_theme_and_works_without_the_sources(tmp_path: Path, project: Path) -> None:
    sources = tmp_path / "sources"
    for name in ("src", "templates"):
        shutil.copytree(project / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(project / name, sources / name)
    target = tmp_path / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(sources)],
        check=True, capture_output=True,
    )  # fmt: skip
    shutil.rmtree(sources)
    packed, own = snapshot(target / "newsgen/theme"), snapshot(project / "templates")
    assert packed == own
    done = run("init", "demo", cwd=tmp_path, PYTHONPATH=str(target))
    assert done.returncode == 0
    code = "import newsgen, sys; sys.stdout.write(newsgen.__file__); from newsgen.cli import main; main(['build'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "demo",
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(target))
    assert (tmp_path / "demo/output/theme/style.css").exists()
