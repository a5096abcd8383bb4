"""Markdown -> HTML for the plain texts that most news is: what Python-Markdown makes of them, without its cost.

Python-Markdown says what a text means. Here stand only the shapes of which it is known what it makes: paragraphs,
headings, flat lists, quotations, simple tables, rules, hard breaks, links, pictures, emphasis and typographic signs.
A text that holds anything else lies outside, and is Python-Markdown's. `tests/differential.py` compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from importlib.metadata import version
from typing import NamedTuple

from markdown import __version_info__
from markdown.extensions.toc import slugify_unicode, unique

from newsgen.model import MarkdownSettings

__all__ = ["Prose", "path_for"]

# The versions of Python-Markdown and of nh3 that this was compared with; of others it is not known what they do.
_VERSIONS = frozenset({(3, 11)})
_CLEANERS = frozenset({"0.3"})
_NEEDED = frozenset({"extra", "sane_lists"})
_COVERED = _NEEDED | {"smarty", "toc"}
_MODES = frozenset({"sanitize", "escape", "allow"})

# What newsgen.effort counts can add up to too much only in longer texts, or in those with very many signs.
_SHORT = 20_000
_LONGEST = 100_000
_SIGNS = "\"'*_`[|>#-.&\n"
_MOST_SIGNS = 2000
_MOST_LINES = 500  # of one block: its lines are looked over more than once
_MOST_HEADINGS = 300  # each looks for an identifier that is free
_DEEPEST = 4  # quotation within quotation

# Lines

_BLANK_LINE = re.compile(r"(?<=\n) +\n")
_PLAIN_START = re.compile(r"[^\W\d_]|[\"'(\[!“‘«„¿¡]|(?:\*{1,2}|_{1,2})[^\s*_]")
# What may start something else than the next line of a paragraph.
_OTHER_LINE = re.compile(r"\n[ #>:=*_|-]")
_INDENTED = re.compile(r" {1,3}(?:[^\W\d_]|[\"'(“‘])")
_HEADING = re.compile(r"(#{1,6}) *([^ #\\][^\\]*)")
_UNDERLINE = re.compile(r"(?:=+|-+) *")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,}|- - -|\* \* \*|_ _ _) *")
_RULE_LIKE = re.compile(r"[-*_ ]+")
_ITEMS = {"ul": re.compile(r"[*+-] +([^ ].*)"), "ol": re.compile(r"(?:\d+)\. +([^ ].*)")}
_LIST = re.compile(r"(?:[*+-]|(\d+)\.) ")
_EMPTY_ITEM = re.compile(r"(?:[*+-]|\d+\.) +")
_QUOTED = re.compile(r"> ?")

# Signs within a paragraph

_ODD_BLANKS = "\xa0\u2009\u202f\u3000"
# Controls, blanks, noncharacters, surrogates: whatever Python or a parser of HTML treats in a way of its own.
_STRANGE = (
    "\x00-\x09\x0b-\x1f\x7f-\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff"
)
_PATH = r"[\w./~%+,=?#@!$&*-]"
_IN_URL = rf"(?:{_PATH}|:|\({_PATH}*\))"
_LABEL = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
# Only URLs of which nh3 is sure to keep each character, and the link.
_URL = (
    rf"https?://(?:{_LABEL}\.)+[A-Za-z]{{2,20}}(?::[0-9]{{1,4}})?(?:[/?#]{_IN_URL}*)?"
    rf"|mailto:[A-Za-z0-9._+-]+@(?:{_LABEL}\.)+[A-Za-z]{{2,20}}"
    rf"|(?!//)(?:{_PATH}|\({_PATH}*\))+"
)
_ALT = rf"""[^"\[\]<>&\\`{{}}\n{_STRANGE}]*"""
_TITLE = rf"""[^"()\[\]<>&\\`{{}}\n{_STRANGE}]+"""
_TARGET = rf"""\(({_URL})(?:[ ]"({_TITLE})")?\)"""

# The first character is one that means something: what follows are the shapes of which it is known what, and the last
# but one those in which it means nothing. The group that matched tells which; none, that the text lies outside.
_MARK = re.compile(
    rf"""[*_\[\]`<\\{{}}{_STRANGE}](?:
    (?<=!\[)({_ALT})\]{_TARGET}
    |(?<=\[)(?<!!\[)([^\[\]]+)\]{_TARGET}
    |(?<=\*)\*(?![*\s])([^*]+)(?<!\s)\*\*(?!\*)
    |(?<=\*)(?![*\s])([^*]+)(?<!\s)\*(?!\*)
    |(?<=_)(?<!\w_)_(?![_\s])([^_]+)(?<!\s)__(?![\w_])
    |(?<=_)(?<!\w_)(?![_\s])([^_]+)(?<!\s)_(?![\w_])
    |(?<=`)([^`\n\\<{_STRANGE}]+)`(?!`)
    |((?<=\w_)(?=\w)
        |(?<=\[)(?<!!\[)(?![\^\]])(?=[^\[\]]*\](?!\s?[(\[:]))
        |(?<=\])(?!\s?[(\[:])
        |(?<=[\w.,:;%!?«–][{_ODD_BLANKS}])(?=[\w»%€$£–]))
    )?""",
    re.VERBOSE,
)
_IMAGE_TITLE, _LINK, _LINK_TITLE, _STRONG, _EM, _STRONG_2, _EM_2, _CODE, _PLAIN = 3, 4, 6, 7, 8, 9, 10, 11, 12

# Signs within a run of text that no mark interrupts

_CLOSE = r"[^ \t\r\n\[{(\-]"
_PUNCTUATION = r"[!\"\#$%'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"
_ENTITIES = {"amp": "&amp;", "lt": "&lt;", "gt": "&gt;", "nbsp": "&nbsp;", "mdash": "—", "ndash": "–", "hellip": "…"}
_ESCAPES = rf"""(?:
    (?<=&)(?!\#|\w+;)()
    |(?<=>)()
    |(?<=\xa0)()
    |(?<=&)(?<!["']&)({"|".join(_ENTITIES)});(?!["'])
    |(?<=&)()"""
_AMPERSAND, _GREATER, _BLANK, _ENTITY, _UNKNOWN = range(1, 6)
_ESCAPE = re.compile(rf"[&>\xa0]{_ESCAPES})", re.VERBOSE)
# As the extension smarty does: one rule after the other, the first that holds. It puts a placeholder for each sign
# that it makes, and the rules after that see the placeholder; where that would matter, the text lies outside.
_SMART = re.compile(
    rf"""["'&>.\xa0-]{_ESCAPES}
    |(?<=\.)(?:\.\.(?!\.)()|(\.\.\.+))
    |(?<=-)(?:--(?!-)()|-(?!-)()|(---+))
    |(?<=")(?:
        '(?=\w)()
        |(?<={_CLOSE}")'(?![\w"'])()
        |(?=["'])()
        |(?<='s")(?!\s)()
        |(?<=\A")(?={_PUNCTUATION}\B)(?!--)()
        |(?<=[\s–—]")(?=\w)()
        |(?<={_CLOSE}")()
        |(?!\s)()
        |(?<=\A")(?!\s["'])()
        |())
    |(?<=')(?:
        "(?=\w)()
        |(?<={_CLOSE}')"(?![\w"'])()
        |(?=["'])()
        |(?<=\A')(?={_PUNCTUATION}\B)(?!--)()
        |(?<!\w')(?=\d\ds)()
        |(?<=[\s–—]')(?=\w)()
        |(?<={_CLOSE}')(?!\s|s\b|\d)()
        |(?<!{_CLOSE}')(?=\s')()
        |(?=\s|s\b)()
        |())
    )""",
    re.VERBOSE,
)
_OUTSIDE = ""
_SAME = "same"
_SMART_SIGNS = (
    "hellip", _SAME, "mdash", "ndash", _OUTSIDE,
    "ldquo lsquo", "rdquo rsquo", _OUTSIDE, _OUTSIDE, "rdquo", "ldquo", "rdquo", "ldquo", "rdquo", _OUTSIDE,
    "lsquo ldquo", "rsquo rdquo", _OUTSIDE, "rsquo", "rsquo", "lsquo", "rsquo", _OUTSIDE, "rsquo", "lsquo",
)  # fmt: skip
_TAG = re.compile(r"<[^>]*>")


class _OutsideError(Exception):
    """The text holds something of which it is not known here what Python-Markdown makes."""


class _Node(NamedTuple):
    """A block: its element, and its text; its items, for a list; its blocks, for a quotation; its lines, for a table.

    `start` is the number of the first item of an ordered list, as it was written.
    """

    tag: str
    texts: list[str]
    start: str = ""


def path_for(settings: MarkdownSettings) -> Prose | None:
    """Return the prose path for the site's settings; None where it does not know what they make of a text."""
    names = [name for name, options in settings.extensions if not options]
    is_covered = _NEEDED <= set(names) <= _COVERED and len(names) == len(settings.extensions) == len(set(names))
    cleans = settings.raw_html != "allow"
    is_compared = __version_info__[:2] in _VERSIONS and (not cleans or version("nh3").rpartition(".")[0] in _CLEANERS)
    if not is_covered or settings.raw_html not in _MODES or not is_compared:
        return None
    return Prose(is_smart="smarty" in names, has_identifiers="toc" in names, cleans=cleans)


@dataclass(frozen=True, slots=True)
class Prose:
    """Makes HTML of plain texts. `cleans` says that nh3 would have cleaned what Python-Markdown made."""

    is_smart: bool
    has_identifiers: bool
    cleans: bool

    def html(self, text: str) -> str | None:
        """Return what Python-Markdown makes of a text, to the byte; None where it is not known here."""
        if not text.strip():
            return ""
        if text[0] == " " or "\t" in text or "&#" in text or (len(text) > _SHORT and not _is_light(text)):
            return None
        if "~~~" in text or ("[" in text and ("]:" in text or "] :" in text or "[TOC]" in text)):
            return None
        if "\n " in text:
            text = _BLANK_LINE.sub("\n", text + "\n\n")
        try:
            return _Page(self).html(_nodes(text.strip("\n").split("\n\n"), 0))
        except _OutsideError:
            return None


def _is_light(text: str) -> bool:
    """Whether a long text has few enough signs that `effort.too_costly` is sure to let it pass."""
    if len(text) > _LONGEST or "*[" in text or "   " in text:
        return False
    return all(text.count(sign) <= _MOST_SIGNS for sign in _SIGNS)


# Blocks


def _nodes(blocks: list[str], depth: int) -> list[_Node]:
    """Return what stands in blocks, which are parted by blank lines."""
    nodes: list[_Node] = []
    for given in blocks:
        block = given.lstrip("\n") if given[:1] == "\n" else given
        if not block:
            continue
        if _PLAIN_START.match(block) and not ("\n" in block and ("|" in block or _OTHER_LINE.search(block))):
            nodes.append(_Node("p", [block]))
        else:
            _read(block.split("\n"), nodes, depth)
    return nodes


def _read(lines: list[str], nodes: list[_Node], depth: int) -> None:
    """Add what stands in the lines of one block, looking for one thing after the other as Python-Markdown does."""
    if len(lines) > _MOST_LINES:
        raise _OutsideError
    while lines:
        for line in lines:
            if line[:1] in " :" and not _INDENTED.match(line):
                raise _OutsideError
        if lines[0][0] == " ":
            raise _OutsideError
        if len(lines) > 1 and "|" in lines[0] and (table := _table(lines)):
            nodes.append(table)
            return
        place = next((place for place, line in enumerate(lines) if line[0] == "#"), -1)
        if place >= 0:
            if place:
                _read(lines[:place], nodes, depth)
            nodes.append(_heading(lines[place]))
            lines = lines[place + 1 :]
            continue
        if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]):
            nodes.append(_Node("h1" if lines[1][0] == "=" else "h2", [lines[0].strip()]))
            lines = lines[2:]
            continue
        place = next((place for place, line in enumerate(lines) if _RULE_LIKE.fullmatch(line)), -1)
        if place >= 0:
            if not _RULE.fullmatch(lines[place]):
                raise _OutsideError
            if place:
                _read(lines[:place], nodes, depth)
            nodes.append(_Node("hr", []))
            lines = lines[place + 1 :]
            continue
        _read_rest(lines, nodes, depth)
        return


def _read_rest(lines: list[str], nodes: list[_Node], depth: int) -> None:
    """Add a list, or a paragraph with the quotation that may follow it: they reach to the end of their block."""
    if started := _LIST.match(lines[0]):
        nodes.append(_list(lines, started))
        return
    place = next((place for place, line in enumerate(lines) if line[0] == ">"), len(lines))
    if place:
        nodes.append(_Node("p", ["\n".join(lines[:place])]))
    if place < len(lines):
        quoted = "\n".join(
            "" if line.strip() == ">" else _QUOTED.sub("", line, count=1) if line[0] == ">" else line
            for line in lines[place:]
        )
        if depth == _DEEPEST or not quoted or quoted != quoted.strip("\n") or "\n\n\n" in quoted:
            raise _OutsideError
        nodes.append(_Node("blockquote", quoted.split("\n\n")))


def _heading(line: str) -> _Node:
    """Return an ATX heading; what stands right after the last "#" belongs to it, blank or not."""
    found = _HEADING.fullmatch(line.rstrip("#"))
    if not found:
        raise _OutsideError
    return _Node(f"h{len(found[1])}", [found[2].strip()])


def _list(lines: list[str], started: re.Match[str]) -> _Node:
    """Return a list whose items hold no other blocks; a line without a marker goes on with the item above."""
    tag = "ol" if started[1] else "ul"
    items: list[list[str]] = []
    for line in lines:
        if found := _ITEMS[tag].fullmatch(line):
            items.append([found[1]])
        elif items and not _EMPTY_ITEM.fullmatch(line):
            items[-1].append(line)
        else:
            raise _OutsideError
    texts = []
    for item in items:
        if _LIST.match(item[0]):
            raise _OutsideError
        inner: list[_Node] = []
        _read(item, inner, _DEEPEST)
        if len(inner) != 1 or inner[0].tag != "p":
            raise _OutsideError
        texts.append(inner[0].texts[0])
    return _Node(tag, texts, started[1] or "")


def _table(lines: list[str]) -> _Node | None:
    """Return the table that a block is; None where it is none."""
    header = lines[0].strip(" ")
    if any("`" in line or "\\" in line for line in lines):
        raise _OutsideError
    has_border = header[0] == "|" or header[-1] == "|"
    columns = _cells(header, has_border)
    rule = _cells(lines[1].strip(" "), has_border)
    if len(columns) == 1:
        raise _OutsideError
    if len(rule) != len(columns) or not set("".join(rule)) <= set("|:- "):
        return None
    return _Node("table", lines, "|" if has_border else "")


def _cells(row: str, has_border: bool) -> list[str]:
    if has_border:
        row = row.removeprefix("|")
        row = row.removesuffix("|")
    return [cell.strip(" ") for cell in row.split("|")]


# HTML


class _Page:
    """Makes the HTML of one text: no two of its headings have the same identifier."""

    def __init__(self, prose: Prose) -> None:
        self._prose = prose
        self._identifiers: set[str] = set()
        self._headings = 0
        self._depth = 0
        self._end = ">" if prose.cleans else " />"
        self._expression = _SMART if prose.is_smart else _ESCAPE
        self._signs = _CLEAN_SMART if prose.cleans else _RAW_SMART

    def html(self, nodes: list[_Node]) -> str:
        """Return blocks that stand beside each other; lists or quotations that do are one."""
        parts: list[str] = []
        last = len(nodes) - 1
        group: list[_Node] = []
        for place, node in enumerate(nodes):
            tag = node.tag
            if tag == "p":
                parts.append(f"<p>{self._inline(node.texts[0])}</p>")
            elif tag == "hr":
                parts.append(f"<hr{self._end}")
            elif tag == "table":
                parts.append(self._table(node))
            elif tag[0] == "h":
                parts.append(self._heading(node))
            else:
                group.append(node)
                if place == last or nodes[place + 1].tag != tag:
                    parts.append(self._quotation(group) if tag == "blockquote" else self._list(group))
                    group = []
        return "\n".join(parts)

    def _quotation(self, nodes: list[_Node]) -> str:
        self._depth += 1
        inner = self.html(_nodes([block for node in nodes for block in node.texts], self._depth))
        self._depth -= 1
        return f"<blockquote>\n{inner}\n</blockquote>"

    def _list(self, nodes: list[_Node]) -> str:
        """Return a list; around a blank line between two items, both are paragraphs."""
        items = []
        last = len(nodes) - 1
        for place, node in enumerate(nodes):
            last_item = len(node.texts) - 1
            for number, text in enumerate(node.texts):
                inner = self._inline(text)
                if (place and not number) or (place < last and number == last_item):
                    inner = f"\n<p>{inner}</p>\n"
                items.append(f"<li>{inner}</li>")
        tag, start = nodes[0].tag, nodes[0].start
        opened = f'{tag} start="{start}"' if start not in ("", "1") else tag
        return "\n".join([f"<{opened}>", *items, f"</{tag}>"])

    def _heading(self, node: _Node) -> str:
        self._headings += 1
        if self._headings > _MOST_HEADINGS:
            raise _OutsideError
        inner = self._inline(node.texts[0])
        if not self._prose.has_identifiers:
            return f"<{node.tag}>{inner}</{node.tag}>"
        words = " ".join((_TAG.sub("", inner) if "<" in inner else inner).split())
        identifier = unique(slugify_unicode(unescape(words), "-"), self._identifiers)
        return f'<{node.tag} id="{identifier}">{inner}</{node.tag}>'

    def _table(self, node: _Node) -> str:
        """Return a table; the class of a cell is its alignment, as newsgen.markup has it."""
        has_border = bool(node.start)
        columns = [_alignment(cell) for cell in _cells(node.texts[1].strip(" "), has_border)]
        rows = [self._row("th", columns, _cells(node.texts[0].strip(" "), has_border))]
        rows += ["</thead>", "<tbody>"]
        for line in node.texts[2:]:
            rows.append(self._row("td", columns, _cells(line.strip(" "), has_border)))
        if len(node.texts) == 2:
            rows.append(self._row("td", [""] * len(columns), []))
        return "\n".join(["<table>", "<thead>", *rows, "</tbody>", "</table>"])

    def _row(self, tag: str, columns: list[str], cells: list[str]) -> str:
        filled = [*cells, *[""] * (len(columns) - len(cells))]
        made = [f"<{tag}{column}>{self._inline(cell)}</{tag}>" for column, cell in zip(columns, filled, strict=False)]
        return "\n".join(["<tr>", *made, "</tr>"])

    def _inline(self, text: str) -> str:
        """Return a text with its links, pictures, emphasis and signs."""
        parts: list[str] = []
        start = 0
        for mark in _MARK.finditer(text):
            kind = mark.lastindex
            if kind is None:
                raise _OutsideError
            if kind == _PLAIN:
                continue
            before = text[start : mark.start()]
            if kind <= _IMAGE_TITLE:
                before = before[:-1]
            if before:
                parts.append(self._run(before))
            parts.append(self._marked(mark, kind))
            start = mark.end()
        if not start:
            return self._run(text)
        if start < len(text):
            parts.append(self._run(text[start:]))
        return "".join(parts)

    def _marked(self, mark: re.Match[str], kind: int) -> str:
        """Return what a mark makes of the text that it stands around."""
        if kind <= _IMAGE_TITLE:
            alt, url, title = mark.group(1, 2, 3)
            named = f' title="{title.strip()}"' if title else ""
            return f'<img alt="{alt}" src="{_escaped(url)}"{named}{self._end}'
        if kind <= _LINK_TITLE:
            words, url, title = mark.group(4, 5, 6)
            named = f' title="{title.strip()}"' if title else ""
            return f'<a href="{_escaped(url)}"{named}>{self._inline(words)}</a>'
        if kind == _CODE:
            code = mark[_CODE].strip()
            if not code:
                raise _OutsideError
            return f"<code>{code.replace('&', '&amp;').replace('>', '&gt;')}</code>"
        tag = "em" if kind in (_EM, _EM_2) else "strong"
        return f"<{tag}>{self._inline(mark[kind])}</{tag}>"

    def _run(self, text: str) -> str:
        """Return a text without marks, its quotes curly and its breaks made.

        Each break starts a run of its own, in which its line feed is the first character.
        """
        if "  \n" not in text:
            return self._expression.sub(self._sign, text)
        if "  \n " in text:
            raise _OutsideError
        first, *others = text.split("  \n")
        runs = (first, *(f"\n{other}" for other in others))
        return f"<br{self._end}".join(self._expression.sub(self._sign, run) for run in runs)

    def _sign(self, sign: re.Match[str]) -> str:
        kind = sign.lastindex or 0
        if kind == _ENTITY:
            return _ENTITIES[sign[kind]] if self._prose.cleans else sign[0]
        made = self._signs[kind]
        if made == _OUTSIDE:
            raise _OutsideError
        return sign[0] if made == _SAME else made


def _alignment(cell: str) -> str:
    """Return the attribute for the cells below a cell of the rule between head and body."""
    side = {(True, True): "center", (True, False): "left", (False, True): "right"}.get(
        (cell[:1] == ":", cell[-1:] == ":")
    )
    return f' class="align-{side}"' if side else ""


def _escaped(url: str) -> str:
    return url.replace("&", "&amp;") if "&" in url else url


def _signs(cleans: bool) -> tuple[str, ...]:
    """Return what stands for each group of `_SMART`: nh3 makes characters of entities, and one entity of its own."""
    named = [
        " ".join(f"&{name};" for name in names.split()).replace(" ", "") if names not in (_OUTSIDE, _SAME) else names
        for names in _SMART_SIGNS
    ]
    first = ("", "&amp;", "&gt;", "&nbsp;" if cleans else "\xa0", _SAME, _OUTSIDE)
    return (*first, *(unescape(name) if cleans else name for name in named))


_CLEAN_SMART = _signs(cleans=True)
_RAW_SMART = _signs(cleans=False)
