import threading
import time
from pathlib import Path

import pytest

from local.worker_wakeup import WorkerWakeup


def heard(bell: WorkerWakeup) -> bool:
    """Whether a wait ends long before its time."""
    started = time.monotonic()
    bell.wait(2)
    return time.monotonic() - started < 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bell"


def test_a_ring_from_another_process_ends_the_wait(path: Path) -> None:
    waiting, ringing = WorkerWakeup(path), WorkerWakeup(path)
    threading.Timer(0.05, ringing.ring).start()

    assert heard(waiting)


def test_a_ring_before_the_wait_is_heard_once(path: Path) -> None:
    bell = WorkerWakeup(path)
    bell.ring()

    assert heard(bell)
    started = time.monotonic()
    bell.wait(0.05)
    assert time.monotonic() - started >= 0.05


def test_rings_that_nobody_hears_never_block(path: Path) -> None:
    bell = WorkerWakeup(path)

    for _ in range(70_000):  # more than a pipe holds
        bell.ring()

    assert heard(bell)
