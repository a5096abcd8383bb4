"""A correction is put into an article's file, and nothing else in it changes."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsgen import frontmatter
from newsgen.amendment import with_correction
from newsgen.dates import parse
from newsgen.errors import ContentError, errors_in
from newsgen.frontmatter import Dialect
from newsgen.model import CORRECTION_KINDS, Correction
from newsgen.source import one_line, source_of

DIALECT = Dialect(UTC, {"tags": ("tags", "tag")}, {"errata": "corrections"})
PATH = "articles/a.md"
NEW = Correction(parse("2024-03-06", UTC), "clarification", "It was Mill Lane.")
BLOCK = "- date: 2024-03-06\n  kind: clarification\n  text: It was Mill Lane.\n"
FLOW = "{date: 2024-03-06, kind: clarification, text: It was Mill Lane.}"


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


def corrections_in(text: str) -> tuple[Correction, ...]:
    return frontmatter.parse(source_of(text.encode(), PATH)[0], PATH, DIALECT).corrections


def added(front: str, correction: Correction = NEW) -> str:
    """Return the front matter with a correction, after the usual two keys and before a third."""
    text = f"---\ntitle: A\n{front}---\nText.\n"
    result = with_correction(text, PATH, correction, DIALECT)
    head, tail = "---\ntitle: A\n", "---\nText.\n"
    assert result.startswith(head)
    assert result.endswith(tail)
    return result[len(head) : -len(tail)]


# What was there before, and what is there now
FORMS = [
    # No corrections yet.
    ("date: 2024-03-05\n", f"date: 2024-03-05\ncorrections:\n{indented(BLOCK, 2)}"),
    ("date: 2024-03-05\n\n# the end\n", f"date: 2024-03-05\n\n# the end\ncorrections:\n{indented(BLOCK, 2)}"),
    ("summary: |\n  One.\n  # two\n", f"summary: |\n  One.\n  # two\ncorrections:\n{indented(BLOCK, 2)}"),
    ("summary: One\n  two\n", f"summary: One\n  two\ncorrections:\n{indented(BLOCK, 2)}"),
    ("tags:\n- a\n- b\n", f"tags:\n- a\n- b\ncorrections:\n{indented(BLOCK, 2)}"),
    # A key without a value.
    ("corrections:\ndate: 2024\n", f"corrections:\n{indented(BLOCK, 2)}date: 2024\n"),
    ("corrections:  # none yet\ndate: 2024\n", f"corrections:  # none yet\n{indented(BLOCK, 2)}date: 2024\n"),
    ("corrections: ~  # none\n", f"corrections: [{FLOW}]  # none\n"),
    ("corrections: null\n", f"corrections: [{FLOW}]\n"),
    ("corrections: []\n", f"corrections: [{FLOW}]\n"),
    ("corrections: [ ]  # none\n", f"corrections: [ {FLOW}]  # none\n"),
    # A list of blocks, indented or not, with comments around it.
    (
        "corrections:\n  - date: 2024-01-01\n    text: One.  # by Ann\n  # and so on\n\n# next\ndate: 2024\n",
        "corrections:\n  - date: 2024-01-01\n    text: One.  # by Ann\n"
        + indented(BLOCK, 2)
        + "  # and so on\n\n# next\ndate: 2024\n",
    ),
    (
        "Corrections:\n- {date: 2024-01-01, text: One.}\nlang: fr\n",
        f"Corrections:\n- {{date: 2024-01-01, text: One.}}\n- {FLOW}\nlang: fr\n",
    ),
    (
        "errata:\n    -   date: 2024-01-01\n        text: >-\n          One\n          two.\n\nlang: fr\n",
        "errata:\n    -   date: 2024-01-01\n        text: >-\n          One\n          two.\n"
        + indented(BLOCK, 4)
        + "\nlang: fr\n",
    ),
    (
        "corrections:\n  - date: 2024-01-01\n    text: |+\n      One.\n      # no comment\n\nlang: fr\n",
        "corrections:\n  - date: 2024-01-01\n    text: |+\n      One.\n      # no comment\n\n"
        + indented(BLOCK, 2)
        + "lang: fr\n",
    ),
    (
        'corrections:\n  - text: "One\n      two."\n    date: 2024-01-01\n',
        f'corrections:\n  - text: "One\n      two."\n    date: 2024-01-01\n{indented(BLOCK, 2)}',
    ),
    (
        "corrections: &c\n  - {date: 2024-01-01, text: One.}\n",
        f"corrections: &c\n  - {{date: 2024-01-01, text: One.}}\n  - {FLOW}\n",
    ),
    # A list between brackets.
    (
        "corrections: [{date: 2024-01-01, text: One.}]\nlang: fr\n",
        f"corrections: [{{date: 2024-01-01, text: One.}}, {FLOW}]\nlang: fr\n",
    ),
    (
        "corrections: [\n  {date: 2024-01-01, text: '😀 ]'},  # one\n]\n",
        f"corrections: [\n  {{date: 2024-01-01, text: '😀 ]'}}, {FLOW},  # one\n]\n",
    ),
    # One correction by itself.
    (
        "correction: {date: 2024-01-01, text: One.}  # so far\n",
        f"correction: [{{date: 2024-01-01, text: One.}}, {FLOW}]  # so far\n",
    ),
    (
        "correction:\n  # the only one\n  date: 2024-01-01\n\n  text: |\n    One.\n     Two.\nlang: fr\n",
        "correction:\n  # the only one\n  - date: 2024-01-01\n\n    text: |\n      One.\n       Two.\n"
        + indented(BLOCK, 2)
        + "lang: fr\n",
    ),
    # The key that wins.
    (
        "correction: {date: 2024-01-01, text: One.}\ncorrections: []\n",
        f"correction: {{date: 2024-01-01, text: One.}}\ncorrections: [{FLOW}]\n",
    ),
    (
        "corrections:\ncorrection: {date: 2024-01-01, text: One.}\n",
        f"corrections:\ncorrection: [{{date: 2024-01-01, text: One.}}, {FLOW}]\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), FORMS)
def test_a_correction_is_put_after_those_that_there_are_in_their_own_form(before: str, after: str) -> None:
    assert added(before) == after


@pytest.mark.parametrize(("before", "after"), FORMS)
def test_line_ends_and_a_byte_order_mark_stay(before: str, after: str) -> None:
    def whole(front: str) -> str:
        return "\ufeff" + f"\n---\ntitle: A\n{front}---\nText.\nMore.".replace("\n", "\r\n")

    assert with_correction(whole(before), PATH, NEW, DIALECT) == whole(after)


def test_front_matter_between_braces_and_with_an_indent_are_kept_so() -> None:
    text = "---\n{title: A, date: 2024}\n---\n"
    assert with_correction(text, PATH, NEW, DIALECT) == text.replace("2024}", f"2024, corrections: [{FLOW}]}}")
    text = "---\n{title: A, corrections: }\n---\n"
    assert with_correction(text, PATH, NEW, DIALECT) == text.replace("corrections: ", f"corrections: [{FLOW}]")
    text = "---\n  title: A\n  date: 2024\n---\n"
    result = with_correction(text, PATH, NEW, DIALECT)
    assert result == text.replace("2024\n", f"2024\n  corrections:\n{indented(BLOCK, 4)}")
    assert len(corrections_in(with_correction("---\n---\n# Title\n", PATH, NEW, DIALECT))) == 1


def test_mixed_line_ends_stay_as_they_are() -> None:
    text = "---\rtitle: A\r\ndate: 2024\n---\r\rText.\u2028\x0b\r\n"
    lines = "".join(line + "\r" for line in ["corrections:", *indented(BLOCK, 2).splitlines()])
    assert with_correction(text, PATH, NEW, DIALECT) == text.replace("2024\n", f"2024\n{lines}")


def test_a_correction_with_a_time_keeps_it() -> None:
    made = Correction(parse("2024-03-06 10:00:05 -04:00", UTC), "update", "A: b")
    text = with_correction("---\ntitle: A\n---\n", PATH, made, DIALECT)
    assert corrections_in(text) == (made,)
    assert '- date: 2024-03-06 10:00:05-04:00\n    kind: update\n    text: "A: b"\n' in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Text.\n", "articles/a.md:1: there is no front matter to hold a correction"),
        ("", "articles/a.md:1: there is no front matter to hold a correction"),
        ("---\ntitle: A\n", "articles/a.md:1: the front matter that opens here is never closed"),
        ("+++\ntitle = 1\n+++\n", "articles/a.md:1: the front matter is TOML"),
        ("---\ntitle: [\n---\n", "articles/a.md:3: the YAML cannot be read"),
        ("---\ncorrections: oops\n---\n", "articles/a.md:2: a correction must have a date and a text"),
        ("---\nlabel: oops\n---\n", "articles/a.md:2: 'oops' is not a label"),
        ("---\ncorrections:\n- date: 2024-03-06\n  kind: clarification\n  text: It was\n    Mill Lane.\n---\n",
         "articles/a.md:2: the article has this correction already"),
        ("---\nextra: {a: &c []}\ncorrections: *c\n---\n",
         "articles/a.md:3: the correction cannot be put here without changing something else"),
        ("---\n? corrections\n: - {date: 2024, text: t}\n---\n",
         "articles/a.md:2: the correction cannot be put here without changing something else"),
        ("---\n~\n---\n", "articles/a.md:2: the correction cannot be put here without changing something else"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told(text: str, message: str) -> None:
    with pytest.raises((ContentError, ExceptionGroup)) as raised:
        with_correction(text, PATH, NEW, DIALECT)
    told = [str(error) for error in errors_in(raised.value)]
    assert told[0].startswith(message)


@pytest.mark.parametrize("text", ["", " \n\x00\x1f", "\ud83d"])
def test_a_text_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="the text of the correction"):
        with_correction("---\ntitle: A\n---\n", PATH, Correction(NEW.date, "update", text), DIALECT)


@settings(max_examples=300)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(CORRECTION_KINDS),
    st.sampled_from([before for before, _ in FORMS]),
)
@example(
    "# not a comment: [a, {b}] 'c' \"d\" \\ %e @f `g` & *h !i | > - ? ~ null \ufeff é 👩‍👩‍👧 \u2028\x85 --- ...",
    "update",
    "",
)
@example("---\ntitle: B\n---\n", "retraction", "corrections: []\n")
def test_any_text_is_read_again_as_it_was_given(text: str, kind: str, before: str) -> None:
    if not one_line(text):
        return
    made = Correction(NEW.date, kind, text)
    result = with_correction(f"---\ntitle: A\n{before}---\nText.\n", PATH, made, DIALECT)
    assert Correction(NEW.date, kind, one_line(text)) in corrections_in(result)


def is_within(part: str, whole: str) -> bool:
    """Whether all characters of a text stand in another in the same order."""
    rest = iter(whole)
    return all(char in rest for char in part)


# Pieces that make front matter of every kind, and much that is none.
PIECES = st.sampled_from([
    "title: A", "corrections:", "correction: ", "errata: ", "date: 2024-01-01", "text: One.", "kind: update", "- ",
    "  ",
    "\n", "\n", "\n", "\r\n", "\r", "{", "}", "[", "]", ", ", ": ", "#", "# c", "|", ">-", "|2", "'", '"', "&a ", "*a",
    "!!seq ", "? ", "~", "\t", "---", "...", "😀", "é", "\\", "tags: [a]", "\n- {date: 2024, text: t}", "\u2028",
    "\x85",
])  # fmt: skip


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=25).map("".join), st.sampled_from(["", "\ufeff", "\n"]))
@example("corrections:\n  - {date: 2024-01-01, text: t}\n  # c\n\ntags: [a]", "")
def test_whatever_stands_there_only_gains_a_correction_or_is_refused(front: str, start: str) -> None:
    text = f"{start}---\ntitle: A\n{front}\n---\nText.\r\n---\n"
    try:
        before = corrections_in(text)
        result = with_correction(text, PATH, NEW, DIALECT)
    except (ContentError, ExceptionGroup) as error:
        assert list(errors_in(error))
        return
    assert len(corrections_in(result)) == len(before) + 1
    assert is_within(text.replace("~", ""), result)
    assert result.endswith("\n---\nText.\r\n---\n")


def test_every_article_of_the_sample_archive_can_be_corrected(sample: Path) -> None:
    for path in sorted((sample / "articles").rglob("*.md")):
        if path.relative_to(sample / "articles").parts[0].startswith("_"):
            continue
        text = path.read_bytes().decode("utf-8")
        result = with_correction(text, PATH, NEW, DIALECT)
        new = [line for line in result.split("\n") if line not in text.split("\n")]
        assert [line.strip() for line in new] in (
            ["corrections:", *(line.strip() for line in BLOCK.splitlines())],
            [line.strip() for line in BLOCK.splitlines()],
            [line.strip() for line in BLOCK.splitlines() if "kind" not in line],
        )
