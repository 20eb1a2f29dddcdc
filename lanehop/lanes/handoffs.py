"""Handoffs: moves of a case from one department to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lanehop import columns, grouped
from lanehop.columns import Coded, Codes, Flags, Instants
from lanehop.lanes.parts import Tables, over_parts
from lanehop.lanes.stays import Stays, draw_stays, numbers
from lanehop.log import CodedEvents, TicketLog
from lanehop.schema import returns
from lanehop.states import FIRST_DONE, MARKS, VIAS

__all__ = ["find_handoffs"]


@dataclass(frozen=True, eq=False)
class Handoffs:
    """The handoffs of all cases as arrays; ``first`` gives each case's first one."""

    first: Instants
    link: Instants
    """Link of the chain of departments that each goes to."""
    while_done: Flags
    returns_to: Instants
    """Latest earlier link of the same case in the department gone to; -1 where there is none."""


def lay_handoffs(s: Stays) -> Handoffs:
    """Find the links of each case's chain that another one precedes."""
    chain = s.known
    link = np.flatnonzero(~grouped.starts(len(chain.case), chain.first))
    point = s.point[chain.first_stay[link]]
    return Handoffs(
        first=grouped.offsets(link, chain.first),
        link=link,
        while_done=s.line.state_before[point] >= FIRST_DONE,
        returns_to=_earlier_link(s)[link],
    )


def _earlier_link(s: Stays) -> Instants:
    """Return for each link the latest earlier one of the same case and department, or -1."""
    chain = s.known
    earlier = np.full(len(chain.case), -1, dtype=np.int64)
    # Only a chain of three links or more can return.
    long = np.flatnonzero(np.repeat(np.diff(chain.first) > 2, np.diff(chain.first)))
    place = chain.case[long].astype(np.int64) * len(s.line.departments) + chain.department[long]
    order = np.argsort(place, kind="stable")
    again = place[order][1:] == place[order][:-1]
    earlier[long[order[1:][again]]] = long[order[:-1][again]]
    return earlier


def handoff_table(s: Stays, h: Handoffs, e: CodedEvents) -> pd.DataFrame:
    """Return the table of handoffs."""
    chain, line = s.known, s.line
    from_stay, to_stay = chain.last_stay[h.link - 1], chain.first_stay[h.link]
    begin = s.point[to_stay]
    at = s.entered_at[to_stay]
    taken_up, observed = grouped.next_in(np.flatnonzero(line.enters_working), begin, s.point[to_stay + 1])
    case = chain.case[h.link]
    business = {}
    if line.calendar is not None:
        so_far = line.business_so_far
        until = np.where(observed, taken_up, s.point[to_stay + 1])
        business = {"business_pickup": columns.length(so_far[until] - so_far[begin])}
    return columns.table(
        "handoffs",
        {
            "case": columns.text(Coded(case, line.cases)),
            "handoff": columns.count(numbers(h.first)),
            "from_department": columns.category(Coded(s.department[from_stay], line.departments)),
            "to_department": columns.category(Coded(s.department[to_stay], line.departments)),
            "at": columns.time(at),
            "via": columns.word((s.ticket[from_stay] != s.ticket[to_stay]).astype(np.int8), VIAS),
            "pickup": columns.length(np.where(observed, line.time[taken_up], s.left_at[to_stay]) - at),
            **business,
            "pickup_observed": observed,
            "is_return": h.returns_to >= 0,
            "while_done": h.while_done,
            "mark": columns.word(_marks(s, begin, e), MARKS),
            "from_stay": columns.count(s.number[from_stay]),
            "to_stay": columns.count(s.number[to_stay]),
        },
    )


def _marks(s: Stays, point: Instants, e: CodedEvents) -> Codes:
    if e.mark is None:
        return np.full(len(point), -1, dtype=np.int8)
    return s.line.of_event(e.mark)[point]


@returns("handoffs")
def find_handoffs(log: TicketLog) -> pd.DataFrame:
    """Find each move of a case to another department.

    Returns
    -------
    DataFrame
        {columns}

    Notes
    -----
    - Taken over the chain of *known* departments, equal neighbours merged: A, unassigned, B is a
      handoff from A to B; A, unassigned, A is none; never from a department to itself; the first
      assignment is none. (pm4py's handover of work counts pairs of neighbouring *events*, A to A among
      them; Zendesk's ``group_stations`` and ServiceNow's ``reassignment_count`` count assignments.)
    - ``pickup`` runs to the first event that *enters* ``working`` in the new stay; a state that is
      carried over is no pickup. Where there is none it is censored at the end of the stay: take the
      Kaplan-Meier median, as :func:`count_handoffs` does, never a mean of the observed ones.
    - ``while_done`` handoffs move a ticket that is already done. They count; leave them out by
      ``handoffs[~handoffs.while_done]``.

    Examples
    --------
    >>> import lanehop as lh
    >>> handoffs = lh.find_handoffs(lh.sample_log())
    >>> bool((handoffs.from_department.astype("str") != handoffs.to_department.astype("str")).all())
    True

    See Also
    --------
    find_stays : the step before. count_handoffs, find_loops : the steps after. plot_handoffs : the picture.
    """
    return over_parts(log, _find)["handoffs"]


def _find(part: TicketLog) -> Tables:
    s = draw_stays(part)
    return {"handoffs": handoff_table(s, lay_handoffs(s), part._coded)}
