"""End a process of the stack when its parent process has ended, however that ended."""

import os
import signal
import threading
import time

PARENT = "PARENT_PID"
"""The environment variable with the parent's id. After the parent's death ``os.getppid`` returns another id."""

_POLL_SECONDS = 0.5


def end_with_parent() -> None:
    """Start a thread that sends this process SIGTERM as soon as its parent has died."""
    parent = int(os.environ.get(PARENT, os.getppid()))

    def watch() -> None:
        wait_for_end_of(parent)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent watchdog").start()


def wait_for_end_of(parent: int) -> None:
    """Wait until ``parent`` is no longer this process's parent."""
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
