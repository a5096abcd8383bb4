"""The sample site as a reader, a crawler and a validator meet it, without a browser."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import feedparser
import html5lib
import pytest

from newsgen.build import Options, build
from newsgen.model import Page
from newsgen.surveying import survey
from tests.sites import make, snapshot

BROWSER_TOOLS = Path(__file__).parent / "browser" / "node_modules"
# Texts that try to break out of wherever they are printed.
HOSTILE = "-- articles/a.md --\n" + (
    "---\n"
    "title: '</title><script>alert(1)</script> & \"quotes\" ]]>'\n"
    "date: 2024-03-05 10:00\n"
    "tags: ['<b>tag</b>', 'a & b']\n"
    "authors: ['\"><img src=x onerror=alert(1)>']\n"
    "section: 'World <i>'\n"
    "summary: '</description>]]> <script>x</script>'\n"
    "kicker: '{{ 7 * 7 }}'\n"
    "source: <script>\n"
    "source_url: 'https://example.com/\"onclick=alert(1)'\n"
    "corrections: [{date: 2024-03-06, text: '<script>alert(1)</script>'}]\n"
    "extra: {x: '<script>'}\n"
    "---\n"
    "<script>alert(1)</script> <b onclick='x()'>bold</b> [link](javascript:alert(1)) {{ 7 * 7 }}\n\n"
    "<img src=https://elsewhere.example/x.png> ![x](//elsewhere.example/y.png) ![z](data:image/png;base64,AA)\n\n"
    "# One\n\n#### Four\n\n## Two {: onclick=x style=color:red }\n\n<iframe src='https://elsewhere.example'></iframe>\n"
)


@dataclass
class Document:
    """What a page holds, as far as these tests ask."""

    ids: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    resources: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        document = self.document
        document.tags.add(tag)
        document.attributes.update(given)
        if "id" in given:
            document.ids.append(given["id"])
        if re.fullmatch("h[1-6]", tag):
            document.headings.append(int(tag[1]))
        if tag in ("a", "link") and "href" in given:
            document.links.append((given["href"], given.get("rel", "")))
        if tag == "script":
            document.scripts += [f"{name}={given[name]}" for name in ("src", "type") if name in given]
        if tag == "link" and given.get("rel") in ("stylesheet", "icon"):
            document.resources.append(given["href"])
        document.resources += [given[name] for name in ("src", "poster", "data") if name in given]


def read(text: str) -> Document:
    reader = _Reader()
    reader.feed(text)
    return reader.document


@pytest.fixture(scope="module")
def output(sample: Path) -> Path:
    """The sample site, built."""
    assert build(sample).errors == ()
    return sample / "output"


@pytest.fixture(scope="module")
def pages(output: Path) -> dict[str, Document]:
    """Every page of the sample site by its path."""
    return {
        path.relative_to(output).as_posix(): read(path.read_text("utf-8")) for path in sorted(output.rglob("*.html"))
    }


def internal(path: str, document: Document) -> Iterator[tuple[str, str]]:
    """Yield each link to the site itself, as the file that it names and its fragment."""
    for href, rel in document.links:
        if rel != "canonical" and not urlsplit(href).scheme:
            whole = urlsplit(urljoin(f"http://host/{path}", href))
            name = unquote(whole.path).lstrip("/")
            yield (name + "index.html" if name.endswith("/") or not name else name), unquote(whole.fragment)


def test_every_link_leads_to_a_file_and_every_fragment_to_an_element(output: Path, pages: dict[str, Document]) -> None:
    lost = [
        (path, target, fragment)
        for path, document in pages.items()
        for target, fragment in internal(path, document)
        if not (output / target).is_file() or (fragment and fragment not in pages[target].ids)
    ]
    assert lost == []


def test_every_picture_and_style_sheet_is_there_and_none_comes_from_elsewhere(
    output: Path, pages: dict[str, Document]
) -> None:
    for path, document in pages.items():
        for source in document.resources:
            assert not urlsplit(source).netloc, (path, source)
            assert (output / unquote(urlsplit(urljoin(f"http://host/{path}", source)).path).lstrip("/")).is_file()


def test_every_page_is_reached_from_the_front_page(output: Path, pages: dict[str, Document]) -> None:
    seen: set[str] = set()
    waiting = ["index.html"]
    while waiting:
        path = waiting.pop()
        if path not in seen and path in pages:
            seen.add(path)
            waiting += [target for target, _ in internal(path, pages[path])]
    redirects = {path for path in pages if 'http-equiv="refresh"' in (output / path).read_text("utf-8")}
    assert set(pages) - seen == {"404.html", *redirects}
    assert {"moon/index.html", "tags/global-warming/index.html"} <= redirects


def test_links_are_relative_so_that_the_site_works_in_a_folder(pages: dict[str, Document]) -> None:
    for path, document in pages.items():
        if path != "404.html":
            absolute = [href for href, rel in document.links if href.startswith("/")]
            assert absolute == [], path


def test_every_page_has_one_main_heading_and_skips_no_level(pages: dict[str, Document]) -> None:
    for path, document in pages.items():
        assert document.headings.count(1) == 1, path
        levels = document.headings
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (path, levels)


def test_no_id_stands_twice_on_a_page(pages: dict[str, Document]) -> None:
    for path, document in pages.items():
        assert len(document.ids) == len(set(document.ids)), path


def test_no_page_holds_what_a_strict_policy_forbids(pages: dict[str, Document]) -> None:
    for path, document in pages.items():
        # Data for search engines is never run. The search page alone has a script, and a block of data for it.
        scripts = (
            ["src=../theme/search.js", "type=module", "type=application/json"] if path == "search/index.html" else []
        )
        assert [item for item in document.scripts if item != "type=application/ld+json"] == scripts, path
        assert not {"style", "iframe", "object", "embed", "base"} & document.tags, path
        assert "style" not in document.attributes, path
        assert not [name for name in document.attributes if name.startswith("on")], path


def test_every_page_is_sound_html(output: Path) -> None:
    parser = html5lib.HTMLParser(strict=True)
    for path in sorted(output.rglob("*.html")):
        parser.parse(path.read_text("utf-8"))


def test_the_style_sheet_and_the_frame_of_a_page_are_small(output: Path) -> None:
    assert (output / "theme/style.css").stat().st_size <= 20 * 1024
    path = output / "1969/07/20/apollo-11-lands-on-the-moon/index.html"
    page = path.read_text("utf-8")
    body = re.search(r'<div class="prose"[^>]*>\n(.*?)</div>\n\n<footer', page, re.DOTALL)
    assert body
    assert len(page.encode()) - len(body[1].encode()) <= 12 * 1024


def test_the_front_page_and_its_style_sheet_are_light(output: Path) -> None:
    assert sum((output / name).stat().st_size for name in ("index.html", "theme/style.css")) <= 100 * 1024


def test_every_feed_is_read_without_complaint_and_holds_whole_texts(output: Path) -> None:
    feeds = sorted(output.rglob("feed.xml"))
    assert len(feeds) > 20
    for path in feeds:
        feed = feedparser.parse(path.read_bytes())
        assert not feed.bozo, (path, feed.get("bozo_exception"))
        assert feed.entries
        for entry in feed.entries:
            assert entry.id.startswith("tag:") and entry.title and entry.published and entry.updated
            assert entry.link.startswith("https://archive.example.org/")
            assert len(entry.content[0].value) > (50 if path.parent.name == "corrections" else 500)
            assert not re.search(r'(?:href|src)="(?!https?:|#)', entry.content[0].value)


def test_the_sitemap_lists_every_article_with_its_last_change(output: Path, sample: Path) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    root = ElementTree.parse(output / "sitemap.xml")  # our own file
    found = {
        node.findtext("s:loc", "", space): node.findtext("s:lastmod", "", space)
        for node in root.iterfind("s:url", space)
    }
    for article in survey(sample).archive.articles:
        changed = max(
            [article.updated or article.date, *(item.date for item in article.corrections)],
            key=lambda moment: moment.instant,
        )
        wanted = changed.rfc3339 if changed.has_time else changed.iso if changed.day else ""
        assert found[f"https://archive.example.org{article.url}"] == wanted


def test_the_sample_archive_is_what_it_says(sample: Path) -> None:
    found = survey(sample)
    assert found.errors == ()
    assert found.archive.warnings == ()
    articles = found.archive.articles
    assert len(articles) >= 36
    assert {article.date.precision for article in articles} == {1, 2, 3, 4, 5}
    assert len({article.section for article in articles if article.section}) == 6
    assert sum(bool(article.corrections) for article in articles) >= 2
    assert all(article.source and article.source_url for article in articles)
    assert (articles[0].date.year, articles[-1].date.year) == (1903, 2024)


def test_offline_pages_name_the_files_they_link_to(sample: Path, tmp_path: Path) -> None:
    build(sample, tmp_path / "offline", Options(offline=True))
    for path in (tmp_path / "offline").rglob("*.html"):
        if path.name != "404.html":
            for href, rel in read(path.read_text("utf-8")).links:
                if not urlsplit(href).scheme and rel != "canonical" and not href.startswith("#"):
                    assert (path.parent / unquote(urlsplit(href).path)).is_file(), (path, href)


def test_hostile_texts_stay_texts_everywhere(tmp_path: Path) -> None:
    root = make(tmp_path, HOSTILE)
    build(root)
    parser = html5lib.HTMLParser(strict=True)
    for path, data in snapshot(root / "output").items():
        text = data.decode()
        if path.endswith(".html"):
            document = read(text)
            parser.parse(text)
            assert not {"iframe", "style"} & document.tags, path
            assert set(document.scripts) <= {"type=application/ld+json"}, path
            assert len(document.scripts) == text.lower().count("<script"), path
            assert not [name for name in document.attributes if name.startswith("on") or name == "style"], path
            assert all(not urlsplit(source).netloc for source in document.resources), path
            assert not [href for href, _ in document.links if href.lower().startswith(("javascript:", "data:"))], path
        if path.endswith(".xml"):
            ElementTree.fromstring(text)  # our own file
        # Drawings are full of numbers.
        assert "49" not in re.sub(r"\d{5,}|[0-9a-f]{20,}|<svg\b.*?</svg>", "", text, flags=re.DOTALL) or path.endswith(
            (".css", ".txt")
        ), path
    feed = feedparser.parse((root / "output/feed.xml").read_bytes())
    assert not feed.bozo
    assert "<script" not in feed.entries[0].content[0].value
    page = (root / "output/2024/03/05/a/index.html").read_text()
    assert read(page).headings[:1] == [1]


def test_every_kind_of_page_is_in_the_sample(sample: Path) -> None:
    kinds = {item.kind for item in survey(sample).plan.items if isinstance(item, Page)}
    assert kinds >= {
        "home",
        "list",
        "article",
        "term",
        "taxonomy",
        "year",
        "month",
        "day",
        "archive",
        "compare",
        "on-this-day",
        "not-found",
        "feed",
    }


def test_the_nu_html_checker_finds_no_error(output: Path) -> None:
    jar = BROWSER_TOOLS / "vnu-jar/build/dist/vnu.jar"
    if not jar.exists() and "CI" not in os.environ:
        pytest.skip("the Nu HTML checker is not there: run 'npm install' in tests/browser (needs Java)")
    done = subprocess.run(
        ["java", "-jar", str(jar), "--errors-only", "--also-check-css", "--skip-non-html", str(output)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[:5000]
    style = ["java", "-jar", str(jar), "--errors-only", "--css", str(output / "theme/style.css")]
    done = subprocess.run(style, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:5000]
