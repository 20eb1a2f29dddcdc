"""Links between the tickets of a log: the problem goes on from the one in the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop import columns
from lanehop.columns import STR, Instants
from lanehop.episodes import held
from lanehop.errors import SchemaError
from lanehop.log import CodedEvents, TicketLog
from lanehop.states import LINK_KINDS

__all__ = ["attach_links"]


def attach_links(log: TicketLog, *, links: pd.DataFrame) -> TicketLog:
    """Return the log with these links between its tickets, in place of those that it had.

    Parameters
    ----------
    links : DataFrame
        ``from_ticket`` and ``to_ticket``: the problem goes on from the one in the other. ``kind``:
        ``follow_up``, ``transferred``, ``merged_into``, ``duplicate_of``, ``parent`` or ``problem``. If there:
        ``rule`` (text, which rule of which source made it), ``at`` (time with a zone), ``gap``.

    Returns
    -------
    TicketLog
        With ``links`` as in ``schema.describe("links")``, none of them used yet.

    Raises
    ------
    SchemaError
        If a column or an id is missing, or a kind is unknown.

    Notes
    -----
    - Links to tickets that are not in the log are kept.
    - A ticket that was merged into an older one is ``withdrawn`` at its last closure, stitched or not.

    Examples
    --------
    >>> import pandas as pd, lanehop as lh
    >>> log = lh.sample_log()
    >>> mine = pd.DataFrame({"from_ticket": ["OLT-0001"], "to_ticket": ["OLT-0002"], "kind": ["follow_up"]})
    >>> int(lh.stitch(lh.attach_links(log, links=mine)).links.used.sum())
    1

    See Also
    --------
    stitch : the step after.
    """
    links = _checked(links)
    e: CodedEvents = log._coded
    opened = held(log).opened_at
    merges = links[links["kind"] == "merged_into"]
    a, b = positions(e, merges["from_ticket"]), positions(e, merges["to_ticket"])
    there = (a >= 0) & (b >= 0)
    older = np.zeros(len(there), dtype=bool)
    older[there] = opened[b[there]] < opened[a[there]]
    merged = np.zeros(len(e.tickets), dtype=bool)
    merged[a[older]] = True
    return replace(log, _links=links, _coded=replace(e, merged=merged if older.any() else None), _made={})


def _checked(links: pd.DataFrame) -> pd.DataFrame:
    """Return links in the form of the data model."""
    wanted = [name for name in ("from_ticket", "to_ticket", "kind") if name not in links]
    if wanted:
        raise SchemaError(f"links have no column {wanted[0]!r} (they have {', '.join(map(str, links.columns))})")
    made: dict[str, Any] = {}
    for name in ("from_ticket", "to_ticket"):
        missing = links[name].isna()
        if missing.any():
            raise SchemaError(
                f"links: {missing.sum():,} of {len(links):,} have no {name} (first: row {missing.to_numpy().argmax()}); "
                "leave these out"
            )
        made[name] = links[name].astype(STR).array
    kinds = links["kind"].astype(object)
    strange = ~kinds.isin(LINK_KINDS[:-1])
    if strange.any():
        raise SchemaError(
            f"links: {strange.sum():,} of {len(links):,} are of an unknown kind (first: {kinds[strange].iloc[0]!r}); "
            f"there are {', '.join(LINK_KINDS[:-1])}"
        )
    n = len(links)
    at = links["at"] if "at" in links else pd.Series([None] * n, dtype="datetime64[us, UTC]")
    if not isinstance(at.dtype, pd.DatetimeTZDtype):
        raise SchemaError("links: column 'at' holds no times with a zone; use pandas.to_datetime(..., utc=True)")
    gap = links["gap"] if "gap" in links else pd.Series([None] * n, dtype="timedelta64[us]")
    made |= {
        "kind": pd.Categorical(kinds, categories=list(LINK_KINDS)),
        "rule": (links["rule"] if "rule" in links else pd.Series(["given"] * n)).astype(STR).array,
        "at": at.dt.tz_convert("UTC").astype("datetime64[us, UTC]").array,
        "gap": gap.astype("timedelta64[us]").array,
        "used": np.zeros(n, dtype=bool),
    }
    return columns.table("links", made)


def positions(e: CodedEvents, ids: pd.Series[str]) -> Instants:
    """Return the position of each ticket; -1 where the log has none of that id."""
    found = pc.index_in(pa.array(ids, type=pa.large_string()), value_set=e.tickets)
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
