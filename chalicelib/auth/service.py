"""The account service: register, log in and out, identify the user of a token, change a password, delete an account."""

import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib.auth.normalization import Credentials, Registration, is_email_key, login_key
from chalicelib.auth.passwords import has_cost, hash_password, password_matches
from chalicelib.auth.repository import Grant, GrantedBeforeError, User, UserRepository
from chalicelib.auth.signup_fingerprints import SignupFingerprints
from chalicelib.auth.tokens import Claims, TokenInvalidError, Tokens, UnauthenticatedError
from chalicelib.core.clock import Clock, iso
from chalicelib.core.dynamo import ConditionFailedError, Item, ItemKey, TransactItem
from chalicelib.core.errors import DomainError, TemporarilyUnavailableError
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.observability.context import bind
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.settings import Settings
from chalicelib.core.throttling import refusal, window_end

type SignupEntry = Callable[[str, int, float], TransactItem]
"""Returns the ledger entry of a signup grant as a transaction element, given the user id, the coins and the time."""

SUBMISSION_WINDOW_SECONDS = 60
OLD_COUNTERS_MAX = 10
"""The number of past windows at which a user's old counters are removed, so that few submissions need another write."""


class WrongCredentialsError(UnauthenticatedError):
    """The name is unknown or the password is wrong. The response is the same for both."""

    code = "wrong_credentials"
    title = "Name or password is wrong"


class SessionWithoutIdError(DomainError):
    """The token was issued before sessions had ids. It can only be ended together with all others."""

    status = 409
    code = "session_without_id"
    title = "This session can't be ended alone"


class WrongPasswordError(DomainError):
    """The user is logged in, but sent a wrong password. The session stays valid."""

    status = 403
    code = "wrong_password"
    title = "The password is wrong"


@dataclass(frozen=True, slots=True)
class Session:
    """A user with an access token that expires in ``expires_in`` seconds."""

    user: User
    access_token: str
    expires_in: int


class Accounts:
    """The account service."""

    def __init__(
        self,
        repository: UserRepository,
        signup_entry: SignupEntry,
        tokens: Tokens,
        settings: Settings,
        clock: Clock,
        fingerprints: SignupFingerprints,
    ) -> None:
        self._fingerprints = fingerprints
        self._repository = repository
        self._signup_entry = signup_entry
        self._tokens = tokens
        self._settings = settings
        self._clock = clock

    def register(self, registration: Registration) -> Session:
        """Create an account and return a session of it.

        It gets the signup grant, unless a deleted account with the same e-mail address had one.

        Raises
        ------
        NameTakenError, EmailTakenError
        """
        now = self._clock()
        user = User(
            id=new_id(),
            name=registration.name,
            email=registration.email,
            balance=self._settings.signup_coins,
            token_version=1,
            created_at=iso(now),
            intended_use=registration.intended_use,
            intended_use_at=iso(now) if registration.intended_use else None,
        )
        entry = self._signup_entry(user.id, user.balance, now)
        password_hash = hash_password(registration.password, self._settings.bcrypt_cost)
        try:
            self._repository.create(user, password_hash, Grant(entry, self._fingerprints.of(user.email)))
        except GrantedBeforeError:
            user = replace(user, balance=0)
            self._repository.create(user, password_hash, None)
        log("account created", user=user.id, coins=user.balance)
        return self._session(user)

    def log_in(self, credentials: Credentials) -> Session:
        """Return a new session.

        Raises
        ------
        WrongCredentialsError
            The password is wrong or the name is unknown. Both take the same time.
        """
        login = self._repository.login(login_key(credentials.name))
        hashed = login.password_hash if login else None
        matches = password_matches(credentials.password, hashed, self._settings.bcrypt_cost)
        user = self._repository.user(login.user_id) if login and matches else None
        if login is None or user is None:
            raise WrongCredentialsError("Wrong name, e-mail or password.")
        log("logged in", user=user.id)
        if not has_cost(login.password_hash, self._settings.bcrypt_cost):
            self._renew_hash(user, login.password_hash, credentials.password)
        return self._session(user)

    def identify(self, token: str) -> tuple[User, Claims]:
        """Return the current user of ``token``, and the token's claims.

        Raises
        ------
        TokenExpiredError, TokenInvalidError
        """
        claims = self._verified(token)
        return _current(self._repository.user(claims.user_id), claims), claims

    def identify_and_read(self, token: str, other: ItemKey) -> tuple[User, Item]:
        """Return the current user of ``token``, and the item of ``other``, by one read.

        The item is in DynamoDB's typed form, and empty if it does not exist.

        Raises
        ------
        TokenExpiredError, TokenInvalidError
        """
        claims = self._verified(token)
        user, item = self._repository.user_and_item(claims.user_id, other)
        return _current(user, claims), item

    def identify_and_count(self, token: str) -> User:
        """Return the current user of ``token``, and count a submission: a checked file or a retried prediction.

        Dry runs and refused files count too. The limit is exact: the condition of the write that counts is both that
        the limit is not reached and that the session has not ended.

        Raises
        ------
        TokenExpiredError, TokenInvalidError, TooManyRequestsError
            Nothing was counted.
        """
        claims = self._verified(token)
        now = self._clock()
        ends_at = window_end(now, SUBMISSION_WINDOW_SECONDS)
        maximum = self._settings.submissions_per_minute
        while True:
            try:
                counted = self._repository.count_submission(
                    claims.user_id, claims.token_version, claims.session_id, ends_at, maximum
                )
                break
            except ConditionFailedError as error:
                user = _current(self._repository.user(claims.user_id), claims)
                if user.submissions is None:
                    self._repository.start_counting(user.id)
                elif user.submissions.get(ends_at, 0) >= maximum:
                    raise refusal("submission", now, ends_at) from error
        user = _current(counted, claims)
        self._remove_old_counters(user, ends_at)
        return user

    def _remove_old_counters(self, user: User, ends_at: int) -> None:
        """Remove the counters of past windows if there are many. On failure the next submission tries again."""
        # Clocks differ a little between machines, so the window before this one still counts.
        old = [window for window in user.submissions or () if window < ends_at - SUBMISSION_WINDOW_SECONDS]
        if len(old) < OLD_COUNTERS_MAX:
            return
        try:
            self._repository.remove_counters(user.id, old)
        except Exception:  # noqa: BLE001
            log_exception("old counters not removed", user=user.id)

    def _verified(self, token: str) -> Claims:
        """Return the claims of ``token``, whose session may have ended."""
        claims = self._tokens.verify(token)
        if not is_id(claims.user_id):
            raise _session_ended()
        return claims

    def log_out(self, user: User) -> None:
        """End every session of the user, on all devices."""
        self._repository.end_tokens(user.id)
        log("logged out", user=user.id)

    def log_out_session(self, user: User, claims: Claims) -> None:
        """End the session of ``claims``. The user's other sessions stay valid.

        Raises
        ------
        SessionWithoutIdError
            The token has no session id. No session was ended.
        """
        if claims.session_id is None:
            raise SessionWithoutIdError(
                "This token was issued before sessions had ids. It stays valid until it expires. To end it now, end "
                "all sessions: POST /api/auth/logout without `only`."
            )
        self._repository.end_session(user, claims.session_id, claims.expires_at, self._clock())
        log("logged out of one session", user=user.id)

    def change_password(self, user: User, old: str, new: str) -> None:
        """Replace the password and end every session.

        Raises
        ------
        WrongPasswordError
            ``old`` is not the password. Nothing was changed.
        """
        old_hash = self._require_password(user, old)
        self._replace_password(user, old_hash, new)

    def reset_password(self, name_or_email: str) -> str | None:
        """Set a random password, end every session, and return the password; None if there is no such account.

        This is for the operator.
        """
        login = self._repository.login(login_key(name_or_email))
        user = self._repository.user(login.user_id) if login else None
        if login is None or user is None:
            return None
        password = secrets.token_urlsafe(12)
        self._replace_password(user, login.password_hash, password)
        return password

    def delete(self, user: User, password: str) -> None:
        """Delete the account. ``erasure.eraser`` erases its predictions and files afterwards.

        Raises
        ------
        WrongPasswordError
            The password is wrong or was changed meanwhile. Nothing was deleted.
        """
        password_hash = self._require_password(user, password)
        try:
            self._repository.close(user, password_hash, self._fingerprints.of(user.email), self._clock())
        except ConditionFailedError as error:
            if self._repository.user(user.id) is None:
                return  # a parallel request deleted the account
            raise WrongPasswordError("The password was changed meanwhile. Nothing was deleted.") from error
        log("account deleted", user=user.id)

    def delete_restored(self, user_id: str) -> bool:
        """Delete again an account that came back with a restored table. Return False if it did not come back.

        Raises
        ------
        ConditionFailedError
            A parallel request deleted it.
        """
        user = self._repository.user(user_id)
        if user is None:
            return False
        self._repository.close_restored(user, self._fingerprints.of(user.email), self._clock())
        log("account deleted again", user=user_id)
        return True

    def remove_restored_logins(self, user_ids: Collection[str]) -> Iterator[str]:
        """Remove all logins of these deleted accounts, and yield the account's id for each login.

        Raises
        ------
        ConditionFailedError
            A parallel request gave a login to another account.
        """
        for key, user_id in self._repository.logins_of(user_ids):
            fingerprint = self._fingerprints.of_key(key) if is_email_key(key) else None
            self._repository.remove_login(key, user_id, fingerprint)
            yield user_id

    def _require_password(self, user: User, password: str) -> str:
        """Return the user's password hash. Raise ``WrongPasswordError`` if ``password`` does not match it."""
        login = self._repository.login(login_key(user.email))
        hashed = login.password_hash if login else None
        if not password_matches(password, hashed, self._settings.bcrypt_cost) or hashed is None:
            raise WrongPasswordError("The password is wrong. Nothing was changed.")
        return hashed

    def _replace_password(self, user: User, old_hash: str, new: str) -> None:
        try:
            self._repository.change_password(user, old_hash, hash_password(new, self._settings.bcrypt_cost))
        except ConditionFailedError as error:
            raise WrongPasswordError("The password was changed meanwhile. Please log in again.") from error
        log("password changed", user=user.id)

    def _renew_hash(self, user: User, old_hash: str, password: str) -> None:
        """Hash the same password at the current cost. If the write fails, the next log-in tries again."""
        new_hash = hash_password(password, self._settings.bcrypt_cost)
        with suppress(ConditionFailedError, TemporarilyUnavailableError):
            self._repository.renew_hash(user, old_hash, new_hash)

    def _session(self, user: User) -> Session:
        token = self._tokens.sign(Claims(user.id, user.token_version, new_id()))
        return Session(user, token, self._tokens.lifetime_seconds)


def _current(user: User | None, claims: Claims) -> User:
    """Return ``user``, and add it to the log line. Raise ``TokenInvalidError`` if the session of ``claims`` ended."""
    if user is None or user.token_version != claims.token_version or claims.session_id in user.ended_sessions:
        raise _session_ended()
    bind(user=user.id)
    return user


def _session_ended() -> TokenInvalidError:
    return TokenInvalidError("This session was ended. Please log in again.")
