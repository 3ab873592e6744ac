"""Metrics: values are collected during an invocation and written to the log in CloudWatch's embedded metric format."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

from chalicelib.core.lambda_runtime import function_name, service_name
from chalicelib.core.observability.context import bound

NAMESPACE = "LiverLifespan"

_COUNT = "Count"


class Metric(Enum):
    """The metrics, with their names and units in CloudWatch. Alarms use these names.

    Their dimension is ``service``. REQUESTS_REFUSED has a second one, ``limit``: the kind of limit that was reached.
    """

    PREDICTIONS_ACCEPTED = ("PredictionsAccepted", _COUNT)
    PREDICTIONS_SUCCEEDED = ("PredictionsSucceeded", _COUNT)
    PREDICTIONS_REJECTED = ("PredictionsRejected", _COUNT)
    PREDICTIONS_FAILED = ("PredictionsFailed", _COUNT)
    PREDICTIONS_CANCELLED = ("PredictionsCancelled", _COUNT)
    COINS_REFUNDED = ("CoinsRefunded", _COUNT)
    QUEUE_AGE = ("QueueAge", "Seconds")
    ROWS_PER_SECOND = ("RowsPerSecond", "Count/Second")
    DISPATCHER_FAILURES = ("DispatcherFailures", _COUNT)
    AUDIT_FINDINGS = ("AuditFindings", _COUNT)
    AUDIT_AGE = ("AuditAge", "Seconds")
    REQUESTS_REFUSED = ("RequestsRefused", _COUNT)

    def __init__(self, label: str, unit: str) -> None:
        self.label = label
        self.unit = unit


_Values = dict[str | None, dict[Metric, list[float]]]
"""The collected values by the dimension ``limit``, which is None for most metrics, and by metric."""

_collected: ContextVar[_Values | None] = ContextVar("collected", default=None)


def add(metric: Metric, value: float = 1, limit: str | None = None) -> None:
    """Add ``value``, in the metric's unit, to the current invocation. Call this after the transaction is committed."""
    collected = _collected.get()
    if collected is not None:
        collected.setdefault(limit, {}).setdefault(metric, []).append(value)


@contextmanager
def collected() -> Iterator[None]:
    """Collect the values that the block adds, and write them when it ends, even if it raises.

    Outside Lambda no values are collected.
    """
    values: _Values = {}
    token = _collected.set(values if function_name() else None)
    try:
        yield
    finally:
        _collected.reset(token)
        for limit, values_by_metric in values.items():
            _write(values_by_metric, limit)


def _write(values_by_metric: dict[Metric, list[float]], limit: str | None) -> None:
    from aws_lambda_powertools.metrics import EphemeralMetrics  # noqa: PLC0415 - only Lambda needs Powertools

    line = EphemeralMetrics(namespace=NAMESPACE, service=service_name())
    if limit:
        line.add_dimension("limit", limit)
    for metric, values in values_by_metric.items():
        # Counts are summed, because Powertools flushes early when a metric has 100 values.
        for value in [sum(values)] if metric.unit == _COUNT else values:
            line.add_metric(metric.label, metric.unit, value)
    if request_id := bound().get("request_id"):
        line.add_metadata("request_id", request_id)
    line.flush_metrics()
