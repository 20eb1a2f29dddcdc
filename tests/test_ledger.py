"""Ledger: rows read are rows used and rows set aside, and a loss is told in full."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lanehop import schema
from lanehop.errors import RowLossError
from lanehop.read.ledger import UNUSABLE, Ledger, shown


def lines(frame):
    return [tuple(None if pd.isna(x) else x for x in row) for row in frame.itertuples(index=False)]


def lost(n_read, n_lost, reason="no_case"):
    ledger = Ledger(n_read)
    ledger.set_aside(reason, np.arange(n_lost), "id", None)
    return ledger


def test_what_is_used_and_set_aside_adds_up_and_what_is_noted_stands_beside():
    ledger = Ledger(10)
    ledger.set_aside("bad_time", np.array([7, 2]), "when", pa.array(["n/a", "soon"]))
    ledger.set_aside("no_case", np.array([0, 5]), "id", pa.array([None, "?"]))
    ledger.set_aside("no_case", np.array([], dtype=np.int64), "id", None)
    ledger.note("unmapped_state", np.int64(3), np.int64(4), "Odd")
    ledger.note("delimiter", 10, None, ";")
    ledger.note("nothing", 0)
    table = ledger.table(1)
    schema.check(table, "ledger")
    assert lines(table) == [
        ("used", "used", 6, 0.6, 1, None),
        ("no_case", "set_aside", 2, 0.2, 0, None),
        ("bad_time", "set_aside", 2, 0.2, 2, "soon"),
        ("unmapped_state", "noted", 3, 0.3, 4, "Odd"),
        ("delimiter", "noted", 10, 1.0, None, ";"),
    ]
    aside = ledger.set_aside_table()
    schema.check(aside, "set_aside")
    assert lines(aside) == [
        (0, "no_case", "id", None),
        (2, "bad_time", "when", "soon"),
        (5, "no_case", "id", "?"),
        (7, "bad_time", "when", "n/a"),
    ]


def test_where_nothing_is_lost_the_tables_keep_their_types():
    ledger = Ledger(3)
    schema.check(ledger.set_aside_table(), "set_aside")
    schema.check(ledger.table(0), "ledger")
    assert lines(ledger.table(0)) == [("used", "used", 3, 1.0, 0, None)]
    ledger.check_loss(0.0)


@pytest.mark.parametrize(
    ("n_read", "n_lost", "enough", "too_little"),
    [
        (100, 29, 0.29, 0.2899),  # 0.29 * 100 is a little less than 29
        (3, 1, 1 / 3, 0.3333),
        (10, 3, 0.3, 0.29),
        (1000, 1, 0.001, 0.0),
        (10, 9, 0.9, 0.89),
    ],
)
def test_a_loss_is_allowed_up_to_the_share_itself(n_read, n_lost, enough, too_little):
    lost(n_read, n_lost).check_loss(enough)
    with pytest.raises(RowLossError):
        lost(n_read, n_lost).check_loss(too_little)


@pytest.mark.parametrize(("n_read", "n_lost"), [(100, 29), (3, 1), (7, 3), (10_000_000, 1), (1000, 999)])
def test_the_share_that_is_offered_is_enough(n_read, n_lost):
    ledger = lost(n_read, n_lost)
    with pytest.raises(RowLossError, match=r"or pass max_loss=\S+ to go on") as caught:
        ledger.check_loss(0.0)
    ledger.check_loss(float(str(caught.value).partition("max_loss=")[2].split()[0]))


def test_where_all_is_lost_no_share_is_offered():
    with pytest.raises(RowLossError, match="3 of 3 rows have no ticket id") as caught:
        lost(3, 3).check_loss(0.99)
    assert "max_loss" not in str(caught.value)


def test_every_cause_is_told_with_number_example_and_remedy():
    ledger = Ledger(9871)
    ledger.set_aside("bad_time", np.array([40, 41]), "when", pa.array(["n/a", "soon"]))
    ledger.set_aside("no_case", np.array([12]), "id", pa.array([None], pa.string()))
    ledger.set_aside("after_as_of", np.arange(100, 200), "when", None)
    ledger.set_aside("duplicate", np.arange(300, 400), "id", None)
    with pytest.raises(RowLossError) as caught:
        ledger.check_loss(0.0003)
    message = str(caught.value)
    assert (
        "column 'when': 2 of 9,871 rows have a time that cannot be read (first: row 40, 'n/a'); "
        "mend these cells, or pass time_format=..." in message
    )
    assert "column 'id': 1 of 9,871 rows have no ticket id (first: row 12, empty); mend these rows" in message
    assert message.endswith("or pass max_loss=0.0004 to go on without them")
    assert "200" not in message
    ledger.check_loss(0.0004)


@pytest.mark.parametrize("reason", UNUSABLE)
def test_each_reason_that_counts_can_be_told(reason):
    with pytest.raises(RowLossError, match=r"1 of 2 rows .* \(first: row 0, empty\)"):
        lost(2, 1, reason).check_loss(0.0)


@pytest.mark.parametrize("reason", ["blank_row", "repeated_header", "after_as_of", "duplicate"])
def test_what_is_no_loss_does_not_count(reason):
    lost(2, 2, reason).check_loss(0.0)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array(["a", None, "b" * 300]), ["a", None, "b" * 200]),
        (pa.array([7, None]), ["7", None]),
        (pa.array(["x", "y"]).dictionary_encode(), ["x", "y"]),
        (pa.array([dt.date(2024, 3, 4)]), ["2024-03-04"]),
        # Beyond what Python's datetime can hold.
        (pa.array(np.array(["20000-01-01"], dtype="M8[s]")), ["20000-01-01 00:00:00"]),
    ],
)
def test_values_are_shown_as_text(values, texts):
    assert shown(values) == texts
    assert shown(pa.chunked_array([values])) == texts
