"""The review and its report at size: ``python tests/benchmarks/review.py --tickets 1_000_000``.

Simulates a desk and reconstructs it, then makes every table of the review, and the report. Beside each stands
how long that is in times of reconstructing the same log, which is the peer in the same run.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lanehop as lh

REPORT_TARGET, METRICS_TARGET = 60, 10
"""Seconds for the report on a million events, and for compare_metrics on a million tickets."""
MOST_BYTES = 5_000_000


def main() -> None:
    """Make everything as the command line says, and tell how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    said = parser.parse_args()
    warnings.simplefilter("ignore", lh.errors.LanehopWarning)

    log, _ = lh.simulate(said.tickets, said.seed, days=365)
    lanes, peer = timed(lambda: lh.reconstruct(log))
    print(f"{len(log.tickets):,} tickets, {len(log.events):,} events, seed {said.seed}")
    print(f"{'reconstruct':<22} {peer:6.2f} s")
    review: dict[str, Callable[[], object]] = {
        "score_departments": lambda: lh.score_departments(lanes),
        "score_customers": lambda: lh.score_customers(lanes),
        "call_list": lambda: lh.call_list(lanes, seed=0),
        "promises": lambda: lh.promises(lanes),
        "first_human": lambda: lh.first_human(lanes),
        "find_drift": lambda: lh.find_drift(lanes),
        "compare_metrics": lambda: lh.compare_metrics(lanes),
    }
    taken = {name: timed(make)[1] for name, make in review.items()}
    with tempfile.TemporaryDirectory() as folder:
        path, taken["write_report"] = timed(lambda: lh.write_report(lanes, Path(folder) / "review.html"))
        size = path.stat().st_size
    for name, seconds in taken.items():
        print(f"{name:<22} {seconds:6.2f} s, {seconds / peer:5.2f} times reconstruct")
    print(f"report {size / 1e6:.2f} MB; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")
    millions = len(log.events) / 1_000_000
    met = taken["write_report"] < REPORT_TARGET * max(millions, 1) and size < MOST_BYTES
    print("met" if met and taken["compare_metrics"] < METRICS_TARGET * max(said.tickets / 1_000_000, 1) else "NOT MET")


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """Return what is made, and in how many seconds."""
    begun = time.perf_counter()
    made = make()
    return made, time.perf_counter() - begun


if __name__ == "__main__":
    main()
