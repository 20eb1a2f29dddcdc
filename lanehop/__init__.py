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
from lanehop.journeys import stitch
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
from lanehop.links import attach_links
from lanehop.log import TicketLog
from lanehop.plots import (
    plot_charges,
    plot_clocks,
    plot_gap,
    plot_handoff_network,
    plot_handoffs,
    plot_loops,
    plot_metric,
    plot_outcomes,
    plot_rank_flips,
    plot_swimlanes,
)
from lanehop.read import read_changes, read_log, suggest_dialect, to_pm4py
from lanehop.report import write_report
from lanehop.review import (
    Metric,
    MetricComparison,
    call_list,
    compare_metrics,
    find_drift,
    first_human,
    promises,
    score_customers,
    score_departments,
)
from lanehop.samples import sample_log, simulate

__all__ = [
    "Calendar",
    "Dialect",
    "Lanes",
    "Metric",
    "MetricComparison",
    "TicketLog",
    "attach_links",
    "business_time",
    "call_list",
    "charge_table",
    "charge_time",
    "close_curve",
    "compare_clocks",
    "compare_metrics",
    "count_handoffs",
    "count_loops",
    "describe_cases",
    "errors",
    "find_closures",
    "find_drift",
    "find_handoffs",
    "find_loops",
    "find_stays",
    "first_human",
    "fix_curve",
    "flag_unresolved",
    "handoff_graph",
    "outcome_curve",
    "plot_charges",
    "plot_clocks",
    "plot_gap",
    "plot_handoff_network",
    "plot_handoffs",
    "plot_loops",
    "plot_metric",
    "plot_outcomes",
    "plot_rank_flips",
    "plot_swimlanes",
    "promises",
    "read_changes",
    "read_log",
    "reconstruct",
    "sample_log",
    "schema",
    "score_customers",
    "score_departments",
    "simulate",
    "stitch",
    "stitch_sensitivity",
    "suggest_dialect",
    "to_pm4py",
    "walk",
    "write_report",
]
