"""Curves in business time: by hand, as a plain sum over stays finds them, and on the calendar where all is open.

START is a Monday, midnight UTC. ``as_of`` is day 30 and ``hold`` 14 days where nothing else is said, so that the
horizon is the midnight before Wednesday, day 16.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from fractions import Fraction

import oracles
import pandas as pd
import pytest
from builders import at, chain, log_of, rows
from hypothesis import HealthCheck, given, settings
from oracles import DONE, ZERO
from pandas.testing import assert_frame_equal
from stitched_strategies import links_frame, stitched_desks, stitched_frame
from strategies import desks, read_options, source_frame

import lanehop as lh
from lanehop.curves import charge_table, close_curve, compare_clocks, fix_curve, outcome_curve
from lanehop.curves.spans import CUT_OFF, WITHDRAWN, measure_spans
from lanehop.links import attach_links

DESK = lh.Calendar({"mon-fri": "09:00-17:00"}, "UTC")
NIGHT = lh.Calendar({"mon-sun": "22:00-06:00"}, "Europe/Lisbon")
ALWAYS = lh.Calendar.always()
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
PARTS = (
    "queued",
    "working_elsewhere",
    "working_at_fix",
    "waiting_customer",
    "waiting_other",
    "open",
    "false_done",
    "settled",
)
FRAMES = ("table", "summary", "parts", "chase", "cases")

unwarned = pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")


def often(n):
    return settings(max_examples=n, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def lanes_of_desk(desk, calendar):
    return lh.reconstruct(lh.read_log(source_frame(desk), **read_options(desk)), hold=desk.hold, calendar=calendar)


def lanes_of_drawn(drawn, calendar):
    log = lh.read_log(stitched_frame(drawn.desk), **read_options(drawn.desk))
    log = lh.stitch(attach_links(log, links=links_frame(drawn.links)), **drawn.options)
    return lh.reconstruct(log, hold=drawn.desk.hold, calendar=calendar)


def shown(frame, *names):
    """The named columns, a tuple per row: lengths as hours, shares as fractions."""

    def plain(value):
        if isinstance(value, dt.timedelta):
            return value / HOUR
        return Fraction(value).limit_denominator(1000) if isinstance(value, float) else value

    return [tuple(plain(row[name]) for name in names) for row in rows(frame)]


# By hand ---------------------------------------------------------------------------------------------


def read(*frames, **calendar):
    log = lh.read_log(log_of(*frames), as_of=at("30D"))
    return lh.reconstruct(log, calendar={"A": DESK, "B": ALWAYS} | calendar)


@pytest.fixture
def six():
    """A works from 9 to 17, Monday to Friday; B around the clock."""
    return read(
        # 9 to 17 on Monday; fixed on Tuesday as A comes in.
        chain("c1", "A:working@8h", resolved="1D9h", category="x"),
        # Falsely done from 18 to 20, while nobody works; B takes it at 8 and needs two hours.
        chain(
            "c2",
            "A:queued@16h",
            ":resolved@18h",
            ":working@20h",
            "B:working@1D8h",
            ":resolved@1D10h",
            category="x",
        ),
        # From Friday noon on: 5 hours, 40 in the next week, 16 until the horizon.
        chain("c3", "A:working@4D12h", category="x"),
        # Came and went on a Saturday.
        chain("c4", "A:working@5D10h", ":cancelled@5D12h", category="x"),
        # Closed on the Monday before the horizon, half an hour after work, and nobody claimed a fix.
        chain("c5", "A:working@14D9h", ":closed@14D17h30min", category="x"),
        # Claimed three hours after the horizon, at night: nobody had worked on it since.
        chain("c6", "A:working@15D10h", ":resolved@16D3h", category="y"),
    )


NUMBERS = ("time", "share", "at_risk", "n_observed", "n_censored")


def test_spans_by_hand(six):
    spans = measure_spans(six)
    assert spans.case.tolist() == ["c1", "c2", "c3", "c4", "c5", "c6"]
    assert (spans.fix / 3_600_000_000).tolist() == [8, 3, 61, 0, 16, 7]
    assert spans.fix_observed.tolist() == [True, True, False, False, False, False]
    assert spans.ending[2:].tolist() == [CUT_OFF, WITHDRAWN, CUT_OFF, CUT_OFF]
    assert (spans.close / 3_600_000_000).tolist() == [8, 1, 61, 0, 8, 7]
    assert spans.close_observed.tolist() == [True, True, False, True, True, False]


def test_curves_by_hand(six):
    # c4 is cut off at 0, c6 at 7, c5 at 16 and c3 at 61.
    assert shown(fix_curve(six).table, *NUMBERS) == [
        (0, 0, 6, 0, 1),
        (3, Fraction(1, 5), 5, 1, 1),
        (8, Fraction(7, 15), 3, 1, 1),
        (61, Fraction(7, 15), 1, 0, 1),
    ]
    # c4 is closed at 0, c2 at 1, c1 and c5 at 8; c6 is cut off at 7, c3 at 61.
    assert shown(close_curve(six).table, *NUMBERS) == [
        (0, Fraction(1, 6), 6, 1, 0),
        (1, Fraction(1, 3), 5, 1, 1),
        (8, Fraction(7, 9), 3, 2, 0),
        (61, Fraction(7, 9), 1, 0, 1),
    ]
    assert shown(close_curve(six).summary, "n", "median", "restricted_to", "hold") == [(6, 8, 61, 14 * 24)]


def test_outcomes_by_hand(six):
    # c2 is closed and opened again at one age. c5 is closed from 8 on; c6 only after it was last watched.
    expected = [
        # age: fixed, withdrawn, closed unfixed, still open, in eighteenths
        (0, 0, 3, 0, 15),
        (3, 3, 3, 0, 12),
        (7, 3, 3, 0, 12),
        (8, 7, 3, 4, 4),
        (16, 7, 3, 0, 8),
        (61, 7, 3, 0, 8),
    ]
    curves = outcome_curve(six)
    assert shown(curves.table, "time", "fixed", "withdrawn", "closed_unfixed", "still_open") == [
        (time, *(Fraction(n, 18) for n in shares)) for time, *shares in expected
    ]
    assert shown(curves.summary, "known_to", "counted_in") == [(61, "business time")]
    # Of c6 alone 7 is the greatest age, at which it stands as it stood at the horizon.
    y = [
        row for row in shown(outcome_curve(six, by="category").table, "category", "time", "still_open") if row[0] == "y"
    ]
    assert y == [("y", 0, 1), ("y", 7, 1)]


def test_comparison_by_hand(six):
    both = compare_clocks(six)
    assert shown(both.summary, "clock", "median", "n_observed", "counted_in") == [
        ("close", 8, 4, "business time"),
        ("fix", None, 2, "business time"),
    ]
    # Of the gap of c2 A works on nothing: it is at home until B has it.
    assert [
        (row["case"], row["interval"], row["length"] / HOUR, {x: row[x] / HOUR for x in PARTS if row[x]})
        for row in rows(both.cases)
    ] == [
        ("c1", "gap", 0, {}),
        ("c1", "way", 8, {"working_at_fix": 8}),
        ("c2", "gap", 2, {"working_at_fix": 2}),
        ("c2", "way", 3, {"queued": 1, "working_at_fix": 2}),
    ]
    found = {
        (interval, part): (time, n)
        for interval, part, time, n in shown(both.parts, "interval", "part", "time", "n_cases")
    }
    assert {key: value for key, value in found.items() if value[0]} == {
        ("gap", "working_at_fix"): (2, 1),
        ("way", "queued"): (1, 1),
        ("way", "working_at_fix"): (10, 2),
    }
    assert set(both.parts["counted_in"]) == {"business time"}
    assert shown(
        both.chase, "n", "n_not_fixed", "counted_in", "chase_time", "median_chase_time", "time_to_fix", "fix_stay_time"
    ) == [(2, 4, "business time", 1, 0, 11, 10)]  # by 0 half of two are through
    assert both.chase["chase_ratio"].item() == pytest.approx(1.1)


def test_charges_by_hand(six):
    table = charge_table(six)
    assert table.columns[:7].tolist() == ["state", "time", "business_time", "share", "business_share", "n_cases", "n"]
    found = {state: tuple(x) for state, *x in shown(table, "state", "time", "business_time") if x[0]}
    # c3 is worked on until day 30: 5 hours, three weeks of 40, and two days of 8.
    assert found == {
        "queued": (2, 1),
        "working": (25 + 14 + 612 + 2 + 8.5 + 17, 8 + 2 + 141 + 8 + 7),
        "false_done": (2, 0),
    }
    assert table["business_share"].tolist()[:6] == pytest.approx([1 / 167, 166 / 167, 0, 0, 0, 0])
    assert pd.isna(table["business_share"].iloc[6])
    by_department = charge_table(six, by="department")
    assert by_department.groupby("department", observed=True)["business_time"].sum().tolist() == [165 * HOUR, 2 * HOUR]


def test_the_department_that_had_a_case_last_goes_on():
    # Closed at 17:30 on the Monday before the horizon, by nobody's claim; B never sleeps, "*" neither.
    in_a = chain("c1", "A:working@14D9h", ":closed@14D17h30min")
    in_b = chain("c2", "A:working@14D9h", "B:closed@14D17h30min")
    nowhere = chain("c3", "-:working@14D9h", "-:closed@14D17h30min")
    fixed = (chain(f"d{n}", "B:resolved@0h") for n in range(3))
    spans = measure_spans(read(in_a, in_b, nowhere, *fixed, **{"*": ALWAYS}))
    assert (spans.fix / 3_600_000_000).tolist() == [16, 38.5, 39, 0, 0, 0]
    assert (spans.close / 3_600_000_000).tolist() == [8, 8, 8.5, 0, 0, 0]


def test_hours_do_not_choose_the_cases(six):
    plain = lh.reconstruct(six.log)
    for draw in (close_curve, fix_curve, outcome_curve):
        ours, theirs = draw(six, by="category").summary, draw(plain, by="category").summary
        same = [x for x in ours if x.startswith(("n", "share", "hold", "as_of", "category"))]
        assert_frame_equal(ours[same], theirs[same])
        assert set(theirs["counted_in"]) == {"calendar time"}


# Always open -----------------------------------------------------------------------------------------


def assert_alike(lanes, plain):
    """All is as on the calendar, but for the word that says what it counts in."""
    pairs = [(draw(lanes), draw(plain)) for draw in (close_curve, fix_curve, outcome_curve, compare_clocks)]
    pairs += [
        (draw(lanes, by="outcome"), draw(plain, by="outcome")) for draw in (fix_curve, outcome_curve, compare_clocks)
    ]
    for ours, theirs in pairs:
        for name in (x for x in FRAMES if hasattr(ours, x)):
            one, other = getattr(ours, name), getattr(theirs, name)
            if name not in ("table", "cases"):
                assert set(one.pop("counted_in")) <= {"business time"}
                assert set(other.pop("counted_in")) <= {"calendar time"}
            assert_frame_equal(one, other)
    for by in (None, "department"):
        table = charge_table(lanes, by=by)
        for name in ("time", "share"):
            assert (table[name].rename(None)).equals(table.pop(f"business_{name}").rename(None))
        assert_frame_equal(table, charge_table(plain, by=by))


@unwarned
@often(30)
@given(desks())
def test_always_open_is_the_calendar(desk):
    assert_alike(lanes_of_desk(desk, ALWAYS), lanes_of_desk(desk, None))


@unwarned
@often(30)
@given(stitched_desks())
def test_always_open_is_the_calendar_for_stitched_cases(drawn):
    assert_alike(lanes_of_drawn(drawn, ALWAYS), lanes_of_drawn(drawn, None))


# The oracle: a plain sum over stays -------------------------------------------------------------------

NIGHTLY = ("net", "db", "Ärger")
CALENDARS = {"*": DESK} | dict.fromkeys(NIGHTLY, NIGHT)


def open_time(begin, end, department):
    """Add up the slots of each day that lie between two instants, one after the other."""
    total = ZERO
    day = begin.date() - 2 * DAY
    while day <= end.date() + DAY:
        if department in NIGHTLY:
            zone = zoneinfo.ZoneInfo("Europe/Lisbon")
            slot = dt.datetime.combine(day, dt.time(22), zone), dt.datetime.combine(day + DAY, dt.time(6), zone)
        else:
            slot = tuple(dt.datetime.combine(day, dt.time(hour), dt.UTC) for hour in (9, 17))
        low, high = (x.astimezone(dt.UTC) for x in slot)
        if department in NIGHTLY or day.weekday() < 5:
            total += max(min(high, end) - max(low, begin), ZERO)
        day += DAY
    return total


class Ages:
    """How old each case of a desk is at an instant, stay by stay."""

    def __init__(self, desk):
        self.stays = {}
        for stay in oracles.stays(desk):
            self.stays.setdefault(stay["case"], []).append(stay)

    def __call__(self, case, instant):
        stays = self.stays[case]
        ends = [*(stay["left_at"] for stay in stays[:-1]), instant]
        return sum(
            (
                open_time(stay["entered_at"], min(end, instant), stay["department"])
                for stay, end in zip(stays, ends, strict=True)
                if stay["entered_at"] < instant
            ),
            ZERO,
        )


def assert_spans(lanes, desk):
    ages, opened_at = Ages(desk), {line.case: line.opened_at for line in desk.lines()}
    expected = {
        row["case"]: (
            ages(row["case"], opened_at[row["case"]] + row["close"]),
            row["close_observed"],
            ages(row["case"], opened_at[row["case"]] + row["fix"]),
            row["fix_observed"],
        )
        for row in oracles.clock_spans(desk)
    }
    spans = measure_spans(lanes)
    close, fix = ([dt.timedelta(microseconds=x) for x in each.tolist()] for each in (spans.close, spans.fix))
    seen = zip(close, spans.close_observed.tolist(), fix, spans.fix_observed.tolist(), strict=True)
    assert dict(zip(spans.case, seen, strict=True)) == expected


def assert_outcomes(lanes, desk):
    ages, lines = Ages(desk), {line.case: line for line in desk.lines()}
    withdrawn = {
        row["case"]
        for row in oracles.cases(desk)
        if row["outcome"] == "withdrawn" and row["done_at"] <= desk.as_of - desk.hold
    }
    last, watched, kinds = {}, {}, {}
    for row in oracles.clock_spans(desk):
        case, until = row["case"], lines[row["case"]].opened_at + row["fix"]
        kinds[case] = "fixed" if row["fix_observed"] else "withdrawn" if case in withdrawn else None
        last[case] = ages(case, until)
        watched[case] = [(ages(case, step.time), step.state) for step in lines[case].steps if step.time <= until]

    def is_done(case, age):
        return [state for began, state in watched[case] if began <= age][-1] in DONE

    found = {row["time"]: row for row in rows(outcome_curve(lanes).table)}
    changes = (
        {began for steps in watched.values() for began, _ in steps} | {*last.values()} | ({ZERO} if last else set())
    )
    assert set(found) <= changes
    row, rest, share = None, Fraction(1), {"fixed": Fraction(0), "withdrawn": Fraction(0)}
    for age in sorted(changes):
        at_risk = [case for case in last if last[case] >= age]
        left = [case for case in at_risk if last[case] > age] or [case for case in at_risk if kinds[case] is None]
        step = rest / len(at_risk) if at_risk else 0
        for kind in share:
            n = sum(last[case] == age and kinds[case] == kind for case in at_risk)
            share[kind] += step * n
            rest -= step * n
        n_done = sum(is_done(case, age) for case in left)
        row = found.get(age, row)  # where nothing changes the row before holds
        assert row["n_done"] == n_done
        assert age not in found or row["at_risk"] == len(at_risk)
        closed = rest * Fraction(n_done, len(left)) if left else 0
        expected = [share["fixed"], share["withdrawn"], closed, rest - closed]
        names = ("fixed", "withdrawn", "closed_unfixed", "still_open")
        assert [row[x] for x in names] == pytest.approx([float(x) for x in expected], abs=1e-12)


def assert_split(lanes, desk):
    ages, kept = Ages(desk), {row["case"] for row in oracles.clock_spans(desk)}
    of_case, expected = {row["case"]: row for row in oracles.cases(desk)}, {}
    for line in desk.lines():
        case = of_case[line.case]
        if case["outcome"] != "fixed" or line.case not in kept:
            continue
        closures = oracles.closures_of(desk, line)
        for interval, since in (("gap", case["first_done_at"]), ("way", case["opened_at"])):
            spent = dict.fromkeys(PARTS, ZERO)
            for step in line.steps:
                begin, end = max(step.time, since), min(step.until, case["fixed_at"])
                if begin >= end:
                    continue
                part, mine = step.state or "open", step.department == case["fix_department"] is not None
                if part in DONE:
                    row = next(row for row, episode in closures if any(step.event is one.event for one in episode))
                    part = "false_done" if row["verdict"] == "unresolved" else "settled"
                elif part == "working":
                    part = "working_at_fix" if mine else "working_elsewhere"
                spent[part] += open_time(begin, end, step.department)
            length = ages(line.case, case["fixed_at"]) - ages(line.case, since)
            assert sum(spent.values(), ZERO) == length
            expected[line.case, interval] = {"length": length, **spent}
    found = rows(compare_clocks(lanes).cases)
    assert {(row.pop("case"), row.pop("interval")): row for row in found} == expected


@unwarned
@often(40)
@given(desks())
def test_it_is_what_stays_add_up_to(desk):
    lanes = lanes_of_desk(desk, CALENDARS)
    assert_spans(lanes, desk)
    assert_outcomes(lanes, desk)
    assert_split(lanes, desk)


@unwarned
@often(40)
@given(stitched_desks())
def test_it_is_what_stays_add_up_to_in_stitched_cases(drawn):
    lanes = lanes_of_drawn(drawn, CALENDARS)
    assert_spans(lanes, drawn.stitched)
    assert_outcomes(lanes, drawn.stitched)
    assert_split(lanes, drawn.stitched)


# What always holds -----------------------------------------------------------------------------------


def test_it_adds_up_to_the_microsecond(monkeypatch):
    log, _ = lh.simulate(10_000, seed=7)
    for one in (log, lh.stitch(log)):
        lanes = lh.reconstruct(one, calendar={"*": DESK, "Network": NIGHT})
        cases, spans = lanes.cases.set_index("case"), measure_spans(lanes)
        both = compare_clocks(lanes, by="priority")
        # Ends that were seen are those of lanes.cases.
        for clock, name in ((spans.close, "close"), (spans.fix, "fix")):
            seen = getattr(spans, f"{name}_observed")
            of_cases = cases.loc[spans.case[seen], f"business_time_to_{name}"]
            assert (of_cases.to_numpy().view("i8") == clock[seen]).all()
        assert (spans.close <= spans.fix).all()
        split = both.cases
        assert (split[list(PARTS)].sum(axis=1) == split["length"]).all()
        way, gap = (split[split["interval"] == x].set_index("case")["length"] for x in ("way", "gap"))
        fixed = cases.loc[way.index]
        assert (way == fixed["business_time_to_fix"]).all()
        assert (gap == fixed["business_time_to_fix"] - fixed["business_time_to_close"]).all()
        chase = both.chase
        assert chase["time_to_fix"].sum() == way.sum()
        assert chase["fix_stay_time"].sum() == fixed["business_fix_stay_time"].sum()
        assert (chase["chase_time"] == chase["time_to_fix"] - chase["fix_stay_time"]).all()
        table = charge_table(lanes, by=["department", "priority"])
        assert table["business_time"].sum() == lanes.charges["business_time"].sum()
        assert (table["business_time"] <= table["time"]).all()
        with monkeypatch.context() as patched:
            patched.setattr("lanehop.lanes.parts.PART", 1_000)
            in_parts = lh.reconstruct(one, calendar=lanes.calendar)
            assert_frame_equal(compare_clocks(in_parts).cases, compare_clocks(lanes).cases)
            assert_frame_equal(outcome_curve(in_parts).table, outcome_curve(lanes).table)
