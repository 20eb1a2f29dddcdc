"""Independent streams of chance: one for each aspect and step, so that one knob leaves the others alone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Dice:
    """Chance for ``n`` problems. A draw depends on the seed, the aspect, the step and the problem only.

    Every draw is made for all problems, and those that are asked for are picked out of it. So a
    problem meets the same luck at its third step whether or not its neighbours got there.
    """

    seed: int
    n: int

    def uniform(self, aspect: str, step: int = 0, problem: NDArray[np.int32] | None = None) -> NDArray[np.float64]:
        """Draw from ``[0, 1)`` for all problems, or for those given."""
        drawn = self._stream(aspect, step).random(self.n)
        return drawn if problem is None else drawn[problem]

    def lognormal(
        self, aspect: str, sigma: float, step: int = 0, problem: NDArray[np.int32] | None = None
    ) -> NDArray[np.float64]:
        """Draw factors of median 1, whose logarithm has the standard deviation ``sigma``."""
        drawn = self._stream(aspect, step).standard_normal(self.n)
        return np.exp(sigma * (drawn if problem is None else drawn[problem]))

    def uniform_at(self, aspect: str, step: NDArray[np.int32], problem: NDArray[np.int32]) -> NDArray[np.float64]:
        """Draw from ``[0, 1)`` for each pair of a step and a problem."""
        drawn = np.empty(len(step))
        for one in np.unique(step):
            here = step == one
            drawn[here] = self.uniform(aspect, int(one), problem[here])
        return drawn

    def _stream(self, aspect: str, step: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(aspect.encode()), step])
