"""Registration, log-in, and who one is."""

from chalice import Response
from chalice.app import Request

from chalicelib import wiring
from chalicelib.auth.guard import current_user
from chalicelib.auth.names import Credentials, Registration
from chalicelib.auth.service import Session
from chalicelib.core.http.bodies import json_body
from chalicelib.core.http.endpoints import Endpoints, ok

routes = Endpoints(__name__)


@routes.endpoint("/api/auth/register", "POST")
def register(request: Request) -> Response:
    """Create an account with its first coins."""
    session = wiring.accounts().register(json_body(request, Registration))
    return ok(_document(session), 201)


@routes.endpoint("/api/auth/login", "POST")
def login(request: Request) -> Response:
    """A new access token for the right password."""
    return ok(_document(wiring.accounts().log_in(json_body(request, Credentials))))


@routes.endpoint("/api/auth/me", "GET")
def me(request: Request) -> Response:
    """The account that the token speaks for."""
    user = current_user(request)
    return ok({"id": user.id, "name": user.name, "email": user.email, "created_at": user.created_at})


def _document(session: Session) -> dict[str, object]:
    user = session.user
    return {
        "access_token": session.access_token,
        "token_type": "bearer",
        "expires_in": session.expires_in,
        "user_info": {"id": user.id, "name": user.name, "email": user.email},
    }
