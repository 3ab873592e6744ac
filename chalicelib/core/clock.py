"""Time, as a value that can be passed in."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Seconds since the epoch."""

system_clock: Clock = time.time


def iso(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds. Sorts as text in the order of time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
