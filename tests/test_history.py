"""Earlier versions of articles, from real git repositories, hostile ones among them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen.build import Options, build
from newsgen.errors import errors_in
from newsgen.surveying import survey
from newsgen.workers import Workers
from tests.repositories import Repository, repository_at
from tests.sites import SETTINGS, make, snapshot, write

ON = f"{SETTINGS}history: true\n"
FIRST, SECOND, THIRD, FOURTH = (f"2024-03-0{day}T09:00:00+01:00" for day in (5, 6, 7, 8))
FIRST_NAME, SECOND_NAME, THIRD_NAME = (f"2024030{day}T080000Z" for day in (5, 6, 7))
FLOOD = "articles/flood.md"
URL = "2024/03/05/flood"


def article(body: str, *, title: str = "Flood", more: str = "") -> str:
    return f"---\ntitle: {title}\ndate: 2024-03-05\n{more}---\n{body}\n"


@pytest.fixture
def site(tmp_path: Path) -> Repository:
    """A site in a repository, with one article that was committed once."""
    repository = repository_at(tmp_path / "site")
    make(repository.root, f"-- {FLOOD} --\n{article('The river rose by two metres.')}", settings=ON)
    write(repository.root, ".gitignore", "output/\n.newsgen/\n")
    repository.commit(FIRST)
    return repository


def change(site: Repository, when: str, body: str, *, title: str = "Flood", more: str = "") -> None:
    write(site.root, FLOOD, article(body, title=title, more=more))
    site.commit(when)


def output(site: Repository, path: str = "") -> Path:
    return site.root / "output" / path


def versions(site: Repository, url: str = URL) -> list[str]:
    """Return the names of the versions that have a page, withdrawn or not, oldest first."""
    folder = output(site, f"{url}/versions")
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.exists() else []


def page(site: Repository, name: str = "", url: str = URL) -> str:
    return output(site, f"{url}/versions/{name}/index.html").read_text("utf-8")


def main(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def everything(site: Repository) -> str:
    """Return all that is published, as one text."""
    return "".join(data.decode("utf-8", "replace") for data in snapshot(output(site)).values())


# What readers see


def test_an_article_leads_to_its_earlier_versions_and_each_shows_what_was_changed(site: Repository) -> None:
    change(site, SECOND, "The river rose by *three* metres.")
    change(site, THIRD, "The river rose by three metres.\n\nNobody was hurt.", title="Great flood")
    assert not build(site.root).warnings
    assert '<a href="../../../../2024/03/05/flood/versions/">2 earlier versions</a>' in output(
        site, f"{URL}/index.html"
    ).read_text("utf-8")
    assert versions(site) == [FIRST_NAME, SECOND_NAME]
    first = main(page(site, FIRST_NAME))
    assert "<h1>Flood</h1>" in first
    assert "<p>The river rose by two metres.</p>" in first
    assert re.search(r"<del>.*two<.*</del> <ins>.*three<.*</ins> metres", first)
    assert "5 March 2024, 09:00, UTC+1" in first and "6 March 2024, 09:00, UTC+1" in first
    assert "This is an earlier version." in first
    second = main(page(site, SECOND_NAME))
    assert "<em>three</em>" in second
    assert re.search(r"<ins>.*Nobody was hurt\..*</ins>", second)
    assert re.search(r"<ins>.*Great flood<.*</ins>", second)
    listed = main(page(site))
    assert listed.index(SECOND_NAME) < listed.index(FIRST_NAME)


def test_what_was_deleted_and_inserted_is_said_in_words(site: Repository) -> None:
    change(site, SECOND, "The river rose by three metres.")
    build(site.root)
    first = page(site, FIRST_NAME)
    assert (
        '<del><span class="hidden"> deleted: </span>two<span class="hidden"> end of the deletion. </span></del>'
        in first
    )


def test_a_version_is_kept_from_search_engines_lists_feeds_and_the_sitemap(site: Repository) -> None:
    write(site.root, "newsgen.yaml", ON.replace("search: false", "search: true"))
    change(site, SECOND, "The river rose by three metres.")
    build(site.root)
    for html in (page(site, FIRST_NAME), page(site)):
        assert '<meta name="robots" content="noindex">' in html
        assert f'<link rel="canonical" href="https://example.org/archive/{URL}/">' in html
    for path, data in snapshot(output(site)).items():
        if not path.startswith(URL) and path != "manifest-sha256.txt":
            assert b"versions/" not in data, path
            assert b"two metres" not in data, path


def test_neither_messages_nor_names_of_a_commit_are_published(site: Repository) -> None:
    change(site, SECOND, "The river rose by three metres.")
    build(site.root)
    assert "secret message" not in everything(site)
    assert "example.org>" not in everything(site)


def test_links_lead_to_what_is_there_today_and_else_are_words_alone(site: Repository) -> None:
    write(site.root, "articles/rain.md", "---\ntitle: Rain\ndate: 2024-03-04\n---\nIt rained. ![map](new.png)\n")
    for name in ("old", "new"):
        write(site.root, f"articles/{name}.png", name)
    old = (
        "[rain](rain.md#x) [gone](gone.md) [about](/about/) [home](/) [all](/archive/) [out](https://example.com/) "
        "[note](#n) ![a picture](old.png) ![the map](new.png)\n\n<a href='gone.md'><img src='lost.png' alt='seen'></a>"
    )
    change(site, SECOND, old)
    change(site, THIRD, "Other words.")
    report = build(site.root)
    assert not report.warnings
    found = main(page(site, SECOND_NAME))
    for href in ('2024/03/04/rain/"', 'archive/"', '/"', 'https://example.com/"', '#n"'):
        assert href in found
    for gone in ("gone.md", "lost.png", "old.png", "about", "rain.md"):
        assert gone not in re.sub(r">[^<]*<", "><", found)
    assert all(word in found for word in ("a picture", "gone", "about", "seen"))
    assert re.search(r'<img alt="the map" src="[./]*2024/03/04/rain/new.png"', found)
    assert not output(site, f"{URL}/old.png").exists()


# What counts


def test_tags_and_blanks_make_no_version(site: Repository) -> None:
    change(site, SECOND, "The river  rose\nby two metres.  ", more="tags: [Rivers]\nkicker: Water\n")
    build(site.root)
    assert versions(site) == []
    assert "earlier version" not in output(site, f"{URL}/index.html").read_text("utf-8")


def test_a_title_that_moves_from_the_text_into_the_front_matter_makes_no_version(site: Repository) -> None:
    write(site.root, FLOOD, "---\ndate: 2024-03-05\n---\n# Flood\n\nOther words.\n")
    site.commit(SECOND)
    change(site, THIRD, "Other words.")
    build(site.root)
    assert versions(site) == [FIRST_NAME]


def test_a_text_that_came_back_is_a_version_again(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    change(site, THIRD, "The river rose by two metres.")
    build(site.root)
    assert versions(site) == [FIRST_NAME, SECOND_NAME]


def test_what_was_no_page_is_no_version(site: Repository) -> None:
    change(site, "2024-03-05T10:00:00+01:00", "A secret draft.", more="draft: true\n")
    change(site, "2024-03-05T11:00:00+01:00", "A secret draft, redirected.", more="redirect: /x/\n")
    write(site.root, FLOOD, "---\ntitle: [broken\n---\nsecret")
    site.commit("2024-03-05T12:00:00+01:00")
    write(site.root, FLOOD, article("secret \xe9").encode("latin-1"))
    site.commit("2024-03-05T13:00:00+01:00")
    write(site.root, FLOOD, "---\ntitle: No date\n---\nsecret")
    site.commit("2024-03-05T14:00:00+01:00")
    change(site, "2024-03-05T15:00:00+01:00", "secret" * 1_000_000)
    change(site, SECOND, "Three metres.")
    report = build(site.root)
    assert [problem.message for problem in report.warnings] == [
        "1 earlier text is not in this clone of the repository, or larger than 4 MiB"
    ]
    assert versions(site) == [FIRST_NAME]
    assert "secret" not in everything(site)


def test_what_waited_for_its_day_was_not_public(site: Repository) -> None:
    write(site.root, "articles/new.md", "---\ntitle: New\ndate: 2024-03-07 12:00:00 +01:00\n---\nA secret.\n")
    site.commit(SECOND)
    write(site.root, "articles/new.md", "---\ntitle: New\ndate: 2024-03-07 12:00:00 +01:00\n---\nOne.\n")
    site.commit(THIRD)
    write(site.root, "articles/new.md", "---\ntitle: New\ndate: 2024-03-07 12:00:00 +01:00\n---\nTwo.\n")
    site.commit(FOURTH)
    build(site.root)
    assert versions(site, "2024/03/07/new") == [THIRD_NAME]
    assert "A secret" not in everything(site)


def test_what_stood_on_a_branch_is_one_version_with_its_merge(site: Repository) -> None:
    site.git("checkout", "-q", "-b", "side")
    change(site, SECOND, "A secret of the branch.")
    change(site, THIRD, "Three metres.")
    site.git("checkout", "-q", "main")
    write(site.root, "other.txt", "x")
    site.commit(SECOND)
    site.git("merge", "-q", "--no-ff", "-m", "m", "side", GIT_COMMITTER_DATE=FOURTH)
    change(site, "2024-03-09T09:00:00+01:00", "Four metres.")
    build(site.root)
    assert versions(site) == [FIRST_NAME, "20240308T080000Z"]
    assert "A secret" not in everything(site)


def test_a_renamed_file_is_followed_and_so_is_a_site_that_moved(site: Repository) -> None:
    change(site, SECOND, "A line that stays.\n\nThe river rose by three metres.")
    site.git("mv", FLOOD, "articles/water.md")
    site.commit(THIRD)
    (site.root / "sub").mkdir()
    site.git("mv", "articles", "newsgen.yaml", "sub")
    site.commit(FOURTH)
    write(site.root, "sub/articles/water.md", article("A line that stays.\n\nThe river rose by four metres."))
    site.commit("2024-03-09T09:00:00+01:00")
    site.git("config", "diff.relative", "true")
    build(site.root / "sub")
    folder = site.root / "sub/output/2024/03/05/water/versions"
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [FIRST_NAME, SECOND_NAME]


def test_what_came_from_outside_the_articles_was_not_public_there(site: Repository) -> None:
    text = article("A secret of the desk.\n\nA paragraph that stays where it is.")
    write(site.root, "desk/new.md", text)
    site.commit(SECOND)
    (site.root / "desk/new.md").rename(site.root / "articles/new.md")
    write(site.root, "articles/new.md", text.replace("A secret of the desk", "One"))
    site.commit(THIRD)
    write(site.root, "articles/new.md", text.replace("A secret of the desk", "Two"))
    site.commit(FOURTH)
    build(site.root)
    assert versions(site, "2024/03/05/new") == [THIRD_NAME]
    assert "secret" not in everything(site)


def test_a_restored_file_goes_on_and_another_text_at_its_path_does_not(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    (site.root / FLOOD).unlink()
    site.commit("2024-03-06T10:00:00+01:00")
    site.git("checkout", "-q", "HEAD~1", "--", FLOOD)
    site.commit(THIRD)
    build(site.root)
    assert versions(site) == [FIRST_NAME]
    (site.root / FLOOD).unlink()
    site.commit(FOURTH)
    change(site, "2024-03-09T09:00:00+01:00", "A text about something else.")
    build(site.root)
    assert versions(site) == []
    assert "metres" not in everything(site)


def test_links_and_submodules_at_the_path_are_no_versions(site: Repository) -> None:
    (site.root / FLOOD).unlink()
    (site.root / FLOOD).symlink_to("../newsgen.yaml")
    head = site.commit(SECOND)
    (site.root / FLOOD).unlink()
    site.git("update-index", "--add", "--cacheinfo", f"160000,{head},{FLOOD}")
    site.git("commit", "-q", "-m", "m", GIT_COMMITTER_DATE=THIRD)
    change(site, FOURTH, "Three metres.")
    change(site, "2024-03-09T09:00:00+01:00", "Four metres.")
    build(site.root)
    assert versions(site) == ["20240308T080000Z"]


def test_versions_of_one_second_have_numbers(site: Repository) -> None:
    for body in ("One.", "Two.", "Three."):
        change(site, SECOND, body)
    build(site.root)
    assert versions(site) == [FIRST_NAME, SECOND_NAME, f"{SECOND_NAME}-2"]


def test_a_day_may_be_given_from_which_on_versions_are_shown(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    change(site, THIRD, "Four metres.")
    write(site.root, "newsgen.yaml", f"{SETTINGS}history: {{since: 2024-03-06}}\n")
    build(site.root)
    assert versions(site) == [SECOND_NAME]
    assert "two metres" not in everything(site)


def test_addresses_stay_when_later_versions_come_and_the_first_is_taken_out(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    change(site, THIRD, "Four metres.")
    build(site.root)
    assert versions(site) == [FIRST_NAME, SECOND_NAME]
    change(site, FOURTH, "Five metres.")
    build(site.root)
    assert versions(site) == [FIRST_NAME, SECOND_NAME, THIRD_NAME]
    site.git("checkout", "-q", "--orphan", "clean")
    change(site, SECOND, "Three metres.")
    change(site, THIRD, "Four metres.")
    change(site, FOURTH, "Five metres.")
    build(site.root)
    assert versions(site) == [SECOND_NAME, THIRD_NAME]


def test_an_edit_that_is_not_committed_is_the_article_and_no_version(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    write(site.root, FLOOD, article("Four metres."))
    build(site.root)
    assert versions(site) == [FIRST_NAME]
    assert "Four" in page(site, FIRST_NAME)


def test_an_old_text_that_no_build_would_take_is_shown_as_it_was_written(site: Repository) -> None:
    change(site, SECOND, "> " * 3000 + "deep")
    change(site, THIRD, "Three metres.")
    build(site.root)
    assert "deep" in page(site, SECOND_NAME)


def test_an_old_text_is_cleaned_as_all_are(site: Repository) -> None:
    change(site, SECOND, "Three <script>alert(1)</script> metres, {{ site.title }}.")
    change(site, THIRD, "Four metres.")
    build(site.root)
    assert "<script>alert" not in everything(site)
    assert "{{ site.title }}" in page(site, SECOND_NAME)


# What had to go


@pytest.mark.parametrize(
    "more", ["history: false\n", "status: removed\n", "status: redacted\n", "redirect: /archive/\n"]
)
def test_what_is_hidden_leaves_a_notice_and_not_a_word(site: Repository, more: str) -> None:
    change(site, SECOND, "A secret about somebody.", title="The secret")
    change(site, THIRD, "Three metres.")
    build(site.root)
    assert "secret" in everything(site)
    change(site, FOURTH, "Four metres.", more=more)
    build(site.root)
    assert versions(site) == [FIRST_NAME, SECOND_NAME, *([THIRD_NAME] if "history" in more else [])]
    assert not re.search("secret|two metres|Three", everything(site))
    for html in (page(site), page(site, SECOND_NAME)):
        assert "An earlier version was taken back" in html
        assert '<meta name="robots" content="noindex">' in html
        assert "canonical" not in html
    assert "earlier versions" not in output(site, f"{URL}/index.html").read_text("utf-8")


def test_one_version_may_be_hidden_and_its_neighbours_do_not_tell_of_it(site: Repository) -> None:
    change(site, SECOND, "The river rose by a secret metres.")
    change(site, THIRD, "The river rose by three metres.", more=f"history: {{hide: {SECOND_NAME}}}\n")
    change(site, FOURTH, "The river rose by four metres.", more=f"history: {{hide: [{SECOND_NAME}]}}\n")
    assert not build(site.root).warnings
    assert versions(site) == [FIRST_NAME, SECOND_NAME, THIRD_NAME]
    assert "secret" not in everything(site)
    first = main(page(site, FIRST_NAME))
    assert re.search(r"<del>.*two<.*</del> <ins>.*three<.*</ins>", first)
    assert SECOND_NAME not in first
    assert SECOND_NAME not in page(site)
    assert "2 earlier versions" in output(site, f"{URL}/index.html").read_text("utf-8")


def test_what_was_said_before_a_redaction_stays_hidden_when_the_article_comes_back(site: Repository) -> None:
    change(site, SECOND, "A notice.", more="status: redacted\n")
    change(site, THIRD, "Three metres.")
    change(site, FOURTH, "Four metres.")
    build(site.root)
    assert versions(site) == [FIRST_NAME, THIRD_NAME]
    assert "two metres" not in everything(site)
    assert "taken back" in page(site, FIRST_NAME)
    assert "<p>Three metres.</p>" in page(site, THIRD_NAME)


def test_a_name_that_hides_nothing_is_a_warning_and_one_that_is_none_an_error(site: Repository) -> None:
    change(site, SECOND, "Three metres.", more="history: {hide: 20990101T000000Z}\n")
    warnings = build(site.root).warnings
    assert [str(problem.location) for problem in warnings] == [FLOOD]
    assert "'20990101T000000Z' is to be hidden" in warnings[0].message
    for wrong in ("{hide: yesterday}", "{show: 1}", "[1]", "maybe"):
        change(site, SECOND, "Three metres.", more=f"history: {wrong}\n")
        with pytest.raises(ExceptionGroup) as raised:
            build(site.root)
        assert all(error.problem.location and error.problem.location.line for error in errors_in(raised.value))


# Where there is no history to be read


def test_without_a_repository_a_build_warns_and_goes_on(tmp_path: Path) -> None:
    site = make(tmp_path, f"-- {FLOOD} --\n{article('One.')}", settings=ON)
    warnings = build(site).warnings
    assert [problem.message for problem in warnings] == [
        "the site is in no git repository, so there are no earlier versions to show"
    ]
    assert (site / "output" / URL / "index.html").exists()


def test_without_git_a_build_warns_and_goes_on(site: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    change(site, SECOND, "Three metres.")
    monkeypatch.setenv("PATH", "")
    assert [problem.message for problem in build(site.root).warnings] == [
        "the program git is not installed, so there are no earlier versions to show"
    ]
    monkeypatch.undo()
    assert not build(site.root).warnings
    assert versions(site) == [FIRST_NAME]


def test_a_shallow_clone_is_a_warning_until_all_is_fetched(site: Repository, tmp_path: Path) -> None:
    change(site, SECOND, "Three metres.")
    change(site, THIRD, "Four metres.")
    source = f"file://{site.root}"
    site.git("clone", "-q", "--depth", "2", source, str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    assert "this clone of the repository is shallow" in build(clone.root).warnings[0].message
    assert versions(clone) == [SECOND_NAME]
    clone.git("fetch", "-q", "--unshallow")
    assert not build(clone.root).warnings
    assert versions(clone) == [FIRST_NAME, SECOND_NAME]


def test_a_clone_without_its_texts_fetches_nothing_and_warns(site: Repository, tmp_path: Path) -> None:
    change(site, SECOND, "Three metres.")
    site.git("config", "uploadpack.allowFilter", "true")
    site.git("clone", "-q", "--filter=blob:none", f"file://{site.root}", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    before = snapshot(clone.root / ".git/objects").keys()
    report = build(clone.root)
    assert len(report.warnings) == 1
    assert snapshot(clone.root / ".git/objects").keys() == before


def test_a_repository_without_a_commit_has_no_versions(tmp_path: Path) -> None:
    repository = repository_at(tmp_path)
    make(tmp_path, f"-- {FLOOD} --\n{article('One.')}", settings=ON)
    assert not build(repository.root).warnings


def test_a_repository_that_is_damaged_is_a_warning(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    for path in (site.root / ".git/objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"x")
    assert len(build(site.root).warnings) == 1


def test_without_the_setting_git_is_not_asked(site: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    change(site, SECOND, "Three metres.")
    write(site.root, "newsgen.yaml", SETTINGS)
    monkeypatch.setenv("PATH", "")
    assert not build(site.root).warnings
    assert versions(site) == []
    assert not (site.root / ".newsgen/history").exists()


# Hostile repositories


def test_nothing_in_a_repository_is_run(site: Repository, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f'#!/bin/sh\ntouch "{sprung}"\ncat\n')
    trap.chmod(0o755)
    change(site, SECOND, "Three metres.")
    keys = (
        "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "core.gitProxy",
        "core.alternateRefsCommand", "diff.external", "diff.trap.command", "diff.trap.textconv", "pager.log",
        "pager.rev-parse", "pager.cat-file", "interactive.diffFilter", "gpg.program", "credential.helper",
        "filter.trap.clean", "filter.trap.smudge", "filter.trap.process",
    )  # fmt: skip
    for key in keys:
        site.git("config", key, str(trap))
    for key, value in {"log.showSignature": "true", "log.mailmap": "true", "alias.log": f"!{trap}"}.items():
        site.git("config", key, value)
    site.git("config", "alias.cat-file", f"!{trap}")
    write(site.root, ".gitattributes", "*.md diff=trap filter=trap\n")
    write(site.root, ".git/info/attributes", "*.md diff=trap filter=trap\n")
    hooks = site.root / ".git/hooks"
    for name in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(trap, hooks / name)
    assert not build(site.root).warnings
    assert versions(site) == [FIRST_NAME]
    assert "two metres" in page(site, FIRST_NAME)
    assert not sprung.exists()


def test_replacements_grafts_and_settings_change_nothing(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    change(site, THIRD, "Four metres.")
    build(site.root)
    before = snapshot(output(site))
    blob = site.git("rev-parse", f"HEAD~2:{FLOOD}").strip()
    write(site.root, "evil", article("Evil."))
    evil = site.git("hash-object", "-w", "evil").strip()
    (site.root / "evil").unlink()
    site.git("replace", blob, evil)
    write(site.root, ".git/info/grafts", site.git("rev-parse", "HEAD"))
    for key, value in {
        "diff.renames": "false", "diff.noprefix": "true", "log.date": "relative", "color.ui": "always",
        "log.follow": "true", "core.quotePath": "true", "i18n.logOutputEncoding": "UTF-16", "diff.orderFile": "x",
        "log.decorate": "full", "format.pretty": "fuller", "diff.relative": "true", "log.diffMerges": "off",
        "core.abbrev": "4", "log.showRoot": "false",
    }.items():  # fmt: skip
        site.git("config", key, value)
    shutil.rmtree(site.root / ".newsgen")
    shutil.rmtree(output(site))
    build(site.root)
    assert snapshot(output(site)) == before


def test_what_newsgen_was_started_with_changes_nothing(
    site: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(site, SECOND, "Three metres.")
    other = repository_at(tmp_path / "other")
    write(other.root, FLOOD, article("Of another repository."))
    other.commit(FIRST)
    for name, value in {
        "GIT_DIR": str(other.root / ".git"), "GIT_WORK_TREE": str(other.root), "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_EXTERNAL_DIFF": "false", "GIT_LITERAL_PATHSPECS": "1", "GIT_NAMESPACE": "x", "TZ": "Asia/Tokyo",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "true", "LC_ALL": "de_DE.UTF-8",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert not build(site.root).warnings
    assert versions(site) == [FIRST_NAME]
    assert "another repository" not in everything(site)


def test_names_of_files_may_hold_anything(site: Repository) -> None:
    for number, name in enumerate(['quo"te', "new\nline", "tab\tx", ":colon", "-dash", "x☃", "a b"]):
        write(site.root, f"articles/{name}.md", article(f"Number {number}."))
    write(site.root, os.fsdecode(b"articles/bad\xff.md"), article("Bytes."))
    site.commit(SECOND)
    odd = [path for path in (site.root / "articles").iterdir() if not str(path.name).isprintable()]
    for path in odd:
        path.unlink()
    write(site.root, 'articles/quo"te.md', article("Another number."))
    write(site.root, "articles/a b.md", article("Another blank."))
    change(site, THIRD, "Three metres.")
    assert not build(site.root).warnings
    assert versions(site) == [FIRST_NAME]
    assert versions(site, "2024/03/05/a-b") == [SECOND_NAME]
    assert versions(site, "2024/03/05/quo-te") == [SECOND_NAME]


@pytest.mark.parametrize("when", ["1970-01-01T00:00:00+0000", "2099-12-31T23:59:59-0930", "@4102444800 +1400"])
def test_any_time_of_a_commit_gives_an_address(site: Repository, when: str) -> None:
    change(site, when, "Three metres.")
    change(site, FOURTH, "Four metres.")
    build(site.root)
    assert len(versions(site)) in (1, 2)


# Exact builds


def rebuilt(site: Repository, tmp_path: Path) -> dict[str, bytes]:
    """Return what a build into an empty folder gives, that remembers nothing."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(site.root, copy, ignore=shutil.ignore_patterns("output", ".newsgen"), symlinks=True)
    build(copy)
    found = snapshot(copy / "output")
    shutil.rmtree(copy)
    return found


def test_an_edit_of_a_text_renders_its_page_and_the_last_version_alone(site: Repository, tmp_path: Path) -> None:
    write(site.root, "articles/other.md", "---\ntitle: Other\ndate: 2024-03-04\nsummary: s\n---\nOther.\n")
    change(site, SECOND, "Three metres.", more="summary: s\n")
    change(site, THIRD, "Four metres.", more="summary: s\n")
    build(site.root)
    write(site.root, FLOOD, article("Five metres.", more="summary: s\n"))
    rendered = build(site.root).rendered
    assert f"/{URL}/versions/{SECOND_NAME}/" in rendered
    assert f"/{URL}/versions/{FIRST_NAME}/" not in rendered
    assert f"/{URL}/versions/" not in rendered
    assert snapshot(output(site)) == rebuilt(site, tmp_path)


def test_a_commit_renders_what_it_changed_even_where_no_file_did(site: Repository, tmp_path: Path) -> None:
    change(site, SECOND, "Three metres.")
    write(site.root, FLOOD, article("Four metres."))
    build(site.root)
    assert not build(site.root).rendered
    site.commit(THIRD)
    rendered = build(site.root).rendered
    assert f"/{URL}/versions/{SECOND_NAME}/" in rendered
    assert snapshot(output(site)) == rebuilt(site, tmp_path)
    site.git("reset", "-q", "--soft", "HEAD~2")
    build(site.root)
    assert versions(site) == []
    assert snapshot(output(site)) == rebuilt(site, tmp_path)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:50])])
def test_a_lost_or_damaged_memory_costs_time_alone(
    site: Repository, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    change(site, SECOND, "Three metres.")
    build(site.root)
    damage(site.root / ".newsgen/history")
    change(site, THIRD, "Four metres.")
    build(site.root)
    assert snapshot(output(site)) == rebuilt(site, tmp_path)


def test_a_survey_knows_the_versions_and_writes_nothing(site: Repository) -> None:
    change(site, SECOND, "Three metres.")
    found = survey(site.root)
    assert f"/{URL}/versions/{FIRST_NAME}/" in {item.url for item in found.plan.items}
    assert not (site.root / ".newsgen").exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["edit", "title", "commit", "rename", "delete", "build", "hide", "redact", "publish", "reset"]),
        st.integers(0, 2),
        st.integers(0, 99),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=8)
@given(STEPS)
def test_incremental_equals_clean_after_any_commits(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    site = repository_at(tmp_path_factory.mktemp("r") / "site")
    make(site.root, "", settings=ON)
    write(site.root, ".gitignore", "output/\n.newsgen/\n")
    for number in range(3):
        write(
            site.root,
            f"articles/a{number}.md",
            article(f"Text {number}.\n\nA paragraph that stays.", more="summary: s\n"),
        )
    site.commit("2024-03-05T00:00:00+00:00")
    for hour, (what, which, number) in enumerate(steps, 1):
        found = sorted((site.root / "articles").glob("*.md"))
        path = found[which] if which < len(found) else site.root / "articles/new.md"
        more = {"hide": "history: false\n", "redact": "status: redacted\n"}.get(what, "")
        if what in ("edit", "hide", "redact", "publish"):
            body = f"Text {number}.\n\nA paragraph that stays.\n\nSee [it](a0.md)."
            write(site.root, f"articles/{path.name}", article(body, more=f"summary: s\n{more}"))
        elif what == "title":
            write(site.root, f"articles/{path.name}", article("Text.", title=f"T {number}"))
        elif what == "commit":
            site.commit(f"2024-03-06T{hour:02}:00:00+00:00")
        elif what == "rename" and path.exists():
            path.rename(path.with_name(f"b{number}.md"))
        elif what == "delete" and path.exists():
            path.unlink()
        elif what == "reset":
            site.git("reset", "-q", "--hard", "HEAD")
        else:
            build(site.root)
    build(site.root)
    assert snapshot(output(site)) == rebuilt(site, site.root.parent)


def test_workers_change_no_byte(site: Repository, tmp_path: Path) -> None:
    change(site, SECOND, "Three metres.")
    with ThreadPoolExecutor(1) as executor:
        build(site.root, options=Options(workers=Workers(executor=executor)))
    assert snapshot(output(site)) == rebuilt(site, tmp_path)
