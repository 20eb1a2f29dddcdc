"""Grounds: what every share rests on, and warnings where that is too little."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.columns import Codes, Flags
from lanehop.errors import SelectionWarning, UnprovenWarning, warn
from lanehop.lanes import Lanes
from lanehop.states import FALSE_DONE
from lanehop.wording import say_n, say_share

LAST_WEEKS = pd.Timedelta(days=28)
HARDLY_OPEN = 0.25
"""Share of the usual number of open cases under which hardly any are open."""
HARDLY_ENDED = 0.05
"""Share of the cases opened before the last weeks under which hardly any ended before them."""
FEW = 30
"""Cases under which nothing is said about how they were chosen."""

GROUNDS = ("as_of", "hold", "n_claims", "share_unproven", "n_reopened", "share_reopened_late")
"""The columns that tell what a share rests on."""


def count_grounds(lanes: Lanes, codes: Codes, n_groups: int) -> dict[str, Any]:
    """Return GROUNDS of each group; ``codes`` are the groups of the closures."""
    closures = lanes._closures
    followed = ~closures["parallel"].to_numpy()
    claimed = followed & closures["claimed_at"].notna().to_numpy()
    reopened = claimed & closures["reopened"].to_numpy()
    late = reopened & (closures["reopened_at"] - closures["claimed_at"] > lanes.hold).to_numpy()
    unproven = claimed & (closures["verdict"] == "unproven").to_numpy()

    def count(which: Flags) -> Codes:
        return np.bincount(codes[which], minlength=n_groups)

    return {
        "as_of": pd.Series(lanes.log.as_of, index=range(n_groups), dtype="datetime64[us, UTC]"),
        "hold": np.full(n_groups, lanes.hold.asm8.astype("m8[us]")),
        "n_claims": columns.count(count(claimed)),
        "share_unproven": share(count(unproven), count(claimed)),
        "n_reopened": columns.count(count(reopened)),
        "share_reopened_late": share(count(late), count(reopened)),
    }


def share(part: Codes, of: Codes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Divide, giving NaN where there is nothing to be a share of."""
    return np.divide(part, of, out=np.full(len(part), np.nan), where=of != 0)


class Claims(NamedTuple):
    """The claims of a fix in a log, and how far they can be believed."""

    n: int
    n_unproven: int
    n_reopened: int
    n_reopened_late: int

    @property
    def mostly_unproven(self) -> bool:
        """Whether over half of them could not be watched for ``hold``."""
        return self.n_unproven * 2 > self.n


def count_claims(lanes: Lanes) -> Claims:
    """Count the claims of a fix in a log."""
    closures = lanes._closures[~lanes._closures["parallel"]]
    claimed = closures["claimed_at"].notna()
    reopened = closures[claimed & closures["reopened"]]
    late = reopened["reopened_at"] - reopened["claimed_at"] > lanes.hold
    return Claims(int(claimed.sum()), int((closures["verdict"] == "unproven").sum()), len(reopened), int(late.sum()))


def warn_of_unproven(lanes: Lanes) -> None:
    """Warn if over half of the claims of a fix could not be watched for ``hold``."""
    claims = count_claims(lanes)
    if claims.mostly_unproven:
        warn(
            f"{say_share(claims.n_unproven, claims.n)} claims of a fix are unproven: the log ends within "
            f"hold = {lanes.hold / pd.Timedelta(days=1):g} days after them, so that curves of the fix rest on the "
            "rest; load a longer log, or pass a shorter hold=... to reconstruct",
            UnprovenWarning,
        )


def warn_of_selection(lanes: Lanes) -> None:
    """Warn if the log looks as if only what was closed had been taken into it."""
    sign = sign_of_selection(lanes)
    if sign is not None:
        warn(
            f"this log looks selected by closing: {sign}; what it says of cases that stay open means nothing; "
            "load all cases, open ones too",
            SelectionWarning,
        )


def sign_of_selection(lanes: Lanes) -> str | None:
    """Say by what a log looks as if only what was closed had been taken into it; None where it does not.

    Notes
    -----
    - Hardly any open: at ``as_of`` a quarter as many cases are open as were on average over the log, or fewer.
    - Endings heaped: of the cases opened before the last four weeks hardly any ended before them, though the
      log is at least twice as long.
    """
    cases, as_of = lanes._cases, lanes.log.as_of
    if len(cases) < FEW:
        return None
    span = as_of - cases["opened_at"].min()
    n_open = int((cases["outcome"] == "open").sum())
    is_open = lanes._charges["state"].cat.codes < FALSE_DONE
    usual = lanes._charges.loc[is_open, "time"].to_numpy().astype(np.float64).sum() / max(
        span / pd.Timedelta(microseconds=1), 1
    )
    early = cases[cases["opened_at"] < as_of - LAST_WEEKS]
    n_before = int((early["done_at"] < as_of - LAST_WEEKS).sum())
    if n_open + 1 < HARDLY_OPEN * usual:
        return f"only {say_n(n_open, 'case')} of {len(cases):,} are open at as_of, where {usual:,.0f} were on average"
    if len(early) >= FEW and span >= 2 * LAST_WEEKS and n_before < HARDLY_ENDED * len(early):
        return (
            f"of {say_n(len(early), 'case')} opened before the last {LAST_WEEKS.days} days only {n_before:,} "
            "ended before them"
        )
    return None
