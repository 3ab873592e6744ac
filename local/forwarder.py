"""Forward HTTP requests to a server on loopback, over connections that stay open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.guard import Receive, Scope, Send

# These headers describe one connection and must not be forwarded (RFC 9110, 7.6.1).
_HOP_BY_HOP = set(b"connection content-length expect keep-alive te transfer-encoding upgrade".split())


class Forwarder:
    """An ASGI application that returns the answers of the server at ``port``. They must have a Content-Length."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request. Raises ``OSError`` if the connection breaks; the server may have handled the request."""
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(_request(scope, body))
            status, headers, answer = await _response(reader)
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def _request(scope: Scope, body: bytes) -> bytes:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    lines = [
        scope["method"].encode() + b" " + scope["raw_path"] + query + b" HTTP/1.1",
        *(name + b": " + value for name, value in scope["headers"] if name not in _HOP_BY_HOP),
        b"content-length: " + str(len(body)).encode(),
    ]
    return b"\r\n".join([*lines, b"", body])


async def _response(reader: asyncio.StreamReader) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        start, *lines = head[:-4].split(b"\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
        body = await reader.readexactly(int(dict(headers)[b"content-length"]))
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError("The database's server closed the connection.") from error
    return int(start.split(b" ")[1]), [header for header in headers if header[0] != b"connection"], body
