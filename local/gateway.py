"""API Gateway and Lambda's front door as a WSGI application over Chalice's LocalGateway, with the page beside it.

What the real ones do and LocalGateway leaves out: size limits, binary bodies whose content type has parameters,
compressed answers, and gateway error answers in the shape that `.chalice/resources.yaml` gives them.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
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
    from pathlib import Path

    from chalice import Chalice

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Environ = dict[str, Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

GATEWAY_BYTES_MAX = 10 * 1024 * 1024
LAMBDA_EVENT_BYTES_MAX = 6 * 1024 * 1024
_ENVELOPE_BYTES = 8 * 1024
"""What headers and request context add to the body in the event, generously."""


def page_headers(data_origin: str) -> dict[str, str]:
    """What the page comes with; CloudFront's response headers policy sets the same on AWS.

    ``data_origin``: the bucket's, the one foreign host that the page talks to: large files go there directly.
    """
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            f"connect-src 'self' {data_origin}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def docs_headers() -> dict[str, str]:
    """What the API's own page under /docs/ comes with: Swagger UI sets styles, and asks only this origin."""
    return {
        **page_headers(""),
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
    }


_DEFINITION: dict[str, Any] = read_template()["RestAPI"]["Properties"]["DefinitionBody"]
_GATEWAY_RESPONSES: dict[str, Any] = _DEFINITION["x-amazon-apigateway-gateway-responses"]
_COMPRESSED_BYTES_MIN: int = _DEFINITION["x-amazon-apigateway-minimum-compression-size"]


_UNKNOWN_ROUTE = "MISSING_AUTHENTICATION_TOKEN"
"""API Gateway's way to say so."""
_TOO_LARGE = "REQUEST_TOO_LARGE"
_CUT_OFF = "DEFAULT_4XX"
_CHUNKED = "LENGTH_REQUIRED"
_LATE = "BODY_LATE"
BODY_IS_LATE = "local.body_is_late"
"""What the environment holds of a request whose body did not arrive in time."""

_HERE_ONLY = {
    _CHUNKED: (
        "411",
        "Send Content-Length: of a body in chunks this local stack can't tell whether all of it arrived.",
    ),
    _LATE: ("408", "The body did not arrive in time. Please send it again."),
}
"""What API Gateway, which takes both, doesn't answer: status and words."""


class _Converter(LambdaEventConverter):
    """API Gateway compares the media type without its parameters, such as a form's boundary."""

    def _is_binary(self, headers: dict[str, Any]) -> bool:
        media_type = str(headers.get("content-type", "")).split(";", 1)[0].strip().lower()
        return media_type in self._binary_types


class Gateway:
    """The API as a WSGI application."""

    def __init__(self, app: Chalice) -> None:
        # `current_request` is an attribute of the app: in threads one caller would be answered as another.
        # LocalChalice keeps it per thread; Chalice's own local server changes the class in the same way.
        app.__class__ = type("ThreadedChalice", (LocalChalice, app.__class__), {})
        self._gateway = LocalGateway(app, Config.create(lambda_timeout=29))
        self._gateway.event_converter = _Converter(RouteMatcher(list(app.routes)), app.api.binary_types)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = _read_body(environ)
        if isinstance(body, bytes):
            status, headers, content = self._answer(environ, body)
        else:
            status, headers, content = _gateway_answer(body, environ)
        if len(content) >= _COMPRESSED_BYTES_MIN and _takes_gzip(environ) and "Content-Encoding" not in headers:
            content = gzip.compress(content, compresslevel=6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(content))
        start_response(f"{status} {HTTPStatus(status).phrase}", list(headers.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else content]

    def _answer(self, environ: Environ, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/%")
        query = environ.get("QUERY_STRING")
        try:
            response = self._gateway.handle_request(
                environ["REQUEST_METHOD"], f"{path}?{query}" if query else path, _headers(environ), body
            )
        except LocalGatewayException:
            return _gateway_answer(_UNKNOWN_ROUTE, environ)
        headers = {**response["headers"], **response.get("multiValueHeaders", {})}
        content = response["body"] or ""
        if response.get("isBase64Encoded"):
            return response["statusCode"], headers, base64.b64decode(content)
        return response["statusCode"], headers, content.encode() if isinstance(content, str) else content


def _takes_gzip(environ: Environ) -> bool:
    """Tell whether the client names gzip, and not with the weight 0, which forbids it."""
    for each in environ.get("HTTP_ACCEPT_ENCODING", "").lower().split(","):
        name, _, weight = each.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not weight or weight.strip("0.") != ""
    return False


def _headers(environ: Environ) -> dict[str, str]:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def _read_body(environ: Environ) -> bytes | str:
    """The body, or which gateway answer there is instead: larger than is taken, or not all of it arrived."""
    declared = environ.get("CONTENT_LENGTH")
    if "HTTP_TRANSFER_ENCODING" in environ:
        return _CHUNKED  # a chunked body that ends early looks like one that ends
    if BODY_IS_LATE in environ:
        return _LATE
    if declared and int(declared) > GATEWAY_BYTES_MAX:
        return _TOO_LARGE
    body: bytes = environ["wsgi.input"].read(int(declared)) if declared else b""
    if declared and len(body) < int(declared):
        return _CUT_OFF
    return body if len(body) * 4 // 3 + _ENVELOPE_BYTES <= LAMBDA_EVENT_BYTES_MAX else _TOO_LARGE


def _gateway_response(kind: str) -> dict[str, Any]:
    if kind not in _HERE_ONLY:
        response: dict[str, Any] = _GATEWAY_RESPONSES[kind]
        return response
    status, detail = _HERE_ONLY[kind]
    response = _GATEWAY_RESPONSES[_CUT_OFF]
    problem = json.loads(response["responseTemplates"]["application/json"])
    problem |= {"status": int(status), "detail": f"{detail} Nothing was charged."}
    return {**response, "statusCode": status, "responseTemplates": {"application/json": json.dumps(problem)}}


def _gateway_answer(kind: str, environ: Environ) -> tuple[int, dict[str, str], bytes]:
    """What API Gateway answers by itself, as the template words it; one line in the log."""
    request_id = str(uuid4())
    response = _gateway_response(kind)
    headers = {
        name.removeprefix("gatewayresponse.header."): value.strip("'").replace("context.requestId", request_id)
        for name, value in response["responseParameters"].items()
    }
    body: str = response["responseTemplates"]["application/json"].replace("$context.requestId", request_id)
    status = int(response["statusCode"])
    # Not the path: whatever was typed would be in the log.
    method = environ["REQUEST_METHOD"]
    log(REQUEST, method=method, route="-", status=status, gateway=kind.lower(), request_id=request_id)
    return status, headers, body.encode()


def with_page(api: Wsgi, page: Path) -> Wsgi:
    """``api``, and the built page's files for every other address that one has."""

    of_page, of_docs = page_headers(os.environ["AWS_ENDPOINT_URL"]), docs_headers()

    def add_headers(headers: Any, _path: str, url: str) -> None:
        for name, value in (of_docs if url.startswith("/docs/") else of_page).items():
            headers[name] = value

    wsgi: Wsgi = WhiteNoise(
        api,
        root=str(page),
        index_file=True,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=r"^/assets/",
        add_headers_function=add_headers,
    )
    return wsgi
