"""Ages: what pictures over the age of cases share: the axis, the numbers at risk under it, and what shares rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lanehop.columns import Instants
from lanehop.plots.axes import LINE, SMALL, TEXT, Unit, length_axis, length_unit, measure
from lanehop.plots.palette import FAINT, INK
from lanehop.wording import percent, say_n

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MINUTE = 60_000_000
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
TICKS = {
    "1 min": MINUTE,
    "5 min": 5 * MINUTE,
    "15 min": 15 * MINUTE,
    "1 h": HOUR,
    "4 h": 4 * HOUR,
    "1 day": DAY,
    "3 days": 3 * DAY,
    "1 week": 7 * DAY,
    "2 weeks": 14 * DAY,
    "4 weeks": 28 * DAY,
    "90 days": 90 * DAY,
    "1 year": 365 * DAY,
    "3 years": 1095 * DAY,
    "10 years": 3650 * DAY,
}
"""Where a stretched axis may be marked."""
STRETCH = 15
"""How many times longer than the quick half of the closings an axis must be to be stretched."""

MOST_POINTS = 2000
"""Of a curve: four to a pixel; a curve of a million cases would make a picture of 100 megabytes."""


class AgeAxis:
    """A horizontal axis of ages: even, or stretched where hours and weeks must both be seen."""

    def __init__(self, longest: int, quick: int | None, counted_in: str) -> None:
        """Choose by the longest age, and by that at which half of what is quickest is over, in microseconds."""
        self.longest = max(longest, MINUTE)
        self.stretched = quick is not None and quick * STRETCH < self.longest
        self.unit = Unit("hours", HOUR, ()) if self.stretched else length_unit(self.longest)
        # Ages up to here stand evenly, so that 0 has a place.
        below = [us for us in TICKS.values() if us <= max(quick or 0, MINUTE) / 4]
        self.even_to = max(below, default=MINUTE)
        self.what = "age of the case" + (", in business time" if counted_in == "business time" else "")

    def __call__(self, us: Any) -> Any:
        """Return where ages in microseconds stand."""
        return us / self.unit.us

    def between(self, begin: Instants, end: Instants) -> Instants:
        """Return the ages that stand in the middle between others."""
        if not self.stretched:
            return (begin + end) // 2
        middle = (np.log1p(begin / self.even_to) + np.log1p(end / self.even_to)) / 2
        return np.round(self.even_to * np.expm1(middle)).astype(np.int64)

    def thin(self, us: Instants) -> Instants:
        """Return the positions of sorted ages to draw: all, or of very many those that the eye can tell apart."""
        if len(us) <= MOST_POINTS:
            return np.arange(len(us))
        place = np.log1p(us / self.even_to) if self.stretched else us.astype(np.float64)
        grid = np.linspace(place[0], place[-1], MOST_POINTS)
        return np.unique(np.append(0, np.searchsorted(place, grid, side="right") - 1))

    def draw(self, ax: Axes) -> Instants:
        """Set up the axis, and return the ages at its ticks in microseconds."""
        if not self.stretched:
            ax.set_xlim(0, self(self.longest))
            length_axis(ax, self.unit, self.what)
            ticks = np.array([x for x in ax.get_xticks() if 0 <= x <= self(self.longest)])
            return np.round(ticks * self.unit.us).astype(np.int64)
        ax.set_xscale("symlog", linthresh=self(self.even_to), linscale=0.4)
        ax.set_xlim(0, self(self.longest))
        ax.xaxis.minorticks_off()
        ages = {"0": 0} | {name: us for name, us in TICKS.items() if self.even_to <= us <= self.longest}
        place = ax.xaxis.get_transform().transform(self(np.array(list(ages.values()), dtype=np.float64)))
        kept = _spaced(place, 0.1 * float(ax.xaxis.get_transform().transform([self(self.longest)])[0]))
        names = np.array(list(ages))[kept].tolist()
        chosen = np.array(list(ages.values()), dtype=np.int64)[kept]
        ax.set_xticks(self(chosen), names)
        even_to = next(name for name, us in TICKS.items() if us == self.even_to)
        said = f"{self.what}; stretched: beyond {even_to} equal steps are equal ratios"
        ax.set_xlabel(said, fontsize=TEXT, color=INK)
        return chosen


def _spaced(place: Any, apart: float) -> list[int]:
    """Return which of these places to keep so that none is closer to the one before."""
    kept = [0]
    for k in range(1, len(place)):
        if place[k] - place[kept[-1]] >= apart:
            kept.append(k)
    return kept


def count_at_risk(table: pd.DataFrame, ages: Instants) -> list[int]:
    """Return how many cases of a curve were not over before each age and watched up to it."""
    time = table["time"].to_numpy(dtype="m8[us]").view(np.int64)
    at_risk = np.append(table["at_risk"].to_numpy(), 0)
    return at_risk[np.searchsorted(time, ages)].tolist()


def risk_table(
    ax: Axes, axis: AgeAxis, ages: Instants, title: str, rows: Sequence[tuple[str, str, list[int]]]
) -> float:
    """Write under axes how many cases are at risk at these ages: rows of a label, a colour and numbers.

    Returns how many points the labels take beside the axes.
    """
    below = ax.get_xaxis_transform()
    y = -(3.0 + 4 * SMALL)
    # Beside the first number, which stands under the corner.
    x = -10 - max((measure(f"{numbers[0]:,}", SMALL) / 2 for _, _, numbers in rows), default=0)
    how: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL, "va": "top", "annotation_clip": False}
    ax.annotate(title, (0, 0), xycoords="axes fraction", xytext=(x, y), ha="right", color=FAINT, **how)
    for label, colour, numbers in rows:
        y -= SMALL * LINE
        ax.annotate(label, (0, 0), xycoords="axes fraction", xytext=(x, y), ha="right", color=colour, **how)
        for age, n in zip(ages.tolist(), numbers, strict=True):
            ax.annotate(f"{n:,}", (axis(age), 0), xycoords=below, xytext=(0, y), ha="center", color=colour, **how)
    return max(measure(text, SMALL) for text in (title, *(label for label, _, _ in rows))) - x


def say_grounds(summary: pd.DataFrame) -> str:
    """Say what the shares of curves rest on: their cases, those left out, as_of, hold and the claims unproven."""
    row: Any = next(summary.itertuples())
    n_claims = int(summary["n_claims"].sum())
    unproven = round(float((summary["share_unproven"].fillna(0) * summary["n_claims"]).sum()))
    late = round(float((summary["share_reopened_late"].fillna(0) * summary["n_reopened"]).sum()))
    hold = f"{row.hold / pd.Timedelta(days=1):g} days"
    said = f"n = {say_n(int(summary['n'].sum()), 'case')}"
    if row.counted_in == "business time":
        said += " in business time"
    n_left_out = int(summary["n_left_out"].sum())
    if n_left_out:
        said += f" ({n_left_out:,} opened less than {hold} before the end left out)"
    said += f"; as of {row.as_of:%Y-%m-%d}; a fix must hold for {hold}"
    said += f"; claims unproven: {percent(unproven, n_claims)}"
    return said + f"; reopened later than that: {percent(late, int(summary['n_reopened'].sum()))}"
