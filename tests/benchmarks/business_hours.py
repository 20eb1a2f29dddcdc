"""Business time at size, and beside pm4py's: ``python tests/benchmarks/business_hours.py``.

Two questions. How long do ten million intervals take, over two years, with holidays, daylight saving and
a lunch break? And how much cheaper is an interval than in pm4py's durations in business hours, of a small
log and the same week? pm4py measures one interval a case, and its cost is given by event and by case;
what its own durations on the calendar take (grouping, sorting) is taken off in a second pair of numbers.
The two agree on the sum where no clock is changed and no day is a holiday, or the script fails.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import lanehop as lh

sys._pm4py_welcome_shown = True
warnings.filterwarnings("ignore")

import pm4py  # noqa: E402

HOURS = {"mon-fri": ["08:00-12:00", "13:00-17:30"], "sat": "09:00-13:00"}
BEGIN, DAYS = np.datetime64("2024-01-01", "us"), 730
SECOND, HOUR, DAY = 1_000_000, 3600, 86_400
SLOTS = [
    (day * DAY + int(begin * HOUR), day * DAY + int(end * HOUR))
    for day in range(6)
    for begin, end in ([(8, 12), (13, 17.5)] if day < 5 else [(9, 13)])
]
"""The same week in seconds from Monday, midnight."""
TARGET_SECONDS, TARGET_RATIO = 10, 50


def main() -> None:
    """Measure both, and tell the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--intervals", type=int, default=10_000_000)
    parser.add_argument("--events", type=int, default=20_000, help="of the log for pm4py")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    said = parser.parse_args()
    rng = np.random.default_rng(said.seed)

    holidays = [f"{year}-{day}" for year in (2024, 2025, 2026) for day in ("01-01", "05-01", "12-25")]
    desk = lh.Calendar(HOURS, "Europe/Lisbon", holidays=holidays)
    start, end = intervals(rng, said.intervals)
    ours = [seconds(lambda: lh.business_time(start, end, calendar=desk)) for _ in range(said.rounds)]
    each = float(np.median(ours)) / said.intervals
    print(
        f"lanehop: {said.intervals:,} intervals in {', '.join(f'{x:.2f}' for x in ours)} s; {each * 1e9:,.0f} ns each"
    )

    log = small_log(rng, said.events)
    n_cases = log["case:concept:name"].nunique()
    in_hours = {"business_hours": True, "business_hour_slots": SLOTS}
    theirs = [seconds(lambda: pm4py.get_all_case_durations(log, **in_hours)) for _ in range(said.rounds)]
    plain = [seconds(lambda: pm4py.get_all_case_durations(log)) for _ in range(said.rounds)]
    cost, rest = float(np.median(theirs)), float(np.median(plain))
    print(
        f"pm4py: {len(log):,} events of {n_cases:,} cases in {', '.join(f'{x:.2f}' for x in theirs)} s; on the "
        f"calendar {', '.join(f'{x:.2f}' for x in plain)} s"
    )
    for what, n in (("event", len(log)), ("case, of which each is an interval", n_cases)):
        print(
            f"  by {what}: {cost / n * 1e9:,.0f} ns, {cost / n / each:,.0f} times lanehop's interval; without what the "
            f"calendar's take {(cost - rest) / n * 1e9:,.0f} ns, {(cost - rest) / n / each:,.0f} times"
        )

    ends = log.groupby("case:concept:name")["time:timestamp"].agg(["min", "max"])
    whole = lh.business_time(ends["min"], ends["max"], calendar=lh.Calendar(HOURS, "UTC"))
    sums = whole.sum().total_seconds(), sum(pm4py.get_all_case_durations(log, **in_hours))
    assert abs(sums[0] - sums[1]) < 1, sums
    print(f"the same sum of business time: {sums[0]:,.0f} s")
    met = np.median(ours) * 10_000_000 / said.intervals < TARGET_SECONDS and cost / len(log) / each >= TARGET_RATIO
    print("met" if met else "NOT MET")


def intervals(rng: np.random.Generator, n: int) -> tuple[pd.Series[pd.Timestamp], pd.Series[pd.Timestamp]]:
    """Draw intervals in whole seconds: minutes to months, within two years."""
    start = rng.integers(0, DAYS * DAY, n)
    length = np.minimum(rng.lognormal(10, 2.2, n), 90 * DAY).astype(np.int64)
    one, other = (pd.Series(BEGIN + x * SECOND).dt.tz_localize("UTC") for x in (start, start + length))
    return one, other


def small_log(rng: np.random.Generator, n_events: int) -> pd.DataFrame:
    """Draw a log for pm4py, five events a case, whose cases last as long as the intervals do."""
    n = n_events // 5
    start, end = intervals(rng, n)
    part = np.sort(rng.random((n, 3)), axis=1)
    part = np.column_stack([np.zeros(n), part, np.ones(n)])
    length = (end - start).to_numpy().astype(np.int64)
    time = start.to_numpy().astype("M8[us]").astype(np.int64)[:, None] + (part * length[:, None]).astype(np.int64)
    frame = pd.DataFrame(
        {
            "case": np.repeat([f"INC{k:07d}" for k in range(n)], 5),
            "activity": np.tile(["new", "taken", "moved", "taken", "done"], n),
            "time": pd.Series((time.ravel() // SECOND * SECOND).astype("M8[us]")).dt.tz_localize("UTC"),
        }
    )
    return pm4py.format_dataframe(frame, case_id="case", activity_key="activity", timestamp_key="time")


def seconds(run: Callable[[], Any]) -> float:
    """Return how long it takes."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
