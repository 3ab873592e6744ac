"""HTTP middleware: the headers, the error format and the log line that all responses of the API share."""

import json
import time
from collections.abc import Callable
from typing import Any

from chalice import Response
from chalice.app import Request, handle_extra_types

from chalicelib.core.http import problem
from chalicelib.core.http.endpoints import CORS, request_id
from chalicelib.core.observability.context import bound
from chalicelib.core.observability.logging import REQUEST, log


def finish_response(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Serialise the response, add the request id and the CORS and cache headers, and log one line.

    Chalice's own errors become problem documents.
    """
    started = time.perf_counter()
    response: Response = get_response(request)
    if isinstance(response.body, dict) and set(response.body) == {"Code", "Message"}:
        response = problem.from_framework(response)
    identifier = request_id(request)
    code = None
    if response.headers.get("Content-Type") == problem.PROBLEM_TYPE:
        response.body["request_id"] = identifier
        code = response.body["code"]
    if not isinstance(response.body, str):
        response.body = _json(response.body)
    response.headers.update(CORS.get_access_control_headers())
    response.headers["X-Request-Id"] = identifier
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    log(
        REQUEST,
        method=request.method,
        route=request.context["resourcePath"],  # the pattern: a path could hold personal data
        status=response.status_code,
        ms=round((time.perf_counter() - started) * 1000, 1),
        code=code,
        **bound(),
    )
    return response


def _json(body: Any) -> str:
    """Return ``body`` as JSON in UTF-8. Chalice would escape a Cyrillic letter as ``\\u0412``, three times its length.

    A lone surrogate that a client sent can't be encoded in UTF-8. Then all non-ASCII characters are escaped.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=handle_extra_types)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":"), default=handle_extra_types)
    return text
