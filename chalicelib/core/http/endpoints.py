"""Endpoints: a Chalice blueprint whose views take the request and may raise domain errors."""

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
from chalicelib.core.http.bodies import FORM_TYPE, NoOptions, parsed_options, refuse_body
from chalicelib.core.observability.logging import log_exception

CORS = CORSConfig(
    allow_origin="*",
    allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
    expose_headers=["Location", "Retry-After", "X-Request-Id"],
    max_age=600,
)
"""Any origin may call the API: it takes a bearer token and no cookie, so an origin proves nothing."""

ANY_CONTENT_TYPE = ("*/*",)
"""For what has no body: clients name some content type all the same."""


class RouteMetadata(TypedDict, total=False):
    """What the OpenAPI document says of an endpoint beyond its address, docstring and content types.

    It only describes: the views build dicts. mypy holds those that are typed against it, a test every real answer.
    """

    answers: Mapping[int, type | None]
    """The bodies by status, None for no body: pydantic models or typed dicts.

    Of a refusal only where it has more members than every problem."""
    answer_headers: Mapping[int, Sequence[str]]
    """Headers of a success by status, beside X-Request-Id."""
    optional_headers: Mapping[int, Sequence[str]]
    """Headers that a success may have or lack, by status."""
    body: type[BaseModel]
    """The JSON body. An endpoint of other content types takes a file."""
    query: type[BaseModel]
    """The options of the address, and of the form where a file is taken. Any other is refused before the view runs."""
    errors: Sequence[type[DomainError]]
    """The refusals. One without a code of its own stands for its subclasses."""
    auth: Sequence[type[DomainError]]
    """The refusals of the guard that the view calls; without them it is public."""
    idempotent: bool
    """It takes an Idempotency-Key."""


_THROTTLED = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "InternalServerError",
    "InternalError",
    "ServiceUnavailable",
}


def _provided_by_nobody() -> NoReturn:
    raise RuntimeError("The composition root (app.py) provides the services.")


class Endpoints[Services](Blueprint):
    """A blueprint that hands its views the services they need, and turns errors into problem documents."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self._services: Callable[[], Services] = _provided_by_nobody

    def provide(self, services: Callable[[], Services]) -> Self:
        """Take the views' services from ``services``, which is called at each request. Returns the blueprint."""
        self._services = services
        return self

    def endpoint(
        self,
        path: str,
        method: str,
        *,
        content_types: Sequence[str] = ("application/json",),
        **described: Unpack[RouteMetadata],
    ) -> Callable[[Callable[Concatenate[Request, Services, ...], Response]], Callable[..., Response]]:
        """Register ``view(request, services, **path_parameters) -> Response`` at ``path``, as it is described.

        A ``DomainError`` becomes its problem document; an unreachable or throttled AWS service 503; whatever
        else is raised is logged with its stack and answered with 500. Chalice would answer a bare 500 to all.
        """

        takes_body = "body" in described or FORM_TYPE in content_types

        def register(view: Callable[Concatenate[Request, Services, ...], Response]) -> Callable[..., Response]:
            @functools.wraps(view)
            def answer(**parameters: str) -> Response:
                request = self.current_request
                try:
                    parsed_options(request, described.get("query", NoOptions))
                    if not takes_body:
                        refuse_body(request)
                    return view(request, self._services(), **parameters)
                except DomainError as error:
                    return problem.from_error(error)
                except Exception as error:  # noqa: BLE001
                    log_exception("error", request_id=request_id(request))
                    return problem.temporarily_unavailable() if _is_outage(error) else problem.internal_error()

            vars(answer)[_DESCRIBED] = described
            self.route(path, methods=[method], cors=CORS, content_types=list(content_types))(answer)
            return view

        return register


_DESCRIBED = "described"


def described(view: Callable[..., Response]) -> RouteMetadata:
    """What was said of a registered view."""
    found: RouteMetadata = vars(view)[_DESCRIBED]
    return found


def _is_outage(error: Exception) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error.response["Error"]["Code"] in _THROTTLED or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    # botocore's other errors are ours: a wrong call, no credentials.
    return isinstance(error, (ConnectionError, HTTPClientError))


def request_id(request: Request) -> str:
    """The id that the answer, the log line and a problem document share."""
    context = request.lambda_context
    return str(context.aws_request_id) if context else "none"


def idempotency_key(request: Request) -> str | None:
    """The request's Idempotency-Key as it was sent."""
    key: str | None = request.headers.get("idempotency-key")
    return key


def no_content() -> Response:
    """A 204. Its body is an empty text: API Gateway refuses null."""
    return Response(body="", status_code=204)


def ok(body: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer. Underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body=body, status_code=status, headers={"Content-Type": "application/json", **named})
