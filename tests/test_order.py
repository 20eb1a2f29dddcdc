"""Order: rows become events as Python's own sort would have them."""

import datetime as dt
import decimal
import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanehop.columns import Coded
from lanehop.read.order import put_in_order

NAMES = ("a", "b", "c", "d")


def coded(codes):
    return Coded(np.array(codes, dtype=np.int8), pa.array(NAMES, pa.large_string()))


def ordered(codes, us, tie=None, used=None):
    """The used rows ticket by ticket, as plain lists, and the laws that hold of them."""
    used = np.ones(len(codes), dtype=bool) if used is None else np.array(used, dtype=bool)
    column = None if tie is None else pa.chunked_array([tie])
    given_us = np.array(us, dtype=np.int64)
    made = put_in_order(coded(codes), given_us, column, used)
    rows = list(range(len(codes))) if made.rows is None else made.rows.tolist()
    assert given_us.tolist() == list(us)
    assert made.us.tolist() == [us[row] for row in rows]
    assert made.first[0] == 0
    assert made.first[-1] == len(rows) == used.sum()
    assert made.rows is not None or used.all()
    shared = [(codes[row], us[row]) for row in rows]
    assert made.rows_at_same_time().tolist() == [
        row for row in range(len(codes)) if used[row] and shared.count((codes[row], us[row])) > 1
    ]
    runs = zip(made.tickets.to_pylist(), made.first[:-1], made.first[1:], strict=True)
    return {name: rows[begin:end] for name, begin, end in runs}


def expected(codes, us, key=None, used=None):
    rows = [i for i in range(len(codes)) if used is None or used[i]]
    rows.sort(key=lambda i: (codes[i], us[i], (0, 0) if key is None else key[i], i))
    return {NAMES[code]: list(group) for code, group in itertools.groupby(rows, key=lambda i: codes[i])}


ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 4),
        st.none() | st.integers(-2, 11),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.booleans(), st.sampled_from([None, "number", "text of numbers", "text"]))
def test_it_is_what_sorted_says(table, mask, tie):
    codes, us, ties, used = (list(x) for x in zip(*table, strict=True))
    if mask and any(used):
        # What is not used may have no ticket, and any time.
        codes = [code if use else -1 for code, use in zip(codes, used, strict=True)]
        us = [at if use else np.iinfo(np.int64).min for at, use in zip(us, used, strict=True)]
    else:
        used = None
    key = column = None
    if tie is not None:
        texts = [None if x is None else f"{x} " if tie == "text of numbers" else f"n{x}" for x in ties]
        column = pa.array(ties, pa.int64()) if tie == "number" else pa.array(texts, pa.string())
        said = texts if tie == "text" else ties
        key = [(1, 0) if x is None else (0, x) for x in said]
    assert ordered(codes, us, column, used) == expected(codes, us, key, used)


def test_rows_in_order_are_left_as_they_stand():
    made = put_in_order(coded([0, 0, 1, 3]), np.array([1, 1, 0, 5]), None, np.ones(4, dtype=bool))
    assert made.rows is None
    assert made.tickets.to_pylist() == ["a", "b", "d"]
    assert made.rows_at_same_time().tolist() == [0, 1]


def test_no_row_at_all():
    assert ordered([0, 1], [1, 2], used=[False, False]) == {}


def test_tickets_without_a_used_row_are_left_out():
    assert ordered([3, 0, 1, 0], [1, 2, 3, 4], used=[True, True, False, True]) == {"a": [1, 3], "d": [0]}


@pytest.mark.parametrize(
    ("tie", "rows"),
    [
        (pa.array(["10", "9", "100"]), [1, 0, 2]),
        (pa.array([" 10", "9 ", None]), [1, 0, 2]),
        (pa.array(["10", "", " "]), [0, 1, 2]),
        (pa.array(["", "10", "9"]), [2, 1, 0]),
        (pa.array(["10", "9", "x"]), [0, 1, 2]),
        (pa.array(["2.5", "10", "-1"]), [2, 0, 1]),
        (pa.array(["1e3", "10", "9"]), [2, 1, 0]),
        # As floats these two would be one.
        (pa.array(["18446744073709551617", "18446744073709551616", "5"]), [2, 1, 0]),
        (pa.array(["9007199254740993", "9007199254740992", "1"]), [2, 1, 0]),
        (pa.array(["b", "a", "B"], pa.large_string()), [2, 1, 0]),
        (pa.array(["\U0001d400", "\uff21", "Z"]), [2, 1, 0]),
        (pa.array(["10", "9", "10"]).dictionary_encode(), [1, 0, 2]),
        (pa.array([10, 9, None]).dictionary_encode(), [1, 0, 2]),
        (pa.array([2.5, None, -1.0]), [2, 0, 1]),
        (pa.array([float("nan"), 2.5, 1.0]), [2, 1, 0]),
        (pa.array([True, False, None]), [1, 0, 2]),
        (pa.array([None, None, None], pa.string()), [0, 1, 2]),
        (pa.array([decimal.Decimal("2.50"), decimal.Decimal("2.49"), None]), [1, 0, 2]),
        (pa.array([dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 1), None]), [1, 0, 2]),  # noqa: DTZ001
    ],
)
def test_a_tie_is_by_number_where_all_are_numbers_else_by_code_point_and_missing_last(tie, rows):
    assert ordered([0, 0, 0], [7, 7, 7], tie) == {"a": rows}
    # It decides nothing between different times.
    assert ordered([0, 0, 0], [1, 2, 3], tie) == {"a": [0, 1, 2]}
