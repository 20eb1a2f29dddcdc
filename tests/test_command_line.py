"""The command line: what it prints, what it writes, and how it says that it cannot."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from builders import chain, log_of

import lanehop as lh
from lanehop import schema
from lanehop.__main__ import main
from lanehop.report.headline import write_headline
from lanehop.report.tables import defuse


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    frame = log_of(
        chain("c1", "net:working@0h", "db:working@3h", "net:working@5h", resolved="9h"),
        chain("c2", "net:working@1h", "net:resolved@2h", "db:working@1D", "db:resolved=Solved@1D5min", closed="40D"),
        chain("c3", "evil:working@0h", closed="3h").replace({"department": {"evil": "=cmd|' /C calc'!A0"}}),
    )
    path = tmp_path / "log.csv"
    frame.assign(time=frame["time"].map(lambda t: t.isoformat())).to_csv(path, index=False)
    return path


def test_the_headline_says_what_happened(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(log_file)]) == 0
    said = capsys.readouterr().out
    # c2 was reopened; c3 was closed without a claim. c1 and c2 are fixed.
    assert "cases closed without resolution       2 of 3 (66.7 %), at least once" in said
    assert "cases that ended without resolution   1 of 3 (33.3 %)" in said
    assert "closures without resolution           2 of 4 (50.0 %)" in said
    assert "because reopened                    1 of 2 (50.0 %)" in said
    assert "because no claim                    1 of 2 (50.0 %)" in said
    assert "2 fixed, 0 unproven, 2 unresolved, 0 withdrawn" in said
    assert re.search(r"^  handoffs +3 in 2 cases \(at most 2 in one\)$", said, flags=re.MULTILINE)
    # First done after 1 h, 3 h and 9 h; fixed after 9 h and 23 h 5 min, one never.
    assert "time-to-close               median 3.0 h" in said
    assert "time-to-real-fix            median 23.1 h" in said
    # Of two middle ones the lower.
    assert "of the fixed ones alone   median 9.0 h, n = 2" in said
    assert "as_of                       2024-02-10 00:00 UTC" in said


def test_without_a_log_it_tells_the_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary"]) == 0
    said = capsys.readouterr()
    assert "One Lane Tech" in said.out
    assert said.err == ""


def test_options_reach_the_log(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(log_file), "--as-of", "2024-01-01T06:00Z", "--hold", "1h"]) == 0
    said = capsys.readouterr().out
    assert "set aside: after as of" in said
    assert "hold                        0.0416667 days" in said


@pytest.mark.parametrize("as_csv", [False, True])
def test_tables_can_be_read_again(
    log_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], as_csv: bool
) -> None:
    out = tmp_path / "deep" / "out"
    assert main(["tables", str(log_file), "--out", str(out), *(["--csv"] if as_csv else [])]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(p.stem for p in written) == sorted(p.stem for p in out.iterdir())
    assert {p.stem for p in written} == set(schema.TABLES) - {"messages"}
    lanes = lh.reconstruct(lh.read_log(log_file))
    if not as_csv:
        for name in ("cases", "stays", "handoffs", "loops", "closures", "charges"):
            pd.testing.assert_frame_equal(pd.read_parquet(out / f"{name}.parquet"), getattr(lanes, name))
        return
    stays = pd.read_csv(out / "stays.csv", keep_default_na=False)
    assert stays["entered_at"].iloc[0] == "2024-01-01T00:00:00Z"
    assert stays["open_time_seconds"].tolist() == lanes.stays["open_time"].dt.total_seconds().tolist()
    # A spreadsheet must not run what a ticket says.
    assert stays["department"].iloc[-1] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\uff1d1"])
def test_formulas_are_defused(text: str) -> None:
    assert defuse(text) == "'" + text


def test_other_texts_stay() -> None:
    assert defuse("a=b") == "a=b"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["summary", "missing.csv"], "missing.csv"),
        (["summary", "{log}", "--dialect", "klingon"], "no dialect 'klingon'"),
        (["summary", "{log}", "--hold", "14"], "unit"),
        (["summary", "{log}", "--as-of", "soon"], "soon"),
        (["summary", "--dialect", "uci_incidents"], "a log of yours"),
        (["summary", "--as-of", "2024-02-01"], "a log of yours"),
        (["summary", "{log}", "--max-loss", "7"], "--max-loss"),
        (["tables", "{log}", "--out", "{log}/x"], "{log}"),
    ],
)
def test_errors_are_one_message_and_status_2(
    arguments: list[str], says: str, log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [argument.format(log=log_file) for argument in arguments]
    assert main(filled) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("lanehop: ")
    assert says.format(log=log_file) in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_warnings_are_one_line(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = log_file.read_text().replace("working", "strange")
    log_file.write_text(text)
    assert main(["summary", str(log_file)]) == 0
    said = capsys.readouterr()
    assert said.err.count("lanehop: warning: ") == said.err.count("\n") >= 1
    assert "'strange'" in said.err
    assert "noted: unmapped state" in said.out


def test_a_pipe_gets_no_progress(log_file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lanehop", "summary", str(log_file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("log.csv\n3 cases, 11 events, 3 departments, ")


def test_a_reader_who_has_seen_enough_is_no_error(log_file: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m lanehop summary {log_file} | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_log_without_closures_has_a_headline() -> None:
    lanes = lh.reconstruct(lh.read_log(chain("c1", "net:working@0h", "db@3h")))
    said = write_headline(lanes, "x")
    assert "closures without resolution           0 of 0" in said
    assert "time-to-close               median not reached, n = 0, 0 closed" in said


def test_a_log_without_states_says_that_it_tells_nothing_of_closures() -> None:
    said = write_headline(lh.reconstruct(lh.read_log(chain("c1", "net@0h", "db@3h"))), "x")
    assert "No event says a state: nothing can be said of closures" in said
    assert "closures without resolution" not in said
    assert "time-to-close" not in said


def test_a_log_does_not_steer_the_terminal() -> None:
    frame = chain("c1", "evil:working@0h", "b@3h", resolved="4h").replace(
        {"department": {"evil": "\x1b[2Jred\nclosures without resolution 0 of 100"}}
    )
    said = write_headline(lh.reconstruct(lh.read_log(frame)), "x\x1b")
    assert "\x1b" not in said
    assert not any(line.startswith("closures without resolution 0") for line in said.splitlines())


def test_closures_of_no_department_stand_among_the_worst_lanes() -> None:
    frame = log_of(chain("c1", "-:working@0h", closed="4h"), chain("c2", "net:working@0h", resolved="4h"))
    said = write_headline(lh.reconstruct(lh.read_log(frame)), "x")
    assert re.search(r"^  \(no department\) +1 of 1 \(100.0 %\) closures$", said, flags=re.MULTILINE)
    assert re.search(r"^  all lanes +1 of 2 \(50.0 %\) closures$", said, flags=re.MULTILINE)


def test_the_tickets_of_an_export_are_stitched_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    export = Path(__file__).parent / "data" / "exports" / "zendesk" / "audits"
    alone, joined = (
        len(x.cases) for x in (lh.reconstruct(log) for log in (lh.read_log(export), lh.stitch(lh.read_log(export))))
    )
    assert joined < alone
    assert main(["summary", str(export)]) == 0
    assert f"\n{alone} cases, " in capsys.readouterr().out
    assert main(["summary", str(export), "--stitch"]) == 0
    assert f"\n{joined} cases of {alone} tickets, " in capsys.readouterr().out


def test_the_tickets_of_the_sample_are_stitched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^365 cases of 640 tickets, ", said, flags=re.MULTILINE)
    assert "by transferred" in said
    assert "The two clocks, ticket by ticket" in said
    assert "by explicit links alone" not in said
    assert main(["summary", "--same-requester", "7D", "--match", "category"]) == 0
    said = capsys.readouterr().out
    assert "placebo" in said
    # Every count that an inferred link enters is given without it, too.
    log = lh.stitch(lh.sample_log())
    firm = lh.reconstruct(log).cases
    assert re.search(rf"by explicit links alone +{firm.closed_unresolved.sum()} of {len(firm)} \(", said)
    assert main(["walk", "--case", "OLT-0120"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "by ticket closed OLT-0120 after 7 min, OLT-0125 after 4.7 h," in told
    assert main(["summary", "--match", "category"]) == 2


def test_a_dialect_is_proposed_that_reads_the_log(
    log_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dialect", str(log_file)]) == 0
    proposed = tmp_path / "mine.toml"
    proposed.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["summary", str(log_file), "--dialect", str(proposed)]) == 0
    assert "closures without resolution           2 of 4 (50.0 %)" in capsys.readouterr().out


def test_the_headline_says_that_it_counts_business_time() -> None:
    desk = lh.Calendar({"mon-fri": "09:00-17:00"}, "UTC")
    frame = log_of(chain("c1", "net:working@9h", resolved="1D9h"), chain("c2", "net@60D"))
    said = write_headline(lh.reconstruct(lh.read_log(frame), calendar=desk), "x")
    assert "The two clocks, in business time" in said
    # From Monday 9:00 to Tuesday 9:00 the desk is open for 8 hours.
    assert "of the fixed ones alone   median 8.0 h, n = 1" in said


def test_a_column_and_the_zone_can_be_said_on_the_command_line(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = Path(__file__).parent / "data" / "exports" / "jira"
    assert main(["summary", str(export)]) == 2
    assert "(columns: --column ROLE=NAME)" in capsys.readouterr().err
    assert main(["walk", str(export), "--column", "department=Assignment group"]) == 0
    assert " > " in capsys.readouterr().out
    naive = log_file.with_name("naive.csv")
    pd.read_csv(log_file).assign(time=lambda x: x["time"].str.slice(0, 19)).to_csv(naive, index=False)
    assert main(["summary", str(naive)]) == 2
    assert "(timezone: --timezone ZONE)" in capsys.readouterr().err
    assert main(["summary", str(naive), "--timezone", "Europe/Lisbon"]) == 0
    assert main(["summary", str(naive), "--column", "department"]) == 2
    assert "--column takes ROLE=NAME, such as department=Component, not 'department'" in capsys.readouterr().err
    assert main(["report", "--timezone", "Europe/Lisbon"]) == 2
    assert "are for a log of yours; name it" in capsys.readouterr().err
