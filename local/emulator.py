"""Run the AWS emulator, ministack, behind the guard: ``python -m local.emulator``."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import uvicorn
from ministack import app as ministack
from ministack.services import s3

from local.access_key import AccessKey
from local.config import SAVE_SECONDS
from local.guard import Application, Guard, Receive, Scope, Send, hosts_at
from local.parent_watchdog import end_with_parent
from local.ports import LOOPBACK


def _saving(application: Application) -> Application:
    """Make ministack save its DynamoDB every ``SAVE_SECONDS``.

    It saves on ministack's event loop, between two requests: another thread could save half of a transaction.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        saving = asyncio.create_task(_save_for_ever()) if scope["type"] == "lifespan" else None
        await application(scope, receive, send)
        if saving is not None:
            saving.cancel()

    return serve


async def _save_for_ever() -> None:
    # Imported here only: while dynoxide serves, ministack must not load its own DynamoDB.
    from ministack.core.persistence import save_state  # noqa: PLC0415
    from ministack.services import dynamodb  # noqa: PLC0415

    while True:
        await asyncio.sleep(SAVE_SECONDS)
        save_state("dynamodb", dynamodb.get_state())


def _report_failed_writes() -> None:
    """Make a PUT fail if its object could not be written to disk. ministack itself logs the error and answers 200."""
    persist = s3._persist_object  # noqa: SLF001 - there is no public function

    def persist_or_fail(bucket: str, key: str, record: Any) -> None:
        persist(bucket, key, record)
        if isinstance(record, dict) and record.get("body") is not None:  # ministack drops the body once it is on disk
            raise OSError(f"{bucket}/{key} could not be written")

    s3._persist_object = persist_or_fail  # noqa: SLF001


def main() -> None:
    """Serve until SIGTERM.

    The guard checks signatures, because ministack accepts the key id ``test``, and any of 12 digits, with any secret.
    """
    end_with_parent()
    _report_failed_writes()
    application = _saving(ministack.app) if os.environ["SAVE_DYNAMODB"] else ministack.app
    key = AccessKey.of_environment()
    hosts, origins = hosts_at(int(os.environ["GATEWAY_PORT"])), os.environ["PAGE_ORIGINS"].split()
    services = os.environ["SERVICES"].split(",") if os.environ["SERVICES"] else None
    guard = Guard(application, {key.id: key.secret}.get, hosts, origins, services)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn stops at SIGTERM and raises it once more afterwards
    # ministack's own server, hypercorn, takes twice the CPU time for a request.
    uvicorn.run(
        guard, host=LOOPBACK, port=int(os.environ["GATEWAY_PORT"]), loop="uvloop", http="httptools", ws="none",
        lifespan="on", log_config=None, access_log=False, server_header=False, date_header=False, proxy_headers=False,
        timeout_keep_alive=75, timeout_graceful_shutdown=5,
    )  # fmt: skip


if __name__ == "__main__":
    main()
