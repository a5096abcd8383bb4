"""How long Python-Markdown would take over a text, found by counting.

Its time grows with the square of a paragraph, and of the number of paragraphs: each sign that means something has the
paragraph copied, each open bracket is looked for to the end. The estimate knows the text alone and no clock, so
that a text which builds on one machine builds on every one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["LONGEST", "Costly", "too_costly"]

# Seconds. Two megabytes of long articles, with ten thousand links and as many list items, take about six.
LONGEST = 12.0

# All numbers below are seconds, measured with Python-Markdown 3.11 on one core; what they stand for was found by
# doubling texts of one sign until the time quadrupled.
_SHORT_TEXT = 5000  # below this nothing takes longer than a second but many open brackets and tags
_MANY_OPENINGS = 200
_PLACEHOLDER = 25  # characters that stand for a sign once it is read
_MOST_WORDS = 1000  # abbreviations, past which all of a text is taken for their uses


class _Sign(NamedTuple):
    """What one sign costs by itself; how often its paragraph is copied for it; how much it costs for each character
    of its paragraph beside that; and how many elements it makes.
    """

    each: float
    copies: int = 1
    by_size: float = 0.0
    elements: float = 0.0


_SIGNS = {
    '"': _Sign(7e-6),
    "'": _Sign(7e-6),
    "\\": _Sign(5e-6),
    "&": _Sign(1e-5),
    "*": _Sign(4e-5, elements=0.5),
    "_": _Sign(4e-5, elements=0.5),
    "`": _Sign(4e-5, copies=5, elements=0.5),
    "[": _Sign(1e-4, elements=1.0),
    "<": _Sign(1e-5),
    ">": _Sign(6e-5, copies=0),
    "{": _Sign(1e-6, copies=0, by_size=4e-9),
    "<http": _Sign(1e-4, elements=1.0),
    "  \n": _Sign(3e-5, elements=1.0),
}
_COPY = 3e-11  # for each character
_BLOCK = 1.5e-4
_PAIR = 1.2e-8  # for each pair of elements that stand beside each other
_OPEN_BRACKET = 4e-7  # for each character up to the closing one
_OPEN_TAG = 6e-8
_OPEN_LINK = 7e-8  # for each character of the paragraph
_OPEN_DATA = 7e-7
_RULE = 2e-8
_NUMBER = 5e-5
_ABBREVIATION = 1.3e-7
_CELL = 4e-9  # for each character of the longest line
_COMMENT = 2e-10  # for each open tag and character of the paragraph
_FENCE = 3e-10  # for each character of the text, and of the fence
_OPEN_FENCE = 1.3e-8
_BLANK = 7e-10  # for each pair of blanks in a row
_NEWLINE = 2e-11
_DEFINITION = 2.5e-4
_LOOSE_DEFINITION = 6e-7  # for each pair of those with a blank line before them
_SAME_NOTE = 7e-7  # for each pair of references to one footnote
_SAME_WORD = 1.6e-8  # for each pair of uses of an abbreviation

_BLANK_LINE = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"^[ \t>]*(?:[-*+]|\d+\.)[ \t]", re.MULTILINE)
_NUMBERS = re.compile(r"\d\.[ ]")  # of lists, which may begin one within another in one line
_RULES = re.compile(r"^[ >]*(?:#[^\n]*|[=|: -]+)$", re.MULTILINE)
_ABBREVIATIONS = re.compile(r"\*\[([^\[\]\n]*)")
_DEFINITIONS = re.compile(r"^([ \t]*\n)?[ >]*:[ ]", re.MULTILINE)
_FENCES = re.compile(r"^(`{3,}|~{3,})[ ]*(\S?)", re.MULTILINE)
_FENCED = re.compile(r"^(`{3,}|~{3,})[ ]*(?:\{[^\n]*\}|\.?[\w#.+-]*)[ ]*$", re.MULTILINE)
_NOTES = re.compile(r"\[\^[^\[\]\n]*\]")
_BLANKS = re.compile(r"[ ]{1000,}")
_WHOLE_LINK = re.compile(
    r"""\]\([ ]*+(?:<[^<>\n]*>|[^\s()"'<>]*+(?:\([^\s()"'<>]*+\)[^\s()"'<>]*+)*+)"""
    r"""[ ]*+(?:"[^"\n]*"|'[^'\n]*')?+[ ]*+\)"""
)
_TAG_START = re.compile(r"<[A-Za-z]")
_BRACKETS = re.compile(r"[\[\]]")


class Costly(NamedTuple):
    """What takes the most time in a text that takes too much: the sign, and the line from 1 of its paragraph."""

    sign: str
    line: int


def too_costly(text: str, *, has_fences: bool = True) -> Costly | None:
    """Return what makes `text` take longer than `LONGEST` seconds; None where it does not.

    `has_fences` says that what stands between lines of "```" is code, which is taken out before all else.
    """
    if len(text) < _SHORT_TEXT and text.count("[") + text.count("<") < _MANY_OPENINGS:
        return None
    of_text = _of_text(text)
    # A text that is fast as one paragraph is faster as many: nearly every text ends here.
    if sum(of_text.values()) + sum(_of_block(text).values()) <= LONGEST:
        return None
    if has_fences and ("```" in text or "~~~" in text):
        text = _without_code(text)
        of_text = {**_of_text(text), "```": of_text["```"]}
    total = sum(of_text.values())
    most = max(of_text.values())
    worst = Costly(next(sign for sign, cost in of_text.items() if cost == most), 1)
    if total > LONGEST:
        return worst
    for block, line in _blocks(text):
        costs = _of_block(block)
        total += sum(costs.values())
        if max(costs.values()) > most:
            most = max(costs.values())
            worst = Costly(next(sign for sign, cost in costs.items() if cost == most), line)
    return worst if total > LONGEST else None


def _blocks(text: str) -> Iterator[tuple[str, int]]:
    """Yield each paragraph with its line."""
    line, start = 1, 0
    for blank in _BLANK_LINE.finditer(text):
        yield text[start : blank.start()], line
        line += text.count("\n", start, blank.end())
        start = blank.end()
    yield text[start:], line


def _without_code(text: str) -> str:
    """Return `text` with empty lines for those of fenced code."""
    lines = list(_FENCED.finditer(text))
    last = {line[1]: line.start() for line in lines if line[1] == line[0].rstrip()}
    parts: list[str] = []
    start, fence = 0, ""
    for line in lines:
        if fence and line[0].rstrip() == fence:
            parts.append("\n" * text.count("\n", start, line.end()))
            start, fence = line.end(), ""
        elif not fence and last.get(line[1], 0) > line.start():
            parts.append(text[start : line.start()])
            start, fence = line.start(), line[1]
    return "".join([*parts, text[start:]])


def _of_text(text: str) -> dict[str, float]:
    """Return the seconds that signs take by their number in the whole text."""
    size = len(text)
    blanks = _BLANK_LINE.findall(text)
    definitions = _DEFINITIONS.findall(text)
    loose = sum(map(bool, definitions))
    fences = Counter((fence, bool(info)) for fence, info in _FENCES.findall(text))
    drawn = sum(len(fence) * count for (fence, _), count in fences.items())
    open_fences = sum(max(0, count - fences[fence, False]) for (fence, opens), count in fences.items() if opens)
    words = dict.fromkeys(_ABBREVIATIONS.findall(text))
    uses = sum(text.count(word) for word in words if word) if len(words) < _MOST_WORDS else size
    return {
        "paragraphs": len(blanks) * (_BLOCK + len(blanks) * _PAIR),
        "```": (drawn * _FENCE + open_fences * _OPEN_FENCE) * size,
        ":": len(definitions) * _DEFINITION + loose * loose * _LOOSE_DEFINITION,
        "[^": sum(count * count for count in Counter(_NOTES.findall(text)).values()) * _SAME_NOTE,
        "*[": uses * uses * _SAME_WORD if words else 0.0,
        "<": _reach_of_tags(text) * _OPEN_TAG,
        " ": sum(len(run) ** 2 for run in _BLANKS.findall(text)) * _BLANK,
        "\n": sum(len(run) ** 2 for run in blanks) * _NEWLINE,
    }


def _of_block(block: str) -> dict[str, float]:
    """Return the seconds that signs take within one paragraph."""
    size = len(block)
    counts = {sign: block.count(sign) for sign in _SIGNS}
    grown = size + _PLACEHOLDER * sum(counts.values())
    elements = sum(count * _SIGNS[sign].elements for sign, count in counts.items())
    costs = {
        sign: counts[sign]
        * (known.each + known.copies * grown * _COPY + known.by_size * size + known.elements * elements * _PAIR)
        for sign, known in _SIGNS.items()
    }
    items = len(_ITEM.findall(block))
    costs["list items"] = items * (_BLOCK + items * _PAIR)
    costs["1."] = len(_NUMBERS.findall(block)) * _NUMBER
    costs["#"] = len(_RULES.findall(block)) * size * _RULE
    costs["|"] = block.count("|") * max(map(len, block.split("\n"))) * _CELL
    if counts["["]:
        costs["["] += _reach_of_brackets(block) * _OPEN_BRACKET
        costs["]("] = (block.count("](") - len(_WHOLE_LINK.findall(block))) * size * _OPEN_LINK
        costs["*["] = len(_ABBREVIATIONS.findall(block)) * size * _ABBREVIATION
        costs["<![CDATA["] = block.count("<![CDATA[") * size * _OPEN_DATA
    if counts["<"]:
        costs["<!--"] = block.count("<!--") * counts["<"] * size * _COMMENT
    return costs


def _reach_of_brackets(block: str) -> int:
    """Return the sum of the characters between each "[" and its "]", or the end where it has none."""
    reach = 0
    opened: list[int] = []
    for bracket in _BRACKETS.finditer(block):
        if bracket[0] == "[":
            opened.append(bracket.start())
        elif opened:
            reach += bracket.start() - opened.pop()
    return reach + sum(len(block) - start for start in opened)


def _reach_of_tags(text: str) -> int:
    """Return the sum of the characters between the start of each tag and the next ">", or the end."""
    return sum(len(part) - tag.start() for part in text.split(">") for tag in _TAG_START.finditer(part))
