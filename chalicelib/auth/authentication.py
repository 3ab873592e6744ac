"""Authentication of requests by bearer token."""

from chalice.app import Request

from chalicelib.auth.repository import User
from chalicelib.auth.service import Accounts
from chalicelib.auth.tokens import Claims, TokenExpiredError, TokenInvalidError, TokenMissingError

BEARER = (TokenMissingError, TokenInvalidError, TokenExpiredError)
"""The errors of ``current_session``, for the ``RouteMetadata`` of endpoints that call it."""


def current_user(request: Request, accounts: Accounts) -> User:
    """Return the user whose token the request carries.

    Raises
    ------
    TokenMissingError, TokenExpiredError, TokenInvalidError
    """
    return current_session(request, accounts)[0]


def current_session(request: Request, accounts: Accounts) -> tuple[User, Claims]:
    """Return the user whose token the request carries, and the token's claims.

    Raises
    ------
    TokenMissingError, TokenExpiredError, TokenInvalidError
    """
    return accounts.identify(bearer_token(request))


def bearer_token(request: Request) -> str:
    """Return the token that the request carries.

    Raises
    ------
    TokenMissingError
    """
    scheme, _, token = str(request.headers.get("authorization", "")).partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissingError("Please log in: this address needs an access token.")
    return token.strip()
