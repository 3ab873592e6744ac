"""The connections over which the local processes call the emulators."""

import os
import resource
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from local.loopback_http import LoopbackHttp
from local.ports import LOOPBACK

CALLERS = 8


class Emulator(ThreadingHTTPServer):
    """Answers every call with an empty list of tables. ``behaviour`` says what it does instead or afterwards."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.connections = 0
        self.calls = 0
        self.behaviour = ""
        self.released = threading.Event()
        self.closed = threading.Semaphore(0)

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        self.closed.release()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Emulator

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls += 1
        self.close_connection = self.server.behaviour != ""
        if self.server.behaviour == "wait":
            self.server.released.wait(10)
        elif self.server.behaviour != "close before the answer":
            body = b'{"TableNames": []}'
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()


@pytest.fixture
def client(emulator: Emulator) -> Any:
    client = boto3.client(
        "dynamodb",
        endpoint_url=f"http://{LOOPBACK}:{emulator.server_port}",
        region_name="eu-central-1",
        aws_access_key_id="id",
        aws_secret_access_key="secret",
        config=Config(read_timeout=0.2, retries={"total_max_attempts": 1}),
    )
    LoopbackHttp().serve(client)
    return client


def test_calls_share_a_connection(emulator: Emulator, client: Any) -> None:
    for _ in range(3):
        assert client.list_tables()["TableNames"] == []

    assert (emulator.calls, emulator.connections) == (3, 1)


def test_an_idle_connection_that_the_emulator_closed_is_replaced(emulator: Emulator, client: Any) -> None:
    emulator.behaviour = "close after the answer"
    for _ in range(3):
        client.list_tables()
        assert emulator.closed.acquire(timeout=5)

    assert (emulator.calls, emulator.connections) == (3, 3)


def test_a_connection_that_ends_before_the_answer_is_botocores_error(emulator: Emulator, client: Any) -> None:
    emulator.behaviour = "close before the answer"

    with pytest.raises(ConnectionClosedError):
        client.list_tables()


def test_an_answer_that_takes_too_long_is_botocores_error(emulator: Emulator, client: Any) -> None:
    emulator.behaviour = "wait"

    with pytest.raises(ReadTimeoutError):
        client.list_tables()


def test_threads_that_call_at_once_share_no_connection(client: Any) -> None:
    def call(_number: int) -> int:
        return len(client.list_tables()["TableNames"])

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(CALLERS) as callers:
            assert set(callers.map(call, range(1000))) == {0}
    finally:
        sys.setswitchinterval(interval)


def test_a_process_with_more_than_1024_open_files_can_call(client: Any) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard == resource.RLIM_INFINITY else min(hard, 4096), hard))
    with ExitStack() as files:
        files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1024):
            files.callback(os.close, os.dup(0))

        for _ in range(2):
            assert client.list_tables()["TableNames"] == []
