"""Every error and warning that lanehop raises.

::

    LanehopError
    ├── SourceError            the source is not what it should be: missing, cut off, HTML, a directory
    ├── SchemaError            a table lacks what it must have
    │   └── NoHistoryError     a list of tickets, one row each, where a history of events is needed
    ├── DialectError           a dialect contradicts itself, or does not fit the source
    ├── RowLossError           more rows cannot be used than ``max_loss`` allows
    └── ArgumentError          an argument cannot be meant (also a ValueError)

    LanehopWarning
    ├── GuessWarning           something had to be assumed; the argument that settles it is named
    ├── UnmappedWarning        labels that the dialect does not know; the state carried on
    ├── ClaimWarning           fewer than half of the done tickets hold a claim that they were fixed
    ├── UnprovenWarning        over half of the claims of a fix could not be watched for ``hold``
    └── SelectionWarning       the log looks as if only what was closed had been taken into it

A message says what, how many, the first example and the argument that fixes it.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

__all__ = [
    "ArgumentError",
    "ClaimWarning",
    "DialectError",
    "GuessWarning",
    "LanehopError",
    "LanehopWarning",
    "NoHistoryError",
    "RowLossError",
    "SchemaError",
    "SelectionWarning",
    "SourceError",
    "UnmappedWarning",
    "UnprovenWarning",
]


class LanehopError(Exception):
    """Any error that lanehop raises on purpose."""


class SourceError(LanehopError):
    """The source cannot be read as what it should be."""


class SchemaError(LanehopError):
    """A table lacks what it must have; the message lists all failures at once."""


class NoHistoryError(SchemaError):
    """The source lists tickets, one row each; chains need their history."""


class DialectError(LanehopError):
    """A dialect contradicts itself, or does not fit the source."""


class RowLossError(LanehopError):
    """More rows cannot be used than ``max_loss`` allows."""


class ArgumentError(LanehopError, ValueError):
    """An argument cannot be meant as it stands."""


class LanehopWarning(UserWarning):
    """Any warning that lanehop gives."""


class GuessWarning(LanehopWarning):
    """Something had to be assumed; the message names the argument that settles it."""


class UnmappedWarning(LanehopWarning):
    """Labels that the dialect does not know; they changed no state."""


class ClaimWarning(LanehopWarning):
    """Fewer than half of the done tickets hold a claim that they were fixed."""


class UnprovenWarning(LanehopWarning):
    """Over half of the claims of a fix could not be watched for ``hold``; shares of fixes say little."""


class SelectionWarning(LanehopWarning):
    """The log looks selected by closing: "still open" says nothing in it."""


_PACKAGE = str(Path(__file__).parent)


def warn(message: str, category: type[LanehopWarning]) -> None:
    """Warn so that the warning points at the first caller outside of lanehop: the user's own line."""
    level, frame = 1, sys._getframe(0)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level += 1
        frame = frame.f_back  # type: ignore[assignment]
    warnings.warn(message, category, stacklevel=level)
