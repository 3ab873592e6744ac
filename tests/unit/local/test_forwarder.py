"""The forwarder passes on what the guard admits, on one connection to the server for each client's connection."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.forwarder import Forwarder, forward
from local.guard import BODY_BYTES_MAX, Guard
from local.ports import LOOPBACK

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
HOST = f"{LOOPBACK}:4567"


def request(body: bytes = b"{}", sent: bytes | None = None, path: str = "/", **headers: str) -> bytes:
    """Return a signed request. With ``sent`` another body follows than the signed one."""
    signed = AWSRequest("POST", f"http://{HOST}{path}", {"Host": HOST, **headers}, body)
    SigV4Auth(Credentials("KEY", "secret"), "dynamodb", "eu-central-1").add_auth(signed)
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in signed.headers.items())]
    body = body if sent is None else sent
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


class Server:
    """A server that keeps the requests it gets. ``answer`` None: it closes the connection instead of answering."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await reader.read(100_000):
            self.requests.append(head)
            if self.answer is None:
                writer.close()
                return
            writer.write(self.answer)
        writer.close()


def talk(client: Talk, answer: bytes | None = ANSWER) -> tuple[bytes, Server]:
    """Let ``client`` talk to the server through a forwarder. Return what it received, and the server."""
    server = Server(answer)

    async def run() -> bytes:
        guard = Guard(forward, {"KEY": "secret"}.get, [HOST], services={"dynamodb"})
        async with await asyncio.start_server(server.serve, LOOPBACK, 0) as behind:
            port = behind.sockets[0].getsockname()[1]
            loop = asyncio.get_running_loop()
            async with await loop.create_server(lambda: Forwarder(guard, LOOPBACK, port), LOOPBACK, 0) as before:
                reader, writer = await asyncio.open_connection(*before.sockets[0].getsockname())
                try:
                    return await asyncio.wait_for(client(reader, writer), 10)
                finally:
                    writer.close()

    return asyncio.run(run()), server


def sends(*parts: bytes) -> Talk:
    """Return a client that sends ``parts`` and reads until the connection is closed."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.01)
        return await reader.read()

    return client


def test_requests_of_a_connection_reach_the_server_on_one_connection() -> None:
    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        received = b""
        for body in (b'{"a":1}', b'{"b":2}'):
            content = request(body)
            for part in (content[:50], content[50:-3], content[-3:]):
                writer.write(part)
                await asyncio.sleep(0.01)
            received += await reader.readexactly(len(ANSWER))
        return received

    received, server = talk(client)

    assert received == ANSWER * 2
    assert server.connections == 1
    assert [content.partition(b"\r\n\r\n")[2] for content in server.requests] == [b'{"a":1}', b'{"b":2}']


def test_headers_about_the_connection_are_not_passed_on_and_the_connection_ends_as_the_client_asked() -> None:
    received, server = talk(sends(request(Connection="close", TE="trailers")))

    assert received == ANSWER
    names = [line.partition(b":")[0] for line in server.requests[0].splitlines()]
    assert not {b"connection", b"te"}.intersection(names)
    assert b"authorization" in names


def test_an_unsigned_request_is_refused_and_does_not_reach_the_server() -> None:
    received, server = talk(sends(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 2\r\n\r\n{{}}".encode()))

    assert received.startswith(b"HTTP/1.1 403 ")
    assert b"<Code>AccessDenied</Code>" in received
    assert server.connections == 0


@pytest.mark.parametrize("declared", [{}, {"X-Amz-Content-SHA256": "a" * 64}])
def test_another_body_than_the_signed_one_does_not_reach_the_server(declared: dict[str, str]) -> None:
    received, server = talk(sends(request(b'{"a":1}', sent=b'{"a":2}', **declared)))

    assert received.startswith(b"HTTP/1.1 403 ")
    assert server.connections == 0


@pytest.mark.parametrize(
    "content",
    [
        b"no HTTP\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
        f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n".encode(),
        request(b"", sent=b"x" * (BODY_BYTES_MAX + 1)),
    ],
    ids=["no HTTP", "two lengths", "upgrade", "too long"],
)
def test_the_connection_is_closed_after_a_request_that_cannot_be_forwarded(content: bytes) -> None:
    received, server = talk(sends(content))

    assert received == b""
    assert server.connections == 0


def test_a_request_before_the_answer_to_the_last_one_closes_the_connection() -> None:
    _, server = talk(sends(request() + request()))

    assert server.connections == 0


def test_the_connection_is_closed_if_the_server_closes_its_own() -> None:
    received, server = talk(sends(request()), answer=None)

    assert received == b""
    assert len(server.requests) == 1


def test_the_client_may_wait_before_it_sends_the_body() -> None:
    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        content = request(Expect="100-continue")
        writer.write(content[:-2])
        interim = await reader.readuntil(b"\r\n\r\n")
        writer.write(content[-2:])
        return interim + await reader.readexactly(len(ANSWER))

    received, _ = talk(client)

    assert received == b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER
