"""suggest_dialect: how the dialect of any export goes, as far as the data tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lanehop.read.suggest.suggestion import Suggestion

__all__ = ["suggest_dialect"]


def suggest_dialect(source: object) -> Suggestion:
    """Propose a dialect for an export: columns, time format, missing values and states.

    Only what the data prove or say plainly is filled in. Everything else is shown with its reasons, or
    asked: the order of day and month, the time zone, which of two columns is the department, what a
    label means. ``read_log`` reads the source in the completed dialect.

    Parameters
    ----------
    source : path or table
        As for ``read_log``: CSV, Parquet, Excel or XES, packed or not, or a table in memory.

    Returns
    -------
    Suggestion

    Raises
    ------
    SourceError
        If the source cannot be read at all.

    Notes
    -----
    - Headers and labels are known in English, German, French, Spanish, Portuguese, Italian, Dutch and
      Polish. A role is filled in by header, and by what the values do within the cases: an opening time
      stays, a department changes, but less often than the state. Values alone fill in a state (known
      words) and a time (the only one that goes on within the cases), never a ticket id or a department.
    - All rows count: an order of day and month is proved by a value over 12, and labels are counted exactly.
    - What is never proposed: a time zone, unless every time ends in UTC; a state for a word that leaves it
      open ("pending", "on hold", "done"), or for done with a detail that is unknown or denies something
      ("Resolved - Unsuccessful"); a class for a resolution code.
    - Where several columns may be the state, the labels of each stand as comments, and of the first two joined.

    Examples
    --------
    >>> import pandas as pd, lanehop as lh
    >>> rows = pd.DataFrame({"Ticket-Nr.": ["A1", "A1", "A2", "A2"], "Status": ["Neu", "Gelöst"] * 2,
    ...                      "Geändert am": ["01.02.2024 09:00", "13.02.2024 10:00"] * 2})
    >>> suggestion = lh.suggest_dialect(rows)
    >>> suggestion.dialect.time_format, dict(suggestion.dialect.states)
    ('%d.%m.%Y %H:%M', {'queued': ('Neu',), 'resolved': ('Gelöst',)})

    See Also
    --------
    read_log : the step after. Dialect : what is proposed.
    """
    # The dozen modules behind it are loaded when they are needed.
    from lanehop.read.suggest.dialect_search import search_dialect

    return search_dialect(source)
