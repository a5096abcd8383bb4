"""What a status does: what was taken back leaves its notice alone, what is hidden its page, what is archived all."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

import pytest

from newsgen.build import Options, Report, build
from newsgen.config import read as read_settings
from newsgen.dates import Moment, parse
from newsgen.exports import write_lines
from newsgen.exports.records import Contents
from newsgen.load import Selection
from newsgen.model import MenuItem, Page
from newsgen.plan import removal_policy
from newsgen.plan.contexts import GoneContext
from newsgen.render import Renderer, RenderSettings
from newsgen.surveying import opened, survey
from newsgen.words import load as load_words
from tests.sites import SETTINGS, make, snapshot, write

# A site with all kinds of output, and a word in each part of an article that may not be found again.
FULL = SETTINGS.replace("search: false\n", "") + (
    "citation_files: [bibtex, ris, csl-json]\n"
    "publisher: {name: P, policies: {ethics: https://example.org/e, Corrections: /policies/corrections/}}\n"
)
SECRET = """---
title: Qxtitle
date: 2024-03-05
updated: 2024-06-01
{more}subtitle: Qxsubtitle
kicker: Qxkicker
dateline: Qxdateline
summary: Qxsummary
tags: [Shared, Qxtag]
authors: [Qxauthor]
section: Qxsection
series: Qxseries
story: Qxstory
image: {{src: qxpicture.svg, alt: Qxalt, caption: Qxcaption, credit: Qxcredit}}
source: Qxsource
source_url: https://example.com/qxsource
rights: Qxrights
corrections: [{{date: 2024-03-06, text: Qxcorrection}}]
aliases: [/former/]
qxkey: Qxextra
---
Qxbody and [a link](shared.md). ![Qxdrawing](qxdrawing.svg)
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>'
REASON = "The court of appeal asked for it."


def site_of(root: Path, more: str = "", settings: str = FULL) -> Path:
    make(root, "", settings)
    write(root, "articles/case.md", SECRET.format(more=more))
    write(root, "articles/qxpicture.svg", PICTURE)
    write(root, "articles/qxdrawing.svg", PICTURE + "\n")
    for number in range(1, 4):
        text = f"---\ntitle: Shared {number}\ndate: 2024-03-0{number + 3}\ntags: [Shared]\n---\n[See](case.md).\n"
        write(root, f"articles/shared{number if number > 1 else ''}.md", text)
    write(
        root, "articles/translated.md", "---\ntitle: T\ndate: 2024-03-09\nlang: fr\ntranslation_of: case.md\n---\nT.\n"
    )
    write(root, "articles/_tags/qxtag.md", "---\ntitle: Qxtag\n---\nQxprofile.\n")
    write(root, "pages/policies/corrections.md", "---\ntitle: Policy\n---\nWe correct.\n")
    return root


def found(output: Mapping[str, bytes], word: str) -> list[str]:
    """Return the files that hold a word, in whatever case, in their text or their name."""
    return sorted(
        path for path, data in output.items() if word.lower().encode() in data.lower() or word.lower() in path
    )


def secrets(output: Mapping[str, bytes]) -> list[str]:
    """Return the files that hold any of the words that may not be found again."""
    return sorted({path for word in set(re.findall(r"(?i)qx\w+", SECRET)) for path in found(output, word)})


def texts(root: Path, folder: str = "output") -> dict[str, bytes]:
    """Return all files that were written, those of the search index unpacked."""
    files = {path: data for path, data in snapshot(root / folder).items() if path != "manifest-sha256.txt"}
    return {path: gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data for path, data in files.items()}


def warned(report: Report) -> list[str]:
    return [problem.message for problem in report.warnings if "'qxkey'" not in problem.message]


def test_the_test_would_find_what_is_published(tmp_path: Path) -> None:
    root = site_of(tmp_path)
    build(root)
    output = texts(root)
    for word in ("Qxtitle", "Qxsummary", "Qxbody", "Qxtag", "Qxpicture", "Qxdrawing", "Qxcorrection"):
        assert len(found(output, word)) > 1, word


@pytest.mark.parametrize("status", ["removed", "redacted"])
@pytest.mark.parametrize("was_there", [True, False])
def test_nothing_of_what_was_taken_back_is_left_but_its_notice(tmp_path: Path, status: str, was_there: bool) -> None:
    root = site_of(tmp_path)
    if was_there:
        build(root)
    write(root, "articles/case.md", SECRET.format(more=f"status: {status}\nreason: {REASON}\n"))
    report = build(root)
    output = texts(root)
    notice, former = "2024/03/05/case/index.html", "former/index.html"
    assert secrets(output) == (sorted([notice, former]) if status == "removed" else [])
    assert set(re.findall(rb"(?i)qx\w+", output[notice])) == ({b"Qxtitle"} if status == "removed" else set())
    assert [path for path in output if path.startswith("2024/03/05/case/")] == [notice]
    assert sorted(found(output, "03/05/case/")) == sorted(
        # Its own notice, the redirect to it, and the texts that link to it.
        [notice, former]
        + [
            f"2024/03/0{day}/shared{name}/index.{end}"
            for day, name in ((4, ""), (5, "2"), (6, "3"))
            for end in ("html", "json")
        ]
        + [path for path in output if re.fullmatch(r"(tags/shared/)?(feed\.xml|rss\.xml|feed\.json)", path)]
    )
    assert not warned(report)
    assert "corrections/index.html" not in output


@pytest.mark.parametrize("status", ["removed", "redacted"])
def test_the_notice_says_when_and_why_and_leads_to_the_policy(tmp_path: Path, status: str) -> None:
    root = site_of(tmp_path, f"status: {status}\nreason: {REASON}\n")
    build(root)
    html = (root / "output/2024/03/05/case/index.html").read_text()
    assert '<meta name="robots" content="noindex">' in html
    assert f'<p class="standfirst">{REASON}</p>' in html
    assert '<dt>Published</dt>\n<dd><time datetime="2024-03-05">5 March 2024</time></dd>' in html
    assert '<dt>Taken back</dt>\n<dd><time datetime="2024-06-01">1 June 2024</time></dd>' in html
    assert '<dt>Policy</dt>\n<dd><a href="../../../../policies/corrections/">Corrections</a></dd>' in html
    title = "Qxtitle" if status == "removed" else "An article was taken back"
    assert f"<h1>{title}</h1>" in html
    assert f"<title>{status.capitalize()} — The Test Record</title>" in html
    assert "canonical" not in html


def test_a_summary_is_no_reason_and_is_not_shown(tmp_path: Path) -> None:
    root = site_of(tmp_path, "status: removed\n")
    report = build(root)
    assert warned(report) == ["the notice of this removed article does not say why"]
    html = (root / "output/2024/03/05/case/index.html").read_text()
    assert "The article that stood at this address is no longer published." in html
    assert "Qxsummary" not in html


def test_of_an_article_that_is_there_a_reason_is_no_field(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/a.md --\n---\ntitle: A\ndate: 2024\nreason: Mine\n---\n")
    (article,) = survey(root).archive.articles
    assert (article.reason, article.extra) == ("", {"reason": "Mine"})


@pytest.mark.parametrize("status", ["removed", "redacted"])
def test_exports_hold_of_what_was_taken_back_what_its_notice_says(tmp_path: Path, status: str) -> None:
    root = site_of(tmp_path, f"status: {status}\nreason: {REASON}\n")
    with opened(root) as site:
        write_lines(Contents.of(site.archive, site.renderer.html), tmp_path / "a.ndjson", lambda done, total: None)
    data = (tmp_path / "a.ndjson").read_text()
    assert set(re.findall(r"(?i)qx\w+", data)) == ({"Qxtitle"} if status == "removed" else set())
    lines = [json.loads(line) for line in data.splitlines()]
    assert [line["summary"] for line in lines if line["status"] == status] == [REASON]


@pytest.mark.parametrize(
    ("policies", "title"),
    [
        ("{Removals: /r/, Corrections: /c/}", "Removals"),
        ("{ethics: /e/, corrections: /c/}", "Corrections"),
        ("{Masthead: /m/, ethics: /e/}", "Ethics"),
        ("{publishing_principles: /p/, ownership: /o/}", "Publishing principles"),
        ("{ownership: /o/}", ""),
        ("{}", ""),
    ],
)
def test_the_policy_is_the_one_that_comes_nearest(tmp_path: Path, policies: str, title: str) -> None:
    write(tmp_path, "newsgen.yaml", f"title: T\npublisher: {{policies: {policies}}}\n")
    policy = removal_policy(read_settings(tmp_path))
    assert (policy.title if policy else "") == title


@pytest.mark.parametrize(
    "language", ["en", "es", "fr", "de", "pt", "ar", "hi", "zh", "ja", "it", "nl", "pt-PT", "zh-Hant"]
)
def test_an_address_that_was_retired_has_a_notice_in_every_language(tmp_path: Path, language: str) -> None:
    root = make(tmp_path, "", f"{SETTINGS}language: {language}\n")
    found = survey(root)
    words = load_words(root, language)
    policy = MenuItem("Ethics", "https://example.org/ethics", is_external=True)
    since = parse("2025-01-02", UTC)

    def notice(title: str, updated: Moment | None, reason: str, policy: MenuItem | None) -> str:
        context = GoneContext(title, None, updated, "retired", reason, policy)
        page = Page("/old/", "gone.html", context, "gone", words.text("status_retired"), in_sitemap=False)
        settings = RenderSettings(str(root), found.plan.site, found.site.base_url, found.site.markdown, words=words)
        return Renderer(settings).render(page).data.decode()

    html = notice("", since, "", policy)
    assert f"<h1>{words.text('retired_title')}</h1>" in html
    assert f'<p class="standfirst">{words.text("retired_why")}</p>' in html
    assert f'<dt>{words.text("taken_back")}</dt>\n<dd><time datetime="2025-01-02">' in html
    assert f"<dt>{words.text('published')}</dt>" not in html
    assert '<a href="https://example.org/ethics">Ethics</a>' in html
    assert f"<span>{words.text('status_retired')}</span>" in html
    bare = notice("An <old> page", None, "No <reason>", None)
    assert "<h1>An &lt;old&gt; page</h1>" in bare
    assert "No &lt;reason&gt;" in bare
    assert "<dl" not in bare


# Hidden


def test_what_is_hidden_has_its_page_and_stands_in_no_list_feed_search_or_sitemap(tmp_path: Path) -> None:
    root = site_of(tmp_path, "status: hidden\n")
    for path in ("shared", "shared2", "shared3"):
        write(root, f"articles/{path}.md", (root / f"articles/{path}.md").read_text().replace("[See](case.md)", "See"))
    write(root, "articles/translated.md", "---\ntitle: T\ndate: 2024-03-09\n---\nT.\n")
    build(root)
    output = texts(root)
    own = [path for path in output if path.startswith("2024/03/05/case/")]
    assert {path.rpartition("/")[2] for path in own} == {
        "index.html", "index.json", "cite.bib", "cite.ris", "cite.json", "qxpicture.svg", "qxdrawing.svg",
    }  # fmt: skip
    assert secrets(output) == sorted([*own, "former/index.html"])
    html = output["2024/03/05/case/index.html"].decode()
    assert '<meta name="robots" content="noindex">' in html
    assert "<strong>Not listed.</strong>" in html
    assert "Qxbody" in html
    assert not [path for path in found(output, "03/05/case") if path not in (*own, "former/index.html")]


# Archived


@pytest.mark.parametrize("more", ["status: archived\n", "expirydate: 2024-04-01\n"])
def test_what_is_archived_is_marked_listed_and_searchable(tmp_path: Path, more: str) -> None:
    root = site_of(tmp_path, more)
    build(root)
    output = texts(root)
    plain = site_of(tmp_path / "plain")
    build(plain)
    # Parts of the search index are named by what they hold.
    assert {path for path in output if not path.startswith("search/")} == {
        path for path in texts(plain) if not path.startswith("search/")
    }
    html = output["2024/03/05/case/index.html"].decode()
    assert "<strong>Kept for the record.</strong>" in html
    assert ("meant to be read until 1 April 2024" in html) == ("expiry" in more)
    assert '<span class="flag">Archived</span>' in output["2024/03/05/index.html"].decode()
    assert "noindex" not in html
    assert b"/2024/03/05/case/" in output["sitemap.xml"]
    assert b'"status": "archived"' in output["2024/03/05/case/index.json"]


def test_with_the_time_given_what_has_not_expired_is_not_archived(tmp_path: Path) -> None:
    root = make(
        tmp_path,
        "".join(
            f"-- articles/{name}.md --\n---\ntitle: {name}\ndate: 2024-01-01\nexpirydate: {day}\n{more}---\nText.\n"
            for name, day, more in (
                ("past", "2024-04-01", ""),
                ("coming", "2024-06-01", ""),
                ("secret", "2024-04-01", "status: hidden\n"),
                ("gone", "2024-04-01", "status: removed\n"),
                ("sketch", "2024-04-01", "draft: true\n"),
            )
        ),
    )

    def statuses(now: str | None) -> dict[str, str]:
        instant = parse(now, UTC).instant if now else None
        articles = survey(root, Selection(drafts=True, now=instant)).archive.articles
        return {article.title: article.status for article in articles}

    kept = {"secret": "hidden", "gone": "removed", "sketch": "draft"}
    assert statuses(None) == {"past": "archived", "coming": "archived", **kept}
    assert statuses("2024-05-01") == {"past": "archived", "coming": "published", **kept}
    assert statuses("2024-06-01T00:00:00Z")["coming"] == "archived"
    build(root, options=Options(Selection(now=parse("2024-05-01", UTC).instant)))
    assert "Kept for the record" not in (root / "output/2024/01/01/coming/index.html").read_text()
    assert "Kept for the record" in (root / "output/2024/01/01/past/index.html").read_text()


def test_articles_that_have_expired_keep_every_address(tmp_path: Path) -> None:
    def site(root: Path, expiry: str) -> set[str]:
        for number in range(60):
            front = f"title: No {number}\ndate: {1990 + number // 3}-03-{number % 28 + 1:02}\ntags: [T{number % 7}]\n"
            ends = expiry if number % 5 == 0 else ""
            write(root, f"articles/{number}.md", f"---\n{front}{ends}aliases: [/old/{number}/]\n---\nText {number}.\n")
        build(make(root, "", SETTINGS + "page_size: 4\n"))
        return set(snapshot(root / "output"))

    assert site(tmp_path / "a", "expirydate: 2001-01-01\n") == site(tmp_path / "b", "")
