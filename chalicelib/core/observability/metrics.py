"""What is counted, written to the log as CloudWatch's embedded metric format by Powertools when an invocation ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

from chalicelib.core.lambda_runtime import function_name, service_name
from chalicelib.core.observability.context import bound

NAMESPACE = "LiverLifespan"

_COUNT = "Count"


class Metric(Enum):
    """Names and units as CloudWatch has them; alarms are built on these names.

    The dimension is ``service``; REQUESTS_REFUSED has ``limit`` beside it, the kind of what was too much.
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


_Counted = dict[str | None, dict[Metric, list[float]]]
"""By the limit, which most metrics don't have."""

_counted: ContextVar[_Counted | None] = ContextVar("counted", default=None)


def add(metric: Metric, value: float = 1, limit: str | None = None) -> None:
    """Count ``value``, in the metric's unit, for the invocation that this runs in. Call it once it is committed."""
    counted = _counted.get()
    if counted is not None:
        counted.setdefault(limit, {}).setdefault(metric, []).append(value)


@contextmanager
def collected() -> Iterator[None]:
    """Write what is counted inside when it ends, however it ends. Outside Lambda nothing is counted."""
    counted: _Counted = {}
    token = _counted.set(counted if function_name() else None)
    try:
        yield
    finally:
        _counted.reset(token)
        for limit, values in counted.items():
            _write(values, limit)


def _write(counted: dict[Metric, list[float]], limit: str | None) -> None:
    from aws_lambda_powertools.metrics import EphemeralMetrics  # noqa: PLC0415 - only Lambda needs Powertools

    line = EphemeralMetrics(namespace=NAMESPACE, service=service_name())
    if limit:
        line.add_dimension("limit", limit)
    for metric, values in counted.items():
        # Counts are summed: of a list as long as CloudWatch takes, Powertools would make a line of its own.
        for value in [sum(values)] if metric.unit == _COUNT else values:
            line.add_metric(metric.label, metric.unit, value)
    if request_id := bound().get("request_id"):
        line.add_metadata("request_id", request_id)
    line.flush_metrics()
