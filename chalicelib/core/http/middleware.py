"""What every answer of the API has in common."""

import time
from collections.abc import Callable

from chalice import Response
from chalice.app import Request

from chalicelib.core.http import problem
from chalicelib.core.http.endpoints import CORS, request_id
from chalicelib.core.logging import REQUEST, bound, log


def finish_answer(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Give every answer its problem shape, CORS and cache headers and request id, and log one line."""
    started = time.perf_counter()
    response: Response = get_response(request)
    if isinstance(response.body, dict) and set(response.body) == {"Code", "Message"}:
        response = problem.from_framework(response)
    identifier = request_id(request)
    code = None
    if response.headers.get("Content-Type") == problem.PROBLEM_TYPE:
        response.body["request_id"] = identifier
        code = response.body["code"]
    response.headers.update(CORS.get_access_control_headers())
    response.headers["X-Request-Id"] = identifier
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    log(
        REQUEST,
        method=request.method,
        route=request.context["resourcePath"],  # not the path: whatever was typed would be in the log
        status=response.status_code,
        ms=round((time.perf_counter() - started) * 1000, 1),
        code=code,
        **bound(),
    )
    return response
