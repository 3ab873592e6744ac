"""What an invocation is about, such as its request id: the fields that all of its lines share."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_bound: ContextVar[dict[str, Any] | None] = ContextVar("bound", default=None)


@contextmanager
def bound_to(**fields: Any) -> Iterator[None]:
    """Every JSON line of what runs inside has these fields, and those that ``bind`` adds. Threads don't share them."""
    token = _bound.set(dict(fields))
    try:
        yield
    finally:
        _bound.reset(token)


def bind(**fields: Any) -> None:
    """Add fields to those of the ``bound_to`` that this runs in; outside of one they are dropped."""
    current = _bound.get()
    if current is not None:
        current.update(fields)


def bound() -> dict[str, Any]:
    """The fields of the ``bound_to`` that this runs in."""
    return dict(_bound.get() or {})
