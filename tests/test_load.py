"""What a stranger's export or a tired editor can produce, as whole sites: an error with its place, or a safe page."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from newsgen import build, config, load
from newsgen.errors import errors_in
from newsgen.load import Loaded, Selection
from newsgen.surveying import survey
from tests import sites
from tests.sites import make, write

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x04\x00\x00\x00\x03\x08\x02\x00\x00\x00\x12\x16\xf1M"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
GOOD = "-- articles/good.md --\n---\ntitle: Good\ndate: 2024-03-05\n---\nBody.\n"


def read(root: Path, selection: Selection = Selection()) -> Loaded:
    return load.read(config.read(root), root, selection)


def site(root: Path, text: str, settings: str = sites.SETTINGS) -> Loaded:
    return read(sites.make(root, text, settings))


def article(path: str, front: str, body: str = "Body.") -> str:
    return f"-- {path} --\n---\n{front}\n---\n{body}\n"


def errors(loaded: Loaded) -> list[str]:
    return [str(error) for error in sorted(loaded.errors, key=lambda error: error.problem.sort_key)]


def warnings(loaded: Loaded) -> list[str]:
    return [str(warning) for warning in loaded.archive.warnings]


def first_lines(texts: list[str]) -> list[str]:
    return [text.partition("\n")[0] for text in texts]


def urls(loaded: Loaded) -> dict[str, str]:
    return {item.path: item.url for item in loaded.archive.articles}


# Where title, date, slug and language come from


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("articles/2024-11-12-flood.md", "/2024/11/12/flood/"),
        ("articles/2024-11-5-flood.md", "/2024/11/05/flood/"),
        ("articles/old/2024-11-05_Flood Reaches Town.markdown", "/2024/11/05/flood-reaches-town/"),
        ("articles/2024-11-12-flood/index.md", "/2024/11/12/flood/"),
        ("articles/2024-11-12-flood.fr.md", "/2024/11/12/flood/"),
    ],
)
def test_a_file_name_gives_what_the_front_matter_does_not_say(tmp_path: Path, path: str, url: str) -> None:
    loaded = site(tmp_path, article(path, "title: Flood"))
    assert (errors(loaded), urls(loaded)) == ([], {path: url})


def test_the_front_matter_wins_over_the_file_name(tmp_path: Path) -> None:
    front = "title: A\ndate: 2020-01-02\nslug: own\nlang: de"
    loaded = site(tmp_path, article("articles/2024-11-12-flood.fr.md", front))
    (found,) = loaded.archive.articles
    assert (found.url, found.lang) == ("/2020/01/02/own/", "de")


def test_the_language_of_a_file_name_is_that_of_the_article(tmp_path: Path) -> None:
    loaded = site(tmp_path, article("articles/flood.fr.md", "title: A\ndate: 2024-01-01"))
    assert loaded.archive.articles[0].lang == "fr"


def test_a_title_may_be_the_first_heading_and_then_does_not_stand_twice(tmp_path: Path) -> None:
    loaded = site(tmp_path, "-- articles/2024-01-01-a.md --\n# The *flood* & `rain`\n\nBody.\n")
    (found,) = loaded.archive.articles
    assert (found.title, found.content.drops_title, found.summary) == ("The flood & rain", True, "Body.")


def test_a_new_headline_moves_no_page(tmp_path: Path) -> None:
    before = urls(site(tmp_path, article("articles/flood.md", "title: One\ndate: 2024-01-01")))
    after = urls(site(tmp_path, article("articles/flood.md", "title: Another\ndate: 2024-01-01")))
    assert before == after == {"articles/flood.md": "/2024/01/01/flood/"}


@pytest.mark.parametrize(("date", "url"), [("1987", "/1987/flood/"), ("1987-05", "/1987/05/flood/")])
def test_what_is_not_known_of_a_date_is_not_in_the_url(tmp_path: Path, date: str, url: str) -> None:
    assert urls(site(tmp_path, article("articles/flood.md", f"title: A\ndate: {date}"))) == {"articles/flood.md": url}


def test_articles_stand_in_one_order_by_date_and_then_by_path(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article("articles/c.md", "title: C\ndate: 2024-01-01")
        + article("articles/a.md", "title: A\ndate: 2024-01-02")
        + article("articles/b.md", "title: B\ndate: 2024-01-01")
        + article("articles/d.md", "title: D\ndate: 1987"),
    )
    assert [item.path for item in loaded.archive.articles] == [f"articles/{name}.md" for name in "dbca"]


def test_standing_pages_have_the_url_of_their_path(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article("pages/about.md", "title: About")
        + article("pages/policies/index.md", "title: Policies")
        + article("pages/policies/Our Ethics.md", "title: Ethics")
        + article("pages/x.md", "title: X\nurl: /own/x.html")
        + article("pages/y.md", "title: Y\nslug: z"),
    )
    assert errors(loaded) == []
    assert {page.path: page.url for page in loaded.archive.pages} == {
        "pages/about.md": "/about/",
        "pages/policies/index.md": "/policies/",
        "pages/policies/Our Ethics.md": "/policies/our-ethics/",
        "pages/x.md": "/own/x.html",
        "pages/y.md": "/z/",
    }


# Faulty files


@pytest.mark.parametrize(
    ("path", "data", "message"),
    [
        ("a.md", b"", "articles/a.md:1: there is no title"),
        ("2024-01-01-a.md", b"Only a body.", "articles/2024-01-01-a.md:1: there is no title"),
        ("a.md", b"---\ntitle: A\n---\nBody.", "articles/a.md:1: there is no date"),
        ("2024-02-30-a.md", b"---\ntitle: A\n---\n", "articles/2024-02-30-a.md: '2024-02-30' is not a date"),
        ("a.md", b"---\ntitle: A\n", "articles/a.md:1: the front matter that opens here is never closed"),
        ("a.md", b"---\n\ttitle: A\n---\n", "articles/a.md:2: the YAML cannot be read"),
        ("a.md", b"---\n- A\n---\n", "articles/a.md:2: the front matter is not a list of 'key: value' lines"),
        ("a.md", b"---\ntitle: A\ntitle: B\n---\n", "articles/a.md:3: the key 'title' stands here and in line 2"),
        ("a.md", b"---\ntitle: !!python/name:os.system\n---\n", "articles/a.md:2: the YAML tag"),
        ("a.md", "---\ntitle: Ä\n---\n".encode("latin-1"), "articles/a.md:2: the byte 0xc4 is not UTF-8"),
        ("a.md", "---\ntitle: A\n---\n".encode("utf-16"), "articles/a.md:1: the text is UTF-16"),
        ("a.md", b"---\ntitle: A\n---\n\0", "articles/a.md:4: the text holds a NUL character"),
        ("a.md", b"+++\ntitle = 'A'\n+++\n", "articles/a.md:1: the front matter is TOML"),
        ("a.md", b"---\ntitle: A\ndate: 2024-01-01\nslug: ../../etc\n---\n", "articles/a.md:4: '../../etc'"),
        ("a.md", b"---\ntitle: A\ndate: 2024-01-01\nurl: /a/../../b\n---\n", "articles/a.md:4: '..' is not a"),
        ("a.md", b"---\ntitle: A\ndate: 2024-01-01\naliases: ['\\x']\n---\n", "articles/a.md:4: '\\\\x' is not"),
        ("…….md", b"---\ntitle: A\ndate: 2024-01-01\n---\n", "articles/…….md: the file name '……' gives no slug"),
        ("con.md", b"---\ntitle: A\ndate: 2024-01-01\n---\n", "articles/con.md: 'con' is not a slug: Wind"),
        ("a.md", b"---\ntitle: A\ndate: 2024-01-01\nredirect: javascript:x\n---\n", "articles/a.md:4: 'javascript:x'"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_told_and_the_others_are_read(tmp_path: Path, path: str, data: bytes, message: str) -> None:
    sites.make(tmp_path, GOOD)
    sites.write(tmp_path, f"articles/{path}", data)
    start = time.process_time()
    loaded = read(tmp_path)
    assert time.process_time() - start < 5
    assert any(error.startswith(message) for error in errors(loaded))
    assert urls(loaded) == {"articles/good.md": "/2024/03/05/good/"}


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf---\r\ntitle: A\r\ndate: 2024-01-01\r\n---\r\nB.\r\n", b"---\rtitle: A\rdate: 2024-01-01\r---\rB."],
)
def test_marks_and_line_ends_of_other_systems_are_read(tmp_path: Path, data: bytes) -> None:
    sites.make(tmp_path, GOOD)
    sites.write(tmp_path, "articles/a.md", data)
    loaded = read(tmp_path)
    assert (errors(loaded), loaded.archive.articles[0].summary) == ([], "B.")


def test_a_control_character_is_left_out_with_a_warning(tmp_path: Path) -> None:
    loaded = site(tmp_path, article("articles/a.md", "title: A\ndate: 2024-01-01", "Bo\x0bdy."))
    assert first_lines(warnings(loaded)) == ["articles/a.md:5: a control character was replaced by a space"]
    assert loaded.archive.articles[0].summary == "Bo dy."


def test_all_that_is_wrong_in_a_site_is_told_together(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article("articles/a.md", "title: A\ndate: x\nslug: a/b") + article("articles/b.md", "title: B") + GOOD,
    )
    assert first_lines(errors(loaded)) == [
        "articles/a.md:3: 'x' is not a date",
        "articles/a.md:4: 'a/b' is not a slug: it holds '/'",
        "articles/b.md:1: there is no date",
    ]


def test_two_articles_with_one_id_are_told(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article("articles/a.md", "title: A\ndate: 2024-01-01\nid: n1")
        + article("articles/b.md", "title: B\ndate: 2024-01-02\nguid: n1"),
    )
    assert errors(loaded) == [
        "articles/b.md:4: the id 'n1' is that of articles/a.md as well\n    hint: give each article its own id"
    ]


def test_two_articles_at_one_url_are_both_named(tmp_path: Path) -> None:
    sites.make(
        tmp_path,
        article("articles/a/flood.md", "title: A\ndate: 2024-01-01")
        + article("articles/b/flood.md", "title: B\ndate: 2024-01-01")
        + article("articles/c.md", "title: C\ndate: 2024-01-01\nurl: /2024/01/01/FLOOD/"),
    )
    text = "\n".join(str(error) for error in survey(tmp_path).errors)
    assert all(name in text for name in ("articles/a/flood.md", "articles/b/flood.md", "articles/c.md"))


@pytest.mark.parametrize(
    ("body", "message"),
    [("[" * 100_000, "there are too many '['"), ("1. " * 3000 + "a", "the text is nested too deeply")],
)
def test_a_text_that_would_take_minutes_stops_the_build_with_its_place(tmp_path: Path, body: str, message: str) -> None:
    sites.make(tmp_path, GOOD + article("articles/a.md", "title: A\ndate: 2024-01-01", f"First words.\n\n{body}"))
    with pytest.raises(ExceptionGroup) as caught:
        build.build(tmp_path, tmp_path / "out")
    text = "\n".join(str(error) for error in errors_in(caught.value))
    assert "articles/a.md:" in text and message in text
    assert not (tmp_path / "out" / "index.html").exists()


# Terms


def test_tags_with_one_slug_and_other_meanings_are_told(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article("articles/a.md", "title: A\ndate: 2024-01-01\ntags: [C++]")
        + article("articles/b.md", "title: B\ndate: 2024-01-02\ntags: ['C#']"),
    )
    (message,) = errors(loaded)
    assert message.startswith(
        "articles/b.md:4: the tag 'C#' would have the URL /tags/c/, that of 'C++' (in articles/a.md)"
    )
    assert "slugs" in message.partition("hint: ")[2]


def test_a_tag_that_gives_no_slug_is_told(tmp_path: Path) -> None:
    loaded = site(tmp_path, article("articles/a.md", "title: A\ndate: 2024-01-01\ntags: […]"))
    assert first_lines(errors(loaded)) == ["articles/a.md:4: the tag '…' gives no URL"]


def test_slugs_of_the_settings_tell_tags_apart(tmp_path: Path) -> None:
    settings = sites.SETTINGS + "taxonomies:\n  tags:\n    slugs: {'C++': cpp, 'C#': csharp, '…': dots}\n"
    text = article("articles/a.md", "title: A\ndate: 2024-01-01\ntags: [C, C++, 'C#', …]")
    loaded = site(tmp_path, text, settings)
    assert errors(loaded) == []
    assert [tag.url for tag in loaded.archive.articles[0].tags] == [
        "/tags/c/",
        "/tags/cpp/",
        "/tags/csharp/",
        "/tags/dots/",
    ]


def test_spellings_of_one_tag_are_one_term_and_the_oldest_is_shown(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article("articles/b.md", "title: B\ndate: 2024-01-02\ntags: [elections, O'Brien]")
        + article("articles/a.md", "title: A\ndate: 2024-01-01\ntags: [Élections, O’Brien]"),
    )
    assert errors(loaded) == []
    assert [term.name for term in loaded.archive.by_term("tags")] == ["Élections", "O’Brien"]


# Drafts and dates to come


def test_drafts_are_held_back_unless_asked_for(tmp_path: Path) -> None:
    sites.make(tmp_path, GOOD + article("articles/d.md", "title: D\ndate: 2024-01-01\ndraft: true"))
    assert list(urls(read(tmp_path))) == ["articles/good.md"]
    assert list(urls(read(tmp_path, Selection(drafts=True)))) == ["articles/d.md", "articles/good.md"]


def test_articles_of_the_future_are_held_back_where_a_time_is_given(tmp_path: Path) -> None:
    sites.make(tmp_path, GOOD + article("articles/late.md", "title: L\ndate: 2999-01-01"))
    assert len(urls(read(tmp_path))) == 2
    now = read(tmp_path).archive.articles[0].date.instant
    loaded = read(tmp_path, Selection(now=now))
    assert (list(urls(loaded)), loaded.archive.held_back) == (["articles/good.md"], 1)
    assert len(urls(read(tmp_path, Selection(now=now, future=True)))) == 2


# Links


def test_links_between_files_are_resolved(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article(
            "articles/2024/a.md",
            "title: A\ndate: 2024-01-01",
            "[B](../b.md#later) [C](c) [P](../../pages/p.md) [X](/x/)",
        )
        + article("articles/b.md", "title: B\ndate: 2024-01-02")
        + article("articles/2024/c/index.md", "title: C\ndate: 2024-01-03")
        + article("pages/p.md", "title: P"),
    )
    assert (errors(loaded), warnings(loaded)) == ([], [])
    assert dict(loaded.archive.articles[0].content.links) == {
        "../b.md#later": "/2024/01/02/b/#later",
        "c": "/2024/01/03/c/",
        "../../pages/p.md": "/p/",
    }


def test_a_link_that_leads_nowhere_is_told_with_its_line_and_why(tmp_path: Path) -> None:
    body = (
        "# A\n\nText\n\n[one](lost.md) and\n[two](draft.md)\n\n- [three](bad.md)\n\n"
        "![four](lost.png)\n\n[five]\n\n[five]: gone.md"
    )
    loaded = site(
        tmp_path,
        article("articles/a.md", "title: A\ndate: 2024-01-01", body)
        + article("articles/draft.md", "title: D\ndate: 2024-01-01\ndraft: yes")
        + article("articles/bad.md", "title: B\ndate: x"),
    )
    assert first_lines(warnings(loaded)) == [
        "articles/a.md:9: 'lost.md' is linked to, and is not there",
        "articles/a.md:10: 'draft.md' is linked to, and is a draft",
        "articles/a.md:12: 'bad.md' is linked to, and is faulty",
        "articles/a.md:14: 'lost.png' is linked to, and is not there",
        "articles/a.md:18: 'gone.md' is linked to, and is not there",
    ]


def test_a_link_in_code_is_no_link(tmp_path: Path) -> None:
    body = "`[A](lost.md)`\n\n```\n[B](gone.md)\n```\n\n    [C](far.md)\n\n<!-- [D](away.md) -->"
    loaded = site(tmp_path, article("articles/a.md", "title: A\ndate: 2024-01-01", body))
    assert warnings(loaded) == []


@pytest.mark.parametrize(
    "target", ["../../../../etc/passwd", "/etc/passwd", "..%2f..%2fnewsgen.yaml", "../newsgen.yaml"]
)
def test_a_link_reaches_no_file_outside_the_articles(tmp_path: Path, target: str) -> None:
    loaded = site(tmp_path, article("articles/a.md", "title: A\ndate: 2024-01-01", f"[A]({target}) ![B]({target})"))
    assert loaded.assets == ()
    assert loaded.archive.articles[0].content.links == ()


def test_pictures_beside_an_article_are_published_beside_it(tmp_path: Path) -> None:
    text = article(
        "articles/2024/flood/index.md", "title: A\ndate: 2024-01-01\nimage: a.png", "![B](b%20c.png) ![B](<b c.png>)"
    )
    sites.make(tmp_path, text)
    sites.write(tmp_path, "articles/2024/flood/a.png", PNG)
    sites.write(tmp_path, "articles/2024/flood/b c.png", PNG)
    sites.write(tmp_path, "articles/2024/flood/unused.png", PNG)
    loaded = read(tmp_path)
    (found,) = loaded.archive.articles
    assert (errors(loaded), warnings(loaded)) == ([], [])
    assert [asset.url for asset in loaded.assets] == ["/2024/01/01/flood/a.png", "/2024/01/01/flood/b%20c.png"]
    assert found.image is not None
    assert (found.image.url, found.image.width, found.image.height) == ("/2024/01/01/flood/a.png", 4, 3)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (
            "https://x.org/a.png",
            "articles/a.md:4: the image 'https://x.org/a.png' is on another host, and is not shown",
        ),
        ("//x.org/a.png", "articles/a.md:4: the image '//x.org/a.png' is on another host, and is not shown"),
        ("lost.png", "articles/a.md:4: the image 'lost.png' is not there"),
        ("/lost.png", "articles/a.md:4: the image '/lost.png' is not there"),
        ("../../etc/passwd", "articles/a.md:4: the image '../../etc/passwd' is not there"),
    ],
)
def test_an_image_that_cannot_be_shown_is_told(tmp_path: Path, image: str, message: str) -> None:
    loaded = site(tmp_path, article("articles/a.md", f"title: A\ndate: 2024-01-01\nimage: {image}"))
    assert first_lines(warnings(loaded)) == [message]
    assert loaded.archive.articles[0].image is None


def test_bytes_that_are_no_picture_are_shown_without_a_size(tmp_path: Path) -> None:
    sites.make(tmp_path, article("articles/a.md", "title: A\ndate: 2024-01-01\nimage: a.png"))
    sites.write(tmp_path, "articles/a.png", b"\x89PNG\r\n\x1a\n" + os.urandom(50))
    loaded = read(tmp_path)
    assert errors(loaded) == [] and loaded.archive.articles[0].image is not None


def test_a_key_that_nobody_knows_is_noted_once(tmp_path: Path) -> None:
    loaded = site(
        tmp_path,
        article("articles/a.md", "title: A\ndate: 2024-01-01\nmood: wet")
        + article("articles/b.md", "title: B\ndate: 2024-01-01\nmood: dry"),
    )
    assert warnings(loaded) == [
        "articles/a.md:4: the key 'mood' is not known (and in 1 other files); templates find it in 'extra'\n"
        "    hint: put it under 'extra:' to say that it is yours"
    ]


# What stands on the disk


def test_a_link_to_a_file_is_told_and_not_followed(tmp_path: Path) -> None:
    sites.make(tmp_path, GOOD)
    (tmp_path / "articles/passwd.md").symlink_to("/etc/passwd")
    (tmp_path / "articles/picture.png").symlink_to("/etc/passwd")
    (tmp_path / "articles/lost.md").symlink_to("nowhere")
    loaded = read(tmp_path)
    assert first_lines(errors(loaded)) == [
        "articles/lost.md: this is a symbolic link, and is not read",
        "articles/passwd.md: this is a symbolic link, and is not read",
    ]
    assert first_lines(warnings(loaded)) == ["articles/picture.png: this is a symbolic link, and is not read"]
    assert list(urls(loaded)) == ["articles/good.md"]


def test_a_loop_of_links_is_not_entered(tmp_path: Path) -> None:
    sites.make(tmp_path, GOOD)
    (tmp_path / "articles/loop").symlink_to("..")
    (tmp_path / "static").symlink_to("/etc")
    loaded = read(tmp_path)
    assert list(urls(loaded)) == ["articles/good.md"]
    assert not any(file.url.startswith("/passwd") for file in loaded.archive.files)
    assert "articles/loop: this is a symbolic link, and is not read" in first_lines(warnings(loaded) + errors(loaded))


def test_a_fifo_is_told_and_does_not_wait(tmp_path: Path) -> None:
    sites.make(tmp_path, GOOD)
    os.mkfifo(tmp_path / "articles/pipe.md")
    loaded = read(tmp_path)
    assert first_lines(errors(loaded)) == ["articles/pipe.md: this is no plain file, and is not read"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    sites.make(tmp_path, GOOD)
    sites.write(tmp_path, "articles/secret.md", "x").chmod(0)
    loaded = read(tmp_path)
    assert first_lines(errors(loaded)) == ["articles/secret.md: the file cannot be read: Permission denied"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.md", "articles/a\\nb.md"),
        (b"a\x1b[31m.md", "articles/a\\x1b[31m.md"),
        (b"caf\xe9.md", "articles/caf\\udce9.md"),
        ("\u202egnp.md".encode(), "articles/\\u202egnp.md"),
    ],
)
def test_a_file_name_that_no_address_can_hold_is_told(tmp_path: Path, name: bytes, shown: str) -> None:
    sites.make(tmp_path, GOOD)
    Path(os.fsdecode(os.fsencode(tmp_path / "articles") + b"/" + name)).write_text(
        "---\ntitle: A\ndate: 2024-01-01\n---\n"
    )
    loaded = read(tmp_path)
    assert errors(loaded) == [
        f"{shown}: the name of this file holds characters that no web address can\n    hint: rename it"
    ]
    assert list(urls(loaded)) == ["articles/good.md"]


@pytest.mark.parametrize("name", [b"a\nb.png", b"caf\xe9.png"])
def test_a_picture_whose_name_no_address_can_hold_does_no_harm(tmp_path: Path, name: bytes) -> None:
    sites.make(
        tmp_path, GOOD + article("articles/a.md", "title: A\ndate: 2024-01-01", "![A](<a b.png>) ![B](caf%E9.png)")
    )
    for folder in (b"articles", b"static"):
        (tmp_path / os.fsdecode(folder)).mkdir(exist_ok=True)
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + folder + b"/" + name)).write_bytes(PNG)
    loaded = read(tmp_path)
    assert all(str(error).isprintable() or "\n    hint" in str(error) for error in loaded.errors)
    assert all(asset.url.isascii() for asset in loaded.assets)


def test_noise_of_editors_and_systems_is_passed_over(tmp_path: Path) -> None:
    sites.make(tmp_path, GOOD)
    for name in (".DS_Store", "a.md~", ".hidden.md", ".git/x.md", "Thumbs.db", "__pycache__/y.md", "notes.txt"):
        sites.write(tmp_path, f"articles/{name}", "x")
    loaded = read(tmp_path)
    assert (errors(loaded), warnings(loaded), list(urls(loaded))) == ([], [], ["articles/good.md"])


def test_a_site_without_articles_is_read(tmp_path: Path) -> None:
    loaded = site(tmp_path, "")
    assert (errors(loaded), loaded.archive.articles) == ([], ())


def test_the_order_of_files_on_disk_changes_nothing(tmp_path: Path) -> None:
    parts = [article(f"articles/{name}.md", f"title: {name}\ndate: 2024-01-01\ntags: [T{name}]") for name in "abcdef"]
    one = site(tmp_path / "one", "".join(parts))
    two = site(tmp_path / "two", "".join(reversed(parts)))
    assert one.archive.entries == two.archive.entries


# What one file says of others


def test_a_folder_of_articles_behind_a_link_is_an_error_and_no_silence(tmp_path: Path) -> None:
    root = make(tmp_path / "site", "")
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, "a.md", "---\ntitle: A\ndate: 2024\n---\n")
    (root / "articles").mkdir()
    (root / "articles/2024").symlink_to(elsewhere)
    assert [str(error) for error in survey(root).errors] == [
        "articles/2024: this is a symbolic link, and is not read\n    hint: put the file itself there, or remove it"
    ]


def test_an_article_cannot_redirect_to_itself(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/a.md --\n---\ntitle: A\ndate: 2024\nredirect: /2024/a/\n---\n")
    (error,) = survey(root).errors
    assert str(error).startswith("articles/a.md:4: '/2024/a/' is this article itself")


def test_a_former_address_that_is_the_present_one_is_passed_over(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/a.md --\n---\ntitle: A\ndate: 2024\naliases: [/2024/a/, /b/]\n---\n")
    found = survey(root)
    assert found.errors == ()
    assert [item.url for item in found.plan.items if getattr(item, "kind", "") == "redirect"] == ["/b/"]


def test_a_standing_page_keeps_its_former_addresses_and_cannot_redirect(tmp_path: Path) -> None:
    root = make(tmp_path, "-- pages/a.md --\n---\ntitle: A\naliases: [/old/]\n---\n")
    assert "/old/" in [item.url for item in survey(root).plan.items]
    write(root, "pages/a.md", "---\ntitle: A\nredirect: /b/\n---\n")
    assert "a page without a date cannot redirect" in str(survey(root).errors[0])


@pytest.mark.parametrize("name", ["o", "articles/o.md", "o.md", "the-id"])
def test_a_translation_names_its_original_by_id_path_or_neighbour(tmp_path: Path, name: str) -> None:
    first = "-- articles/o.md --\n---\ntitle: O\ndate: 2024\n" + ("id: the-id\n" if name == "the-id" else "") + "---\n"
    root = make(tmp_path, first + f"-- articles/t.md --\n---\ntitle: T\ndate: 2024\ntranslation_of: {name}\n---\n")
    found = survey(root)
    assert found.archive.warnings == ()
    assert found.archive.articles[1].translation_of == "articles/o.md"


def test_a_translation_of_nothing_is_a_warning(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/t.md --\n---\ntitle: T\ndate: 2024\ntranslation_of: nope\n---\n")
    (warning,) = survey(root).archive.warnings
    assert str(warning).startswith("articles/t.md:4: 'nope', which this is said to translate, is not there")


def test_a_picture_with_a_name_that_a_system_reserves_is_a_warning(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/a.md --\n---\ntitle: A\ndate: 2024\n---\n![c](con.png)\n")
    write(root, "articles/con.png", "x")
    (warning,) = survey(root).archive.warnings
    assert "Windows reserves this name" in warning.message


def test_an_id_that_gives_no_url_is_refused_where_the_url_needs_it(tmp_path: Path) -> None:
    settings = "title: T\npermalink: /{id}/\n"
    root = make(tmp_path, "-- articles/a.md --\n---\ntitle: A\ndate: 2024\nid: '../..'\n---\n", settings)
    assert "the id '../..' gives no part of a URL" in str(survey(root).errors[0])
