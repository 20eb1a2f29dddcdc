"""The simulator: its truth is what its log says, and each knob does what its name says."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from lanehop.errors import ArgumentError
from lanehop.log import TicketLog
from lanehop.samples import simulate
from lanehop.samples.desk import HOUSE_NAMES
from lanehop.samples.messages import MARKERS
from lanehop.samples.truth import Truth
from lanehop.schema import check

ALWAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
# A desk at which nothing happens but work and reassignments.
HONEST = {
    "not_my_lane": 0.0,
    "false_claims": 0.0,
    "close_under_target": 0.0,
    "silence": 0.0,
    "bots": 0.0,
    "parallel": 0.0,
    "ping_pong": {},
}
MARKER_STARTS = tuple(x.split("{")[0].rstrip() for x in MARKERS)


@lru_cache(maxsize=4)
def _default() -> tuple[TicketLog, Truth]:
    return simulate(3000, 7, messages=True, wrong_code_burst=2)


def honest(n: int = 2000, seed: int = 5, **knobs: object) -> tuple[TicketLog, Truth]:
    return simulate(n, seed, **{**HONEST, **knobs})  # type: ignore[arg-type]


def close(found: float, expected: float, n: int) -> bool:
    """Whether a share of n lies within five standard errors of what it was drawn from."""
    return abs(found - expected) <= 5 * np.sqrt(expected * (1 - expected) / n) + 1e-12


def planted(truth: Truth, what: str) -> pd.Series:
    rows = truth.planted
    return rows[rows.what == what].iloc[0]


# What must hold of every run.


@pytest.mark.parametrize("table", ["events", "tickets", "links", "surveys", "messages", "ledger", "set_aside"])
def test_the_log_has_the_form_of_every_log(table: str) -> None:
    log, _ = _default()
    check(getattr(log, table), table)


def test_every_row_is_used() -> None:
    log, _ = _default()
    assert log.ledger[["reason", "effect", "n_rows"]].to_numpy().tolist() == [["used", "used", len(log.events)]]


def test_tickets_of_the_truth_are_those_of_the_log() -> None:
    log, truth = _default()
    assert len(log.tickets) == 3000
    assert truth.tickets.ticket.tolist() == log.tickets.ticket.tolist()
    assert truth.tickets.opened_at.tolist() == log.tickets.opened_at.tolist()
    assert set(truth.tickets.case) == set(truth.cases.case)
    assert truth.tickets.case.value_counts().reindex(truth.cases.case).tolist() == truth.cases.n_tickets.tolist()


def test_tickets_are_numbered_as_they_open_and_cases_as_they_come_up() -> None:
    _, truth = _default()
    assert truth.tickets.opened_at.is_monotonic_increasing
    assert truth.cases.opened_at.is_monotonic_increasing
    assert truth.cases.case.is_monotonic_increasing
    first = truth.tickets.set_index("ticket").loc[truth.cases.first_ticket]
    assert first.opened_at.tolist() == truth.cases.opened_at.tolist()
    assert (first.number == 0).all()


def test_events_of_a_ticket_follow_one_another_within_the_log() -> None:
    log, _ = _default()
    events = log.events
    assert log.as_of == pd.Timestamp("2024-07-06", tz="Europe/Lisbon")
    assert events.time.min() >= pd.Timestamp("2024-01-08", tz="Europe/Lisbon")
    assert events.time.max() < log.as_of
    assert (events.groupby("ticket").time.diff().dropna() > pd.Timedelta(0)).all()
    first = events.groupby("ticket").first()
    assert (first.activity == "opened").all()
    assert first.time.tolist() == log.tickets.opened_at.tolist()


def test_a_case_is_one_customer_and_one_category() -> None:
    log, truth = _default()
    told = truth.tickets.merge(log.tickets, on="ticket", suffixes=("", "_log"))
    assert (told.groupby("case").requester.nunique() == 1).all()
    assert (told.groupby("case").category.nunique() == 1).all()
    assert (told.category.astype(str) != told.category_log.astype(str)).tolist() == told.misfiled.tolist()


def test_a_fix_is_recorded_at_its_instant_by_the_right_lane() -> None:
    log, truth = _default()
    events = log.events.merge(truth.tickets[["ticket", "case"]], on="ticket", suffixes=("_log", ""))
    fixed = truth.cases[truth.cases.fixed_at.notna()]
    assert (fixed.outcome == "fixed").all()
    at = fixed.merge(events, left_on=["case", "fixed_at"], right_on=["case", "time"])
    assert len(at) == len(fixed) > 2000
    assert (at.state == "resolved").all()
    assert (at.department.astype(str) == at.right_department.astype(str)).all()
    assert (truth.cases.outcome != "fixed").sum() == truth.cases.fixed_at.isna().sum() > 0


def test_after_the_fix_nobody_opens_or_reopens_anything() -> None:
    log, truth = _default()
    events = log.events.merge(truth.tickets[["ticket", "case", "parallel"]], on="ticket", suffixes=("_log", ""))
    events = events[~events.parallel].merge(truth.cases[["case", "fixed_at"]], on="case")
    after = events[events.time > events.fixed_at]
    assert set(after.activity) == {"closed by timer"}
    assert ((after.time - after.fixed_at) == pd.Timedelta("5D")).all()


def test_chains_are_those_of_the_rows() -> None:
    log, truth = _default()
    case = truth.tickets[~truth.tickets.parallel].set_index("ticket").case.to_dict()
    # A timer's closing of an earlier ticket is no move back.
    events = log.events[log.events.activity != "closed by timer"].sort_values(["time", "ticket"])
    chains: dict[str, list[str]] = {}
    for ticket, department in zip(events.ticket, events.department, strict=True):
        if ticket in case:
            chain = chains.setdefault(case[ticket], [department])
            if chain[-1] != department:
                chain.append(department)
    assert [" > ".join(chains[x]) for x in truth.cases.case] == truth.cases.chain.tolist()
    assert [len(chains[x]) - 1 for x in truth.cases.case] == truth.cases.n_handoffs.tolist()


def test_closures_are_those_of_the_rows() -> None:
    log, truth = _default()
    done = log.events[log.events.activity == "done"]
    assert truth.closures.ticket.tolist() == done.ticket.tolist()
    assert truth.closures["at"].tolist() == done.time.tolist()
    assert truth.closures.department.astype(str).tolist() == done.department.astype(str).tolist()
    false = truth.closures[~truth.closures.fixed & (truth.closures.how != "duplicate")]
    expected = false.case.value_counts().reindex(truth.cases.case, fill_value=0)
    assert expected.tolist() == truth.cases.n_false_closures.tolist()
    assert truth.closures.fixed.sum() == truth.cases.fixed_at.notna().sum()


def test_whoever_returned_has_opened_or_reopened_a_ticket_then() -> None:
    log, truth = _default()
    back = truth.closures[truth.closures.returned_at.notna()]
    events = log.events.merge(truth.tickets[["ticket", "case"]], on="ticket", suffixes=("_log", ""))
    entries = events[events.activity.isin(["opened", "reopened"])]
    found = back.merge(entries, left_on=["case", "returned_at"], right_on=["case", "time"])
    assert len(found) == len(back) > 100
    assert (back.returned_at > back["at"]).all()


def test_outcomes_are_those_of_the_last_closure() -> None:
    log, truth = _default()
    last = truth.closures[truth.closures.how != "duplicate"].sort_values("at").drop_duplicates("case", keep="last")
    told = truth.cases.set_index("case").join(last.set_index("case")[["how", "returned_at"]])
    for outcome, hows in {
        "fixed": {"fixed"},
        "silent": {"silence"},
        "dropped_out": {"dropped_out"},
        "gave_up": {"false_claim", "under_target"},
        "not_back_yet": {"not_my_lane", "false_claim", "under_target"},
    }.items():
        here = told[told.outcome == outcome]
        assert len(here) > 0
        assert set(here.how) <= hows
        assert here.returned_at.isna().all()
    state = log.events.groupby("ticket").state.last()
    main = truth.tickets[~truth.tickets.parallel].set_index("ticket")
    is_open = set(main.case[~state.reindex(main.index).isin(["resolved", "closed"])])
    assert is_open == set(truth.cases.case[truth.cases.outcome == "open"])


def test_resolved_tickets_are_closed_five_days_later() -> None:
    log, _ = _default()
    events = log.events
    timer = events[events.activity == "closed by timer"]
    before = events.loc[timer.index - 1]
    assert (before.state == "resolved").all()
    assert (timer.time.to_numpy() - before.time.to_numpy() == np.timedelta64(5, "D")).all()
    last = events.groupby("ticket").last()
    resolved = last[last.state == "resolved"]
    assert (resolved.time >= log.as_of - pd.Timedelta("5D")).all()


def test_links_join_tickets_of_one_case() -> None:
    log, truth = _default()
    case, ticket = truth.tickets.set_index("ticket").case, truth.tickets.set_index("ticket")
    links = log.links
    assert (case[links.from_ticket].to_numpy() == case[links.to_ticket].to_numpy()).all()
    on = links[links.kind != "duplicate_of"]
    assert (ticket.number[on.to_ticket].to_numpy() == ticket.number[on.from_ticket].to_numpy() + 1).all()
    assert (on.gap >= pd.Timedelta(0)).all()
    assert on["at"].tolist() == ticket.opened_at[on.to_ticket].tolist()
    beside = links[links.kind == "duplicate_of"]
    assert ticket.parallel[beside.from_ticket].all()
    done = truth.closures.groupby("ticket")["at"].last()
    gap = ticket.opened_at[links.to_ticket].to_numpy() - done[links.from_ticket].to_numpy()
    assert (links.gap.to_numpy() == gap).all()
    assert set(links.from_ticket) | set(links.to_ticket) == set(truth.tickets.ticket[truth.tickets.linked])


def test_people_keep_hours_and_customers_do_not() -> None:
    log, _ = _default()
    events = log.events
    local = events.time.dt.tz_convert("Europe/Lisbon")
    minute = local.dt.hour * 60 + local.dt.minute
    day = local.dt.day_of_week
    at_work = ((day < 5) & (minute >= 7 * 60) & (minute <= 21 * 60)) | ((day == 5) & minute.between(480, 960))
    agents = events.actor.str.startswith("agent")
    assert at_work[agents].all()
    assert not at_work[events.activity == "opened"].all()
    # 78 of 168 hours; an hour outside of them has 0.15 of the arrivals.
    share = at_work[events.activity == "opened"].mean()
    assert 0.80 < share < 0.92  # 78 / (78 + 0.15 * 90) = 0.85


def test_the_same_seed_gives_the_same_log_and_another_another() -> None:
    (a, true_a), (b, true_b) = simulate(300, 3), simulate(300, 3)
    pd.testing.assert_frame_equal(a.events, b.events)
    pd.testing.assert_frame_equal(a.links, b.links)
    pd.testing.assert_frame_equal(a.surveys, b.surveys)
    pd.testing.assert_frame_equal(true_a.cases, true_b.cases)
    pd.testing.assert_frame_equal(true_a.planted, true_b.planted)
    c, _ = simulate(300, 4)
    assert c.events.time.tolist() != a.events.time.tolist()


@pytest.mark.parametrize(
    "knobs", [{"surveys": 1.0}, {"survey_response": 0.0}, {"messages": True}, {"phrases": 0.1}, {"linked": 0.0}]
)
def test_what_surveys_messages_and_links_are_leaves_the_events_alone(knobs: dict[str, float]) -> None:
    a, b = simulate(300, 3)[0].events, simulate(300, 3, **knobs)[0].events  # type: ignore[arg-type]
    other = ["resolution"]  # A parallel ticket says "Duplicate" where it is linked.
    pd.testing.assert_frame_equal(a.drop(columns=other), b.drop(columns=other))


def test_one_knob_leaves_the_other_chances_alone() -> None:
    _, few = honest(not_my_lane=0.0)
    _, many = honest(not_my_lane=0.5)
    both = few.cases.merge(many.cases, on=["opened_at", "requester"])
    # More tickets per case, so fewer cases; those that there are arise as before, and in the same lanes.
    assert len(many.cases) < len(few.cases)
    assert len(both) > 0.98 * len(many.cases)
    assert (both.right_department_x == both.right_department_y).mean() > 0.999
    assert (both.chain_x == both.chain_y).mean() > 0.95


@pytest.mark.parametrize("n", [1, 2, 17, 1000])
def test_so_many_tickets_as_asked_for(n: int) -> None:
    log, truth = simulate(n, 0)
    assert len(log.tickets) == len(truth.tickets) == n


def test_tickets_are_wanting_where_every_problem_has_two() -> None:
    _, truth = honest(5, parallel=1.0)
    assert len(truth.tickets) == 4


def test_the_truth_cannot_be_edited() -> None:
    _, truth = simulate(20, 0)
    cases = truth.cases
    cases.loc[:, "outcome"] = "open"
    assert (truth.cases.outcome == "fixed").any()
    assert repr(truth).startswith("Truth(")
    assert "20 tickets" in repr(truth)


@pytest.mark.parametrize(
    "knobs",
    [
        {"not_my_lane": 1.0, "false_claims": 0.9, "reopening": 1.0, "right_first": 0.0, "days": 400},
        {"close_under_target": 1.0, "target": "1h", "reopening": 1.0, "bots": 1.0, "parallel": 1.0},
        {"silence": 1.0, "bots": 1.0, "bot_dropout": 0.5, "fix_time": "30D", "wrong_code_burst": 20},
        {"ping_pong": {("Network", "Cloud"): 0.9, ("Billing", "Identity"): 0.9}, "route_right": 0.0, "days": 20},
        {"days": 1, "schedule": {"sun": "10:00-10:01"}, "messages": True},
        {"schedule": ALWAYS, "timezone": "Pacific/Auckland", "customers": 1, "promises": 1.0, "messages": True},
    ],
)
def test_the_truth_holds_at_the_ends_of_the_knobs(knobs: dict[str, object]) -> None:
    log, truth = simulate(400, 11, **knobs)  # type: ignore[arg-type]
    for table in ("events", "tickets", "links", "surveys", "messages"):
        check(getattr(log, table), table)
    events = log.events.merge(truth.tickets[["ticket", "case", "parallel"]], on="ticket", suffixes=("_log", ""))
    assert 0 <= 400 - len(truth.tickets) <= 1
    assert truth.tickets.ticket.tolist() == log.tickets.ticket.tolist()
    assert events.time.max() < log.as_of
    assert (events.groupby("ticket").time.diff().dropna() > pd.Timedelta(0)).all()
    fixed = truth.cases[truth.cases.fixed_at.notna()]
    at = fixed.merge(events, left_on=["case", "fixed_at"], right_on=["case", "time"])
    assert at.case.tolist() == fixed.case.tolist()
    assert (at.state == "resolved").all()
    assert (at.department.astype(str) == at.right_department.astype(str)).all()
    after = events[~events.parallel].merge(fixed[["case", "fixed_at"]], on="case")
    assert set(after.activity[after.time > after.fixed_at]) <= {"closed by timer"}
    assert truth.closures["at"].tolist() == log.events.time[log.events.activity == "done"].tolist()
    # From a done state a ticket is left by the timer or by the customer alone.
    states = log.events.assign(before=log.events.groupby("ticket").state.shift())
    left = states[states.before.isin(["resolved", "closed"])]
    assert set(left.activity) <= {"closed by timer", "reopened"}
    assert set(states.before[states.activity == "reopened"]) <= {"resolved"}


# One knob each.


def test_an_honest_desk_declares_nothing_done_falsely() -> None:
    log, truth = honest()
    assert truth.cases.n_false_closures.sum() == 0
    assert set(truth.cases.outcome) == {"fixed", "open"}
    assert (truth.cases.n_tickets == 1).all()
    assert len(log.links) == 0
    assert not log.events.activity.isin(["reopened", "bot asks"]).any()


def test_right_first() -> None:
    _, truth = honest(right_first=1.0)
    assert (truth.cases.n_handoffs == 0).all()
    _, truth = honest(right_first=0.0)
    first = truth.cases.chain.str.split(" > ").str[0]
    assert (first != truth.cases.right_department.astype(str)).all()
    _, truth = honest()
    first = truth.cases.chain.str.split(" > ").str[0]
    assert close((first == truth.cases.right_department.astype(str)).mean(), 0.65, len(truth.cases))


def test_route_right() -> None:
    _, truth = honest(right_first=0.0, route_right=1.0)
    assert (truth.cases.n_handoffs <= 1).all()
    _, truth = honest(right_first=0.0, route_right=0.25)
    first = truth.cases[truth.cases.n_handoffs > 0]
    second = first.chain.str.split(" > ").str[1]
    assert close((second == first.right_department.astype(str)).mean(), 0.25, len(first))


def test_not_my_lane() -> None:
    log, truth = honest(not_my_lane=1.0, right_first=0.0)
    assert not (log.events.activity == "moved").any()
    done = truth.cases[truth.cases.outcome == "fixed"]
    assert (done.n_tickets == done.n_handoffs + 1).all()
    assert (done.n_tickets >= 2).all()
    shut = truth.closures[truth.closures.how == "not_my_lane"]
    right = truth.cases.set_index("case").right_department.astype(str)
    assert (shut.department.astype(str).to_numpy() != right[shut.case].to_numpy()).all()
    row = planted(truth, "not_my_lane")
    assert row.n == row["of"] == len(shut)

    _, truth = honest(not_my_lane=0.3)
    row = planted(truth, "not_my_lane")
    assert close(row.n / row["of"], 0.3, row["of"])


def test_linked() -> None:
    log, truth = honest(not_my_lane=0.5, linked=1.0)
    assert set(log.links.to_ticket) == set(truth.tickets.ticket[truth.tickets.number > 0])
    assert (log.links.kind == "transferred").all()
    log, truth = honest(not_my_lane=0.5, linked=0.0)
    assert len(log.links) == 0
    assert (truth.tickets.number > 0).sum() > 100
    assert not truth.tickets.linked.any()


def test_false_claims() -> None:
    log, truth = honest(false_claims=0.3, right_first=1.0, reopening=1.0)
    how = truth.closures.how.value_counts()
    assert close(how["false_claim"] / how.sum(), 0.3, how.sum())
    claims = truth.closures[truth.closures.how == "false_claim"].merge(
        log.events, left_on=["ticket", "at"], right_on=["ticket", "time"]
    )
    assert (claims.state == "resolved").all()
    assert set(claims.resolution) == {"Fixed", "Advice given"}


def test_reopening() -> None:
    log, truth = honest(false_claims=0.3, reopening=0.0)
    assert not (log.events.activity == "reopened").any()
    assert (truth.cases.n_tickets == 1).all()
    assert set(truth.cases.outcome) == {"fixed", "gave_up", "open"}

    log, truth = honest(false_claims=0.3, reopening=1.0)
    assert "gave_up" not in set(truth.cases.outcome)
    back = truth.closures[truth.closures.returned_at.notna()]
    late = back.returned_at - back["at"] >= pd.Timedelta("5D")
    reopened = log.events[log.events.activity == "reopened"]
    assert len(reopened) == (~late).sum() > 0
    assert (truth.tickets.number > 0).sum() == late.sum() > 0
    assert set(log.links.kind) == {"follow_up"}

    _, truth = honest(false_claims=0.3, reopening=0.5)
    row = planted(truth, "reopening")
    assert close(row.n / row["of"], 0.5, row["of"])


def _returns_at_once(chain: str) -> list[frozenset[str]]:
    stops = chain.split(" > ")
    return [frozenset((a, b)) for a, b, c in zip(stops, stops[1:], stops[2:], strict=False) if a == c]


def test_ping_pong() -> None:
    _, truth = simulate(3000, 5, ping_pong={})
    assert not any(_returns_at_once(chain) for chain in truth.cases.chain)
    assert truth.cases.n_handoffs.max() > 3

    _, truth = honest(ping_pong={("Cloud", "Devices"): 0.8})
    found = [pair for chain in truth.cases.chain for pair in _returns_at_once(chain)]
    assert set(found) == {frozenset(("Cloud", "Devices"))}
    row = planted(truth, "ping_pong")
    assert row["where"] == "Cloud > Devices"
    assert row.n > len(found) > 50
    # Nothing else is told by the knob than where work goes.
    moves = sum(
        {a, b} == {"Cloud", "Devices"}
        for chain in truth.cases.chain
        for a, b in zip(chain.split(" > "), chain.split(" > ")[1:], strict=False)
    )
    assert row.n <= moves


def test_close_under_target_and_target() -> None:
    _, truth = honest(close_under_target=1.0, target="4h", schedule=ALWAYS, fix_time="10h")
    under = truth.closures[truth.closures.how == "under_target"].merge(truth.tickets, on="ticket")
    age = under["at"] - under.opened_at
    assert age.between(
        pd.Timedelta("4h") * 0.9 - pd.Timedelta("1s"), pd.Timedelta("4h") * 0.995 + pd.Timedelta("1s")
    ).all()
    # All tickets are meant, and the desk never sleeps: none gets past the target, but for those that are on
    # their way to another department in the last two minutes.
    first = truth.closures.groupby("ticket")["at"].first()
    age = first - truth.tickets.set_index("ticket").opened_at
    assert len(under) > 0.5 * len(truth.tickets)
    assert (age.dropna() < pd.Timedelta("4h")).mean() > 0.99
    _, truth = simulate(1000, 1, close_under_target=0.0)
    assert "under_target" not in set(truth.closures.how)


def test_silence() -> None:
    log, truth = honest(silence=1.0)
    asked = log.events[log.events.activity == "customer asked"]
    after = log.events.shift(-1).loc[asked.index]
    after = after[after.ticket == asked.ticket]  # the rest are asked less than a week before the log ends
    assert len(after) > 100
    assert (after.activity == "done").all()
    assert (after.time - asked.time[after.index] >= pd.Timedelta("7D")).all()
    assert set(truth.cases.outcome) == {"fixed", "open", "silent"}
    assert set(after.actor[after.state == "closed"]) == {"rule no-reply"}
    by_rule = (after.state == "closed").mean()
    assert close(by_rule, 0.6, len(after))
    assert not truth.closures[truth.closures.how == "silence"].returned_at.notna().any()


def test_bots_and_bot_dropout() -> None:
    log, truth = honest(bots=1.0, bot_dropout=1.0)
    assert set(truth.cases.outcome) == {"dropped_out", "open"}
    assert set(log.tickets.channel) == {"phone", "chat"}
    done = log.events[log.events.activity == "done"]
    assert set(done.agent) == set(done.actor) == {"bot ivr"}
    waited = done.time.to_numpy() - log.events.time[done.index - 1].to_numpy()
    assert (waited == np.timedelta64(2, "D")).all()

    log, truth = honest(bots=0.3, bot_dropout=0.2)
    met = log.events.activity.eq("bot asks").sum()
    assert close(met / len(truth.cases), 0.3, len(truth.cases))
    assert close((truth.cases.outcome == "dropped_out").sum() / met, 0.2, met)
    assert planted(truth, "bots").n == met


def test_parallel() -> None:
    log, truth = honest(parallel=1.0, linked=1.0)
    beside = truth.tickets[truth.tickets.parallel]
    assert len(beside) > 0.99 * len(truth.cases)
    first = truth.tickets[truth.tickets.number == 0].set_index("case").loc[beside.case]
    assert (beside.opened_at.to_numpy() > first.opened_at.to_numpy()).all()
    done = truth.closures.groupby("ticket")["at"].first().reindex(first.ticket).fillna(log.as_of)
    assert (beside.opened_at.to_numpy() < done.to_numpy()).all()
    assert (log.links.kind == "duplicate_of").all()
    codes = log.events[log.events.ticket.isin(log.links.from_ticket) & (log.events.activity == "done")].resolution
    assert set(codes) == {"Duplicate"}
    # The second ticket goes to another department than the first, and is no part of the chain.
    lane = log.events.groupby("ticket").department.first()
    assert (lane[beside.ticket].to_numpy() != lane[first.ticket].to_numpy()).all()


def test_fix_time() -> None:
    log, truth = honest(4000, right_first=1.0, fix_time="2h", schedule=ALWAYS)
    events = log.events
    fix = events[events.activity == "done"]
    before = events.loc[fix.index - 1]
    at_once = (before.activity == "taken up").to_numpy()
    hours = (fix.time.to_numpy() - before.time.to_numpy())[at_once] / np.timedelta64(1, "h")
    # The logarithm of a median of log-normal times of spread 1.2: within five standard errors of log 2.
    assert abs(np.log(np.median(hours)) - np.log(2)) < 5 * 1.2533 * 1.2 / np.sqrt(len(hours))
    assert truth.cases.fixed_at.notna().mean() > 0.9


def test_schedule_and_timezone() -> None:
    weekly = {"tue": ["08:00-12:00", "13:00-17:00"], "sun": "22:00-24:00"}
    log, _ = simulate(500, 2, schedule=weekly, timezone="America/New_York", start="2024-02-20", days=40)
    zone = ZoneInfo("America/New_York")
    by_agents = log.events[log.events.actor.str.startswith("agent")].time
    assert len(by_agents) > 200
    for at in by_agents.dt.tz_convert(zone):
        time = at.time()
        if at.weekday() == 1:
            assert dt.time(8) <= time <= dt.time(12) or dt.time(13) <= time <= dt.time(17)
        else:
            # The span to midnight ends with the first instant of Monday.
            assert (at.weekday() == 6 and time >= dt.time(22)) or (at.weekday() == 0 and time == dt.time(0))
    # The clock goes forward on 10 March: 40 days are an hour short.
    assert log.as_of - pd.Timestamp("2024-02-20", tz=zone) == pd.Timedelta("40D") - pd.Timedelta("1h")


def test_start_and_days() -> None:
    log, truth = simulate(300, 2, start="2023-05-01", days=10)
    assert log.as_of == pd.Timestamp("2023-05-11", tz="Europe/Lisbon")
    assert truth.cases.opened_at.min() >= pd.Timestamp("2023-05-01", tz="Europe/Lisbon")
    long = simulate(300, 2, start="2023-05-01", days=100)[1]
    assert (long.cases.outcome == "open").mean() < (truth.cases.outcome == "open").mean()


def test_departments() -> None:
    log, truth = simulate(500, 2, departments=["North", "South", "West"])
    assert set(log.events.department) == {"North", "South", "West"}
    assert set(truth.cases.right_department) == {"North", "South", "West"}
    assert set(log.tickets.category) == {"north", "south", "west"}
    assert "ping_pong" not in set(truth.planted.what)
    log, _ = simulate(500, 2)
    assert set(log.events.department) == set(HOUSE_NAMES)


def test_two_departments_are_enough() -> None:
    _, truth = simulate(500, 2, departments=["A", "B"], ping_pong={})
    assert truth.cases.n_handoffs.max() == 1


def test_customers() -> None:
    log, _ = simulate(2000, 2, customers=5)
    counts = log.tickets.requester.value_counts()
    assert set(counts.index) == {f"customer {i:05d}" for i in range(1, 6)}
    assert counts.index[0] == "customer 00001"


def test_promises() -> None:
    log, _ = honest(promises=0.0)
    assert log.tickets.promised_at.isna().all()
    log, truth = honest(promises=1.0)
    tickets = log.tickets
    lead = tickets.priority.astype(str).map({"P1": "1D", "P2": "2D", "P3": "3D", "P4": "5D"})
    assert (tickets.promised_at == (tickets.opened_at + pd.to_timedelta(lead)).dt.floor("h")).all()
    events = log.events
    touched = events[~events.activity.isin(["done", "closed by timer"])]
    assert (touched.promised_at >= touched.time).all()
    done = events[events.activity.isin(["done", "closed by timer"])]
    assert (done.promised_at.to_numpy() == events.promised_at.loc[done.index - 1].to_numpy()).all()
    assert (events.groupby("ticket").promised_at.nunique() > 1).any()
    row = planted(truth, "promises")
    assert row.n == row["of"] == len(tickets)


def test_surveys_and_their_silence() -> None:
    log, truth = simulate(4000, 9, surveys=1.0, survey_response=1.0, survey_decline=1.0)
    surveys = log.surveys
    last = truth.closures.groupby("ticket")["at"].last()
    assert not surveys.ticket.duplicated().any()
    assert (surveys.sent_at.to_numpy() - last[surveys.ticket].to_numpy() == np.timedelta64(1, "h")).all()
    unanswered = surveys.answered_at.isna()
    assert (surveys.score.isna() == unanswered).all()
    # Only those are wanting that would have come after the end.
    assert (surveys.sent_at[unanswered] > log.as_of - pd.Timedelta("4D")).all()
    answered = surveys[~unanswered].merge(truth.minds, on="survey")
    assert (answered.score == answered.would_say).all()
    assert set(truth.minds.would_say) == {1.0, 2.0, 3.0, 4.0, 5.0}

    log, truth = simulate(4000, 9, surveys=0.5, survey_response=0.8, survey_decline=0.5)
    row = planted(truth, "surveys")
    assert close(row.n / row["of"], 0.5, row["of"])
    surveys = log.surveys.merge(truth.minds, on="survey")
    case = truth.tickets.set_index("ticket").case[surveys.ticket].to_numpy()
    trouble = truth.cases.set_index("case")[["n_handoffs", "n_false_closures"]].sum(axis=1).loc[case].to_numpy()
    easy = surveys[(trouble == 0) & (surveys.sent_at < log.as_of - pd.Timedelta("4D"))]
    assert close(easy.answered_at.notna().mean(), 0.8, len(easy))
    hard = surveys[trouble > 3]
    assert hard.answered_at.notna().mean() < 0.2
    # So those who answer are happier than those who were asked.
    assert surveys.score.mean() > surveys.would_say.mean() + 0.3

    assert len(simulate(200, 9, surveys=0.0)[0].surveys) == 0


def test_messages_and_phrases() -> None:
    assert len(simulate(200, 9)[0].messages) == 0
    for share in (0.0, 0.6, 1.0):
        log, truth = simulate(2000, 9, messages=True, phrases=share)
        messages = log.messages
        sends = log.events[log.events.activity == "moved"].merge(
            messages, left_on=["ticket", "time"], right_on=["ticket", "at"]
        )
        assert len(sends) == (log.events.activity == "moved").sum()
        marked = sends.text.str.startswith(MARKER_STARTS)
        assert close(marked.mean(), share, len(sends))
        assert all(lane in text for lane, text in zip(sends.department, sends.text, strict=True))
        assert (sends.role == "agent").all()
        assert planted(truth, "phrases").n == messages.text.str.startswith(MARKER_STARTS).sum()
    assert (messages.role[messages.author.str.startswith("customer")] == "customer").all()
    assert set(messages.role[messages.author.str.startswith(("bot", "rule"))]) == {"bot"}


def test_wrong_code_burst() -> None:
    log, truth = honest(20_000, wrong_code_burst=3)
    bursts = truth.planted[truth.planted.what == "wrong_code_burst"]
    assert len(bursts) == 6
    assert (bursts.end - bursts.begin == pd.Timedelta("3D")).all()
    lane = log.events.groupby("ticket").department.first().astype(str)
    wrong = log.tickets[truth.tickets.misfiled.to_numpy()]
    assert len(wrong) == bursts.n[bursts.counted == "tickets filed under the wrong category"].sum() > 0
    for ticket, opened, category in zip(wrong.ticket, wrong.opened_at, wrong.category, strict=True):
        meant = bursts[(bursts["where"] == lane[ticket]) & (bursts.begin <= opened) & (opened < bursts.end)]
        assert f"category={category}" in set(meant.value)
    # Fixed, and yet filed as not theirs: nobody else says so at an honest desk.
    codes = log.events[log.events.resolution == "Not our lane"]
    assert len(codes) == bursts.n[bursts.counted == "fixes under the wrong code"].sum() > 0
    assert "wrong_code_burst" not in set(honest(100)[1].planted.what)


def test_most_cases_are_simple_and_the_tail_is_heavy() -> None:
    _, truth = _default()
    assert 0.60 < (truth.cases.n_handoffs == 0).mean() < 0.72
    hours = (truth.cases.fixed_at - truth.cases.opened_at).dropna() / pd.Timedelta("1h")
    assert hours.mean() > 1.5 * hours.median()
    assert hours.quantile(0.99) > 15 * hours.median()
    # Long chases end in short work: some case of a week or more is fixed within ten minutes of being taken up.
    log, _ = _default()
    events = log.events[log.events.activity.isin(["taken up", "done"])]
    took = events.time - events.groupby("ticket").time.shift()
    fixed = events.assign(took=took).merge(
        truth.closures[truth.closures.fixed], left_on=["ticket", "time"], right_on=["ticket", "at"]
    )
    fixed = fixed.merge(truth.cases, left_on="case_y", right_on="case")
    long = fixed.fixed_at - fixed.opened_at > pd.Timedelta("7D")
    assert (fixed.took[long] < pd.Timedelta("10min")).any()


# What cannot be meant.


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"silence": 1.2}, r"silence must lie between 0 and 1, not 1\.2"),
        ({"silence": True}, "silence must lie between 0 and 1, not True"),
        ({"false_claims": 0.95}, r"false_claims must lie between 0 and 0\.9"),
        ({"days": 0}, "days must be a whole number of at least 1"),
        ({"customers": 0}, "customers must be a whole number of at least 1"),
        ({"wrong_code_burst": -1}, "wrong_code_burst must be a whole number of at least 0"),
        ({"departments": ["A"]}, "two or more different names"),
        ({"departments": ["A", "A"]}, "two or more different names"),
        ({"ping_pong": {("Cloud", "Moon"): 0.5}}, "are not two departments"),
        ({"ping_pong": {("Cloud", "Cloud"): 0.5}}, "are not two departments"),
        ({"ping_pong": {("Cloud", "Billing"): 0.5, ("Billing", "Devices"): 0.5}}, "'Billing' stands in two pairs"),
        ({"ping_pong": {("Cloud", "Billing"): 1.0}}, r"ping_pong must lie between 0 and 0\.9, not 1\.0"),
        ({"target": 8}, "target must be a text with its unit"),
        ({"target": "8"}, "target must be a text with its unit"),
        ({"fix_time": "soon"}, "fix_time must be a text with its unit"),
        ({"start": "8/1/2024"}, "start must be a date"),
        ({"timezone": "Lisbon"}, "unknown timezone 'Lisbon'"),
        ({"schedule": {}}, "the desk is never open"),
        ({"schedule": {"monday": "08:00-12:00"}}, "unknown weekday 'monday'"),
        ({"schedule": {"mon": "8-12"}}, "is not of the form"),
        ({"schedule": {"mon": "12:00-08:00"}}, "is not a span of one day"),
        ({"schedule": {"mon": ["08:00-12:00", "11:00-13:00"]}}, "the hours of mon overlap"),
    ],
)
def test_knobs_that_cannot_be_meant(knobs: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        simulate(10, 0, **knobs)  # type: ignore[arg-type]


def test_all_wrong_knobs_are_named_at_once() -> None:
    with pytest.raises(ArgumentError, match=r"silence .*; days .*; target "):
        simulate(10, 0, silence=-1, days=0, target="")


@pytest.mark.parametrize(("n", "seed"), [(0, 0), (10, -1), (2.5, 0), (True, 0)])
def test_number_and_seed(n: int, seed: int) -> None:
    with pytest.raises(ArgumentError, match="must be a whole number"):
        simulate(n, seed)
