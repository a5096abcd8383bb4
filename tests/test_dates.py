"""A written date keeps what was written: offset, precision, local day."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsgen import dates
from newsgen.dates import Moment, Precision, load_zone, parse

NEW_YORK = load_zone("America/New_York")

READ = [
    # written, as ISO to its precision; in New York, where no offset is written
    ("2014-09-08", "2014-09-08"),
    ("2014-9-8", "2014-09-08"),
    ("2014/9/8", "2014-09-08"),
    ("  2014-09-08\t", "2014-09-08"),
    ("2010-10-22 11:33:15 -0400", "2010-10-22T11:33:15-04:00"),
    ("2011-11-28 8:32:24 -0400", "2011-11-28T08:32:24-04:00"),
    ("2015-03-17 14:00:00 -4", "2015-03-17T14:00:00-04:00"),
    ("2016-03-23 9:00:00 -4", "2016-03-23T09:00:00-04:00"),
    ("2020-07-07T00:00:00.000Z", "2020-07-07T00:00:00+00:00"),
    ("2020-07-07t00:00:00z", "2020-07-07T00:00:00+00:00"),
    ("2019-05-07 10:00:00", "2019-05-07T10:00:00-04:00"),
    ("2019-01-07 10:00:00", "2019-01-07T10:00:00-05:00"),
    ("2010-12-03 10:20", "2010-12-03T10:20-05:00"),
    ("2013/7/13 20:46:25", "2013-07-13T20:46:25-04:00"),
    ("2023-10-15T13:18:50-0700", "2023-10-15T13:18:50-07:00"),
    ("2023-10-15T13:18:50+05:30", "2023-10-15T13:18:50+05:30"),
    ("2023-10-15T13:18:50 +1", "2023-10-15T13:18:50+01:00"),
    ("2023-10-15 13:18 -0000", "2023-10-15T13:18+00:00"),
    ("2023-10-15 13:18:50,25", "2023-10-15T13:18:50-04:00"),
    ("15 Oct 2023", "2023-10-15"),
    ("15 October 2023", "2023-10-15"),
    ("1 Sept. 2023", "2023-09-01"),
    ("Oct 15, 2023", "2023-10-15"),
    ("October 15 2023 9:05", "2023-10-15T09:05-04:00"),
    ("Sunday, October 15, 2023", "2023-10-15"),
    ("Sun, 15 Oct 2023 10:00:00 GMT", "2023-10-15T10:00:00+00:00"),
    ("Sun, 15 Oct 2023 10:00:00 EST", "2023-10-15T10:00:00-05:00"),
    ("15 Oct 2023 10:00 -0700 (PDT)", "2023-10-15T10:00-07:00"),
    ("Sun, 15 Oct 2023 10:00:00 +0000 (Coordinated Universal Time)", "2023-10-15T10:00:00+00:00"),
    ("1987-05", "1987-05"),
    ("1987-5", "1987-05"),
    ("May 1987", "1987-05"),
    ("1987", "1987"),
    ("0001", "0001"),
    ("0001-01-01T00:00:00+18:00", "0001-01-01T00:00:00+18:00"),
    ("9999-12-31 23:59:59 -18:00", "9999-12-31T23:59:59-18:00"),
    ("2024-02-29", "2024-02-29"),
]

REFUSED = [
    "", "no", "yesterday", "87", "198", "19870", "20240101", "0000", "0000-00-00", "0000-00-00 00:00:00",
    "2024-00-01", "2024-13-01", "2024-02-30", "2023-02-29", "2024-01-32", "2024-01-01 24:00", "2024-01-01 10:60",
    "2024-01-01T", "2024-01-01 10", "2024-01/02", "2024-W01", "2024-001", "15-10-2023", "10/15/2023", "15.10.2023",
    "15 Foo 2023", "Xyz, 15 Oct 2023", "Foo 1987", "31 Feb 2020", "٢٠٢٤-01-01", "2024-01-01 -0400", "+2024-01-01",
    "2024-01-01 10:00 AM", "Last Modified", "git Created", "12:30:45", "2024-01-01\x00", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize(("written", "iso"), READ)
def test_a_date_is_read_as_it_was_written(written: str, iso: str) -> None:
    assert parse(written, NEW_YORK).iso == iso


@pytest.mark.parametrize("written", REFUSED)
def test_what_names_no_day_is_refused_with_what_was_written(written: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse(written, NEW_YORK)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2024-13-01", "'2024-13-01' is not a date"),
        ("2019-05-07 10:00 CET", "'CET' in '2019-05-07 10:00 CET' is not a time zone that is known everywhere"),
        ("2019-05-07 10:00 +1900", "'+1900' in '2019-05-07 10:00 +1900' is not an offset from UTC"),
        ("2019-05-07 10:00 +0560", "'+0560' in '2019-05-07 10:00 +0560' is not an offset from UTC"),
    ],
)
def test_a_refusal_says_what_was_found(written: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(written, UTC)
    assert str(caught.value) == message


def test_an_offset_without_a_colon_is_kept() -> None:
    moment = parse("2010-10-22 11:33:15 -0400", UTC)
    assert (moment.offset, moment.date) == (-240, date(2010, 10, 22))


def test_the_written_day_is_not_moved_to_utc() -> None:
    assert parse("2024-12-31T23:30:00-08:00", UTC).date == date(2024, 12, 31)


@pytest.mark.parametrize(
    ("written", "precision", "known"),
    [
        ("1987", Precision.YEAR, (1987, None, None, None)),
        ("1987-05", Precision.MONTH, (1987, 5, None, None)),
        ("1987-05-04", Precision.DAY, (1987, 5, 4, date(1987, 5, 4))),
        ("1987-05-04 10:00", Precision.MINUTE, (1987, 5, 4, date(1987, 5, 4))),
        ("1987-05-04 10:00:00", Precision.SECOND, (1987, 5, 4, date(1987, 5, 4))),
    ],
)
def test_precision_is_what_was_written(written: str, precision: Precision, known: tuple[object, ...]) -> None:
    moment = parse(written, UTC)
    assert moment.precision == precision
    assert (moment.year, moment.month, moment.day, moment.date) == known
    assert moment.has_time == (precision >= Precision.MINUTE)


def test_a_feed_date_is_always_complete() -> None:
    assert [parse(text, UTC).rfc3339 for text in ("1987", "1987-05", "2024-03-05", "2024-03-05 09:00")] == [
        "1987-01-01T00:00:00+00:00",
        "1987-05-01T00:00:00+00:00",
        "2024-03-05T00:00:00+00:00",
        "2024-03-05T09:00:00+00:00",
    ]


def test_the_instant_counts_the_offset() -> None:
    east, west = parse("2024-03-05 09:00 +9", UTC), parse("2024-03-05 00:00 Z", UTC)
    assert east.instant == west.instant


def test_local_mean_time_before_zones_is_whole_minutes() -> None:
    # 4:56:02 behind Greenwich until 1883.
    assert parse("1850-05-05 10:00", NEW_YORK).offset == -296
    assert parse("1850-05-05 10:00", NEW_YORK).rfc3339 == "1850-05-05T10:00:00-04:56"


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_the_first_and_the_last_year_take_every_offset(year: str) -> None:
    for written in (f"{year}-01-01 00:00 +18", f"{year}-12-31 23:59 -18", f"{year}-01-01", f"{year}"):
        moment = parse(written, NEW_YORK)
        assert moment.year == int(year)
        assert isinstance(moment.instant, int)
        assert isinstance(moment.sort_key, tuple)


def test_a_zone_is_that_of_the_package_and_not_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONTZPATH", "/nonexistent")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    load_zone.cache_clear()
    assert parse("2019-05-07 10:00", load_zone("Europe/Berlin")).iso == "2019-05-07T10:00+02:00"


@pytest.mark.parametrize("name", ["UTC", "utc", "GMT", "Asia/Kolkata", "Etc/GMT+5", "America/Argentina/Ushuaia"])
def test_a_zone_that_iana_names_is_found(name: str) -> None:
    assert load_zone(name).utcoffset(datetime(2024, 1, 1)) is not None


@pytest.mark.parametrize(
    "name",
    ["", "Europe", "Europe/Berlin/", "/etc/localtime", "../../etc/passwd", "..", "Mars/Base", "zone.tab", "tzdata.zi",
     "__init__", "Europe/__init__", "leapseconds", "\0", "é", "a" * 5000, "a/" * 3000 + "b", "Europe/Berlin\n"],
)  # fmt: skip
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        load_zone(name)


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    precision = draw(st.sampled_from(Precision))
    local = draw(st.datetimes()).replace(microsecond=0)
    if precision < Precision.SECOND:
        local = local.replace(second=0)
    if precision < Precision.MINUTE:
        local = local.replace(hour=0, minute=0)
    if precision < Precision.DAY:
        local = local.replace(day=1)
    if precision < Precision.MONTH:
        local = local.replace(month=1)
    return Moment(local, draw(st.integers(-18 * 60, 18 * 60)), precision)


@given(moments())
def test_a_moment_reads_back_from_its_iso_text(moment: Moment) -> None:
    zone = timezone(timedelta(minutes=moment.offset))
    assert parse(moment.iso, zone) == moment
    assert parse(moment.rfc3339, UTC).offset == moment.offset


@given(moments(), moments())
def test_the_order_is_total_and_follows_the_written_day(one: Moment, two: Moment) -> None:
    assert (one.sort_key == two.sort_key) == (one == two) or one.local != two.local or one.offset != two.offset
    if one.local.date() < two.local.date():
        assert one.sort_key < two.sort_key
    assert pickle.loads(pickle.dumps(one)) == one


@given(st.text(max_size=40))
@example("9" * 400)
@example("2024-01-01 " + " " * 10_000 + "x")
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    try:
        moment = parse(text, UTC)
    except ValueError as error:
        assert "is not a" in str(error)
    else:
        assert parse(moment.iso, UTC).iso == moment.iso


def test_what_the_module_offers_is_there() -> None:
    assert all(hasattr(dates, name) for name in dates.__all__)
