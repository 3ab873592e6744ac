"""The AWS emulator as a process of the stack: `python -m local.emulator`."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from ministack import app as ministack
from ministack.services import s3

from local.access_key import AccessKey
from local.config import SAVE_SECONDS
from local.guard import Application, Guard, Receive, Scope, Send, hosts_at
from local.parent_watchdog import end_with_parent


def _saving(application: Application) -> Application:
    """Make ministack save its DynamoDB every SAVE_SECONDS.

    On its own event loop, between two requests: a copy made in another thread could hold half of a transaction.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        saving = asyncio.create_task(_save_for_ever()) if scope["type"] == "lifespan" else None
        await application(scope, receive, send)
        if saving is not None:
            saving.cancel()

    return serve


async def _save_for_ever() -> None:
    # Where dynoxide serves, ministack must not load a DynamoDB of its own.
    from ministack.core.persistence import save_state  # noqa: PLC0415
    from ministack.services import dynamodb  # noqa: PLC0415

    while True:
        await asyncio.sleep(SAVE_SECONDS)
        save_state("dynamodb", dynamodb.get_state())


def _fail_when_the_disk_does() -> None:
    """Make a PUT fail whose object could not be written: ministack logs that and answers as if it were on the disk."""
    persist = s3._persist_object  # noqa: SLF001 - there is no public way

    def persist_or_fail(bucket: str, key: str, record: Any) -> None:
        persist(bucket, key, record)
        if isinstance(record, dict) and record.get("body") is not None:  # it drops the body once that is on the disk
            raise OSError(f"{bucket}/{key} could not be written")

    s3._persist_object = persist_or_fail  # noqa: SLF001


def main() -> None:
    """Serve until SIGTERM, behind the guard: ministack takes ``test`` and any key of 12 digits, with any secret."""
    end_with_parent()
    _fail_when_the_disk_does()
    application = _saving(ministack.app) if os.environ["SAVE_DYNAMODB"] else ministack.app
    key = AccessKey.of_environment()
    hosts, origins = hosts_at(int(os.environ["GATEWAY_PORT"])), os.environ["PAGE_ORIGINS"].split()
    services = os.environ["SERVICES"].split(",") if os.environ["SERVICES"] else None
    ministack.app = Guard(application, {key.id: key.secret}.get, hosts, origins, services)
    ministack.main()


if __name__ == "__main__":
    main()
