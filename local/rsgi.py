"""An RSGI server adapter that passes complete requests to an application in a few threads.

A request waits for its body without a thread, and only for a limited time. Otherwise a few clients that never finish
their bodies could occupy all threads.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from local.gateway import GATEWAY_BYTES_MAX, Answer, Request

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol
    from granian.rsgi import Scope

BODY_SECONDS = 30
"""How long a request waits for its body, about as long as API Gateway waits."""
_SMALL_BYTES = 64 * 1024


class RsgiApplication:
    """Serves ``answer`` over RSGI, granian's own interface, which lets a coroutine wait for the body."""

    def __init__(self, answer: Callable[[Request], Answer], threads: int, body_seconds: float = BODY_SECONDS) -> None:
        self._answer = answer
        self._threads = ThreadPoolExecutor(threads)
        self._body_seconds = body_seconds
        # Large bodies are read only a few at a time, so that they don't fill the memory. Small ones don't wait.
        self._large = asyncio.Semaphore(threads)

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        """Answer one request."""
        headers = {name.lower(): value for name, value in scope.headers.items()}
        request = Request(scope.method, scope.path, scope.query_string, headers)
        async with self._large if request.length > _SMALL_BYTES else contextlib.nullcontext():
            # The gateway refuses a body above this limit by its Content-Length, so don't read it.
            if 0 < request.length <= GATEWAY_BYTES_MAX:
                try:
                    request.body = await asyncio.wait_for(protocol(), self._body_seconds)
                except TimeoutError:
                    request.is_late = True
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, request)
        protocol.response_bytes(*answer)
