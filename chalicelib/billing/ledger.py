"""Coins. A balance is the sum of its owner's ledger entries; both change in one transaction or not at all.

What moves coins is built here as elements of ``TransactWriteItems``, so that the caller commits them together
with what they pay for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.core.clock import iso
from chalicelib.core.dynamo import Item, TransactItem, decode_cursor, encode_cursor, from_item, to_item
from chalicelib.core.errors import DomainError
from chalicelib.core.ids import new_id
from chalicelib.core.observability.logging import log_exception

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Reason = Literal["signup", "voucher", "prediction", "refund"]

PAGE_SIZE = 50


class NotEnoughCoinsError(DomainError):
    """The balance does not cover the price. Nothing was charged."""

    status = 402
    code = "not_enough_coins"
    title = "Not enough coins"

    def __init__(self, cost: int, balance: int) -> None:
        super().__init__(
            f"This costs {cost} coins and you have {balance}. Nothing was charged.",
            cost=cost,
            balance=balance,
        )


class AccountClosedError(DomainError):
    """The account was deleted while the request was on its way."""

    status = 401
    code = "account_deleted"
    title = "This account was deleted"

    @property
    def headers(self) -> dict[str, str]:
        """RFC 9110, section 15.5.2: no 401 without it."""
        return {"WWW-Authenticate": "Bearer"}


class TooManyOpenChargesError(DomainError):
    """The user has as many unfinished predictions as one may have. Nothing was charged."""

    status = 429
    code = "too_many_open_predictions"
    title = "Too many predictions are under way"

    def __init__(self, open_max: int) -> None:
        super().__init__(
            f"You have {open_max} predictions that have not ended, as many as one may have at a time. Please wait for "
            "one to end, or cancel one. Nothing was charged.",
            open_max=open_max,
        )

    @property
    def headers(self) -> dict[str, str]:
        """Ask the client to wait for an end."""
        return {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Account:
    """What a user has: ``balance`` in coins, and how many charges have been neither earned nor refunded."""

    balance: int
    open_charges: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry: one movement of coins, never changed afterwards. ``amount`` is signed."""

    user_id: str
    amount: int
    reason: Reason
    created_at: float
    entry_id: str
    prediction_id: str | None = None

    @classmethod
    def new(cls, user_id: str, amount: int, reason: Reason, now: float, prediction_id: str | None = None) -> Entry:
        """An entry of this moment."""
        return cls(user_id, amount, reason, now, new_entry_id(now), prediction_id)


def new_entry_id(now: float) -> str:
    """An id that sorts by time within its user."""
    return f"{iso(now)}-{new_id()}"


class Ledger:
    """The ledger's table, and the balance attribute of the users' table."""

    def __init__(self, client: DynamoDBClient, ledger_table: str, users_table: str) -> None:
        self._client = client
        self._ledger_table = ledger_table
        self._users_table = users_table

    def entry(self, entry: Entry) -> TransactItem:
        """Append ``entry``. The condition keeps the ledger append-only."""
        values: Item = {
            "user_id": entry.user_id,
            "entry_id": entry.entry_id,
            "amount": entry.amount,
            "reason": entry.reason,
            "created_at": iso(entry.created_at),
            "prediction_id": entry.prediction_id,
        }
        return {
            "Put": {
                "TableName": self._ledger_table,
                "Item": to_item(values),
                "ConditionExpression": "attribute_not_exists(entry_id)",
            }
        }

    def signup(self, user_id: str, coins: int, now: float) -> TransactItem:
        """Append the entry of the coins that a new account gets."""
        return self.entry(Entry.new(user_id, coins, "signup", now))

    def charge(self, user_id: str, cost: int, open_max: int) -> TransactItem:
        """Take ``cost`` from the balance and open a charge.

        The condition refuses a balance below zero, more than ``open_max`` open charges, and a closed account.
        """
        return self._update(
            user_id,
            "SET balance = balance - :cost, open_charges = open_charges + :one",
            "balance >= :cost AND open_charges < :most AND attribute_not_exists(closed_at)",
            {":cost": cost, ":one": 1, ":most": open_max},
        )

    def end_charge(self, user_id: str, refund: int) -> TransactItem:
        """End an open charge: earned (``refund`` 0), or ``refund`` coins given back. Works on closed accounts too."""
        return self._update(
            user_id,
            "SET balance = balance + :refund, open_charges = open_charges - :one",
            "open_charges >= :one",
            {":refund": refund, ":one": 1},
        )

    def credit(self, user_id: str, amount: int) -> TransactItem:
        """Add ``amount`` to the balance of an account that isn't closed."""
        return self._update(
            user_id,
            "SET balance = balance + :amount",
            "attribute_exists(user_id) AND attribute_not_exists(closed_at)",
            {":amount": amount},
        )

    def _update(self, user_id: str, change: str, condition: str, values: Item) -> TransactItem:
        return {
            "Update": {
                "TableName": self._users_table,
                "Key": to_item({"user_id": user_id}),
                "UpdateExpression": change,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": to_item(values),
            }
        }

    def account(self, user_id: str) -> Account:
        """What the user has at this moment (a consistent read); nothing for nobody."""
        answer = self._client.get_item(
            TableName=self._users_table,
            Key=to_item({"user_id": user_id}),
            ProjectionExpression="balance, open_charges, closed_at",
            ConsistentRead=True,
        )
        item = from_item(answer.get("Item", {}))
        return Account(int(item.get("balance", 0)), int(item.get("open_charges", 0)), "closed_at" in item or not item)

    def balance(self, user_id: str) -> int:
        """The balance at this moment (a consistent read); 0 for nobody."""
        return self.account(user_id).balance

    def balance_if_readable(self, user_id: str) -> int | None:
        """Return the balance at this moment, or None if it cannot be read.

        For the answer to a request that has been committed: it must not fail because of one more read, and must not
        state a balance that nobody has read.
        """
        try:
            return self.balance(user_id)
        except Exception:  # noqa: BLE001
            log_exception("balance not read", user=user_id)
            return None

    def statement(self, user_id: str, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """One page of the user's entries, newest first, and the cursor of the next."""
        start = {"ExclusiveStartKey": decode_cursor(cursor, ("user_id", "entry_id"))} if cursor else {}
        if start and from_item(start["ExclusiveStartKey"])["user_id"] != user_id:
            start = {}
        answer = self._client.query(
            TableName=self._ledger_table,
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ScanIndexForward=False,
            Limit=PAGE_SIZE,
            **start,  # type: ignore[arg-type]
        )
        entries = [from_item(item) for item in answer["Items"]]
        for entry in entries:
            entry.pop("user_id")
            entry.setdefault("prediction_id", None)
        return entries, encode_cursor(answer.get("LastEvaluatedKey"))
