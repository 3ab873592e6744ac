"""DynamoDB in plain Python values: items, transactions with told-apart reasons, page cursors."""

from __future__ import annotations

import base64
import json
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from chalicelib.core.errors import InvalidInputError, TemporarilyUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]
TransactItem = dict[str, dict[str, Any]]
"""One element of TransactWriteItems: ``{"Put": {...}}``, ``{"Update": {...}}`` and so on."""

Transaction = Mapping[str, TransactItem]
"""The elements of a transaction by name. A refusal reports the names."""

CONDITION_FAILED = "ConditionalCheckFailed"
# What a transaction may be cancelled for without being wrong: somebody else was at the same item.
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_TRANSACTION_TRIES = 12
_BATCH_KEYS_MAX = 100
_BATCH_TRIES = 12
# Longer than any key of ours, and short enough for DynamoDB, which refuses the whole query else.
_CURSOR_VALUE_CHARACTERS_MAX = 256

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


class ConditionFailedError(Exception):
    """A conditional write was refused: what it relied on no longer holds."""


class TransactionCancelledError(Exception):
    """A transaction was refused by conditions: those of the elements named in ``refused``. Nothing was written."""

    def __init__(self, refused: Iterable[str]) -> None:
        self.refused = frozenset(refused)
        super().__init__(f"conditions failed: {', '.join(sorted(self.refused))}")


def to_item(values: Item) -> Item:
    """Plain values to DynamoDB's typed form. None is left out, floats become decimals."""
    return {key: _serializer.serialize(_exact(value)) for key, value in values.items() if value is not None}


def from_item(item: Item) -> Item:
    """DynamoDB's typed form to plain values; numbers become int where they are whole, else float."""
    return {key: _plain(_deserializer.deserialize(value)) for key, value in item.items()}


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_exact(inner) for inner in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def transact(client: DynamoDBClient, items: Transaction) -> None:
    """Write all of ``items`` or none.

    A conflict with another transaction is retried with jitter: it says nothing about the conditions.

    Raises
    ------
    TransactionCancelledError
        At least one condition did not hold.
    TemporarilyUnavailableError
        The items stayed contended through every retry.
    """
    # One token for every try: a try whose answer was lost is recognised as done (within DynamoDB's ten minutes).
    token = uuid.uuid4().hex
    elements: Any = list(items.values())
    for _ in _tries(_TRANSACTION_TRIES):
        try:
            client.transact_write_items(TransactItems=elements, ClientRequestToken=token)
        except ClientError as error:
            if not _is_transient(error, items):
                raise
        else:
            return
    raise _contended()


def _tries(most: int, seconds_max: float = 0.6) -> Iterator[None]:
    """Yield once for each try. Sleep between two of them, from 10 ms up to ``seconds_max``.

    Full jitter: AWS Architecture Blog, "Exponential Backoff And Jitter".
    """
    for attempt in range(most):
        if attempt:
            time.sleep(random.uniform(0, min(seconds_max, 0.01 * 2 ** (attempt - 1))))  # noqa: S311
        yield


def _contended() -> TemporarilyUnavailableError:
    return TemporarilyUnavailableError("Too much is going on with this account at once. Please try again.")


def _is_transient(error: ClientError, items: Transaction) -> bool:
    """Return whether ``error`` is a conflict. Raise ``TransactionCancelledError`` for a failed condition."""
    if error.response["Error"]["Code"] == "TransactionInProgressException":
        return True
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        return False
    reasons = [str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])]
    refused = [name for name, reason in zip(items, reasons, strict=False) if reason == CONDITION_FAILED]
    if refused:
        raise TransactionCancelledError(refused) from error
    return any(reason in _TRANSIENT for reason in reasons)


def write_one[Answer](write: Callable[[], Answer]) -> Answer:
    """Make a single-item write again, with jitter, while a transaction holds its item.

    Raises
    ------
    ConditionFailedError
        The write's condition did not hold.
    TemporarilyUnavailableError
        The item stayed contended through every retry.
    """
    for _ in _tries(_TRANSACTION_TRIES):
        try:
            return write()
        except ClientError as error:
            if is_condition_failure(error):
                raise ConditionFailedError from error
            if error.response["Error"]["Code"] != "TransactionConflictException":
                raise
    raise _contended()


def batch_get(
    client: DynamoDBClient, table: str, keys: Iterable[Item], *, wait_seconds_max: float = 0.6, **options: Any
) -> Iterator[Item]:
    """Yield the items of ``keys`` that exist, in no particular order. Keys and items are in DynamoDB's typed form.

    BatchGetItem may leave keys unprocessed when a table is throttled. They are asked for again, with jitter of at most
    ``wait_seconds_max``, so that a missing item always means that there is none. ``options`` are those of one table in
    BatchGetItem, such as ``ConsistentRead``.

    Raises
    ------
    TemporarilyUnavailableError
        Some keys stayed unprocessed through every retry.
    """
    for some in batched(keys, _BATCH_KEYS_MAX, strict=False):
        wanted: Any = {table: {"Keys": list(some), **options}}
        for _ in _tries(_BATCH_TRIES, wait_seconds_max):
            answer = client.batch_get_item(RequestItems=wanted)
            yield from (dict(item) for item in answer["Responses"].get(table, []))
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                break
        else:
            raise TemporarilyUnavailableError("The tables are too busy to be read. Please try again later.")


def is_condition_failure(error: ClientError) -> bool:
    """Whether a single conditional write was refused by its condition."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def encode_cursor(last_key: Item | None) -> str | None:
    """A query's LastEvaluatedKey as an opaque text, or None at the end."""
    if not last_key:
        return None
    return base64.urlsafe_b64encode(json.dumps(from_item(last_key)).encode()).decode().rstrip("=")


def _is_key(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= _CURSOR_VALUE_CHARACTERS_MAX


def decode_cursor(cursor: str, names: Sequence[str]) -> Item:
    """The key that ``cursor`` stands for; it must hold exactly the text attributes ``names``.

    Raises
    ------
    InvalidInputError
        It was not made by :func:`encode_cursor` for this kind of page.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, dict) or set(values) != set(names) or not all(map(_is_key, values.values())):
            raise ValueError(cursor)  # noqa: TRY301 - one answer for everything that isn't a cursor
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            "The page cursor is not valid. Start again from the first page.",
            errors=[{"column": "cursor", "code": "invalid_cursor", "message": "unknown cursor"}],
        ) from error
    return to_item(values)
