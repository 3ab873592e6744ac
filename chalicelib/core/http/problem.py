"""Problem documents (problem+json, RFC 9457), the format of all error responses."""

from typing import Any

from chalice import Response

from chalicelib.core.errors import DomainError

PROBLEM_TYPE = "application/problem+json"


def problem(
    status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None, **extra: Any
) -> Response:
    """Return a problem document as a response. The middleware adds ``request_id``."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **extra}
    return Response(body=body, status_code=status, headers={"Content-Type": PROBLEM_TYPE, **(headers or {})})


def from_error(error: DomainError) -> Response:
    """Return the response for a domain error."""
    return problem(error.status, error.code, error.title, error.detail, error.headers, **error.extra)


def internal_error() -> Response:
    """Return the response for an unexpected exception. It reveals nothing about the exception."""
    return problem(
        500,
        "internal_error",
        "Something went wrong on our side",
        "The request could not be completed. Please try again; if it happens again, tell us the request id.",
    )


def temporarily_unavailable() -> Response:
    """Return the response for an unreachable or throttled AWS service."""
    return problem(
        503,
        "temporarily_unavailable",
        "The service is not available at the moment",
        "A part of the service did not respond. Your request may still have been carried out: please check before you "
        "repeat it, or repeat it with the same Idempotency-Key.",
        {"Retry-After": "5"},
    )


BY_STATUS = {
    400: ("bad_request", "The request could not be read"),
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take this method"),
}
"""Code and title of the errors that Chalice returns itself, by status."""


def from_framework(response: Response) -> Response:
    """Return Chalice's own error response ``{"Code", "Message"}`` as a problem document."""
    code, title = BY_STATUS.get(response.status_code, ("internal_error", "Something went wrong on our side"))
    detail = str(response.body["Message"]) if response.status_code in BY_STATUS else title
    headers = {name: str(value) for name, value in response.headers.items()} | {"Content-Type": PROBLEM_TYPE}
    return problem(response.status_code, code, title, detail + ".", headers)
