"""What the report says of a log: its numbers against logs worked out by hand, whatever the log lacks, and who is named."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest
from builders import at, chain, log_of
from lxml import html
from report_pages import HOSTILE_NAMES, write_hostile_log

import lanehop as lh
from lanehop.__main__ import main
from lanehop.errors import ArgumentError
from lanehop.report.report import SECTIONS
from lanehop.report.section import Definitions, Numbers, Plain, Table, Text
from lanehop.report.view import View

SMALL = (
    # Closed after an hour, opened again after two more, fixed by B at 9.
    chain("c1", "A:working/ann@0h", ":resolved@1h", "A:open@3h", "B:working/bob@5h", ":resolved@9h", requester="ida"),
    # Closed as not fixed.
    chain("c2", "A:working/ann@0h", ":closed=no@4h", requester="joe"),
    # Fixed at once.
    chain("c3", "B:working/bob@1h", ":resolved@3h", requester="kim", promised_at="2h"),
    # Open still.
    chain("c4", "A:queued@0h", "B@2h", requester="ida"),
)


def lanes_of(*frames, as_of="40D", **options):
    return lh.reconstruct(lh.read_log(log_of(*frames), as_of=at(as_of), resolutions={"not_fixed": ["no"]}, **options))


def sections_of(lanes, *, names=False):
    view = View(lanes, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lh.errors.LanehopWarning)
        return _sections(view)


def _sections(view):
    return {made.key: made for write in SECTIONS if (made := write(view)) is not None}


def blocks(section, kind):
    return [block for block in section.blocks if isinstance(block, kind)]


def numbers(section):
    return {item.label: (item.value, item.n) for block in blocks(section, Numbers) for item in block.items}


def table(section, name):
    (found,) = (block for block in blocks(section, Table) if block.name == name)
    return found


@pytest.fixture(scope="module")
def small():
    return sections_of(lanes_of(*SMALL))


@pytest.fixture(scope="module")
def sample():
    return lh.reconstruct(lh.stitch(lh.sample_log()))


# The numbers --------------------------------------------------------------------------------------------


def test_the_opening_sets_both_clocks_side_by_side(small):
    assert numbers(small["opening"]) == {
        # 1, 4, 2 hours, and one never: the second of four is the middle one.
        "Time-to-close, median": ("2.0 h", "4 cases, 3 closed"),
        # c3 after 2 hours, c1 after 9; c2 and c4 not as long as they were watched.
        "Time-to-real-fix, median": ("9.0 h", "the same 4 cases, 2 proven fixed"),
        "Cases closed without resolution": ("50.0 %", "2 of 4 cases, at least once"),
        # c1 two hours; c2 is over with its closing. All that counts: c1 9 h, c2 4 h, c3 2 h, c4 960 h.
        "Called done while it was not": ("2.0 h", "0.2 % of 40.6 days, 4 cases"),
    }
    assert small["opening"].lead == (
        "The dashboard sees half of all cases closed within 2.0 h. Half of the customers waited longer than 9.0 h for a "
        "fix that held."
    )


def test_time_is_that_of_the_charges(small):
    frame = table(small["time"], "time_by_department").frame.set_index("department")
    hour = pd.Timedelta("1h")
    # A: c1 0-1 and 3-5 worked, 1-3 falsely done; c2 0-4; c4 0-2. B: c1 5-9, c3 1-3, c4 from 2 to the end at 960.
    assert (frame["false_done"] / hour).to_dict() == {"A": 2.0, "B": 0.0}
    assert (frame["all_but_settled"] / hour).to_dict() == {"A": 11.0, "B": 964.0}
    assert frame["n_cases"].to_dict() == {"A": 3, "B": 3}
    assert frame["share_false_done"].round(6).to_dict() == {"A": round(2 / 11, 6), "B": 0.0}
    assert "A left the largest part of it behind: 2.0 h, 100.0 % of it." in small["time"].lead


def test_closures_without_resolution_come_with_their_evidence(small):
    section = small["unresolved"]
    assert numbers(section) == {
        "Cases closed without resolution": ("50.0 %", "2 of 4 cases"),
        "Cases that ended without resolution": ("25.0 %", "1 of 4 cases"),
        "Closures without resolution": ("50.0 %", "2 of 4 closures"),
        "Fixed, but straight out of silence": ("0.0 %", "0 of 2 fixed closures"),
    }
    reasons = table(section, "reasons").frame
    assert reasons[["reason", "n", "n_cases", "n_evidence"]].to_numpy().tolist() == [
        ["reopened", 1, 1, 1],
        ["negative_code", 1, 1, 1],
        ["no_claim", 0, 0, 1],
    ]
    assert reasons["share"].tolist() == [0.5, 0.5, 0.0]
    evidence = table(section, "closures_without_resolution")
    # Worst first: c1 was chased for 5 hours (9 less the 4 in B that fixed it); c2 lived for 4.
    assert evidence.frame[["case", "closure", "department", "reason"]].astype(str).to_numpy().tolist() == [
        ["c1", "0", "A", "reopened"],
        ["c2", "0", "A", "negative_code"],
    ]
    assert evidence.n_rows == 2
    departments = table(section, "closures_by_department").frame
    assert departments.to_numpy().tolist() == [["A", 2, 2, 1.0], ["B", 2, 0, 0.0]]


def test_moves_are_counted(small):
    assert small["moves"].lead == (
        "2 of 4 (50.0 %) cases were passed on, 2 times in all; 0 of 4 (0.0 %) came back to a department that had let them go. Most often "
        "from A to B: 2 times (100.0 %)."
    )
    assert table(small["moves"], "handoffs").frame[["from_department", "to_department", "n"]].astype(
        str
    ).to_numpy().tolist() == [["A", "B", "2"]]


def test_the_worst_come_first_and_are_told_event_by_event(small):
    worst = table(small["worst"], "worst_cases").frame
    assert worst["case"].tolist() == ["c4", "c1", "c2", "c3"]
    assert (worst["chase_time"] / pd.Timedelta("1h")).tolist() == [960.0, 5.0, 4.0, 0.0]
    told = blocks(small["worst"], Plain)
    assert [block.title for block in told] == [f"Case {case}, event by event" for case in ("c4", "c1", "c2", "c3")]
    assert "= unresolved: the ticket was opened again 2.0 h later" in told[1].text


def test_promises_are_held_against_the_fix(small):
    # c3 was promised for 2, and closed and fixed at 3.
    assert numbers(small["promises"])["Kept at closing"] == ("0.0 %", "0 of 1 date")


def test_both_laws_are_printed(small):
    printed = numbers(small["grounds"])
    assert printed["Rows"] == ("11", "= 11 used + 0 set aside")
    # 9 h, 4 h, 2 h and 960 h.
    assert printed["Minutes of the cases' lives"] == ("58,500", "= 58,500 in stays = 58,500 charged")
    assert "must hold for 14 days" in small["grounds"].lead
    assert any(word == "Time-to-real-fix" for word, _ in blocks(small["grounds"], Definitions)[0].items)
    assert blocks(small["grounds"], Plain)[0].text == lanes_of(*SMALL).log.dialect.to_toml()


def desk(department, n, n_bad):
    """Tickets that a department closes after an hour, some of them as not fixed."""
    return [
        chain(f"{department}{i}", f"{department}:working@0h", ":closed=no@1h" if i < n_bad else ":resolved@1h")
        for i in range(n)
    ]


def test_the_department_with_the_most_and_the_one_with_the_largest_share_are_both_named():
    made = sections_of(lanes_of(*desk("A", 30, 7), *desk("B", 40, 8), *desk("C", 29, 29)))["departments"]
    # C has fewer than 30 closures, and is not ranked.
    assert made.lead == (
        "B has the most closures without resolution, 8 of 40 (20.0 %) of its closures. The largest share of its closures has A: "
        "7 of 30 (23.3 %)."
    )
    scores = table(made, "departments").frame
    assert scores["department"].astype(str).tolist() == ["B", "A", "C"]
    assert scores["rank"].isna().tolist() == [False, False, True]


def test_the_calls_are_those_of_the_list_with_and_without_names(sample):
    called = lh.call_list(sample, n=30, seed=0)
    without = table(sections_of(sample)["calls"], "call_list").frame
    assert without["case"].tolist() == called["case"].tolist()
    assert not {"requester", "last_person"} & set(without.columns)
    named = sections_of(sample, names=True)["calls"]
    assert table(named, "call_list").frame["requester"].tolist() == called["requester"].tolist()
    assert table(named, "customers").n_rows == sample.log.tickets["requester"].nunique()


def test_the_sample_says_which_metric_rewards_the_opposite(sample):
    section = sections_of(sample)["metrics"]
    assert section.lead.startswith("Time-to-close and closed in target reward the opposite of what the customers need")
    said, *_, why = blocks(section, Text)[0].paragraphs
    # The same, counted from the closures: who was closed sooner than the middle one of its department.
    horizon = sample.log.as_of - sample.hold
    cases = sample.cases[(sample.cases["opened_at"] < horizon) & (sample.cases["first_done_at"] <= horizon)]
    first = sample.closures[~sample.closures["parallel"]].groupby("case").first()
    first = first.loc[cases["case"]]
    judged = first[first["verdict"].isin(["fixed", "unresolved"])]
    n, held = len(judged), int((judged["verdict"] == "fixed").sum())
    verdicts = table(section, "metric_verdicts").frame.set_index("metric").loc["time-to-close"]
    assert (verdicts["n_good"] + verdicts["n_bad"], verdicts["held_good"] + verdicts["held_bad"]) == (n, held)
    assert verdicts["held_good"] / verdicts["n_good"] < verdicts["held_bad"] / verdicts["n_bad"]
    assert f"{verdicts['held_good']:,} of {verdicts['n_good']:,}" in said
    assert "It can be believed because" in why


def test_tables_say_how_many_rows_there_are(sample):
    shown = [block for section in sections_of(sample).values() for block in blocks(section, Table)]
    assert all(len(block.frame) <= block.n_rows for block in shown)
    evidence = next(block for block in shown if block.name == "closures_without_resolution")
    bad = sample.closures[~sample.closures["parallel"] & (sample.closures["verdict"] == "unresolved")]
    assert (len(evidence.frame), evidence.n_rows) == (200, len(bad))


# What a log may lack ------------------------------------------------------------------------------------


def test_links_that_were_not_followed_are_told():
    section = sections_of(lh.reconstruct(lh.sample_log()))["grounds"]
    n = len(lh.sample_log().links)
    assert f"{n} links between tickets of this log were not followed" in blocks(section, Text)[0].paragraphs[0]


def test_a_log_that_ends_too_soon_says_so():
    section = sections_of(lanes_of(*SMALL, as_of="1D"))["grounds"]
    assert "Over half of the claims are unproven" in blocks(section, Text)[0].paragraphs[0]


LACKING = {
    "states": (chain("c1", "A@0h", "B@1h"), chain("c2", "A@0h")),
    "closures": (chain("c1", "A:working@0h", "B@1h"), chain("c2", "A:queued@0h")),
    "handoffs": (chain("c1", "A:working@0h", ":resolved@1h"), chain("c2", "A:queued@0h")),
    "departments": (chain("c1", ":working@0h", ":resolved@1h"), chain("c2", "A:queued@0h")),
    "everything": (chain("c1", "A:working@0h", "A@1h"),),
    "fixes": (chain("c1", "A:working@0h", ":resolved@1h", "A:open@2h"), chain("c2", "B:working@0h")),
}


@pytest.mark.parametrize("lacking", LACKING)
def test_a_log_that_lacks_something_makes_a_report_all_the_same(lacking, tmp_path):
    lanes = lanes_of(*LACKING[lacking])
    path = lh.write_report(lanes, tmp_path / "review.html")
    page = html.fromstring(path.read_text(encoding="utf-8"))
    headings = [heading.text_content().strip() for heading in page.iter("h2")]
    assert headings[-1] == "What the numbers rest on"
    assert ("Where the time goes" in headings) is (lacking != "states")


def test_opening_hours_are_told(tmp_path):
    lanes = lh.reconstruct(
        lh.read_log(log_of(*SMALL), as_of=at("40D"), resolutions={"not_fixed": ["no"]}),
        calendar=lh.Calendar({"mon-fri": "00:00-02:00"}, "UTC"),
    )
    made = sections_of(lanes)
    # c1 is false done from 1 to 3, of which the desk was open for one hour.
    assert numbers(made["opening"])["Called done while it was not"][0] == "1.0 h"
    assert "in business time" in table(made["time"], "time_by_department").caption
    assert "business time" in lh.write_report(lanes, tmp_path / "review.html").read_text(encoding="utf-8")


# People, and hostile text -------------------------------------------------------------------------------


def test_people_are_named_only_on_request(tmp_path):
    people = [
        "ann zelda",
        "bob quux",
        "ida wandafrob",
        "joe schnark",
    ]
    lanes = lanes_of(
        chain(
            "c1",
            "A:working/ann zelda@0h",
            ":resolved@1h",
            "A:open@3h",
            "B:working/bob quux@5h",
            ":resolved@9h",
            requester=people[2],
        ),
        chain(
            "c2", "A:working/ann zelda@0h", ":closed/ann zelda!bob quux=no@4h", requester=people[3], promised_at="2D"
        ),
        bots=["bob quux"],
    )
    without = lh.write_report(lanes, tmp_path / "without.html").read_text(encoding="utf-8")
    # The dialect itself is printed, and says who is a bot.
    assert [name for name in people if name in without] == ["bob quux"]
    assert without.count("bob quux") == 1
    named = lh.write_report(lanes, tmp_path / "named.html", names=True).read_text(encoding="utf-8")
    assert all(name in named for name in people)


def test_hostile_names_are_text(tmp_path):
    text = write_hostile_log(tmp_path / "review.html").read_text(encoding="utf-8")
    page = html.fromstring(text)
    assert len(list(page.iter("script"))) == len(list(page.iter("style"))) == 1
    assert not list(page.iter("img"))
    assert page.find(".//h1").text_content().strip() == HOSTILE_NAMES[0]
    assert "W" * 2_001 not in text
    assert "\u202e" not in page.text_content()
    assert len(text) < 5_000_000


def test_the_same_lanes_make_the_same_file(tmp_path):
    lanes = lanes_of(*SMALL)
    first = lh.write_report(lanes, tmp_path / "a.html").read_bytes()
    assert first == lh.write_report(lanes, tmp_path / "new" / "b.html").read_bytes()


def test_what_cannot_be_meant_is_refused(tmp_path):
    lanes = lanes_of(*SMALL)
    with pytest.raises(ArgumentError, match=r"is a folder; name a file in it, such as review\.html"):
        lh.write_report(lanes, tmp_path)
    with pytest.raises(ArgumentError, match="title is the text on top of the report, not ''"):
        lh.write_report(lanes, tmp_path / "a.html", title="")


# The command line ---------------------------------------------------------------------------------------


def test_the_command_writes_the_report_on_the_sample(tmp_path, capsys):
    out = tmp_path / "review.html"
    assert main(["report", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    page = html.fromstring(out.read_text(encoding="utf-8"))
    assert page.find(".//h1").text_content().strip() == "One Lane Tech, the bundled sample (simulated)"
    text = page.text_content()
    assert "OLT-0042" in text
    assert "agent 009" not in text
    assert "customer 00" not in text


def test_the_command_takes_a_log_and_a_title(tmp_path, capsys):
    source, out = tmp_path / "log.csv", tmp_path / "review.html"
    log_of(*SMALL).to_csv(source, index=False)
    assert main(["report", str(source), "--out", str(out), "--title", "Our desk", "--names"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    text = out.read_text(encoding="utf-8")
    assert "Our desk" in text
    assert "with bob" in text
