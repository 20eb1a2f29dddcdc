"""plot_rank_flips: how groups rank by a metric, and how by what their customers lived through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lanehop.plots.axes import SMALL, dress, fit, head, height, new_axes, say_nothing
from lanehop.plots.compared import Compared, pick, say_value
from lanehop.plots.palette import CLOCK_COLOURS, FAINT, INK
from lanehop.wording import say_share

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from lanehop.review import MetricComparison

__all__ = ["plot_rank_flips"]

FALLS, RISES, KEEPS = CLOCK_COLOURS["close"], CLOCK_COLOURS["fix"], FAINT
MOST_NAMES = 40
"""Groups that are named at most: those that move by most, where there is room."""


def plot_rank_flips(
    comparison: MetricComparison, *, metric: str | None = None, outcome: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how groups rank by a metric on the left, and by an outcome on the right.

    **What it shows**: a line per group, from its rank by the metric to its rank by the outcome, best on top,
    with its value at either end. Groups that the metric flatters fall; those that it wrongs rise.

    **How to read it**: lines that hardly cross mean that the metric ranks as customers would; lines that cross
    in the middle, that it ranks the other way round. Thick lines are in a swap in which both differences are
    clear; thin ones may have swapped by chance.

    **What it cannot show**: how far groups lie apart, as ranks are evenly spaced (see :func:`plot_metric`), and
    why they do. Groups with too few cases are left out and counted.

    Parameters
    ----------
    comparison : MetricComparison
        What :func:`compare_metrics` returns.
    metric : str
        Which of its metrics; by default the first.
    outcome : str
        Which of its outcomes; likewise.
    ax : Axes, optional
        Where to draw; by default in a new figure, high enough for all groups.

    Returns
    -------
    Axes
        With one line per group, from x = 0 to x = 1; y is the rank.

    Raises
    ------
    ArgumentError
        If the comparison holds no such metric or outcome.

    Examples
    --------
    >>> import lanehop as lh
    >>> comparison = lh.compare_metrics(lh.reconstruct(lh.sample_log()))
    >>> ax = lh.plot_rank_flips(comparison, metric="time_to_close")
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['by time-to-close', 'by time-to-real-fix']

    See Also
    --------
    compare_metrics : the numbers. plot_metric : the same as points.
    """
    compared = pick(comparison, metric, outcome)
    groups = compared.groups
    left_name, right_name = compared.names
    title = f"Ranks by {left_name} and by {right_name} (n = {int(groups['n'].sum()):,} cases)"
    ax = new_axes(ax, height=max(3.2, 1.7 + 0.24 * min(len(groups), MOST_NAMES)))
    if len(groups) < 2:
        return say_nothing(ax, title, f"Fewer than two groups to rank. {compared.unranked}".strip())
    dress(ax, grid=None)
    flips = comparison.flips
    clear = flips[(flips["metric"] == compared.metric) & (flips["outcome"] == compared.outcome) & flips["clear"]]
    involved = {str(name) for side in ("better_by_metric", "better_by_outcome") for name in clear[side]}
    # Groups with one value share a rank; for the picture each has a place of its own.
    places = [groups[f"{side}_rank"].rank(method="first").to_numpy() for side in ("metric", "outcome")]
    for name, start, end, left, right in zip(
        groups["name"], *places, groups["metric_rank"], groups["outcome_rank"], strict=True
    ):
        sure = str(name) in involved
        ax.plot(
            [0, 1],
            [start, end],
            color=FALLS if right > left else RISES if right < left else KEEPS,
            linewidth=2.6 if sure else 1.1,
            marker="o",
            markersize=5 if sure else 3.5,
            solid_capstyle="round",
            zorder=3 if sure else 2,
        )
    _write_ends(ax, compared, places)
    ax.set(xlim=(-0.9, 1.9), ylim=(len(groups) + 0.6, 0.4), xticks=[0, 1], yticks=[])
    ax.set_xticklabels([f"by {left_name}", f"by {right_name}"], fontsize=SMALL, color=INK)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0)
    pair = compared.pair
    head(
        ax,
        title,
        f"{pair['verdict']}: {say_share(int(pair['n_flips']), int(pair['n_pairs']))} pairs swap order, "
        f"{int(pair['n_clear_flips']):,} of them clearly (thick). Best on top, values at the ends. "
        f"{compared.unranked}".strip(),
        handles=_handles(),
    )
    return ax


def _write_ends(ax: Axes, compared: Compared, places: list[np.ndarray]) -> None:
    groups = compared.groups
    for k in _named(ax, groups, places):
        name = fit(groups["name"].iloc[k], 110)
        for x, side, unit, place in zip((0, 1), ("metric", "outcome"), compared.units, places, strict=True):
            values = groups[f"{side}_value"]
            value = say_value(float(values.iloc[k]), unit, float(values.abs().max()))
            ax.annotate(
                f"{name}  {value}" if x == 0 else f"{value}  {name}",
                (x, place[k]),
                xytext=(-8 if x == 0 else 8, 0),
                textcoords="offset points",
                ha="right" if x == 0 else "left",
                va="center",
                fontsize=SMALL,
                color=INK,
            )


def _named(ax: Axes, groups: pd.DataFrame, places: list[np.ndarray]) -> list[int]:
    """Return which groups can be named without writing over one another, those that move by most first."""
    row = 0.8 * height(ax) / (len(groups) + 0.2)
    apart = max(1.0, SMALL / row)
    moved = (groups["metric_rank"] - groups["outcome_rank"]).abs().to_numpy()
    named: list[int] = []
    for k in np.argsort(-moved, kind="stable").tolist():
        if len(named) < MOST_NAMES and all(
            abs(place[named] - place[k]).min(initial=apart) >= apart for place in places
        ):
            named.append(k)
    return named


def _handles() -> list:  # type: ignore[type-arg]
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=colour, linewidth=2, label=label)
        for colour, label in (
            (FALLS, "looks better than it serves"),
            (RISES, "serves better than it looks"),
            (KEEPS, "same rank"),
        )
    ]
