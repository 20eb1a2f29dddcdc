"""How long a table of changes takes to become a log: ``python tests/benchmarks/changes.py``.

Of five million changes of 700,000 tickets, two to a save, in no order, with a record for each ticket.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd

import lanehop as lh

FIELDS = ("group_id", "assignee_id", "status", "priority", "comment")
STATES = ("new", "open", "pending", "solved")
BEGIN = np.datetime64("2024-01-01", "s")


def changes(n: int, n_tickets: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return changes and records; what a change is from is what the field was, but for one in ten."""
    rng = np.random.default_rng(seed)
    save = np.arange(n) // 2
    ticket = rng.integers(0, n_tickets, n)[2 * save]
    seconds = rng.integers(0, 366 * 86_400, n)[2 * save]
    field = rng.integers(0, len(FIELDS), n)
    words = pd.Index([str(i) for i in range(200)] + list(STATES))
    new = np.where(field == 2, rng.integers(200, 204, n), rng.integers(0, 200, n))
    order = np.lexsort((save, seconds, field, ticket))
    old = np.where(field == 2, rng.integers(200, 204, n), rng.integers(0, 200, n))
    follows = (ticket[order][1:] == ticket[order][:-1]) & (field[order][1:] == field[order][:-1])
    follows &= rng.random(n - 1) < 0.9
    old[order[1:][follows]] = new[order[:-1][follows]]
    frame = pd.DataFrame(
        {
            "ticket": ticket,
            "time": pd.Series(BEGIN + seconds.astype("m8[s]")).dt.tz_localize("UTC"),
            "field": pd.Categorical.from_codes(field, list(FIELDS)),
            "old": pd.Categorical.from_codes(old, words),
            "new": pd.Categorical.from_codes(new, words),
            "actor": rng.integers(0, 5000, n),
            "save": save,
        }
    )
    opened = pd.Timestamp("2023-12-31", tz="UTC")
    return frame, pd.DataFrame({"ticket": np.arange(n_tickets), "opened_at": opened, "group_id": "7"})


def main() -> None:
    """Measure it, and tell the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=5_000_000)
    parser.add_argument("--tickets", type=int, default=700_000)
    parser.add_argument("--seed", type=int, default=0)
    said = parser.parse_args()
    frame, records = changes(said.changes, said.tickets, said.seed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, worked = time.perf_counter(), time.process_time()
    log = lh.read_changes(
        frame,
        save="save",
        records=records,
        columns={"department": "group_id", "agent": "assignee_id", "state": "status", "priority": "priority"},
        states={"queued": ["new"], "working": ["open"], "waiting_customer": ["pending"], "resolved": ["solved"]},
    )
    took, worked = time.perf_counter() - began, time.process_time() - worked
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e6
    print(
        f"{said.changes:,} changes: {took:.1f} s ({worked:.1f} s of processor), {more:.1f} GB more at the peak; {log!r}"
    )


if __name__ == "__main__":
    main()
