"""Charges by group: by hand, and as their oracle finds them.

All times are hours after the start. ``as_of`` is day 30 and ``hold`` 14 days.
"""

from __future__ import annotations

import datetime as dt

import oracles
import pandas as pd
import pytest
from builders import at, chain, rows
from hypothesis import HealthCheck, given, settings
from oracles import CHARGED, ZERO
from strategies import desks, read_options, source_frame

import lanehop as lh
from lanehop.curves import charge_table
from lanehop.errors import ArgumentError

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lanes(lanes_of):
    return lanes_of(
        # A: queued 1, working 2, falsely done 4; B: working 3, settled 120.
        chain(
            "c1",
            "A:queued@0h",
            "A:working@1h",
            "A:resolved@3h",
            "B:working@7h",
            "B:resolved@10h",
            "B:closed@130h",
            category="x",
        ),
        # A: working 5, waiting for the customer 15; nobody: 2.
        chain("c2", "-:working@0h", "A@2h", "A:waiting_customer@7h", "A:resolved@22h", category="x"),
        # B: settled 9.
        chain("c3", "B:resolved@0h", "B:closed@9h"),
        missing_department="unassigned",
    )


def shown(table, by):
    """Hours and number of cases of each group and state with time in it."""
    return {(row.get(by), row["state"]): (row["time"] / HOUR, row["n_cases"]) for row in rows(table) if row["time"]}


def test_all_together(lanes):
    table = charge_table(lanes)
    assert table["state"].tolist() == list(CHARGED)
    assert [x / HOUR for x in table["time"]] == [1, 12, 15, 0, 0, 4, 129]
    # Of the 32 hours without settled.
    assert table["share"].tolist()[:6] == pytest.approx([1 / 32, 12 / 32, 15 / 32, 0, 0, 4 / 32])
    assert pd.isna(table["share"].iloc[6])
    assert table["n_cases"].tolist() == [1, 2, 1, 0, 0, 1, 2]
    assert table["n"].tolist() == [3] * 7


def test_by_department_it_is_the_one_charged(lanes):
    table = charge_table(lanes, by="department")
    assert table["department"].astype(object).fillna("-").tolist() == ["A"] * 7 + ["B"] * 7 + ["-"] * 7
    assert shown(table, "department") == {
        ("A", "queued"): (1, 1),
        ("A", "working"): (7, 2),
        ("A", "waiting_customer"): (15, 1),
        ("A", "false_done"): (4, 1),
        ("B", "working"): (3, 1),
        ("B", "settled"): (129, 2),
        (None, "working"): (2, 1),
    }
    assert table["n"].tolist() == [2] * 7 + [2] * 7 + [1] * 7
    shares = table.groupby("department", observed=True, dropna=False)["share"].sum()
    assert shares.tolist() == pytest.approx([1, 1, 1])
    # A declared c1 done at 3, which did not hold, and c2 at 22; B the others.
    first = table.drop_duplicates("department")
    assert first["n_claims"].tolist() == [2, 2, 0]
    assert first["n_reopened"].tolist() == [1, 0, 0]
    assert first["share_reopened_late"].isna().tolist() == [False, True, True]
    assert set(table["as_of"]) == {pd.Timestamp(at("30D"))}
    assert set(table["hold"]) == {pd.Timedelta("14D")}


def test_by_a_column_of_cases(lanes):
    table = charge_table(lanes, by="category")
    assert shown(table, "category") == {
        ("x", "queued"): (1, 1),
        ("x", "working"): (12, 2),
        ("x", "waiting_customer"): (15, 1),
        ("x", "false_done"): (4, 1),
        ("x", "settled"): (120, 1),
        (None, "settled"): (9, 1),
    }
    assert table["n"].tolist() == [2] * 7 + [1] * 7
    # What is settled alone has no shares.
    assert table["share"].iloc[7:].isna().all()


def test_by_both(lanes):
    table = charge_table(lanes, by=["category", "department"])
    assert table.columns[:4].tolist() == ["category", "department", "state", "time"]
    time = {
        (row["category"], row["department"], row["state"]): row["time"] / HOUR for row in rows(table) if row["time"]
    }
    assert time["x", "A", "working"] == 7
    assert time["x", "B", "settled"] == 120
    assert time[None, "B", "settled"] == 9
    assert sum(time.values()) == 161


def test_a_case_without_time_counts(lanes_of):
    lanes = lanes_of(chain("c1", "A:resolved@0h"), chain("c2", "B:working@0h", resolved="1h"))
    assert set(charge_table(lanes)["n"]) == {2}
    # A declared c1 done, but has no time charged to it.
    table = charge_table(lanes, by="department")
    assert table.drop_duplicates("department")[["n", "n_claims"]].to_numpy().tolist() == [[0, 1], [1, 1]]


def test_arguments_that_cannot_be_meant(lanes):
    with pytest.raises(ArgumentError, match=r"no column 'colour' to group by; there are department, case, .*"):
        charge_table(lanes, by="colour")
    with pytest.raises(ArgumentError, match="by must be the name"):
        charge_table(lanes, by=[])


def test_a_sum_that_no_timedelta_holds_is_refused(lanes):
    from lanehop.curves.groups import totals

    almost = 2**62 - 1
    assert totals(pd.Series([almost, 1]).to_numpy(), pd.Series([0, 0]).to_numpy(), 1).tolist() == [2**62]
    with pytest.raises(ArgumentError, match="292,000 years"):
        totals(pd.Series([almost] * 3).to_numpy(), pd.Series([0, 0, 0]).to_numpy(), 1)


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(desks())
def test_it_is_what_its_oracle_sums_up(desk):
    lanes = lh.reconstruct(lh.read_log(source_frame(desk), **read_options(desk)), hold=desk.hold)
    charges, outcomes = oracles.charges(desk), {row["case"]: row["outcome"] for row in oracles.cases(desk)}
    for by in (None, "department", "outcome"):
        spent, cases = {}, {}
        for row in charges:
            group = {None: None, "department": row["department"], "outcome": outcomes[row["case"]]}[by]
            key = (group, row["state"])
            spent[key] = spent.get(key, ZERO) + row["time"]
            cases.setdefault(key, set()).add(row["case"])
        assert shown(charge_table(lanes, by=by), by) == {
            key: (time / HOUR, len(cases[key])) for key, time in spent.items()
        }
        table = rows(charge_table(lanes, by=by))
        for start in range(0, len(table), 7):
            group = table[start : start + 7]
            busy = sum((row["time"] for row in group[:6]), ZERO)
            assert [row["share"] for row in group[:6]] == (
                pytest.approx([row["time"] / busy for row in group[:6]]) if busy else [None] * 6
            )
