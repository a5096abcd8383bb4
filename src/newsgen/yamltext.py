"""YAML text -> nodes in which every scalar is the text that was written, each with its line.

YAML's own typing would read the tag `no` as False, the slug `0123` as 83 and the version `3.10` as 3.1. Here a reader
that knows which field it reads decides what a text means.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from newsgen.errors import ContentError, Location, Problem

__all__ = ["Node", "Plain", "Scalar", "Series", "Table", "composed", "plain", "quoted", "read"]

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_LARGEST_DEPTH = 50
_LARGEST_COUNT = 20_000
_LARGEST_SIZE = 4 * 1024 * 1024
# What YAML 1.1 took for the end of a line, and no editor shows as one.
_OLD_LINE_ENDS = str.maketrans("\x85\u2028\u2029", "   ")
# What YAML reads as the text it is, wherever it stands: plain words, and a date with its time.
_SAFE = re.compile(r"[^\W_][\w ()/.+’–-]*|[\d-]+ [\d:]+(?:[+-][\d:]+)?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One written text. `quoted` tells `"null"` from `null`."""

    text: str
    line: int
    quoted: bool

    @property
    def is_null(self) -> bool:
        """Whether nothing was written, in one of YAML's ways to say so."""
        return not self.quoted and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Series:
    """A YAML sequence."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A YAML mapping, in the written order; no key twice."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int


Node: TypeAlias = Scalar | Series | Table
Plain: TypeAlias = "str | tuple[Plain, ...] | dict[str, Plain] | None"


def read(text: str, path: str, first_line: int = 1) -> Node | None:
    """Return the document in `text`, or None where it holds nothing; `first_line` is where it starts in its file.

    Raises ContentError for what is no YAML, for a key twice in one mapping, for a tag that would make an object,
    and for nesting or repetition (an alias bomb) that no person writes.
    """
    root = composed(text, path, first_line)
    return None if root is None else _Reader(path, first_line).node(root, 0)


def composed(text: str, path: str, first_line: int = 1) -> yaml.Node | None:
    """Return the document in `text` as PyYAML has it: each node with its lines and columns, counted from 0.

    Raises ContentError for what is no YAML, or is nested too deeply. All else that `read` refuses is in it.
    """
    # Trailing blanks mean nothing in YAML, but a tab among them is an error to some of its readers.
    text = "\n".join(line.rstrip(" \t\r") for line in text.translate(_OLD_LINE_ENDS).split("\n"))
    try:
        _refuse_depth(text, path, first_line)
        return yaml.compose(text, Loader=_LOADER)
    except UnicodeEncodeError as error:
        line = first_line + text.count("\n", 0, error.start)
        message = f"the YAML holds a character that is not allowed: {text[error.start]!r}"
        raise ContentError(Problem(message, Location(path, line), "remove it")) from None
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, path, first_line) from None


def plain(node: Node) -> Plain:
    """Return a node as text, None, tuples and dicts, for a template to look into."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Series):
        return tuple(plain(item) for item in node.items)
    return {key.text: plain(value) for key, value in node.pairs}


def quoted(text: str) -> str:
    """Return a text as YAML: as it is where that is safe, else in double quotes, which YAML shares with JSON."""
    is_safe = _SAFE.fullmatch(text) and text == text.strip() and not Scalar(text, 0, quoted=False).is_null
    # YAML takes a byte order mark within a text for a mistake.
    return text if is_safe else json.dumps(text, ensure_ascii=False).replace("\ufeff", "\\ufeff")


class _Reader:
    def __init__(self, path: str, first_line: int) -> None:
        self._path = path
        self._first_line = first_line
        self._count = 0
        self._size = 0

    def node(self, node: yaml.Node, depth: int) -> Node:
        line = node.start_mark.line + self._first_line
        self._count += 1
        if depth > _LARGEST_DEPTH or self._count > _LARGEST_COUNT:
            raise self._error(line, "the YAML is nested too deeply or repeats itself too often")
        if not node.tag.startswith("tag:yaml.org,2002:") or ":python/" in node.tag:
            raise self._error(line, f"the YAML tag {node.tag!r} is not allowed", "write the value without a tag")
        if isinstance(node, yaml.ScalarNode):
            self._size += len(node.value)
            if self._size > _LARGEST_SIZE:
                raise self._error(line, "the YAML repeats itself too often")
            return Scalar(node.value, line, bool(node.style))
        if isinstance(node, yaml.SequenceNode):
            return Series(tuple(self.node(item, depth + 1) for item in node.value), line)
        return self._table(node, depth, line)

    def _table(self, node: yaml.Node, depth: int, line: int) -> Table:
        seen: dict[str, int] = {}
        pairs: list[tuple[Scalar, Node]] = []
        for key_node, value_node in node.value:
            key = self.node(key_node, depth + 1)
            if not isinstance(key, Scalar):
                raise self._error(key.line, "a key must be a word", "put text with special characters in quotes")
            if key.text in seen:
                raise self._error(
                    key.line,
                    f"the key {key.text!r} stands here and in line {seen[key.text]}",
                    "keep one of the two",
                )
            seen[key.text] = key.line
            pairs.append((key, self.node(value_node, depth + 1)))
        return Table(tuple(pairs), line)

    def _error(self, line: int, message: str, hint: str = "") -> ContentError:
        return ContentError(Problem(message, Location(self._path, line), hint))


def _refuse_depth(text: str, path: str, first_line: int) -> None:
    """Raise ContentError for YAML so deep that composing it would exhaust the C stack or take minutes."""
    if text.count("[") + text.count("{") + text.count("- ") + text.count("? ") < _LARGEST_DEPTH:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _LARGEST_DEPTH:
                place = Location(path, first_line + (event.start_mark.line if event.start_mark else 0))
                raise ContentError(Problem("the YAML is nested too deeply", place))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _syntax_error(error: yaml.YAMLError, text: str, path: str, first_line: int) -> ContentError:
    line = first_line
    message, hint = "the YAML cannot be read", ""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        number = mark.line if mark else 0
        line += number
        message = f"the YAML cannot be read: {error.problem or error.context}"
        written = text.split("\n")[number] if number <= text.count("\n") else ""
        if "\t" in written[: len(written) - len(written.lstrip())]:
            hint = "indent with spaces; YAML knows no tabs"
        elif "mapping values are not allowed" in message or "cannot start any token" in message:
            hint = "put the value in quotes where it holds ': ' or starts with a special character"
    elif isinstance(error, yaml.reader.ReaderError):
        message = f"the YAML holds a character that is not allowed: {error.reason}"
        if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
            line += text.count("\n", 0, found.start())
    return ContentError(Problem(message, Location(path, line), hint))
