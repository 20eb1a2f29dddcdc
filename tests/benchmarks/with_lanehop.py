"""lanehop: read the log and reconstruct all six tables, closures with their verdicts and charges among them."""

from __future__ import annotations

import pandas as pd

import lanehop as lh

STATES = {
    "queued": ["New"],
    "working": ["In Progress"],
    "waiting_customer": ["Awaiting Caller"],
    "waiting_other": ["Awaiting Vendor"],
    "open": ["Open"],
    "resolved": ["Resolved"],
    "closed": ["Closed"],
    "cancelled": ["Canceled"],
}


def main(path: str) -> lh.Lanes:
    """Return the lanes of the log, every column of every table made."""
    columns = {"case": "case", "time": "time", "department": "department", "state": "state"}
    lanes = lh.reconstruct(lh.read_log(path, columns=columns, states=STATES))
    for table in (lanes.cases, lanes.stays, lanes.handoffs, lanes.loops, lanes.closures, lanes.charges):
        for name in table.columns:
            _ = table[name].array
    return lanes


def totals(lanes: lh.Lanes) -> dict[str, int]:
    """Count what the tables hold; lengths in seconds, of which these logs hold whole ones."""
    return {
        "n_events": int(lanes.cases["n_events"].sum()),
        "n_cases": len(lanes.cases),
        "n_stays": len(lanes.stays),
        "n_handoffs": len(lanes.handoffs),
        "n_loops": len(lanes.loops),
        "n_ping_pongs": int(lanes.cases["n_ping_pongs"].sum()),
        "n_closures": len(lanes.closures),
        "n_reopens": int(lanes.cases["n_reopens"].sum()),
        "n_departments": int(lanes.cases["n_departments"].sum()),
        "n_pickups": int(lanes.handoffs["pickup_observed"].sum()),
        "n_while_done": int(lanes.handoffs["while_done"].sum()),
        "dwell": _seconds(lanes.stays["open_time"]),
        "life": _seconds(lanes.cases["ended_at"] - lanes.cases["opened_at"]),
        "time_to_close": _seconds(lanes.cases["time_to_close"].dropna()),
        "pickup": _seconds(lanes.handoffs["pickup"]),
        "away": _seconds(lanes.loops["away"]),
        "chain_characters": int(lanes.cases["chain"].str.len().sum()),
    }


def _seconds(lengths: pd.Series[pd.Timedelta]) -> int:
    return int(lengths.to_numpy().astype("m8[s]").astype("int64").sum())


if __name__ == "__main__":
    from measured import report

    report(main, totals)
