"""Domain errors: their base class, and those that every package shares. Each becomes a problem+json response."""

from typing import Any, ClassVar


class DomainError(Exception):
    """Base class of the errors that become a response.

    ``code`` is stable and meant for programs. ``detail`` is a sentence for people. ``extra`` holds further members of
    the problem document (RFC 9457, section 3.2).
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    @property
    def headers(self) -> dict[str, str]:
        """Additional response headers, such as Retry-After."""
        return {}


class InvalidInputError(DomainError):
    """A field or an option is invalid, unknown or repeated. ``errors`` lists each one."""

    status = 422
    code = "invalid_input"
    title = "Some of the input is not valid"


class InvalidJsonError(DomainError):
    """The body is not a JSON object."""

    status = 422
    code = "invalid_json"
    title = "The body is not valid JSON"


class TemporarilyUnavailableError(DomainError):
    """A part of the service did not respond or is too busy. The same request may succeed later."""

    status = 503
    code = "temporarily_unavailable"
    title = "The service is busy"

    @property
    def headers(self) -> dict[str, str]:
        """Ask the client to wait two seconds."""
        return {"Retry-After": "2"}
