"""Corrections as readers and programs find them: on the article, in lists, on a page of their own and in its feeds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest

from newsgen.build import Options, build
from newsgen.load import Selection
from newsgen.model import CORRECTION_KINDS
from newsgen.surveying import survey
from tests.sites import SETTINGS, make, snapshot, write
from tests.test_build import problems

BASE = "https://example.org/archive"
KINDS = {
    "correction": "Correction",
    "clarification": "Clarification",
    "update": "Update",
    "editors-note": "Editor’s note",
    "retraction": "Retraction",
}


def article(title: str, *corrections: str, more: str = "", date: str = "2024-03-05") -> str:
    items = "".join(f"\n  - {{{item}}}" for item in corrections)
    lines = f"corrections:{items}\n" if corrections else ""
    return f"---\ntitle: {title}\ndate: {date}\n{more}{lines}---\nText of {title}.\n"


def site_of(root: Path, settings: str = SETTINGS, **articles: str) -> Path:
    return make(root, "".join(f"-- articles/{name}.md --\n{text}" for name, text in articles.items()), settings)


def page(root: Path, path: str = "corrections/") -> str:
    return (root / "output" / path / "index.html").read_text("utf-8")


def told(html: str) -> list[tuple[str, str, str, str]]:
    """Return what a page of corrections tells, in its order: date, kind, address, text."""
    found = []
    for day in html.split('<section class="day">')[1:]:
        date = re.search(r'<time datetime="([^"]*)"', day)
        for row in day.split('<article class="row')[1:]:
            kind = re.search(r'<span class="genre[^"]*">([^<]*)</span>', row)
            link = re.search(r'<a href="([^"]*)">', row)
            text = re.search(r"<p[^>]*>([^<]*)</p>\n<p class=\"meta\">", row)
            assert date and kind and link and text
            found.append((date[1], kind[1], link[1], text[1]))
    return found


# On the article


def test_all_kinds_stand_on_the_article_by_date_each_under_its_name(tmp_path: Path) -> None:
    items = [f"date: 2024-04-0{5 - n}, kind: {kind}, text: About {kind}." for n, kind in enumerate(CORRECTION_KINDS)]
    root = site_of(tmp_path, a=article("A", *items))
    build(root)
    html = page(root, "2024/03/05/a/")
    assert re.findall(r'<p class="corrections-kind">([^<]*), <time datetime="([^"]*)">', html) == [
        (KINDS[kind], f"2024-04-0{5 - n}") for n, kind in reversed(list(enumerate(CORRECTION_KINDS)))
    ]
    assert re.findall(r"<p>About ([^<]*)\.</p>", html) == list(reversed(CORRECTION_KINDS))
    head = html[html.index("notice-corrected") : html.index("</header>", html.index("notice-corrected"))]
    assert re.findall(r'<a href="#newsgen-corrections">([^<]*)</a>', head) == [
        "Retracted on 1 April 2024",
        "Editor’s note on 2 April 2024",
        "Updated on 3 April 2024",
        "Clarified on 4 April 2024",
        "Corrected on 5 April 2024",
    ]


def test_a_correction_is_a_change_of_its_article_for_programs(tmp_path: Path) -> None:
    root = site_of(tmp_path, a=article("A", "date: 2024-04-01, text: X"), b=article("B", date="2024-03-06"))
    build(root)
    html = page(root, "2024/03/05/a/")
    assert '<meta property="article:modified_time" content="2024-04-01">' in html
    assert '"dateModified":"2024-04-01"' in html
    assert "modified_time" not in page(root, "2024/03/06/b/")
    feed = feedparser.parse((root / "output/feed.xml").read_bytes())
    assert [entry.updated[:10] for entry in feed.entries] == ["2024-03-06", "2024-04-01"]
    items = json.loads((root / "output/feed.json").read_bytes())["items"]
    assert [item.get("date_modified", "")[:10] for item in items] == ["", "2024-04-01"]
    changes = ElementTree.parse(root / "output/rss.xml").findall(".//{http://www.w3.org/2005/Atom}updated")
    assert [(change.text or "")[:10] for change in changes] == ["2024-04-01"]


@pytest.mark.parametrize(
    ("kinds", "flag"),
    [
        (["correction"], "Corrected"),
        (["clarification", "update"], "Corrected"),
        (["update"], ""),
        (["editors-note"], ""),
        (["correction", "retraction"], "Retracted"),
    ],
)
def test_lists_say_of_an_article_that_it_was_corrected_or_retracted_and_of_no_update(
    tmp_path: Path, kinds: list[str], flag: str
) -> None:
    root = site_of(tmp_path, a=article("A", *(f"date: 2024-04-01, kind: {kind}, text: X" for kind in kinds)))
    build(root)
    assert re.findall(r'<span class="flag">([^<]*)</span>', page(root, "2024/03/05/")) == ([flag] if flag else [])


# The page of all


MANY = {
    "one": article("One & <two>", "date: 2024-04-01, text: 'First <b>'", "date: 2024-04-03, kind: update, text: Third"),
    "zwei": article("Zwei", "date: 2024-04-02 10:00, kind: retraction, text: Second", more="lang: de\n"),
    "three": article("Three", "date: 2024-04-02 09:00, text: 'At nine'", "date: 2023, text: Of a year"),
}


def test_the_page_tells_all_corrections_newest_first(tmp_path: Path) -> None:
    root = site_of(tmp_path, **MANY)
    build(root)
    html = page(root)
    assert told(html) == [
        ("2024-04-03", "Update", "../2024/03/05/one/#newsgen-corrections", "Third"),
        ("2024-04-02", "Retraction", "../2024/03/05/zwei/#newsgen-corrections", "Second"),
        ("2024-04-02", "Correction", "../2024/03/05/three/#newsgen-corrections", "At nine"),
        ("2024-04-01", "Correction", "../2024/03/05/one/#newsgen-corrections", "First &lt;b&gt;"),
        ("2023", "Correction", "../2024/03/05/three/#newsgen-corrections", "Of a year"),
    ]
    assert html.count('<section class="day">') == 4
    assert '<p lang="de">Second</p>' in html
    assert html.count('class="genre loud"') == 1
    assert "<span>5 in all</span>" in html
    assert '"@type":"CollectionPage","name":"Corrections"' in html
    assert "Published <time" in html
    sitemap = (root / "output/sitemap.xml").read_text()
    assert re.search(rf"<loc>{BASE}/corrections/</loc>\s*<lastmod>2024-04-03</lastmod>", sitemap)
    assert 'href="./corrections/">Corrections</a>' in page(root, "")


def test_long_lists_are_parted_and_numbered_from_the_oldest(tmp_path: Path) -> None:
    items = [f"date: 2024-04-{day:02}, text: No {day}" for day in range(1, 8)]
    root = site_of(tmp_path, SETTINGS + "page_size: 3\n", a=article("A", *items))
    build(root)
    assert [row[3] for row in told(page(root))] == [f"No {day}" for day in (7, 6, 5, 4)]
    assert [row[3] for row in told(page(root, "corrections/page/1/"))] == ["No 3", "No 2", "No 1"]
    assert 'rel="next" href="../corrections/page/1/">Older corrections' in page(root)
    older = page(root, "corrections/page/1/")
    assert '<span aria-hidden="true">←</span> Newer corrections</a>' in older
    assert "<title>Corrections, page 1 — " in older
    assert "/corrections/page/1/" not in (root / "output/sitemap.xml").read_text()
    before = (root / "output/corrections/page/1/index.html").read_bytes()
    write(root, "articles/a.md", article("A", *items, "date: 2024-05-01, text: New"))
    report = build(root)
    assert "/corrections/page/1/" not in report.rendered
    assert (root / "output/corrections/page/1/index.html").read_bytes() == before


def test_a_correction_makes_stale_what_shows_it_and_nothing_else(tmp_path: Path) -> None:
    a = article("A", "date: 2024-04-01, kind: update, text: X", more="tags: Rivers\n")
    root = site_of(tmp_path, a=a, b=article("B", date="2024-03-06"), c=article("C", date="2024-03-07"))
    build(root)
    write(root, "articles/a.md", a.replace("---\nText", "  - {date: 2024-04-02, kind: update, text: Y}\n---\nText"))
    own = {f"/2024/03/05/a/{name}" for name in ("", "index.json")}
    shown = {f"/corrections/{name}" for name in ("", "feed.xml", "rss.xml", "feed.json")}
    # Feeds hold corrections before the text, and the sitemap tells of the last change.
    feeds = {f"{folder}{name}" for folder in ("/", "/tags/rivers/") for name in ("feed.xml", "rss.xml", "feed.json")}
    assert set(build(root).rendered) == own | shown | feeds | {"/sitemap.xml"}


def test_the_edit_of_a_text_leaves_the_page_and_its_feeds_alone(tmp_path: Path) -> None:
    root = site_of(tmp_path, **MANY)
    build(root)
    write(root, "articles/one.md", MANY["one"] + "More.\n")
    assert not [url for url in build(root).rendered if url.startswith("/corrections")]


def test_without_corrections_there_is_no_such_page_and_no_link_to_it(tmp_path: Path) -> None:
    root = site_of(tmp_path, a=article("A"))
    build(root)
    assert not (root / "output/corrections").exists()
    assert "corrections" not in page(root, "")
    write(root, "articles/a.md", article("A", "date: 2024-04-01, text: X"))
    build(root)
    assert (root / "output/corrections/index.html").exists()
    write(root, "articles/a.md", article("A"))
    build(root)
    assert not (root / "output/corrections").exists()
    assert "corrections" not in page(root, "")


def test_the_settings_can_turn_the_page_off(tmp_path: Path) -> None:
    root = site_of(tmp_path, SETTINGS + "corrections: false\n", **MANY)
    build(root)
    assert not (root / "output/corrections").exists()
    assert "/corrections/" not in page(root, "")
    assert "corrections-kind" in page(root, "2024/03/05/one/")


def test_a_page_of_the_site_at_its_url_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    root = site_of(tmp_path, **MANY)
    write(root, "pages/corrections.md", "---\ntitle: How we correct\n---\n")
    with pytest.raises(ExceptionGroup) as raised:
        build(root)
    (text,) = problems(raised.value)
    assert "/corrections/ is wanted by pages/corrections.md and the corrections page 'Corrections'" in text
    assert "'corrections: false'" in text


@pytest.mark.parametrize("status", ["hidden", "removed", "redacted", "draft"])
def test_corrections_of_what_is_not_listed_are_not_told(tmp_path: Path, status: str) -> None:
    root = site_of(tmp_path, a=article("A", "date: 2024-04-01, text: SECRET", more=f"status: {status}\n"))
    write(root, "articles/b.md", article("B", "date: 2024-04-01, text: Told", date="2024-03-06"))
    write(root, "articles/c.md", article("C", "date: 2024-04-01, text: SECRET", more="redirect: /b/\n"))
    build(root)
    assert [row[3] for row in told(page(root))] == ["Told"]
    with_it = [path for path, data in snapshot(root / "output").items() if b"SECRET" in data]
    assert with_it == (["2024/03/05/a/index.html", "2024/03/05/a/index.json"] if status == "hidden" else [])


def test_corrections_of_drafts_are_told_where_drafts_are_built(tmp_path: Path) -> None:
    root = site_of(tmp_path, a=article("A", "date: 2024-04-01, text: X", more="draft: true\n"))
    build(root, options=Options(Selection(drafts=True)))
    assert [row[3] for row in told(page(root))] == ["X"]


# Feeds


def test_feeds_tell_the_same_in_every_format(tmp_path: Path) -> None:
    root = site_of(tmp_path, **MANY)
    build(root)
    titles = [
        "Update: One & <two>", "Retraction: Zwei", "Correction: Three", "Correction: One & <two>", "Correction: Three",
    ]  # fmt: skip
    atom, rss = (
        feedparser.parse((root / f"output/corrections/{name}").read_bytes()) for name in ("feed.xml", "rss.xml")
    )
    data = json.loads((root / "output/corrections/feed.json").read_bytes())
    for feed in (atom, rss):
        assert not feed.bozo
        assert feed.feed.title == "The Test Record: Corrections"
        assert [entry.title for entry in feed.entries] == titles
        assert feed.entries[0].link == f"{BASE}/2024/03/05/one/#newsgen-corrections"
        assert [entry.content[0].value.strip() for entry in feed.entries[:2]] == [
            "<p><strong>Update, 3 April 2024:</strong> Third</p>",
            "<p><strong>Retraction, 2 April 2024:</strong> Second</p>",
        ]
    assert [item["title"] for item in data["items"]] == titles
    assert [item["id"] for item in data["items"]] == [entry.id for entry in atom.entries] == [e.id for e in rss.entries]
    assert data["items"][1]["language"] == "de"
    assert atom.feed.updated == "2024-04-03T00:00:00+00:00"
    assert atom.feed.id == "tag:example.org,2000:feed:corrections"
    assert 'title="The Test Record: Corrections" href="../corrections/feed.xml"' in page(root)
    assert 'href="../corrections/rss.xml"' in page(root)
    assert 'href="../corrections/feed.json"' in page(root)


def ids(root: Path) -> dict[str, str]:
    """Return the ids of corrections in the feed, by what they say."""
    items = json.loads((root / "output/corrections/feed.json").read_bytes())["items"]
    return {re.sub(".*</strong> |</p>\n?", "", item["content_html"], flags=re.S): item["id"] for item in items}


def test_ids_stay_whatever_else_changes(tmp_path: Path) -> None:
    items = ["date: 2024-04-02, text: One", "date: 2024-04-02, text: Two", "date: 2024-04-03, text: Three"]
    root = site_of(tmp_path, SETTINGS, a=article("A", *items, more="id: 'flood 7'\n"))
    build(root)
    before = ids(root)
    assert before["One"] == "tag:example.org,2000:correction:flood%207:2024-04-02"
    assert before["Two"] == "tag:example.org,2000:correction:flood%207:2024-04-02:2"
    moved = article("New", "date: 2024-04-01, text: Older", items[0], items[1].replace("Two", "Two mended"), items[2],
                    more="id: 'flood 7'\nurl: /moved/\n")  # fmt: skip
    write(root, "articles/a.md", moved)
    build(root)
    after = ids(root)
    assert (after["One"], after["Two mended"], after["Three"]) == (before["One"], before["Two"], before["Three"])
    assert len(set(after.values())) == 4


def test_an_id_that_is_an_address_makes_an_id_of_a_correction_as_well(tmp_path: Path) -> None:
    more = "id: https://example.com/?p=1#x\n"
    root = site_of(tmp_path, a=article("A", "date: 2024-04-02 10:00 +01:00, text: One", more=more))
    build(root)
    assert ids(root)["One"] == (
        "tag:example.org,2000:correction:https%3A//example.com/%3Fp%3D1%23x:2024-04-02T10%3A00%2B01%3A00"
    )


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ("feeds: [json]\n", {"feed.json", "index.html"}),
        ("feeds: false\n", {"index.html"}),
        ("", {"feed.xml", "rss.xml", "feed.json", "index.html"}),
    ],
)
def test_feeds_are_those_of_the_settings(tmp_path: Path, settings: str, names: set[str]) -> None:
    root = site_of(tmp_path, SETTINGS + settings, **MANY)
    build(root)
    assert {path.name for path in (root / "output/corrections").iterdir()} == names


def test_without_an_address_there_is_the_page_and_no_feed(tmp_path: Path) -> None:
    root = site_of(tmp_path, "title: T\nsearch: false\n", **MANY)
    build(root)
    assert {path.name for path in (root / "output/corrections").iterdir()} == {"index.html"}


def test_a_feed_holds_as_many_as_the_settings_say(tmp_path: Path) -> None:
    root = site_of(tmp_path, SETTINGS + "feed_size: 2\n", **MANY)
    build(root)
    assert [entry.title for entry in feedparser.parse((root / "output/corrections/feed.xml").read_bytes()).entries] == [
        "Update: One & <two>",
        "Retraction: Zwei",
    ]


@pytest.mark.parametrize(("language", "title"), [("fr", "Mise à jour\u00a0: A"), ("ja", "更新：A"), ("ar", "تحديث: A")])
def test_the_language_of_the_site_names_the_kinds(tmp_path: Path, language: str, title: str) -> None:
    settings = f"{SETTINGS}language: {language}\n"
    root = site_of(tmp_path, settings, a=article("A", "date: 2024-04-01, kind: update, text: X"))
    build(root)
    assert json.loads((root / "output/corrections/feed.json").read_bytes())["items"][0]["title"] == title
    assert survey(root).plan.site.corrections == "/corrections/"


def test_the_way_of_the_build_changes_no_byte(tmp_path: Path) -> None:
    root = site_of(tmp_path, **MANY)
    build(root)
    write(root, "articles/three.md", article("Three, anew", "date: 2024-04-02 09:00, text: Mended"))
    build(root)
    build(root, tmp_path / "anew", Options(full=True))
    assert snapshot(root / "output") == snapshot(tmp_path / "anew")
