"""The interface in a language: its texts, and how it writes dates, numbers and lists.

Each language is a file `strings/CODE.yaml` of the theme, and a site may add or change languages in its own
`templates/strings/`. "pt-BR" is read over "pt", so that a regional file holds only what differs. The facts of dates,
numbers, lists and plurals are those of the Unicode CLDR; they stand in the files, so that no library's new edition can
change the bytes of an archive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeAlias

from newsgen import files, theme, yamltext
from newsgen.dates import Moment, Precision
from newsgen.errors import ContentError, Location, Problem
from newsgen.fingerprint import digest_bytes
from newsgen.source import decode
from newsgen.value import Value
from newsgen.yamltext import Node, Plain, Scalar, Series, Table, plain

__all__ = ["CATEGORIES", "DEFAULT", "Words", "available", "english", "load"]

DEFAULT = "en"
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_FOLDER = "strings"
_SECTIONS = ("dates", "numbers", "lists", "plurals", "texts")
# The letters of CLDR's date patterns that a pattern here may hold, and quoted text (UTS #35, part 4).
_FIELD = re.compile(r"'((?:[^']|'')*)'|(y+|M+|L+|d+|E+|H+|m+)")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_RULE = re.compile(r"\d{1,7}(-\d{1,4})?(, \d{1,7}(-\d{1,4})?)*( of [1-9]\d{0,6})?")
_LETTER = re.compile(r"[A-Za-z']")
_FIELDS = ("y", "M", "MM", "MMMM", "LLLL", "d", "dd", "EEEE", "H", "HH", "mm")
# Regions that share the written language of another (CLDR, likely subtags and parent locales).
_WRITTEN_AS = {
    "zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant",
    "pt-ao": "pt-pt", "pt-cv": "pt-pt", "pt-gw": "pt-pt", "pt-mo": "pt-pt", "pt-mz": "pt-pt", "pt-st": "pt-pt",
    "pt-tl": "pt-pt",
}  # fmt: skip

Text: TypeAlias = "str | dict[str, Plain]"
Section: TypeAlias = "dict[str, Plain]"


@dataclass(frozen=True, slots=True)
class Words(Value):
    """What one language says. `digest` is that of its files; two with the same are the same.

    `direction` is "ltr" or "rtl". The tables are as they stand in the files; `docs/languages.md` tells of them.
    """

    language: str
    digest: bytes
    direction: str = field(compare=False)
    dates: Section = field(compare=False)
    numbers: Section = field(compare=False)
    lists: Section = field(compare=False)
    plurals: Section = field(compare=False)
    texts: Mapping[str, Text] = field(compare=False)

    def text(self, key: str, **values: object) -> str:
        """Return a text with each `{name}` in it replaced by the value of that name; `count` chooses the plural form.

        A count stands in the text as `number` writes it. Raises KeyError for a text that no language has.
        """
        found = self.template(key, values.get("count"))
        shown = {name: self.number(value) if name == "count" and isinstance(value, int) else str(value)
                 for name, value in values.items()}  # fmt: skip
        return _PLACEHOLDER.sub(lambda name: shown.get(name[1], name[0]), found)

    def template(self, key: str, count: object = None) -> str:
        """Return a text as it is written, in the form that goes with `count`, with its placeholders."""
        found = self.texts[key]
        if isinstance(found, str):
            return found
        category = self.plural(count) if isinstance(count, int) else "other"
        return str(found.get(category) or found["other"])

    def forms(self, key: str) -> dict[str, str]:
        """Return a text as it is written by its plural categories, with "other" alone where it has one form.

        For scripts, which choose the form in the browser. Raises KeyError for a text that no language has.
        """
        found = self.texts[key]
        if isinstance(found, str):
            return {"other": found}
        return {category: str(text) for category, text in found.items()}

    def plural(self, count: int) -> str:
        """Return the plural category of a whole number: "zero", "one", "two", "few", "many" or "other".

        Source: CLDR, language plural rules.
        """
        for category, holds in _plural_rules(self):
            if holds(count):
                return category
        return "other"

    def number(self, number: int) -> str:
        """Return a whole number with the language's signs between groups of digits."""
        digits = str(abs(number))
        if len(digits) < int(str(self.numbers["from"])):
            return str(number)
        last, *others = [int(str(size)) for size in self.numbers["grouping"] or ()]
        rest = others[0] if others else last
        head, parts = digits[:-last], [digits[-last:]]
        while head:
            parts.append(head[-rest:])
            head = head[:-rest]
        return ("-" if number < 0 else "") + str(self.numbers["group"]).join(reversed(parts))

    def date(self, moment: Moment, *, weekday: bool = False, year: bool = True, capital: bool = False) -> str:
        """Return the date without its time, to its precision: "13 December 2024", "December 2024" or "2024".

        `weekday` puts the day of the week to a date that is known to the day; without `year`, a date that is known to
        more than the year has none; `capital` starts it as a heading starts.
        """
        if moment.precision == Precision.YEAR:
            written = self._filled("year", moment)
        elif moment.precision == Precision.MONTH:
            written = self._filled("month", moment) if year else self.month(moment.local.month)
        else:
            written = self._filled(("weekday_" if weekday else "") + ("day" if year else "day_of_year"), moment)
        return _capital(written) if capital else written

    def time(self, moment: Moment) -> str:
        """Return the written time of day with its offset ("22:56, UTC−4"), or "" where no time was written."""
        if not moment.has_time:
            return ""
        hours, minutes = divmod(abs(moment.offset), 60)
        sign = "\N{MINUS SIGN}" if moment.offset < 0 else "+"
        zone = "UTC" if moment.offset == 0 else f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
        return self.text("time_and_zone", time=self._filled("time", moment), zone=zone)

    def month(self, number: int, style: str = "alone", *, year: int | None = None, capital: bool = False) -> str:
        """Return the name of month 1 to 12 as it stands by itself; `style` is "alone", "short" or "narrow".

        With a `year`, it is the month of that year: "December 2024". `capital` starts it as a heading starts.
        """
        if year is not None:
            written = self._filled("month", Moment(datetime(year, number, 1), 0, Precision.MONTH))
        else:
            written = self._names(f"months_{style}")[number - 1]
        return _capital(written) if capital else written

    def year(self, number: int) -> str:
        """Return a year as it stands by itself: "2024"."""
        return self._filled("year", Moment(datetime(number, 1, 1), 0, Precision.YEAR))

    def around_day(self, month: int, year: int) -> tuple[str, str]:
        """Return what stands before and after the number of a day in a date: "" and " December 2024"."""
        moment = Moment(datetime(year, month, 1), 0, Precision.MONTH)
        pattern = str(self.dates["day"])
        day = next(found for found in _FIELD.finditer(pattern) if found[2] and found[2].startswith("d"))
        before, after = pattern[: day.start()], pattern[day.end() :]
        return self._filled_in(before, moment), self._filled_in(after, moment)

    def weekdays(self, style: str = "alone") -> tuple[str, ...]:
        """Return the names of the days of the week, from the first of the language's week; styles as for `month`."""
        names, first = self._names(f"weekdays_{style}"), self.first_weekday
        return (*names[first:], *names[:first])

    @property
    def first_weekday(self) -> int:
        """The first day of the week, 0 for Monday to 6 for Sunday."""
        return int(str(self.dates["first_weekday"])) - 1

    def joined(self, parts: Sequence[str]) -> str:
        """Return parts as a list in words: "A", "A and B", "A, B and C"."""
        return "".join(self.list_pieces(parts))

    def list_pieces(self, parts: Sequence[str]) -> Iterable[str]:
        """Yield parts, and between them what stands there in a list in words."""
        for number, part in enumerate(parts, 1):
            yield self.list_sign(number, len(parts))
            yield part

    def list_sign(self, number: int, count: int) -> str:
        """Return what stands before part `number` of `count`, from 1, in a list in words: "", ", " or " and "."""
        if number == 1:
            return ""
        return str(self.lists["middle" if number < count else "two" if count == 2 else "last"])

    def _names(self, name: str) -> tuple[str, ...]:
        found = self.dates[name]
        return found if isinstance(found, tuple) else ()  # type: ignore[return-value]  # texts, as the file was checked

    def _filled(self, name: str, moment: Moment) -> str:
        return self._filled_in(str(self.dates[name]), moment)

    def _filled_in(self, pattern: str, moment: Moment) -> str:
        return "".join([part if isinstance(part, str) else part(moment) for part in _date_pattern(self, pattern)])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=256)
def _date_pattern(words: Words, pattern: str) -> tuple[str | Callable[[Moment], str], ...]:
    """Return a pattern of CLDR as texts, and functions that give the text of a moment."""
    fields: Mapping[str, Callable[[Moment], str]] = {
        "y": lambda moment: str(moment.year),
        "d": lambda moment: str(moment.local.day),
        "dd": lambda moment: f"{moment.local.day:02}",
        "M": lambda moment: str(moment.local.month),
        "MM": lambda moment: f"{moment.local.month:02}",
        "MMMM": lambda moment: words._names("months")[moment.local.month - 1],
        "LLLL": lambda moment: words._names("months_alone")[moment.local.month - 1],
        "EEEE": lambda moment: words._names("weekdays")[moment.local.weekday()],
        "H": lambda moment: str(moment.local.hour),
        "HH": lambda moment: f"{moment.local.hour:02}",
        "mm": lambda moment: f"{moment.local.minute:02}",
    }
    parts: list[str | Callable[[Moment], str]] = []
    end = 0
    for found in _FIELD.finditer(pattern):
        parts.append(pattern[end : found.start()])
        parts.append(fields[found[2]] if found[2] else found[1].replace("''", "'") or "'")
        end = found.end()
    parts.append(pattern[end:])
    return tuple(part for part in parts if part)


@lru_cache(maxsize=16)
def _plural_rules(words: Words) -> tuple[tuple[str, Callable[[int], bool]], ...]:
    """Return the plural categories in their order, each with a function that tells the numbers that belong to it.

    A rule is a list of numbers and ranges ("1, 21-24"), or one of remainders ("3-10 of 100").
    """

    def rule(written: str) -> Callable[[int], bool]:
        ranges, _, modulus = written.partition(" of ")
        numbers = {
            number for first, last in _RANGE.findall(ranges) for number in range(int(first), int(last or first) + 1)
        }
        if not modulus:
            return lambda count: count in numbers
        return lambda count: count % int(modulus) in numbers

    return tuple((category, rule(str(written))) for category, written in words.plurals.items())


def available(root: Path) -> dict[str, list[Path]]:
    """Return the languages that the site at `root` can have, each with its files: the theme's, then the site's own."""
    ending = ".yaml"
    found = theme.layers_below(root, _FOLDER).items()
    return {name.removesuffix(ending): paths for name, paths in found if name.endswith(ending)}


def load(root: Path, language: str) -> Words:
    """Return the words of a BCP 47 language: its own files over those of the more general ones, "pt-PT" over "pt".

    Raises LookupError where the theme has none of these, and ContentError where a file is no language.
    """
    words = _load(language, _layers(available(root), language), english().texts)
    _refuse_gaps(words)
    return words


@lru_cache(maxsize=1)
def english() -> Words:
    """Return the words of the built-in theme in English."""
    return _load(DEFAULT, (theme.built_in_folder() / _FOLDER / f"{DEFAULT}.yaml",), {})


def _layers(known: Mapping[str, Sequence[Path]], language: str) -> Sequence[Path]:
    """Return the files of a language, from the most general: "zh", "zh-Hant" and "zh-Hant-TW"."""
    by_code = {code.casefold(): paths for code, paths in known.items()}
    tag = language.casefold()
    for region, written in _WRITTEN_AS.items():
        if tag == region or tag.startswith(f"{region}-"):
            tag = written + tag.removeprefix(written.partition("-")[0])
    parts = tag.split("-")
    found = [by_code[code] for end in range(len(parts)) if (code := "-".join(parts[: end + 1])) in by_code]
    if not found:
        raise LookupError(language)
    return [path for paths in found for path in paths]


def _load(language: str, paths: Sequence[Path], whole: Mapping[str, Text]) -> Words:
    tables: dict[str, Section] = {name: {} for name in _SECTIONS}
    direction = "ltr"
    digests: list[bytes] = []
    for path in paths:
        place = f"templates/{_FOLDER}/{path.name}"
        try:
            data = files.read_bytes(path.parent, path.name)
        except OSError as error:
            raise ContentError(files.unreadable(place, error)) from None
        given = _checked(yamltext.read(decode(data, place), place), place, whole)
        direction = str(given.get("direction") or direction)
        for name in _SECTIONS:
            section = given.get(name)
            if isinstance(section, dict):
                # The rules of plurals are one whole: which counts depends on their order.
                tables[name] = section if name == "plurals" else tables[name] | section
        digests.append(digest_bytes(data))
    texts: Mapping[str, Text] = {
        key: value for key, value in tables.pop("texts").items() if isinstance(value, str | dict)
    }
    return Words(language, digest_bytes(language.encode(), *digests), direction, texts=texts, **tables)


def _refuse_gaps(words: Words) -> None:
    """Raise ContentError where a language lacks what the built-in English has."""
    whole = english()
    for name in _SECTIONS:
        if name != "plurals" and (missing := [key for key in getattr(whole, name) if key not in getattr(words, name)]):
            message = f"the language lacks {', '.join(missing[:5])}" + (" and more" if len(missing) > 5 else "")
            place = Location(f"templates/{_FOLDER}/{words.language}.yaml")
            raise ContentError(Problem(message, place, f"write them below '{name}:'"))


# What a file may hold


def _checked(node: Node | None, place: str, whole: Mapping[str, Text]) -> Section:
    """Return what stands in a file of a language. Raises ContentError for the first thing that cannot be.

    A text may have the places that the text of its name has in `whole`, and no others.
    """
    hint = "write 'texts:' and below it 'key: \"text\"'"
    if node is None:
        return {}
    for key, value in _pairs(node, place, "this is no language", hint):
        name = key.text
        if name not in (*_SECTIONS, "name", "direction"):
            raise _error(f"{name!r} is no part of a language", place, key, f"there are {', '.join(_SECTIONS)}")
        if name == "direction" and plain(value) not in ("ltr", "rtl"):
            raise _error(f"{plain(value)!r} is no direction of writing", place, value, "write ltr or rtl")
        if name in _SECTIONS:
            check = _CHECKS.get(name) or partial(_check_text, whole=whole)
            for entry, given in _pairs(value, place, f"{name!r} is not a list of 'key: value' lines"):
                check(entry.text, given, place)
    found = plain(node)
    return found if isinstance(found, dict) else {}


def _pairs(node: Node, place: str, message: str, hint: str = "") -> Iterable[tuple[Scalar, Node]]:
    if isinstance(node, Scalar) and node.is_null:
        return ()
    if not isinstance(node, Table):
        raise _error(message, place, node, hint)
    return node.pairs


def _check_date(key: str, node: Node, place: str) -> None:
    count = 12 if key.startswith("months") else 7 if key.startswith("weekdays") else 0
    if count:
        if not isinstance(node, Series) or len(node.items) != count or not all(map(_is_text, node.items)):
            raise _error(f"{key!r} is not a list of {count} names", place, node, 'write ["...", "..."]')
    elif key == "first_weekday":
        if plain(node) not in tuple("1234567"):
            raise _error(f"{plain(node)!r} is no day of the week", place, node, "write 1 for Monday to 7 for Sunday")
    elif not _is_text(node) or not _is_pattern(str(plain(node)), must_have_day="day" in key):
        hint = f"write it with {', '.join(_FIELDS)}, and other letters between single quotes"
        raise _error(f"{plain(node)!r} is no pattern of a date", place, node, hint)


def _is_pattern(pattern: str, *, must_have_day: bool) -> bool:
    fields = [found[2] for found in _FIELD.finditer(pattern) if found[2]]
    has_day = any(field.startswith("d") for field in fields) or not must_have_day
    return has_day and all(field in _FIELDS for field in fields) and not _LETTER.search(_FIELD.sub("", pattern))


def _check_number(key: str, node: Node, place: str) -> None:
    items = node.items if isinstance(node, Series) else (node,)
    texts = [str(plain(item)) for item in items if _is_text(item)]
    sizes = [text for text in texts if re.fullmatch(r"[1-9][0-9]?", text)]
    is_right = {"group": len(texts) == 1, "grouping": len(sizes) == len(items) in (1, 2), "from": len(sizes) == 1}
    if not is_right.get(key):
        raise _error(
            f"{key!r} cannot be this in 'numbers'", place, node, 'write group: ",", grouping: ["3"], from: "4"'
        )


def _check_list(key: str, node: Node, place: str) -> None:
    if key not in ("two", "middle", "last") or not _is_text(node):
        raise _error(f"{key!r} cannot be this in 'lists'", place, node, "write two, middle and last, each a text")


def _check_plural(key: str, node: Node, place: str) -> None:
    if key not in CATEGORIES:
        raise _error(f"{key!r} is no form of the plural", place, node, f"there are {', '.join(CATEGORIES)}")
    if not _RULE.fullmatch(str(plain(node))):
        raise _error(f"{plain(node)!r} is no rule of a plural", place, node, 'write it as "1, 3-10 of 100"')


def _check_text(key: str, node: Node, place: str, whole: Mapping[str, Text]) -> None:
    forms = [form for _, form in node.pairs] if isinstance(node, Table) else [node]
    if isinstance(node, Table):
        names = [name.text for name, _ in node.pairs]
        if "other" not in names or not set(names) <= set(CATEGORIES):
            raise _error(f"{key!r} has not the forms of a plural", place, node, f"there are {', '.join(CATEGORIES)}")
    known = _places(whole, key) if key in whole else None
    for form in forms:
        if not _is_text(form):
            raise _error(f"{key!r} is no text", place, form, f"write '{key}: \"...\"'")
        strange = [name for name in _PLACEHOLDER.findall(str(plain(form))) if known is not None and name not in known]
        if strange:
            hint = f"there are {', '.join(f'{{{name}}}' for name in sorted(known or ()))}" if known else "leave it out"
            raise _error(f"the text {key!r} has no place {{{strange[0]}}}", place, form, hint)


def _places(texts: Mapping[str, Text], key: str) -> frozenset[str]:
    text = texts[key]
    forms = [text] if isinstance(text, str) else [str(form) for form in text.values()]
    return frozenset(name for form in forms for name in _PLACEHOLDER.findall(form))


def _is_text(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.is_null


def _error(message: str, place: str, node: Node, hint: str = "") -> ContentError:
    return ContentError(Problem(message, Location(place, node.line), hint))


_CHECKS: Mapping[str, Callable[[str, Node, str], None]] = {
    "dates": _check_date,
    "numbers": _check_number,
    "lists": _check_list,
    "plurals": _check_plural,
}
