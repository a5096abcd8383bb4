"""Slugs and URLs are refused or taken as they are, never silently repaired; every URL is one file inside output/."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from newsgen.dates import load_zone, parse
from newsgen.permalink import (
    article_url,
    check_pattern,
    check_slug,
    collision_key,
    fold,
    output_path,
    read_url,
    slug_of,
    split_file_name,
)

UTC = load_zone("UTC")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        # These stand in published URLs: a new python-slugify that gives another is to be held back.
        ("Flood reaches the town", "flood-reaches-the-town"),
        ("Ünïcode & more", "unicode-more"),
        ("Straße", "strasse"),
        ("Élections 2024", "elections-2024"),
        ("AT&amp;T", "at-t"),
        ("It's O'Brien’s", "it-s-o-brien-s"),
        ("新聞", "xin-wen"),
        ("Новости", "novosti"),
        ("שלום", "shlvm"),
        ("C++", "c"),
        ("C#", "c"),
        ("a_b--c  d", "a-b-c-d"),
        ("3.10", "3-10"),
        ("10,000 people", "10000-people"),
        ("ﬁne ½", "fine-1-2"),
        ("&#381; &#x17D;", "z-z"),
        ("…", ""),
        ("🙂", ""),
        ("", ""),
    ],
)
def test_the_slug_of_a_name_never_changes(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text())
def test_a_slug_made_of_a_name_is_one_or_nothing(text: str) -> None:
    slug = slug_of(text)
    assert slug.isascii() and slug == slug.lower()
    assert all(char.isalnum() or char == "-" for char in slug)
    assert slug_of(slug) == slug


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Élections", "elections"),
        ("New York", "new-york"),
        ("U.S.A.", "USA"),
        ("O’Brien", "O'Brien"),
        ("STRASSE", "straße"),
    ],
)
def test_two_spellings_of_one_name_fold_to_the_same(one: str, two: str) -> None:
    assert fold(one) == fold(two)


@pytest.mark.parametrize(
    ("one", "two"), [("C", "C++"), ("C", "C#"), ("C++", "C#"), ("A+", "A"), ("F", "F#"), ("A&B", "AB")]
)
def test_two_names_with_one_slug_are_told_apart(one: str, two: str) -> None:
    assert fold(one) != fold(two)


@pytest.mark.parametrize(
    "slug", ["flood", "0123", "2024", "Ünï", "新聞", "a_b-c.d", "a" * 200, "Flood", "a+b", "a,b", "~a"]
)
def test_a_slug_that_can_be_a_file_name_is_taken(slug: str) -> None:
    check_slug(slug)


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("", "'' is not a slug"), (".", "'.' is not a slug"), ("..", "'..' is not a slug"), ("a/b", "it holds '/'"),
        ("/", "it holds '/'"), ("a\\b", r"it holds '\\'"), ("a\0b", r"it holds '\x00'"), ("a b", "it holds ' '"),
        ("a\nb", r"it holds '\n'"), ("a?b", "it holds '?'"), ("a#b", "it holds '#'"), ("a%62", "it holds '%'"),
        ("a:b", "it holds ':'"), ("<b>", "it holds '<'"), ('a"', "it holds '\"'"), ("a*", "it holds '*'"),
        ("a|b", "it holds '|'"), ("\u202eabc", "an invisible character"), ("a\u200b", "an invisible character"),
        ("\ud800", "an invisible character"), ("a\x85", "an invisible character"), (".a", "starts or ends with '.'"),
        ("a.", "starts or ends with '.'"), ("con", "Windows reserves"), ("NUL.txt", "Windows reserves"),
        ("lpt1", "Windows reserves"), ("x" * 201, "longer than 200 bytes"), ("x" * 300, "longer than 200 bytes"),
        ("é" * 101, "longer than 200 bytes"),
    ],
)  # fmt: skip
def test_a_slug_that_no_file_could_have_is_refused(slug: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_slug(slug)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("/about/", "/about/"), ("/about", "/about/"), ("about", "/about/"), ("about/", "/about/"), ("/", "/"),
        (" /a/b/ ", "/a/b/"), ("/a/b.html", "/a/b.html"), ("a/b.html", "/a/b.html"), ("/a/b.html/", "/a/b.html/"),
        ("/index.html", "/"), ("/a/index.html", "/a/"), ("/a/index.htm", "/a/"), ("/v1.2", "/v1.2/"),
        ("/é/", "/%C3%A9/"), ("/%C3%A9/", "/%C3%A9/"), ("/e\u0301/", "/%C3%A9/"), ("/a+b,c/", "/a+b,c/"),
        ("/2024/flood", "/2024/flood/"),
    ],
)  # fmt: skip
def test_a_written_url_has_one_form(written: str, url: str) -> None:
    assert read_url(written) == url
    assert read_url(url) == url


@pytest.mark.parametrize(
    "written",
    ["/../a", "/a/../b", "..", "/a/./b", "/%2e%2e/a", "/a%2fb/../c", "/a\\b", "/a%5cb", "/a%00b", "/a\0b",
     "/a b", "/a%20b", "/a?b", "/a#b", "/%", "/%ff", "/%25", "http://x.org/a", "//x.org/a", "/:year/:title/",
     "/{slug}/", "/con/", "/a/nul.txt", "C:/a", "/" + "x" * 201, "/" + "x/" * 600, "/.git/config", "/a/.../b",
     "/\u202e", "/a\nb"],
)  # fmt: skip
def test_a_url_that_is_no_path_on_the_site_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        read_url(written)


@pytest.mark.parametrize(
    ("url", "path"),
    [("/", "index.html"), ("/tags/", "tags/index.html"), ("/a/b.html", "a/b.html"), ("/%C3%A9/", "é/index.html"),
     ("/feed.xml", "feed.xml")],
)  # fmt: skip
def test_a_url_is_one_file(url: str, path: str) -> None:
    assert output_path(url) == path


_PARTS = st.sampled_from(
    ["..", ".", "/", "\\", "%2e", "%2f", "%5c", "%00", "%", "a", "é", "con", "\0", " ", "~", "C:", "//", "\n"]
)


@given(st.text(max_size=30) | st.lists(_PARTS, max_size=8).map("".join))
@example("/..%2f..%2fetc/passwd")
@example("/a/%252e%252e/b")
def test_every_url_that_is_taken_is_a_file_inside_the_output(written: str) -> None:
    try:
        url = read_url(written)
    except ValueError:
        assume(False)
        return
    path = output_path(url)
    parts = path.split("/")
    assert url.startswith("/") and url.isascii() and read_url(url) == url
    assert not path.startswith("/") and "\\" not in path and "\0" not in path
    assert all(part not in ("", ".", "..") and not part.endswith(".") for part in parts)
    assert all(len(part.encode()) <= 255 for part in parts)


@pytest.mark.parametrize(
    ("pattern", "date", "url"),
    [
        ("/{year}/{month}/{day}/{slug}/", "2024-03-05", "/2024/03/05/flood/"),
        ("/{year}/{month}/{day}/{slug}/", "1987-05", "/1987/05/flood/"),
        ("/{year}/{month}/{day}/{slug}/", "1987", "/1987/flood/"),
        ("/{year}-{month}-{day}-{slug}.html", "2024-03-05", "/2024-03-05-flood.html"),
        ("/{year}-{month}-{day}-{slug}.html", "1987", "/1987-flood.html"),
        ("/{section}/{slug}/", "2024-03-05", "/flood/"),
        ("/{lang}/{id}/", "2024-03-05", "/en/n1/"),
        ("/news/{year}{month}{day}/{slug}", "1987-05", "/news/198705/flood/"),
        ("/{slug}/", "0001-01-01", "/flood/"),
        ("/{year}/{slug}/", "0001", "/0001/flood/"),
    ],
)
def test_what_is_not_known_is_left_out_of_a_url(pattern: str, date: str, url: str) -> None:
    check_pattern(pattern)
    made = article_url(pattern, parse(date, UTC), slug="flood", section="", identity="n1", language="en")
    assert made == url


def test_the_written_day_stands_in_the_url() -> None:
    moment = parse("2024-12-31T23:30:00-08:00", UTC)
    url = article_url("/{year}/{month}/{day}/{slug}/", moment, slug="x", section="", identity="", language="en")
    assert url == "/2024/12/31/x/"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("/{year}/{title}/", "'{title}' is not a field of a permalink; there are {year} {month} {day} {slug}"),
        ("/{year}/", "gives all articles of a day one URL: it needs {slug} or {id}"),
        ("{slug}/", "does not start with '/'"),
        ("/../{slug}/", "'..' is not a part of a URL"),
        ("/a b/{slug}/", "it holds ' '"),
        ("/{slug}/?x", "it holds '?'"),
    ],
)
def test_a_pattern_that_gives_no_urls_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_pattern(pattern)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("stem", "parts"),
    [
        ("2024-11-12-flood", ("2024-11-12", "flood", "")), ("2024-11-5-flood", ("2024-11-5", "flood", "")),
        ("2024-11-05_flood", ("2024-11-05", "flood", "")), ("2024-11-05 flood", ("2024-11-05", "flood", "")),
        ("2024-11-12", ("2024-11-12", "", "")), ("flood", ("", "flood", "")), ("flood.fr", ("", "flood", "fr")),
        ("2024-11-5-flood.fr", ("2024-11-5", "flood", "fr")), ("v1.2", ("", "v1.2", "")),
        ("20241112", ("", "20241112", "")),
        ("notes.final", ("", "notes.final", "")), ("2024-11-12x", ("", "2024-11-12x", "")),
    ],
)  # fmt: skip
def test_a_file_name_gives_date_name_and_language(stem: str, parts: tuple[str, str, str]) -> None:
    assert split_file_name(stem) == parts


def test_a_longer_language_counts_where_the_site_has_it() -> None:
    assert split_file_name("flood.pt-BR", frozenset({"pt-BR"})) == ("", "flood", "pt-BR")
    assert split_file_name("flood.pt-BR") == ("", "flood.pt-BR", "")


@pytest.mark.parametrize(
    ("one", "two"),
    [("Tags/index.html", "tags/index.html"), ("É/x", "é/x"), ("é/x", "e\u0301/x"), ("STRASSE", "straße"), ("A1", "a1")],
)
def test_paths_that_one_disk_takes_for_one_file_collide(one: str, two: str) -> None:
    assert collision_key(one) == collision_key(two)


@given(st.text(max_size=20))
def test_a_path_collides_with_its_other_forms(path: str) -> None:
    assume(unicodedata.normalize("NFC", path) == path and path.isprintable())
    assert collision_key(unicodedata.normalize("NFD", path)) == collision_key(path)
    assert collision_key(collision_key(path)) == collision_key(path)
    assert output_path("/" + quote(path)).startswith(path.lstrip("/")[:1])
