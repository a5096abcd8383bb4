"""An article's file, and the same file with one more correction: nothing else in it changes, not a blank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import yaml

from newsgen import frontmatter, yamltext
from newsgen.errors import ContentError, Location, Problem
from newsgen.frontmatter import Dialect, FrontMatter, key_of
from newsgen.model import Correction
from newsgen.source import Source, one_line, source_of
from newsgen.yamltext import Plain, Scalar, Table, plain, quoted

__all__ = ["with_correction"]

_FIELD = "corrections"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LITERAL = ("|", ">")


def with_correction(text: str, path: str, correction: Correction, dialect: Dialect) -> str:
    """Return the text of an article's file with a correction added to its front matter.

    `text` is as it stands in the file, with its own line ends and byte order mark, and so is what is returned. It was
    read again: it says what `text` says, and the correction. Raises ContentError where that cannot be had, where the
    correction is there already, or where there is no front matter; ExceptionGroup of such for all that is wrong in it.
    """
    correction = replace(correction, text=one_line(correction.text))
    if not correction.text or any("\ud800" <= char <= "\udfff" for char in correction.text):
        reason = "holds what is no character" if correction.text else "is empty"
        raise ContentError(Problem(f"the text of the correction {reason}", None, "say what was changed"))
    before = _read(text, path)
    if before.front_line == 1:
        hint = "write 'title: ...' and 'date: ...' at its top, between two lines of '---'"
        raise ContentError(Problem("there is no front matter to hold a correction", Location(path, 1), hint))
    fields = frontmatter.parse(before, path, dialect, notes=False)
    if correction in fields.corrections:
        place = Location(path, fields.lines.get(_FIELD, 0))
        raise ContentError(Problem("the article has this correction already", place, "there is nothing to add"))
    result = _Editing(text, path, before, dialect.keys[_FIELD]).with_item(_parts(correction))
    reason = _difference(before, fields, result, path, correction, dialect)
    if reason:
        hint = f"write it by hand: '- {_flow(_parts(correction))}'"
        message = f"the correction cannot be put here without changing something else: {reason}"
        raise ContentError(Problem(message, Location(path, fields.lines.get(_FIELD, before.front_line)), hint))
    return result


def _read(text: str, path: str) -> Source:
    source, _ = source_of(text.encode(), path)
    return source


def _parts(correction: Correction) -> Mapping[str, str]:
    """Return the keys and values of a correction, as YAML."""
    return {
        "date": quoted(correction.date.iso.replace("T", " ", 1)),
        "kind": correction.kind,
        "text": quoted(correction.text),
    }


def _flow(parts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}"


def _difference(
    before: Source, fields: FrontMatter, result: str, path: str, correction: Correction, dialect: Dialect
) -> str:
    """Return in what the result says more or less than the text did, and the correction; "" for nothing."""
    try:
        after = _read(result, path)
        now = frontmatter.parse(after, path, dialect, notes=False)
    except (ContentError, ExceptionGroup):
        return "the file could not be read any more"
    if now.corrections != tuple(sorted((*fields.corrections, correction), key=lambda item: item.date.sort_key)):
        return "the corrections would not be those that there are and the new one"
    keys = dialect.keys[_FIELD]
    if after.body != before.body or _others(after, path, keys) != _others(before, path, keys):
        return "another part of the file would not be the same"
    return ""


def _others(source: Source, path: str, keys: tuple[str, ...]) -> list[tuple[str, Plain]]:
    """Return what the front matter says beside corrections, in its order."""
    root = yamltext.read(source.front, path, source.front_line)
    pairs = root.pairs if isinstance(root, Table) else ()
    return [(key.text, plain(value)) for key, value in pairs if key_of(key.text) not in keys]


class _Editing:
    """One file's lines, into which a correction is put. Lines and columns count from 0, as those of PyYAML's nodes."""

    def __init__(self, text: str, path: str, source: Source, keys: tuple[str, ...]) -> None:
        self._lines = _LINE.findall(text)
        self._first = source.front_line - 1
        self._end = self._first + source.front.count("\n")
        self._keys = keys
        opening = self._lines[self._first - 1]
        self._line_end = opening[len(opening.rstrip("\r\n")) :]
        self._root = yamltext.composed(source.front, path, source.front_line)

    def with_item(self, parts: Mapping[str, str]) -> str:
        """Return the text with a correction after those that there are."""
        pair = self._pair()
        if pair is None:
            self._add_key(parts)
        else:
            key, value = pair
            if isinstance(value, yaml.SequenceNode):
                self._append(value, parts)
            elif isinstance(value, yaml.MappingNode):
                self._make_list(value, parts)
            else:
                self._fill(key, value, parts)
        return "".join(self._lines)

    def _pair(self) -> tuple[yaml.Node, yaml.Node] | None:
        """Return the key and value that hold the corrections; a key without a value, where there is no other."""
        pairs = self._root.value if isinstance(self._root, yaml.MappingNode) else []
        named = [pair for name in self._keys for pair in pairs if key_of(pair[0].value) == name]
        return next((pair for pair in named if not _is_null(pair[1])), named[0] if named else None)

    # What is there

    def _add_key(self, parts: Mapping[str, str]) -> None:
        root = self._root
        if isinstance(root, yaml.MappingNode) and root.flow_style:
            self._put_after(root, f"{_FIELD}: [{_flow(parts)}]")
            return
        indent = root.start_mark.column if isinstance(root, yaml.MappingNode) else 0
        self._insert(self._end, [f"{' ' * indent}{_FIELD}:", *_block(parts, indent + 2)])

    def _append(self, series: yaml.SequenceNode, parts: Mapping[str, str]) -> None:
        if series.flow_style or not series.value:
            self._put_after(series, _flow(parts))
            return
        last = series.value[-1]
        written = self._lines[self._first + last.start_mark.line]
        dash = series.start_mark.column
        if written[:dash].strip() or written[dash : dash + 1] != "-":
            dash = len(written) - len(written.lstrip())  # an anchor stands before the list, in the line of its key
        is_flow = isinstance(last, yaml.MappingNode) and last.flow_style
        lines = [f"{' ' * dash}- {_flow(parts)}"] if is_flow else _block(parts, dash)
        self._insert(self._after(last), lines)

    def _make_list(self, table: yaml.MappingNode, parts: Mapping[str, str]) -> None:
        """Make a list of a correction that stands by itself, and put the new one after it."""
        if table.flow_style:
            self._put(table.end_mark, f", {_flow(parts)}]")
            self._put(table.start_mark, "[")
            return
        start = table.value[0][0].start_mark
        first, end = self._first + start.line, self._after(table)
        self._insert(end, _block(parts, start.column))
        for number in range(first, end):
            line = self._lines[number]
            sign = "- " if number == first else "  "
            if line.strip():
                self._lines[number] = line[: start.column] + sign + line[start.column :]

    def _fill(self, key: yaml.Node, value: yaml.Node, parts: Mapping[str, str]) -> None:
        """Give a value to a key that has none, or one of YAML's words for none."""
        is_block = isinstance(self._root, yaml.MappingNode) and not self._root.flow_style
        if is_block and not value.value:
            self._insert(self._first + key.end_mark.line + 1, _block(parts, key.start_mark.column + 2))
            return
        number = self._first + value.start_mark.line
        line = self._lines[number]
        head, tail = line[: value.start_mark.column], line[value.end_mark.column :]
        self._lines[number] = f"{head}{'' if head.endswith(' ') else ' '}[{_flow(parts)}]{tail}"

    # Places

    def _put_after(self, collection: yaml.CollectionNode, text: str) -> None:
        """Put a text after the last item of a list or mapping between brackets."""
        if collection.value:
            last = collection.value[-1]
            self._put((last[1] if isinstance(last, tuple) else last).end_mark, f", {text}")
        else:
            bracket = collection.end_mark
            self._put(bracket, text, before=1)

    def _put(self, mark: yaml.Mark, text: str, *, before: int = 0) -> None:
        number, column = self._first + mark.line, mark.column - before
        line = self._lines[number]
        self._lines[number] = line[:column] + text + line[column:]

    def _insert(self, number: int, lines: list[str]) -> None:
        self._lines[number:number] = [line + self._line_end for line in lines]

    def _after(self, node: yaml.Node) -> int:
        """Return the line below the last that a node stands in; comments below it are not its own."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._after(last[1] if isinstance(last, tuple) else last)
        if isinstance(node, yaml.ScalarNode) and node.style in _LITERAL:
            end = self._first + node.end_mark.line
            # Blank lines at the end of such a text belong to it only where it says so, by a "+".
            while end - 1 > self._first + node.start_mark.line and not self._lines[end - 1].strip():
                end -= 1
            header = self._lines[self._first + node.start_mark.line][node.start_mark.column :].partition("#")[0]
            return self._first + node.end_mark.line if "+" in header else end
        return self._first + node.end_mark.line + 1


def _block(parts: Mapping[str, str], indent: int) -> list[str]:
    """Return the lines of an item of a list."""
    start = " " * indent
    return [f"{start}{'  ' if number else '- '}{key}: {value}" for number, (key, value) in enumerate(parts.items())]


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and Scalar(node.value, 0, bool(node.style)).is_null
