"""What the answers about coins look like, for the OpenAPI document."""

from typing import Annotated

from pydantic import Field

from chalicelib.billing.ledger import Reason
from chalicelib.core.http.schemas import Instant, NextCursor, ResponseModel

BalanceNow = Annotated[
    int | None,
    Field(
        description="The coins that there are now. Null if the balance could not be read at this moment: the request "
        "has been carried out all the same, and `GET /api/auth/balance` tells the balance later."
    ),
]


class Balance(ResponseModel):
    """What is left."""

    balance: int = Field(description="In coins.")


class LedgerEntry(ResponseModel):
    """One movement of coins. It never changes."""

    entry_id: str
    amount: int = Field(description="In coins; what was paid is negative.")
    reason: Reason
    prediction_id: str | None = Field(description="What it paid for, or what it was given back for.")
    created_at: Instant


class Statement(ResponseModel):
    """A page of the coin statement, newest first."""

    entries: list[LedgerEntry]
    next_cursor: NextCursor


class Redeemed(ResponseModel):
    """A voucher's coins were added."""

    coins: int = Field(description="What the voucher added.")
    balance: BalanceNow
