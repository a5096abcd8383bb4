"""Sitemaps, robots.txt and the description of the search, as search engines and browsers read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usp.objects.sitemap import IndexXMLSitemap, PagesXMLSitemap

from newsgen import config
from newsgen.build import Options, build
from newsgen.dates import Moment, Precision, parse
from newsgen.errors import errors_in
from newsgen.load import Selection
from newsgen.model import Archive, Article, Body, MarkdownSettings, Page, Site
from newsgen.plan import sitemap
from newsgen.plan.contexts import ArticleContext, SitemapContext
from newsgen.plan.sitemap import sitemap_pages
from newsgen.render import Renderer, RenderSettings
from tests.crawling import IMAGE, SITEMAP, check, crawled, served
from tests.sites import SETTINGS, make, write

UTC_NOW = "2024-03-05T12:00:00Z"
# The smallest GIF.
DOT = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def article(title: str, date: str, more: str = "", text: str = "Text.") -> str:
    return (
        f"---\ntitle: {title}\ndate: {date}\n{more}{'' if not more or more.endswith(chr(10)) else chr(10)}---\n{text}\n"
    )


def at(time: str) -> Options:
    return Options(selection=Selection(now=parse(time, UTC).instant))


def files(root: Path, pattern: str = "*.xml") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root / "output").glob(pattern))}


def lines(root: Path, name: str = "sitemap.xml") -> dict[str, ElementTree.Element]:
    """Return the lines of a sitemap by address."""
    tree = ElementTree.parse(root / "output" / name)
    return {str(url[0].text): url for url in tree.getroot()}


# What a crawler reads


def years(root: Path, address: str, more: str = "") -> Path:
    """Write a site of articles in several years, with all that a sitemap has to tell apart."""
    make(root, "", f"title: The Record\nsearch: false\nbase_url: {address}\n{more}")
    for year in (1903, 1999, 2024):
        for day in range(1, 10):
            text = article(f"No {day}", f"{year}-03-0{day}", "tags: [All]\n")
            write(root, f"articles/{year}-{day}.md", text)
    write(root, "articles/year.md", article("Of a year", "1987"))
    write(root, "articles/hidden.md", article("Hidden", "1999-01-01", "status: hidden\n"))
    write(root, "articles/gone.md", article("Gone", "1999-01-02", "status: removed\n"))
    write(root, "articles/moved.md", article("Moved", "1999-01-03", "redirect: /1903/\naliases: [/old/]\n"))
    write(root, "articles/copy.md", article("Copy", "1999-01-04", "canonical: https://example.com/a\n"))
    write(root, "pages/about.md", "---\ntitle: About\n---\nText.\n")
    write(root, "pages/secret.md", "---\ntitle: Secret\nstatus: hidden\n---\nText.\n")
    return root


@pytest.mark.parametrize("most", [50_000, 5, 1])
def test_a_crawler_finds_every_page_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(sitemap, "_LARGEST", most)
    monkeypatch.setattr(sitemap, "_MOST_NEWS", min(most, 1_000))
    with served(tmp_path / "output") as address:
        build(years(tmp_path, address), options=at("2024-03-09T00:00:00Z"))
        tree = crawled(address)
        checked = check(tmp_path / "output", address)
    found = {page.url.removeprefix(address) for page in tree.all_pages()}
    articles = {f"/{year}/03/0{day}/{year}-{day}/" for year in (1903, 1999, 2024) for day in range(1, 10)}
    assert found >= articles | {
        "/",
        "/1987/year/",
        "/1903/",
        "/1903/03/",
        "/about/",
        "/tags/",
        "/tags/all/",
        "/archive/",
    }
    assert not [url for url in found if re.search("hidden|gone|moved|copy|old|secret|404|page/", url)]
    news = [page for page in tree.all_pages() if page.news_story]
    assert {page.url.rpartition("/2024-")[2] for page in news} == {"7/", "8/", "9/"}
    assert all(page.news_story and page.news_story.publication_name == "The Record" for page in news)
    kinds = {type(item) for item in tree.all_sitemaps() if item.url.endswith("/sitemap.xml")}
    assert kinds == {PagesXMLSitemap if most == 50_000 else IndexXMLSitemap}
    assert sum(len(urls) for urls in checked.values()) == len(list(tree.all_pages()))


def made(url: str, moment: Moment) -> Article:
    return Article(title="T", url=url, date=moment, id=url, path="a.md", content=Body("a.md", b""))


def synthetic(count: int, base_url: str) -> Archive:
    site = Site("The Record", base_url=base_url)
    articles = []
    for number in range(count):
        moment = Moment(datetime(1905 + number % 120, 1 + number % 12, 1 + number % 28), 0, Precision.DAY)
        url = f"/{moment.year}/{moment.local.month:02}/story-{number}/"
        articles.append(made(url, moment))
    return Archive(site, tuple(articles), ())


def article_page(item: Article) -> Page:
    context = ArticleContext(
        article=item, older=None, newer=None, series=None, dates=(), original=None, translations=(), organizations=(),
        related=(), citations=(),
    )  # fmt: skip
    return Page(item.url, "article.html", context, "article", changed=item.date)


def written(folder: Path, archive: Archive, pages: list[Page]) -> list[str]:
    """Render the sitemaps of pages into a folder; return the URLs of their files."""
    settings = RenderSettings(str(folder), None, archive.site.base_url, MarkdownSettings(()))
    renderer = Renderer(settings)
    found = list(sitemap_pages(archive, pages))
    for page in found:
        write(folder, page.url.lstrip("/"), renderer.render(page).data)
    return [page.url for page in found]


def test_a_crawler_reads_120_000_pages(tmp_path: Path) -> None:
    with served(tmp_path) as address:
        archive = synthetic(120_000, address)
        names = written(tmp_path, archive, [article_page(item) for item in archive.articles])
        tree = crawled(address)
        checked = check(tmp_path, address)
        urls = {page.url for page in tree.all_pages()}
    assert len(names) == 122
    assert {"/sitemap.xml", "/sitemap-1905.xml", "/sitemap-2024.xml", "/robots.txt"} <= set(names)
    assert len(urls) == 120_000 == sum(len(found) for found in checked.values())


def test_a_year_with_more_than_a_file_holds_is_divided_by_months_and_then_by_checksums(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sitemap, "_LARGEST", 100)
    archive = Archive(Site("T", base_url="https://example.org"), (), ())
    moments = [Moment(datetime(1999, 1, 1), 0, Precision.YEAR), Moment(datetime(1999, 3, 4), 0, Precision.DAY)]
    pages = [article_page(made(f"/1999/{number}/", moments[number % 2])) for number in range(600)]
    pages += [article_page(made("/1998/a/", Moment(datetime(1998, 1, 1), 0, Precision.YEAR)))]
    names = [page.url for page in sitemap_pages(archive, pages) if page.url.startswith("/sitemap-")]
    of_1999 = [f"/sitemap-1999-{month}-{digit}.xml" for month in ("00", "03") for digit in "0123456789abcdef"]
    assert names == ["/sitemap-1998.xml", *of_1999]


def parts(archive: Archive, pages: list[Page]) -> dict[str, tuple[str, ...]]:
    """Return the addresses in each file that lists pages."""
    contexts = {page.url: page.context for page in sitemap_pages(archive, pages)}
    return {
        url: tuple(item.url for item in context.urls)
        for url, context in contexts.items()
        if isinstance(context, SitemapContext)
    }


@given(st.sets(st.tuples(st.integers(1990, 1993), st.integers(1, 3), st.integers(0, 30)), min_size=8, max_size=60))
def test_a_new_page_moves_no_border(found: set[tuple[int, int, int]]) -> None:
    archive = Archive(Site("T", base_url="https://example.org"), (), ())
    pages = [
        article_page(made(f"/{year}/{number}-{month}/", Moment(datetime(year, month, 1), 0, Precision.DAY)))
        for year, month, number in sorted(found)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sitemap, "_LARGEST", 4)
        before, after = parts(archive, pages[:-1]), parts(archive, pages)
    (new,) = [name for name, urls in after.items() if pages[-1].url in urls]
    assert sorted(url for urls in after.values() for url in urls) == sorted(page.url for page in pages)
    assert all(len(urls) <= 4 for urls in after.values())
    # Where its part was full, that part alone is divided: its name goes, and longer ones of it come.
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    roots = {name.removesuffix(".xml") for name in changed}
    shortest = min(roots, key=len)
    assert new in changed and all(name.startswith(shortest) for name in roots)
    assert len(changed) == 1 or f"{shortest}.xml" not in after


def test_pages_with_one_url_are_told_and_not_divided_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "_LARGEST", 1)
    monkeypatch.setattr(sitemap, "_MOST_NEWS", 1)
    both = "".join(f"-- articles/{name}.md --\n{article(name, '2024-03-05', 'url: /same/')}" for name in "ab")
    with pytest.raises(ExceptionGroup) as raised:
        build(make(tmp_path, both), options=at(UTC_NOW))
    assert ["/same/ is wanted by" in str(error) for error in errors_in(raised.value)] == [True]


# Builds


def test_one_edit_changes_one_part_and_a_second_build_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "_LARGEST", 12)
    root = years(tmp_path, "https://example.org", "feeds: false\n")
    build(root)
    again = build(root)
    assert not again.rendered and not again.changes.changed
    write(root, "articles/1999-4.md", article("No 4", "1999-03-04", "tags: [All]\nupdated: 2001-02-03\n"))
    changed = [path for path in build(root).changes.changed if path.endswith(".xml")]
    assert changed == ["sitemap-1999.xml"]
    assert b"<lastmod>2001-02-03</lastmod>" in files(root)["sitemap-1999.xml"]
    write(root, "articles/1903-4.md", article("No 4", "1903-03-04", "tags: [All]\n", "Another text."))
    assert not [path for path in build(root).changes.changed if path.endswith(".xml")]


def test_a_changed_text_at_another_time_builds_what_a_clean_build_does(tmp_path: Path) -> None:
    root = years(tmp_path, "https://example.org")
    build(root, options=at("2024-03-04T00:00:00Z"))
    assert set(lines(root, "news-sitemap.xml")) == {f"https://example.org/2024/03/0{n}/2024-{n}/" for n in (2, 3, 4)}
    write(root, "articles/2024-4.md", article("No 4", "2024-03-04", "tags: [All]\n", "Another text."))
    build(root, options=at("2024-03-06T00:00:00Z"))
    assert set(lines(root, "news-sitemap.xml")) == {f"https://example.org/2024/03/0{n}/2024-{n}/" for n in (4, 5, 6)}
    found = files(root, "*sitemap*")
    build(root, root / "clean", at("2024-03-06T00:00:00Z"))
    assert found == {path.name: path.read_bytes() for path in (root / "clean").glob("*sitemap*")}
    # The same time again is the short way, and without a time the news are gone.
    write(root, "articles/2024-4.md", article("No 4", "2024-03-04", "tags: [All]\n", "A third text."))
    assert build(root, options=at("2024-03-06T00:00:00Z")).changes.changed
    assert files(root, "*sitemap*") == found
    assert "news-sitemap.xml" in build(root).changes.removed
    assert "news" not in (root / "output/robots.txt").read_text()


# What a line says


def test_a_line_tells_the_last_change_where_a_day_is_known(tmp_path: Path) -> None:
    root = make(
        tmp_path,
        f"-- articles/year.md --\n{article('A', '1987')}"
        f"-- articles/month.md --\n{article('A', '1987-05')}"
        f"-- articles/day.md --\n{article('A', '0001-01-01')}"
        f"-- articles/last.md --\n{article('A', '9999-12-31 23:59:59 -1200')}"
        f"-- articles/minute.md --\n{article('A', '2024-03-05 10:20 +0530')}"
        f"-- articles/far.md --\n{article('A', '2024-03-05 10:20 +1700')}"
        f"-- articles/updated.md --\n{article('A', '2024-03-05', 'updated: 2024-03-07')}"
        f"-- articles/mended.md --\n{article('A', '2024-03-05', 'corrections: [{date: 2024-04-01, text: X}]')}",
    )
    build(root)
    check(root / "output", "https://example.org/archive")
    found = {
        url.rstrip("/").rpartition("/")[2]: node.findtext(f"{SITEMAP}lastmod") for url, node in lines(root).items()
    }
    assert {name: found[name] for name in ("year", "month", "day", "last", "minute", "far", "updated", "mended")} == {
        "year": None,
        "month": None,
        "day": "0001-01-01",
        "last": "9999-12-31T23:59:59-12:00",
        "minute": "2024-03-05T10:20:00+05:30",
        "far": "2024-03-05",
        "updated": "2024-03-07",
        "mended": "2024-04-01",
    }
    assert not [name for name, text in found.items() if text and name in ("2024", "archive", "03")]


PICTURES = (
    "![a](a.gif) ![again](a.gif 'title') [large](b%20c.gif?x=1#y) ![s](/photos/s.gif) ![lost](/photos/lost.gif)\n\n"
    "![far](https://example.com/far.gif) [text](other.md) [sheet](sheet.pdf) `![code](code.gif)`"
)


def with_pictures(root: Path, more: str = "") -> Path:
    make(root, "", SETTINGS + more)
    for name in ("a.gif", "b c.gif", "code.gif", "lead & co's.gif"):
        write(root, f"articles/{name}", DOT)
    write(root, "articles/sheet.pdf", b"%PDF")
    write(root, "static/photos/s.gif", DOT)
    write(root, "articles/other.md", article("Other", "2024-01-02"))
    lead = 'image: "lead & co\'s.gif"\n'
    write(root, "articles/one.md", article("One", "2024-01-01", lead, PICTURES))
    return root


def test_a_line_names_the_pictures_of_its_article_that_are_on_the_site(tmp_path: Path) -> None:
    root = with_pictures(tmp_path)
    assert not build(root).warnings
    base = "https://example.org/archive"
    check(root / "output", base)
    found = lines(root)
    folder = f"{base}/2024/01/01/one"
    images = [node.findtext(f"{IMAGE}loc", "") for node in found[f"{folder}/"].iterfind(f"{IMAGE}image")]
    names = ["lead%20&%20co's.gif", "a.gif", "b%20c.gif"]
    assert images[0].endswith(names[0])  # its own first
    assert set(images) == {f"{folder}/{name}" for name in names} | {f"{base}/photos/s.gif"}
    assert not list(found[f"{base}/2024/01/02/other/"].iterfind(f"{IMAGE}image"))
    for url in images:
        assert (root / "output" / url.removeprefix(f"{base}/").replace("%20", " ")).is_file()


def test_a_picture_of_the_static_folder_shows_its_size_in_a_text(tmp_path: Path) -> None:
    root = with_pictures(tmp_path)
    build(root)
    page = (root / "output/2024/01/01/one/index.html").read_text()
    assert re.search(r'<img [^>]*src="\.\./\.\./\.\./\.\./photos/s\.gif"[^>]*width="1" height="1"', page)


def test_pictures_can_be_left_out(tmp_path: Path) -> None:
    root = with_pictures(tmp_path, "sitemap: {images: false}\n")
    build(root)
    assert b"image" not in files(root)["sitemap.xml"]
    assert b"/2024/01/01/one/" in files(root)["sitemap.xml"]


def test_no_file_is_larger_than_it_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "_LARGEST_SIZE", 8_000)
    root = years(tmp_path, "https://example.org")
    build(root)
    found = files(root, "sitemap*.xml")
    assert len(found) > 3 and max(len(data) for data in found.values()) <= 8_000
    check(root / "output", "https://example.org")


def test_an_address_that_is_too_long_is_left_out_with_a_note(tmp_path: Path) -> None:
    long = "/".join(["字" * 60] * 5)
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-01-01', f'url: /{long}/')}")
    report = build(root, options=at("2024-01-02"))
    check(root / "output", "https://example.org/archive")
    assert "%E5%AD%97" not in (root / "output/sitemap.xml").read_text()
    assert lines(root, "news-sitemap.xml") == {}
    wanted = "1 page has an address longer than a sitemap may hold (2,047 characters), and not listed there"
    assert [note for note in report.notes if "longer" in note] == [wanted]


# The news


def news(root: Path, now: str) -> dict[str, tuple[str, str, str]]:
    """Return date, language and title of each article in the news sitemap."""
    build(root, options=at(now))
    base = "https://example.org/archive"
    check(root / "output", base)
    return {
        url.rstrip("/").rpartition("/")[2]: tuple(node.text or "" for node in item.iter() if not len(node))[1:]
        for url, item in lines(root, "news-sitemap.xml").items()
    }


def test_the_news_are_those_of_two_days(tmp_path: Path) -> None:
    root = make(
        tmp_path,
        f"-- articles/early.md --\n{article('A', '2024-03-03 11:59:59')}"
        f"-- articles/first.md --\n{article('B', '2024-03-03 13:00 +0100')}"
        f"-- articles/day.md --\n{article('C', '2024-03-04')}"
        f"-- articles/began-too-early.md --\n{article('D', '2024-03-03')}"
        f"-- articles/last.md --\n{article('E', '2024-03-05 12:00:00', 'updated: 2024-03-05 12:30')}"
        f"-- articles/late.md --\n{article('F', '2024-03-05 12:00:01')}"
        f"-- articles/month.md --\n{article('G', '2024-03')}"
        f"-- articles/hidden.md --\n{article('H', '2024-03-05', 'status: hidden')}"
        f"-- articles/copy.md --\n{article('I', '2024-03-05', 'canonical: https://example.com/')}"
        f"-- articles/gone.md --\n{article('J', '2024-03-05', 'status: removed')}",
    )
    found = news(root, UTC_NOW)
    assert {name: (line[2], line[3]) for name, line in found.items()} == {
        "first": ("2024-03-03T13:00:00+01:00", "B"),
        "day": ("2024-03-04", "C"),
        "last": ("2024-03-05T12:00:00+00:00", "E"),
    }


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("pt-BR", "pt"),
        ("zh", "zh-cn"),
        ("zh-Hant-HK", "zh-tw"),
        ("zh-TW", "zh-tw"),
        ("zh-Hans-TW", "zh-cn"),
        ("haw", "haw"),
    ],
)
def test_a_language_is_named_as_google_news_does(tmp_path: Path, written: str, named: str) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-03-05', f'lang: {written}')}")
    assert [line[1] for line in news(root, UTC_NOW).values()] == [named]


def test_the_name_of_a_publication_is_without_what_stands_in_brackets(tmp_path: Path) -> None:
    settings = SETTINGS.replace("The Test Record", '"The Record & Post (archive)"')
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-03-05')}", settings)
    assert [line[0] for line in news(root, UTC_NOW).values()] == ["The Record & Post"]


HOSTILE = [
    "]]>", "</news:title><x>", "&amp; & <b>",
    "\"quotes\" 'and'", "😀 \u200f\u202eabc", "<!-- -->", "<?php ?>", "{{ 7 * 7 }}",
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_a_title(tmp_path: Path, title: str) -> None:
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    settings = f'title: "{quoted}"\ndescription: "{quoted}"\nbase_url: https://example.org/archive\n'
    root = make(tmp_path, f"-- articles/a.md --\n{article(chr(34) + quoted + chr(34), '2024-03-05')}", settings)
    (line,) = news(root, UTC_NOW).values()
    assert line[3] == title and line[0] == title
    described = ElementTree.parse(root / "output/opensearch.xml").getroot()
    assert described.findtext(f"{OPENSEARCH}Description") == title
    assert described.findtext(f"{OPENSEARCH}ShortName", "").strip() == title[:16].strip()


@pytest.mark.parametrize("escape", ["\\x00", "\\x0b", "\\ufffe", "\\ud800"])
def test_an_escape_that_is_no_character_breaks_no_file(tmp_path: Path, escape: str) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article(chr(34) + 'A' + escape + 'B' + chr(34), '2024-03-05')}")
    try:
        found = news(root, UTC_NOW)
    except ExceptionGroup as group:
        assert [error.problem.location for error in errors_in(group)] != [None]
    else:
        assert [line[3] for line in found.values()] == ["A B"]


# The settings


def test_without_a_time_there_are_no_news_and_a_note_if_they_are_asked_for(tmp_path: Path) -> None:
    text = f"-- articles/a.md --\n{article('A', '2024-03-05')}"
    silent, asked = make(tmp_path / "a", text), make(tmp_path / "b", text, SETTINGS + "sitemap: {news: true}\n")
    assert build(silent).notes == build(make(tmp_path / "c", text, SETTINGS + "sitemap: true\n")).notes == ()
    wanted = "the news sitemap is left out: it needs the time, as in 'newsgen build --now now'"
    assert build(asked).notes == build(asked).notes == (wanted,)
    assert wanted not in build(asked, options=at(UTC_NOW)).notes


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("true", ["sitemap.xml", "news-sitemap.xml"]),
        ("false", []),
        ("no", []),
        ("{news: false}", ["sitemap.xml"]),
        ("{pages: no}", ["news-sitemap.xml"]),
        ("{pages: false, news: false}", []),
        ("{images: true}", ["sitemap.xml", "news-sitemap.xml"]),
        ("", ["sitemap.xml", "news-sitemap.xml"]),
    ],
)
def test_robots_txt_names_what_the_settings_want(tmp_path: Path, setting: str, names: list[str]) -> None:
    text = f"-- articles/a.md --\n{article('A', '2024-03-05')}"
    root = make(tmp_path, text, f"{SETTINGS}sitemap: {setting}\n")
    build(root, options=at(UTC_NOW))
    assert set(files(root, "*sitemap*")) == set(names)
    told = "".join(f"Sitemap: https://example.org/archive/{name}\n" for name in names)
    assert (root / "output/robots.txt").read_text() == f"User-agent: *\nAllow: /\n{chr(10) if told else ''}{told}"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("sitemap: {new: true}", "newsgen.yaml:2: 'new' is not known in 'sitemap'\n    hint: did you mean 'news'?"),
        ("sitemap: maybe", "newsgen.yaml:2: 'maybe' is neither true nor false"),
        ("sitemap: {news: maybe}", "newsgen.yaml:2: 'maybe' is neither true nor false"),
        ("sitemap: [news]", "newsgen.yaml:2: 'sitemap' must be a list of 'key: value' lines"),
        ("search: [a]", "newsgen.yaml:2: 'search' must be a list of 'key: value' lines"),
        ("search: {open: true}", "newsgen.yaml:2: 'open' is not known in 'search'"),
    ],
)
def test_a_mistake_in_a_mapping_is_told_once(tmp_path: Path, setting: str, message: str) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        config.read(make(tmp_path, "", f"title: T\n{setting}\n"))
    (error,) = errors_in(raised.value)
    assert str(error).startswith(message)


# The search of browsers

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def described(root: Path, settings: str) -> ElementTree.Element | None:
    """Build a site with one article; return how it describes its search, and hold its pages to that."""
    make(root, f"-- articles/a.md --\n{article('A', '2024-03-05')}", settings)
    build(root)
    place = root / "output/opensearch.xml"
    for name, target in (("index.html", "./opensearch.xml"), ("2024/03/05/a/index.html", "../../../../opensearch.xml")):
        links = re.findall(r'<link rel="search" [^>]*href="([^"]*)">', (root / "output" / name).read_text())
        assert links == ([target] if place.exists() else [])
    return ElementTree.parse(place).getroot() if place.exists() else None


def test_a_browser_learns_how_to_search_the_site(tmp_path: Path) -> None:
    root = described(tmp_path, "title: The Record of the Century in Short Articles\nbase_url: https://example.org/a/\n")
    assert root is not None and root.tag == f"{OPENSEARCH}OpenSearchDescription"
    assert root.findtext(f"{OPENSEARCH}ShortName") == "The Record of"
    assert root.findtext(f"{OPENSEARCH}LongName") == "The Record of the Century in Short Articles"
    urls = {url.get("type"): url.get("template") for url in root.iterfind(f"{OPENSEARCH}Url")}
    assert urls == {
        "text/html": "https://example.org/a/search/?q={searchTerms}",
        "application/opensearchdescription+xml": "https://example.org/a/opensearch.xml",
    }
    assert root.findtext(f"{OPENSEARCH}Image") == "https://example.org/a/theme/icon.svg"
    # It has the name of the field on the search page.
    assert 'name="q"' in (tmp_path / "output/search/index.html").read_text()


@pytest.mark.parametrize(
    "settings",
    ["search: false\nbase_url: https://example.org", "", "search: {opensearch: no}\nbase_url: https://example.org"],
)
def test_without_a_search_or_an_address_there_is_no_description_of_it(tmp_path: Path, settings: str) -> None:
    assert described(tmp_path, f"title: T\n{settings}\n") is None


@pytest.mark.parametrize(
    ("title", "short"),
    [("A" * 16, "A" * 16), ("A" * 17, "A" * 16), ("日" * 20, "日" * 16), ("One two three four", "One two three")],
)
def test_a_short_name_has_no_more_than_sixteen_characters(tmp_path: Path, title: str, short: str) -> None:
    root = described(tmp_path, f"title: {title}\nbase_url: https://example.org\n")
    assert root is not None and root.findtext(f"{OPENSEARCH}ShortName") == short
