"""The AWS emulator as a process of the stack: `python -m local.emulator`."""

from __future__ import annotations

import asyncio
import os
import time
import urllib.request
from typing import TYPE_CHECKING, Any

from local.access_key import AccessKey
from local.config import REGION, LocalConfig, aws_environment
from local.guard import HEALTH, Guard, hosts_at
from local.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable


SAVE_SECONDS = 5
"""How often ministack's own DynamoDB is saved, where it serves: by itself it saves at a clean stop only."""


def emulator_environment(config: LocalConfig) -> dict[str, str]:
    """ministack's own settings.

    It listens on loopback only and opens no other port; it keeps DynamoDB, SQS and S3 in the data folder. Only the
    services that the stack uses are started: others, such as Lambda, would run code for whoever gets in. AUTH makes it
    check forms and presigned addresses, and who may read a bucket.
    """
    return aws_environment(config) | {
        "SERVICES": "s3,sqs" if config.dynamodb_port else "s3,sqs,dynamodb",
        "PAGE_ORIGINS": " ".join(sorted(config.page_origins)),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(config.emulator_port),
        # A bucket's region is saved at a clean stop only; without it a form signed for this one is refused.
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(config.data_dir / "emulator" / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(config.data_dir / "emulator" / "s3"),
        "LOG_LEVEL": "WARNING",
        "SAVE_DYNAMODB": "" if config.dynamodb_port else "1",
    }


def wait_until_ready(config: LocalConfig, is_alive: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether the emulator answers within ``seconds``. Stops waiting when its process has ended."""
    deadline = time.monotonic() + seconds
    while is_alive() and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{config.endpoint}{HEALTH}", timeout=2):  # noqa: S310
                return True
        except OSError:
            time.sleep(0.05)
    return False


def _save_dynamodb_now_and_then() -> None:
    """Make ministack save its DynamoDB every SAVE_SECONDS.

    On its own event loop, between two requests: a copy made in another thread could hold half of a transaction.
    """
    from hypercorn import asyncio as hypercorn  # noqa: PLC0415 - in the emulator's process only

    serve = hypercorn.serve

    async def serve_and_save(*arguments: Any, **more: Any) -> None:
        saving = asyncio.create_task(_save_for_ever())
        try:
            await serve(*arguments, **more)
        finally:
            saving.cancel()

    hypercorn.serve = serve_and_save


async def _save_for_ever() -> None:
    from ministack.core.persistence import save_state  # noqa: PLC0415
    from ministack.services import dynamodb  # noqa: PLC0415

    while True:
        await asyncio.sleep(SAVE_SECONDS)
        save_state("dynamodb", dynamodb.get_state())


def _fail_when_the_disk_does() -> None:
    """Make a PUT fail whose object could not be written: ministack logs that and answers as if it were on the disk."""
    from ministack.services import s3  # noqa: PLC0415 - in the emulator's process only

    persist = s3._persist_object  # noqa: SLF001 - there is no public way

    def persist_or_fail(bucket: str, key: str, record: Any) -> None:
        persist(bucket, key, record)
        if isinstance(record, dict) and record.get("body") is not None:  # it drops the body once that is on the disk
            raise OSError(f"{bucket}/{key} could not be written")

    s3._persist_object = persist_or_fail  # noqa: SLF001


def _close_to_strangers() -> None:
    """Put the guard in front of ministack, which takes the key ``test``, and any of 12 digits, with any secret."""
    from ministack import app as ministack  # noqa: PLC0415 - in the emulator's process only

    key = AccessKey.of_environment()
    hosts, origins = hosts_at(int(os.environ["GATEWAY_PORT"])), os.environ["PAGE_ORIGINS"].split()
    services = os.environ["SERVICES"].split(",") if os.environ["SERVICES"] else None
    ministack.app = Guard(ministack.app, {key.id: key.secret}.get, hosts, origins, services)


if __name__ == "__main__":
    from ministack.app import main

    from local.lifeline import end_with_parent

    end_with_parent()
    _close_to_strangers()
    _fail_when_the_disk_does()
    if os.environ["SAVE_DYNAMODB"]:
        _save_dynamodb_now_and_then()
    main()
