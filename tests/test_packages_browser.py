"""A web archive in ReplayWeb.page, in a real browser: its pages are found and shown as they were published.

Needs Chromium and ReplayWeb.page, which a user's machine may lack; CI never goes without.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page

from newsgen.build import build
from tests.serving import QuietHandler, chromium, served_by
from tests.sites import make
from tests.test_cli import run
from tests.test_packages import SITE

pytestmark = pytest.mark.browser

REPLAY = Path(__file__).parent / "browser" / "node_modules" / "replaywebpage"
PAGE = """<!doctype html><html lang="en"><title>Replay</title><script src="ui.js"></script>
<replay-web-page source="/archive.wacz" url="{url}" replayBase="/replay/" embed="replayonly" style="height: 90vh">
</replay-web-page></html>"""
_PATIENCE = 60_000  # milliseconds: a browser that has much else to do is slow to start a worker


class _Handler(QuietHandler):
    """Serves files with the parts that are asked for, as hosts of web archives must (RFC 9110, section 14)."""

    def do_GET(self) -> None:
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if not asked or not path.is_file():
            super().do_GET()
            return
        data = path.read_bytes()
        first = int(asked[1]) if asked[1] else max(0, len(data) - int(asked[2]))
        last = min(int(asked[2]), len(data) - 1) if asked[1] and asked[2] else len(data) - 1
        self.send_response(206)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(data[first : last + 1])

    def end_headers(self) -> None:
        self.send_header("Accept-Ranges", "bytes")
        super().end_headers()


def served(folder: Path) -> AbstractContextManager[str]:
    return served_by(partial(_Handler, directory=str(folder)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(REPLAY / "ui.js") as started:
        yield started


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A web server's folder with a web archive, the program that replays it, and a page for each address wanted."""
    root = make(tmp_path_factory.mktemp("replay") / "site", SITE)
    build(root)
    folder = root.parent / "host"
    (folder / "replay").mkdir(parents=True)
    shutil.copy(REPLAY / "ui.js", folder)
    for name in ("ui.js", "sw.js"):
        shutil.copy(REPLAY / name, folder / "replay")
    done = run("pack", "wacz", "../host/archive.wacz", cwd=root)
    assert done.returncode == 0, done.stderr
    return folder


def shown(page: Page, host: Path, at: str, url: str, text: str) -> Frame:
    """Return the frame in which the archive shows a page with a text; fail where it never does."""
    (host / "index.html").write_text(PAGE.format(url=url), "utf-8")
    page.goto(f"{at}/index.html")
    for _ in range(_PATIENCE // 250):
        for frame in page.frames:
            if url in frame.url and text in frame.evaluate("document.body ? document.body.innerText : ''"):
                return frame
        page.wait_for_timeout(250)
    texts = [
        (frame.url, frame.evaluate("document.body ? document.body.innerText.slice(0, 300) : ''"))
        for frame in page.frames
    ]
    raise AssertionError(f"{url} is not shown: {texts}")


def test_a_web_archive_is_replayed_and_its_links_lead_on_inside_it(browser: Browser, host: Path) -> None:
    context = browser.new_context()
    with served(host) as at:
        page = context.new_page()
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        frame = shown(page, host, at, "https://example.org/archive/2024/03/05/flood/", "Flood reaches the town")
        # It is whole: its style sheet came out of the archive as well.
        assert frame.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
        front = shown(page, host, at, "https://example.org/archive/", "The Test Record")
        front.click("text=Flood reaches the town")
        page.wait_for_timeout(100)
        for _ in range(_PATIENCE // 250):
            found = [item for item in page.frames if "/2024/03/05/flood/" in item.url]
            if found and "Flood reaches the town" in found[0].evaluate("document.title"):
                break
            page.wait_for_timeout(250)
        assert found
        assert all(url.startswith((at, "blob:", "data:")) for url in asked), asked
    context.close()
