"""Write log lines, one per event: JSON in Lambda, readable text elsewhere.

A line never holds a token, a password, a name, an e-mail address or a cell of a file.
"""

import logging
import os
import sys
from typing import Any

from chalicelib.core.lambda_runtime import function_name

REQUEST = "request"
"""The event of an API request. Its line has the fields method, route and status."""

_logger = logging.getLogger("lifespan")


def configure(source: str) -> None:
    """Write this process's log lines to standard output. Text lines begin with the time and ``source``."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_json_lines() if function_name() else _TextLines(source))
    _logger.handlers = [handler]
    _logger.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
    _logger.propagate = False


def log(event: str, **fields: Any) -> None:
    """Write one line at level INFO. Fields that are None are left out."""
    _logger.info(_members(event, fields))


def log_exception(event: str, **fields: Any) -> None:
    """Write one line at level ERROR, with the stack trace of the exception that is being handled."""
    _logger.exception(_members(event, fields))


def _members(event: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"event": event, **{key: value for key, value in fields.items() if value is not None}}


def _json_lines() -> logging.Formatter:
    from chalicelib.core.observability.json_lines import JsonLines  # noqa: PLC0415 - only Lambda needs Powertools

    return JsonLines()


class _TextLines(logging.Formatter):
    """Formats a line as text, such as ``12:00:00 api      GET /api/health 200 ms=0.4``."""

    def __init__(self, source: str) -> None:
        super().__init__(f"%(asctime)s {source:<8} %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = _text(record.msg) if isinstance(record.msg, dict) else record.getMessage()
        return super().formatMessage(record)


def _text(members: dict[str, Any]) -> str:
    fields = dict(members)
    words = [fields.pop("event")]
    if words == [REQUEST]:
        words = [str(fields.pop(name)) for name in ("method", "route", "status")]
    return " ".join((*words, *(f"{key}={value}" for key, value in fields.items())))
