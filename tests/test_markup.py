"""Markdown becomes safe HTML; its references are all found; what would take minutes is refused at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsgen import effort, markup
from newsgen.errors import ContentError, Location
from newsgen.markup import Converter, finish, is_external, references, targets
from newsgen.model import MarkdownSettings

EXTENSIONS = tuple((name, ()) for name in ("extra", "sane_lists", "smarty", "toc"))
CONVERTERS = {mode: Converter(MarkdownSettings(EXTENSIONS, mode)) for mode in ("sanitize", "escape", "allow")}
PLACE = Location("articles/a.md", 7)


def html(text: str, mode: str = "sanitize") -> str:
    return CONVERTERS[mode].html(text, PLACE)


def page(text: str, links: dict[str, str] | None = None, *, mode: str = "sanitize", external: bool = False) -> str:
    """Return the body as it stands in a page two folders deep."""
    sizes = {"/2024/river.jpg": (640, 480)}
    return finish(html(text, mode), links or {}, sizes, lambda url: "../.." + url, allows_external_images=external)


# Safety


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>alert(1)</script>\n\nA", "\n\n<p>A</p>"),
        ("a <script>alert(1)</script> b", "<p>a  b</p>"),
        ('<div onclick="x()" style="color: red">A</div>', "<div>A</div>"),
        ('<a href="javascript:alert(1)">A</a>', "<p><a>A</a></p>"),
        ('<a href="JaVa\nScRiPt:alert(1)">A</a>', "<p><a>A</a></p>"),
        ("<a href='&#106;avascript:alert(1)'>A</a>", "<p><a>A</a></p>"),
        ("[A](javascript:alert(1))", "<p><a>A</a></p>"),
        ("[A](data:text/html;base64,PHNjcmlwdD4=)", "<p><a>A</a></p>"),
        ("[A](vbscript:x)", "<p><a>A</a></p>"),
        ("![A](data:image/svg+xml,x)", '<p><img alt="A"></p>'),
        ("# A {: onclick=x style=y }", '<h1 id="a">A</h1>'),
        ("*A*{: onmouseover=x .lead }", '<p><em class="lead">A</em></p>'),
        ('<iframe src="https://x.org"></iframe>', ""),
        ("<svg><script>x</script></svg>", "<p></p>"),
        ('<form action="x"><input name="y"></form>', ""),
        ("<object data=x></object><embed src=y>", "\n<p></p>"),
        ('<meta http-equiv="refresh" content="0">', "<p></p>"),
        ("<style>p { color: red }</style>", ""),
        ("<base href=x><link rel=stylesheet href=y>", "<p></p>"),
        ('<img src="a.jpg" onerror="x" srcset="b.jpg 2x">', '<p><img src="a.jpg"></p>'),
        ("<b><i>unclosed", "<p><b><i>unclosed</i></b></p>"),
        ("A</article></main>", "<p>A</p>"),
        ("```html\n<script>x</script>\n```",
         '<pre><code class="language-html">&lt;script&gt;x&lt;/script&gt;\n</code></pre>'),
        ("{{ article.title }} {% include 'x' %}", "<p>{{ article.title }} {% include ‘x’ %}</p>"),
    ],
)  # fmt: skip
def test_what_could_do_harm_is_gone(text: str, expected: str) -> None:
    assert html(text) == expected


def test_raw_html_is_shown_as_text_where_the_site_says_so() -> None:
    assert html("<script>alert(1)</script>\n\n<b>A</b> *B*", "escape") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>&lt;b&gt;A&lt;/b&gt; <em>B</em></p>"
    )


def test_attribute_lists_are_cleaned_where_raw_html_is_escaped() -> None:
    assert html("[A](b.md){: onclick=x }", "escape") == '<p><a href="b.md">A</a></p>'


def test_a_site_that_owns_its_texts_keeps_raw_html() -> None:
    assert html('<div onclick="x()">A</div>', "allow") == '<div onclick="x()">A</div>'


@given(
    st.lists(
        st.sampled_from(
            [
                "<script>",
                "</script>",
                "<img src=x onerror=",
                "<a href='java",
                "script:",
                "[a](",
                ")",
                '"',
                "'",
                ">",
                "<",
                "\n\n",
                "onclick=x",
                "{: ",
                "}",
                "<!--",
                "-->",
                "`",
                "```\n",
                "&#x6A;",
                "\x00",
                "<svg/onload=x>",
                "<p>",
                "a",
                " ",
            ]
        ),
        max_size=12,
    ).map("".join)
)
@example("<img src=\"\" alt='<img src=x onerror=alert(1)>'>")
@example("![<script>alert(1)</script>](http://x.org/a.png)")
def test_no_text_puts_a_script_or_a_handler_into_a_page(text: str) -> None:  # fmt: skip
    made = page(text)
    for tag in markup._ANY_TAG.findall(made):
        assert not tag.lower().startswith(("<script", "<svg", "<iframe"))
        names = {match[0].lower() for match in markup._ATTRIBUTE.findall(tag.strip("</>").partition(" ")[2])}
        assert not {name for name in names if name.startswith("on") or name == "style"}
        assert "javascript:" not in tag.lower()


# What a body looks like in a page


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# A\n\n## B\n\n### C", [2, 3, 4]),
        ("## A\n\n### B", [2, 3]),
        ("### A\n\n##### B\n\n###### C", [2, 3, 4]),
        ("# A\n\n### B\n\n###### C\n\n# D", [2, 3, 4, 2]),
        ("#### A\n\n## B", [2, 2]),
        ("## A\n\n<h1>B</h1>", [2, 2]),
        ("# A\n## B\n### C\n#### D\n##### E\n###### F", [2, 3, 4, 5, 6, 6]),
    ],
)
def test_headings_start_at_level_two_and_skip_none(text: str, levels: list[int]) -> None:
    made = page(text)
    assert [int(level) for level in markup._HEADING_LEVEL.findall(made)] == levels
    assert [made.count(f"</h{level}>") for level in levels] == [levels.count(level) for level in levels]


def test_cells_carry_a_class_for_their_alignment_and_no_style() -> None:
    made = page("|a|b|c|d|\n|:-|-:|:-:|-|\n|1|2|3|4|")
    assert (
        '<th class="align-left">a</th>\n<th class="align-right">b</th>\n<th class="align-center">c</th>\n<th>d' in made
    )
    assert '<td class="align-right">2</td>' in made
    assert "style" not in made


def test_links_to_files_become_links_to_pages() -> None:
    links = {"../rain.md": "/2024/rain/", "rain.md#later": "/2024/rain/#later", "a b.md": "/ab/"}
    text = '[A](../rain.md) [B](rain.md#later "t") [C](<a b.md>) [D](lost.md) [E](/about/) [F](#here) [G](//x.org/)'
    made = page(text, links)
    assert [link.split('"')[1] for link in made.split("<a ")[1:]] == [
        "../../2024/rain/", "../../2024/rain/#later", "../../ab/", "lost.md", "../../about/", "#here", "//x.org/",
    ]  # fmt: skip


def test_a_picture_has_its_size_and_waits_until_it_is_needed() -> None:
    made = page("![A river](river.jpg)", {"river.jpg": "/2024/river.jpg"})
    assert made == ('<p><img alt="A river" src="../../2024/river.jpg" width="640" height="480" loading="lazy"></p>')


def test_a_size_that_was_written_stays() -> None:
    made = page('<img src="river.jpg" width="99">', {"river.jpg": "/2024/river.jpg"})
    assert 'width="99"' in made and "height" not in made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![A](https://x.org/a.png)", '<p><a class="external-image" href="https://x.org/a.png">A</a></p>'),
        (
            "![](https://x.org/a.png)",
            '<p><a class="external-image" href="https://x.org/a.png">https://x.org/a.png</a></p>',
        ),
        ("![A](//x.org/a.png)", '<p><a class="external-image" href="//x.org/a.png">A</a></p>'),
        ("[![A](https://x.org/a.png)](/b/)", '<p><a href="../../b/">A</a></p>'),
        ("![<b>](https://x.org/a.png)", '<p><a class="external-image" href="https://x.org/a.png">&lt;b&gt;</a></p>'),
    ],
)
def test_a_picture_on_another_host_becomes_a_link(text: str, expected: str) -> None:
    assert page(text) == expected


def test_a_picture_on_another_host_stays_where_the_page_may_load_it() -> None:
    assert '<img alt="A" src="https://x.org/a.png"' in page("![A](https://x.org/a.png)", external=True)


def test_footnotes_quotes_and_dashes_are_set() -> None:
    made = page('"It\'s" -- so...[^1]\n\n[^1]: The note.')
    assert "<p>“It’s” – so…<sup" in made
    assert "<p>The note.&nbsp;<a" in made
    assert html("plain") == "<p>plain</p>", "one text's footnotes do not stand in the next"


def test_quotes_in_code_stay_as_they_are() -> None:
    assert html('`"it\'s" -- x`') == '<p><code>"it\'s" -- x</code></p>'


def test_a_heading_in_another_script_has_an_id() -> None:
    assert html("## Élections") == '<h2 id="élections">Élections</h2>'


# References


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[A](b.md)", [("b.md", 1)]),
        ("x\n\n![A](../c/d.png)\n[B](e.md)", [("../c/d.png", 3), ("e.md", 4)]),
        ('[A](b.md "A title")', [("b.md", 1)]),
        ("[A](b.md 'A title')", [("b.md", 1)]),
        ('[A]( b.md"t" )', [("b.md", 1)]),
        ("[A](<a b.md>)", [("a b.md", 1)]),
        ("[A](a b.md)", [("a b.md", 1)]),
        ("[A](b(c).md)", [("b(c).md", 1)]),
        ("[A](b(c(d)).md)", [("b(c(d)).md", 1)]),
        (r"[A](b\(c.md)", [("b(c.md", 1)]),
        ("[A](b%20c.md)", [("b%20c.md", 1)]),
        ("[A](b&amp;c.md)", [("b&c.md", 1)]),
        ("[A](b.md#x) [B](b.md?y)", [("b.md#x", 1), ("b.md?y", 1)]),
        ("[![A](b.png)](c.md)", [("b.png", 1), ("c.md", 1)]),
        ("[A]\n\n[A]: b.md", [("b.md", 3)]),
        ('[A][]\n\n  [a]: <b.md> "t"', [("b.md", 3)]),
        ("[A]\n\n[A]:\n    b.md", [("b.md", 3)]),
        ("> [A]\n>\n> [A]: b.md", [("b.md", 3)]),
        ("[^1]: See [A](b.md)\n\nx[^1]", [("b.md", 1)]),
        ("[^1]: [A](b.md)\n\nx[^1]", [("b.md", 1)]),
        ('<a href="b.md">A</a>', [("b.md", 1)]),
        ("<a\nhref='b c.md'>A</a>", [("b c.md", 2)]),
        ("<IMG SRC=b.png>", [("b.png", 1)]),
        ('<a class="x" href = "b.md">A</a>', [("b.md", 1)]),
        ("[A](b.md){: href=c.md}", [("c.md", 1)]),
        ("- [A](b.md)\n    - [B](c.md)", [("b.md", 1), ("c.md", 2)]),
        ("|A|\n|-|\n|[A](b.md)|", [("b.md", 3)]),
    ],
)
def test_a_reference_is_found_with_its_line(text: str, found: list[tuple[str, int]]) -> None:
    assert set(found) <= set(references(text))
    assert targets(html(text)) >= {target for target, _ in found}


@pytest.mark.parametrize(
    "text", ["", "plain", "[A](#x)", "[A](/b/)", "[A](?x)", "[A](https://x.org)", "[A](mailto:a@b.c)", "[A]()"]
)
def test_what_names_no_file_is_no_reference(text: str) -> None:
    assert references(text) == ()


def test_a_link_in_code_looks_like_one_and_is_no_target() -> None:
    text = "`[A](b.md)`\n\n```\n[B](c.md)\n```\n\n<!-- [C](d.md) -->"
    assert {reference.target for reference in references(text)} == {"b.md", "c.md", "d.md"}
    assert targets(html(text)) == frozenset()


_NAMES = st.sampled_from(
    ["b.md", "../c/d e.png", "x_y*z.md", "p%20q.md", "é.md", "f(1).md", "g&h.md", "i'j.md", "k.md#l"]
)
_LINKS = st.tuples(
    st.sampled_from(
        ["[A]({})", "![A]({})", '[A]({} "t")', "[A](<{}>)", "[A]: {}\n\n[A]", '<a href="{}">A</a>', "<a href={}>A</a>"]
    ),
    _NAMES,
).map(lambda pair: pair[0].format(pair[1]))
_AROUND = st.sampled_from(
    ["{}", "> {}", "- {}", "1. {}", "x\n\n{}\n\ny", "**{}**", "## {}", "|a|\n|-|\n|{}|", "`x` {} `y`", "{}{}"]
)


@given(st.lists(st.tuples(_AROUND, _LINKS).map(lambda pair: pair[0].replace("{}", pair[1])), max_size=4))
def test_every_relative_target_of_a_text_is_among_its_references(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    real = {
        target for target in targets(html(text)) if target[:1] not in ("", "#", "/", "?") and not is_external(target)
    }
    assert real <= {reference.target for reference in references(text)}


@pytest.mark.parametrize("target", ["https://x.org", "mailto:a@b.c", "//x.org/a", "tel:1", "JAVASCRIPT:x"])
def test_a_target_with_a_scheme_or_host_leads_off_the_site(target: str) -> None:
    assert is_external(target)


@pytest.mark.parametrize("target", ["a.md", "/a/", "../a", "#a", "a/b:c", "./c:d", ""])
def test_a_path_stays_on_the_site(target: str) -> None:
    assert not is_external(target)


# Headings and excerpts


@pytest.mark.parametrize(
    ("text", "heading", "rest"),
    [
        ("# Flood\n\nBody", "Flood", "\nBody"),
        ("\n\n# Flood #\nBody", "Flood", "Body"),
        ("#\tFlood", "Flood", ""),
        ("# Flood in C# {#id .cls}\nBody", "Flood in C", "Body"),
        ("Flood\n=====\nBody", "Flood", "Body"),
        ("  Flood  \n =\n", "Flood", ""),
        ("# *Flood* & `co`", "*Flood* & `co`", ""),
        ("## Flood", "", "## Flood"),
        ("#Flood", "", "#Flood"),
        ("#  \nBody", "", "#  \nBody"),
        ("Body\n\n# Flood", "", "Body\n\n# Flood"),
        ("", "", ""),
    ],
)
def test_the_first_heading_is_taken_and_taken_off(text: str, heading: str, rest: str) -> None:
    assert (markup.first_heading(text), markup.without_heading(text)) == (heading, rest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("First *one*.\n\nSecond.", "First one."),
        ('![A](b.png)\n\n## Head\n\n- item\n\n> quote\n\nThe "first" words.', "The “first” words."),
        ("```\ncode\n\nmore\n```\n\nWords.", "Words."),
        ("One.\n\nTwo.\n\n<!-- more -->\n\nThree.", "One. Two."),
        ("With a note[^1] and [a link](b.md).\n\n[^1]: Note.", "With a note and a link."),
        ("<p>One<br>two</p>\n\nWords.", "Words."),
        ("AT&amp;T & <b>co</b>", "AT&T & co"),
        ("- item", ""),
        ("", ""),
    ],
)
def test_an_excerpt_is_the_first_paragraph_in_plain_words(text: str, words: str) -> None:
    assert markup.excerpt(text, html) == words


def test_a_long_excerpt_is_cut_at_a_word() -> None:
    words = markup.excerpt("word " * 200, html)
    assert words.endswith("word…") and len(words) <= 221


def test_words_on_two_lines_of_html_do_not_run_together() -> None:
    assert markup.plain_text("<p>One<br>two</p><p>three</p><ul><li>four</li></ul>x<b>y</b>") == "One two three four xy"


# Texts that no person writes

MILLION = 1_000_000
# What Python-Markdown would take minutes or hours for.
REFUSED = [
    "[", "![", "[a](", "[a](b", "[a](<", '[a](b"c) ', "[^", "*[", "<a ", "<b", '<b a="', "<a\n", "<http://a", '"', "'",
    "*a", "*a*", "**a** ", "***a", "a*b", "`a` ", "`` a", "``a ", "\\*", "\\", "<b>", "<!--", "<![CDATA[",
    "<b><!-- a -->",
    "[a](b) ", "![a](b) ", "<https://a> ", "# a\n", "## a\n\n", "=\n", "-\n", "a\n=\n", "---\n", "---\n\n", "- a\n",
    "- a\n\n", "1. a\n", "1. ", "- > ", "> ", "a\n\n", "a\n: b\n", "a\n\n: b\n\n", "*[a]: b\n", "```\n", "~~~ a\n",
    "<div>",
    "<div>\n", "<hr>\n\n", "<pre>", "|\n", "|-\n", "|`", "a  \n", "&lt;", "&#1", "[^1]\n\n[^1]: a\n\n", "[a]: <b ",
    "*a*{",
    " {a", "[TOC]\n\n",
]  # fmt: skip
# What it converts, long as it is.
CONVERTED = [
    "a",
    "a ",
    "a\n",
    "é",
    "^",
    "--",
    "...",
    "](",
    "(",
    ")",
    "!",
    "#",
    "|a|b|\n",
    "    a\n",
    "\t",
    "- ",
]
MADE = {
    "# and blanks": "# a" + " " * MILLION + "b",
    "# and braces": "# a" + " {a" * (MILLION // 3),
    "blank lines": "a" + "\n" * MILLION + "b",
    "brackets in brackets": "[" * (MILLION // 2) + "]" * (MILLION // 2),
    "one word a thousand times": "*[a]: b\n" + "a " * (MILLION // 2),
    "one note a thousand times": "[^1] " * (MILLION // 5) + "\n\n[^1]: a",
    "fences of all lengths": "\n".join("`" * length for length in range(3, 1400)),
}


def refusal(text: str) -> str:
    start = time.process_time()
    with pytest.raises(ContentError) as caught:
        html(text)
    assert time.process_time() - start < 5
    return str(caught.value)


@pytest.mark.parametrize("token", REFUSED)
def test_a_million_characters_that_would_take_minutes_are_refused_at_once(token: str) -> None:
    message = refusal(token * (MILLION // len(token)))
    assert message.startswith("articles/a.md:7: there are too many ")
    assert message.endswith("\n    hint: break the text up, or put code between '```' lines")


@pytest.mark.parametrize("name", MADE)
def test_a_text_made_to_take_minutes_is_refused_at_once(name: str) -> None:
    assert "there are too many " in refusal(MADE[name])


@pytest.mark.parametrize("token", CONVERTED)
def test_a_million_characters_that_are_only_long_are_converted(token: str) -> None:
    start = time.process_time()
    html(token * (MILLION // len(token)))
    assert time.process_time() - start < 10


def test_a_refusal_names_the_sign_and_the_line_of_its_paragraph() -> None:
    text = "Fine.\n\nAlso fine.\n\n" + "[" * 50_000 + "\n\nFine."
    assert refusal(text).startswith("articles/a.md:11: there are too many '[' here")


@pytest.mark.parametrize("token", ["> ", "1. ", "- > ", "> - "])
def test_what_is_nested_deeply_is_converted_or_refused(token: str) -> None:
    try:
        assert "a" in html(token * 3000 + "a")
    except ContentError as error:
        assert str(error).startswith(
            "articles/a.md:7: the text is nested too deeply\n    hint: take some of the nested"
        )


def test_a_text_that_failed_leaves_no_trace_in_the_next() -> None:
    text = '# A\n\n- b\n- c\n\n1. d\n\n> e\n\nf[^1] "g"\n\n[^1]: h'
    before = html(text)
    refusal("1. " * 3000 + "a")
    assert html(text) == before


def _ordinary(paragraphs: int) -> str:
    """Return a text as an editor of long texts would write it: links, quotes, lists, tables, code, footnotes."""
    parts = []
    for number in range(paragraphs):
        parts.append(
            f'The mayor said "it\'s *over*", and [the report](report-{number}.md "The report") '
            f"says **no** `less`.[^{number}] "
            + "Then it went on and on, as such texts do (see https://example.org/a_b_c) & on. "
            * 8
        )
        parts.append("\n".join(f'- item *{item}* of [list](l{item}.md), it\'s "so"' for item in range(4)))
        parts.append(f"[^{number}]: A note with [a link](n{number}.md).")
        if number % 10 == 0:
            parts.append(f"## Part {number} {{#part-{number}}}")
            parts.append("| a | b |\n|---|--:|\n" + "\n".join(f"| {row} | [x](y.md) |" for row in range(5)))
            parts.append("```python\nif a[i] < b['x'][\"y\"]:\n    print({1: 2}, *c, **d)\n```")
            parts.append('Term\n: its meaning\n\n<div class="box">\n<b>Raw</b>\n</div>')
    return "\n\n".join(parts)


def test_an_ordinary_text_of_two_megabytes_is_never_refused() -> None:
    text = _ordinary(2200)
    assert len(text) > 2_000_000 and text.count("](") > 8000
    assert effort.too_costly(text) is None


def test_a_table_a_list_and_a_program_of_a_thousand_lines_are_never_refused() -> None:
    table = "| a | b |\n|---|---|\n" + "\n".join(f'| [x](x{row}.md) | *it\'s* "{row}" |' for row in range(2000))
    items = "\n".join(f'{row}. [x](x{row}.md) "said" *so*' for row in range(3000))
    code = (
        "```json\n[\n"
        + ",\n".join(f'  {{"id": {row}, "tags": ["a", "b"], "x": "<b>"}}' for row in range(4000))
        + "\n]\n```"
    )
    for text in (table, items, code):
        assert len(text) > 60_000
        assert effort.too_costly(text) is None


def test_reading_the_references_of_a_hostile_text_takes_no_time() -> None:
    start = time.process_time()
    for token in (
        "](",
        "](a",
        "](<",
        "](a](b)",
        "href=",
        "href='",
        'src="a',
        "]: ",
        "](a\n",
        "[a](b.md)\n",
        "]((",
        "](\\",
    ):
        references(token * (MILLION // 5 // len(token)))
    references("](a" + " " * MILLION + "b")
    assert time.process_time() - start < 15


def test_reading_the_heading_of_a_hostile_text_takes_no_time() -> None:
    start = time.process_time()
    for text in (
        "# a" + " " * MILLION + "b",
        "# a" + "#" * MILLION + "b",
        "# a" + "{" * MILLION,
        "a" + " " * MILLION + "b\n=",
    ):
        assert markup.first_heading(text)
        markup.without_heading(text)
    assert time.process_time() - start < 2
