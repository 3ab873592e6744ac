"""Measure the CPU time of the guard of the local emulators: `python -m benchmarks.guard`.

One run measures the CPU time per GetItem of three processes: the client (boto3), the guard with its server and its
forwarding, and dynoxide. The guard's own code is then timed in this process on the same request.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.access_key import AccessKey
from local.guard import Guard, Scope
from tests.support.emulators import running_emulators, session_of
from tests.support.stack import children_of

CALLS = 2000
TABLE = "benchmark"


def main() -> None:
    """Measure and print the CPU times."""
    with tempfile.TemporaryDirectory() as folder, running_emulators(Path(folder)) as environment:
        dynamodb = session_of(environment).client("dynamodb")
        scope, body = _recorded(dynamodb, lambda: _make_item(dynamodb))
        guard, database = _processes()
        before = time.process_time(), _cpu_seconds(guard), _cpu_seconds(database)
        for _ in range(CALLS):
            _get_item(dynamodb)
        after = time.process_time(), _cpu_seconds(guard), _cpu_seconds(database)
    client, proxy, dynoxide = (1e6 * (end - start) / CALLS for start, end in zip(before, after, strict=True))
    own = _own_cost(AccessKey(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]), scope, body)
    print(f"Microseconds of CPU per GetItem, mean of {CALLS:,}:")
    print(f"  client (boto3)                    {client:6.0f}")
    print(f"  guard, its server and forwarding  {proxy:6.0f}   {proxy / client:.2f} x the client's")
    print(f"  of that the guard's own code      {own:6.0f}   {own / client:.2f} x the client's")
    print(f"  dynoxide                          {dynoxide:6.0f}")


def _make_item(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "1"}, "text": {"S": "x" * 500}})
    _get_item(dynamodb)


def _get_item(dynamodb: Any) -> None:
    dynamodb.get_item(TableName=TABLE, Key={"id": {"S": "1"}}, ConsistentRead=True)


def _recorded(client: Any, call: Callable[[], None]) -> tuple[Scope, bytes]:
    """Return the last request that ``call`` sends, as an ASGI server passes it to the guard."""
    requests: list[Any] = []
    client.meta.events.register("before-send.dynamodb", lambda request, **_: requests.append(request))
    call()
    url = urlsplit(requests[-1].url)
    headers = [
        (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in {"host": url.netloc, **requests[-1].headers}.items()
    ]
    scope = {"type": "http", "method": "POST", "raw_path": b"/", "query_string": b"", "headers": headers}
    return scope, requests[-1].body


def _own_cost(key: AccessKey, scope: Scope, body: bytes) -> float:
    """Return the microseconds of CPU that the guard's own code takes for a request."""

    async def nothing(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def refused(message: Any) -> None:
        raise AssertionError(message)

    async def measure() -> float:
        host = dict(scope["headers"])[b"host"].decode()
        guard = Guard(nothing, {key.id: key.secret}.get, [host])
        started = time.process_time()
        for _ in range(CALLS):
            await guard(scope, receive, refused)
        return 1e6 * (time.process_time() - started) / CALLS

    return asyncio.run(measure())


def _processes() -> tuple[int, int]:
    """Return the ids of the guard's process and of dynoxide's."""
    [guard] = [pid for pid in children_of(os.getpid()) if "local.dynamodb" in _command(pid)]
    [database] = [pid for pid in children_of(guard) if "dynoxide" in _command(pid).split()[0]]
    return guard, database


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except FileNotFoundError:
        return " "


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
