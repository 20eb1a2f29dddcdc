"""From a source to a TicketLog that accounts for every row of it."""

from lanehop.read.changes.tables import read_changes
from lanehop.read.logs import read_log
from lanehop.read.pm4py_frame import to_pm4py
from lanehop.read.suggest.suggested_dialect import suggest_dialect

__all__ = ["read_changes", "read_log", "suggest_dialect", "to_pm4py"]
