"""Visits: what the journeys of all problems are made of, one entry per stop of a problem at a department."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lanehop.samples.hours import Seconds

NEVER = 1 << 61
"""The instant of what never happens: after the end of every log."""

OPENED, MOVED, REOPENED = range(3)
"""How a visit begins: with a new ticket, with a reassignment, with the reopening of the ticket."""

ENDINGS = (
    "moved",
    "not_my_lane",
    "false_claim",
    "under_target",
    "silence",
    "dropped_out",
    "duplicate",
    "fixed",
)
"""How a visit ends. All but the first are closures; only the last is a fix."""

PASSED_ON, NOT_MY_LANE, FALSE_CLAIM, UNDER_TARGET, SILENCE, DROPPED_OUT, DUPLICATE, FIX = range(8)

NOBODY, CUSTOMER, VENDOR = range(3)
"""Whom the desk waits for in the middle of a visit."""

AUTO_CLOSE = 5 * 86_400
"""Seconds from resolved to closed."""


@dataclass(frozen=True)
class Visits:
    """One entry per visit in every array. Instants that never come are ``NEVER``."""

    problem: NDArray[np.int32]
    step: NDArray[np.int32]
    """Number of the visit in the journey of its problem; -1 for the visit of a parallel ticket."""
    ordinal: NDArray[np.int32]
    """Number of its ticket in the journey; -1 for a parallel ticket."""
    department: NDArray[np.int8]
    began: NDArray[np.int8]
    entered: Seconds
    bot_at: Seconds
    bot_answered: Seconds
    taken: Seconds
    asked: Seconds
    asked_whom: NDArray[np.int8]
    answered: Seconds
    ended: Seconds
    ending: NDArray[np.int8]
    heads_for: NDArray[np.int8]
    """Department that the problem is sent to; -1 if none."""
    thrown: NDArray[np.bool_]
    """Whether it was sent there because the two throw work back and forth."""
    by_rule: NDArray[np.bool_]
    """Whether a rule, and no agent, closes the ticket of a silent customer."""
    returns: Seconds
    """When the customer comes back after a closure without a fix."""

    def __len__(self) -> int:
        return len(self.problem)

    def at(self, which: NDArray[np.bool_] | NDArray[np.signedinteger]) -> Visits:
        """Return these visits."""
        return Visits(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


def join(parts: list[Visits]) -> Visits:
    """Return all visits, by problem and step; that to a parallel ticket comes first."""
    whole = Visits(**{f.name: np.concatenate([getattr(x, f.name) for x in parts]) for f in fields(Visits)})
    return whole.at(np.lexsort((whole.step, whole.problem)))
