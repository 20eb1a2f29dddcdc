"""The call list: by hand, its split in three, its lot, and on a simulated desk.

All times are hours after the start. ``as_of`` is day 30 and ``hold`` 14 days.
"""

from __future__ import annotations

import datetime as dt

import oracles
import pandas as pd
import pytest
from builders import chain, log_of, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import ZERO, plain_median
from pandas.testing import assert_frame_equal
from review_oracles import acting_requesters, first_person, lanes_of_drawn, requester_of
from stitched_strategies import stitched_desks

import lanehop as lh
from lanehop.clocks import Calendar
from lanehop.errors import ArgumentError

pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")

HOUR = dt.timedelta(hours=1)


def desk():
    """Two that never met a person, two closed without a fix, one silent; three fixed; one open, one just claimed."""
    return (
        chain("c01", "A:waiting_customer/robot@0h", "A:closed@48h", requester="amy"),
        chain("c02", "A:waiting_customer/robot@0h", "A:closed@50h", requester="bea"),
        chain("c03", "A:working/ann@0h", "B:working/bob@24h", "B:closed/bob@72h", requester="cas"),
        chain("c04", "A:working/ann@0h", "A:closed/ann@100h", requester="dan"),
        chain("c05", "A:working/ann@0h", "A:waiting_customer/ann@1h", "A:cancelled!robot@90h", requester="eve"),
        chain("c06", "A:working/ann@0h", "B:working/bob@1h", "B:resolved@30h", requester="fay"),
        chain("c07", "A:working/ann@0h", "A:resolved@2h", requester="gus"),
        chain("c08", "A:working/ann@0h", "A:resolved@20h", "A:open@30h", "A:resolved@40h", requester="hal"),
        chain("c09", "A:working/ann@20D", requester="ivy"),
        chain("c10", "A:working/ann@29D", resolved="29D3h", requester="joe"),
    )


@pytest.fixture
def lanes(lanes_of):
    return lanes_of(*desk(), bots=["robot"])


def shown(calls, *names):
    return [tuple(row[name] for name in names) for row in rows(calls)]


def test_the_three_tiers(lanes):
    calls = lh.call_list(lanes, seed=1)
    assert shown(calls, "tier", "rank", "requester", "why")[:7] == [
        # The longest chase of those whom nobody had, then of the others.
        (1, 1, "bea", "never_met_a_person"),
        (1, 2, "amy", "never_met_a_person"),
        (1, 3, "dan", "closed_without_fix"),
        (1, 4, "eve", "withdrawn_in_silence"),
        (1, 5, "cas", "closed_without_fix"),
        # 40 h of waiting is more than the median of 2, 30 and 40; 30 is not.
        (2, 1, "hal", "long_way"),
        (3, 1, calls["requester"].iloc[6], "random"),
    ]
    assert sorted(calls["requester"].iloc[6:]) == ["fay", "gus", "ivy", "joe"]
    assert calls["rank"].tolist() == [1, 2, 3, 4, 5, 1, 1, 2, 3, 4]


def test_what_happened_in_a_sentence(lanes):
    said = dict(shown(lh.call_list(lanes, seed=1), "case", "what_happened"))
    assert said == {
        "c01": "Opened 1 Jan 2024, in A for 2 days, closed once without a fix, never reached a person, left without a "
        "fix since 3 Jan 2024.",
        "c02": "Opened 1 Jan 2024, in A for 2.1 days, closed once without a fix, never reached a person, left without "
        "a fix since 3 Jan 2024.",
        "c03": "Opened 1 Jan 2024, passed through 2 departments in 1 handoff over 3 days, closed once without a fix, "
        "left without a fix since 4 Jan 2024.",
        "c04": "Opened 1 Jan 2024, in A for 4.2 days, closed once without a fix, left without a fix since 5 Jan 2024.",
        "c05": "Opened 1 Jan 2024, in A for 3.8 days, withdrawn on 4 Jan 2024.",
        "c06": "Opened 1 Jan 2024, passed through 2 departments in 1 handoff over 30.0 h, fixed on 2 Jan 2024.",
        "c07": "Opened 1 Jan 2024, in A for 2.0 h, fixed on 1 Jan 2024.",
        "c08": "Opened 1 Jan 2024, in A for 40.0 h, closed once without a fix, fixed on 2 Jan 2024.",
        "c09": "Opened 21 Jan 2024, in A for 10 days, still open on 31 Jan 2024.",
        "c10": "Opened 30 Jan 2024, in A for 3.0 h, said to be fixed on 30 Jan 2024, which is not proven yet.",
    }


def test_whom_they_last_had_and_the_numbers(lanes):
    found = {row["case"]: row for row in rows(lh.call_list(lanes, seed=1))}
    names = ("last_person", "last_department", "outcome", "n_departments", "n_handoffs", "n_unresolved")
    assert {case: tuple(found[case][name] for name in names) for case in ("c01", "c03", "c05", "c08")} == {
        "c01": (None, "A", "unresolved", 1, 0, 1),
        "c03": ("bob", "B", "unresolved", 2, 1, 1),
        "c05": ("ann", "A", "withdrawn", 1, 0, 0),
        "c08": ("ann", "A", "fixed", 1, 0, 1),
    }
    waited = {case: (row["waited"] / HOUR, row["chase_time"] / HOUR) for case, row in found.items()}
    assert waited["c03"] == (72, 72)
    assert waited["c08"] == (20 + 10 + 10, 30)
    # Falsely done to the end of the log, or not: the log holds nothing of c04 after it was closed.
    assert waited["c04"] == (100, 100)


def test_the_last_person_is_the_one_at_that_department(lanes_of):
    lanes = lanes_of(
        chain("c1", "A:working/ann@0h", "B:queued@5h", "B!robot@6h", "C:queued@7h", requester="ida"),
        chain("c2", "A:working/ann@0h", "B!ida@5h", "B:queued!bob@6h", requester="ida2"),
        bots=["robot"],
    )
    found = {row["case"]: (row["last_person"], row["last_department"]) for row in rows(lh.call_list(lanes, seed=0))}
    assert found == {"c1": ("ann", "A"), "c2": ("bob", "B")}


@pytest.mark.parametrize(
    ("n", "tiers"),
    [
        (1, [1]),
        (2, [1, 2]),
        (3, [1, 2, 3]),
        (4, [1, 1, 2, 3]),
        (5, [1, 1, 2, 3, 3][:5]),
        (6, [1, 1, 1, 2, 3, 3]),
        (9, [1, 1, 1, 1, 1, 2, 3, 3, 3]),
        (10, [1] * 5 + [2] + [3] * 4),
        (100, [1] * 5 + [2] + [3] * 4),
    ],
)
def test_no_tier_crowds_out_another(lanes, n, tiers):
    # 5, 1 and 4 customers. Of 5 the second of tier 2 goes to tier 1; of 9 two of tier 2 do.
    expected = {5: [1, 1, 1, 2, 3]}.get(n, tiers)
    assert lh.call_list(lanes, n=n, seed=0)["tier"].tolist() == expected


def test_a_customer_stands_once_with_the_worst_case(lanes_of):
    lanes = lanes_of(
        chain("c1", "A:working/ann@0h", "A:closed@10h", requester="ida"),
        chain("c2", "A:working/ann@0h", "A:closed@20h", requester="ida"),
        chain("c3", "A:working/ann@0h", resolved="400h", requester="ida"),
        chain("c4", "A:working/ann@0h", resolved="1h", requester="joe"),
        # Of two quick ones the later.
        chain("c5", "A:working/ann@5h", resolved="6h", requester="joe"),
    )
    calls = lh.call_list(lanes, seed=0)
    assert shown(calls, "tier", "requester", "case") == [(1, "ida", "c2"), (3, "joe", "c5")]


def test_without_requesters_each_case_is_a_customer(lanes_of):
    lanes = lanes_of(*(frame.drop(columns="requester") for frame in desk()), bots=["robot"])
    calls = lh.call_list(lanes, seed=1)
    assert calls["requester"].isna().all()
    assert calls["case"].nunique() == 10
    assert calls["tier"].tolist() == [1] * 5 + [2] + [3] * 4
    # So does each case of which nobody is named.
    some = lanes_of(*desk()[:3], chain("c98", "A:working@0h"), chain("c99", "A:working@0h"))
    assert len(lh.call_list(some, seed=0)) == 5


def test_without_names_of_people_nobody_is_said_to_have_met_none(lanes_of):
    lanes = lanes_of(chain("c1", "A:working@0h", "A:closed@5h"), chain("c2", "A:working@0h", "A:cancelled@5h"))
    calls = lh.call_list(lanes, seed=0)
    assert shown(calls, "case", "why") == [("c1", "closed_without_fix"), ("c2", "random")]
    assert calls["last_person"].isna().all()
    assert str(calls["last_person"].dtype) == "str"


def test_all_open(lanes_of):
    calls = lh.call_list(lanes_of(chain("c1", "A:working/ann@0h", "B@1h", requester="ida")), seed=0)
    assert shown(calls, "tier", "requester") == [(3, "ida")]
    usual = lh.call_list(lh.reconstruct(lh.sample_log()), seed=0)
    assert calls.dtypes.astype(str).to_dict() == usual.dtypes.astype(str).to_dict()


def test_it_does_not_depend_on_the_order_of_rows(lanes):
    frame = log_of(*desk()).sample(frac=1, random_state=5, ignore_index=True)
    shuffled = lh.reconstruct(lh.read_log(frame, as_of=lanes.log.as_of, bots=["robot"]))
    for seed in range(5):
        assert_frame_equal(lh.call_list(shuffled, n=8, seed=seed), lh.call_list(lanes, n=8, seed=seed))
    drawn = {lh.call_list(lanes, n=3, seed=seed)["requester"].iloc[2] for seed in range(30)}
    assert drawn == {"fay", "gus", "ivy", "joe"}


def test_in_business_time(lanes):
    office = Calendar({"mon-fri": "09:00-17:00"}, "UTC")
    calls = lh.call_list(lh.reconstruct(lanes.log, calendar=office), seed=0).set_index("case")
    # 72 hours from Monday on are three days of 8.
    assert calls.loc["c03", "business_waited"] / HOUR == 24


def test_dates_are_of_the_desks_own_clock(lanes_of):
    lanes = lanes_of(chain("c1", "A:working/ann@0h", "A:closed@4h"), timezone="America/New_York")
    said = lh.call_list(lanes, seed=0)["what_happened"].iloc[0]
    assert said.startswith("Opened 31 Dec 2023, in A for 4.0 h")


def test_a_case_in_no_department(lanes_of):
    lanes = lanes_of(chain("c1", "-:working/ann@0h", "-:closed@4h"), missing_department="unassigned")
    calls = lh.call_list(lanes, seed=0)
    assert "in no known department for 4.0 h" in calls["what_happened"].iloc[0]
    assert calls["last_department"].isna().all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n": 0, "seed": 0}, "n must be a whole number from 1 on, not 0"),
        ({"n": 2.5, "seed": 0}, "n must be"),
        ({"n": True, "seed": 0}, "n must be"),
        ({"seed": None}, "seed must be a whole number from 0 on, not None"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_arguments_that_cannot_be_meant(lanes, arguments, said):
    with pytest.raises(ArgumentError, match=said):
        lh.call_list(lanes, **arguments)


def test_on_a_simulated_desk_tier_1_is_who_really_dropped_out():
    log, truth = lh.simulate(3000, seed=6, linked=1.0, parallel=0.0)
    lanes = lh.reconstruct(lh.stitch(log))
    calls = lh.call_list(lanes, n=90, seed=0)
    assert calls["tier"].value_counts().to_dict() == {1: 30, 2: 30, 3: 30}
    assert calls["requester"].is_unique
    real = truth.cases.merge(truth.tickets[["case", "ticket"]], on="case").set_index("ticket")["outcome"]
    outcome = calls["case"].map(real)
    assert set(outcome[calls["why"] == "never_met_a_person"]) == {"dropped_out"}
    assert not (outcome[calls["tier"] == 1] == "fixed").any()
    assert (outcome[calls["tier"] == 2] == "fixed").mean() > 0.9
    fixed = lanes.cases["fix_observed"]
    assert pd.Timedelta(0) < calls.loc[calls["tier"] == 2, "waited"].min()
    assert calls.loc[calls["tier"] == 2, "waited"].is_monotonic_decreasing
    assert fixed.sum() > 1000


def tiers_oracle(desk):
    """The customers of each tier, with why and the case, in order; those of the third in none."""
    named = any(event["agent"] or event["actor"] for event in desk.events if event["time"] <= desk.as_of)
    charges, closures = oracles.charges(desk), [row for row in oracles.closures(desk) if not row["parallel"]]
    cases = oracles.cases(desk)
    waited = {
        case["case"]: sum(
            (row["time"] for row in charges if row["case"] == case["case"] and row["state"] != "settled"), ZERO
        )
        for case in cases
    }
    usual = plain_median([waited[case["case"]] for case in cases if case["outcome"] == "fixed"])
    found = {}
    for case in cases:
        name, outcome = case["case"], case["outcome"]
        life = case["ended_at"] - case["opened_at"]
        chase = case["time_to_fix"] - case["fix_stay_time"] if outcome == "fixed" else life
        gone = outcome in ("unresolved", "withdrawn")
        own = [row for row in closures if row["case"] == name]
        worst = (-case["n_handoffs"], -case["n_unresolved"], name)
        if gone and named and first_person(desk, name) is None:
            made = (1, (0, -chase, *worst), "never_met_a_person")
        elif outcome == "unresolved":
            made = (1, (1, -chase, *worst), "closed_without_fix")
        elif outcome == "withdrawn" and own[-1]["silence"]:
            made = (1, (1, -chase, *worst), "withdrawn_in_silence")
        elif outcome == "fixed" and waited[name] > usual:
            made = (2, (-waited[name], *worst), "long_way")
        else:
            made = (3, (-(case["opened_at"] - dt.datetime.min.replace(tzinfo=dt.UTC)), name), "random")
        who = requester_of(desk, name)
        found.setdefault(who if who is not None else (name,), []).append((*made, name))
    tiers = {1: [], 2: [], 3: []}
    for who, own in found.items():
        tier, order, why, case = min(own)
        tiers[tier].append((order, who if isinstance(who, str) else None, why, case))
    return {tier: [entry[1:] for entry in sorted(entries, key=lambda x: x[0])] for tier, entries in tiers.items()}


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stitched_desks(), st.integers(1, 9))
def test_it_is_what_the_oracle_lists(drawn, n):
    drawn = acting_requesters(drawn)
    expected, lanes = tiers_oracle(drawn.stitched), lanes_of_drawn(drawn)
    for size in (n, 100):
        calls = lh.call_list(lanes, n=size, seed=0)
        assert len(calls) == min(size, sum(map(len, expected.values())))
        for tier, entries in expected.items():
            listed = shown(calls[calls["tier"] == tier], "requester", "why", "case")
            assert len(listed) >= min(size // 3, len(entries))
            if tier < 3:
                assert listed == entries[: len(listed)]
            else:
                assert set(listed) <= set(entries)
