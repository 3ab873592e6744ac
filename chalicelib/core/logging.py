"""One readable line an event: a word, then ``key=value`` pairs. Never a token, password, e-mail or cell."""

import logging
import os
import sys
from typing import Any

_logger = logging.getLogger("lifespan")


def configure(source: str) -> None:
    """Write this process's lines to standard output, marked with ``source``."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter(f"%(asctime)s {source:<8} %(message)s", "%H:%M:%S"))
    _logger.handlers = [handler]
    _logger.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
    _logger.propagate = False


def log(event: str, **fields: Any) -> None:
    """Write one line."""
    _logger.info("%s", _line(event, fields))


def log_exception(event: str, **fields: Any) -> None:
    """Write one line and the stack trace of the exception that is being handled."""
    _logger.exception("%s", _line(event, fields))


def _line(event: str, fields: dict[str, Any]) -> str:
    pairs = (f"{key}={value}" for key, value in fields.items() if value is not None)
    return " ".join((event, *pairs))
