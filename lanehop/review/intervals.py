"""Intervals: how far a share may be off that rests on few."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from lanehop.clocks.censoring import Floats
from lanehop.errors import ArgumentError

LEVEL = 0.95
"""Confidence level of all intervals here, unless told."""

SMALL = 30
"""Under this number a share is marked as resting on few, and not ranked."""


def wilson(k: npt.ArrayLike, n: npt.ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Give Wilson's score interval of each of many shares ``k / n``.

    Parameters
    ----------
    k : int
        How many of ``n`` have it: 0 to ``n``.
    n : int
        Of how many; the interval is NaN where this is 0.
    level : float
        Between 0 and 1: how often such an interval holds the true share.

    Returns
    -------
    low, high : float64
        Always within 0 and 1, ``low <= k / n <= high``.

    Raises
    ------
    ArgumentError
        If ``level`` does not lie between 0 and 1, or some ``k`` not between 0 and its ``n``.

    Notes
    -----
    - Wilson (1927), without continuity correction. It stays within 0 and 1 and has a width where ``k`` is 0
      or ``n``, where the textbook's (Wald's) interval says that three of three are certainly all.
    - It takes the ``n`` for independent draws: it tells of chance, never of a bias of the log.

    Examples
    --------
    >>> from lanehop.review.intervals import wilson
    >>> low, high = wilson([0, 5, 0], [3, 10, 0])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.237, nan], [0.561, 0.763, nan])
    """
    if not 0 < level < 1:
        raise ArgumentError(f"level must lie between 0 and 1, not {level!r}")
    part, of = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if ((part < 0) | (part > of)).any():
        raise ArgumentError("k must lie between 0 and n")
    z2 = NormalDist().inv_cdf(0.5 + level / 2) ** 2
    some = of > 0
    whole = np.where(some, of, 1.0)
    middle = part + z2 / 2
    spread = np.sqrt(z2 * (part * (whole - part) / whole + z2 / 4))
    # At the ends rounding must not leave a limit beside 0 or 1, or beside the share itself.
    low = np.where(part == 0, 0.0, (middle - spread) / (whole + z2))
    high = np.where(part == of, 1.0, (middle + spread) / (whole + z2))
    return np.where(some, low, np.nan), np.where(some, high, np.nan)
