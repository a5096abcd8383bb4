"""What a worker does with pages: make them in memory, and see where they lead.

It runs in any process, and gives back what is wrong and little else: what is wrong on all pages alike comes once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from newsgen import markup
from newsgen.check.addresses import ELSEWHERE, GONE, HERE, MOVED, NOWHERE, Addresses, Target
from newsgen.check.scanning import FILE, Mention, Scan, scan
from newsgen.errors import NewsgenError
from newsgen.model import Asset, Body, Page
from newsgen.permalink import output_path
from newsgen.render import Renderer, RenderSettings
from newsgen.value import Value

__all__ = ["Batch", "Hit", "Job", "Seen", "Text", "Wants", "is_scanned", "look", "place_is_there"]

_PAGE_ENDINGS = (".html", ".htm")
_DIGEST = 16
# What a browser takes for the top of a page, whatever is on it.
_TOP = ("", "top")
_TEXT_FRAGMENT = re.compile(r":~:.*", re.DOTALL)


class Hit(NamedTuple):
    """Something on a page that breaks a rule, or may: `written` is how the target stands there.

    `path` is the file that it is written in: a text, or a page that is published as it is, with its `line`; "" where
    the template made it.
    """

    rule: str
    page: str
    template: str
    written: str
    target: Target
    path: str = ""
    line: int = 0


class Text(NamedTuple):
    """How long the text of a page is, in characters, and what tells it from others."""

    url: str
    size: int
    digest: bytes


class Wants(NamedTuple):
    """What is asked of the pages beside broken links."""

    texts: bool = True
    elsewhere: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Job(Value):
    """What the looking at all pages shares.

    `texts` are those of articles, standing pages and profiles by the URL of their page. `items` are those to look at,
    and `renderer` is what makes them, where workers inherit both; a batch then names items by number.
    """

    settings: RenderSettings
    addresses: Addresses
    texts: Mapping[str, Body]
    wants: Wants
    items: Sequence[Page | Asset] = ()
    renderer: Renderer | None = None


Batch: TypeAlias = "tuple[int | Page | Asset, ...]"


@dataclass(slots=True)
class Seen:
    """What was found on some pages.

    `hits` are what stands in texts; `shared` what templates made, once, and on how many pages. `anchors` and
    `shared_anchors` are the same of links to places on other pages, of which the target is still to be looked at.
    `places` are those of each page that has any, a line each, by its file. `elsewhere` are the addresses of the web,
    with the first page that leads there.
    """

    done: int = 0
    hits: list[Hit] = field(default_factory=list)
    shared: dict[tuple[str, str], tuple[Hit, int]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, Hit] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    texts: list[Text] = field(default_factory=list)
    failures: list[NewsgenError] = field(default_factory=list)

    def add(self, hit: Hit) -> None:
        """Take a hit in: by itself where somebody wrote it, else together with all that are like it."""
        if hit.path:
            self.hits.append(hit)
            return
        # What the filter `url` made leads to one place from all pages; what a template holds as it is does not.
        is_relative = hit.written.startswith(("../", "./"))
        self._count((hit.rule, hit.target.shown if is_relative else hit.written), hit, 1)

    def merge(self, other: Seen) -> None:
        """Take in what was found on other, later pages."""
        self.done += other.done
        self.hits += other.hits
        for key, (hit, count) in other.shared.items():
            self._count(key, hit, count)
        self.places.update(other.places)
        for address, hit in other.elsewhere.items():
            self.elsewhere.setdefault(address, hit)
        self.used |= other.used
        self.texts += other.texts
        self.failures += other.failures

    def _count(self, key: tuple[str, str], hit: Hit, count: int) -> None:
        first, before = self.shared.get(key, (hit, 0))
        self.shared[key] = (first, before + count)


def is_scanned(item: object) -> bool:
    """Whether an item is a page that a browser shows."""
    is_made = (isinstance(item, Page) and bool(item.template)) or isinstance(item, Asset)
    return is_made and isinstance(item, Page | Asset) and output_path(item.url).lower().endswith(_PAGE_ENDINGS)


def place_is_there(fragment: str, places: Iterable[str]) -> bool:
    """Whether a fragment names a place on a page. Source: HTML standard, 7.4.6.3 "Scrolling to a fragment"."""
    plain = _TEXT_FRAGMENT.sub("", fragment)
    decoded = unquote(plain, errors="replace")
    return decoded.lower() in _TOP or plain in places or decoded in places


def look(job: Job, batch: Batch) -> Seen:
    """Make each page of a batch, and return where it leads."""
    renderer = job.renderer or _renderer(job.settings)
    seen = Seen()
    for found in batch:
        item = job.items[found] if isinstance(found, int) else found
        seen.done += 1
        try:
            _Looking(job, renderer, item, seen).run()
        except NewsgenError as error:
            seen.failures.append(error)
    return seen


@lru_cache(maxsize=1)
def _renderer(settings: RenderSettings) -> Renderer:
    return Renderer(settings)


class _Looking:
    """The look at one page."""

    def __init__(self, job: Job, renderer: Renderer, item: Page | Asset, seen: Seen) -> None:
        self._job = job
        self._renderer = renderer
        self._item = item
        self._seen = seen
        self._body = job.texts.get(item.url)
        self._written: frozenset[Target] | None = None

    def run(self) -> None:
        """Look at the page. Raises NewsgenError where it cannot be made."""
        item, job = self._item, self._job
        html = self._renderer.render(item).data.decode("utf-8", "replace")
        if self._body and job.wants.texts:
            self._measure(self._body)
        found = scan(html)
        if found.identifiers:
            self._seen.places[output_path(item.url)] = "\n".join(sorted(found.identifiers))
        done: set[tuple[str, str, bool]] = set()
        for mention in found.mentions:
            key = (mention.target, mention.kind, not mention.alt)
            if key not in done:
                done.add(key)
                self._mention(mention, found, html)
        if self._body:
            self._pictures(html, found)

    def _mention(self, mention: Mention, page: Scan, html: str) -> None:
        item, addresses = self._item, self._job.addresses
        if mention.alt is None:
            self._hit("alt-text", mention, Target(HERE, mention.target), html)
        target = addresses.target(item.url, mention.target, page.base)
        if target.where == NOWHERE:
            self._hit("link", mention, target, html)
        elif target.where == ELSEWHERE and self._job.wants.elsewhere and mention.element in ("a", "area"):
            hit = Hit("external-link", item.url, _template_of(item), mention.target, target, self._path_of(target))
            self._seen.elsewhere.setdefault(target.path, hit)
        if target.where != HERE:
            return
        kind = addresses.kind(target.path)
        if not kind:
            self._hit("image-missing" if mention.kind == FILE else "link", mention, target, html)
            return
        if self._job.wants.used and kind == "file":
            self._seen.used.add(addresses.file_of(target.path))
        if mention.element == "a" and not mention.target and self._is_written(target):
            self._hit("link", mention, Target(NOWHERE, ""), html, of=target)
        if kind in (MOVED, GONE, "folder") and mention.element == "a" and self._is_written(target):
            self._hit("moved-link", mention, target, html)
        if target.fragment and mention.kind != FILE:
            self._anchor(mention, target, page, html)

    def _anchor(self, mention: Mention, target: Target, page: Scan, html: str) -> None:
        addresses = self._job.addresses
        file = addresses.file_of(target.path)
        if file == output_path(self._item.url):
            is_there = place_is_there(target.fragment, page.identifiers)
        else:
            is_there = not file.lower().endswith(_PAGE_ENDINGS) or place_is_there(target.fragment, ())
        if not is_there:
            self._hit("anchor", mention, target, html)

    def _hit(self, rule: str, mention: Mention, target: Target, html: str, of: Target | None = None) -> None:
        item = self._item
        path, line = self._path_of(of or target), 0
        if isinstance(item, Asset):
            line = html.count("\n", 0, mention.start) + 1
        self._seen.add(Hit(rule, item.url, _template_of(item), mention.target, target, path, line))

    def _path_of(self, target: Target) -> str:
        """Return the file in which a link is written; "" where the template made it."""
        item = self._item
        if isinstance(item, Asset):
            return item.source
        if item.kind == MOVED and item.sources:
            return item.sources[0]
        return self._body.path if self._body and self._is_written(target) else ""

    def _is_written(self, target: Target) -> bool:
        """Whether the text of the page has a link to this target."""
        if self._body is None:
            return False
        if self._written is None:
            addresses, url = self._job.addresses, self._item.url
            found = scan(self._html(self._body)).mentions
            self._written = frozenset(addresses.target(url, mention.target) for mention in found)
        return target in self._written

    def _pictures(self, html: str, page: Scan) -> None:
        """Find the pictures in the text that have no words: on a page, "" says that one is for decoration."""
        if not any(mention.element == "img" and mention.alt == "" for mention in page.mentions) or not self._body:
            return
        for mention in scan(self._html(self._body)).mentions:
            if mention.element == "img" and not (mention.alt or "").strip():
                target = self._job.addresses.target(self._item.url, mention.target)
                hit = Hit("alt-text", self._item.url, "", mention.target, target, self._body.path)
                self._seen.add(hit)

    def _measure(self, body: Body) -> None:
        words = markup.plain_text(self._html(body))
        digest = blake2b(words.casefold().encode("utf-8", "replace"), digest_size=_DIGEST).digest()
        self._seen.texts.append(Text(self._item.url, len(words), digest))

    def _html(self, body: Body) -> str:
        """Return the HTML of a text, with links that start at the root of the host."""
        return self._renderer.html(body, self._from_host)

    @property
    def _from_host(self) -> Callable[[str], str]:
        return lambda url: self._job.addresses.folder + url


def _template_of(item: Page | Asset) -> str:
    return item.template if isinstance(item, Page) else ""
