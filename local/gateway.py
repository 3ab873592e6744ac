"""Local API Gateway: it passes requests to the Chalice app, enforces AWS's limits and serves the page.

It adds to Chalice's ``LocalGateway`` what AWS does and ``LocalGateway`` does not: size limits, binary bodies whose
content type has parameters, compressed answers, and the gateway's own errors as `.chalice/resources.yaml` defines them.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from chalice.config import Config
from chalice.local import (
    LambdaEventConverter,
    LocalChalice,
    LocalGateway,
    LocalGatewayException,
    RouteMatcher,
)
from whitenoise import WhiteNoise

from chalicelib.core.observability.logging import REQUEST, log
from local.provision import read_template

if TYPE_CHECKING:
    from chalice import Chalice

GATEWAY_BYTES_MAX = 10 * 1024 * 1024
LAMBDA_EVENT_BYTES_MAX = 6 * 1024 * 1024
_ENVELOPE_BYTES = 8 * 1024
"""Upper estimate of the bytes that headers and request context add to the body in Lambda's event."""


@dataclass
class Request:
    """An HTTP request. The names in ``headers`` are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    is_late: bool = False
    """Whether the body did not arrive in time."""

    @property
    def length(self) -> int:
        """The body's length in bytes, as the client's Content-Length states it."""
        return int(self.headers.get("content-length") or 0)


Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""


def page_headers(data_origin: str) -> dict[str, str]:
    """Return the page's response headers, as the template defines them for CloudFront.

    ``data_origin``: the origin of the files bucket. The page uploads large files there directly.
    """
    headers = _headers_of("PageHeaders")
    policy: Any = headers["Content-Security-Policy"]
    policy = policy["Fn::Sub"].replace("https://${Files.RegionalDomainName}", data_origin)
    return headers | {"Content-Security-Policy": policy}


def docs_headers() -> dict[str, str]:
    """Return the response headers of the API documentation under /docs/."""
    return _headers_of("DocsHeaders")


def _headers_of(policy: str) -> dict[str, Any]:
    """Return the headers of one of the template's policies, without those for HTTPS only."""
    config = read_template()[policy]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    return {
        "Content-Security-Policy": config["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": config["ReferrerPolicy"]["ReferrerPolicy"],
    }


_DEFINITION: dict[str, Any] = read_template()["RestAPI"]["Properties"]["DefinitionBody"]
_GATEWAY_RESPONSES: dict[str, Any] = _DEFINITION["x-amazon-apigateway-gateway-responses"]
_COMPRESSED_BYTES_MIN: int = _DEFINITION["x-amazon-apigateway-minimum-compression-size"]

_UNKNOWN_ROUTE = "MISSING_AUTHENTICATION_TOKEN"
"""API Gateway's response type for an unknown route."""
_TOO_LARGE = "REQUEST_TOO_LARGE"
_CUT_OFF = "DEFAULT_4XX"
_CHUNKED = "LENGTH_REQUIRED"
_LATE = "BODY_LATE"
_LOCAL_ONLY = {
    _CHUNKED: (411, "Send Content-Length: this local stack can't tell whether a chunked body arrived completely."),
    _LATE: (408, "The body did not arrive in time. Please send it again."),
}
"""Status and detail of errors of the local stack only: API Gateway accepts both kinds of requests."""


class _Converter(LambdaEventConverter):
    """Compares media types without their parameters, such as a form's boundary, as API Gateway does."""

    def _is_binary(self, headers: dict[str, Any]) -> bool:
        media_type = str(headers.get("content-type", "")).split(";", 1)[0].strip().lower()
        return media_type in self._binary_types


class Gateway:
    """Answers requests to the API."""

    def __init__(self, app: Chalice) -> None:
        # `current_request` is an attribute of the app, so threads would mix up their requests. LocalChalice keeps one
        # for each thread. Chalice's own local server changes the class in the same way.
        app.__class__ = type("ThreadedChalice", (LocalChalice, app.__class__), {})
        self._gateway = LocalGateway(app, Config.create(lambda_timeout=29))
        self._gateway.event_converter = _Converter(RouteMatcher(list(app.routes)), app.api.binary_types)

    def __call__(self, request: Request) -> Answer:
        """Answer one request."""
        refusal = _refusal(request)
        status, headers, content = _gateway_answer(refusal, request.method) if refusal else self._answer(request)
        if len(content) >= _COMPRESSED_BYTES_MIN and _takes_gzip(request) and "Content-Encoding" not in headers:
            content = gzip.compress(content, compresslevel=6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(content))
        return status, list(headers.items()), b"" if request.method == "HEAD" else content

    def _answer(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        path = quote(request.path, safe="/%", errors="surrogateescape")
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        if not headers.get("content-type"):
            headers.pop("content-type", None)
        try:
            response = self._gateway.handle_request(
                request.method, f"{path}?{request.query}" if request.query else path, headers, request.body
            )
        except LocalGatewayException:
            return _gateway_answer(_UNKNOWN_ROUTE, request.method)
        headers = {**response["headers"], **response.get("multiValueHeaders", {})}
        content = response["body"] or ""
        if response.get("isBase64Encoded"):
            return response["statusCode"], headers, base64.b64decode(content)
        return response["statusCode"], headers, content.encode() if isinstance(content, str) else content


def _takes_gzip(request: Request) -> bool:
    """Return whether the client names gzip in Accept-Encoding with a weight above 0."""
    for encoding in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = encoding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not weight or weight.strip("0.") != ""
    return False


def _refusal(request: Request) -> str | None:
    """Return the gateway's response type for a request that is too large or incomplete, else None."""
    if "transfer-encoding" in request.headers:
        return _CHUNKED  # granian does not tell a chunked body that was cut off from a complete one
    if request.is_late:
        return _LATE
    if request.length > GATEWAY_BYTES_MAX:
        return _TOO_LARGE
    if len(request.body) < request.length:
        return _CUT_OFF
    return _TOO_LARGE if len(request.body) * 4 // 3 + _ENVELOPE_BYTES > LAMBDA_EVENT_BYTES_MAX else None


def _gateway_answer(kind: str, method: str) -> tuple[int, dict[str, str], bytes]:
    """Return the gateway's own error answer, as the template defines it, and log the request."""
    request_id = str(uuid4())
    response = _GATEWAY_RESPONSES[_CUT_OFF if kind in _LOCAL_ONLY else kind]
    headers = {
        name.removeprefix("gatewayresponse.header."): value.strip("'").replace("context.requestId", request_id)
        for name, value in response["responseParameters"].items()
    }
    body: str = response["responseTemplates"]["application/json"].replace("$context.requestId", request_id)
    status = int(response["statusCode"])
    if kind in _LOCAL_ONLY:
        status, detail = _LOCAL_ONLY[kind]
        body = json.dumps(json.loads(body) | {"status": status, "detail": f"{detail} Nothing was charged."})
    # No path: it could hold personal data that somebody typed.
    log(REQUEST, method=method, route="-", status=status, gateway=kind.lower(), request_id=request_id)
    return status, headers, body.encode()


def with_page(api: Callable[[Request], Answer], page: Path) -> Callable[[Request], Answer]:
    """Return an application that serves the files of the built ``page`` and passes other requests to ``api``."""
    for_page, for_docs = page_headers(os.environ["AWS_ENDPOINT_URL"]), docs_headers()

    def add_headers(headers: Any, _path: str, url: str) -> None:
        for name, value in (for_docs if url.startswith("/docs/") else for_page).items():
            headers[name] = value

    files = WhiteNoise(
        None,
        root=str(page),
        index_file=True,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=r"^/assets/",
        add_headers_function=add_headers,
    ).files

    def answer(request: Request) -> Answer:
        file = files.get(request.path)
        if file is None:
            return api(request)
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
        response = file.get_response(request.method, environ)
        with response.file or io.BytesIO() as content:
            return int(response.status), list(response.headers), content.read()

    return answer
