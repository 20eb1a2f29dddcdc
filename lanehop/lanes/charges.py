"""Charges: to which department and state each minute of a case's life goes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns, grouped
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import Coded, Codes, Instants
from lanehop.episodes import Held
from lanehop.lanes.closures import Closures, judge
from lanehop.lanes.line import Line
from lanehop.lanes.parts import Tables, over_parts
from lanehop.log import TicketLog
from lanehop.schema import returns
from lanehop.states import CHARGED_STATES, FALSE_DONE, FIRST_DONE, OPEN, SETTLED, VERDICT_UNRESOLVED

__all__ = ["charge_time"]


def charge_table(line: Line, now: Held, c: Closures) -> pd.DataFrame:
    """Return the table of charges."""
    from scipy.sparse import csr_array

    n_departments, n_states = len(line.departments), len(CHARGED_STATES)
    department, state = charge_points(line, now, c)
    # NA sorts last, so that its charges do.
    department = np.where(department < 0, n_departments, department).astype(np.int32)
    place_of = department * n_states + state

    def charged(each: Instants) -> Any:
        made: Any = csr_array(
            (each, place_of.copy(), line.first.copy()),  # merged in place
            shape=(len(line.cases), (n_departments + 1) * n_states),
        )
        made.sum_duplicates()
        return made

    time = charged(line.until - line.time)
    some = time.data > 0
    case = np.repeat(np.arange(len(line.cases), dtype=np.int32), np.diff(time.indptr))[some]
    place = time.indices[some]
    business = {}
    if line.calendar is not None:
        business = {"business_time": columns.length(charged(line.business.copy()).data[some])}
    # To look a pair up is faster than to divide.
    departments = np.append(np.arange(n_departments), -1).astype(line.department.dtype)
    return columns.table(
        "charges",
        {
            "case": columns.text(Coded(case, line.cases)),
            "department": columns.category(Coded(np.repeat(departments, n_states)[place], line.departments)),
            "state": columns.word(
                np.tile(np.arange(n_states, dtype=np.int8), n_departments + 1)[place], CHARGED_STATES
            ),
            "time": columns.length(time.data[some]),
            **business,
        },
    )


def charge_points(line: Line, now: Held, c: Closures) -> tuple[Codes, Codes]:
    """Return the department and the state that the time from each point on is charged to."""
    state = np.where(line.state < 0, np.int8(OPEN), line.state)
    department = line.department.copy()
    done = np.flatnonzero(line.state >= FIRST_DONE)
    begin = c.episodes.begin
    begun = grouped.starts(len(now.state), np.append(begin, len(now.state)))
    # Done time belongs to the closure that began last: its verdict, and who declared it.
    closure = (np.cumsum(begun, dtype=np.int32) - 1)[done if line.event is None else line.event[done]]
    state[done] = np.where(c.verdict == VERDICT_UNRESOLVED, FALSE_DONE, SETTLED).astype(np.int8)[closure]
    department[done] = now.department[begin][closure]
    return department, state


@returns("charges")
def charge_time(log: TicketLog, *, hold: Duration = "14D") -> pd.DataFrame:
    """Charge every minute of each case's life to one department and one state.

    Parameters
    ----------
    hold : duration
        As in :func:`find_closures`, whose verdicts tell false_done from settled.

    Returns
    -------
    DataFrame
        {columns}

    Raises
    ------
    ArgumentError
        If ``hold`` is a bare number or no duration.

    Notes
    -----
    - The charges of a case add up to ``ended_at - opened_at``, exactly.
    - ``false_done``: done, in an episode whose verdict is unresolved: the dashboard's clock stands, the
      customer's runs. ``settled``: done otherwise. Both go to the department that declared it done.
    - ``open``: open, and the log does not say who waits; so is all time before the first known state.
    - Shares of minutes should leave ``settled`` out and print it beside them: an auto-close timer of
      five days can be half of all minutes.

    Examples
    --------
    >>> import lanehop as lh
    >>> log = lh.sample_log()
    >>> cases, charges = lh.describe_cases(log), lh.charge_time(log)
    >>> bool(charges.time.sum() == (cases.ended_at - cases.opened_at).sum())
    True

    See Also
    --------
    find_closures : the step before. plot_charges : the picture.
    """
    hold_us = duration_us(hold, "hold")

    def charge(part: TicketLog) -> Tables:
        judged = judge(part, hold_us)
        return {"charges": charge_table(judged.line, judged.now, judged.closures)}

    return over_parts(log, charge)["charges"]
