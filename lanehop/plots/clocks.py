"""Clocks: the share of cases closed and the share fixed, at each age."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from lanehop.columns import Instants
from lanehop.curves.comparison import CLOCKS, ClockComparison
from lanehop.errors import ArgumentError
from lanehop.plots.ages import AgeAxis, count_at_risk, risk_table, say_grounds
from lanehop.plots.axes import SMALL, TEXT, dress, head, new_axes, say_nothing, shown
from lanehop.plots.palette import CLOCK_COLOURS, FAINT, INK, PAPER
from lanehop.wording import percent, say_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_clocks"]

STYLES: tuple[Any, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1.5, 1.5)),
    (0, (6, 2, 1.5, 2)),
    (0, (6, 1.5, 1.5, 1.5, 1.5, 1.5)),
    (0, (10, 3)),
)
"""Of the lines of each group; as many as can be told apart."""
VERBS = {"close": "closed", "fix": "fixed"}


def plot_clocks(comparison: ClockComparison, *, ax: Axes | None = None) -> Axes:
    """Draw which share of the cases is closed, and which is fixed, at each age.

    Parameters
    ----------
    comparison : ClockComparison
        Of :func:`compare_clocks`; with ``by``, of at most 6 groups.
    ax : Axes
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If there are more than 6 groups.

    Notes
    -----
    What it shows. Two curves: the cases that the desk has declared done at least once, which is what a dashboard that
    pays for fast closing sees, and the cases that were really fixed. Bands are the confidence intervals of the table,
    dots the medians, small strokes stand on the steps during which cases were cut off, as nothing more is known of
    them. The numbers under the axis are the cases that were still watched, and not yet closed or not yet fixed, at that age.
    With groups each has a kind of line, and its medians stand in the legend (closed / fixed); bands are
    left out.

    How to read it. The gap between the curves is what fast closing hides: at an age, the share of cases that are closed
    and not fixed for good; at a height, how much longer customers waited than the dashboard says. Where closings take
    hours and fixes weeks the axis is stretched, and says so: equal steps along it are equal ratios of age.

    What it cannot show. Why; see :func:`plot_gap`. To the right, where few cases are still watched, the curves say
    little, whatever their bands. A fix is what was claimed and held, not what was true.

    Examples
    --------
    >>> import lanehop as lh
    >>> ax = lh.plot_clocks(lh.compare_clocks(lh.reconstruct(lh.sample_log())))
    >>> ax.get_ylabel()
    'share of the cases'

    See Also
    --------
    compare_clocks : the table. plot_outcomes : what becomes of all cases. plot_gap : the time between both clocks.
    """
    table, summary = comparison._table, comparison._summary
    names = list(summary.columns[: summary.columns.get_loc("clock")])
    groups = list(_by_group(table, summary, names))
    if len(groups) > len(STYLES):
        raise ArgumentError(
            f"plot_clocks can show {len(STYLES)} groups, not {len(groups):,}; pass compare_clocks a by=... of fewer groups, "
            "or the lanes of some of them"
        )
    drawn = [group for group in groups if len(group[1])]
    if not drawn:
        return say_nothing(
            new_axes(ax), "Closed and fixed", "No case was opened long enough before the end to be judged (n = 0)."
        )
    # With groups the legend and the numbers at risk have a line for each.
    ax = new_axes(ax, height=4.5 + 0.35 * (len(groups) - 1))
    axis = _choose_axis(table, summary)
    dress(ax)
    ages = axis.draw(ax)
    ends = []
    for (_, curves, _), style in zip(drawn, STYLES, strict=False):
        for clock in CLOCKS:
            curve = curves[curves["clock"] == clock]
            _draw_curve(ax, axis, curve, CLOCK_COLOURS[clock], style, alone=len(drawn) == 1)
            ends.append((float(curve["share"].iloc[-1]), clock))
    _finish(ax, axis, ages, names, groups, summary)
    if len(drawn) == 1:
        _name_ends(ax, ends)
    return ax


def _by_group(
    table: pd.DataFrame, summary: pd.DataFrame, names: list[str]
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Yield for each group its name, its rows of the table and those of the summary."""
    # Rows stand group by group: those without a case have no row on either clock.
    begun = (table["time"] == pd.Timedelta(0)) & (table["clock"] == CLOCKS[0])
    of_table = np.cumsum(begun.to_numpy()) - 1
    number = -1
    for k in range(0, len(summary), 2):
        both = summary.iloc[k : k + 2]
        has_rows = int(both["n"].iloc[0]) > 0
        number += has_rows
        name = ", ".join(shown(both[column].iloc[0], 24) for column in names)
        yield name, table[of_table == number] if has_rows else table.iloc[:0], both


def _choose_axis(table: pd.DataFrame, summary: pd.DataFrame) -> AgeAxis:
    closed = table[(table["clock"] == "close") & (table["n_observed"] > 0)]
    quick = None
    if len(closed):
        ages, n = _ages(closed), closed["n_observed"].to_numpy()
        order = np.argsort(ages)
        quick = int(ages[order][np.searchsorted(np.cumsum(n[order]), n.sum() / 2)])
    return AgeAxis(_us(table["time"].max()), quick, str(summary["counted_in"].iloc[0]))


def _draw_curve(ax: Axes, axis: AgeAxis, curve: pd.DataFrame, colour: str, style: Any, *, alone: bool) -> None:
    # A row tells how many were cut off from its age up to the next.
    begin = _ages(curve)
    step = axis.between(begin, np.append(begin[1:], begin[-1:]))
    cut = np.flatnonzero(curve["n_censored"])
    cut = cut[axis.thin(step[cut])]
    strokes = axis(step[cut]), curve["share"].to_numpy()[cut]
    curve = curve.iloc[axis.thin(begin)]
    age, share, clock = axis(_ages(curve)), curve["share"].to_numpy(), curve["clock"].iloc[0]
    # Of several groups the clock that matters stands out.
    leading = alone or clock == "fix"
    look: dict[str, Any] = {"color": colour, "linewidth": 1.9 if leading else 1.1, "alpha": 1 if leading else 0.6}
    ax.plot(age, share, drawstyle="steps-post", linestyle=style, label=f"_{clock}", zorder=3, **look)
    if alone:
        band: dict[str, Any] = {"color": colour, "alpha": 0.15, "linewidth": 0}
        ax.fill_between(age, curve["lower"], curve["upper"], step="post", zorder=2, **band)
    ax.plot(
        *strokes,
        linestyle="none",
        marker="|",
        markersize=7 if alone else 5,
        markeredgewidth=0.9,
        color=colour,
        alpha=look["alpha"],
        label=f"_{clock} cut off",
        zorder=3,
    )


def _finish(ax: Axes, axis: AgeAxis, ages: Any, names: list[str], groups: list[Any], summary: pd.DataFrame) -> None:
    """Mark the medians, write the numbers at risk, and head the picture."""
    from matplotlib.lines import Line2D
    from matplotlib.ticker import PercentFormatter

    ax.axhline(0.5, color=FAINT, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
    for row in cast(Iterator[Any], summary.dropna(subset="median").itertuples()) if len(groups) == 1 else ():
        x, colour = axis(_us(row.median)), CLOCK_COLOURS[str(row.clock)]
        ax.plot([x, x], [0, 0.5], color=colour, linewidth=0.8, linestyle=(0, (2, 3)), label="_", zorder=1)
        dot: dict[str, Any] = {"color": colour, "markeredgecolor": PAPER, "label": f"_{row.clock} median"}
        ax.plot([x], [0.5], marker="o", markersize=7, zorder=4, **dot)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    ax.set_ylabel("share of the cases", fontsize=TEXT, color=INK)
    clocks = CLOCKS if len(groups) <= 2 else CLOCKS[1:]
    labels = risk_table(
        ax,
        axis,
        ages,
        "watched and" if len(clocks) == 2 else "not fixed yet",
        [
            (
                _risk_label(name, clock if len(clocks) == 2 else None),
                CLOCK_COLOURS[clock],
                count_at_risk(curves[curves["clock"] == clock], ages),
            )
            for name, curves, _ in groups
            for clock in clocks
        ],
    )
    one = len(groups) == 1 and not names
    handles = [
        Line2D(
            [], [], color=CLOCK_COLOURS[clock], linewidth=2, label=_clock_label(summary, clock) if one else VERBS[clock]
        )
        for clock in CLOCKS
    ]
    if names:
        handles += [
            Line2D([], [], color=INK, linewidth=1.6, linestyle=style, label=_group_label(name, both))
            for (name, _, both), style in zip(groups, STYLES, strict=False)
        ]
    handles.append(
        Line2D([], [], color=FAINT, linestyle="none", marker="|", markersize=8, label="cut off: not watched further")
    )
    title = _title(summary) if len(groups) == 1 else f"Closed and fixed, by {', '.join(shown(name) for name in names)}"
    head(ax, title, say_grounds(summary.iloc[::2]), handles=handles, labels=labels)


def _risk_label(name: str, clock: str | None) -> str:
    return ": ".join(filter(None, (name, clock and f"not {VERBS[clock]} yet")))


def _clock_label(summary: pd.DataFrame, clock: str) -> str:
    row: Any = next(summary[summary["clock"] == clock].itertuples())
    if pd.isna(row.median):
        return f"{VERBS[clock]}: median not reached"
    low, high = ("not known" if pd.isna(x) else _say(x) for x in (row.median_low, row.median_high))
    return f"{VERBS[clock]}: median {_say(row.median)} ({low} to {high})"


def _group_label(name: str, both: pd.DataFrame) -> str:
    medians = " / ".join("not reached" if pd.isna(x) else _say(x) for x in both["median"])
    return f"{name} (n = {int(both['n'].iloc[0]):,}): {medians}"


def _title(summary: pd.DataFrame) -> str:
    close, fix = summary["median"]
    closed = (
        "Less than half of the cases are closed"
        if pd.isna(close)
        else f"Half of the cases are closed within {_say(close)}"
    )
    fixed = "less than half are known to be fixed" if pd.isna(fix) else f"half are fixed within {_say(fix)}"
    return f"{closed}, {fixed}"


def _name_ends(ax: Axes, ends: list[tuple[float, str]]) -> None:
    """Write what each curve comes to at its right end, apart from each other."""
    upper, lower = sorted(ends, reverse=True)
    aside = 0.6 * SMALL if upper[0] - lower[0] < 0.1 else 0
    for (share, clock), y in ((upper, aside), (lower, -aside)):
        ax.annotate(
            f"{VERBS[clock]} {percent(round(share * 1_000_000), 1_000_000)}",
            (1, share),
            xycoords=ax.get_yaxis_transform(),
            xytext=(6, y),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            fontweight="bold",
            color=CLOCK_COLOURS[clock],
            annotation_clip=False,
        )


def _ages(table: pd.DataFrame) -> Instants:
    return table["time"].to_numpy(dtype="m8[us]").view(np.int64)


def _say(length: pd.Timedelta) -> str:
    return say_length(_us(length))


def _us(length: pd.Timedelta) -> int:
    return int(length // pd.Timedelta(microseconds=1))
