"""The prose path gives what Python-Markdown gives, byte for byte, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsgen.effort import too_costly
from newsgen.errors import Location
from newsgen.markup import Converter
from newsgen.model import MarkdownSettings
from newsgen.prose import path_for
from newsgen.source import source_of
from tests.benchmarks.corpus import samples
from tests.differential import compare, generated, settings_for, texts_of

MODES = ("sanitize", "escape", "allow", "sanitize-smarty", "allow-toc")
DEFAULT = settings_for("sanitize")


@pytest.mark.parametrize("seed", range(4))
def test_generated_texts_give_the_same(seed: int) -> None:
    result = compare(generated(250, seed), MODES)
    assert [(item.mode, item.text) for item in result.differences] == []
    assert result.accepted > result.compared // 4, "hardly any text took the path: nothing was compared"


def test_the_sample_articles_give_the_same_and_nearly_all_take_the_path() -> None:
    result = compare(texts_of([Path("articles")]), ("sanitize",))
    assert result.differences == []
    assert result.accepted >= 0.9 * result.compared


def test_ordinary_news_takes_the_path() -> None:
    result = compare((sample.body for sample in samples(200)), ("sanitize",))
    assert result.differences == []
    assert result.accepted >= 0.9 * result.compared


PLAIN = [
    "",
    "One paragraph.",
    "He said \"no\", and 'maybe'... -- then left --- at last.",
    "# A heading\n\nText with *stress*, **weight** and a [link](https://example.org/a_b).\n\n## A heading\n",
    "- one\n- two\n\n1. first\n2. second\n",
    "> quoted\n> words\n\nand more",
    "| Year | Number |\n|---|--:|\n| 1990 | 12 |\n",
    '![A *picture*](picture.jpg "A title")',
    "AT&T and R & D in 1990's and '90s",
    "line one  \nline two",
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", PLAIN)
def test_what_news_is_made_of_gives_the_same(text: str, mode: str) -> None:
    assert compare([text], [mode]).differences == []


ODD = [
    ">",
    "A\n\n>\n\nB",
    "1. 1. 1. deep",
    "- - - -",
    "* " * 400 + "x",
    "> " * 400 + "x",
    "[" * 400,
    "# " + "same\n\n# " * 400,
    '"' * 5000,
    "*a_b*c_",
    "[a](javascript:alert(1))",
    "[a](http://x.y/(z)) [b]( c )",
    "<script>x</script>",
    "a\u2028b\x85c",
    "[TOC]\n\n# A",
    "Term\n: its meaning",
    "```\ncode\n```",
    "    code",
    "{: .x }",
    "text[^1]\n\n[^1]: note",
    "*[HTML]: words\n\nHTML",
    "&#0; &#x0b; &#xfdd0;",
    "\n\t indented by a tab\n=\n",
    "## A heading\n \n\t\n--- ",
    'one  \n"= two',
    "one  \n'- two'\"",
    "1.  one\n1999.  \n",
    "~~~\ncode\n~~~",
    "A heading\n---\n~~~\ncode\n~~~",
    "> one  \n> \"! two\" '! three'",
    'one  \n": two',
    "one  \n*'90s*  \n'",
]


@pytest.mark.parametrize("text", ODD)
def test_what_is_odd_is_left_to_python_markdown_or_gives_the_same(text: str) -> None:
    assert compare([text], MODES).differences == []


@pytest.mark.parametrize(
    "extensions",
    [
        (("extra", ()), ("sane_lists", ()), ("smarty", (("smart_dashes", "false"),)), ("toc", ())),
        (("extra", ()), ("sane_lists", ()), ("smarty", ()), ("toc", ()), ("nl2br", ())),
        (("smarty", ()),),
    ],
)
def test_other_extensions_or_options_leave_all_to_python_markdown(
    extensions: tuple[tuple[str, tuple[tuple[str, str], ...]], ...],
) -> None:
    assert path_for(MarkdownSettings(extensions)) is None


def test_the_converter_takes_the_path() -> None:
    converter = Converter(DEFAULT)
    source, _ = source_of(b"Plain words, and *more*.\n", "a.md")
    place = Location("a.md", 1)
    assert converter.html(source.body, place) == converter.by_python_markdown(source.body, place)


@pytest.mark.parametrize(
    "sign", ["`a` ", "*a* ", "- a\n", "# a\n", "[a](b) ", '"', "> a\n", "a|b\n", "a\n\n", "a  \n", "."]
)
@pytest.mark.parametrize("size", [19_000, 90_000])
def test_the_path_takes_no_text_that_would_be_refused_as_too_costly(sign: str, size: int) -> None:
    prose = path_for(DEFAULT)
    assert prose
    for text in ("a " + sign * (size // len(sign)), "a" * size + sign * (4000 // len(sign))):
        assert prose.html(text) is None or too_costly(text) is None


@pytest.mark.parametrize(
    ("name", "value"), [("version", lambda package: "0.4.0"), ("__version_info__", (3, 12, 0, "final", 0))]
)
def test_versions_that_were_not_compared_leave_all_to_python_markdown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(f"newsgen.prose.{name}", value)
    assert path_for(DEFAULT) is None
