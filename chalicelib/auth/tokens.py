"""Access tokens: JWT, HS256 only. The header names the key (`kid`), and nothing else in it is believed."""

from dataclasses import dataclass, field

import jwt

from chalicelib.auth.signing_keys import Key, KeyRing
from chalicelib.core.clock import Clock
from chalicelib.core.errors import DomainError
from chalicelib.core.ids import new_id

ALGORITHM = "HS256"
ISSUER = "liver-lifespan"
AUDIENCE = "liver-lifespan-api"
_HEADER = {"alg", "typ", "kid"}
_REQUIRED = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "ver"]


class UnauthenticatedError(DomainError):
    """No valid token."""

    status = 401
    title = "Please log in"

    @property
    def headers(self) -> dict[str, str]:
        """RFC 6750, section 3: say which scheme is expected."""
        return {"WWW-Authenticate": "Bearer"}


class TokenMissingError(UnauthenticatedError):
    """The request carries no bearer token."""

    code = "token_missing"


class TokenInvalidError(UnauthenticatedError):
    """The token is forged, malformed, of another service, or was ended."""

    code = "token_invalid"


class TokenExpiredError(UnauthenticatedError):
    """The token was good and its time is over."""

    code = "token_expired"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose it is, of which generation of that user's tokens, and of which session."""

    user_id: str
    token_version: int
    session_id: str | None = None
    """The session that began with the log-in. None in tokens from before sessions had ids."""
    expires_at: int = field(default=0, compare=False)
    """When the token ends, in seconds since the epoch; ``verify`` sets it."""


class Tokens:
    """Signs and verifies."""

    def __init__(self, keys: KeyRing, lifetime_seconds: int, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self.lifetime_seconds = lifetime_seconds

    def sign(self, claims: Claims) -> str:
        """A token for ``claims``, good from now for the lifetime."""
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
        """The claims of ``token``.

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
                options={"require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
            user_id, version = str(claims["sub"]), int(claims["ver"])
            expires, not_before = int(claims["exp"]), float(claims["nbf"])
            session_id = str(claims["sid"]) if "sid" in claims else None
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
            raise TokenInvalidError("This session is not valid. Please log in again.") from error
        # Compared here and not by PyJWT, which only knows the system's clock.
        now = self._clock()
        if now >= expires:
            raise TokenExpiredError("Your session has ended. Please log in again.")
        if now < not_before - 60:
            raise TokenInvalidError("This session is not valid yet. Please check the clock of your device.")
        return Claims(user_id, version, session_id, expires)

    def _key_of(self, token: str) -> Key:
        """The key that the token names."""
        header = jwt.get_unverified_header(token)
        if not header.keys() <= _HEADER:
            raise jwt.InvalidTokenError("the header holds more than a token of ours")
        key = self._keys.find(header.get("kid", ""))
        if key is None:
            raise jwt.InvalidTokenError("no key of this name is good")
        return key
