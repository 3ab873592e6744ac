"""What a person sees of their coins."""

from chalice import Response
from chalice.app import Request

from chalicelib import wiring
from chalicelib.auth.guard import current_user
from chalicelib.core.http.endpoints import Endpoints, ok, query

routes = Endpoints(__name__)


@routes.endpoint("/api/auth/balance", "GET")
def balance(request: Request) -> Response:
    """The coins that are left."""
    return ok({"balance": current_user(request).balance})


@routes.endpoint("/api/billing/ledger", "GET")
def ledger(request: Request) -> Response:
    """The coin statement, newest first."""
    user = current_user(request)
    cursor = query(request).get("cursor")
    entries, next_cursor = wiring.ledger().statement(user.id, cursor)
    return ok({"entries": entries, "next_cursor": next_cursor})
