"""What a metric redesign review puts on the table: who pushes cost onto whom, whom to call, and what moved."""

from lanehop.review.calls import call_list
from lanehop.review.comparison import MetricComparison, compare_metrics
from lanehop.review.customers import score_customers
from lanehop.review.department_scores import score_departments
from lanehop.review.drift import find_drift
from lanehop.review.first_person import first_human
from lanehop.review.metrics import Metric
from lanehop.review.promised import promises

__all__ = [
    "Metric",
    "MetricComparison",
    "call_list",
    "compare_metrics",
    "find_drift",
    "first_human",
    "promises",
    "score_customers",
    "score_departments",
]
