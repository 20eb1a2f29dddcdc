"""Telling: what happened to a case in one sentence, from facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from lanehop.columns import STR, Flags, Instants
from lanehop.lanes import Lanes
from lanehop.review.elapsed import unserved_until
from lanehop.wording import printable, say_length, say_n

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def tell_in_a_sentence(lanes: Lanes, case: Instants, never_met: Flags) -> Any:
    """Tell in a sentence what happened to each of these rows of ``lanes.cases``."""
    zone, as_of = lanes.log.dialect.timezone or "UTC", lanes.log.as_of
    cases = lanes._cases.iloc[case]
    until = unserved_until(lanes)[case].tolist()
    opened = cases["opened_at"].to_numpy(dtype="M8[us]").astype("int64").tolist()
    rows = zip(cases.itertuples(), opened, until, never_met.tolist(), strict=True)
    return pd.array(
        [", ".join(_clauses(row, end - start, never, zone, as_of)) + "." for row, start, end, never in rows], dtype=STR
    )


def _clauses(case: Any, went_us: int, never_met: bool, zone: str, as_of: pd.Timestamp) -> Iterator[str]:
    yield f"Opened {_day(case.opened_at, zone)}"
    over = say_length(went_us).replace(".0 days", " days")
    if case.n_departments == 0:
        yield f"in no known department for {over}"
    elif case.n_handoffs == 0:
        yield f"in {printable(case.first_department)} for {over}"
    else:
        yield f"passed through {case.n_departments} departments in {say_n(case.n_handoffs, 'handoff')} over {over}"
    if case.n_unresolved:
        times = "once" if case.n_unresolved == 1 else f"{case.n_unresolved:,} times"
        yield f"closed {times} without a fix"
    if never_met:
        yield "never reached a person"
    yield {
        "fixed": lambda: f"fixed on {_day(case.fixed_at, zone)}",
        "unproven": lambda: f"said to be fixed on {_day(case.done_at, zone)}, which is not proven yet",
        "unresolved": lambda: f"left without a fix since {_day(case.done_at, zone)}",
        "withdrawn": lambda: f"withdrawn on {_day(case.done_at, zone)}",
        "open": lambda: f"still open on {_day(as_of, zone)}",
    }[case.outcome]()


def _day(at: pd.Timestamp, zone: str) -> str:
    local = at.tz_convert(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"
