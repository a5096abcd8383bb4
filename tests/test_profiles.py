"""Profiles of terms: what they show, the authority that they have over names, and the pages of series and stories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsgen.build import Options, build
from newsgen.errors import errors_in
from newsgen.load import Selection
from newsgen.surveying import survey
from tests.sites import SETTINGS, make, snapshot, write

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="4" height="3"/></svg>'


def article(path: str, date: str, front: str, body: str = "Text.") -> str:
    title = path.rpartition("/")[2].capitalize()
    return f"-- articles/{path}.md --\n---\ntitle: {title}\ndate: {date}\n{front}\nsummary: S.\n---\n{body}\n"


def profile(path: str, front: str, body: str = "") -> str:
    return f"-- articles/{path}.md --\n---\n{front}\n---\n{body}\n"


SITE = article("one", "2024-01-01", "tags: [C++]\nauthors: Ann Lee") + article(
    "two", "2024-01-02", "tags: [C plus plus]\nauthors: ann lee"
)
CPP = profile("_tags/cpp", "title: C++\naliases: [C plus plus, CXX]\nsummary: A language.", "About *C++*.")


def page(root: Path, url: str) -> str:
    return (root / "output" / url.lstrip("/") / "index.html").read_text("utf-8")


def faults(root: Path) -> list[str]:
    """Return what is wrong with a site, sorted by place, each with its hint."""
    found = survey(root)
    return [str(error) for error in sorted(found.errors, key=lambda error: error.problem.sort_key)]


def fault(tmp_path: Path, text: str, settings: str = SETTINGS) -> str:
    """Return the one mistake in a site."""
    (only,) = faults(make(tmp_path, text, settings))
    return only


def clean(root: Path, tmp_path: Path) -> dict[str, bytes]:
    copy = tmp_path / "copy"
    for path, data in snapshot(root).items():
        if not path.startswith(("output/", ".newsgen/")):
            write(copy, path, data)
    build(copy)
    return snapshot(copy / "output")


# What a profile shows


def test_a_profile_stands_at_the_head_of_the_newest_page_of_its_term_alone(tmp_path: Path) -> None:
    texts = "".join(article(f"n{day}", f"2024-01-0{day}", "tags: Rivers") for day in range(1, 6))
    front = "summary: All about rivers.\nupdated: 2024-02-03\nlinks:\n  - The board: https://rivers.example.org/\n"
    text = profile("_tags/rivers", front + "  - Desk: mailto:desk@example.org", "They *flow*; see [n1](../n1.md).")
    root = make(tmp_path, texts + text, SETTINGS + "page_size: 2\n")
    assert build(root).articles == 5
    newest, older = page(root, "/tags/rivers/"), page(root, "/tags/rivers/page/1/")
    assert '<p>They <em>flow</em>; see <a href="../../2024/01/01/n1/">n1</a>.</p>' in newest
    assert '<meta name="description" content="All about rivers."' in newest
    assert '<a href="https://rivers.example.org/">The board</a>' in newest
    assert '<a href="mailto:desk@example.org">Desk</a>' in newest
    assert "3 February 2024" in newest
    assert "profile" not in older
    assert "description" not in older


def test_the_picture_and_other_files_of_a_profile_stand_beside_the_page_of_its_term(tmp_path: Path) -> None:
    front = "title: Ann Lee\nimage: {src: ann.svg, alt: A face, caption: Ann Lee in 1999}"
    text = profile("_authors/ann-lee", front, "[Her letter](letter.txt)")
    root = make(tmp_path, SITE + CPP + text)
    write(root, "articles/_authors/ann.svg", PICTURE)
    write(root, "articles/_authors/letter.txt", "Dear reader")
    build(root)
    shown = page(root, "/authors/ann-lee/")
    assert '<img src="../../authors/ann-lee/ann.svg" alt="A face" width="40" height="30"' in shown
    assert "Ann Lee in 1999" in shown
    assert (root / "output/authors/ann-lee/ann.svg").read_text() == PICTURE
    assert (root / "output/authors/ann-lee/letter.txt").read_text() == "Dear reader"


def test_a_profile_can_have_a_folder_of_its_own_and_be_linked_to(tmp_path: Path) -> None:
    link = article("three", "2024-01-03", "", "See [her page](_authors/ann-lee/index.md).")
    root = make(tmp_path, SITE + CPP + link + profile("_authors/ann-lee/index", "image: ann.svg"))
    write(root, "articles/_authors/ann-lee/ann.svg", PICTURE)
    assert build(root).warnings == ()
    assert '<a href="../../../../authors/ann-lee/">her page</a>' in page(root, "/2024/01/03/three/")
    assert (root / "output/authors/ann-lee/ann.svg").exists()


def test_a_profile_in_another_language_says_so(tmp_path: Path) -> None:
    root = make(tmp_path, SITE + CPP + profile("_authors/ann-lee", "lang: he", "שלום"))
    build(root)
    shown = page(root, "/authors/ann-lee/")
    assert '<section class="profile" dir="rtl">' in shown
    assert '<div class="prose" lang="he">' in shown


def test_a_profile_that_is_a_draft_is_left_out_and_has_no_authority(tmp_path: Path) -> None:
    text = article("one", "2024-01-01", "tags: Rivers") + profile("_tags/rivers", "title: Streams\ndraft: true", "Hm.")
    root = make(tmp_path, text)
    build(root)
    assert "<h1>Rivers</h1>" in page(root, "/tags/rivers/")
    assert "Hm." not in page(root, "/tags/rivers/")
    build(root, options=Options(Selection(drafts=True)))
    assert "<h1>Streams</h1>" in page(root, "/tags/rivers/")
    assert "Hm." in page(root, "/tags/rivers/")


@pytest.mark.parametrize("front", ["tags: Rivers\ndraft: true", "tags: Rivers\nstatus: hidden"])
def test_a_profile_waits_for_a_term_that_has_no_page_yet(tmp_path: Path, front: str) -> None:
    root = make(tmp_path, article("one", "2024-01-01", front) + profile("_tags/rivers", "aliases: Streams", "Hm."))
    assert build(root).warnings == ()
    assert not (root / "output/tags").exists()


def test_a_taxonomy_of_the_settings_has_profiles_as_well(tmp_path: Path) -> None:
    settings = SETTINGS + "taxonomies: {places: {keys: [town], url: /gazetteer/}}\n"
    root = make(
        tmp_path, article("one", "2024-01-01", "town: Ulm") + profile("_places/ulm", "title: Ulm", "A town."), settings
    )
    build(root)
    assert "<p>A town.</p>" in page(root, "/gazetteer/ulm/")


def test_the_folders_of_jekyll_hold_articles(tmp_path: Path) -> None:
    root = make(tmp_path, "-- articles/_posts/2012-03-04-flood.md --\n---\ntitle: Flood\n---\nText.\n")
    build(root)
    assert "Flood" in page(root, "/2012/03/04/flood/")


# Authority over names


def test_a_label_an_alias_and_their_spellings_are_one_term(tmp_path: Path) -> None:
    names = ["c++", "C-plus-plus", "cxx", "cpp"]
    texts = "".join(article(f"n{n}", "2024-02-02", f"tags: ['{name}', C]") for n, name in enumerate(names))
    root = make(tmp_path, SITE + CPP + texts)
    found = survey(root)
    assert found.errors == ()
    tags = {term.slug: (term.name, term.url, len(entries)) for term, entries in found.archive.by_term("tags").items()}
    assert tags == {"cpp": ("C++", "/tags/cpp/", 6), "c": ("C", "/tags/c/", 4)}


def test_all_pages_show_the_label_of_the_profile(tmp_path: Path) -> None:
    root = make(tmp_path, SITE + CPP)
    build(root)
    for url in ("/tags/", "/tags/cpp/", "/2024/01/01/one/", "/2024/01/02/two/"):
        assert "C++" in page(root, url)
        assert "C plus plus" not in page(root, url)


def test_without_a_title_a_term_keeps_the_name_that_articles_use(tmp_path: Path) -> None:
    root = make(tmp_path, SITE + CPP + profile("_authors/ann-lee", "aliases: [A. Lee]"))
    build(root)
    assert "<h1>Ann Lee</h1>" in page(root, "/authors/ann-lee/")
    assert 'href="../../authors/ann-lee/"' in page(root, "/authors/a-lee/")


def test_each_alias_with_a_slug_of_its_own_redirects(tmp_path: Path) -> None:
    text = profile("_tags/cpp", "title: C++\naliases: [C plus plus, CXX, cpp, '新聞', '...', con]")
    root = make(tmp_path, SITE + text)
    build(root)
    folders = {place.parent.name for place in (root / "output/tags").glob("*/index.html")}
    assert folders == {"cpp", "c-plus-plus", "cxx", "xin-wen"}
    for name in folders - {"cpp"}:
        assert '<meta http-equiv="refresh" content="0; url=../../tags/cpp/">' in page(root, f"/tags/{name}/")
    assert "/tags/cxx/" not in (root / "output/sitemap.xml").read_text()


def test_a_name_that_only_shares_a_slug_is_no_spelling(tmp_path: Path) -> None:
    text = article("one", "2024-01-01", "tags: [C++]") + article("two", "2024-01-02", "tags: [C]")
    message = fault(tmp_path, text + profile("_tags/c", "title: C++"))
    assert message.startswith(
        "articles/two.md:4: the tag 'C' would have the URL /tags/c/, that of 'C++' (in articles/_tags/c.md)"
    )
    assert "hint: name it among the aliases in articles/_tags/c.md, or in newsgen.yaml, write" in message


# What is wrong, and where

GREEK = article("a", "2024-01-01", "tags: [Alpha, Beta, Gamma]")
FAULTS = [
    (profile("_tags/alpah", "title: Alpah"), ["articles/_tags/alpah.md:2: no article has the tag 'Alpah'"],
     "the nearest tag is 'Alpha': its profile would be named alpha.md"),
    (profile("_tags/zzz", "summary: S."), ["articles/_tags/zzz.md: no article has the tag 'zzz'"],
     "remove it, or give an article this tag"),
    (profile("_tagz/alpha", "title: Alpha"),
     ["articles/_tagz/alpha.md: 'tagz' is no taxonomy of this site, and this would be the profile of one of its terms"],
     "did you mean articles/_tags/?"),
    (profile("_tags/alpha", "title: Alpha\naliases: [Beta]") + profile("_tags/beta", "title: Beta\naliases: [Alpha]"),
     ["articles/_tags/alpha.md:3: the alias 'Beta' leads to articles/_tags/beta.md:3, and the alias there leads back: "
      "a loop",
      "articles/_tags/beta.md:3: the alias 'Alpha' leads to articles/_tags/alpha.md:3, and the alias there leads back: "
      "a loop"], "keep one of the two profiles"),
    (profile("_tags/alpha", "title: Alpha\naliases:\n  - First\n  - Beta") + profile("_tags/beta", "title: Beta"),
     ["articles/_tags/alpha.md:5: the alias 'Beta' is the name of another tag, in articles/_tags/beta.md:2"],
     "remove the alias, or that profile"),
    (profile("_tags/alpha", "aliases: [Beta]") + profile("_tags/beta", "summary: S."),
     ["articles/_tags/alpha.md:2: the alias 'Beta' would have the URL /tags/beta/, that of articles/_tags/beta.md"],
     "remove the alias, or that profile"),
    (profile("_tags/alpha", "aliases: [Greek]") + profile("_tags/beta", "aliases: [greek]"),
     ["articles/_tags/beta.md:2: the alias 'greek' is claimed in articles/_tags/alpha.md:2 as well"],
     "leave it to one tag"),
    (profile("_tags/alpha", "title: Alpha") + profile("_tags/beta", "title: ALPHA"),
     ["articles/_tags/beta.md:2: the name 'ALPHA' is that of articles/_tags/alpha.md as well"],
     "give each tag a name of its own"),
    (profile("_tags/alpha", "title: Alpha") + profile("_tags/alpha/index", "title: Alef"),
     ["articles/_tags/alpha/index.md: articles/_tags/alpha.md is the profile of this tag already"],
     "keep one of the two"),
    (profile("_tags/alpha", "title: Alpha\naliases: ['Gamma!']"),
     ["articles/_tags/alpha.md:3: the alias 'Gamma!' would have the URL /tags/gamma/, that of 'Gamma'"],
     "remove the alias"),
    (profile("_tags/alpha", "title: Alpha\nlinks:\n  Site: www.example.org"),
     ["articles/_tags/alpha.md:4: 'www.example.org' is not an address"], "write it in full"),
    (profile("_tags/alpha", "title: Alpha\nlinks: {Site: 'javascript:alert(1)'}"),
     ["articles/_tags/alpha.md:3: 'javascript:alert(1)' is not an address"], "write it in full"),
    (profile("_tags/alpha", "links: [https://example.org/]"),
     ["articles/_tags/alpha.md:2: 'links' must be titles with addresses"], "write 'Title: https://...'"),
    (profile("_tags/alpha", "title: Alpha\nalaises: [One]"),
     ["articles/_tags/alpha.md:3: 'alaises' is not known in a profile"], "did you mean 'aliases'?"),
    (profile("_tags/alpha", "zzzz: 1"),
     ["articles/_tags/alpha.md:2: 'zzzz' is not known in a profile"], "there are title, aliases, summary"),
    (profile("_tags/deep/alpha", "title: Alpha"),
     ["articles/_tags/deep/alpha.md: this file gives the profile of no term"], "name it articles/_tags/SLUG.md"),
    (profile("_tags/index", "title: Alpha"),
     ["articles/_tags/index.md: this file gives the profile of no term"], "name it articles/_tags/SLUG.md"),
    (profile("_tags/Alpha", "title: Alpha"),
     ["articles/_tags/Alpha.md: 'Alpha' is the slug of no tag"], "rename the file to alpha.md"),
    (profile("_tags/alpha", "title: [Alpha"), ["articles/_tags/alpha.md"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "messages", "hint"), FAULTS)
def test_a_profile_that_cannot_stand_is_an_error_with_its_place(
    tmp_path: Path, text: str, messages: list[str], hint: str
) -> None:
    found = faults(make(tmp_path, GREEK + text))
    assert len(found) == len(messages)
    for message, error in zip(messages, found, strict=True):
        assert error.startswith(message)
        assert hint in error
    with pytest.raises(ExceptionGroup) as raised:
        build(tmp_path)
    assert len(list(errors_in(raised.value))) == len(messages)
    assert not (tmp_path / "output").exists()


def test_the_settings_and_a_profile_may_not_give_one_name_two_slugs(tmp_path: Path) -> None:
    settings = SETTINGS + "taxonomies: {tags: {slugs: {C++: c-plus}}}\n"
    text = article("one", "2024-01-01", "tags: [C++, cpp]") + profile("_tags/cpp", "title: C++")
    message = fault(tmp_path, text, settings)
    assert message.startswith(
        "articles/_tags/cpp.md:2: newsgen.yaml gives 'C++' the slug 'c-plus', and this file 'cpp'"
    )


def test_a_fault_in_an_article_does_not_make_its_profiles_look_unused(tmp_path: Path) -> None:
    text = "-- articles/a.md --\n---\ntitle: A\ndate: never\ntags: Rivers\n---\n" + profile("_tags/rivers", "title: R")
    assert "'never' is not a date" in fault(tmp_path, text)


# Small builds, exact builds


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = make(tmp_path / "site", SITE + CPP + profile("_authors/ann-lee", "title: Ann Lee", "word " * 80))
    build(root)
    return root


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    write(root, path, text.replace(old, new))


def test_a_comma_in_a_profile_renders_the_page_of_its_term_alone(site: Path, tmp_path: Path) -> None:
    edit(site, "articles/_tags/cpp.md", "About *C++*.", "About *C++*, a language.")
    assert build(site).rendered == ("/tags/cpp/",)
    assert "a language.</p>" in page(site, "/tags/cpp/")
    edit(site, "articles/_tags/cpp.md", "a language.", "a *language*.")
    assert build(site).rendered == ("/tags/cpp/",)
    assert build(site).rendered == ()
    assert snapshot(site / "output") == clean(site, tmp_path)


EDITS = [
    ("articles/_tags/cpp.md", "title: C++", "title: C plus"),
    ("articles/_tags/cpp.md", "[C plus plus, CXX]", "[C plus plus, CXX, Cfront]"),
    ("articles/_tags/cpp.md", "[C plus plus, CXX]", "[C plus plus]"),
    ("articles/_tags/cpp.md", "summary: A language.", "summary: The language."),
    ("articles/_tags/cpp.md", "summary: A language.\n", ""),
    ("articles/_tags/cpp.md", "About", "[One](../one.md), about"),
    ("articles/_tags/cpp.md", "summary:", "draft: true\nsummary:"),
    ("articles/_authors/ann-lee.md", "title: Ann Lee", "title: Ann M. Lee\naliases: [Ann Lee]"),
    ("articles/two.md", "C plus plus", "cxx"),
]


@pytest.mark.parametrize(("path", "old", "new"), EDITS)
def test_an_edited_profile_ends_as_a_clean_build_does(
    site: Path, tmp_path: Path, path: str, old: str, new: str
) -> None:
    text, before = (site / path).read_text(), snapshot(site / "output")
    edit(site, path, old, new)
    build(site)
    assert snapshot(site / "output") == clean(site, tmp_path)
    write(site, path, text)
    build(site)
    assert snapshot(site / "output") == before


def test_a_new_a_renamed_and_a_deleted_profile_end_as_a_clean_build_does(site: Path, tmp_path: Path) -> None:
    write(site, "articles/three.md", "---\ntitle: Three\ndate: 2024-01-03\ntags: Rivers\n---\nText.\n")
    write(site, "articles/_tags/rivers.md", "---\ntitle: Rivers\naliases: Streams\nimage: r.svg\n---\nThey flow.\n")
    write(site, "articles/_tags/r.svg", PICTURE)
    build(site)
    assert snapshot(site / "output") == clean(site, tmp_path / "1")
    (site / "articles/_tags/rivers.md").rename(site / "articles/_tags/streams.md")
    edit(site, "articles/_tags/streams.md", "aliases: Streams", "aliases: Running water")
    build(site)
    assert (site / "output/tags/streams/r.svg").exists()
    assert not (site / "output/tags/rivers").exists()
    assert snapshot(site / "output") == clean(site, tmp_path / "2")
    (site / "articles/_tags/streams.md").unlink()
    build(site)
    assert "They flow" not in page(site, "/tags/rivers/")
    assert not (site / "output/tags/streams").exists()
    assert snapshot(site / "output") == clean(site, tmp_path / "3")


def test_an_alias_more_renders_its_redirect_and_no_page_of_the_term(site: Path) -> None:
    edit(site, "articles/_tags/cpp.md", "[C plus plus, CXX]", "[C plus plus, CXX, Cfront]")
    assert build(site).rendered == ("/tags/cfront/",)


def test_a_profile_that_its_site_does_not_show_is_never_read(site: Path) -> None:
    write(site, "templates/term.html", "<h1>{{ term.name }}</h1>\n")
    build(site)
    edit(site, "articles/_tags/cpp.md", "About *C++*.", "About it.")
    build(site)
    assert page(site, "/tags/cpp/") == "<h1>C++</h1>\n"


# Series and stories


def timeline(root: Path, key: str, count: int, more: str = "", settings: str = "") -> Path:
    dates = ["1911-05", "1912-04-14", "1912-04-14 10:00", "1985-09-01", "1986", "1997-11-01", "2012-04-15"][:count]
    texts = [article(f"n{n}", date, f"{key}: The wreck") for n, date in enumerate(dates, 1)]
    make(root, "".join(texts) + more, SETTINGS + settings)
    build(root)
    return root


def rows(text: str) -> list[str]:
    """Return the years, dates, marks and headlines of a timeline, in their order."""
    found = re.findall(
        r'<h2>(\d+)</h2>|<time[^>]*>([^<]*)</time></a>\n</p>|<span>(Part \d+)</span>|"flag">(\w+)</span>'
        r'|<h3 class="head"><a[^>]*>([^<]+)',
        text[text.index('<div class="timeline">') :],
    )
    return ["".join(groups) for groups in found]


def test_a_story_is_a_timeline_from_the_oldest_to_the_latest_article(tmp_path: Path) -> None:
    text = page(timeline(tmp_path, "story", 5), "/stories/the-wreck/")
    assert rows(text) == [
        "1911", "May", "First", "N1", "1912", "14 April", "N2", "N3", "1985", "1 September", "N4",
        "1986", "Latest", "N5",
    ]  # fmt: skip
    ends = re.findall(r"<dt>(\w+)</dt>\n<dd><a href=\"([^\"]+)\">(\w+)</a>", text)
    assert ends == [("First", "../../1911/05/n1/", "N1"), ("Latest", "../../1986/n5/", "N5")]
    assert 'type="application/atom+xml">Follow by feed' in text


def test_a_series_numbers_its_parts_across_its_pages(tmp_path: Path) -> None:
    root = timeline(tmp_path, "series", 7, settings="page_size: 2\n")
    first, second, newest = (page(root, f"/series/the-wreck/{end}") for end in ("page/1/", "page/2/", ""))
    assert rows(first) == ["1911", "May", "Part 1", "First", "N1", "1912", "14 April", "Part 2", "N2"]
    assert rows(second) == ["1912", "14 April", "Part 3", "N3", "1985", "1 September", "Part 4", "N4"]
    assert rows(newest) == [
        "1986", "Part 5", "N5", "1997", "1 November", "Part 6", "N6", "2012", "15 April", "Part 7", "Latest", "N7",
    ]  # fmt: skip
    assert "Earlier articles" not in first
    assert 'rel="next" href="../../../../series/the-wreck/page/2/">Later articles' in first
    assert 'rel="prev"' in second and 'rel="next" href="../../../../series/the-wreck/">Later' in second
    assert newest.index('rel="prev"') < newest.index('<div class="timeline">')
    assert "Later articles" not in newest


def test_a_new_part_leaves_the_older_pages_of_a_timeline_alone(tmp_path: Path) -> None:
    root = timeline(tmp_path, "series", 6, settings="page_size: 2\n")
    write(root, "articles/n7.md", "---\ntitle: N7\ndate: 2020-01-01\nseries: The wreck\n---\nText.\n")
    rendered = build(root).rendered
    assert "/series/the-wreck/" in rendered
    assert "/series/the-wreck/page/1/" not in rendered


def test_a_single_article_is_neither_the_first_nor_the_latest(tmp_path: Path) -> None:
    text = page(timeline(tmp_path, "story", 1), "/stories/the-wreck/")
    assert rows(text) == ["1911", "May", "N1"]
    assert "<dt>" not in text


def test_the_profile_of_a_story_is_its_introduction(tmp_path: Path) -> None:
    root = timeline(tmp_path, "story", 2, profile("_stories/the-wreck", "title: The Titanic", "How *it* began."))
    text = page(root, "/stories/the-wreck/")
    assert "<h1>The Titanic</h1>" in text
    assert text.index("How <em>it</em> began.") < text.index('<div class="timeline">')


def test_an_article_says_which_story_it_is_part_of(tmp_path: Path) -> None:
    root = timeline(tmp_path, "story", 2)
    text = page(root, "/1911/05/n1/")
    assert 'Part of the story <a href="../../../stories/the-wreck/">The wreck</a>' in text
    assert "Filed under" not in text
