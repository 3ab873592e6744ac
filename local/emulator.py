"""The AWS emulator as a process of the stack: `python -m local.emulator`."""

from __future__ import annotations

import time
import urllib.request
from typing import TYPE_CHECKING

from local.config import LOOPBACK, LocalConfig, aws_environment

if TYPE_CHECKING:
    from collections.abc import Callable


def emulator_environment(config: LocalConfig) -> dict[str, str]:
    """ministack's own settings.

    It listens on loopback only and opens no other port; it keeps DynamoDB, SQS and S3 in the data folder. AUTH
    makes it check signatures, so that buckets can't be read without one.
    """
    return aws_environment(config) | {
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(config.emulator_port),
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(config.data_dir / "emulator" / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(config.data_dir / "emulator" / "s3"),
        "LOG_LEVEL": "WARNING",
    }


def wait_until_ready(config: LocalConfig, is_alive: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether the emulator answers within ``seconds``. Stops waiting when its process has ended."""
    deadline = time.monotonic() + seconds
    while is_alive() and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{config.endpoint}/_ministack/health", timeout=2):  # noqa: S310
                return True
        except OSError:
            time.sleep(0.05)
    return False


if __name__ == "__main__":
    from ministack.app import main

    from local.lifeline import end_with_parent

    end_with_parent()
    main()
