"""Synthetic ticket logs of any size, as Parquet: ``python generate.py log.parquet --events 10_000_000``.

Vectorised, and the same for the same arguments. About five events a case with a heavy tail; departments
of very different size; runs in one department, handoffs and returns; reopenings, silent endings and
cases left open; events at the same second; events that do not say the department.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Ints = npt.NDArray[np.int64]

LABELS = {
    "queued": "New",
    "working": "In Progress",
    "waiting_customer": "Awaiting Caller",
    "waiting_other": "Awaiting Vendor",
    "open": "Open",
    "resolved": "Resolved",
    "closed": "Closed",
    "cancelled": "Canceled",
}
"""What the desk calls each state."""

NEW, WORKING, CALLER, VENDOR, OPEN, RESOLVED, CLOSED, CANCELLED = range(8)
ON_THE_WAY = {NEW: 0.04, WORKING: 0.55, CALLER: 0.17, VENDOR: 0.08, OPEN: 0.12, RESOLVED: 0.04}
"""How often a case is in each state after an event that is neither its first nor its ending."""

BEGIN = np.datetime64("2024-01-01", "us").astype(np.int64)
SECOND = 1_000_000
DAYS = 730
"""Over which cases are opened."""
AGENTS_EACH = 12
"""Agents in each department."""


def ticket_log(
    n_events: int, *, seed: int = 0, n_departments: int = 40, grouped: bool = False, agents: bool = False
) -> pa.Table:
    """Return a log of exactly ``n_events`` with the columns case, time, department, state (and agent).

    Rows are in order of time over all cases, as an export has them, or case by case (``grouped``).
    """
    rng = np.random.default_rng(seed)
    n_of = _sizes(rng, n_events)
    case = np.repeat(np.arange(len(n_of)), n_of)
    last = np.cumsum(n_of) - 1
    first = last - n_of + 1
    time = _times(rng, first, n_of)
    place = _places(rng, case, first)
    department = _departments(_uniform(case, place, seed), n_departments)
    state = _states(rng, first, last, n_of)
    unsaid = rng.random(n_events) < 0.01
    unsaid[first] = rng.random(len(n_of)) < 0.02
    codes = {
        "case": (case.astype(np.int32), _ids(len(n_of)), None),
        "department": (department.astype(np.int16), _numbered("Department", n_departments), unsaid),
        "state": (state, pa.array(list(LABELS.values())), None),
    }
    if agents:
        agent = department * AGENTS_EACH + (_uniform(case, place, seed + 1) * AGENTS_EACH).astype(np.int64)
        codes["agent"] = (agent.astype(np.int32), _numbered("Agent", n_departments * AGENTS_EACH), unsaid)
    order = slice(None) if grouped else np.argsort(time, kind="stable")
    made = {
        name: pa.DictionaryArray.from_arrays(pa.array(code[order], mask=None if mask is None else mask[order]), names)
        for name, (code, names, mask) in codes.items()
    }
    times = pa.array(time[order]).cast(pa.timestamp("us", "UTC"))
    return pa.table({"case": made.pop("case"), "time": times, **made})


def write_log(
    path: Path, n_events: int, *, seed: int = 0, n_departments: int = 40, grouped: bool = False, agents: bool = False
) -> None:
    """Write such a log as Parquet, with texts as plain texts."""
    table = ticket_log(n_events, seed=seed, n_departments=n_departments, grouped=grouped, agents=agents)
    # Without Arrow's own schema nobody can tell that texts were dictionaries when they were written.
    pq.write_table(table, path, store_schema=False, row_group_size=1_000_000)


def _sizes(rng: np.random.Generator, n_events: int) -> Ints:
    """Draw the number of events of each case: at least 1, about 5 on average, log-normal in the tail."""
    n_of = np.zeros(0, dtype=np.int64)
    while n_of.sum() < n_events:
        n_more = (n_events - int(n_of.sum())) // 4 + 10
        n_of = np.append(n_of, 1 + np.floor(rng.lognormal(1.0, 1.0, n_more)).astype(np.int64))
    ends = np.cumsum(n_of)
    n_of = n_of[: np.searchsorted(ends, n_events) + 1]
    n_of[-1] -= n_of.sum() - n_events
    return n_of


def _times(rng: np.random.Generator, first: Ints, n_of: Ints) -> Ints:
    """Draw times in whole seconds; waits between events of a case are seconds to months."""
    opened = np.sort(rng.integers(0, DAYS * 86_400, len(n_of)))
    wait = np.minimum(rng.lognormal(8.5, 1.9, int(n_of.sum())), 90 * 86_400).astype(np.int64)
    wait[rng.random(len(wait)) < 0.01] = 0
    wait[first] = 0
    since = np.cumsum(wait)
    return BEGIN + SECOND * (since + np.repeat(opened - since[first], n_of))


def _places(rng: np.random.Generator, case: Ints, first: Ints) -> Ints:
    """Walk each case along a row of places of its own: mostly staying, now on, now back."""
    step = rng.choice(np.array([0, 1, -1], dtype=np.int8), len(case), p=[0.62, 0.24, 0.14])
    step[first] = 0
    walked = np.cumsum(step, dtype=np.int64)
    return walked - walked[first][case]


def _uniform(case: Ints, place: Ints, seed: int) -> npt.NDArray[np.float64]:
    """Return a number in [0, 1) that depends on case, place and seed alone (splitmix64)."""
    salt = np.uint64(((seed + 1) * 0xD1B54A32D192ED03) % 2**64)
    x = (case.astype(np.uint64) << np.uint64(20)) + place.astype(np.uint64) + salt
    x *= np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(11)) / 2.0**53


def _departments(uniform: npt.NDArray[np.float64], n: int) -> Ints:
    """Choose departments, of which the k-th is about 1/k as large as the first."""
    weight = 1 / np.arange(1, n + 1)
    return np.searchsorted(np.cumsum(weight / weight.sum())[:-1], uniform, side="right")


def _states(rng: np.random.Generator, first: Ints, last: Ints, n_of: Ints) -> npt.NDArray[np.int8]:
    state = rng.choice(np.array(list(ON_THE_WAY), dtype=np.int8), int(n_of.sum()), p=list(ON_THE_WAY.values()))
    state[first] = np.where(rng.random(len(first)) < 0.85, NEW, WORKING)
    ending = rng.random(len(first))
    fixed = (ending < 0.80) & (n_of >= 2)
    closed = fixed & (n_of >= 3)
    state[last[fixed]] = RESOLVED
    # One in ten is closed without a word of a fix, some of them while the desk waits for the caller.
    state[last[closed & (ending < 0.72)] - 1] = RESOLVED
    state[last[closed]] = CLOSED
    state[last[(ending >= 0.80) & (ending < 0.86)]] = CANCELLED
    return state


def _ids(n: int) -> pa.StringArray:
    numbers = pc.utf8_lpad(pa.array(np.arange(1, n + 1)).cast(pa.string()), width=7, padding="0")
    return pc.binary_join_element_wise("INC", numbers, "")


def _numbered(what: str, n: int) -> pa.StringArray:
    return pa.array([f"{what} {k:0{len(str(n))}d}" for k in range(1, n + 1)])


def main() -> None:
    """Write a log as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--departments", type=int, default=40)
    parser.add_argument("--grouped", action="store_true", help="case by case instead of in order of time")
    parser.add_argument("--agents", action="store_true", help="with a column of agents")
    said = parser.parse_args()
    write_log(
        said.path,
        said.events,
        seed=said.seed,
        n_departments=said.departments,
        grouped=said.grouped,
        agents=said.agents,
    )


if __name__ == "__main__":
    main()
