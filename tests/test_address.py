"""The address of a site: its one form, and what is no such address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgen import config
from newsgen.address import read_address
from newsgen.errors import errors_in
from tests.sites import make


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("https://example.org///", "https://example.org"),
        ("https://example.org/archive/", "https://example.org/archive"),
        ("HTTP://Example.ORG/Archive", "http://example.org/Archive"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80", "http://example.org"),
        ("http://example.org:443", "http://example.org:443"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("https://example.org:", "https://example.org"),
        ("https://zürich.example/Größe", "https://xn--zrich-kva.example/Gr%C3%B6%C3%9Fe"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://xn--zrich-kva.example", "https://xn--zrich-kva.example"),
        ("https://the_record.example.org/~a/b%20c", "https://the_record.example.org/~a/b%20c"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[0:0::1]:8080/a", "http://[::1]:8080/a"),
    ],
)
def test_an_address_has_one_form(written: str, read: str) -> None:
    assert read_address(written) == read
    assert read_address(read) == read


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("example.org", "'example.org' has no scheme", "write 'https://example.org'"),
        ("example.org:8000/a", "'example.org:8000/a' has no scheme", "write 'https://example.org:8000/a'"),
        ("localhost", "'localhost' has no scheme", "write 'https://localhost'"),
        ("//example.org/a", "'//example.org/a' has no scheme", "write 'https://example.org/a'"),
        ("ftp://example.org", "'ftp://example.org' is not a web address", "write scheme, host and folder"),
        ("javascript:alert(1)", "is not a web address", "write scheme, host and folder"),
        ("https:/example.org", "is not a web address", "write scheme, host and folder"),
        ("/archive/", "'/archive/' is not a web address", "write scheme, host and folder"),
        ("https://", "its host or its port is none", "write scheme"),
        ("https:///archive", "its host or its port is none", "write scheme"),
        ("https://example.org:0", "its host or its port is none", "write scheme"),
        ("https://example.org:99999", "its host or its port is none", "write scheme"),
        ("https://example.org:a", "its host or its port is none", "write scheme"),
        ("https://[::1", "its host or its port is none", "write scheme"),
        ("https://[v1.a]", "its host or its port is none", "write scheme"),
        ("https://[::1%25eth0]", "'::1%25eth0' is no host", "write scheme"),
        ("https://example..org", "'example..org' is no host", "write scheme"),
        ("https://-example.org", "'-example.org' is no host", "write scheme"),
        (f"https://{'a' * 64}.org", "is no host", "write scheme"),
        ("https://faß.example", "the host 'faß.example' has two ASCII forms", "write the host in its ASCII form"),
        (f"https://{'ä' * 64}.org", "holds a letter that no name of a host may", "write the host in its ASCII form"),
        ("https://example.org?", "'https://example.org?' holds a query", "write 'https://example.org'"),
        ("https://example.org/a?b=c", "holds a query", "write 'https://example.org/a'"),
        ("https://example.org/#", "holds a fragment", "write 'https://example.org/'"),
        ("https://example.org?a#b?c", "holds a fragment", "write 'https://example.org?a'"),
        ("https://example.org/a b", "it holds ' '", "write a blank in a folder's name as %20"),
        ("https://example.org\\@example.com", "it holds '\\\\'", "remove it"),
        ("https://example.org/<b>", "it holds '<'", "remove it"),
        ("https://exam\u200bple.org", "it holds '\\u200b'", "remove it"),
        ("https://example.org/\u202ea", "it holds '\\u202e'", "remove it"),
        ("https://example.org/\ud800", "it holds '\\ud800'", "remove it"),
        ("https://example.org/a//b", "holds '//', '.' or '..'", "write the folder as readers see it"),
        ("https://example.org/a/../b", "holds '//', '.' or '..'", "write the folder as readers see it"),
        ("https://example.org/%2E%2e/b", "holds '//', '.' or '..'", "write the folder as readers see it"),
        ("https://example.org/100%", "holds a '%' that stands for no character", "write '%' itself as %25"),
        ("https://example.org/a/index.html", "names a file", "write 'https://example.org/a'"),
        (f"https://example.org/{'a' * 500}", "is longer than 500 characters", "publish at a shorter address"),
    ],
)
def test_what_is_no_address_of_a_folder_is_refused_with_a_hint(written: str, message: str, hint: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_address(written)
    told, advice = raised.value.args
    assert message in told
    assert advice.startswith(hint)


@pytest.mark.parametrize("written", ["https://me:secret@example.org", "https://secret@example.org/?a", "http://@a.org"])
def test_a_password_is_refused_and_not_told_on(written: str) -> None:
    with pytest.raises(ValueError, match="a user name or a password") as raised:
        read_address(written)
    assert "secret" not in " ".join(raised.value.args)


def test_a_mistake_in_the_settings_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        config.read(make(tmp_path, "", "title: T\nlanguage: en\nbase_url: example.org/archive\n"))
    assert [str(error) for error in errors_in(raised.value)] == [
        "newsgen.yaml:3: 'example.org/archive' has no scheme\n    hint: write 'https://example.org/archive'"
    ]


@pytest.mark.parametrize("written", ['"https://example.org/\\ud800"', '"https://exam\\x07ple.org/"'])
def test_an_escape_that_is_no_character_is_an_error(tmp_path: Path, written: str) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        config.read(make(tmp_path, "", f"title: T\nbase_url: {written}\n"))
    assert [error.problem.location.line for error in errors_in(raised.value) if error.problem.location] == [2]


@given(st.text(max_size=40) | st.from_regex(r"https?://[^/]{1,20}(/.{0,20})?", fullmatch=True))
def test_whatever_is_read_is_ascii_and_stays_as_it_is(text: str) -> None:
    try:
        read = read_address(text)
    except ValueError as error:
        assert len(error.args) == 2
        return
    assert read.isascii() and read.isprintable() and not read.endswith("/")
    assert not set(read) & set("<>\"' &?#@\\") - {"'", "&"}
    parts = urlsplit(read)
    assert parts.scheme in ("http", "https") and parts.hostname
    assert read_address(read) == read
