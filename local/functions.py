"""Run the background functions as processes: ``python -m local.functions worker|background``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import app
from chalicelib.core import aws
from chalicelib.core.observability.logging import configure, log_exception
from local.event_source import EventSource
from local.loopback_http import LoopbackHttp
from local.parent_watchdog import end_with_parent
from local.worker_wakeup import WorkerWakeup


def run_worker(stopping: threading.Event) -> None:
    """Run the inference function behind its queue."""
    wakeup = WorkerWakeup(Path(os.environ["BELL"]))
    EventSource(aws.sqs(), os.environ["INFERENCE_QUEUE_URL"], app.inference_worker, wakeup.wait).run(stopping)


def run_background(stopping: threading.Event) -> None:
    """Run the dead-letter function behind its queue, and the dispatcher on its schedule."""
    WorkerWakeup(Path(os.environ["BELL"])).notify_after_every_send(aws.sqs())
    schedule = threading.Thread(target=_run_schedule, args=(stopping,), name="schedule")
    schedule.start()
    EventSource(aws.sqs(), os.environ["DEAD_LETTER_QUEUE_URL"], app.dead_letter).run(stopping)
    schedule.join()


def _run_schedule(stopping: threading.Event) -> None:
    seconds = float(os.environ["SCHEDULE_SECONDS"])
    while not stopping.wait(seconds):
        try:
            app.dispatcher(scheduled_event(), None)
        except Exception:  # noqa: BLE001 - like EventBridge, go on with the next scheduled run
            log_exception("dispatcher failed")


def scheduled_event() -> dict[str, Any]:
    """Return the event that EventBridge passes to a scheduled function."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "version": "0", "id": "local", "detail-type": "Scheduled Event", "source": "aws.events", "account": "local",
        "time": now, "region": "local", "resources": [], "detail": {},
    }  # fmt: skip


def main(role: str) -> None:
    """Run ``role`` until SIGTERM. Finish the current message first."""
    configure(role)
    end_with_parent()
    LoopbackHttp().serve(aws.dynamodb(), aws.s3(), aws.sqs())
    if role == "worker":
        app.load_models()
        import_module("pandas")  # now, so that the first large file does not wait for it
    # From here on there may be a message to finish. Before this line SIGTERM ends the process at once.
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    {"worker": run_worker, "background": run_background}[role](stopping)


if __name__ == "__main__":
    main(sys.argv[1])
