"""What holds of every log: the kernel is what the naive oracles are, and keeps its laws."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import pairwise

import oracles
import pandas as pd
import pytest
from builders import assert_same, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import COLUMNS
from pandas.testing import assert_frame_equal
from strategies import desks, read_options, source_frame

import lanehop as lh
from lanehop.clocks.averages import median
from lanehop.clocks.censoring import kaplan_meier
from lanehop.curves.spans import measure_spans

# Codes that nobody maps and desks that never claim a fix are drawn often; both are said by a warning.
pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")

LADDER = ("stays", "handoffs", "loops", "closures", "charges", "cases")
US = dt.timedelta(microseconds=1)


def often(n):
    return settings(max_examples=n, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(desk, frame=None):
    return lh.read_log(source_frame(desk) if frame is None else frame, **read_options(desk))


def lanes_of(desk, frame=None):
    return lh.reconstruct(read(desk, frame), hold=desk.hold)


# The kernel and the oracles --------------------------------------------------------------------------


@often(80)
@given(desks())
def test_every_table_is_what_its_oracle_finds(desk):
    lanes = lanes_of(desk)
    for name in LADDER:
        assert_same(getattr(lanes, name), getattr(oracles, name)(desk), columns=COLUMNS[name])


@often(50)
@given(desks())
def test_what_is_counted_is_what_its_oracle_counts(desk):
    lanes = lanes_of(desk)
    assert_same(lh.flag_unresolved(lanes), oracles.flag_unresolved(desk), columns=COLUMNS["flag_unresolved"])
    assert_same(lh.count_handoffs(lanes), oracles.count_handoffs(desk), columns=COLUMNS["count_handoffs"])
    for by in ("cycle", "rule"):
        assert_same(
            lh.count_loops(lanes, by=by),
            oracles.count_loops(desk, by=by),
            columns=COLUMNS[f"count_loops_by_{by}"],
        )


@often(40)
@given(desks())
def test_both_clocks_are_what_their_oracles_read(desk):
    spans = measure_spans(lanes_of(desk))
    expected, line = oracles.clock_spans(desk), oracles.clocks(desk)
    assert spans.case.tolist() == [row["case"] for row in expected]
    for clock in ("close", "fix"):
        length, observed = getattr(spans, clock), getattr(spans, f"{clock}_observed")
        assert [int(us) * US for us in length] == [row[clock] for row in expected]
        assert observed.tolist() == [row[f"{clock}_observed"] for row in expected]
        half = median(kaplan_meier(length, observed))
        assert (None if half is None else half * US) == line[f"median_{clock}"]
    assert spans.n_left_out == line["n_left_out"]
    assert (int(spans.close_observed.sum()), int(spans.fix_observed.sum())) == (
        line["n_closed"],
        line["n_fixed"],
    )


@often(40)
@given(desks())
def test_each_table_alone_is_the_one_of_all_at_once(desk):
    log = read(desk)
    lanes = lh.reconstruct(log, hold=desk.hold)
    assert_frame_equal(lh.find_stays(log), lanes.stays)
    assert_frame_equal(lh.find_handoffs(log), lanes.handoffs)
    assert_frame_equal(lh.find_loops(log), lanes.loops)
    assert_frame_equal(lh.find_closures(log, hold=desk.hold), lanes.closures)
    assert_frame_equal(lh.charge_time(log, hold=desk.hold), lanes.charges)
    assert_frame_equal(lh.describe_cases(log, hold=desk.hold), lanes.cases)


# The laws --------------------------------------------------------------------------------------------


@often(60)
@given(desks())
def test_no_row_vanishes(desk):
    log = read(desk)
    n_read = len(desk.events)
    used, aside = log.events["row"].tolist(), log.set_aside["row"].tolist()
    assert sorted(used + aside) == list(range(n_read))
    counted = log.ledger[log.ledger["effect"] != "noted"]
    assert int(counted["n_rows"].sum()) == n_read
    by_effect = dict(zip(counted["reason"], counted["n_rows"], strict=True))
    # Nothing is wrong with these rows; only what comes after as_of is not known yet.
    late = [row for row, event in enumerate(desk.events) if event["time"] > desk.as_of]
    assert aside == late
    assert by_effect == {"used": len(used)} | ({"after_as_of": len(late)} if late else {})


@often(60)
@given(desks())
def test_every_minute_is_in_one_stay_and_charged_once(desk):
    lanes = lanes_of(desk)
    stays, charges = rows(lanes.stays), rows(lanes.charges)
    zero = dt.timedelta()
    for case in rows(lanes.cases):
        life = case["ended_at"] - case["opened_at"]
        own = [row for row in stays if row["case"] == case["case"]]
        assert own[0]["entered_at"] == case["opened_at"]
        assert own[-1]["left_at"] == case["ended_at"]
        for one, following in pairwise(own):
            assert following["entered_at"] == one["left_at"]
            assert following["department"] != one["department"]
        lengths = [row["left_at"] - row["entered_at"] for row in own]
        assert min(lengths) >= zero
        assert sum(lengths, zero) == life
        assert all(zero <= row["open_time"] <= n for row, n in zip(own, lengths, strict=True))
        spent = [row["time"] for row in charges if row["case"] == case["case"]]
        assert all(time > zero for time in spent)
        assert sum(spent, zero) == life
    assert sum(row["n_events"] for row in stays) == len(lanes.log.events)


@often(25)
@given(desks())
def test_every_table_has_the_form_of_its_definition(desk):
    lanes = lanes_of(desk)
    for name in LADDER:
        lh.schema.check(getattr(lanes, name), name)
    for name in ("events", "tickets", "links", "surveys", "messages", "ledger", "set_aside"):
        lh.schema.check(getattr(lanes.log, name), name)


@often(25)
@given(desks())
def test_no_frame_that_was_given_is_changed(desk):
    frame = source_frame(desk)
    before = frame.copy(deep=True)
    lanes = lanes_of(desk, frame)
    assert_frame_equal(frame, before)
    tables = {name: getattr(lanes, name).copy(deep=True) for name in LADDER}
    events = lanes.log.events.copy(deep=True)
    lh.count_handoffs(lanes), lh.count_loops(lanes), lh.flag_unresolved(lanes), lh.handoff_graph(lanes)
    for name, table in tables.items():
        assert_frame_equal(getattr(lanes, name), table)
    assert_frame_equal(lanes.log.events, events)


# What must not matter --------------------------------------------------------------------------------


def renamed(desk, names):
    events = [{**event, "department": names.get(event["department"])} for event in desk.events]
    return dataclasses.replace(desk, events=events)


def rotations(cycle):
    names = cycle.split(" > ")
    return {tuple(names[n:] + names[:n]) for n in range(len(names))}


@often(40)
@given(desks(), st.randoms(use_true_random=False))
def test_the_names_of_departments_do_not_matter(desk, chance):
    said = sorted({event["department"] for event in desk.events} - {None})
    # Plain names first, so that a path can be taken apart at " > ".
    plain = [f"lane {chr(65 + n)}" for n in range(len(said))]
    other = chance.sample(plain, k=len(plain))
    anew = dict(zip(plain, other, strict=True))
    one = lanes_of(renamed(desk, dict(zip(said, plain, strict=True))))
    two = lanes_of(renamed(desk, dict(zip(said, other, strict=True))))

    def again(row, *, but=()):
        made = {}
        for name, value in row.items():
            if name in but:
                continue
            if name.endswith("department"):
                value = anew.get(value)
            elif name in ("path", "chain") and value is not None:
                value = " > ".join(anew[part] for part in value.split(" > "))
            made[name] = value
        return made

    for name in ("stays", "handoffs", "closures", "cases"):
        assert_same(getattr(two, name), [again(row) for row in rows(getattr(one, name))])
    # A cycle begins with its smallest name: the same circle may be written from another place on.
    loops = rows(two.loops)
    assert [again(row, but=("cycle",)) for row in rows(one.loops)] == [
        {name: value for name, value in row.items() if name != "cycle"} for row in loops
    ]
    for row, same in zip(rows(one.loops), loops, strict=True):
        assert tuple(anew[part] for part in row["cycle"].split(" > ")) in rotations(same["cycle"])
    # Charges come by name: only their order is another.
    charges = {(row["case"], anew.get(row["department"]), row["state"], row["time"]) for row in rows(one.charges)}
    assert {tuple(row.values()) for row in rows(two.charges)} == charges


@often(40)
@given(desks(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_where_times_differ(desk, chance):
    # Events of a ticket at one instant are moved apart, to just before it: none of them passes as_of.
    n_of, events = {}, []
    for event in reversed(desk.events):
        n_of[event["ticket"]] = n_of.get(event["ticket"], 0) + 1
        events.insert(0, {**event, "time": event["time"] - n_of[event["ticket"]] * US})
    frame = source_frame(dataclasses.replace(desk, events=events))
    assert not frame.duplicated(["case", "time"]).any()
    order = chance.sample(range(len(frame)), k=len(frame))
    one, two = lanes_of(desk, frame), lanes_of(desk, frame.iloc[order])
    for name in LADDER:
        assert_same(getattr(two, name), rows(getattr(one, name)), columns=COLUMNS[name])


@often(40)
@given(desks(), st.data())
def test_to_cut_the_source_is_to_read_it_as_of_then(desk, data):
    at = data.draw(st.sampled_from(sorted({event["time"] for event in desk.events})))
    desk = dataclasses.replace(desk, as_of=at)
    frame = source_frame(desk)
    one, two = lanes_of(desk, frame), lanes_of(desk, frame[frame["time"] <= pd.Timestamp(at)])
    for name in LADDER:
        assert_same(getattr(two, name), rows(getattr(one, name)), columns=COLUMNS[name])
    for count in (lh.count_handoffs, lh.count_loops, lh.flag_unresolved):
        assert rows(count(one)) == rows(count(two))
