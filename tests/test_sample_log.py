"""The sample that comes with lanehop: its files, its form, and its two stories as they are told in the docstring."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

from lanehop.dialect import Dialect
from lanehop.lanes import reconstruct
from lanehop.log import TicketLog
from lanehop.samples import sample_log
from lanehop.samples.one_lane_tech import write_sample
from lanehop.samples.records import DIALECT
from lanehop.samples.sample import FOLDER
from lanehop.schema import check

FILES = sorted(x.name for x in FOLDER.glob("one_lane_tech*") if x.suffix in (".csv", ".toml"))
SIX = ["OLT-0120", "OLT-0125", "OLT-0159", "OLT-0194", "OLT-0221", "OLT-0263"]


@lru_cache(maxsize=1)
def _log() -> TicketLog:
    return sample_log()


@pytest.mark.parametrize("table", ["events", "tickets", "links", "surveys", "messages", "ledger", "set_aside"])
def test_it_has_the_form_of_every_log(table: str) -> None:
    check(getattr(_log(), table), table)


def test_every_row_is_used() -> None:
    rows = (FOLDER / "one_lane_tech.csv").read_text(encoding="utf-8").count("\n") - 1
    assert _log().ledger[["reason", "n_rows"]].to_numpy().tolist() == [["used", rows]]
    assert len(_log().events) == rows


def test_it_is_small() -> None:
    assert FILES == [
        "one_lane_tech.csv",
        "one_lane_tech.toml",
        "one_lane_tech_links.csv",
        "one_lane_tech_messages.csv",
        "one_lane_tech_surveys.csv",
    ]
    assert sum((FOLDER / name).stat().st_size for name in FILES) < 800_000
    assert (FOLDER / "one_lane_tech.csv").stat().st_size < 450_000


def test_the_files_are_what_the_module_writes(tmp_path: Path) -> None:
    write_sample(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_its_dialect_is_that_of_the_simulator_in_local_time() -> None:
    said = Dialect.from_toml((FOLDER / "one_lane_tech.toml").read_text(encoding="utf-8"))
    assert said == DIALECT.with_changes(timezone="Europe/Lisbon") == _log().dialect


def test_tickets_are_numbered_as_they_open() -> None:
    tickets = _log().tickets
    assert tickets.ticket.tolist() == [f"OLT-{i:04d}" for i in range(1, 641)]
    assert tickets.opened_at.is_monotonic_increasing


def test_what_stands_beside_the_events_is_about_its_tickets() -> None:
    log = _log()
    known = set(log.tickets.ticket)
    assert set(log.messages.ticket) <= known
    assert set(log.surveys.ticket) <= known
    assert set(log.links.from_ticket) | set(log.links.to_ticket) <= known
    assert log.surveys.score.dropna().between(1, 5).all()
    assert (log.surveys.score.isna() == log.surveys.answered_at.isna()).all()
    events = log.events.merge(log.messages, left_on=["ticket", "time"], right_on=["ticket", "at"])
    assert len(events) == len(log.messages)
    assert events.author.tolist() == events.actor.tolist()


def test_the_first_story_shows_in_one_ticket() -> None:
    lanes = reconstruct(_log(), hold="14D")
    case = lanes.cases.set_index("case").loc["OLT-0042"]
    assert case.chain == ("Front Desk > Network > Billing > Network > Cloud > Billing > Network > Cloud > Identity")
    assert case.time_to_close == pd.Timedelta("6min")
    # 29 days and 60 hours of chasing, five minutes of work.
    assert case.fix_stay_time == pd.Timedelta("5min")
    assert case.time_to_fix - case.fix_stay_time == pd.Timedelta("29D") + pd.Timedelta("60h")
    assert case.fix_department == "Identity"
    assert (case.outcome, case.n_closures, case.n_unresolved, case.n_reopens) == ("fixed", 9, 8, 8)
    # Back to Network, Billing, Network and Cloud; only the first return is over one department.
    assert (case.n_handoffs, case.n_loops, case.n_ping_pongs) == (8, 4, 1)


def test_the_second_story_takes_six_linked_tickets() -> None:
    log = _log()
    tickets = log.tickets[log.tickets.requester == "customer 00210"]
    assert tickets.ticket.tolist() == SIX
    assert set(tickets.category) == {"connection"}
    links = log.links[log.links.to_ticket.isin(SIX)]
    assert links.from_ticket.tolist() == SIX[:-1]
    assert links.to_ticket.tolist() == SIX[1:]
    lanes = reconstruct(log, hold="14D")
    cases = lanes.cases[lanes.cases.case.isin(SIX)]
    assert (cases.time_to_close < pd.Timedelta("1D")).all()
    assert cases.chain.tolist() == ["Front Desk", "Billing", "Network", "Billing", "Cloud", "Network"]
    assert cases.fixed_at.max() - cases.opened_at.min() == pd.Timedelta("29D")
    gaps = cases.opened_at.to_numpy()[1:] - cases.last_done_at.to_numpy()[:-1]
    assert links.gap.to_numpy().tolist() == gaps.tolist()
    assert (links.gap > pd.Timedelta(0)).all()
