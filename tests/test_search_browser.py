"""The search page in a real browser: what a reader types, chooses, opens and comes back to; and what fails, and how.

Needs Chromium, and Pagefind for the index; CI never goes without.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.searchable import SPLIT, has_pagefind, searchable_site
from tests.serving import QuietHandler, served_by
from tests.test_browser import AXE, TAGS, browser

__all__ = ["browser"]

pytestmark = pytest.mark.browser

# What the search page needs beside the strictest policy: leave to compile Pagefind's WebAssembly.
POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
STRICTEST = "default-src 'self'"
TRUSTED = f"{POLICY}; require-trusted-types-for 'script'"
LANDING = "Two Americans land on the Moon"


class _Handler(QuietHandler):
    """Serves files as any static host would, under a policy, and without those whose path holds one of `lost`."""

    def __init__(self, *given: object, policy: str, lost: tuple[str, ...], **named: object) -> None:
        self.policy, self.lost = policy, lost
        super().__init__(*given, **named)  # type: ignore[arg-type]  # those of http.server

    def translate_path(self, path: str) -> str:
        return super().translate_path("/nothing" if any(part in path for part in self.lost) else path)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()


def served(folder: Path, policy: str = POLICY, lost: tuple[str, ...] = ()) -> AbstractContextManager[str]:
    return served_by(partial(_Handler, directory=str(folder), policy=policy, lost=lost))


@pytest.fixture(scope="module")
def site(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not has_pagefind():
        message = "tests of the search page need the packages pagefind-bin and pagefind-bin-extended"
        if "CI" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    return searchable_site(sample, tmp_path_factory.mktemp("search"))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(8_000)
    yield made
    made.close()


def says(page: Page, text: str) -> None:
    """Wait until the search page tells its readers `text`."""
    expect(page.get_by_role("status")).to_contain_text(text, timeout=15_000)


def titles(page: Page) -> list[str]:
    return page.locator(".search-results h3").all_inner_texts()


def dates(page: Page) -> list[str]:
    """Return the days of the results; the hours of a day are in no order."""
    return [(time.get_attribute("datetime") or "")[:10] for time in page.locator(".search-results time").all()]


@pytest.mark.parametrize("is_below", [False, True], ids=["at the root", "in a folder"])
def test_a_reader_types_a_word_and_opens_the_article(context: BrowserContext, site: Path, is_below: bool) -> None:
    with served(site.parent if is_below else site) as host:
        base = f"{host}/{site.name}" if is_below else host
        page = context.new_page()
        page.goto(f"{base}/search/")
        page.get_by_role("searchbox").press_sequentially("eagle lands")
        says(page, "“eagle lands”")
        assert LANDING in titles(page)
        assert page.locator(".search-results mark", has_text="Eagle").count() > 0
        page.get_by_role("link", name=LANDING).click()
        page.wait_for_url(f"{base}/1969/07/20/apollo-11-lands-on-the-moon/")
        page.go_back()
        says(page, "“eagle lands”")
        part = page.locator(".search-parts a").first
        name = part.inner_text()
        part.click()
        assert "#" in page.url
        assert page.locator(":target").inner_text().startswith(name)


def test_nothing_of_the_index_is_loaded_before_the_reader_turns_to_the_box(context: BrowserContext, site: Path) -> None:
    with served(site) as host:
        page = context.new_page()
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page.goto(f"{host}/search/", wait_until="networkidle")
        assert not [url for url in asked if "pagefind" in url]
        with page.expect_request("**/pagefind.js"):
            page.get_by_role("searchbox").focus()
        assert not [url for url in asked if ".pf_filter" in url]
        assert all(url.startswith(host) for url in asked)


def test_filters_and_order_stand_in_the_address_and_survive_reload_and_back(
    context: BrowserContext, site: Path
) -> None:
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/search/")
        page.get_by_role("searchbox").fill("moon")
        page.keyboard.press("Enter")
        says(page, "results for “moon”")
        everything = page.get_by_role("status").inner_text()
        page.get_by_label("Tag").fill("space")
        page.get_by_label("Tag").press("Tab")
        says(page, "11 results")
        page.get_by_label("Order").select_option("oldest")
        page.wait_for_url("**/?q=moon&tag=Space&sort=oldest")
        expect(page.locator(".search-results time").first).to_have_text("18 February 1930")
        assert dates(page) == sorted(dates(page))
        assert dates(page)[-1] > str(SPLIT) > dates(page)[0], "articles of both bundles"
        page.get_by_label("Order").select_option("newest")
        expect(page.locator(".search-results time").first).to_have_text("25 December 2021")
        newest = titles(page)
        assert dates(page) == sorted(dates(page), reverse=True)
        page.reload()
        says(page, "11 results")
        assert titles(page) == newest
        assert page.get_by_label("Tag").input_value() == "Space"
        page.get_by_label("Year").select_option("1969")
        page.get_by_role("combobox", name="Section").select_option("Science")
        says(page, "1 result for “moon”")
        page.go_back()
        page.go_back()
        says(page, "11 results")
        assert page.get_by_label("Year").input_value() == ""
        page.get_by_role("button", name="Clear all").click()
        page.wait_for_url("**/search/")
        assert titles(page) == []
        for _ in range(4):
            page.go_back()
        says(page, everything)


def test_what_is_typed_stands_in_the_address_and_is_no_step_back(context: BrowserContext, site: Path) -> None:
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q=titanic")
        says(page, "“titanic”")
        page.get_by_role("searchbox").fill("penicillin")
        says(page, "“penicillin”")
        assert page.url.endswith("?q=penicillin")
        page.keyboard.press("Enter")
        page.go_back()
        says(page, "“titanic”")


def test_filters_alone_list_what_they_leave_newest_first(context: BrowserContext, site: Path) -> None:
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?section=Science")
        says(page, "19 articles")
        shown = dates(page)
        page.get_by_role("button", name="More results").click()
        expect(page.locator(".search-results > li")).to_have_count(19)
        assert shown == dates(page)[:10]
        assert dates(page) == sorted(dates(page), reverse=True)
        page.goto(f"{host}/search/?year={SPLIT}&sort=newest")
        says(page, "5 articles")
        assert {date[:4] for date in dates(page)} == {str(SPLIT)}


def test_the_keyboard_alone_searches_and_goes_on_through_the_results(context: BrowserContext, site: Path) -> None:
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/search/")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("moon")
        page.keyboard.press("Enter")
        says(page, "14 results")
        expect(page.get_by_role("searchbox")).to_be_focused()
        more = page.get_by_role("button", name="More results")
        while not more.evaluate("button => button === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".search-results > li")).to_have_count(14)
        expect(page.locator(".search-results > li:nth-child(11) h3 a")).to_be_focused()
        assert not more.is_visible()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/\d{4}/\d\d/\d\d/"))
        page.go_back()
        says(page, "14 results")
        page.get_by_role("searchbox").focus()
        page.keyboard.press("Escape")
        page.wait_for_url("**/search/")
        expect(page.locator(".search-results > li")).to_have_count(0)
        page.get_by_label("The key / leads").uncheck()
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).not_to_be_focused()


@pytest.mark.parametrize(
    ("query", "language", "direction"), [("mond", "de", "ltr"), ("新幹線", "ja", "ltr"), ("مكتبة", "ar", "rtl")]
)
def test_articles_in_other_languages_are_found_by_their_own_words(
    context: BrowserContext, site: Path, query: str, language: str, direction: str
) -> None:
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q={query}")
        says(page, "result")
        hit = page.locator(f".search-results > li[lang={language}]")
        expect(hit).to_have_count(1)
        expect(hit).to_have_attribute("dir", direction)
        assert hit.locator("h3 mark").count() > 0


def test_no_text_of_an_article_becomes_code(context: BrowserContext, site: Path) -> None:
    """Under a policy that refuses every text where HTML is expected, the page works as without."""
    with served(site, TRUSTED) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q=moon%3Cb%3E")
        says(page, "results for “moon<b>”")
        assert LANDING in titles(page)


def test_a_reader_without_javascript_is_told_where_to_go(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    with served(site, STRICTEST) as host:
        page = context.new_page()
        page.goto(f"{host}/")
        page.get_by_role("searchbox").fill("moon")
        page.get_by_role("button", name="Search").click()
        page.wait_for_url("**/search/?q=moon")
        assert page.locator("noscript p", has_text="Searching needs JavaScript").is_visible()
        assert page.get_by_text("site:archive.example.org").is_visible()
        assert not page.get_by_label("Order").is_visible()
        main = page.locator("main")
        for name in ("2024 3", "Science 19", "By date", "Tags"):
            assert main.get_by_role("link", name=name, exact=True).is_visible()
    context.close()


def test_where_webassembly_is_forbidden_the_page_says_so_and_leads_on(context: BrowserContext, site: Path) -> None:
    with served(site, STRICTEST) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q=moon")
        says(page, "Searching needs WebAssembly")
        assert page.locator("main").get_by_role("link", name="By date").is_visible()


def test_where_a_bundle_is_missing_the_others_are_searched_and_its_years_are_named(
    context: BrowserContext, site: Path
) -> None:
    with served(site, lost=(f"/en-{SPLIT}-",)) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q=moon")
        says(page, f"articles of {SPLIT}–2024 were not searched")
        assert max(dates(page)) < str(SPLIT)
        assert page.locator("main").get_by_role("link", name="By date").is_visible()


@pytest.mark.parametrize("lost", [("pagefind",), ("wasm.",), (".pf_meta",), (".pf_fragment",)])
def test_where_the_index_cannot_be_read_the_page_leads_on(
    context: BrowserContext, site: Path, lost: tuple[str, ...]
) -> None:
    with served(site, lost=lost) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q=moon")
        expect(page.get_by_role("status")).to_have_class("notice", timeout=15_000)
        assert page.locator("main").get_by_role("link", name="By date").is_visible()


def test_without_a_worker_the_page_searches_by_itself(context: BrowserContext, site: Path) -> None:
    with served(site, lost=("pagefind-worker",)) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q=titanic")
        says(page, "“titanic”")
        assert "Titanic sinks after striking an iceberg" in titles(page)


def test_where_the_connection_breaks_nothing_is_said_to_be_missing_that_may_be_there(
    context: BrowserContext, site: Path
) -> None:
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/search/?q=titanic")
        says(page, "“titanic”")
        context.set_offline(True)
        page.get_by_role("searchbox").fill("penicillin")
        says(page, "cannot be reached")
        context.set_offline(False)
        page.keyboard.press("Enter")
        says(page, "“penicillin”")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_state_of_the_page_breaks_a_rule_of_accessibility(
    browser: Browser, site: Path, width: int, scheme: str
) -> None:
    """axe-core's rules for WCAG 2.2 AA and best practice: nothing typed, results, nothing found, trouble."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]  # one of two literals
    found: dict[str, list[str]] = {}
    with served(site, "script-src 'unsafe-eval' *") as host, served(site, lost=(".pf_meta",)) as broken:
        page = context.new_page()
        for base, address, text in (
            (host, "/search/", ""), (host, "/search/?q=moon&tag=Space", "11 results"),
            (host, "/search/?q=ΩΩΩ", "Nothing was found"), (broken, "/search/?q=moon", "cannot"),
            (host, "/", None), (host, "/404.html", None),
        ):  # fmt: skip
            page.goto(f"{base}{address}")
            if text is not None:
                says(page, text)
            page.evaluate(AXE.read_text("utf-8"))
            result = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
            wrong = [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in result["violations"]]
            if wrong:
                found[address] = wrong
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    context.close()
    assert found == {}
