"""Hands whole requests to a WSGI application in a few threads.

A server that speaks WSGI itself gives a thread to a request before its body has arrived, so that a few clients who
never finish theirs stop everybody. Here a request waits for its body without a thread, and not for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from local.gateway import BODY_IS_LATE, GATEWAY_BYTES_MAX, Environ, Wsgi

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol
    from granian.rsgi import Scope

BODY_SECONDS = 30
"""As long as API Gateway waits for anything."""
_SMALL_BYTES = 64 * 1024

Answer = tuple[int, list[tuple[str, str]], bytes]


class RsgiApplication:
    """Serves a WSGI application over RSGI, granian's own interface, in which a body can be waited for."""

    def __init__(self, wsgi: Wsgi, threads: int, body_seconds: float = BODY_SECONDS) -> None:
        self._wsgi = wsgi
        self._threads = ThreadPoolExecutor(threads)
        self._body_seconds = body_seconds
        # A crowd of large files waits outside instead of filling the memory. What is small passes it.
        self._large = asyncio.Semaphore(threads)

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        """Answer one request."""
        environ = _environ(scope)
        length = _length(environ)
        async with self._large if length > _SMALL_BYTES else contextlib.nullcontext():
            # What is too large is refused by its length, and not read.
            if 0 < length <= GATEWAY_BYTES_MAX:
                await self._read(protocol, environ)
            status, headers, content = await asyncio.get_running_loop().run_in_executor(
                self._threads, _answer, self._wsgi, environ
            )
        protocol.response_bytes(status, headers, content)

    async def _read(self, protocol: RSGIHTTPProtocol, environ: Environ) -> None:
        try:
            body = await asyncio.wait_for(protocol(), self._body_seconds)
        except TimeoutError:
            environ[BODY_IS_LATE] = True
        else:
            environ["wsgi.input"] = io.BytesIO(body)


def _length(environ: Environ) -> int:
    declared = environ.get("CONTENT_LENGTH", "")
    return int(declared) if declared.isdecimal() else 0


def _environ(scope: Scope) -> Environ:
    """Return the request as WSGI has it (PEP 3333), without its body."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
    }
    environ["SERVER_NAME"], _, environ["SERVER_PORT"] = scope.server.rpartition(":")
    for name, value in scope.headers.items():
        if "_" in name:  # WSGI writes hyphens so too: `Content_Length` would pass for the length of the body
            continue
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def _answer(wsgi: Wsgi, environ: Environ) -> Answer:
    status, headers = 500, list[tuple[str, str]]()

    def start_response(line: str, given: list[tuple[str, str]]) -> None:
        nonlocal status, headers
        status, headers = int(line.split(" ", 1)[0]), given

    content: Iterable[bytes] = wsgi(environ, start_response)
    try:
        return status, headers, b"".join(content)
    finally:
        if close := getattr(content, "close", None):
            close()
