"""What cannot be meant: each wrong source and each wrong argument is an error that says what to do.

A message says what, how many, the first example and the argument that fixes it.
"""

import datetime as dt
import gzip
import io
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lanehop as lh
from lanehop.errors import (
    ArgumentError,
    DialectError,
    LanehopError,
    NoHistoryError,
    RowLossError,
    SchemaError,
    SourceError,
)

COLUMNS = {"case": "id", "time": "when", "department": "team", "state": "status"}
STATES = {"working": ["Open"], "resolved": ["Done"]}
CSV = """id,when,team,status
a,2024-03-04T09:00Z,Net,Open
a,2024-03-04T10:00Z,DB,Done
b,2024-03-05T10:00Z,Net,Open
"""
XES_COLUMNS = {
    "case": "case:concept:name",
    "time": "time:timestamp",
    "department": "org:group",
    "state": "lifecycle:transition",
}


def frame(**columns):
    return pd.read_csv(io.StringIO(CSV)).assign(**columns)


def read(source, **options):
    return lh.read_log(source, **{"columns": COLUMNS, "states": STATES, **options})


def refused(error, source, **options):
    with pytest.raises(LanehopError) as caught:
        read(source, **options)
    assert type(caught.value) is error
    return str(caught.value)


@pytest.fixture
def write(tmp_path):
    def make(content, name="source"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def xes(events, head='<log xmlns="http://www.xes-standard.org/">', tail="</log>", prefix=""):
    p = prefix
    made = "".join(
        f'<{p}event><{p}date key="time:timestamp" value="{when}"/><{p}string key="org:group" value="{team}"/>'
        f'<{p}string key="lifecycle:transition" value="{state}"/></{p}event>'
        for when, team, state in events
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<{p}trace><{p}string key="concept:name" value="007"/>'
        f"{made}</{p}trace>{tail}"
    )


EVENTS = [("2024-03-04T09:00:00Z", "Net", "Open"), ("2024-03-04T11:00:00+01:00", "DB", "Done")]


# Columns ---------------------------------------------------------------------------------------------


def test_all_that_is_wrong_with_the_columns_is_told_at_once():
    message = refused(
        SchemaError,
        pd.concat([frame(), frame()[["team"]]], axis=1).assign(chain=1, n=2),
        columns={**COLUMNS, "state": ["state", "sub"], "agent": "who"},
        keep=["chain", "status2", "id"],
        final=["n"],
        tie="seq",
    )
    for part in (
        "column 'team' stands 2 times; give each a name of its own",
        "column 'state' (state) is not there",
        "column 'sub' (state) is not there",
        "column 'who' (agent) is not there",
        "column 'seq' (tie) is not there",
        "column 'status2' (keep) is not there",
        "column 'chain' cannot be kept under a name that lanehop uses itself",
        "final column 'n' is neither the resolution nor kept",
        "column 'id' is both named and kept",
        "(columns of the source: id, when, team, status, chain, n)",
    ):
        assert part in message


def test_a_source_in_foreign_names_without_a_dialect(write):
    for source in (frame(), write(CSV)):
        with pytest.raises(SchemaError) as caught:
            lh.read_log(source)
        assert str(caught.value) == (
            "no column is named for case, time, department; pass a dialect, or columns={'case': ...} "
            "(columns of the source: id, when, team, status)"
        )


def test_columns_that_are_named_in_part():
    assert refused(SchemaError, frame(), columns={"time": "when"}, states={}).startswith(
        "no column is named for case, department; pass a dialect, or columns={'case': ...}"
    )


def test_words_for_a_column_that_nobody_named():
    columns = {k: v for k, v in COLUMNS.items() if k != "state"}
    told = "states are given and no column is named for them; pass columns={'state': ...}"
    assert told in refused(SchemaError, frame(), columns=columns)
    told = "resolutions are given and no column is named for them; pass columns={'resolution': ...}"
    assert told in refused(SchemaError, frame(), resolutions={"fixed": ["x"]})
    source = frame().set_axis(["case", "time", "department", "status"], axis=1)
    with pytest.raises(SchemaError, match=r"states are given and no column.*columns of the source: case, time"):
        lh.read_log(source, states=STATES)


def test_a_duplicate_header_matters_only_where_it_is_read(write):
    text = CSV.replace("id,when", "id,x,x,when").replace("a,2", "a,1,2,2").replace("b,2", "b,1,2,2")
    assert len(read(write(text)).events) == 3
    told = "column 'x' stands 2 times; give each a name of its own"
    assert told in refused(SchemaError, write(text), keep=["x"])


def test_names_of_columns_are_told_apart_by_case_and_not_by_blanks():
    source = frame().set_axis([" id", "when\u00a0", "team", "status "], axis=1)
    assert len(read(source).events) == 3
    assert len(read(source, columns={**COLUMNS, "case": " id "}).events) == 3
    assert "column 'id' (case) is not there" in refused(
        SchemaError, source.set_axis(["Id", *source.columns[1:]], axis=1)
    )


def test_columns_in_levels():
    levels = frame().set_axis(pd.MultiIndex.from_product([["x"], list("abcd")]), axis=1)
    assert "stand in 2 levels" in refused(SchemaError, levels)


@pytest.mark.parametrize("values", [[["Net"]], [{"name": "Net"}], [b"\xff"]])
def test_a_column_that_holds_no_names(values):
    table = pa.table({**{name: list(frame()[name]) for name in frame()}, "team": values * 3})
    told = refused(SchemaError, table)
    assert re.search(r"column 'team' holds .*, which cannot be read as names .*make it text where it comes from", told)


def test_a_tie_without_an_order():
    table = pa.table({**{name: list(frame()[name]) for name in frame()}, "seq": [[1], [2], [3]]})
    assert "column 'seq' (tie) holds list<item: int64>, which has no order" in refused(SchemaError, table, tie="seq")


# No history ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 1000])
def test_a_list_of_tickets_is_told_with_how_to_export_their_history(n, write):
    source = pd.DataFrame({"id": range(n), "when": "2024-03-04T09:00Z", "team": "Net", "status": "Done"})
    for one in (source, write(source.to_csv(index=False)), pl.from_pandas(source)):
        message = refused(NoHistoryError, one)
        for part in (
            f"a list of {n:,} tickets, one row each",
            "Export one row per change",
            "sys_audit",
            "audits",
            "changelog",
            "columns={'case': ...}",
        ):
            assert part in message


def test_it_stays_a_list_whatever_is_lost_of_it():
    source = frame(id=["a", "b", "c"], when=["2024-03-04T09:00Z", "soon", None])
    assert "a list of 3 tickets" in refused(NoHistoryError, source)
    # And a history stays one.
    assert len(read(frame(when=["2024-03-04T09:00Z", None, "2024-03-04T10:00Z"]), max_loss=0.4).events) == 2


def test_a_single_event_is_a_history():
    log = read(frame().iloc[:1])
    assert (len(log.events), len(log.tickets)) == (1, 1)


# Nothing there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ufeff", "id,when,team,status", "id,when,team,status\n\n\n"])
def test_a_file_without_rows(text, write):
    assert re.search("is empty|no header|no rows", refused(SourceError, write(text)))


def test_tables_without_rows(write):
    empty = frame().iloc[:0]
    told = "the source holds columns and no rows; export it again with its rows"
    for source in (empty, pl.from_pandas(empty), pa.Table.from_pandas(empty, preserve_index=False)):
        assert refused(SourceError, source) == told
    buffer = io.BytesIO()
    empty.to_parquet(buffer)
    assert "holds columns and no rows" in refused(SourceError, write(buffer.getvalue()))
    buffer = io.BytesIO()
    empty.to_excel(buffer, index=False)
    assert "a header and no rows" in refused(SourceError, write(buffer.getvalue()))
    assert "columns of the source: none" in refused(SchemaError, pd.DataFrame())


def test_rows_that_are_all_unusable():
    message = refused(RowLossError, frame(id=[None, "", "?"]), max_loss=0.99, missing=["?"])
    assert "column 'id': 3 of 3 rows have no ticket id (first: row 0, empty)" in message
    assert "pass max_loss" not in message
    message = refused(RowLossError, frame(when=[None] * 3), max_loss=0.99)
    assert "column 'when': 3 of 3 rows have no time (first: row 0, empty)" in message


def test_a_log_without_traces(write):
    message = refused(SourceError, write('<log xmlns="http://www.xes-standard.org/"></log>'), columns=XES_COLUMNS)
    assert re.search("XES log of 0 traces without any event", message)


# Times -----------------------------------------------------------------------------------------------


def test_a_time_that_is_a_number():
    for numbers in ([1709542800, 1709546400, 1709632800], [1.7e9, 1.8e9, None]):
        message = refused(DialectError, frame(when=numbers))
        assert re.search(r"column 'when' holds .*numbers are no times until their unit is said.*to_datetime", message)
    message = refused(DialectError, frame(when=["1709542800"] * 3))
    assert "none of 3 values is an ISO 8601 time (first: '1709542800'); pass time_format=" in message


def test_a_time_whose_day_and_month_would_have_to_be_guessed():
    message = refused(DialectError, frame(when=["04/03/2024 09:00", "05/03/2024 09:00", "06/03/2024 09:00"]))
    assert re.search(r"none of 3 values is an ISO 8601 time \(first: '04/03/2024 09:00'.*pass time_format=", message)
    message = refused(RowLossError, frame(when=["2024-03-04T09:00Z", "04/03/2024 10:00", "2024-03-05T10:00Z"]))
    assert "1 of 3 rows have a time that cannot be read (first: row 1, '04/03/2024 10:00')" in message
    assert "time_format=" in message


def test_a_time_without_a_zone():
    for when in (["2024-03-04 09:00"] * 3, pd.to_datetime(["2024-03-04"] * 3), [dt.date(2024, 3, 4)] * 3):
        message = refused(DialectError, frame(when=when))
        assert re.search(r"column 'when': .*3 of 3 rows state no time zone \(first: row 0.*timezone=", message)
        assert len(read(frame(when=when), timezone="UTC").events) == 3


@pytest.mark.parametrize("when", ["1753-01-01T00:00Z", "1970-01-01T00:00Z", "2100-01-01T00:00Z", "9999-12-31T00:00Z"])
def test_a_placeholder_of_a_time(when):
    message = refused(RowLossError, frame(when=["2024-03-04T09:00Z", when, "2024-03-04T10:00Z"]))
    assert f"1 of 3 rows have a time before 1971 or after 2099 (first: row 1, '{when}')" in message
    assert "max_loss=0.3334" in message


def test_a_zone_or_a_format_that_is_none():
    assert "unknown timezone 'CEST'" in refused(DialectError, frame(), timezone="CEST")
    assert "timezone must be a text, not 3" in refused(DialectError, frame(), timezone=3)
    assert "time_format" in refused(DialectError, frame(when=["4.3. 09:00"] * 3), time_format="%d.%m. %H:%M")


# Dialects and arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"colums": {}}, r"unknown dialect key 'colums' \(known: .*columns"),
        ({"state": "status"}, r"unknown dialect key 'state'.*columns=\{'state': '...'\}"),
        ({"columns": {"state": []}}, "columns.state names no column"),
        ({"columns": {"case": ["id", "when"]}}, "columns.case names 2 columns; only a state"),
        ({"columns": {"team": "team"}}, "unknown role 'team' in columns"),
        ({"columns": {**COLUMNS, "department": "id"}}, "column 'id' cannot be the case and also the department"),
        ({"columns": None}, "columns must be a table, not None"),
        ({"columns": "id"}, "columns must be a table, not 'id'"),
        ({"columns": {"case": 0}}, "columns.case must be a column, not 0"),
        ({"states": {"working": "Open"}}, "states.working must be a list of texts, not 'Open'"),
        ({"states": {"solved": ["Open"]}}, "unknown state 'solved'"),
        ({"states": {**STATES, "closed": ["Done"]}}, "'Done' stands twice in states: under resolved and closed"),
        ({"notes": ["Open"]}, "label 'Open' is both a state and a note"),
        ({"reopenings": ["Done"]}, "label 'Done' reopens a ticket, and means a done state"),
        ({"missing": ["Open"]}, "'Open' stands for a missing value"),
        ({"keep": "team"}, "keep must be a list of texts, not 'team'"),
        ({"drop_duplicates": "no"}, "drop_duplicates must be true or false, not 'no'"),
        ({"delimiter": "tab"}, "delimiter must be one character, not 'tab'"),
        ({"dialect": "servicenoww"}, "no dialect 'servicenoww': it is no file.*bundled ones"),
        ({"dialect": 3}, "a Dialect, a name or a path, not int"),
        ({"states": {"working": ["open"], "resolved": ["done"]}}, r"none of the 2 state labels is known.*pass states="),
    ],
)
def test_a_dialect_that_cannot_be_meant(options, told):
    assert re.search(told, refused(DialectError, frame(), **options))


def test_arguments_that_cannot_be_meant():
    assert "max_loss is a share" in refused(ArgumentError, frame(), max_loss="1%")
    assert "as_of='soon' is no ISO 8601 time" in refused(ArgumentError, frame(), as_of="soon")
    with pytest.raises(TypeError):
        lh.read_log(frame(), "uci_incidents")
    assert issubclass(ArgumentError, ValueError)


# Sources of a wrong kind -----------------------------------------------------------------------------


@pytest.mark.parametrize("source", [None, 3, 2.5, object(), b"x.csv", io.StringIO(CSV), np.zeros((2, 2))])
def test_what_is_no_source_at_all(source):
    with pytest.raises((ArgumentError, SourceError), match=r"source .*(path|frame)"):
        read(source)


def test_what_is_nearly_a_source():
    assert "pass pandas.DataFrame(source)" in refused(SourceError, {"id": [1]})
    assert "pass pandas.DataFrame(source)" in refused(SourceError, [("a", 1)])
    assert "pass source.collect()" in refused(SourceError, pl.from_pandas(frame()).lazy())


def test_paths_that_lead_nowhere(tmp_path, write):
    assert "is a directory; pass one file of it" in refused(SourceError, tmp_path, format="table")
    assert re.search("the folder .* holds no file; pass the folder of an export", refused(SourceError, tmp_path))
    assert re.search(r"no file fits '.*\*\.csv'", refused(SourceError, str(tmp_path / "*.csv")))
    assert re.search("no file '.*nowhere.csv'.*check the path", refused(SourceError, tmp_path / "nowhere.csv"))
    assert "does not read the network" in refused(SourceError, "https://example.org/log.csv")
    assert "no file" in refused(SourceError, CSV[:40])
    assert re.search("check the path", refused(SourceError, "x" * 5000))


def test_packed_files_that_are_cut_off_or_hold_too_much(write):
    packed = gzip.compress(CSV.encode() * 2000)
    assert len(read(write(gzip.compress(CSV.encode()), "log.csv")).events) == 3
    for cut in (len(packed) // 2, len(packed) - 4, 12):
        assert re.search("cut off or damaged.*download or export it again", refused(SourceError, write(packed[:cut])))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    assert "holds 2 files: 'a.csv', 'b.csv'" in refused(SourceError, write(buffer.getvalue()))
    assert "cut off or damaged" in refused(SourceError, write(buffer.getvalue()[:100]))


def test_other_things_saved_under_a_likely_name(write):
    html = "<!DOCTYPE html><html><body>Please sign in</body></html>"
    for name in ("log.xes", "log.csv", "log.xlsx"):
        assert "is an HTML page, not data" in refused(SourceError, write(html, name))
    assert "is JSON of no kind that lanehop knows" in refused(SourceError, write('{"value": [1]}', "log.csv"))
    assert "is JSON, and not a table" in refused(SourceError, write('{"value": [1]}', "log.csv"), format="table")
    assert "PDF" in refused(SourceError, write(b"%PDF-1.7\n", "log.csv"))
    assert ".xls workbook" in refused(SourceError, write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "log.xlsx"))
    assert re.search("root is <note>, not <log>", refused(SourceError, write("<note/>", "log.xes")))


def test_damaged_tables(write):
    buffer = io.BytesIO()
    frame().to_parquet(buffer)
    assert "Parquet" in refused(SourceError, write(buffer.getvalue()[:-20]))
    buffer = io.BytesIO()
    frame().to_excel(buffer, index=False)
    assert re.search("damaged", refused(SourceError, write(buffer.getvalue()[:-200])))


def test_a_quote_that_never_closes(write):
    message = refused(SourceError, write(CSV.replace("a,2024-03-04T10", '"a,2024-03-04T10')))
    assert re.search(r"quoted cell that opens in row 1 .*never closes", message)


def test_an_encoding_that_does_not_fit(write):
    path = write(CSV.replace("Net", "Störung").encode("cp1252"))
    assert "pass another encoding=..." in refused(SourceError, path, encoding="utf-8")
    assert "unknown encoding 'utf-9'" in refused(DialectError, path, encoding="utf-9")
    assert read(path, encoding="cp1252").events.department.iloc[0] == "Störung"


def test_a_workbook_whose_sheet_cannot_be_told(write):
    book = openpyxl.Workbook()
    for _ in range(2):
        sheet = book.create_sheet()
        for row in [list(frame().columns), *frame().to_numpy().tolist()]:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    path = write(buffer.getvalue())
    assert re.search(r"2 of its 3 sheets have the needed columns .*pass sheet=", refused(SourceError, path))
    assert len(read(path, sheet="Sheet1").events) == 3
    assert "has no sheet 'Data'; pass sheet=" in refused(SourceError, path, sheet="Data")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ids_that_have_lost_their_digits(dtype, write):
    source = frame(id=np.array([2**60, 2**60, 1], dtype=dtype))
    buffer = io.BytesIO()
    source.to_parquet(buffer)
    for one in (source, write(buffer.getvalue()), pl.from_pandas(source)):
        message = refused(SchemaError, one, max_loss=0.9)
        assert re.search(r"column 'id' holds floats too large.*first: row 0.*make them text", message)


# XES -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "tail", "prefix"),
    [
        ('<log xmlns="http://www.xes-standard.org/">', "</log>", ""),
        ("<log>", "</log>", ""),
        ('<x:log xmlns:x="http://www.xes-standard.org/">', "</x:log>", "x:"),
    ],
)
def test_any_namespace_and_none(head, tail, prefix, write):
    text = xes(EVENTS, head, tail, prefix)
    for content in (text, "\ufeff" + text, gzip.compress(text.encode())):
        log = read(write(content, "log.csv"), columns=XES_COLUMNS)
        assert log.events.case.tolist() == ["007", "007"]
        assert [f"{x:%H:%M}" for x in log.events.time] == ["09:00", "10:00"]
        assert log.events.state.tolist() == ["working", "resolved"]


BOMB = (
    '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    ("doctype", "value", "told"),
    [
        (BOMB, "&i;", r"declares 9 entities in its DOCTYPE \(first: 'a'\), which lanehop refuses"),
        ('<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;", "declares 1 entities"),
        ('<!DOCTYPE log SYSTEM "http://example.org/log.dtd">', "Net", "names an outside document in its DOCTYPE"),
        ('<!DOCTYPE log [<!ENTITY % p SYSTEM "http://example.org/p"> %p;]>', "Net", "declares 1 entities"),
    ],
)
def test_entities_are_refused_before_anything_is_read(doctype, value, told, write):
    text = xes([("2024-03-04T09:00:00Z", value, "Open")]).replace("?>", f"?>{doctype}", 1)
    assert re.search(told, refused(SourceError, write(text), columns=XES_COLUMNS))


def test_a_log_that_is_cut_off_or_strays(write):
    text = xes(EVENTS)
    for end in (len(text) // 2, len(text) - 3):
        assert "cut off or malformed XML" in refused(SourceError, write(text[:end]), columns=XES_COLUMNS)
    stray = '<event><date key="time:timestamp" value="2024-03-04T09:00:00Z"/></event></log>'
    path = write(text.replace("</log>", stray))
    message = refused(RowLossError, path, columns=XES_COLUMNS)
    assert "1 of 3 rows are events outside of any trace (first: row 2" in message
    assert len(read(path, columns=XES_COLUMNS, max_loss=0.34).events) == 2


def test_a_log_without_the_needed_attributes(write):
    message = refused(SchemaError, write(xes(EVENTS)), columns={**XES_COLUMNS, "department": "org:role"})
    assert "column 'org:role' (department) is not there" in message
    assert "case:concept:name" in message
    assert "org:group" in message


# Damaged chunks --------------------------------------------------------------------------------------


def test_a_byte_order_mark_glued_to_an_id(write):
    log = read(write(CSV + "\ufeff" + CSV.partition("\n")[2].replace("2024", "2023")))
    assert log.tickets.ticket.tolist() == ["a", "b"]
    assert "inner_bom" in log.ledger.reason.tolist()


def test_rows_that_are_too_short_or_too_long(write):
    path = write(CSV + "c,2024-03-04T09:00Z\nd,2024-03-04T09:00Z,Net,Open,more\n")
    message = refused(RowLossError, path)
    assert "2 of 5 rows have more or fewer cells than the header (first: row 3, 'c,2024-03-04T09:00Z')" in message
    assert "delimiter=" in message
    log = read(path, max_loss=0.4)
    assert log.set_aside.row.tolist() == [3, 4]


def test_a_table_of_pages_with_its_row_numbers(write):
    table = pa.Table.from_pandas(frame(id=["a", None, "a"]), preserve_index=False)
    path = write(b"")
    pq.write_table(pa.concat_tables([table] * 3), path, row_group_size=2)
    message = refused(RowLossError, path)
    assert "column 'id': 3 of 9 rows have no ticket id (first: row 1, empty)" in message
    assert read(path, max_loss=1 / 3).set_aside.row.tolist() == [1, 4, 7]
