"""ServiceNow saves: which rows of an audit are one save, and what a save says twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.read.changes.renamed import renamed
from lanehop.read.exports.servicenow.values import as_instant

_APART = 2_000_000
"""Microseconds between rows of one checkpoint beyond which they are two saves."""

Codes = npt.NDArray[np.int64]


def at_one_time(changes: pa.Table) -> pa.Table:
    """Return the changes with all of one save at its first time: its rows may be written in two seconds.

    A save is a checkpoint of a ticket (``save``; 0 is none). Rows of one number that stand further apart are not one.
    """
    save = changes["save"].to_numpy()
    numbered = np.flatnonzero((save > 0) & pc.is_valid(changes["time"]).to_numpy())
    times, clock = _coded(changes["time"].take(pa.array(numbered)))
    ticket, _ = _coded(changes["ticket"].take(pa.array(numbered)))
    order = np.lexsort((times, save[numbered], ticket))
    together = _same(order, ticket, save[numbered])
    differ = together & (times[order][1:] != times[order][:-1])
    if not differ.any():
        return changes
    us = np.array([_microseconds(text, code) for code, text in enumerate(clock)], dtype=np.int64)
    order = np.lexsort((us[times], save[numbered], ticket))
    joined = _same(order, ticket, save[numbered]) & (np.diff(us[times[order]]) <= _APART)
    first = np.maximum.accumulate(np.where(np.append(True, ~joined), np.arange(len(order)), 0))
    made = np.empty(len(order), dtype=np.int64)
    made[order] = times[order[first]]
    codes, texts = _coded(changes["time"])
    # Both lists of times are the same texts, those of all rows and those of numbered saves.
    place = pd.Index(texts).get_indexer(pd.Index(clock))
    codes[numbered] = place[made]
    column = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=codes < 0), pa.array(texts, pa.string()))
    return changes.set_column(changes.column_names.index("time"), "time", column.cast(changes["time"].type))


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


def _coded(column: pa.ChunkedArray) -> tuple[Codes, list[str]]:
    """Return a column of texts as codes, -1 where there is none, and the texts."""
    codes, texts = pd.factorize(column.cast(pa.string()).to_pandas())
    return codes.astype(np.int64), texts.tolist()


def _same(order: Codes, ticket: Codes, save: Codes) -> npt.NDArray[np.bool_]:
    """Whether each change but the first is of the same ticket and save as the one before it."""
    a, b = order[1:], order[:-1]
    return np.asarray((ticket[a] == ticket[b]) & (save[a] == save[b]))


def _microseconds(text: str, code: int) -> int:
    """Return when a time is, counted from 1970; what is no time is far from everything."""
    at = as_instant(text.removesuffix("Z") + "Z")
    return round(at.timestamp()) * 1_000_000 if at is not None else -(code + 1) * 10 * _APART - 10**17
