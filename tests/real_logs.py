"""Where the real logs are: ``$LANEHOP_DATA``, or ``shared/data`` beside the repository's folder."""

import os
from pathlib import Path

import pytest

_PLACES = [os.environ.get("LANEHOP_DATA"), Path(__file__).resolve().parents[2] / "shared" / "data"]

DATA: Path | None = next((Path(place) for place in _PLACES if place and Path(place).is_dir()), None)

needs_data = pytest.mark.skipif(
    DATA is None, reason="no real logs: neither $LANEHOP_DATA nor ../shared/data is a folder"
)
