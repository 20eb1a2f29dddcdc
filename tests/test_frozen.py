"""A log stays as it was read, whatever the caller does to the frame that it came from."""

import numpy as np
import pandas as pd
import pytest

import lanehop as lh


def frame(unit: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["a", "a", "b"],
            "when": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"], utc=True).as_unit(unit),
            "team": ["x", "y", "z"],
            "status": ["working", "resolved", "working"],
            "number": [1, 2, 3],
        }
    )


def read(source: pd.DataFrame) -> lh.TicketLog:
    columns = {"case": "id", "time": "when", "department": "team", "state": "status"}
    return lh.read_log(source, columns=columns, keep=["number"])


@pytest.mark.parametrize("unit", ["us", "ns"])
def test_an_edit_of_the_source_does_not_reach_the_log(unit: str) -> None:
    source = frame(unit)
    log = read(source)
    before = log.events.copy(deep=True)
    source.loc[0, "when"] = pd.Timestamp("1999-01-01", tz="UTC")
    source.loc[1, "number"] = 77
    source["when"].array[2] = pd.Timestamp("1998-01-01", tz="UTC")
    pd.testing.assert_frame_equal(log.events, before)
    pd.testing.assert_frame_equal(read(frame(unit)).events, before)


def test_an_edit_of_the_log_does_not_reach_the_source() -> None:
    source = frame("us")
    log = read(source)
    events = log.events
    events.loc[0, "time"] = pd.Timestamp("1999-01-01", tz="UTC")
    events.loc[0, "number"] = 77
    pd.testing.assert_frame_equal(source, frame("us"))
    assert log.events["time"].iloc[0] == pd.Timestamp("2024-01-01", tz="UTC")


def test_arrays_of_a_log_cannot_be_written() -> None:
    log = read(frame("us"))
    with pytest.raises(ValueError, match="read-only"):
        log.events["time"].array[0] = pd.Timestamp("1999-01-01", tz="UTC")
    assert not any(x.flags.writeable for x in vars(log._coded).values() if isinstance(x, np.ndarray))
