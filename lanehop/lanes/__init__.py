"""What happened to each case, and was it fixed: the tables of the ladder."""

from lanehop.lanes.cases import describe_cases
from lanehop.lanes.charges import charge_time
from lanehop.lanes.closures import find_closures
from lanehop.lanes.counts import count_handoffs, count_loops, flag_unresolved, handoff_graph
from lanehop.lanes.handoffs import find_handoffs
from lanehop.lanes.loops import find_loops
from lanehop.lanes.reconstruction import Lanes, reconstruct
from lanehop.lanes.stays import find_stays
from lanehop.lanes.walk import walk

__all__ = [
    "Lanes",
    "charge_time",
    "count_handoffs",
    "count_loops",
    "describe_cases",
    "find_closures",
    "find_handoffs",
    "find_loops",
    "find_stays",
    "flag_unresolved",
    "handoff_graph",
    "reconstruct",
    "walk",
]
