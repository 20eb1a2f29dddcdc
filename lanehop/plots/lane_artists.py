"""Lane artists: the bars, marks and lines of a swimlane picture, and its time axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from lanehop.columns import microseconds
from lanehop.plots.axes import SMALL, TEXT, fit, length_axis, length_unit, measure, room
from lanehop.plots.case_lanes import CaseLanes
from lanehop.plots.palette import CLOCK_COLOURS, FAINT, GRID, INK, PAPER, STATE_COLOURS, VERDICT_COLOURS
from lanehop.states import CHARGED_STATES
from lanehop.wording import say_length

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

DAY = 86_400_000_000
SHAPES = {"fixed": "*", "unproven": "D", "unresolved": "X", "withdrawn": "s"}
"""The mark of each verdict."""
LEAST_POINTS = 3.0
"""How wide a piece is drawn at least."""


class CaseTime:
    """Where an instant of a case stands on the time axis: on its date, or at its age."""

    def __init__(self, laid: Sequence[CaseLanes], zone: str, longest: int) -> None:
        """Choose by how many cases are laid out; ``longest`` is the longest life, in microseconds."""
        self.unit = length_unit(longest)
        self.by_age = len(laid) > 1
        self.zone = zone

    def __call__(self, us: Any, case: Any) -> Any:
        """Return where instants of a case stand, given in microseconds since 1970."""
        if self.by_age:
            return (us - microseconds(case.opened_at)) / self.unit.us
        return _dates().date2num(np.asarray(us, dtype=np.int64).view("M8[us]"))

    def width(self, us: float) -> float:
        """Return how far a length reaches along the axis."""
        return us / (self.unit.us if self.by_age else DAY)


def draw_tickets(ax: Axes, time: CaseTime, one: CaseLanes, top: float, point: int) -> None:
    """Draw which ticket the case follows as a strip, with a line down through the lanes where it turns to another."""
    for k, run in enumerate(one.tickets.itertuples()):
        begin, end = time(cast(int, run.begin), one.case), time(cast(int, run.end), one.case)
        ax.barh(top, end - begin, left=begin, height=0.62, color=GRID, edgecolor=PAPER, linewidth=1.5)
        if k:
            ax.plot([begin, begin], [top - 0.4, top + len(one.lanes) + 0.5], color=GRID, linewidth=0.8, zorder=0.6)
        width = (cast(int, run.end) - cast(int, run.begin)) / point - 6
        if width >= measure("MMM", SMALL):
            ax.text((begin + end) / 2, top, fit(run.ticket, width), ha="center", va="center", fontsize=SMALL, color=INK)


def draw_stays(ax: Axes, time: CaseTime, one: CaseLanes, top: float, used: dict[str, Artist]) -> None:
    """Draw the stays in the colours of their states, and the handoffs between them."""
    from matplotlib.patches import Patch

    begin, end = time(one.begin, one.case), time(one.end, one.case)
    for move in one.moves.itertuples():
        x = time(cast(int, move.at), one.case)
        style = "--" if move.other_ticket else "-"
        rows = [top + cast(int, move.from_lane), top + cast(int, move.to_lane)]
        ax.plot([x, x], rows, color=FAINT, linewidth=1, linestyle=style, zorder=1.5, label="_handoff")
    for code, state in enumerate(CHARGED_STATES):
        of_state = one.state == code
        if of_state.any():
            width = (end - begin)[of_state]
            ax.barh(
                top + one.lane[of_state],
                width,
                left=begin[of_state],
                height=0.5,
                color=STATE_COLOURS[state],
                label=f"_{state}",
                zorder=2,
            )
            used[state] = Patch(color=STATE_COLOURS[state], label=state.replace("_", " "))


def draw_marks(ax: Axes, time: CaseTime, one: CaseLanes, top: float, point: int, used: dict[str, Artist]) -> float:
    """Draw the closures, and return how far to the right they and their text reach."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    figure = ax.get_figure(root=True)
    assert figure is not None
    right = 0.0
    for verdict, shape in SHAPES.items():
        of_verdict = one.marks[one.marks["verdict"] == verdict]
        if of_verdict.empty:
            continue
        how: dict[str, Any] = {
            "marker": shape,
            "linestyle": "none",
            "color": VERDICT_COLOURS[verdict],
            "markeredgecolor": PAPER,
            "markeredgewidth": 0.8,
        }
        x = time(of_verdict["drawn_at"].to_numpy(), one.case)
        # Beside what it marks, so that it hides nothing: the fix after its bar, the others above theirs.
        size, aside, above = (17, 8, 0) if verdict == "fixed" else (9, 0, 0.3)
        ax.plot(
            x,
            top + of_verdict["lane"] - above,
            markersize=size,
            zorder=4,
            label=f"_{verdict}",
            transform=ax.transData + ScaledTranslation(aside / 72, 0, figure.dpi_scale_trans),
            **how,
        )
        used[verdict] = Line2D(
            [], [], markersize=12 if verdict == "fixed" else 8, label=_VERDICT_LABELS[verdict], **how
        )
        right = max(right, float(x.max()))
        if verdict == "fixed":
            stay = one.case.fix_stay_time
            said = "fixed" if pd.isna(stay) else f"fixed in {_spelled(stay)}"
            lane = top + int(of_verdict["lane"].iloc[-1])
            ax.annotate(
                said,
                (float(x[-1]), lane),
                (17, 0),
                textcoords="offset points",
                va="center",
                fontsize=TEXT,
                fontweight="bold",
                color=VERDICT_COLOURS["fixed"],
                zorder=5,
            )
            right = max(right, float(x[-1]) + time.width(point * (20 + measure(said, TEXT, "bold"))))
    return right


_VERDICT_LABELS = {
    "fixed": "fixed: the claim that held",
    "unproven": "closed: claim unproven",
    "unresolved": "closed without resolution",
    "withdrawn": "closed: withdrawn",
}


def draw_clock(ax: Axes, time: CaseTime, one: CaseLanes, clock: str, y: float, point: int) -> float:
    """Draw how long a clock ran, and return how far to the right it and its text reach."""
    case, colour = one.case, CLOCK_COLOURS[clock]
    name = "time_to_close" if clock == "close" else "time_to_fix"
    length = getattr(case, name)
    stopped = not pd.isna(length)
    opened, ended = microseconds(case.opened_at), microseconds(case.ended_at)
    if stopped:
        length_us = length // pd.Timedelta(microseconds=1)
        said = say_length(length_us)
        business = getattr(case, f"business_{name}", None)
        if business is not None and not pd.isna(business):
            said += f" ({say_length(business // pd.Timedelta(microseconds=1))} in business time)"
    else:
        length_us = ended - opened
        said = f"{'not closed in' if clock == 'close' else NOT_FIXED[str(case.outcome)]} {say_length(length_us)}"
    begin = time(opened, case)
    width = time.width(max(length_us, int(LEAST_POINTS * point)))
    how: dict[str, Any] = (
        {"color": colour} if stopped else {"facecolor": PAPER, "edgecolor": colour, "hatch": "////", "linewidth": 0.8}
    )
    ax.barh(y, width, left=begin, height=0.3, label=f"_{clock}", **how)
    x = float(begin + width)
    if not stopped:
        ax.plot(x, y, marker=">", markersize=8, color=colour, label="_open end", clip_on=False, zorder=3)
    ax.annotate(
        said,
        (x, y),
        (8 if not stopped else 5, 0),
        textcoords="offset points",
        va="center",
        fontsize=TEXT,
        fontweight="bold",
        color=colour,
    )
    return x + time.width(point * (12 + measure(said, TEXT, "bold")))


NOT_FIXED = {
    "open": "not fixed in",
    "unproven": "not proven fixed in",
    "unresolved": "not fixed in",
    "withdrawn": "withdrawn after",
}
"""What is said of a case that is not fixed, by its outcome."""


def _spelled(length: pd.Timedelta) -> str:
    """Say a length with the name of its unit in full."""
    number, unit = say_length(length // pd.Timedelta(microseconds=1)).split(" ")
    name = {"s": "second", "min": "minute", "h": "hour"}.get(unit, "day")
    return f"{number} {name}{'' if number in ('1', '1.0') else 's'}"


def _dates() -> Any:
    from matplotlib import dates  # without annotations of its own

    return dates


def time_axis(ax: Axes, time: CaseTime, case: Any, longest: int) -> None:
    """Let the axis tell ages, or dates at which labels do not overlap."""
    if time.by_age:
        length_axis(ax, time.unit, "age of the case")
        return
    dates, zone = _dates(), ZoneInfo(time.zone)
    left, right = ax.get_xlim()
    most = max(int(room(ax) / 64), 2)
    if longest < 3 * DAY:
        locator, how = dates.AutoDateLocator(tz=zone, minticks=2, maxticks=min(most, 7)), "%b %d\n%H:%M"
    elif longest > 80 * DAY or right - left > 28 * most:
        locator = dates.AutoDateLocator(tz=zone, minticks=2, maxticks=min(most, 7))
        how = "%b %d" if longest < 250 * DAY else "%b %Y"
    else:
        how = "%a %b %d"
        step = next(days for days in (1, 2, 7, 14, 28) if right - left <= days * min(most, 8))
        if step < 7:
            locator = dates.DayLocator(interval=step, tz=zone)
        else:  # weeks begin on Mondays, whatever the month
            locator = dates.WeekdayLocator(dates.MO, interval=step // 7, tz=zone)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.DateFormatter(how, tz=zone))
    years = dict.fromkeys(at.tz_convert(zone).year for at in (case.opened_at, case.ended_at))
    ax.set_xlabel(f"{' to '.join(map(str, years))}, local time ({time.zone})", fontsize=SMALL, color=FAINT)
