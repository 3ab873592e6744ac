"""The runtime of this process: its Lambda function, its stage, and the time left of an invocation."""

import os
from collections.abc import Callable
from math import inf
from typing import Any


def function_name() -> str | None:
    """Return the name of the Lambda function that this process runs, or None outside Lambda."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME")


def service_name() -> str:
    """Return the service name that log lines and metrics of this stage carry."""
    return f"liver-lifespan-{os.environ.get('STAGE', 'local')}"


def time_left(context: Any) -> Callable[[], float]:
    """Return a function that returns the seconds left of an invocation; outside Lambda they are infinite.

    ``context`` is Lambda's context object, or None.
    """
    return (lambda: context.get_remaining_time_in_millis() / 1000) if context else (lambda: inf)
