"""Idempotency keys: the same key with the same request gives the first answer again and does nothing twice.

A record commits in the transaction of what it names, so there is never the one without the other. Keys belong to one
user and live a day; the time is compared here, because DynamoDB deletes expired items whenever it gets to it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.dynamo import from_item, to_item
from chalicelib.core.errors import DomainError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import TransactItem

KEY_CHARACTERS_MAX = 255
LIFETIME_SECONDS = 24 * 3600


class InvalidIdempotencyKeyError(DomainError):
    """The header is empty, too long, or holds other than visible ASCII characters."""

    status = 422
    code = "invalid_idempotency_key"
    title = "The Idempotency-Key is not valid"


class IdempotencyKeyReusedError(DomainError):
    """The key stands for another request of this user. Nothing was done."""

    status = 422
    code = "idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A user's key and the request that it was sent with, as a digest of all that makes a request the same."""

    user_id: str
    text: str
    fingerprint: str

    @classmethod
    def of(cls, user_id: str, text: str | None, *request: str) -> IdempotencyKey | None:
        """The key that a header gives, or None without one. ``request`` is what the fingerprint is made of.

        Raises
        ------
        InvalidIdempotencyKeyError
        """
        if text is None:
            return None
        if not 0 < len(text) <= KEY_CHARACTERS_MAX or not all("!" <= character <= "~" for character in text):
            raise InvalidIdempotencyKeyError(
                f"An Idempotency-Key has 1 to {KEY_CHARACTERS_MAX} visible ASCII characters, such as a UUID."
            )
        return cls(user_id, text, hashlib.sha256("\n".join(request).encode()).hexdigest())

    @property
    def id(self) -> str:
        """Under which the record is kept. A client may have put anything into the text, so only its digest stays.

        Two texts with one SHA-256 are not known to exist, so no two keys of a user meet.
        """
        return f"{self.user_id}#{hashlib.sha256(self.text.encode()).hexdigest()}"


class IdempotencyKeys:
    """The records' table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def outcome(self, key: IdempotencyKey, now: float) -> str | None:
        """What the first request with ``key`` made, or None if there was none within the lifetime.

        Raises
        ------
        IdempotencyKeyReusedError
            It was another request.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"idempotency_key": key.id}), ConsistentRead=True
        )
        record = from_item(answer.get("Item", {}))
        if not record or record["expires_at"] <= now:
            return None
        if record["fingerprint"] != key.fingerprint:
            raise IdempotencyKeyReusedError(
                "This Idempotency-Key was used for another request within the last day. Send a new key."
            )
        return str(record["outcome"])

    def record(self, key: IdempotencyKey, outcome: str, now: float) -> TransactItem:
        """The transaction element that ties ``key`` to ``outcome``. Its condition fails if the key is in use."""
        values = {
            "idempotency_key": key.id,
            "fingerprint": key.fingerprint,
            "outcome": outcome,
            "expires_at": int(now) + LIFETIME_SECONDS,
        }
        return {
            "Put": {
                "TableName": self._table,
                "Item": to_item(values),
                "ConditionExpression": "attribute_not_exists(idempotency_key) OR expires_at <= :now",
                "ExpressionAttributeValues": to_item({":now": now}),
            }
        }
