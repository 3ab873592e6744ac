"""Requests reach the application whole, and one that never does costs nobody else anything."""

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
    """A request's head."""

    def __init__(self, method: str, path: str, headers: dict[str, str], query: str = "") -> None:
        self.method, self.path, self.query_string = method, path, query
        self.http_version, self.scheme = "1.1", "http"
        self.server, self.client = "127.0.0.1:7999", "127.0.0.1:50000"
        self.headers = headers


class FakeProtocol:
    """Its body, which may never come, and the answer."""

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


def asked(
    application: Callable[[Request], Answer],
    path: str = "/api/auth/login",
    method: str = "POST",
    body: bytes | None = b"{}",
    query: str = "",
    **headers: str,
) -> tuple[FakeProtocol, tuple[int, dict[str, str], bytes]]:
    """The protocol and the answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    scope, protocol = FakeScope(method, path, named, query), FakeProtocol(body)

    async def ask() -> None:
        rsgi = RsgiApplication(application, threads=1, body_seconds=0.01)
        await rsgi.__rsgi__(cast("Scope", scope), cast("Any", protocol))

    asyncio.run(ask())
    assert protocol.answer
    return protocol, protocol.answer


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    monkeypatch.setattr(app, "__class__", app.__class__)  # which the gateway changes
    return Gateway(app)


def test_the_application_sees_the_whole_request() -> None:
    seen: list[Request] = []

    def application(request: Request) -> Answer:
        seen.append(request)
        return 202, [("X-A", "b")], b"ok"

    _, answer = asked(
        application, "/а b", body=b"xyz", query="a=1", content_length="3", content_type="text/csv", X_b="c"
    )

    assert answer == (202, {"X-A": "b"}, b"ok")
    headers = {"content-length": "3", "content-type": "text/csv", "x-b": "c"}
    assert seen == [Request("POST", "/а b", "a=1", headers, b"xyz")]


def test_a_header_with_an_underscore_does_not_pass_for_another(gateway: Gateway) -> None:
    scope = FakeScope("GET", "/api/health", {"content_length": "M", "transfer_encoding": "x", "content_type": "a/b"})
    protocol = FakeProtocol(None)

    asyncio.run(RsgiApplication(gateway, threads=1).__rsgi__(cast("Scope", scope), cast("Any", protocol)))

    assert protocol.answer
    assert protocol.answer[0] == 200


@pytest.mark.parametrize("length", [10, 1_000_000])
def test_a_body_that_does_not_arrive_is_408_and_nothing_is_done(gateway: Gateway, length: int) -> None:
    _, (status, headers, body) = asked(gateway, body=None, content_length=str(length))

    assert status == 408
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["status"] == 408
    assert "did not arrive in time" in json.loads(body)["detail"]


def test_a_request_is_answered_while_others_wait_for_their_bodies() -> None:
    async def ask() -> tuple[int, list[FakeProtocol]]:
        application = RsgiApplication(lambda _request: (200, [], b"ok"), threads=2)
        small, large = ({"content-length": length} for length in ("10", "1000000"))
        unfinished = [FakeProtocol(None) for _ in range(100)]
        waiting = [
            asyncio.create_task(
                application.__rsgi__(cast("Scope", FakeScope("POST", "/", head)), cast("Any", protocol))
            )
            for protocol, head in zip(unfinished, [small, large] * 50, strict=True)
        ]
        await asyncio.sleep(0)
        quick = FakeProtocol(b"x")
        for head in ({}, {"content-length": "1"}):
            await application.__rsgi__(cast("Scope", FakeScope("GET", "/", head)), cast("Any", quick))
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert quick.answer
        return quick.answer[0], unfinished

    status, unfinished = asyncio.run(ask())
    assert status == 200
    assert [each.answer for each in unfinished] == [None] * 100
    assert (
        sum(each.read for each in unfinished) == 50 + 2
    )  # every small one, and as many large ones as there are threads


def test_a_body_in_chunks_is_told_to_come_with_its_length(gateway: Gateway) -> None:
    protocol, (status, _, body) = asked(gateway, transfer_encoding="chunked")

    assert status == 411
    assert "Content-Length" in json.loads(body)["detail"]
    assert not protocol.read


def test_a_body_that_is_too_large_by_its_length_is_not_read(gateway: Gateway) -> None:
    protocol, (status, _, _) = asked(gateway, body=None, content_length=str(10 * 1024 * 1024 + 1))

    assert status == 413
    assert not protocol.read


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "GZIP"])
def test_a_long_answer_is_compressed_for_who_takes_it(gateway: Gateway, accepted: str) -> None:
    path = "/api/openapi.json"
    plain = asked(gateway, path, "GET", b"")[1]
    _, (status, headers, body) = asked(gateway, path, "GET", b"", accept_encoding=accepted)

    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert headers["Content-Length"] == str(len(body))
    assert gzip.decompress(body) == plain[2]
    assert len(body) < len(plain[2]) / 4


@pytest.mark.parametrize("accepted", [None, "", "identity", "gzip;q=0", "gzip; q=0.0", "br", "*"])
def test_an_answer_is_plain_for_who_does_not_name_gzip(gateway: Gateway, accepted: str | None) -> None:
    headers = {} if accepted is None else {"accept_encoding": accepted}
    assert "Content-Encoding" not in asked(gateway, "/api/openapi.json", "GET", b"", **headers)[1][1]


def test_a_short_answer_is_plain(gateway: Gateway) -> None:
    _, (status, headers, _) = asked(gateway, "/api/health", "GET", b"", accept_encoding="gzip")
    assert status == 200
    assert "Content-Encoding" not in headers
