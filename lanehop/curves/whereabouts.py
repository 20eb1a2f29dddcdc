"""Whereabouts: where the time of fixed cases went, between one instant and another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lanehop import columns
from lanehop.columns import Codes, Instants
from lanehop.curves.grounds import share
from lanehop.curves.groups import Groups, totals
from lanehop.curves.segments import Segments, lay_segments
from lanehop.curves.spans import length_of
from lanehop.lanes import Lanes
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


INTERVALS = ("gap", "way")
"""From when the desk first declared a case done to its fix, and from its opening."""


def split_time(segments: Segments, begin: Instants, end: Instants, fix_department: Codes) -> npt.NDArray[np.int64]:
    """Split the time of each case between two ages into PARTS, one column each, in microseconds.

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


def split_ways(lanes: Lanes, fixed: Instants) -> npt.NDArray[np.int64]:
    """Split each fixed case's intervals into parts: an axis for intervals, one for cases, one for parts."""
    cases = lanes._cases.iloc[fixed]
    fix_department = np.full(len(lanes._cases), -1)
    fix_department[fixed] = cases["fix_department"].cat.codes
    segments = lay_segments(lanes)
    spent = []
    to_close, to_fix = (length_of(lanes, name).to_numpy().view(np.int64) for name in ("time_to_close", "time_to_fix"))
    for since in (to_close[fixed], 0):
        begin, end = np.zeros((2, len(lanes._cases)), dtype=np.int64)
        begin[fixed], end[fixed] = since, to_fix[fixed]
        spent.append(split_time(segments, begin, end, fix_department)[fixed])
    return np.stack(spent)


def sum_parts(groups: Groups, codes: Codes, spent: npt.NDArray[np.int64], about: Mapping[str, Any]) -> pd.DataFrame:
    """Sum the parts up over each group; ``codes`` are the groups of the cases, what is ``about`` goes into each row."""
    n_groups, n_parts = len(groups), len(PARTS)
    at = (codes[:, np.newaxis] * n_parts + np.arange(n_parts)).ravel()
    time, n_cases = np.zeros((2, len(INTERVALS), n_groups, n_parts), dtype=np.int64)
    for k, of_interval in enumerate(spent):
        lengths = of_interval.ravel()
        time[k] = totals(lengths, at, n_groups * n_parts).reshape(n_groups, n_parts)
        n_cases[k] = np.bincount(at[lengths > 0], minlength=n_groups * n_parts).reshape(n_groups, n_parts)
    group, interval, part = (x.ravel() for x in np.indices((n_groups, len(INTERVALS), n_parts)))
    time, n_cases = (x.swapaxes(0, 1) for x in (time, n_cases))
    whole = np.broadcast_to(time.sum(axis=2, dtype=np.float64)[:, :, np.newaxis], time.shape)
    split = {
        "interval": columns.word(interval.astype(np.int8), INTERVALS),
        "part": columns.word(part.astype(np.int8), PARTS),
        "time": columns.length(time.ravel()),
        "share": share(time.ravel(), whole.ravel()),
        "n_cases": columns.count(n_cases.ravel()),
    }
    return groups.label(group, {**split, **{name: values[group] for name, values in about.items()}})


def list_ways(case: pd.Series[str], spent: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return one row per case and interval."""
    row, interval = np.repeat(np.arange(len(case)), 2), np.tile(np.arange(2, dtype=np.int8), len(case))
    lengths = spent[interval, row]
    return pd.DataFrame(
        {
            "case": case.iloc[row].array,
            "interval": columns.word(interval, INTERVALS),
            "length": columns.length(lengths.sum(axis=1)),
            **{name: columns.length(lengths[:, k].copy()) for k, name in enumerate(PARTS)},
        }
    )
