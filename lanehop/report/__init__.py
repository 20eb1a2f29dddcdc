"""What happened, for people to read: in the terminal, as files, and as one HTML page."""

from lanehop.report.report import write_report

__all__ = ["write_report"]
