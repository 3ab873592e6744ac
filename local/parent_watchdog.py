"""No orphans: a process of the stack ends when its parent is gone, however the parent ended."""

import os
import signal
import threading
import time

PARENT = "PARENT_PID"
"""The variable by which a parent tells its id: asked later, a process whose parent has died already learns another."""

_LOOK_SECONDS = 0.5


def end_with_parent() -> None:
    """From now on, send this process SIGTERM as soon as its parent has died."""
    parent = int(os.environ.get(PARENT, os.getppid()))

    def watch() -> None:
        wait_for_end_of(parent)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent watchdog").start()


def wait_for_end_of(parent: int) -> None:
    """Wait until ``parent`` is this process's parent no longer."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
