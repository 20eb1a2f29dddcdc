"""One function per picture: each draws a table that the user can also get."""

from lanehop.plots.charges import plot_charges
from lanehop.plots.clocks import plot_clocks
from lanehop.plots.gap import plot_gap
from lanehop.plots.handoffs import plot_handoffs
from lanehop.plots.loops import plot_loops
from lanehop.plots.metric import plot_metric
from lanehop.plots.network import plot_handoff_network
from lanehop.plots.outcomes import plot_outcomes
from lanehop.plots.rank_flips import plot_rank_flips
from lanehop.plots.swimlanes import plot_swimlanes

__all__ = [
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
]
