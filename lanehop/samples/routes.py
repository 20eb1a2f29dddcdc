"""Where a problem is sent next: to the right lane, to a wrong one, or back to where it came from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lanehop.samples.desk import Desk
from lanehop.samples.dice import Dice
from lanehop.samples.problems import Problems


class Routes:
    """The signposts of a desk.

    A department that is half of a pair throws what it holds to the other half, with the pair's
    chance: if the work is not its own, from wherever it came; if it is its own, only what the other
    half sent. All else is sent to the right lane with the chance ``route_right``, or else to a wrong
    one, but never to the department that it has just come from. So without pairs no A-B-A occurs.
    """

    def __init__(self, desk: Desk, dice: Dice, problems: Problems) -> None:
        self._desk, self._dice, self._problems = desk, dice, problems
        n = len(desk.departments)
        self._partner = np.full(n, -1, dtype=np.int8)
        self._chance = np.zeros(n)
        for (a, b), chance in desk.pairs.items():
            self._partner[[a, b]] = b, a
            self._chance[[a, b]] = chance

    def next(
        self, who: NDArray[np.int32], at: NDArray[np.int8], before: NDArray[np.int8], step: int
    ) -> tuple[NDArray[np.int8], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return for each problem where it goes, whether it is thrown there, and whether it is in its lane."""
        right = self._problems.right[who]
        is_right, partner = at == right, self._partner[at]
        thrown = self._dice.uniform("thrown", step, who) < self._chance[at]
        thrown &= ~is_right | ((before == partner) & (partner >= 0))
        knows = self._dice.uniform("routed right", step, who) < self._desk.route_right
        knows &= (right != before) & ~is_right
        wrong = self._wrong(right, at, before, self._dice.uniform("wrong lane", step, who))
        goes = np.where(thrown, partner, np.where(knows | (wrong < 0), right, wrong))
        return goes.astype(np.int8), thrown, is_right

    def _wrong(
        self,
        right: NDArray[np.int8],
        at: NDArray[np.int8],
        before: NDArray[np.int8],
        uniform: NDArray[np.float64],
    ) -> NDArray[np.int8]:
        """Choose evenly among the departments that are neither right, nor here, nor just left; -1 if none is."""
        numbers = np.arange(len(self._desk.departments), dtype=np.int8)
        free = (numbers != right[:, None]) & (numbers != at[:, None]) & (numbers != before[:, None])
        rank = np.cumsum(free, axis=1, dtype=np.int8)
        n_free = rank[:, -1]
        chosen = np.argmax(rank > (uniform * n_free).astype(np.int8)[:, None], axis=1)
        return np.where(n_free > 0, chosen, -1).astype(np.int8)
