"""Encoding: names as codes, in code point order, whatever the order and the type they came in."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanehop.columns import Coded
from lanehop.dialect import BLANKS
from lanehop.errors import SchemaError
from lanehop.read.encoding import encode, join, only_used

# U+FF21 stands before U+1D400 by code point, and behind it in UTF-16.
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "net", "Net", " net ", "?", "e\u0301", "\u00e9", "\uff21", "\U0001d400"]),
    st.text(),
)
KINDS = st.sampled_from(["string", "large_string", "dictionary", "unsigned", "categorical"])


def column(values, kind="string", at=0):
    """The values as an Arrow column of this kind, in two chunks."""
    made = pa.array(values, pa.large_string() if kind == "large_string" else pa.string())
    if kind == "categorical":
        made = pa.array(pd.Series(values, dtype="str").astype("category"))
    elif kind in ("dictionary", "unsigned"):
        width = pa.int16() if kind == "dictionary" else pa.uint8()
        return pa.chunked_array(
            [x.dictionary_encode().cast(pa.dictionary(width, pa.string())) for x in (made[:at], made[at:])]
        )
    return pa.chunked_array([made[:at], made[at:]])


def named(coded):
    names = coded.names.to_pylist()
    return [None if code < 0 else names[code] for code in coded.codes.tolist()]


def check(coded):
    names = coded.names.to_pylist()
    assert names == sorted(set(names))
    assert None not in names
    assert coded.names.type == pa.large_string()
    assert coded.codes.dtype in (np.int8, np.int16, np.int32)
    assert not len(coded.codes) or coded.codes.min() >= -1


def clean(value, missing=()):
    value = None if value is None else value.strip(BLANKS)
    return None if value in (None, "", *missing) else value


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=12), KINDS, st.integers(0, 12), st.sampled_from([(), ("?", "net")]))
def test_each_row_keeps_its_name_without_blanks(values, kind, at, missing):
    made = encode(column(values, kind, at), missing)
    check(made)
    assert named(made) == [clean(x, missing) for x in values]
    made = only_used(made)
    check(made)
    assert set(made.names.to_pylist()) == {clean(x, missing) for x in values} - {None}
    assert named(made) == [clean(x, missing) for x in values]


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=12).flatmap(lambda x: st.tuples(st.just(x), st.permutations(range(len(x))))))
def test_codes_do_not_depend_on_the_order_of_rows(values_and_order):
    values, order = values_and_order
    one, other = encode(column(values)), encode(column([values[i] for i in order]))
    assert one.names.equals(other.names)
    assert one.codes[list(order)].tolist() == other.codes.tolist()


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (pa.array([10, 9, None, 9]), ["10", "9", None, "9"]),
        (pa.array([2**53 + 1, 2**63 - 1]), [str(2**53 + 1), str(2**63 - 1)]),
        (pa.array([2**64 - 1], pa.uint64()), [str(2**64 - 1)]),
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.array([decimal.Decimal("12345678901234567890")]), ["12345678901234567890"]),
        (pa.array([dt.date(2024, 1, 2)]), ["2024-01-02"]),
        (pa.array([b"net", b" db"]), ["net", "db"]),
        (pa.array([None, None]), [None, None]),
        (pa.array([3, 7, 3]).dictionary_encode(), ["3", "7", "3"]),
    ],
)
def test_what_is_no_text_is_named_as_it_is_written(values, names):
    made = encode(pa.chunked_array([values]))
    check(made)
    assert named(made) == names


@pytest.mark.parametrize(
    "dictionary",
    [["b", "a", "b"], ["b", "a", "b "], ["b", None, "b"], ["b", "", "b"]],
)
def test_a_dictionary_may_name_one_thing_twice_or_nothing(dictionary):
    made = encode(pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, None]), pa.array(dictionary))]))
    check(made)
    assert named(made) == ["b", "a" if dictionary[1] else None, "b", None]


def test_categories_in_two_chunks_with_dictionaries_of_their_own():
    chunks = [pa.array(x).dictionary_encode() for x in (["b", "a"], ["c", "b"])]
    assert named(encode(pa.chunked_array(chunks))) == ["b", "a", "c", "b"]


def test_no_rows_no_chunks():
    for kind in (pa.string(), pa.dictionary(pa.int32(), pa.string()), pa.int64()):
        made = encode(pa.chunked_array([], kind))
        check(made)
        assert (len(made.codes), len(made.names)) == (0, 0)


@pytest.mark.parametrize("n", [127, 128, 32_767, 32_768])
def test_the_narrowest_codes_that_hold_all_names_and_the_missing_one(n):
    values = [f"{i:05}" for i in reversed(range(n))]
    made = encode(column([*values, None]))
    assert made.codes.dtype == (np.int8 if n == 127 else np.int32 if n == 32_768 else np.int16)
    assert named(made) == [*values, None]


@pytest.mark.parametrize("values", [[["a"]], [{"a": 1}], [b"\xff"]])
def test_what_cannot_be_a_name_is_refused_by_its_columns_name(values):
    with pytest.raises(SchemaError, match=r"column 'team' holds .*, which cannot be read as names"):
        encode(pa.chunked_array([pa.array(values)]), name="team")


def test_names_that_no_row_has_are_left_out():
    made = only_used(Coded(np.array([2, -1, 2, 0], dtype=np.int8), pa.array(["a", "b", "c"], pa.large_string())))
    assert made.names.to_pylist() == ["a", "c"]
    assert made.codes.tolist() == [1, -1, 1, 0]
    none = only_used(Coded(np.array([-1, -1], dtype=np.int8), pa.array(["a"], pa.large_string())))
    assert (none.names.to_pylist(), none.codes.tolist()) == ([], [-1, -1])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=10))
def test_joined_names_leave_out_what_is_missing(table):
    made = join([encode(column([row[i] for row in table])) for i in range(3)])
    check(made)
    assert named(made) == ["/".join(x for x in map(clean, row) if x) or None for row in table]


def test_joined_names_that_are_spelt_alike_are_one():
    parts = [encode(column(["a/b", "a", None])), encode(column([None, "b", "a/b"]))]
    assert join(parts).names.to_pylist() == ["a/b"]
    assert join(parts).codes.tolist() == [0, 0, 0]
    assert join(parts[:1]) is parts[0]
