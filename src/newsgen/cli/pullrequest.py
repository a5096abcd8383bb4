"""A plan as Markdown, for a comment on a pull request.

What authors wrote stands in it as text: it makes no links, mentions nobody, and ends no list. The whole is shorter than
a comment may be, whatever it tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from newsgen.cli.console import counted, in_bytes
from newsgen.errors import Problem, printable
from newsgen.preview import Difference, Move, Preview, Touched

__all__ = ["LONGEST", "markdown"]

# GitHub refuses a comment of more than 65,536 characters. Here they are counted as UTF-16 does, which is never less.
LONGEST = 65_000
# What is kept for the ends of what was begun, and for saying how much is left out.
_RESERVE = 4_000
_SHOWN = 20
_LONGEST_TEXT = 200
# Seen by themselves; the rest has a place of its own further down.
_FOREMOST = ("articles", "pages", "tombstones", "redirects")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$^])")
# An invisible sign that keeps two others apart, so that GitHub sees no mention, number of an issue, emoji or address.
_APART = "\u2060"
_JOINED = re.compile(r"@(?=\w)|#(?=\d)|\bGH-(?=\d)|:(?=[\w+-]+:)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
# Joins the parts of some emoji, and letters of some scripts.
_JOINERS = "\u200c\u200d"


def markdown(found: Preview) -> str:
    """Return a plan as Markdown as GitHub reads it, of at most LONGEST characters."""
    comment = _Comment()
    if found.errors:
        comment.add(f"### The build would fail: {counted(len(found.errors), 'error')}")
        comment.add("")
        comment.add_rows([_problem(problem) for problem in found.errors])
        return comment.text()
    comment.add(f"### {_headline(found)}")
    _add_counts(comment, found)
    if found.moves:
        _add_list(comment, "Moved", [_move(move, found.base_url) for move in found.moves], is_open=True)
    for change in ("removed", "added", "changed"):
        groups = found.of(change)
        foremost = [item for group, items in groups.items() if group in _FOREMOST for item in items]
        others = [item for group, items in groups.items() if group not in _FOREMOST for item in items]
        name = change.capitalize()
        _add_list(comment, name, [_touched(item, found.base_url) for item in foremost], is_open=True)
        more = f"{name}: lists, feeds and files"
        _add_list(comment, more, [_touched(item, found.base_url) for item in others], is_open=False)
    rows = [f"- {_text(part.url)}: {counted(part.documents, 'article')}" for part in found.index]
    _add_list(comment, "Search index: parts to be made", rows, is_open=False)
    _add_list(comment, "Warnings", [_problem(problem) for problem in found.warnings], is_open=False)
    _add_list(comment, "Notes", [f"- note: {_text(note, 2 * _LONGEST_TEXT)}" for note in found.notes], is_open=False)
    _add_differences(comment, found.differences)
    return comment.text()


class _Comment:
    """Lines of Markdown, as many as there may be."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._left = LONGEST

    def text(self) -> str:
        return "\n".join([*self._lines, ""])

    def add(self, line: str) -> None:
        """Add a line of our own, for which there is always room: there are few, and they are short."""
        self._lines.append(line)
        self._left -= _length(line)

    def takes(self, *lines: str) -> bool:
        """Whether there is room for lines, beside what is kept."""
        return sum(map(_length, lines)) <= self._left - _RESERVE

    def add_rows(self, rows: Sequence[str]) -> None:
        """Add as many rows as there is room for, and say how many are left out."""
        for number, row in enumerate(rows):
            if not self.takes(row):
                self.add(f"- … {len(rows) - number:,} more, left out here for their length")
                break
            self.add(row)


def _length(line: str) -> int:
    return len(line.encode("utf-16-le", "surrogatepass")) // 2 + 1


def _headline(found: Preview) -> str:
    added, changed, removed = found.changes
    parts = [f"{counted(len(found.moves), 'page')} moved"] if found.moves else []
    parts += [
        f"{counted(len(paths), 'file')} {name}"
        for name, paths in (("removed", removed), ("added", added), ("changed", changed))
        if paths
    ]
    if not parts and found.index:
        return "The search index is made anew, and nothing else changes"
    return ", ".join(parts) or "Nothing changes"


def _add_counts(comment: _Comment, found: Preview) -> None:
    counts = {change: found.of(change) for change in ("removed", "added", "changed")}
    groups = dict.fromkeys(item.group for item in found.touched)
    rows = [(group, [len(counts[change].get(group, ())) for change in counts]) for group in groups]
    comment.add("")
    if any(any(numbers) for _, numbers in rows):
        comment.add("| | removed | added | changed |")
        comment.add("| --- | --: | --: | --: |")
        for group, numbers in rows:
            if any(numbers):
                comment.add(f"| {group} | " + " | ".join(f"{number:,}" if number else "" for number in numbers) + " |")
        comment.add("")
    change = found.after - found.before
    size = f"{in_bytes(found.after)}" + (f" ({change:+,} bytes)" if change else "")
    comment.add(f"{counted(found.articles, 'article')}, {counted(found.planned, 'file')}, {size}.")


def _add_list(comment: _Comment, name: str, rows: Sequence[str], *, is_open: bool) -> None:
    """Add a list under its name; folded away where it is long, or not `is_open`."""
    if not rows:
        return
    is_folded = len(rows) > _SHOWN or not is_open
    comment.add("")
    comment.add(f"<details><summary>{name}: {len(rows):,}</summary>" if is_folded else f"**{name}: {len(rows):,}**")
    comment.add("")
    comment.add_rows(rows)
    if is_folded:
        comment.add("")
        comment.add("</details>")


def _add_differences(comment: _Comment, differences: Sequence[Difference]) -> None:
    for number, item in enumerate(differences):
        place = f"{item.was} → {item.url}" if item.was else item.url
        heading = (
            f"<details><summary>{_inert(escape(_shown(place)))}: {_inert(escape(item.note or item.change))}</summary>"
        )
        lines = [_visible(line) for line in item.lines]
        if not comment.takes(heading, *lines[:1], "x" * 200):
            rest = len(differences) - number
            comment.add("")
            comment.add(f"{counted(rest, 'difference')} left out here for the length.")
            return
        comment.add("")
        comment.add(heading)
        comment.add("")
        if lines:
            _add_code(comment, lines, "" if item.is_by_words else "diff")
            comment.add("")
        comment.add("</details>")


def _add_code(comment: _Comment, lines: Sequence[str], language: str) -> None:
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    # No longer than a line may be: what could end the block before its end is then not shown.
    fence = "`" * min(max(3, longest + 1), _LONGEST_TEXT)
    comment.add(f"{fence}{language}")
    left_out = 0
    for number, line in enumerate(lines):
        if fence in line:
            left_out += 1
        elif comment.takes(line):
            comment.add(line)
        else:
            left_out += len(lines) - number
            break
    comment.add(fence)
    if left_out:
        comment.add("")
        comment.add(f"{counted(left_out, 'line')} left out here for the length.")


# Rows


def _move(move: Move, base_url: str) -> str:
    title = f" — {_text(move.title)}" if move.title else ""
    return f"- {_link(move.url, base_url)} → {_link(move.target, base_url)}{title}"


def _touched(item: Touched, base_url: str) -> str:
    title = f" — {_text(item.title)}" if item.title else ""
    size = in_bytes(item.after or item.before)
    if item.change == "changed":
        size = f"{item.after - item.before:+,} bytes"
    return f"- {_link(item.url, base_url)}{title} ({size})"


def _problem(problem: Problem) -> str:
    place = f"{_text(str(problem.location))}: " if problem.location else ""
    hint = f" ({_text(problem.hint, 2 * _LONGEST_TEXT)})" if problem.hint else ""
    return (
        f"- at {place}{_text(problem.message, 2 * _LONGEST_TEXT)}{hint}"
        if place
        else f"- error: {_text(problem.message, 2 * _LONGEST_TEXT)}{hint}"
    )


def _link(url: str, base_url: str) -> str:
    """Return a link to a URL on the site, or to an address elsewhere; its text alone where the site has no address."""
    address = f"{base_url}{url}" if url.startswith("/") and base_url else url
    if not re.match("https?://", address, re.IGNORECASE):
        return _text(url)
    target = re.sub(r"[\s<>\\]", _encoded, address)
    return f"[{_text(url)}](<{target.replace('&', '&amp;')}>)"


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _text(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return a text as it stands in a line of Markdown that does not start with it."""
    return _inert(_SPECIAL.sub(r"\\\1", _shown(text, longest)))


def _shown(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return a text in one line, not too long, with nothing in it that is not seen."""
    plain = _visible(" ".join(text.split()))
    return plain if len(plain) <= longest else f"{plain[:longest]}…"


def _visible(text: str) -> str:
    return "".join(char if char in _JOINERS or char == "\t" else printable(char) for char in text)


def _inert(text: str) -> str:
    return _JOINED.sub(lambda found: found[0] + _APART, text)
