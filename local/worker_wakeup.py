"""Wake a waiting worker as soon as a message is sent to its queue, through a named pipe in the data folder.

The sender writes one byte for each message, and each byte wakes one worker. Nothing depends on it: workers also poll
their queue by themselves.
"""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PIPE = "bell"
"""The pipe's file name. Existing data folders have a file of this name, so it stays."""


class WorkerWakeup:
    """The pipe at ``path``, created if it does not exist."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            os.mkfifo(path, 0o600)
        # Opened for reading and writing, so that neither side waits for the other to open it.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def notify(self, **_event: Any) -> None:
        """Wake one waiting worker, or the next one that waits."""
        with contextlib.suppress(BlockingIOError):  # the pipe is full, so no worker will wait for long
            os.write(self._descriptor, b".")

    def wait(self, seconds: float) -> bool:
        """Wait for a notification, at most ``seconds``. Return whether there was one."""
        if select.select([self._descriptor], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):  # another worker read the byte first
                return bool(os.read(self._descriptor, 1))
        return False

    def notify_after_every_send(self, sqs: SQSClient) -> None:
        """Notify whenever ``sqs`` has sent a message."""
        sqs.meta.events.register("after-call.sqs.SendMessage", self.notify)
