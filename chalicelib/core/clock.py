"""The clock as a function that can be passed in, and the text form of a time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Returns the current time in seconds since the epoch."""

system_clock: Clock = time.time


def iso(seconds: float) -> str:
    """Return ``seconds`` since the epoch as ISO 8601 in UTC with milliseconds. Such texts sort by time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
