"""Watch, build again, preview with live reload. On this machine only: nothing here is fit for the open net."""

from __future__ import annotations

import html
import io
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from watchfiles import DefaultFilter, watch
from watchfiles.main import FileChange

from newsgen import build as building
from newsgen.build import CACHE, Options, Report
from newsgen.errors import NewsgenError, Problem, errors_in

__all__ = ["Preview", "serve"]

_HOST = "127.0.0.1"
_RELOAD_URL = "/.newsgen/reload"
_SCRIPT_URL = "/.newsgen/reload.js"
# The page asks and the answer waits until there is something new; a lost server is asked again every second.
_SCRIPT = """(() => {
  const ask = async (seen) => {
    try {
      const answer = await fetch(`/.newsgen/reload?seen=${seen}`, { cache: "no-store" });
      const now = await answer.text();
      if (answer.ok && seen !== "" && now !== seen) location.reload();
      ask(answer.ok ? now : seen);
    } catch {
      setTimeout(() => ask(seen), 1000);
    }
  };
  ask("");
})();
"""
_LONGEST_WAIT = 25.0
_IDLE = 1_000  # milliseconds without a change


class Preview:
    """What the preview shows: the number of the last build, and the problems that stopped it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._number = 0
        self._problems: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes that stopped the last build; none where it went well."""
        return self._problems

    def update(self, problems: tuple[Problem, ...]) -> None:
        """Tell every page that waits that there was a build."""
        with self._changed:
            self._number += 1
            self._problems = problems
            self._changed.notify_all()

    def wait(self, seen: str) -> str:
        """Return the number of the last build, as soon as it is not `seen`, or after 25 seconds."""
        with self._changed:
            if seen == str(self._number):
                self._changed.wait(_LONGEST_WAIT)
            return str(self._number)


class _Handler(SimpleHTTPRequestHandler):
    """Serves the output folder, with a script in each page that reloads it after a build."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: object, preview: Preview, folder: Path) -> None:
        self._preview = preview
        super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]  # request, address and server

    def parse_request(self) -> bool:
        """Read a request, of any method; refuse one that another name than this machine's led here."""
        if not super().parse_request():
            return False
        if not self._is_local():
            self.send_error(HTTPStatus.FORBIDDEN, "The preview answers to this machine alone")
            return False
        return True

    def do_GET(self) -> None:  # the name that http.server calls
        """Answer a request: the reload script and its question, an error page, a page or another file."""
        parts = urlsplit(self.path)
        if parts.path == _RELOAD_URL:
            self._answer(self._preview.wait(parts.query.removeprefix("seen=")), "text/plain")
        elif parts.path == _SCRIPT_URL:
            self._answer(_SCRIPT, "text/javascript")
        elif not self._wants_page(parts.path):
            super().do_GET()
        elif self._preview.problems:
            self._answer(_error_page(self._preview.problems), "text/html", HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            self._send_page(parts.path)

    def _is_local(self) -> bool:
        # A page elsewhere could name a host of its own that leads here; a browser tells which name it used.
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        return host in (_HOST, "localhost", "")

    def _wants_page(self, path: str) -> bool:
        place = Path(self.translate_path(path))
        if place.is_dir():
            return path.endswith("/")
        return place.suffix in (".html", ".htm") or not place.exists()

    def _send_page(self, path: str) -> None:
        place = Path(self.translate_path(path))
        page = place / "index.html" if place.is_dir() else place
        status = HTTPStatus.OK
        if not page.is_file():
            page = Path(self.directory) / "404.html"
            status = HTTPStatus.NOT_FOUND
        try:
            text = page.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self._answer(_with_script(text), "text/html", status)

    def _answer(self, text: str, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Serve a file whole: what a browser kept from an earlier build is never the answer."""
        del self.headers["If-Modified-Since"]
        return super().send_head()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that http.server gives it
        """Say nothing of each request: what the author wants to see is the builds."""


def serve(
    root: Path,
    out: Path,
    port: int,
    options: Options,
    tell: Callable[[Report | None, tuple[Problem, ...]], None],
    ready: Callable[[str], None],
) -> None:
    """Build the site, serve it at `port` on this machine, and build again after every change, until interrupted.

    The search index is made while nothing else is to do, a part at a time, so that a saved change is seen at once.

    `port` 0 takes any free one. `ready` is told the address once it answers; `tell` what each build did, or the
    problems that stopped it. Raises OSError where the port is taken.
    """
    preview = Preview()
    handler = partial(_Handler, preview=preview, folder=out)
    with ThreadingHTTPServer((_HOST, port), handler) as server:
        server.daemon_threads = True
        waiting = _build(root, out, options, preview, tell)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ready(f"http://localhost:{server.server_address[1]}/")
        try:
            for changes in _changes(root, out):
                if changes or waiting:
                    waiting = _build(root, out, options, preview, tell, indexes=not changes)
        finally:
            server.shutdown()


def _build(
    root: Path,
    out: Path,
    options: Options,
    preview: Preview,
    tell: Callable[[Report | None, tuple[Problem, ...]], None],
    *,
    indexes: bool = False,
) -> int:
    """Build, show what came of it, and return how many parts of the search index are still to be made.

    With `indexes`, one of them is made, of which nobody has to be told.
    """
    report: Report | None = None
    problems: tuple[Problem, ...] = ()
    try:
        report = building.build(root, out, options._replace(indexes=int(indexes)))
    except (NewsgenError, ExceptionGroup) as group:
        problems = tuple(sorted({error.problem for error in errors_in(group)}, key=lambda problem: problem.sort_key))
    if not indexes or problems:
        tell(report, problems)
        preview.update(problems)
    return report.waiting if report else 0


def _changes(root: Path, out: Path) -> Iterator[set[FileChange]]:
    """Yield what changed, whenever something did; and nothing, whenever nothing did for a second."""
    return watch(
        root,
        watch_filter=_SourceFilter(root, out),
        raise_interrupt=True,
        debounce=200,
        step=20,
        rust_timeout=_IDLE,
        yield_on_timeout=True,
    )


class _SourceFilter(DefaultFilter):
    """Lets through what a site is made of, and not what a build writes."""

    def __init__(self, root: Path, out: Path) -> None:
        super().__init__(ignore_paths=[out.resolve(), (root / CACHE).resolve()])


def _with_script(page: str) -> str:
    script = f'<script src="{_SCRIPT_URL}" defer></script>'
    head, found, rest = page.partition("</head>")
    return f"{head}{script}{found}{rest}" if found else page + script


def _error_page(problems: tuple[Problem, ...]) -> str:
    items = "".join(
        f"<li><p><code>{html.escape(str(problem.location or ''))}</code></p><p>{html.escape(problem.message)}</p>"
        + (f"<p>Hint: {html.escape(problem.hint)}</p>" if problem.hint else "")
        + "".join(f"<p><code>{html.escape(command)}</code></p>" for command in problem.commands)
        + "</li>"
        for problem in problems
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The site has mistakes</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<script src="{_SCRIPT_URL}" defer></script></head><body><main><h1>The site has mistakes</h1>'
        f"<p>This page goes away by itself once they are mended.</p><ol>{items}</ol></main></body></html>"
    )
