"""The local stack's durable DynamoDB: dynoxide, on SQLite. ``python -m local.dynamodb PORT FILE`` runs it.

dynoxide writes to disk before it answers. Its binary exists for some platforms only. On others the AWS emulator,
ministack, serves DynamoDB.

dynoxide listens in a network namespace of its own. This process listens on the machine's loopback and forwards the
requests that the guard admits (ADR 8).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
from pathlib import Path

import uvloop

from local import isolation
from local.access_key import AccessKey
from local.config import ROOT
from local.errors import StackError
from local.forwarder import Forwarder, forward
from local.guard import Guard, hosts_at
from local.parent_watchdog import end_with_parent, wait_for_end_of
from local.ports import LOOPBACK, free_port, wait_until_answered

DATABASE = "dynamodb.sqlite"
OPEN = "open"
"""The third argument of ``main`` that lets dynoxide listen on the machine's own loopback."""
_MINISTACK_STATE = Path("emulator") / "state" / "dynamodb.json"


def executable() -> Path | None:
    """Return the path of the binary for this machine, or None if its package is not installed."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    path = ROOT / "local" / "node_modules" / "@dynoxide" / f"{sys.platform}-{machine}" / "dynoxide"
    return path if path.exists() else None


def unavailable_reason() -> str:
    """Return why dynoxide does not serve on this machine."""
    if executable() is None:
        return "it is not installed"
    if not isolation.is_possible():
        return "this machine cannot hide its port from other programs"
    return "this folder was created without it"


def serves(data_dir: Path, *, wanted: bool = True, may_be_open: bool = False) -> bool:
    """Return whether dynoxide serves this data folder.

    It must be ``wanted`` and installed. Other programs must not be able to reach its port, unless ``may_be_open``.
    The folder must not have been created by ministack. Raises ``StackError`` if dynoxide wrote the folder's data and
    can't serve it now: all coins would seem to be gone.
    """
    can_run = wanted and executable() is not None
    is_usable = can_run and (may_be_open or isolation.is_possible())
    if not (data_dir / DATABASE).exists():
        return is_usable and not (data_dir / _MINISTACK_STATE).exists()
    if is_usable:
        return True
    if can_run:
        raise StackError(
            f"The data in {data_dir} was written by dynoxide, and {unavailable_reason()}. Use 'make run "
            "DYNAMODB=dynoxide' if every user and program on this machine may read and change the data, or choose "
            "another DATA_DIR."
        )
    raise StackError(
        f"The data in {data_dir} was written by dynoxide, which is not installed or was switched off by "
        "DYNAMODB=ministack. Start with 'make run', which installs it, or choose another DATA_DIR."
    )


def main(port: str, file: str, access: str = "") -> int:
    """Serve at ``port`` until SIGTERM. Return the exit code: 1 if dynoxide ended by itself, else 0."""
    binary = executable()
    if binary is None:
        raise StackError("dynoxide is not installed. Let 'make run' install it.")
    # Opened before ``leave_network``, so that it stays on the machine's loopback.
    listener = socket.create_server((LOOPBACK, int(port)), backlog=1024)
    # asyncio sets this option only on sockets with a protocol number. Without it each answer takes 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    inner_port = free_port()
    if access != OPEN:
        isolation.leave_network()
    arguments = [str(binary), "serve", "--host", LOOPBACK, "--port", str(inner_port), "--db-path", file]
    database = subprocess.Popen(arguments)  # noqa: S603
    guard = os.getpid()
    if os.fork() == 0:
        listener.close()
        _end_with(guard, database.pid)
        return 0
    if not wait_until_answered(f"http://{LOOPBACK}:{inner_port}", lambda: database.poll() is None):
        return 1
    end_with_parent()
    return int(uvloop.run(_serve(listener, inner_port, database)))


async def _serve(listener: socket.socket, inner_port: int, database: subprocess.Popen[bytes]) -> bool:
    """Serve until SIGTERM, then stop the database. Return whether the database ended by itself before."""
    key, port = AccessKey.of_environment(), listener.getsockname()[1]
    guard = Guard(forward, {key.id: key.secret}.get, hosts_at(port), services={"dynamodb"})
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    server = await loop.create_server(lambda: Forwarder(guard, LOOPBACK, inner_port), sock=listener)
    ended = loop.create_task(asyncio.to_thread(database.wait))
    ended.add_done_callback(lambda _: stopping.set())
    await stopping.wait()
    server.close()
    has_failed = ended.done()
    database.terminate()
    await ended
    return has_failed


def _end_with(guard: int, database: int) -> None:
    """Stop the database when the guard's process has ended: dynoxide can't watch its parent itself."""
    wait_for_end_of(guard)
    with contextlib.suppress(ProcessLookupError):
        os.kill(database, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
