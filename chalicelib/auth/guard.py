"""Who is asking: the bearer token of a request, verified in process."""

from chalice.app import Request

from chalicelib.auth.store import User
from chalicelib.auth.tokens import TokenExpiredError, TokenInvalidError, TokenMissingError
from chalicelib.core.logging import bind
from chalicelib.wiring import services

BEARER = (TokenMissingError, TokenInvalidError, TokenExpiredError)
"""The refusals of ``current_user``, for the description of the endpoints that call it."""


def current_user(request: Request) -> User:
    """The user whose token the request carries.

    Raises
    ------
    TokenMissingError, TokenExpiredError, TokenInvalidError
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissingError("Please log in: this address needs an access token.")
    user = services().accounts.authenticate(token.strip())
    bind(user=user.id)
    return user
