"""Counters of events per subject and fixed time window, shared by all processes.

Each event is one conditional UpdateItem. DynamoDB serialises the writes of an item and checks the condition in the same
step, so parallel events cannot exceed a limit. Windows begin at multiples of their length since the epoch. The window
is part of the row's key, so no counter is ever reset. Around a window's end up to twice the maximum can pass within a
short time. A second limit of the same window is another attribute of the same item and needs no second write.

While the table can't be written, every limited request fails with 503. These requests need DynamoDB anyway, so this
prolongs no outage. If they passed instead, an attacker who disturbs the counters could guess without limit.

Subjects are not stored: the keys of rows and counters are keyed hashes, and rows expire with their window.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import is_condition_failure, to_item
from chalicelib.core.errors import DomainError
from chalicelib.core.observability.context import bind
from chalicelib.core.observability.metrics import Metric, add

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Item


class TooManyRequestsError(DomainError):
    """A limit of requests is reached. `Retry-After` holds the seconds until its window ends."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"
    seconds = 1

    def __init__(self, seconds: int) -> None:
        super().__init__(f"There were too many attempts. Please try again in {_in_words(seconds)}.")
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After`` with the seconds until the window ends."""
        return {"Retry-After": str(self.seconds)}


def refusal(kind: str, now: float, ends_at: int) -> TooManyRequestsError:
    """Log and count that an event of ``kind`` exceeds its limit, and return the error for the client.

    ``ends_at`` is the end of the window.
    """
    bind(limit=kind)
    add(Metric.REQUESTS_REFUSED, limit=kind)
    return TooManyRequestsError(max(1, math.ceil(ends_at - now)))


def window_end(now: float, window_seconds: int) -> int:
    """Return the end of the window that ``now`` is in."""
    return (math.floor(now / window_seconds) + 1) * window_seconds


def _in_words(seconds: int) -> str:
    """Return ``seconds`` in the largest unit of which there are at least two, rounded up."""
    for unit, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{math.ceil(seconds / unit)} {name}"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``maximum`` events of ``subject`` within a window.

    ``subject`` is a user id, a login or a client address. It is never stored.
    """

    subject: str
    maximum: int


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """A counted event: the row and the counters that it increased, so that it can be released."""

    row: str
    counters: tuple[str, ...]


class Throttles:
    """The table of the counters.

    ``pseudonym_key`` is called at the first event, so that other requests don't wait for the secret.
    """

    def __init__(self, client: DynamoDBClient, table: str, pseudonym_key: Callable[[], str], clock: Clock) -> None:
        self._client = client
        self._table = table
        self._pseudonym_key = pseudonym_key
        self._clock = clock

    def acquire(self, kind: str, window_seconds: int, *limits: Limit) -> CountedEvent:
        """Count one event of ``kind`` against all of ``limits``, or against none if one is reached.

        The counters are stored in one row, that of the first limit's subject.

        Raises
        ------
        TooManyRequestsError
            A limit is reached. Nothing was counted.
        """
        now = self._clock()
        ends_at = window_end(now, window_seconds)
        row = self._hash("row", kind, limits[0].subject, str(ends_at))
        counters = tuple(self._hash("counter", kind, limit.subject)[:32] for limit in limits)
        values: Item = {":one": 1, ":end": ends_at}
        values |= {f":maximum{index}": limit.maximum for index, limit in enumerate(limits)}
        conditions = [
            f"(attribute_not_exists(#count{index}) OR #count{index} < :maximum{index})" for index in range(len(limits))
        ]
        try:
            self._client.update_item(
                **self._counter_update(row, counters, values, "SET expires_at = :end"),
                ConditionExpression=" AND ".join(conditions),
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            raise refusal(kind, now, ends_at) from error
        return CountedEvent(row, counters)

    def release(self, event: CountedEvent) -> None:
        """Uncount ``event``. Do nothing if its row has expired."""
        try:
            self._client.update_item(
                **self._counter_update(event.row, event.counters, {":one": -1}),
                ConditionExpression="attribute_exists(throttle)",
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def _counter_update(
        self, row: str, counters: tuple[str, ...], values: Item, set_expression: str = ""
    ) -> dict[str, Any]:
        names = {f"#count{index}": name for index, name in enumerate(counters)}
        return {
            "TableName": self._table,
            "Key": to_item({"throttle": row}),
            "UpdateExpression": "ADD " + ", ".join(f"{name} :one" for name in names) + f" {set_expression}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(values),
        }

    def _hash(self, *parts: str) -> str:
        return hmac.new(self._key, "\n".join(parts).encode(), "sha256").hexdigest()

    @cached_property
    def _key(self) -> bytes:
        """A key derived from the pseudonym key, which other hashes use too."""
        return hmac.digest(self._pseudonym_key().encode(), b"throttles", "sha256")
