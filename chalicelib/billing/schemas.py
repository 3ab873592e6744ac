"""Response models of coins: the balance, ledger entries and redemptions, for the OpenAPI document."""

from typing import Annotated

from pydantic import Field

from chalicelib.billing.ledger import Reason
from chalicelib.core.http.schemas import Instant, NextCursor, ResponseModel

BalanceNow = Annotated[
    int | None,
    Field(
        description="The new balance in coins. Null if it could not be read. The request was carried out all the "
        "same; `GET /api/auth/balance` returns the balance later."
    ),
]


class Balance(ResponseModel):
    """The balance."""

    balance: int = Field(description="The balance in coins.")


class LedgerEntry(ResponseModel):
    """A ledger entry: one movement of coins. It never changes."""

    entry_id: str = Field(description="The id. Ids of a user sort by time.")
    amount: int = Field(description="The coins that were added; negative if they were taken.")
    reason: Reason = Field(
        description="`signup`: the grant of a new account; `voucher`: a redeemed voucher; `prediction`: the charge of "
        "a prediction; `refund`: its return."
    )
    prediction_id: str | None = Field(description="The prediction that was charged or refunded; null otherwise.")
    created_at: Instant


class Statement(ResponseModel):
    """A page of ledger entries, newest first."""

    entries: list[LedgerEntry] = Field(description="At most 50 entries.")
    next_cursor: NextCursor


class Redeemed(ResponseModel):
    """The voucher was redeemed."""

    coins: int = Field(description="The coins that the voucher added.")
    balance: BalanceNow
