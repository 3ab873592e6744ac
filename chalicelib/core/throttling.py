"""Counters that hold across processes: at most so many events of a kind for somebody within a window of time.

One conditional UpdateItem an event, which is enough: DynamoDB makes the writes of an item one after the other and
looks at a condition in the same step, so that of however many at once exactly as many pass as may. Windows are fixed
and begin at multiples of their length since the epoch: the window is part of the key, and nothing is ever set back.
Where one ends and the next begins, twice as many may pass in a moment. A second limit of the same window is an
attribute more of the same item, not a write more.

While the table can't be written, nothing that is limited happens (503). Whatever is limited needs DynamoDB itself, so
that this makes no outage longer; the other way round, whoever could disturb the counters could guess without end.

Who is counted stands nowhere: keys are keyed hashes, and rows expire with their window.
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
    """As many as may be within the time were made. `Retry-After` says when it begins anew."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"
    seconds = 1

    def __init__(self, seconds: int) -> None:
        super().__init__(f"There were too many attempts. Please try again in {_in_words(seconds)}.")
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        """When the window ends, in whole seconds."""
        return {"Retry-After": str(self.seconds)}


def _in_words(seconds: int) -> str:
    """Of a whole unit, rounded up."""
    for unit, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{math.ceil(seconds / unit)} {name}"
    return f"{seconds} seconds"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``maximum`` events of everybody in ``who`` within the window. ``who`` is never stored."""

    who: str
    maximum: int


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """One event that was counted, so that it can be given back."""

    row: str
    counters: tuple[str, ...]


class Throttles:
    """The counters' table. ``secret`` is asked at the first event, so that no other request waits for it."""

    def __init__(self, client: DynamoDBClient, table: str, secret: Callable[[], str], clock: Clock) -> None:
        self._client = client
        self._table = table
        self._secret = secret
        self._clock = clock

    def acquire(self, kind: str, window_seconds: int, *limits: Limit) -> CountedEvent:
        """Count one event of ``kind`` against each of ``limits``, in the row of the first one, or against none.

        Raises
        ------
        TooManyRequestsError
            One of them is reached.
        """
        now = self._clock()
        ends_at = (math.floor(now / window_seconds) + 1) * window_seconds
        row = self._hash("row", kind, limits[0].who, str(ends_at))
        counters = tuple(self._hash("counter", kind, limit.who)[:32] for limit in limits)
        values: Item = {":one": 1, ":end": ends_at}
        values |= {f":most{place}": limit.maximum for place, limit in enumerate(limits)}
        room = [
            f"(attribute_not_exists(#count{place}) OR #count{place} < :most{place})" for place in range(len(limits))
        ]
        try:
            self._client.update_item(
                **self._counting(row, counters, values, "SET expires_at = :end"),
                ConditionExpression=" AND ".join(room),
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            bind(limit=kind)
            add(Metric.REQUESTS_REFUSED, limit=kind)
            raise TooManyRequestsError(max(1, math.ceil(ends_at - now))) from error
        return CountedEvent(row, counters)

    def release(self, taken: CountedEvent) -> None:
        """Count ``taken`` no longer. Its row may have expired by now."""
        try:
            self._client.update_item(
                **self._counting(taken.row, taken.counters, {":one": -1}),
                ConditionExpression="attribute_exists(throttle)",
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def _counting(self, row: str, counters: tuple[str, ...], values: Item, more: str = "") -> dict[str, Any]:
        names = {f"#count{place}": name for place, name in enumerate(counters)}
        return {
            "TableName": self._table,
            "Key": to_item({"throttle": row}),
            "UpdateExpression": "ADD " + ", ".join(f"{name} :one" for name in names) + f" {more}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(values),
        }

    def _hash(self, *parts: str) -> str:
        return hmac.new(self._key, "\n".join(parts).encode(), "sha256").hexdigest()

    @cached_property
    def _key(self) -> bytes:
        """A key of its own out of the secret, which has other uses."""
        return hmac.digest(self._secret().encode(), b"throttles", "sha256")
