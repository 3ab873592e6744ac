"""The ledger: balances, ledger entries, and the transaction elements that change them.

A balance is the sum of its owner's ledger entries. Both change in one transaction or not at all. ``Ledger`` builds
elements of ``TransactWriteItems``, so that the caller commits them together with what they pay for.
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
    """The account was deleted before the request was carried out."""

    status = 401
    code = "account_deleted"
    title = "This account was deleted"

    @property
    def headers(self) -> dict[str, str]:
        """``WWW-Authenticate``, which RFC 9110, section 15.5.2, requires with every 401."""
        return {"WWW-Authenticate": "Bearer"}


class TooManyOpenChargesError(DomainError):
    """The user has as many open predictions as a user may have. Nothing was charged."""

    status = 429
    code = "too_many_open_predictions"
    title = "Too many predictions are under way"

    def __init__(self, open_max: int) -> None:
        super().__init__(
            f"You have {open_max} predictions that have not ended, which is the limit. Please wait for one to end, or "
            "cancel one. Nothing was charged.",
            open_max=open_max,
        )

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After`` in seconds: by then a prediction may have ended."""
        return {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Account:
    """A user's coins: the ``balance``, and the number of open charges.

    ``closed`` means that the account was deleted or never existed.
    """

    balance: int
    open_charges: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry: one movement of coins. It is never changed. ``amount`` is signed, in coins."""

    user_id: str
    amount: int
    reason: Reason
    created_at: float
    entry_id: str
    prediction_id: str | None = None

    @classmethod
    def new(cls, user_id: str, amount: int, reason: Reason, now: float, prediction_id: str | None = None) -> Entry:
        """Return an entry with the time ``now`` and a new id."""
        return cls(user_id, amount, reason, now, new_entry_id(now), prediction_id)


def new_entry_id(now: float) -> str:
    """Return an id that sorts by time among the entries of a user."""
    return f"{iso(now)}-{new_id()}"


class Ledger:
    """Reads and changes the ledger table, and the balances and open charges in the users table."""

    def __init__(self, client: DynamoDBClient, ledger_table: str, users_table: str) -> None:
        self._client = client
        self._ledger_table = ledger_table
        self._users_table = users_table

    def entry(self, entry: Entry) -> TransactItem:
        """Return the element that appends ``entry``. Its condition prevents overwriting an entry."""
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
        """Return the element that appends the entry of a signup grant of ``coins``."""
        return self.entry(Entry.new(user_id, coins, "signup", now))

    def charge(self, user_id: str, cost: int, open_max: int) -> TransactItem:
        """Return the element that takes ``cost`` coins from the balance and opens a charge.

        Its condition fails if the balance is too low, ``open_max`` charges are open, or the account was deleted.
        """
        return self._update(
            user_id,
            "SET balance = balance - :cost, open_charges = open_charges + :one",
            "balance >= :cost AND open_charges < :open_max AND attribute_not_exists(closed_at)",
            {":cost": cost, ":one": 1, ":open_max": open_max},
        )

    def end_charge(self, user_id: str, refund: int) -> TransactItem:
        """Return the element that ends an open charge and adds ``refund`` coins to the balance (0: earned).

        It also works on a deleted account.
        """
        return self._update(
            user_id,
            "SET balance = balance + :refund, open_charges = open_charges - :one",
            "open_charges >= :one",
            {":refund": refund, ":one": 1},
        )

    def credit(self, user_id: str, amount: int) -> TransactItem:
        """Return the element that adds ``amount`` coins to the balance. Its condition fails for a deleted account."""
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
        """Return the user's account, by a consistent read: an empty and closed one if there is no such user."""
        response = self._client.get_item(
            TableName=self._users_table,
            Key=to_item({"user_id": user_id}),
            ProjectionExpression="balance, open_charges, closed_at",
            ConsistentRead=True,
        )
        item = from_item(response.get("Item", {}))
        return Account(int(item.get("balance", 0)), int(item.get("open_charges", 0)), "closed_at" in item or not item)

    def balance(self, user_id: str) -> int:
        """Return the balance in coins, by a consistent read: 0 if there is no such user."""
        return self.account(user_id).balance

    def balance_if_readable(self, user_id: str) -> int | None:
        """Return the balance in coins, or None if it cannot be read.

        Use this after a request was committed: a failing read must not turn its response into an error.
        """
        try:
            return self.balance(user_id)
        except Exception:  # noqa: BLE001
            log_exception("balance not read", user=user_id)
            return None

    def statement(self, user_id: str, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of at most PAGE_SIZE entries, newest first, and the cursor of the next page, if there is one.

        A cursor of another user is ignored.

        Raises
        ------
        InvalidInputError
            ``cursor`` is not valid.
        """
        start = {"ExclusiveStartKey": decode_cursor(cursor, ("user_id", "entry_id"))} if cursor else {}
        if start and from_item(start["ExclusiveStartKey"])["user_id"] != user_id:
            start = {}
        response = self._client.query(
            TableName=self._ledger_table,
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ScanIndexForward=False,
            Limit=PAGE_SIZE,
            **start,  # type: ignore[arg-type]
        )
        entries = [from_item(item) for item in response["Items"]]
        for entry in entries:
            entry.pop("user_id")
            entry.setdefault("prediction_id", None)
        return entries, encode_cursor(response.get("LastEvaluatedKey"))
