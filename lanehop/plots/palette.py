"""Palette: what each colour means, in every picture alike.

The hues are told apart with any kind of colour blindness, and differ in lightness where they lie side by side. Where two
things could still be confused a mark's shape or a label says which is which: colour never says anything alone.
"""

from __future__ import annotations

from collections.abc import Mapping

INK = "#1d2129"
"""Text and axes."""
FAINT = "#667080"
"""Text that is read second."""
GRID = "#d8dce2"
PAPER = "#ffffff"

STATE_COLOURS: Mapping[str, str] = {
    "queued": "#80bde6",
    "working": "#0072b2",
    "waiting_customer": "#eccb4d",
    "waiting_other": "#8e4a6b",
    "open": "#8f96a1",
    "false_done": "#d55e00",
    "settled": "#e6e9ed",
}
"""What a minute was charged as."""

VERDICT_COLOURS: Mapping[str, str] = {
    "fixed": "#007a5a",
    "unproven": "#56b095",
    "unresolved": STATE_COLOURS["false_done"],
    "withdrawn": "#3a4250",
}
"""What became of a closure; unresolved is what makes done time false."""

CLOCK_COLOURS: Mapping[str, str] = {"close": "#6a3d9a", "fix": VERDICT_COLOURS["fixed"]}
"""The dashboard's clock, and the customer's."""

OUTCOME_COLOURS: Mapping[str, str] = {
    "fixed": VERDICT_COLOURS["fixed"],
    "withdrawn": VERDICT_COLOURS["withdrawn"],
    "closed_unfixed": VERDICT_COLOURS["unresolved"],
    "still_open": "#bac0ca",
}
"""What a case has come to at an age."""

RETURN = "#b2367a"
"""A return to a department already left."""
FLOW = "#33627f"
"""Any other handoff; darker is more."""
