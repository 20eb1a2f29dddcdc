"""Ranking: the order "worst first", wherever cases are ranked."""

from __future__ import annotations

import pandas as pd


def chase_time(cases: pd.DataFrame) -> pd.Series[pd.Timedelta]:
    """Return the time that each customer spent without being helped.

    time-to-real-fix less the time in the stay that fixed it; where nothing is proven fixed, the life so far.
    """
    life = cases["ended_at"] - cases["opened_at"]
    return (cases["time_to_fix"] - cases["fix_stay_time"]).where(cases["fix_observed"], life)


def worst_first(cases: pd.DataFrame) -> pd.DataFrame:
    """Sort cases by chase time, then handoffs, then closures without resolution, greatest first; then by id."""
    ranked = cases.assign(chase=chase_time(cases))
    keys = ["chase", "n_handoffs", "n_unresolved", "case"]
    return ranked.sort_values(keys, ascending=[False, False, False, True], kind="stable").drop(columns="chase")
