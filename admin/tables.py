"""Compare two DynamoDB tables and make them equal, one page at a time, so that memory doesn't grow with their size."""

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
"""The items of a page. They are compared in one BatchGetItem, which takes at most 100 keys."""
_WRITES = 25
"""The largest number of writes in one BatchWriteItem."""
_TRIES = 10
_WAIT_SECONDS_MAX = 10.0
"""The longest pause between two tries of a batch."""

Item = dict[str, Any]
"""An item in DynamoDB's typed form, so that every value is written exactly as it was read."""


@dataclass(slots=True)
class Changes:
    """The numbers of items that are equal, and of those that were or are to be changed."""

    equal: int = 0
    missing: int = 0
    """Items that the target lacks."""
    different: int = 0
    """Items that the target has with other attributes."""
    newer: int = 0
    """Items that only the target has."""


class Copy:
    """Makes the table ``target`` equal to the table ``source``. Both have the key attributes ``key``."""

    def __init__(self, client: DynamoDBClient, source: str, target: str, key: tuple[str, ...]) -> None:
        self._client = client
        self._source = source
        self._target = target
        self._key = key

    def write_differing(self, changes: Changes, *, dry: bool) -> None:
        """Write the items of the source that the target lacks or has with other attributes. A dry run only counts."""
        for page in self._pages(self._source):
            existing = {self._id(item): item for item in self._get(self._target, page)}
            changes.missing += sum(self._id(item) not in existing for item in page)
            differing = [item for item in page if existing.get(self._id(item)) != item]
            changes.equal += len(page) - len(differing)
            changes.different += sum(self._id(item) in existing for item in differing)
            if not dry:
                self._write([{"PutRequest": {"Item": item}} for item in differing])

    def delete_newer(self, changes: Changes, *, dry: bool) -> None:
        """Delete the items of the target that the source lacks. A dry run only counts."""
        for page in self._pages(self._target, keys_only=True):
            existing = {self._id(item) for item in self._get(self._source, page, keys_only=True)}
            newer = [item for item in page if self._id(item) not in existing]
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
        names = {f"#{number}": name for number, name in enumerate(self._key)}
        return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}

    def _get(self, table: str, items: list[Item], *, keys_only: bool = False) -> Iterator[Item]:
        """Yield the table's version of each of the items that it has."""
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
        for batch in batched(requests, _WRITES, strict=False):
            unprocessed: Any = {self._target: list(batch)}
            for attempt in range(_TRIES):
                unprocessed = self._client.batch_write_item(RequestItems=unprocessed).get("UnprocessedItems")
                if not unprocessed:
                    break
                _back_off(attempt)
            else:
                raise TemporarilyUnavailableError("The tables are too busy. Run the same command again to continue.")


def _back_off(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - full jitter
