"""Registry: the metrics that helpdesks are paid by, and the outcomes that they are held against here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from lanehop.clocks.censoring import Floats
from lanehop.columns import MISSING, Codes, Flags, Instants, microseconds, text_array
from lanehop.curves.groups import rows_of
from lanehop.curves.spans import Spans, measure_spans, read_instants
from lanehop.lanes import Lanes
from lanehop.review.metrics import HOUR, Ages, Metric
from lanehop.schema import BUSINESS
from lanehop.states import CHARGED_STATES

METRICS = (
    "time_to_close",
    "closed_in_target",
    "first_lane_closure",
    "handle_time",
    "promise_at_closing",
    "promise_at_fix",
    "reopen_rate",
    "satisfaction",
)
OUTCOMES = ("time_to_real_fix", "really_fixed", "false_done_time", "hops")

WORKING, FALSE_DONE = CHARGED_STATES.index("working"), CHARGED_STATES.index("false_done")


def first_closures(lanes: Lanes) -> pd.DataFrame:
    """Return the first closure of each case, with the case's row as ``row``: those on which time-to-close stops."""
    closures = lanes._closures
    followed = np.flatnonzero(~closures["parallel"].to_numpy())
    # Both tables are sorted by case.
    n = lanes._cases["n_closures"].to_numpy().astype(np.int64)
    row = np.flatnonzero(n)
    return closures.iloc[followed[(np.cumsum(n) - n)[row]]].assign(row=row)


def opened_of(lanes: Lanes, tickets: pd.Series[str]) -> Instants:
    """Return when each of these tickets was opened; MISSING where none is named."""
    if not tickets.notna().any():
        return np.full(len(tickets), MISSING)
    e = lanes.log._coded
    begun = e.time[e.first[:-1]]
    if e.opened_at is not None:
        begun = np.where(e.opened_at == MISSING, begun, np.minimum(e.opened_at, begun))
    place = pd.Index(text_array(e.tickets)).get_indexer(pd.Index(tickets))
    return np.append(begun, MISSING)[place]


def closed_rows(lanes: Lanes) -> Flags:
    """Return which cases were first declared done by the horizon, so that what became of it could be watched."""
    horizon = microseconds(lanes.log.as_of - lanes.hold)
    first = read_instants(lanes._cases["first_done_at"])
    return (first != MISSING) & (first <= horizon)


def build(until: int, target: int) -> dict[str, Metric]:
    """Return all metrics and outcomes by name; lengths of time are in microseconds."""
    within, goal = until / HOUR, target / HOUR
    made = (
        Metric("time_to_close", "opening to first declared done", "low", _on("close", within), "mean", "hours", True),
        Metric(
            "closed_in_target",
            f"first declared done within {goal:g} h",
            "high",
            _on("close", goal),
            "share",
            "share",
            True,
        ),
        Metric(
            "first_lane_closure",
            "first declared done before any handoff",
            "high",
            _first_lane,
            "share",
            "share",
            True,
        ),
        Metric("handle_time", "time in state working", "low", _handle_time, "mean", "hours"),
        Metric(
            "promise_at_closing",
            "first declared done by the promised date",
            "high",
            _promise("first_done_at"),
            "share",
            "share",
            True,
        ),
        Metric("promise_at_fix", "really fixed by the promised date", "high", _promise("fixed_at"), "share", "share"),
        Metric("reopen_rate", "opened again within hold of the first closing", "low", _reopened, "share", "share"),
        Metric(
            "satisfaction",
            "answered surveys on the scale from 0 to 1; who does not answer is not in it",
            "high",
            _satisfaction,
            "mean",
            "of the scale",
        ),
        Metric("time_to_real_fix", "opening to the claim that held", "low", _on("fix", within), "mean", "hours"),
        Metric("really_fixed", f"really fixed within {within:g} h", "high", _on("fix", within), "share", "share"),
        Metric(
            "false_done_time",
            f"time declared done and not fixed, up to {within:g} h",
            "low",
            _false_done(within),
            "mean",
            "hours",
        ),
        Metric("hops", "handoffs", "low", lambda lanes: lanes._cases["n_handoffs"], "mean", "handoffs"),
    )
    return {one.name: one for one in made}


def _on(clock: str, limit: float) -> Callable[[Lanes], Ages]:
    def measure(lanes: Lanes) -> Ages:
        spans: Spans = measure_spans(lanes)
        length, seen = (spans.close, spans.close_observed) if clock == "close" else (spans.fix, spans.fix_observed)
        hours, observed = _unseen(lanes), np.zeros(len(lanes._cases), dtype=bool)
        hours[spans.row], observed[spans.row] = length / HOUR, seen
        return Ages(hours, observed, limit)

    return measure


def _unseen(lanes: Lanes) -> Floats:
    return np.full(len(lanes._cases), np.nan)


def _first_lane(lanes: Lanes) -> Floats:
    cases, handoffs = lanes._cases, lanes._handoffs
    first_done = read_instants(cases["first_done_at"])
    row = rows_of(handoffs["case"], cases)
    before = row[read_instants(handoffs["at"]) <= first_done[row]]
    counted = closed_rows(lanes) & cases["first_department"].notna().to_numpy()
    return np.where(counted, np.bincount(before, minlength=len(cases)) == 0, np.nan)


def _handle_time(lanes: Lanes) -> Floats:
    charged = _charged(lanes, WORKING)
    # A log that never says "working" has no handle time, rather than one of nothing.
    return np.where(closed_rows(lanes) & (charged > 0).any(), charged, np.nan)


def _false_done(limit: float) -> Callable[[Lanes], Floats]:
    return lambda lanes: np.minimum(_charged(lanes, FALSE_DONE), limit)


def _charged(lanes: Lanes, state: int) -> Floats:
    """Return the hours of each case in a state."""
    charges = lanes._charges
    of_state = charges["state"].cat.codes.to_numpy() == state
    time = charges["time" if lanes.calendar is None else f"{BUSINESS}time"].to_numpy().view(np.int64)[of_state]
    row = rows_of(charges["case"][of_state], lanes._cases)
    return np.bincount(row, time / HOUR, len(lanes._cases)).astype(np.float64)


def _promise(end: str) -> Callable[[Lanes], Floats]:
    def measure(lanes: Lanes) -> Floats:
        cases, horizon = lanes._cases, microseconds(lanes.log.as_of - lanes.hold)
        if "promised_at" not in cases:
            return _unseen(lanes)
        promised, at = read_instants(cases["promised_at"]), read_instants(cases[end])
        kept = (at != MISSING) & (at <= promised)
        due = (promised != MISSING) & (promised <= horizon)
        if end == "fixed_at":
            due &= (cases["outcome"] != "withdrawn").to_numpy()
        # Judged once the promised date has passed; before that only those that kept it would be seen.
        return np.where(due, kept, np.nan)

    return measure


def _reopened(lanes: Lanes) -> Floats:
    first = first_closures(lanes)
    again, at = (read_instants(first[name]) for name in ("reopened_at", "at"))
    soon = (again != MISSING) & (again - at <= lanes.hold // pd.Timedelta(microseconds=1))
    values = _unseen(lanes)
    values[first["row"]] = soon
    return np.where(closed_rows(lanes), values, np.nan)


def _satisfaction(lanes: Lanes) -> Floats:
    surveys, tickets = lanes.log.surveys, lanes.log.tickets
    if not len(surveys):
        return _unseen(lanes)
    scale = (surveys["scale_max"] - surveys["scale_min"]).to_numpy(dtype=np.float64)
    score = (surveys["score"] - surveys["scale_min"]).to_numpy(dtype=np.float64)
    known = (surveys["kind"] == "transaction").to_numpy() & ~np.isnan(score) & (scale > 0)
    place = pd.Index(tickets["ticket"]).get_indexer(pd.Index(surveys["ticket"]))
    known &= place >= 0
    row = rows_of(tickets["case"].iloc[place[known]], lanes._cases)
    n: Codes = np.bincount(row, minlength=len(lanes._cases))
    total = np.bincount(row, score[known] / scale[known], len(lanes._cases))
    return np.divide(total, n, out=_unseen(lanes), where=n > 0)


def survey_response(lanes: Lanes, counted: Instants) -> tuple[int, int]:
    """Return how many surveys about these cases were answered, and how many were sent."""
    surveys, tickets = lanes.log.surveys, lanes.log.tickets
    place = pd.Index(tickets["ticket"]).get_indexer(pd.Index(surveys["ticket"]))
    asked = (surveys["kind"] == "transaction").to_numpy() & (place >= 0)
    row = rows_of(tickets["case"].iloc[place[asked]], lanes._cases)
    answered = surveys["score"].notna().to_numpy()[asked]
    about = np.isin(row, counted)
    return int((answered & about).sum()), int(about.sum())
