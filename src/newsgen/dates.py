"""Written date -> moment with its offset and precision.

A date in an archive is evidence: it keeps the offset and the precision it was written with. URLs, date pages and
the dates that readers see come from the written local date and never from a conversion to another zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from newsgen.value import Value

__all__ = [
    "MONTHS",
    "Moment",
    "Precision",
    "latest",
    "load_zone",
    "parse",
]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# The only zone names that RFC 2822 (section 4.3) gives a meaning.
_ZONE_NAMES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "EST": -300, "EDT": -240,
    "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip
_LARGEST_OFFSET = 18 * 60
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# The first year that a date in mail may have (RFC 5322, section 3.3), and so one in RSS.
_FIRST_YEAR_IN_MAIL = 1900

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:\s*(?P<zone>[A-Za-z]{1,3}|[+-]\d{1,2}(?::?\d{2})?))?(?:\s*\([A-Za-z ]*\))?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_FLAGS = re.ASCII | re.IGNORECASE
_NUMERIC = re.compile(
    r"(?P<year>\d{4})(?:(?P<sign>[-/])(?P<month>\d{1,2})(?:(?P=sign)(?P<day>\d{1,2})(?:(?:T|\s+)" + _TIME + r")?)?)?",
    _FLAGS,
)
_DAY_FIRST = re.compile(
    _WEEKDAY + r"(?P<day>\d{1,2})\s+(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<year>\d{4})(?:,?\s+" + _TIME + r")?",
    _FLAGS,
)
_MONTH_FIRST = re.compile(
    _WEEKDAY + r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})(?:,?\s+" + _TIME + r")?",
    _FLAGS,
)
_MONTH_ONLY = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<year>\d{4})", _FLAGS)


class Precision(IntEnum):
    """To what a date is known, as it was written."""

    YEAR = 1
    MONTH = 2
    DAY = 3
    MINUTE = 4
    SECOND = 5


@dataclass(frozen=True, slots=True)
class Moment(Value):
    """A date as it was written.

    `local` is the wall time at the place of writing, without a zone; what is not known stands at its first value.
    `offset` is what that place was ahead of UTC, in minutes.
    """

    local: datetime
    offset: int
    precision: Precision

    @property
    def year(self) -> int:
        """The written year."""
        return self.local.year

    @property
    def month(self) -> int | None:
        """The written month, 1 to 12; None where only the year is known."""
        return self.local.month if self.precision >= Precision.MONTH else None

    @property
    def day(self) -> int | None:
        """The written day of the month; None where it is not known."""
        return self.local.day if self.precision >= Precision.DAY else None

    @property
    def date(self) -> date | None:
        """The written calendar day; None where it is not known."""
        return self.local.date() if self.precision >= Precision.DAY else None

    @property
    def has_time(self) -> bool:
        """Whether a time of day was written."""
        return self.precision >= Precision.MINUTE

    @property
    def sort_key(self) -> tuple[int, int, int]:
        """Order by the written calendar day, then by instant, then from less to more precise.

        The written day leads, so that a list in this order can be grouped under day headings.
        """
        seconds = self.local.hour * 3600 + self.local.minute * 60 + self.local.second - self.offset * 60
        return (self.local.toordinal(), seconds * 1_000_000 + self.local.microsecond, self.precision)

    @property
    def instant(self) -> int:
        """Seconds from the start of the year 1 in UTC, for comparing with another moment; may be below zero."""
        day_seconds = self.local.hour * 3600 + self.local.minute * 60 + self.local.second
        return self.local.toordinal() * 86400 + day_seconds - self.offset * 60

    @property
    def iso(self) -> str:
        """The date to its written precision: "1987", "1987-05", "2014-09-08", "2014-09-08T10:00-04:00", or with
        seconds.

        Source: W3C note on date and time formats; each form is a valid `datetime` of an HTML `time`.
        """
        text = f"{self.local.year:04}"
        if self.precision >= Precision.MONTH:
            text += f"-{self.local.month:02}"
        if self.precision >= Precision.DAY:
            text += f"-{self.local.day:02}"
        if self.precision == Precision.MINUTE:
            text += f"T{self.local.hour:02}:{self.local.minute:02}" + _offset_text(self.offset)
        return self.rfc3339 if self.precision == Precision.SECOND else text

    @property
    def rfc3339(self) -> str:
        """The date as feeds want it, always in full ("2024-03-05T09:00:00+01:00").

        A date without a time stands at the start of its day, month or year. Source: RFC 3339, section 5.6.
        """
        wall = self.local
        return (
            f"{wall.year:04}-{wall.month:02}-{wall.day:02}T{wall.hour:02}:{wall.minute:02}:{wall.second:02}"
            + _offset_text(self.offset)
        )

    @property
    def rfc822(self) -> str:
        """The date as RSS wants it, always in full ("Tue, 05 Mar 2024 09:00:00 +0100"); "" before 1900.

        Without a time as `rfc3339`. Source: RFC 5322, section 3.3, which is what became of RFC 822.
        """
        wall = self.local
        if wall.year < _FIRST_YEAR_IN_MAIL:
            return ""
        return (
            f"{_WEEKDAYS[wall.weekday()]}, {wall.day:02} {MONTHS[wall.month - 1][:3]} {wall.year:04} "
            f"{wall.hour:02}:{wall.minute:02}:{wall.second:02} " + _offset_text(self.offset).replace(":", "")
        )


def latest(moments: Iterable[Moment]) -> Moment:
    """Return the last of some moments by their instant; of the same instant, by the written day and precision."""
    return max(moments, key=lambda moment: (moment.instant, moment.sort_key))


def parse(text: str, zone: tzinfo) -> Moment:
    """Return the moment that `text` names; `zone` gives the offset where none is written.

    Accepts ISO 8601 with one-digit parts, "/" for "-" and short offsets; "15 Oct 2023", "Oct 15, 2023", RFC 2822;
    a year, or a year and a month. Raises ValueError, with a message for the author, for anything else.
    """
    written = text.strip()
    for pattern in (_NUMERIC, _DAY_FIRST, _MONTH_FIRST, _MONTH_ONLY):
        found = pattern.fullmatch(written)
        if found:
            return _moment(written, found.groupdict(), zone)
    raise ValueError(f"{written!r} is not a date")


def _moment(written: str, parts: dict[str, str | None], zone: tzinfo) -> Moment:
    month, day = parts.get("month"), parts.get("day")
    name = parts.get("name")
    number = _month_number(name, written) if name else int(month or 1)
    hour, minute, second = parts.get("hour"), parts.get("minute"), parts.get("second")
    if hour is not None:
        precision = Precision.SECOND if second is not None else Precision.MINUTE
    elif day is not None:
        precision = Precision.DAY
    else:
        precision = Precision.MONTH if month or name else Precision.YEAR
    micro = int((parts.get("fraction") or "0").ljust(6, "0")[:6])
    try:
        local = datetime(
            int(parts["year"] or 0), number, int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), micro
        )
    except ValueError:
        raise ValueError(f"{written!r} is not a date") from None
    written_zone = parts.get("zone")
    offset = _offset(written_zone, written) if written_zone else _zone_offset(local, zone)
    return Moment(local, offset, precision)


def _month_number(name: str, written: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        low = name.casefold()
        if low == month.casefold() or low == month[:3].casefold() or (low == "sept" and number == 9):
            return number
    raise ValueError(f"{written!r} is not a date")


def _offset(text: str, written: str) -> int:
    """Return a written offset in minutes: "Z", "EST", "+1", "-04", "-0400", "+05:30"."""
    if text.upper() in _ZONE_NAMES:
        return _ZONE_NAMES[text.upper()]
    if text[0] not in "+-":
        raise ValueError(f"{text!r} in {written!r} is not a time zone that is known everywhere")
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    total = hours * 60 + minutes
    if minutes > 59 or total > _LARGEST_OFFSET:
        raise ValueError(f"{text!r} in {written!r} is not an offset from UTC")
    return -total if text[0] == "-" else total


def _zone_offset(local: datetime, zone: tzinfo) -> int:
    # Local mean times before the zones began have offsets with seconds, which RFC 3339 cannot write: whole minutes.
    delta = zone.utcoffset(local)
    return round(delta.total_seconds() / 60) if delta else 0


@lru_cache(maxsize=8)
def load_zone(name: str) -> tzinfo:
    """Return the IANA time zone `name` from the tzdata package; raise ValueError where it has none of that name.

    The machine's own zone files are not read: they differ between machines, and with them the bytes of a site.
    """
    if name.upper() in ("UTC", "GMT"):
        return UTC
    parts = name.split("/")
    if not all(re.fullmatch(r"[A-Za-z0-9_+-]+", part) for part in parts):
        raise ValueError(f"{name!r} is not a time zone")
    resource = files("tzdata").joinpath("zoneinfo", *parts)
    try:
        with resource.open("rb") as data:
            return ZoneInfo.from_file(data, key=name)
    except (OSError, ValueError):
        raise ValueError(f"{name!r} is not a time zone") from None


def _offset_text(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
