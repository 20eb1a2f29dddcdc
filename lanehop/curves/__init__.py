"""The two clocks, as curves: open and unproven cases count, cut off where they must be."""
