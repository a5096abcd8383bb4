"""What the Unicode CLDR says of a language, as it stands at the top of a file of `templates/strings/`.

    python -m tests.languages fr [pt-BR ...]

Prints the sections `dates`, `numbers`, `lists` and `plurals` of each language, from the edition of the CLDR that Babel
carries. A test holds the files to it, so that they can be mended by this command and by hand alike.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from babel import localedata
from babel.core import Locale, get_global
from babel.plural import to_python

__all__ = ["facts", "locale_of", "plural_rules", "yaml_text"]

# "en" stands for the English of the world: the day before the month, as papers outside of the United States write it.
_MEANT = {"en": "en_001", "zh": "zh_Hans", "zh-Hant": "zh_Hant", "pt": "pt"}
_LARGEST = 1_000_000
_CATEGORIES = ("zero", "one", "two", "few", "many")


def locale_of(code: str) -> Locale:
    """Return Babel's locale for a BCP 47 tag."""
    # Babel writes what it looked up for one locale into the data that it shares with others: "pt" into "pt_PT".
    localedata._cache.clear()
    return Locale.parse(_MEANT.get(code, code.replace("-", "_")))


def facts(code: str) -> dict[str, dict[str, Any]]:
    """Return the sections of a language file that are facts of the CLDR."""
    locale = locale_of(code)
    months, days = locale.months, locale.days
    skeletons = locale.datetime_skeletons
    symbols = locale.number_symbols["latn"]
    pattern = locale.decimal_formats[None]
    primary, secondary = pattern.grouping
    lists = locale.list_patterns["standard"]
    full, long = locale.date_formats["full"].pattern, locale.date_formats["long"].pattern
    return {
        "dates": {
            "months": _in_order(months["format"]["wide"], range(1, 13)),
            "months_alone": _in_order(months["stand-alone"]["wide"], range(1, 13)),
            "months_short": _in_order(months["stand-alone"]["abbreviated"], range(1, 13)),
            "months_narrow": _in_order(months["stand-alone"]["narrow"], range(1, 13)),
            "weekdays": _in_order(days["format"]["wide"], range(7)),
            "weekdays_alone": _in_order(days["stand-alone"]["wide"], range(7)),
            "weekdays_short": _in_order(days["stand-alone"]["abbreviated"], range(7)),
            "weekdays_narrow": _in_order(days["stand-alone"]["narrow"], range(7)),
            "first_weekday": _first_weekday(code) + 1,
            "weekday_day": _plain(full),
            "weekday_day_of_year": _plain(_of_year(skeletons, "MMMMEEEEd", full)),
            "day": _plain(long),
            "day_of_year": _plain(skeletons["MMMMd"].pattern if "MMMMd" in skeletons else _without_year(long)),
            "month": _plain(skeletons["yMMMM"].pattern),
            "year": _plain(skeletons["y"].pattern),
            "time": skeletons["Hm"].pattern,
        },
        "numbers": {
            "group": symbols["group"],
            "grouping": [primary] if primary == secondary else [primary, secondary],
            "from": 5 if _least_grouping(locale) == 2 else 4,
        },
        "lists": {
            "two": _between(lists["2"]),
            "middle": _between(lists["middle"]),
            "last": _between(lists["end"]),
        },
        "plurals": plural_rules(locale),
    }


def _least_grouping(locale: Locale) -> int:
    """Return how many digits stand at least before the first sign between groups (CLDR, minimumGroupingDigits)."""
    return 2 if locale.language in ("es", "pl", "bg", "it") or str(locale) == "pt_PT" else 1


def _in_order(names: dict[int, str], numbers: Sequence[int]) -> list[str]:
    return [names[number] for number in numbers]


def _plain(pattern: str) -> str:
    """Return a date pattern with the one spelling of each field that newsgen knows; English without its comma."""
    return pattern.replace("cccc", "EEEE").replace("EEEE, d MMMM", "EEEE d MMMM")


def _of_year(skeletons: Any, name: str, full: str) -> str:
    return skeletons[name].pattern if name in skeletons else _without_year(full)


def _without_year(pattern: str) -> str:
    return pattern.replace("'de' y", "").replace("y年", "").replace(", y", "").replace("y", "").strip(" ,'")


def _between(pattern: str) -> str:
    """Return what stands between two parts of a list."""
    return pattern.removeprefix("{0}").removesuffix("{1}")


def _first_weekday(code: str) -> int:
    """Return the first day of the week where most who read the language live, 0 for Monday."""
    if code == "en":
        return 0
    tag = code.replace("-", "_")
    return Locale.parse(tag if Locale.parse(tag).territory else get_global("likely_subtags")[tag]).first_week_day


def plural_rules(locale: Locale) -> dict[str, str]:
    """Return the plural categories of whole numbers, each with the numbers or remainders that belong to it."""
    category = to_python(locale.plural_form)
    exact = {number: category(number) for number in range(200)}
    found: dict[str, str] = {}
    for name in _CATEGORIES:
        small = [number for number in range(200) if exact[number] == name]
        if not small:
            continue
        rest = [number for number in range(100) if exact[number + 100] == name]
        is_periodic = bool(rest) and all(exact[number] == name for number in rest)
        found[name] = f"{_ranges(rest)} of 100" if is_periodic else _ranges(small)
    if category(_LARGEST) not in ("other", exact[100]):
        if exact[0] == "other":
            found["other"] = "0"
        found[category(_LARGEST)] = f"0 of {_LARGEST}"
    return found


def _ranges(numbers: Sequence[int]) -> str:
    parts: list[str] = []
    start = previous = None
    for number in [*numbers, None]:  # type: ignore[list-item]  # marks the end
        if previous is not None and number == previous + 1:
            previous = number
            continue
        if start is not None:
            parts.append(str(start) if start == previous else f"{start}-{previous}")
        start = previous = number
    return ", ".join(parts)


def yaml_text(sections: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of sections as YAML."""
    for name, section in sections.items():
        yield f"{name}:" if section else f"{name}: {{}}"
        for key, value in section.items():
            shown = ", ".join(_quoted(item) for item in value) if isinstance(value, list) else ""
            yield f"  {key}: [{shown}]" if isinstance(value, list) else f"  {key}: {_quoted(value)}"


def _quoted(value: object) -> str:
    """Return a text between quotes, with the spaces that look like others written out."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\u00a0", "\\u00a0").replace("\u202f", "\\u202f") + '"'


if __name__ == "__main__":
    for language in sys.argv[1:]:
        print("\n".join(yaml_text(facts(language))))
