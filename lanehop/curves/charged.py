"""Charged: to which states the minutes of groups of cases, or of departments, went."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.curves.grounds import GROUNDS, count_grounds, share
from lanehop.curves.groups import By, group_rows, read_by, rows_of, totals
from lanehop.lanes import Lanes
from lanehop.schema import BUSINESS
from lanehop.states import CHARGED_STATES, SETTLED

__all__ = ["charge_table"]

TABLE = ("state", "time", "business_time", "share", "business_share", "n_cases", "n")


def charge_table(lanes: Lanes, *, by: By = None) -> pd.DataFrame:
    """Sum up to which states the minutes of all cases went.

    Parameters
    ----------
    by : name or list of names
        ``department``: the one that each minute is charged to. Any other: a column of ``lanes.cases``. Missing
        values are a group. None: all together.

    Returns
    -------
    DataFrame
        Behind the columns of ``by``, each group with all states:

        state : category
            ``queued, working, waiting_customer, waiting_other, open, false_done, settled``.
        time : timedelta64[us]
            Summed over the cases.
        business_time : timedelta64[us]
            The same in business time; only with a calendar.
        share, business_share : float64 or NA
            Of all time of the group but ``settled``, and of all its business time; NA for ``settled``, and where
            there is no other.
        n_cases : int32
            Cases of the group with time in that state.
        n : int32
            Cases of the group; by ``department``: cases with time charged to it.

        Then ``as_of, hold, n_claims, share_unproven, n_reopened, share_reopened_late`` as in
        :func:`close_curve`; by ``department`` they are of the closures that it declared.

    Raises
    ------
    ArgumentError
        If ``by`` names no such column, or one that the result has itself; if a sum of times is longer than a
        timedelta can be.

    Notes
    -----
    - Of all cases, finished or not: what a case has cost up to ``as_of``, or to its end.
    - ``false_done`` rests on verdicts up to ``as_of``: time done in an episode still unproven is ``settled``.
    - Business time is that of the departments that the cases were in, whoever it is charged to.
    - ``settled`` is left out of shares, as an auto-close timer of five days can be half of all minutes.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> table = charge_table(lanes, by="department")
    >>> bool(table.time.sum() == lanes.charges.time.sum())
    True

    See Also
    --------
    charge_time : the step before. compare_clocks : where the time up to a fix went. plot_charges : the picture.
    """
    cases, charges, closures = lanes._cases, lanes._charges, lanes._closures
    names = read_by(by, ["department", *cases.columns], (*TABLE, *GROUNDS))
    by_department = "department" in names
    charged, closed = rows_of(charges["case"], cases), rows_of(closures["case"], cases)
    # One grouping of all rows, so that a group is one wherever it stands.
    of_cases = cases[[name for name in names if name != "department"]]
    keys = [of_cases.iloc[charged], of_cases.iloc[closed], of_cases]
    if by_department:
        keys = [
            keys[0].assign(department=charges["department"].array),
            keys[1].assign(department=closures["department"].array),
        ]
    groups = group_rows(pd.concat(keys, ignore_index=True), names)
    of_charges, of_closures, of_units = np.split(groups.codes, np.cumsum([len(charges), len(closures)]))
    n_groups, n_states = len(groups), len(CHARGED_STATES)
    if by_department:
        of_units = np.unique(of_charges * np.int64(len(cases) + 1) + charged) // (len(cases) + 1)

    cell = of_charges * n_states + charges["state"].cat.codes.to_numpy()
    pair = np.unique(cell * np.int64(len(cases) + 1) + charged) // (len(cases) + 1)
    group, state = (x.ravel() for x in np.indices((n_groups, n_states)))
    times, shares = {}, {}
    for prefix in ("",) if lanes.calendar is None else ("", BUSINESS):
        time = totals(charges[f"{prefix}time"].to_numpy().view(np.int64), cell, n_groups * n_states)
        but_settled = time.reshape(-1, n_states)[:, :SETTLED].sum(axis=1, dtype=np.float64)
        times[f"{prefix}time"] = columns.length(time)
        shares[f"{prefix}share"] = np.where(state == SETTLED, np.nan, share(time, but_settled[group]))
    sums = {
        "state": columns.word(state.astype(np.int8), CHARGED_STATES),
        **times,
        **shares,
        "n_cases": columns.count(np.bincount(pair, minlength=n_groups * n_states)),
        "n": columns.count(np.bincount(of_units, minlength=n_groups)[group]),
    }
    grounds = pd.DataFrame(count_grounds(lanes, of_closures, n_groups)).iloc[group]
    return groups.label(group, {**sums, **{name: grounds[name].array for name in GROUNDS}})
