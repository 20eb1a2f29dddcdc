"""What the tests of one table after the other are written with."""

from __future__ import annotations

import datetime as dt

import pytest
from builders import START, at, log_of, rows, span

import lanehop as lh


def _lanes_of(*frames, as_of="30D", hold="14D", **options):
    return lh.reconstruct(lh.read_log(log_of(*frames), as_of=at(as_of), **options), hold=hold)


def _pick(frame, *names):
    def plain(value):
        if isinstance(value, dt.datetime):
            value = value - START
        return value / span("1h") if isinstance(value, dt.timedelta) else value

    return [tuple(plain(row[name]) for name in names) for row in rows(frame)]


@pytest.fixture
def lanes_of():
    """Read tickets written by ``builders.chain`` and reconstruct them; options are the dialect's keys."""
    return _lanes_of


@pytest.fixture
def pick():
    """The named columns of a table, a tuple per row; times as hours after the start, lengths as hours."""
    return _pick
