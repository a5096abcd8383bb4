"""permalinks.lock: what it says, what is wrong with one, and that nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgen import ledger
from newsgen.errors import errors_in
from newsgen.ledger import Ledger, LedgerEntry, entry_of_source, merged, parse, with_entry

_WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
_NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_URLS = st.from_regex(r"/([a-z0-9.~_-]{1,8}x/){0,3}([a-z]{1,5}\.html)?", fullmatch=True)
_DAYS = st.sampled_from(["-", "1987-05-06", "2026-11-25"])
_LIVE = st.one_of(
    st.tuples(_URLS, st.just("live"), st.sampled_from(["term", "day", "feed"]), _DAYS),
    st.tuples(
        _URLS, st.just("live"), st.just("article"), _DAYS, _NAMES, _NAMES, st.just("0123abcd"),
        st.sampled_from(["", "2026-01-02/1"]),
    ),
).map(lambda values: LedgerEntry(*values))  # fmt: skip
_OTHERS = st.one_of(
    st.tuples(_URLS, _DAYS, _URLS).map(lambda v: LedgerEntry(v[0], "redirect", "article", v[1], target=v[2])),
    st.tuples(_URLS, _DAYS, _NAMES, _DAYS, _WORDS).map(
        lambda v: LedgerEntry(v[0], "gone", "article", v[1], v[2], on=v[3], reason=v[4])
    ),
)


def _ledger(*lines: str) -> bytes:
    """Return a ledger of these lines."""
    return Ledger().data.replace(b"# end\n", "".join(f"{line}\n" for line in lines).encode() + b"# end\n")


A, B, C = "/a/ live term 2026-01-01", "/b/ live term 2026-01-01", "/c/ redirect term 2026-01-01 to=/a/"


@given(st.lists(st.one_of(_LIVE, _OTHERS), max_size=8))
def test_what_is_written_is_read_again(entries: list[LedgerEntry]) -> None:
    written = Ledger().with_entries(
        entry._replace(source=entry.source or entry.id, reason=" ".join(entry.reason.split())) for entry in entries
    )
    assert parse(written.data) == written
    assert parse(written.data).data == written.data
    assert merged(written.data) == written
    for line, url in enumerate(written.entries, 4):
        assert written.line_of(url) == line
        assert written.data.decode().split("\n")[line - 1].startswith(f"{url} ")


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, has_head: bool) -> None:
    try:
        parse(_ledger().replace(b"# end", data + b"# end") if has_head else data)
    except ExceptionGroup as group:
        assert list(errors_in(group))


@given(st.lists(st.one_of(_LIVE, _OTHERS), min_size=1, max_size=6), st.data())
def test_a_ledger_that_was_cut_anywhere_is_refused(entries: list[LedgerEntry], data: st.DataObject) -> None:
    whole = Ledger().with_entries(entries).data
    with pytest.raises(ExceptionGroup):
        parse(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (_ledger(A, "<<<<<<< HEAD", B, "=======", C, ">>>>>>> other"), 5, "a conflict of a merge was left here"),
        (_ledger(B, A), 5, "the lines are not in their order"),
        (_ledger(A, A), 5, "/a/ stands here twice"),
        (_ledger(A, A.replace("term", "day")), 5, "/a/ stands here twice"),
        (_ledger(A).replace(b"permalinks 1", b"permalinks 2"), 1, "by a newer newsgen"),
        (_ledger(A).replace(b"# end\n", b""), 5, "the ledger was cut short"),
        (_ledger(A, B)[:-12], 5, "the ledger was cut short"),
        (b"", 1, "this is no ledger"),
        (b"/a/ live term 2026-01-01\n", 1, "this is no ledger"),
        (b"\xff\xfe", 1, "not UTF-8"),
        (_ledger("/a/ lively term 2026-01-01"), 4, "this is no line of a ledger"),
        (_ledger("a live term 2026-01-01"), 4, "this is no line of a ledger"),
        (_ledger("/a/ live term yesterday"), 4, "this is no line of a ledger"),
        (_ledger("/a/ live term"), 4, "this is no line of a ledger"),
        (_ledger("/a/ live term 2026-01-01 colour=red"), 4, "this is no line of a ledger"),
        (_ledger("/a/ redirect term 2026-01-01"), 4, "this is no line of a ledger"),
        (_ledger("/a/ redirect term 2026-01-01 to=javascript:alert(1)"), 4, "this is no line of a ledger"),
        (_ledger("/a/ redirect term 2026-01-01 to=//elsewhere.example/"), 4, "this is no line of a ledger"),
        (_ledger("/a/../../b/ gone term 2026-01-01"), 4, "this is no line of a ledger"),
        (_ledger("/a/%2e%2e/b/ gone term 2026-01-01"), 4, "this is no line of a ledger"),
        (_ledger("/a%5Cb/ gone term 2026-01-01"), 4, "this is no line of a ledger"),
    ],
)
def test_a_faulty_ledger_is_a_clear_error(data: bytes, line: int, message: str) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        parse(data)
    problem = next(iter(errors_in(caught.value))).problem
    assert problem.location is not None
    assert (problem.location.path, problem.location.line) == ("permalinks.lock", line)
    assert message in problem.message
    assert problem.hint


def test_a_checkout_that_turns_line_ends_round_changes_nothing() -> None:
    assert parse(_ledger(A, C).replace(b"\n", b"\r\n")) == parse(_ledger(A, C))


def test_lines_out_of_order_are_sorted_and_doubles_are_one() -> None:
    later = A.replace("2026-01-01", "2026-02-02")
    assert merged(_ledger(C, later, B, A)).data == _ledger(A, B, C)


def test_two_lines_that_contradict_each_other_are_not_merged() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        merged(_ledger(A, B, "/a/ gone term 2026-01-01"))
    assert "say different things of /a/" in str(next(iter(errors_in(caught.value))))


def test_an_article_is_found_by_its_file_and_changed_alone() -> None:
    data = _ledger(
        "/a/ live article 2026-01-01 id=a/one text=11",
        "/b/ live article 2026-01-01 id=a/one-and-more text=22",
        "/c/ live article 2026-01-01 id=x source=a/one-and-more-yet text=33",
        "/d/ gone article 2026-01-01 id=a/two",
    )
    found = entry_of_source(data, "a/one-and-more")
    assert found is not None
    assert found.url == "/b/"
    assert parse(with_entry(data, found._replace(text="44"))).entries["/b/"].text == "44"
    assert with_entry(data, found) == data
    third = entry_of_source(data, "a/one-and-more-yet")
    assert third is not None
    assert third.url == "/c/"
    assert entry_of_source(data, "a/two") is None
    assert entry_of_source(data, "a/three") is None


def test_a_ledger_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(_ledger(A))
    (tmp_path / ledger.FILE_NAME).symlink_to(tmp_path / "other")
    with pytest.raises(ExceptionGroup) as caught:
        ledger.read(tmp_path)
    assert "symbolic link" in str(next(iter(errors_in(caught.value))))


def test_a_million_addresses_are_read_in_seconds(tmp_path: Path) -> None:
    """A tenth of them here: the time is measured by the benchmark, this holds that it stays possible."""
    entries = [
        LedgerEntry(f"/2024/{n:06}/", "live", "article", "2026-11-25", f"2024/{n}", f"2024/{n}", f"{n:032x}")
        for n in range(100_000)
    ]
    data = Ledger({entry.url: entry for entry in entries}).data
    assert list(parse(data).entries.values()) == entries
