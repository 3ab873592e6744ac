"""Serve the API and the page on one port: ``python -m local.api HOST PORT``."""

import contextlib
import os
import signal
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings

from local.config import PAGE
from local.gateway import with_page
from local.parent_watchdog import PARENT, end_with_parent
from local.rsgi import RsgiApplication
from local.worker_wakeup import WorkerWakeup

# Lambda runs many instances; one Python process would use one core. Threads let requests wait for the database at the
# same time. There are few of them, so that many large files at once do not fill the memory.
PROCESSES = min(2, os.cpu_count() or 1)
THREADS = 8
_NICENESS = 8
_STOP_SECONDS = 10


def _let_the_worker_go_first() -> None:
    """Lower the priority of this process and its children.

    Clients that wait for a result keep asking for it. The worker that makes it shares the cores with these requests.
    """
    os.nice(_NICENESS)
    # Linux shares the cores between sessions first, each of which has a niceness of its own (sched(7), autogroup).
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(_NICENESS))


def application() -> RsgiApplication:
    """Return the application that granian's worker process serves."""
    end_with_parent()
    from app import app  # noqa: PLC0415 - in the worker process only
    from chalicelib.core import aws  # noqa: PLC0415
    from chalicelib.core.observability.logging import configure  # noqa: PLC0415
    from local.gateway import Gateway  # noqa: PLC0415
    from local.loopback_http import LoopbackHttp  # noqa: PLC0415

    configure("api")
    LoopbackHttp().serve(aws.dynamodb(), aws.s3(), aws.sqs())
    WorkerWakeup(Path(os.environ["BELL"])).notify_after_every_send(aws.sqs())
    return RsgiApplication(with_page(Gateway(app), PAGE), THREADS)


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM."""
    os.environ[PARENT] = str(os.getpid())  # the parent of granian's workers
    _let_the_worker_go_first()
    # Each worker process inherits granian's signal handler, which would ignore a SIGTERM before the worker serves.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    Granian(
        "local.api:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=PROCESSES,
        workers_kill_timeout=_STOP_SECONDS,
        http1_settings=HTTP1Settings(),
        websockets=False,
        loop=Loops.uvloop,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    end_with_parent()
    serve(sys.argv[1], int(sys.argv[2]))
