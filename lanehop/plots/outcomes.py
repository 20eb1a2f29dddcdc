"""Outcomes: what has become of the cases at each age, as four shares that add to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lanehop.curves.drawing import Curves
from lanehop.curves.outcomes import SHARES
from lanehop.errors import ArgumentError
from lanehop.plots.ages import AgeAxis, count_at_risk, risk_table, say_grounds
from lanehop.plots.axes import TEXT, dress, head, new_axes, say_nothing
from lanehop.plots.palette import INK, OUTCOME_COLOURS
from lanehop.wording import percent, say_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_outcomes"]

FEW = 20
"""Cases at risk under which a share is not put in words."""
SAID = {
    "fixed": "fixed",
    "withdrawn": "withdrawn",
    "closed_unfixed": "closed, not fixed",
    "still_open": "open",
}


def plot_outcomes(curves: Curves, *, ax: Axes | None = None) -> Axes:
    """Draw what has become of the cases at each age: fixed, withdrawn, closed without a fix, or open.

    Parameters
    ----------
    curves : Curves
        Of :func:`outcome_curve`, of all cases together or of one group.
    ax : Axes
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If the curves are not those of :func:`outcome_curve`, or are of several groups.

    Notes
    -----
    What it shows. At each age the four shares of the cases, one upon the other, which add to 1; small strokes at
    the top are the ages at which cases were cut off, as nothing more is known of them. The numbers under
    the axis are the cases that were still watched and neither fixed nor withdrawn at that age.

    How to read it. Go up from an age: that is what had become of the cases then. The orange is what a dashboard counts
    as done: those cases stand closed, and were opened again later, or nobody fixed them.

    The title and the legend tell the shares at the dotted line: the last
    age marked on the axis at which at least 20 cases were still watched, or the last of all.

    What it cannot show. Which way single cases went: a case may be closed, opened again and closed again. To the
    right, where few cases are still watched, shares rest on few. Where hours and weeks must both be seen the axis is
    stretched, so that areas are no amounts of time.

    Examples
    --------
    >>> import lanehop as lh
    >>> ax = lh.plot_outcomes(lh.outcome_curve(lh.reconstruct(lh.sample_log())))
    >>> ax.get_ylabel()
    'share of the cases'

    See Also
    --------
    outcome_curve : the table. plot_clocks : closed against fixed, with bands.
    """
    table, summary = curves._table, curves._summary
    if "still_open" not in table:
        raise ArgumentError(
            "plot_outcomes draws what outcome_curve returns, not the curve of one clock: plot_clocks draws those"
        )
    if len(summary) > 1:
        raise ArgumentError(
            f"plot_outcomes can show one group, not {len(summary):,}; draw outcome_curve without by=..., "
            "or of the lanes of one group"
        )
    if table.empty:
        return say_nothing(
            new_axes(ax),
            "What became of the cases",
            "No case was opened long enough before the end to be judged (n = 0).",
        )
    ax = new_axes(ax)
    time = table["time"].to_numpy(dtype="m8[us]").view(np.int64)
    ended = table[table["n_fixed"] > 0]
    quick = None
    if len(ended):
        n = np.cumsum(ended["n_fixed"].to_numpy())
        quick = int(ended["time"].to_numpy(dtype="m8[us]").view(np.int64)[np.searchsorted(n, n[-1] / 2)])
    axis = AgeAxis(int(time[-1]), quick, str(summary["counted_in"].iloc[0]))
    dress(ax, grid=None)
    ages = axis.draw(ax)
    drawn = axis.thin(time)
    shares = [np.clip(table[name].to_numpy()[drawn], 0, 1) for name in SHARES]
    ax.stackplot(
        axis(time[drawn]),
        *shares,
        step="post",
        colors=[OUTCOME_COLOURS[name] for name in SHARES],
        linewidth=0,
        labels=[f"_{name}" for name in SHARES],
    )
    cut = time[table["n_censored"].to_numpy() > 0]
    cut = cut[axis.thin(cut)]
    ax.plot(
        axis(cut),
        np.ones(len(cut)),
        linestyle="none",
        marker="|",
        markersize=7,
        markeredgewidth=0.9,
        color=INK,
        label="_cut off",
        clip_on=False,
        zorder=3,
    )
    ax.set_ylim(0, 1)
    _finish(ax, axis, ages, table, summary)
    return ax


def _finish(ax: Axes, axis: AgeAxis, ages: Any, table: pd.DataFrame, summary: pd.DataFrame) -> None:
    """Write the numbers at risk, and head the picture."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.ticker import PercentFormatter

    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    ax.set_ylabel("share of the cases", fontsize=TEXT, color=INK)
    labels = risk_table(ax, axis, ages, "watched and", [("not over yet", INK, count_at_risk(table, ages))])
    # Told at the last age of the axis at which more than a few are watched: beyond it shares flatter.
    told = next((age for age in ages[::-1].tolist() if count_at_risk(table, np.array([age]))[0] >= FEW), ages[-1])
    row = table.iloc[np.searchsorted(table["time"].to_numpy(dtype="m8[us]").view(np.int64), told, side="right") - 1]
    share = {name: percent(round(row[name] * 1_000_000), 1_000_000) for name in SHARES}
    age = say_length(int(told)) + (" of business time" if summary["counted_in"].iloc[0] == "business time" else "")
    title = f"After {age} {share['fixed']} of the cases are fixed, {share['closed_unfixed']} closed without a fix"
    ax.axvline(axis(told), color=INK, linewidth=0.8, linestyle=(0, (2, 3)), label="_told")
    handles: list[Any] = [  # from the top, as they lie
        Patch(facecolor=OUTCOME_COLOURS[name], label=f"{SAID[name]} {share[name]}") for name in reversed(SHARES)
    ]
    handles.append(
        Line2D([], [], color=INK, linestyle="none", marker="|", markersize=8, label="cut off: not watched further")
    )
    head(ax, title, say_grounds(summary), handles=handles, labels=labels)
