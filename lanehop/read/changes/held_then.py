"""What a field of some tickets held at some time, and other things that stand beside the changes of an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["held_then", "instants", "named"]


def held_then(
    changes: pa.Table,
    records: pa.Table | None,
    field: str,
    at: Sequence[tuple[str | None, str | None, int]],
) -> list[str | None]:
    """Return what a field of some tickets held right after some saves.

    Parameters
    ----------
    changes, records : pyarrow.Table
        As in ``History``.
    at : list of (ticket, time, save)
        The tickets and saves asked for.

    Notes
    -----
    - Before its first change a field held what that change replaced, if that is said; a field that never changes holds
      what the record says.
    """
    asked = pd.DataFrame(at, columns=["ticket", "time", "save"]).assign(asks=np.arange(len(at)))
    tickets = pa.array(sorted({ticket for ticket, _, _ in at if ticket is not None}), pa.string())
    said = changes.filter(pc.equal(changes["field"].cast(pa.string()), field))
    said = said.filter(pc.is_in(said["ticket"].cast(pa.string()), value_set=tickets))
    changed = said.select(["ticket", "time", "save", "old", "new", "knows_old"]).to_pandas().astype("object")
    both = pd.concat([changed.assign(asks=-1).astype("object"), asked.astype("object")], ignore_index=True)
    both["at"] = instants(both["time"])
    both["asked"] = both["asks"].to_numpy(dtype=np.int64) >= 0
    both = both.sort_values(["ticket", "at", "save", "asked"], kind="stable", ignore_index=True)

    n = len(both)
    ticket, is_asked = both["ticket"].to_numpy(), both["asked"].to_numpy(dtype=np.bool_)
    last = np.maximum.accumulate(np.where(is_asked, -1, np.arange(n)))
    following = np.minimum.accumulate(np.where(is_asked, n, np.arange(n))[::-1])[::-1]
    after = (last >= 0) & (ticket[last] == ticket)
    following = np.minimum(following, n - 1)
    before = ~is_asked[following] & (ticket[following] == ticket)
    old, new = both["old"].where(both["knows_old"].eq(True), None).to_numpy(), both["new"].to_numpy()
    held = np.full(n, None, dtype=object)
    held[after], held[before & ~after] = new[last][after], old[following][before & ~after]
    untold = ~after & ~before
    if records is not None and field in records.column_names and untold.any():
        known = records.filter(pc.is_in(records["ticket"].cast(pa.string()), value_set=tickets))
        now = dict(zip(*(known[c].cast(pa.string()).to_pylist() for c in ("ticket", field)), strict=True))
        held[untold] = [now.get(t) for t in ticket[untold]]
    order = np.argsort(both["asks"].to_numpy(dtype=np.int64)[is_asked])
    return [value if isinstance(value, str) else None for value in held[is_asked][order]]


def named(ids: pd.Series[str], names: Mapping[str, str]) -> pd.Series[str]:
    """Return the names of ids; an id without a name stays as it is."""
    return ids.map(lambda i: names.get(i, i), na_action="ignore").astype("str")


def instants(times: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Return times in ISO 8601 as instants; what is none is missing."""
    return pd.to_datetime(times, utc=True, format="ISO8601", errors="coerce").astype("datetime64[us, UTC]")
