"""From instants to durations: opening hours, and durations that are cut off. Arrays; no tables."""

from lanehop.clocks.business import business_time
from lanehop.clocks.calendars import Calendar

__all__ = ["Calendar", "business_time"]
