import threading
import time
from pathlib import Path

import pytest

from local.worker_wakeup import WorkerWakeup


def is_woken(wakeup: WorkerWakeup) -> bool:
    """Return whether a wait ends long before its time."""
    started = time.monotonic()
    wakeup.wait(2)
    return time.monotonic() - started < 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pipe"


def test_a_notification_by_another_process_ends_the_wait(path: Path) -> None:
    worker, sender = WorkerWakeup(path), WorkerWakeup(path)
    threading.Timer(0.05, sender.notify).start()

    assert is_woken(worker)


def test_a_notification_before_the_wait_ends_one_wait(path: Path) -> None:
    wakeup = WorkerWakeup(path)
    wakeup.notify()

    assert is_woken(wakeup)
    started = time.monotonic()
    wakeup.wait(0.05)
    assert time.monotonic() - started >= 0.05


def test_notifications_without_a_waiting_worker_never_block(path: Path) -> None:
    wakeup = WorkerWakeup(path)

    for _ in range(70_000):  # more than a pipe holds
        wakeup.notify()

    assert is_woken(wakeup)
