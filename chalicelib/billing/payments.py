"""Payments: charge a prediction when it is accepted; earn or refund the charge when it ends.

Each step is one transaction that also writes the prediction, so that coins never move without it. The caller passes
the element that writes the prediction; this module knows only its id. docs/coins.md has the rules.
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
    """The charge was refused and nothing was written.

    ``reason`` is the error for the user. It is None if another request has used the idempotency key in the meantime.
    """

    def __init__(self, reason: DomainError | None) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cost:
    """The coins that a prediction costs its user, and the id and time of the ledger entry that moves them.

    ``at`` is that time, in seconds since the epoch.
    """

    user_id: str
    prediction_id: str
    coins: int
    entry_id: str
    at: float


class Payments:
    """Charges predictions, and earns or refunds their charges."""

    def __init__(self, client: DynamoDBClient, ledger: Ledger, open_max: int) -> None:
        self._client = client
        self._ledger = ledger
        self._open_max = open_max

    def refuse_early(self, cost: int, balance: int, open_charges: int) -> None:
        """Refuse a charge that an account with this balance and these open charges could not pay.

        This saves the work of a request that can't be charged. Only ``charge`` decides, because the account may have
        changed since it was read.

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
                # The prediction's id is random. If it exists, an earlier try succeeded and its response was lost.
                if "prediction" in error.refused:
                    return None
                if "key" in error.refused:
                    raise ChargeRefusedError(None) from error
                if reason := self._refusal(self._ledger.account(cost.user_id), cost.coins):
                    raise ChargeRefusedError(reason) from error
                # Nothing refuses the charge any more: the account changed after the transaction. Try again.
        raise ChargeRefusedError(
            TemporarilyUnavailableError("This account is changing too fast at the moment. Please try again.")
        )

    def _refusal(self, account: Account, cost: int) -> DomainError | None:
        """Return why ``account`` can't be charged ``cost`` coins, or None if it can."""
        if account.closed:
            return AccountClosedError("This account was deleted. Nothing was charged.")
        if account.balance < cost:
            return NotEnoughCoinsError(cost, account.balance)
        return TooManyOpenChargesError(self._open_max) if account.open_charges >= self._open_max else None

    def earn(self, user_id: str, prediction: TransactItem) -> None:
        """End the charge of a prediction that succeeded, and write ``prediction``, in one transaction.

        Raises
        ------
        ConditionFailedError
            The prediction has changed since it was read. Nothing was written.
        """
        self._end({"prediction": prediction, "balance": self._ledger.end_charge(user_id, 0)})

    def refund(self, cost: Cost, prediction: TransactItem) -> None:
        """Return the coins of a prediction that ended without a result, and write ``prediction``, in one transaction.

        Raises
        ------
        ConditionFailedError
            The prediction has changed since it was read. Nothing was written.
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
