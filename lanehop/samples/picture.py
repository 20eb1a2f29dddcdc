"""The picture of the sample: its first story as swimlanes."""

from __future__ import annotations

from pathlib import Path

from lanehop.lanes import reconstruct
from lanehop.plots import plot_swimlanes
from lanehop.plots.palette import PAPER
from lanehop.samples.sample import NAME, sample_log

__all__ = ["draw_sample"]

STORY = "OLT-0042"


def draw_sample(folder: Path) -> None:
    """Write the picture of the sample's first story into a folder, as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.4), layout="constrained", facecolor=PAPER)
    plot_swimlanes(reconstruct(sample_log()), STORY, ax=figure.add_subplot())
    # Letters as shapes, so that they look alike wherever the picture is shown; no date, so that it is the same each time.
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": NAME}):
        figure.savefig(folder / f"{NAME}.svg", metadata={"Date": None})
