"""The range of times, and the types that they are read with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SECOND = 1_000_000
DAY = 86_400 * SECOND
EARLIEST = 365 * DAY
"""1971-01-01. A year after 1970, so that a zero is a placeholder in every zone."""
END = 47_482 * DAY
"""2100-01-01."""
BLOCK = 1 << 17
"""Rows worked on at a time, so that what lies in between stays small."""
