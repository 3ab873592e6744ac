"""Two tables compared and made equal, a page at a time, whatever their size."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from chalicelib.core.dynamo import batch_get
from chalicelib.core.errors import TemporarilyUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE = 100
"""Items of one page, which are compared in one BatchGetItem."""
_WRITES = 25
"""BatchWriteItem takes so many."""
_TRIES = 10
_WAIT_SECONDS_MAX = 10.0
"""The longest pause between two tries of a batch."""

Item = dict[str, Any]
"""In DynamoDB's typed form, in which every value comes back as it was."""


@dataclass(slots=True)
class Changes:
    """What differs of a table, in items, or what was changed."""

    equal: int = 0
    missing: int = 0
    other: int = 0
    newer: int = 0


class Copy:
    """``source`` and the table ``target`` that is to be equal to it; both have the key attributes ``key``."""

    def __init__(self, client: DynamoDBClient, source: str, target: str, key: tuple[str, ...]) -> None:
        self._client = client
        self._source = source
        self._target = target
        self._key = key

    def bring_back(self, changes: Changes, *, dry: bool) -> None:
        """Write the source's items that the target lacks or has otherwise."""
        for page in self._pages(self._source):
            there = {self._id(item): item for item in self._get(self._target, page)}
            changes.missing += sum(self._id(item) not in there for item in page)
            differing = [item for item in page if there.get(self._id(item)) != item]
            changes.equal += len(page) - len(differing)
            changes.other += sum(self._id(item) in there for item in differing)
            if not dry:
                self._write([{"PutRequest": {"Item": item}} for item in differing])

    def remove_newer(self, changes: Changes, *, dry: bool) -> None:
        """Delete the target's items that the source lacks."""
        for page in self._pages(self._target, keys_only=True):
            there = {self._id(item) for item in self._get(self._source, page, keys_only=True)}
            newer = [item for item in page if self._id(item) not in there]
            changes.newer += len(newer)
            if not dry:
                self._write([{"DeleteRequest": {"Key": item}} for item in newer])

    def _id(self, item: Item) -> tuple[str, ...]:
        return tuple(repr(item[name]) for name in self._key)

    def _pages(self, table: str, *, keys_only: bool = False) -> Iterator[list[Item]]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True, PaginationConfig={"PageSize": PAGE}, **self._projection(keys_only)
        )
        for page in pages:
            if page["Items"]:
                yield [dict(item) for item in page["Items"]]

    def _projection(self, keys_only: bool) -> Any:  # noqa: FBT001
        if not keys_only:
            return {}
        names = {f"#{place}": name for place, name in enumerate(self._key)}
        return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}

    def _get(self, table: str, items: list[Item], *, keys_only: bool = False) -> Iterator[Item]:
        """Yield those of the items that the table has, as it has them."""
        keys = ({name: item[name] for name in self._key} for item in items)
        return batch_get(
            self._client,
            table,
            keys,
            wait_seconds_max=_WAIT_SECONDS_MAX,
            ConsistentRead=True,
            **self._projection(keys_only),
        )

    def _write(self, requests: list[Any]) -> None:
        for some in batched(requests, _WRITES, strict=False):
            left: Any = {self._target: list(some)}
            for attempt in range(_TRIES):
                left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
                if not left:
                    break
                _back_off(attempt)
            else:
                raise TemporarilyUnavailableError(
                    "The tables are too busy. Run the same command again: it goes on where it was."
                )


def _back_off(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - full jitter
