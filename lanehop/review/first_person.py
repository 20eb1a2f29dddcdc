"""First person: how much of a case's life passed before a person had it, and who left before that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import grouped_median
from lanehop.columns import MISSING, Codes, Flags
from lanehop.curves.grounds import share
from lanehop.curves.groups import By, group_rows, read_by, totals
from lanehop.curves.spans import age_at, read_instants
from lanehop.lanes import Lanes
from lanehop.review.elapsed import clocks, lives
from lanehop.review.intervals import SMALL, wilson
from lanehop.review.people import bots_seen, first_of_case, need_people, see_people

__all__ = ["FirstHuman", "first_human"]

MET_FIRST = ("person", "bot", "nobody")
PERSON, BOT, NOBODY = range(3)

SUMMARY = [
    "n",
    "n_bots",
    "n_met",
    "n_waiting",
    "n_left_before",
    "small",
    "share_left_before",
    "share_left_before_low",
    "share_left_before_high",
    "n_without",
    "median_time_before",
    "business_median_time_before",
    "time_before",
    "business_time_before",
    "life",
    "business_life",
    "share_before",
    "business_share_before",
    "as_of",
]
CASES = ["case", "opened_at", "met_first", "met_at", "met_a_person", "left_before", "outcome", "time_before", "life"]


@dataclass(frozen=True, eq=False, repr=False)
class FirstHuman:
    """How long it took until a person had each case, and what it comes to; frozen.

    Made by :func:`first_human`, which says what its columns are. Its frames may be edited freely: each access copies.

    Attributes
    ----------
    summary : DataFrame
        One row per group.
    cases : DataFrame
        One row per case.
    """

    _summary: pd.DataFrame
    _cases: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """One row per group."""
        return self._summary.copy(deep=False)

    @property
    def cases(self) -> pd.DataFrame:
        """One row per case."""
        return self._cases.copy(deep=False)

    def __repr__(self) -> str:
        s = self._summary
        return (
            f"FirstHuman({len(self._cases):,} cases, {int(s['n_met'].sum()):,} met a person, "
            f"{int(s['n_left_before'].sum()):,} left before one)"
        )


def first_human(lanes: Lanes, *, by: By = None) -> FirstHuman:
    """Find how much of each case's life passed before a person had it, and who left before that.

    Parameters
    ----------
    by : name or list of names
        Columns of ``lanes.cases``, or ``met_first``, to group by. Missing values are a group. None: all together.

    Returns
    -------
    FirstHuman
        ``summary``, behind the columns of ``by``:

        n : int32
            Cases.
        n_bots : int32
            Bots that the dialect declares and the log names, in all groups together. 0: everybody counts as a person.
        n_met : int32
            Cases that a person had.
        n_waiting : int32
            Open ones that nobody has had yet.
        n_left_before : int32
            Cases that were done at ``as_of`` without a fix (``unresolved`` or ``withdrawn``), and no person ever had.
        small : bool
            ``n - n_waiting`` is under 30.
        share_left_before, share_left_before_low, share_left_before_high : float64 or NA
            Of ``n - n_waiting``, with its interval.
        n_without : int32
            Cases fixed, or with a fix claimed, that no person ever had. With the three counts above: ``n``.
        median_time_before : timedelta64[us] or NA
            Kaplan-Meier median of the time until a person had it. Who never met one is cut off at ``as_of``, not when
            they left: to leave is not to be about to be met. NA where fewer than half did.
        time_before, life : timedelta64[us]
            The parts of the cases' lives before a person, and their lives, each summed.
        share_before : float64 or NA
            The first of these over the second.
        as_of : datetime64[us, UTC]

        ``cases``, in the order of ``lanes.cases``:

        case : str
        opened_at : datetime64[us, UTC]
        met_first : category
            Who the log first shows on it: a ``person``, a ``bot``, or ``nobody`` at all.
        met_at : datetime64[us, UTC] or NA
            When a person first had it.
        met_a_person, left_before : bool
            As counted above.
        outcome : category
        time_before : timedelta64[us]
            From its opening until then; its whole life where that never came.
        life : timedelta64[us]
            ``ended_at - opened_at``.

        And the columns of ``by``. With a calendar each length ``x`` is followed by ``business_x``, ``share_before``
        too.

    Raises
    ------
    ArgumentError
        If ``by`` names no such column, or one that the result has itself.
    SchemaError
        If the log names neither agents nor actors.

    Notes
    -----
    - A person is an agent, or an actor, that the dialect does not declare a bot (``bots``), and not the requester of
      the ticket. With no bots declared all are people; ``n_bots`` says so.
    - A person has a case from the first event that names one, in any ticket of it, as the assignee or as who acted.
      That is the first sign that the log holds: to be assigned to somebody is not yet to be heard.
    - Who the log first shows: of the events at that instant, a person rather than a bot.
    - NOT counted as leaving: a case that a bot fixed.
    - Intervals are Wilson's, at 95 %.

    Examples
    --------
    >>> import lanehop as lh
    >>> met = lh.first_human(lh.reconstruct(lh.sample_log()))
    >>> row = met.summary.iloc[0]
    >>> bool(row.n == row.n_met + row.n_waiting + row.n_left_before + row.n_without == len(met.cases))
    True

    See Also
    --------
    call_list : those who never met one come first. count_handoffs : the time to pickup in each department.
    """
    log, cases = lanes.log, lanes._cases
    known = [*cases.columns, "met_first"]
    names = read_by(by, known, (*SUMMARY, *(x for x in CASES if x not in known)))
    need_people(log)
    seen = see_people(log)
    person, bot = (first_of_case(log, which) for which in (seen.person, seen.bot))
    met = person != MISSING
    by_bot = (bot != MISSING) & ~(met & (person <= bot))
    met_first = columns.word(np.select([by_bot, met], [BOT, PERSON], NOBODY).astype(np.int8), MET_FIRST)
    left = ~met & cases["outcome"].isin(["unresolved", "withdrawn"]).to_numpy()
    before = np.where(met, person, read_instants(cases["ended_at"]))
    about = {name: cases[name].array for name in names if name in cases and name not in CASES}
    listed = pd.DataFrame(
        {
            "case": cases["case"],
            "opened_at": cases["opened_at"],
            "met_first": met_first,
            "met_at": columns.time(person),
            "met_a_person": met,
            "left_before": left,
            "outcome": cases["outcome"],
            **{f"{clock}time_before": columns.length(age_at(lanes, before, clock)) for clock in clocks(lanes)},
            **{f"{clock}life": columns.length(lives(lanes, clock)) for clock in clocks(lanes)},
            **about,
        }
    )
    groups = group_rows(cases.assign(met_first=met_first), names)
    codes, n_groups = groups.codes, len(groups)

    def count(which: Flags) -> Codes:
        return columns.count(np.bincount(codes[which], minlength=n_groups))

    n, waiting, n_left = (
        count(x) for x in (np.ones(len(cases), bool), ~met & (cases["outcome"] == "open").to_numpy(), left)
    )
    low, high = wilson(n_left, n - waiting)
    made: dict[str, Any] = {
        "n": n,
        "n_bots": columns.count(np.full(n_groups, bots_seen(log))),
        "n_met": count(met),
        "n_waiting": waiting,
        "n_left_before": n_left,
        "small": n - waiting < SMALL,
        "share_left_before": share(n_left, n - waiting),
        "share_left_before_low": low,
        "share_left_before_high": high,
        "n_without": columns.count(n - count(met) - waiting - n_left),
    }
    until = np.where(met, person, columns.microseconds(log.as_of))
    for clock in clocks(lanes):
        median, defined = grouped_median(codes, n_groups, age_at(lanes, until, clock), met)
        made[f"{clock}median_time_before"] = columns.length(np.where(defined, median, MISSING))
    sums = {
        f"{clock}{name}": totals(listed[f"{clock}{name}"].to_numpy().view(np.int64), codes, n_groups)
        for name in ("time_before", "life")
        for clock in clocks(lanes)
    }
    made |= {name: columns.length(values) for name, values in sums.items()}
    made |= {
        f"{clock}share_before": share(sums[f"{clock}time_before"], sums[f"{clock}life"]) for clock in clocks(lanes)
    }
    made["as_of"] = pd.Series(log.as_of, index=range(n_groups), dtype="datetime64[us, UTC]")
    return FirstHuman(groups.label(np.arange(n_groups), made), listed)
