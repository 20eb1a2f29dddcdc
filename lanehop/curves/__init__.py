"""The two clocks, as curves: open and unproven cases count, cut off where they must be."""

from lanehop.curves.charged import charge_table
from lanehop.curves.clock_curves import close_curve, fix_curve
from lanehop.curves.comparison import compare_clocks
from lanehop.curves.outcomes import outcome_curve
from lanehop.curves.sensitivity import stitch_sensitivity

__all__ = ["charge_table", "close_curve", "compare_clocks", "fix_curve", "outcome_curve", "stitch_sensitivity"]
