"""read_log: one log whatever it is read from, every row accounted for, nothing guessed."""

import datetime as dt
import itertools
import warnings

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from real_logs import DATA, needs_data

import lanehop as lh
from lanehop import schema
from lanehop.errors import (
    ArgumentError,
    ClaimWarning,
    DialectError,
    GuessWarning,
    NoHistoryError,
    RowLossError,
    SchemaError,
    UnmappedWarning,
)

COLUMNS = {"case": "id", "time": "when", "department": "team", "state": "status"}
STATES = {"working": ["Open"], "resolved": ["Done"]}
ROWS = [
    ("a", "2024-03-04T09:00Z", "Net", "Open"),
    ("b", "2024-03-04T09:30Z", "DB", "Open"),
    ("a", "2024-03-04T10:00Z", "DB", "Done"),
    ("b", "2024-03-05T10:00Z", "Net", "Done"),
]


def frame(rows=ROWS, **columns):
    made = pd.DataFrame(rows, columns=list(COLUMNS.values()))
    return made.assign(**columns)


def read(source, **options):
    options = {"columns": COLUMNS, "states": STATES, **options}
    log = lh.read_log(source, **options)
    obeys(log)
    return log


def obeys(log):
    """The first conservation law, and what each table must be."""
    for name in ("events", "tickets", "ledger", "set_aside"):
        schema.check(getattr(log, name), name)
    used = log.ledger.loc[log.ledger.effect == "used", "n_rows"].sum()
    aside = log.ledger.loc[log.ledger.effect == "set_aside", "n_rows"].sum()
    assert used == len(log.events)
    assert aside == len(log.set_aside)
    rows = sorted([*log.events.row, *log.set_aside.row])
    assert rows == list(range(used + aside))
    assert (log.events.time <= log.as_of).all()


def ledger(log, *but):
    """The lines beside the used rows, but for some reasons."""
    return [
        (
            r.reason,
            r.effect,
            r.n_rows,
            None if pd.isna(r.first_row) else r.first_row,
            None if pd.isna(r.first_value) else r.first_value,
        )
        for r in log.ledger.itertuples()
        if r.reason != "used" and r.reason not in but
    ]


def values(column):
    return [None if pd.isna(x) else x for x in column.tolist()]


def same(one, other):
    for name in ("events", "tickets", "ledger", "set_aside"):
        assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.as_of == other.as_of


# The plain case --------------------------------------------------------------------------------------


def test_events_stand_by_ticket_and_time_and_keep_their_rows():
    log = read(frame(reversed(ROWS)))
    assert values(log.events.case) == values(log.events.ticket) == ["a", "a", "b", "b"]
    assert values(log.events.row) == [3, 1, 2, 0]
    assert values(log.events.department) == ["Net", "DB", "DB", "Net"]
    assert values(log.events.state) == ["working", "resolved", "working", "resolved"]
    assert log.as_of == pd.Timestamp("2024-03-05T10:00Z")
    assert values(log.tickets.ticket) == ["a", "b"]
    assert ledger(log) == []


def test_without_a_dialect_each_role_is_the_column_of_its_own_name():
    source = pd.DataFrame(
        {
            "case": ["a", "a"],
            "time": ["2024-01-01T00:00Z"] * 2,
            "department": "N",
            "state": ["open", "resolved"],
            "x": 1,
        }
    )
    log = lh.read_log(source)
    obeys(log)
    assert values(log.events.state) == ["open", "resolved"]
    assert dict(log.dialect.columns) == {"case": "case", "time": "time", "department": "department", "state": "state"}


def test_the_frame_given_is_not_edited():
    given_frame = frame(agent=[" x", None, "y", "y"], n=[1, 2, 3, 4])
    before = given_frame.copy(deep=True)
    log = read(given_frame, columns={**COLUMNS, "agent": "agent"}, keep=["n"])
    events = log.events
    events["case"] = "changed"
    events.loc[0, "n"] = 99
    assert_frame_equal(given_frame, before)
    assert values(log.events.case) == ["a", "a", "b", "b"]
    assert values(log.events.n) == [1, 3, 2, 4]


def test_an_index_and_an_order_of_columns_do_not_matter():
    shuffled = frame()[["status", "team", "when", "id"]].set_axis([9, 9, 7, 7])
    same(read(frame()), read(shuffled))


# The same from everywhere ----------------------------------------------------------------------------

WIDE = frame(
    id=["007", "é", "007", "é"],
    who=["ann", None, " ann ", ""],
    code=[None, "?", "x", "y"],
    seq=["10", "9", "?", ""],
)
WIDE_OPTIONS = {
    "columns": {**COLUMNS, "agent": "who", "resolution": "code"},
    "resolutions": {"fixed": ["x"]},
    "missing": ["?"],
    "tie": "seq",
}


def sources(tmp_path, source):
    source.to_csv(tmp_path / "log.csv", index=False)
    source.to_csv(tmp_path / "semicolons.csv", index=False, sep=";", lineterminator="\r\n", encoding="utf-8-sig")
    source.to_parquet(tmp_path / "log.parquet", index=False)
    source.to_excel(tmp_path / "log.xlsx", index=False)
    table = pa.Table.from_pandas(source, preserve_index=False)
    pq.write_table(table, tmp_path / "groups.parquet", row_group_size=2)
    text = {name: table[name].cast(pa.string()) for name in table.column_names}
    return {
        "frame": source,
        "objects": source.astype(object).where(source.notna(), None),
        "categories": source.astype("category"),
        "csv": tmp_path / "log.csv",
        "text path": str(tmp_path / "log.csv"),
        "semicolons": tmp_path / "semicolons.csv",
        "parquet": tmp_path / "log.parquet",
        "row groups": tmp_path / "groups.parquet",
        "excel": tmp_path / "log.xlsx",
        "arrow": table,
        "large": pa.table({name: x.cast(pa.large_string()) for name, x in text.items()}),
        "views": pa.table({name: x.cast(pa.string_view()) for name, x in text.items()}),
        "dictionaries": pa.table({name: x.dictionary_encode() for name, x in text.items()}),
        "chunks": pa.concat_tables([table.slice(i, 1) for i in range(len(source))]),
        "polars": pl.from_pandas(source),
        "polars categories": pl.from_pandas(source).with_columns(pl.all().cast(pl.Categorical)),
        "duckdb": duckdb.from_arrow(table),
    }


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@pytest.mark.parametrize(
    ("source", "options"), [(frame(), {}), (WIDE, WIDE_OPTIONS)], ids=["plain", "with missing values"]
)
def test_every_kind_of_source_gives_the_same_log(tmp_path, source, options):
    expected = read(source, **options)
    for kind, other in sources(tmp_path, source).items():
        log = read(other, **options)
        assert_frame_equal(log.events, expected.events, obj=kind)
        assert_frame_equal(log.tickets, expected.tickets, obj=kind)
        assert ledger(log, "delimiter") == ledger(expected), kind


def test_the_tie_and_missing_texts_of_that_log():
    with pytest.warns(ClaimWarning):
        log = read(
            WIDE.assign(status=["Open", "Open", "Open", "Shut"]),
            **{**WIDE_OPTIONS, "states": {"working": ["Open"], "closed": ["Shut"]}},
        )
    assert values(log.events.case) == ["007", "007", "é", "é"]
    assert values(log.events.agent) == ["ann", "ann", None, None]
    assert values(log.events.resolution) == [None, "x", None, "y"]
    assert ledger(log) == [("unclassed_resolution", "noted", 1, 3, "y")]


@pytest.mark.parametrize(
    ("ids", "texts"),
    [
        ([2**53 + 1, 2**53 + 1, 2**53 + 2], [str(2**53 + 1), str(2**53 + 2)]),
        (pd.array([2**63 - 1, 2**63 - 1, None], dtype="Int64"), [str(2**63 - 1)]),
        ([3.0, 3.0, 10.0], ["10", "3"]),
        ([True, True, False], ["false", "true"]),
        (pd.Categorical([10, 9, 9]), ["10", "9"]),
        (["007", "7", "7"], ["007", "7"]),
        (["a", " a\u00a0", "\ufeffb"], ["a", "b"]),
        (["x", "x", "12345678901234567890123"], ["12345678901234567890123", "x"]),
        ([10**30, 10**30, 5], [str(10**30), "5"]),
        (["\U0001d400", "\uff21", "\uff21"], ["\uff21", "\U0001d400"]),
    ],
)
def test_ids_are_text_to_the_last_digit(ids, texts):
    log = read(frame(ROWS[:3], id=ids, team="N"), max_loss=0.5, as_of="2025-01-01T00:00Z")
    assert values(log.tickets.ticket) == texts


def test_long_ids_and_leading_zeros_survive_every_file(tmp_path):
    ids = ["0012", "0012", str(2**53 + 1), str(2**63 + 11)]
    for kind, source in sources(tmp_path, frame(id=ids)).items():
        assert values(read(source).tickets.ticket) == ["0012", str(2**53 + 1), str(2**63 + 11)], kind


def test_ids_that_have_become_floats_beyond_their_digits_are_refused(tmp_path):
    source = frame(ROWS[:3], id=[float(2**53), 1.0, np.nan])
    source.to_parquet(tmp_path / "x.parquet")
    for one in (source, tmp_path / "x.parquet", pl.from_pandas(source)):
        with pytest.raises(
            SchemaError, match=r"column 'id' holds floats too large.*9007199254740992\.0.*make them text"
        ):
            read(one, max_loss=0.9)


# Order -----------------------------------------------------------------------------------------------

INSTANTS = st.sampled_from([f"2024-03-0{day}T0{hour}:00Z" for day in (1, 2) for hour in (0, 1, 2)])
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from("abc"), INSTANTS, st.sampled_from(["Net", "net", None]), st.sampled_from(["Open", "Done", None])
    ),
    min_size=1,
    max_size=15,
).map(lambda rows: [("a", "2024-03-01T00:00Z", "Net", "Open"), ("a", "2024-03-01T00:00Z", "DB", "Open"), *rows])


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_events_are_what_sorted_says(rows):
    log = read(frame(rows))
    order = sorted(range(len(rows)), key=lambda i: (rows[i][0], rows[i][1], i))
    assert values(log.events.row) == order
    assert values(log.events.department) == [rows[i][2] for i in order]
    named = {"Open": "working", "Done": "resolved", None: None}
    assert values(log.events.state) == [named[rows[i][3]] for i in order]


@settings(max_examples=40, deadline=None)
@given(HISTORIES)
def test_sorted_rows_give_the_log_of_unsorted_ones(rows):
    log = read(frame(rows))
    again = read(frame([rows[i] for i in log.events.row]))
    assert_frame_equal(again.events.drop(columns="row"), log.events.drop(columns="row"))
    assert_frame_equal(again.tickets, log.tickets)


@settings(max_examples=40, deadline=None)
@given(HISTORIES, INSTANTS)
def test_to_cut_a_log_is_to_read_it_as_of_then(rows, cut):
    # Neither is a list of tickets, for ticket a begins with two rows.
    log = read(frame(rows), as_of=cut)
    kept = [row for row in rows if row[1] <= cut]
    again = read(frame(kept), as_of=cut)
    assert_frame_equal(again.events.drop(columns="row"), log.events.drop(columns="row"))
    assert len(log.set_aside) == len(rows) - len(kept)


@pytest.mark.parametrize(
    ("seq", "rows"),
    [
        (["10", "9", "100"], [1, 0, 2]),
        (["10", "?", "9"], [2, 0, 1]),
        ([10, None, 9], [2, 0, 1]),
        (["b", "a", None], [1, 0, 2]),
        (["b10", "b9", "a"], [2, 0, 1]),
        (None, [0, 1, 2]),
    ],
)
def test_the_tie_decides_between_events_of_one_time(seq, rows):
    source = frame(ROWS[:3], id="a", when=ROWS[0][1]).assign(**({} if seq is None else {"seq": seq}))
    log = read(source, tie=None if seq is None else "seq", missing=["?"])
    assert values(log.events.row) == rows


def test_rows_sorted_by_activity_within_a_ticket():
    source = frame([ROWS[2], ROWS[0], ROWS[3], ROWS[1]])
    assert values(read(source).events.state) == ["working", "resolved"] * 2


# Rows lost -------------------------------------------------------------------------------------------

HOLED = frame(
    [
        *ROWS,
        (None, "2024-03-04T09:00Z", "Net", "Open"),
        ("a", None, "Net", "Open"),
        ("a", "soon", "Net", "Open"),
        ("a", "1970-01-01T00:00Z", "Net", "Open"),
        (" ", "later", "Net", "Open"),
        ("a", "", "Net", "Open"),
    ]
)


def test_unusable_rows_are_an_error_that_tells_each_cause():
    with pytest.raises(RowLossError) as caught:
        read(HOLED)
    message = str(caught.value)
    for part in (
        "column 'id': 2 of 10 rows have no ticket id (first: row 4, empty); mend these rows, or name another column",
        "column 'when': 2 of 10 rows have no time (first: row 5, empty)",
        "column 'when': 1 of 10 rows have a time that cannot be read (first: row 6, 'soon'); mend these cells, or pass time_format=",
        "column 'when': 1 of 10 rows have a time before 1971 or after 2099 (first: row 7, '1970-01-01T00:00Z')",
        "or pass max_loss=0.6 to go on without them",
    ):
        assert part in message


def test_up_to_max_loss_they_are_set_aside_with_row_and_value():
    for max_loss in (0.6, 0.7):
        log = read(HOLED, max_loss=max_loss)
        assert [tuple(x) for x in log.set_aside.astype(object).where(log.set_aside.notna(), None).to_numpy()] == [
            (4, "no_case", "id", None),
            (5, "no_time", "when", None),
            (6, "bad_time", "when", "soon"),
            (7, "time_out_of_range", "when", "1970-01-01T00:00Z"),
            (8, "no_case", "id", " "),
            (9, "no_time", "when", ""),
        ]
        assert values(log.events.row) == [0, 2, 1, 3]
    with pytest.raises(RowLossError):
        read(HOLED, max_loss=0.59)


def test_max_loss_exactly_at_the_share():
    source = frame([*ROWS, *ROWS[:1] * 96]).assign(extra=range(100))
    source.loc[:28, "id"] = None
    assert len(read(source, max_loss=0.29).set_aside) == 29
    with pytest.raises(RowLossError, match=r"29 of 100 rows.*max_loss=0\.29 "):
        read(source, max_loss=0.2899)


@pytest.mark.parametrize("max_loss", [-0.1, 1, 1.5, float("nan"), "0.1", None, [0.1]])
def test_max_loss_is_a_share(max_loss):
    with pytest.raises(ArgumentError, match="max_loss is a share of the rows, from 0 up to 1, not"):
        read(frame(), max_loss=max_loss)


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NA, pd.NaT, "", " ", "?", "\u00a0"])
def test_each_way_to_be_missing(nothing):
    source = frame([*ROWS, ROWS[0], ROWS[0], ROWS[0]]).astype(object)
    source.at[4, "id"] = source.at[5, "team"] = source.at[6, "status"] = nothing
    log = read(source, missing=["?"], max_loss=0.2)
    assert values(log.set_aside.row) == [4]
    assert values(log.set_aside.reason) == ["no_case"]
    events = log.events.set_index("row")
    assert pd.isna(events.department[5])
    assert events.state[5] == "working"
    assert pd.isna(events.state[6])
    assert events.department[6] == "Net"
    assert [line[:4] for line in ledger(log, "no_case")] == [("no_department", "noted", 1, 5)]


def test_missing_texts_in_a_time_column():
    source = frame([*ROWS, ("a", " #N/B ", "Net", "Open"), ("b", "EMPTY", "Not set", "Not set")])
    log = read(source, missing=["#N/B", "EMPTY", "Not set"], max_loss=0.4)
    assert [(r.row, r.reason, r.value) for r in log.set_aside.itertuples()] == [
        (4, "no_time", " #N/B "),
        (5, "no_time", "EMPTY"),
    ]


def test_times_beyond_what_python_can_hold_are_set_aside_too():
    when = np.array(["2024-01-01", "20000-01-01", "2024-01-02", "2024-01-03"], dtype="M8[s]")
    log = read(frame(when=when), timezone="UTC", max_loss=0.25)
    assert values(log.set_aside.value) == ["20000-01-01 00:00:00"]


def test_a_row_that_is_lost_says_nothing():
    # Not its label, not its department, not its opening time.
    rows = [*ROWS, (None, "2024-03-04T09:00Z", "Ghosts", "Haunted")]
    source = frame(rows, opened=[None, None, None, None, "long ago"])
    with pytest.raises(DialectError, match="column 'opened'"):
        read(source, columns={**COLUMNS, "opened_at": "opened"}, max_loss=0.2)
    source.loc[0, "opened"] = "2024-03-04T08:00Z"
    log = read(source, columns={**COLUMNS, "opened_at": "opened"}, max_loss=0.2)
    assert log.events.department.cat.categories.tolist() == ["DB", "Net"]
    assert ledger(log, "no_case") == [("opened_before_first_event", "noted", 2, 0, "2024-03-04 08:00:00+00:00")]


def test_categories_that_no_row_has_say_nothing():
    source = frame(
        status=pd.Categorical(["Open", "Open", "Done", "Done"], categories=["Open", "Done", "Haunted"]),
        id=pd.Categorical(["a", "b", "a", "b"], categories=["a", "b", "c", "d", "e"]),
        team=pd.Categorical(["N"] * 4, categories=["N", "Ghosts"]),
    )
    log = read(source)
    assert log.events.department.cat.categories.tolist() == ["N"]
    assert ledger(log) == []
    with pytest.raises(NoHistoryError):
        read(source.iloc[:2])


# now -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "options", "n_after", "utc"),
    [
        ("2024-03-04T10:00Z", {}, 1, "2024-03-04T10:00Z"),
        ("2024-03-04T10:59:59.999999+01:00", {}, 2, "2024-03-04T09:59:59.999999Z"),
        ("2024-03-04 09:45", {"timezone": "Europe/Lisbon"}, 2, "2024-03-04T09:45Z"),
        ("2024-03-05", {"timezone": "America/New_York"}, 1, "2024-03-05T05:00Z"),
        (dt.date(2024, 3, 5), {"timezone": "UTC"}, 1, "2024-03-05T00:00Z"),
        (dt.datetime(2024, 3, 4, 9, 0, tzinfo=dt.UTC), {}, 3, "2024-03-04T09:00Z"),
        (pd.Timestamp("2024-03-04T09:59:59.999999999Z"), {}, 2, "2024-03-04T09:59:59.999999Z"),
        (np.datetime64("2030-01-01"), {"timezone": "UTC"}, 0, "2030-01-01T00:00Z"),
        ("20240305T100000Z", {}, 0, "2024-03-05T10:00Z"),
    ],
)
def test_events_after_as_of_are_set_aside_and_those_at_it_count(as_of, options, n_after, utc):
    log = read(frame(), as_of=as_of, **options)
    assert log.as_of == pd.Timestamp(utc)
    assert len(log.set_aside) == n_after
    assert set(log.set_aside.reason) <= {"after_as_of"}
    assert (log.set_aside.value == [row[1] for row in ROWS if pd.Timestamp(row[1]) > log.as_of]).all()


@pytest.mark.parametrize(
    ("as_of", "options", "told"),
    [
        ("2024-03-04 10:00", {}, r"as_of='2024-03-04 10:00' states no zone.*timezone=\.\.\."),
        (dt.datetime(2024, 3, 4), {}, "states no zone"),  # noqa: DTZ001
        ("04/03/2024", {"timezone": "UTC"}, "as_of='04/03/2024' is no ISO 8601 time"),
        ("soon", {}, "is no ISO 8601 time; write it as"),
        ("", {}, "is no ISO 8601 time"),
        (20240304, {}, "must be a time or its text, not 20240304"),
        (1.7e9, {}, "must be a time or its text"),
        (pd.NaT, {}, "as_of is no time; leave it out"),
        (np.datetime64("NaT"), {}, "as_of is no time; leave it out"),
        ("2024-10-27 01:30", {"timezone": "Europe/Lisbon"}, "comes twice or not at all in Europe/Lisbon.*offset"),
        ("2024-03-31 01:30", {"timezone": "Europe/Lisbon"}, "comes twice or not at all in Europe/Lisbon.*offset"),
    ],
)
def test_as_of_is_never_guessed(as_of, options, told):
    with pytest.raises(ArgumentError, match=told):
        read(frame(), as_of=as_of, **options)


def test_as_of_before_everything():
    told = r"none of the 4 rows.*as_of='2020-01-01T00:00Z' lies before the first time in the log \(2024-03-04 09:00:00"
    with pytest.raises(SchemaError, match=told):
        read(frame(), as_of="2020-01-01T00:00Z")


def test_a_history_read_early_is_no_list_of_tickets():
    log = read(frame(), as_of="2024-03-04T09:30Z")
    assert values(log.events.case) == ["a", "b"]


# Repeats ---------------------------------------------------------------------------------------------

REPEATS = frame([*ROWS, ROWS[0], ROWS[3], ROWS[0], ROWS[1]], note=["x", "y", "z", "u", "x", "v", "x", None])


def test_exact_repeats_are_noted_and_used():
    log = read(REPEATS)
    assert ledger(log) == [("duplicate", "noted", 2, 4, "a")]
    assert len(log.events) == 8


def test_or_set_aside():
    log = read(REPEATS, drop_duplicates=True)
    assert [(r.row, r.reason, r.column, r.value) for r in log.set_aside.itertuples()] == [
        (4, "duplicate", "id", "a"),
        (6, "duplicate", "id", "a"),
    ]
    # Rows that differ in any column, even one that nobody reads, are two events.
    assert values(log.events.row) == [0, 2, 1, 7, 3, 5]


def test_repeats_after_as_of_are_after_as_of_and_others_are_counted_among_what_is_left():
    log = read(REPEATS, as_of="2024-03-04T09:00Z", drop_duplicates=True)
    assert values(log.events.row) == [0]
    assert log.set_aside.reason.value_counts().to_dict() == {"after_as_of": 5, "duplicate": 2}


# States ----------------------------------------------------------------------------------------------


def test_each_label_nobody_maps_has_its_line_and_changes_no_state():
    rows = [
        ("a", f"2024-03-04T0{i}:00Z", "N", label)
        for i, label in enumerate(["Open", "Odd", "Done", "Odd", "odd", "Seen"])
    ]
    with pytest.warns(UnmappedWarning) as caught:
        log = read(frame(reversed(rows)), notes=["Seen"])
    (warning,) = caught
    assert str(warning.message).startswith("2 of 5 state labels, on 3 of 6 events, are not known to the dialect")
    assert "'Odd', 'odd'" in str(warning.message)
    assert "states={...}" in str(warning.message)
    assert "notes=[...]" in str(warning.message)
    assert warning.filename == __file__
    assert ledger(log) == [
        ("unmapped_state", "noted", 2, 2, "Odd"),
        ("unmapped_state", "noted", 1, 1, "odd"),
    ]
    assert values(log.events.state) == ["working", None, "resolved", None, None, None]


def test_no_label_known_at_all():
    with pytest.raises(
        DialectError, match=r"none of the 2 state labels is known to the dialect \('Done', 'Open'\); pass states="
    ):
        read(frame(), states={"working": ["open"]})


def test_notes_are_silent():
    log = read(frame(status=["Open", "Note", "Done", "Note"]), notes=["Note"])
    assert ledger(log) == []
    assert values(log.events.state) == ["working", "resolved", None, None]


def test_a_log_may_say_no_state():
    log = read(frame(), columns={k: v for k, v in COLUMNS.items() if k != "state"}, states={})
    assert values(log.events.state) == [None] * 4


def test_only_reopenings_reopen():
    labels = ["Open", "Done", "Open", "Again", "Open", "Done", "Shut", "Open", "Back", "Done"]
    rows = [("a", f"2024-03-04T0{i}:00Z", "N", label) for i, label in enumerate(labels)]
    states = {"working": ["Open"], "queued": ["Back"], "resolved": ["Done"], "closed": ["Shut"]}
    log = read(frame(rows), states=states, reopenings=["Again", "Back"])
    said = ["working", "resolved", None, "open", "working", "resolved", "closed", None, "queued", "resolved"]
    assert values(log.events.state) == said
    assert ledger(log) == [("no_reopening", "noted", 2, 2, "Open")]
    log = read(frame(rows), states={**states, "open": ["Again"]})
    assert values(log.events.state) == [*said[:2], "working", *said[3:7], "working", *said[8:]]


def test_the_first_row_of_a_line_is_the_first_in_the_source():
    rows = [("a", f"2024-03-0{4 - i}T00:00Z", "N", label) for i, label in enumerate(["Open", "Open", "Done"])]
    log = read(frame(rows), reopenings=["Again"])
    assert ledger(log) == [("no_reopening", "noted", 2, 0, "Open")]


def test_a_state_of_several_columns():
    source = frame(sub=["In", "Wait", None, ""], status=["Open", "Open ", "Done", None])
    states = {"working": ["Open/In"], "waiting_other": ["Open/Wait"], "resolved": ["Done"]}
    log = read(source, columns={**COLUMNS, "state": ["status", "sub"]}, states=states)
    assert values(log.events.state) == ["working", "resolved", "waiting_other", None]


def test_a_claim_that_hardly_anyone_makes():
    with pytest.warns(ClaimWarning, match=r"only 0 of 2 tickets that were ever done \(0%\).*closing_is_claim=True"):
        read(frame(), states={"working": ["Open"], "closed": ["Done"]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(frame(), states={"working": ["Open"], "closed": ["Done"]}, closing_is_claim=True)
        read(frame())


# Departments and agents ------------------------------------------------------------------------------


def test_departments_differ_by_case_but_not_by_blanks():
    log = read(frame(team=["Net", " Net", "net\t", "NET\u00a0"]))
    assert values(log.events.department) == ["Net", "net", "Net", "NET"]
    assert log.events.department.cat.categories.tolist() == ["NET", "Net", "net"]


def test_how_many_events_name_no_department_is_noted():
    log = read(frame(team=[None, "DB", None, "DB"]))
    assert ledger(log) == [("no_department", "noted", 2, 0, None)]
    log = read(frame(team=[None] * 4))
    assert ledger(log) == [("no_department", "noted", 4, 0, None)]
    assert values(log.events.department) == [None] * 4


# Tickets and kept columns ----------------------------------------------------------------------------


def test_tickets_have_what_was_first_said_and_events_what_each_said():
    source = frame(
        prio=[None, "low", "high", "low"],
        kind=["x", None, "y", None],
        owner=["p1", "p2", "p3", "?"],
        due=["2024-03-09T00:00Z", None, None, "n/a"],
    )
    roles = {"priority": "prio", "category": "kind", "requester": "owner", "promised_at": "due"}
    log = read(source, columns={**COLUMNS, **roles}, missing=["?"])
    assert values(log.tickets.priority) == ["high", "low"]
    assert values(log.tickets.category) == ["x", None]
    assert values(log.tickets.requester) == ["p1", "p2"]
    assert values(log.tickets.promised_at) == [pd.Timestamp("2024-03-09T00:00Z"), None]
    assert values(log.events.priority) == [None, "high", "low", "low"]
    assert values(log.events.requester) == ["p1", "p3", "p2", None]
    assert ledger(log) == [("bad_promised_at", "noted", 1, 3, "n/a")]


TYPED = {
    "whole": pd.array([2**53 + 1, None, 3, 4], dtype="Int64"),
    "plain": [1, 2, 3, 4],
    "part": [1.5, None, 2.5, 3.5],
    "flag": pd.array([True, None, False, True], dtype="boolean"),
    "sure": [True, False, True, False],
    "when2": pd.to_datetime(["2024-01-01", None, "2024-01-02", "2024-01-03"]),
    "zoned": pd.to_datetime(["2024-01-01", None, "2024-01-02", "2024-01-03"]).tz_localize("Europe/Lisbon"),
    "span": pd.to_timedelta([1, None, 3, 4], unit="h"),
    "grade": pd.Categorical([3, 1, 1, 3]),
    "word": ["x ", "?", "y", None],
}


def test_kept_columns_keep_their_types():
    log = read(frame(**TYPED), keep=list(TYPED), missing=["?"])
    assert {name: str(log.events[name].dtype) for name in TYPED} == {
        "whole": "Int64",
        "plain": "int64",
        "part": "float64",
        "flag": "boolean",
        "sure": "bool",
        "when2": "datetime64[us]",
        "zoned": "datetime64[us, Europe/Lisbon]",
        "span": "timedelta64[us]",
        "grade": "category",
        "word": "category",
    }
    assert values(log.events.whole) == [2**53 + 1, 3, None, 4]
    assert values(log.events.flag) == [True, False, None, True]
    assert values(log.events.word) == ["x", "y", None, None]
    assert values(log.events.grade) == [3, 1, 1, 3]
    # Ticket b says nothing at first, and 4, true, ... then.
    assert values(log.tickets.whole) == [2**53 + 1, 4]
    assert values(log.tickets.flag) == [True, True]
    assert values(log.tickets.part) == [1.5, 3.5]
    assert values(log.tickets.word) == ["x", None]
    assert values(log.tickets.grade) == [3, 1]


def test_what_is_final_is_as_last_said_and_stands_on_no_event():
    source = frame(code=["x", "y", "z", None], score=[1, 2, 3, 4])
    columns = {**COLUMNS, "resolution": "code"}
    log = read(source, columns=columns, resolutions={"fixed": ["y"]}, final=["code", "score"], keep=["score"])
    assert values(log.events.resolution) == [None] * 4
    assert "score" not in log.events
    assert values(log.tickets.score) == [3, 4]
    # Rows are counted, whichever of a ticket's codes comes to count.
    assert ledger(log) == [("unclassed_resolution", "noted", 1, 0, "x"), ("unclassed_resolution", "noted", 1, 2, "z")]


def test_codes_without_a_class_have_their_lines():
    columns = {**COLUMNS, "resolution": "code"}
    log = read(frame(code=["x", None, "odd", "odd"]), columns=columns, resolutions={"fixed": ["x"]})
    assert ledger(log) == [("unclassed_resolution", "noted", 2, 2, "odd")]
    assert values(log.events.resolution) == ["x", "odd", None, "odd"]


# Opening times ---------------------------------------------------------------------------------------


def test_an_opening_time_that_is_not_the_first_events_is_noted():
    source = frame(opened=["2024-03-04T08:00Z", "2024-03-04T12:00Z", "2024-03-01T00:00Z", None])
    log = read(source, columns={**COLUMNS, "opened_at": "opened"})
    assert values(log.tickets.opened_at) == [pd.Timestamp("2024-03-04T08:00Z"), pd.Timestamp("2024-03-04T12:00Z")]
    # Both rows of each ticket: the ledger counts rows.
    assert ledger(log) == [
        ("opened_before_first_event", "noted", 2, 0, "2024-03-04 08:00:00+00:00"),
        ("opened_after_first_event", "noted", 2, 1, "2024-03-04 12:00:00+00:00"),
    ]


def test_opening_times_that_cannot_be_read_or_that_the_clock_makes_doubtful_are_noted():
    opened = ["2024-03-04T09:00Z", "soon", "2024-03-31T01:30", "2023-10-29T01:30"]
    source = frame([("a", *ROWS[0][1:]), *(("b", *row[1:]) for row in ROWS[1:])], opened=opened)
    log = read(source, columns={**COLUMNS, "opened_at": "opened"}, timezone="Europe/Lisbon")
    assert ledger(log)[:3] == [
        ("bad_opened_at", "noted", 1, 1, "soon"),
        ("opened_at_skipped", "noted", 1, 2, "2024-03-31T01:30"),
        ("opened_at_twice", "noted", 1, 3, "2023-10-29T01:30"),
    ]


# Zones -----------------------------------------------------------------------------------------------


def test_times_with_and_without_a_zone():
    mixed = frame(when=["2024-07-01T09:00Z", "2024-07-01T09:30", "2024-07-01T12:00+01:00", "2024-07-02T10:00"])
    with pytest.raises(DialectError, match=r"column 'when': 2 of 4 rows state no time zone \(first: row 1.*timezone="):
        read(mixed)
    log = read(mixed, timezone="Europe/Lisbon")
    assert [f"{x:%d %H:%M}" for x in log.events.time] == ["01 09:00", "01 11:00", "01 08:30", "02 09:00"]
    assert ledger(log) == [("time_without_zone", "noted", 2, 1, "2024-07-01T09:30")]


def test_local_times_that_do_not_exist_or_come_twice_are_noted():
    rows = [("a", f"2024-10-27 0{hour}", "N", "Open") for hour in ("0:30", "1:50", "1:10", "2:00")]
    rows += [("b", f"2024-03-31 0{hour}", "N", "Open") for hour in ("0:30", "1:30")]
    log = read(frame(rows), timezone="Europe/Lisbon")
    assert [f"{x:%H:%M}" for x in log.events.time] == ["23:30", "00:50", "01:10", "02:00", "00:30", "01:00"]
    assert ledger(log) == [
        ("local_time_skipped", "noted", 1, 5, "2024-03-31 01:30"),
        ("local_time_twice", "noted", 2, 1, "2024-10-27 01:50"),
    ]


def test_a_time_format_is_that_of_the_whole_column():
    source = frame(when=["1/2/2024 9:00", "1/2/2024 09:30", "02/2/2024 10:00", "3/2/2024 10:00"])
    log = read(source, time_format="%d/%m/%Y %H:%M", timezone="UTC")
    assert [f"{x:%m-%d %H:%M}" for x in log.events.time] == ["02-01 09:00", "02-02 10:00", "02-01 09:30", "02-03 10:00"]
    with pytest.raises(
        RowLossError, match=r"1 of 4 rows have a time that cannot be read \(first: row 2, '2024-02-01'\)"
    ):
        read(
            source.assign(when=["1/2/2024 9:00", "1/2/2024 9:30", "2024-02-01", "3/2/2024 9:00"]),
            time_format="%d/%m/%Y %H:%M",
            timezone="UTC",
        )


# Whole files with all their quirks -------------------------------------------------------------------


def test_a_file_with_every_quirk_at_once(tmp_path):
    lines = [
        "",
        "Ticket; Zeit ;Gruppe;Status;Dauer;;",
        "007;04.03.2024 09:00;Störung;Offen;1,5;;",
        "",
        "007;04.03.2024 10:00;Netz ;Fertig;2,5;;",
        "Ticket; Zeit ;Gruppe;Status;Dauer;;",
        ";;;;;;",
        '"12";04.03.2024 09:30;"Netz\r\nund Kabel";Offen;#N/B;;',
        "12;04.03.2024 11:00;EMPTY;Fertig;2,5;;",
        "12;04.03.2024 11:00;EMPTY;Fertig;2,5;;",
        "12;kaputt;Netz;Offen;;;",
        "12;04.03.2024",
    ]
    path = tmp_path / "export.txt"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    options = {
        "columns": {"case": "Ticket", "time": "Zeit", "department": "Gruppe", "state": "Status"},
        "states": {"working": ["Offen"], "resolved": ["Fertig"]},
        "time_format": "%d.%m.%Y %H:%M",
        "timezone": "Europe/Berlin",
        "missing": ["EMPTY", "#N/B"],
        "keep": ["Dauer"],
        "drop_duplicates": True,
    }
    with pytest.warns(GuessWarning, match="cp1252"), pytest.raises(RowLossError) as caught:
        lh.read_log(path, **options)
    message = str(caught.value)
    assert "2 of 10 rows" not in message
    assert "column 'Zeit': 1 of 10 rows have a time that cannot be read (first: row 8, 'kaputt')" in message
    assert "1 of 10 rows have more or fewer cells than the header (first: row 9, '12;04.03.2024')" in message

    log = lh.read_log(path, max_loss=0.2, encoding="cp1252", **options)
    obeys(log)
    assert [(r.row, r.reason) for r in log.set_aside.itertuples()] == [
        (1, "blank_row"),
        (3, "repeated_header"),
        (4, "blank_row"),
        (7, "duplicate"),
        (8, "bad_time"),
        (9, "wrong_width"),
    ]
    assert values(log.events.row) == [0, 2, 5, 6]
    assert values(log.events.case) == ["007", "007", "12", "12"]
    assert values(log.events.department) == ["Störung", "Netz", "Netz\r\nund Kabel", None]
    assert values(log.events.Dauer) == ["1,5", "2,5", None, "2,5"]
    assert [f"{x:%H:%M}" for x in log.events.time] == ["08:00", "09:00", "08:30", "10:00"]


def test_a_header_in_mid_file_is_no_unknown_label(tmp_path):
    text = frame().to_csv(index=False)
    path = tmp_path / "twice.csv"
    path.write_text(text + "\ufeff" + text.replace("2024-03-04", "2024-03-06"), encoding="utf-8")
    log = read(path)
    assert values(log.set_aside.reason) == ["repeated_header"]
    assert values(log.set_aside.row) == [4]
    assert log.events.department.cat.categories.tolist() == ["DB", "Net"]
    assert values(log.tickets.ticket) == ["a", "b"]


def test_rows_are_numbered_after_blank_rows_and_quoted_lines(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        'id,when,team,status\n\na,2024-03-04T09:00Z,"two\nlines",Open\n\n\na,soon,N,Open\na,2024-03-04T10:00Z,"N",Done\n',
        encoding="utf-8",
    )
    with pytest.raises(RowLossError, match=r"1 of 6 rows have a time that cannot be read \(first: row 4, 'soon'\)"):
        read(path)
    log = read(path, max_loss=0.2)
    assert values(log.events.row) == [1, 5]
    assert values(log.set_aside.row) == [0, 2, 3, 4]


# Real logs -------------------------------------------------------------------------------------------


@needs_data
def test_every_row_of_the_incidents_is_used():
    log = lh.read_log(next((DATA / "bpic2013").glob("*incidents.xes*")), dialect="bpic2013_incidents")
    obeys(log)
    assert (len(log.events), len(log.tickets)) == (65_533, 7_554)
    assert len(log.events.department.cat.categories) == 649
    assert set(log.ledger.reason) <= {"used", "duplicate", "no_department"}


@needs_data
def test_every_row_of_the_uci_log_is_used():
    log = lh.read_log(next((DATA / "uci_incident").glob("*.zip")), dialect="uci_incidents")
    obeys(log)
    assert (len(log.events), len(log.tickets)) == (141_712, 24_918)
    said = {r.reason for r in log.ledger.itertuples() if r.effect == "set_aside"}
    assert said == set()
    steps = itertools.pairwise(zip(log.events.case, log.events.time, strict=True))
    assert all(a <= b for a, b in steps)
