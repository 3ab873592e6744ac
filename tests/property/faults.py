"""AWS clients with injected faults: throttling, conflicts, time-outs before or after the effect, killed processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError


class Fault(StrEnum):
    """A fault of one call. Those with ``_DONE`` happen after the call had its effect."""

    THROTTLED = "throttled"
    CONFLICT = "transaction conflict"
    TIMED_OUT = "timed out, no effect"
    TIMED_OUT_DONE = "timed out, effect happened"
    KILLED = "process killed before"
    KILLED_DONE = "process killed after"


class Killed(BaseException):
    """The process was killed. No handler of an Exception catches this."""


Plan = Sequence[tuple[int, Fault]]
"""The faults of an operation, each with the number of the call that it hits, counted from 0."""


class Faults:
    """Injects the faults of a plan into the calls of one operation, and counts them."""

    def __init__(self) -> None:
        self.injected: Counter[str] = Counter()
        self._plan: dict[int, Fault] = {}
        self._calls = 0
        self.hit = False

    @contextmanager
    def during(self, plan: Plan) -> Iterator[None]:
        """Apply ``plan`` to the calls inside the block. Afterwards ``hit`` says whether any fault was injected."""
        self._plan, self._calls, self.hit = dict(plan), 0, False
        try:
            yield
        finally:
            self._plan = {}

    def around(self, operation: str, call: Any, arguments: dict[str, Any]) -> Any:
        """Make the call, unless the plan has a fault for it. The fault is raised before or after the call."""
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


class FaultyClient:
    """A client whose calls may fail as planned."""

    def __init__(self, client: Any, faults: Faults) -> None:
        self._client = client
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if name in {"get_paginator", "meta"} or not callable(attribute):
            return attribute
        return lambda **arguments: self._faults.around(name, attribute, arguments)
