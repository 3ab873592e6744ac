"""The local stack's durable DynamoDB: dynoxide, on SQLite. `python -m local.dynamodb PORT FILE` runs it.

ministack has a DynamoDB of its own, which it saves at a clean stop only; dynoxide has every write on the disk before it
answers. It comes as a binary for some platforms; elsewhere ministack's serves.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from local.config import LOOPBACK, ROOT, StackError
from local.lifeline import parent_id

if TYPE_CHECKING:
    from collections.abc import Callable

DATABASE = "dynamodb.sqlite"
_OF_MINISTACK = Path("emulator") / "state" / "dynamodb.json"
_WATCH_SECONDS = 0.5


def executable() -> Path | None:
    """The binary for this machine, if its package is installed."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    path = ROOT / "local" / "node_modules" / "@dynoxide" / f"{sys.platform}-{machine}" / "dynoxide"
    return path if path.exists() else None


def serves(data_dir: Path, *, wanted: bool = True) -> bool:
    """Whether dynoxide serves this data folder: if it is ``wanted``, installed, and ministack didn't begin the folder.

    Raises
    ------
    StackError
        dynoxide wrote the folder's data and can't serve it now: everybody's coins would seem to be gone.
    """
    usable = wanted and executable() is not None
    if (data_dir / DATABASE).exists():
        if not usable:
            raise StackError(
                f"The data in {data_dir} was written by dynoxide, which is not installed or not wanted. Let 'make run' "
                "install it and choose it, or take another DATA_DIR."
            )
        return True
    return usable and not (data_dir / _OF_MINISTACK).exists()


def wait_until_ready(port: int, is_alive: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it takes connections within ``seconds``. Stops waiting when its process has ended."""
    deadline = time.monotonic() + seconds
    while is_alive() and time.monotonic() < deadline:
        try:
            with socket.create_connection((LOOPBACK, port), timeout=2):
                return True
        except OSError:
            time.sleep(0.02)
    return False


def _end_with(supervisor: int, database: int) -> None:
    """Stop the database when its supervisor is gone: a foreign binary can't look for itself."""
    while os.getppid() == database:
        time.sleep(_WATCH_SECONDS)
        try:
            os.kill(supervisor, 0)
        except ProcessLookupError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(database, signal.SIGTERM)


def main(port: str, file: str) -> None:
    """Become the database; a forked process watches over its end."""
    binary = executable()
    if binary is None:
        raise StackError("dynoxide is not installed. Let 'make run' install it.")
    supervisor, database = parent_id(), os.getpid()
    if os.fork() == 0:
        _end_with(supervisor, database)
    else:
        os.execv(binary, [str(binary), "serve", "--host", LOOPBACK, "--port", port, "--db-path", file])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
