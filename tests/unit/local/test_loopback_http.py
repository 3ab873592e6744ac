"""AWS calls over plain connections: the same answers and errors as botocore's own, on connections that stay open."""

import os
import resource
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from local.loopback_http import LoopbackHttp
from local.ports import LOOPBACK, free_port

ITEM = b'{"Item":{"id":{"S":"1"}}}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ITEM), ITEM)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(ITEM), ITEM)
REFUSED = b"HTTP/1.1 400 Bad\r\nContent-Length: 50\r\n\r\n" + b'{"__type":"ValidationException","message":"wrong"}'
BROKEN = (b"", ANSWER[:30], b"no HTTP")
LAST = ANSWER.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


class Server(threading.Thread):
    """A server that gives ``answers`` in turn, the last one again and again. None: it never answers.

    It closes the connection only after an answer that is not complete, whatever the others say.
    """

    def __init__(self, *answers: bytes | None) -> None:
        super().__init__(daemon=True)
        self._answers = list(answers)
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections: list[socket.socket] = []
        self.start()

    def run(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        while request := connection.recv(100_000):
            while not request.endswith(b"}") and not request.endswith(b"end of the body"):
                request += connection.recv(100_000)
            self.requests.append(request)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if answer is not None:
                connection.sendall(answer)
            if answer in BROKEN:
                connection.close()
                return


def client(service: str, port: int, **config: Any) -> Any:
    """Return a client whose calls are sent over plain connections, each only once."""
    made: Any = boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=f"http://{LOOPBACK}:{port}", region_name="eu-central-1", aws_access_key_id="KEY",
        aws_secret_access_key="secret", config=Config(retries={"total_max_attempts": 1}, **config),
    )  # fmt: skip
    LoopbackHttp().serve(made)
    return made


def get_item(dynamodb: Any) -> Any:
    """Return the item."""
    return dynamodb.get_item(TableName="t", Key={"id": {"S": "1"}})["Item"]


@contextmanager
def no_urllib3(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail if botocore sends a call itself."""
    with monkeypatch.context() as patched:
        patched.setattr("botocore.httpsession.URLLib3Session.send", lambda *_: pytest.fail("sent by urllib3"))
        yield


@pytest.mark.parametrize("answer", [ANSWER, CHUNKED], ids=["length", "chunked"])
def test_calls_are_answered_on_one_connection(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    server = Server(answer)
    dynamodb = client("dynamodb", server.port)
    with no_urllib3(monkeypatch):
        assert [get_item(dynamodb) for _ in range(3)] == [{"id": {"S": "1"}}] * 3
    assert len(server.connections) == 1
    assert server.requests[0].startswith(b"POST / HTTP/1.1\r\n")
    assert f"\r\nHost: {LOOPBACK}:{server.port}\r\n".encode() in server.requests[0]


def test_a_put_sends_the_whole_body(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 0\r\n\r\n')
    body = b"x" * 300_000 + b"end of the body"
    with no_urllib3(monkeypatch):
        assert client("s3", server.port).put_object(Bucket="bucket", Key="a b", Body=body)["ETag"] == '"1"'
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /bucket/a%20b HTTP/1.1\r\n")
    assert sent == body


def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    server = Server(ANSWER)
    dynamodb = client("dynamodb", server.port)
    get_item(dynamodb)
    server.connections[0].shutdown(socket.SHUT_RDWR)
    assert get_item(dynamodb)
    assert len(server.connections) == 2


def test_a_connection_is_not_used_again_if_the_server_says_so() -> None:
    server = Server(LAST, ANSWER)
    dynamodb = client("dynamodb", server.port)
    assert get_item(dynamodb) == get_item(dynamodb)
    assert len(server.connections) == 2


def test_threads_use_different_connections() -> None:
    server = Server(ANSWER)
    dynamodb = client("dynamodb", server.port)
    with ThreadPoolExecutor(8) as threads:
        items = list(threads.map(lambda _: get_item(dynamodb), range(200)))
    assert items == [{"id": {"S": "1"}}] * 200
    assert len(server.connections) <= 8


def test_an_error_of_the_service_is_raised_as_one() -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        get_item(client("dynamodb", Server(REFUSED).port))


def test_a_server_that_does_not_listen_is_reported_by_botocores_error() -> None:
    with pytest.raises(EndpointConnectionError):
        get_item(client("dynamodb", free_port()))


@pytest.mark.parametrize("answer", BROKEN, ids=["nothing", "a part", "no HTTP"])
def test_a_broken_answer_is_reported_by_botocores_error(answer: bytes) -> None:
    with pytest.raises(ConnectionClosedError):
        get_item(client("dynamodb", Server(answer).port))


def test_a_server_that_does_not_answer_in_time_is_reported_by_botocores_error() -> None:
    with pytest.raises(ReadTimeoutError):
        get_item(client("dynamodb", Server(None).port, read_timeout=0.1))


def test_botocore_tries_again_after_a_broken_answer() -> None:
    server = Server(b"", ANSWER)
    dynamodb: Any = boto3.client(
        "dynamodb", endpoint_url=f"http://{LOOPBACK}:{server.port}", region_name="eu-central-1",
        aws_access_key_id="KEY", aws_secret_access_key="secret",
    )  # fmt: skip
    LoopbackHttp().serve(dynamodb)
    assert get_item(dynamodb)
    assert len(server.requests) == 2


def test_a_process_with_more_than_1024_open_files_can_call() -> None:
    dynamodb = client("dynamodb", Server(ANSWER).port)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard == resource.RLIM_INFINITY else min(hard, 4096), hard))
        files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1024):
            files.enter_context(open(os.devnull, "rb"))  # noqa: PTH123
        assert get_item(dynamodb) == get_item(dynamodb)
