"""HTTP routes of coins: the balance, the ledger entries, and the redemption of vouchers."""

from typing import Protocol

from chalice import Response
from chalice.app import Request

from chalicelib.auth.authentication import BEARER, current_user
from chalicelib.auth.service import Accounts
from chalicelib.billing import schemas
from chalicelib.billing.ledger import AccountClosedError, Ledger
from chalicelib.billing.vouchers import (
    UnknownVoucherError,
    VoucherCode,
    VoucherExpiredError,
    Vouchers,
    VoucherUsedError,
)
from chalicelib.core.http.bodies import json_body, parsed_options
from chalicelib.core.http.client_address import ClientAddresses
from chalicelib.core.http.endpoints import Endpoints, idempotency_key, ok
from chalicelib.core.http.schemas import Cursor
from chalicelib.core.rate_limits import LIMITED, Limits


class Services(Protocol):
    """The services that these views use."""

    @property
    def accounts(self) -> Accounts: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def client_addresses(self) -> ClientAddresses: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def vouchers(self) -> Vouchers: ...


routes = Endpoints[Services](__name__)


@routes.endpoint("/api/auth/balance", "GET", answers={200: schemas.Balance}, auth=BEARER)
def balance(request: Request, services: Services) -> Response:
    """Get the balance in coins."""
    return ok({"balance": current_user(request, services.accounts).balance})


@routes.endpoint(
    "/api/billing/ledger",
    "GET",
    query=Cursor,
    answers={200: schemas.Statement},
    auth=BEARER,
)
def ledger(request: Request, services: Services) -> Response:
    """List the ledger entries, newest first."""
    user = current_user(request, services.accounts)
    cursor = parsed_options(request, Cursor).cursor
    entries, next_cursor = services.ledger.statement(user.id, cursor)
    return ok({"entries": entries, "next_cursor": next_cursor})


@routes.endpoint(
    "/api/billing/vouchers",
    "POST",
    body=VoucherCode,
    idempotent=True,
    answers={200: schemas.Redeemed},
    errors=(UnknownVoucherError, VoucherUsedError, VoucherExpiredError, AccountClosedError, *LIMITED),
    auth=BEARER,
)
def redeem(request: Request, services: Services) -> Response:
    """Redeem a voucher.

    Its coins are added to the balance. A voucher can be redeemed once.
    """
    user = current_user(request, services.accounts)
    code = json_body(request, VoucherCode).code
    services.limits.voucher(user.id, services.client_addresses.of(request))
    redeemed = services.vouchers.redeem(user.id, code, idempotency_key(request))
    return ok({"coins": redeemed.coins, "balance": redeemed.balance})
