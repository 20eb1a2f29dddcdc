"""Swimlanes: what a case went through, department by department."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lanehop.columns import microseconds
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes
from lanehop.lanes.ranking import worst_first
from lanehop.plots.axes import (
    SMALL,
    TEXT,
    dress,
    fit,
    head,
    new_axes,
    room,
    shown,
)
from lanehop.plots.case_lanes import CaseLanes, find_cases, lay_cases
from lanehop.plots.lane_artists import (
    LEAST_POINTS,
    NOT_FIXED,
    CaseTime,
    draw_clock,
    draw_marks,
    draw_stays,
    draw_tickets,
    time_axis,
)
from lanehop.plots.palette import CLOCK_COLOURS, FAINT, INK
from lanehop.states import CHARGED_STATES, VERDICTS
from lanehop.wording import say_length, say_n

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["plot_swimlanes"]

MOST_LANES = 12
"""Of a case, in a figure of our own."""
LEAST_ROW = 13.0
"""How high a row must be for its label, in points."""


def plot_swimlanes(
    lanes: Lanes, case: str | Sequence[str] | None = None, *, n: int = 3, ax: Axes | None = None
) -> Axes:
    """Draw what a case went through: its departments as lanes, its stays as bars, its closures as marks.

    Parameters
    ----------
    case : str or list of str
        Its id; of several, they stand one under the other. Not given: the worst cases, as :func:`walk` ranks them.
    n : int
        How many cases, where none is named.
    ax : Axes
        To draw on; by default those of a new figure, as high as the lanes need.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If there is no such case, a case is named twice, ``n`` is not at least 1, or ``ax`` is too low for so many cases.

    Notes
    -----
    What it shows. One lane for each department, in the order in which the case came to them. A bar is a stay, in the
    colour of the state that the case was in (of :func:`charge_time`): after a closure it is ``false done`` where the
    closure turned out to be without resolution, else ``settled``. Thin lines are handoffs, dashed ones to another
    ticket. A mark is a closure that the case followed, shaped and coloured by its verdict; a fix stands at its claim,
    with the time that it took in the stay that made it. Under the lanes run both clocks: up to the first closure, and up to the real fix.

    How to read it. Along the time axis: the longer the orange, the longer the desk believed to be done while the
    customer waited. One case stands over dates, in the time zone of the dialect; several over their age. An open
    end, an arrow, is a case of which nothing more is known: not fixed as far as it was watched.

    What it cannot show. Short stays to scale: what is shorter than 3 points is drawn 3 points wide, what follows in that stay
    begins as much later, and a short stay may reach over the next handoff. Departments for which there is no room
    are folded into one lane, which says how many they are. Closures of tickets that the case did not follow then are not drawn; their
    number is said. Neither are agents and requesters.

    Examples
    --------
    >>> import lanehop as lh
    >>> ax = lh.plot_swimlanes(lh.reconstruct(lh.sample_log()), "OLT-0042")
    >>> ax.get_title(loc="left")
    'OLT-0042: fixed after 31.5 days, 8 handoffs, 1 ticket'

    See Also
    --------
    walk : the same in words. plot_gap : where the time between both clocks went, over all cases.
    """
    ids = _choose(lanes, case, n)
    found = find_cases(lanes, ids)
    if ax is None:
        ax = new_axes(None, height=_height(found, ids))
        most = MOST_LANES
    else:
        most = _lanes_that_fit(ax, len(ids))
    lives = found._cases["ended_at"] - found._cases["opened_at"]
    longest = max(int(lives.max() // pd.Timedelta(microseconds=1)), 60_000_000)
    # Several cases share the axis, so that the longest of them says how wide a point is.
    point = int(longest / (0.8 * room(ax)))
    laid = lay_cases(found, ids, narrowest=int(LEAST_POINTS * point), most=most)
    n_cases = len(lanes._cases)
    ranked = f"The {len(laid)} worst of {say_n(n_cases, 'case')}, by the time without being helped"
    title = ranked if case is None else f"{len(laid)} of {say_n(n_cases, 'case')}"
    _draw(ax, lanes, laid, point, longest, title)
    return ax


def _choose(lanes: Lanes, case: str | Sequence[str] | None, n: int) -> list[str]:
    if not isinstance(n, int) or n < 1:
        raise ArgumentError(f"n must be at least 1, not {n!r}")
    if case is None:
        return worst_first(lanes._cases).head(n)["case"].tolist()
    ids = [case] if isinstance(case, str) else list(case)
    if not ids or not all(isinstance(one, str) for one in ids) or len(set(ids)) < len(ids):
        raise ArgumentError(f"case must be the id of a case or a list of different ones, not {case!r}")
    return ids


def _height(found: Lanes, ids: Sequence[str]) -> float:
    """Return how high a figure must be, in inches."""
    n_lanes = np.minimum(found._stays.groupby("case", observed=True)["department"].nunique(dropna=False), MOST_LANES)
    n_rows = int(n_lanes.sum()) + len(ids) * 4 + int((found._cases["n_tickets"] > 1).sum())
    return float(1.5 + 0.3 * n_rows)


def _lanes_that_fit(ax: Axes, n_cases: int) -> int:
    figure = ax.get_figure(root=True)
    assert figure is not None
    points = ax.bbox.height * 72 / figure.dpi
    most = int(points / LEAST_ROW / n_cases - 4.5)
    if most < 3:
        raise ArgumentError(f"ax is too low for {say_n(n_cases, 'case')}; pass higher axes or fewer cases")
    return min(most, 3 * MOST_LANES)


def _draw(ax: Axes, lanes: Lanes, laid: list[CaseLanes], point: int, longest: int, title: str) -> None:
    zone = lanes.log.dialect.timezone or "UTC"
    time = CaseTime(laid, zone, longest)
    dress(ax, grid="x")
    labels: list[tuple[float, str, str]] = []
    used: dict[str, Artist] = {}
    top, right = 0.0, 0.0
    for one in laid:
        if len(laid) > 1:
            start = float(time(microseconds(one.case.opened_at), one.case))
            local = one.case.opened_at.tz_convert(zone)
            ax.text(start, top + 0.1, _title(one), fontsize=TEXT, fontweight="bold", color=INK, va="center")
            ax.text(
                1,
                top + 0.1,
                f"opened {local:%Y-%m-%d}",
                transform=ax.get_yaxis_transform(),
                ha="right",
                fontsize=SMALL,
                color=FAINT,
                va="center",
            )
            top += 1
        n_lanes = len(one.lanes)
        if one.case.n_tickets > 1:
            draw_tickets(ax, time, one, top, point)
            labels.append((top, "tickets", FAINT))
            top += 1
        draw_stays(ax, time, one, top, used)
        labels += [(top + k, _lane_name(name, room(ax)), INK) for k, name in enumerate(one.lanes)]
        right = max(right, draw_marks(ax, time, one, top, point, used))
        top += n_lanes + 0.15
        right = max(right, *(draw_clock(ax, time, one, clock, top + k, point) for k, clock in enumerate(CLOCK_COLOURS)))
        labels += [(top, "time-to-close", CLOCK_COLOURS["close"]), (top + 1, "time-to-real-fix", CLOCK_COLOURS["fix"])]
        top += 2 + 0.5
    ax.set_ylim(top - 0.9, -0.7)
    ax.set_yticks([y for y, _, _ in labels], [text for _, text, _ in labels], fontsize=SMALL)
    for tick, (_, _, colour) in zip(ax.get_yticklabels(), labels, strict=True):
        tick.set_color(colour)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    left = min(float(time(microseconds(one.case.opened_at), one.case)) for one in laid)
    ax.set_xlim(left - time.width(5 * point), right + time.width(3 * point))
    time_axis(ax, time, laid[0].case, longest)
    notes = [f"as of {lanes.log.as_of:%Y-%m-%d}, a fix must hold for {lanes.hold / pd.Timedelta(days=1):g} days"]
    n_parallel = sum(one.n_parallel for one in laid)
    if n_parallel:
        notes.append(f"{say_n(n_parallel, 'closure')} of tickets that the case did not follow then not drawn")
    head(
        ax,
        title if len(laid) > 1 else _title(laid[0]),
        "; ".join(notes),
        handles=[used[name] for name in (*CHARGED_STATES, *VERDICTS) if name in used],
    )


def _title(one: CaseLanes) -> str:
    case = one.case
    if case.fix_observed:
        said = f"fixed after {_say(case.time_to_fix)}"
    else:
        said = f"{NOT_FIXED[str(case.outcome)]} {_say(case.ended_at - case.opened_at)}"
    return f"{shown(case.case)}: {said}, {say_n(case.n_handoffs, 'handoff')}, {say_n(case.n_tickets, 'ticket')}"


def _say(length: pd.Timedelta) -> str:
    return say_length(length // pd.Timedelta(microseconds=1))


def _lane_name(name: str | None, width: float) -> str:
    return "(nobody)" if name is None else fit(name, 0.22 * width)
