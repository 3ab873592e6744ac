"""DynamoDB helpers: item conversion, transactions that name their failed conditions, retries, reads, page cursors."""

from __future__ import annotations

import base64
import json
import math
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from chalicelib.core.errors import InvalidInputError, TemporarilyUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]
TransactItem = dict[str, dict[str, Any]]
"""One element of TransactWriteItems: ``{"Put": {...}}``, ``{"Update": {...}}`` and so on."""

Transaction = Mapping[str, TransactItem]
"""The elements of a transaction by name. ``TransactionCancelledError`` reports these names."""


class ItemKey(NamedTuple):
    """The primary key of an item, in DynamoDB's typed form, and its table."""

    table: str
    key: Item


CONDITION_FAILED = "ConditionalCheckFailed"
# Reasons for a cancelled transaction that say nothing about its conditions. The same transaction is tried again.
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_TRANSACTION_TRIES = 12
_BATCH_KEYS_MAX = 100
_BATCH_TRIES = 12
# Longer than any of our keys. DynamoDB rejects a query whose start key is too long.
_CURSOR_VALUE_CHARACTERS_MAX = 256


class ConditionFailedError(Exception):
    """The condition of a write did not hold. Nothing was written."""


class TransactionCancelledError(Exception):
    """The conditions of the elements named in ``refused`` did not hold. Nothing was written."""

    def __init__(self, refused: Iterable[str]) -> None:
        self.refused = frozenset(refused)
        super().__init__(f"conditions failed: {', '.join(sorted(self.refused))}")


def to_item(values: Item) -> Item:
    """Return plain values in DynamoDB's typed form. None is left out. Floats keep all of their digits."""
    # boto3's TypeSerializer takes several times as long, and refuses floats.
    return {key: _typed(value) for key, value in values.items() if value is not None}


def _typed(value: Any) -> Item:
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float() if math.isfinite(value):
            return {"N": str(Decimal(repr(value)))}
        case dict():
            return {"M": to_item(value)}
        case list() | tuple():
            return {"L": [_typed(inner) for inner in value]}
        case None:
            return {"NULL": True}
    raise TypeError(f"DynamoDB can't store {value!r}")


def from_item(item: Item) -> Item:
    """Return an item in DynamoDB's typed form as plain values. Whole numbers become int, others float."""
    return {key: _plain(value) for key, value in item.items()}


def _plain(typed: Item) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return _number(value)
        case "M":
            return from_item(value)
        case "L":
            return [_plain(inner) for inner in value]
        case "NULL":
            return None
    raise TypeError(f"an attribute has the unknown type {kind}")


def _number(text: str) -> int | float:
    if text.isdecimal():
        return int(text)
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def transact(client: DynamoDBClient, items: Transaction) -> None:
    """Write all of ``items`` or none.

    A conflict with another transaction is retried with jitter, because it says nothing about the conditions.

    Raises
    ------
    TransactionCancelledError
        At least one condition did not hold.
    TemporarilyUnavailableError
        The items stayed contended through every retry.
    """
    # All tries share one token. If the response of a successful try is lost, DynamoDB recognises the next one as the
    # same transaction (for ten minutes).
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


def _tries(maximum: int, wait_seconds_max: float = 0.6) -> Iterator[None]:
    """Yield ``maximum`` times, and sleep before each try but the first.

    The wait is random, up to a bound that doubles from 10 ms to ``wait_seconds_max``: "full jitter" of the AWS
    Architecture Blog, "Exponential Backoff And Jitter".
    """
    for number in range(maximum):
        if number:
            time.sleep(random.uniform(0, min(wait_seconds_max, 0.01 * 2 ** (number - 1))))  # noqa: S311
        yield


def _contended() -> TemporarilyUnavailableError:
    return TemporarilyUnavailableError("This account is changing too fast at the moment. Please try again.")


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


def write_one[Response](write: Callable[[], Response]) -> Response:
    """Call ``write``, a single-item write, and retry it with jitter while a transaction holds the item.

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
    """Yield the existing items of ``keys`` in no particular order. Keys and items are in DynamoDB's typed form.

    BatchGetItem leaves keys unprocessed when a table is throttled. They are requested again, with jitter of at most
    ``wait_seconds_max`` seconds, so that an item that is not yielded does not exist. ``options`` are BatchGetItem's
    options of one table, such as ``ConsistentRead``.

    Raises
    ------
    TemporarilyUnavailableError
        Some keys stayed unprocessed through every retry.
    """
    for batch in batched(keys, _BATCH_KEYS_MAX, strict=False):
        for _, item in _batch(client, {table: {"Keys": list(batch), **options}}, wait_seconds_max):
            yield item


def get_together(client: DynamoDBClient, *keys: ItemKey) -> list[Item]:
    """Return the item of each key, by one consistent read of several tables: an empty one if it does not exist.

    Every key must be of another table. The items are in DynamoDB's typed form.

    Raises
    ------
    TemporarilyUnavailableError
        A table stayed too busy through every retry.
    """
    items = dict(_batch(client, {table: {"Keys": [key], "ConsistentRead": True} for table, key in keys}))
    return [items.get(table, {}) for table, _ in keys]


def _batch(
    client: DynamoDBClient, requests: dict[str, Any], wait_seconds_max: float = 0.6
) -> Iterator[tuple[str, Item]]:
    """Yield the items of a BatchGetItem with their tables. Request unprocessed keys again, as ``batch_get`` does."""
    for _ in _tries(_BATCH_TRIES, wait_seconds_max):
        response = client.batch_get_item(RequestItems=requests)
        for table, items in response["Responses"].items():
            yield from ((table, dict(item)) for item in items)
        requests = response.get("UnprocessedKeys")
        if not requests:
            return
    raise TemporarilyUnavailableError("The tables are too busy to be read. Please try again later.")


def is_condition_failure(error: ClientError) -> bool:
    """Return whether ``error`` says that the condition of a single-item write did not hold."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def encode_cursor(last_key: Item | None) -> str | None:
    """Return a query's LastEvaluatedKey as an opaque text, or None after the last page."""
    if not last_key:
        return None
    return base64.urlsafe_b64encode(json.dumps(from_item(last_key)).encode()).decode().rstrip("=")


def _is_key(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= _CURSOR_VALUE_CHARACTERS_MAX


def decode_cursor(cursor: str, names: Sequence[str]) -> Item:
    """Return the start key that ``cursor`` encodes. It must hold exactly the text attributes ``names``.

    Raises
    ------
    InvalidInputError
        ``cursor`` does not come from :func:`encode_cursor` for this kind of page.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, dict) or set(values) != set(names) or not all(map(_is_key, values.values())):
            raise ValueError(cursor)  # noqa: TRY301 - handled like a text that can't be decoded
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            "The page cursor is not valid. Start again from the first page.",
            errors=[{"column": "cursor", "code": "invalid_cursor", "message": "unknown cursor"}],
        ) from error
    return to_item(values)
