"""Hold the prose path to Python-Markdown: the same bytes, or nothing, for generated texts and for those of files.

python -m tests.differential --generate 1000 --seed 1 articles spec.txt
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from newsgen.errors import ContentError, Location
from newsgen.markup import Converter
from newsgen.model import MarkdownSettings
from newsgen.prose import Prose, path_for
from newsgen.source import source_of

__all__ = ["Comparison", "Difference", "compare", "generated", "settings_for", "texts_of"]

_PLACE = Location("a.md", 1)
_SPEC_EXAMPLE = re.compile(r"^`{32} example[^\n]*\n(.*?)^\.\n", re.MULTILINE | re.DOTALL)
_TEXT_FILES = frozenset({".md", ".markdown", ".txt", ".text"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A text of which the two make different things."""

    mode: str
    text: str
    expected: str
    found: str


@dataclass(slots=True)
class Comparison:
    """What came of comparing: how many texts were, how many the prose path took, and where it was wrong."""

    compared: int = 0
    accepted: int = 0
    differences: list[Difference] = field(default_factory=list)


def settings_for(mode: str) -> MarkdownSettings:
    """Return the settings for a mode: what is done with raw HTML, and after a dash the extensions left out."""
    raw_html, *without = mode.split("-")
    names = (name for name in ("extra", "sane_lists", "smarty", "toc") if name not in without)
    return MarkdownSettings(tuple((name, ()) for name in names), raw_html)


def compare(texts: Iterable[str], modes: Iterable[str] = ("sanitize", "allow")) -> Comparison:
    """Return what came of giving every text to both, by each of the modes."""
    result = Comparison()
    pairs = [(mode, _prose(mode), Converter(settings_for(mode))) for mode in modes]
    for text in texts:
        for mode, prose, converter in pairs:
            result.compared += 1
            found = prose.html(text)
            if found is None:
                continue
            result.accepted += 1
            try:
                expected = converter.by_python_markdown(text, _PLACE)
            except ContentError as error:
                expected = f"refused: {error}"
            if found != expected:
                result.differences.append(Difference(mode, text, expected, found))
    return result


def _prose(mode: str) -> Prose:
    prose = path_for(settings_for(mode))
    assert prose, "the prose path does not know this version of Python-Markdown"
    return prose


def texts_of(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the texts of files, and of those below folders; of a specification, those of its examples."""
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix not in _TEXT_FILES or not file.is_file():
                continue
            try:
                body = source_of(file.read_bytes(), str(file))[0].body
            except ContentError:
                continue
            examples = [example.replace("→", "\t") for example in _SPEC_EXAMPLE.findall(body)]
            yield from examples or [body]


# Generated texts

_WORDS = (
    "the", "river", "town", "Café", "naïve", "AT&T", "R&D", "don't", "it's", "boys'", "’tis", "1990s", "'90s", "'80s",
    "3.14", "1999.", "U.S.", "snake_case", "x*y", "2*3", "日本語", "中文。", "שלום", "مرحبا", "e\u0301", "👍🏽", "10 %",
    "a\xa0b", "12\u202f000", "straße", "I", "s", "5'10", "James's", "[sic]", "[ ]", "(see)", "#1", "C#", "50%", "–",
    "—",
    "--", "---", "...", "....", "-", "&", "&amp;", "&nbsp;", "&mdash;", "&lt;", "&copy;", ">", "->", "x|y", "=", "==",
    "*", "_", "!", "http://a.b/c_d", "e.g.", "٣", "½", "a/b", "\u200b", "…", "“quoted”", "‘so’", "«oui»", "é", "a",
    ":",
)  # fmt: skip
_URLS = (
    "https://example.org", "https://example.org/a_b_c", "http://example.org/a?b=1&c=2", "a.md", "../a/b.md#c", "#top",
    "/x/y/", "mailto:a.b@example.org", "https://en.example.org/wiki/A_(b)", "https://example.org/%C3%A9", "é.md",
    "https://example.org:80/x", "a.md?x=1&amp=2", "?x", "https://example.org/a*b*c", "a(b)c", "x--y.md", "a...md",
)  # fmt: skip
_ODD_URLS = (
    "", "javascript:x", "data:x", "//example.org", "a b.md", "<a.md>", "a.md 'x'", "https://1.2.3", "http://a..b/",
    "https://xn--a.org/", "a(b.md", "a)b", 'a"b', "https://example.org/a;b", "a\\b", "a'b", "ftp://a.org", "tel:1",
    "https://a_b.org", "https://example.org:99999/", "HTTP://EXAMPLE.ORG", "a:b", "http://[::1]/", "x&copy;y",
)  # fmt: skip
_TITLES = (
    "",
    "",
    "",
    ' "A title"',
    ' "It\'s"',
    " 'x'",
    ' "a "b" c"',
    ' "a (b) c"',
    '  "x"',
    ' "x" ',
    ' "é & é"',
    ' "*x* _y_' + '"',
)
_GLUE = (
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    "\n",
    "  \n",
    "",
    ", ",
    ". ",
    "; ",
    "   \n",
    "\n ",
    " \n",
    "\xa0",
    "--",
    "—",
)
_ODD = ("\\", "\\*", "`", "``", "<", "<b>", "<!-- x -->", "{", "{: .x }", "[^1]", "[x]: y", "\t", "\x0b", "\x85",
        "\u2028", "\x02", "[", "]", "](", "![", "&#8212;", "&#x41", "***", "**", "__", "~~~", "|",
        "\ufdd0", "\ufeff")  # fmt: skip


class _Writer:
    """Writes texts that lie near the border of what the prose path takes."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        # Most texts are to be plain but for one or two things.
        self._oddity = chance.choice((0.0, 0.0, 0.0, 0.003, 0.01, 0.05))
        self._signs = chance.choice((0.02, 0.1, 0.3))

    def text(self) -> str:
        """Return a text of one to five blocks."""
        chance = self._chance
        blocks = [self._block() for _ in range(chance.randint(1, chance.choice((1, 2, 5))))]
        gaps = ("\n\n",) * 8 + ("\n\n\n", "\n", "\n \n", "\n\n\n\n", "\n  \n\n")
        text = "".join(block + chance.choice(gaps) for block in blocks)
        return (
            chance.choice(("", "", "\n", "\n\n")) + text.rstrip("\n") + chance.choice(("", "\n", "\n\n", " ", "  \n"))
        )

    def _block(self, depth: int = 0) -> str:
        chance = self._chance
        kind = chance.choice(
            ("p",) * 8 + ("h", "h", "setext", "ul", "ul", "ol", "ol", "quote", "quote", "rule", "table", "mixed")
        )
        if kind == "p":
            return self._words(1, 14)
        if kind == "h":
            line = self._words(1, 5).replace("\n", " ")
            return (
                "#" * chance.randint(1, 4)
                + chance.choice((" ", " ", " ", "", "  "))
                + line
                + chance.choice(("", "", "", " #", " ##", "#"))
            )
        if kind == "setext":
            return f"{self._words(1, 5)}\n{chance.choice(('---', '===', '=', '-', '--', '--- ', '----', '- -'))}"
        if kind in ("ul", "ol"):
            return self._list(kind)
        if kind == "quote":
            return self._quote(depth)
        if kind == "rule":
            return chance.choice(
                ("---", "***", "___", "* * *", "- - -", "-----", "--- ", "-- -", "-  -  -", "**", "--", "~~~\nx\n~~~")
            )
        if kind == "table":
            return self._table()
        return "\n".join(self._block(depth + 1) for _ in range(2)) if depth < 3 else "x"

    def _list(self, kind: str) -> str:
        chance = self._chance
        gap = chance.choice(("\n", "\n", "\n", "\n\n"))
        marker = chance.choice("-*+")
        start = chance.choice((1, 1, 1, 3, 0, 12))
        items = []
        for number in range(chance.randint(1, 4)):
            sign = f"{start + number}." if kind == "ol" else marker
            if chance.random() < 0.05:
                sign = chance.choice(("-", "*", "1.", "1)", " -", "  1.", "    -", "٣."))
            items.append(sign + chance.choice((" ", " ", " ", "  ", "   ", "")) + self._words(1, 6))
        return gap.join(items)

    def _quote(self, depth: int) -> str:
        chance = self._chance
        inner = self._block(depth + 1) if depth < 3 else self._words(1, 4)
        if chance.random() < 0.3:
            inner += "\n\n" + self._words(1, 5)
        lines = inner.split("\n")
        signs = [chance.choice(("> ", "> ", "> ", "> ", ">", ">  ")) for _ in lines]
        if chance.random() < 0.3:
            signs[1:] = [chance.choice(("> ", "", ">")) for _ in lines[1:]]
        return "\n".join(sign + line for sign, line in zip(signs, lines, strict=True))

    def _table(self) -> str:
        chance = self._chance
        columns = chance.randint(1, 3)
        border = chance.random() < 0.7

        def row(cells: list[str]) -> str:
            line = chance.choice((" | ", "|", " |")).join(cells)
            return f"| {line} |" if border else line

        rows = [row([self._words(0, 2).replace("\n", " ") for _ in range(columns)])]
        rows.append(row([chance.choice(("---", ":--", "--:", ":-:", "-", " --- ", ":")) for _ in range(columns)]))
        for _ in range(chance.randint(0, 3)):
            count = columns + chance.choice((0, 0, 0, 0, 1, -1))
            rows.append(row([self._words(0, 2).replace("\n", " ") for _ in range(count)]))
        return "\n".join(rows)

    def _words(self, least: int, most: int) -> str:
        chance = self._chance
        parts: list[str] = []
        for _ in range(chance.randint(least, most)):
            parts += [self._word(), chance.choice(_GLUE) if chance.random() < 0.5 else " "]
        return "".join(parts[:-1])

    def _word(self, depth: int = 0) -> str:
        chance = self._chance
        if chance.random() < self._oddity:
            return chance.choice(_ODD)
        if chance.random() > self._signs or depth > 2:
            return chance.choice(_WORDS[:2]) if chance.random() < 0.6 else chance.choice(_WORDS)
        words = " ".join(self._word(depth + 1) for _ in range(chance.randint(1, 3)))
        words += chance.choice(("", "", "", "", ".", ",", "!", " ", "..."))
        kind = chance.randrange(10)
        if kind < 4:
            sign = chance.choice(('"', '"', "'", "*", "*", "**", "_", "_", "__", "`", "***"))
            return sign + words + sign + chance.choice(("", "", "", "s", ".", ",", "'s", '"', "'", "--", "—", "*", "_"))
        if kind < 6:
            outer, inner = chance.choice(
                (
                    ('"', "*"),
                    ('"', "'"),
                    ("'", '"'),
                    ("*", '"'),
                    ("_", '"'),
                    ("**", "_"),
                    ("*", "_"),
                    ("**", "*"),
                    ("(", '"'),
                )
            )
            return outer + inner + words + inner + (")" if outer == "(" else outer) + chance.choice(("", "", ".", ","))
        if kind < 9:
            url = chance.choice(_URLS) if chance.random() < 0.9 else chance.choice(_ODD_URLS)
            image = "!" if chance.random() < 0.2 else ""
            return f"{image}[{words}]({url}{chance.choice(_TITLES)})" + chance.choice(
                ("", "", "", "s", ".", '"', "'", "'s", "_", "*")
            )
        return chance.choice(('"', "'", "(", "[", "--", "...", "—", "“", "\xa0")) + words


_CHARACTERS = "\"'*_-.` \n>#[]()!&;|:=+1sa\\<é\xa0–—{}"


def _mutated(chance: random.Random, text: str) -> str:
    """Return a part of a text with a few characters or lines taken out, put in, doubled or moved."""
    start = chance.randrange(len(text) + 1)
    start = text.rfind("\n\n", 0, start) + 2 if chance.random() < 0.8 else start
    text = text[start : start + chance.choice((80, 300, 1500))]
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text) + 1)
        end = place + chance.choice((1, 1, 1, 2, 5))
        how = chance.randrange(5)
        if how == 0:
            text = text[:place] + text[end:]
        elif how == 1:
            text = text[:place] + chance.choice(_CHARACTERS) + text[place:]
        elif how == 2:
            text = text[:end] + text[place:]
        else:
            lines = text.split("\n")
            line = chance.randrange(len(lines))
            lines[line : line + chance.randrange(2)] = [lines[chance.randrange(len(lines))]] * chance.randrange(1, 3)
            text = "\n".join(lines)
    return text


def generated(count: int, seed: int, models: Iterable[str] = ()) -> Iterator[str]:
    """Yield `count` texts, the same for the same seed: written by rule, and `models` with small changes."""
    chance = random.Random(seed)
    known = [text for text in models if text.strip()]
    for _ in range(count):
        if known and chance.random() < 0.4:
            yield _mutated(chance, chance.choice(known))
        else:
            yield _Writer(chance).text()


def main(arguments: list[str]) -> int:
    """Compare, print what came of it, and return 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generate", type=int, default=0, metavar="N", help="compare N generated texts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", action="append", help="sanitize, escape or allow; 'allow-smarty-toc' without these")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="print at most N differences")
    parser.add_argument("paths", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    models = list(texts_of(options.paths))
    modes = options.mode or ["sanitize", "allow"]
    worst = 0
    for name, texts in (("files", models), ("generated", generated(options.generate, options.seed, models))):
        result = compare(texts, modes)
        if not result.compared:
            continue
        share = result.accepted / result.compared
        print(f"{name}: {result.compared} compared, {share:.1%} accepted, {len(result.differences)} differ")
        for difference in sorted(result.differences, key=lambda found: len(found.text))[: options.show]:
            print(
                f"  {difference.mode}\n    {difference.text!r}\n    {difference.expected!r}\n    {difference.found!r}"
            )
        worst |= bool(result.differences)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
