"""Feeds, as programs that nobody here wrote read them: Atom, RSS, JSON Feed, and the archive behind the Atom feed."""

from __future__ import annotations

import json
import re
from datetime import UTC
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen import config
from newsgen.build import Options, build
from newsgen.dates import parse
from newsgen.errors import Location, errors_in
from newsgen.markup import finish
from newsgen.model import FeedSettings, Page
from newsgen.surveying import survey
from tests.sites import SETTINGS, make, snapshot, write

ROOT = Path(__file__).parent.parent
ATOM = "{http://www.w3.org/2005/Atom}"
NAMES = ("feed.xml", "rss.xml", "feed.json")
SITE = "https://example.org/archive"
# Python-Markdown makes footnotes of it, whose links lead to places on the page.
FLOOD = (
    "---\ntitle: Flood\ndate: 2024-03-05 09:30:00 -0430\nupdated: 2024-03-06\ntags: [Rivers, Rain & snow]\n"
    "section: World\nauthors: [Ann Lee, Bo Day]\nseries: Water\nstory: The flood\nsummary: It rose & fell.\n"
    "image: {src: flood.png, alt: A street, caption: Monday.}\n"
    "corrections: [{date: 2024-03-06, text: Three and not four.}]\n---\n"
    "The [rain](rain.md)[^1] fell. ![m](map.png) [page](?page=2) [part](#part)\n\n## Part\n\nMore.\n\n[^1]: A note.\n"
)
RAIN = "---\ntitle: Pluie\ndate: 2024-03-04\nlang: fr\ntags: Rivers\n---\nIl pleut.\n"
TWO = f"-- articles/flood.md --\n{FLOOD}\n-- articles/rain.md --\n{RAIN}"
ALL_FEEDS = ("", "tags/rivers/", "authors/ann-lee/", "sections/world/", "series/water/", "stories/the-flood/")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = make(tmp_path / "site", TWO)
    for name in ("flood.png", "map.png"):
        write(root, f"articles/{name}", b"\x89PNG")
    build(root)
    return root


def many(root: Path, count: int, extra: str = "") -> Path:
    """Make a site of articles of consecutive days, in archive documents of three."""
    for number in range(1, count + 1):
        write(
            root,
            f"articles/n{number:02}.md",
            f"---\ntitle: No {number}\ndate: 2024-01-{number:02}\nsummary: S\n---\nText.\n",
        )
    return make(root, "", f"{SETTINGS}feed_size: 3\n{extra}")


def read_json(path: Path) -> dict[str, Any]:  # Any: JSON
    """Return a JSON feed. Asserts the rules of https://www.jsonfeed.org/version/1.1/."""
    feed = json.loads(path.read_bytes())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed.keys() <= {
        "version",
        "title",
        "home_page_url",
        "feed_url",
        "description",
        "language",
        "authors",
        "items",
    }
    assert isinstance(feed["title"], str) and feed["title"]
    assert isinstance(feed["items"], list)
    kinds = dict.fromkeys(("id", "url", "title", "summary", "image", "language", "content_html"), str)
    dates = {"date_published", "date_modified"}
    for item in feed["items"]:
        assert item.keys() <= {*kinds, *dates, "authors", "tags"}
        assert item["id"] and "content_html" in item
        assert all(isinstance(item[name], kind) for name, kind in kinds.items() if name in item)
        for name in dates & item.keys():
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", item[name])
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
        for url in (item["url"], item.get("image", SITE), feed["home_page_url"], feed["feed_url"]):
            assert url.startswith("https://")
    for author in [*feed.get("authors", []), *(one for item in feed["items"] for one in item.get("authors", []))]:
        assert author.keys() <= {"name", "url"} and author["name"]
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    return feed  # type: ignore[no-any-return]  # JSON


def read_xml(path: Path) -> Any:  # Any: feedparser has no types
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo, (path, feed.get("bozo_exception"))
    assert feed.version == ("rss20" if path.name == "rss.xml" else "atom10")
    return feed


def ids(root: Path) -> list[list[str]]:
    """Return the ids of the articles in each format of the site's feed, which are the same in all of them."""
    output = root / "output"
    found = [[entry.id for entry in read_xml(output / name).entries] for name in NAMES[:2]]
    return [*found, [item["id"] for item in read_json(output / "feed.json")["items"]]]


def contents(root: Path, base: str = "") -> list[str]:
    """Return the text of the newest article in each format."""
    output = root / "output" / base
    found = [read_xml(output / name).entries[0].content[0].value for name in NAMES[:2]]
    return [*found, read_json(output / "feed.json")["items"][0]["content_html"]]


# What they hold


@pytest.mark.parametrize("base", ALL_FEEDS)
@pytest.mark.parametrize("name", NAMES[:2])
def test_feeds_of_all_kinds_are_read_without_complaint(site: Path, base: str, name: str) -> None:
    feed = read_xml(site / "output" / base / name)
    assert feed.feed.link == f"{SITE}/{base}"
    assert feed.feed.updated
    entry = feed.entries[0]
    assert (entry.title, entry.link) == ("Flood", f"{SITE}/2024/03/05/flood/")
    assert entry.id == "tag:example.org,2000:flood" and (name == "feed.xml" or not entry.guidislink)
    assert entry.published_parsed[:6] == (2024, 3, 5, 14, 0, 0)
    assert entry.updated_parsed[:3] == (2024, 3, 6)
    assert [author.name for author in entry.authors if author.get("name")][-2:] == ["Ann Lee", "Bo Day"] or (
        name == "rss.xml" and "Bo Day" in str(entry.authors)
    )
    assert {tag.label or tag.term for tag in entry.tags} == {"World", "Rivers", "Rain & snow"}
    assert entry.summary in ("It rose & fell.", "It rose &amp; fell.")
    assert "Monday." in entry.content[0].value and "A note." in entry.content[0].value
    assert [link.href for link in feed.feed.links if link.rel == "self"] == [f"{SITE}/{base}{name}"]


@pytest.mark.parametrize("base", ALL_FEEDS)
def test_json_feeds_of_all_kinds_keep_the_rules(site: Path, base: str) -> None:
    feed = read_json(site / "output" / base / "feed.json")
    assert (feed["feed_url"], feed["home_page_url"]) == (f"{SITE}/{base}feed.json", f"{SITE}/{base}")
    item = feed["items"][0]
    assert (item["id"], item["url"]) == ("tag:example.org,2000:flood", f"{SITE}/2024/03/05/flood/")
    assert item["date_published"] == "2024-03-05T09:30:00-04:30"
    assert item["date_modified"] == "2024-03-06T00:00:00+00:00"
    assert [author["name"] for author in item["authors"]] == ["Ann Lee", "Bo Day"]
    assert item["tags"] == ["World", "Rivers", "Rain & snow"]
    assert item["image"] == f"{SITE}/2024/03/05/flood/flood.png"
    assert feed["title"] == ("The Test Record" if not base else f"The Test Record: {feed['title'].split(': ')[1]}")


def test_dates_carry_the_offset_that_was_written(site: Path) -> None:
    assert "<pubDate>Tue, 05 Mar 2024 09:30:00 -0430</pubDate>" in (site / "output/rss.xml").read_text()
    assert "<published>2024-03-05T09:30:00-04:30</published>" in (site / "output/feed.xml").read_text()
    assert "<lastBuildDate>Wed, 06 Mar 2024 00:00:00 +0000</lastBuildDate>" in (site / "output/rss.xml").read_text()


def test_the_language_of_an_article_is_told_where_it_is_another(site: Path) -> None:
    assert '<entry xml:lang="fr">' in (site / "output/feed.xml").read_text()
    assert "<dc:language>fr</dc:language>" in (site / "output/rss.xml").read_text()
    assert [item.get("language") for item in read_json(site / "output/feed.json")["items"]] == [None, "fr"]


def test_texts_are_whole_with_corrections_first_and_whole_addresses(site: Path) -> None:
    page = f"{SITE}/2024/03/05/flood/"
    atom, rss, as_json = contents(site)
    assert atom.strip() == rss.strip() and as_json.startswith("<p><strong>Correction, 6 March 2024:</strong> Three")
    targets = re.findall(r'(?:href|src)="([^"]*)"', as_json)
    assert set(targets) == {
        f"{SITE}/2024/03/04/rain/",
        f"{page}flood.png",
        f"{page}map.png",
        f"{page}?page=2",
        f"{page}#part",
        f"{page}#fn:1",
        f"{page}#fnref:1",
    }


def test_no_feed_holds_a_script_even_where_the_site_allows_them(tmp_path: Path) -> None:
    text = "<script>alert(1)</script><b onclick='x()'>bold</b> <a href='javascript:x()'>x</a> <iframe src=x></iframe>\n"
    root = make(
        tmp_path,
        f"-- articles/a.md --\n---\ntitle: A\ndate: 2024\n---\n{text}",
        f"{SETTINGS}markdown: {{raw_html: allow}}",
    )
    build(root)
    assert "<script>" in (root / "output/2024/a/index.html").read_text()
    for content in contents(root):
        assert "bold" in content and not re.search("script|onclick|iframe", content)


HOSTILE = (
    '---\ntitle: "]]></title><script>alert(1)</script> & \'q\' \\"q\\" \\x07\\ufffe \\u202e \\U0001F30A"\n'
    "date: 2024-03-05\ntags: ['<b>&]]>', '\"}],{\"x']\nauthors: ['</script>\"\\\\', '\u202e\U0001f30aBo']\n"
    "section: '\"<&x'\n"
    'summary: "]]> \\\\ \\" \\x00 \\x1f <i> &amp;"\nid: "<a> & b"\n---\n'
    '`]]>` &#0; &#xd800; &#x7; <!-- ]]> --> "q" \\\\ \U0001f30a\n'
)


def test_hostile_texts_leave_every_feed_whole(tmp_path: Path) -> None:
    build(make(tmp_path, f"-- articles/a.md --\n{HOSTILE}"))
    output = tmp_path / "output"
    found = [path for name in NAMES for path in output.rglob(name)]
    assert len(found) == 3 * 6
    for path in found:
        text = path.read_text("utf-8")
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ufdd0]", text)
        if path.suffix == ".json":
            title = read_json(path)["items"][0]["title"]
        else:
            ElementTree.fromstring(text)  # our own file
            title = ElementTree.fromstring(text).findtext(f".//{ATOM}entry/{ATOM}title") or (
                ElementTree.fromstring(text).findtext(".//item/title")
            )
            read_xml(path)
        assert title and title.startswith("]]></title><script>alert(1)</script> & 'q' \"q\"")
        assert "<script>alert" not in re.sub(r'"title": .*', "", text)


def test_half_a_character_is_a_mistake_that_is_named(tmp_path: Path) -> None:
    root = make(tmp_path, '-- articles/a.md --\n---\ntitle: "A \\ud800"\ndate: 2024\n---\nText.\n')
    with pytest.raises(ExceptionGroup) as raised:
        build(root)
    assert [error.problem.location for error in errors_in(raised.value)] == [Location("articles/a.md", 2)]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("[]#?/.:%@ ab\\\"<>&'\ufdd0\u202e"), max_size=20))
def test_any_target_of_a_link_becomes_a_whole_address_or_stays_one(target: str) -> None:
    html = f'<p><a href="{escape(target)}">x</a></p>'
    found = finish(html, {}, {}, lambda url: f"https://example.org{url}", page="/2024/a/")
    assert re.fullmatch(r'<p><a href="[^"<>]*">x</a></p>', found)


# Dates that a format cannot hold


@pytest.mark.parametrize(
    ("date", "rss"),
    [
        ("1903-12-17", "Thu, 17 Dec 1903 00:00:00 +0000"),
        ("1900", "Mon, 01 Jan 1900 00:00:00 +0000"),
        ("9999-12-31 23:59:59 -0500", "Fri, 31 Dec 9999 23:59:59 -0500"),
        ("1899-12-31", ""),
        ("0001-01-01", ""),
        ("0001-01-01 00:00 +1400", ""),
    ],
)
def test_a_year_that_rss_cannot_hold_is_left_out_there_with_a_note(tmp_path: Path, date: str, rss: str) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n---\ntitle: A\ndate: {date}\n---\nText.\n")
    report = build(root)
    noted = [note for note in report.notes if "RSS" in note]
    assert noted == (
        [] if rss else ["1 article from before 1900: RSS cannot date it in its own way, and has the date as dc:date"]
    )
    text = (root / "output/rss.xml").read_text()
    assert re.findall("<pubDate>(.*)</pubDate>", text) == ([rss] if rss else [])
    assert re.findall("<lastBuildDate>(.*)</lastBuildDate>", text) == ([rss] if rss else [])
    full = parse(date, UTC).rfc3339
    assert re.findall("<dc:date>(.*)</dc:date>", text) == ([] if rss else [full])
    assert f"<published>{full}</published>" in (root / "output/feed.xml").read_text()
    assert read_json(root / "output/feed.json")["items"][0]["date_published"] == full
    for name in NAMES[:2]:
        assert read_xml(root / "output" / name).entries[0].title == "A"


# Ids


def test_ids_stay_when_title_address_date_and_host_change(tmp_path: Path) -> None:
    given = f"{SETTINGS}feeds: {{authority: 'example.org,2024'}}\n"
    root = make(tmp_path, TWO, given)
    build(root)
    before = ids(root)
    assert before[0] == before[1] == before[2] == ["tag:example.org,2024:flood", "tag:example.org,2024:rain"]
    feed_id = read_xml(root / "output/tags/rivers/feed.xml").feed.id
    assert feed_id == "tag:example.org,2024:feed:tags/rivers"
    text = FLOOD.replace("title: Flood", "title: Other\nslug: other").replace("2024-03-05 09:30", "2024-03-07 10:30")
    write(root, "articles/flood.md", text)
    moved = given.replace("https://example.org/archive", "https://news.example.net")
    write(root, "newsgen.yaml", f"{moved}permalink: /{{year}}/{{slug}}/\ntaxonomies: {{tags: {{url: /topics/}}}}\n")
    build(root)
    assert (root / "output/2024/other/index.html").exists()
    assert ids(root) == before
    assert read_xml(root / "output/topics/rivers/feed.xml").feed.id == feed_id


def test_an_id_that_is_a_uri_is_kept_and_any_other_becomes_one(tmp_path: Path) -> None:
    given = {
        "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8": "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "https://old.example.net/?p=12": "https://old.example.net/?p=12",
        "note: one": "tag:example.org,2000:note%3A%20one",
        "//example.net/x": "tag:example.org,2000://example.net/x",
        "été/1": "tag:example.org,2000:%C3%A9t%C3%A9/1",
        "feed:site": "feed:site",
    }
    parts = [
        f"-- articles/{number}.md --\n---\ntitle: A\ndate: 2024-01-0{number}\nid: '{name}'\n---\nText.\n"
        for number, name in enumerate(given, 1)
    ]
    root = make(tmp_path, "".join(parts))
    build(root)
    for found in ids(root):
        assert found[::-1] == list(given.values())


def test_the_guid_of_rss_is_no_link(site: Path) -> None:
    text = (site / "output/rss.xml").read_text()
    assert text.count('<guid isPermaLink="false">tag:') == text.count("<guid") == 2


def test_a_host_with_letters_of_its_own_makes_a_valid_id(tmp_path: Path) -> None:
    root = make(tmp_path, TWO, "title: T\nbase_url: https://münchen.example/a&b\n")
    build(root)
    assert read_xml(root / "output/feed.xml").feed.id == "tag:xn--mnchen-3ya.example,2000:feed:site"
    assert read_json(root / "output/feed.json")["home_page_url"] == "https://xn--mnchen-3ya.example/a%26b/"


# Settings


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("true", NAMES),
        ("false", ()),
        ("[rss]", ("rss.xml",)),
        ("atom, json", ("feed.xml", "feed.json")),
        ("[]", ()),
        ("{authority: 'example.org,2024-01'}", NAMES),
        ("{formats: [json]}", ("feed.json",)),
        ("{formats: false}", ()),
    ],
)
def test_the_settings_choose_the_formats(tmp_path: Path, written: str, names: tuple[str, ...]) -> None:
    root = make(tmp_path, TWO, f"{SETTINGS}feeds: {written}\n")
    build(root)
    assert {name for name in NAMES if (root / "output" / name).exists()} == set(names)
    assert {name for name in NAMES if (root / "output/tags/rivers" / name).exists()} == set(names)
    for page in ("index.html", "2024/03/05/flood/index.html", "tags/rivers/index.html"):
        linked = re.findall(
            r'<link rel="alternate" type="(?!application/json")[^>]*href="([^"]*)"',
            (root / "output" / page).read_text(),
        )
        assert all((root / "output" / page).parent.joinpath(href).is_file() for href in linked)
        assert bool(linked) == bool(names)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[atom, rdf]", "'rdf' is not a format of feeds"),
        ("maybe", "'maybe' is not a format of feeds"),
        ("{autority: x}", "'autority' is not known in 'feeds'"),
        ("{authority: example.org}", "'example.org' is no authority for ids"),
        ("{authority: 'example.org,2024-13'}", "'example.org,2024-13' is no authority for ids"),
        ("{authority: 'exa mple,2024'}", "'exa mple,2024' is no authority for ids"),
        ("{archive: perhaps}", "'perhaps' is neither true nor false"),
    ],
)
def test_a_mistake_in_the_settings_is_named(tmp_path: Path, written: str, message: str) -> None:
    write(tmp_path, "newsgen.yaml", f"title: T\nfeeds: {written}\n")
    with pytest.raises(ExceptionGroup) as raised:
        config.read(tmp_path)
    assert any(message in error.problem.message for error in errors_in(raised.value))


def test_an_authority_is_read_in_small_letters(tmp_path: Path) -> None:
    write(tmp_path, "newsgen.yaml", "title: T\nfeeds: {authority: 'Desk@Example.org,2024'}\n")
    assert config.read(tmp_path).feeds == FeedSettings(authority="desk@example.org,2024")


def test_a_taxonomy_without_feeds_has_none_in_any_format(tmp_path: Path) -> None:
    root = make(tmp_path, TWO, f"{SETTINGS}taxonomies: {{tags: {{feed: false}}}}\n")
    build(root)
    assert [path.parent.name for name in NAMES for path in (root / "output/tags").rglob(name)] == []
    assert len([path for name in NAMES for path in (root / "output/sections").rglob(name)]) == 3


def test_the_front_page_and_terms_name_all_formats_and_other_pages_one(site: Path) -> None:
    def types(path: str) -> list[str]:
        return re.findall(
            r'<link rel="alternate" type="(?!application/json")([^"]*)"', (site / "output" / path).read_text()
        )

    all_types = ["application/atom+xml", "application/rss+xml", "application/feed+json"]
    for path in ("index.html", "tags/rivers/index.html", "stories/the-flood/index.html"):
        assert types(path) == all_types
    for path in ("2024/03/05/flood/index.html", "2024/index.html", "archive/index.html"):
        assert len(types(path)) <= 1


# The archive (RFC 5005)


def rels(path: Path) -> dict[str, str]:
    links = ElementTree.fromstring(path.read_text()).iterfind(f"{ATOM}link")  # our own file
    return {link.attrib["rel"]: link.attrib["href"] for link in links}


def walked(output: Path) -> list[str]:
    """Return the titles of all articles that a program finds which starts at the feed and follows prev-archive."""
    place, found = output / "feed.xml", list[str]()
    while place.exists():
        found += [entry.title for entry in read_xml(place).entries]
        older = rels(place).get("prev-archive")
        if not older:
            break
        place = output / older.removeprefix(f"{SITE}/")
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 11])
def test_the_whole_archive_is_reached_from_the_feed(tmp_path: Path, count: int) -> None:
    root = many(tmp_path, count)
    build(root)
    assert set(walked(root / "output")) == {f"No {number}" for number in range(1, count + 1)}
    documents = sorted((root / "output/feed").glob("*.xml")) if count >= 3 else []
    assert len(documents) == count // 3
    for number, path in enumerate(documents, 1):
        feed, links = read_xml(path), rels(path)
        assert [entry.title for entry in feed.entries] == [f"No {3 * number - place}" for place in range(3)]
        assert feed.feed.id == read_xml(root / "output/feed.xml").feed.id
        assert "<fh:archive/>" in path.read_text()
        assert links["current"] == f"{SITE}/feed.xml" and links["self"] == f"{SITE}/feed/{number}.xml"
        assert links.get("prev-archive") == (f"{SITE}/feed/{number - 1}.xml" if number > 1 else None)
        assert links.get("next-archive") == (f"{SITE}/feed/{number + 1}.xml" if number < len(documents) else None)


def test_a_full_document_never_changes_when_articles_come(tmp_path: Path) -> None:
    root = many(tmp_path, 7)
    build(root)
    before = snapshot(root / "output/feed")
    for count in (8, 9, 10, 12):
        many(root, count)
        build(root)
        now = snapshot(root / "output/feed")
        assert now["1.xml"] == before["1.xml"]
        # The last one once learns of the one after it.
        assert re.sub(b'<link rel="next-archive"[^>]*>\n', b"", now["2.xml"]) == before["2.xml"]


def test_an_edit_renders_the_article_and_the_feeds_that_hold_it_and_nothing_else(tmp_path: Path) -> None:
    root = many(tmp_path, 9)
    build(root)
    for number, feeds in ((2, {"/feed/1.xml"}), (8, {"/feed/3.xml", *(f"/{name}" for name in NAMES)})):
        place = root / f"articles/n{number:02}.md"
        place.write_text(place.read_text().replace("Text.", "Text, mended."))
        report = build(root)
        url = f"/2024/01/{number:02}/n{number:02}/"
        assert set(report.rendered) == {url, f"{url}index.json", *feeds}
        for url in report.rendered:
            assert "mended" in (root / f"output{url}{'index.html' if url.endswith('/') else ''}").read_text()
        assert build(root).rendered == ()
    whole = {path: data for path, data in snapshot(root / "output").items() if "feed" in path or "rss" in path}
    build(root, tmp_path / "clean", Options(full=True))
    clean = snapshot(tmp_path / "clean")
    assert all(clean[path] == data for path, data in whole.items())


def test_the_archive_can_be_left_out_and_needs_the_atom_feed(tmp_path: Path) -> None:
    for number, chosen in enumerate(("{archive: false}", "[rss, json]")):
        root = many(tmp_path / str(number), 7, f"feeds: {chosen}\n")
        build(root)
        assert not (root / "output/feed").exists()
        assert "prev-archive" not in "".join(path.read_text() for path in (root / "output").glob("*.xml"))


# In a browser


def test_a_feed_names_a_style_sheet_that_is_there(site: Path) -> None:
    for name in NAMES[:2]:
        for path in (site / "output").rglob(name):
            found = re.search(r'<\?xml-stylesheet type="text/css" href="([^"]+)"\?>', path.read_text())
            assert found and path.parent.joinpath(found[1]).resolve() == (site / "output/theme/feed.css").resolve()
    sheet = (ROOT / "templates/static/feed.css").read_text()
    assert "http" not in sheet.replace('@namespace atom url("http://www.w3.org/2005/Atom")', "")


def test_every_feed_is_a_page_of_the_plan_that_no_sitemap_lists(site: Path) -> None:
    feeds = [item for item in survey(site).plan.items if isinstance(item, Page) and item.kind == "feed"]
    assert feeds and not any(page.in_sitemap for page in feeds)
