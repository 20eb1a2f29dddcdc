"""walk: a case told as the customer lived it."""

import pandas as pd
import pytest
from builders import chain, log_of

import lanehop as lh
from lanehop.__main__ import main
from lanehop.lanes.ranking import chase_time, worst_first
from lanehop.links import attach_links
from lanehop.states import LINK_KINDS


@pytest.fixture
def lanes() -> lh.Lanes:
    frame = log_of(
        chain(
            "a",
            "net:queued@0h",
            "net:working/ann@1h",
            ":resolved@2h",
            "net:working@1D",
            "db:working@2D",
            ":resolved@30D",
        ),
        chain("b", "net:working@0h", "-:waiting_customer@3h", "-:closed!bot@5h"),
        chain("c", "net:working@0h", ":resolved@1h", closed="60D"),
        chain("d", "net:working@1D"),
    )
    return lh.reconstruct(lh.read_log(frame))


def test_it_tells_every_event_and_verdict(lanes: lh.Lanes) -> None:
    lines = lh.walk(lanes, "a").splitlines()
    assert lines == [
        "a",
        "opened Mon 2024-01-01 00:00, told as of 2024-03-01 00:00 (UTC)",
        "net > db",
        "",
        "Mon 2024-01-01, day 0",
        "  00:00              net   queued",
        "  01:00      +1.0 h  net   working   with ann",
        "  02:00      +1.0 h  net   resolved",
        " " * 20 + "= unresolved: the ticket was opened again 22.0 h later",
        "Tue 2024-01-02, day 1",
        "  00:00     +22.0 h  net   working",
        "Wed 2024-01-03, day 2",
        "  00:00     +24.0 h  db    working",
        "Wed 2024-01-31, day 30",
        "  00:00  +28.0 days  db    resolved",
        " " * 20 + "= fixed: claimed, and held for 14.0 days",
        "",
        # Closed after 2 h; fixed after 30 days, of which the last 28 were spent where it was fixed.
        "time-to-close     2.0 h",
        "time-to-real-fix  30.0 days, of which 28.0 days in db, where it was fixed (chase ratio 1.1)",
        "chase time        2.0 days",
        "on the way        1 handoff, 0 loops (0 s in loops), 2 closures, 1 without resolution",
    ]


def test_all_the_evidence_stands(lanes: lh.Lanes) -> None:
    said = " ".join(lh.walk(lanes, "b").split())
    assert "by bot = unresolved: it was done while the desk waited for the customer, and no person claimed" in said
    assert "; nobody claimed a fix" in said
    assert "not proven fixed; its outcome is unresolved" in said


def test_worst_first(lanes: lh.Lanes) -> None:
    # d still waits (59 days); a chased for 2 days; b lived for 5 hours; c was fixed where it began, at once.
    assert worst_first(lanes.cases)["case"].tolist() == ["d", "a", "b", "c"]
    hours = chase_time(lanes.cases).dt.total_seconds() / 3600
    assert hours.tolist() == [48.0, 5.0, 0.0, 59 * 24.0]
    told = lh.walk(lanes, n=2)
    assert [part.splitlines()[0] for part in told.split("\n\n") if part.splitlines()[0] in "abcd"] == ["d", "a"]
    assert "never declared done" in told


def test_ties_are_told_by_handoffs_then_closures_then_id() -> None:
    frame = log_of(
        *(
            chain(case, *steps)
            for case, steps in {
                "z": ["net:working@0h", "net@9h"],
                "y": ["net:working@0h", "net@9h"],
                "w": ["net:working@0h", "db@9h"],
                "x": ["net:working@0h", ":resolved@1h", "net:working@9h"],
            }.items()
        )
    )
    lanes = lh.reconstruct(lh.read_log(frame))
    assert worst_first(lanes.cases)["case"].tolist() == ["w", "x", "y", "z"]


@pytest.mark.parametrize("width", [60, 72, 100])
def test_no_line_is_wider_than_asked(width: int) -> None:
    lanes = lh.reconstruct(lh.sample_log())
    told = lh.walk(lanes, "OLT-0042", width=width)
    assert max(map(len, told.splitlines())) <= width
    # Nothing is lost by wrapping.
    assert "".join(told.split()) == "".join(lh.walk(lanes, "OLT-0042", width=1000).split())


def test_local_times_are_told_in_the_zone_of_the_desk() -> None:
    frame = chain("a", "net:working@0h", closed="3h").assign(time=["2024-07-01 09:00", "2024-07-01 12:00"])
    log = lh.read_log(frame, timezone="Europe/Lisbon", closing_is_claim=True)
    assert "opened Mon 2024-07-01 09:00, told as of 2024-07-01 12:00 (Europe/Lisbon)" in lh.walk(
        lh.reconstruct(log), "a"
    )


def test_a_ticket_does_not_steer_the_terminal() -> None:
    frame = chain("a", "net:working@0h", closed="3h").assign(activity="\x1b[2J\u202egone")
    told = lh.walk(lh.reconstruct(lh.read_log(frame, closing_is_claim=True)), "a")
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\\x1b[2J\\u202egone" in told


def test_bad_arguments(lanes: lh.Lanes) -> None:
    with pytest.raises(lh.errors.ArgumentError, match=r"no case 'nope' among 4 \(such as 'a'\)"):
        lh.walk(lanes, "nope")
    with pytest.raises(lh.errors.ArgumentError, match="width"):
        lh.walk(lanes, width=10)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["walk", "--case", "OLT-0042"]) == 0
    assert capsys.readouterr().out.startswith("OLT-0042, customer ")
    assert main(["walk", "-n", "2"]) == 0
    assert capsys.readouterr().out.count("time-to-close ") == 2
    assert main(["walk", "--case", "none such"]) == 2
    assert "no case 'none such'" in capsys.readouterr().err


def test_verdicts_of_tickets_that_close_at_once_all_stand() -> None:
    frame = log_of(
        chain("t1", "net:working@0h", ":resolved@7h"),
        chain("t2", "db:working@1h", ":resolved@7h"),
        chain("t3", "web:working@2h", ":resolved@3h", "web@40D"),
    ).assign(requester="ida")
    log = lh.read_log(frame)
    links = pd.DataFrame(
        {
            "from_ticket": pd.Series(["t1", "t2"], dtype="str"),
            "to_ticket": pd.Series(["t2", "t3"], dtype="str"),
            "kind": pd.Categorical(["transferred"] * 2, categories=LINK_KINDS),
            "rule": pd.Series(["hand"] * 2, dtype="str"),
            "at": pd.Series([None] * 2, dtype="datetime64[us, UTC]"),
            "gap": pd.Series([None] * 2, dtype="timedelta64[us]"),
            "used": False,
        }
    )
    lanes = lh.reconstruct(lh.stitch(attach_links(log, links=links)))
    told = " ".join(lh.walk(lanes, "t1").split())
    assert len(lanes.closures) == 3
    assert told.count("= ") == 3
    # The case follows t1 to its end, and nothing is open then.
    assert told.count("(of a ticket that the case does not follow then)") == 2
    with pytest.raises(lh.errors.ArgumentError, match="ticket 't2' belongs to case 't1'"):
        lh.walk(lanes, "t2")
