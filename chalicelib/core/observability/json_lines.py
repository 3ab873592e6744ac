"""Log lines as Lambda's log group gets them: one JSON object each, made by Powertools."""

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

# What is wrong in an AWS service's own words, or in ours.
_QUOTABLE = (ClientError, ConnectionError, HTTPClientError)
_OURS = "chalicelib."


class JsonLines(LambdaPowertoolsFormatter):
    """``level``, ``timestamp``, ``service``, ``function``, ``event``, the bound fields and the line's own."""

    def __init__(self) -> None:
        super().__init__(
            utc=True,
            use_rfc3339=True,
            serialize_stacktrace=False,
            location=None,  # would always name `log`; the event says more
            service=service_name(),
            function=function_name(),
        )

    def serialize(self, log: Any) -> str:
        """One object: what ``log`` was called with stands beside Powertools' members, not inside ``message``."""
        members = dict(log)
        fields = members.pop("message")
        members.pop("exception_notes", None)
        return super().serialize({**members, **bound(), **fields})

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - logging's name
        """The stack with its causes, first cause first.

        A message is left out where it may quote data: a library that can't read a cell says the cell.
        """
        return "\n".join(_described(error) for error in reversed(list(_chain(ei[1]))))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _described(error: BaseException) -> str:
    kind = type(error)
    is_quotable = isinstance(error, _QUOTABLE) or (
        kind.__module__.startswith(_OURS) and not isinstance(error, DomainError)
    )
    said = f": {error}" if is_quotable and str(error) else ""
    return "".join(traceback.format_tb(error.__traceback__)) + f"{kind.__module__}.{kind.__qualname__}{said}"
