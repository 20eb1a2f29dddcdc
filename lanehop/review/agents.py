"""Agents: the lanes of a log in which agents stand where departments do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lanehop import grouped
from lanehop.clocks import Calendar
from lanehop.columns import Coded
from lanehop.episodes import held
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes, reconstruct


def lanes_of_agents(lanes: Lanes) -> Lanes:
    """Reconstruct the same cases with each agent for a department of one.

    Raises
    ------
    ArgumentError
        If the log names no agents.

    Notes
    -----
    - An agent has a case from the event that names him until another is named, or the ticket goes to another
      department; from there on nobody has it until somebody is named.
    - The agent of a closure is then the one of :func:`lanehop.find_closures`, and every verdict is the same.
    - An agent has no opening hours of his own: lengths in business time need one calendar for all.
    """
    log = lanes.log
    e = log._coded
    if e.agent is None:
        raise ArgumentError("by='agent': the log names no agents; say in the dialect which column does (columns.agent)")
    moved = grouped.starts(len(e.time), e.first)
    department = held(log).department
    moved[1:] |= department[1:] != department[:-1]
    holder = grouped.carry(e.agent.codes, np.append(np.flatnonzero(moved), len(moved)))
    personal = replace(
        log,
        dialect=replace(log.dialect, missing_department="unassigned"),
        _coded=replace(e, department=Coded(holder, e.agent.names)),
        _made={},
    )
    calendar = lanes.calendar if isinstance(lanes.calendar, Calendar) else None
    return reconstruct(personal, hold=lanes.hold, calendar=calendar)
