"""Access tokens: JWTs that are signed and verified with HS256 only.

Of a token's header, only the key id (`kid`) is used.
"""

from dataclasses import dataclass, field

import jwt

from chalicelib.auth.signing_keys import Key, KeyRing
from chalicelib.core.clock import Clock
from chalicelib.core.errors import DomainError
from chalicelib.core.ids import new_id

ALGORITHM = "HS256"
ISSUER = "liver-lifespan"
AUDIENCE = "liver-lifespan-api"
_HEADER_MEMBERS = {"alg", "typ", "kid"}
_REQUIRED_CLAIMS = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "ver"]


class UnauthenticatedError(DomainError):
    """Base class of authentication errors."""

    status = 401
    title = "Please log in"

    @property
    def headers(self) -> dict[str, str]:
        """``WWW-Authenticate`` with the expected scheme (RFC 6750, section 3)."""
        return {"WWW-Authenticate": "Bearer"}


class TokenMissingError(UnauthenticatedError):
    """The request has no bearer token."""

    code = "token_missing"


class TokenInvalidError(UnauthenticatedError):
    """The token is forged, malformed or from another service, or its session was ended."""

    code = "token_invalid"


class TokenExpiredError(UnauthenticatedError):
    """The token has expired."""

    code = "token_expired"


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a token. The token is valid only while ``token_version`` equals the user's token version."""

    user_id: str
    token_version: int
    session_id: str | None = None
    """The session that began with the log-in; None in tokens that were issued before sessions had ids."""
    expires_at: int = field(default=0, compare=False)
    """When the token expires, in seconds since the epoch. ``verify`` sets it."""


class Tokens:
    """Signs and verifies access tokens."""

    def __init__(self, keys: KeyRing, lifetime_seconds: int, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self.lifetime_seconds = lifetime_seconds

    def sign(self, claims: Claims) -> str:
        """Return a token with ``claims`` that is valid from now for ``lifetime_seconds``."""
        now = int(self._clock())
        key = self._keys.current()
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claims.user_id,
            "ver": claims.token_version,
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime_seconds,
            "jti": new_id(),
        }
        if claims.session_id is not None:
            payload["sid"] = claims.session_id
        return jwt.encode(payload, key.secret, algorithm=ALGORITHM, headers={"kid": key.id})

    def verify(self, token: str) -> Claims:
        """Return the claims of ``token``.

        Raises
        ------
        TokenExpiredError, TokenInvalidError
        """
        try:
            claims = jwt.decode(
                token,
                self._key_of(token).secret,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": _REQUIRED_CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
            user_id, version = str(claims["sub"]), int(claims["ver"])
            expires, not_before = int(claims["exp"]), float(claims["nbf"])
            session_id = str(claims["sid"]) if "sid" in claims else None
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
            raise TokenInvalidError("This session is not valid. Please log in again.") from error
        # PyJWT compares times only with the system's clock.
        now = self._clock()
        if now >= expires:
            raise TokenExpiredError("Your session has ended. Please log in again.")
        if now < not_before - 60:
            raise TokenInvalidError("This session is not valid yet. Please check the clock of your device.")
        return Claims(user_id, version, session_id, expires)

    def _key_of(self, token: str) -> Key:
        header = jwt.get_unverified_header(token)
        if not header.keys() <= _HEADER_MEMBERS:
            raise jwt.InvalidTokenError("the header has unexpected members")
        key = self._keys.find(header.get("kid", ""))
        if key is None:
            raise jwt.InvalidTokenError("the key id is unknown")
        return key
