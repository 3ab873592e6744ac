"""The bell between the stack's processes: who sends a message rings, and a worker looks at its queue at once.

A named pipe in the data folder carries one byte a message, and each ring wakes one worker. Nothing depends on it:
workers look by themselves now and then.
"""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BELL = "bell"


class WorkerWakeup:
    """The pipe at ``path``, made if it isn't there."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            os.mkfifo(path, 0o600)
        # Read and write, so that neither end waits for the other to be opened.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def ring(self, **_event: Any) -> None:
        """Wake one waiter, now or at its next wait."""
        with contextlib.suppress(BlockingIOError):  # full of unheard rings: everybody is awake anyway
            os.write(self._descriptor, b".")

    def wait(self, seconds: float) -> None:
        """Wait for a ring, ``seconds`` at most."""
        if select.select([self._descriptor], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):  # another waiter was faster
                os.read(self._descriptor, 1)

    def ring_at_every_send(self, sqs: SQSClient) -> None:
        """Ring whenever ``sqs`` has sent a message."""
        sqs.meta.events.register("after-call.sqs.SendMessage", self.ring)
