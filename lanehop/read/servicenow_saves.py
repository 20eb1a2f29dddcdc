"""ServiceNow saves: which rows of an audit are one save, and what a save says twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.read.renamed import renamed
from lanehop.read.servicenow_values import as_instant
from lanehop.read.shapes import order_of

_APART = timedelta(seconds=2)
"""How far apart the rows of one save may be written."""


@dataclass
class _Save:
    number: int
    time: str | None
    rows: list[int] = field(default_factory=list)


class Saves:
    """The saves of an audit: rows of one checkpoint, which may be written in two seconds, of which the first counts."""

    def __init__(self) -> None:
        self._last: dict[str | None, _Save] = {}
        self._earlier: dict[int, str] = {}
        """Times of rows of a save of which an earlier row was read later."""

    def of(self, ticket: str | None, checkpoint: str | None, time: str | None, row: int) -> tuple[int, str | None]:
        """Return the number and the time of the save of a row; 0 where no checkpoint says it."""
        number = order_of(checkpoint)
        if number is None:
            return 0, time
        last = self._last.get(ticket)
        if last is None or last.number != number or not _close(last.time, time):
            last = self._last[ticket] = _Save(number, time)
        elif time is not None and last.time is not None and time < last.time:
            # The newest stands first: what was read of this save is to have the earlier time, too.
            self._earlier |= dict.fromkeys(last.rows, time)
            last.time = time
        last.rows.append(row)
        return number, last.time

    def put_right(self, changes: pa.Table) -> pa.Table:
        """Return the changes, all of one save at its time."""
        if not self._earlier:
            return changes
        row = changes["row"].to_numpy()
        at = np.isin(row, np.fromiter(self._earlier, dtype=np.int64))
        column = changes["time"].cast(pa.string()).combine_chunks()
        times = pa.array([self._earlier[x] for x in row[at].tolist()], pa.string())
        texts = pc.replace_with_mask(column, pa.array(at), times).dictionary_encode()
        return changes.set_column(changes.column_names.index("time"), "time", texts.cast(changes["time"].type))


def _close(one: str | None, other: str | None) -> bool:
    """Whether two times are so close that the rows of one save may have them."""
    if one == other:
        return True
    a, b = (as_instant((x or "").removesuffix("Z") + "Z") for x in (one, other))
    return a is not None and b is not None and abs(a - b) <= _APART


def one_state(changes: pa.Table) -> tuple[pa.Table, int]:
    """Return the changes with ``incident_state`` as ``state``, and how many rows say again what it says."""
    at = np.flatnonzero(pc.is_in(changes["field"].cast(pa.string()), value_set=pa.array(["state", "incident_state"])))
    name = changes["field"].take(pa.array(at)).cast(pa.string()).to_numpy(zero_copy_only=False)
    if not (name == "incident_state").any():
        return changes, 0
    taken = changes.select(["ticket", "time", "save"]).take(pa.array(at))
    keys = pd.MultiIndex.from_arrays([pd.factorize(taken[x].to_pandas())[0] for x in taken.column_names])
    driving = name == "incident_state"
    again = ~driving & keys.isin(keys[driving])
    keep = np.ones(changes.num_rows, dtype=bool)
    keep[at[again]] = False
    fields = renamed(changes["field"], lambda x: "state" if x == "incident_state" else x)
    changes = changes.set_column(changes.column_names.index("field"), "field", fields)
    return changes.filter(pa.array(keep)), int(again.sum())
