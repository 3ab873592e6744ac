"""The middleware around every invocation: it binds the request id, writes metrics and logs exceptions."""

from collections.abc import Callable
from typing import Any

from chalice.app import Request

from chalicelib.core.lambda_runtime import function_name
from chalicelib.core.observability import metrics
from chalicelib.core.observability.context import bound_to
from chalicelib.core.observability.logging import log_exception


class InvocationFailedError(Exception):
    """Replaces the exception of a function. Lambda's runtime would log the original message, which might quote data."""


def observe(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Run an invocation: bind its request id to all log lines, and write its metrics at its end.

    This is a Chalice middleware.

    Raises
    ------
    InvocationFailedError
        The function raised an exception in Lambda, which is logged. Outside Lambda the exception itself is raised.
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
