"""Measure what a search costs a reader: bytes over the wire and milliseconds, in a headless Chromium.

    python -m tests.benchmarks.search FOLDER_OR_URL [--page search/] [--query QUERY]...

A folder is served from this machine as a plain static host would serve it, without compression. For each query, which
has to find something, a new browser with an empty cache opens the search page. The lines say how long the index took to
be ready after the box was focused, how long the query took after that, how long the same words in the order of their
dates, and what was loaded for each.
"""

from __future__ import annotations

import argparse
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, Request, sync_playwright

__all__ = ["main", "measure"]

# Without these the browser looks for hosts of its maker at every start.
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_QUIET = 0.3  # seconds without a request after which nothing more is coming


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that http.server gives it
        """Say nothing."""


@contextmanager
def _served(folder: str) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


class _Wire:
    """Takes note of what is loaded, and of when the last of it came."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.last = time.perf_counter()

    def take(self, request: Request) -> None:
        self.requests.append(request)
        self.last = time.perf_counter()

    def size(self) -> int:
        return sum(request.sizes()["responseBodySize"] for request in self.requests)


def measure(browser: Browser, url: str, query: str) -> list[tuple[str, float, int, int]]:
    """Return for each step its name, its milliseconds, and how many requests and bytes it took."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    steps: list[tuple[str, float, int, int]] = []

    def step(name: str, act: Callable[[], object], wait: str) -> None:
        wire = _Wire()
        context.on("requestfinished", wire.take)
        start = time.perf_counter()
        act()
        if wait:
            page.wait_for_function(wait)
        end = time.perf_counter()
        while time.perf_counter() - max(wire.last, end) < _QUIET:
            page.wait_for_timeout(50)
        context.remove_listener("requestfinished", wire.take)
        steps.append((name, ((end if wait else wire.last) - start) * 1000, len(wire.requests), wire.size()))

    box = page.get_by_role("searchbox")
    step("ready", box.focus, "")
    step("query", lambda: box.fill(query), "document.querySelector('.search-results > li')")
    first = page.locator(".search-results > li").first.element_handle()
    page.evaluate("item => { window.first = item }", first)
    newest = "!window.first.isConnected && document.querySelector('.search-results > li')"
    step("newest", lambda: page.locator("[name=sort]").select_option("newest"), newest)
    found = page.get_by_role("status").inner_text()
    context.close()
    return [(f"{name} ({found})" if name == "query" else name, *rest) for name, *rest in steps]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table for a site."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search")
    parser.add_argument("site", help="a built site's folder, or its address")
    parser.add_argument("--page", default="search/", help="where the search page is, below the site's root")
    parser.add_argument("--query", action="append", help="words to search for; may be given more than once")
    given = parser.parse_args(arguments)
    is_address = "://" in given.site
    with (
        nullcontext(given.site.rstrip("/") + "/") if is_address else _served(given.site) as root,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        print(f"{'ms':>7} {'requests':>9} {'KB':>8}")
        for query in given.query or ["moon", "the peace conference"]:
            for name, milliseconds, count, size in measure(browser, root + given.page, query):
                print(f"{milliseconds:>7.0f} {count:>9} {size / 1000:>8.1f}  {name}")
        browser.close()


if __name__ == "__main__":
    main()
