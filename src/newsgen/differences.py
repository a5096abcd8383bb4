"""Two texts -> what differs, by lines or by words, in the form that git has for it.

Found by what stands once in both texts ("patience"), then by difflib between such places. That takes time in proportion
to the texts; where much of them is alike and nothing stands once, a stretch is told as replaced whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import pairwise
from typing import NamedTuple

from newsgen.patience import anchors

__all__ = ["as_read", "line_difference", "word_difference"]

_CONTEXT = 3
# Pairs that difflib may have to look at in a stretch without anything that stands once.
_MOST_PAIRS = 40_000
_LONGEST_LINE = 2_000
# Of what is the same in a line with other words, so much is shown before and after them.
_NEAR = 120
# Of two stretches of words less than this must be the same for their words to be compared.
_LEAST_ALIKE = 0.3
_WORD = re.compile(r"<[^<>\s]*|[^\s<]+|\s+")


class _Part(NamedTuple):
    """A stretch of two sequences, from `a` to `a_end` of one and `b` to `b_end` of the other."""

    is_same: bool
    a: int
    a_end: int
    b: int
    b_end: int


def line_difference(before: str, after: str) -> list[str]:
    """Return what differs between two texts as a unified diff, without the lines that name the files.

    What follows a line longer than 2,000 characters is cut. An empty list for texts that are the same.
    """
    old, new = before.splitlines(), after.splitlines()
    found: list[str] = []
    for hunk in _hunks(_parts(old, new)):
        found.append(_place(hunk))
        for part in hunk:
            if part.is_same:
                found += [f" {_cut(line)}" for line in old[part.a : part.a_end]]
            else:
                found += [f"-{_cut(line)}" for line in old[part.a : part.a_end]]
                found += [f"+{_cut(line)}" for line in new[part.b : part.b_end]]
    return found


def word_difference(before: str, after: str) -> list[str]:
    """Return what differs between two texts, with [-what went-] and {+what came+} within the lines around it."""
    old, new = before.splitlines(), after.splitlines()
    found: list[str] = []
    for hunk in _hunks(_parts(old, new)):
        found.append(_place(hunk))
        for part in hunk:
            if part.is_same:
                found += [_cut(line) for line in old[part.a : part.a_end]]
            else:
                found += _marked_words("\n".join(old[part.a : part.a_end]), "\n".join(new[part.b : part.b_end]))
    return found


def as_read(html: str) -> str:
    """Return what a reader sees of an HTML page: its title and its text, a line for each paragraph."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


# Finding


def _parts(old: Sequence[str], new: Sequence[str]) -> list[_Part]:
    """Return two sequences in stretches that are the same and that are not, in turn."""
    same = [
        _Part(False, 0, 0, 0, 0),
        *_joined(_matches(old, new)),
        _Part(False, len(old), len(old), len(new), len(new)),
    ]
    parts: list[_Part] = []
    for part, following in pairwise(same):
        if part.is_same:
            parts.append(part)
        if (part.a_end, part.b_end) != (following.a, following.b):
            parts.append(_Part(False, part.a_end, following.a, part.b_end, following.b))
    return parts


def _joined(matches: Sequence[_Part]) -> Iterator[_Part]:
    """Yield the stretches that are the same, those joined that touch."""
    last: _Part | None = None
    for part in matches:
        if last is not None and (last.a_end, last.b_end) == (part.a, part.b):
            last = last._replace(a_end=part.a_end, b_end=part.b_end)
            continue
        if last is not None:
            yield last
        last = part
    if last is not None:
        yield last


def _matches(old: Sequence[str], new: Sequence[str]) -> list[_Part]:
    """Return stretches that are the same, in order."""
    found: list[_Part] = []
    waiting = [_Part(False, 0, len(old), 0, len(new))]
    while waiting:
        a, a_end, b, b_end = waiting.pop()[1:]
        start = a
        while a < a_end and b < b_end and old[a] == new[b]:
            a, b = a + 1, b + 1
        if a > start:
            found.append(_Part(True, start, a, b - (a - start), b))
        end = a_end
        while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
        if a_end < end:
            found.append(_Part(True, a_end, end, b_end, b_end + end - a_end))
        if a == a_end or b == b_end:
            continue
        found_once = [(a + x, b + y) for x, y in anchors(old[a:a_end], new[b:b_end])]
        if found_once:
            places = [(a, b), *found_once, (a_end, b_end)]
            waiting += [_Part(False, x, x_end, y, y_end) for (x, y), (x_end, y_end) in pairwise(places)]
        elif (a_end - a) * (b_end - b) <= _MOST_PAIRS:
            matcher = SequenceMatcher(None, old[a:a_end], new[b:b_end], autojunk=False)
            blocks = matcher.get_matching_blocks()
            found += [_Part(True, a + x, a + x + size, b + y, b + y + size) for x, y, size in blocks if size]
    return sorted(found)


# Showing


def _hunks(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Yield groups of stretches that differ, with some of what is the same around them."""
    hunk: list[_Part] = []
    for number, part in enumerate(parts):
        if not part.is_same:
            hunk.append(part)
            continue
        size = part.a_end - part.a
        is_last = number == len(parts) - 1
        if hunk and not is_last and size <= 2 * _CONTEXT:
            hunk.append(part)
            continue
        if hunk:
            shown = min(size, _CONTEXT)
            yield [*hunk, part._replace(a_end=part.a + shown, b_end=part.b + shown)]
        shown = min(size, _CONTEXT)
        hunk = [part._replace(a=part.a_end - shown, b=part.b_end - shown)] if not is_last else []
    if any(not part.is_same for part in hunk):
        yield hunk


def _place(hunk: Sequence[_Part]) -> str:
    first, last = hunk[0], hunk[-1]
    return f"@@ -{_span(first.a, last.a_end)} +{_span(first.b, last.b_end)} @@"


def _span(start: int, end: int) -> str:
    """Return lines as a unified diff counts them: from 1, and an empty stretch by the line before it."""
    size = end - start
    return f"{start + 1}" if size == 1 else f"{start + 1 if size else start},{size}"


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"


def _marked_words(before: str, after: str) -> list[str]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    parts = _without_islands(_parts(old, new), old)
    pieces: list[str] = []
    for number, part in enumerate(parts):
        if part.is_same:
            text = "".join(old[part.a : part.a_end])
            pieces.append(_shortened(text, is_first=number == 0, is_last=number == len(parts) - 1))
        else:
            pieces.append(_marked("".join(old[part.a : part.a_end]), "[-", "-]"))
            pieces.append(_marked("".join(new[part.b : part.b_end]), "{+", "+}"))
    return "".join(pieces).split("\n")


def _without_islands(parts: Sequence[_Part], old: Sequence[str]) -> list[_Part]:
    """Return parts without what is the same by chance: blanks between other words, and all where that is little."""
    same = sum(part.a_end - part.a for part in parts if part.is_same and _has_words(part, old))
    if not parts or same < _LEAST_ALIKE * max(parts[-1].a_end, parts[-1].b_end):
        return [_Part(False, 0, parts[-1].a_end, 0, parts[-1].b_end)] if parts else []
    found: list[_Part] = []
    for number, part in enumerate(parts):
        is_inner = 0 < number < len(parts) - 1
        is_changed = not part.is_same or (is_inner and not _has_words(part, old))
        if is_changed and found and not found[-1].is_same:
            found[-1] = found[-1]._replace(a_end=part.a_end, b_end=part.b_end)
        else:
            found.append(part._replace(is_same=not is_changed))
    return found


def _has_words(part: _Part, old: Sequence[str]) -> bool:
    return any(not text.isspace() for text in old[part.a : part.a_end])


def _marked(text: str, start: str, end: str) -> str:
    """Return a text between marks, in each of its lines."""
    return "\n".join(f"{start}{_cut(line)}{end}" if line else "" for line in text.split("\n"))


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    """Return what is the same before, between or after other words, of long lines what is near to these."""
    lines = text.split("\n")
    last = len(lines) - 1
    for number, line in enumerate(lines):
        if len(line) > _LONGEST_LINE // 4:
            head = "" if is_first and number == 0 else line[:_NEAR]
            tail = "" if is_last and number == last else line[-_NEAR:]
            lines[number] = f"{head}…{tail}"
    return "\n".join(lines)


# Reading

_UNSEEN = frozenset({"head", "script", "style", "template", "noscript"})
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
        "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tr", "ul",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "title":
            # That of a picture is no line of its own.
            self._is_title = bool(self._unseen)
        elif tag in _BLOCKS:
            self._pieces.append("\n")
            if tag == "li":
                self._pieces.append("- ")
        elif tag in _CELLS:
            self._pieces.append(" ")
        elif tag == "img" and not self._unseen and (alt := dict(attrs).get("alt")):
            self._pieces.append(f"[{alt}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            # An end that is missing ends with what it stood in.
            del self._unseen[self._unseen.index(tag) :]
        elif tag == "title":
            self._pieces.append("\n" * self._is_title)
            self._is_title = False
        elif tag in _BLOCKS:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen or self._is_title:
            self._pieces.append(data.replace("\n", " "))

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._pieces).split("\n"))
        return "\n".join(line for line in lines if line and line != "-")
