"""What one contestant did with one log: seconds, CPU seconds, peak memory and totals, as one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any


def report(main: Callable[[str], Any], totals: Callable[[Any], dict[str, int]]) -> None:
    """Run ``main`` on the file named on the command line; count what it made when the clock has stopped.

    Imports are done by then. Peak memory is that of the whole process, with them, up to the end of ``main``.
    """
    begun, spent = time.perf_counter(), time.process_time()
    made = main(sys.argv[1])
    seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "totals": totals(made)}))
