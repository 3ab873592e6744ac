"""The local server passes complete requests to the application. An incomplete request does not delay others."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from granian.rsgi import Scope

from app import app
from local.gateway import Answer, Gateway, Request
from local.rsgi import RsgiApplication


class FakeScope:
    """A request without its body."""

    def __init__(self, method: str, path: str, headers: dict[str, str], query: str = "") -> None:
        self.method, self.path, self.query_string = method, path, query
        self.http_version, self.scheme = "1.1", "http"
        self.server, self.client = "127.0.0.1:7999", "127.0.0.1:50000"
        self.headers = headers


class FakeProtocol:
    """A request's body, which may never arrive (None), and the answer."""

    def __init__(self, body: bytes | None) -> None:
        self._body = body
        self.read = False
        self.answer: tuple[int, dict[str, str], bytes] | None = None

    async def __call__(self) -> bytes:
        self.read = True
        if self._body is None:
            await asyncio.Event().wait()
        return self._body or b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = status, dict(headers), body


def send_request(
    application: Callable[[Request], Answer],
    path: str = "/api/auth/login",
    method: str = "POST",
    body: bytes | None = b"{}",
    query: str = "",
    **headers: str,
) -> tuple[FakeProtocol, tuple[int, dict[str, str], bytes]]:
    """Send a request to the application. Return the protocol and the answer."""
    header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
    scope, protocol = FakeScope(method, path, header_fields, query), FakeProtocol(body)

    async def serve() -> None:
        rsgi = RsgiApplication(application, threads=1, body_seconds=0.01)
        await rsgi.__rsgi__(cast("Scope", scope), cast("Any", protocol))

    asyncio.run(serve())
    assert protocol.answer
    return protocol, protocol.answer


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    monkeypatch.setattr(app, "__class__", app.__class__)  # restored after the test, because the gateway changes it
    return Gateway(app)


def test_the_application_receives_the_whole_request() -> None:
    received: list[Request] = []

    def application(request: Request) -> Answer:
        received.append(request)
        return 202, [("X-A", "b")], b"ok"

    _, answer = send_request(
        application, "/а b", body=b"xyz", query="a=1", content_length="3", content_type="text/csv", X_b="c"
    )

    assert answer == (202, {"X-A": "b"}, b"ok")
    headers = {"content-length": "3", "content-type": "text/csv", "x-b": "c"}
    assert received == [Request("POST", "/а b", "a=1", headers, b"xyz")]


def test_a_header_with_underscores_is_not_taken_for_one_with_hyphens(gateway: Gateway) -> None:
    scope = FakeScope("GET", "/api/health", {"content_length": "M", "transfer_encoding": "x", "content_type": "a/b"})
    protocol = FakeProtocol(None)

    asyncio.run(RsgiApplication(gateway, threads=1).__rsgi__(cast("Scope", scope), cast("Any", protocol)))

    assert protocol.answer
    assert protocol.answer[0] == 200


@pytest.mark.parametrize("length", [10, 1_000_000])
def test_a_body_that_does_not_arrive_gives_408(gateway: Gateway, length: int) -> None:
    _, (status, headers, body) = send_request(gateway, body=None, content_length=str(length))

    assert status == 408
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["status"] == 408
    assert "did not arrive in time" in json.loads(body)["detail"]


def test_a_request_is_answered_while_others_wait_for_their_bodies() -> None:
    async def serve() -> tuple[int, list[FakeProtocol]]:
        application = RsgiApplication(lambda _request: (200, [], b"ok"), threads=2)
        small, large = ({"content-length": length} for length in ("10", "1000000"))
        unfinished = [FakeProtocol(None) for _ in range(100)]
        waiting = [
            asyncio.create_task(
                application.__rsgi__(cast("Scope", FakeScope("POST", "/", headers)), cast("Any", protocol))
            )
            for protocol, headers in zip(unfinished, [small, large] * 50, strict=True)
        ]
        await asyncio.sleep(0)
        quick = FakeProtocol(b"x")
        for headers in ({}, {"content-length": "1"}):
            await application.__rsgi__(cast("Scope", FakeScope("GET", "/", headers)), cast("Any", quick))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert quick.answer
        return quick.answer[0], unfinished

    status, unfinished = asyncio.run(serve())
    assert status == 200
    assert [protocol.answer for protocol in unfinished] == [None] * 100
    # All 50 small bodies, and as many large ones as there are threads.
    assert sum(protocol.read for protocol in unfinished) == 50 + 2


def test_a_chunked_body_gives_411(gateway: Gateway) -> None:
    protocol, (status, _, body) = send_request(gateway, transfer_encoding="chunked")

    assert status == 411
    assert "Content-Length" in json.loads(body)["detail"]
    assert not protocol.read


def test_a_body_whose_length_is_above_the_limit_is_not_read(gateway: Gateway) -> None:
    protocol, (status, _, _) = send_request(gateway, body=None, content_length=str(10 * 1024 * 1024 + 1))

    assert status == 413
    assert not protocol.read


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "GZIP"])
def test_a_long_answer_is_compressed_if_the_client_accepts_gzip(gateway: Gateway, accepted: str) -> None:
    path = "/api/openapi.json"
    plain = send_request(gateway, path, "GET", b"")[1]
    _, (status, headers, body) = send_request(gateway, path, "GET", b"", accept_encoding=accepted)

    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert headers["Content-Length"] == str(len(body))
    assert gzip.decompress(body) == plain[2]
    assert len(body) < len(plain[2]) / 4


@pytest.mark.parametrize("accepted", [None, "", "identity", "gzip;q=0", "gzip; q=0.0", "br", "*"])
def test_an_answer_is_not_compressed_if_the_client_does_not_accept_gzip(gateway: Gateway, accepted: str | None) -> None:
    headers = {} if accepted is None else {"accept_encoding": accepted}
    assert "Content-Encoding" not in send_request(gateway, "/api/openapi.json", "GET", b"", **headers)[1][1]


def test_a_short_answer_is_not_compressed(gateway: Gateway) -> None:
    _, (status, headers, _) = send_request(gateway, "/api/health", "GET", b"", accept_encoding="gzip")
    assert status == 200
    assert "Content-Encoding" not in headers
