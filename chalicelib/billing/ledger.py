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

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Reason = Literal["signup", "prediction", "refund"]

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
        """An entry of this moment. Its id sorts by time within its user."""
        return cls(user_id, amount, reason, now, f"{iso(now)}-{new_id()}", prediction_id)


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

    def move(self, user_id: str, amount: int) -> TransactItem:
        """Add the signed ``amount`` to the balance; the condition refuses a balance below zero."""
        return {
            "Update": {
                "TableName": self._users_table,
                "Key": to_item({"user_id": user_id}),
                "UpdateExpression": "SET balance = balance + :amount",
                "ConditionExpression": "balance >= :least",
                "ExpressionAttributeValues": to_item({":amount": amount, ":least": max(0, -amount)}),
            }
        }

    def balance(self, user_id: str) -> int:
        """The balance at this moment (a consistent read); 0 for nobody."""
        answer = self._client.get_item(
            TableName=self._users_table,
            Key=to_item({"user_id": user_id}),
            ProjectionExpression="balance",
            ConsistentRead=True,
        )
        return int(from_item(answer.get("Item", {})).get("balance", 0))

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
