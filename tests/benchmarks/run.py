"""Measure lanehop against its peers on one synthetic log: ``python tests/benchmarks/run.py --events 10_000_000``.

Each contestant runs in a process of its own; several rounds are interleaved, so that a busy moment of the
machine hits all alike. Printed: median seconds, CPU seconds (of all threads), peak memory, bytes per event, and
ratios (the median of those within a round). What the contestants counted must agree, so that nobody is faster
by doing less; otherwise the run fails.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

# Nothing large is imported here: a child's peak memory is never below that of the process that started it.

HERE = Path(__file__).resolve().parent
CONTESTANTS = {
    "floor": "floor.py",
    "lanehop": "with_lanehop.py",
    "polars": "with_polars.py",
    "duckdb": "with_duckdb.py",
    "pm4py": "with_pm4py.py",
}
LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy", "polars", "duckdb", "pm4py")


@dataclass
class Result:
    """What one contestant did, round by round."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)


def main() -> None:
    """Generate the log, run the contestants, print the table; exit with 1 where their totals differ."""
    said = _arguments()
    names = [name for name in said.contestants if name != "pm4py" or not said.skip_pm4py]
    results = {name: Result() for name in names}
    with tempfile.TemporaryDirectory(dir=said.folder, prefix="log-") as folder:
        log = Path(folder) / "log.parquet"
        command = [sys.executable, str(HERE / "generate.py"), str(log), "--events", str(said.events)]
        command += ["--seed", str(said.seed), "--departments", str(said.departments)]
        subprocess.run(command + ["--grouped"] * said.grouped, check=True)
        size = log.stat().st_size
        _warm(log)
        for turn in range(said.rounds):
            for name in names:
                if name != "pm4py" or turn < said.pm4py_rounds:
                    one = _run(name, log)
                    results[name].seconds.append(one["seconds"])
                    results[name].cpu.append(one["cpu"])
                    results[name].peak.append(one["peak"])
                    results[name].totals = one["totals"]
                    print(f"round {turn + 1}: {name:8} {one['seconds']:8.2f} s", file=sys.stderr)
    print(_machine())
    print(
        f"Log: {said.events:,} events, seed {said.seed}, {said.departments} departments, "
        f"{'case by case' if said.grouped else 'in order of time'}, {size / 1e6:.0f} MB of Parquet\n"
    )
    print(_table(results, said.events))
    different = differences({name: result.totals for name, result in results.items()})
    print("\n" + ("\n".join(different) if different else _agreed(results)))
    sys.exit(1 if different else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pm4py-rounds", type=int, default=1, help="pm4py takes minutes on large logs")
    parser.add_argument("--skip-pm4py", action="store_true")
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--grouped", action="store_true", help="rows case by case instead of in order of time")
    parser.add_argument("--departments", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="for the log, which is removed again; by default the system's")
    return parser.parse_args()


def _warm(log: Path) -> None:
    """Read the file once, so that the first contestant is not the one that waits for the disk."""
    with log.open("rb") as stream:
        while stream.read(1 << 24):
            pass


def _run(name: str, log: Path) -> dict[str, object]:
    """Run one contestant in a process of its own."""
    # The checkout is measured, unless the caller names another one.
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(HERE.parents[1])]))
    done = subprocess.run(
        [sys.executable, str(HERE / CONTESTANTS[name]), str(log)],
        env={**os.environ, "PYTHONPATH": path},
        cwd=log.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def differences(totals: dict[str, dict[str, int]]) -> list[str]:
    """Say in which totals contestants differ; each is compared where it counted."""
    keys = dict.fromkeys(key for counted in totals.values() for key in counted)
    found = []
    for key in keys:
        values = {name: counted[key] for name, counted in totals.items() if key in counted}
        if len(set(values.values())) > 1:
            found.append(f"{key} differs: " + ", ".join(f"{name} {value:,}" for name, value in values.items()))
    return found


def _agreed(results: dict[str, Result]) -> str:
    counted = max((result.totals for result in results.values()), key=len)
    return "Totals agree: " + ", ".join(f"{key} {value:,}" for key, value in counted.items())


def _table(results: dict[str, Result], n_events: int) -> str:
    """Return the results as a table in Markdown."""
    lines = [
        "| contestant | seconds | min to max (rounds) | CPU seconds | peak MB | bytes per event | / floor | / lanehop |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        peak = statistics.median(result.peak)
        lines.append(
            f"| {name} | {result.median:.2f} | {min(result.seconds):.2f} to {max(result.seconds):.2f} "
            f"({len(result.seconds)}) | {statistics.median(result.cpu):.2f} | {peak / 1e6:,.0f} | {peak / n_events:,.0f} "
            f"| {_ratio(results, name, 'floor')} | {_ratio(results, name, 'lanehop')} |"
        )
    return "\n".join(lines)


def _ratio(results: dict[str, Result], name: str, base: str) -> str:
    """Return the median ratio within a round: what slows the machine for a while slows both."""
    if base not in results:
        return ""
    # pm4py may have run in the first rounds only.
    pairs = zip(results[name].seconds, results[base].seconds, strict=False)
    return f"{statistics.median(one / other for one, other in pairs):.2f}"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"Machine: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}"
    )


if __name__ == "__main__":
    main()
