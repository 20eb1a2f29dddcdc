"""lanehop: process mining on helpdesk tickets.

Loads ticket event logs, reconstructs each case's chain of reassignments across departments, tells
which closures were without resolution, and sets time-to-real-fix against time-to-close.
"""

from lanehop import errors, schema
from lanehop.clocks import Calendar, business_time
from lanehop.curves import (
    charge_table,
    close_curve,
    compare_clocks,
    fix_curve,
    outcome_curve,
    stitch_sensitivity,
)
from lanehop.dialect import Dialect
from lanehop.journeys import attach_links, stitch
from lanehop.lanes import (
    Lanes,
    charge_time,
    count_handoffs,
    count_loops,
    describe_cases,
    find_closures,
    find_handoffs,
    find_loops,
    find_stays,
    flag_unresolved,
    handoff_graph,
    reconstruct,
    walk,
)
from lanehop.log import TicketLog
from lanehop.read import read_log, suggest_dialect, to_pm4py
from lanehop.samples import sample_log, simulate

__all__ = [
    "Calendar",
    "Dialect",
    "Lanes",
    "TicketLog",
    "attach_links",
    "business_time",
    "charge_table",
    "charge_time",
    "close_curve",
    "compare_clocks",
    "count_handoffs",
    "count_loops",
    "describe_cases",
    "errors",
    "find_closures",
    "find_handoffs",
    "find_loops",
    "find_stays",
    "fix_curve",
    "flag_unresolved",
    "handoff_graph",
    "outcome_curve",
    "read_log",
    "reconstruct",
    "sample_log",
    "schema",
    "simulate",
    "stitch",
    "stitch_sensitivity",
    "suggest_dialect",
    "to_pm4py",
    "walk",
]
