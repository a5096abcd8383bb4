"""A link as it stands on a page -> what it leads to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from newsgen.model import Asset, Bundle, Page
from newsgen.permalink import MANIFEST, output_path

__all__ = ["ELSEWHERE", "GONE", "HERE", "MOVED", "NOWHERE", "Addresses", "Target"]

# Where a link leads: to a place on the site, to an address of the web, or to nothing that could be looked for.
HERE, ELSEWHERE, OTHER, NOWHERE = "here", "elsewhere", "other", "nowhere"
# What stands at a path beside pages and files.
MOVED, GONE = "redirect", "gone"
_FILE, _FOLDER = "file", "folder"
# A site that does not know its address is as good at this one: no such host can be (RFC 2606).
_SOME_HOST = "http://site.invalid"
_PORTS = {"http": 80, "https": 443}
_BLANKS = re.compile(r"[\t\n\r]")
_PLAIN = re.compile(
    r"(?:\./)?((?:\.\./)*+)((?:[A-Za-z0-9_~-][A-Za-z0-9_~.-]*+/)*+(?:[A-Za-z0-9_~-][A-Za-z0-9_~.-]*+)?+)"
)
_ENCODED_DOT = re.compile("%2e", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


class Target(NamedTuple):
    """What a link means. On the site, `path` is decoded and starts with "/"; elsewhere it is the whole address."""

    where: str
    path: str
    fragment: str = ""

    @property
    def shown(self) -> str:
        """The target as a person would write it."""
        return f"{self.path}#{self.fragment}" if self.fragment else self.path


class Addresses:
    """Knows all that shall stand on a site, by its file in the output folder, and the address of the site.

    `folder` is the part of the site's own address below its host: "" or "/archive".
    """

    def __init__(self, base_url: str, items: Iterable[Page | Asset | Bundle]) -> None:
        self._base = base_url or _SOME_HOST
        parts = urlsplit(self._base)
        self.folder = parts.path
        self._host = (parts.hostname, parts.port or _PORTS.get(parts.scheme))
        self._kinds: dict[str, str] = {MANIFEST: _FILE}
        self._folders: list[str] = []
        for item in items:
            path = output_path(item.url)
            if isinstance(item, Bundle):
                self._folders.append(unquote(item.url))
            else:
                self._kinds[path] = item.kind if isinstance(item, Page) else _FILE

    def target(self, page: str, written: str, base: str = "") -> Target:
        """Return what a link on the page at the URL `page` means; `base` is what the page says its links start from."""
        if not base and (target := self._plainly(page, written)):
            return target
        text = _BLANKS.sub("", written.strip(" \t\n\r\f")).replace("\\", "/")
        scheme = _SCHEME.match(text)
        if scheme and scheme[1].lower() not in _PORTS:
            return Target(OTHER, text)
        try:
            parts = _joined(_joined(urlsplit(self._base + page), base), text)
            host = (parts.hostname, parts.port or _PORTS.get(parts.scheme))
        except ValueError:
            return Target(NOWHERE, written)
        fragment = parts.fragment
        is_ours = host[0] == self._host[0] and host[1] in (self._host[1], *_PORTS.values())
        if not is_ours or not f"{parts.path}/".startswith(f"{self.folder}/"):
            return Target(ELSEWHERE, parts._replace(fragment="").geturl(), fragment)
        path = unquote(parts.path[len(self.folder) :] or "/", errors="replace")
        return Target(HERE, path if path[:1] == "/" else f"/{path}", fragment)

    def kind(self, path: str) -> str:
        """Return what stands at a path: the kind of a page, "file", "folder" for one whose "/" is left out; or ""."""
        file = path[1:]
        found = self._kinds.get(f"{file}index.html" if not file or file[-1] == "/" else file)
        if found:
            return found
        if file and f"{file}/index.html" in self._kinds:
            return _FOLDER
        return _FILE if any(path.startswith(folder) for folder in self._folders) else ""

    def file_of(self, path: str) -> str:
        """Return the file in the output folder that stands at a path, whether its "/" is left out or not."""
        file = path[1:]
        if file in self._kinds:
            return file
        return f"{file.rstrip('/')}/index.html" if file else "index.html"

    def likely(self, path: str) -> str:
        """Return the URL path that somebody meant who wrote `path`; "" where that cannot be told."""
        folded = _folded(path)
        names = [folded, folded.removesuffix("index.htm"), folded.removesuffix(".html"), folded.removesuffix(".md")]
        names += [folded.rstrip("/") + "/", folded.rstrip("/")]
        for name in names:
            if name in self._by_folded:
                return self._by_folded[name]
            if f"{name}/" in self._by_folded:
                return self._by_folded[f"{name}/"]
        last = folded.rstrip("/").rpartition("/")[2]
        return self._by_last.get(last, "") if last and not last.isdigit() else ""

    @cached_property
    def _by_folded(self) -> dict[str, str]:
        return {_folded(path): path for path in self._paths()}

    @cached_property
    def _by_last(self) -> dict[str, str]:
        """Return paths by their last part; "" for a part that several have."""
        found: dict[str, str] = {}
        for path in self._paths():
            last = _folded(path).rstrip("/").rpartition("/")[2]
            found[last] = "" if last in found else path
        return found

    def _paths(self) -> Iterable[str]:
        return (f"/{file.removesuffix('index.html')}" for file in self._kinds)

    def _plainly(self, page: str, written: str) -> Target | None:
        """Return a target where it is written plainly, as nearly all are: in a fraction of the time."""
        path, _, fragment = written.partition("#")
        plain = _PLAIN.fullmatch(path)
        if not plain or "%" in fragment or "%" in page:
            return None
        folder = page[: page.rindex("/") + 1]
        if not path:
            return Target(HERE, page, fragment)
        ups = len(plain[1]) // 3
        if ups:
            parts = folder.split("/")
            if ups > len(parts) - 2:
                return None
            folder = "/".join(parts[: len(parts) - 1 - ups]) + "/"
        return Target(HERE, folder + plain[2], fragment)


def _joined(start: SplitResult, text: str) -> SplitResult:
    """Return the address that a reference means. Raises ValueError for none. Source: RFC 3986, section 5.2.

    urllib's own takes one of two slashes out of a relative path, and leaves the dots of a whole address in it.
    """
    given = urlsplit(text)
    if given.scheme and not given.netloc:
        raise ValueError("an address without a host")
    if given.netloc:
        return given._replace(scheme=given.scheme or start.scheme, path=_without_dots(given.path))
    if not given.path:
        return start._replace(query=given.query or start.query, fragment=given.fragment)
    path = given.path if given.path[0] == "/" else start.path[: start.path.rfind("/") + 1] + given.path
    return start._replace(path=_without_dots(path), query=given.query, fragment=given.fragment)


def _without_dots(path: str) -> str:
    """Return a path less its parts "." and "..", also where they are written with "%2e"."""
    parts = path.split("/")
    found: list[str] = []
    for part in parts:
        plain = _ENCODED_DOT.sub(".", part)
        if plain == "..":
            found = found[:1] + found[1:-1]
        elif plain != ".":
            found.append(part)
    if _ENCODED_DOT.sub(".", parts[-1]) in (".", ".."):
        found.append("")
    return "/".join(found)


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
