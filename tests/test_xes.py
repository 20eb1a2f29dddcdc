"""The XES reader: every event, every value as written, nothing fetched, damage named."""

import gzip
import time

import pytest
from real_logs import DATA, needs_data

from lanehop.dialect import Dialect, find_dialect
from lanehop.errors import SourceError
from lanehop.read.sources import Note, open_source

DIALECT = Dialect(
    columns={
        "case": "case:concept:name",
        "time": "time:timestamp",
        "department": "org:group",
        "activity": "concept:name",
    }
)

TRACES = """
  <trace>
    <string key="concept:name" value="00T1"/>
    <string key="impact" value="high"><string key="nested" value="no"/></string>
    <event>
      <string key="concept:name" value="open"/>
      <date key="time:timestamp" value="2024-01-01T09:00:00+01:00"/>
      <string key="org:group" value="A &amp; B"><string key="inner" value="no"/></string>
      <list key="things"><values><string key="x" value="no"/></values></list>
    </event>
    <event>
      <date key="time:timestamp" value="not a date"/>
      <int key="cost" value="007"/>
    </event>
  </trace>
  <event><string key="concept:name" value="stray"/></event>
  <trace><string key="concept:name" value="empty"/></trace>
  <trace>
    <event><string key="concept:name" value=""/><string key="concept:name" value="again"/></event>
    <string key="concept:name" value="T2"/>
  </trace>
"""
LOG = f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">{TRACES}</log>'


@pytest.fixture
def write(tmp_path):
    def make(content):
        path = tmp_path / "log.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def prefixed(text):
    for tag in ("log", "trace", "event", "string", "date", "int", "list", "values"):
        text = (
            text.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>").replace(f"</{tag}>", f"</x:{tag}>")
        )
    return text.replace("<x:log ", '<x:log xmlns:x="http://www.xes-standard.org/" ')


@pytest.mark.parametrize(
    "content",
    [
        LOG,
        "\ufeff" + LOG,
        LOG.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
        LOG.removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n'),
        LOG.replace("<log ", '<log xmlns="http://www.xes-standard.org/" '),
        prefixed(LOG),
        LOG.replace("<trace>", "<trace><!-- a comment --><?pi x?>").replace("<event>", "<event><!-- one more -->"),
        LOG.replace("<log ", "<!DOCTYPE log>\n<log "),
        gzip.compress(LOG.encode()),
    ],
)
def test_events_become_rows(write, content):
    read = open_source(write(content), DIALECT)
    assert read.kind == "xes"
    assert read.table.to_pydict() == {
        "case:concept:name": ["00T1", "00T1", "T2"],
        "time:timestamp": ["2024-01-01T09:00:00+01:00", "not a date", None],
        "org:group": ["A & B", None, None],
        "concept:name": ["open", None, ""],
    }
    assert read.row.tolist() == [0, 1, 3]
    assert read.n_read == 4
    assert read.set_aside.to_dict("records") == [
        {"row": 2, "reason": "event_without_trace", "column": read.set_aside["column"][0], "value": "stray"}
    ]
    assert read.set_aside["column"].isna().all()
    assert read.header == (
        "case:concept:name",
        "case:impact",
        "concept:name",
        "time:timestamp",
        "org:group",
        "cost",
    )
    assert read.noted == [
        Note("trace_without_events", 1, 3, "empty"),
        Note("repeated_key", 1, 3, "concept:name"),
    ]


def test_only_needed_columns_are_kept_and_a_late_column_is_filled(write):
    n = 70_000  # more than one chunk
    late = '<string key="late" value="x"/>'
    events = "".join(f'<event><int key="i" value="{i}"/>{late * (i == n - 1)}</event>' for i in range(n))
    dialect = Dialect(columns={"case": "case:id", "time": "i", "department": "late"})
    read = open_source(write(f'<log><trace><string key="id" value="c"/>{events}</trace></log>'), dialect)
    assert read.row is None
    assert read.table["i"].to_pylist() == [str(i) for i in range(n)]
    assert read.table["late"].null_count == n - 1
    assert read.table["late"][n - 1].as_py() == "x"
    assert read.table["case:id"].to_pylist() == ["c"] * n
    assert not read.duplicates().any()


def test_duplicates_look_at_every_attribute(write):
    one = '<event><string key="org:group" value="A"/><string key="note" value="{}"/></event>'
    log = '<log><trace><string key="concept:name" value="c"/>' + "".join(map(one.format, "xyxx")) + "</trace></log>"
    assert open_source(write(log), DIALECT).duplicates().tolist() == [False, False, True, True]


def test_an_event_attribute_named_as_a_trace_attribute_is_told(write):
    event = '<event><string key="case:concept:name" value="other"/></event>'
    log = f'<log><trace><string key="concept:name" value="c"/>{event}</trace></log>'
    read = open_source(write(log), DIALECT)
    assert read.table["case:concept:name"].to_pylist() == ["c"]
    assert read.duplicated == {"case:concept:name": 2}


def test_a_value_of_some_megabytes_passes(write):
    big = "x" * 5_000_000
    log = f'<log><trace><event><string key="org:group" value="{big}"/></event></trace></log>'
    assert len(open_source(write(log), DIALECT).table["org:group"][0].as_py()) == 5_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LOG[: LOG.index('value="T2"')], "cut off or malformed XML at line 21, after 2 whole traces"),
        (LOG.replace("</log>", ""), "after 3 whole traces"),
        (LOG.replace("A &amp; B", "A & B"), "malformed XML at line 9, after 0 whole traces"),
        (LOG.replace("<log ", "<logs ").replace("</log>", "</logs>"), "its root is <logs>, not <log>"),
        (f"<html><body>{TRACES}</body></html>", "an HTML page"),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "a" "b"><html/>', "an HTML page"),
        (LOG.replace("<log ", '<!DOCTYPE log [<!ENTITY a "aa">]>\n<log '), "declares 1 entities.*'a'.*refuses"),
        (LOG.replace("<log ", '<!DOCTYPE log [<!ENTITY % a "aa">]>\n<log '), "declares 1 entities.*refuses"),
        (LOG.replace("<log ", '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///x">]>\n<log '), "declares 1 entities"),
        (
            LOG.replace("<log ", '<!DOCTYPE log SYSTEM "http://x.example/a.dtd">\n<log '),
            "outside document.*a.dtd.*refuses",
        ),
        (LOG.replace("<log ", '<!DOCTYPE log PUBLIC "p" "q">\n<log '), "outside document"),
        ("<log/>", "an XES log of 0 traces without any event"),
        ("<log><trace></trace></log>", "1 traces without any event"),
        (gzip.compress(LOG.encode() * 3)[:-40], "cut off or damaged"),
    ],
)
def test_what_is_no_whole_log_is_said(write, content, said):
    with pytest.raises(SourceError, match=f"log.txt.*{said}"):
        open_source(write(content), DIALECT)


def test_entities_are_never_expanded(write):
    layers = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    bomb = f'<!DOCTYPE log [<!ENTITY e0 "0000000000">{layers}]><log version="&e11;">{TRACES}</log>'
    start = time.perf_counter()
    with pytest.raises(SourceError, match=r"declares 12 entities|malformed"):
        open_source(write(bomb), DIALECT)
    assert time.perf_counter() - start < 5


@needs_data
@pytest.mark.parametrize(
    ("name", "n_events", "n_cases"),
    [("incidents", 65_533, 7_554), ("closed_problems", 6_660, 1_487), ("open_problems", 2_351, 819)],
)
def test_the_bpic_logs_are_read_whole(name, n_events, n_cases):
    read = open_source(DATA / "bpic2013" / f"BPI_Challenge_2013_{name}.xes.gz", find_dialect(f"bpic2013_{name}"))
    assert (read.n_read, read.table.num_rows, read.noted) == (n_events, n_events, [])
    assert len(set(read.table["case:concept:name"].to_pylist())) == n_cases
    if name == "incidents":
        assert len(set(read.table["org:group"].to_pylist())) == 649
        assert len(set(read.table["organization involved"].to_pylist())) == 25
        zones = {x[-6:] for x in read.table["time:timestamp"].to_pylist()}
        assert zones == {"+01:00", "+02:00"}
