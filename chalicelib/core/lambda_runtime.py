"""Where this process runs: as a Lambda function or on somebody's machine."""

import os
from collections.abc import Callable
from math import inf
from typing import Any


def function_name() -> str | None:
    """The Lambda function that this process is; None outside Lambda."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME")


def service_name() -> str:
    """What log lines and metrics of this stage are filed under."""
    return f"liver-lifespan-{os.environ.get('STAGE', 'local')}"


def time_left(context: Any) -> Callable[[], float]:
    """Return a function that tells for how many seconds an invocation may go on: for ever outside Lambda.

    ``context`` is Lambda's, or None.
    """
    return (lambda: context.get_remaining_time_in_millis() / 1000) if context else (lambda: inf)
