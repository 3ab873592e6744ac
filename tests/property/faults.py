"""AWS clients that fail on purpose: throttled, in conflict, timed out before or after the effect, or killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError


class Fault(StrEnum):
    """What happens to one call."""

    THROTTLED = "throttled"
    CONFLICT = "transaction conflict"
    TIMED_OUT = "timed out, no effect"
    TIMED_OUT_DONE = "timed out, effect happened"
    KILLED = "process killed before"
    KILLED_DONE = "process killed after"


class Killed(BaseException):
    """The process is gone: nothing of it may catch this."""


Plan = Sequence[tuple[int, Fault]]
"""At which call of an operation, counted from 0, what happens."""


class Faults:
    """Applies a plan to the calls of one operation, and counts what was injected."""

    def __init__(self) -> None:
        self.injected: Counter[str] = Counter()
        self._plan: dict[int, Fault] = {}
        self._calls = 0
        self.hit = False

    @contextmanager
    def during(self, plan: Plan) -> Iterator[None]:
        """Let ``plan`` happen to the calls made inside. ``hit`` says afterwards whether anything did."""
        self._plan, self._calls, self.hit = dict(plan), 0, False
        try:
            yield
        finally:
            self._plan = {}

    def around(self, operation: str, call: Any, arguments: dict[str, Any]) -> Any:
        """Make the call, or not, or make it and lose its answer."""
        fault = self._plan.pop(self._calls, None)
        self._calls += 1
        if fault is None:
            return call(**arguments)
        self.hit = True
        if fault is Fault.CONFLICT and operation != "transact_write_items":
            fault = Fault.THROTTLED
        self.injected[fault] += 1
        if fault in {Fault.TIMED_OUT_DONE, Fault.KILLED_DONE}:
            call(**arguments)
        raise _error(fault, operation)


def _error(fault: Fault, operation: str) -> BaseException:
    if fault in {Fault.KILLED, Fault.KILLED_DONE}:
        return Killed(operation)
    if fault in {Fault.TIMED_OUT, Fault.TIMED_OUT_DONE}:
        return ReadTimeoutError(endpoint_url="http://emulator")
    if fault is Fault.CONFLICT:
        answer: Any = {
            "Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
            "CancellationReasons": [{"Code": "TransactionConflict"}],
        }
        return ClientError(answer, operation)
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)


class Faulty:
    """A client whose every call goes through the faults."""

    def __init__(self, client: Any, faults: Faults) -> None:
        self._client = client
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if name in {"get_paginator", "meta"} or not callable(attribute):
            return attribute
        return lambda **arguments: self._faults.around(name, attribute, arguments)
