"""Idempotency keys: repeating a request with the same key returns the first outcome and does nothing twice.

A key's record commits in the same transaction as the outcome that it names, so neither exists without the other. A key
belongs to one user and is valid for a day. Its expiry is compared here, because DynamoDB deletes expired items late.
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
    """The Idempotency-Key is empty, too long, or has characters that are not visible ASCII."""

    status = 422
    code = "invalid_idempotency_key"
    title = "The Idempotency-Key is not valid"


class IdempotencyKeyReusedError(DomainError):
    """This user sent another request with this key within the last day. Nothing was done."""

    status = 422
    code = "idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A user's idempotency key with the fingerprint of its request.

    ``text`` is the header's value. ``fingerprint`` is a SHA-256 of everything that makes two requests the same.
    """

    user_id: str
    text: str
    fingerprint: str

    @classmethod
    def of(cls, user_id: str, text: str | None, *request: str) -> IdempotencyKey | None:
        """Return the key of a header's ``text``, or None without a header.

        The fingerprint is computed from the texts in ``request``.

        Raises
        ------
        InvalidIdempotencyKeyError
            ``text`` is empty, too long, or has characters that are not visible ASCII.
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
        """The primary key of the record.

        It holds a SHA-256 of the text instead of the text, because a client may have put personal data into it. Two
        texts of a user never share a record: no collision of SHA-256 is known.
        """
        return f"{self.user_id}#{hashlib.sha256(self.text.encode()).hexdigest()}"


class IdempotencyKeys:
    """The table of the idempotency keys' records."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def outcome(self, key: IdempotencyKey, now: float) -> str | None:
        """Return the recorded outcome of the first request with ``key``, or None if no record is valid at ``now``.

        Raises
        ------
        IdempotencyKeyReusedError
            The first request had another fingerprint.
        """
        response = self._client.get_item(
            TableName=self._table, Key=to_item({"idempotency_key": key.id}), ConsistentRead=True
        )
        record = from_item(response.get("Item", {}))
        if not record or record["expires_at"] <= now:
            return None
        if record["fingerprint"] != key.fingerprint:
            raise IdempotencyKeyReusedError(
                "This Idempotency-Key was used for another request within the last day. Send a new key."
            )
        return str(record["outcome"])

    def record(self, key: IdempotencyKey, outcome: str, now: float) -> TransactItem:
        """Return the transaction element that records ``outcome`` for ``key``.

        Its condition fails if a record of ``key`` is valid at ``now``.
        """
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
