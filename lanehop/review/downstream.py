"""Downstream: what a case still had to go through after a department had let it go."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lanehop.columns import Codes, Instants
from lanehop.curves.spans import first_stays, read_instants
from lanehop.lanes import Lanes
from lanehop.review.elapsed import clocks, stays_until, unserved_until


class Downstream(NamedTuple):
    """One entry for each case and department that handed it on before it was fixed, at the first time it did."""

    case: Instants
    """Row in ``lanes.cases``."""
    department: Codes
    hops: Instants
    """Handoffs after that one, until the fix or the end."""
    time: dict[str, Instants]
    """By clock: the time from there to the fix or the end, but for that in the department itself."""


def follow_downstream(lanes: Lanes) -> Downstream:
    """Follow each case from the first time that a department handed it on.

    Notes
    -----
    - To the real fix; a claim not yet proven, or a withdrawal, ends it when it was last declared done; else the end
      of the case's life.
    - Time in which the case was back in the department that had let it go is left out: it is that of its own.
    """
    stays, handoffs, cases = lanes._stays, lanes._handoffs, lanes._cases
    n_names = np.int64(len(lanes.log._coded.department.names))
    until = unserved_until(lanes)
    case = np.repeat(np.arange(len(cases)), cases["n_handoffs"])
    counts = read_instants(handoffs["at"]) <= until[case]
    number = handoffs["handoff"].to_numpy()
    n_hops = np.bincount(case[counts], minlength=len(cases))
    key = case * n_names + handoffs["from_department"].cat.codes.to_numpy()
    # Handoffs stand case by case in order of time: the first of its kind comes first.
    pairs, out = np.unique(key[counts], return_index=True)
    out = np.flatnonzero(counts)[out]
    of_case = case[out]

    first = first_stays(lanes)
    of_stay = np.repeat(np.arange(len(cases)), np.diff(first))
    department = stays["department"].cat.codes.to_numpy().astype(np.int64)
    place = np.searchsorted(pairs, of_stay * n_names + department)
    known = (department >= 0) & (place < len(pairs))
    known[known] = pairs[place[known]] == (of_stay * n_names + department)[known]
    back = np.flatnonzero(known)
    begin = first[of_case] + handoffs["to_stay"].to_numpy()[out]
    back = back[back >= begin[place[back]]]
    time = {}
    for clock in clocks(lanes):
        each = stays_until(lanes, until, clock)
        so_far = np.append(0, np.cumsum(each))
        total = so_far[first[of_case + 1]] - so_far[begin]
        np.subtract.at(total, place[back], each[back])
        time[clock] = total
    return Downstream(of_case, (pairs % max(n_names, 1)).astype(np.int64), n_hops[of_case] - number[out] - 1, time)
