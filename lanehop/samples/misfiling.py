"""Bursts of wrong codes: a department that for three days files what comes to it under the wrong heading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lanehop.samples.desk import Desk
from lanehop.samples.dice import Dice
from lanehop.samples.hours import Hours
from lanehop.samples.problems import Problems
from lanehop.samples.tickets import Tickets
from lanehop.samples.visits import FIX, Visits

BURST = 3 * 86_400
"""Length of a burst, in seconds."""

MISFILED = 0.8
"""Share of tickets and of fixes that a burst files under the wrong code."""


@dataclass(frozen=True)
class Misfiling:
    """What is filed under which code, rightly or wrongly."""

    department: NDArray[np.int8]
    begin: NDArray[np.int64]
    category: NDArray[np.int8]
    """One entry per burst: where, when, and the wrong category that it uses."""
    filed: NDArray[np.int8]
    """The category of each ticket, as filed."""
    burst: NDArray[np.int32]
    """The burst that misfiled each ticket; -1 if none did."""
    wrong_fix: NDArray[np.int32]
    """The burst that put the wrong resolution code on the fix of each visit; -1 if none did."""


def misfile(desk: Desk, hours: Hours, dice: Dice, problems: Problems, visits: Visits, tickets: Tickets) -> Misfiling:
    """File all tickets, some under the wrong code."""
    n, n_departments = desk.wrong_code_burst, len(desk.departments)
    where, when, what = np.random.default_rng([dice.seed, 1, n]).random((3, n))
    department = (where * n_departments).astype(np.int8)
    begin = hours.first + (when * max(0, hours.last - hours.first - BURST)).astype(np.int64)
    category = (what * (n_departments - 1)).astype(np.int8)
    category = (category + (category >= department)).astype(np.int8)

    right = problems.category[tickets.problem]
    chance = dice.uniform_at("misfiled", tickets.ordinal + 1, tickets.problem)
    wrong_fix = dice.uniform_at("wrong code", visits.step + 1, visits.problem)
    burst = np.full(len(tickets), -1, dtype=np.int32)
    fix_burst = np.full(len(visits), -1, dtype=np.int32)
    for b in range(n):
        within = (tickets.department == department[b]) & _during(tickets.opened, begin[b])
        burst[within & (chance < MISFILED) & (right != category[b])] = b
        within = (visits.department == department[b]) & _during(visits.ended, begin[b])
        fix_burst[within & (visits.ending == FIX) & (wrong_fix < MISFILED)] = b
    filed = right.copy()
    filed[burst >= 0] = category[burst[burst >= 0]]
    return Misfiling(department, begin, category, filed, burst, fix_burst)


def _during(at: NDArray[np.int64], begin: np.int64) -> NDArray[np.bool_]:
    return (at >= begin) & (at < begin + BURST)
