"""The data model: what a table must look like, and that a broken one is told from it, with all that is wrong."""

from __future__ import annotations

import re

import oracles
import pandas as pd
import pytest
from builders import chain, log_of
from pandas.testing import assert_frame_equal

import lanehop as lh
from lanehop import schema
from lanehop.columns import empty
from lanehop.errors import ArgumentError, SchemaError

LADDER = ("stays", "handoffs", "loops", "closures", "charges", "cases")
LOG = ("events", "tickets", "links", "surveys", "messages", "ledger", "set_aside")

# As DEFINITIONS writes them down.
COLUMNS = {
    "events": "case ticket time activity state department agent actor resolution mark row",
    "tickets": "ticket case opened_at requester category priority channel promised_at",
    "links": "from_ticket to_ticket kind rule at gap used",
    "surveys": """survey ticket requester sent_at answered_at kind question score scale_min scale_max department
        agent""",
    "messages": "ticket at author role public text",
    "ledger": "reason effect n_rows share first_row first_value",
    "set_aside": "row reason column value",
    **{name: " ".join(oracles.COLUMNS[name]) for name in LADDER},
}
DTYPES = {
    "str",
    "category",
    "int32",
    "int64",
    "Int64",
    "float64",
    "bool",
    "datetime64[us, UTC]",
    "timedelta64[us]",
}


@pytest.fixture
def lanes(lanes_of):
    # Two tickets, so that numbers start anew; loops, a reopening, a row set aside and one noted.
    return lanes_of(
        chain("c1", "A:working/ann@0h", "B@1h", "A:resolved@2h", "B:open@3h", "A:resolved@4h", opened_at="-1h"),
        chain("c2", "A:working@0h", "B@1h", "C@2h", "A@3h", "A:resolved@5h", "A@40D"),
    )


def table_of(lanes, name):
    return getattr(lanes if name in LADDER else lanes.log, name)


# What there is ---------------------------------------------------------------------------------------


def test_the_tables_of_the_definitions_are_there_column_by_column():
    assert set(COLUMNS) <= set(schema.TABLES)
    for name, columns in COLUMNS.items():
        assert [c.name for c in schema.TABLES[name].columns] == columns.split(), name


def test_every_column_has_a_type_of_the_definitions():
    assert set(schema.DTYPES.values()) == DTYPES
    assert {c.kind for table in schema.TABLES.values() for c in table.columns} <= set(schema.DTYPES)


@pytest.mark.parametrize("name", schema.TABLES)
def test_a_table_says_what_it_is(name):
    text = schema.describe(name)
    assert text.splitlines()[0] == schema.TABLES[name].sentence
    assert re.match(r"One row per [^\n]*\.$", text.splitlines()[0])
    for c in schema.TABLES[name].columns:
        assert re.search(rf"^    {c.name} : {re.escape(schema.DTYPES[c.kind])}( or NA)?$", text, re.MULTILINE), c.name
        assert c.meaning
    for requirement in schema.TABLES[name].requirements:
        assert requirement.text in text
    for surprise in schema.TABLES[name].surprises:
        assert surprise in text


def test_there_is_no_other_table():
    for call in (schema.describe, lambda name: schema.check(pd.DataFrame(), name)):
        with pytest.raises(ArgumentError, match="no table 'tracks'; there are events, stays"):
            call("tracks")


# What is right ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LADDER, *LOG])
def test_what_lanehop_makes_is_right(lanes, name):
    table = table_of(lanes, name)
    before = table.copy(deep=True)
    schema.check(table, name)
    assert_frame_equal(table, before)


@pytest.mark.parametrize("name", schema.TABLES)
def test_an_empty_table_has_all_columns_and_types(name):
    schema.check(empty(name), name)
    assert empty(name).columns.tolist() == [c.name for c in schema.TABLES[name].columns]


def test_kept_columns_may_stand_behind_where_the_definitions_allow_it(pick):
    log = lh.read_log(chain("c1", "A@0h", resolved="1h", site="Porto", category="net"), keep=["site"])
    lanes = lh.reconstruct(log)
    for name in ("events", "tickets", "cases"):
        table = table_of(lanes, name)
        assert "site" in table
        schema.check(table, name)
    with pytest.raises(SchemaError, match="'site' does not belong here"):
        schema.check(lanes.stays.assign(site="Porto"), "stays")


# What is wrong ---------------------------------------------------------------------------------------


def test_all_that_is_wrong_is_said_at_once(lanes):
    broken = lanes.stays.drop(columns="open_time").astype({"stay": "int64", "case": "category"})
    broken.loc[1, "left_at"] = pd.NaT
    with pytest.raises(SchemaError) as caught:
        schema.check(broken, "stays")
    message = str(caught.value)
    assert "not a correct table of stays" in message
    for said in (
        "column 'open_time' is missing",
        "column 'stay' is int64, not int32",
        "column 'case' is category, not str",
        "column 'left_at' misses 1 values",
    ):
        assert said in message


def test_the_order_of_columns_and_the_index_count(lanes):
    stays = lanes.stays
    with pytest.raises(SchemaError, match="not in the order case, stay"):
        schema.check(stays[[*stays.columns[1:], "case"]], "stays")
    for index in (stays.index[::-1], pd.RangeIndex(1, len(stays) + 1), stays["case"]):
        with pytest.raises(SchemaError, match="the index holds something"):
            schema.check(stays.set_axis(index, axis=0), "stays")


def test_the_words_of_a_closed_vocabulary_count(lanes):
    broken = lanes.cases
    broken["outcome"] = broken["outcome"].cat.remove_unused_categories()
    with pytest.raises(SchemaError, match="the categories of 'outcome' are not open, fixed"):
        schema.check(broken, "cases")


def shift(column, by):
    def edit(table):
        table.loc[1, column] += by

    return edit


def put(column, value, row=1):
    def edit(table):
        table.loc[row, column] = value

    return edit


def copy_of_the_first(table):
    table.loc[1] = table.loc[0]


def hour(n):
    return pd.Timedelta(hours=n)


BREAKS = [
    ("events", shift("time", -hour(9)), "sorted by case, then time"),
    ("events", put("row", 0), "each row of the source stands once"),
    ("stays", shift("stay", 1), "stay counts from 0 within each case"),
    ("stays", shift("entered_at", hour(0.5)), "each stay begins where the one before ends"),
    ("stays", put("department", "A", 2), "neighbours differ in department or ticket"),
    ("stays", lambda t: t.__setitem__("left_at", t["entered_at"] - hour(1)), "no stay ends before it begins"),
    ("stays", put("open_time", -hour(1)), "no length is negative (open_time)"),
    ("stays", shift("open_time", hour(9)), "no stay is open for longer than it lasts"),
    ("handoffs", put("handoff", 0), "handoff counts from 0"),
    ("handoffs", put("pickup", -hour(1)), "no length is negative (pickup)"),
    ("handoffs", lambda t: t.__setitem__("to_department", t["from_department"]), "never from a department to itself"),
    ("loops", put("loop", 5), "loop counts from 0"),
    ("loops", put("away", -hour(1)), "no length is negative (away)"),
    ("loops", put("length", 0), "over at least one other department"),
    ("closures", put("closure", 3), "closure counts from 0"),
    ("closures", put("reason", "silence"), "a reason stands exactly where the verdict is unresolved"),
    ("closures", put("reopened", True), "reopened says whether reopened_at stands"),
    ("closures", shift("claimed_at", -hour(1)), "no claim before the closure"),
    ("closures", lambda t: t.__setitem__("reopened_at", t["reopened_at"] - hour(9)), "no reopening before the closure"),
    ("charges", put("time", hour(0)), "every charge is of some length"),
    ("charges", copy_of_the_first, "each case, department and state stands once"),
    ("cases", put("case", "c1"), "each case stands once"),
    ("cases", shift("ended_at", -hour(9999)), "no case ends before it opens"),
    ("cases", put("time_to_close", -hour(1)), "no length is negative (time_to_close"),
    ("cases", put("fixed_at", pd.NaT), "fixed_at stands exactly where the outcome is fixed"),
    ("cases", put("n_unresolved", 7), "closed_unresolved says whether n_unresolved counts any"),
    ("tickets", put("ticket", "c1"), "each ticket stands once"),
]


@pytest.mark.parametrize(("name", "edit", "requirement"), BREAKS, ids=[f"{b[0]}: {b[2]}" for b in BREAKS])
def test_a_requirement_that_is_broken_is_named(lanes, name, edit, requirement):
    table = table_of(lanes, name)
    edit(table)
    with pytest.raises(
        SchemaError, match=rf"not so in \d+ of {len(table)} rows \(first: row \d+\): .*{re.escape(requirement)}"
    ):
        schema.check(table, name)
    # The log it came from is as it was.
    schema.check(table_of(lanes, name), name)


def test_every_requirement_of_the_ladder_is_broken_here():
    for name in LADDER:
        texts = {r.text for r in schema.TABLES[name].requirements}
        broken = {text for text in texts for of, _, part in BREAKS if of == name and part in text}
        assert broken == texts


def test_a_row_that_stands_twice_in_what_was_set_aside():
    frame = log_of(chain("c1", "A@0h", "A@1h"), chain("c1", "A@2h", "A@3h"))
    aside = lh.read_log(frame, as_of="2024-01-01T01:00Z").set_aside
    schema.check(aside, "set_aside")
    aside["row"] = 2
    with pytest.raises(SchemaError, match="not so in 1 of 2 rows"):
        schema.check(aside, "set_aside")
