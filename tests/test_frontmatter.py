"""Front matter as other generators write it is read; what is wrong in it is told all at once, with its place."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsgen import frontmatter
from newsgen import source as sources
from newsgen.dates import load_zone
from newsgen.errors import ContentError, errors_in
from newsgen.frontmatter import Dialect, FrontMatter, ImageFields

DIALECT = Dialect(
    load_zone("America/New_York"),
    {
        "tags": ("tags", "tag", "keywords", "topics"),
        "authors": ("authors", "author", "byline"),
        "sections": ("section", "category", "categories"),
        "series": ("series",),
        "stories": ("story",),
    },
    {"dachzeile": "kicker"},
)


def read(data: str | bytes) -> FrontMatter:
    written = data.encode() if isinstance(data, str) else data
    text, _ = sources.clean(sources.decode(written, "a.md"))
    return frontmatter.parse(sources.split(text, "a.md"), "a.md", DIALECT)


def fields(front: str) -> FrontMatter:
    return read(f"---\n{front}\n---\nBody.\n")


def problems(data: str | bytes) -> list[str]:
    with pytest.raises((ContentError, ExceptionGroup)) as caught:
        read(data)
    return [str(error) for error in sorted(errors_in(caught.value), key=lambda error: error.problem.sort_key)]


def wrong(front: str) -> list[str]:
    return problems(f"---\n{front}\n---\nBody.\n")


def warnings(front: str) -> list[str]:
    return [str(warning) for warning in fields(front).warnings]


HUGO = """
title: "Flood reaches the town"
publishDate: 2023-10-15T13:18:50-0700
lastmod: 2023-10-16
expiryDate: 2030-01-01
description: The river rose in the night.
keywords: [rivers, weather]
categories: [News, Local]
aliases:
  - /old/flood/
  - /2023/flood.html
featured_image: flood.jpg
type: post
draft: false
weight: 3
"""
JEKYLL = """
layout: post
title:  "Flood reaches the town"
date:   2021-07-05 20:00:00 -0400
last_modified_at: 2021-07-06
categories: local
tags: "rivers, weather"
author: Ann Lee
excerpt: The river rose in the night.
redirect_from:
  - /2021/07/old.html
permalink: /2021/flood/
published: true
"""
PELICAN = """
Title: Flood reaches the town
Date: 2010-12-03 10:20
Modified: 2010-12-05 19:30
Category: Local
Tags: rivers, weather
Slug: flood
Authors: Ann Lee, Bo Chen
Summary: The river rose in the night.
Save_as: local/flood.html
Status: published
"""
ZOLA = """
title: Flood reaches the town
date: 2022-01-02T03:04:05Z
updated: 2022-02-03
path: /flood
draft: no
taxonomies:
  tags: [rivers, weather]
  categories: [Local]
extra:
  mood: wet
"""
ELEVENTY = """
title: Flood reaches the town
created: 2020-07-07T00:00:00.000Z
tags:
  - rivers
  - weather
author:
  name: Ann Lee
  url: https://example.org/ann
permalink: /flood/index.html
canonical_url: https://example.org/flood
"""
NIKOLA = """
title: Flood reaches the town
slug: flood
date: 2015-03-17 14:00:00 -4
tags: rivers, weather
category: local
guid: 12345
description: The river rose in the night.
language: pt_BR
"""
HEXO = """
title: Flood reaches the town
date: 2013/7/13 20:46:25
updated: 2013/7/14
categories:
- Local
tags:
- rivers
- weather
sticky: true
cover: flood.jpg
"""


@pytest.mark.parametrize(
    ("front", "date", "tags", "section"),
    [
        (HUGO, "2023-10-15T13:18:50-07:00", ("rivers", "weather"), ("News",)),
        (JEKYLL, "2021-07-05T20:00:00-04:00", ("rivers", "weather"), ("local",)),
        (PELICAN, "2010-12-03T10:20-05:00", ("rivers", "weather"), ("Local",)),
        (ZOLA, "2022-01-02T03:04:05+00:00", ("rivers", "weather"), ("Local",)),
        (ELEVENTY, "2020-07-07T00:00:00+00:00", ("rivers", "weather"), ()),
        (NIKOLA, "2015-03-17T14:00:00-04:00", ("rivers", "weather"), ("local",)),
        (HEXO, "2013-07-13T20:46:25-04:00", ("rivers", "weather"), ("Local",)),
    ],
    ids=["hugo", "jekyll", "pelican", "zola", "eleventy", "nikola", "hexo"],
)
def test_an_article_of_another_generator_is_read(front: str, date: str, tags: object, section: object) -> None:
    found = fields(front)
    assert found.title == "Flood reaches the town"
    assert found.date is not None and found.date.iso == date
    assert found.names.get("tags") == tags
    assert found.names.get("sections", ()) == section
    assert found.status == "published"
    assert not found.warnings


def test_hugo_fields_are_ours() -> None:
    found = fields(HUGO)
    assert found.aliases == ("/old/flood/", "/2023/flood.html")
    assert found.summary == "The river rose in the night."
    assert found.image == ImageFields("flood.jpg")
    assert (found.updated and found.updated.iso, found.expiry and found.expiry.iso) == ("2023-10-16", "2030-01-01")
    assert found.extra == {"type": "post", "weight": "3"}


def test_jekyll_fields_are_ours() -> None:
    found = fields(JEKYLL)
    assert (found.url, found.aliases, found.names["authors"]) == ("/2021/flood/", ("/2021/07/old.html",), ("Ann Lee",))
    assert found.extra == {"layout": "post"}


def test_pelican_fields_are_ours() -> None:
    found = fields(PELICAN)
    assert (found.slug, found.url, found.names["authors"]) == ("flood", "/local/flood.html", ("Ann Lee", "Bo Chen"))
    assert found.unknown == ()


def test_zola_fields_are_ours() -> None:
    found = fields(ZOLA)
    assert (found.url, found.extra) == ("/flood/", {"mood": "wet"})


def test_eleventy_and_nikola_and_hexo_fields_are_ours() -> None:
    eleventy, nikola, hexo = fields(ELEVENTY), fields(NIKOLA), fields(HEXO)
    assert (eleventy.url, eleventy.canonical) == ("/flood/", "https://example.org/flood")
    assert eleventy.names["authors"] == ("Ann Lee",)
    assert (nikola.id, nikola.lang, nikola.summary) == ("12345", "pt-BR", "The river rose in the night.")
    assert (hexo.pinned, hexo.image) == (True, ImageFields("flood.jpg"))


TEXT_ALIASES = [
    ("title", "headline"), ("id", "guid"), ("id", "uid"), ("summary", "excerpt"), ("summary", "description"),
    ("subtitle", "deck"), ("subtitle", "dek"), ("subtitle", "standfirst"), ("dateline", "location"),
    ("dateline", "place"), ("rights", "copyright"), ("license", "licence"), ("redirect", "redirect_to"),
    ("redirect", "redirectto"), ("kicker", "dachzeile"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "key"), [*TEXT_ALIASES, *((field, field) for field, _ in TEXT_ALIASES)])
def test_a_text_field_is_read_under_each_of_its_names(field: str, key: str) -> None:
    assert getattr(fields(f"{key}: A text"), field) == "A text"


@pytest.mark.parametrize("key", ["date", "publishDate", "pubdate", "published", "created", "pub_date", "PUB-DATE"])
def test_a_date_is_read_under_each_of_its_names(key: str) -> None:
    found = fields(f"{key}: 1987-05").date
    assert found is not None and found.iso == "1987-05"


@pytest.mark.parametrize("key", ["updated", "lastmod", "modified", "last_modified_at", "dateModified", "Last-Mod"])
def test_an_update_is_read_under_each_of_its_names(key: str) -> None:
    found = fields(f"{key}: 2024-01-01").updated
    assert found is not None and found.iso == "2024-01-01"


@pytest.mark.parametrize(
    ("name", "key"),
    [("tags", "tags"), ("tags", "tag"), ("tags", "keywords"), ("tags", "topics"), ("authors", "author"),
     ("authors", "byline"), ("sections", "section"), ("sections", "category"), ("series", "series")],
)  # fmt: skip
def test_terms_are_read_under_each_of_their_names(name: str, key: str) -> None:
    assert fields(f"{key}: [Rivers]").names == {name: ("Rivers",)}


@pytest.mark.parametrize("key", ["url", "permalink", "path", "save_as"])
def test_a_url_is_read_under_each_of_its_names(key: str) -> None:
    assert fields(f"{key}: /about/").url == "/about/"


@pytest.mark.parametrize("key", ["aliases", "redirect_from", "alias", "old_urls", "Redirect-From"])
def test_aliases_are_read_under_each_of_their_names(key: str) -> None:
    assert fields(f"{key}: [/a, b/, /a/]").aliases == ("/a/", "/b/")
    assert fields(f"{key}: /a").aliases == ("/a/",)


@pytest.mark.parametrize("key", ["label", "type", "genre"])
def test_a_label_is_read_under_each_of_its_names(key: str) -> None:
    assert fields(f"{key}: Fact Check").label == "fact-check"


@pytest.mark.parametrize("key", ["publish_date", "Publish-Date", "PUBLISHDATE", "publishDate", "_publish-date"])
def test_keys_compare_without_case_underscore_and_hyphen(key: str) -> None:
    assert frontmatter.key_of(key) == "publishdate"
    assert fields(f"{key}: 2024-01-01").date is not None


def test_of_two_keys_for_one_field_the_winner_is_named() -> None:
    front = "title: X\nPublish-Date: 2021-01-01\nDATE: 2020-01-01"
    found = fields(front)
    assert found.date is not None and found.date.iso == "2020-01-01"
    assert warnings(front) == [
        "a.md:3: both 'DATE' and 'Publish-Date' give the date; 'DATE' is used\n"
        "    hint: remove one of the two, or name 'Publish-Date' something else"
    ]


def test_two_keys_that_say_the_same_are_no_cause_for_a_warning() -> None:
    assert warnings("title: X\nheadline: X\ntag: [a]\ntags: [a]") == []


def test_zolas_taxonomies_beside_ours_are_told_and_not_lost() -> None:
    front = "tags: [x]\ntaxonomies:\n  tags: [y]\n  people: [Ann]\n"
    assert fields(front).names == {"tags": ("x",)}
    assert [warning.partition("\n")[0] for warning in warnings(front)] == [
        "a.md:4: both 'tags' and 'tags' give the tags; 'tags' is used",
        "a.md:5: 'people' is no taxonomy of this site",
    ]


@pytest.mark.parametrize("value", ["", "~", "null", " # nothing"])
def test_a_key_without_a_value_says_nothing(value: str) -> None:
    names = (
        "title",
        "date",
        "tags",
        "draft",
        "slug",
        "url",
        "image",
        "corrections",
        "label",
        "status",
        "extra",
        "lang",
    )
    found = fields("\n".join(f"{name}: {value}" for name in names))
    assert (found.title, found.date, dict(found.names), found.image, found.status) == ("", None, {}, None, "published")


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("a, b , ,a", ("a", "b")),
        ("[a, b, a]", ("a", "b")),
        ("New York", ("New York",)),
        ("[no, 2024, 0123, 3.10]", ("no", "2024", "0123", "3.10")),
        ("[a, ~, '']", ("a",)),
        ('["Smith, John"]', ("Smith, John",)),
        ("[{name: A}, B]", ("A", "B")),
        ("[]", None),
    ],
)
def test_terms_are_a_list_or_one_text_with_commas(value: str, tags: tuple[str, ...] | None) -> None:
    assert fields(f"tags: {value}").names.get("tags") == tags


@pytest.mark.parametrize(
    ("front", "status"),
    [("", "published"), ("draft: true", "draft"), ("draft: False", "published"), ("published: false", "draft"),
     ("published: no", "draft"), ("published: true", "published"), ("status: Hidden", "hidden"),
     ("status: archived\ndraft: yes", "draft"), ("published: 2024-01-01", "published")],
)  # fmt: skip
def test_a_status_is_read(front: str, status: str) -> None:
    assert fields(f"title: X\n{front}").status == status


@pytest.mark.parametrize(
    ("front", "image"),
    [
        ("image: a.jpg", ImageFields("a.jpg")),
        ("image: {src: a.jpg, alt: A, caption: C, credit: D, licence: E}", ImageFields("a.jpg", "A", "C", "D", "E")),
        ("cover: {image: a.jpg}", ImageFields("a.jpg")),
        ("featured_image: a.jpg\nimage_alt: A\nimage-caption: C", ImageFields("a.jpg", "A", "C")),
        ("image: [a.jpg, b.jpg]", ImageFields("a.jpg")),
        ("image: [{url: a.jpg, alt: A}]", ImageFields("a.jpg", "A")),
    ],
)
def test_an_image_is_a_path_or_a_mapping(front: str, image: ImageFields) -> None:
    assert fields(front).image == image


def test_corrections_are_sorted_by_date() -> None:
    found = fields(
        "corrections:\n  - {date: 2024-03-02, text: Two., kind: Editor's note}\n  - {date: 2024-03-01, text: One.}\n"
    ).corrections
    assert [(item.date.iso, item.kind, item.text) for item in found] == [
        ("2024-03-01", "correction", "One."),
        ("2024-03-02", "editors-note", "Two."),
    ]


def test_a_key_that_nobody_knows_is_kept_as_written() -> None:
    found = fields("title: X\nfoo: [1, {b: no}]\nextra: {mood: wet, 'n\x0b': ~}\nlayout: post")
    assert found.extra == {"mood": "wet", "n ": None, "foo": ("1", {"b": "no"}), "layout": "post"}
    assert found.unknown == (("foo", 3), ("layout", 5))


def test_every_field_knows_its_line_and_key() -> None:
    found = fields("Headline: X\n\nTag: rivers")
    assert found.lines["title"] == 2
    assert [(item.field, item.key, item.line) for item in found.origins] == [
        ("tags", "Tag", 4),
        ("title", "Headline", 2),
    ]


HINT_DATE = "\n    hint: write it as YYYY-MM-DD, for example 2024-12-01"
HINT_PATH = "\n    hint: write a path on this site, such as '/2024/flood/'"
HINT_SLUG = "\n    hint: use letters, digits, '-' and '_'"


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("date: 2024-13-01", "'2024-13-01' is not a date" + HINT_DATE),
        ("date: 0000-00-00 00:00:00", "'0000-00-00 00:00:00' is not a date" + HINT_DATE),
        ("date: git Last Modified", "'git Last Modified' is not a date\n    hint: an archive needs a written date; "
         "write it as YYYY-MM-DD, for example 2024-12-01"),
        ("date: [2024]", "'date' must be one text\n    hint: write 'date: ...' on one line"),
        ("updated: soon", "'soon' is not a date" + HINT_DATE),
        ("slug: ../x", "'../x' is not a slug: it holds '/'" + HINT_SLUG),
        ("slug: a b", "'a b' is not a slug: it holds ' '" + HINT_SLUG),
        ("slug: CON", "'CON' is not a slug: Windows reserves this name" + HINT_SLUG),
        ("slug: " + "x" * 300, f"the slug '{'x' * 30}'... is longer than 200 bytes" + HINT_SLUG),
        ("url: /a/../b", "'..' is not a part of a URL" + HINT_PATH),
        ("url: /a/%2e%2e/b", "'..' is not a part of a URL" + HINT_PATH),
        ("url: 'a\\b'", "'a\\\\b' is not a part of a URL: it holds '\\\\'" + HINT_PATH),
        ("url: '%ff'", "'%ff' is not a URL: its '%' signs do not stand for UTF-8" + HINT_PATH),
        ("url: https://x.org/", "'https://x.org/' is an address, and a path such as '/about/' is wanted" + HINT_PATH),
        ("permalink: /:year/:title/", "'/:year/:title/' is a pattern, and one path is wanted" + HINT_PATH),
        ("permalink: false", "'false' is not a URL path\n    hint: to keep it off the site, write 'draft: true'"),
        ("aliases: [/a, /../b]", "'..' is not a part of a URL" + HINT_PATH),
        ("aliases: {a: b}", "'aliases' must be a list of texts\n    hint: write 'aliases: [one, two]'"),
        ("status: live", "'live' is not a status\n"
         "    hint: there are published, draft, hidden, archived, removed, redacted"),
        ("draft: perhaps", "'perhaps' is neither true nor false\n    hint: write 'draft: true'"),
        ("label: rant", "'rant' is not a label\n    hint: there are news, analysis, opinion, review, explainer, "
         "obituary, fact-check, press-release, sponsored, satire"),
        ("lang: 'en us'", "'en us' is not a language\n    hint: write a BCP 47 tag such as 'en' or 'pt-BR'"),
        ("template: ../x.html", "'../x.html' is not a template\n    hint: write a path below templates/"),
        ("canonical: flood", "'flood' is not a web address\n"
         "    hint: write it in full, for example https://example.org/page"),
        ("source_url: javascript:x", "'javascript:x' is not a web address\n"
         "    hint: write it in full, for example https://example.org/page"),
        ("image: {alt: A}", "'image' names no file\n    hint: write 'image: picture.jpg'"),
        ("extra: x", "'extra' must be a mapping\n    hint: write its keys below it, indented"),
        ("tags: [[a]]", "'tags' must be a list of texts\n    hint: write 'tags: [one, two]'"),
        ("taxonomies: x", "'taxonomies' must be a mapping\n    hint: write 'tags: [...]' below it"),
        ("title: [a]", "'title' must be one text\n    hint: write 'title: ...' on one line"),
    ],
)  # fmt: skip
def test_a_bad_value_is_told_with_its_line_and_what_to_write(front: str, message: str) -> None:
    assert wrong(f"kicker: Fine\n{front}") == [f"a.md:3: {message}"]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("x", "a.md:3: a correction must have a date and a text"),
        ("{text: t}", "a.md:3: the correction has no date"),
        ("{date: 2024-01-01}", "a.md:3: the correction has no text"),
        ("{date: 2024-99-01, text: t}", "a.md:3: '2024-99-01' is not a date"),
        ("{date: 2024-01-01, text: t, kind: oops}", "a.md:3: 'oops' is not a kind of correction"),
        ("{date: 2024-01-01, text: t, by: Ann}", "a.md:3: 'by' is not known of a correction"),
    ],
)
def test_a_bad_correction_is_told(item: str, message: str) -> None:
    assert wrong(f"corrections:\n - {item}")[0].startswith(message)


def test_all_that_is_wrong_in_a_file_is_told_together() -> None:
    front = "slug: a/b\nurl: ..\ndate: x\nstatus: y\nlabel: z\nlang: '?'\naliases: [..]\ncorrections: [1]\ndraft: q"
    assert [line.partition(": ")[0] for line in wrong(front)] == [f"a.md:{line}" for line in range(2, 11)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("---\ntitle: X\n", "a.md:1: the front matter that opens here is never closed"),
        ("\n\n---\ntitle: X\n----\n", "a.md:3: the front matter that opens here is never closed"),
        ("---", "a.md:1: the front matter that opens here is never closed"),
        ("+++\ntitle = 'X'\n+++\n", "a.md:1: the front matter is TOML, between '+++' lines"),
        ("---\n- a\n---\n", "a.md:2: the front matter is not a list of 'key: value' lines"),
        ("---\njust text\n---\n", "a.md:2: the front matter is not a list of 'key: value' lines"),
        ("---\n\ttitle: X\n---\n", "a.md:2: the YAML cannot be read"),
        ("---\na: 1\na: 2\n---\n", "a.md:3: the key 'a' stands here and in line 2"),
        ("---\n\nx: !!python/name:os.system\n---\n", "a.md:3: the YAML tag"),
        ("---\na: " + "x" * 300_000 + "\n---\n", "a.md:1: the front matter is longer than 256 KiB"),
        ("---\ntitle: X\n---\n".encode("utf-16"), "a.md:1: the text is UTF-16"),
        ("---\ntitle: X\n---\n".encode("utf-16-be"), "a.md:1: the text holds a NUL character"),
        (b"---\ntitle: X\n---\nbody\n\0", "a.md:5: the text holds a NUL character"),
        (b"---\ntitle: caf\xe9\n---\n", "a.md:2: the byte 0xe9 is not UTF-8"),
        (b"---\r\ntitle: X\r\n---\r\n\r\n\xff", "a.md:5: the byte 0xff is not UTF-8"),
        (b"---\rtitle: caf\xe9\r---\r", "a.md:2: the byte 0xe9 is not UTF-8"),
        (b"---\ntitle: \xed\xa0\x80\n---\n", "a.md:2: the byte 0xed is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_as_an_article_is_told(data: str | bytes, message: str) -> None:
    (found,) = problems(data)
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("data", "title", "body", "body_line"),
    [
        ("---\ntitle: X\n---\nBody.\n", "X", "Body.\n", 4),
        ("---\ntitle: X\n---", "X", "", 4),
        ("---\ntitle: X\n...\nBody.", "X", "Body.", 4),
        ("\n \n---  \ntitle: X\n--- \nBody.", "X", "Body.", 6),
        ("\ufeff---\r\ntitle: X\r\n---\r\nBody.\r\n", "X", "Body.\n", 4),
        ("---\rtitle: X\r---\rBody.", "X", "Body.", 4),
        ("---\n---\nBody.", "", "Body.", 3),
        ("---\n# nothing\n---\nBody.", "", "Body.", 4),
        ("Body.\n\n---\n\nMore.", "", "Body.\n\n---\n\nMore.", 1),
        ("", "", "", 1),
    ],
)
def test_front_matter_and_body_are_told_apart(data: str, title: str, body: str, body_line: int) -> None:
    source = sources.split(sources.decode(data.encode(), "a.md"), "a.md")
    assert frontmatter.parse(source, "a.md", DIALECT).title == title
    assert (source.body, source.body_line) == (body, body_line)


def test_characters_that_no_page_may_hold_become_blanks_and_are_counted_by_line() -> None:
    assert sources.clean("a\x0bb\nc\n\x07\ufffe") == ("a b\nc\n  ", (1, 3))
    assert sources.clean("plain\ttext\n") == ("plain\ttext\n", ())


def test_a_megabyte_of_control_characters_is_cleaned_at_once() -> None:
    text, lines = sources.clean("\x01\n" * 500_000)
    assert (text, len(lines)) == (" \n" * 500_000, 500_000)


def test_an_escaped_control_character_is_left_out_with_a_warning() -> None:
    assert fields('title: "a\\0b\\x1b"').title == "a b"
    assert warnings('title: "a\\0b"') == ["a.md:2: a control character in 'title' was left out\n    hint: remove it"]


_PIECES = st.sampled_from(
    [b"---\n", b"...\n", b"+++\n", b"\n", b"\r", b"\xff", b"\0", b"\xef\xbb\xbf", b": ", b"- ", b"[", b"{", b"'", b"#"]
    + [key.encode() + b": " for keys in frontmatter.ALIASES.values() for key in keys]
    + [b"tags: ", b"taxonomies: ", b"2024-01-01", b"../x", b"x", b"~", b"no", b"&a ", b"*a", b"!!x ", b"%ff", b"\x85"]
)


def _between_lines(parts: list[bytes]) -> bytes:
    return b"---\n" + b"".join(parts) + b"\n---\n"


@given(st.binary(max_size=80) | st.lists(_PIECES, max_size=25).map(b"".join) | st.lists(_PIECES).map(_between_lines))
@example(b"\xfe\xff")
@example(b"---\n? \n---")
def test_any_bytes_are_read_or_are_content_errors(data: bytes) -> None:
    try:
        read(data)
    except (ContentError, ExceptionGroup) as error:
        found = list(errors_in(error))
        assert found
        assert all(isinstance(item, ContentError) and item.problem.location for item in found)
