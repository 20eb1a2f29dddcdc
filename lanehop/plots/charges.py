"""Charges: in which states the minutes of cases, departments or groups went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lanehop.errors import ArgumentError
from lanehop.plots.axes import SMALL, dress, head, new_axes, say_nothing, shown
from lanehop.plots.palette import INK
from lanehop.plots.stacks import (
    MOST_ROWS,
    bar_look,
    draw_stacks,
    height_of,
    make_room,
    name_groups,
    name_rows,
    part_handles,
    rows_that_fit,
    say_sum,
    sum_unit,
)
from lanehop.schema import BUSINESS
from lanehop.states import CHARGED_STATES, SETTLED
from lanehop.wording import percent, say_n

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_charges"]

ORDER = ("false_done", *CHARGED_STATES[: CHARGED_STATES.index("false_done")])
"""From the left: what should not be there stands on the common line, where lengths are compared best."""


def plot_charges(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw in which states the minutes of all cases went, together or by group.

    Parameters
    ----------
    table : DataFrame
        Of :func:`charge_table`.
    ax : Axes
        To draw on; by default those of a new figure, as high as its rows need.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If the table is not one of :func:`charge_table`.

    Notes
    -----
    What it shows. Without groups, a bar for each state. By department or by any other group, a bar for each of them,
    made of its states, the longest first, with all its time and the number of its cases. ``settled`` has no bar and
    is in no share, as a timer that closes cases after five days can be half of all minutes; its amount
    is said. With a calendar lengths are in business time.

    How to read it. ``false done`` stands first, on the common line: time in which the dashboard's clock stood and the
    customer's ran.

    What it cannot show. Whose fault it is: time is charged to who had the case, false done time to who declared it
    done. Where there are too many groups, those with the least time are folded into one row without a bar, which says how
    many they are and their share; a case may be in several departments, so that their numbers of cases do not add up.

    Examples
    --------
    >>> import lanehop as lh
    >>> table = lh.charge_table(lh.reconstruct(lh.sample_log()), by="department")
    >>> ax = lh.plot_charges(table)
    >>> ax.get_xlabel()
    'time, summed over cases (days)'

    See Also
    --------
    charge_table : the table. plot_gap : where the time up to a fix went.
    """
    if not {"state", "time", "n", "n_cases", "as_of", "hold"} <= set(table.columns):
        raise ArgumentError("plot_charges draws what charge_table returns; pass that table, with all its columns")
    place = list(table.columns).index("state")
    names, n_states = [str(name) for name in table.columns[:place]], len(CHARGED_STATES)
    business = f"{BUSINESS}time" in table
    time = (
        table[f"{BUSINESS}time" if business else "time"].to_numpy(dtype="m8[us]").view(np.int64).reshape(-1, n_states)
    )
    if not len(time) or not time.any():
        return say_nothing(new_axes(ax, height=2), "Where the time went", "No case has any time to charge (n = 0).")
    what = "business time" if business else "time"
    if not names:
        return _draw_states(ax, table, time[0], what)
    return _draw_groups(ax, table, names, time, what)


def _draw_states(ax: Axes | None, table: pd.DataFrame, us: Any, what: str) -> Axes:
    ax = new_axes(ax, height=3.4)
    dress(ax, grid="x")
    codes = [CHARGED_STATES.index(state) for state in ORDER]
    total, unit = us[:SETTLED].sum(), sum_unit(us[:SETTLED].max())
    ends = []
    for row, code in enumerate(codes):
        said = f"{say_sum(us[code])}, {percent(us[code], total)}, {say_n(int(table['n_cases'].iloc[code]), 'case')}"
        ends.append(said if us[code] else "no time")
        ax.barh(row, us[code] / unit.us, height=0.68, label=f"_{ORDER[row]}", zorder=2, **bar_look(ORDER[row]))
        ax.annotate(
            ends[-1],
            (us[code] / unit.us, row),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
        )
    labels = name_rows(ax, [state.replace("_", " ") for state in ORDER])
    make_room(ax, us[codes] / unit.us, ends, unit, f"{what}, summed over cases", labels)
    n = int(table["n"].iloc[0])
    title = f"Where the {what} of {say_n(n, 'case')} went: {percent(us[CHARGED_STATES.index('false_done')], total)} false done"
    head(ax, title, f"{say_sum(total)}; {say_sum(us[SETTLED])} settled left out; {_grounds(table)}", labels=labels)
    return ax


def _draw_groups(ax: Axes | None, table: pd.DataFrame, names: list[str], time: Any, what: str) -> Axes:
    n_states = len(CHARGED_STATES)
    keys, n = table[names].iloc[::n_states], table["n"].to_numpy()[::n_states]
    total = time[:, :SETTLED].sum(axis=1, dtype=np.float64)
    order = np.argsort(-total, kind="stable")
    most = MOST_ROWS if ax is None else min(rows_that_fit(ax), 3 * MOST_ROWS)
    ax = new_axes(ax, height=height_of(min(len(order), most)))
    shown_rows, folded = (order, order[:0]) if len(order) <= most else (order[: most - 1], order[most - 1 :])
    labels_of = name_groups(keys)
    rows = [labels_of[k] for k in shown_rows.tolist()]
    bars = time[shown_rows]
    ends = [f"{say_sum(total[k])}, n = {n[k]:,}" for k in shown_rows.tolist()]
    if len(folded):
        rows.append(f"and {len(folded):,} more")
        # Without a bar, beside which the others could not be seen.
        bars = np.vstack([bars, np.zeros_like(time[:1])])
        rest = round(float(total[folded].sum()))
        ends.append(f"{say_sum(rest)}, {percent(rest, round(float(total.sum())))} of all")
    dress(ax, grid="x")
    parts = {state: bars[:, CHARGED_STATES.index(state)] for state in ORDER}
    labels = draw_stacks(ax, rows, parts, sum_unit(total.max()), ends, f"{what}, summed over cases")
    settled, false_done = (int(time[:, CHARGED_STATES.index(state)].sum()) for state in ("settled", "false_done"))
    title = f"Where the {what} went, by {', '.join(shown(name) for name in names)}: {percent(false_done, round(float(total.sum())))} false done"
    said = f"{say_sum(total.sum())} in {say_n(len(order), 'group')}; {say_sum(settled)} settled left out"
    used = [state for state in ORDER if parts[state].any()]
    head(ax, title, f"{said}; {_grounds(table)}", handles=part_handles(used), labels=labels)
    return ax


def _grounds(table: pd.DataFrame) -> str:
    row: Any = next(table.itertuples())
    return f"as of {row.as_of:%Y-%m-%d}; a fix must hold for {row.hold / pd.Timedelta(days=1):g} days"
