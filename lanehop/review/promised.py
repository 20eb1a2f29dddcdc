"""Promised: dates that were promised to customers, kept on paper and kept in fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.columns import MISSING, Codes, Flags
from lanehop.curves.grounds import GROUNDS, count_grounds, share
from lanehop.curves.groups import By, Groups, group_rows, read_by, rows_of
from lanehop.curves.spans import read_instants
from lanehop.lanes import Lanes
from lanehop.review.intervals import SMALL, wilson
from lanehop.wording import say_n

__all__ = ["Promises", "promises"]

AT_CLOSING = ("kept", "broken", "not_due")
AT_FIX = ("kept", "broken", "withdrawn", "unproven", "not_due")
KEPT, BROKEN, NOT_DUE_AT_CLOSING = range(3)
WITHDRAWN, UNPROVEN, NOT_DUE = range(2, 5)

TABLE = [
    "n",
    "n_left_out",
    "n_withdrawn",
    "n_judged",
    "small",
    "n_kept_at_closing",
    "share_kept_at_closing",
    "share_kept_at_closing_low",
    "share_kept_at_closing_high",
    "n_kept_at_fix",
    "share_kept_at_fix",
    "share_kept_at_fix_low",
    "share_kept_at_fix_high",
    "n_kept_on_paper_only",
    "share_kept_on_paper_only",
    "share_kept_on_paper_only_low",
    "share_kept_on_paper_only_high",
]
"""Columns of the summary."""


@dataclass(frozen=True, eq=False, repr=False)
class Promises:
    """Promised dates, summed up and one by one; frozen.

    Made by :func:`promises`, which says what its columns are. Its frames may be edited freely: each access copies.

    Attributes
    ----------
    summary : DataFrame
        One row per group.
    tickets : DataFrame
        One row per ticket with a promised date.
    """

    _summary: pd.DataFrame
    _tickets: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """One row per group."""
        return self._summary.copy(deep=False)

    @property
    def tickets(self) -> pd.DataFrame:
        """One row per ticket with a promised date."""
        return self._tickets.copy(deep=False)

    def __repr__(self) -> str:
        s = self._summary
        kept, judged = int(s["n_kept_at_closing"].sum()), int(s["n_judged"].sum())
        return (
            f"Promises({say_n(len(self._tickets), 'promised date')}, {judged:,} judged: {kept:,} kept at closing, "
            f"{int(s['n_kept_at_fix'].sum()):,} at the real fix)"
        )


def promises(lanes: Lanes, *, by: By = None) -> Promises:
    """Set promised dates against the closing of tickets, and against the real fix.

    Parameters
    ----------
    by : name or list of names
        Columns of ``lanes.cases`` to group by. Missing values are a group. None: all together.

    Returns
    -------
    Promises
        ``summary``, behind the columns of ``by``:

        n : int32
            Tickets with a promised date; ``n_left_out + n_withdrawn + n_judged``.
        n_left_out : int32
            Those due after ``as_of - hold``: a fix claimed in time could not have been proven yet.
        n_withdrawn : int32
            The other tickets whose case was withdrawn before the date, so that nobody could keep it.
        n_judged : int32
            The rest, of which both shares are.
        small : bool
            ``n_judged`` is under 30.
        n_kept_at_closing : int32
            Declared done by the promised date: kept on paper, as a dashboard counts it.
        share_kept_at_closing, share_kept_at_closing_low, share_kept_at_closing_high : float64 or NA
            As a share of ``n_judged``, with its interval.
        n_kept_at_fix : int32
            The case was really fixed by then.
        share_kept_at_fix, share_kept_at_fix_low, share_kept_at_fix_high : float64 or NA
            As a share of ``n_judged``, with its interval.
        n_kept_on_paper_only : int32
            Kept at closing, broken in fact.
        share_kept_on_paper_only, share_kept_on_paper_only_low, share_kept_on_paper_only_high : float64 or NA
            As a share of ``n_kept_at_closing``, with its interval.

        Then ``as_of, hold, n_claims, share_unproven, n_reopened, share_reopened_late`` as in :func:`close_curve`, of
        all closures of the cases of the group, promised or not.

        ``tickets``:

        ticket, case : str
        promised_at : datetime64[us, UTC]
            As first said.
        first_done_at : datetime64[us, UTC] or NA
            When the desk first declared this ticket done.
        fixed_at : datetime64[us, UTC] or NA
            The real fix of its case.
        at_closing : category
            ``kept``, ``broken``, ``not_due``: not declared done, and the date lies behind ``as_of``.
        at_fix : category
            ``kept``; ``broken``; ``withdrawn`` by the date; ``unproven``: a fix was claimed by the date, and not yet
            watched for ``hold``; ``not_due``: no fix, and the date lies behind ``as_of``.
        kept_on_paper_only : bool
            Kept at closing, broken at the fix.
        judged : bool
            Whether it counts in the shares of ``summary``.

        And the columns of ``by``.

    Raises
    ------
    ArgumentError
        If ``by`` names no such column, or one that the result has itself.

    Notes
    -----
    - A date met to the instant is kept. Dates and the fix are on the calendar: a promise is one.
    - The promise is that of the ticket as first said: to put a date off is not to keep it. The fix is that of the
      case, so that a ticket closed in time, whose problem went on in another, is kept on paper only.
    - Judged are only dates up to ``as_of - hold``, whatever became of them. Of later ones the broken ones are known at
      once and the kept ones only after ``hold``: to count them would make the desk look worse than it is.
    - Intervals are Wilson's, at 95 %.
    - Without a promised date in the log every number is 0.

    Examples
    --------
    >>> import lanehop as lh
    >>> kept = lh.promises(lh.reconstruct(lh.sample_log()))
    >>> row = kept.summary.iloc[0]
    >>> bool(row.n == row.n_left_out + row.n_withdrawn + row.n_judged == len(kept.tickets))
    True

    See Also
    --------
    compare_clocks : closing against the real fix without promises. score_departments : by department.
    """
    names = read_by(by, lanes._cases.columns, (*TABLE, *GROUNDS, *_BESIDE))
    cases, log = lanes._cases, lanes.log
    groups = group_rows(cases, names)
    tickets = _judge(lanes)
    row = rows_of(tickets["case"], cases)
    of_closures = groups.codes[rows_of(lanes._closures["case"], cases)]
    summary = _sum_up(tickets, groups, groups.codes[row], log.as_of - lanes.hold)
    summary.update(count_grounds(lanes, of_closures, len(groups)))
    about = {name: cases[name].array.take(row) for name in names if name not in tickets}
    return Promises(groups.label(np.arange(len(groups)), summary), tickets.assign(**about))


_BESIDE = ("ticket", "promised_at", "first_done_at", "fixed_at", "at_closing", "at_fix", "kept_on_paper_only", "judged")


def _judge(lanes: Lanes) -> pd.DataFrame:
    """Return each ticket with a promised date, and whether it was kept."""
    log, cases, closures = lanes.log, lanes._cases, lanes._closures
    tickets = log.tickets
    tickets = tickets[tickets["promised_at"].notna()].reset_index(drop=True)
    row = rows_of(tickets["case"], cases)
    promised = read_instants(tickets["promised_at"])
    # Closures stand in order of time within a case, and so within a ticket.
    first = closures[["ticket", "at"]].drop_duplicates("ticket")
    place = pd.Index(first["ticket"]).get_indexer(pd.Index(tickets["ticket"]))
    closed_at = np.append(read_instants(first["at"]), MISSING)[place]
    closed = place >= 0
    fixed_at, done_at = (read_instants(cases[name])[row] for name in ("fixed_at", "done_at"))
    claimed_at = _last_claims(lanes)[row]
    outcome = cases["outcome"].astype("str").to_numpy(object)[row]
    due = promised <= columns.microseconds(log.as_of)
    at_closing = np.select([closed & (closed_at <= promised), closed | due], [KEPT, BROKEN], NOT_DUE_AT_CLOSING)
    at_fix = np.select(
        [
            (outcome == "fixed") & (fixed_at <= promised),
            outcome == "fixed",
            (outcome == "withdrawn") & (done_at <= promised),
            outcome == "withdrawn",
            (outcome == "unproven") & (claimed_at <= promised),
            (outcome == "unproven") | due,
        ],
        [KEPT, BROKEN, WITHDRAWN, BROKEN, UNPROVEN, BROKEN],
        NOT_DUE,
    )
    horizon = columns.microseconds(log.as_of - lanes.hold)
    return pd.DataFrame(
        {
            "ticket": tickets["ticket"],
            "case": tickets["case"],
            "promised_at": tickets["promised_at"],
            "first_done_at": columns.time(closed_at),
            "fixed_at": columns.time(fixed_at),
            "at_closing": columns.word(at_closing.astype(np.int8), AT_CLOSING),
            "at_fix": columns.word(at_fix.astype(np.int8), AT_FIX),
            "kept_on_paper_only": (at_closing == KEPT) & (at_fix == BROKEN),
            "judged": (promised <= horizon) & (at_fix != WITHDRAWN),
        }
    )


def _last_claims(lanes: Lanes) -> Codes:
    """Return when the last closure of each case claimed a fix; MISSING where it did not, or there is none."""
    closures = lanes._closures[~lanes._closures["parallel"]].drop_duplicates("case", keep="last")
    claimed = np.full(len(lanes._cases), MISSING)
    claimed[rows_of(closures["case"], lanes._cases)] = read_instants(closures["claimed_at"])
    return claimed


def _sum_up(tickets: pd.DataFrame, groups: Groups, codes: Codes, horizon: pd.Timestamp) -> dict[str, Any]:
    judged, due = tickets["judged"].to_numpy(), (tickets["promised_at"] <= horizon).to_numpy(bool)

    def count(which: Flags) -> Codes:
        return columns.count(np.bincount(codes[which], minlength=len(groups)))

    n_judged = count(judged)
    made: dict[str, Any] = {
        "n": count(np.ones(len(codes), dtype=bool)),
        "n_left_out": count(~due),
        "n_withdrawn": count(due & ~judged),
        "n_judged": n_judged,
        "small": n_judged < SMALL,
    }
    kept = {
        "kept_at_closing": judged & (tickets["at_closing"] == "kept").to_numpy(),
        "kept_at_fix": judged & (tickets["at_fix"] == "kept").to_numpy(),
        "kept_on_paper_only": judged & tickets["kept_on_paper_only"].to_numpy(),
    }
    for name, which in kept.items():
        n = count(which)
        of = made["n_kept_at_closing"] if name == "kept_on_paper_only" else n_judged
        low, high = wilson(n, of)
        made[f"n_{name}"] = n
        made |= {f"share_{name}": share(n, of), f"share_{name}_low": low, f"share_{name}_high": high}
    return made
