"""The format of log lines in Lambda: one JSON object per line, made by Powertools."""

import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - not an OSError

from chalicelib.core.errors import DomainError
from chalicelib.core.lambda_runtime import function_name, service_name
from chalicelib.core.observability.context import bound

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# The messages of these errors, and of our own, quote no data of users.
_QUOTABLE = (ClientError, ConnectionError, HTTPClientError)
_OWN_PACKAGE = "chalicelib."


class JsonLines(LambdaPowertoolsFormatter):
    """Formats a line as JSON: ``level``, ``timestamp``, ``service``, ``function``, ``event`` and the line's fields."""

    def __init__(self) -> None:
        super().__init__(
            utc=True,
            use_rfc3339=True,
            serialize_stacktrace=False,
            location=None,  # it would always be the function `log`
            service=service_name(),
            function=function_name(),
        )

    def serialize(self, log: Any) -> str:
        """Return the line as JSON. The event and its fields are members of the object, not of its ``message``."""
        members = dict(log)
        fields = members.pop("message")
        members.pop("exception_notes", None)
        return super().serialize({**members, **bound(), **fields})

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - logging's name
        """Return the stack traces of the exception and its causes, the first cause first.

        A message that may quote data is left out: a library that can't parse a cell quotes the cell.
        """
        return "\n".join(_trace(error) for error in reversed(list(_chain(ei[1]))))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _trace(error: BaseException) -> str:
    error_type = type(error)
    is_quotable = isinstance(error, _QUOTABLE) or (
        error_type.__module__.startswith(_OWN_PACKAGE) and not isinstance(error, DomainError)
    )
    message = f": {error}" if is_quotable and str(error) else ""
    stack = "".join(traceback.format_tb(error.__traceback__))
    return f"{stack}{error_type.__module__}.{error_type.__qualname__}{message}"
