"""Hindsight: cases as they stood at an earlier time, so that early and late ones are judged on equal knowledge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lanehop.columns import Instants
from lanehop.lanes import Lanes, reconstruct
from lanehop.lanes.parts import pick_cases
from lanehop.log import TicketLog


def as_they_stood(lanes: Lanes, cases: Instants, at: pd.Timestamp) -> Lanes:
    """Reconstruct these cases from what was recorded of them up to an instant.

    Parameters
    ----------
    cases : int
        Rows of ``lanes.cases``, in ascending order.
    at : Timestamp
        What came later is as if it had never been; at most ``lanes.log.as_of``.

    Notes
    -----
    - The same as loading with ``as_of=at``, but that tickets stay stitched as they are. A ticket that has no event yet
      is not there.
    """
    return reconstruct(_recorded(pick_cases(lanes.log, cases), at), hold=lanes.hold, calendar=lanes.calendar)


def _recorded(log: TicketLog, at: pd.Timestamp) -> TicketLog:
    e = log._coded
    events = np.flatnonzero(e.time <= at.as_unit("us").asm8.view("i8"))
    n_events = np.bincount(e.ticket[events], minlength=len(e.tickets))
    tickets = np.flatnonzero(n_events)
    first_ticket, names = e.first_ticket, e.cases
    if first_ticket is not None and names is not None:
        n_tickets = np.bincount(e.case_of[tickets], minlength=len(names))
        kept = np.flatnonzero(n_tickets)
        first_ticket, names = np.append(0, np.cumsum(n_tickets[kept])), names.take(kept)
    surveys, messages = log._surveys, log._messages
    return replace(
        log,
        as_of=at,
        _coded=replace(
            e,
            first=np.append(0, np.cumsum(n_events[tickets])),
            first_ticket=first_ticket,
            cases=names,
            kept={},
            **e.pick(events, tickets),
        ),
        _about={name: values[tickets] for name, values in log._about.items()},
        _surveys=surveys[~(surveys["answered_at"] > at).to_numpy(bool)].reset_index(drop=True),
        _messages=messages[(messages["at"] <= at).to_numpy(bool)].reset_index(drop=True),
        _made={},
    )
