"""What an SVG picture holds beside a picture: scripts, pages within it, and references to other hosts.

As a picture in a page a browser runs none of it. But the file has an address of its own, and whoever opens that is
shown a document that may do whatever a page of the site may do.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.parsers import expat

__all__ = ["Finding", "findings"]

# What runs, what brings in a page, and what has no business in a picture.
_ELEMENTS = frozenset(
    {"script", "foreignobject", "handler", "listener", "iframe", "object", "embed", "audio", "video", "base", "link"}
)
_ADDRESSES = frozenset({"href", "src", "base"})
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif)[;,]", re.IGNORECASE)
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|\\)", re.IGNORECASE)
# A browser reads past blanks and controls before and within the scheme of an address.
_BLANK = re.compile(r"[\x00-\x20]+")
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_CSS_ADDRESS = re.compile(r"url\(\s*['\"]?(?P<address>[^'\")]*)", re.IGNORECASE)
_CSS_IMPORT = re.compile(r"@import|-moz-binding|expression\(|javascript:|(?<![\w+/=])(?:[a-z]+:)?//", re.IGNORECASE)
_MOST = 5


class Finding(NamedTuple):
    """What was found, and the line of the file that it stands in, from 1."""

    what: str
    line: int


class _StopError(Exception):
    """Nothing more is to be read of the file."""


def findings(data: bytes) -> tuple[Finding, ...]:
    """Return what makes an SVG file more than a picture: nothing for a harmless one, and no more than five.

    A file that is no well-formed XML, or that declares entities, is one finding as well: it is not read further.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except _StopError:
        pass
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = error.lineno if isinstance(error, expat.ExpatError) else 0
        reason = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
        return (*reader.found[: _MOST - 1], Finding(f"no well-formed XML: {reason}", line))
    return tuple(dict.fromkeys(reader.found[:_MOST]))


class _Reader:
    """Looks at each part of a file as the parser comes by it; nothing is expanded and nothing fetched."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.ProcessingInstructionHandler = self._instruction
        self._path: list[str] = []
        self._style: list[str] = []

    def _say(self, what: str) -> None:
        self.found.append(Finding(what, self.parser.CurrentLineNumber))
        if len(self.found) >= _MOST:
            raise _StopError

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if not self._path and name != "svg":
            self._say(f"the element <{name}> where <svg> should be")
        self._path.append(name)
        if name in _ELEMENTS:
            self._say(f"a <{_written(tag)}> element")
        for key, value in attributes.items():
            self._attribute(_local(key), _written(key), value)

    def _attribute(self, name: str, written: str, value: str) -> None:
        if name.startswith("on"):
            self._say(f"the event handler {written!r}")
        elif name in _ADDRESSES:
            if not _is_harmless(value):
                self._say(f"the address {_shortened(value)!r} in {written!r}")
        elif name == "attributename" and (_local(value.rpartition(":")[2]) in _ADDRESSES or value[:2].lower() == "on"):
            self._say(f"an animation of {value!r}")
        elif name == "style" or "(" in value:
            self._css(value, repr(written))

    def _end(self, tag: str) -> None:
        if self._path.pop() == "style":
            self._css("".join(self._style), "a style")
            self._style.clear()

    def _text(self, text: str) -> None:
        if self._path and self._path[-1] == "style":
            self._style.append(text)

    def _css(self, text: str, where: str) -> None:
        plain = _CSS_ESCAPE.sub(_unescaped, _CSS_COMMENT.sub("", text))
        for address in _CSS_ADDRESS.finditer(plain):
            if not _is_harmless(address["address"]):
                self._say(f"the address {_shortened(address['address'])!r} in {where}")
                return
        if found := _CSS_IMPORT.search(_CSS_ADDRESS.sub("", plain)):
            self._say(f"{found[0]!r} in {where}")

    def _entity(self, *declaration: object) -> None:
        self._say("the declaration of an entity")
        raise _StopError

    def _instruction(self, target: str, data: str) -> None:
        if target.lower().startswith("xml-"):
            self._say(f"the instruction <?{target}?>")


def _local(name: str) -> str:
    """Return a name without its namespace, in small letters."""
    return _written(name).lower()


def _written(name: str) -> str:
    return name.rpartition(" ")[2]


def _is_harmless(address: str) -> bool:
    """Whether an address leads to a part of the picture, to a file beside it, or is a picture itself."""
    plain = _BLANK.sub("", address)
    return bool(_PICTURE.match(plain)) or not _SCHEME.match(plain)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        code = int(found[1], 16)
        return chr(code) if 0 < code < 0xD800 else "\N{REPLACEMENT CHARACTER}"
    return found[2]
