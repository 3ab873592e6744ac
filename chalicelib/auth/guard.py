"""Who is asking: the bearer token of a request, verified in process."""

from chalice.app import Request

from chalicelib.auth.repository import User
from chalicelib.auth.tokens import Claims, TokenExpiredError, TokenInvalidError, TokenMissingError
from chalicelib.core.observability.logging import bind
from chalicelib.wiring import services

BEARER = (TokenMissingError, TokenInvalidError, TokenExpiredError)
"""The refusals of ``current_session``, for the description of the endpoints that call it."""


def current_user(request: Request) -> User:
    """The user whose token the request carries.

    Raises
    ------
    TokenMissingError, TokenExpiredError, TokenInvalidError
    """
    return current_session(request)[0]


def current_session(request: Request) -> tuple[User, Claims]:
    """Return the user whose token the request carries, and what the token says.

    Raises
    ------
    TokenMissingError, TokenExpiredError, TokenInvalidError
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissingError("Please log in: this address needs an access token.")
    user, claims = services().accounts.identify(token.strip())
    bind(user=user.id)
    return user, claims
