"""Related coverage: which articles go with one, why, and how little an edit changes of it."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType

import pytest

from newsgen.build import build
from newsgen.dates import Moment, Precision
from newsgen.model import Archive, Article, Body, Site, Term, by_term
from newsgen.plan.articles import article_pages
from newsgen.plan.contexts import ArticleContext, Related
from newsgen.plan.related import related_coverage
from tests.sites import SETTINGS, make, snapshot, write

FIRST = datetime(2000, 1, 1)


def term(name: str, taxonomy: str = "tags") -> Term:
    return Term(taxonomy, name, name.lower(), f"/{taxonomy}/{name.lower()}/")


def article(
    day: int, *tags: str, links: Sequence[int] = (), status: str = "published", others: Sequence[Term] = ()
) -> Article:
    """An article of a day, which is its name as well, linking to those of other days."""
    path = f"articles/{day}.md"
    return Article(
        title=f"Day {day}",
        url=f"/{day}/",
        date=Moment(FIRST + timedelta(days=day), 0, Precision.DAY),
        tags=tuple(term(tag) for tag in tags),
        terms=tuple(others),
        status=status,
        id=str(day),
        path=path,
        content=Body(path, b"", tuple((f"{other}.md#a", f"/{other}/#a") for other in links)),
    )


def archive(*articles: Article, filler: int = 40) -> Archive:
    """An archive of these articles, and of so many others, long before them, that share nothing."""
    known = [*(article(-5000 + number, f"Own {number}") for number in range(filler)), *articles]
    known.sort(key=lambda item: (item.date.sort_key, item.path))
    entries = tuple(item.entry() for item in known if item.status == "published")
    return Archive(Site("T"), tuple(known), entries, by_term(entries))


def days(found: Mapping[str, tuple[Related, ...]], day: int) -> list[int]:
    return [int(item.url.strip("/")) for item in found.get(f"/{day}/", ())]


# Which articles


def test_the_rarest_shared_term_wins_over_nearness() -> None:
    common = [article(day, "Town") for day in range(101, 108)]
    found = related_coverage(archive(article(100, "Town", "Apollo"), *common, article(900, "Apollo")))
    assert days(found, 100)[0] == 900
    assert found["/100/"][0].shared == ("Apollo",)


def test_more_shared_terms_win_over_fewer() -> None:
    found = related_coverage(
        archive(article(1, "Apollo", "NASA"), article(2, "Apollo"), article(3, "NASA"), article(400, "Apollo", "NASA"))
    )
    assert days(found, 1)[0] == 400


def test_a_link_wins_over_the_rarest_term_in_either_direction() -> None:
    found = related_coverage(archive(article(1, "Apollo", links=[900]), article(2, "Apollo"), article(900, "Else")))
    assert days(found, 1) == [900, 2]
    assert days(found, 900) == [1]


def test_nearness_in_time_breaks_ties() -> None:
    found = related_coverage(archive(*(article(day, "Apollo") for day in (1, 100, 101, 120, 3000))))
    assert days(found, 100) == [101, 120, 1, 3000]


def test_of_two_that_are_equally_near_the_later_comes_first() -> None:
    found = related_coverage(archive(*(article(day, "Apollo") for day in (90, 100, 110))))
    assert days(found, 100) == [110, 90]


def test_an_article_is_not_its_own_and_no_more_than_five_are_named() -> None:
    found = related_coverage(archive(*(article(day, "Apollo", links=[day]) for day in range(1, 9))))
    for day in range(1, 9):
        assert len(days(found, day)) == 5
        assert day not in days(found, day)


def test_nearness_alone_is_no_reason() -> None:
    assert related_coverage(archive(article(1, "Apollo"), article(2, "Gemini"), article(3))) == {}


def test_a_term_that_a_good_part_of_the_archive_has_is_no_reason() -> None:
    found = related_coverage(archive(*(article(day, "Town") for day in range(10)), filler=10))
    assert found == {}


def test_sections_and_authors_are_no_reason_and_taxonomies_of_ones_own_are() -> None:
    apart = [term("World", "sections"), term("Jo", "authors")]
    assert related_coverage(archive(article(1, others=apart), article(2, others=apart))) == {}
    places = [term("Leeds", "places")]
    found = related_coverage(archive(article(1, others=places), article(2, others=places)))
    assert found["/1/"][0].shared == ("Leeds",)


@pytest.mark.parametrize("status", ["hidden", "removed", "redacted"])
def test_what_no_list_shows_is_never_related(status: str) -> None:
    found = related_coverage(
        archive(article(1, "Apollo", links=[2]), article(2, "Apollo", links=[1], status=status), article(3, "Apollo"))
    )
    assert days(found, 1) == [3]
    assert "/2/" not in found


def test_of_very_many_terms_the_rarest_count() -> None:
    many = [f"Tag {number:02}" for number in range(30)]
    crowd = [article(10 + day, *many[10:]) for day in range(4)]
    found = related_coverage(archive(article(1, *many), *crowd, article(500, *many[:10])))
    assert days(found, 1)[0] == 500


# Why


def test_the_reasons_are_named_the_rarest_term_first() -> None:
    others = [article(day, "NASA") for day in range(3000, 3006)]
    found = related_coverage(
        archive(article(1, "NASA", "Apollo", links=[2]), article(2, "NASA", "Apollo"), *others, article(3, links=[1]))
    )
    assert found["/1/"][0] == Related(
        "Day 2", "/2/", "", article(2).date, ("Apollo", "NASA"), links_here=False, is_linked=True
    )
    third = next(item for item in found["/1/"] if item.url == "/3/")
    assert (third.shared, third.links_here, third.is_linked) == ((), True, False)


def test_three_terms_are_named_and_none_twice() -> None:
    tags = ("Apollo", "Gemini", "Mercury", "Vostok")
    found = related_coverage(archive(article(1, *tags), article(2, *tags)))
    assert found["/1/"][0].shared == ("Apollo", "Gemini", "Mercury")
    series = [term("Apollo", "series")]
    found = related_coverage(archive(article(1, "Apollo", others=series), article(2, "Apollo", others=series)))
    assert found["/1/"][0].shared == ("Apollo",)


def test_the_neighbours_that_the_series_box_shows_are_left_out() -> None:
    moon = [term("Moon", "series")]
    found = {
        page.url: page.context for page in article_pages(archive(*(article(day, others=moon) for day in range(1, 6))))
    }
    context = found["/3/"]
    assert isinstance(context, ArticleContext)
    assert [item.url for item in context.related] == ["/5/", "/1/"]


# How much work, and how little change


def busy(count: int, seed: int = 1) -> list[Article]:
    chance = random.Random(seed)
    tags = [f"Topic {number}" for number in range(60)]
    return [
        article(number, *chance.sample(tags, chance.randint(1, 4)), links=[number - 1] if number % 3 == 1 else [])
        for number in range(count)
    ]


def test_one_more_article_changes_the_related_coverage_of_few() -> None:
    known = busy(600)
    before = related_coverage(archive(*known, filler=0))
    after = related_coverage(archive(*known, article(600, "Topic 1", "Topic 2"), filler=0))
    changed = [url for url in before if before[url] != after[url]]
    assert len(changed) <= 10


@pytest.mark.parametrize("tags", [("Town",), ("Town", "River")])
def test_the_work_grows_with_the_archive_and_not_with_its_square(tags: tuple[str, ...]) -> None:
    """Twice the articles under one common term take about twice the calls, and not four times."""
    calls = []
    for count in (300, 600):
        found = archive(*(article(day, *tags) for day in range(count)), filler=count * 4)
        made = 0

        def count_call(frame: FrameType, event: str, argument: object) -> None:
            nonlocal made
            made += event.endswith("call")

        sys.setprofile(count_call)
        try:
            related_coverage(found)
        finally:
            sys.setprofile(None)
        calls.append(made)
    assert calls[1] <= calls[0] * 2.1


# Whole sites


def text(title: str, date: str, more: str = "", body: str = "Text.") -> str:
    return f"---\ntitle: {title}\ndate: {date}\n{more}---\n{body}\n"


def site(root: Path) -> Path:
    make(root, "", SETTINGS)
    for number in range(1, 9):
        write(root, f"articles/o{number}.md", text(f"Other {number}", f"2001-01-0{number}", f"tags: [Own {number}]\n"))
    write(root, "articles/a.md", text("Launch", "2024-01-01", "tags: [Apollo]\n"))
    write(root, "articles/b.md", text("Landing", "2024-02-01", "tags: [Apollo]\n"))
    write(root, "articles/c.md", text("Museum", "2024-03-01", "tags: [Town]\n", "See [this](a.md#later)."))
    return root


A, B, C = "/2024/01/01/a/", "/2024/02/01/b/", "/2024/03/01/c/"


def rendered(root: Path) -> set[str]:
    """Return which pages of articles a build makes."""
    pages = {url for url in build(root).rendered if url.endswith("/")}
    return {url for url in pages if url[:5] in ("/2001", "/2024") and len(url) > len("/2024/01/01/")}


def test_a_page_names_its_related_coverage_with_date_and_reason(tmp_path: Path) -> None:
    build(site(tmp_path))
    page = (tmp_path / f"output{A}index.html").read_text()
    part = page[page.index('class="coverage"') : page.index("</nav>", page.index('class="coverage"'))]
    assert "Related coverage" in part
    assert part.index("Museum") < part.index("Landing")
    assert "links here" in part
    assert "shares Apollo" in part
    assert "1 March 2024" in part
    assert 'href="../../../../2024/02/01/b/"' in part
    assert "linked in this article" in (tmp_path / f"output{C}index.html").read_text()
    assert "coverage" not in (tmp_path / "output/2001/01/05/o5/index.html").read_text()


def test_an_edited_body_makes_its_own_page_alone(tmp_path: Path) -> None:
    root = site(tmp_path)
    build(root)
    write(root, "articles/b.md", text("Landing", "2024-02-01", "tags: [Apollo]\nsummary: S.\n"))
    build(root)
    write(root, "articles/b.md", text("Landing", "2024-02-01", "tags: [Apollo]\nsummary: S.\n", "Other text."))
    assert rendered(root) == {B}


def test_a_new_title_makes_the_pages_that_name_it(tmp_path: Path) -> None:
    root = site(tmp_path)
    write(root, "articles/far.md", text("Rocket", "1999-01-01", "tags: [Apollo]\n"))
    build(root)
    write(root, "articles/far.md", text("A rocket", "1999-01-01", "tags: [Apollo]\n"))
    # Its own, its one neighbour in time, and the two that share its tag.
    assert rendered(root) - {"/1999/01/01/far/"} == {"/2001/01/01/o1/", A, B}


def test_a_new_article_makes_no_page_on_which_it_does_not_stand(tmp_path: Path) -> None:
    root = site(tmp_path)
    build(root)
    write(root, "articles/new.md", text("New", "2024-04-01", "tags: [Fresh]\n"))
    assert rendered(root) == {"/2024/04/01/new/", C}
    write(root, "articles/second.md", text("Second", "2024-05-01", "tags: [Fresh]\n"))
    assert rendered(root) == {"/2024/05/01/second/", "/2024/04/01/new/"}


def test_a_tag_more_makes_the_pages_of_those_that_share_it(tmp_path: Path) -> None:
    root = site(tmp_path)
    build(root)
    write(root, "articles/o4.md", text("Other 4", "2001-01-04", "tags: [Own 4, Town]\n"))
    assert rendered(root) == {"/2001/01/04/o4/", C}


def test_a_link_that_goes_takes_its_reason_with_it(tmp_path: Path) -> None:
    root = site(tmp_path)
    build(root)
    write(root, "articles/c.md", text("Museum", "2024-03-01", "tags: [Town]\n", "See nothing."))
    assert rendered(root) == {A, C}
    assert "Museum" not in (root / f"output{A}index.html").read_text()


def test_the_order_of_the_files_changes_nothing(tmp_path: Path) -> None:
    texts = {f"articles/{n}.md": text(f"T{n}", "2024-01-01", f"tags: [Tag {n % 3}]\n") for n in range(12)}
    found = []
    for name, order in (("one", list(texts)), ("two", list(reversed(texts)))):
        root = make(tmp_path / name, "")
        for path in order:
            write(root, path, texts[path])
        build(root)
        found.append(snapshot(root / "output"))
    assert found[0] == found[1]
