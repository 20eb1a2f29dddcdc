"""Pseudonyms: the same for a person everywhere, and no name left anywhere."""

from __future__ import annotations

import hashlib
import hmac
import re

import pandas as pd
import pytest
from builders import chain, log_of
from test_changes import DIALECT, at, change, history, record

import lanehop as lh
from lanehop.errors import ArgumentError
from lanehop.read.logs import read_history
from lanehop.read.pseudonyms import Veil

KEY = "a key of the desk"
PEOPLE = ("ann", "bob", "ida", "jon")
ALL = ["agent", "requester"]


def called(name, key=KEY):
    """What a person is called, worked out apart: p and 20 hexadecimal digits of the keyed hash of the name."""
    return "p" + hmac.new(key.encode(), name.encode(), hashlib.sha256).hexdigest()[:20]


def table():
    return log_of(
        chain("c1", "A:queued/ann!bob@0h", "B:working/bob!bob@1h", ":resolved/bob!robot@3h", requester="ida"),
        chain("c2", "A:working/ann@0h", ":resolved/ann!ida@3h", requester="ann"),
    )


def people_in(log):
    """The people whose names stand anywhere in a log."""
    parts = [log.events, log.tickets, log.links, log.surveys, log.messages, log.ledger, log.set_aside, log.stitching]
    parts += [pd.DataFrame({name: [repr(value)]}) for name, value in vars(log).items() if name != "dialect"]
    parts += [pd.DataFrame({"x": [repr(vars(log._coded))]}), *log._made.values()]
    return re.findall(rf"\b({'|'.join(PEOPLE)})\b", "\n".join(part.to_csv() for part in parts))


def test_the_same_person_has_the_same_name_in_every_column_and_a_bot_keeps_its_own():
    log = lh.read_log(table(), pseudonymize=ALL, key=KEY, bots=["robot"])
    assert log.events["agent"].tolist() == [called(x) for x in ("ann", "bob", "bob", "ann", "ann")]
    assert log.events["actor"].fillna("").tolist() == [called("bob"), called("bob"), "robot", "", called("ida")]
    assert log.tickets["requester"].tolist() == [called("ida"), called("ann")]
    assert not people_in(log)
    lh.schema.check(log.events, "events")
    assert set(people_in(lh.read_log(table()))) == {"ann", "bob", "ida"}
    # The bot is still known for one.
    by_bot = lh.read_log(
        log_of(chain("c", "A:working/ann@0h", ":waiting_customer@1h", ":closed/ann!robot@2h"), chain("d", "A@40D", "A@41D")),
        pseudonymize=["agent"], bots=["robot"], closing_is_claim=True,
    )  # fmt: skip
    assert lh.reconstruct(by_bot).closures["silence"].tolist() == [True]


def test_nothing_else_changes():
    plain, veiled = lh.read_log(table()), lh.read_log(table(), pseudonymize=ALL, key=KEY)
    assert veiled.events.drop(columns=["agent", "actor", "requester"]).equals(
        plain.events.drop(columns=["agent", "actor", "requester"])
    )
    names = {name: called(name) for name in (*PEOPLE, "robot")}
    for column in ("agent", "actor"):
        assert veiled.events[column].equals(plain.events[column].map(names).astype("str"))
    given = lh.reconstruct(plain).cases
    assert lh.reconstruct(veiled).cases.drop(columns="requester").equals(given.drop(columns="requester"))


def test_a_key_makes_them_stable_and_without_one_they_differ():
    one, same, other, third = (
        lh.read_log(table(), pseudonymize=["agent"], key=key).events["agent"].iloc[0]
        for key in (KEY, KEY.encode(), "another", None)
    )
    assert one == same == called("ann")
    assert len({one, other, third, lh.read_log(table(), pseudonymize=["agent"]).events["agent"].iloc[0]}) == 4
    assert len(one) == 21
    assert KEY not in repr(Veil.of(["agent"], KEY))


def test_who_is_hidden_under_one_role_is_hidden_wherever_the_name_stands():
    log = lh.read_log(table(), pseudonymize=["requester"], key=KEY)
    # ann and ida are requesters, bob is not.
    assert log.events["agent"].tolist() == [called("ann"), "bob", "bob", called("ann"), called("ann")]
    assert log.events["actor"].fillna("").tolist() == ["bob", "bob", "robot", "", called("ida")]
    log = lh.read_log(table(), pseudonymize=["agent"], key=KEY)
    assert log.tickets["requester"].tolist() == [called("ida"), called("ann")]
    frame = table().rename(columns={"requester": "caller"}).assign(first_agent="bob", note="ask bob")
    log = lh.read_log(
        frame, columns={x: x for x in ("case", "time", "department", "state", "agent", "actor")},
        keep=["caller", "first_agent", "note"], pseudonymize=["agent"], key=KEY,
    )  # fmt: skip
    assert log.tickets["caller"].astype("str").tolist() == [called("ida"), called("ann")]
    assert set(log.tickets["first_agent"].astype("str")) == {called("bob")}
    # Text that holds more than a name is out of reach, and the docstring says so.
    assert set(log.tickets["note"].astype("str")) == {"ask bob"}


def test_no_name_is_left_in_the_ledger_or_among_the_rows_set_aside(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "case,time,department,state,agent\n"
        "1,2024-03-04T09:00Z,A,working,ann\n"
        "1,2024-03-04T10:00Z,A,working,bob,too much\n"
        "1,2024-03-04T11:00Z,bob's desk,working,bob\n"
        "1,then,A,asked ann,ann\n"
        "2,2024-03-04T10:00Z,A,ask bob,ann\n",
        encoding="utf-8",
    )
    with pytest.warns(lh.errors.UnmappedWarning):
        log = lh.read_log(path, pseudonymize=["agent"], key=KEY, max_loss=0.5)
    assert log.set_aside["reason"].tolist() == ["wrong_width", "bad_time"]
    assert log.set_aside["value"].fillna("").tolist() == ["", "then"]
    assert "bob" not in log.ledger.to_csv()
    assert "ann" not in log.ledger.to_csv()
    assert log.ledger.set_index("reason")["n_rows"]["unmapped_state"] == 1


def test_a_history_hides_its_people_in_every_table():
    changes = [
        change("7", 0, "group", None, "Front", knows=False, actor="9", row=0),
        change("7", 1, "agent", "1", "2", actor="1", row=1),
        change("7", 2, "agent", "3", "1", actor="-1", row=2),
    ]
    names = {"agent": {"1": "ann", "2": "bob", "3": "jon"}, "actor": {"1": "ann", "9": "ida", "-1": "robot"}}
    surveys = pd.DataFrame(
        {"survey": ["s"], "ticket": ["7"], "kind": ["transaction"], "requester": ["ida"], "agent": ["ann"]}
    )
    messages = pd.DataFrame(
        {
            "ticket": ["7"] * 3,
            "at": pd.to_datetime([at(0)] * 3, utc=True),
            "author": ["ida", "jon", "robot"],
            "role": ["customer", "agent", "bot"],
            "public": [True] * 3,
        }
    )
    given = history(changes, [record("7", 3, 0, agent="3")], names=names, surveys=surveys, messages=messages)
    dialect = DIALECT.with_changes(bots=["robot"])
    log = read_history(given, dialect, veil=Veil.of(ALL, KEY))
    assert log.events["agent"].tolist() == [called("ann"), called("bob"), called("ann")]
    assert log.events["actor"].tolist() == [called("ida"), called("ann"), "robot"]
    assert log.surveys[["requester", "agent"]].values.tolist() == [[called("ida"), called("ann")]]
    assert log.messages["author"].tolist() == [called("ida"), called("jon"), "robot"]
    assert not people_in(log)
    # The ids of people are not told either.
    told = log.ledger.set_index("reason")["first_value"]
    assert told["gap"] == "ticket 7: agent was otherwise before a change"
    assert told["tail_gap"] == "ticket 7: agent ends otherwise than the record"
    assert told["read_as"] == "changes written by hand"
    for table_name in ("events", "surveys", "messages"):
        lh.schema.check(getattr(log, table_name), table_name)
    # Frames that were given are as they were.
    assert surveys["agent"].tolist() == ["ann"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"pseudonymize": ["department"]}, "pseudonymize takes 'agent' and 'requester', not 'department'"),
        ({"pseudonymize": ["agent", "actor"]}, "not 'actor'; 'agent' covers actors, too"),
        ({"pseudonymize": "agent"}, r"pseudonymize is a list of roles, such as \['agent', 'requester'\], not 'agent'"),
        ({"pseudonymize": None}, "pseudonymize is a list of roles"),
        ({"pseudonymize": [3]}, "'requester', not 3"),
        ({"key": "k"}, "key is given and nobody is to be hidden"),
        ({"pseudonymize": ["agent"], "key": ""}, "key must be a text or bytes that are not empty"),
        ({"pseudonymize": ["agent"], "key": 7}, "key must be a text or bytes"),
        ({"messages": True}, "messages are read from helpdesks' own exports only"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, told):
    with pytest.raises(ArgumentError, match=told):
        lh.read_log(table(), **arguments)
