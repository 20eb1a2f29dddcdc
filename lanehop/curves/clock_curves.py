"""Clock curves: the share of cases that are closed, and that are fixed, at each age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import median, median_interval, restricted_mean
from lanehop.clocks.censoring import Curve, confidence_band, kaplan_meier, normal_quantile
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, Flags, Instants
from lanehop.curves.grounds import GROUNDS, count_grounds, warn_of_selection, warn_of_unproven
from lanehop.curves.groups import By, Groups, group_rows, read_by, rows_of
from lanehop.curves.spans import Spans, measure_spans
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes
