"""Credit: to which group each case is counted, as a dashboard would count it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from lanehop.columns import Codes, microseconds
from lanehop.curves.groups import Groups, group_rows, read_by
from lanehop.curves.spans import read_instants
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes
from lanehop.review.registry import closed_rows, first_closures

CREDITED = ("department", "agent")
"""What has the credit for a case that it was the first to declare done."""


class Credit(NamedTuple):
    """The groups that cases are counted to."""

    groups: Groups
    codes: Codes
    """The group of each row of ``lanes.cases``; -1: none."""
    n_uncredited: int
    """Cases opened before the horizon that no group has the credit for."""
    n_left_out: int
    """Cases opened at the horizon or after it."""


def credit_cases(lanes: Lanes, by: str, taken: tuple[str, ...]) -> Credit:
    """Count each case that was opened before the horizon to one group.

    Raises
    ------
    ArgumentError
        If ``by`` is not one name that is known.
    """
    cases = lanes._cases
    if not isinstance(by, str):
        raise ArgumentError(f"by must be one name, not {by!r}")
    read_by(by, dict.fromkeys([*CREDITED, "month", *cases.columns]), taken)
    early = read_instants(cases["opened_at"]) < microseconds(lanes.log.as_of - lanes.hold)
    counted = early.copy()
    if by in CREDITED:
        counted &= closed_rows(lanes)
        first = first_closures(lanes)
        place = np.full(len(cases), -1)
        place[first["row"]] = np.arange(len(first))
        key = first[by].take(place.clip(0)) if len(first) else first[by].reindex(range(len(cases)))
    elif by == "month" and by not in cases:
        key = cases["opened_at"].dt.strftime("%Y-%m").astype("str")
    else:
        key = cases[by]
    key = pd.Series(key.array, name=by)
    row = np.flatnonzero(counted & key.notna().to_numpy())
    groups = group_rows(key.iloc[row].to_frame(), [by])
    codes = np.full(len(cases), -1, dtype=np.int64)
    codes[row] = groups.codes
    return Credit(groups, codes, int(early.sum()) - len(row), int((~early).sum()))
