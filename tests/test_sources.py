"""The readers of CSV, Parquet, Excel and frames: every row accounted for, every failure named."""

import csv
import datetime as dt
import gzip
import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_logs import DATA, needs_data

from lanehop.dialect import Dialect, find_dialect
from lanehop.errors import ArgumentError, DialectError, GuessWarning, SchemaError, SourceError
from lanehop.read.sources import Note, open_source

ABC = Dialect(columns={"case": "id", "time": "when", "department": "team"})
GOOD = "id,when,team\n007,2024-01-01,Net\n008,2024-01-02,DB\n"


@pytest.fixture
def write(tmp_path):
    def make(content, name="source.bin"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def rows(read):
    """The table as plain lists, and the laws that hold for each source."""
    assert read.n_read == read.table.num_rows + len(read.set_aside)
    assert list(read.set_aside.columns) == ["row", "reason", "column", "value"]
    assert read.set_aside["row"].is_monotonic_increasing
    at = range(read.table.num_rows) if read.row is None else read.row.tolist()
    assert sorted([*at, *read.set_aside["row"]]) == list(range(read.n_read))
    return {name: read.table[name].to_pylist() for name in read.table.column_names}


def aside(read):
    return [(r.row, r.reason, None if pd.isna(r.value) else r.value) for r in read.set_aside.itertuples()]


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# paths


def test_cells_stay_text_and_only_needed_columns_are_read(write):
    read = open_source(write('id,other,when,team\n007,x,1,\n08,y,2,""\n'), ABC)
    assert rows(read) == {"id": ["007", "08"], "when": ["1", "2"], "team": [None, None]}
    assert read.header == ("id", "other", "when", "team")
    assert (read.kind, read.row, read.noted, read.duplicated) == ("csv", None, [], {})


def test_a_path_may_be_a_text_and_its_ending_does_not_matter(write):
    assert open_source(str(write(GOOD, "log.xlsx")), ABC).kind == "csv"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", r"empty \(0 bytes\)"),
        ("id,when,team\n", "a header and no rows"),
        ("id,when,team", "a header and no rows"),
        ("id,when,team\n\n,,\n", "a header and no rows"),
        ("\n\n\n", "no header, only blank lines"),
        ("<!DOCTYPE html>\n<html><body>Log in</body></html>", "an HTML page.*login"),
        ("\n <HTML><head></head></HTML>", "an HTML page"),
        ('[{"id": 1}]', "is JSON"),
        ('{"audits": []}', "is JSON"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            r"old \.xls workbook or a password-protected one; save it as",
        ),
        (b"SQLite format 3\x00" + bytes(90), "an SQLite database"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(90), "is binary"),
        (GOOD.encode("utf-16-le"), "encoding='utf-16-le'"),
        (gzip.compress(GOOD.encode() * 50, mtime=0)[:-12], "cut off or damaged"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (zipped(a=GOOD)[:-30], "cut off or damaged"),
        (zipped(), "holds 0 files"),
        (zipped(a=GOOD, b=GOOD), "holds 2 files: 'a', 'b'.*unpack it"),
        (zipped(**{"[Content_Types].xml": "x", "word/document.xml": "x"}), "no workbook"),
        (zipped(mimetype="x", **{"content.xml": "x"}), "OpenDocument"),
        (b"PAR1" + bytes(50), "damaged or unusual Parquet"),
    ],
)
def test_what_is_no_source_is_said(write, content, said):
    with pytest.raises(SourceError, match=f"source.bin.*{said}"):
        open_source(write(content), ABC)


def test_cut_off_gzip_is_found_behind_the_first_block(write):
    content = "id,when,team\n" + "".join(f"{i},{i * 7919 % 10007},x{i * 31 % 977}\n" for i in range(300_000))
    with pytest.raises(SourceError, match="cut off or damaged"):
        open_source(write(gzip.compress(content.encode(), 1)[:-100_000]), ABC)


def test_damage_inside_of_a_zip_is_found(write):
    content = bytearray(zipped(a=GOOD))
    content[content.index(b"2024")] ^= 1
    with pytest.raises(SourceError, match=r"cut off or damaged.*crc"):
        open_source(write(bytes(content)), ABC)


def test_paths_that_lead_nowhere(tmp_path):
    with pytest.raises(SourceError, match=r"no file .*gone\.csv"):
        open_source(tmp_path / "gone.csv", ABC)
    with pytest.raises(SourceError, match="is a directory"):
        open_source(tmp_path, ABC)
    with pytest.raises(SourceError, match="does not read the network"):
        open_source("https://desk.example/export.csv", ABC)
    with pytest.raises(SourceError):
        open_source(GOOD * 1000, ABC)  # the text itself instead of its path
    with pytest.raises(ArgumentError, match="not int"):
        open_source(7, ABC)


def test_packed_files_are_looked_into(write):
    for content in (
        gzip.compress(GOOD.encode()),
        zipped(**{"log.csv": GOOD, "__MACOSX/._log.csv": "x", "folder/": ""}),
        zipped(**{"log.csv.gz": gzip.compress(GOOD.encode())}),
    ):
        read = open_source(write(content), ABC)
        assert read.kind == "csv"
        assert rows(read)["id"] == ["007", "008"]
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": ["a"], "when": ["b"], "team": ["c"]}), sink)
    for content in (gzip.compress(sink.getvalue()), zipped(log=sink.getvalue())):
        assert rows(open_source(write(content), ABC)) == {"id": ["a"], "when": ["b"], "team": ["c"]}


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_the_delimiter_is_told_from_the_header(write, delimiter):
    read = open_source(write(GOOD.replace(",", delimiter)), ABC)
    assert rows(read)["team"] == ["Net", "DB"]
    assert read.noted == ([] if delimiter == "," else [Note("delimiter", 2, None, delimiter)])


def test_the_delimiter_under_which_the_needed_columns_stand_wins(write):
    read = open_source(write('id;when;team;"a,b,c,d,e"\n1;2;3,5;x\n'), ABC)
    assert rows(read) == {"id": ["1"], "when": ["2"], "team": ["3,5"]}
    assert rows(open_source(write("id#when#team\n1#2#3\n"), Dialect(columns=ABC.columns, delimiter="#")))["when"] == [
        "2"
    ]
    with pytest.raises(DialectError, match="cannot part cells"):
        open_source(write(GOOD), Dialect(columns=ABC.columns, delimiter="§"))


def test_encodings(write):
    text = "id,when,team\n1,2,Zürich\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        read = open_source(write(text.encode(encoding)), ABC)
        assert (rows(read)["team"], read.header, read.noted) == (["Zürich"], ("id", "when", "team"), [])
    with pytest.warns(GuessWarning, match=r"byte 0xfc at 18.*encoding='cp1252'"):
        read = open_source(write(text.encode("cp1252")), ABC)
    assert rows(read)["team"] == ["Zürich"]
    assert read.noted == [Note("encoding", 1, None, "cp1252")]
    for encoding in ("cp1252", "iso-8859-1"):
        said = Dialect(columns=ABC.columns, encoding=encoding)
        assert rows(open_source(write(text.encode("cp1252")), said))["team"] == ["Zürich"]
    with pytest.raises(SourceError, match=r"not written in ascii \(byte 0xc3"):
        open_source(write(text), Dialect(columns=ABC.columns, encoding="ascii"))
    with pytest.raises(SourceError, match=r"neither UTF-8 \(byte 0xfc at 18\) nor cp1252 \(byte 0x81"):
        open_source(write(text.encode("cp1252") + b"1,2,\x81\n"), ABC)
    with pytest.raises(DialectError, match="unknown encoding 'klingon'"):
        open_source(write(text), Dialect(columns=ABC.columns, encoding="klingon"))


def test_one_cp1252_byte_anywhere_counts_even_in_a_column_not_needed(write):
    body = "".join(f"{i},{i},Net,\n" for i in range(200_000))
    with pytest.warns(GuessWarning):
        read = open_source(write(f"id,when,team,note\n{body}".encode() + b"9,9,DB,caf\xe9\n"), ABC)
    assert read.table.num_rows == 200_001


def test_quoted_cells_and_line_ends(write):
    text = 'id,when,team\n1,"two\nlines","say ""hi"", ok"\n2,x,y'
    for content in (text, text.replace("\n", "\r\n")):
        read = open_source(write(content), ABC)
        assert rows(read)["team"] == ['say "hi", ok', "y"]
        assert read.n_read == 2
    assert rows(open_source(write("id,when,team\r1,2,3\r4,5,6\r"), ABC))["id"] == ["1", "4"]


def test_rows_that_are_no_rows_are_set_aside_with_their_numbers(write):
    text = (
        "id,when,team,x\n"
        '1,"a\nb",n,\n'  # 0
        "\n"  # 1
        "2,b,n\n"  # 2
        ",,,\n"  # 3
        "3,c,n,y,z\n"  # 4
        "id,when,team,x\n"  # 5
        ",,,only here\n"  # 6
        ",,\n"  # 7
        "4,d,n,"  # 8
    )
    read = open_source(write(text), ABC)
    assert rows(read)["id"] == ["1", None, "4"]
    assert read.row.tolist() == [0, 6, 8]
    assert aside(read) == [
        (1, "blank_row", None),
        (2, "wrong_width", "2,b,n"),
        (3, "blank_row", None),
        (4, "wrong_width", "3,c,n,y,z"),
        (5, "repeated_header", "id,when,team"),
        (7, "blank_row", None),
    ]
    assert str(read.set_aside["value"].dtype) == "str"


def test_row_numbers_are_right_across_blocks(write):
    lines = [f'{i},"{"x" * 40}\n{i}",n' for i in range(60_000)]
    lines[30_000] = "too,few"
    lines[59_998] = ""
    read = open_source(write("id,when,team\n" + "\n".join(lines) + "\n"), ABC)
    assert aside(read) == [(30_000, "wrong_width", "too,few"), (59_998, "blank_row", None)]
    ids = rows(read)["id"]
    assert [ids[29_999], ids[30_000], ids[-1]] == ["29999", "30001", "59999"]


def test_a_quote_that_never_closes_is_named(write):
    with pytest.raises(SourceError, match=r"opens in row 1 \(line 4: '\"open'\) never closes"):
        open_source(write('id,when,team\n1,"a\nb",c\n2,"open\n3,b,c\n4,b,c\n'), ABC)
    long = "".join(f"{i},b,c\n" for i in range(400_000))
    with pytest.raises(SourceError, match=r"opens in row 0 \(line 2: '\"open'\) never closes"):
        open_source(write(f'id,when,team\n1,b,"open\n{long}'), ABC)
    # A quote inside of an unquoted cell is a character like any other.
    assert rows(open_source(write('id,when,team\n1,b,19" rack\n'), ABC))["team"] == ['19" rack']


def test_a_cell_longer_than_a_block_is_read(write):
    read = open_source(write(f'id,when,team\n1,"{"x" * 3_000_000}",c\n2,b,c\n'), ABC)
    assert [len(x) for x in rows(read)["when"]] == [3_000_000, 1]


def test_a_byte_order_mark_in_mid_file_is_taken_off_and_noted(write):
    part = '\ufeff"id","when","team"\n"1, a","2","3"\n'
    read = open_source(write(part * 2 + "\ufeff7,8,9\n"), ABC)
    assert rows(read)["id"] == ["1, a", "1, a", "7"]
    assert aside(read) == [(1, "repeated_header", "id,when,team")]
    assert read.noted == [Note("inner_bom", 2, 1, "id")]


def test_a_byte_order_mark_across_blocks(write):
    for shift in range(7):
        first = "id,when,team\n"
        pad = (1 << 20) - len(first) - 6 + shift
        read = open_source(write(f'{first}1,2,{"x" * (pad - 5)}\n\ufeff"7,7","8","9"\n'), ABC)
        assert rows(read)["id"] == ["1", "7,7"]


def test_header_names(write):
    read = open_source(write(" id ,when, team,when,,\n1,2,3,4,,\n5,6,7,8,,\n"), ABC)
    assert rows(read) == {"id": ["1", "5"], "when": ["2", "6"], "team": ["3", "7"]}
    assert read.header == ("id", "when", "team")
    assert read.duplicated == {"when": 2, "": 2}
    assert open_source(write("\n\n" + GOOD), ABC).n_read == 2


def test_empty_cells_beyond_the_header_are_no_cells(write):
    read = open_source(write("id,when,team\n1,2,3,\n4,5,6,\n7,8,9,x\n1,2,3\n"), ABC)
    assert rows(read)["id"] == ["1", "4"]
    assert aside(read) == [(2, "wrong_width", "x"), (3, "wrong_width", "1,2,3")]
    assert rows(open_source(write("id,when,team,,\n1,2,3\n4,5,6\n"), ABC))["id"] == ["1", "4"]


def test_a_source_with_none_of_the_needed_columns_still_tells_its_header(write):
    read = open_source(write("a,b\n1,2\n"), ABC)
    assert (read.table.num_columns, read.n_read, read.header) == (0, 0, ("a", "b"))


def test_without_named_columns_the_roles_are_needed(write):
    read = open_source(write("case,time,note,department\n1,2,3,4\n"), Dialect(keep=("note",)))
    assert rows(read) == {"case": ["1"], "time": ["2"], "department": ["4"], "note": ["3"]}


CELLS = st.text(alphabet='ab ,;"\n\u00e9', max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    body=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_reads_as_the_csv_module_reads_it(tmp_path_factory, body, quoting, end):
    # Three rows of the right width first, so that the width of the rows is beyond doubt.
    body = [["1", "2", "3"]] * (len(body) + 1) + body
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=end).writerows([["id", "when", "team"], *body])
    path = tmp_path_factory.mktemp("any") / "log"
    path.write_bytes(text.getvalue().encode())
    read = open_source(path, Dialect(columns=ABC.columns, delimiter=","))
    blank = [i for i, cells in enumerate(body) if not any(cells)]
    good = [i for i, cells in enumerate(body) if len(cells) == 3 and any(cells)]
    assert rows(read) == {name: [body[i][j] or None for i in good] for j, name in enumerate(["id", "when", "team"])}
    found = read.set_aside
    assert found.loc[found["reason"] == "blank_row", "row"].tolist() == blank
    wrong = [i for i in range(len(body)) if i not in good and i not in blank]
    assert found.loc[found["reason"] == "wrong_width", "row"].tolist() == wrong


# duplicates


DOUBLED = [
    ("1", "a", "n", "x"),
    ("1", "a", "n", "y"),
    ("1", "a", "n", "x"),
    (None, "a", "n", None),
    ("1", "a", "n", "x"),
    (None, "a", "n", None),
]


def test_duplicates_are_judged_on_every_column(write, tmp_path):
    frame = pd.DataFrame(DOUBLED, columns=["id", "when", "team", "other"])
    path = tmp_path / "log.parquet"
    frame.to_parquet(path)
    text = "id,when,team,other\nbad\n" + "".join(",".join(x or "" for x in row) + "\n" for row in DOUBLED)
    book = tmp_path / "log.xlsx"
    frame.to_excel(book, index=False)
    for source in (write(text), path, book, frame, pa.table(frame), frame.astype({"other": object, "id": "category"})):
        read = open_source(source, ABC)
        assert read.duplicates().tolist() == [False, False, True, False, True, True], read.kind
        assert read.duplicates(np.array([1, 2, 4])).tolist() == [False, False, False, False, True, False]
    assert not open_source(write(GOOD), ABC).duplicates().any()


def test_duplicates_agree_with_pandas(write):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 4, (60_000, 6)).astype(str), columns=["id", "when", "team", "p", "q", "r"])
    frame["r"] = rng.integers(0, 9, len(frame)).astype(str)
    expected = frame.duplicated().tolist()
    for source in (write(frame.to_csv(index=False)), frame, pa.table(frame)):
        assert open_source(source, ABC).duplicates().tolist() == expected


def test_duplicates_see_nested_values_and_missing_numbers():
    table = pa.table(
        {"id": [1, 1, 1], "when": [2, 2, 2], "team": [3, 3, 3], "tags": [["a"], ["b"], ["a"]], "x": [None] * 3}
    )
    assert open_source(table, ABC).duplicates().tolist() == [False, False, True]


# Parquet


def test_parquet_keeps_types_and_one_dictionary(tmp_path):
    when = pa.array([dt.datetime(2024, 1, 1, 9, i, tzinfo=dt.UTC) for i in range(4)], pa.timestamp("us", "UTC"))
    table = pa.table(
        {"id": pa.array([2**60 + 1, None, 3, 4]), "when": when, "team": ["a", "b", "c", "a"], "z": [0] * 4}
    )
    pq.write_table(table, tmp_path / "x", row_group_size=2)
    read = open_source(tmp_path / "x", ABC)
    assert read.kind == "parquet"
    assert rows(read)["id"] == [2**60 + 1, None, 3, 4]
    assert [str(x) for x in read.table.schema.types] == [
        "int64",
        "timestamp[us, tz=UTC]",
        "dictionary<values=string, indices=int32, ordered=0>",
    ]
    assert len({str(c.dictionary) for c in read.table["team"].chunks}) == 1
    assert read.header == ("id", "when", "team", "z")


def test_parquet_columns_of_few_and_of_many_words_are_dictionaries(tmp_path):
    n = 4_000
    ids = [f"ticket {i:09}" for i in range(n)]
    table = pa.table({"id": ids, "when": ids, "team": ["a", "b", "c", "a"] * (n // 4)})
    pq.write_table(table, tmp_path / "x", row_group_size=n // 2)
    read = open_source(tmp_path / "x", ABC).table
    for name in ("id", "when", "team"):
        assert str(read[name].type) == "dictionary<values=string, indices=int32, ordered=0>"
        assert len({str(c.dictionary) for c in read[name].chunks}) == 1
        assert read[name].to_pylist() == table[name].to_pylist()


def test_parquet_without_rows_and_with_a_pandas_index(tmp_path):
    frame = pd.DataFrame({"id": ["a", "a"], "when": ["b", "b"], "team": ["c", "c"]}, index=[5, 9])
    frame.to_parquet(tmp_path / "x")
    read = open_source(tmp_path / "x", ABC)
    assert read.header == ("id", "when", "team")
    assert read.duplicates().tolist() == [False, True]
    frame.iloc[:0].to_parquet(tmp_path / "x")
    with pytest.raises(SourceError, match="columns and no rows"):
        open_source(tmp_path / "x", ABC)


def test_parquet_names_that_stand_twice_or_hold_points(tmp_path):
    columns = [pa.array([x]) for x in "abcde"]
    pq.write_table(pa.Table.from_arrays(columns, names=["id", "when", "id", "team.x", "team"]), tmp_path / "x")
    read = open_source(tmp_path / "x", Dialect(columns={**ABC.columns, "agent": "team.x"}))
    assert rows(read) == {"id": ["a"], "when": ["b"], "team": ["e"], "team.x": ["d"]}
    assert read.duplicated == {"id": 2}


def test_parquet_cut_off(tmp_path):
    pq.write_table(pa.table({"id": ["a"] * 1000}), tmp_path / "x")
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:-20])
    with pytest.raises(SourceError, match="damaged or unusual Parquet"):
        open_source(tmp_path / "x", ABC)


# Excel


@pytest.fixture
def save(tmp_path):
    def make(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, cells in sheets.items():
            sheet = book.create_sheet(title)
            for row in cells:
                sheet.append(row)
        book.save(tmp_path / "book.csv")
        return tmp_path / "book.csv"

    return make


HEAD = ["id", "when", "team", "score"]


def test_excel_cells(save):
    at = pd.Timestamp(2024, 3, 4, 9, 30).to_pydatetime()
    path = save(
        A=[
            [],
            [" id", "when", "team", "score", None],
            [7, at, "Net", 1.5],
            [8.0, at, "#N/A", 2],
            [],
            ["0009", None, at, True],
            [123456789012345, at, "", None, "stray"],
            [None, None, None],
        ]
    )
    read = open_source(path, Dialect(columns=ABC.columns, keep=("score",)))
    assert read.kind == "excel"
    assert rows(read) == {
        "id": ["7", "8", "0009", "123456789012345"],
        "when": [at, at, None, at],
        "team": ["Net", "#N/A", "2024-03-04T09:30:00", None],
        "score": ["1.5", "2", "TRUE", None],
    }
    assert str(read.table["when"].type) == "timestamp[us]"
    assert read.row.tolist() == [0, 1, 3, 4]
    assert aside(read) == [(2, "blank_row", None)]


def test_excel_ids_that_lost_digits(save):
    # A spreadsheet stores 17 digits as 1.234567890123457E+16.
    path = save(A=[HEAD, [1, "t", "n", 1], [], [12345678901234567, "t", "n", 2]])
    with pytest.raises(SchemaError, match=r"column 'id' holds floats.*row 2, 1\.23456789012345\d+e\+16"):
        open_source(path, ABC)


def test_excel_sheets(save):
    other, good = [["a", "b"], [1, 2]], [HEAD, [1, "t", "n", 5]]
    assert rows(open_source(save(Notes=other, Log=good, Empty=[]), ABC))["id"] == ["1"]
    path = save(Log=good, Old=good)
    with pytest.raises(SourceError, match=r"2 of its 2 sheets have.*sheet=\.\.\. with one of 'Log', 'Old'"):
        open_source(path, ABC)
    assert rows(open_source(path, Dialect(columns=ABC.columns, sheet="Old")))["id"] == ["1"]
    with pytest.raises(SourceError, match=r"no sheet 'New'; pass sheet=\.\.\. with one of 'Log', 'Old'"):
        open_source(path, Dialect(columns=ABC.columns, sheet="New"))
    with pytest.raises(SourceError, match=r"none of its 2 sheets has the needed columns \(id, team, when\)"):
        open_source(save(A=other, B=other), ABC)
    with pytest.raises(SourceError, match="a header and no rows"):
        open_source(save(A=[HEAD]), ABC)
    with pytest.raises(SourceError, match="sheet 'A' is empty"):
        open_source(save(A=[]), ABC)
    assert open_source(save(A=other), ABC).header == ("a", "b")


def test_excel_packed_damaged_or_without_openpyxl(save, write, monkeypatch):
    path = save(A=[HEAD, [1, "t", "n", 5]])
    assert rows(open_source(write(gzip.compress(path.read_bytes())), ABC))["id"] == ["1"]
    with pytest.raises(SourceError, match="damaged workbook"):
        open_source(write(zipped(**{"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"})), ABC)
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(SourceError, match=r"pip install 'lanehop\[excel\]'"):
        open_source(path, ABC)


# frames


def frame_of(ids, **more):
    n = len(ids)
    return pd.DataFrame({"id": ids, "when": ["t"] * n, "team": ["n"] * n, **more})


def ids_of(ids):
    return rows(open_source(frame_of(ids), ABC))["id"]


def test_a_frame_is_not_edited_and_its_index_is_ignored():
    frame = frame_of(["a", "b"]).set_index(pd.Index([9, 9]))
    before = frame.copy(deep=True)
    read = open_source(frame, ABC)
    assert (read.kind, read.row, rows(read)["id"]) == ("frame", None, ["a", "b"])
    pd.testing.assert_frame_equal(frame, before)


def test_ids_in_frames():
    assert ids_of(pd.Series(["007", None, np.nan, pd.NA], dtype=object)) == ["007", None, None, None]
    assert ids_of(pd.array([2**60 + 1, None], dtype="Int64")) == [2**60 + 1, None]
    assert ids_of([7.0, np.nan, -3.0]) == ["7", None, "-3"]
    assert ids_of([7.0, 7.25, np.nan, 1e-7, np.inf]) == ["7", "7.25", None, "1e-07", "inf"]
    assert ids_of(pd.Series([7, 7.0, "7a", 1.5, True, None, 2**70], dtype=object)) == [
        "7", "7", "7a", "1.5", "True", None, "1180591620717411303424"
    ]  # fmt: skip
    assert ids_of(pd.Series([2**70, 1], dtype=object)) == ["1180591620717411303424", "1"]
    assert ids_of(np.array([0.1, 2.0], dtype="float32")) == ["0.1", "2"]
    assert ids_of([np.nan, np.nan]) == [None, None]
    assert ids_of(pd.Series([None, None], dtype=object)) == [None, None]


def test_ids_that_lost_digits_are_refused():
    for ids in ([1.0, 2.0**53], pd.Series([1.0, 2.0**53, "x"], dtype=object), pd.Categorical([1.0, 2.0**53])):
        with pytest.raises(SchemaError, match=r"column 'id' holds floats.*row 1, 9007199254740992\.0"):
            open_source(frame_of(ids), ABC)
    with pytest.raises(SchemaError, match=r"row 0, 16777216\.0"):
        open_source(frame_of(np.array([2**24], dtype="float32")), ABC)
    with pytest.raises(SchemaError, match="last digits"):
        open_source(pa.table(frame_of([2.0**60])), ABC)
    # A column that holds no ids may be as large as it likes.
    read = open_source(frame_of([1], size=[1e300]), Dialect(columns=ABC.columns, keep=("size",)))
    assert rows(read)["size"] == [1e300]


def test_categories_stay_dictionaries():
    read = open_source(frame_of(pd.Categorical(["b", None, "a"], categories=["a", "b", "c"])), ABC)
    assert pa.types.is_dictionary(read.table["id"].type)
    assert rows(read)["id"] == ["b", None, "a"]
    assert ids_of(pd.Categorical([1.0, 2.0, None])) == ["1", "2", None]
    assert ids_of(pd.Categorical([1, "1", None])) == ["1", "1", None]
    assert ids_of(pd.Categorical([5, 6])) == [5, 6]


def test_times_in_frames():
    def when(values):
        frame = pd.DataFrame({"id": ["a"] * len(values), "team": ["n"] * len(values)})
        frame["when"] = values
        return open_source(frame, ABC).table["when"]

    aware = pd.Timestamp("2024-01-01 09:00", tz="Europe/Lisbon")
    naive = pd.Timestamp("2024-07-01 09:00")
    east = pd.Timestamp("2024-07-01 09:00", tz="+02:00")
    assert when(pd.DatetimeIndex([naive, None])).to_pylist() == [naive, None]
    assert str(when(pd.DatetimeIndex([aware])).type.tz) == "Europe/Lisbon"
    mixed = when(pd.Series([aware, east, None], dtype=object))
    assert (str(mixed.type), mixed.to_pylist()) == ("timestamp[us, tz=UTC]", [aware, east, None])
    assert when(pd.Series([naive, east], dtype=object)).to_pylist() == [
        "2024-07-01T09:00:00",
        "2024-07-01T09:00:00+02:00",
    ]
    assert when(pd.Series([dt.date(2024, 7, 1)], dtype=object)).to_pylist() == [dt.date(2024, 7, 1)]
    assert when(pd.Series([1.5e9, np.nan])).to_pylist() == [1.5e9, None]
    assert when(pd.PeriodIndex(["2024-07"], freq="M")).to_pylist() == ["2024-07"]


def test_columns_of_frames():
    frame = frame_of(["a"])
    frame.columns = pd.Index(["\ufeffid", " when", "team"])
    assert rows(open_source(frame, ABC))["when"] == ["t"]
    twice = pd.concat([frame_of(["a"]), pd.DataFrame({"id": ["z"], 0: [1]})], axis=1)
    read = open_source(twice, ABC)
    assert (rows(read)["id"], read.duplicated, read.header) == (["a"], {"id": 2}, ("id", "when", "team", "0"))
    levels = pd.concat({"x": frame_of(["a"])}, axis=1)
    with pytest.raises(SchemaError, match="stand in 2 levels"):
        open_source(levels, ABC)
    empty = open_source(frame_of(["a"]).iloc[:0], ABC)
    assert (empty.n_read, rows(empty)["id"], empty.duplicates().tolist()) == (0, [], [])


def test_what_speaks_arrow_goes_in_as_it_is():
    duckdb = pytest.importorskip("duckdb")
    table = pa.table({"id": [1, 1], "when": ["s", "t"], "team": pa.array(["n", None]).dictionary_encode()})
    polars = pl.DataFrame({"id": [1, 1], "when": ["s", "t"], "team": ["n", None]})
    with duckdb.connect() as connection:
        sources = [
            table,
            table.to_batches()[0],
            table.to_reader(),
            polars,
            polars.with_columns(pl.col("team").cast(pl.Categorical)),
            connection.sql("select * from (values (1, 's', 'n'), (1, 't', null)) as x(id, \"when\", team)"),
        ]
        for source in sources:
            read = open_source(source, ABC)
            assert rows(read) == {"id": [1, 1], "when": ["s", "t"], "team": ["n", None]}
            assert read.kind == "arrow"
            assert not any("view" in str(x) for x in read.table.schema.types)
            assert read.duplicates().tolist() == [False, False]


def test_dictionaries_of_several_chunks_become_one():
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["b", "c"]).dictionary_encode()]
    table = pa.table({"id": [1, 2, 3, 4], "when": ["t"] * 4, "team": pa.chunked_array(chunks)})
    read = open_source(table, ABC)
    assert read.table["team"].num_chunks == 1
    assert rows(read)["team"] == ["a", "b", "b", "c"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (pl.LazyFrame({"id": [1]}), r"pass source\.collect\(\)"),
        ([{"id": 1}], r"a list, not a table; pass pandas\.DataFrame"),
        ({"id": [1]}, r"a dict, not a table; pass pandas\.DataFrame"),
        (pd.Series([1]), r"a Series, not a table"),
        (pa.array([1]), "is no table of rows"),
    ],
)
def test_what_is_nearly_a_table(source, said):
    with pytest.raises(SourceError, match=said):
        open_source(source, ABC)


# real logs


@needs_data
def test_the_uci_log_is_read_whole():
    dialect = find_dialect("uci_incidents")
    read = open_source(DATA / "uci_incident" / "incident_event_log.zip", dialect)
    assert (read.n_read, read.table.num_rows, len(read.header)) == (141_712, 141_712, 36)
    table = read.table
    assert len(set(table["number"].to_pylist())) == 24_918
    assert table["sys_updated_at"][0].as_py() == "29/2/2016 01:23"
    assert not read.duplicates().any()
    # 1,581 rows differ in sys_mod_count only: a duplicate is judged on all columns but that one.
    with zipfile.ZipFile(DATA / "uci_incident" / "incident_event_log.zip") as archive:
        whole = pd.read_csv(archive.open("incident_event_log.csv"), dtype=str, keep_default_na=False)
    assert whole["number"].tolist() == table["number"].to_pylist()
    less = open_source(whole.drop(columns="sys_mod_count"), dialect)
    assert int(less.duplicates().sum()) == int(whole.drop(columns="sys_mod_count").duplicated().sum()) == 1_581


@needs_data
def test_each_small_export_sample_accounts_for_its_rows():
    found = sorted((DATA / "formats").rglob("*.csv"))
    assert found
    for path in found:
        columns = pd.read_csv(path, dtype=str, nrows=0).columns
        if path.stat().st_size and len(pd.read_csv(path, dtype=str)):
            read = open_source(path, Dialect(columns={"case": columns[0], "time": columns[-1]}))
            assert read.n_read == len(pd.read_csv(path, dtype=str, skip_blank_lines=False)), path.name
            rows(read)
