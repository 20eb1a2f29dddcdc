"""Business time in the tables: each length once more, by the calendars of the departments it was spent in."""

import numpy as np
import pandas as pd
import pytest
from builders import at, chain, log_of, span
from hypothesis import given, settings
from strategies import desks, read_options, source_frame

import lanehop as lh
from lanehop import schema
from lanehop.clocks.opening_hours import open_time

DESK = lh.Calendar({"mon-fri": "09:00-17:00"}, "UTC")
NIGHT = lh.Calendar({"mon-sun": "22:00-06:00"}, "Europe/Lisbon")
TABLES = ("cases", "stays", "handoffs", "loops", "closures", "charges")


def story() -> lh.TicketLog:
    # Monday 2024-01-01, 00:00. net works 9 to 17 from Monday to Friday, db around the clock.
    return lh.read_log(
        log_of(
            chain("c", "net:queued@8h", "db:queued@16h", "db:working@18h", "net:queued@20h", ":resolved@1D10h"),
            chain("d", "net:working@9h", ":resolved@10h", ":working@12h", ":resolved@1D9h30min"),
        )
    )


def test_by_hand() -> None:
    lanes = lh.reconstruct(story(), calendar={"db": lh.Calendar.always(), "net": DESK}, hold="0D")
    c, d = lanes.stays[lanes.stays["case"] == "c"], lanes.cases.set_index("case").loc["d"]
    # net: 9 to 16 on Monday; db: 16 to 20, always open; net: closed until 9 on Tuesday, then one hour.
    assert c["business_open_time"].tolist() == [span("7h"), span("4h"), span("1h")]
    assert c["open_time"].tolist() == [span("8h"), span("4h"), span("14h")]
    assert lanes.handoffs["business_pickup"].tolist() == [span("2h"), span("1h")]
    assert lanes.handoffs["pickup"].tolist() == [span("2h"), span("14h")]
    assert lanes.loops["business_away"].tolist() == [span("4h")]
    case = lanes.cases.set_index("case").loc["c"]
    assert case["business_time_to_close"] == case["business_time_to_fix"] == span("12h")
    assert case["business_fix_stay_time"] == span("1h")
    assert case["business_time_in_loops"] == span("4h")
    assert d["business_time_to_close"] == span("1h")
    # Open again from noon to 17 on Monday, and for half an hour on Tuesday.
    assert d["business_fix_stay_time"] == span("5h30min")
    assert d["business_time_to_fix"] == span("8h30min")
    again = lanes.closures.loc[lanes.closures["case"] == "d", "business_open_again"]
    assert again.iloc[0] == span("5h30min")
    assert pd.isna(again.iloc[1])
    charged = lanes.charges.set_index(["case", "department", "state"])["business_time"]
    assert charged["d", "net", "false_done"] == span("2h")
    assert charged["c", "net", "queued"] == span("8h")


def test_neighbours_stand_beside_their_lengths() -> None:
    lanes = lh.reconstruct(story(), calendar=DESK)
    for name in TABLES:
        table = getattr(lanes, name)
        schema.check(table, name)
        lengths = [x for x in table if table[x].dtype.kind == "m" and not x.startswith("business_")]
        for x in lengths:
            assert table.columns[table.columns.get_loc(x) + 1] == f"business_{x}"
        plain = getattr(lh.reconstruct(story()), name)
        pd.testing.assert_frame_equal(table[[x for x in table if not x.startswith("business_")]], plain)


def test_a_department_without_a_calendar_is_an_error() -> None:
    with pytest.raises(lh.errors.ArgumentError, match="'net'"):
        lh.reconstruct(story(), calendar={"db": DESK})


@settings(max_examples=40, deadline=None)
@given(desks())
def test_always_open_is_the_calendar(desk) -> None:
    lanes = _lanes(desk, lh.Calendar.always())
    for name in TABLES:
        table = getattr(lanes, name)
        for x in [x for x in table if x.startswith("business_")]:
            expected = table[x.removeprefix("business_")].rename(x)
            pd.testing.assert_series_equal(table[x], expected)


@settings(max_examples=40, deadline=None)
@given(desks())
def test_along_its_stays(desk) -> None:
    """Every length is what the opening hours of the stays in it add up to, stay by stay."""
    calendars = {"*": DESK, "net": NIGHT}
    lanes = _lanes(desk, calendars)
    stays = lanes.stays

    def added(case: str, begin: pd.Timestamp, end: pd.Timestamp) -> int:
        total = 0
        for stay in stays[stays["case"] == case].itertuples():
            low, high = max(stay.entered_at, begin), min(stay.left_at, end)
            if low < high:
                total += _open(low, high, calendars.get(stay.department, DESK))
        return total

    for case in lanes.cases.itertuples():
        life = added(case.case, case.opened_at, case.ended_at)
        done_elsewhere = lanes.charges[
            (lanes.charges["case"] == case.case) & lanes.charges["state"].isin(["false_done", "settled"])
        ]
        if done_elsewhere.empty:  # else done time is charged to who declared it done, by the hours of where it was
            charged = lanes.charges.loc[lanes.charges["case"] == case.case, "business_time"]
            assert _us(charged.sum()) == life
        if not pd.isna(case.first_done_at):
            assert _us(case.business_time_to_close) == added(case.case, case.opened_at, case.first_done_at)
        if case.fix_observed:
            assert _us(case.business_time_to_fix) == added(case.case, case.opened_at, case.fixed_at)
            since = case.fixed_at - case.fix_stay_time
            assert _us(case.business_fix_stay_time) == added(case.case, since, case.fixed_at)
    for handoff in lanes.handoffs.itertuples():
        assert _us(handoff.business_pickup) == added(handoff.case, handoff.at, handoff.at + handoff.pickup)
    for loop in lanes.loops.itertuples():
        assert _us(loop.business_away) == added(loop.case, loop.left_at, loop.returned_at)


def test_shorter_than_the_calendar_and_never_negative() -> None:
    log, _ = lh.simulate(3000, 5)
    lanes = lh.reconstruct(log, calendar={"*": DESK, "Network": NIGHT})
    for name in TABLES:
        table = getattr(lanes, name)
        for x in [x for x in table if x.startswith("business_")]:
            longer = table[x.removeprefix("business_")]
            assert (table[x].isna() == longer.isna()).all()
            known = table[x].dropna()
            assert (known >= pd.Timedelta(0)).all()
            assert (known <= longer.dropna()).all()
    assert at("1h") - at("0h") == span("1h")


def _lanes(desk, calendar) -> lh.Lanes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lh.errors.LanehopWarning)
        log = lh.read_log(source_frame(desk), **read_options(desk))
    return lh.reconstruct(log, hold=desk.hold, calendar=calendar)


def _open(low: pd.Timestamp, high: pd.Timestamp, calendar: lh.Calendar) -> int:
    ends = [np.array([x.as_unit("us").asm8.view("i8")]) for x in (low, high)]
    return int(open_time(*ends, calendar)[0])


def _us(length: pd.Timedelta) -> int:
    return int(length // pd.Timedelta(microseconds=1))
