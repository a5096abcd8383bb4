"""A plan says what the build does, and leaves everything as it was; a report says what the build did."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsgen import differences
from newsgen.build import Options, Report, build
from newsgen.cli.pullrequest import LONGEST, markdown
from newsgen.cli.workers import local
from newsgen.errors import BuildError, Problem, errors_in
from newsgen.permalink import MANIFEST, output_path, url_of
from newsgen.preview import Comparison, Difference, IndexPart, Move, Preview, Touched, preview
from newsgen.write import Target
from newsgen.write.record import write_pending
from tests.sites import SETTINGS, make, snapshot, write
from tests.strategies import STANDING, Edit, apply, articles, edits
from tests.test_build import THREE
from tests.test_cli import run

_APART = "\u2060"


def standings(root: Path) -> dict[str, tuple[int, ...]]:
    """Return how everything below a folder stands, folders among it: kind, size and all times but that of reading."""
    found: dict[str, tuple[int, ...]] = {}
    for current, folders, names in os.walk(root):
        for name in (".", *folders, *names):
            stat = os.lstat(Path(current) / name)
            found[f"{current}/{name}"] = (stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return found


@contextmanager
def left_as_it_was(root: Path) -> Iterator[None]:
    before, bytes_before = standings(root), snapshot(root)
    yield
    assert standings(root) == before
    assert snapshot(root) == bytes_before


def previewed(root: Path, *wanted: str, options: Options = Options(), **how: bool) -> Preview:
    with left_as_it_was(root):
        return preview(root, None, options, Comparison(wanted, **how))


def built(root: Path) -> Report | list[Problem]:
    try:
        return build(root)
    except (ExceptionGroup, BuildError) as group:
        problems = {error.problem for error in errors_in(group)}
        return sorted(problems, key=lambda problem: problem.sort_key)


def edit(root: Path, path: str, old: str, new: str) -> None:
    place = root / path
    text = place.read_text()
    assert old in text
    place.write_text(text.replace(old, new))


# Exact


@settings(max_examples=25)
@given(st.lists(st.lists(edits(), min_size=1, max_size=3), min_size=1, max_size=4), st.lists(articles(), max_size=4))
@example(
    [[Edit("write", "articles/one.md", "---\ntitle: T\ndate: 2024\n---\n")], [Edit("delete", "articles/one.md")]], []
)
def test_a_plan_says_what_the_build_after_it_does_and_changes_nothing(
    steps: list[list[Edit]], first: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder) / "site", STANDING)
        for number, text in enumerate(first):
            write(root, f"articles/first-{number}.md", text)
        for step in [[], *steps]:
            for item in step:
                apply(root, item)
            found = previewed(root)
            before = snapshot(root / "output")
            report = built(root)
            if isinstance(report, list):
                assert list(found.errors) == report
                continue
            assert found.errors == ()
            assert found.changes == report.changes
            assert set(report.moved) == {(move.url, move.target) for move in found.moves}
            assert {(item.change, item.path) for item in found.touched} == {
                (kind, path) for kind, paths in report.changes._asdict().items() for path in paths
            }
            assert report_matches(report, before, snapshot(root / "output"))
            assert found.after == sum(len(data) for path, data in snapshot(root / "output").items() if path != MANIFEST)


def report_matches(report: Report, before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """Whether a report lists exactly what differs between two states of the output folder, with its checksums."""
    told = {change.path: change for change in report.files}
    assert len(told) == len(report.files)
    assert [change.path for change in report.files] == sorted(told)
    wanted = dict.fromkeys(after.keys() - before.keys(), "added")
    wanted |= dict.fromkeys(before.keys() - after.keys(), "removed")
    wanted |= {path: "changed" for path in before.keys() & after.keys() if before[path] != after[path]}
    for path, change in told.items():
        if change.kind != "removed":
            assert (change.size, change.checksum) == (len(after[path]), sha256(after[path]).digest())
    return {path: change.kind for path, change in told.items()} == wanted


def test_with_no_output_yet_all_is_added_and_no_folder_is_made(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    found = previewed(root)
    assert len(found.changes.added) == found.planned == len(found.touched)
    assert found.before == 0
    assert not (root / "output").exists()
    assert not (root / ".newsgen").exists()


def test_with_nothing_changed_nothing_is_told(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    found = previewed(root)
    assert found.changes == ((), (), ())
    assert found.before == found.after > 0


def test_an_output_file_that_somebody_damaged_is_told(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    (root / "output/index.html").write_text("altered")
    (root / "output/tags/index.html").unlink()
    found = previewed(root)
    assert found.changes == (("tags/index.html",), ("index.html",), ())
    assert found.changes == build(root).changes


def test_without_a_cache_the_output_folder_itself_tells_what_differs(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    shutil.rmtree(root / ".newsgen")
    (root / "articles/1987/fire.md").unlink()
    found = previewed(root)
    assert "1987/05/fire/index.html" in found.changes.removed
    assert "2024/03/05/flood/index.html" not in found.changes.changed
    assert not (root / ".newsgen").exists()
    assert found.changes == build(root).changes


@pytest.mark.skipif(os.geteuid() == 0, reason="rights mean nothing to root")
def test_a_folder_that_may_not_be_written_can_be_planned(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    build(root)
    edit(root, "articles/2024/flood.md", "second", "third")
    places = [root, *(place for place in root.rglob("*") if place.is_dir())]
    for place in places:
        place.chmod(0o555)
    try:
        found = previewed(root)
    finally:
        for place in places:
            place.chmod(0o755)
    assert found.errors == ()
    assert "2024/03/05/flood/index.html" in found.changes.changed


def test_the_number_of_workers_changes_no_plan(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    edit(root, "newsgen.yaml", "The Test Record", "Another Record")
    alone = previewed(root)
    assert len(alone.changes.changed) > 20
    assert previewed(root, options=Options(workers=local(2))) == alone


def test_what_stops_the_build_is_told_and_nothing_else(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    write(root, "articles/bad.md", "---\ntitle: Bad\ndate: 2024-13-01\n---\n")
    write(root, "templates/day.html", "{{ nothing.of_this }}")
    found = previewed(root)
    assert list(found.errors) == built(root)
    assert found.changes == ((), (), ())
    (root / "articles/bad.md").unlink()
    assert list(previewed(root).errors) == built(root) != []


def test_a_folder_of_somebody_else_and_a_file_in_the_way_are_told(tmp_path: Path) -> None:
    root = make(tmp_path / "site", THREE)
    other = make(tmp_path / "other", "-- index.html --\nMine.\n", settings="x")
    with left_as_it_was(tmp_path):
        found = preview(root, other)
    assert "newsgen did not write" in found.errors[0].message
    write(root, "output/2024/03/05/flood/index.html", "Mine.")
    assert "was not written by newsgen" in previewed(root).errors[0].message


def test_strict_makes_a_warning_an_error_of_the_plan(tmp_path: Path) -> None:
    root = make(tmp_path, THREE, settings=SETTINGS + "menu: {Lost: /lost/}\n")
    assert previewed(root).errors == ()
    assert previewed(root, options=Options(strict=True)).errors


def test_a_build_under_way_or_cut_short_is_noted_and_waited_for_by_nobody(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    assert previewed(root).notes == ()
    record = next((root / ".newsgen").glob("record-*"))
    write_pending(record.with_name(record.name.replace("record", "pending")), ["new/index.html"])
    with Target(root / "output", root / ".newsgen", "The Test Record"):
        found = previewed(root)
    assert "another build is under way" in found.notes[0]
    assert found.changes == ((), (), ())


# Moves


def test_a_page_that_sends_on_is_a_move_and_no_change(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    edit(root, "articles/2024/flood.md", "2024-03-05", "2024-03-07\naliases: [/2024/03/05/flood/]")
    found = previewed(root, "articles/2024/flood.md")
    assert found.moves == (Move("/2024/03/05/flood/", "/2024/03/07/flood/", "Flood reaches the town"),)
    shown = {item.url for change in ("added", "changed") for items in found.of(change).values() for item in items}
    assert not shown & {"/2024/03/05/flood/", "/2024/03/07/flood/"}
    assert "2024/03/05/flood/index.html" in found.changes.changed
    new, old = found.differences
    assert (new.url, new.was) == ("/2024/03/07/flood/", "/2024/03/05/flood/")
    assert any("7 March 2024" in line for line in new.lines)
    assert (old.lines, old.note) == ((), "it sends on to /2024/03/07/flood/")
    assert build(root).moved == (("/2024/03/05/flood/", "/2024/03/07/flood/"),)


def test_a_redirect_that_gets_another_target_is_a_change_and_no_move(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    edit(root, "articles/2024/flood.md", "tags:", "aliases: [/old/]\ntags:")
    build(root)
    edit(root, "articles/2024/flood.md", "2024-03-05", "2024-03-07")
    found = previewed(root)
    assert found.moves == ()
    assert "old/index.html" in found.changes.changed
    assert build(root).moved == ()


# Groups, and the search index


def test_files_that_go_are_told_by_kind_as_those_that_come(tmp_path: Path) -> None:
    root = make(tmp_path, THREE + "-- pages/about.md --\n---\ntitle: About\n---\n-- static/x.txt --\nx\n")
    kinds = {item.url: item.group for item in previewed(root).touched}
    build(root)
    for path in ("articles/2024/flood.md", "articles/1987/fire.md", "pages/about.md", "static/x.txt"):
        (root / path).unlink()
    gone = [item for item in previewed(root).touched if item.change == "removed"]
    assert {item.url: item.group for item in gone} == {item.url: kinds[item.url] for item in gone}
    assert {item.group for item in gone} == {"articles", "pages", "lists", "feeds", "data", "files"}


def test_parts_of_the_search_index_are_told_and_not_made(tmp_path: Path) -> None:
    root = make(tmp_path, THREE, settings=SETTINGS.replace("search: false\n", ""))
    first = previewed(root, options=Options(indexes=0))
    assert [(part.url, part.documents, part.is_new) for part in first.index] == [("/search/en-all/", 3, True)]
    exact = previewed(root)
    assert exact.index == ()
    assert build(root).changes == exact.changes
    edit(root, "articles/2024/flood.md", "second", "third")
    found = previewed(root, options=Options(indexes=0))
    assert [part.is_new for part in found.index] == [False]
    assert not [path for paths in found.changes for path in paths if path.startswith("search/en-all")]
    shutil.rmtree(root / ".newsgen")
    assert not previewed(root, options=Options(indexes=0)).changes.removed
    assert previewed(root).changes == build(root).changes


# Differences


def test_a_page_is_named_by_url_address_path_source_or_pattern(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    edit(root, "articles/2024/flood.md", "second", "third")
    names = (
        "/2024/03/05/flood/", "2024/03/05/flood", "https://example.org/archive/2024/03/05/flood/",
        "output/2024/03/05/flood/index.html", "articles/2024/flood.md", "/2024/*/flood/",
    )  # fmt: skip
    for name in names:
        found = previewed(root, name)
        assert [item.url for item in found.differences] == ["/2024/03/05/flood/"], name
        assert "-<p>The second paragraph.</p>" in found.differences[0].lines
        assert "+<p>The third paragraph.</p>" in found.differences[0].lines
    words = previewed(root, names[0], by_words=True, as_text=True).differences[0].lines
    assert "The [-second-]{+third+} paragraph." in words
    notes = previewed(root, "/tags/", "/nowhere/").notes
    assert "'/tags/' does not change" in notes
    assert "nothing stands at '/nowhere/', and nothing will" in notes


def test_what_is_no_text_is_not_compared(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    write(root, "static/a.bin", b"\xff\x00")
    assert [item.note for item in previewed(root, "/a.bin").differences] == ["no text"]


_LINES = st.lists(st.sampled_from(["a", "b", "c d", "c e f", "", "<p>x</p>"]), max_size=14)


@given(_LINES, _LINES)
def test_a_difference_by_lines_leads_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    found = differences.line_difference("\n".join(old) + "\n", "\n".join(new) + "\n")
    patched, place = [], 0
    before = [*old] if old else [""]
    after = [*new] if new else [""]
    for line in found:
        if line.startswith("@@"):
            start = int(re.match(r"@@ -(\d+)", line)[1])  # type: ignore[index]  # it is one
            start -= 0 if ",0 +" in line else 1
            patched += before[place:start]
            place = start
        elif line[0] == "+":
            patched.append(line[1:])
        else:
            assert before[place] == line[1:]
            patched += [line[1:]] if line[0] == " " else []
            place += 1
    assert patched + before[place:] == after
    assert bool(found) == (before != after)


@given(st.text("ab c\n<>", max_size=60), st.text("ab c\n<>", max_size=60))
def test_a_difference_by_words_holds_both_texts(old: str, new: str) -> None:
    marked = "\n".join(differences._marked_words(old, new))
    was = re.sub(r"\{\+.*?\+\}", "", marked).replace("[-", "").replace("-]", "")
    now = re.sub(r"\[-.*?-\]", "", marked).replace("{+", "").replace("+}", "")
    assert was.replace("\n", "") == old.replace("\n", "")
    assert now.replace("\n", "") == new.replace("\n", "")


def test_differences_of_hostile_texts_take_little_time() -> None:
    chance = random.Random(1)
    for kinds in (1, 2, 50, 10_000):
        old, new = ("\n".join(str(chance.randrange(kinds)) for _ in range(20_000)) for _ in range(2))
        differences.line_difference(old, new)
        differences.word_difference(old.replace("\n", " "), new.replace("\n", " "))


def test_a_reader_sees_text_and_neither_styles_nor_tags() -> None:
    html = (
        "<html><head><title>T &amp; U</title><style>p{}</style></head><body><script>x</script>"
        "<h1>Head</h1><p>One <b>two</b>\nthree<ul><li>a<li>b</ul><img alt='A cat'></body>"
    )
    assert differences.as_read(html) == "T & U\nHead\nOne two three\n- a\n- b\n[A cat]"


# Markdown


def touched(change: str, url: str, title: str, group: str = "articles") -> Touched:
    return Touched(change, group, url, output_path(url), title, 1, 2)


HOSTILE = (
    "a|b `c` <img src=x> [d](e) @team #12 GH-7 :tada: *f* _g_ www.evil.example https://evil.example \u202e\n- x 👩‍🚀"
)


def test_a_title_in_markdown_is_text_and_does_nothing() -> None:
    found = Preview(
        base_url="https://example.org",
        touched=(touched("added", "/a_b/", HOSTILE),),
        moves=(Move("/x/", "javascript:alert(1)", HOSTILE), Move("/y/", "https://example.org/a<b> c", "")),
        notes=(HOSTILE,),
    )
    row = next(line for line in markdown(found).split("\n") if line.startswith(r"- [/a\_b/]"))
    assert row.startswith(r"- [/a\_b/](<https://example.org/a_b/>) — a\|b \`c\` \<img src=x\> \[d\]\(e\) ")
    assert f"@{_APART}team" in row and f"{_APART}12 GH-{_APART}7 :{_APART}tada:" in row
    assert "\\\\u202e - x 👩‍🚀" in row
    text = markdown(found)
    assert "](<javascript" not in text
    assert "(<https://example.org/a%3Cb%3E%20c>)" in text
    assert not re.search(r"@team|#12|GH-7|www\.|https://evil", text)


def test_markdown_of_anything_is_shorter_than_a_comment_may_be_and_closes_what_it_opens() -> None:
    many = tuple(
        touched(change, f"/{number}/{'x' * 150}/", "@" * 300)
        for number in range(3_000)
        for change in ("added", "changed", "removed")
    )
    lines = ("+" + "`" * 40 + "\U0001f600" * 900, "```", "-</details>") * 200
    found = Preview(
        base_url="https://example.org",
        touched=many,
        moves=tuple(Move(f"/m{number}/", f"/n{number}/", "t" * 999) for number in range(2_000)),
        index=tuple(IndexPart(f"/search/{number}/", "en", 5, False) for number in range(2_000)),
        differences=(Difference("/d/", "changed", lines),) * 50,
        warnings=tuple(Problem("w" * 5_000) for _ in range(100)),
        notes=("n" * 9_000,) * 100,
    )
    only_differences = Preview(differences=(Difference("/d/", "changed", lines),) * 500)
    only_errors = Preview(errors=tuple(Problem("e" * 900, None, "h" * 900) for _ in range(2_000)))
    for item in (found, only_differences, only_errors):
        text = markdown(item)
        assert 10_000 < len(text.encode("utf-16-le")) // 2 <= LONGEST < 65_536
        # What stands in a block of code is text.
        plain = re.sub(r"^(`{3,})(?:diff)?\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert plain.count("<details>") == plain.count("</details>")
        assert "```" not in plain
        assert "left out here" in text
        assert markdown(item) == text


# Commands


def test_the_plan_on_the_command_line(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    edit(root, "articles/2024/flood.md", "second", "third")
    with left_as_it_was(root):
        text = run("plan", "--diff", "articles/2024/flood.md", "--words", cwd=root)
        data = json.loads(run("plan", "--json", cwd=root).stdout)
        comment = run("plan", "--format", "markdown", cwd=root)
    assert text.returncode == comment.returncode == 0, text.stderr
    assert "changed: 14" in text.stdout
    assert "[-second-]{+third+}" in text.stdout
    assert data["counts"]["changed"] == {"articles": 1, "feeds": 12, "data": 1}
    assert comment.stdout.startswith("### 14 files changed\n")
    assert sorted(item["path"] for item in data["changed"]) == list(build(root).changes.changed)


def test_long_lists_are_cut_in_text_and_never_in_json(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    cut, whole = run("plan", cwd=root).stdout, run("plan", "--all", cwd=root).stdout
    assert "more (--all names them)" in cut
    assert "more (" not in whole
    assert len(json.loads(run("plan", "--json", cwd=root).stdout)["added"]) == len(previewed(root).changes.added)


def test_a_plan_of_a_build_that_would_fail_exits_with_1(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    write(root, "articles/bad.md", "---\ntitle: Bad\ndate: 2024-13-01\n---\n")
    text, data, comment = (run("plan", "--format", form, cwd=root) for form in ("text", "json", "markdown"))
    assert (text.returncode, data.returncode, comment.returncode) == (1, 1, 1)
    assert "articles/bad.md:3: '2024-13-01' is not a date" in text.stderr
    assert "the build would fail" in text.stderr
    assert json.loads(data.stdout)["fails"] is True
    assert json.loads(data.stdout)["errors"][0]["path"] == "articles/bad.md"
    assert comment.stdout.startswith("### The build would fail: 1 error\n")
    assert run("plan", cwd=tmp_path / "articles").returncode == 1


# Reports


def test_a_report_lists_what_differs_in_the_output_folder(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    assert run("build", "--report", "first.json", cwd=root).returncode == 0
    before = snapshot(root / "output")
    first = json.loads((root / "first.json").read_text())
    assert {item["path"] for item in first["added"]} == set(before)
    (root / "articles/1987/fire.md").unlink()
    edit(root, "articles/2024/flood.md", "second", "third")
    assert run("build", "--report", "deep/down/report.tsv", cwd=root).returncode == 0
    after = snapshot(root / "output")
    rows = [line.split("\t") for line in (root / "deep/down/report.tsv").read_text().splitlines()]
    told = {path: (kind, url, int(size), digest) for kind, path, url, size, digest in rows}
    assert {path for path, row in told.items() if row[0] == "removed"} == before.keys() - after.keys()
    assert {path for path, row in told.items() if row[0] == "changed"} == {
        path for path in before.keys() & after.keys() if before[path] != after[path]
    }
    assert MANIFEST in told
    for path, (kind, url, size, digest) in told.items():
        data = (before if kind == "removed" else after)[path]
        assert (url, size, digest) == (url_of(path), len(data), sha256(data).hexdigest())


def test_a_report_of_nothing_is_written_too_and_dash_is_standard_output(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    build(root)
    write(root, "report.json", "old")
    run("build", "--report", "report.json", cwd=root)
    assert json.loads((root / "report.json").read_text())["changed"] == []
    done = run("build", "--report", "-", cwd=root)
    assert json.loads(done.stdout)["added"] == []
    assert "nothing to write" in done.stderr
    assert run("build", "--report", "-", "--json", cwd=root).returncode == 2


def test_a_report_that_cannot_be_written_stops_the_build_before_it(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    write(root, "taken", "a file")
    for place, code in (("output/report.json", 2), ("articles", 2), ("/dev/null", 2), ("taken/report.json", 1)):
        done = run("build", "--report", place, cwd=root)
        assert done.returncode == code, place
        assert "report" in done.stderr
        assert not (root / "output").exists()


def test_a_build_that_fails_leaves_the_last_report(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    write(root, "report.json", "old")
    write(root, "articles/bad.md", "no front matter")
    assert run("build", "--report", "report.json", cwd=root).returncode == 1
    assert (root / "report.json").read_text() == "old"
    assert [place.name for place in root.glob(".report*")] == []


@given(st.lists(st.sampled_from(["a", "index.html", "ü b", "x.txt", "%"]), min_size=1, max_size=4))
def test_the_url_of_a_path_leads_back_to_it(parts: list[str]) -> None:
    path = "/".join(parts)
    assert output_path(url_of(path)) == path
