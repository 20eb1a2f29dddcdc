"""Scores of customers: by hand, on a simulated desk and on the UCI log.

All times are hours after the start. ``as_of`` is day 30 and ``hold`` 14 days.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import oracles
import pandas as pd
import pytest
from builders import at, chain, rows
from hypothesis import HealthCheck, given, settings
from oracles import ZERO, lives
from real_logs import needs_data
from review_oracles import acting_requesters, lanes_of_drawn, requester_of
from stitched_strategies import stitched_desks
from test_real_logs import uci_path, uci_rows, uci_time

import lanehop as lh
from lanehop import columns
from lanehop.clocks import Calendar
from lanehop.errors import SchemaError

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lanes(lanes_of):
    return lanes_of(
        # ida, twice: fixed after 10 h, of which the last 3 where it was fixed; falsely done for 4 h, then fixed.
        chain("c1", "A:working@0h", "B:working@7h", resolved="10h", closed="100h", requester="ida"),
        chain("c2", "A:working@20h", "A:resolved@24h", "A:open!ida@28h", "A:resolved@29h", requester="ida"),
        # joe: open from day 20 on.
        chain("c3", "A:working@20D", "B@20D5h", requester="joe"),
        # kim: closed without an answer after 5 h.
        chain("c4", "A:waiting_customer@0h", "A:closed@5h", requester="kim"),
        # kim again, fixed at once.
        chain("c5", "A:working@1h", resolved="1h", requester="kim"),
        # Somebody.
        chain("c6", "A:working@0h", resolved="300h"),
    )


def plain(row, *names):
    def told(value):
        if isinstance(value, dt.datetime):
            value = value - at("0h")
        return value / HOUR if isinstance(value, dt.timedelta) else value

    return tuple(told(row[name]) for name in names)


def shown(customers, *names):
    return {row["requester"]: plain(row, *names) for row in rows(customers)}


def test_what_each_went_through(lanes):
    customers = lh.score_customers(lanes)
    counts = ["n_cases", "n_closed_unresolved", "n_ended_unresolved", "n_unresolved", "n_open", "n_fixed", "n_handoffs"]
    assert shown(customers, *counts) == {
        "joe": (1, 0, 0, 0, 1, 0, 1),
        "ida": (2, 1, 0, 1, 0, 2, 1),
        "kim": (2, 1, 1, 1, 0, 1, 0),
        None: (1, 0, 0, 0, 0, 1, 0),
    }
    assert shown(customers, "waited", "chase_time") == {
        "joe": (240, 240),
        # c1: 10, 7 before it came to B; c2: 4 + 4 + 1, of which 8 before it was opened again.
        "ida": (19, 7 + 8),
        # c4: 5 and, not fixed, all of its life.
        "kim": (5, 5),
        None: (300, 0),
    }


def test_the_worst_come_first_and_nobody_last(lanes):
    assert lh.score_customers(lanes)["requester"].astype(object).where(lambda x: x.notna(), None).tolist() == [
        "joe",
        "ida",
        "kim",
        None,
    ]


def test_ties_go_by_hops_then_closures_then_name(lanes_of):
    lanes = lanes_of(
        chain("c1", "A:working@0h", resolved="1h", requester="zoe"),
        chain("c2", "A:working@0h", resolved="1h", requester="amy"),
        chain("c3", "A:working@0h", "B@1h", "B:resolved@1h", requester="pat"),
        chain("c4", "A:working@0h", "A:resolved@0h", "A:open@0h", "A:resolved@0h", requester="eve"),
    )
    assert lh.score_customers(lanes)["requester"].tolist() == ["pat", "eve", "amy", "zoe"]


def test_when_they_were_last_heard_of(lanes):
    names = ("last_opened_at", "last_contact_at", "last_contact_by")
    assert shown(lh.score_customers(lanes), *names) == {
        "joe": (480, 480, "opened"),
        "ida": (20, 28, "acted"),
        "kim": (1, 1, "opened"),
        None: (0, 0, "opened"),
    }


def with_surveys(lanes, *sent):
    """The same lanes with surveys: requester or ticket, hour answered, score."""
    blank = columns.empty("surveys").reindex(range(len(sent)))
    surveys = blank.assign(
        survey=pd.array([f"s{i}" for i in range(len(sent))], dtype="str"),
        ticket=pd.array([x[0] if x[0].startswith("c") else None for x in sent], dtype="str"),
        requester=pd.array([None if x[0].startswith("c") else x[0] for x in sent], dtype="str"),
        answered_at=pd.to_datetime([None if x[1] is None else at(x[1]) for x in sent]).astype("datetime64[us, UTC]"),
        score=pd.array([x[2] for x in sent], dtype="float64"),
        scale_min=1.0,
        scale_max=5.0,
    )
    log = dataclasses.replace(lanes.log, _surveys=surveys)
    return lh.reconstruct(log)


def test_the_last_survey(lanes):
    found = with_surveys(lanes, ("joe", "22D", 2.0), ("joe", "21D", 5.0), ("joe", None, None), ("c1", "50h", 4.0))
    customers = lh.score_customers(found)
    assert shown(customers, "n_surveys", "n_surveys_answered", "last_survey_at", "last_survey_score") == {
        "joe": (3, 2, 528, 2.0),
        "ida": (1, 1, 50, 4.0),
        "kim": (0, 0, None, None),
        None: (0, 0, None, None),
    }
    assert shown(customers, "last_survey_min", "last_survey_max")["joe"] == (1.0, 5.0)
    assert shown(customers, "last_contact_at", "last_contact_by")["joe"] == (528, "answered_survey")
    assert shown(customers, "last_contact_at", "last_contact_by")["ida"] == (50, "answered_survey")


def test_what_they_wrote_is_heard_of_them(lanes):
    blank = columns.empty("messages").reindex(range(2))
    messages = blank.assign(
        ticket=pd.array(["c3", "c3"], dtype="str"),
        at=pd.to_datetime([at("21D"), at("23D")]).astype("datetime64[us, UTC]"),
        role=pd.Categorical(["customer", "agent"], categories=blank["role"].cat.categories),
        public=[True, True],
    )
    found = lh.score_customers(lh.reconstruct(dataclasses.replace(lanes.log, _messages=messages)))
    assert shown(found, "last_contact_at", "last_contact_by")["joe"] == (504, "wrote")


def test_a_stitched_case_is_one(lanes):
    links = pd.DataFrame({"from_ticket": ["c4"], "to_ticket": ["c5"], "kind": ["follow_up"]})
    log = lh.stitch(lh.attach_links(lanes.log, links=links))
    assert shown(lh.score_customers(lh.reconstruct(log)), "n_cases", "n_fixed")["kim"][0] == 1


def test_in_business_time(lanes):
    office = Calendar({"mon-fri": "09:00-17:00"}, "UTC")
    customers = lh.score_customers(lh.reconstruct(lanes.log, calendar=office))
    # Day 20 is a Sunday: open on the eight working days of the ten that follow.
    assert shown(customers, "business_waited", "business_chase_time")["joe"] == (7 * 8, 7 * 8)
    # c1 on Monday from 9 to 10; c2 from 20 to 24 and 24 to 29 o'clock.
    assert shown(customers, "business_waited", "business_chase_time")["ida"] == (1, 0)
    names = list(customers.columns)
    assert names[names.index("waited") + 1] == "business_waited"


def test_without_requesters_it_says_so(lanes_of):
    with pytest.raises(SchemaError, match=r"the log names no requesters; .*columns\.requester"):
        lh.score_customers(lanes_of(chain("c1", "A:working@0h", resolved="1h")))


def test_a_requester_of_a_later_ticket_only(lanes_of):
    lanes = lanes_of(chain("c1", "A:working@0h", resolved="1h"), chain("c2", "A:working@5h", requester="ida"))
    links = pd.DataFrame({"from_ticket": ["c1"], "to_ticket": ["c2"], "kind": ["follow_up"]})
    log = lh.stitch(lh.attach_links(lanes.log, links=links))
    assert shown(lh.score_customers(lh.reconstruct(log)), "n_cases") == {None: (1,)}


def test_what_adds_up():
    log, truth = lh.simulate(1500, seed=3)
    lanes = lh.reconstruct(log)
    customers = lh.score_customers(lanes)
    assert customers["n_cases"].sum() == len(lanes.cases)
    assert customers["n_closed_unresolved"].sum() == lanes.cases["closed_unresolved"].sum()
    assert customers["n_unresolved"].sum() == lanes.cases["n_unresolved"].sum()
    charges = lanes.charges
    assert customers["waited"].sum() == charges.loc[charges["state"] != "settled", "time"].sum()
    assert customers["n_handoffs"].sum() == len(lanes.handoffs)
    assert customers["n_surveys"].sum() == len(log.surveys)
    assert set(customers["requester"]) == set(truth.cases["requester"]) & set(lanes.cases["requester"])
    # Each acts or opens: nobody was heard of after the end, nor before their last opening.
    assert (customers["last_contact_at"] >= customers["last_opened_at"]).all()
    assert (customers["last_contact_at"] <= log.as_of).all()


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stitched_desks())
def test_it_is_what_the_oracle_finds(drawn):
    drawn = acting_requesters(drawn)
    desk = drawn.stitched
    expected = {}
    for case in oracles.cases(desk):
        who = requester_of(desk, case["case"])
        row = expected.setdefault(who, {"chase_time": ZERO, "waited": ZERO, "heard": []})
        own = [x for x in oracles.charges(desk) if x["case"] == case["case"] and x["state"] != "settled"]
        row["waited"] += sum((x["time"] for x in own), ZERO)
        fixed = case["outcome"] == "fixed"
        life = case["ended_at"] - case["opened_at"]
        row["chase_time"] += case["time_to_fix"] - case["fix_stay_time"] if fixed else life
        counts = {
            "n_cases": 1,
            "n_closed_unresolved": case["closed_unresolved"],
            "n_ended_unresolved": case["outcome"] == "unresolved",
            "n_unresolved": case["n_unresolved"],
            "n_open": case["outcome"] == "open",
            "n_fixed": fixed,
            "n_handoffs": case["n_handoffs"],
        }
        for name, n in counts.items():
            row[name] = row.get(name, 0) + n
        row["last_opened_at"] = max(row.get("last_opened_at", case["opened_at"]), case["opened_at"])
        for life in lives(desk):
            if desk.case_of[life.ticket] == case["case"]:
                row["heard"].append(life.opened_at)
                asked = desk.about.get(life.ticket, {}).get("requester")
                row["heard"] += [step.time for step in life.steps if asked and step.event["actor"] == asked]
    for row in expected.values():
        row["last_contact_at"] = max(row.pop("heard"))
    customers = lh.score_customers(lanes_of_drawn(drawn))
    found = {row["requester"]: row for row in rows(customers)}
    assert {who: {name: row[name] for name in expected[who]} for who, row in found.items()} == expected
    keys = [
        (-r["chase_time"], -r["n_handoffs"], -r["n_unresolved"], r["requester"])
        for r in rows(customers.dropna(subset="requester"))
    ]
    assert keys == sorted(keys)


@needs_data
@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
def test_one_caller_of_the_uci_log():
    customers = lh.score_customers(lh.reconstruct(lh.read_log(uci_path(), dialect="uci_incidents")))
    caller = customers["requester"].iloc[0]
    own, last = {}, {}
    for row in uci_rows():
        if row["caller_id"] == caller:
            opened = uci_time(row["opened_at"]) if row["opened_at"] != "?" else uci_time(row["sys_updated_at"])
            own[row["number"]] = min(own.get(row["number"], opened), opened, uci_time(row["sys_updated_at"]))
        if row["caller_id"] != "?":
            last.setdefault(row["number"], row["caller_id"])
    tickets = [number for number, who in last.items() if who == caller]
    first = rows(customers)[0]
    assert first["n_cases"] == len(tickets)
    assert first["last_opened_at"] == max(own[number] for number in tickets)
    # Actors go by other names than callers there.
    assert set(customers["last_contact_by"]) == {"opened"}
