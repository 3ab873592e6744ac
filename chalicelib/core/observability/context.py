"""The context of an invocation, such as its request id: fields that all of its log lines share."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_bound: ContextVar[dict[str, Any] | None] = ContextVar("bound", default=None)


@contextmanager
def bound_to(**fields: Any) -> Iterator[None]:
    """Add ``fields``, and those that ``bind`` adds, to all JSON lines that the block logs. Each thread has its own."""
    token = _bound.set(dict(fields))
    try:
        yield
    finally:
        _bound.reset(token)


def bind(**fields: Any) -> None:
    """Add fields to the enclosing ``bound_to``. Without one they are dropped."""
    current = _bound.get()
    if current is not None:
        current.update(fields)


def bound() -> dict[str, Any]:
    """Return the fields of the enclosing ``bound_to``."""
    return dict(_bound.get() or {})
