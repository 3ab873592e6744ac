"""Errors that a caller can do something about. Each becomes one problem+json answer."""

from typing import Any, ClassVar


class DomainError(Exception):
    """Base of the errors that are answers.

    ``code`` is stable and for programs, ``detail`` is a sentence for people, ``extra`` are further members
    of the problem document (RFC 9457, section 3.2).
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
        """Further response headers, such as Retry-After."""
        return {}


class InvalidInputError(DomainError):
    """Fields of a body or options are wrong, unknown or repeated; ``errors`` names each."""

    status = 422
    code = "invalid_input"
    title = "Some of the input is not valid"


class InvalidJsonError(DomainError):
    """The body is not a JSON object."""

    status = 422
    code = "invalid_json"
    title = "The body is not valid JSON"


class TemporarilyUnavailableError(DomainError):
    """A store did not answer, or stayed contended; the same request may succeed later."""

    status = 503
    code = "temporarily_unavailable"
    title = "The service is busy"

    @property
    def headers(self) -> dict[str, str]:
        """Ask the client to wait a moment."""
        return {"Retry-After": "2"}
