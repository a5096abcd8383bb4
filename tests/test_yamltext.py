"""YAML is read as it was written: every scalar is text, every mistake has its line."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsgen import yamltext
from newsgen.errors import ContentError
from newsgen.yamltext import Plain, Scalar, Series, Table


def plain(text: str) -> Plain:
    node = yamltext.read(text, "a.md", 2)
    assert node is not None
    return yamltext.plain(node)


def problem(text: str, first_line: int = 2) -> str:
    with pytest.raises(ContentError) as caught:
        yamltext.read(text, "a.md", first_line)
    return str(caught.value)


@pytest.mark.parametrize(
    "written",
    ["no", "yes", "on", "true", "2024", "0123", "3.10", "12:30:45", "2013-02-30", "0x1F", ".inf", "1_000", "=", "<<",
     "1e3", "0o17", "+1", "Ünï 新聞 😀", "C++", "a#b", "http://x.org/y"],
)  # fmt: skip
def test_a_scalar_stays_the_text_that_was_written(written: str) -> None:
    assert plain(f"key: {written}") == {"key": written}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: null", {"a": None}),
        ('a: ""', {"a": ""}),
        ("a: 'null'", {"a": "null"}),
        ("a: [x, ~, [y], {z: 1}]", {"a": ("x", None, ("y",), {"z": "1"})}),
        ("a: |\n  x\n  y\nb: >\n  p\n  q\n", {"a": "x\ny\n", "b": "p q\n"}),
        ("a: 1 # comment", {"a": "1"}),
        ("a: 1\r\nb: 2\r\n", {"a": "1", "b": "2"}),
        ("\ufeffa: 1", {"a": "1"}),
        ("a: 1\t\nb: 2 \t", {"a": "1", "b": "2"}),
        ("b: &x {c: 1}\nd: *x", {"b": {"c": "1"}, "d": {"c": "1"}}),
        ("a: !!str 5", {"a": "5"}),
        ("a: one\u2028two\nb: 1", {"a": "one two", "b": "1"}),
        ("just text", "just text"),
        ("- a\n- b", ("a", "b")),
    ],
)
def test_a_document_is_read(written: str, value: Plain) -> None:
    assert plain(written) == value


@pytest.mark.parametrize("written", ["", "\n\n", "# only a comment", "   "])
def test_an_empty_document_is_none(written: str) -> None:
    assert yamltext.read(written, "a.md") is None


def test_each_node_knows_its_line() -> None:
    root = yamltext.read("a: 1\n\nb:\n  - x\n  - {c: y}\n", "a.md", 10)
    assert isinstance(root, Table)
    (_, one), (key, series) = root.pairs
    assert isinstance(one, Scalar) and isinstance(series, Series)
    assert (one.line, key.line, [item.line for item in series.items]) == (10, 12, [13, 14])


@pytest.mark.parametrize(
    ("written", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3", 4, "the key 'a' stands here and in line 2"),
        ('a: 1\n"a": 3', 3, "the key 'a' stands here and in line 2"),
        ("x:\n  b: 1\n  b: 2", 4, "the key 'b' stands here and in line 3"),
        ("a: 1\nx: !!python/object/apply:os.system [ls]", 3, "python/object/apply:os.system' is not allowed"),
        ("!!python/name:os.system a: b", 2, "python/name:os.system' is not allowed"),
        ("x: !thing 5", 2, "the YAML tag '!thing' is not allowed"),
        ("a:\n\tb: 1", 3, "the YAML cannot be read"),
        ("a: 1\nb: c: d", 3, "mapping values are not allowed"),
        ("a: 1\r\n\r\nb: @c", 4, "cannot start any token"),
        ("a: *nothing", 2, "undefined alias"),
        ("a: 1\n? [x, y]\n: z", 3, "a key must be a word"),
        ("a: 1\n---\nb: 2", 3, "but found another document"),
        ('a: 1\nb: "x', 3, "unexpected end of stream"),
        ("a: 1\nb: \x01", 3, "holds a character that is not allowed"),
        ("a: 1\nb: x\u2028y\nc: d: e", 4, "mapping values are not allowed"),
        ("a: 1\nb: \ud800", 3, "holds a character that is not allowed: '\\ud800'"),
        ("a: &a [*a]", 2, "nested too deeply or repeats itself"),
    ],
)
def test_a_mistake_is_told_with_its_line(written: str, line: int, message: str) -> None:
    text = problem(written)
    assert text.startswith(f"a.md:{line}: ")
    assert message in text


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("a:\n\tb: 1", "indent with spaces; YAML knows no tabs"),
        ("title: Flood: a town", "put the value in quotes where it holds ': ' or starts with a special character"),
        ("title: @home", "put the value in quotes where it holds ': ' or starts with a special character"),
        ("a: 1\na: 2", "keep one of the two"),
        ("a: !x 1", "write the value without a tag"),
    ],
)
def test_a_mistake_comes_with_what_to_do(written: str, hint: str) -> None:
    assert f"hint: {hint}" in problem(written)


_WORDS = "word " * 20_000
_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    "written",
    [
        "[" * 100_000, "{" * 100_000, "[" * 50_000 + "]" * 50_000, "- " * 100_000, "? " * 100_000, "a: " * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(700)), "\n".join(" " * depth + "-" for depth in range(700)),
        _BOMB, f'a: &a "{_WORDS}"\nb: [{",".join(["*a"] * 15_000)}]', "&a " * 50_000, "!a " * 50_000, '"' * 100_001,
        "-\n" * 30_000, "\n".join(f"k{number}: 1" for number in range(25_000)), "a: [" + "x," * 25_000 + "]",
    ],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_what_no_person_writes_is_refused_within_a_second(written: str) -> None:
    start = time.process_time()
    assert problem(written).startswith("a.md:")
    assert time.process_time() - start < 1


def test_a_long_and_honest_document_is_read() -> None:
    text = "".join(f"key{number}: [one, two]\n" for number in range(3000))
    value = plain(text)
    assert isinstance(value, dict) and len(value) == 3000


_ALPHABET = st.sampled_from(
    [*"ab:-?[]{},&*!|>'\"%@`#\n\t ~=.", "\r\n", "\0", "\ud800", "\u2028", "\x85", "é", "<<", "---"]
)


@given(st.lists(_ALPHABET, max_size=40).map("".join) | st.text(max_size=60))
@example("a: !!python/object:x.y {}")
@example("%TAG ! tag:yaml.org,2002:python/\n---\n!name:os.system a: b")
def test_any_text_is_read_or_is_a_content_error(text: str) -> None:
    try:
        node = yamltext.read(text, "a.md")
    except ContentError as error:
        assert error.problem.location is not None
        assert 1 <= error.problem.location.line <= text.count("\n") + 2
    else:
        assert node is None or yamltext.plain(node) is None or isinstance(yamltext.plain(node), str | tuple | dict)
