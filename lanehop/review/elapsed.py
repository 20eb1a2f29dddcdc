"""Elapsed: how long cases lived, waited and stayed, on the calendar or in business time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Instants
from lanehop.curves.groups import rows_of
from lanehop.curves.spans import first_stays, read_instants, within_stays
from lanehop.lanes import Lanes
from lanehop.schema import BUSINESS
from lanehop.states import SETTLED


def clocks(lanes: Lanes) -> tuple[str, ...]:
    """Return with what the names of lengths begin: nothing, and ``business_`` where there are opening hours."""
    return ("",) if lanes.calendar is None else ("", BUSINESS)


def case_rows(table: pd.DataFrame, cases: pd.DataFrame) -> Instants:
    """Return the row in ``cases`` of each row of a table in which each case stands in one run."""
    case = pa.array(table["case"])
    new = np.ones(len(case), dtype=bool)
    # To compare neighbours and look up one of each run is faster than to look all up.
    new[1:] = np.asarray(pc.not_equal(case[1:], case[:-1]))
    return rows_of(table["case"][new], cases)[np.cumsum(new) - 1]


def stays_until(lanes: Lanes, until: Instants, clock: str) -> Instants:
    """Return how long each stay lasted up to an instant of its case."""
    limit = np.repeat(until, np.diff(first_stays(lanes)))
    entered, left = (read_instants(lanes._stays[name]) for name in ("entered_at", "left_at"))
    return within_stays(lanes, np.minimum(entered, limit), np.minimum(left, limit), clock)


def unserved_until(lanes: Lanes) -> Instants:
    """Return until when each case went without a fix.

    Its real fix; else, where it stands done with a claim not yet proven or was withdrawn, when it was last declared
    done; else the end of its life.
    """
    cases = lanes._cases
    fixed, done, ended = (read_instants(cases[name]) for name in ("fixed_at", "done_at", "ended_at"))
    settled = cases["outcome"].isin(["unproven", "withdrawn"]).to_numpy()
    return np.select([cases["fix_observed"].to_numpy(), settled], [fixed, done], ended)


def waited(lanes: Lanes, clock: str) -> Instants:
    """Return how long each case was open, or done falsely: all of its life but the settled part."""
    charges = lanes._charges
    counts = charges["state"].cat.codes.to_numpy() < SETTLED
    return _per_case(lanes, charges[counts], clock)


def lives(lanes: Lanes, clock: str) -> Instants:
    """Return how long each case has lived."""
    return _per_case(lanes, lanes._charges, clock)


def _per_case(lanes: Lanes, charges: pd.DataFrame, clock: str) -> Instants:
    sums = np.zeros(len(lanes._cases), dtype=np.int64)
    np.add.at(sums, case_rows(charges, lanes._cases), charges[f"{clock}time"].to_numpy().view(np.int64))
    return sums
