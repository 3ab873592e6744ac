"""The background functions as processes: `python -m local.functions worker|background`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import app
from chalicelib.core import aws
from chalicelib.core.observability.logging import configure, log_exception
from local.event_source import EventSource
from local.parent_watchdog import end_with_parent
from local.worker_wakeup import WorkerWakeup


def run_worker(stopping: threading.Event) -> None:
    """Run the inference function behind its queue."""
    bell = WorkerWakeup(Path(os.environ["BELL"]))
    EventSource(aws.sqs(), os.environ["INFERENCE_QUEUE_URL"], app.inference_worker, bell.wait).run(stopping)


def run_background(stopping: threading.Event) -> None:
    """Run the dead-letter function behind its queue, and the schedule."""
    WorkerWakeup(Path(os.environ["BELL"])).ring_at_every_send(aws.sqs())
    schedule = threading.Thread(target=_run_schedule, args=(stopping,), name="schedule")
    schedule.start()
    EventSource(aws.sqs(), os.environ["DEAD_LETTER_QUEUE_URL"], app.dead_letter).run(stopping)
    schedule.join()


def _run_schedule(stopping: threading.Event) -> None:
    seconds = float(os.environ["SCHEDULE_SECONDS"])
    while not stopping.wait(seconds):
        try:
            app.dispatcher(scheduled_event(), None)
        except Exception:  # noqa: BLE001 - the next tick tries again, as EventBridge does
            log_exception("dispatcher failed")


def scheduled_event() -> dict[str, Any]:
    """Return the event that EventBridge hands to a scheduled function."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "version": "0", "id": "local", "detail-type": "Scheduled Event", "source": "aws.events", "account": "local",
        "time": now, "region": "local", "resources": [], "detail": {},
    }  # fmt: skip


def main(role: str) -> None:
    """Run ``role`` until SIGTERM, finishing what is at hand."""
    configure(role)
    end_with_parent()
    if role == "worker":
        app.load_models()
    # From here on there may be work at hand; until here SIGTERM just ends the process.
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    {"worker": run_worker, "background": run_background}[role](stopping)


if __name__ == "__main__":
    main(sys.argv[1])
