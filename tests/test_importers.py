"""Plain text as Markdown: every sign is itself, every paragraph a paragraph."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsgen.errors import Location
from newsgen.importers.text import first_sentence, front_matter, headline, to_markdown
from newsgen.markup import Converter
from newsgen.model import MarkdownSettings
from newsgen.yamltext import Table, plain, read

CONVERTER = Converter(MarkdownSettings((("extra", ()), ("sane_lists", ()), ("toc", ()))))

LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40)


def paragraphs(markdown: str) -> list[str]:
    html = CONVERTER.html(markdown, Location("x"))
    return [unescape(text) for text in re.findall(r"<p>(.*?)</p>", html, re.DOTALL)]


@given(st.lists(LINES.filter(lambda line: line.strip()), min_size=1, max_size=5))
def test_each_line_of_any_text_is_a_paragraph_that_reads_as_it_was(lines: list[str]) -> None:
    wanted = [" ".join(line.split()) for line in lines]
    found = [" ".join(text.split()) for text in paragraphs(to_markdown("\n".join(lines)))]
    assert found == wanted


@pytest.mark.parametrize(
    "line",
    ["# h", "> q", "- l", "+ l", "* l", "1. l", "1) l", "    code", "`code`", "<b>x</b>", "a & b &amp; &lt;", "[a](b)",
     "![a](b)", "[a]: b", "[^1]: x", "*[HTML]: x", "| a | b |", ": def", "~~~", "```", "---", "===", "***", "__x__",
     "{: .x}", r"back\slash", "[TOC]", "a_b_c", "https://x.org/*", "<!-- c -->", "2 < 3 > 1"],
)  # fmt: skip
def test_no_sign_of_markdown_is_read_as_one(line: str) -> None:
    assert paragraphs(to_markdown(f"Before\n{line}\nAfter")) == ["Before", line.strip(), "After"]


def test_blank_lines_part_the_paragraphs_where_there_are_any() -> None:
    assert to_markdown("One\nstill one\n\n\n\nTwo") == "One\nstill one\n\nTwo\n"
    assert to_markdown("One\r\nTwo") == "One\n\nTwo\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("The U.S. vote is over. Next", "The U.S. vote is over."),
        ("Mr. Smith won. He smiled.", "Mr. Smith won."),
        ("He said “No.” Then he left.", "He said “No.”"),
        ("Is it? Yes.", "Is it?"),
        ("No end at all", "No end at all"),
        ("At 3.5 per cent it rose. So", "At 3.5 per cent it rose."),
        ("\n\n  Late start. X", "Late start."),
    ],
)
def test_the_first_sentence_ends_where_a_reader_would_end_it(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_a_long_headline_is_cut_at_a_word() -> None:
    made = headline("word " * 60)
    assert len(made) <= 111
    assert made.endswith("word…")


@example("Null", ["null", "~"])
@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1), st.lists(st.text(min_size=1)))
def test_a_written_front_matter_reads_as_it_was_meant(title: str, tags: list[str]) -> None:
    tags = [tag for tag in tags if tag.isprintable()]
    node = read(front_matter({"title": title, "tags": tags, "empty": ""}).replace("---\n", ""), "x")
    assert isinstance(node, Table)
    assert plain(node) == {"title": title} | ({"tags": tuple(tags)} if tags else {})
