"""One cold start in this process: prints the CPU milliseconds of its parts. ``benchmarks.observability`` starts it.

It imports nothing beforehand that the app would have to import.
"""

import sys
import time
from itertools import pairwise
from types import SimpleNamespace

from benchmarks.events import request_event


def main() -> None:
    """Import the app, answer a first request, count something for the first time."""
    times = [time.process_time()]

    import app  # noqa: PLC0415 - is what is measured

    times.append(time.process_time())
    status = app.app(request_event("/api/health"), SimpleNamespace(aws_request_id="first"))["statusCode"]
    if status != 200:
        raise RuntimeError(f"GET /api/health answered {status}")
    times.append(time.process_time())

    from chalicelib.core.observability import metrics  # noqa: PLC0415 - loaded by now

    with metrics.collected():
        metrics.add(metrics.Metric.PREDICTIONS_ACCEPTED)
    times.append(time.process_time())

    print(*(1000 * (end - start) for start, end in pairwise(times)), file=sys.stderr)


if __name__ == "__main__":
    main()
