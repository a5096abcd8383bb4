"""`newsgen correct` as its user meets it: what it prints, what it exits with, what it leaves in the file."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsgen.cli.writing import replace_file
from newsgen.errors import BuildError
from newsgen.surveying import survey
from tests.sites import SETTINGS, make, snapshot, write
from tests.test_cli import NEWSGEN, run

ARTICLE = "---\ntitle:   Flood  # sic\ndate: 2024-03-05\n---\nText.\n"
FLOOD = "articles/2024/flood.md"
ZONE = "Pacific/Kiritimati"  # fourteen hours before UTC


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make(tmp_path, f"-- {FLOOD} --\n{ARTICLE}", f"{SETTINGS}timezone: {ZONE}\n")


def given(text: bytes, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command that is given a text on standard input."""
    return subprocess.run([*NEWSGEN, *arguments], cwd=cwd, input=text, capture_output=True, timeout=60, check=False)


def test_a_correction_is_added_and_what_comes_next_is_told(site: Path) -> None:
    done = run("correct", FLOOD, "--text", "It was Mill Lane.", "--date", "6 March 2024", cwd=site)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "articles/2024/flood.md: added: correction, 2024-03-06\n"
        "next: 'newsgen build' shows it on the article's page, at /corrections/ and in the feeds\n"
    )
    assert (site / FLOOD).read_text() == (
        "---\ntitle:   Flood  # sic\ndate: 2024-03-05\n"
        "corrections:\n  - date: 2024-03-06\n    kind: correction\n    text: It was Mill Lane.\n---\nText.\n"
    )


def test_without_a_date_it_is_of_today_in_the_zone_of_the_site(site: Path) -> None:
    before = datetime.now(ZoneInfo(ZONE)).date()
    assert run("correct", "flood.md", "--kind", "UPDATE", "--text", "More.", cwd=site / "articles/2024").returncode == 1
    done = run(
        "correct", "flood.md", "--site", "../..", "--kind", "UPDATE", "--text", "More.", cwd=site / "articles/2024"
    )
    assert done.returncode == 0, done.stderr
    (article,) = survey(site).archive.articles
    (made,) = article.corrections
    assert before.isoformat() <= made.date.iso <= datetime.now(ZoneInfo(ZONE)).date().isoformat()
    assert (made.kind, made.date.offset) == ("update", 14 * 60)


def test_a_text_from_standard_input_is_one_line_and_the_file_keeps_its_permissions(site: Path) -> None:
    (site / FLOOD).chmod(0o640)
    said = '\ufeffFirst: “line” # no comment\r\n\r\n  😀 second\x1b[31m "line"\n'.encode()
    done = given(said, "correct", FLOOD, "--kind", "clarification", "--text", "-", "--date", "2024-03-06", cwd=site)
    assert done.returncode == 0, done.stderr
    (article,) = survey(site).archive.articles
    assert article.corrections[0].text == 'First: “line” # no comment 😀 second [31m "line"'
    assert (site / FLOOD).stat().st_mode & 0o777 == 0o640
    assert [path.name for path in (site / "articles/2024").iterdir()] == ["flood.md"]


def test_a_second_correction_is_counted(site: Path) -> None:
    run("correct", FLOOD, "--text", "One.", "--date", "2024-03-06", cwd=site)
    done = run("correct", FLOOD, "--kind", "retraction", "--text", "All.", "--date", "2024-03-07T10:00+01:00", cwd=site)
    assert done.stdout.startswith(
        "articles/2024/flood.md: added: retraction, 2024-03-07T10:00+01:00 (the article has 2)"
    )


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("status: hidden", "next: 'newsgen build' shows it on the article's page\n"),
        ("status: removed\nreason: R", "the article is removed: its notice shows no corrections\n"),
        ("redirect: /there/", "the article's page only sends on, and shows no corrections\n"),
        ("draft: true", "at /corrections/ and in the feeds (of drafts: with --drafts)\n"),
    ],
)
def test_where_a_correction_will_not_be_seen_is_told(site: Path, status: str, told: str) -> None:
    write(site, FLOOD, ARTICLE.replace("date:", f"{status}\ndate:"))
    done = run("correct", FLOOD, "--text", "One.", cwd=site)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(told)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--text", ""], "the text is empty: say what was changed"),
        (["--text", " \n\t "], "the text is empty: say what was changed"),
        (["--text", "x", "--date", "2024-02-30"], "'2024-02-30' is not a date; write it as 2024-12-01"),
        (["--text", "x", "--date", ""], "'' is not a date"),
        (["--text", "x", "--kind", "oops"], "'oops' is not one of 'correction', 'clarification'"),
        ([], "Missing option '--text'"),
    ],
)
def test_a_wrong_option_is_told(site: Path, arguments: list[str], message: str) -> None:
    before = snapshot(site)
    done = run("correct", FLOOD, *arguments, cwd=site)
    assert done.returncode == 2
    assert message in done.stderr
    assert snapshot(site) == before


def test_a_wrong_file_is_told_and_nothing_is_written(site: Path) -> None:
    write(site, "pages/about.md", "---\ntitle: About\n---\n")
    write(site, "articles/_tags/rivers.md", "---\ntitle: Rivers\n---\n")
    write(site, "articles/2024/flood.jpg", "")
    write(site, "articles/.hidden.md", ARTICLE)
    write(site, "elsewhere/flood.md", ARTICLE)
    (site / "articles/link.md").symlink_to(site / FLOOD)
    (site / "articles/folder").symlink_to(site / "articles/2024")
    os.mkfifo(site / "articles/pipe.md")
    wrong = {
        "articles/none.md": "articles/none.md: there is no such file",
        "articles/2024": "articles/2024: this is a folder",
        "articles/../../x.md": "articles/../../x.md: there is no such file",
        "pages/about.md": "pages/about.md: this is no article of the site",
        "articles/_tags/rivers.md": "articles/_tags/rivers.md: this is the profile of a term, and no article",
        "articles/2024/flood.jpg": "articles/2024/flood.jpg: this is no article of the site",
        "articles/.hidden.md": "articles/.hidden.md: this is no article of the site",
        "elsewhere/flood.md": "elsewhere/flood.md: this is no article of the site",
        "/etc/passwd": "/etc/passwd: this is no article of the site",
        "articles/link.md": "articles/link.md: this is a symbolic link, and is not read",
        "articles/folder/flood.md": "articles/folder/flood.md: this is no article of the site",
        "articles/pipe.md": "articles/pipe.md: this is no plain file, and is not read",
    }
    for path, message in wrong.items():
        done = run("correct", path, "--text", "x", cwd=site)
        assert done.returncode == 1, path
        assert done.stderr.startswith(message), (path, done.stderr)
        assert "hint:" in done.stderr
        assert done.stderr.endswith("1 error: nothing was written\n")
    assert (site / FLOOD).read_text() == ARTICLE


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Text.\n", "articles/2024/flood.md:1: there is no front matter to hold a correction\n    hint: write 'title"),
        (b"---\ntitle: A\n---\n\xff\n", "articles/2024/flood.md:4: the byte 0xff is not UTF-8"),
        (b"---\ntitle: A\nstatus: odd\n---\n", "articles/2024/flood.md:3: 'odd' is not a status"),
        (b"---\n~\n---\n", "articles/2024/flood.md:2: the correction cannot be put here without changing something"),
    ],
)
def test_a_file_that_cannot_be_corrected_is_left_as_it_was(site: Path, data: bytes, message: str) -> None:
    write(site, FLOOD, data)
    done = run("correct", FLOOD, "--text", "x", cwd=site)
    assert done.returncode == 1
    assert done.stderr.startswith(message)
    assert (site / FLOOD).read_bytes() == data
    assert [path.name for path in (site / "articles/2024").iterdir()] == ["flood.md"]


def test_standard_input_that_is_no_text_is_refused(site: Path) -> None:
    done = given(b"\xff\xfe", "correct", FLOOD, "--text", "-", cwd=site)
    assert done.returncode == 2
    assert b"what standard input gives is not UTF-8" in done.stderr


def test_a_file_that_somebody_else_saved_meanwhile_is_not_overwritten(site: Path) -> None:
    with pytest.raises(BuildError, match="changed by somebody else"):
        replace_file(site / FLOOD, b"what was read", b"what would be written")
    assert (site / FLOOD).read_text() == ARTICLE
    assert [path.name for path in (site / "articles/2024").iterdir()] == ["flood.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(site: Path) -> None:
    (site / "articles/2024").chmod(0o555)
    try:
        done = run("correct", FLOOD, "--text", "x", cwd=site)
    finally:
        (site / "articles/2024").chmod(0o755)
    assert done.returncode == 1
    assert re.match(r"\S+flood.md: cannot write: Permission denied", done.stderr)


def test_outside_a_site_there_is_nothing_to_correct(tmp_path: Path) -> None:
    done = run("correct", "a.md", "--text", "x", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no newsgen.yaml here" in done.stderr
