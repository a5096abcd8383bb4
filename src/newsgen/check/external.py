"""Addresses of the web -> which of them answer, remembered in a register that belongs to the site.

Asking is slow and disturbs others, so it is done politely: a host is asked one thing at a time and with a pause
between, what was asked lately is not asked again, and what came of it is written down as it comes.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from newsgen import files
from newsgen.check.checking import Link
from newsgen.errors import BuildError, Location, Problem
from newsgen.version import VERSION

__all__ = ["REGISTER", "Answer", "External", "read_register", "write_register"]

REGISTER = ".external-links.tsv"
_HEAD = "# newsgen 1: address, last answer, asked on, last good on"
_AGENT = f"newsgen/{VERSION} (link check)"
# Answers of hosts that refuse programs, and so say nothing about what a reader would see. 999 is one site's own.
_REFUSALS = frozenset({401, 403, 405, 406, 407, 429, 999})
_AGAIN = frozenset({429, 502, 503, 504})
_UNREACHABLE, _TIMEOUT = "unreachable", "timeout"
# So many hosts in a row without an answer, and it is this machine that has lost the net.
_MOST_SILENT_HOSTS = 12
_SAVED_EVERY = 5.0
_LONGEST_PAUSE = 30.0
# The oldest pages that the Internet Archive has.
_FIRST_ARCHIVED = 1996
_PATH_SAFE = "/%:=&?~#+!$,;'@()*[]|"


class Answer(NamedTuple):
    """What an address answered last, as a status or a word, and when; and when it last was good, None for never."""

    status: str
    asked: date
    good: date | None

    @property
    def is_good(self) -> bool:
        """Whether a reader would find something there, as far as a program can tell."""
        return self.status.isdigit() and (int(self.status) < 400 or int(self.status) in _REFUSALS)


def read_register(root: Path) -> dict[str, Answer]:
    """Return what is known of addresses. Raises BuildError for a line that cannot be read."""
    data = files.bytes_of(root / REGISTER)
    if data is None:
        return {}
    found: dict[str, Answer] = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            address, status, asked, good = line.split("\t")
            found[address] = Answer(
                status, date.fromisoformat(asked), date.fromisoformat(good) if good != "-" else None
            )
        except ValueError:
            hint = "settle the conflict, or delete the line: the address is then asked again"
            problem = Problem("this is no line of the register of links", Location(REGISTER, number), hint)
            raise BuildError(problem) from None
    return found


def write_register(root: Path, known: Mapping[str, Answer]) -> None:
    """Write down what is known, sorted, in one step. Raises BuildError where the disk refuses it."""
    lines = [
        "\t".join((address, answer.status, answer.asked.isoformat(), answer.good.isoformat() if answer.good else "-"))
        for address, answer in sorted(known.items())
    ]
    try:
        files.put(root / REGISTER, ("\n".join([_HEAD, *lines]) + "\n").encode("utf-8", "replace"))
    except OSError as error:
        raise BuildError(Problem(f"the register cannot be written: {error.strerror}", Location(REGISTER))) from None


@dataclass(slots=True)
class External:
    """Asks addresses, and keeps the register below `root`. `today` is the day that is written down.

    What was asked within `older_than` is not asked again. `jobs` hosts are asked at a time, each with `pause` seconds
    between two requests, and `tries` times where it does not answer in `timeout` seconds or is too busy. `notes` says
    afterwards what the user should know.
    """

    root: Path
    today: date
    older_than: timedelta = timedelta(days=30)
    jobs: int = 4
    pause: float = 1.0
    timeout: float = 15.0
    tries: int = 2
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None
    notes: list[str] = field(default_factory=list)

    def __call__(self, links: Sequence[Link], *, are_all: bool) -> Iterable[Problem]:
        """Return a problem for each address that does not answer; one that cannot be written in a register is none."""
        known = read_register(self.root)
        addresses = [link.address for link in links if link.address.isprintable() and "\t" not in link.address]
        if are_all:
            here = set(addresses)
            known = {address: answer for address, answer in known.items() if address in here}
        stale = [item for item in addresses if item not in known or self.today - known[item].asked >= self.older_than]
        self._ask_all(stale, known)
        return [
            _problem(link, known[link.address])
            for link in links
            if link.address in known and not known[link.address].is_good
        ]

    def _ask_all(self, stale: Sequence[str], known: dict[str, Answer]) -> None:
        """Ask, and write down what is answered. What no host answers is only believed while others do."""
        silent: dict[str, str] = {}
        answered = False
        done, saved = 0, time.monotonic()
        try:
            for address, status in self._answers(stale):
                done += 1
                self.progress("asking", done, len(stale))
                if status in (_UNREACHABLE, _TIMEOUT):
                    silent[address] = status
                    if len({_host(item) for item in silent}) >= _MOST_SILENT_HOSTS:
                        break
                    continue
                answered = True
                for item, reason in [*silent.items(), (address, status)]:
                    self._note(known, item, reason)
                silent.clear()
                if time.monotonic() - saved >= _SAVED_EVERY:
                    write_register(self.root, known)
                    saved = time.monotonic()
            else:
                if answered:
                    for item, reason in silent.items():
                        self._note(known, item, reason)
                    silent.clear()
        finally:
            # Also where the user stops it: what was answered need not be asked again.
            write_register(self.root, known)
        if silent:
            count = len({_host(item) for item in silent})
            self.notes.append(
                f"no answer from {count} host{'' if count == 1 else 's'} in a row: this machine seems to be offline, "
                "and what they said before stands"
            )

    def _note(self, known: dict[str, Answer], address: str, status: str) -> None:
        before = known.get(address)
        answer = Answer(status, self.today, before.good if before else None)
        known[address] = answer._replace(good=self.today) if answer.is_good else answer

    def _answers(self, addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each address with what it answers, as the answers come; hosts beside each other, each in order."""
        by_host: dict[str, list[str]] = {}
        for address in addresses:
            by_host.setdefault(_host(address), []).append(address)
        found: SimpleQueue[tuple[str, str]] = SimpleQueue()
        stop = Event()

        def ask_host(mine: Sequence[str]) -> None:
            for number, address in enumerate(mine):
                if stop.is_set() or (number and stop.wait(self.pause)):
                    return
                found.put((address, self._status(address, stop)))

        with ThreadPoolExecutor(max(1, self.jobs), "newsgen-links") as pool:
            tasks = [pool.submit(ask_host, mine) for mine in by_host.values()]
            try:
                left = len(addresses)
                while left:
                    try:
                        item = found.get(timeout=0.2)
                    except Empty:
                        if all(task.done() for task in tasks) and found.empty():
                            return
                        continue
                    left -= 1
                    yield item
            finally:
                stop.set()
                for task in tasks:
                    task.cancel()

    def _status(self, address: str, stop: Event) -> str:
        """Return what an address answers: a number, or a word where there is none."""
        status = _UNREACHABLE
        for number in range(max(1, self.tries)):
            pause = 0.0
            # Some hosts know no HEAD, or answer it wrongly: what is no success is asked for in full.
            for method in ("HEAD", "GET"):
                status, pause = _answer(address, method, self.timeout)
                if not status.isdigit() or int(status) < 400:
                    break
            is_final = status.isdigit() and int(status) not in _AGAIN
            if is_final or status not in (_UNREACHABLE, _TIMEOUT, *map(str, _AGAIN)) or number + 1 >= self.tries:
                break
            if stop.wait(max(self.pause, min(pause, _LONGEST_PAUSE))):
                break
        return status


class _Redirects(HTTPRedirectHandler):
    max_redirections = 8

    def redirect_request(  # type: ignore[no-untyped-def]  # urllib's own has no types for what it hands on
        self, req: Request, fp, code: int, msg: str, headers, newurl: str
    ) -> Request | None:
        """Return the next request; one for the head of a page asks for the head again."""
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            following.method = req.get_method()
        return following


def _answer(address: str, method: str, timeout: float) -> tuple[str, float]:
    """Return the status of one request, or a word; and how many seconds the host wants to be left alone."""
    opener = OpenerDirector()
    # No handler of files, FTP or data: whatever a redirect says, nothing but the web is asked.
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, _Redirects, HTTPErrorProcessor, HTTPDefaultErrorHandler):
        opener.add_handler(handler())
    try:
        headers = {"User-Agent": _AGENT, "Accept": "*/*"}
        request = Request(_in_ascii(address), headers=headers, method=method)  # noqa: S310  # http and https alone
        response = opener.open(request, timeout=timeout)
        if response is None:  # a scheme that no handler knows
            return "invalid", 0.0
        with response:
            return str(response.status), 0.0
    except HTTPError as error:
        after = error.headers.get("Retry-After", "") if error.headers else ""
        error.close()
        # urllib raises the last redirect of too many, or of a ring.
        status = "redirects" if 300 <= error.code < 400 else str(error.code)
        return status, float(after) if after.isdecimal() and len(after) < 6 else 0.0
    except TimeoutError:
        return _TIMEOUT, 0.0
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):
            return "certificate", 0.0
        return _TIMEOUT if isinstance(error.reason, TimeoutError | socket.timeout) else _UNREACHABLE, 0.0
    except (OSError, http.client.HTTPException):
        return _UNREACHABLE, 0.0
    except ValueError:  # what is no address after all; UnicodeError among them
        return "invalid", 0.0


def _in_ascii(address: str) -> str:
    """Return an address as a request has it. Raises ValueError for one that is none."""
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    if not host:
        raise ValueError("no host")
    port = f":{parts.port}" if parts.port else ""
    host = f"[{host}]" if ":" in host else host
    return parts._replace(
        netloc=host + port, path=quote(parts.path, _PATH_SAFE), query=quote(parts.query, _PATH_SAFE), fragment=""
    ).geturl()


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _problem(link: Link, answer: Answer) -> Problem:
    said = {
        _UNREACHABLE: "cannot be reached",
        _TIMEOUT: "does not answer in time",
        "certificate": "has a certificate that is not valid",
        "redirects": "redirects without end",
        "invalid": "is no address of the web",
    }.get(answer.status, f"answers {answer.status}")
    last = f"last good on {answer.good.isoformat()}" if answer.good else "never seen good"
    day = answer.good or link.day
    stamp = f"{day:%Y%m%d}/" if day and day.year >= _FIRST_ARCHIVED else ""
    hint = f"there may be a copy at https://web.archive.org/web/{stamp}{link.address}"
    return Problem(f"{link.address} {said} ({last}, asked on {answer.asked.isoformat()})", link.place(), hint)
