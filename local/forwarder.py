"""Forward the requests that the guard admits to a server on loopback.

Each connection of a client has a connection of its own to the server. The guard reads whole requests. Answers are
passed on as they arrive.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser, HttpResponseParser

from local.guard import BODY_BYTES_MAX

if TYPE_CHECKING:
    from local.guard import Application, Message, Receive, Scope, Send

# These headers describe one connection and must not be forwarded (RFC 9110, 7.6.1).
_HOP_BY_HOP = set(b"connection content-length expect keep-alive te transfer-encoding upgrade".split())


async def forward(scope: Scope, receive: Receive, _send: Send) -> None:
    """Forward a request of a ``Forwarder``. This is the application behind the guard."""
    message = await receive()
    if message["type"] == "http.request":
        scope["forwarder"].forward(scope, message["body"])


class Forwarder(asyncio.Protocol):
    """A client's connection to ``guard``, an application around ``forward``. The server is at ``host`` and ``port``.

    A client must wait for the answer before it sends its next request, as AWS's SDKs do.
    """

    _client: asyncio.Transport
    _server: asyncio.Transport | None = None

    def __init__(self, guard: Application, host: str, port: int) -> None:
        self._guard = guard
        self._address = host, port
        self._parser = HttpRequestParser(self)
        self._is_busy = False
        self._is_complete = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the client's transport."""
        self._client = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - part of the interface
        """Close the connection to the server too."""
        if self._server is not None:
            self._server.close()

    def data_received(self, data: bytes) -> None:
        """Read a part of a request. Ask the guard after the last part."""
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._client.close()
            return
        if self._is_complete:
            self._is_complete = False
            self._ask_guard()

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._is_busy:
            raise ValueError("The last request has no answer yet.")
        self._is_busy = True
        self._url = self._body = b""
        self._headers: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        """Keep a part of the URL."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Ask for the body if the client waits for that."""
        if (b"expect", b"100-continue") in self._headers:
            self._client.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        self._body += body
        if len(self._body) > BODY_BYTES_MAX:
            raise ValueError("The body is too long.")

    def on_message_complete(self) -> None:
        """Note that the request is complete, and whether the client sends more of them."""
        self._is_complete = True
        self._keeps_alive = self._parser.should_keep_alive()

    def _ask_guard(self) -> None:
        path, _, query = self._url.partition(b"?")
        scope = {
            "type": "http", "method": self._parser.get_method().decode(), "raw_path": path, "query_string": query,
            "headers": self._headers, "forwarder": self,
        }  # fmt: skip
        request: Any = self._guard(scope, self._receive, self._send)
        try:
            request.send(None)  # without a task: nothing suspends it, because the whole body is here
        except StopIteration:
            return
        raise RuntimeError("The guard waits for something else than the body.")

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": self._body}

    async def _send(self, message: Message) -> None:
        """Send a part of the guard's refusal, and close the connection after the last one."""
        if message["type"] == "http.response.start":
            lines = [b"HTTP/1.1 %d Refused" % message["status"], *(b"%s: %s" % item for item in message["headers"])]
            self._client.write(b"\r\n".join([*lines, b"", b""]))
        else:
            self._client.write(message["body"])
            self._client.close()

    def forward(self, scope: Scope, body: bytes) -> None:
        """Send a request to the server."""
        request = _request(scope, body)
        if self._server is None:
            self._connecting = asyncio.create_task(self._connect(request))
        else:
            self._server.write(request)

    async def _connect(self, request: bytes) -> None:
        try:
            connection = asyncio.get_running_loop().create_connection(lambda: _Answers(self), *self._address)
            self._server, _ = await connection
        except OSError:
            self._client.close()
            return
        self._server.write(request)
        if self._client.is_closing():
            self._server.close()

    def answer(self, part: bytes, *, is_last: bool) -> None:
        """Pass on a part of the server's answer."""
        self._client.write(part)
        if is_last:
            self._is_busy = False
            if not self._keeps_alive:
                self._client.close()

    def close(self) -> None:
        """Close the client's connection. If its request has no answer, the client may repeat it."""
        self._client.close()


class _Answers(asyncio.Protocol):
    """A forwarder's connection to the server."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._parser = HttpResponseParser(self)
        self._is_complete = False

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)
        self._forwarder.answer(data, is_last=self._is_complete)
        self._is_complete = False

    def on_message_complete(self) -> None:
        self._is_complete = True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - part of the interface
        self._forwarder.close()


def _request(scope: Scope, body: bytes) -> bytes:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    lines = [
        scope["method"].encode() + b" " + scope["raw_path"] + query + b" HTTP/1.1",
        *(name + b": " + value for name, value in scope["headers"] if name not in _HOP_BY_HOP),
        b"content-length: " + str(len(body)).encode(),
    ]
    return b"\r\n".join([*lines, b"", body])
