"""The edge of every invocation, of the API and of the background functions."""

from collections.abc import Callable
from typing import Any

from chalice.app import Request

from chalicelib.core.lambda_runtime import function_name
from chalicelib.core.observability import metrics
from chalicelib.core.observability.context import bound_to
from chalicelib.core.observability.logging import log_exception


class InvocationFailedError(Exception):
    """Stands for what a function raised: Lambda's runtime logs the message, which might quote data."""


def observe(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice middleware: lines of this invocation have its request id, and what it counted is written at its end.

    Raises
    ------
    InvocationFailedError
        In Lambda, for whatever was raised; that was logged. Elsewhere it is raised as it is.
    """
    context = event.lambda_context if isinstance(event, Request) else event.context
    request_id = context.aws_request_id if context else None
    with bound_to(**({"request_id": request_id} if request_id else {})), metrics.collected():
        try:
            return get_response(event)
        except Exception as error:
            if not function_name():
                raise
            log_exception("invocation failed")
            raise InvocationFailedError(type(error).__name__) from None
