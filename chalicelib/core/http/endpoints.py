"""Endpoints: a Chalice blueprint that validates options, maps errors to responses, and keeps each route's metadata."""

import functools
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Concatenate, NoReturn, Self, TypedDict, Unpack

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - not an OSError
from chalice import Blueprint, CORSConfig, Response
from chalice.app import Request
from pydantic import BaseModel

from chalicelib.core.errors import DomainError
from chalicelib.core.http import problem
from chalicelib.core.http.bodies import (
    FILE_TYPES,
    FORM_TYPE,
    JSON_TYPE,
    NoOptions,
    check_content_type,
    parsed_options,
    refuse_body,
)
from chalicelib.core.observability.logging import log_exception

CORS = CORSConfig(
    allow_origin="*",
    allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
    expose_headers=["Location", "Retry-After", "X-Request-Id"],
    max_age=600,
)
"""Any origin may call the API. It uses bearer tokens and no cookies, so a foreign page has no access by itself."""


class RouteMetadata(TypedDict, total=False):
    """The metadata of an endpoint, from which the OpenAPI document is generated.

    Only ``body``, ``takes_file`` and ``query`` affect requests. Views build their response bodies as dicts; tests
    compare every real response with its description.
    """

    answers: Mapping[int, type | None]
    """The type of the response body by status: a pydantic model, a typed dict, or None for no body.

    An error status is listed only if its body has more members than ``Problem``."""
    answer_headers: Mapping[int, Sequence[str]]
    """Headers of successful responses by status, in addition to X-Request-Id."""
    optional_headers: Mapping[int, Sequence[str]]
    """Headers that successful responses may have, by status."""
    body: type[BaseModel]
    """The model of the JSON body."""
    takes_file: bool
    """Whether the body may be a file: the field ``file`` of a form, or the file itself."""
    query: type[BaseModel]
    """The query options, which an endpoint that takes a file also accepts as form fields. Requests with unknown query
    options are rejected before the view runs."""
    errors: Sequence[type[DomainError]]
    """The errors that the view raises. A class without a code of its own stands for its subclasses."""
    auth: Sequence[type[DomainError]]
    """The errors of authentication. An endpoint without them is public."""
    idempotent: bool
    """Whether the endpoint takes an Idempotency-Key."""


_OUTAGE_CODES = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "InternalServerError",
    "InternalError",
    "ServiceUnavailable",
}


def _services_not_provided() -> NoReturn:
    raise RuntimeError("The composition root (app.py) provides the services.")


class Endpoints[Services](Blueprint):
    """A blueprint that passes services to its views and turns their errors into problem documents."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self._services: Callable[[], Services] = _services_not_provided

    def provide(self, services: Callable[[], Services]) -> Self:
        """Set the source of the views' services, which is called for each request, and return the blueprint."""
        self._services = services
        return self

    def endpoint(
        self,
        path: str,
        method: str,
        **metadata: Unpack[RouteMetadata],
    ) -> Callable[[Callable[Concatenate[Request, Services, ...], Response]], Callable[..., Response]]:
        """Return a decorator that registers ``view(request, services, **path_parameters) -> Response`` at ``path``.

        A ``DomainError`` becomes its problem document. Other exceptions are logged with their stack: an unreachable or
        throttled AWS service becomes 503, anything else 500. Chalice would respond to all of them with a bare 500.
        """
        taken = content_types(metadata)

        def register(view: Callable[Concatenate[Request, Services, ...], Response]) -> Callable[..., Response]:
            @functools.wraps(view)
            def handle(**parameters: str) -> Response:
                request = self.current_request
                try:
                    if taken:
                        check_content_type(request, taken)
                    parsed_options(request, metadata.get("query", NoOptions))
                    if not taken:
                        refuse_body(request)
                    return view(request, self._services(), **parameters)
                except DomainError as error:
                    return problem.from_error(error)
                except Exception as error:  # noqa: BLE001
                    log_exception("error", request_id=request_id(request))
                    return problem.temporarily_unavailable() if _is_outage(error) else problem.internal_error()

            vars(handle)[_METADATA] = metadata
            self.route(path, methods=[method], cors=CORS, content_types=["*/*"])(handle)
            return view

        return register


_METADATA = "route_metadata"


def content_types(metadata: RouteMetadata) -> tuple[str, ...]:
    """Return the content types that an endpoint takes. An endpoint without a body takes none."""
    of_files = (FORM_TYPE, *FILE_TYPES) if metadata.get("takes_file") else ()
    return (*of_files, JSON_TYPE) if "body" in metadata else of_files


def metadata_of(view: Callable[..., Response]) -> RouteMetadata:
    """Return the metadata of a registered view.

    Raises
    ------
    KeyError
        ``view`` was not registered by ``Endpoints.endpoint``.
    """
    metadata: RouteMetadata = vars(view)[_METADATA]
    return metadata


def _is_outage(error: Exception) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error.response["Error"]["Code"] in _OUTAGE_CODES or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    # botocore's other errors are faults of this code or its configuration, such as missing credentials.
    return isinstance(error, (ConnectionError, HTTPClientError))


def request_id(request: Request) -> str:
    """Return the request id that the response, the log lines and the problem document share."""
    context = request.lambda_context
    return str(context.aws_request_id) if context else "none"


def idempotency_key(request: Request) -> str | None:
    """Return the request's Idempotency-Key header as it was sent, or None."""
    key: str | None = request.headers.get("idempotency-key")
    return key


def no_content() -> Response:
    """Return a 204 response. Its body is an empty text because API Gateway rejects null."""
    return Response(body="", status_code=204)


def ok(body: Any, status: int = 200, **headers: str) -> Response:
    """Return a JSON response. Underscores in the names of ``headers`` become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body=body, status_code=status, headers={"Content-Type": "application/json", **named})
