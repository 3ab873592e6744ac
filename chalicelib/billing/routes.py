"""What a person sees of their coins."""

from chalice import Response
from chalice.app import Request

from chalicelib.auth.guard import BEARER, current_user
from chalicelib.billing import schemas
from chalicelib.billing.ledger import AccountClosedError
from chalicelib.billing.vouchers import UnknownVoucherError, VoucherCode, VoucherExpiredError, VoucherUsedError
from chalicelib.core.http.bodies import json_body, parsed_options
from chalicelib.core.http.endpoints import Endpoints, idempotency_key, ok
from chalicelib.core.http.schemas import Cursor
from chalicelib.core.limits import LIMITED
from chalicelib.wiring import services

routes = Endpoints(__name__)


@routes.endpoint("/api/auth/balance", "GET", answers={200: schemas.Balance}, auth=BEARER)
def balance(request: Request) -> Response:
    """The coins that are left."""
    return ok({"balance": current_user(request).balance})


@routes.endpoint(
    "/api/billing/ledger",
    "GET",
    query=Cursor,
    answers={200: schemas.Statement},
    auth=BEARER,
)
def ledger(request: Request) -> Response:
    """The coin statement, newest first."""
    user = current_user(request)
    cursor = parsed_options(request, Cursor).cursor
    entries, next_cursor = services().ledger.statement(user.id, cursor)
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
def redeem(request: Request) -> Response:
    """Add a voucher's coins, once."""
    user = current_user(request)
    code = json_body(request, VoucherCode).code
    services().limits.voucher(user.id, services().viewers.address(request))
    redeemed = services().vouchers.redeem(user.id, code, idempotency_key(request))
    return ok({"coins": redeemed.coins, "balance": redeemed.balance})
