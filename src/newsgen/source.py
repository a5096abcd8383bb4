"""A file's bytes -> its text, in two: the front matter and the body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsgen.errors import ContentError, Location, Problem

__all__ = ["Source", "clean", "decode", "one_line", "source_of", "split"]

_LARGEST_FRONT_MATTER = 256 * 1024
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
# What neither HTML nor XML may hold: C0 controls but tab and line ends, DEL and C1, and the noncharacters.
_C0_BYTES = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text in two: the YAML between the `---` lines and what follows, each with the line it starts in."""

    front: str
    front_line: int
    body: str
    body_line: int


def decode(data: bytes, path: str) -> str:
    """Return a file's text with "\\n" as its only line end and without a byte order mark.

    Raises ContentError for what is not UTF-8, naming the line, and for NUL.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ContentError(Problem("the text is UTF-16", Location(path, 1), "save it as UTF-8"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        line = before.count(b"\n") + 1
        message = f"the byte {data[error.start]:#04x} is not UTF-8"
        raise ContentError(Problem(message, Location(path, line), "save the file as UTF-8")) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ContentError(Problem("the text holds a NUL character", Location(path, line), "remove it"))
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def clean(text: str) -> tuple[str, tuple[int, ...]]:
    """Return `text` with a space for each character that no web page may hold, and the lines where one stood."""
    if not _NOT_TEXT.search(text):
        return text, ()
    lines = (number for number, line in enumerate(text.split("\n"), 1) if _NOT_TEXT.search(line))
    return _NOT_TEXT.sub(" ", text), tuple(lines)


def one_line(text: str) -> str:
    """Return a text as a field holds it: blanks and lines run together, without what no web page may hold."""
    return " ".join(clean(text)[0].split())


def split(text: str, path: str) -> Source:
    """Return front matter and body; the front matter is "" where the text does not start with `---`.

    Blank lines before the opening `---` are allowed. Raises ContentError where it is never closed.
    """
    start = len(text) - len(text.lstrip(" \t\n\ufeff"))
    line = text.count("\n", 0, start) + 1
    first = text[start : text.find("\n", start)] if "\n" in text[start:] else text[start:]
    if first.rstrip() == "+++":
        message = "the front matter is TOML, between '+++' lines"
        raise ContentError(Problem(message, Location(path, line), "write it as YAML between '---' lines"))
    if first.rstrip() != "---":
        return Source("", 1, text, 1)
    opened = start + len(first) + 1
    closing = _CLOSING.search(text, opened) if opened <= len(text) else None
    if not closing:
        message = "the front matter that opens here is never closed"
        raise ContentError(Problem(message, Location(path, line), "end it with a line '---'"))
    front = text[opened : closing.start()]
    if len(front) > _LARGEST_FRONT_MATTER:
        message = f"the front matter is longer than {_LARGEST_FRONT_MATTER // 1024} KiB"
        raise ContentError(Problem(message, Location(path, line), "is a closing '---' missing?"))
    body_line = text.count("\n", 0, closing.end()) + 2
    return Source(front, line + 1, text[closing.end() + 1 :], body_line)


def source_of(data: bytes, path: str) -> tuple[Source, tuple[int, ...]]:
    """Return a file's text in two, and the lines where characters stood that no web page may hold.

    Raises ContentError for what is no text, or whose front matter is never closed.
    """
    text = decode(data, path)
    if data.isascii() and len(data.translate(None, _C0_BYTES)) == len(data):
        return split(text, path), ()  # nothing that `clean` would find, seen in a tenth of its time
    text, odd_lines = clean(text)
    return split(text, path), odd_lines
