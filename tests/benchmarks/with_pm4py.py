"""pm4py: its five steps for the same questions, from the same file, read by pandas.

Formatting, the handover network, case durations, rework, and variants by department. Its handovers count
pairs of neighbouring events, the same department among them, and come as shares: they cannot be compared.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pandas as pd

sys._pm4py_welcome_shown = True
warnings.filterwarnings("ignore")

import pm4py  # noqa: E402


def main(path: str) -> dict[str, Any]:
    """Return the results of the five steps."""
    frame = pd.read_parquet(path, columns=["case", "time", "department", "state"])
    # It refuses to count handovers where a department is missing.
    frame["department"] = frame["department"].fillna("unassigned")
    frame["org:resource"] = frame["department"]
    log = pm4py.format_dataframe(frame, case_id="case", activity_key="department", timestamp_key="time")
    del frame
    return {
        "log": log,
        "handovers": pm4py.discover_handover_of_work_network(log),
        "durations": pm4py.get_all_case_durations(log),
        "rework": pm4py.get_rework_cases_per_activity(log),
        "variants": pm4py.get_variants(log),
    }


def totals(made: dict[str, Any]) -> dict[str, int]:
    """Count the events and the cases."""
    return {"n_events": len(made["log"]), "n_cases": len(made["durations"])}


if __name__ == "__main__":
    from measured import report

    report(main, totals)
