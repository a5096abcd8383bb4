"""Articles over time as drawings and tables; days of the year; the years of a decade; terms side by side."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from newsgen.build import build
from newsgen.model import Page
from newsgen.plan.contexts import (
    ArchiveContext,
    CompareContext,
    DayContext,
    DaysOfYearContext,
    OnThisDayContext,
    Plot,
    TaxonomyContext,
    TermContext,
    YearContext,
)
from newsgen.surveying import Survey, survey
from tests.sites import SETTINGS, make, snapshot, write


def article(title: str, date: str, more: str = "") -> str:
    return f"---\ntitle: {title}\ndate: {date}\n{more}---\nText of {title}.\n"


def site(root: Path, dates: list[str], more: str = "tags: [All]\n", settings: str = "") -> Path:
    make(root, "", SETTINGS + settings)
    for number, date in enumerate(dates, 1):
        write(root, f"articles/n{number:04}.md", article(f"Number {number}", date, more))
    return root


def pages(found: Survey) -> dict[str, Page]:
    return {item.url: item for item in found.plan.items if isinstance(item, Page)}


def coverage(root: Path, url: str = "/tags/all/") -> Plot:
    context = pages(survey(root))[url].context
    assert isinstance(context, TermContext | ArchiveContext)
    assert context.coverage
    return context.coverage


def text(root: Path, path: str) -> str:
    return (root / "output" / path / "index.html").read_text("utf-8")


def links(page: str) -> list[tuple[str, str]]:
    """Return what a page's drawings link to, with the words that the mouse shows."""
    return re.findall(r'<a href="([^"]+)" (?:class="[^"]*" )?tabindex="-1"><title>([^<]+)</title>', page)


# Coverage of a term


def test_a_bar_leads_to_the_page_of_the_list_that_holds_the_newest_article_of_its_year(tmp_path: Path) -> None:
    dates = [f"{1950 + number * 3}-0{1 + number % 9}-11" for number in range(20)]
    dates += [f"1969-07-{day:02}" for day in range(1, 12)]
    root = site(tmp_path, dates, settings="page_size: 3\n")
    build(root)
    here = "tags/all/"
    drawn = links(text(root, here))
    assert len(drawn) == len({date[:4] for date in dates})
    for href, title in drawn:
        year = title.split(":")[0]
        path, _, anchor = urljoin(f"http://host/{here}", href).removeprefix("http://host/").partition("#")
        assert anchor == f"newsgen-{year}"
        page = text(root, path)
        section = page[page.index(f'id="{anchor}"') :].split("</section>")[0]
        newest = max(date for date in dates if date.startswith(year))
        assert f'datetime="{newest}"' in section
    assert "1969: 11 articles" in [title for _, title in drawn]


def test_the_table_of_a_plot_has_the_numbers_and_links_of_its_bars(tmp_path: Path) -> None:
    root = site(tmp_path, ["1950-01-01", "1950-05-01", "1969-07-20"])
    build(root)
    page = text(root, "tags/all")
    told = re.findall(r'<tr><th scope="row"><a href="([^"]+)">(\d+)</a></th><td>(\d+)</td></tr>', page)
    assert [(year, count) for _, year, count in told] == [("1950", "2"), ("1969", "1")]
    assert [href for href, _, _ in told] == [href for href, _ in links(page)]


def test_quiet_years_are_gaps_on_one_line_from_the_first_to_the_last(tmp_path: Path) -> None:
    found = coverage(site(tmp_path, ["1950", "1951", "1960", "1960", "1960"]))
    assert (found.unit, found.places) == ("year", 11)
    assert [(bar.place, bar.count) for bar in found.bars] == [(0, 1), (1, 1), (10, 3)]
    assert found.peak.label == "1960"
    assert found.bars[-1].height == 100


def test_few_years_are_drawn_by_month_and_lead_to_the_month(tmp_path: Path) -> None:
    root = site(tmp_path, ["2022-11-03", "2024-01-05", "2024-01-06", "2024-02-01"], settings="page_size: 1\n")
    found = coverage(root)
    assert (found.unit, found.places) == ("month", 36)
    assert [bar.label for bar in found.bars] == ["November 2022", "January 2024", "February 2024"]
    assert [bar.url for bar in found.bars] == [
        "/tags/all/page/1/#newsgen-2022-11", "/tags/all/page/3/#newsgen-2024-01", "/tags/all/#newsgen-2024-02"
    ]  # fmt: skip
    build(root)
    for bar in found.bars:
        path, _, anchor = bar.url.partition("#")
        assert f'id="{anchor}"' in text(root, path.strip("/"))


def test_what_is_known_to_the_year_alone_is_drawn_by_year(tmp_path: Path) -> None:
    found = coverage(site(tmp_path, ["2023-05", "2024", "2024-05-01"]))
    assert [(bar.label, bar.count) for bar in found.bars] == [("2023", 1), ("2024", 2)]


def test_a_term_of_one_year_or_month_has_no_plot_and_older_pages_never_have(tmp_path: Path) -> None:
    found = pages(survey(site(tmp_path, ["2024-01-01", "2024-01-05"])))
    context = found["/tags/all/"].context
    assert isinstance(context, TermContext)
    assert context.coverage is None
    found = pages(survey(site(tmp_path, [f"{year}" for year in range(1900, 1910)], settings="page_size: 2\n")))
    older = found["/tags/all/page/1/"].context
    assert isinstance(older, TermContext)
    assert (older.coverage, older.earliest, older.latest) == (None, 0, 0)


@pytest.mark.parametrize("dates", [["0001-01-01", "9999-12-31"], ["0001", "1969-07-20", "9999"]])
def test_ten_thousand_years_are_drawn_in_spans(tmp_path: Path, dates: list[str]) -> None:
    root = site(tmp_path, dates)
    found = coverage(root)
    assert found.unit == "years"
    assert found.places <= 240
    assert found.bars[-1].label == "9950–9999"
    assert sum(bar.count for bar in found.bars) == len(dates)
    build(root)
    for path in ("tags/all", "archive", "archive/compare"):
        place = root / "output" / path / "index.html"
        if place.exists():
            assert place.stat().st_size < 60_000
    whole = coverage(root, "/archive/")
    assert [bar.url for bar in whole.bars][-1] == "/archive/#newsgen-9990s"
    assert 'id="newsgen-9990s"' in text(root, "archive")
    assert 'id="newsgen-0s"' in text(root, "archive")


def test_a_term_of_thousands_of_articles_in_one_day_stays_small(tmp_path: Path) -> None:
    root = site(tmp_path, ["2000-05-05", *["2001-02-03"] * 800], settings="page_size: 10\n")
    found = coverage(root)
    assert [(bar.label, bar.count) for bar in found.bars] == [("May 2000", 1), ("February 2001", 800)]
    assert found.bars[0].height == 2, "one article is still seen beside eight hundred"
    context = pages(survey(root))["/on-this-day/02-03/"].context
    assert isinstance(context, OnThisDayContext)
    assert [(len(year.headlines), year.more) for year in context.years] == [(3, 797)]


def test_labels_stand_at_the_start_of_round_years_and_fewer_on_a_phone(tmp_path: Path) -> None:
    ticks = coverage(site(tmp_path, ["1903", "2024"]), "/archive/").ticks
    assert [tick.label for tick in ticks] == ["1903", *(str(year) for year in range(1910, 2020, 10)), "2024"]
    assert [tick.label for tick in ticks if not tick.is_wide] == [
        "1903",
        "1920",
        "1940",
        "1960",
        "1980",
        "2000",
        "2024",
    ]
    assert ticks[1].place == 7
    assert ticks[-1].is_end


# The overview


def test_the_bars_of_the_archive_lead_to_their_years(tmp_path: Path) -> None:
    root = site(tmp_path, ["1903-01-01", "1969-07-20", "1969-07-21", "2024"])
    build(root)
    drawn = links(text(root, "archive"))
    assert drawn == [
        ("../1903/", "1903: 1 article"), ("../1969/", "1969: 2 articles"), ("../2024/", "2024: 1 article")
    ]  # fmt: skip


def test_an_archive_of_one_year_is_drawn_by_month(tmp_path: Path) -> None:
    found = coverage(site(tmp_path, ["2024-03-01", "2024-03-02"]), "/archive/")
    assert [(bar.label, bar.url) for bar in found.bars] == [("March 2024", "/2024/03/")]
    assert [tick.label for tick in found.ticks][:3] == ["Jan", "Feb", "Mar"]


def test_an_archive_without_articles_has_its_pages_and_no_plot(tmp_path: Path) -> None:
    root = make(tmp_path, "", SETTINGS)
    assert build(root).errors == ()
    assert "<figure" not in text(root, "archive")
    assert "<table" not in text(root, "on-this-day")
    assert not (root / "output/archive/compare").exists()


# A year


def test_the_map_of_a_year_has_every_day_with_articles_in_its_week(tmp_path: Path) -> None:
    context = pages(survey(site(tmp_path, ["1969-01-01", "1969-07-20", "1969-07-20", "1969-12-31"])))["/1969/"].context
    assert isinstance(context, YearContext)
    assert context.map
    # 1969 began on a Wednesday; weeks begin on Monday.
    assert [(day.x, day.y, day.count) for day in context.map.days] == [(0, 2, 1), (28, 6, 2), (52, 2, 1)]
    assert context.map.weeks == 53


@pytest.mark.parametrize(("year", "weeks"), [("2012", 54), ("2024", 53), ("2023", 53), ("0001", 53), ("9999", 53)])
def test_any_year_has_a_map(tmp_path: Path, year: str, weeks: int) -> None:
    # 2012 began on a Sunday and had 366 days.
    context = pages(survey(site(tmp_path, [f"{year}-06-01"])))[f"/{year}/"].context
    assert isinstance(context, YearContext)
    assert context.map
    assert context.map.weeks == weeks


def test_a_year_without_a_known_day_has_no_map(tmp_path: Path) -> None:
    context = pages(survey(site(tmp_path, ["1969", "1969-05"])))["/1969/"].context
    assert isinstance(context, YearContext)
    assert context.map is None


def test_a_year_leads_to_the_years_of_its_decade_and_to_the_nearest_decades(tmp_path: Path) -> None:
    found = pages(survey(site(tmp_path, ["1905", "1960", "1969", "1990"])))["/1969/"].context
    assert isinstance(found, YearContext)
    decade = found.decade
    assert [link.title for link in decade.years] == [str(year) for year in range(1960, 1970)]
    assert [link.url for link in decade.years if link.url] == ["/1960/", "/1969/"]
    assert decade.older and (decade.older.title, decade.older.url) == ("1900s", "/archive/#newsgen-1900s")
    assert decade.newer and decade.newer.title == "1990s"


def test_an_article_elsewhere_leaves_the_page_of_a_year_alone(tmp_path: Path) -> None:
    root = site(tmp_path, ["1950-01-01", "1960-03-03", "1969-07-20", "1970-01-01"])
    build(root)
    write(root, "articles/new.md", article("New", "1950-01-02"))
    write(root, "articles/also.md", article("Also", "1960-01-02"))
    rendered = build(root).rendered
    assert "/1960/" in rendered and "/1950/" in rendered
    assert not {"/1969/", "/1970/", "/1969/07/20/", "/on-this-day/07-20/"} & set(rendered)


def test_editing_a_body_renders_no_page_of_dates_or_plots(tmp_path: Path) -> None:
    root = site(tmp_path, ["1969-07-20", "1969-07-20", "1970-07-20"], "tags: [All, Other]\nsummary: Said.\n")
    build(root)
    write(
        root, "articles/n0001.md", article("Number 1", "1969-07-20", "tags: [All, Other]\nsummary: Said.\n") + "More.\n"
    )
    rendered = build(root).rendered
    assert [url for url in rendered if not url.endswith((".xml", ".json"))] == ["/1969/07/20/n0001/"]


def test_a_dense_year_is_a_small_page(tmp_path: Path) -> None:
    dates = [f"2023-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    root = site(tmp_path, dates)
    build(root)
    assert (root / "output/2023/index.html").stat().st_size < 150_000


# Days of the year


def test_a_day_of_the_year_lists_its_headlines_under_their_years_newest_first(tmp_path: Path) -> None:
    root = site(tmp_path, ["1969-07-20", "2024-07-20", "1969-07-20 22:56", "1969-07", "1969"])
    context = pages(survey(root))["/on-this-day/07-20/"].context
    assert isinstance(context, OnThisDayContext)
    assert [(year.year.title, year.year.url) for year in context.years] == [
        ("2024", "/2024/07/20/"), ("1969", "/1969/07/20/")
    ]  # fmt: skip
    assert [link.title for link in context.years[1].headlines] == ["Number 1", "Number 3"]
    assert context.count == 3


def test_days_of_the_year_lead_to_the_nearest_that_have_articles(tmp_path: Path) -> None:
    found = pages(survey(site(tmp_path, ["1999-12-31", "1972-02-29", "2001-03-01", "2001-01-01"])))
    leap, first = found["/on-this-day/02-29/"].context, found["/on-this-day/01-01/"].context
    assert isinstance(leap, OnThisDayContext) and isinstance(first, OnThisDayContext)
    assert leap.date == "29 February"
    assert leap.older and leap.older.url == "/on-this-day/01-01/"
    assert leap.newer and leap.newer.url == "/on-this-day/03-01/"
    assert first.older is None


def test_a_day_leads_to_the_same_day_of_other_years(tmp_path: Path) -> None:
    context = pages(survey(site(tmp_path, ["1972-02-29"])))["/1972/02/29/"].context
    assert isinstance(context, DayContext)
    assert context.in_other_years.url == "/on-this-day/02-29/"


def test_all_days_of_the_year_stand_in_one_table_with_those_that_have_articles_linked(tmp_path: Path) -> None:
    context = pages(survey(site(tmp_path, ["1972-02-29", "1969-07-20", "1970-07-20"])))["/on-this-day/"].context
    assert isinstance(context, DaysOfYearContext)
    assert [len(row) for row in context.days] == [12] * 31
    assert sum(bool(day.name) for row in context.days for day in row) == 366
    assert [(day.name, day.count) for row in context.days for day in row if day.url] == [
        ("20 July", 2), ("29 February", 1)
    ]  # fmt: skip


def test_a_headline_in_another_language_says_so(tmp_path: Path) -> None:
    root = site(tmp_path, ["1969-07-20"], "lang: ar\n")
    build(root)
    assert '<li lang="ar" dir="rtl">' in text(root, "on-this-day/07-20")


# Indexes and the comparison


def test_a_term_of_three_articles_has_a_small_plot_in_the_index_and_fewer_have_none(tmp_path: Path) -> None:
    root = site(tmp_path, ["1900-01-01", "1950-01-01", "1999-12-31"])
    write(root, "articles/x.md", article("X", "1950-01-01", "tags: [Few]\n"))
    context = pages(survey(root))["/tags/"].context
    assert isinstance(context, TaxonomyContext)
    sparks = {item.term.name: item.spark for letter in context.letters for item in letter.terms}
    assert sparks == {"All": "M0 6V0h1V6H10V0h1V6H19V0h1V6", "Few": ""}
    assert (context.earliest, context.latest) == (1900, 1999)


def test_a_small_plot_is_a_few_bytes(tmp_path: Path) -> None:
    root = site(tmp_path, [f"{1900 + number * 7 % 100}" for number in range(300)])
    build(root)
    sparks = re.findall(r'<svg class="spark".*?</svg>', text(root, "tags"))
    assert len(sparks) == 1
    assert len(sparks[0]) <= 170


def test_terms_are_compared_on_one_line_and_one_scale(tmp_path: Path) -> None:
    root = make(tmp_path, "", SETTINGS)
    for number, (date, name) in enumerate([("1990", "One"), ("1993", "One"), ("1993", "One"), ("1999", "Two")]):
        write(root, f"articles/n{number}.md", article(f"N{number}", date, f"section: {name}\n"))
    found = pages(survey(root))
    context = found["/archive/compare/"].context
    assert isinstance(context, CompareContext)
    assert [group.name for group in context.groups] == ["sections"]
    group = context.groups[0]
    assert (context.places, group.most) == (10, 2)
    assert [(item.term.name, item.path) for item in group.terms] == [
        ("One", "M0 100V67h1V100H3V33h1V100"), ("Two", "M9 100V67h1V100")
    ]  # fmt: skip
    assert [(row.label, row.counts) for row in group.rows] == [("1990", (1, 0)), ("1993", (2, 0)), ("1999", (0, 1))]
    index = found["/sections/"].context
    assert isinstance(index, TaxonomyContext)
    assert index.compare and index.compare.url == "/archive/compare/#newsgen-sections"


def test_few_years_are_compared_by_month(tmp_path: Path) -> None:
    context = pages(survey(site(tmp_path, ["2015-03-01", "2024-03-01"], "tags: [A, B]\n")))["/archive/compare/"].context
    assert isinstance(context, CompareContext)
    assert (context.unit, context.places) == ("month", 120)
    assert [row.label for row in context.groups[0].rows] == ["March 2015", "March 2024"]


def test_the_most_used_of_many_terms_are_compared(tmp_path: Path) -> None:
    root = make(tmp_path, "", SETTINGS)
    for number in range(40):
        names = ", ".join(f"T{other:02}" for other in range(number, 40))
        write(root, f"articles/n{number}.md", article(f"N{number}", "1990", f"tags: [{names}]\n"))
    context = pages(survey(root))["/archive/compare/"].context
    assert isinstance(context, CompareContext)
    assert [item.term.name for item in context.groups[0].terms] == [f"T{number}" for number in range(39, 15, -1)]
    assert context.groups[0].total == 40


def test_one_tag_and_one_section_are_not_compared(tmp_path: Path) -> None:
    found = pages(survey(site(tmp_path, ["1990"], "tags: [All]\nsection: One\n")))
    assert "/archive/compare/" not in found
    archive = found["/archive/"].context
    assert isinstance(archive, ArchiveContext)
    assert archive.compare is None


# All of them


def test_the_new_pages_are_in_the_sitemap(tmp_path: Path) -> None:
    root = site(tmp_path, ["1969-07-20"], "tags: [A, B]\n")
    build(root)
    listed = (root / "output/sitemap.xml").read_text("utf-8")
    for path in ("on-this-day/", "on-this-day/07-20/", "archive/compare/"):
        assert f"<loc>https://example.org/archive/{path}</loc>" in listed


def test_drawings_are_hidden_from_screen_readers_and_have_no_style(tmp_path: Path) -> None:
    root = site(tmp_path, ["1950-01-01", "1969-07-20", "1969-07-21"], "tags: [A, B]\n")
    build(root)
    for path in ("archive", "1969", "tags", "tags/a", "archive/compare"):
        page = text(root, path)
        assert "<svg" in page
        assert " style=" not in page
        for before, drawing in re.findall(
            r'(<div class="[^"]+" aria-hidden="true">\n)?(<svg.*?</svg>)', page, re.DOTALL
        ):
            is_hidden = before or 'aria-hidden="true"' in drawing or 'class="axis"' in drawing
            assert is_hidden or 'class="days"' in drawing
            assert drawing.count("<a ") == drawing.count('tabindex="-1"') == drawing.count("<title>")


def test_the_same_articles_give_the_same_drawings(tmp_path: Path) -> None:
    dates = [f"{1900 + number * 37 % 120}-0{1 + number % 9}-1{number % 10}" for number in range(60)]
    first = site(tmp_path / "a", dates, "tags: [A, B]\n")
    second = site(tmp_path / "b", dates, "tags: [A, B]\n")
    build(first)
    build(second)
    assert snapshot(first / "output") == snapshot(second / "output")
