"""A simulator of a helpdesk whose truth is known, and a small log that comes with lanehop."""

from lanehop.samples.sample import sample_log
from lanehop.samples.simulate import simulate

__all__ = ["sample_log", "simulate"]
