"""No orphans: a process of the stack ends when its parent is gone, however the parent ended."""

import os
import signal
import threading
import time

PARENT = "PARENT_PID"
"""The variable by which a parent tells its id: asked later, a process whose parent has died already learns another."""

_LOOK_SECONDS = 0.5


def parent_id() -> int:
    """The id of the process that started this one."""
    return int(os.environ.get(PARENT, os.getppid()))


def end_with_parent() -> None:
    """From now on, send this process SIGTERM as soon as its parent has died."""
    parent = parent_id()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="lifeline").start()
