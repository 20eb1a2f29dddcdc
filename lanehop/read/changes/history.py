"""History: what a helpdesk's own export says has changed, before its changes are made into events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from lanehop.read.rows import Note, aside

CHANGES = pa.schema(
    {
        "ticket": pa.string(),
        "time": pa.string(),
        "save": pa.int64(),
        "field": pa.string(),
        "old": pa.string(),
        "new": pa.string(),
        "knows_old": pa.bool_(),
        "actor": pa.string(),
        "mark": pa.string(),
        "row": pa.int64(),
    }
)
"""One row per field that a save changed, in any order; within a save in the order in which they hold.

Texts may stand in dictionaries. ``ticket``: its id. ``time``: as the source writes it (or a timestamp). ``save``:
equal for all that one save changed, and ascending where saves of a ticket stand in the same second. ``field``: the
source's own name of what changed; a save that changed no field worth naming, such as a comment, still has one row.
``old``, ``new``: ids or labels as the source has them, null for empty, and null for all fields that the dialect does
not read. ``knows_old``: whether the source says the old value at all. ``actor``: who saved, null for nobody.
``mark``: one of ``states.MARKS``, null for none. ``row``: number of the source record that says so, counted over all
pages.
"""

FIXED = ("ticket", "time", "actor", "activity", "opened_at")
"""Columns that every table of events has which is made of changes; a field of such a name cannot be read."""


@dataclass(frozen=True)
class History:
    """All that an export says, in one common form.

    Attributes
    ----------
    kind : str
        What the source was taken for, in words: "Zendesk ticket audits".
    changes : pyarrow.Table
        As in ``CHANGES``.
    records : pyarrow.Table or None
        One row per ticket as it stands now: ``ticket``, ``row``, ``opened_at`` (as the source writes it, or a timestamp;
        null where it does not), ``truncated`` (bool, optional: the history is known to miss its oldest changes), and
        one column of text per field, under the names that ``changes.field`` uses; a field without a column is not
        known, a null in it is an empty field.
    n_read : int
        Source records read, over all pages.
    set_aside : pandas.DataFrame
        Records that are not used, as ``rows.aside`` makes them.
    noted : list of Note
        What is worth telling and loses nothing.
    names : mapping of field to mapping of id to name
        For fields that hold ids; ``actor`` is a field here. An id without a name stays as it is.
    links, surveys, messages : pandas.DataFrame or None
        As ``attach_links`` takes them; as in ``schema.describe("surveys")`` and ``("messages")``, where a column that
        is not there is missing throughout. Departments and people stand by their names already.
    fields : set of str
        Fields that such an export has, whether or not this one happens to name them. Any other field that the dialect
        names and the export does not is an error.
    says_creation : bool
        Whether the history of a ticket begins with its creation, so that one that begins otherwise is cut off.
    """

    kind: str
    changes: pa.Table
    records: pa.Table | None
    n_read: int
    set_aside: pd.DataFrame = field(default_factory=aside)
    noted: list[Note] = field(default_factory=list)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    links: pd.DataFrame | None = None
    surveys: pd.DataFrame | None = None
    messages: pd.DataFrame | None = None
    fields: frozenset[str] = frozenset()
    says_creation: bool = False
