"""Send most AWS calls of the local processes over plain connections: half of a call's CPU time is HTTP (ADR 9).

botocore sends calls with urllib3, which prepares for proxies, TLS, redirects and streams. An emulator on loopback needs
none of that. botocore still serialises, signs, parses and retries each call.
"""

from __future__ import annotations

import select
import socket
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from httptools import HttpParserError, HttpResponseParser

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

# A response that is read as a stream, such as that of GetObject, stays with urllib3.
_OPERATIONS = ("dynamodb", "sqs", "s3.PutObject")
_BLOCK_BYTES = 64 * 1024


class LoopbackHttp:
    """Sends requests over connections that stay open. It is safe to use from several threads."""

    def __init__(self) -> None:
        self._idle: defaultdict[str, list[socket.socket]] = defaultdict(list)

    def serve(self, *clients: Any) -> None:
        """Send the calls of these boto3 clients from now on."""
        for client in clients:
            for operation in _OPERATIONS:
                client.meta.events.register(f"before-send.{operation}", self.send)
            self._connect_seconds = client.meta.config.connect_timeout
            self._read_seconds = client.meta.config.read_timeout

    def send(self, request: AWSPreparedRequest, **_event: Any) -> AWSResponse:
        """Return the response to ``request``. Raises botocore's own errors, so that it tries again as usual."""
        url = urlsplit(request.url)
        connection = self._connection(url)
        response = _Response()
        try:
            connection.sendall(_encoded(request, url))
            response.read_from(connection)
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (OSError, HttpParserError) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        if response.keeps_alive:
            self._idle[url.netloc].append(connection)
        else:
            connection.close()
        return AWSResponse(request.url, response.status, response.headers, _Body(response.body))

    def _connection(self, url: SplitResult) -> socket.socket:
        idle = self._idle[url.netloc]
        while idle:
            connection = idle.pop()
            if not _is_readable(connection):
                return connection
            connection.close()  # an idle connection is only readable after its end
        try:
            connection = socket.create_connection((url.hostname or "", url.port or 80), self._connect_seconds)
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url.geturl(), error=error) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(self._read_seconds)
        return connection


def _is_readable(connection: socket.socket) -> bool:
    poll = select.poll()  # select.select takes no file descriptor above 1023
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


class _Response:
    """A response while it arrives. The ``on_`` methods are those that the parser calls."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._is_complete = False
        self.keeps_alive = False
        self.status = 0
        self.headers: Any = HeadersDict()
        self.body = b""

    def read_from(self, connection: socket.socket) -> None:
        """Read until the response is complete. Raises ``ConnectionError`` if the connection ends before."""
        while not self._is_complete:
            data = connection.recv(_BLOCK_BYTES)
            if not data:
                raise ConnectionResetError("The emulator closed the connection.")
            self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1")] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self._is_complete = True
        self.status = self._parser.get_status_code()
        self.keeps_alive = self._parser.should_keep_alive()


class _Body:
    """The body of a response as ``AWSResponse`` reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> list[bytes]:
        return [self._content]


def _encoded(request: AWSPreparedRequest, url: SplitResult) -> bytes:
    body: Any = request.body or b""
    content = body.read() if hasattr(body, "read") else body.encode() if isinstance(body, str) else body
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    # botocore signs the host without sending it: urllib3 would add it.
    headers = {**request.headers, "Host": url.netloc, "Content-Length": str(len(content))}
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in headers.items()}
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in texts.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content
