"""Sensitivity: how much the headline hangs on the window in which links are inferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import median
from lanehop.clocks.censoring import kaplan_meier
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, STR
from lanehop.curves.spans import measure_spans
from lanehop.errors import ArgumentError
from lanehop.journeys import SAME_PROBLEM, stitch
from lanehop.lanes import reconstruct
from lanehop.log import TicketLog

__all__ = ["stitch_sensitivity"]


def stitch_sensitivity(
    log: TicketLog,
    *,
    windows: Sequence[Duration] = ("1D", "2D", "3D", "5D", "7D", "14D", "21D", "30D", "60D"),
    kinds: Sequence[str] = SAME_PROBLEM,
    match: Sequence[str] = (),
    similar: Mapping[str, float] | None = None,
    max_tickets: int = 50,
    hold: Duration = "14D",
) -> pd.DataFrame:
    """Stitch with one window after another, and say how the headline moves.

    Parameters
    ----------
    windows : durations
        Each is passed as ``same_requester`` of :func:`stitch`.
    kinds : names
        As in :func:`stitch`, as are the next three.
    match : ticket columns
    similar : mapping of ticket column to least similarity
    max_tickets : int
    hold : duration
        As in :func:`reconstruct`.

    Returns
    -------
    DataFrame
        window : str
        n_inferred : int64
            Inferred links, as many as tickets that got one.
        n_placebo : int64
            The same with gaps beyond the window, up to twice as long: about how many are chance.
        n_cases, n_stitched : int64
            Cases, and those of them of several tickets.
        n_closed_unresolved : int64
            Cases closed without resolution.
        n_closed_unresolved_firm : int64
            Those of them that are so without inferred links, too.
        median_time_to_fix : timedelta64[us] or NA
            Kaplan-Meier median over the cases; NA where fewer than half are fixed.

        One row per window, in the order given, after one without any inference (window "none").

    Raises
    ------
    ArgumentError
        If a window has no unit, or there is none.

    Notes
    -----
    - Where ``n_inferred`` goes on growing as ``n_placebo`` does, it is chance that grows. A good window is
      one in which links are many and the placebo is small.

    Examples
    --------
    >>> import lanehop as lh
    >>> moved = lh.stitch_sensitivity(lh.sample_log(), windows=["1D", "7D"], match=["category"])
    >>> moved.window.tolist(), bool(moved.n_inferred.is_monotonic_increasing)
    (['none', '1D', '7D'], True)

    See Also
    --------
    stitch : the step that it repeats.
    """
    if isinstance(windows, str) or not len(windows):
        raise ArgumentError(f"windows is a list of durations, such as ['1D', '7D'], not {windows!r}")
    for each in windows:
        duration_us(each, "windows")
    rows = []
    tried: list[Duration | None] = [None, *windows]
    for window in tried:
        if window is None:
            stitched = stitch(log, kinds=kinds)
        else:
            stitched = stitch(
                log, kinds=kinds, same_requester=window, match=match, similar=similar, max_tickets=max_tickets
            )
        lanes = reconstruct(stitched, hold=hold)
        inferred = stitched._stitching.iloc[-1]
        spans = measure_spans(lanes)
        middle = median(kaplan_meier(spans.fix, spans.fix_observed))
        counted = lanes._closures[~lanes._closures["parallel"] & (lanes._closures["verdict"] == "unresolved")]
        firm = counted.loc[counted["reason"] != "continued_inferred", "case"].nunique()
        cases = lanes._cases
        rows.append(
            (
                "none" if window is None else str(window),
                int(inferred["n_used"]),
                int(inferred["n_placebo"]),
                len(cases),
                int((cases["n_tickets"] > 1).sum()),
                int(cases["closed_unresolved"].sum()),
                firm,
                MISSING if middle is None else middle,
            )
        )
    *values, medians = zip(*rows, strict=True)
    names = (
        "window",
        "n_inferred",
        "n_placebo",
        "n_cases",
        "n_stitched",
        "n_closed_unresolved",
        "n_closed_unresolved_firm",
    )
    made = pd.DataFrame(dict(zip(names, values, strict=True))).astype({"window": STR})
    return made.assign(median_time_to_fix=columns.length(np.array(medians, dtype=np.int64)))
