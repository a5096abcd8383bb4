"""Files of a host, asked for over HTTP: one after the other, again where it fails, and never anywhere else."""

from __future__ import annotations

import http.client
import ssl
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import SplitResult, urljoin, urlsplit

from newsgen.version import VERSION

__all__ = ["Answer", "Manners", "Visitor"]

_AGENT = f"newsgen-verify/{VERSION}"
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
# What a host says that is asked too much, or is in trouble for now.
_PASSING = (429, 500, 502, 503, 504)
_TRIES = 4
_LONGEST_PAUSE = 60.0
# A file that takes longer than this many times the patience for one answer never ends.
_PATIENCE_FOR_ALL = 20
_PART = 1 << 16


class Manners(NamedTuple):
    """How a host is asked: by `jobs` connections at once, with `delay` seconds between two files on each.

    `timeout` is how long an answer is waited for, and `backoff` the first pause before a file is asked for again.
    """

    jobs: int = 1
    delay: float = 0.1
    timeout: float = 30.0
    backoff: float = 0.5


class Answer(NamedTuple):
    """What a host said at last: its status, 0 for none, and where it stands on the way of redirects.

    `problem` says why there are no bytes that can be compared, "" where there are. `led_to` are the addresses that it
    named, the last one not followed where it leads to another host.
    """

    status: int
    problem: str = ""
    led_to: tuple[str, ...] = ()


class Visitor:
    """A connection to one host, which is kept open between files. Use it as a context manager."""

    def __init__(self, base: str, manners: Manners, pause: Callable[[float], object] = time.sleep) -> None:
        self._host = urlsplit(base)
        self._manners = manners
        self._pause = pause
        self._connection: http.client.HTTPConnection | None = None
        self._at = ("", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def fetch(self, url: str, sink: Callable[[bytes], object], start: Callable[[], object], largest: int) -> Answer:
        """Ask for an address, and give the bytes of the last answer to `sink`, after `start`, whatever its status.

        Redirects are followed on the same host. Where an answer fails for now, it is asked for again.
        """
        answer = Answer(0, "it was not asked for")
        for number in range(_TRIES):
            answer, wait = self._tried(url, sink, start, largest)
            if not answer.problem and answer.status not in _PASSING:
                return answer
            if answer.problem and answer.status:
                return answer  # the host has said what cannot be used, and would again
            if number + 1 < _TRIES:
                self._pause(min(wait or self._manners.backoff * 2**number, _LONGEST_PAUSE))
        return answer

    def _tried(
        self, url: str, sink: Callable[[bytes], object], start: Callable[[], object], largest: int
    ) -> tuple[Answer, float]:
        """Return the answer to one try, with the pause that the host asks for, 0 for none."""
        led_to: tuple[str, ...] = ()
        try:
            while True:
                response = self._ask(led_to[-1] if led_to else url)
                location = response.getheader("Location", "")
                if response.status not in _REDIRECTS or not location:
                    start()
                    problem = self._read(response, sink, largest)
                    return Answer(response.status, problem, led_to), _pause_of(response)
                self._read(response, lambda part: None, largest)
                led_to = (*led_to, urljoin(led_to[-1] if led_to else url, location))
                if why := self._why_not_followed(led_to):
                    return Answer(response.status, why, led_to), 0.0
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            self._close()
            return Answer(0, _told(error), led_to), 0.0

    def _why_not_followed(self, led_to: tuple[str, ...]) -> str:
        if len(led_to) > _MOST_REDIRECTS:
            return "it is redirected again and again"
        target = urlsplit(led_to[-1])
        if target.hostname != self._host.hostname or target.scheme not in ("http", "https"):
            return f"it is redirected to {led_to[-1]}, on another host"
        if (self._host.scheme, target.scheme) == ("https", "http"):
            return f"it is redirected to {led_to[-1]}, without encryption"
        is_same_kind = target.scheme == self._host.scheme
        if is_same_kind and _port(target) != _port(self._host):
            return f"it is redirected to {led_to[-1]}, on another port"
        return ""

    def _ask(self, url: str) -> http.client.HTTPResponse:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # One that was kept open may have been closed by the host meanwhile, which is no failure.
        was_open = self._connection is not None and self._at == (parts.scheme, parts.netloc)
        try:
            return self._sent(parts, path)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._close()
            if not was_open:
                raise
            return self._sent(parts, path)

    def _sent(self, parts: SplitResult, path: str) -> http.client.HTTPResponse:
        if self._connection is None or self._at != (parts.scheme, parts.netloc):
            self._close()
            host, timeout = parts.hostname or "", self._manners.timeout
            self._connection = (
                http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=ssl.create_default_context())
                if parts.scheme == "https"
                else http.client.HTTPConnection(host, parts.port, timeout=timeout)
            )
            self._at = (parts.scheme, parts.netloc)
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        self._connection.request("GET", path, headers=headers)
        return self._connection.getresponse()

    def _read(self, response: http.client.HTTPResponse, sink: Callable[[bytes], object], largest: int) -> str:
        """Read an answer to its end; return why its bytes cannot be compared, "" where they can."""
        coding = response.getheader("Content-Encoding", "identity").strip().lower()
        if coding not in ("identity", "", "gzip", "x-gzip"):
            self._close()
            return f"it is sent compressed as {coding!r}, though that was not asked for"
        unpack = zlib.decompressobj(wbits=31) if "gzip" in coding else None
        deadline = time.monotonic() + self._manners.timeout * _PATIENCE_FOR_ALL
        size = 0
        while part := response.read(_PART):
            # A part of what is compressed may be a thousand times as large: it is unpacked in parts as well.
            while part:
                plain = unpack.decompress(part, _PART) if unpack else part
                part = unpack.unconsumed_tail if unpack else b""
                size += len(plain)
                sink(plain)
                if size > largest or time.monotonic() > deadline:
                    self._close()
                    return "it does not end"
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        if unpack and not unpack.eof:
            raise http.client.IncompleteRead(b"")
        if response.will_close:
            self._close()
        return ""

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = None


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _pause_of(response: http.client.HTTPResponse) -> float:
    """Return the seconds that a host asks to be left alone; 0 where it names none, or a date."""
    text = response.getheader("Retry-After", "").strip()
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _told(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the host takes too long to answer"
    if isinstance(error, http.client.IncompleteRead):
        return "the answer was cut short"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of the host is not valid: {error.verify_message}"
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
