"""What a site consists of: lists numbered from the oldest, date pages and their neighbours, taxonomies, feeds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsgen.build import build
from newsgen.errors import errors_in
from newsgen.model import Asset, Page
from newsgen.plan.contexts import (
    ArchiveContext,
    ArticleContext,
    DayContext,
    FeedContext,
    HomeContext,
    ListContext,
    MonthContext,
    SitemapContext,
    SitemapIndexContext,
    TaxonomyContext,
    TermContext,
    YearContext,
)
from newsgen.surveying import Survey, survey
from tests.sites import SETTINGS, make, snapshot, write


def article(title: str, date: str, more: str = "") -> str:
    more = f"{more.rstrip()}\n" if more else ""
    return f"---\ntitle: {title}\ndate: {date}\n{more}---\nText of {title}.\n"


def many(root: Path, count: int, settings: str = "page_size: 3\n") -> Path:
    make(root, "", SETTINGS + settings)
    for number in range(1, count + 1):
        text = article(f"Number {number}", f"2024-01-01 00:{number:02}", "tags: [All]\n")
        write(root, f"articles/n{number:02}.md", text)
    return root


def pages(found: Survey) -> dict[str, Page]:
    return {item.url: item for item in found.plan.items if isinstance(item, Page)}


def titles(context: HomeContext | ListContext | TermContext) -> list[str]:
    return [entry.title for group in context.days for entry in group.entries]


# Lists


@pytest.mark.parametrize(
    ("count", "numbered", "newest"), [(0, 0, 0), (1, 0, 1), (5, 0, 5), (6, 1, 3), (8, 1, 5), (9, 2, 3), (11, 2, 5)]
)
def test_the_newest_page_holds_from_one_page_size_to_twice_that_less_one(
    tmp_path: Path, count: int, numbered: int, newest: int
) -> None:
    found = pages(survey(many(tmp_path, count)))
    assert len([url for url in found if url.startswith("/page/")]) == numbered
    if count:
        context = found["/tags/all/"].context
        assert isinstance(context, TermContext)
        assert len(titles(context)) == newest


def test_pages_are_numbered_from_the_oldest_and_linked_both_ways(tmp_path: Path) -> None:
    found = pages(survey(many(tmp_path, 11)))
    first, second, newest = (found[f"/tags/all/{end}"].context for end in ("page/1/", "page/2/", ""))
    assert isinstance(first, TermContext) and isinstance(second, TermContext) and isinstance(newest, TermContext)
    assert titles(first) == ["Number 3", "Number 2", "Number 1"]
    assert titles(newest)[0] == "Number 11"
    assert first.pagination.older is None
    assert first.pagination.newer and first.pagination.newer.url == "/tags/all/page/2/"
    assert second.pagination.newer and second.pagination.newer.url == "/tags/all/"
    assert newest.pagination.older and newest.pagination.older.url == "/tags/all/page/2/"
    assert newest.pagination.newer is None


def test_a_new_article_changes_no_numbered_page(tmp_path: Path) -> None:
    root = many(tmp_path, 10)
    build(root)
    before = snapshot(root / "output")
    write(root, "articles/new.md", article("Newest", "2024-01-02", "tags: [All]\n"))
    report = build(root)
    numbered = [path for path in before if "page/" in path]
    assert len(numbered) == 4
    assert not set(numbered) & set(report.changes.changed)


def test_every_article_is_on_exactly_one_page_of_a_list(tmp_path: Path) -> None:
    found = pages(survey(many(tmp_path, 20)))
    shown = [
        title
        for url, page in found.items()
        if url.startswith("/tags/all/") and isinstance(page.context, TermContext)
        for title in titles(page.context)
    ]
    assert sorted(shown) == sorted(f"Number {number}" for number in range(1, 21))


def test_pinned_articles_lead_the_front_page_once(tmp_path: Path) -> None:
    root = many(tmp_path, 9)
    write(root, "articles/old.md", article("Pinned", "1990", "pinned: true\n"))
    context = pages(survey(root))["/"].context
    assert isinstance(context, HomeContext)
    assert context.lead and context.lead.title == "Pinned"
    assert [entry.title for entry in context.secondary][:2] == ["Number 9", "Number 8"]
    assert context.earliest == 1990


def test_the_front_page_shows_the_newest_of_the_largest_sections_that_do_not_stand_above(tmp_path: Path) -> None:
    root = make(tmp_path, "")
    for number, section in enumerate("aabbbbbbcdefgggg", 1):
        write(
            root, f"articles/{number}.md", article(f"Number {number}", f"2024-01-{number:02}", f"section: {section}\n")
        )
    context = pages(survey(root))["/"].context
    assert isinstance(context, HomeContext)
    assert [entry.title for entry in (context.lead, *context.secondary) if entry][-1] == "Number 12"
    assert {river.term.name: [entry.title for entry in river.entries] for river in context.rivers} == {
        "a": ["Number 2", "Number 1"],
        "b": ["Number 8", "Number 7", "Number 6", "Number 5"],
        "c": ["Number 9"],
        "d": ["Number 10"],
        "e": ["Number 11"],
    }, "all of g and f stand above, and f would be the seventh"


def test_a_front_page_of_one_section_has_no_columns_of_sections(tmp_path: Path) -> None:
    root = many(tmp_path, 9)
    for number in range(9):
        write(root, f"articles/{number}.md", article(f"News {number}", "2023-01-01", "section: News\n"))
    context = pages(survey(root))["/"].context
    assert isinstance(context, HomeContext)
    assert context.rivers == ()


def test_hidden_removed_and_redirected_articles_are_on_no_list(tmp_path: Path) -> None:
    root = make(
        tmp_path,
        f"-- articles/a.md --\n{article('Hidden', '2024-01-01', 'status: hidden')}"
        f"-- articles/b.md --\n{article('Removed', '2024-01-02', 'status: removed')}"
        f"-- articles/c.md --\n{article('Moved', '2024-01-03', 'redirect: https://example.com/')}"
        f"-- articles/d.md --\n{article('Archived', '2024-01-04', 'status: archived')}",
    )
    found = survey(root)
    assert [entry.title for entry in found.archive.entries] == ["Archived"]
    kinds = {url: page.kind for url, page in pages(found).items() if url.count("/") == 5 and url.endswith("/")}
    assert kinds == {
        "/2024/01/01/a/": "article",
        "/2024/01/02/b/": "gone",
        "/2024/01/03/c/": "redirect",
        "/2024/01/04/d/": "article",
    }
    context = pages(found)["/sitemap.xml"].context
    assert isinstance(context, SitemapContext)
    assert [url.url for url in context.urls if url.url.count("/") == 5] == ["/2024/01/04/d/"]


# Dates


DATED = (
    f"-- articles/a.md --\n{article('Known to the year', '1987')}"
    f"-- articles/b.md --\n{article('Known to the month', '1987-05')}"
    f"-- articles/c.md --\n{article('Known to the day', '1987-05-09')}"
    f"-- articles/d.md --\n{article('Later', '1990-01-02 23:30 -0800')}"
    f"-- articles/e.md --\n{article('Same day', '1990-01-02 09:00')}"
)


def test_an_article_stands_on_the_date_pages_that_its_date_is_known_to(tmp_path: Path) -> None:
    found = pages(survey(make(tmp_path, DATED)))
    year, month, day = (found[url].context for url in ("/1987/", "/1987/05/", "/1987/05/09/"))
    assert isinstance(year, YearContext) and isinstance(month, MonthContext) and isinstance(day, DayContext)
    assert (year.count, month.count, len(day.entries)) == (3, 2, 1)
    assert [entry.title for entry in year.undated] == ["Known to the year"]
    assert [entry.title for entry in month.undated] == ["Known to the month"]
    assert found["/1987/05/b/"].kind == "article"
    assert found["/1987/a/"].kind == "article"


def test_a_day_is_the_written_one_whatever_its_offset(tmp_path: Path) -> None:
    context = pages(survey(make(tmp_path, DATED)))["/1990/01/02/"].context
    assert isinstance(context, DayContext)
    assert [entry.title for entry in context.entries] == ["Same day", "Later"]


def test_date_pages_lead_to_the_nearest_period_that_has_articles(tmp_path: Path) -> None:
    found = pages(survey(make(tmp_path, DATED)))
    for older, newer in (("/1987/", "/1990/"), ("/1987/05/", "/1990/01/"), ("/1987/05/09/", "/1990/01/02/")):
        first, second = found[older].context, found[newer].context
        assert isinstance(first, YearContext | MonthContext | DayContext)
        assert isinstance(second, YearContext | MonthContext | DayContext)
        assert first.older is None and first.newer and first.newer.url == newer
        assert second.newer is None and second.older and second.older.url == older


def test_a_calendar_links_the_days_that_have_articles(tmp_path: Path) -> None:
    context = pages(survey(make(tmp_path, DATED)))["/1990/01/"].context
    assert isinstance(context, MonthContext)
    days = [day for week in context.calendar.weeks for day in week]
    assert [(day.day, day.url, day.count, day.level) for day in days if day.url] == [(2, "/1990/01/02/", 2, 4)]
    assert [day.day for day in context.calendar.weeks[0]] == [1, 2, 3, 4, 5, 6, 7]
    assert all(len(week) == 7 for week in context.calendar.weeks)


def test_the_archive_counts_years_and_months_by_decade(tmp_path: Path) -> None:
    context = pages(survey(make(tmp_path, DATED)))["/archive/"].context
    assert isinstance(context, ArchiveContext)
    assert [(decade.name, decade.count) for decade in context.decades] == [("1990s", 2), ("1980s", 3)]
    may = context.decades[1].years[0].months[4]
    assert (may.name, may.count, may.url, may.level) == ("May", 2, "/1987/05/", 4)


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "1903-12-17", "0999"])
def test_any_year_builds(tmp_path: Path, date: str) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('Old', date)}")
    build(root)
    assert (root / "output" / date[:4] / "index.html").exists()
    lastmod = re.search(rf"/{date[:4]}/[^<]*</loc><lastmod>([^<]*)<", (root / "output/sitemap.xml").read_text())
    # A year alone is no date that a sitemap may hold.
    assert (lastmod[1] if lastmod else "0999") == date


# Neighbours, series, taxonomies


def test_neighbours_in_time_are_links_and_end_at_the_ends(tmp_path: Path) -> None:
    found = pages(survey(make(tmp_path, DATED)))
    first, middle, last = (found[url].context for url in ("/1987/a/", "/1987/05/09/c/", "/1990/01/02/d/"))
    assert isinstance(first, ArticleContext) and isinstance(middle, ArticleContext) and isinstance(last, ArticleContext)
    assert first.older is None and first.newer and first.newer.title == "Known to the month"
    assert middle.newer and middle.newer.title == "Same day"
    assert last.newer is None


def test_a_series_numbers_its_parts_and_links_its_neighbours(tmp_path: Path) -> None:
    text = "".join(
        f"-- articles/{n}.md --\n{article(f'Part {n}', f'2024-01-0{n}', 'series: The river')}" for n in (1, 2, 3)
    )
    found = pages(survey(make(tmp_path, text)))
    context = found["/2024/01/02/2/"].context
    assert isinstance(context, ArticleContext) and context.series
    assert (context.series.number, context.series.term.url) == (2, "/series/the-river/")
    assert context.series.older and context.series.older.title == "Part 1"
    assert context.series.newer and context.series.newer.title == "Part 3"
    assert "/series/the-river/" in found


def test_a_taxonomy_of_the_settings_has_terms_and_an_index_like_the_others(tmp_path: Path) -> None:
    settings = SETTINGS + "taxonomies:\n  places:\n    keys: [place, places]\n    url: /where/\n    singular: place\n"
    text = f"-- articles/a.md --\n{article('A', '2024', 'place: [Lyon, Évian]')}"
    found = pages(survey(make(tmp_path, text, settings)))
    assert {"/where/", "/where/lyon/", "/where/evian/"} <= set(found)
    context = found["/where/"].context
    assert isinstance(context, TaxonomyContext)
    assert [letter.name for letter in context.letters] == ["E", "L"]


def test_two_spellings_of_a_tag_are_one_term_with_the_oldest_spelling(tmp_path: Path) -> None:
    text = (
        f"-- articles/b.md --\n{article('B', '2024', 'tags: [elections, Town-Hall]')}"
        f"-- articles/a.md --\n{article('A', '1990', 'tags: [Élections, town hall]')}"
    )
    found = pages(survey(make(tmp_path, text)))
    terms = {page.title: url for url, page in found.items() if page.kind == "term"}
    assert terms == {"Élections": "/tags/elections/", "town hall": "/tags/town-hall/"}


def test_related_terms_are_those_that_stand_together_most_often(tmp_path: Path) -> None:
    text = "".join(
        f"-- articles/{n}.md --\n{article(f'A{n}', '2024', f'tags: [{tags}]')}"
        for n, tags in enumerate(("x, y", "x, y, z", "x, z, y", "z"))
    )
    context = pages(survey(make(tmp_path, text)))["/tags/x/"].context
    assert isinstance(context, TermContext)
    assert [(item.term.name, item.count) for item in context.related] == [("y", 3), ("z", 2)]


# Feeds, sitemap and the rest


def test_feeds_hold_the_newest_articles_first_and_no_more_than_the_settings_say(tmp_path: Path) -> None:
    found = pages(survey(many(tmp_path, 9, "feed_size: 4\n")))
    for url in ("/feed.xml", "/tags/all/feed.xml"):
        context = found[url].context
        assert isinstance(context, FeedContext)
        assert [item.entry.title for item in context.items] == ["Number 9", "Number 8", "Number 7", "Number 6"]
        assert context.items[0].id == "tag:example.org,2000:n09"
        assert context.updated == context.items[0].entry.date


def test_the_ids_of_a_feed_outlive_a_new_title_slug_and_date_of_change(tmp_path: Path) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('One', '2024-01-01')}")
    before = pages(survey(root))["/feed.xml"].context
    write(root, "articles/a.md", article("Other", "2024-01-01", "slug: other\nupdated: 2024-02-02\n"))
    after = pages(survey(root))["/feed.xml"].context
    assert isinstance(before, FeedContext) and isinstance(after, FeedContext)
    assert before.items[0].id == after.items[0].id


def test_without_an_address_what_needs_one_is_left_out_with_a_note(tmp_path: Path) -> None:
    root = make(tmp_path, DATED, "title: T\n")
    report = build(root)
    assert not {"sitemap.xml", "feed.xml"} & set(snapshot(root / "output"))
    assert report.notes == ("no base_url is set: feeds, the sitemap and JSON-LD, which need it, are left out",)
    assert "Sitemap" not in (root / "output/robots.txt").read_text()


def test_a_sitemap_past_the_limit_is_an_index_of_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.plan.sitemap._LARGEST", 4)
    found = pages(survey(many(tmp_path, 9)))
    context = found["/sitemap.xml"].context
    assert isinstance(context, SitemapIndexContext)
    parts = [found[url].context for url in context.urls]
    urls = [line.url for part in parts if isinstance(part, SitemapContext) for line in part.urls]
    assert len(urls) == len(set(urls))
    assert all(len(part.urls) <= 4 for part in parts if isinstance(part, SitemapContext))
    assert "/2024/01/01/n09/" in urls


def test_an_alias_is_a_page_that_sends_on(tmp_path: Path) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-01-01', 'aliases: [/old/a.html, old-a]')}")
    build(root)
    page = (root / "output/old/a.html").read_text()
    assert 'content="0; url=../2024/01/01/a/"' in page
    assert 'href="https://example.org/archive/2024/01/01/a/"' in page
    assert (root / "output/old-a/index.html").exists()


def test_the_page_for_no_page_links_from_the_host(tmp_path: Path) -> None:
    root = make(tmp_path, DATED)
    build(root)
    page = (root / "output/404.html").read_text()
    assert 'href="/archive/theme/style.css"' in page
    assert 'href="/archive/archive/"' in page


# Collisions


def collision(root: Path) -> str:
    with pytest.raises(ExceptionGroup) as caught:
        build(root)
    (error,) = errors_in(caught.value)
    return str(error)


def test_an_article_in_the_place_of_a_built_in_page_is_an_error(tmp_path: Path) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-01-01', 'url: /archive/')}")
    assert "/archive/ is wanted by articles/a.md and the archive page 'Archive'" in collision(root)


def test_an_article_in_the_place_of_a_static_file_is_an_error(tmp_path: Path) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-01-01', 'url: /x.html')}-- static/X.html --\nx\n")
    assert "articles/a.md and static/X.html" in collision(root)


def test_a_file_where_another_page_needs_a_folder_is_an_error(tmp_path: Path) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-01-01')}-- static/2024 --\nx\n")
    assert "one would be a file and a folder at once" in collision(root)


def test_the_file_of_the_checksums_is_reserved(tmp_path: Path) -> None:
    root = make(tmp_path, f"-- articles/a.md --\n{article('A', '2024-01-01')}-- static/manifest-sha256.txt --\nx\n")
    assert "keeps its checksums" in collision(root)


def test_a_picture_stands_at_the_url_of_its_article_and_is_planned_once(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2024-01-01\nimage: map.svg\n---\n![The map](map.svg) ![Again](map.svg)\n"
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"></svg>'
    root = make(
        tmp_path, f"-- articles/a/index.md --\n{text}-- articles/a/map.svg --\n{picture}-- articles/a/notes.txt --\nx"
    )
    found = survey(root)
    assets = [item.url for item in found.plan.items if isinstance(item, Asset) and "/theme/" not in item.url]
    assert assets == ["/2024/01/01/a/map.svg"]
    build(root)
    page = (root / "output/2024/01/01/a/index.html").read_text()
    assert page.count('src="../../../../2024/01/01/a/map.svg"') >= 3
    assert page.count('width="40" height="30"') >= 3
