"""The interface speaks the site's language: its words, dates, numbers, lists and plurals."""

from __future__ import annotations

import html
import pickle
import re
from datetime import UTC
from pathlib import Path

import pytest

from newsgen import config, words
from newsgen.build import Options, build
from newsgen.dates import Moment, Precision, parse
from newsgen.errors import ConfigError, errors_in
from newsgen.model import CORRECTION_KINDS, LABELS, TAKEN_BACK
from newsgen.words import Words, english
from tests.languages import facts
from tests.sites import make, snapshot, write

ROOT = Path(__file__).parent.parent
STRINGS = ROOT / "templates" / "strings"
LANGUAGES = sorted(path.stem for path in STRINGS.glob("*.yaml"))
# Beside what stands in its file: American papers write no comma before "and" (The Associated Press Stylebook).
NOT_FROM_CLDR = {"en-US": ("lists",)}
PLACE = re.compile(r"\{([a-z_]+)\}")
# A site with all that the theme has words for. Its own texts are such as no language has.
SITE = """
-- articles/one.md --
---
title: Qwx one
date: 2024-03-05 10:00 -04:00
updated: 2024-03-07 12:00
authors: [Zza, Zzb, Zzc]
tags: [Qtag, Qtog]
section: Qsec
label: analysis
series: Qser
expirydate: 2025-01-01
corrections:
  - {date: 2024-03-08, kind: correction, text: Qwx}
  - {date: 2024-03-09, kind: clarification, text: Qwx}
  - {date: 2024-03-10, kind: update, text: Qwx}
  - {date: 2024-03-11, kind: editors-note, text: Qwx}
  - {date: 2024-03-12, kind: retraction, text: Qwx}
source: Qsrc
license: Qlic
rights: Qrgt
aliases: [/qwx/]
---
Qwx.
-- articles/two.md --
---
title: Qwx two
date: 2024-03-06
authors: [Zza, Zzb]
tags: Qtag
section: Qsec
label: press-release
series: Qser
corrections:
  - {date: 2024-03, text: Qwx}
  - {date: 2024-04-01 10:00, text: Qwx}
  - {date: 2024-04-01, text: Qwx}
  - {date: 2024, text: Qwx}
---
Qwx.
-- articles/three.md --
---
title: Qwx three
date: 2023-05-06
status: hidden
---
Qwx.
-- articles/four.md --
---
title: Qwx four
date: 2013-05
status: archived
tags: Qtag
---
Qwx.
-- articles/five.md --
---
title: Qwx five
date: 1999
tags: Qtag
---
Qwx.
-- articles/six.md --
---
title: Qwx six
date: 1999-01-02
status: removed
---
-- articles/seven.md --
---
title: Qwx seven
date: 1999-01-03
updated: 2000-01-01
status: redacted
---
-- articles/eight.md --
---
title: Qwx eight
date: 2024-03-05
lang: tlh
translation_of: one.md
---
Qwx.
-- pages/qpage.md --
---
title: Qpage
updated: 2020-01-02
---
Qwx.
""" + "".join(
    f"-- articles/more{number}.md --\n---\ntitle: Qwx {number}\ndate: 2011-02-{number + 1:02}\nlabel: {label}\n"
    f"tags: [{chr(65 + number)}qx]\n---\nQwx.\n"
    for number, label in enumerate(LABELS)
)
SETTINGS = """title: Qsite
base_url: https://example.org
page_size: 4
publisher: {name: Qpub, founding_date: 1900}
"""


def spoken(language: str) -> Words:
    return words.load(ROOT, language)


def moment(written: str) -> Moment:
    return parse(written, UTC)


def seen(page: bytes) -> str:
    """Return what a reader sees or hears of a page: its text, and the labels that are in attributes."""
    text = re.sub(r'<script type="application/ld\+json">.*?</script>', "", page.decode())
    # A script may be given texts by their names, with places for what it fills in, and paths.
    text = re.sub(r'"\w+":|"/[^"]*"|\{\w+\}', "", text)
    labels = re.findall(r' (?:aria-label|title|alt|placeholder)="([^"]*)"', text)
    shown = html.unescape("\n".join([re.sub(r"<[^>]+>", "\n", text), *labels]))
    return re.sub(r"https?://\S+", "", shown)


# Dates


@pytest.mark.parametrize(
    ("written", "shown", "with_weekday", "time"),
    [
        ("1987", "1987", "1987", ""),
        ("1987-05", "May 1987", "May 1987", ""),
        ("2024-12-13", "13 December 2024", "Friday 13 December 2024", ""),
        ("0001-01-01", "1 January 1", "Monday 1 January 1", ""),
        ("1969-07-20 22:56:15 -4", "20 July 1969", "Sunday 20 July 1969", "22:56, UTC−4"),
        ("2024-12-13 09:05 +05:30", "13 December 2024", "Friday 13 December 2024", "09:05, UTC+5:30"),
        ("2024-12-13 00:00Z", "13 December 2024", "Friday 13 December 2024", "00:00, UTC"),
    ],
)
def test_words_say_no_more_than_is_known(written: str, shown: str, with_weekday: str, time: str) -> None:
    there, date = english(), moment(written)
    assert (there.date(date), there.date(date, weekday=True), there.time(date)) == (shown, with_weekday, time)


@pytest.mark.parametrize(
    ("language", "weekday", "month", "year", "without_year"),
    [
        ("en", "Friday 13 December 2024", "December 2024", "2024", "Friday 13 December"),
        ("en-US", "Friday, December 13, 2024", "December 2024", "2024", "Friday, December 13"),
        ("es", "viernes, 13 de diciembre de 2024", "diciembre de 2024", "2024", "viernes, 13 de diciembre"),
        ("fr", "vendredi 13 décembre 2024", "décembre 2024", "2024", "vendredi 13 décembre"),
        ("de", "Freitag, 13. Dezember 2024", "Dezember 2024", "2024", "Freitag, 13. Dezember"),
        ("pt", "sexta-feira, 13 de dezembro de 2024", "dezembro de 2024", "2024", "sexta-feira, 13 de dezembro"),
        ("it", "venerdì 13 dicembre 2024", "dicembre 2024", "2024", "venerdì 13 dicembre"),
        ("nl", "vrijdag 13 december 2024", "december 2024", "2024", "vrijdag 13 december"),
        ("ar", "الجمعة، 13 ديسمبر 2024", "ديسمبر 2024", "2024", "الجمعة، 13 ديسمبر"),
        ("hi", "शुक्रवार 13 दिसंबर 2024", "दिसंबर 2024", "2024", "शुक्रवार 13 दिसंबर"),
        ("zh", "2024年12月13日星期五", "2024年12月", "2024年", "12月13日星期五"),
        ("zh-Hant", "2024年12月13日 星期五", "2024年12月", "2024年", "12月13日 星期五"),
        ("ja", "2024年12月13日金曜日", "2024年12月", "2024年", "12月13日金曜日"),
    ],
)
def test_a_date_is_written_as_its_language_writes_it(
    language: str, weekday: str, month: str, year: str, without_year: str
) -> None:
    there, day = spoken(language), moment("2024-12-13")
    assert there.date(day, weekday=True) == weekday
    assert there.date(day, weekday=True, year=False) == without_year
    assert there.date(moment("2024-12")) == there.month(12, year=2024) == month
    assert there.date(moment("2024")) == there.year(2024) == year
    before, after = there.around_day(12, 2024)
    assert f"{before}13{after}" == there.date(day)


def test_a_date_known_to_the_year_alone_keeps_its_year_and_one_known_to_the_month_gives_it_up() -> None:
    assert english().date(moment("2024"), year=False) == "2024"
    assert english().date(moment("2024-12"), year=False) == "December"


def test_a_heading_starts_with_a_capital_where_the_language_has_them() -> None:
    assert spoken("es").date(moment("2024-12-13"), weekday=True, capital=True) == "Viernes, 13 de diciembre de 2024"
    assert spoken("fr").month(8, capital=True) == "Août"
    assert spoken("fr").month(8, year=2024, capital=True) == "Août 2024"
    assert spoken("ja").date(moment("2024-12-13"), capital=True) == "2024年12月13日"


def test_months_have_names() -> None:
    assert [english().month(number) for number in (1, 9, 12)] == ["January", "September", "December"]
    assert [english().month(9, "short"), english().month(9, "narrow")] == ["Sept", "S"]


@pytest.mark.parametrize(
    ("language", "first"),
    [("en", "Monday"), ("en-US", "Sunday"), ("de", "Montag"), ("pt", "domingo"), ("ar", "السبت"), ("ja", "日曜日")],
)
def test_a_week_starts_on_the_first_day_of_the_language(language: str, first: str) -> None:
    assert spoken(language).weekdays()[0] == first
    assert sorted(spoken(language).weekdays()) == sorted(spoken(language).dates["weekdays_alone"] or ())


# Numbers, plurals, lists


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ("0", "999", "1,234", "12,345", "1,234,567", "-1,234")),
        ("es", ("0", "999", "1234", "12.345", "1.234.567", "-1234")),
        ("fr", ("0", "999", "1\u202f234", "12\u202f345", "1\u202f234\u202f567", "-1\u202f234")),
        ("pt-PT", ("0", "999", "1234", "12\u00a0345", "1\u00a0234\u00a0567", "-1234")),
        ("de", ("0", "999", "1.234", "12.345", "1.234.567", "-1.234")),
        ("hi", ("0", "999", "1,234", "12,345", "12,34,567", "-1,234")),
    ],
)
def test_a_number_is_written_as_its_language_writes_it(language: str, shown: tuple[str, ...]) -> None:
    assert tuple(map(spoken(language).number, (0, 999, 1234, 12345, 1234567, -1234))) == shown


@pytest.mark.parametrize(
    ("language", "categories"),
    [
        ("en", {0: "other", 1: "one", 2: "other", 101: "other"}),
        ("fr", {0: "one", 1: "one", 2: "other", 1_000_000: "many", 1_000_001: "other"}),
        ("es", {0: "other", 1: "one", 2: "other", 2_000_000: "many"}),
        ("pt", {0: "one", 1: "one", 2: "other", 1_000_000: "many"}),
        ("pt-PT", {0: "other", 1: "one", 2: "other", 1_000_000: "many"}),
        (
            "ar",
            {0: "zero", 1: "one", 2: "two", 3: "few", 10: "few", 11: "many", 99: "many", 100: "other", 102: "other"},
        ),
        ("ar", {103: "few", 111: "many", 1_000_000: "other"}),
        ("ja", {0: "other", 1: "other", 2: "other"}),
    ],
)
def test_a_number_takes_the_plural_of_the_language(language: str, categories: dict[int, str]) -> None:
    assert {number: spoken(language).plural(number) for number in categories} == categories


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ("1 article", "2 articles", "11 articles", "1,000,000 articles")),
        ("fr", ("1 article", "2 articles", "11 articles", "1\u202f000\u202f000 d’articles")),
        ("es", ("1 artículo", "2 artículos", "11 artículos", "1.000.000 de artículos")),
        ("ar", ("مقال واحد", "مقالان", "11 مقالًا", "1,000,000 مقال")),
        ("ja", ("1件の記事", "2件の記事", "11件の記事", "1,000,000件の記事")),
    ],
)
def test_a_text_with_a_count_takes_the_form_of_the_number(language: str, shown: tuple[str, ...]) -> None:
    there = spoken(language)
    assert tuple(there.text("article_count", count=count) for count in (1, 2, 11, 1_000_000)) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ("", "A", "A and B", "A, B and C")),
        ("en-US", ("", "A", "A and B", "A, B and C")),
        ("es", ("", "A", "A y B", "A, B y C")),
        ("zh", ("", "A", "A和B", "A、B和C")),
        ("ar", ("", "A", "A وB", "A وB وC")),
    ],
)
def test_a_list_is_joined_as_its_language_joins_it(language: str, shown: tuple[str, ...]) -> None:
    assert tuple(spoken(language).joined(parts) for parts in ((), ("A",), ("A", "B"), ("A", "B", "C"))) == shown


def test_what_is_put_into_a_text_is_not_read_for_places() -> None:
    assert english().text("feed_of", site="{name}", name="A") == "{name}: A"


# Which files are read


def test_a_regional_language_is_read_over_the_general_one() -> None:
    assert spoken("pt-PT").text("sections") == "Secções"
    assert spoken("pt-BR").text("sections") == spoken("pt").text("sections") == "Seções"
    assert spoken("pt-PT").text("archive") == spoken("pt").text("archive")
    assert spoken("en-US").text("older") == english().text("older")


@pytest.mark.parametrize(
    ("region", "written"), [("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-CN", "zh"), ("pt-MZ", "pt-PT")]
)
def test_a_region_is_written_as_those_who_share_its_spelling(region: str, written: str) -> None:
    assert spoken(region).texts == spoken(written).texts
    assert spoken(region).dates == spoken(written).dates


def test_capitals_in_a_tag_mean_nothing() -> None:
    assert spoken("PT-pt").texts == spoken("pt-PT").texts


def test_a_site_can_change_a_text_of_a_language(tmp_path: Path) -> None:
    site = make(tmp_path, SITE + '\n-- templates/strings/en.yaml --\ntexts:\n  older: "Before that"\n', SETTINGS)
    build(site)
    page = seen((site / "output/2024/03/06/two/index.html").read_bytes())
    assert "Before that" in page
    assert "About this article" in page


def test_changing_a_text_changes_the_pages_that_show_it(tmp_path: Path) -> None:
    site = make(tmp_path, SITE, SETTINGS)
    build(site)
    write(site, "templates/strings/en.yaml", 'texts:\n  nothing_published: "Nothing."\n  by: "Words by {names}"\n')
    build(site)
    after = snapshot(site / "output")
    assert "Words by" in seen(after["index.html"])
    build(site, tmp_path / "anew", Options(full=True))
    assert snapshot(tmp_path / "anew") == after


def test_a_site_can_have_a_language_of_its_own(tmp_path: Path) -> None:
    own = (STRINGS / "nl.yaml").read_text("utf-8").replace('"Archief"', '"Argyf"')
    site = make(tmp_path, f"{SITE}\n-- templates/strings/af.yaml --\n{own}", f"{SETTINGS}language: af\n")
    build(site)
    page = (site / "output/archive/index.html").read_text("utf-8")
    assert '<html lang="af" dir="ltr">' in page
    assert "<h1>Argyf</h1>" in page


def settings_errors(folder: Path) -> list[ConfigError]:
    with pytest.raises(ExceptionGroup) as raised:
        config.read(folder)
    return [error for error in errors_in(raised.value) if isinstance(error, ConfigError)]


def test_a_language_without_words_is_an_error_that_names_those_there_are(tmp_path: Path) -> None:
    write(tmp_path, "newsgen.yaml", "title: T\nlanguage: tlh\n")
    (error,) = settings_errors(tmp_path)
    assert "'tlh'" in str(error)
    assert "newsgen.yaml:2" in str(error)
    assert "fr, hi" in error.problem.hint


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("texts: [", 0, "the YAML cannot be read"),
        ("- a\n", 1, "this is no language"),
        ("text:\n  a: b\n", 1, "'text' is no part of a language"),
        ("texts:\n  by: [a]\n", 2, "'by' is no text"),
        ("texts: many\n", 1, "'texts' is not a list"),
        ('texts:\n  older: "A"\n  by: "By {nmaes}"\n', 3, "the text 'by' has no place {nmaes}"),
        ('texts:\n  article_count:\n    one: "{count}"\n', 3, "'article_count' has not the forms of a plural"),
        ("direction: up\n", 1, "'up' is no direction"),
        ('dates:\n  months: ["January"]\n', 2, "'months' is not a list of 12 names"),
        ('dates:\n  day: "d QQQ y"\n', 2, "'d QQQ y' is no pattern of a date"),
        ('dates:\n  day: "y"\n', 2, "'y' is no pattern of a date"),
        ('dates:\n  first_weekday: "8"\n', 2, "'8' is no day of the week"),
        ('numbers:\n  grouping: ["0"]\n', 2, "'grouping' cannot be this"),
        ('plurals:\n  some: "1"\n', 2, "'some' is no form of the plural"),
        ('plurals:\n  one: "n = 1"\n', 2, "'n = 1' is no rule of a plural"),
        ("lists:\n  first: a\n", 2, "'first' cannot be this in 'lists'"),
    ],
)
def test_a_broken_file_of_words_is_an_error_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    write(tmp_path, "newsgen.yaml", "title: T\n")
    write(tmp_path, "templates/strings/en.yaml", text)
    (error,) = settings_errors(tmp_path)
    assert message in error.problem.message
    assert error.problem.location is not None
    assert error.problem.location.path == "templates/strings/en.yaml"
    assert not line or error.problem.location.line == line


def test_a_language_that_lacks_something_is_an_error_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, "newsgen.yaml", "title: T\nlanguage: tlh\n")
    write(
        tmp_path, "templates/strings/tlh.yaml", (STRINGS / "fr.yaml").read_text("utf-8").replace("  older:", "  old:")
    )
    (error,) = settings_errors(tmp_path)
    assert "the language lacks older" in str(error)
    assert "templates/strings/tlh.yaml" in str(error)


def test_words_reach_another_process_whole() -> None:
    there = spoken("ar")
    again = pickle.loads(pickle.dumps(there))
    assert again == there
    assert again.text("article_count", count=2) == "مقالان"
    assert again.date(Moment(moment("2024-12-13").local, 0, Precision.DAY)) == "13 ديسمبر 2024"


# The files of the theme


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_and_no_other_with_the_places_of_the_english(language: str) -> None:
    there, whole = spoken(language), english()
    assert there.texts.keys() == whole.texts.keys()
    for key, text in whole.texts.items():
        wanted = set(PLACE.findall(" ".join(text.values()) if isinstance(text, dict) else text))
        own = there.texts[key]
        if isinstance(own, dict):
            assert set(own) == {*there.plurals, "other"}, key
            assert set(PLACE.findall(own["other"])) == wanted, key
            # A form for one number alone, such as the dual, may do without the number, and without nothing else.
            assert all(set(PLACE.findall(form)) | {"count"} >= wanted for form in own.values()), key
        else:
            assert not isinstance(text, dict), key
            assert set(PLACE.findall(own)) == wanted, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_numbers_lists_and_plurals_are_those_of_the_cldr(language: str) -> None:
    there = spoken(language)
    for name, section in facts(language).items():
        wanted = {
            key: tuple(map(str, value)) if isinstance(value, list) else str(value) for key, value in section.items()
        }
        if name not in NOT_FROM_CLDR.get(language, ()):
            assert getattr(there, name) == wanted
        if name == "plurals":
            assert list(there.plurals) == list(wanted)


def test_every_value_that_is_shown_by_a_text_of_its_own_has_one() -> None:
    texts = english().texts
    assert all(f"label_{label}".replace("-", "_") in texts for label in LABELS if label != "news")
    assert all(f"{start}_{kind}".replace("-", "_") in texts for kind in CORRECTION_KINDS for start in ("done", "kind"))
    assert all(f"status_{status}" in texts for status in (*TAKEN_BACK, "retired"))
    standard = ("tags", "authors", "sections", "series")
    assert all(f"{start}{name}" in texts for name in standard for start in ("", "one_of_"))


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_no_template_has_a_text_of_its_own(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
    expressions = re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text, re.S)
    # What the block body_class holds is a class.
    markup = re.sub(r"\{% block body_class %\}\w*|\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)
    labels = re.findall(r' (?:aria-label|title|alt|placeholder)="([^"]*)"', markup)
    # A macro may give the attributes of a tag.
    outside = re.sub(r'<(script|code)\b.*?</\1>|<[^>]*>|&[a-z]+;| [a-z]+=""', "", markup, flags=re.S)
    assert not re.findall(r"[^\W\d_]+", outside)
    assert not [label for label in labels if re.search(r"\w", label)]
    # What stands in an expression is a key, a class, a URL; a name has a capital, a sentence spaces between words.
    literals = [literal for code in expressions for literal in re.findall(r'"([^"]*)"', code)]
    assert not [
        literal for literal in literals if re.search(r"^[A-Z]|[a-z] [a-z]", literal) and " lang=" not in literal
    ]


# Whole sites


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("site"), SITE, SETTINGS)


def visible(site: Path, language: str) -> dict[str, str]:
    """Return, by path, what is seen on the pages of a site in a language."""
    write(site, "newsgen.yaml", f"{SETTINGS}language: {language}\n")
    report = build(site)
    assert not report.warnings
    pages = snapshot(site / "output")
    return {path: seen(data) for path, data in pages.items() if path.endswith(".html")}


def all_said(there: Words) -> set[str]:
    """Return what a language says: the parts of its texts between their places, and its names of months and days."""
    forms = [form for text in there.texts.values() for form in (text.values() if isinstance(text, dict) else [text])]
    names = [name for key in ("months", "weekdays") for name in there.dates[key] or ()]
    return {piece.strip(" .,:;()") for form in (*forms, *names) for piece in PLACE.split(str(form))[::2]}


@pytest.mark.parametrize("language", [name for name in LANGUAGES if not name.startswith("en")])
def test_a_site_says_nothing_in_english_that_its_language_says_otherwise(site: Path, language: str) -> None:
    own = {said.casefold() for said in all_said(spoken(language))}
    foreign = sorted(said for said in all_said(english()) if said.casefold() not in own and len(said) > 3)
    english_words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, foreign))})(?!\w)", re.IGNORECASE)
    left = {path: match[0] for path, text in visible(site, language).items() if (match := english_words.search(text))}
    assert not left


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_every_page_says_its_language_and_how_it_is_written(site: Path, language: str, direction: str) -> None:
    visible(site, language)
    for path in (site / "output").rglob("*.html"):
        assert f'<html lang="{language}" dir="{direction}">' in path.read_text("utf-8"), path


@pytest.mark.parametrize(
    ("language", "heads", "column"),
    [
        ("en", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], 4),
        ("en-US", ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], 5),
        ("ja", ["日", "月", "火", "水", "木", "金", "土"], 5),
        ("de", ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"], 4),
    ],
)
def test_a_calendar_starts_on_the_first_day_of_the_language(
    site: Path, language: str, heads: list[str], column: int
) -> None:
    visible(site, language)
    page = (site / "output/2024/03/index.html").read_text("utf-8")
    table = page[page.index("<table") : page.index("</table>")]
    assert re.findall(r"<abbr[^>]*>([^<]*)</abbr>", table) == heads
    # 1 March 2024 was a Friday.
    first_week = re.findall(r"<td[^>]*>([^<]*)", table[table.index("<tbody>") :])[:7]
    assert first_week.index("1") == column


@pytest.mark.parametrize(
    ("language", "heading", "caption", "day"),
    [
        ("en", "Tuesday 5 March 2024", "March 2024", "5 March 2024, 2 articles"),
        ("es", "Martes, 5 de marzo de 2024", "Marzo de 2024", "5 de marzo de 2024, 2 artículos"),
        ("ja", "2024年3月5日火曜日", "2024年3月", "2024年3月5日、2件の記事"),
        ("ar", "الثلاثاء، 5 مارس 2024", "مارس 2024", "5 مارس 2024، مقالان"),
    ],
)
def test_dates_read_right_where_a_part_of_them_is_heard_and_not_seen(
    site: Path, language: str, heading: str, caption: str, day: str
) -> None:
    visible(site, language)
    month = (site / "output/2024/03/index.html").read_text("utf-8")
    year = (site / "output/2024/index.html").read_text("utf-8")
    assert f">{heading}</time>" in month
    assert caption in [re.sub("<[^>]*>", "", text) for text in re.findall(r"<caption>(?:<a.*?>)?(.*?)</a>", year)]
    assert day in [re.sub("<[^>]*>", "", text) for text in re.findall(r"<td[^>]*>(.*?)</td>", month)]


def test_a_new_year_stands_large_beside_its_days(site: Path) -> None:
    visible(site, "ja")
    page = (site / "output/index.html").read_text("utf-8")
    assert re.search(r'<p class="year-folio"><a[^>]*>\d+年</a></p>', page)
