"""Section: what a part of the report consists of, before any of it is HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Tone = Literal["plain", "bad", "good", "dashboard", "customer"]


@dataclass(frozen=True)
class Number:
    """A number that stands out, with what it is of; ``n`` is never empty."""

    label: str
    value: str
    n: str
    meaning: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Numbers:
    """Numbers side by side."""

    items: tuple[Number, ...]


@dataclass(frozen=True)
class Table:
    """A table that can be sorted, filtered and downloaded as CSV.

    ``frame`` holds the rows that are shown; ``n_rows`` is how many there are in all, so that a table which was cut says
    so. ``meanings``: what a column means, by its name. ``name`` is that of the file it is saved as.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    n_rows: int
    meanings: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    whole: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture, drawn into a figure of a size in inches, and how it is to be understood.

    What an earlier picture of the same kind has said can be left empty: ``how_to_read`` and ``cannot_show``.
    """

    draw: Callable[[Figure], object]
    title: str
    alt: str
    shows: str
    how_to_read: str
    cannot_show: str
    size: tuple[float, float] = (9.0, 4.5)


@dataclass(frozen=True)
class Text:
    """Paragraphs."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Plain:
    """Text of which the line breaks count, such as a case told event by event, folded under a title."""

    title: str
    text: str
    is_open: bool = False


@dataclass(frozen=True)
class Definitions:
    """Words and what they mean."""

    items: tuple[tuple[str, str], ...]


Block = Numbers | Table | Picture | Text | Plain | Definitions


@dataclass(frozen=True)
class Section:
    """A part of the report under a title; ``lead`` says in a sentence or two what it comes to."""

    key: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
