"""Both clocks side by side, and where the time between them went: by hand, and as an oracle finds it.

All times are hours after the start. ``as_of`` is day 30 and ``hold`` 14 days where nothing else is said.
"""

from __future__ import annotations

import datetime as dt

import oracles
import pandas as pd
import pytest
from builders import chain, rows
from hypothesis import HealthCheck, given, settings
from oracles import ZERO
from pandas.testing import assert_frame_equal
from stitched_strategies import links_frame, stitched_desks, stitched_frame
from strategies import desks, read_options, source_frame

import lanehop as lh
from lanehop.curves import close_curve, compare_clocks, fix_curve
from lanehop.errors import ArgumentError
from lanehop.links import attach_links

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
HOUR = dt.timedelta(hours=1)


def often(n):
    return settings(max_examples=n, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def hours(lengths):
    return [length / HOUR for length in lengths]


def split(row):
    """The parts of an interval of a case, in hours, those that are 0 left out."""
    return {name: row[name] / HOUR for name in PARTS if row[name]}


@pytest.fixture
def four(lanes_of):
    return lanes_of(
        # Declared done at 5, which was false; open again at 8, and fixed by B at 16.
        chain(
            "c1",
            "A:queued@0h",
            ":working@1h",
            ":waiting_customer@2h",
            ":resolved@5h",
            "B:working@8h",
            ":waiting_other@10h",
            ":working@11h",
            "C:open@13h",
            "B:working@14h",
            ":resolved@16h",
            ":closed@136h",
            category="x",
        ),
        # Closed at 3; that it was fixed was only said at 7.
        chain("c2", "A:working@0h", ":closed@3h", ":resolved@7h", category="x"),
        # Fixed on the spot.
        chain("c3", "A:resolved@0h", ":closed@9h", category="x"),
        chain("c4", "A:working@0h", ":resolved@1h", ":working@2h", category="y"),
    )


# By hand ---------------------------------------------------------------------------------------------


def test_the_way_of_each_fixed_case_is_split(four):
    found = {(row["case"], row["interval"]): row for row in rows(compare_clocks(four).cases)}
    assert list(found) == [(case, interval) for case in ("c1", "c2", "c3") for interval in ("gap", "way")]
    assert {key: row["length"] / HOUR for key, row in found.items()} == {
        ("c1", "gap"): 11,
        ("c1", "way"): 16,
        ("c2", "gap"): 4,
        ("c2", "way"): 7,
        ("c3", "gap"): 0,
        ("c3", "way"): 0,
    }
    # B works from 8 to 10, from 11 to 13 and from 14 to 16; it made the fix.
    gap = {"working_at_fix": 6, "waiting_other": 1, "open": 1, "false_done": 3}
    assert split(found["c1", "gap"]) == gap
    assert split(found["c1", "way"]) == {"queued": 1, "working_elsewhere": 1, "waiting_customer": 3, **gap}
    assert split(found["c2", "gap"]) == {"settled": 4}
    assert split(found["c2", "way"]) == {"working_at_fix": 3, "settled": 4}
    assert split(found["c3", "way"]) == {}


def test_parts_add_up_over_groups(four):
    parts = rows(compare_clocks(four, by="category").parts)
    assert [(row["category"], row["interval"], row["part"]) for row in parts] == [
        (category, interval, part) for category in ("x", "y") for interval in ("gap", "way") for part in PARTS
    ]
    gap, way, none = parts[:8], parts[8:16], parts[16:]
    assert hours(row["time"] for row in gap) == [0, 0, 6, 0, 1, 1, 3, 4]
    assert hours(row["time"] for row in way) == [1, 1, 9, 3, 1, 1, 3, 4]
    assert [row["share"] for row in gap] == pytest.approx([n / 15 for n in (0, 0, 6, 0, 1, 1, 3, 4)])
    assert [row["share"] for row in way] == pytest.approx([n / 23 for n in (1, 1, 9, 3, 1, 1, 3, 4)])
    assert [row["n_cases"] for row in way] == [1, 1, 2, 1, 1, 1, 1, 1]
    assert {(row["n"], row["n_not_fixed"]) for row in (*gap, *way)} == {(3, 0)}
    # Of what is not fixed nothing can be said.
    assert {(row["time"], row["share"], row["n_cases"], row["n"], row["n_not_fixed"]) for row in none} == {
        (ZERO, None, 0, 0, 1)
    }


def test_chase_is_sum_over_sum(four):
    x, y = rows(compare_clocks(four, by="category").chase)
    # c1 was in the stay that fixed it from 14 on, c2 from 0 on; c3 for no time at all.
    assert {name: x[name] for name in ("n", "n_not_fixed", "n_no_fix_stay_time")} == {
        "n": 3,
        "n_not_fixed": 0,
        "n_no_fix_stay_time": 1,
    }
    assert hours(x[name] for name in ("chase_time", "median_chase_time", "time_to_fix", "fix_stay_time")) == [
        14,
        0,
        23,
        9,
    ]
    assert x["chase_ratio"] == pytest.approx(23 / 9)
    assert (y["n"], y["n_not_fixed"], y["chase_time"]) == (0, 1, ZERO)
    assert y["median_chase_time"] is y["chase_ratio"] is None


def test_29_days_for_five_minutes(lanes_of):
    lanes = lanes_of(
        chain(
            "c1",
            *(f"{'AB'[n % 2]}:working@{n}D" for n in range(29)),
            "C:working@28D23h55min",
            ":resolved@29D",
            ":closed@30D",
        ),
        as_of="60D",
    )
    comparison = compare_clocks(lanes)
    chase = rows(comparison.chase)[0]
    assert chase["chase_time"] == dt.timedelta(days=29) - dt.timedelta(minutes=5)
    assert chase["chase_ratio"] == 29 * 24 * 12
    way = rows(comparison.cases)[1]
    assert way["working_at_fix"] == dt.timedelta(minutes=5)
    assert way["working_elsewhere"] == chase["chase_time"]


def test_unassigned_work_is_not_of_the_department_that_made_the_fix(lanes_of):
    steps = ("A:working@0h", "-@2h", "A@5h", "A:resolved@6h"), ("-:working@0h", "-:resolved@4h", "A@5h")
    lanes = lanes_of(*(chain(f"c{n}", *of_case) for n, of_case in enumerate(steps)), missing_department="unassigned")
    found = [split(row) for row in rows(compare_clocks(lanes).cases) if row["interval"] == "way"]
    assert found == [{"working_elsewhere": 3, "working_at_fix": 3}, {"working_elsewhere": 4}]


def test_both_clocks_are_those_of_each_alone(four):
    for by in (None, "category", ["category", "outcome"]):
        comparison = compare_clocks(four, by=by, level=0.8)
        for clock, draw in (("close", close_curve), ("fix", fix_curve)):
            alone = draw(four, by=by, level=0.8)
            for name in ("table", "summary"):
                both = getattr(comparison, name)
                mine = both[both["clock"] == clock].drop(columns="clock").reset_index(drop=True)
                assert_frame_equal(mine, getattr(alone, name))
    summary = compare_clocks(four, by="category").summary
    assert summary.columns[:2].tolist() == ["category", "clock"]
    assert summary["category"].tolist() == ["x", "x", "y", "y"]
    assert summary["clock"].tolist() == ["close", "fix"] * 2
    # Side by side: x is done at 0, 3 and 5, and fixed at 0, 7 and 16.
    assert hours(x["median"] for x in rows(summary)[:2]) == [3, 7]


# What always holds -----------------------------------------------------------------------------------


def test_it_adds_up_to_the_microsecond():
    log, _ = lh.simulate(20_000, seed=7)
    for one in (log, lh.stitch(log)):
        lanes = lh.reconstruct(one)
        comparison = compare_clocks(lanes, by="priority")
        cases = lanes.cases.set_index("case")
        split_cases = comparison.cases
        assert (split_cases[list(PARTS)].sum(axis=1) == split_cases["length"]).all()
        assert (split_cases[list(PARTS)] >= pd.Timedelta(0)).all(axis=None)
        for interval, since in (("gap", "first_done_at"), ("way", "opened_at")):
            of_interval = split_cases[split_cases["interval"] == interval].set_index("case")
            whole = cases["fixed_at"] - cases[since]
            assert (of_interval["length"] == whole[of_interval.index]).all()
            parts = comparison.parts[comparison.parts["interval"] == interval]
            assert parts["time"].sum() == of_interval["length"].sum()
            by_group = of_interval.groupby(cases.loc[of_interval.index, "priority"], observed=True)[list(PARTS)].sum()
            assert by_group.to_numpy().ravel().tolist() == parts["time"].to_numpy().tolist()
        assert parts["time"].sum() == comparison.chase["time_to_fix"].sum()
        assert (comparison.chase["n"] + comparison.chase["n_not_fixed"]).sum() == fix_curve(lanes).summary["n"].item()
        fixed = cases[cases["fix_observed"]]
        assert len(fixed) == comparison.chase["n"].sum()
        assert (fixed["time_to_fix"] - fixed["fix_stay_time"]).sum() == comparison.chase["chase_time"].sum()


def split_oracle(desk):
    """Each fixed case's interval and parts, step by step."""
    kept = {row["case"] for row in oracles.clock_spans(desk)}
    found = {}
    of_case = {row["case"]: row for row in oracles.cases(desk)}
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
                part = step.state or "open"
                if part in oracles.DONE:
                    row = next(row for row, episode in closures if any(step.event is one.event for one in episode))
                    part = "false_done" if row["verdict"] == "unresolved" else "settled"
                elif part == "working":
                    mine = step.department is not None and step.department == case["fix_department"]
                    part = "working_at_fix" if mine else "working_elsewhere"
                spent[part] += end - begin
            assert sum(spent.values(), ZERO) == case["fixed_at"] - since
            found[line.case, interval] = spent
    return found


def assert_split(lanes, desk):
    found = {(row["case"], row["interval"]): {x: row[x] for x in PARTS} for row in rows(compare_clocks(lanes).cases)}
    assert found == split_oracle(desk)


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@often(60)
@given(desks())
def test_the_split_is_what_its_oracle_finds(desk):
    assert_split(lh.reconstruct(lh.read_log(source_frame(desk), **read_options(desk)), hold=desk.hold), desk)


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@often(60)
@given(stitched_desks())
def test_the_split_of_stitched_cases_is_what_its_oracle_finds(drawn):
    log = lh.read_log(stitched_frame(drawn.desk), **read_options(drawn.desk))
    log = lh.stitch(attach_links(log, links=links_frame(drawn.links)), **drawn.options)
    assert_split(lh.reconstruct(log, hold=drawn.desk.hold), drawn.stitched)


# Results ---------------------------------------------------------------------------------------------


def test_nothing_fixed_is_nothing_split(lanes_of):
    comparison = compare_clocks(lanes_of(chain("c1", "A:working@0h", "B@1h")))
    assert len(comparison.cases) == 0
    assert comparison.parts["share"].isna().all()
    assert rows(comparison.chase)[0]["n_not_fixed"] == 1
    assert repr(comparison) == "ClockComparison(1 group, 1 cases, 0 left out, 0 fixed)"


def test_results_are_frozen_and_their_frames_are_copies(four):
    comparison = compare_clocks(four)
    for name in ("table", "summary", "parts", "chase", "cases"):
        with pytest.raises(AttributeError):
            setattr(comparison, name, None)
        before, changed = getattr(comparison, name), getattr(comparison, name)
        changed.iloc[0] = changed.iloc[-1]
        changed["new"] = 1
        assert_frame_equal(getattr(comparison, name), before)


def test_columns_that_the_result_has_itself(lanes_of):
    lanes = lanes_of(chain("c1", "A:working@0h", resolved="1h"))
    with pytest.raises(ArgumentError, match="the result has a column 'time_to_fix' of its own"):
        compare_clocks(lanes, by="time_to_fix")


def test_a_log_in_parts_is_split_alike(monkeypatch):
    log, _ = lh.simulate(2_000, seed=3)
    for one in (log, lh.stitch(log)):
        whole = compare_clocks(lh.reconstruct(one)).cases
        with monkeypatch.context() as patched:
            patched.setattr("lanehop.lanes.parts.PART", 1_000)
            assert_frame_equal(compare_clocks(lh.reconstruct(one)).cases, whole)
