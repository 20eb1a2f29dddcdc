"""Dialect: what it takes, what it refuses, and that a TOML file says the same."""

import copy
import pickle

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lanehop.dialect import BLANKS, FORMATS, ROLES, Dialect, code_classes, find_dialect, label_states
from lanehop.errors import DialectError
from lanehop.states import OPEN, RESOLUTION_CLASSES, STATES

NAMED = {"case": "id", "time": "t", "department": "team"}


def refused(**said):
    with pytest.raises(DialectError) as caught:
        Dialect(**said)
    return str(caught.value)


# Any dialect -----------------------------------------------------------------------------------------

NAMES = st.text(min_size=1, max_size=8).map(lambda x: x.strip(BLANKS)).filter(bool)


@st.composite
def dialects(draw):
    """Dialects of which every label stands once, and every column means one thing."""
    names = draw(st.lists(NAMES, min_size=30, max_size=30, unique=True))
    assume(not set(names) & set(STATES))
    take = iter(names).__next__
    some = lambda words, most: {word: [take() for _ in range(draw(st.integers(1, most)))] for word in words}  # noqa: E731
    roles = draw(st.lists(st.sampled_from(ROLES), max_size=5, unique=True))
    columns = {role: take() for role in roles}
    if "state" in columns and draw(st.booleans()):
        columns["state"] = [columns["state"], take()]
    return Dialect(
        columns=columns,
        states=some(draw(st.lists(st.sampled_from(STATES), max_size=3, unique=True)), 2),
        resolutions=some(draw(st.lists(st.sampled_from(RESOLUTION_CLASSES), max_size=2, unique=True)), 2),
        notes=[take() for _ in range(draw(st.integers(0, 2)))],
        reopenings=[take() for _ in range(draw(st.integers(0, 2)))],
        missing=[take() for _ in range(draw(st.integers(0, 2)))],
        bots=draw(st.lists(NAMES, max_size=2)),
        keep=draw(st.lists(NAMES, max_size=2)),
        final=draw(st.lists(NAMES, max_size=2)),
        closing_is_claim=draw(st.booleans()),
        drop_duplicates=draw(st.booleans()),
        missing_department=draw(st.sampled_from(["carry", "unassigned"])),
        timezone=draw(st.sampled_from([None, "UTC", "Europe/Lisbon"])),
        time_format=draw(st.none() | NAMES),
        tie=draw(st.none() | NAMES),
        format=draw(st.sampled_from([None, *FORMATS])),
        encoding=draw(st.none() | NAMES),
        delimiter=draw(st.sampled_from([None, ";", "\t", "|"])),
        sheet=draw(st.none() | NAMES),
    )


@settings(max_examples=70, deadline=None)
@given(dialects())
def test_it_survives_toml_pickle_and_copies(dialect):
    for again in (
        Dialect.from_toml(dialect.to_toml()),
        pickle.loads(pickle.dumps(dialect)),
        copy.deepcopy(dialect),
        copy.copy(dialect),
        dialect.with_changes(),
        eval(repr(dialect)),  # noqa: S307
    ):
        assert again == dialect
        assert hash(again) == hash(dialect)
        assert again.to_toml() == dialect.to_toml()


def test_equal_dialects_are_written_alike_whatever_the_order_they_were_said_in():
    one = Dialect(columns=NAMED, states={"working": ["W"], "queued": ["Q"]}, bots={"a", "b", "c"})
    other = Dialect(
        columns=dict(reversed(NAMED.items())), states={"queued": ["Q"], "working": ["W"]}, bots=["a", "b", "c"]
    )
    assert one == other
    assert hash(one) == hash(other)
    assert one.to_toml() == other.to_toml()
    assert list(one.columns) == ["case", "time", "department"]
    assert one != one.with_changes(bots=["a"])


def test_only_what_is_said_is_written():
    assert Dialect().to_toml() == ""
    assert Dialect.from_toml("") == Dialect()
    text = Dialect(columns={"case": "id"}, missing=["?"], closing_is_claim=True).to_toml()
    assert text == 'closing_is_claim = true\nmissing = ["?"]\n\n[columns]\ncase = "id"\n'


def test_it_cannot_be_changed():
    dialect = Dialect(columns=NAMED, notes=["n"])
    with pytest.raises(AttributeError):
        dialect.timezone = "UTC"
    with pytest.raises(TypeError):
        dialect.columns["case"] = "other"
    columns, states = dict(NAMED), {"queued": ["Q"]}
    dialect = Dialect(columns=columns, states=states)
    columns["case"] = "other"
    states["queued"].append("R")
    assert dialect.columns["case"] == "id"
    assert dialect.states == {"queued": ("Q",)}


def test_blanks_around_what_it_says_do_not_count():
    said = Dialect(
        columns={"case": " id", "time": "t\u00a0", "department": "\ufeffteam", "state": ["s ", "\u2003r"]},
        states={"queued": [" New "]},
        notes=["\tn"],
        missing=[" ? "],
        bots=["bot\n"],
        tie=" seq ",
        keep=[" k"],
    )
    assert dict(said.columns) == {"case": "id", "time": "t", "department": "team", "state": ("s", "r")}
    assert said.states == {"queued": ("New",)}
    assert (said.notes, said.missing, said.bots, said.tie, said.keep) == (("n",), ("?",), ("bot",), "seq", ("k",))
    assert Dialect(delimiter="\t").delimiter == "\t"


def test_a_list_of_one_column_is_that_column():
    assert Dialect(columns={"case": ["id"], "state": ("s",)}) == Dialect(columns={"case": "id", "state": "s"})


# Changes ---------------------------------------------------------------------------------------------


def test_tables_are_merged_and_all_else_is_replaced():
    base = Dialect(columns=NAMED, states={"queued": ["New"], "working": ["W"]}, notes=["n"], bots=["b"], timezone="UTC")
    made = base.with_changes(
        columns={"state": "status", "department": None}, states={"queued": ["Neu"]}, notes=["m"], timezone=None
    )
    assert dict(made.columns) == {"case": "id", "time": "t", "state": "status"}
    assert dict(made.states) == {"queued": ("Neu",), "working": ("W",)}
    assert (made.notes, made.bots, made.timezone) == (("m",), ("b",), None)
    assert base.columns == NAMED


def test_an_unknown_key_is_told_with_those_there_are():
    with pytest.raises(DialectError, match=r"unknown dialect key 'colums', 'time_zone' \(known: .*timezone\)"):
        Dialect().with_changes(colums={}, time_zone="UTC")
    with pytest.raises(DialectError, match=r"unknown dialect key 'state'.*columns=\{'state': '...'\}"):
        Dialect().with_changes(state="status")


def test_a_merge_is_checked_like_anything_else():
    with pytest.raises(DialectError, match="'New' stands twice in states: under queued and working"):
        Dialect(states={"queued": ["New"]}).with_changes(states={"working": ["New"]})


# Refusals --------------------------------------------------------------------------------------------


def test_all_contradictions_are_told_at_once():
    message = refused(
        columns={"case": "id", "time": ["a", "b"], "state": [], "team": "x", 3: "y"},
        states={"queued": ["New", "Done"], "resolved": ["Done"], "solved": ["S"], "closed": ["Shut"]},
        resolutions={"fixed": ["F", "F"], "broken": ["B"]},
        notes=["New", "Again"],
        reopenings=["Shut", "Again"],
        missing=["New"],
        missing_department="keep",
        timezone="Mars/Base",
        format="zendesk",
        delimiter=";;",
    )
    for part in (
        "unknown role 'team' in columns (known: case, time, department, state,",
        "unknown role '3' in columns",
        "unknown state 'solved' in states (known: queued,",
        "unknown class 'broken' in resolutions (known: fixed,",
        "columns.time names 2 columns; only a state may be read from several",
        "columns.state names no column",
        "'Done' stands twice in states: under queued and resolved",
        "'F' stands twice in resolutions: under fixed and fixed",
        "label 'New' is both a state and a note",
        "label 'Shut' reopens a ticket, and means a done state",
        "label 'Again' reopens a ticket, and is a note",
        "'New' stands for a missing value, and has a meaning",
        "missing_department must be 'carry' or 'unassigned', not 'keep'",
        "unknown timezone 'Mars/Base'",
        "unknown format 'zendesk' (known: table, zendesk_audits,",
        "delimiter must be one character, not ';;'",
    ):
        assert part in message


def test_all_wrong_types_are_told_at_once():
    message = refused(
        columns={"case": 3, "state": {"a": 1}},
        states="New",
        resolutions={"fixed": "F", "not_fixed": [1]},
        notes={"n": 1},
        reopenings=b"x",
        bots=7,
        keep=["", "k"],
        closing_is_claim=1,
        drop_duplicates="yes",
        timezone=3,
        time_format="",
        tie=["seq"],
    )
    for part in (
        "columns.case must be a column, not 3",
        "columns.state must be a column, not {'a': 1}",
        "states must be a table, not 'New'",
        "resolutions.fixed must be a list of texts, not 'F'",
        "resolutions.not_fixed must be a list of texts, but holds 1",
        "notes must be a list of texts, not {'n': 1}",
        "reopenings must be a list of texts, not b'x'",
        "bots must be a list of texts, not 7",
        "keep holds an empty text, which names nothing",
        "closing_is_claim must be true or false, not 1",
        "drop_duplicates must be true or false, not 'yes'",
        "timezone must be a text, not 3",
        "time_format must be a text, not ''",
        "tie must be a text, not ['seq']",
    ):
        assert part in message


def test_an_empty_label_can_mean_nothing():
    assert "states.queued holds an empty text" in refused(states={"queued": ["New", " "]})
    assert Dialect(missing=["", "?"]).missing == ("", "?")


def test_lanehops_own_labels_count_where_no_other_is_said():
    assert "label 'open' is both a state and a note" in refused(notes=["open"])
    assert "label 'closed' reopens a ticket, and means a done state" in refused(reopenings=["closed"])
    assert Dialect(states={"queued": ["New"]}, notes=["open"]).notes == ("open",)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"case": "x", "time": "x"}, "column 'x' cannot be the case and also the time"),
        ({"case": "x", "department": "x"}, "column 'x' cannot be the case and also the department"),
        ({"case": "x", "agent": "x", "state": ["x", "y"]}, "cannot be the case and also the state and the agent"),
        ({"time": "x", "opened_at": "x"}, "column 'x' cannot be the time and also the opened_at"),
        ({"time": "x", "activity": "x "}, "column 'x' cannot be the time and also the activity"),
    ],
)
def test_a_column_is_not_both_the_ticket_or_the_time_and_something_else(columns, told):
    assert told in refused(columns=columns)


def test_labels_may_serve_several_roles():
    assert Dialect(columns={**NAMED, "state": ["a", "b"], "activity": "a", "agent": "team"}).columns["activity"] == "a"


# Files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("columns = [", "not a TOML file"),
        ('colums = {case = "id"}', "unknown dialect key 'colums'"),
        (
            '[columns]\ncase = "id"\ntimezone = "UTC"',
            r"unknown role 'timezone' in columns .*write it above \[columns\]",
        ),
        ('states = ["New"]', r"states must be a table, not \['New'\]"),
        ('[states]\nqueued = "New"', "states.queued must be a list of texts, not 'New'"),
        ("timezone = 1979-05-27", "timezone must be a text"),
        ("[notes]\nx = 1", "notes must be a list of texts"),
    ],
)
def test_a_file_that_is_no_dialect(text, told, tmp_path):
    with pytest.raises(DialectError, match=told):
        Dialect.from_toml(text)
    path = tmp_path / "desk.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DialectError, match=rf"desk\.toml: .*{told}"):
        find_dialect(path)


def test_text_is_what_from_toml_takes():
    with pytest.raises(DialectError, match="takes the text of a dialect, not bytes"):
        Dialect.from_toml(b"")


def test_a_dialect_is_found_by_path_by_name_or_as_itself(tmp_path):
    dialect = Dialect(columns=NAMED, bots=["Zoë"])
    path = tmp_path / "desk.toml"
    path.write_text(dialect.to_toml(), encoding="utf-8-sig")
    assert find_dialect(path) == find_dialect(str(path)) == find_dialect(dialect) == dialect
    assert find_dialect(None) == Dialect()


@pytest.mark.parametrize("named", ["servicenoww", "", ".", "x" * 5000, "a\0b"])
def test_a_dialect_that_is_nowhere(named):
    with pytest.raises(DialectError, match=r"no dialect .*bundled ones \(bpic2013_closed_problems, "):
        find_dialect(named)


def test_a_dialect_of_another_kind(tmp_path):
    with pytest.raises(DialectError, match="a Dialect, a name or a path, not int"):
        find_dialect(3)
    path = tmp_path / "latin.toml"
    path.write_bytes('notes = ["Zoë"]'.encode("latin-1"))
    with pytest.raises(DialectError, match=r"latin\.toml: 'utf-8' codec"):
        find_dialect(path)


@pytest.mark.parametrize("name", Dialect.bundled())
def test_each_bundled_dialect_names_what_is_needed_and_some_states(name):
    dialect = find_dialect(name)
    needed = {"case", "time", "department", "state"}
    if name == "jira":  # has no department of its own: the user names the field
        needed.remove("department")
    assert needed <= dialect.columns.keys()
    assert {"working", "closed"} <= dialect.states.keys()
    assert Dialect.from_toml(dialect.to_toml()) == dialect


def test_which_dialects_are_bundled():
    assert {
        "bpic2013_closed_problems",
        "bpic2013_incidents",
        "bpic2013_incidents_org_line",
        "bpic2013_open_problems",
        "uci_incidents",
    } <= set(Dialect.bundled())
    # Neither problem log ever says that something is resolved.
    claims = {name for name in Dialect.bundled() if find_dialect(name).closing_is_claim}
    assert {"bpic2013_closed_problems", "bpic2013_open_problems"} <= claims
    assert not {"bpic2013_incidents", "uci_incidents"} & claims


# What it means ---------------------------------------------------------------------------------------


def test_labels_and_codes_as_numbers():
    dialect = Dialect(
        states={"working": ["W"], "resolved": ["R", "S"], "queued": ["Back"]},
        reopenings=["Again", "Back"],
        resolutions={"not_fixed": ["Wontfix"], "fixed": ["Done"]},
    )
    assert label_states(dialect) == {"Again": OPEN, "Back": 0, "W": 1, "R": 5, "S": 5}
    assert code_classes(dialect) == {"Wontfix": 2, "Done": 0}
    assert label_states(Dialect()) == {name: code for code, name in enumerate(STATES)}


def test_its_text_shows_only_what_it_says():
    assert repr(Dialect(columns={"case": "id"}, notes=["n"])) == "Dialect(columns={'case': 'id'}, notes=['n'])"
    assert repr(Dialect()) == "Dialect()"
