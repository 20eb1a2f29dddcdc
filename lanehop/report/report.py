"""write_report: everything that a review needs, in one HTML file that opens anywhere."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from lanehop.errors import ArgumentError, SelectionWarning, UnprovenWarning
from lanehop.lanes import Lanes
from lanehop.report.page import write_page
from lanehop.report.section import Section
from lanehop.report.sections.calls import calls
from lanehop.report.sections.departments import departments
from lanehop.report.sections.first_person import first_person
from lanehop.report.sections.grounds import grounds
from lanehop.report.sections.metrics import metrics
from lanehop.report.sections.moves import moves
from lanehop.report.sections.opening import opening
from lanehop.report.sections.promised import promised
from lanehop.report.sections.time_spent import time_spent
from lanehop.report.sections.unresolved import unresolved
from lanehop.report.sections.worst import worst
from lanehop.report.view import View
from lanehop.wording import say_n

__all__ = ["write_report"]

SECTIONS: tuple[Callable[[View], Section | None], ...] = (
    opening,
    time_spent,
    moves,
    unresolved,
    departments,
    metrics,
    promised,
    first_person,
    calls,
    worst,
    grounds,
)
"""What the report consists of, in order; a section that has nothing to say of a log returns None."""


def write_report(
    lanes: Lanes, path: str | os.PathLike[str], *, title: str = "Ticket review", names: bool = False
) -> Path:
    """Write a report on a log: one HTML file that opens anywhere, and needs nothing else.

    Parameters
    ----------
    path : path
        The file to write; it is replaced if it is there, and its folder is made if it is not.
    title : str
        What stands on top, such as the name of the desk.
    names : bool
        Whether agents and requesters are named. Without, the report can be handed round: cases and tickets are
        told by their ids. Departments always are named.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ArgumentError
        If ``title`` is empty, or ``path`` is a folder.

    Notes
    -----
    - Sections: what the dashboard says against what customers lived; where the time goes; lanes and loops;
      closures without resolution, with their evidence; what each department fixed, and what it only closed; which
      metric goes with the customers; promises; the time before a first person; whom to call; the worst cases,
      walked; what the numbers rest on. One that has nothing to say of a log is left out.
    - The file asks for nothing from the network and runs no script but its own, which sorts, filters and saves its
      tables. It works without it, too.
    - A table shows its first rows and says how many there are; the same tables are those of ``lanes``.
    - The same lanes give the same file, byte for byte.

    Examples
    --------
    >>> import lanehop as lh
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = lh.write_report(lh.reconstruct(lh.sample_log()), pathlib.Path(folder) / "review.html")
    ...     path.read_text(encoding="utf-8")[:15]
    '<!doctype html>'

    See Also
    --------
    reconstruct : the step before. walk : one case, as text. compare_clocks : the numbers at its head.
    """
    if not isinstance(title, str) or not title.strip():
        raise ArgumentError(f"title is the text on top of the report, not {title!r}")
    out = Path(path)
    if out.is_dir():
        raise ArgumentError(f"path={str(path)!r} is a folder; name a file in it, such as review.html")
    view = View(lanes, names)
    with warnings.catch_warnings():
        # The report says both of them itself, where they matter.
        warnings.simplefilter("ignore", UnprovenWarning)
        warnings.simplefilter("ignore", SelectionWarning)
        sections = [made for write in SECTIONS if (made := write(view)) is not None]
        out.parent.mkdir(parents=True, exist_ok=True)
        write_page(out, title=title, subtitle=_subtitle(lanes), sections=sections, about=_about(lanes))
    return out


def _subtitle(lanes: Lanes) -> str:
    log = lanes.log
    tickets = ""
    if log._coded.cases is not None:
        tickets = f", joined from {say_n(len(log._coded.tickets), 'ticket')},"
    return f"{say_n(len(lanes._cases), 'case')}{tickets} across {say_n(len(log._coded.department.names), 'department')}"


def _about(lanes: Lanes) -> list[tuple[str, str]]:
    log, cases = lanes.log, lanes._cases
    return [
        ("from", f"{cases['opened_at'].min():%Y-%m-%d}"),
        ("as of", f"{log.as_of:%Y-%m-%d %H:%M} UTC"),
        ("events", f"{len(log._coded.time):,}"),
        ("a fix must hold", f"{lanes.hold / pd.Timedelta(days=1):g} days"),
        ("counted in", "calendar time" if lanes.calendar is None else "business time"),
    ]
