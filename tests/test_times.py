"""Times of a source: read exactly, or said why not."""

# ruff: noqa: DTZ001  (times without a zone are what much of this is about)

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanehop.errors import DialectError
from lanehop.read.times import Times, read_times


def read(column, *, time_format=None, timezone=None, tickets=None, name="time") -> Times:
    if isinstance(column, list):
        column = pa.array(column)
    order = None if tickets is None else lambda: np.asarray(tickets)
    return read_times(column, name, time_format=time_format, timezone=timezone, order=order)


def us(text: str) -> int:
    """Microseconds of an instant written with its offset."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def instants(times: Times) -> list[str | None]:
    return [
        (datetime(1970, 1, 1) + timedelta(microseconds=int(t))).isoformat() if ok else None
        for t, ok in zip(times.us, times.ok, strict=True)
    ]


def rows(flags) -> list[int]:
    return np.flatnonzero(flags).tolist()


# ISO 8601


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 1,704,067,200 s is 2024-01-01T00:00Z.
        ("2024-01-01T00:00Z", 1_704_067_200_000_000),
        ("2024-01-01 00:00Z", 1_704_067_200_000_000),
        ("2024-01-01T00:00:01Z", 1_704_067_201_000_000),
        ("2024-01-01T00:00:00.5Z", 1_704_067_200_500_000),
        ("2024-01-01T00:00:00,25Z", 1_704_067_200_250_000),
        ("2024-01-01T00:00:00.000001Z", 1_704_067_200_000_001),
        ("2024-01-01T00:00:00.9999999Z", 1_704_067_200_999_999),
        ("2024-01-01T00:00:00.123456789+00:00", 1_704_067_200_123_456),
        ("2024-01-01T01:00+01:00", 1_704_067_200_000_000),
        ("2024-01-01T01:00:00+0100", 1_704_067_200_000_000),
        ("2024-01-01T01:00:00.0+01", 1_704_067_200_000_000),
        ("2023-12-31T19:00:00-05:00", 1_704_067_200_000_000),
        ("2024-01-01T05:45:00+05:45", 1_704_067_200_000_000),
        ("2023-12-31T24:00Z", 1_704_067_200_000_000),
        ("2023-12-31 24:00:00.000Z", 1_704_067_200_000_000),
        ("  2024-01-01T00:00Z\t", 1_704_067_200_000_000),
        ("\u00a02024-01-01T00:00Z\r\n", 1_704_067_200_000_000),
        # 31 + 28 days later is 29 February, a leap day; in 2000 it was day 11,016 since 1970.
        ("2024-02-29T00:00Z", 1_704_067_200_000_000 + 59 * 86_400_000_000),
        ("2000-02-29T00:00Z", 11_016 * 86_400_000_000),
    ],
)
def test_iso_8601_with_a_zone_is_exact(text, expected):
    times = read([text])
    assert times.ok.tolist() == [True]
    assert times.us.tolist() == [expected]
    assert times.naive is None


@pytest.mark.parametrize(
    "text",
    [
        "01/02/2024",
        "01/02/2024 10:00",
        "1.2.2024 10:00",
        "02-01-2024 10:00:00",
        "2024/01/02 10:00",
        "2024-1-2 10:00",
        "20240102T100000Z",
        "2024-01",
        "2024",
        "2024-01-02T10",
        "2024-01-02T10:0",
        "2024-01-02T10:00:0Z",
        "2024-01-02T10:00:00.Z",
        "2024-01-02T10:00:00.5.5Z",
        "2024-01-02T10:00 Z",
        "2024-01-02T10:00ZZ",
        "2024-01-02Z",
        "2024-01-02+01:00",
        "2024-01-02T10:00+1:00",
        "2024-01-02T10:00+24:00",
        "2024-01-02T10:00+01:60",
        "2024-01-02T10:00+01:0",
        "2024-01-02T10:00+01.00",
        "2024-01-02_10:00",
        "2024-01-02T10.00",
        "2024-02-30T10:00Z",
        "2023-02-29T10:00Z",
        "1900-02-29T10:00Z",
        "2024-00-10T10:00Z",
        "2024-13-10T10:00Z",
        "2024-01-00T10:00Z",
        "0000-00-00 00:00:00",
        "0000-01-01 00:00:00",
        "2024-01-02T24:01Z",
        "2024-01-02T24:00:00.000001Z",
        "2024-01-02T25:00Z",
        "2024-01-02T23:60Z",
        "2024-12-31T23:59:60Z",
        "-2024-01-02T10:00Z",
        "now",
        "today",
        "NaT",
        "nan",
        "?",
        "n/a",
        "٢٠٢٤-01-02T10:00Z",
        "2024-01-02T10:00:00" + "0" * 100,
        "x" * 100_000,
    ],
)
def test_nothing_else_is_a_time(text):
    times = read([text, "2024-01-02T10:00:00Z"], timezone="UTC")
    assert times.ok.tolist() == [False, True]
    assert not times.missing.any()
    assert not times.out_of_range.any()


def test_offsets_zones_and_lengths_may_be_mixed():
    times = read(
        [
            "2024-03-31T01:30:00+01:00",
            "2024-03-31T03:30:00+02:00",
            "2024-01-01",
            None,
            "2024-07-01 12:00",
            "2024-03-31T01:30:00.250Z",
            "garbage",
        ],
        timezone="Europe/Berlin",
    )
    assert instants(times) == [
        "2024-03-31T00:30:00",
        "2024-03-31T01:30:00",
        "2023-12-31T23:00:00",
        None,
        "2024-07-01T10:00:00",
        "2024-03-31T01:30:00.250000",
        None,
    ]
    assert rows(times.missing) == [3]
    assert rows(times.naive) == [2, 4]


def test_blank_text_is_missing():
    times = read(["", "  ", None, "2024-01-01T00:00Z"])
    assert rows(times.missing) == [0, 1, 2]
    assert rows(times.ok) == [3]


def test_placeholders_are_out_of_range_and_need_no_zone():
    texts = [
        "1753-01-01 00:00:00",
        "1970-01-01",
        "9999-12-31 23:59:59.9999999",
        "0001-01-01T00:00:00",
        "1970-12-31T23:59:59.999999Z",
        "1971-01-01T00:00:00Z",
        "2099-12-31T23:59:59.999999Z",
        "2100-01-01T00:00:00Z",
    ]
    for timezone in (None, "Pacific/Auckland"):
        times = read(texts, timezone=timezone)
        assert rows(times.out_of_range) == [0, 1, 2, 3, 4, 7]
        assert rows(times.ok) == [5, 6]
        assert times.us[5] == 365 * 86_400_000_000
        assert not times.missing.any()
        assert rows(times.naive) == [0, 1, 2, 3]


def test_the_range_is_judged_by_the_instant():
    # 20:00 in New York, five hours behind, is 01:00 of the next day in UTC.
    assert read(["1970-12-31 20:00"], timezone="America/New_York").ok.all()
    assert read(["1971-01-01 00:30"], timezone="Europe/Berlin").out_of_range.all()


# Arrow types


@pytest.mark.parametrize(("unit", "value"), [("s", 1_704_067_200), ("ms", 1_704_067_200_000)])
def test_coarse_timestamps(unit, value):
    column = pa.array([value, None, -(2**62), 2**62], pa.timestamp(unit, tz="UTC"))
    times = read(column)
    assert times.us[0] == 1_704_067_200_000_000
    assert (rows(times.ok), rows(times.missing), rows(times.out_of_range)) == ([0], [1], [2, 3])


def test_nanoseconds_are_cut():
    column = pa.array([1_704_067_200_000_000_999, None], pa.timestamp("ns", tz="Europe/Berlin"))
    times = read(column)
    assert times.us[0] == 1_704_067_200_000_000
    assert rows(times.missing) == [1]


def test_microseconds_in_utc_are_not_copied():
    column = pa.array([1_704_067_200_000_000, 0, 5], pa.timestamp("us", tz="UTC")).slice(0, 2)
    times = read(column)
    assert times.us.tolist() == [1_704_067_200_000_000, 0]
    assert times.us.__array_interface__["data"][0] == column.buffers()[1].address
    assert rows(times.out_of_range) == [1]


def test_the_zone_of_a_timestamp_is_only_a_way_to_show_it():
    column = pa.array([1_704_067_200_000_000], pa.timestamp("us", tz="America/New_York"))
    assert read(column, timezone="Asia/Tokyo").us.tolist() == [1_704_067_200_000_000]


def test_timestamps_without_a_zone_are_local():
    column = pa.array([datetime(2024, 7, 1, 12), None, datetime(2024, 1, 1, 12)])
    times = read(column, timezone="Europe/Lisbon")
    assert instants(times) == ["2024-07-01T11:00:00", None, "2024-01-01T12:00:00"]
    assert rows(times.naive) == [0, 2]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_dates_are_midnight_local(kind):
    column = pa.array([date(2024, 7, 1), None, date(9999, 12, 31)], kind)
    times = read(column, timezone="Europe/Berlin")
    assert instants(times) == ["2024-06-30T22:00:00", None, None]
    assert rows(times.out_of_range) == [2]


def test_chunks_and_slices_keep_their_rows():
    chunks = [
        pa.array(["x", "2024-01-01T00:00Z", None]).slice(1),
        pa.array([], pa.string()),
        pa.array([" 2024-01-02T00:00Z ", "y"]),
    ]
    column = pa.chunked_array(chunks)
    for made in (column, column.cast(pa.large_string()), column.cast(pa.string_view())):
        times = read(made)
        assert instants(times) == ["2024-01-01T00:00:00", None, "2024-01-02T00:00:00", None]
        assert rows(times.missing) == [1]


def test_more_rows_than_a_block():
    n = 300_000
    texts = (np.datetime64("2020-01-01T00:00:00") + np.arange(n)).astype(str).astype(object)
    texts[200_001] = "?"
    texts[200_002] = None
    times = read(pa.array(texts), timezone="UTC")
    assert rows(~times.ok) == [200_001, 200_002]
    assert rows(times.missing) == [200_002]
    ok = times.ok
    assert (times.us[ok] == (1_577_836_800 + np.arange(n)[ok]) * 1_000_000).all()


@pytest.mark.parametrize("time_format", [None, "%Y-%m-%d %H:%M", "%Y-%m-%d %I:%M %p"])
def test_dictionaries_of_texts(time_format):
    late = "2024-01-02 08:00 AM" if time_format and "%p" in time_format else "2024-01-02 08:00"
    chunks = [
        pa.array([late, None, late, "?"]).dictionary_encode(),
        pa.array([None, None], pa.string()).dictionary_encode(),
        pa.array(["?", late]).dictionary_encode(),
    ]
    times = read(pa.chunked_array(chunks), time_format=time_format, timezone="Europe/Berlin")
    at = "2024-01-02T07:00:00"
    assert instants(times) == [at, None, at, None, None, None, None, at]
    assert rows(times.missing) == [1, 4, 5]


def test_dictionary_that_holds_a_null():
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["2024-01-01T00:00Z", None]))
    times = read(column)
    assert (rows(times.ok), rows(times.missing)) == ([0], [1, 2])


def test_dictionary_of_timestamps():
    column = pa.array([5, 7, 5], pa.timestamp("us", tz="UTC")).dictionary_encode()
    assert read(column).us.tolist() == [5, 7, 5]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_columns_made_by_pandas(unit):
    naive = pd.Series(["2024-07-01 12:00", None], dtype=f"datetime64[{unit}]")
    aware = naive.dt.tz_localize("Europe/Berlin")
    expected = ["2024-07-01T10:00:00", None]
    for series in (naive, aware, aware.astype(object), aware.astype("category")):
        times = read(pa.Array.from_pandas(series), timezone="Europe/Berlin")
        assert instants(times) == expected
        assert rows(times.missing) == [1]
    for dtype in ("str", "object", "category"):
        series = pd.Series(["2024-07-01 12:00", None], dtype=dtype)
        assert instants(read(pa.Array.from_pandas(series), timezone="Europe/Berlin")) == expected


@pytest.mark.parametrize(
    "column",
    [
        pa.array([], pa.null()),
        pa.array([None, None]),
        pa.array([None, float("nan")], pa.float64()),
        pa.array([None, None], pa.string()),
        pa.array(["", None]),
        pa.array([], pa.timestamp("us")),
        pa.array([None, None], pa.string()).dictionary_encode(),
        pa.chunked_array([], pa.string()),
        pa.chunked_array([], pa.date32()),
        pa.chunked_array([], pa.dictionary(pa.int32(), pa.string())),
    ],
    ids=str,
)
@pytest.mark.parametrize("time_format", [None, "%d/%m/%Y", "%d %b %Y"])
def test_nothing_there_is_no_error(column, time_format):
    times = read(column, time_format=time_format)
    assert times.missing.tolist() == [True] * len(column)
    assert not times.ok.any()
    assert times.naive is None


# Texts with a format


@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("29/2/2016 01:16", "%d/%m/%Y %H:%M", "2016-02-29T01:16:00"),
        ("01/02/2024 9:5", "%d/%m/%Y %H:%M", "2024-02-01T09:05:00"),
        ("1/2/2024  09:05 ", "%d/%m/%Y %H:%M", "2024-02-01T09:05:00"),
        ("02/01/2024", "%m/%d/%Y", "2024-02-01T00:00:00"),
        ("20240201093015", "%Y%m%d%H%M%S", "2024-02-01T09:30:15"),
        ("1.2.68 0:00", "%d.%m.%y %H:%M", "2068-02-01T00:00:00"),
        ("1.2.71 0:00", "%d.%m.%y %H:%M", "1971-02-01T00:00:00"),
        ("2024-02-01 10:00:00.1234567", "%Y-%m-%d %H:%M:%S.%f", "2024-02-01T10:00:00.123456"),
        ("2024-02-01 10:00:00.5", "%Y-%m-%d %H:%M:%S.%f", "2024-02-01T10:00:00.500000"),
        ("01 Feb 2024 10:00:00.1234567", "%d %b %Y %H:%M:%S.%f", "2024-02-01T10:00:00.123456"),
        ("11/Sep/26 2:30 PM", "%d/%b/%y %I:%M %p", "2026-09-11T14:30:00"),
        ("11/Sep/26 12:30 AM", " %d/%b/%y  %I:%M %p ", "2026-09-11T00:30:00"),
        ("21-04-2017 09:33:38 +0200", "%d-%m-%Y %H:%M:%S %z", "2017-04-21T07:33:38"),
        ("21-04-2017 09:33:38 Z", "%d-%m-%Y %H:%M:%S %z", "2017-04-21T09:33:38"),
        ("2024-060", "%Y-%j", "2024-02-29T00:00:00"),
        ("2024-02-01T10:00:00 UTC", "%Y-%m-%dT%H:%M:%S UTC", "2024-02-01T10:00:00"),
    ],
)
def test_formats(text, time_format, expected):
    assert instants(read([text], time_format=time_format, timezone="UTC")) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "29/2/2015 01:16",
        "1/13/2016 01:16",
        "1/2/16 01:16",
        "1/2/2016",
        "1/2/2016 01:16:00",
        "x1/2/2016 01:16",
        "1/2/2016 24:00",
        "1/2/2016 01:60",
        "001/2/2016 01:16",
        "1/2/2016T01:16",
        "2016-02-01 01:16",
        "//2016 01:16",
        "now",
        "today",
    ],
)
@pytest.mark.parametrize("time_format", ["%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M%%"])
def test_what_does_not_match_the_format(text, time_format):
    # With %% the format is left to the standard library.
    end = "%" * time_format.endswith("%%")
    times = read([text + end, "1/2/2016 01:16" + end], time_format=time_format, timezone="UTC")
    assert times.ok.tolist() == [False, True]


def test_numbers_that_touch_must_be_padded():
    times = read(["2024111", "20241101"], time_format="%Y%m%d", timezone="UTC")
    assert instants(times) == [None, "2024-11-01T00:00:00"]


def test_a_zone_in_the_format_is_honoured():
    times = read(["1/2/2024 +0100", None, "1/2/2024 -0230"], time_format="%d/%m/%Y %z")
    assert instants(times) == ["2024-01-31T23:00:00", None, "2024-02-01T02:30:00"]
    assert times.naive is None


def test_placeholders_in_a_format():
    times = read(["31/12/9999 00:00", "1/1/1753 00:00"], time_format="%d/%m/%Y %H:%M")
    assert times.out_of_range.all()


@pytest.mark.parametrize(
    ("time_format", "said"),
    [
        ("%d/%m %H:%M", "no year"),
        ("%Y-%m", "no month and day"),
        ("%d/%m/%Y %H:%M %p", "%I and %p"),
        ("%d/%m/%Y %I:%M", "%I and %p"),
        ("%d/%m/%Y %Z", "%Z is no directive"),
        ("%d/%m/%Y %Q", "%Q is no directive"),
        ("%d/%m/%Y %", "% is no directive"),
        ("%d/%d/%m/%Y", "%d stands twice"),
        ("dd/mm/yyyy", "no year"),
    ],
)
def test_formats_that_leave_something_to_guess(time_format, said):
    with pytest.raises(DialectError, match=r"time_format=.* cannot be used") as error:
        read(["1/2/2024"], time_format=time_format, timezone="UTC")
    assert said in str(error.value)


# The changes of the clock


@pytest.mark.parametrize(
    ("zone", "local", "instant", "shifted"),
    [
        # Lisbon: from 01:00 to 02:00 on 31 March 2024, at 01:00 UTC.
        ("Europe/Lisbon", "2024-03-31 00:59:59.999999", "2024-03-31T00:59:59.999999", False),
        ("Europe/Lisbon", "2024-03-31 01:00", "2024-03-31T01:00:00", True),
        ("Europe/Lisbon", "2024-03-31 01:30", "2024-03-31T01:00:00", True),
        ("Europe/Lisbon", "2024-03-31 01:59:59.999999", "2024-03-31T01:00:00", True),
        ("Europe/Lisbon", "2024-03-31 02:00", "2024-03-31T01:00:00", False),
        # Berlin: from 02:00 to 03:00, at the same instant.
        ("Europe/Berlin", "2024-03-31 01:59:59", "2024-03-31T00:59:59", False),
        ("Europe/Berlin", "2024-03-31 02:30", "2024-03-31T01:00:00", True),
        ("Europe/Berlin", "2024-03-31 03:00", "2024-03-31T01:00:00", False),
        # Lord Howe: half an hour, from 02:00 (+10:30) to 02:30 (+11:00) on 6 October 2024.
        ("Australia/Lord_Howe", "2024-10-06 01:59", "2024-10-05T15:29:00", False),
        ("Australia/Lord_Howe", "2024-10-06 02:15", "2024-10-05T15:30:00", True),
        ("Australia/Lord_Howe", "2024-10-06 02:30", "2024-10-05T15:30:00", False),
        # Sao Paulo: no midnight on 4 November 2018.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00", True),
        # Apia left out the whole of 30 December 2011 (-10 to +14).
        ("Pacific/Apia", "2011-12-29 23:59", "2011-12-30T09:59:00", False),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30T10:00:00", True),
        ("Pacific/Apia", "2011-12-31 00:00", "2011-12-30T10:00:00", False),
        # Casablanca changes its clock around Ramadan: from 03:00 (+1) to 02:00 (0) on 10 March 2024.
        ("Africa/Casablanca", "2024-03-10 01:59", "2024-03-10T00:59:00", False),
        ("Africa/Casablanca", "2024-03-10 03:00", "2024-03-10T03:00:00", False),
        ("Etc/GMT+5", "2024-01-01 00:00", "2024-01-01T05:00:00", False),
    ],
)
def test_spring(zone, local, instant, shifted):
    times = read([local], timezone=zone)
    assert instants(times) == [instant]
    assert times.shifted.tolist() == [shifted]
    assert not times.ambiguous.any()


@pytest.mark.parametrize(
    ("zone", "local", "first", "second"),
    [
        ("Europe/Lisbon", "2024-10-27 01:00", "2024-10-27T00:00:00", "2024-10-27T01:00:00"),
        ("Europe/Lisbon", "2024-10-27 01:59", "2024-10-27T00:59:00", "2024-10-27T01:59:00"),
        ("Europe/Berlin", "2024-10-27 02:30", "2024-10-27T00:30:00", "2024-10-27T01:30:00"),
        ("Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06T14:45:00", "2024-04-06T15:15:00"),
        # Not a summer time that ends, but a new standard time: +4 to +3.
        ("Europe/Moscow", "2014-10-26 01:30", "2014-10-25T21:30:00", "2014-10-25T22:30:00"),
    ],
)
def test_autumn(zone, local, first, second):
    # One minute before, in the same ticket, marks the second pass.
    before = datetime.fromisoformat(local) + timedelta(seconds=30)
    times = read([local, before.isoformat(), local], timezone=zone, tickets=[7, 7, 7])
    assert [instants(times)[i] for i in (0, 2)] == [first, second]
    assert times.ambiguous.all()
    assert not times.shifted.any()


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2024-10-27 01:59:59.999999", "2024-10-26T23:59:59.999999"),
        ("2024-10-27 03:00", "2024-10-27T02:00:00"),
    ],
)
def test_the_edges_of_the_repeated_hour_are_plain(local, expected):
    times = read([local], timezone="Europe/Berlin", tickets=[0])
    assert instants(times) == [expected]
    assert not times.ambiguous.any()


def test_the_order_of_a_tickets_rows_tells_the_passes_apart():
    table = [
        # (ticket, local time, instant)
        (1, "2024-10-27 02:50", "00:50"),
        (2, "2024-10-27 02:10", "00:10"),  # another ticket: its clock has not gone back
        (1, "2024-10-27 02:50", "00:50"),  # the same minute is not going back
        (1, "2024-10-27 02:20", "01:20"),
        (2, "2024-10-27 02:40", "00:40"),
        (1, "2024-10-27 02:55", "01:55"),  # still the second pass
        (1, "2024-10-27 03:10", "02:10"),
        (3, "2024-10-27 01:50", "23:50"),
        (3, "2024-10-27 02:05", "00:05"),
        (2, "2024-10-27 02:30", "01:30"),
        (1, "2023-10-29 02:50", "00:50"),  # another year starts anew
        (1, "2023-10-29 02:40", "01:40"),
    ]
    tickets, local, expected = zip(*table, strict=True)
    calls = []

    def order():
        calls.append(1)
        return np.array(tickets, np.int32)

    times = read_times(pa.array(local), "time", time_format=None, timezone="Europe/Berlin", order=order)
    assert [t[11:16] for t in instants(times)] == list(expected)
    assert rows(times.ambiguous) == [0, 1, 2, 3, 4, 5, 8, 9, 10, 11]
    assert calls == [1]


def test_the_order_is_asked_for_only_if_it_is_needed():
    def order():
        raise AssertionError

    times = read_times(
        pa.array(["2024-10-27 03:00", "2024-10-27T02:30:00+01:00", None]),
        "time",
        time_format=None,
        timezone="Europe/Berlin",
        order=order,
    )
    assert rows(times.ok) == [0, 1]


def test_without_an_order_the_first_pass_is_taken():
    times = read(["2024-10-27 02:50", "2024-10-27 02:10"], timezone="Europe/Berlin")
    assert instants(times) == ["2024-10-27T00:50:00", "2024-10-27T00:10:00"]
    assert times.ambiguous.all()


def test_the_source_is_not_written_to():
    column = pa.array([datetime(2024, 10, 27, 2, 30)], pa.timestamp("us"))
    read(column, timezone="Europe/Berlin", tickets=[0])
    assert column.to_pylist() == [datetime(2024, 10, 27, 2, 30)]


# Errors


def test_times_without_a_zone_are_an_error():
    with pytest.raises(DialectError) as error:
        read(["2024-01-01T00:00Z", "1970-01-01", None, "2024-01-02 10:00", "2024-01-03"], name="opened")
    assert str(error.value) == (
        "column 'opened': 2 of 5 rows state no time zone (first: row 3, '2024-01-02 10:00'); "
        "pass timezone=..., such as 'Europe/Lisbon', or timezone='UTC' if it is that"
    )
    for column in (
        pa.array([datetime(2024, 1, 1)]),
        pa.array([date(2024, 1, 1)]),
        pa.array([1_704_067_200_000_000_999], pa.timestamp("ns")),
        pa.array(["2024-01-01"]).dictionary_encode(),
    ):
        with pytest.raises(DialectError, match=r"1 of 1 rows state no time zone .*'2024-01-01.*timezone='UTC'"):
            read(column)


def test_nothing_readable_is_an_error():
    with pytest.raises(DialectError) as error:
        read([None, "1/2/2024", "1/2/2024", "2/2/2024", "x", "y"], timezone="UTC")
    assert str(error.value) == (
        "column 'time': none of 5 values is an ISO 8601 time (first: '1/2/2024', '2/2/2024', 'x'); "
        "pass time_format=..., such as '%d/%m/%Y %H:%M' for 31/12/2024 23:59"
    )
    for time_format in ("%d.%m.%Y", "%d %b %Y"):
        with pytest.raises(DialectError, match=r"of the form time_format='%d.*'1/2/2024'"):
            read(["1/2/2024"], time_format=time_format, timezone="UTC")


@pytest.mark.parametrize(
    "column",
    [
        pa.array([None, 1_704_067_200]),
        pa.array([None, 1_704_067_200.5]),
        pa.array([None, Decimal(1_704_067_200)]),
        pa.array([None, 1_704_067_200]).dictionary_encode(),
    ],
    ids=str,
)
def test_numbers_are_no_times(column):
    with pytest.raises(DialectError, match=r"row 1, '1704067200.*numbers are no times.*unit='s', utc=True"):
        read(column, timezone="UTC")
    with pytest.raises(DialectError, match="time_format applies to texts only"):
        read(column, timezone="UTC", time_format="%Y%m%d")


@pytest.mark.parametrize(
    "column",
    [
        pa.array([True]),
        pa.array([timedelta(1)]),
        pa.array([b"2024-01-01"]),
        pa.array([["2024-01-01"]]),
        pa.array([3_600], pa.time32("s")),
    ],
    ids=str,
)
def test_other_types_are_no_times(column):
    with pytest.raises(DialectError, match=r"column 'time' holds .* which is no time"):
        read(column, timezone="UTC")


# Against other programs

IN_RANGE = st.datetimes(datetime(1971, 1, 3), datetime(2099, 12, 29))


@st.composite
def iso_texts(draw):
    time = draw(IN_RANGE)
    text = time.isoformat(
        sep=draw(st.sampled_from("T ")),
        timespec=draw(st.sampled_from(["minutes", "seconds", "microseconds"])),
    )
    zone = draw(st.sampled_from(["", "Z", "+01:00", "+0200", "-03", "-09:30", "+05:45", "+14:00", "-1200"]))
    return draw(st.sampled_from(["", " "])) + text + zone


@given(st.lists(iso_texts(), min_size=1, max_size=30))
def test_iso_texts_are_what_python_reads(texts):
    times = read(texts, timezone="UTC")
    parsed = [datetime.fromisoformat(text.strip()) for text in texts]
    naive = [time.tzinfo is None for time in parsed]
    expected = [us((time.replace(tzinfo=UTC) if time.tzinfo is None else time).isoformat()) for time in parsed]
    assert times.us.tolist() == expected
    assert times.ok.all()
    assert (times.naive.tolist() if any(naive) else times.naive) == (naive if any(naive) else None)


@given(
    st.lists(
        st.one_of(
            st.text("0123456789-:T Z+.,", max_size=30),
            st.from_regex(
                r"20\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d(:[0-6]\d)?(Z|[+-][0-2]\d:?[0-6]\d)?",
                fullmatch=True,
            ),
        ),
        max_size=30,
    )
)
def test_what_is_read_as_iso_is_so_to_python(texts):
    times = read([*texts, "2024-01-01"], timezone="UTC")
    for text, ok, here in zip(texts, times.ok, times.us, strict=False):
        strict = len(text.strip()) == 10 or len(text.strip()) >= 16
        try:
            time = datetime.fromisoformat(text.strip())
        except ValueError:
            # Not every Python knows 24:00.
            assert not ok or " 24:00" in text or "T24:00" in text
            continue
        if ok:
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
            assert here == us(time.isoformat())
        elif strict and text.strip()[4:5] == "-" and text.strip()[10:11] in ("", "T", " ") and "W" not in text:
            # What Python reads beyond the forms here: basic times, a comma or a point alone, odd offsets.
            assert (
                not pd.Series([text.strip()])
                .str.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?")
                .any()
            )


FORMATS = ["%d/%m/%Y %H:%M:%S", "%y.%m.%d %H:%M", "%Y%m%d%H%M%S", "%m-%d-%Y", "%Y-%m-%dT%H:%M:%S.%f"]


@given(
    st.sampled_from(FORMATS),
    st.lists(st.tuples(IN_RANGE, st.booleans(), st.text("0123456789/ :.", max_size=2)), min_size=1, max_size=20),
)
def test_formats_of_numbers_are_what_strptime_reads(time_format, made):
    texts = []
    for time, unpadded, end in made:
        text = time.strftime(time_format)
        if unpadded and time_format == FORMATS[0]:
            text = f"{time.day}/{time.month}/{time.year} {time.hour}:{time.minute}:{time.second}"
        texts.append(text + end)
    times = read([*texts, datetime(2024, 1, 1).strftime(time_format)], time_format=time_format, timezone="UTC")
    for text, ok, here in zip(texts, times.ok, times.us, strict=False):
        try:
            expected = us(datetime.strptime(text.strip(), time_format).replace(tzinfo=UTC).isoformat())
        except ValueError:
            # Digits of a fraction beyond the sixth are cut here, and refused there.
            assert not ok or "%f" in time_format
            continue
        assert ok or not us("1971-01-01T00:00Z") <= expected < us("2100-01-01T00:00Z")
        assert here == expected


def passes(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants, in order, at which the clock of a zone shows a time."""
    found = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(t for t in found if t.astimezone(zone).replace(tzinfo=None, fold=0) == wall)


# pandas is no oracle here: its shift_forward lands half an hour late on Lord Howe.
@pytest.mark.parametrize("zone", ["Europe/Lisbon", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"])
def test_local_times_are_what_zoneinfo_makes_of_them(zone):
    rules = ZoneInfo(zone)
    start = datetime(2010, 7, 1)
    walls = [start + timedelta(minutes=15 * i) for i in range(4 * 24 * 730)]
    times = read(pa.array(walls), timezone=zone)
    expected, shifted, ambiguous = [], [], []
    for row, wall in enumerate(walls):
        found = passes(wall, rules)
        if not found:
            # Minute by minute, until the clock shows something later.
            shifted.append(row)
            at = wall.replace(tzinfo=UTC) - timedelta(hours=15)
            while at.astimezone(rules).replace(tzinfo=None) <= wall:
                at += timedelta(minutes=1)
            found = [at]
        if len(found) == 2:
            ambiguous.append(row)
        expected.append(found[0])
    assert times.us.tolist() == pa.array(expected, pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
    assert rows(times.shifted) == shifted
    assert rows(times.ambiguous) == ambiguous
    assert len(shifted) > 0
    assert len(ambiguous) > 0


@settings(deadline=None, max_examples=50)  # a zone's first use costs some 30 ms
@given(st.sampled_from(sorted(available_timezones())), IN_RANGE)
def test_a_local_time_of_any_zone(zone, wall):
    times = read(pa.array([wall]), timezone=zone)
    found = passes(wall, ZoneInfo(zone))
    assert times.shifted.tolist() == [not found]
    assert times.ambiguous.tolist() == [len(found) == 2]
    assert not found or times.us.tolist() == [us(found[0].isoformat())]


@given(
    st.sampled_from(["2024-10-27 02:", "2023-10-29 02:"]),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("0123459"), st.booleans()), min_size=1, max_size=30),
)
def test_passes_are_what_a_walk_along_each_ticket_finds(hour, made):
    other = "2022-10-30 02:"
    texts = [f"{other if odd else hour}{minute}0"[:-1] + "0" for _, minute, odd in made]
    texts = [text if text[-2] != "9" else text[:-2] + "55" for text in texts]
    tickets = [ticket for ticket, _, _ in made]
    times = read(texts, timezone="Europe/Berlin", tickets=tickets)
    last: dict[tuple[int, str], tuple[str, int]] = {}
    for ticket, text, here in zip(tickets, texts, times.us, strict=True):
        before, offset = last.get((ticket, text[:10]), ("", 2))
        offset = 1 if text < before else offset
        last[ticket, text[:10]] = text, offset
        assert here == us(f"{text}+0{offset}:00")
