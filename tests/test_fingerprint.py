"""A digest depends on type and content alone, and tells any two values apart."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgen.fingerprint import DIGEST_SIZE, Fingerprinter, digest_bytes


class Colour(IntEnum):
    RED = 1


@dataclass(frozen=True, slots=True)
class Point:
    x: object = 0
    y: object = 0


@dataclass(frozen=True, slots=True)
class Dot:
    x: object = 0
    y: object = 0


@dataclass(frozen=True, slots=True)
class Single:
    x: object = 0


VALUES = [
    None, True, False, 0, 1, -1, 1.0, "", "1", "None", "True", b"", b"1", "b'1'", (), ((),), ("",), ("a", "b"), ("ab",),
    ("a", ("b",)), (("a", "b"),), (1, 2), (12,), {}, {"a": 1}, {"a": "1"}, {"a": 1, "b": 2}, {"b": 2, "a": 1},
    date(2024, 3, 5), datetime(2024, 3, 5), "datetime.date(2024, 3, 5)", Colour.RED, Point(), Point(1), Point(0, 1),
    Dot(), Single(), Single(Point()), Single((0, 0)), Point(Point()), "\ud800", "é", "e\u0301", "t1", "m1", "s",
]  # fmt: skip


def test_different_values_have_different_digests() -> None:
    digests = {Fingerprinter().digest(value): value for value in VALUES}
    assert len(digests) == len(VALUES)
    assert all(len(digest) == DIGEST_SIZE for digest in digests)


def test_a_shared_value_has_a_digest_of_its_content() -> None:
    printer = Fingerprinter([Point])
    first = printer.digest((Point("a"), Point("b")))
    assert first == Fingerprinter([Point]).digest((Point("a"), Point("b")))
    assert first == printer.digest((Point("a"), Point("b")))
    assert first != printer.digest((Point("b"), Point("a")))


def test_a_shared_value_that_is_gone_lends_its_digest_to_no_other() -> None:
    printer = Fingerprinter([Point])
    digests = {printer.digest(Point(number)) for number in range(1000)}
    assert len(digests) == 1000


@pytest.mark.parametrize("value", [{1, 2}, frozenset({1}), [1], lambda: 1, object(), Point(Point({3}))])
def test_what_has_no_fixed_content_has_no_digest(value: object) -> None:
    with pytest.raises(TypeError, match="has no fingerprint"):
        Fingerprinter().digest(value)


def test_the_digest_is_the_same_in_another_process_with_another_hash_seed() -> None:
    code = (
        "from newsgen.fingerprint import Fingerprinter as F; print(F().digest(('a', {'b': 1, 'c': (None, 2.5)})).hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}, text=True,
            capture_output=True, check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert found == {Fingerprinter().digest(("a", {"b": 1, "c": (None, 2.5)})).hex()}


def test_the_digest_of_a_known_value_never_changes() -> None:
    # Records on disk hold such digests: another one costs every site a full build, and is to be meant.
    assert Fingerprinter().digest(("a", 1, None)).hex() == "d13e7ddca72e1475ba1570e95f5c1d94"


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_parts_of_bytes_are_told_apart_by_where_they_end(one: list[bytes], two: list[bytes]) -> None:
    assert (digest_bytes(*one) == digest_bytes(*two)) == (one == two)


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(_TREES, _TREES)
def test_values_have_one_digest_if_and_only_if_they_are_the_same(one: object, two: object) -> None:
    printer = Fingerprinter()
    assert (printer.digest(one) == printer.digest(two)) == (repr(one) == repr(two))
    assert printer.digest(replace(Point(), x=one)) == printer.digest(Point(one))
