"""Redlines: what is taken out and put in between two texts."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from newsgen.redline import redline

WORDS = st.lists(
    st.lists(st.sampled_from("a b c d, e. 水 न".split()), min_size=1, max_size=7).map(" ".join), max_size=6
)
TEXTS = st.lists(st.text(max_size=30), max_size=5)


def shown(old: list[str], new: list[str]) -> list[str]:
    """Return the changed paragraphs with [-what went-] and {+what came+}."""
    marks = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    return ["".join(marks[kind].format(text) for kind, text in pieces) for pieces in redline(old, new)]


def squeezed(texts: list[str]) -> str:
    return "".join("".join(texts).split())


def test_changed_words_are_told_and_all_others_stay() -> None:
    assert shown(["The river rose by two metres in one night."], ["The river rose by three metres in one night."]) == [
        "The river rose by [-two-] {+three+} metres in one night."
    ]


def test_paragraphs_that_stayed_are_left_out_and_a_gap_says_so() -> None:
    assert shown(["One.", "Two three.", "Four."], ["One.", "Two five.", "Four."]) == [
        "",
        "Two [-three-]{+five+}.",
        "",
    ]


def test_a_text_that_says_the_same_with_other_blanks_has_no_redline() -> None:
    assert redline(["One  two.", "Three"], ["One two.", " Three "]) == ()
    assert redline(["One two. Three four."], ["One two.", "Three four."]) == ()
    assert redline([], []) == ()


def test_a_paragraph_more_is_put_in_as_a_whole() -> None:
    assert shown(["It rained."], ["It rained for a week.", "Nobody was hurt."]) == [
        "It rained {+for a week+}.",
        "{+Nobody was hurt.+}",
    ]


def test_a_paragraph_that_moved_is_taken_out_and_put_in() -> None:
    assert shown(["One.", "Two.", "Three."], ["Two.", "Three.", "One."]) == ["[-One.-]", "", "{+One.+}"]


def test_a_paragraph_of_which_hardly_a_word_stayed_is_shown_as_another() -> None:
    old, new = (
        "The mayor said the bridge would be closed until May.",
        "Trains run again, and the ferry is free of charge.",
    )
    assert shown([old], [new]) == [f"[-{old}-]", f"{{+{new}+}}"]


def test_scripts_without_blanks_are_told_apart_sign_by_sign() -> None:
    assert shown(["水曜日に川が増水した。"], ["木曜日に川が増水した。"]) == ["[-水-]{+木+}曜日に川が増水した。"]
    assert shown(["नदी रात में बढ़ी।"], ["नदी रात में बहुत बढ़ी।"]) == ["नदी रात में {+बहुत+} बढ़ी।"]


@given(WORDS | TEXTS, WORDS | TEXTS)
def test_what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new(old: list[str], new: list[str]) -> None:
    found = redline(old, new)
    if not found:
        assert squeezed(old) == squeezed(new)
    elif () not in found:
        pieces = [piece for paragraph in found for piece in paragraph]
        assert squeezed([text for kind, text in pieces if kind != "inserted"]) == squeezed(old)
        assert squeezed([text for kind, text in pieces if kind != "deleted"]) == squeezed(new)


def test_texts_of_a_megabyte_take_no_minutes() -> None:
    numbers = [str(number) for number in range(60_000)]
    hostile = [
        (["a " * 500_000], ["b " * 500_000]),
        (["a b " * 250_000], ["b a " * 240_000]),
        (["x"] * 200_000, ["x"] * 199_000 + ["y"]),
        ([" ".join(numbers)], [" ".join(reversed(numbers))]),
        (numbers, numbers[::-1]),
        (["a " * n for n in range(1000)], ["a " * n + "b" for n in range(1000)]),
    ]
    before = time.process_time()
    for old, new in hostile:
        assert redline(old, new)
    assert time.process_time() - before < 60
