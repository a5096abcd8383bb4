"""The sample site in a real browser: accessible, calm under a strict policy, whole at every width and in every place.

Needs Chromium, which a user's machine may lack; CI never goes without.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from newsgen.build import Options, build
from tests.serving import QuietHandler, chromium, served_by
from tests.sites import write

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A page of each kind, and of the articles one with everything, one from right to left and one that is part of a story;
# profiles with a picture and with links; both pages of a long timeline.
KINDS = (
    "", "page/1/", "archive/", "archive/compare/", "on-this-day/", "on-this-day/07-20/", "1969/", "1969/07/",
    "1969/07/20/", "1905/", "tags/", "tags/space/", "authors/", "authors/archive-desk/",
    "sections/science/", "series/the-road-to-the-moon/", "404.html", "about/", "corrections/",
    "1969/07/20/apollo-11-lands-on-the-moon/", "2002/10/16/bibliotheca-alexandrina-opens/", "gone/", "hidden/",
    "1912/04/15/titanic-sinks-in-the-north-atlantic/", "stories/", "stories/the-titanic/", "stories/the-long-war/",
    "stories/the-long-war/page/1/",
)  # fmt: skip
POLICY = "default-src 'self'"
OPEN = "document.querySelectorAll('details').forEach(item => item.open = true)"


class _Handler(QuietHandler):
    """Serves files as any static host would, under the strictest policy that still shows them."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


def served(folder: Path) -> AbstractContextManager[str]:
    return served_by(partial(_Handler, directory=str(folder)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(AXE) as started:
        yield started


@pytest.fixture(scope="module")
def site(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site with what it lacks: a standing page, a tombstone and a hidden article; served in a folder."""
    root = tmp_path_factory.mktemp("browser")
    shutil.copytree(sample, root / "site", ignore=shutil.ignore_patterns("output", ".newsgen"))
    root = root / "site"
    write(root, "pages/about.md", "---\ntitle: About this archive\n---\nSome words.\n\n## A heading\n\nMore.\n")
    write(root, "articles/gone.md", "---\ntitle: G\ndate: 2001\nurl: /gone/\nstatus: removed\nreason: At wish.\n---\n")
    write(
        root, "articles/hidden.md", "---\ntitle: H\ndate: 2001-02\nurl: /hidden/\nstatus: hidden\n---\n# H\n\nText.\n"
    )
    for number in range(50):
        front = f"title: Day {number + 1}\ndate: 1870-{7 + number // 25:02}-{1 + number % 25:02}\nstory: The long war"
        write(root, f"articles/war/{number}.md", f"---\n{front}\n---\nText.\n")
    settings = (root / "newsgen.yaml").read_text("utf-8")
    write(root, "newsgen.yaml", re.sub(r"(?m)^base_url:.*$", "base_url: https://example.org/archive", settings))
    out = root.parent / "host" / "archive"
    out.parent.mkdir()
    build(root, out)
    return out.parent


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_kind_of_page_breaks_a_rule_of_accessibility(browser: Browser, site: Path, width: int, scheme: str) -> None:
    """axe-core's rules for WCAG 2.2 AA and best practice, at phone and desktop width, in both colour schemes."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]  # one of two literals
    found: dict[str, list[str]] = {}
    with served(site) as host:
        page = context.new_page()
        for kind in KINDS:
            page.goto(f"{host}/archive/{kind}")
            page.evaluate(OPEN)
            page.evaluate(AXE.read_text("utf-8"))
            result = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
            broken = [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in result["violations"]]
            if broken:
                found[kind] = broken
    context.close()
    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_its_window(browser: Browser, site: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    with served(site) as host:
        page = context.new_page()
        for kind in KINDS:
            page.goto(f"{host}/archive/{kind}")
            page.evaluate(OPEN)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, kind
    context.close()


def test_pages_load_nothing_but_their_own_and_the_policy_is_never_broken(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    with served(site) as host:
        page = context.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
        for kind in KINDS:
            page.goto(f"{host}/archive/{kind}")
        wrong = [url for url in asked if not url.startswith(host)]
    context.close()
    assert wrong == []
    assert [text for text in complaints if "favicon" not in text] == []


def test_a_reader_without_javascript_reaches_an_article_by_date_topic_and_person(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    with served(site) as host:
        page = context.new_page()
        for steps in (
            ("a[href$='archive/']", "a[href$='/1969/']", "a[href$='/1969/07/20/']", "a[href*='apollo-11-lands']"),
            ("a[href$='tags/']", "a[href$='tags/space/']", "a[href*='apollo-11-lands']"),
            ("a[href$='authors/']", "a[href$='authors/archive-desk/']", "a[href$='series/']"),
        ):
            page.goto(f"{host}/archive/")
            for step in steps:
                page.locator(step).first.click()
        page.goto(f"{host}/archive/moon/")
        page.wait_for_url("**/1969/07/20/apollo-11-lands-on-the-moon/")
    context.close()


def test_the_keyboard_finds_the_way_past_the_masthead(browser: Browser, site: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/archive/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#newsgen-main"
        box = page.evaluate("(b => [b.top >= 0, b.height > 0])(document.activeElement.getBoundingClientRect())")
        assert box == [True, True], "the link is seen while it has the focus"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    context.close()


def test_an_article_prints_without_its_navigation(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    with served(site) as host:
        page = context.new_page()
        page.goto(f"{host}/archive/1969/07/20/apollo-11-lands-on-the-moon/")
        page.emulate_media(media="print")
        assert page.locator("h1").is_visible()
        assert page.locator("nav:visible").count() == 0
    context.close()


def test_the_site_is_read_from_disk(browser: Browser, sample: Path, tmp_path: Path) -> None:
    build(sample, tmp_path / "disk", Options(offline=True))
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "disk" / "index.html").as_uri())
    page.locator("main a[href*='apollo-11-lands']").first.click()
    page.wait_for_url("**/apollo-11-lands-on-the-moon/index.html")
    assert page.locator("h1").inner_text() == "Two Americans land on the Moon"
    family = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert "serif" in family, "the style sheet was found"
    context.close()
