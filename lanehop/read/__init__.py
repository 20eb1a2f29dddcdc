"""From a source to a TicketLog that accounts for every row of it."""

from lanehop.read.logs import read_log
from lanehop.read.pm4py_frame import to_pm4py

__all__ = ["read_log", "to_pm4py"]
