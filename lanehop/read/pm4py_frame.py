"""The way on to pm4py: a log as the frame that its discovery and conformance take."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from lanehop.columns import STR
from lanehop.errors import ArgumentError
from lanehop.log import TicketLog

__all__ = ["to_pm4py"]

NONE = "(none)"
"""What stands where nothing is known: pm4py takes no missing activity, and warns on a missing group."""


def to_pm4py(log: TicketLog, *, activity: Literal["activity", "state", "department"] = "activity") -> pd.DataFrame:
    """Return a log as the frame that pm4py works on.

    Parameters
    ----------
    activity : {"activity", "state", "department"}
        What pm4py is to take as the activity: what the log calls an event, the state, or the department
        (which gives a map of lanes).

    Returns
    -------
    DataFrame
        case:concept:name : str
            The case.
        concept:name : str
            The activity, as asked for.
        time:timestamp : datetime64[us, UTC]
        org:group : str
            The department.
        org:resource : str
            The agent.

        One row per event, in order. ``(none)`` stands where nothing is known.

    Raises
    ------
    ArgumentError
        If ``activity`` is none of the three, or the log says none at all.

    Notes
    -----
    - Department and state are carried on within a ticket, as everywhere in lanehop: pm4py has no notion
      of "this event does not say".
    - pm4py is AGPL-3.0; lanehop does not import it here. ``import pm4py`` is yours.
    - pm4py's handover of work counts every pair of neighbouring events, A to A among them, and a move
      to and from ``(none)``; lanehop's handoffs do not.

    Examples
    --------
    >>> import lanehop as lh
    >>> frame = lh.to_pm4py(lh.sample_log(), activity="department")
    >>> frame.columns.tolist()
    ['case:concept:name', 'concept:name', 'time:timestamp', 'org:group', 'org:resource']

    See Also
    --------
    count_handoffs : the handoffs, counted as lanehop does.
    """
    if activity not in ("activity", "state", "department"):
        raise ArgumentError(f"activity must be 'activity', 'state' or 'department', not {activity!r}")
    events = log.events
    ticket = log._coded.ticket
    known = events[["department", "state", "activity"]].copy(deep=False)
    if log.dialect.missing_department == "carry":
        known["department"] = known["department"].groupby(ticket).ffill()
    known["state"] = known["state"].groupby(ticket).ffill()
    if len(events) and known[activity].isna().all():
        raise ArgumentError(f"no event says its {activity}; pass another activity=..., such as 'department'")
    made = pd.DataFrame(
        {
            "case:concept:name": events["case"],
            "concept:name": known[activity].astype(STR).fillna(NONE),
            "time:timestamp": events["time"],
            "org:group": known["department"].astype(STR).fillna(NONE),
            "org:resource": events["agent"].fillna(NONE),
        }
    )
    return made.copy()  # pandas would let an edit of a column taken over from another frame reach the log
