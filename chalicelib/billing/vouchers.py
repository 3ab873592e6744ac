"""Vouchers: codes that an operator issues and a user redeems once for coins. Only their hashes are stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from chalicelib.billing.ledger import AccountClosedError, Entry, Ledger
from chalicelib.core.clock import Clock, iso
from chalicelib.core.dynamo import TransactionCancelledError, from_item, to_item, transact
from chalicelib.core.errors import DomainError
from chalicelib.core.http.schemas import RequestModel
from chalicelib.core.idempotency import IdempotencyKey, IdempotencyKeys
from chalicelib.core.observability.logging import log

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import TransactItem

# Crockford's base 32, which leaves out letters that are easily misread.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS = 20
"""The length of a code: 100 random bits. It can't be guessed, so a fast hash is enough."""
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


class UnknownVoucherError(DomainError):
    """No voucher has this code."""

    status = 404
    code = "unknown_voucher"
    title = "There is no such voucher"


class VoucherUsedError(DomainError):
    """The voucher was redeemed before."""

    status = 409
    code = "voucher_used"
    title = "This voucher was used"


class VoucherExpiredError(DomainError):
    """The voucher has expired."""

    status = 410
    code = "voucher_expired"
    title = "This voucher has expired"


class VoucherCode(RequestModel):
    """The body of a redemption."""

    code: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
        Field(description="The voucher's code. Case, dashes and blanks don't matter."),
    ]


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The outcome of a redemption: the coins added, and the new balance, or None if it could not be read."""

    coins: int
    balance: int | None


class Vouchers:
    """Issues and redeems vouchers."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger, keys: IdempotencyKeys, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger
        self._keys = keys
        self._clock = clock

    def issue(self, coins: int, expires_at: float | None) -> str:
        """Make a voucher of ``coins`` and return its code, which is not stored.

        ``expires_at`` is in seconds since the epoch; None for a voucher that never expires.
        """
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))
        values = {
            "voucher_hash": _hash(code),
            "coins": coins,
            "expires_at": expires_at,
            "created_at": iso(self._clock()),
        }
        self._client.put_item(
            TableName=self._table, Item=to_item(values), ConditionExpression="attribute_not_exists(voucher_hash)"
        )
        return "-".join(code[start : start + 5] for start in range(0, _CHARACTERS, 5))

    def redeem(self, user_id: str, code: str, key_text: str | None) -> Redeemed:
        """Add the voucher's coins to the user's balance. Repeating the call with the same idempotency key adds nothing.

        Raises
        ------
        UnknownVoucherError, VoucherUsedError, VoucherExpiredError, AccountClosedError, InvalidIdempotencyKeyError,
        IdempotencyKeyReusedError
            Nothing was added.
        """
        now = self._clock()
        hashed = _hash(code)
        key = IdempotencyKey.of(user_id, key_text, "voucher", hashed)
        if key and (earlier := self._keys.outcome(key, now)):
            return self._redeemed(user_id, int(earlier))
        coins = self._coins_of(hashed, now)
        entry = Entry.new(user_id, coins, "voucher", now)
        items = {
            "voucher": self._use(hashed, entry, now),
            "entry": self._ledger.entry(entry),
            "balance": self._ledger.credit(user_id, coins),
        }
        if key:
            items["key"] = self._keys.record(key, str(coins), now)
        try:
            transact(self._client, items)
        except TransactionCancelledError as error:
            if key and (earlier := self._keys.outcome(key, now)):
                return self._redeemed(user_id, int(earlier))
            if "balance" in error.refused:
                raise AccountClosedError("This account was deleted. The voucher was not used.") from error
            self._coins_of(hashed, now)  # raises if another request used the voucher, or it has just expired
            raise
        log("voucher redeemed", user=user_id, coins=coins, entry=entry.entry_id)
        return self._redeemed(user_id, coins)

    def _redeemed(self, user_id: str, coins: int) -> Redeemed:
        return Redeemed(coins, self._ledger.balance_if_readable(user_id))

    def _coins_of(self, hashed: str, now: float) -> int:
        """Return the coins of a voucher that can be redeemed at ``now``; raise an error if it can't."""
        response = self._client.get_item(
            TableName=self._table, Key=to_item({"voucher_hash": hashed}), ConsistentRead=True
        )
        voucher = from_item(response.get("Item", {}))
        if not voucher:
            raise UnknownVoucherError("There is no voucher with this code. Please check every character.")
        if "entry_id" in voucher:
            raise VoucherUsedError("This voucher was redeemed before. A voucher can be redeemed once.")
        if "expires_at" in voucher and voucher["expires_at"] <= now:
            raise VoucherExpiredError(f"This voucher was valid until {iso(voucher['expires_at'])[:10]}.")
        return int(voucher["coins"])

    def _use(self, hashed: str, entry: Entry, now: float) -> TransactItem:
        """Return the element that marks the voucher as used, on condition that it is not used and not expired."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item({"voucher_hash": hashed}),
                "UpdateExpression": "SET entry_id = :entry, redeemed_by = :user",
                "ConditionExpression": "attribute_exists(voucher_hash) AND attribute_not_exists(entry_id) "
                "AND (attribute_not_exists(expires_at) OR expires_at > :now)",
                "ExpressionAttributeValues": to_item({":entry": entry.entry_id, ":user": entry.user_id, ":now": now}),
            }
        }


def _hash(code: str) -> str:
    """Return the hash of a code, after removing case, dashes and blanks and reading I, L and O as digits."""
    return hashlib.sha256(code.upper().translate(_MISREAD).encode()).hexdigest()
