"""Measure one cold start in this process, and print the CPU milliseconds of its parts.

``benchmarks.observability`` runs this module. Before the measurement it imports nothing that the app would import.
"""

import sys
import time
from itertools import pairwise
from types import SimpleNamespace

from benchmarks.events import request_event


def main() -> None:
    """Time the import of the app, the first request and the first metric."""
    times = [time.process_time()]

    import app  # noqa: PLC0415 - this import is measured

    times.append(time.process_time())
    status = app.app(request_event("/api/health"), SimpleNamespace(aws_request_id="first"))["statusCode"]
    if status != 200:
        raise RuntimeError(f"GET /api/health returned {status}")
    times.append(time.process_time())

    from chalicelib.core.observability import metrics  # noqa: PLC0415 - already imported by the app

    with metrics.collected():
        metrics.add(metrics.Metric.PREDICTIONS_ACCEPTED)
    times.append(time.process_time())

    print(*(1000 * (end - start) for start, end in pairwise(times)), file=sys.stderr)


if __name__ == "__main__":
    main()
