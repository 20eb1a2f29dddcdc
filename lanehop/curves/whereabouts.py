"""Whereabouts: where the time of fixed cases went, between one instant and another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lanehop.columns import Codes, Instants
from lanehop.curves.segments import Segments
from lanehop.states import WORKING

PARTS = (
    "queued",
    "working_elsewhere",
    "working_at_fix",
    "waiting_customer",
    "waiting_other",
    "open",
    "false_done",
    "settled",
)
"""CHARGED_STATES, but work in the department that made the fix apart from work in others."""


def split_time(segments: Segments, begin: Instants, end: Instants, fix_department: Codes) -> npt.NDArray[np.int64]:
    """Split the time of each case from ``begin`` to ``end`` into PARTS, one column each, in microseconds.

    Each row adds up to ``end - begin`` exactly, where that lies within the life of the case; a case of
    which nothing is wanted has ``begin == end``.
    """
    case, state = segments.case, segments.state.astype(np.int64)
    length = np.maximum(np.minimum(segments.end, end[case]) - np.maximum(segments.begin, begin[case]), 0)
    # Unassigned work is not work of the department that made the fix.
    at_fix = (segments.department >= 0) & (segments.department == fix_department[case])
    part = state + (state > WORKING) + ((state == WORKING) & at_fix)
    spent = np.zeros(len(begin) * len(PARTS), dtype=np.int64)
    np.add.at(spent, case * len(PARTS) + part, length)
    return spent.reshape(-1, len(PARTS))
