"""From a run to the frames of its truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lanehop import columns
from lanehop.samples.hours import Seconds
from lanehop.samples.names import TEXT, Names, number_names
from lanehop.samples.run import Run
from lanehop.samples.tickets import renumber
from lanehop.samples.truth import OUTCOMES
from lanehop.samples.visits import DROPPED_OUT, ENDINGS, FIX, NEVER, SILENCE

FIXED, STILL_OPEN, NOT_BACK_YET, GAVE_UP, SILENT, LEFT_THE_BOT = range(len(OUTCOMES))


def tell_cases(run: Run, names: Names) -> tuple[pd.DataFrame, pa.Array]:
    """Return the cases of a :class:`Truth`, and the case of each visit."""
    v, last = run.visits, run.hours.last
    kept, place = renumber(run.problems, v)
    ids = number_names("case ", len(kept), 4)
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


def _times(seconds: Seconds) -> pd.Series[pd.Timestamp]:
    return columns.time(np.where(seconds < 0, columns.MISSING, seconds * 1_000_000))
