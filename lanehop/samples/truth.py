"""Truth: what really happened at the simulated desk, so that every claim about its log can be scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lanehop import columns
from lanehop.samples.hours import Seconds
from lanehop.samples.names import TEXT, Names, count
from lanehop.samples.run import Run
from lanehop.samples.tickets import renumber
from lanehop.samples.visits import (
    DROPPED_OUT,
    ENDINGS,
    FIX,
    NEVER,
    SILENCE,
)

OUTCOMES = ("fixed", "open", "not_back_yet", "gave_up", "silent", "dropped_out")
"""What a problem has really come to at the end of the log."""

FIXED, STILL_OPEN, NOT_BACK_YET, GAVE_UP, SILENT, LEFT_THE_BOT = range(6)


@dataclass(frozen=True, eq=False, repr=False)
class Truth:
    """What really happened at a simulated desk. Its frames may be edited freely: each access copies.

    Attributes
    ----------
    cases : DataFrame
        One row per problem of a customer, in the order of arrival: ``case``, ``requester``,
        ``opened_at``, ``fixed_at`` (the instant at which it was really fixed; NaT if it was not before
        the log's end), ``outcome``, ``chain`` (the departments that had it, "A > B > A"), ``right_department``,
        ``first_ticket``, ``n_tickets``, ``n_handoffs``, ``n_false_closures``. A parallel ticket counts in
        ``n_tickets`` only. Outcomes: ``fixed``; ``open`` (a ticket of the journey is); ``not_back_yet``
        (closed without a fix, and the customer's return falls after the log's end); ``gave_up``
        (closed without a fix, and the customer leaves it at that); ``silent`` (stopped answering);
        ``dropped_out`` (left the bot and never met a person).
    tickets : DataFrame
        One row per ticket, in the order of their numbers: ``ticket``, ``case``, ``number`` (its place in the
        journey from 0; -1 for a parallel ticket), ``opened_at``, ``parallel``, ``linked`` (an explicit
        link leads to or from it), ``category`` (the right one; the log has another where ``misfiled``).
    closures : DataFrame
        One row per time a ticket was declared done within the log: ``case``, ``ticket``, ``at``, ``department``,
        ``how`` (``fixed``, ``not_my_lane``, ``false_claim``, ``under_target``, ``silence``, ``dropped_out``,
        ``duplicate``), ``fixed``, ``returned_at`` (when the customer was back; NaT if never before the log's end).
    planted : DataFrame
        One row per planted behaviour: ``what`` (the knob), ``where``, ``n`` (how many), ``of`` (out of how
        many), ``counted`` (what is counted), ``value`` (the knob's setting, as text), ``begin`` and ``end``
        (of bursts).
    minds : DataFrame
        One row per survey: ``survey``, ``would_say`` (the score that an answer would have had, 1 to 5).
    """

    _cases: pd.DataFrame
    _tickets: pd.DataFrame
    _closures: pd.DataFrame
    _planted: pd.DataFrame
    _minds: pd.DataFrame

    @property
    def cases(self) -> pd.DataFrame:
        """One row per problem."""
        return self._cases.copy(deep=False)

    @property
    def tickets(self) -> pd.DataFrame:
        """One row per ticket."""
        return self._tickets.copy(deep=False)

    @property
    def closures(self) -> pd.DataFrame:
        """One row per time a ticket was declared done."""
        return self._closures.copy(deep=False)

    @property
    def planted(self) -> pd.DataFrame:
        """One row per planted behaviour."""
        return self._planted.copy(deep=False)

    @property
    def minds(self) -> pd.DataFrame:
        """One row per survey: what would have been answered."""
        return self._minds.copy(deep=False)

    def __repr__(self) -> str:
        n_fixed = int(self._cases["fixed_at"].notna().sum())
        return f"Truth({len(self._cases):,} cases, {len(self._tickets):,} tickets, {n_fixed:,} cases fixed)"


def tell_cases(run: Run, names: Names) -> tuple[pd.DataFrame, pa.Array]:
    """Return the cases of a :class:`Truth`, and the case of each visit."""
    v, last = run.visits, run.hours.last
    kept, place = renumber(run.problems, v)
    ids = count("case ", len(kept), 4)
    final = np.empty(len(kept), dtype=np.intp)
    final[place[run.last_visit]] = run.last_visit
    fixed = (v.ending[final] == FIX) & (v.ended[final] < last)
    outcome = np.select(
        [
            v.ended[final] >= last,
            fixed,
            v.ending[final] == SILENCE,
            v.ending[final] == DROPPED_OUT,
            v.returns[final] < NEVER,
        ],
        [STILL_OPEN, FIXED, SILENT, LEFT_THE_BOT, NOT_BACK_YET],
        GAVE_UP,
    )
    chain, n_stops = _chains(run, place, len(kept))
    first = np.flatnonzero(run.tickets.ordinal == 0)
    first_ticket = np.empty(len(kept), dtype=np.int32)
    first_ticket[place[np.searchsorted(v.problem, run.tickets.problem[first])]] = first
    lanes = tuple(run.desk.departments)
    n_false = (v.ordinal >= 0) & (v.ending > 0) & (v.ending != FIX) & (v.ended < last)
    frame = pd.DataFrame(
        {
            "case": columns.text_array(ids),
            "requester": columns.text_array(names.people.take(run.problems.requester[kept])),
            "opened_at": _times(run.problems.arrived[kept]),
            "fixed_at": _times(np.where(fixed, v.ended[final], -1)),
            "outcome": columns.word(outcome.astype(np.int8), OUTCOMES),
            "chain": columns.text_array(chain),
            "right_department": columns.word(run.problems.right[kept], lanes),
            "first_ticket": columns.text_array(names.tickets.take(first_ticket)),
            "n_tickets": np.bincount(place[np.searchsorted(v.problem, run.tickets.problem)]).astype(np.int32),
            "n_handoffs": (n_stops - 1).astype(np.int32),
            "n_false_closures": np.bincount(place[n_false], minlength=len(kept)).astype(np.int32),
        }
    )
    return frame, ids.take(place)


def tell_tickets(run: Run, names: Names, case: pa.Array) -> pd.DataFrame:
    """Return the tickets of a :class:`Truth`."""
    t = run.tickets
    linked = np.zeros(len(t), dtype=bool)
    linked[np.concatenate([run.ties.tail, run.ties.head])] = True
    a_visit = np.empty(len(t), dtype=np.int64)
    a_visit[t.of_visit] = np.arange(len(t.of_visit))
    categories = tuple(d.category for d in run.desk.house)
    return pd.DataFrame(
        {
            "ticket": columns.text_array(names.tickets),
            "case": columns.text_array(case.take(a_visit)),
            "number": t.ordinal.astype(np.int32),
            "opened_at": _times(t.opened),
            "parallel": t.ordinal < 0,
            "linked": linked,
            "category": columns.word(run.problems.category[t.problem], categories),
            "misfiled": run.misfiling.burst >= 0,
        }
    )


def tell_closures(run: Run, names: Names, case: pa.Array) -> pd.DataFrame:
    """Return the closures of a :class:`Truth`, by ticket and time."""
    v, last = run.visits, run.hours.last
    done = np.flatnonzero((v.ending > 0) & (v.ended < last))
    ticket = run.tickets.of_visit[done]
    order = np.lexsort((v.ended[done], ticket))
    done, ticket = done[order], ticket[order]
    return pd.DataFrame(
        {
            "case": columns.text_array(case.take(done)),
            "ticket": columns.text_array(names.tickets.take(ticket)),
            "at": _times(v.ended[done]),
            "department": columns.word(v.department[done], tuple(run.desk.departments)),
            "how": columns.word(v.ending[done] - 1, ENDINGS[1:]),
            "fixed": v.ending[done] == FIX,
            "returned_at": _times(np.where(v.returns[done] < last, v.returns[done], -1)),
        }
    )


def _chains(run: Run, place: NDArray[np.int32], n: int) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the chain of each case as text, equal neighbours merged, and how many stops it has."""
    v = run.visits
    main = np.flatnonzero(v.ordinal >= 0)
    problem, lane = v.problem[main], v.department[main]
    stop = np.ones(len(main), dtype=bool)
    stop[1:] = (problem[1:] != problem[:-1]) | (lane[1:] != lane[:-1])
    main = main[stop]
    n_stops = np.bincount(place[main], minlength=n)
    main = main[np.argsort(place[main], kind="stable")]
    offsets = np.concatenate([[0], np.cumsum(n_stops)]).astype(np.int32)
    lanes = pa.array(list(run.desk.departments), TEXT).take(v.department[main])
    return pc.binary_join(pa.ListArray.from_arrays(offsets, lanes), pa.scalar(" > ", TEXT)), n_stops


def _times(seconds: Seconds) -> pd.DatetimeIndex:
    return columns.time(np.where(seconds < 0, columns.MISSING, seconds * 1_000_000))
