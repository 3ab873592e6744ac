"""Accounts: register, log in, and whose token this is."""

from dataclasses import dataclass

from chalicelib.auth.names import Credentials, Registration, login_key
from chalicelib.auth.passwords import hash_password, password_matches
from chalicelib.auth.store import User, UserStore
from chalicelib.auth.tokens import Claims, TokenInvalidError, Tokens, UnauthenticatedError
from chalicelib.billing.ledger import Entry, Ledger
from chalicelib.core.clock import Clock, iso
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.settings import Settings


class WrongCredentialsError(UnauthenticatedError):
    """The same words for an unknown name and for a wrong password."""

    code = "wrong_credentials"
    title = "Name or password is wrong"


@dataclass(frozen=True, slots=True)
class Session:
    """A user and the token that speaks for them for ``expires_in`` seconds."""

    user: User
    access_token: str
    expires_in: int


class Accounts:
    """The rules of accounts."""

    def __init__(self, store: UserStore, ledger: Ledger, tokens: Tokens, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._tokens = tokens
        self._settings = settings
        self._clock = clock

    def register(self, registration: Registration) -> Session:
        """Create an account and grant its coins.

        Raises
        ------
        NameTakenError, EmailTakenError
        """
        now = self._clock()
        coins = self._settings.signup_coins
        user = User(
            id=new_id(),
            name=registration.name,
            email=registration.email,
            balance=coins,
            token_version=1,
            created_at=iso(now),
        )
        grant = self._ledger.entry(Entry.new(user.id, coins, "signup", now))
        password_hash = hash_password(registration.password, self._settings.bcrypt_cost)
        self._store.create(user, password_hash, grant)
        return self._session(user)

    def log_in(self, credentials: Credentials) -> Session:
        """A session for the right password.

        Raises
        ------
        WrongCredentialsError
            Also for a name that nobody has, after the same time.
        """
        login = self._store.login(login_key(credentials.name))
        hashed = login.password_hash if login else None
        matches = password_matches(credentials.password, hashed, self._settings.bcrypt_cost)
        user = self._store.user(login.user_id) if login and matches else None
        if user is None:
            raise WrongCredentialsError("The name or the password is wrong. Please try again.")
        return self._session(user)

    def authenticate(self, token: str) -> User:
        """The user that ``token`` speaks for, as they are now.

        Raises
        ------
        TokenExpiredError, TokenInvalidError
        """
        claims = self._tokens.verify(token)
        user = self._store.user(claims.user_id) if is_id(claims.user_id) else None
        if user is None or user.token_version != claims.token_version:
            raise TokenInvalidError("This session was ended. Please log in again.")
        return user

    def _session(self, user: User) -> Session:
        token = self._tokens.sign(Claims(user.id, user.token_version))
        return Session(user, token, self._tokens.lifetime_seconds)
