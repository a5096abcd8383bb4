"""newsgen check: what it finds by each rule, what it leaves alone, and that it writes nothing."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from html5lib._tokenizer import HTMLTokenizer  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen import config
from newsgen.check import REGISTER, External, Finding, Options, check
from newsgen.check.addresses import ELSEWHERE, HERE, NOWHERE, Addresses
from newsgen.check.external import Answer, read_register, write_register
from newsgen.check.scanning import scan, style_targets
from newsgen.check.terms import alike
from newsgen.cli import cli
from newsgen.cli.workers import local
from newsgen.errors import BuildError, errors_in
from newsgen.rules import RULES
from tests import strategies
from tests.sites import SETTINGS, make, snapshot, write

ALL = Options()
LONG = "The river rose by two metres in one night, and the old bridge held until the morning came at last over it.\n"


def article(name: str, body: str = "", front: str = "", day: str = "2024-03-05") -> str:
    """Return an article that no rule finds fault with, beside what is given."""
    own = f"This is the story of {name}. {LONG}"
    return f"-- articles/{name}.md --\n---\ntitle: Story {name}\ndate: {day}\n{front}---\n{own}\n{body}\n"


def found(root: Path, *rules: str, options: Options = ALL) -> list[tuple[str, str]]:
    """Return what breaks these rules, or any: the rule and the place."""
    shown = check(root, options).findings
    return [(item.rule, str(item.problem.location)) for item in shown if not rules or item.rule in rules]


def messages(root: Path, *rules: str) -> list[str]:
    return [str(item.problem) for item in check(root).findings if not rules or item.rule in rules]


# Each rule: a site that breaks it, with the place that is told; and one beside it that does not.
BROKEN: Sequence[tuple[str, str, str, str]] = [
    ("link", article("a", "[x](/nope/)"), "articles/a.md:7", article("a", "[x](/2024/)")),
    ("link", article("a", "[x](gone.md)"), "articles/a.md:7", article("a", "[x](a.md)")),
    ("link", article("a", "[x]()"), "articles/a.md:7", article("a", "[x](#)")),
    (
        "link",
        article("a", "one\n\n<a href='/x&amp;y'>x</a>"),
        "articles/a.md:9",
        article("a", "<a href='/2024/?a&amp;b'>x</a>"),
    ),
    (
        "link",
        article("a") + "-- pages/about.md --\n---\ntitle: A\n---\n[x](/nope/)\n",
        "pages/about.md:4",
        article("a") + "-- pages/about.md --\n---\ntitle: A\n---\n[x](/about/)\n",
    ),
    (
        "link",
        article("a", front="tags: [R]\n") + "-- articles/_tags/r.md --\n---\ntitle: R\n---\n[x](/nope/)\n",
        "articles/_tags/r.md:4",
        article("a", front="tags: [R]\n") + "-- articles/_tags/r.md --\n---\ntitle: R\n---\n[x](/tags/r/)\n",
    ),
    (
        "link",
        article("a") + article("b", front="redirect: /nope/\n"),
        "articles/b.md:4",
        article("a") + article("b", front="redirect: /2024/03/05/a/\n"),
    ),
    (
        "link",
        article("a", "[x](https://example.org/archive/nope/)"),
        "articles/a.md:7",
        article("a", "[x](https://example.org/archive/2024/) [y](https://example.org/else/)"),
    ),
    (
        "link",
        article("a") + "-- static/old.html --\n<p>\n<a href=/archive/nope>x</a>\n",
        "static/old.html:2",
        article("a") + "-- static/old.html --\n<p>\n<!-- <a href=nope> --><a href=2024/>x</a>\n",
    ),
    ("anchor", article("a", "[x](#nope)"), "articles/a.md:7", article("a", "[x](#later)\n\n## Later")),
    (
        "anchor",
        article("a", "[x](b.md#nope)") + article("b"),
        "articles/a.md:7",
        article("a", "[x](b.md#später) [y](b.md#sp%C3%A4ter)") + article("b", "## Später"),
    ),
    (
        "image-missing",
        article("a", "![x](gone.png)"),
        "articles/a.md:7",
        article("a", "![x](p.svg)") + "-- articles/p.svg --\n<svg/>\n",
    ),
    (
        "image-missing",
        article("a", front="image: gone.png\n"),
        "articles/a.md:4",
        article("a", front="image: p.svg\nimage_alt: x\n") + "-- articles/p.svg --\n<svg/>\n",
    ),
    (
        "image-missing",
        article("a") + "-- static/s.css --\n/* url(no.png) */\na { background: url('gone.png') }\n",
        "static/s.css:2",
        article("a") + "-- static/s.css --\na { background: url(data:x) } b { background: url(p.svg) }\n"
        "-- static/p.svg --\n<svg/>\n",
    ),
    (
        "moved-link",
        article("a", "[x](/old/)", "aliases: [/old/]\n"),
        "articles/a.md:8",
        article("a", front="aliases: [/old/]\n"),
    ),
    ("moved-link", article("a", "[x](/2024)"), "articles/a.md:7", article("a", "[x](/2024/index.html)")),
    (
        "moved-link",
        article("a", "[x](b.md)") + article("b", front="status: removed\n"),
        "articles/a.md:7",
        article("a", "[x](b.md)") + article("b", front="status: archived\n"),
    ),
    (
        "redirect-loop",
        article("a", front="url: /a/\nredirect: /b/\n") + article("b", front="url: /b/\nredirect: /a/\n"),
        "articles/a.md:5",
        article("a", front="url: /a/\nredirect: /b/\n")
        + article("b", front="url: /b/\nredirect: /2024/\n")
        + article("c"),
    ),
    (
        "alt-text",
        article("a", "![x](p.svg)\n\n![](p.svg)") + "-- articles/p.svg --\n<svg/>\n",
        "articles/a.md:9",
        article("a", "![x](p.svg)") + "-- articles/p.svg --\n<svg/>\n",
    ),
    (
        "alt-text",
        article("a", front="image: p.svg\n") + "-- articles/p.svg --\n<svg/>\n",
        "articles/a.md:4",
        article("a", front="image: p.svg\nimage_alt: x\n") + "-- articles/p.svg --\n<svg/>\n",
    ),
    (
        "image-size",
        article("a", "![x](p.png)") + f"-- articles/p.png --\n{'x' * 2_100_000}\n",
        "articles/p.png",
        article("a", "![x](p.png)") + f"-- articles/p.png --\n{'x' * 1_900_000}\n",
    ),
    (
        "unused-file",
        article("a") + "-- articles/p.png --\nx\n",
        "articles/p.png",
        article("a", "![x](p.png)") + "-- articles/p.png --\nx\n",
    ),
    (
        "date-order",
        article("a", front="updated: 2024-03-04\n"),
        "articles/a.md:4",
        article("a", front="updated: 2024-03\n"),
    ),
    (
        "date-order",
        article("a", front="expirydate: 2023\n"),
        "articles/a.md:4",
        article("a", front="expirydate: 2024\n"),
    ),
    (
        "date-order",
        article("a", front="corrections:\n- {date: 2024-03-04, text: x}\n"),
        "articles/a.md:4",
        article("a", front="corrections:\n- {date: 2024-03-05, text: x}\n"),
    ),
    (
        "date-order",
        article("a", front="updated: 2024-03-06\ncorrections:\n- {date: 2024-03-07, text: x}\n"),
        "articles/a.md:4",
        article("a", front="updated: 2024-03-07\ncorrections:\n- {date: 2024-03-07, text: x}\n"),
    ),
    ("file-date", article("2024-03-04-a"), "articles/2024-03-04-a.md:3", article("2024-3-5-a")),
    ("gap", article("a") + article("b", day="2024-05-01"), "None", article("a") + article("b", day="2024-04-01")),
    (
        "headline-length",
        f"-- articles/a.md --\n---\ntitle: {'x' * 111}\ndate: 2024\n---\n{LONG}",
        "articles/a.md:2",
        f"-- articles/a.md --\n---\ntitle: {'x' * 110}\ndate: 2024\n---\n{LONG}",
    ),
    ("short-text", "-- articles/a.md --\n---\ntitle: x\ndate: 2024\n---\nShort.\n", "articles/a.md", article("a")),
    ("short-text", "-- articles/a.md --\n---\ntitle: x\ndate: 2024\n---\n", "articles/a.md", article("a")),
    (
        "same-headline",
        article("a", front="kicker: x\n") + article("b").replace("Story b", "story A"),
        "articles/b.md:2",
        article("a") + article("b", day="2024-03-06").replace("Story b", "story A"),
    ),
    (
        "same-text",
        article("a") + article("b").replace("story of b", "STORY of  a"),
        "articles/b.md",
        article("a") + article("b"),
    ),
    (
        "similar-terms",
        article("a", front="tags: [Parliment]\n")
        + article("b", front="tags: [Parliament]\n")
        + article("c", front="tags: [Parliament]\n"),
        "articles/a.md:4",
        article("a", front="tags: [Topic 1, C++, Iran]\n")
        + article("b", front="tags: [Topic 2, C, Iraq]\n").replace("[Topic 2, C, Iraq]", "[Topic 2, Iraq]"),
    ),
    (
        "translation",
        article("a", front="translation_of: b\nlang: fr\n")
        + article("b", front="translation_of: c\nlang: de\n")
        + article("c"),
        "articles/a.md:4",
        article("a", front="translation_of: c\nlang: fr\n")
        + article("b", front="translation_of: c\nlang: de\n")
        + article("c"),
    ),
    (
        "translation",
        article("a", front="translation_of: b\n") + article("b"),
        "articles/a.md:4",
        article("a", front="translation_of: b\nlang: fr\n") + article("b"),
    ),
    ("translation", article("a", front="translation_of: nope\n"), "articles/a.md:4", article("a")),
    ("build", article("a", front="zzz: 1\n"), "articles/a.md:4", article("a", front="extra: {zzz: 1}\n")),
]
OPTIONAL: Sequence[tuple[str, str]] = [
    ("no-summary", "summary: x"),
    ("no-section", "section: x"),
    ("no-author", "author: x"),
    ("no-tags", "tags: [x]"),
    ("no-source", "source: x"),
]


@pytest.mark.parametrize(("rule", "broken", "place", "sound"), BROKEN)
def test_a_breach_is_told_with_its_place_and_what_is_right_is_not(
    tmp_path: Path, rule: str, broken: str, place: str, sound: str
) -> None:
    assert found(make(tmp_path / "broken", broken), rule) == [(rule, place)]
    assert found(make(tmp_path / "sound", sound), rule) == []


@pytest.mark.parametrize(("rule", "field"), OPTIONAL)
def test_optional_rules_count_where_they_are_asked_for(tmp_path: Path, rule: str, field: str) -> None:
    root = make(tmp_path, article("a") + article("b", front=f"{field}\n"))
    assert found(root, rule) == []
    assert found(root, options=Options(only=frozenset({rule}))) == [(rule, "articles/a.md")]


def test_a_written_summary_is_told_from_a_subtitle(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", front="subtitle: x\n") + article("b", front="subtitle: x\nsummary: y\n"))
    assert found(root, options=Options(only=frozenset({"no-summary"}))) == [("no-summary", "articles/a.md")]


def test_static_files_and_lone_tags_are_told_where_that_is_asked_for(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", "[x](/used.pdf)", "tags: [One, Two]\n") + article("b", front="tags: [Two]\n"))
    for name in ("used.pdf", "unused.pdf", "favicon.ico"):
        write(root, f"static/{name}", "x")
    write(root, "static/s.css", "a { background: url(in-style.png) }")
    write(root, "static/in-style.png", "x")
    asked = Options(only=frozenset({"unused-static", "lone-term"}))
    assert found(root, options=asked) == [
        ("lone-term", "articles/a.md:4"),
        ("unused-static", "static/s.css"),
        ("unused-static", "static/unused.pdf"),
    ]


def test_every_rule_is_tried() -> None:
    tried = {row[0] for row in BROKEN} | {row[0] for row in OPTIONAL}
    assert tried | {"unused-static", "lone-term", "external-link"} == {rule.name for rule in RULES}


def test_a_file_is_let_off_a_rule_by_its_front_matter(tmp_path: Path) -> None:
    text = "-- articles/{}.md --\n---\ntitle: Story {}\ndate: 2024-03-05\n{}---\nShort {}. ![](p.svg)\n"
    root = make(
        tmp_path,
        text.format("a", "a", "check: {skip: [short-text, alt-text]}\n", "a")
        + text.format("b", "b", "check: {skip: alt-text}\n", "b")
        + "-- articles/p.svg --\n<svg/>\n",
    )
    assert found(root) == [("short-text", "articles/b.md")]


def test_a_profile_lets_its_term_off(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", front="tags: [River]\n") + article("b", front="tags: [Rivers]\n"))
    assert [rule for rule, _ in found(root)] == ["similar-terms"]
    write(root, "articles/_tags/river.md", "---\ncheck: {skip: [similar-terms]}\n---\nA town.\n")
    assert found(root) == []


def test_a_wrong_name_in_front_matter_is_a_warning_with_the_nearest(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", front="check: {skip: [alt-txt], only: x}\n"))
    told = "\n".join(messages(root, "build"))
    assert "did you mean 'alt-text'?" in told
    assert "'only' is not known here" in told


def test_settings_give_rules_a_level_and_a_number(tmp_path: Path) -> None:
    rules = "check:\n  headline-length: {level: error, most: 5}\n  short-text: off\n  no-author: true\n  gap: warn\n"
    root = make(tmp_path, article("a"), settings=SETTINGS + rules)
    levels = {item.rule: item.level for item in check(root).findings}
    assert levels == {"headline-length": "error", "no-author": "warning"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("headline-lenght: off", "did you mean 'headline-length'?"),
        ("gap: loud", "'loud' is not a level of a rule"),
        ("gap: {most: 3}", "'most' is not known in the rule 'gap'"),
        ("gap: {least: many}", "'many' is not a number"),
        ("link: {least: 3}", "'least' is not known in the rule 'link'"),
    ],
)
def test_a_mistake_in_the_settings_of_rules_is_an_error(tmp_path: Path, written: str, told: str) -> None:
    write(tmp_path, "newsgen.yaml", f"title: T\ncheck: {{{written}}}\n")
    with pytest.raises(ExceptionGroup) as raised:
        config.read(tmp_path)
    assert told in "\n".join(map(str, errors_in(raised.value)))


# What templates make


def test_what_a_template_makes_wrongly_is_told_once_with_the_number_of_pages(tmp_path: Path) -> None:
    root = make(tmp_path, "".join(article(f"a{number}") for number in range(30)))
    write(
        root,
        "templates/article.html",
        '{% extends "theme/article.html" %}{% block head %}<link rel="stylesheet" href="gone.css">{% endblock %}'
        "{% block title %}x</title><a href=\"{{ '/nope/' | url }}\">x</a><img src=\"{{ '/theme/icon.svg' | url }}\">"
        "<title>{% endblock %}",
    )
    told = check(root).findings
    assert sorted((item.rule, str(item.problem.location)) for item in told) == [
        ("alt-text", "templates/article.html"),
        ("image-missing", "templates/article.html"),
        ("link", "templates/article.html"),
    ]
    assert all("on 30 pages, of which /2024/03/05/a0/ is the first" in item.problem.message for item in told)


def test_a_template_that_fails_is_one_error_whatever_is_asked_for(tmp_path: Path) -> None:
    root = make(tmp_path, "".join(article(f"a{number}") for number in range(5)))
    write(root, "templates/article.html", "\n{{ nope.nope }}")
    told = check(root, Options(only=frozenset({"link"}))).findings
    assert [(item.rule, item.level, str(item.problem.location)) for item in told if item.level == "error"][:1] == [
        ("build", "error", "templates/article.html:2")
    ]
    assert len([item for item in told if item.rule == "build"]) == 1


def test_an_error_of_the_build_is_told_whatever_is_asked_for(tmp_path: Path) -> None:
    root = make(tmp_path, article("a") + article("b", day="never"))
    assert found(root, options=Options(only=frozenset({"gap"}))) == [("build", "articles/b.md:3")]


def test_a_menu_that_leads_nowhere_is_told_where_it_is_written(tmp_path: Path) -> None:
    root = make(tmp_path, article("a"), settings=SETTINGS + "menu: {Nope: /nope/}\n")
    assert ("link", "newsgen.yaml") in found(root)


def test_a_text_of_which_all_links_are_broken_is_told_line_by_line(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", "\n".join(f"[x](/nope/{number}/)" for number in range(3000))))
    told = found(root, "link")
    assert told == [("link", f"articles/a.md:{number + 7}") for number in range(3000)]


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "mailto:a@b", "tel:1", "data:text/html,x", "//other.example/x", "https://other.example/#x",
     "/t%61gs/", "/tags/?a=b#newsgen-main", "/TAGS/../tags/", "#newsgen-main", "#top", "#:~:text=x", "?x", "/tags/#"],
)  # fmt: skip
def test_a_link_that_leads_somewhere_or_nowhere_on_purpose_is_none_to_tell(tmp_path: Path, target: str) -> None:
    root = make(tmp_path, article("a", f"[x]({target})", "tags: [R]\n"))
    assert found(root, "link", "anchor") == []


@pytest.mark.parametrize(
    ("target", "meant"),
    [("/TAGS/r/", "/tags/r/"), ("/tags/r.html", "/tags/r/"), ("/2023/03/05/a/", "/2024/03/05/a/")],
)
def test_a_broken_link_is_told_with_what_was_meant(tmp_path: Path, target: str, meant: str) -> None:
    root = make(tmp_path, article("a", f"[x]({target})", "tags: [R]\n"))
    assert f"did you mean {meant}?" in "\n".join(messages(root, "link"))


@pytest.mark.parametrize("target", ["/nope/%zz", "/%00", "/nope\\x", "/ä/", "/%C3%A4/", "/a//b", "/.."])
def test_a_strange_target_is_looked_for_all_the_same(tmp_path: Path, target: str) -> None:
    root = make(tmp_path, article("a", f"[x](<{target}>)"))
    assert found(root, "link") in ([("link", "articles/a.md:7")], [] if target == "/.." else None)


# Gaps


def test_an_archive_of_years_has_gaps_of_years_and_a_sparse_one_has_none(tmp_path: Path) -> None:
    years = "".join(article(f"a{year}", day=str(year)) for year in (1950, 1951, 1952, 1955, 1956))
    assert "there is no article from 1953 to 1954" in messages(make(tmp_path / "years", years), "gap")[0]
    mixed = "".join(article(f"a{year}", day=f"{year}-07-01") for year in (1950, 1951, 1954, 1955))
    assert "from 1952 to 1953" in messages(make(tmp_path / "mixed", mixed), "gap")[0]
    sparse = "".join(article(f"a{year}", day=str(year)) for year in (1900, 1950, 2000))
    assert messages(make(tmp_path / "sparse", sparse), "gap") == []


# Terms


def test_similar_names_are_found_and_different_ones_are_not() -> None:
    names = ["Rivers", "River", "Town hall", "Hall, town", "Parliament", "Parlaiment", "City", "Cities", "Iran", "Iraq",
             "Election 2016", "Election 2020", "C", "C++", "Ward Alpha A", "Ward Alpha B", "Ward Alpha C",
             "Ward Alpha D", "Ward Alpha E"]  # fmt: skip
    pairs = {frozenset((pair.name, pair.other)) for pair in alike(dict.fromkeys(names, 1), 7)}
    wanted = [("Rivers", "River"), ("Town hall", "Hall, town"), ("Parliament", "Parlaiment"), ("City", "Cities")]
    assert pairs == {frozenset(pair) for pair in wanted}


def test_the_rarer_name_is_the_one_that_is_told() -> None:
    assert [(pair.name, pair.other) for pair in alike({"Rivers": 1, "River": 5}, 7)] == [("Rivers", "River")]


def test_comparing_thousands_of_names_does_not_grow_with_their_square() -> None:
    chance = random.Random(1)
    names = {"".join(chance.choice("abcdefghij ") for _ in range(chance.randint(5, 25))): 1 for _ in range(16_000)}
    # With each pair compared this would take minutes.
    assert len(list(alike(names, 7))) < len(names)
    series = {f"long name {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}": 1 for n in range(16_000)}
    assert list(alike(series, 7)) is not None


@given(st.dictionaries(st.text(max_size=12), st.integers(1, 9), max_size=30))
def test_any_names_can_be_compared(names: Mapping[str, int]) -> None:
    for pair in alike(names, 4):
        assert pair.name != pair.other
        assert names[pair.name] <= names[pair.other]


# The scanner, with html5lib as its judge

_PIECES = st.sampled_from(
    [
        "<a href=x>",
        "<a href='it\"s'>",
        '<a title="a>b" href="y&amp;z">',
        "<A HREF=Q>",
        "</a>",
        "<!--",
        "-->",
        "<!-->",
        "--!>",
        "<script>",
        "</script>",
        "<style>",
        "</style >",
        "<textarea>",
        "</textarea>",
        "<title>",
        "</title/>",
        "<a\nhref\n=\nq>",
        "<a href>",
        "<a/href=z/>",
        "<a href=a href=b>",
        "<a href='",
        '<p class="',
        "'>",
        '">',
        "<",
        ">",
        "</",
        "<?x>",
        "<!doctype html>",
        "text",
        "=",
        " ",
        "/",
        "<a =href=x>",
        "<a href==x>",
        "&lt;a href=x&gt;",
        "<ax href=x>",
    ]
)
_RAW = {"script": "scriptDataState", "style": "rawtextState", "textarea": "rcdataState", "title": "rcdataState"}


def by_html5lib(html: str) -> list[str]:
    """Return the targets of links, as html5lib's tokenizer finds them."""

    class _Stack:
        class tree:
            openElements: Sequence[object] = ()

    tokenizer = HTMLTokenizer(html, parser=_Stack())
    targets = []
    for token in tokenizer:
        if token["type"] == 3:  # a start tag
            name = token["name"].lower()
            values = {key.lower(): value for key, value in reversed(list(dict(token["data"]).items()))}
            if name == "a" and "href" in values:
                targets.append(values["href"])
            if name in _RAW:
                tokenizer.state = getattr(tokenizer, _RAW[name])
                tokenizer.currentToken = token
    return targets


@settings(max_examples=500)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_links_are_found_where_the_standard_finds_them(html: str) -> None:
    # Within scripts, comments have a meaning of their own that no page of ours has.
    if not ("<script" in html and "<!--" in html):
        assert [item.target for item in scan(html).mentions if item.element == "a"] == by_html5lib(html)


@given(st.text())
def test_any_text_can_be_scanned(html: str) -> None:
    scan(html)
    list(style_targets(html))


def test_all_that_a_page_leads_to_is_found() -> None:
    html = (
        '<base href="/b/"><link rel=stylesheet href=1><link rel=next href=2><img src=3 srcset="4, 5 2x, 6,7 3x" alt>'
        '<video src=8 poster=9></video><object data=10></object><form action=11></form><p id=i><a name=n href="12#x">'
        "<meta http-equiv=Refresh content=\"0; url='13'\"><iframe src=14></iframe><svg><a href=15></a></svg>"
    )
    result = scan(html)
    assert [item.target for item in result.mentions] == [
        "1", "2", "3", "4", "5", "6,7", "8", "9", "10", "11", "12#x", "13", "14", "15",
    ]  # fmt: skip
    assert result.identifiers == {"i", "n"}
    assert result.base == "/b/"


# Addresses


@given(st.text(alphabet="./#?%ab:\\[] &é", max_size=14), st.sampled_from(["", "https://example.org/archive"]))
def test_any_target_has_a_meaning(written: str, base: str) -> None:
    target = Addresses(base, ()).target("/2024/03/05/a/", written)
    assert target.where != HERE or target.path.startswith("/")


def test_a_plain_target_means_what_any_other_does() -> None:
    addresses = Addresses("https://example.org/archive", ())
    for written in ("../b/", "./b/c.html", "b", "", "#x", "../../../../tags/#y", "../../../../../x"):
        slow = addresses.target("/2024/03/05/a/", written, "/archive/2024/03/05/a/")
        assert addresses.target("/2024/03/05/a/", written) == slow, written
    assert addresses.target("/a/", "../../x").where == ELSEWHERE
    assert addresses.target("/a/", "http://[").where == NOWHERE


# The whole


def test_nothing_is_written(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", "[x](/nope/)"))
    before = snapshot(root)
    check(root)
    CliRunner().invoke(cli, ["check", "--site", str(root)])
    assert snapshot(root) == before


@settings(max_examples=25)
@given(texts=st.lists(strategies.articles(), min_size=1, max_size=5), rubbish=st.binary(max_size=200))
def test_a_check_of_any_site_tells_of_mistakes_and_writes_nothing(
    tmp_path_factory: pytest.TempPathFactory, texts: Sequence[str], rubbish: bytes
) -> None:
    root = tmp_path_factory.mktemp("site")
    write(root, "newsgen.yaml", SETTINGS)
    for number, text in enumerate(texts):
        write(root, f"articles/a{number}.md", text)
    write(root, "articles/rubbish.md", b"---\ntitle: x\ndate: 2024\n---\n" + rubbish)
    write(root, "static/rubbish.html", rubbish)
    write(root, "static/rubbish.css", rubbish)
    before = snapshot(root)
    for item in check(root, Options(only=frozenset(rule.name for rule in RULES))).findings:
        assert isinstance(item, Finding)
        str(item.problem)
    assert snapshot(root) == before


def test_workers_find_the_same(tmp_path: Path) -> None:
    root = make(tmp_path, "".join(article(f"a{n}", f"[x](/no/{n}/) [y](a1.md#n{n})") for n in range(40)))
    alone = check(root).findings
    assert check(root, Options(workers=local(2))).findings == alone
    assert check(root, Options(workers=local(2, "spawn"))).findings == alone
    assert len(alone) == 80


def test_the_sample_site_is_clean(sample: Path) -> None:
    assert check(sample).findings == ()


def test_a_new_site_is_clean(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(cli, ["init", str(tmp_path / "new")]).exit_code == 0
    result = runner.invoke(cli, ["check", "--site", str(tmp_path / "new"), "--strict", "--format", "json"])
    assert json.loads(result.output)["problems"] == []


# The command


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["check", *arguments], standalone_mode=False)
    if isinstance(result.exception, Exception):
        raise result.exception
    return int(result.return_value), result.stdout


def test_the_exit_code_says_whether_there_are_errors(tmp_path: Path) -> None:
    errors = str(make(tmp_path / "errors", article("a", "[x](/nope/)")))
    warnings = str(make(tmp_path / "warnings", article("a", front="zzz: 1\n")))
    notes = str(make(tmp_path / "notes", article("a", "[x](/2024)")))
    assert run("--site", errors)[0] == 1
    assert run("--site", errors, "--skip", "link")[0] == 0
    assert run("--site", warnings)[0] == 0
    assert run("--site", warnings, "--strict")[0] == 1
    assert run("--site", notes, "--strict")[0] == 0


def test_text_names_the_rule_and_the_place(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", "[x](/nope/)"))
    assert (
        "articles/a.md:7: error: the link '/nope/' is not on the site [link]" in run("--site", str(root), "--quiet")[1]
    )


def test_json_tells_all(tmp_path: Path) -> None:
    root = make(tmp_path, article("a", "[x](/nope/)"))
    told = json.loads(run("--site", str(root), "--format", "json")[1])
    assert (told["articles"], told["error"], told["warning"]) == (1, 1, 0)
    assert told["problems"][0]["rule"] == "link"
    assert told["problems"][0]["path"] == "articles/a.md"
    assert told["problems"][0]["line"] == 7


def test_github_gets_commands_in_which_no_text_ends_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tmp_path / "my,site: 100%", article("a", "[x](</nope/::error::,%41>)"))
    monkeypatch.chdir(tmp_path)
    lines = run("--site", root.name, "--format", "github")[1].splitlines()
    assert lines == [
        "::error file=my%2Csite%3A 100%25/articles/a.md,line=7,title=link::"
        "the link '/nope/::error::,A' is not on the site"
    ]


def test_a_rule_that_there_is_not_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["check", "--only", "ancor"])
    assert result.exit_code == 2
    assert "did you mean 'anchor'?" in result.output


def test_rules_are_listed_with_the_levels_of_the_site(tmp_path: Path) -> None:
    root = make(tmp_path, "", settings="title: T\ncheck: {gap: error, headline-length: {most: 80}}\n")
    told = {item["rule"]: item for item in json.loads(run("--site", str(root), "--rules", "--format", "json")[1])}
    assert told.keys() == {rule.name for rule in RULES}
    assert told["gap"]["level"] == "error"
    assert told["headline-length"]["most"] == 80
    assert run("--rules")[1].count("\n") == len(RULES)


# Addresses elsewhere, on this machine alone


class _Host(BaseHTTPRequestHandler):
    asked: list[tuple[str, str, str]]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked.append((self.command, self.path, self.headers["User-Agent"]))
        status = {"/gone": 404, "/refused": 403, "/busy": 503, "/loop": 302, "/moved": 301}.get(self.path, 200)
        if self.path == "/no-head" and self.command == "HEAD":
            status = 405
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "/loop" if status == 302 else "/good")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *message: object) -> None:
        """Say nothing."""


@contextmanager
def host() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Give the address of a server, and what it was asked."""
    asked: list[tuple[str, str, str]] = []
    kind = type("_Own", (_Host,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def asking(root: Path, today: str = "2024-06-01", days: int = 30) -> External:
    return External(root, date.fromisoformat(today), timedelta(days=days), pause=0.0, timeout=5.0)


def outside(root: Path, ask: External) -> list[Finding]:
    return [item for item in check(root, Options(ask=ask)).findings if item.rule == "external-link"]


def test_addresses_are_asked_and_what_they_say_is_kept(tmp_path: Path) -> None:
    with host() as (address, asked):
        names = ("good", "gone", "refused", "busy", "loop", "moved", "no-head")
        links = "\n".join(f"[x]({address}/{name})" for name in names)
        root = make(tmp_path, article("a", links))
        told = outside(root, asking(root))
        assert [(str(item.problem.location), item.problem.message.split(" (")[0]) for item in told] == [
            ("articles/a.md:8", f"{address}/gone answers 404"),
            ("articles/a.md:10", f"{address}/busy answers 503"),
            ("articles/a.md:11", f"{address}/loop redirects without end"),
        ]
        assert f"https://web.archive.org/web/20240305/{address}/gone" in told[0].problem.hint
        assert all("newsgen/" in agent for _, _, agent in asked)
        assert ("GET", "/good", asked[0][2]) not in asked
        lines = (root / REGISTER).read_text().splitlines()
        assert lines[1:] == sorted(lines[1:])
        assert f"{address}/good\t200\t2024-06-01\t2024-06-01" in lines
        assert f"{address}/gone\t404\t2024-06-01\t-" in lines
        count = len(asked)
        # What is known is told again, and not asked again until it is old.
        assert len(outside(root, asking(root, "2024-06-30"))) == 3
        assert len(asked) == count
        outside(root, asking(root, "2024-07-01"))
        assert len(asked) > count


def test_an_address_that_was_good_keeps_the_day(tmp_path: Path) -> None:
    with host() as (address, _):
        root = make(tmp_path, article("a", f"[x]({address}/gone) [y]({address}/good)"))
        day = date(2023, 1, 2)
        write_register(
            root, {f"{address}/gone": Answer("200", day, day), "http://unlinked.example/": Answer("200", day, day)}
        )
        (told,) = outside(root, asking(root))
        assert "last good on 2023-01-02" in told.problem.message
        assert f"/web/20230102/{address}/gone" in told.problem.hint
        assert read_register(root)[f"{address}/gone"].good == day
        assert "http://unlinked.example/" not in read_register(root)


def closed_port() -> str:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Host) as server:
        return f"http://127.0.0.1:{server.server_address[1]}"


def test_a_machine_without_a_net_marks_nothing_as_dead(tmp_path: Path) -> None:
    dead = closed_port()
    root = make(tmp_path, article("a", f"[x]({dead}/x)"))
    day = date(2023, 1, 2)
    write_register(root, {f"{dead}/x": Answer("200", day, day)})
    ask = asking(root)
    assert outside(root, ask) == []
    assert "seems to be offline" in ask.notes[0]
    assert read_register(root)[f"{dead}/x"].status == "200"


def test_a_host_that_is_gone_is_told_while_others_answer(tmp_path: Path) -> None:
    dead = closed_port()
    with host() as (address, _):
        root = make(tmp_path, article("a", f"[x]({dead}/x) [y]({address}/good)"))
        (told,) = outside(root, asking(root))
        assert "cannot be reached" in told.problem.message


def test_an_address_in_a_field_or_a_template_has_its_place(tmp_path: Path) -> None:
    with host() as (address, _):
        root = make(
            tmp_path, article("a", front=f"source: S\nsource_url: {address}/gone\n") + article("b", f"<{address}/good>")
        )
        (told,) = outside(root, asking(root))
        assert str(told.problem.location) == "articles/a.md:5"


@pytest.mark.parametrize("line", ["<<<<<<< ours", "http://x\t200", "http://x\t200\tnever\t-"])
def test_a_register_that_cannot_be_read_is_an_error_with_its_line(tmp_path: Path, line: str) -> None:
    write(tmp_path, REGISTER, f"# head\n{line}\n")
    with pytest.raises(BuildError, match=r"links\.tsv:2"):
        read_register(tmp_path)


@given(st.text(max_size=30))
def test_whatever_is_asked_nothing_but_the_web_is(address: str) -> None:
    ask = External(Path(), date(2024, 1, 1), tries=1, timeout=0.01)
    assert ask._status(f"file:///etc/passwd#{address}", threading.Event()) == "invalid"


def test_without_the_option_nothing_is_asked_or_written(tmp_path: Path) -> None:
    with host() as (address, asked):
        root = make(tmp_path, article("a", f"[x]({address}/gone)"))
        assert run("--site", str(root))[0] == 0
        assert asked == []
        assert not (root / REGISTER).exists()
        assert run("--site", str(root), "--external")[0] == 0
        assert asked
        assert (root / REGISTER).exists()
