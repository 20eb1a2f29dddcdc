"""plot_metric: a metric against what customers lived through, a point per group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lanehop.clocks.censoring import Floats
from lanehop.plots.axes import SMALL, TEXT, dress, fit, head, height, new_axes, room, say_nothing
from lanehop.plots.compared import pick
from lanehop.plots.palette import FAINT, FLOW, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lanehop.review import MetricComparison

__all__ = ["plot_metric"]

NAME_WIDTH = 80.0
"""Points that a name may take up."""
LARGEST = 320.0
"""Area of the largest point, in square points."""


def plot_metric(
    comparison: MetricComparison, *, metric: str | None = None, outcome: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw one metric against one outcome, a point per group.

    **What it shows**: each group where the metric and the outcome put it, with the interval of both; larger for more
    cases, and named where there is room. Both axes run so that better is to the right and further up.

    **How to read it**: points that rise from left to right mean that groups which look better serve better; points that
    fall, that the metric rewards the opposite. Where the crosses are wider than the points lie apart, neither is known.

    **What it cannot show**: that noise of the same cases moves both axes together, which makes points rise where
    groups do not differ at all. The verdict in the title allows for that. Groups with too few cases are left out.

    Parameters
    ----------
    comparison : MetricComparison
        What :func:`compare_metrics` returns.
    metric : str
        Which of its metrics; by default the first.
    outcome : str
        Which of its outcomes; likewise.
    ax : Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    Axes
        Its first collection holds the points, in the order of the groups.

    Raises
    ------
    ArgumentError
        If the comparison holds no such metric or outcome.

    Examples
    --------
    >>> import lanehop as lh
    >>> comparison = lh.compare_metrics(lh.reconstruct(lh.sample_log()))
    >>> ax = lh.plot_metric(comparison, metric="time_to_close", outcome="time_to_real_fix")
    >>> ax.get_xlabel()
    'time-to-close (hours), better to the right'

    See Also
    --------
    compare_metrics : the numbers. plot_rank_flips : the same as ranks.
    """
    compared = pick(comparison, metric, outcome)
    groups = compared.groups
    against = " against ".join(compared.names)
    title = f"{against[:1].upper()}{against[1:]} by {compared.by} (n = {int(groups['n'].sum()):,} cases)"
    ax = new_axes(ax, height=5.2)
    if not len(groups):
        return say_nothing(ax, title, f"No group to draw. {compared.unranked}".strip())
    dress(ax, grid="both")
    x, y = (groups[f"{side}_value"].to_numpy() for side in ("metric", "outcome"))
    reach = [
        np.nan_to_num(
            np.abs(np.vstack([value - groups[f"{side}_low"].to_numpy(), groups[f"{side}_high"].to_numpy() - value]))
        )
        for side, value in (("metric", x), ("outcome", y))
    ]
    sizes = np.maximum(LARGEST * groups["n"].to_numpy() / groups["n"].max(), 12)
    ax.scatter(x, y, s=sizes, color=FLOW, edgecolor="white", linewidth=0.8, zorder=3)
    ax.errorbar(x, y, xerr=reach[0], yerr=reach[1], fmt="none", ecolor=FAINT, elinewidth=0.8, alpha=0.6, zorder=2)
    spread = [
        np.ptp(np.concatenate([value - low_high[0], value + low_high[1]]))
        for value, low_high in zip((x, y), reach, strict=True)
    ]
    for k in _apart(ax, x, y, groups["n"].to_numpy(), spread):
        ax.annotate(
            fit(groups["name"].iloc[k], NAME_WIDTH),
            (x[k], y[k]),
            xytext=(3 + np.sqrt(sizes[k]) / 2, 3),
            textcoords="offset points",
            fontsize=SMALL,
            color=INK,
            zorder=4,
        )
    for better, invert in zip(compared.better, (ax.invert_xaxis, ax.invert_yaxis), strict=True):
        if better == "low":
            invert()
    across, up = compared.labels
    ax.set_xlabel(f"{across}, better to the right", fontsize=TEXT, color=INK)
    ax.set_ylabel(f"{up}, better further up", fontsize=TEXT, color=INK)
    head(
        ax, title, f"{compared.pair['verdict']}: {compared.pair['why']}.", compared.unranked or "All groups are drawn."
    )
    return ax


def _apart(ax: Axes, x: Floats, y: Floats, n: npt.NDArray[Any], spread: list[Any]) -> list[int]:
    """Return which groups can be named without writing over one another, the largest first.

    ``spread``: how much of either measure the axes show, intervals included.
    """
    across, up = 0.9 * room(ax) / (spread[0] or 1.0), 0.8 * height(ax) / (spread[1] or 1.0)
    named: list[int] = []
    for k in np.argsort(-n, kind="stable").tolist():
        near = (np.abs(x[named] - x[k]) * across < NAME_WIDTH) & (np.abs(y[named] - y[k]) * up < 1.3 * SMALL)
        if not near.any():
            named.append(k)
    return named
