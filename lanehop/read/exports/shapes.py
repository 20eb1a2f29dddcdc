"""Shapes: what an export holds where the API gives lists of objects and numbers, told where it is something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lanehop.errors import SourceError

_MOST_DIGITS = 18
"""All numbers of so many digits fit into 64 bits."""


def objects(value: Any, what: str) -> Sequence[Mapping[str, Any]]:
    """Return a list of objects; none where there is nothing.

    Raises
    ------
    SourceError
        If it is something else.
    """
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        raise SourceError(f"{what} should be a list and is {str(value)[:60]!r}; pass the export as the API gives it")
    wrong = [x for x in value if not isinstance(x, Mapping)]
    if wrong:
        raise SourceError(
            f"{what} should be objects, and one is {str(wrong[0])[:60]!r}; pass the export as the API gives it"
        )
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object; an empty one where there is anything else."""
    return value if isinstance(value, Mapping) else {}


def order_of(number: str | None) -> int | None:
    """Return the number that an id is, by which saves can be ordered; None where it is none."""
    if number is None or not (number.isascii() and number.isdigit()) or len(number) > _MOST_DIGITS:
        return None
    return int(number)
