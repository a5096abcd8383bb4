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
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from newsgen import files, theme, yamltext
from newsgen.dates import Moment, Precision
from newsgen.errors import ContentError, Location, Problem
from newsgen.fingerprint import digest_bytes
from newsgen.source import decode
from newsgen.value import Value
from newsgen.yamltext import Plain

__all__ = ["DEFAULT", "Words", "available", "english", "load"]

DEFAULT = "en"
_FOLDER = "strings"
_SECTIONS = ("dates", "numbers", "lists", "plurals", "texts")
# The letters of CLDR's date patterns that a pattern here may hold, and quoted text (UTS #35, part 4).
_FIELD = re.compile(r"'((?:[^']|'')*)'|(y+|M+|L+|d+|E+|H+|m+)")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")

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

    def date(self, moment: Moment, *, weekday: bool = False, year: bool = True) -> str:
        """Return the date without its time, to its precision: "13 December 2024", "December 2024" or "2024".

        `weekday` puts the day of the week to a date that is known to the day; without `year`, a date that is known to
        more than the year has none.
        """
        if moment.precision == Precision.YEAR:
            return self._filled("year", moment)
        if moment.precision == Precision.MONTH:
            return self._filled("month", moment) if year else self.month(moment.local.month)
        return self._filled(("weekday_" if weekday else "") + ("day" if year else "day_of_year"), moment)

    def time(self, moment: Moment) -> str:
        """Return the written time of day with its offset ("22:56, UTC−4"), or "" where no time was written."""
        if not moment.has_time:
            return ""
        hours, minutes = divmod(abs(moment.offset), 60)
        sign = "\N{MINUS SIGN}" if moment.offset < 0 else "+"
        zone = "UTC" if moment.offset == 0 else f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
        return self.text("time_and_zone", time=self._filled("time", moment), zone=zone)

    def month(self, number: int, style: str = "alone", *, year: int | None = None) -> str:
        """Return the name of month 1 to 12 as it stands by itself; `style` is "alone", "short" or "narrow".

        With a `year`, it is the month of that year: "December 2024".
        """
        if year is not None:
            return self._filled("month", Moment(datetime(year, number, 1), 0, Precision.MONTH))
        return self._names(f"months_{style}")[number - 1]

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


def available(root: Path) -> dict[str, Path]:
    """Return the languages that the theme of the site at `root` has, with their files; the site's own win."""
    start, ending = f"{_FOLDER}/", ".yaml"
    return {
        name.removeprefix(start).removesuffix(ending): path
        for name, path in theme.files_below(root, _FOLDER).items()
        if name.endswith(ending)
    }


def load(root: Path, language: str) -> Words:
    """Return the words of a BCP 47 language: its own file over that of its first subtag.

    Raises LookupError where the theme has neither, and ContentError where a file is no language.
    """
    return _load(language, tuple(_layers(available(root), language)))


@lru_cache(maxsize=1)
def english() -> Words:
    """Return the words of the built-in theme in English."""
    found = theme.built_in_folder() / _FOLDER / f"{DEFAULT}.yaml"
    return _load(DEFAULT, (found,))


def _layers(known: Mapping[str, Path], language: str) -> Iterable[Path]:
    """Yield the files of a language, from the most general: "zh", "zh-Hant" and "zh-Hant-TW"."""
    by_code = {code.casefold(): path for code, path in known.items()}
    parts = language.casefold().split("-")
    found = [by_code[code] for end in range(len(parts)) if (code := "-".join(parts[: end + 1])) in by_code]
    if not found:
        raise LookupError(language)
    return found


def _load(language: str, paths: Sequence[Path]) -> Words:
    tables: dict[str, Section] = {name: {} for name in _SECTIONS}
    direction = "ltr"
    digests: list[bytes] = []
    for path in paths:
        place = f"templates/{_FOLDER}/{path.name}"
        try:
            data = files.read_bytes(path.parent, path.name)
        except OSError as error:
            raise ContentError(files.unreadable(place, error)) from None
        node = yamltext.read(decode(data, place), place)
        given = yamltext.plain(node) if node else {}
        if not isinstance(given, dict):
            raise ContentError(
                Problem("this is no language", Location(place), "write 'texts:' and below it 'key: text'")
            )
        direction = str(given.get("direction") or direction)
        for name in _SECTIONS:
            section = given.get(name) or {}
            if not isinstance(section, dict):
                raise ContentError(Problem(f"{name!r} is not a list of 'key: value' lines", Location(place)))
            tables[name] |= section
        digests.append(digest_bytes(data))
    texts: Mapping[str, Text] = {
        key: value for key, value in tables.pop("texts").items() if isinstance(value, str | dict)
    }
    words = Words(language, digest_bytes(language.encode(), *digests), direction, texts=texts, **tables)
    _refuse_gaps(words, f"templates/{_FOLDER}/{paths[-1].name}")
    return words


def _refuse_gaps(words: Words, place: str) -> None:
    """Raise ContentError where a language lacks what the built-in English has."""
    if words.language == DEFAULT:
        return
    whole = english()
    for name in _SECTIONS:
        if name != "plurals" and (missing := [key for key in getattr(whole, name) if key not in getattr(words, name)]):
            message = f"the language lacks {', '.join(missing[:5])}" + (" and more" if len(missing) > 5 else "")
            raise ContentError(Problem(message, Location(place), f"write them below '{name}:'"))
