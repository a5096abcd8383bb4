"""HTML -> where it leads, and which places on it can be linked to.

A page is read as the HTML standard's tokenizer reads it ("13.2.5 Tokenization"): comments, scripts and styles hold no
links, an attribute needs no quotes, and what is broken is still read to its end. A tree is not needed, and making one
takes several times longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

__all__ = ["FILE", "LINK", "Mention", "Scan", "scan", "style_targets"]

# What a reader follows, and what a browser fetches by itself.
LINK, FILE = "link", "file"

# A quote that is not closed takes in all that follows, so a tag with one is never finished.
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|(?=>))|(?!\s*+=))"""
_TOKEN = re.compile(
    r"<(?:([A-Za-z][^\s/>]*+)((?:" + _ATTRIBUTE + r")*+)[\s/]*+>"
    r"|/[A-Za-z][^\s/>]*+(?:" + _ATTRIBUTE + r")*+[\s/]*+>|(!--)|(/?[A-Za-z])|[!?/][^>]*+>?)"
)
_ATTRIBUTES = re.compile(r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+))?+)?+""")
_COMMENT_END = re.compile(r"--!?>")
# What stands in these is text, up to their own end tag.
_TEXT_ALONE = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes")
}
_TELLING = re.compile(r"(?:href|src|srcset|id|name|action|poster|data|content)(?=[\s=/]|$)", re.IGNORECASE)
_TARGETS = {
    "a": (("href", LINK),),
    "area": (("href", LINK),),
    "form": (("action", LINK),),
    "iframe": (("src", LINK),),
    "img": (("src", FILE),),
    "script": (("src", FILE),),
    "source": (("src", FILE),),
    "audio": (("src", FILE),),
    "video": (("src", FILE), ("poster", FILE)),
    "track": (("src", FILE),),
    "embed": (("src", FILE),),
    "object": (("data", FILE),),
}
_FETCHED = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon", "mask-icon"})
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?[\"']?([^\"']*)", re.IGNORECASE)
_CANDIDATE = re.compile(r"[\s,]*+(\S*[^\s,])")
_STYLE_TARGET = re.compile(
    r"/\*.*?\*/|url\(\s*+(?:\"([^\"\n]*+)\"|'([^'\n]*+)'|([^\s\"'()]*+))\s*+\)|@import\s*+(?:\"([^\"\n]*+)\"|'([^'\n]*+)')",
    re.IGNORECASE | re.DOTALL,
)


class Mention(NamedTuple):
    """Where a page leads: `target` as the browser reads it, `kind` LINK or FILE, and the place of its tag in the text.

    `alt` are the words for a picture, None where there are none and it is no decoration; "" for what is no picture.
    """

    target: str
    kind: str
    element: str
    start: int
    alt: str | None = ""


class Scan(NamedTuple):
    """What was found on a page. `base` is what its links are relative to, "" for the page itself."""

    mentions: tuple[Mention, ...]
    identifiers: frozenset[str]
    base: str


def scan(html: str) -> Scan:
    """Return where a page leads and its places, in the order of the text; nothing is raised, whatever it holds."""
    mentions: list[Mention] = []
    identifiers: set[str] = set()
    base = ""
    for name, written, start in _tags(html):
        given = _attributes(written)
        if "id" in given:
            identifiers.add(given["id"])
        if name == "a" and "name" in given:
            identifiers.add(given["name"])
        if name == "base":
            base = base or given.get("href", "")
        mentions.extend(_mentions(name, given, start))
    identifiers.discard("")
    return Scan(tuple(mentions), frozenset(identifiers), base)


def style_targets(css: str) -> Iterator[tuple[str, int]]:
    """Yield what a style sheet fetches, with the place where it stands."""
    for found in _STYLE_TARGET.finditer(css):
        target = next((part for part in found.groups() if part), "")
        if target:
            yield target, found.start()


def _tags(html: str) -> Iterator[tuple[str, str, int]]:
    """Yield the start tags that have an attribute of ours: name, attributes as written, place."""
    place = 0
    while found := _TOKEN.search(html, place):
        place = found.end()
        name, attributes, comment, unfinished = found.groups()
        if name:
            name = name.lower()
            if attributes and _TELLING.search(attributes):
                yield name, attributes, found.start()
            if name in _TEXT_ALONE:
                end = _TEXT_ALONE[name].search(html, place)
                place = end.start() if end else len(html)
        elif comment:
            # "<!-->" and "<!--->" are whole comments.
            end = _COMMENT_END.search(html, place - 2)
            place = end.end() if end else len(html)
        elif unfinished:
            return


def _attributes(written: str) -> dict[str, str]:
    """Return attributes by name; of one that is written twice, the first counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTES.findall(written):
        value = double or single or bare
        found.setdefault(name.lower(), unescape(value) if "&" in value else value)
    return found


def _mentions(name: str, given: dict[str, str], start: int) -> Iterator[Mention]:
    for attribute, kind in _TARGETS.get(name, ()):
        if attribute in given:
            alt = given.get("alt") if name == "img" else ""
            yield Mention(given[attribute], kind, name, start, alt)
    if name in ("img", "source") and "srcset" in given:
        for candidate in _candidates(given["srcset"]):
            yield Mention(candidate, FILE, name, start)
    elif name == "link" and "href" in given:
        kinds = set(given.get("rel", "").lower().split())
        yield Mention(given["href"], FILE if kinds & _FETCHED else LINK, name, start)
    elif name == "meta" and given.get("http-equiv", "").lower() == "refresh" and "content" in given:
        target = _REFRESH.match(given["content"])
        if target and target[1]:
            yield Mention(target[1], LINK, name, start)


def _candidates(written: str) -> Iterator[str]:
    """Yield the addresses of a `srcset`; a comma may be a part of one, and what follows a blank is its size."""
    place = 0
    while found := _CANDIDATE.match(written, place):
        yield found[1]
        comma = written.find(",", found.end())
        place = len(written) if comma < 0 else comma + 1
