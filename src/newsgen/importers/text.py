"""Plain text -> an article's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from newsgen.yamltext import quoted

__all__ = ["first_sentence", "front_matter", "headline", "to_markdown"]

# What Markdown would read as more than itself, anywhere in a line; a backslash before it takes that away.
_SPECIAL = re.compile(r"([\\`*_\[\]{}])")
# What has no such escape: written as a character reference.
_REFERENCED = {"<": "&lt;", ">": "&gt;", "|": "&#124;"}
_AMPERSAND = re.compile(r"&(?=#?\w+;)")
# What it would read so at the start of a line; digits only where a list item would start.
_LINE_START = re.compile(r"([#+-])|([:=~])|(\d{1,9})(?=[.)](?:\s|$))")
_SENTENCE_END = re.compile(
    r"(?<![.\s]\w)(?<!\b(?:Mr|Ms|Dr|St|Lt))(?<!\b(?:Mrs|Gen|Sen|Rep|Gov))[.!?][\"”’')\]]*(?=\s+[\"“‘'(\[]?[^\Wa-z])"
)
_LONGEST_HEADLINE = 110


def to_markdown(text: str) -> str:
    """Return Markdown whose paragraphs are those of a plain text, and whose every sign is itself.

    A text with blank lines has its paragraphs between them; in a text without any, each line is a paragraph.
    """
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    escaped = [_escaped(line) for line in lines]
    separator = "\n" if "" in lines else "\n\n"
    return re.sub(r"\n{3,}", "\n\n", separator.join(escaped)) + "\n"


def _escaped(line: str) -> str:
    line = _AMPERSAND.sub("&amp;", _SPECIAL.sub(r"\\\1", line))
    line = "".join(_REFERENCED.get(char, char) for char in line)
    start = _LINE_START.match(line)
    if not start:
        return line
    escapable, other, number = start.groups()
    if escapable:
        return f"\\{line}"
    return f"{number}\\{line[start.end() :]}" if number else f"&#{ord(other)};{line[1:]}"


def headline(text: str) -> str:
    """Return a headline made from a text: its first sentence, cut at a word where it is long; "" for no words."""
    sentence = first_sentence(text)
    if len(sentence) <= _LONGEST_HEADLINE:
        return sentence.rstrip(".")
    cut = sentence.rfind(" ", 0, _LONGEST_HEADLINE)
    return sentence[: cut if cut > 0 else _LONGEST_HEADLINE].rstrip(" ,;:-–—") + "…"


def first_sentence(text: str) -> str:
    """Return the first sentence of a text's first line that has one; an abbreviation such as "U.S." ends none."""
    line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    end = _SENTENCE_END.search(line)
    return line[: end.end()] if end else line


def front_matter(fields: Mapping[str, str | Iterable[str]]) -> str:
    """Return the lines of a front matter, with `---` around them; empty fields are left out."""
    lines = ["---"]
    for key, value in fields.items():
        if isinstance(value, str):
            if value:
                lines.append(f"{key}: {quoted(value)}")
        elif items := [quoted(item) for item in value]:
            lines.append(f"{key}: [{', '.join(items)}]")
    return "\n".join([*lines, "---", ""])
