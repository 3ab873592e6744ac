"""What happens to the coins of a prediction: charged when it is accepted, then earned or refunded when it ends.

Each step is one transaction that also writes the prediction, so that coins never move without it. The caller passes
the transaction element that does so; nothing here knows what a prediction is. docs/coins.md describes the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.billing.ledger import (
    Account,
    AccountClosedError,
    Entry,
    Ledger,
    NotEnoughCoinsError,
    TooManyOpenChargesError,
)
from chalicelib.core.dynamo import ConditionFailedError, TransactionCancelledError, transact
from chalicelib.core.errors import DomainError, TemporarilyUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Transaction, TransactItem

_CHARGE_TRIES = 5


class ChargeRefusedError(Exception):
    """Nothing was written. ``reason`` is what to tell the user; None if the idempotency key is in use by now."""

    def __init__(self, reason: DomainError | None) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cost:
    """So many coins of a user for a prediction, and the ledger entry (its id and time) that moves them."""

    user_id: str
    prediction_id: str
    coins: int
    entry_id: str
    at: float


class Payments:
    """Charges predictions, earns their charges and gives them back."""

    def __init__(self, client: DynamoDBClient, ledger: Ledger, open_max: int) -> None:
        self._client = client
        self._ledger = ledger
        self._open_max = open_max

    def refuse_early(self, cost: int, balance: int, open_charges: int) -> None:
        """Refuse what an account that was read before can't have. ``charge`` decides.

        Raises
        ------
        NotEnoughCoinsError, TooManyOpenChargesError
        """
        if reason := self._refusal(Account(balance, open_charges, closed=False), cost):
            raise reason

    def charge(self, cost: Cost, prediction: TransactItem, key: TransactItem | None) -> None:
        """Take the coins and write ``prediction``, together with the idempotency key if there is one.

        Raises
        ------
        ChargeRefusedError
            Nothing was written. After any other error the charge may have happened.
        """
        items = {
            "prediction": prediction,
            "entry": self._ledger.entry(
                Entry(cost.user_id, -cost.coins, "prediction", cost.at, cost.entry_id, cost.prediction_id)
            ),
            "balance": self._ledger.charge(cost.user_id, cost.coins, self._open_max),
        }
        if key:
            items["key"] = key
        for _ in range(_CHARGE_TRIES):
            try:
                return transact(self._client, items)
            except TransactionCancelledError as error:
                # Its id is random: what is in the way is this very charge, made by an attempt whose answer was lost.
                if "prediction" in error.refused:
                    return None
                if "key" in error.refused:
                    raise ChargeRefusedError(None) from error
                if reason := self._refusal(self._ledger.account(cost.user_id), cost.coins):
                    raise ChargeRefusedError(reason) from error
                # Otherwise what stood in the way ended in the meantime.
        raise ChargeRefusedError(
            TemporarilyUnavailableError("Too much is going on with this account at once. Please try again.")
        )

    def _refusal(self, account: Account, cost: int) -> DomainError | None:
        """Why ``account`` can't be charged ``cost``; None if it can."""
        if account.closed:
            return AccountClosedError("This account was deleted. Nothing was charged.")
        if account.balance < cost:
            return NotEnoughCoinsError(cost, account.balance)
        return TooManyOpenChargesError(self._open_max) if account.open_charges >= self._open_max else None

    def earn(self, user_id: str, prediction: TransactItem) -> None:
        """Keep what was charged for a prediction and write ``prediction``, its end with a result.

        Raises
        ------
        ConditionFailedError
            The prediction has moved on. Nothing was written.
        """
        self._end({"prediction": prediction, "balance": self._ledger.end_charge(user_id, 0)})

    def refund(self, cost: Cost, prediction: TransactItem) -> None:
        """Give the coins back and write ``prediction``, its end without a result.

        Raises
        ------
        ConditionFailedError
            The prediction has moved on. Nothing was written.
        """
        entry = Entry(cost.user_id, cost.coins, "refund", cost.at, cost.entry_id, cost.prediction_id)
        balance = self._ledger.end_charge(cost.user_id, cost.coins)
        self._end({"prediction": prediction, "entry": self._ledger.entry(entry), "balance": balance})

    def _end(self, items: Transaction) -> None:
        try:
            transact(self._client, items)
        except TransactionCancelledError as error:
            if "prediction" in error.refused:
                raise ConditionFailedError from error
            raise
