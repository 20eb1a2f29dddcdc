"""Department scores: what each department took in, fixed, closed without a fix, and left to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import grouped_median
from lanehop.columns import MISSING, STR, Codes, Flags
from lanehop.curves.grounds import count_grounds, share
from lanehop.curves.groups import totals
from lanehop.curves.spans import read_instants
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes
from lanehop.review.agents import lanes_of_agents
from lanehop.review.downstream import follow_downstream
from lanehop.review.elapsed import case_rows, clocks, lives
from lanehop.review.intervals import SMALL, wilson
from lanehop.states import CHARGED_STATES, REASONS, VERDICTS

__all__ = ["score_departments"]

BY = ("department", "agent", "category", "month")


@dataclass(frozen=True, eq=False)
class Units:
    """What is scored: departments, agents, or groups of cases; the last one is "none or not known"."""

    names: Any
    """One name each, but for the last."""
    of_case: Codes | None
    """Of each case; None where a case is in several."""
    cases: pd.DataFrame

    def __len__(self) -> int:
        return len(self.names) + 1

    def of(self, table: pd.DataFrame, column: str, rows: Codes | None = None) -> Codes:
        """Return the unit of each row of a table: of the department named there, or of its case."""
        if self.of_case is not None:
            return self.of_case[case_rows(table, self.cases) if rows is None else rows]
        codes = table[column].cat.codes.to_numpy().astype(np.int64)
        return np.where(codes < 0, len(self.names), codes)

    def count(self, codes: Codes, which: Flags | None = None) -> Codes:
        """Count rows by unit."""
        return columns.count(np.bincount(codes if which is None else codes[which], minlength=len(self)))


def score_departments(
    lanes: Lanes, *, by: Literal["department", "agent", "category", "month"] = "department"
) -> pd.DataFrame:
    """Score each department: what it took in, fixed, closed without a fix, and left to others.

    Parameters
    ----------
    by : {"department", "agent", "category", "month"}
        ``agent``: each agent is taken for a department of one. ``category`` and ``month``: all that happened to the
        cases of a category, or opened in a month (in the zone of the dialect, else UTC), by whichever department.

    Returns
    -------
    DataFrame
        One row per department, the worst first; months in their order.

        department, agent, category or month : category; str for agents and months ("2024-03"); or NA
            NA, the last row: in none, or not known; only where there is anything to count in it.
        rank : Int32 or NA
            From 1 on, by closures without resolution; NA where ``small``, and for the row NA.
        small : bool
            Fewer than 30 closures.
        n_cases : int32
            Different cases that were in it.
        n_started : int32
            Cases that were in it first. Over all rows: all cases.
        n_visits : int32
            Times that a case was in it: ``n_started + n_handed_in``, but in the row NA, which has none.
        n_handed_in, n_handed_out : int32
            Handoffs to it and from it. Over all rows each adds up to all handoffs.
        n_returned : int32
            Those handed in that came back: the case had been in it before.
        n_handed_in_while_done, n_handed_out_while_done : int32
            Those of tickets that were done.
        n_decided : int32
            Visits of which it is known whether they ended in the real fix: all those of fixed cases, and of the others
            those that ended by the horizon ``as_of - hold``, by handing on or in a closure that stands.
        n_real_fixes : int32
            Cases of which it made the claim that held. Over all rows: all fixed cases.
        share_real_fixes, share_real_fixes_low, share_real_fixes_high : float64 or NA
            Right-lane rate: real fixes as a share of ``n_decided``, and its interval.
        n_closures : int32
            Times it declared a case done. Over all rows: all closures that are not parallel.
        n_unresolved : int32
            Those without resolution.
        share_unresolved, share_unresolved_low, share_unresolved_high : float64 or NA
            As a share of ``n_closures``, and its interval.
        reason_reopened, reason_continued, reason_negative_code, reason_silence, reason_no_claim, \
reason_continued_inferred : int32
            Closures without resolution by the first reason that applies; they add up to ``n_unresolved``. Without
            the last of them, that is the count without inferred links.
        n_fixed, n_unproven, n_withdrawn : int32
            The other closures, by verdict.
        n_fixed_silent : int32
            Those fixed that were declared straight out of waiting for the customer.
        n_time_to_close, n_time_to_close_observed : int32
            Cases that it was the first to declare done, with those never declared done that it has now; and the first
            of these alone. Over all rows: all cases.
        median_time_to_close : timedelta64[us] or NA
            Kaplan-Meier median of their time-to-close; what is still open is cut off at its age.
        time_queued, time_working, time_waiting_customer, time_waiting_other, time_open, time_false_done, \
time_settled : timedelta64[us]
            Time charged to it, by state. All of them over all rows: ``lanes.charges``.
        n_let_go : int32
            Cases that it handed on at least once before they were fixed.
        n_let_go_not_fixed : int32
            Those of them that are not proven fixed: their downstream cost is what it is so far.
        downstream_time : timedelta64[us]
            From the first time it handed such a case on to the real fix, summed over them, without the time that the
            case was back in it. Where not fixed: up to the last time it was declared done if that stands unproven or
            withdrawn, else up to the end of the case's life.
        downstream_hops : int32
            Handoffs after that one until then, summed over them.

        Then ``as_of, hold, n_claims, share_unproven, n_reopened, share_reopened_late`` as in :func:`close_curve`,
        of the closures that it declared. With a calendar each length ``x`` but ``hold`` is followed by ``business_x``.

    Raises
    ------
    ArgumentError
        If ``by`` is none of these, or the log has no agents or no categories; if a sum of times is longer than a
        timedelta can be.

    Notes
    -----
    - The order is that of closures without resolution, then of their share, then of the name. Many closures make
      many without resolution: read the share and its interval beside it.
    - Intervals are Wilson's, at 95 %. They tell of chance only. A department that is sent the hard cases has a
      low right-lane rate through no fault of its own.
    - A closure counts for the department that declared it, a minute for the one that it is charged to: time falsely
      done (``time_false_done``) for the one that declared it done.
    - A case counts downstream of *each* department that handed it on: these columns do not add up over rows.
    - ``n_unproven`` closures may still turn out to be without resolution.
    - The intervals take visits and closures for independent draws: where cases are opened again and again, or one
      customer brings many, they are too narrow.
    - By agent: he has a case from being named until another is, or the ticket leaves the department; handoffs are
      then moves between agents. His times in business time need one calendar for all departments.
    - By category and month visits, handoffs and letting go are those of all departments that had these cases, so
      that ``n_handed_in`` and ``n_handed_out`` are equal.
    - A late month has been watched for less time: its ``share_unresolved`` can only grow, as its ``n_unproven`` closures
      are judged. Its right-lane rate is of visits that ended by the horizon, good and bad alike.
    - NOT counted: closures of tickets that the case did not follow then (``parallel``).

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> scores = lh.score_departments(lanes)
    >>> int(scores.n_closures.sum()) == int((~lanes.closures.parallel).sum())
    True
    >>> int(scores.n_handed_in.sum()) == len(lanes.handoffs) == int(scores.n_handed_out.sum())
    True

    See Also
    --------
    reconstruct : the step before. charge_table : the same minutes by anything. call_list : the customers behind it.
    """
    if by not in BY:
        raise ArgumentError(f"by must be one of {', '.join(BY)}, not {by!r}")
    scored = lanes_of_agents(lanes) if by == "agent" else lanes
    units = _units(scored, by)
    closures = scored._closures
    of_closures = units.of(closures, "department")
    made = {
        **_count_visits(scored, units),
        **_count_closures(closures, of_closures, units),
        **_time_to_close(scored, units, of_closures),
        **_sum_charges(scored, units),
        **_sum_downstream(scored, units),
        **count_grounds(scored, of_closures, len(units)),
    }
    return _in_order(units, by, made)


def _units(lanes: Lanes, by: str) -> Units:
    cases = lanes._cases
    if by in ("department", "agent"):
        found = lanes.log._coded.department.names
        named = columns.Coded(np.arange(len(found)), found)
        return Units(columns.category(named) if by == "department" else columns.text(named), None, cases)
    if by == "category":
        if "category" not in cases:
            raise ArgumentError(
                "by='category': the log names no categories; say in the dialect which column does (columns.category)"
            )
        codes, categories = pd.factorize(cases["category"], sort=True)
        names = categories.array
        return Units(names, np.where(codes < 0, len(names), codes), cases)
    local = cases["opened_at"].dt.tz_convert(lanes.log.dialect.timezone or "UTC")
    number = (local.dt.year * 12 + local.dt.month - 1).to_numpy()
    months, codes = np.unique(number, return_inverse=True)
    names = pd.array([f"{month // 12:04}-{month % 12 + 1:02}" for month in months.tolist()], dtype=STR)
    return Units(names, codes.astype(np.int64), cases)


def _count_visits(lanes: Lanes, units: Units) -> dict[str, Any]:
    cases, handoffs = lanes._cases, lanes._handoffs
    row = np.repeat(np.arange(len(cases)), cases["n_handoffs"])
    first, last, fixed_by = (
        units.of(cases, f"{which}_department", np.arange(len(cases))) for which in ("first", "last", "fix")
    )
    came, left = (units.of(handoffs, f"{which}_department", row) for which in ("to", "from"))
    while_done = handoffs["while_done"].to_numpy()
    known = cases["first_department"].notna().to_numpy()
    fixed = cases["fix_observed"].to_numpy()
    horizon = columns.microseconds(lanes.log.as_of - lanes.hold)
    ended = (
        cases["outcome"].isin(["unresolved", "withdrawn"]) & (read_instants(cases["done_at"]) <= horizon)
    ).to_numpy()
    # Of visits that ended later only failures could be known, as a fix takes hold to be proven.
    handed_on = fixed[row] | (read_instants(handoffs["at"]) <= horizon)
    # One sort is faster than what finds different values by hashing.
    pairs = np.sort(np.concatenate([first, came]) * np.int64(len(cases)) + np.append(np.arange(len(cases)), row))
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    n_visits = units.count(first, known) + units.count(came)
    n_decided = units.count(left, handed_on) + units.count(last, known & (fixed | ended))
    # A fix in no department was made in no visit.
    n_right = units.count(fixed_by, fixed & cases["fix_department"].notna().to_numpy())
    return {
        "n_cases": units.count(pairs // len(cases)),
        "n_started": units.count(first),
        "n_visits": columns.count(n_visits),
        "n_handed_in": units.count(came),
        "n_returned": units.count(came, handoffs["is_return"].to_numpy()),
        "n_handed_in_while_done": units.count(came, while_done),
        "n_handed_out": units.count(left),
        "n_handed_out_while_done": units.count(left, while_done),
        "n_decided": columns.count(n_decided),
        "n_real_fixes": units.count(fixed_by, fixed),
        **_share("real_fixes", n_right, n_decided),
    }


def _count_closures(closures: pd.DataFrame, codes: Codes, units: Units) -> dict[str, Any]:
    followed = ~closures["parallel"].to_numpy()
    verdict, reason = (closures[name].cat.codes.to_numpy() for name in ("verdict", "reason"))
    n_closures = units.count(codes, followed)
    n = {name: units.count(codes, followed & (verdict == code)) for code, name in enumerate(VERDICTS)}
    silent = followed & (verdict == VERDICTS.index("fixed")) & closures["silent"].to_numpy()
    return {
        "n_closures": n_closures,
        "n_unresolved": n["unresolved"],
        **_share("unresolved", n["unresolved"], n_closures),
        **{f"reason_{name}": units.count(codes, followed & (reason == code)) for code, name in enumerate(REASONS)},
        **{f"n_{name}": n[name] for name in ("fixed", "unproven", "withdrawn")},
        "n_fixed_silent": units.count(codes, silent),
    }


def _share(name: str, part: Codes, of: Codes) -> dict[str, Any]:
    low, high = wilson(part, of)
    return {f"share_{name}": share(part, of), f"share_{name}_low": low, f"share_{name}_high": high}


def _time_to_close(lanes: Lanes, units: Units, of_closures: Codes) -> dict[str, Any]:
    """Return the median time-to-close of the cases that each unit was to close, and closed first or has still."""
    cases, closures = lanes._cases, lanes._closures
    owner = units.of(cases, "last_department", np.arange(len(cases)))
    followed = np.flatnonzero(~closures["parallel"].to_numpy())
    closed = cases["time_to_close"].notna().to_numpy()
    n_closures = cases["n_closures"].to_numpy(np.int64)
    owner[closed] = of_closures[followed[(np.cumsum(n_closures) - n_closures)[closed]]]
    made: dict[str, Any] = {
        "n_time_to_close": units.count(owner),
        "n_time_to_close_observed": units.count(owner, closed),
    }
    for clock in clocks(lanes):
        age = lives(lanes, clock)
        length = np.where(closed, cases[f"{clock}time_to_close"].to_numpy().view(np.int64), age)
        median, defined = grouped_median(owner, len(units), length, closed)
        made[f"{clock}median_time_to_close"] = columns.length(np.where(defined, median, MISSING))
    return made


def _sum_charges(lanes: Lanes, units: Units) -> dict[str, Any]:
    charges, n_states = lanes._charges, len(CHARGED_STATES)
    cell = units.of(charges, "department") * n_states + charges["state"].cat.codes.to_numpy()
    time = {
        clock: totals(charges[f"{clock}time"].to_numpy().view(np.int64), cell, len(units) * n_states)
        for clock in clocks(lanes)
    }
    return {
        f"{clock}time_{state}": columns.length(time[clock].reshape(-1, n_states)[:, code].copy())
        for code, state in enumerate(CHARGED_STATES)
        for clock in clocks(lanes)
    }


def _sum_downstream(lanes: Lanes, units: Units) -> dict[str, Any]:
    after = follow_downstream(lanes)
    codes = after.department if units.of_case is None else units.of_case[after.case]
    hops = totals(after.hops, codes, len(units))
    return {
        "n_let_go": units.count(codes),
        "n_let_go_not_fixed": units.count(codes, ~lanes._cases["fix_observed"].to_numpy()[after.case]),
        **{
            f"{clock}downstream_time": columns.length(totals(time, codes, len(units)))
            for clock, time in after.time.items()
        },
        "downstream_hops": columns.count(hops),
    }


def _in_order(units: Units, by: str, made: Mapping[str, Any]) -> pd.DataFrame:
    """Return the scores as a frame, the worst first, months in their order; those of too few closures after the others."""
    n = len(units)
    small, none = made["n_closures"] < SMALL, np.arange(n) == n - 1
    worst = np.lexsort((np.arange(n), -np.nan_to_num(made["share_unresolved"]), -made["n_unresolved"], small, none))
    ranked = worst[~(small | none)[worst]]
    rank = np.zeros(n, dtype=np.int32)
    rank[ranked] = np.arange(1, len(ranked) + 1)
    there = made["n_started"] + made["n_closures"] > 0
    there |= np.any([made[f"time_{state}"] > np.timedelta64(0, "us") for state in CHARGED_STATES], axis=0)
    there |= made["n_real_fixes"] > 0
    order = np.arange(n) if by == "month" else worst
    order = order[~none[order] | there[order]]
    names = np.where(none, -1, np.arange(n))[order]
    scores = pd.DataFrame(
        {
            by: units.names.take(names, allow_fill=True),
            "rank": pd.arrays.IntegerArray(rank[order], rank[order] == 0),
            "small": small[order],
        }
    )
    rest = pd.DataFrame(dict(made), copy=False).iloc[order].reset_index(drop=True)
    return pd.concat([scores, rest], axis=1)
