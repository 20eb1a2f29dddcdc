"""Opening hours: hand-worked nights, a minute-by-minute oracle, and what must hold for all input."""

from __future__ import annotations

import copy
import pickle
import tomllib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanehop.clocks import Calendar, business_time
from lanehop.clocks.calendars import assign_calendars
from lanehop.clocks.opening_hours import open_spans, open_time
from lanehop.errors import ArgumentError

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HOUR = 3_600_000_000
DAY = 24 * HOUR


def us(text):
    """Microseconds since 1970 of an ISO text with its offset."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def hours_open(calendar, start, end):
    return int(open_time(np.array([us(start)]), np.array([us(end)]), calendar)[0]) / HOUR


# --- the oracle: looks at the wall clock at every minute -------------------------------------


def as_minutes(slot):
    start, end = ([int(x) for x in clock.split(":")] for clock in slot.split("-"))
    return start[0] * 60 + start[1], end[0] * 60 + end[1]


def open_minutes(start, end, pattern, zone, holidays=(), changes=()):
    """Count the open minutes; ``pattern`` and those in ``changes`` are seven lists of slots, Monday first."""

    def slots_of(day):
        if day in holidays:
            return []
        current = pattern
        for since, other in sorted(changes):
            if day >= since:
                current = other
        return [as_minutes(slot) for slot in current[day.weekday()]]

    count, instant = 0, start
    while instant < end:
        wall = instant.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        today, yesterday = wall.date(), wall.date() - timedelta(days=1)
        count += any(a <= minute < b or b <= a <= minute for a, b in slots_of(today)) or any(
            b <= a and minute < b for a, b in slots_of(yesterday)
        )
        instant += timedelta(minutes=1)
    return count


# Each zone with a night in which its clocks change (UTC): forward, back, by half an hour, at midnight,
# in the southern hemisphere, over a whole day, and never.
NIGHTS = [
    ("Europe/Lisbon", "2024-03-31T01:00"),
    ("Europe/Lisbon", "2024-10-27T01:00"),
    ("America/New_York", "2024-03-10T07:00"),
    ("America/New_York", "2024-11-03T06:00"),
    ("Australia/Lord_Howe", "2024-04-06T15:00"),
    ("Australia/Lord_Howe", "2024-10-05T15:30"),
    ("America/Santiago", "2024-04-07T03:00"),
    ("America/Santiago", "2024-09-08T04:00"),
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),
    ("Asia/Kathmandu", "2024-03-31T01:00"),
]
PATTERNS = [
    [],
    ["09:00-17:00"],
    ["09:00-12:00", "13:00-15:00"],
    ["01:00-05:00"],
    ["00:15-00:45", "01:30-02:15", "02:45-24:00"],
    ["00:00-24:00"],
    ["22:00-06:00"],
    ["00:00-01:30", "23:30-00:30"],
    ["18:00-00:00"],
]


@st.composite
def weeks(draw):
    """Seven days of slots that do not overlap: what would run into the night before is left out."""
    week = [list(draw(st.sampled_from(PATTERNS))) for _ in DAYS]
    for day in range(7):
        tail = max((b for a, b in map(as_minutes, week[day - 1]) if b <= a), default=0)
        week[day] = [slot for slot in week[day] if as_minutes(slot)[0] >= tail]
    return week


@st.composite
def cases(draw):
    """A calendar, the same for the oracle, and instants around a night of change."""
    name, night = draw(st.sampled_from(NIGHTS))
    middle = datetime.fromisoformat(night + "+00:00")
    near = st.integers(-3, 3).map(lambda k: (middle + timedelta(days=k)).date())
    week = draw(weeks())
    holidays = draw(st.lists(near, max_size=2, unique=True))
    changes = [(day, draw(weeks())) for day in draw(st.lists(near, max_size=2, unique=True))]
    if not any(slots for w in [week, *(w for _, w in changes)] for slots in w):
        week[0] = ["09:00-17:00"]
    calendar = Calendar(
        {day: slots for day, slots in zip(DAYS, week, strict=True) if slots},
        name,
        holidays=holidays,
        changes={day: dict(zip(DAYS, other, strict=True)) for day, other in changes},
    )
    minutes = draw(st.lists(st.integers(-3 * 1440, 3 * 1440), min_size=3, max_size=3).map(sorted))
    instants = [middle + timedelta(minutes=m) for m in minutes]
    return calendar, (week, ZoneInfo(name), holidays, changes), instants


@settings(max_examples=150, deadline=None)
@given(cases())
def test_as_the_wall_clock_shows_minute_by_minute(case):
    calendar, said, (start, _, end) = case
    got = hours_open(calendar, start.isoformat(), end.isoformat())
    assert got * 60 == pytest.approx(open_minutes(start, end, *said), abs=1e-6)


@settings(deadline=None)
@given(cases(), st.lists(st.integers(-3 * DAY, 3 * DAY), min_size=3, max_size=3).map(sorted))
def test_adds_up_and_stays_within_calendar_time(case, shifts):
    calendar, _, (middle, _, _) = case
    a, b, c = (us(middle.isoformat()) + np.array([shift]) for shift in shifts)
    whole, first, second = (open_time(x, y, calendar)[0] for x, y in [(a, c), (a, b), (b, c)])
    assert whole == first + second
    assert 0 <= first <= whole <= c - a
    # The opposite of open is closed: outside of its spans there is nothing, inside there is everything.
    for begin, end in zip(*open_spans(calendar, a[0], c[0]), strict=True):
        inside = np.clip([begin, end], a[0], c[0])
        assert open_time(inside[:1], inside[1:], calendar)[0] == inside[1] - inside[0]


@settings(deadline=None)
@given(st.sampled_from([zone for zone, _ in NIGHTS]), st.lists(st.integers(0, 60 * 365 * DAY), min_size=2))
def test_24_7_is_calendar_time(zone, instants):
    start, end = np.array(sorted(instants)[:-1]), np.array(sorted(instants)[1:])
    everywhere = Calendar({"mon-sun": "00:00-24:00"}, zone)
    np.testing.assert_array_equal(open_time(start, end, everywhere), end - start)
    np.testing.assert_array_equal(open_time(start, end, Calendar.always()), end - start)


@settings(deadline=None)
@given(cases(), cases(), st.lists(st.tuples(st.integers(0, 9 * DAY), st.booleans()), min_size=1))
def test_each_interval_by_its_own_calendar(one, other, rows):
    calendars = [one[0], other[0]]
    start = np.array([us(one[2][0].isoformat()) + shift for shift, _ in rows])
    which = np.array([int(flag) for _, flag in rows])
    got = open_time(start, start + 30 * HOUR, calendars, which)
    alone = [open_time(start[[k]], start[[k]] + 30 * HOUR, calendars[which[k]])[0] for k in range(len(rows))]
    assert got.tolist() == alone


# --- by hand ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "slot", "night", "expected"),
    [
        ("Europe/Lisbon", "01:00-05:00", "2024-03-24", 4),
        ("Europe/Lisbon", "01:00-05:00", "2024-03-31", 3),
        ("Europe/Lisbon", "01:00-05:00", "2024-10-27", 5),
        ("Europe/Lisbon", "01:15-01:45", "2024-03-31", 0),  # a time that the clocks skip
        ("Europe/Lisbon", "01:15-01:45", "2024-10-27", 1),  # one that they show twice
        ("Europe/Lisbon", "01:30-05:00", "2024-10-27", 4),  # 1:30-2, again 1:30-2, 2-5
        ("America/New_York", "01:00-05:00", "2024-03-10", 3),
        ("America/New_York", "01:00-05:00", "2024-11-03", 5),
        ("Australia/Lord_Howe", "01:00-05:00", "2024-10-06", 3.5),
        ("Australia/Lord_Howe", "01:00-05:00", "2024-04-07", 4.5),
        ("Australia/Sydney", "01:00-05:00", "2024-10-06", 3),
        ("Australia/Sydney", "01:00-05:00", "2024-04-07", 5),
        ("America/Santiago", "00:00-05:00", "2024-09-08", 4),  # forward at midnight
        ("America/Sao_Paulo", "00:00-05:00", "2018-11-04", 4),
        ("Pacific/Apia", "00:00-24:00", "2011-12-30", 0),  # a day that never was
    ],
)
def test_one_night(zone, slot, night, expected):
    day = date.fromisoformat(night)
    calendar = Calendar({DAYS[day.weekday()]: slot}, zone)
    around = [(day + timedelta(days=k)).isoformat() + "T00:00+00:00" for k in (-2, 3)]
    assert hours_open(calendar, *around) == expected


@pytest.mark.parametrize(("night", "expected"), [("2024-03-23", 8), ("2024-03-30", 7), ("2024-10-26", 9)])
def test_overnight_across_daylight_saving(night, expected):
    calendar = Calendar({"sat": "22:00-06:00"}, "Europe/Lisbon")
    end = (date.fromisoformat(night) + timedelta(days=2)).isoformat()
    assert hours_open(calendar, f"{night}T00:00+00:00", f"{end}T00:00+00:00") == expected


def test_a_week_with_a_lunch_break():
    desk = Calendar({"mon-fri": ["09:00-12:00", "13:00-17:00"], "sat": "09:00-12:00"}, "Europe/Lisbon")
    assert hours_open(desk, "2024-01-01T00:00+00:00", "2024-01-08T00:00+00:00") == 5 * 7 + 3
    assert hours_open(desk, "2024-01-01T11:30+00:00", "2024-01-01T13:30+00:00") == 1
    assert hours_open(desk, "2024-01-05T16:00+00:00", "2024-01-08T10:00+00:00") == 1 + 3 + 1
    assert hours_open(desk, "2024-01-06T12:00+00:00", "2024-01-08T09:00+00:00") == 0
    # In July Lisbon is an hour ahead of UTC.
    assert hours_open(desk, "2024-07-01T07:00+00:00", "2024-07-01T08:30+00:00") == 0.5


def test_end_is_not_open_and_beginning_is():
    desk = Calendar({"mon": "09:00-17:00"}, "UTC")
    nine, five = us("2024-01-01T09:00+00:00"), us("2024-01-01T17:00+00:00")
    start = np.array([nine - 1, nine, five - 1, five, nine])
    assert open_time(start, start + np.array([1, 1, 1, 1, 0]), desk).tolist() == [0, 1, 1, 0, 0]


def test_overnight_slot_belongs_to_the_day_on_which_it_begins():
    nights = {"mon-sun": "22:00-06:00"}
    open_all = Calendar(nights, "UTC")
    friday_off = Calendar(nights, "UTC", holidays=["2024-01-05"])
    week = "2024-01-01T12:00+00:00", "2024-01-08T12:00+00:00"
    assert hours_open(open_all, *week) == 56
    assert hours_open(friday_off, *week) == 48
    # Thursday's slot runs on into the holiday, and Friday's does not begin on it.
    assert hours_open(friday_off, "2024-01-05T00:00+00:00", "2024-01-05T12:00+00:00") == 6
    assert hours_open(friday_off, "2024-01-05T12:00+00:00", "2024-01-06T12:00+00:00") == 0
    # An interval that begins in the small hours still finds the slot of the day before.
    assert hours_open(open_all, "2024-01-01T05:00+00:00", "2024-01-01T12:00+00:00") == 1


def test_holidays_close_the_local_day():
    always_but = Calendar({"mon-sun": "00:00-24:00"}, "America/New_York", holidays=[date(2024, 12, 25)])
    assert hours_open(always_but, "2024-12-25T04:00+00:00", "2024-12-26T06:00+00:00") == 2


def test_hours_change_on_a_date():
    desk = Calendar(
        {"mon-fri": "09:00-17:00"},
        "UTC",
        changes={date(2024, 8, 1): {}, "2024-07-01": {"mon-fri": "08:00-20:00"}, "2024-08-12": {"mon": "10:00-11:00"}},
    )
    assert list(desk.changes) == ["2024-07-01", "2024-08-01", "2024-08-12"]
    assert hours_open(desk, "2024-06-28T00:00+00:00", "2024-06-29T00:00+00:00") == 8
    assert hours_open(desk, "2024-07-01T00:00+00:00", "2024-07-02T00:00+00:00") == 12
    assert hours_open(desk, "2024-08-01T00:00+00:00", "2024-08-12T00:00+00:00") == 0
    assert hours_open(desk, "2024-08-12T00:00+00:00", "2024-08-18T00:00+00:00") == 1


def test_a_night_that_runs_into_new_hours_counts_once():
    desk = Calendar({"sun": "22:00-06:00"}, "UTC", changes={"2024-07-01": {"mon": "05:00-09:00"}})
    assert hours_open(desk, "2024-06-30T12:00+00:00", "2024-07-01T12:00+00:00") == 11
    within = Calendar({"sun": "22:00-06:00"}, "UTC", changes={"2024-07-01": {"mon": "01:00-02:00"}})
    assert hours_open(within, "2024-06-30T12:00+00:00", "2024-07-01T12:00+00:00") == 8


def test_spans_that_meet_are_one():
    spans = open_spans(Calendar({"mon-sun": ["00:00-12:00", "12:00-24:00"]}, "Europe/Lisbon"), 0, 500 * DAY)
    assert [x.size for x in spans] == [1, 1]


def test_nothing_open_and_nothing_asked():
    never_again = Calendar({"mon": "09:00-17:00"}, "UTC", changes={"2020-01-01": {}})
    assert hours_open(never_again, "2024-01-01T00:00+00:00", "2024-02-01T00:00+00:00") == 0
    empty = np.array([], dtype=np.int64)
    assert open_time(empty, empty, never_again).dtype == np.int64


def test_times_far_away():
    everywhere = Calendar({"mon-sun": "00:00-24:00"}, "Europe/Lisbon")
    start, end = np.array([us("0001-01-01T00:00+00:00")]), np.array([us("1850-01-01T00:00+00:00")])
    assert open_time(start, end, everywhere).tolist() == (end - start).tolist()
    late = np.array([us("9999-12-31T00:00+00:00")])
    assert open_time(late, late + 5 * DAY, everywhere).tolist() == [5 * DAY]


def test_more_rows_than_fit_at_once(monkeypatch):
    monkeypatch.setitem(open_time.__globals__, "ROWS_AT_ONCE", 7)
    start = us("2024-01-01T00:00+00:00") + np.arange(50) * HOUR
    calendars = [Calendar({"mon": "09:00-17:00"}, "UTC"), Calendar.always()]
    got = open_time(start, start + HOUR, calendars, np.arange(50) % 2)
    expected = [HOUR if k % 2 or (k < 24 and 9 <= k < 17) else 0 for k in range(50)]
    assert got.tolist() == expected


# --- saying hours ----------------------------------------------------------------------------


def test_plain_values_from_toml():
    text = """
        timezone = "Europe/Lisbon"
        holidays = [2024-12-25, "2024-01-01"]
        [hours]
        mon-fri = "9:00 - 17:00"
        sat = ["09:00-12:00", "13:00-15:00"]
        [changes.2024-07-01]
        sat-mon = "08:00-20:00"
    """
    desk = Calendar(**tomllib.loads(text))
    assert desk.holidays == (date(2024, 1, 1), date(2024, 12, 25))
    assert hours_open(desk, "2024-01-02T00:00+00:00", "2024-01-07T00:00+00:00") == 4 * 8 + 5
    assert hours_open(desk, "2024-07-01T00:00+00:00", "2024-07-08T00:00+00:00") == 3 * 12


def test_equal_hashed_pickled_copied_shown():
    said = {
        "hours": {"mon-fri": "09:00-17:00", "sat": ["09:00-12:00", "13:00-15:00"]},
        "timezone": "Europe/Lisbon",
        "holidays": ["2024-12-25"],
        "changes": {"2024-07-01": {"mon": "08:00-09:00"}},
    }
    desk = Calendar(**said)
    for same in (Calendar(**said), pickle.loads(pickle.dumps(desk)), copy.deepcopy(desk)):
        assert same == desk
        assert hash(same) == hash(desk)
    assert eval(repr(desk)) == desk  # noqa: S307
    assert desk != Calendar.always()
    many = Calendar({"mon": "09:00-17:00"}, "UTC", holidays=[date(2024, 1, k) for k in range(1, 11)])
    assert repr(many) == "Calendar({'mon': '09:00-17:00'}, 'UTC', holidays=<10 dates>)"
    with pytest.raises(TypeError):
        desk.hours["sun"] = ("09:00-17:00",)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ArgumentError) as caught:
        Calendar(
            {
                "mon-fry": "09:00-17:00",
                "fri": ["09:00-12:00", "11:00-15:00"],
                "sat": ["9-17", "10:00-10:00", "24:00-06:00", "09:60-10:00"],
                "wed-fri": [],
                "tue": 9,
            },
            "Europe/Lissabon",
            holidays=["2024-12-25", "Christmas", 7],
            changes={"soon": {}, "2024-07-01": {"sun": "22:00-06:00", "mon": "05:00-07:00"}},
        )
    message = str(caught.value)
    for part in (
        "hours: unknown day 'mon-fry' (known: mon, tue,",
        "hours: fri 09:00-12:00 and fri 11:00-15:00 overlap",
        "hours: sat: '9-17' is no slot",
        "hours: sat: slot '10:00-10:00' is empty (a whole day is '00:00-24:00')",
        "hours: sat: '24:00-06:00' is no slot",
        "hours: sat: '09:60-10:00' is no slot",
        "hours: fri is named twice, in 'fri' and 'wed-fri'",
        "hours: tue: 9 is no slot",
        "unknown timezone 'Europe/Lissabon'",
        "holidays: 2 of 3 are no dates (first: 'Christmas')",
        "changes: 'soon' is no date",
        "changes.2024-07-01: sun 22:00-06:00 and mon 05:00-07:00 overlap",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ({"hours": {}}, "hours: there is no slot in them"),
        ({"hours": {"mon": []}}, "hours: there is no slot in them"),
        ({"hours": "09:00-17:00"}, "hours must be a table"),
        ({"timezone": None}, "unknown timezone None"),
        ({"timezone": ""}, "unknown timezone ''"),
        ({"timezone": "../etc/passwd"}, "unknown timezone"),
        ({"holidays": "2024-12-25"}, "holidays must be dates"),
        ({"holidays": [pd.NaT]}, "holidays: 1 of 1 are no dates"),
        ({"changes": ["2024-12-25"]}, "changes must be a table"),
        ({"changes": {"2024-07-01": {}, date(2024, 7, 1): {}}}, "changes: 2024-07-01 is given twice"),
        ({"hours": {"sun": "22:00-06:00", "mon": "05:00-06:00"}}, "hours: sun 22:00-06:00 and mon 05:00-06:00 overlap"),
        ({"hours": {"mon": ["22:00-06:00", "23:00-24:00"]}}, "hours: mon 22:00-06:00 and mon 23:00-24:00 overlap"),
    ],
)
def test_each_fault_alone(said, part):
    with pytest.raises(ArgumentError, match=f"^this calendar cannot be used: {part}[^;]*$"):
        Calendar(**{"hours": {"mon": "09:00-17:00"}, "timezone": "UTC"} | said)


def test_slots_that_meet_do_not_overlap():
    Calendar({"mon": ["22:00-06:00"], "tue": ["06:00-12:00", "12:00-24:00"], "wed": "00:00-01:00"}, "UTC")


def test_slots_may_stand_in_any_order():
    desk = Calendar({"mon": ["13:00-15:00", "09:00-12:00"]}, "UTC")
    assert hours_open(desk, "2024-01-01T00:00+00:00", "2024-01-02T00:00+00:00") == 5


def test_holidays_of_any_kind():
    days = [date(2024, 1, 1), date(2024, 12, 25)]
    for said in (
        pd.DatetimeIndex(days),
        np.array(days, dtype="datetime64[D]"),
        {days[1]: "Christmas", days[0]: "New Year"},
        (day for day in days),
        [datetime(2024, 12, 25, 8, tzinfo=UTC), "2024-01-01", "2024-12-25"],
    ):
        assert Calendar({"mon": "09:00-17:00"}, "UTC", holidays=said).holidays == tuple(days)


def test_holidays_package():
    holidays = pytest.importorskip("holidays")
    lazy = holidays.country_holidays("PT")
    desk = Calendar({"mon-fri": "09:00-17:00"}, "Europe/Lisbon", holidays=lazy)
    assert not lazy  # not filled by us
    assert {date(1999, 12, 25), date(2024, 4, 25), date(2031, 12, 25)} <= set(desk.holidays)
    one_year = holidays.country_holidays("PT", years=2024, expand=False)
    assert set(Calendar({"mon": "09:00-17:00"}, "UTC", holidays=one_year).holidays) == set(one_year)
    # 2024-04-25, a Thursday, is Freedom Day.
    assert hours_open(desk, "2024-04-22T00:00+00:00", "2024-04-27T00:00+00:00") == 4 * 8


# --- arrays ----------------------------------------------------------------------------------


def test_array_errors():
    one, two = np.array([5]), np.array([5, 6])
    with pytest.raises(ArgumentError, match=r"1 of 2 intervals end before they begin \(first: entry 1, from 6 to 3"):
        open_time(two, np.array([9, 3]), Calendar.always())
    with pytest.raises(ArgumentError, match="differ in length"):
        open_time(one, two, Calendar.always())
    with pytest.raises(ArgumentError, match="which is needed with 2 calendars"):
        open_time(one, one, [Calendar.always()] * 2)
    with pytest.raises(ArgumentError, match="which runs from -1 to 0; there are 1 calendars"):
        open_time(two, two, Calendar.always(), np.array([-1, 0]))


def test_departments_and_their_calendars():
    desk, night = Calendar({"mon": "09:00-17:00"}, "UTC"), Calendar({"mon": "22:00-06:00"}, "UTC")
    calendars, which = assign_calendars({"A": desk, "B": night, "C": desk}, ["B", "C", "A"])
    assert [calendars[k] for k in which] == [night, desk, desk]
    assert len(calendars) == 2
    calendars, which = assign_calendars(desk, ["B", None, pd.NA])
    assert (calendars, which.tolist()) == ([desk], [0, 0, 0])
    with pytest.raises(ArgumentError, match=r"2 of 3 departments have none \(first: 'B'\).*under '\*'"):
        assign_calendars({"A": desk}, ["A", "B", None])
    with pytest.raises(ArgumentError, match="first: no department"):
        assign_calendars({"A": desk}, [None])
    for wrong in ({}, {"A": "09:00-17:00"}, None):
        with pytest.raises(ArgumentError, match="must be a Calendar, or a mapping"):
            assign_calendars(wrong, ["A"])


# --- pandas ----------------------------------------------------------------------------------

DESK = Calendar({"mon-fri": "09:00-17:00"}, "Europe/Lisbon")


def times(*texts, zone="UTC"):
    return pd.Series(pd.to_datetime(list(texts), utc=True)).dt.tz_convert(zone)


def test_series_keep_index_and_na():
    start = times("2024-01-01T10:00Z", None, "2024-01-05T16:00Z", "2024-01-06T00:00Z").set_axis([7, 7, 3, 1])
    end = times("2024-01-01T11:00Z", "2024-01-02T00:00Z", None, "2024-01-08T09:30Z").set_axis([7, 7, 3, 1])
    before = start.copy(), end.copy()
    got = business_time(start, end.dt.tz_convert("Asia/Tokyo").dt.as_unit("ns"), calendar=DESK)
    expected = pd.Series(pd.array([HOUR, None, None, HOUR // 2], dtype="timedelta64[us]"), index=[7, 7, 3, 1])
    pd.testing.assert_series_equal(got, expected)
    pd.testing.assert_series_equal(start, before[0])
    pd.testing.assert_series_equal(end, before[1])


def test_other_shapes():
    start, end = times("2024-01-01T10:00Z"), times("2024-01-01T12:00Z")
    two = pd.Timedelta(hours=2)
    as_index = business_time(pd.DatetimeIndex(start), pd.DatetimeIndex(end), calendar=DESK)
    pd.testing.assert_index_equal(as_index, pd.TimedeltaIndex([two]).as_unit("us"))
    as_array = business_time(start.array, end.array, calendar=DESK)
    assert as_array.dtype == np.dtype("timedelta64[us]")
    assert as_array.tolist() == [two]
    assert business_time(start[0], end[0].to_pydatetime(), calendar=DESK) == two
    assert business_time(start[0], pd.NaT, calendar=DESK) is pd.NaT
    assert business_time(start[0], end, calendar=DESK).tolist() == [two]
    assert business_time(start, end[0], calendar=DESK).tolist() == [two]
    arrow = start.astype(pd.ArrowDtype(pa.timestamp("us", tz="UTC")))
    assert business_time(arrow, end, calendar=DESK).tolist() == [two]


def test_empty_columns():
    none = times()
    got = business_time(none, none, calendar=DESK)
    assert (len(got), got.dtype) == (0, "timedelta64[us]")
    assert len(business_time(none, pd.Timestamp("2024-01-01", tz="UTC"), calendar=DESK)) == 0
    by_department = business_time(none, none, calendar={"A": DESK}, department=pd.Series([], dtype="str"))
    assert len(by_department) == 0


def test_one_calendar_per_department():
    start = times(*["2024-01-01T08:00Z"] * 4)
    night = Calendar({"mon-sun": "22:00-06:00"}, "Europe/Lisbon")
    department = pd.Series(["Desk", "Night", None, "Network"], dtype="category")
    end = pd.Timestamp("2024-01-01T23:00Z")
    said = {"Desk": DESK, "Night": night, "*": Calendar.always()}
    got = business_time(start, end, calendar=said, department=department)
    assert (got / pd.Timedelta(hours=1)).tolist() == [8, 1, 15, 15]
    with pytest.raises(ArgumentError, match="department is needed"):
        business_time(start, end, calendar=said)
    with pytest.raises(ArgumentError, match="1 of 4 departments have none"):
        business_time(start, end, calendar={"Desk": DESK, "Night": night, "Network": night}, department=department)
    with pytest.raises(ArgumentError, match="department has 2 names, there are 4 intervals"):
        business_time(start, end, calendar=said, department=["Desk", "Night"])


def test_pandas_errors():
    start, end = times("2024-01-01T10:00Z", "2024-01-03T00:00Z"), times("2024-01-01T11:00Z", "2024-01-02T00:00Z")
    with pytest.raises(ArgumentError) as caught:
        business_time(start, end, calendar=DESK)
    assert str(caught.value) == (
        "end lies before start in 1 of 2 intervals "
        "(first: row 1, from 2024-01-03T00:00:00+00:00 to 2024-01-02T00:00:00+00:00)"
    )
    for naive in (start.dt.tz_localize(None), start.to_numpy("datetime64[us]"), datetime(2024, 1, 1), "2024"):  # noqa: DTZ001
        with pytest.raises(ArgumentError, match="start must hold times with a zone"):
            business_time(naive, end, calendar=DESK)
    with pytest.raises(ArgumentError, match="start and end have different indexes"):
        business_time(start, end.set_axis([1, 2]), calendar=DESK)
    with pytest.raises(ArgumentError, match="start and department have different indexes"):
        business_time(start, end[0], calendar=DESK, department=pd.Series(["A", "B"], index=[1, 2]))
    with pytest.raises(ArgumentError, match="start has 1 times, end 2"):
        business_time(pd.DatetimeIndex(start)[:1], pd.DatetimeIndex(end), calendar=DESK)
