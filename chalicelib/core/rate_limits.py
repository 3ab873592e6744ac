"""Rate limits of the API: which events are limited, and per which subject. The numbers are settings.

A stranger must not be able to lock an account's owner out. Wrong passwords are therefore counted per account and client
address, and per client address over all accounts. They are counted per account alone only if the request carries the
account's token.

Count before hashing, so that parallel guesses cannot exceed the limit and refused ones cost no CPU. Release the event
afterwards unless the password was wrong. A log-in is counted under the login that was typed, the name or the e-mail
address. One counter for both would reveal that they belong to the same account.

Submissions are counted elsewhere, in the write that also reads their user: ``Accounts.identify_and_count``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.core.observability.logging import log_exception
from chalicelib.core.throttling import CountedEvent, Limit, Throttles, TooManyRequestsError

if TYPE_CHECKING:
    from chalicelib.core.settings import Settings

LIMITED = (TooManyRequestsError,)
"""The errors of a limited endpoint, for its ``RouteMetadata``."""

_HOUR = 3600
_DAY = 86_400


class Limits:
    """The limits. Each public method counts one event and raises ``TooManyRequestsError`` if its limit is reached.

    ``address`` is a client address of ``core.http.client_address``.
    """

    def __init__(self, throttles: Throttles, settings: Settings) -> None:
        self._throttles = throttles
        self._settings = settings

    @contextmanager
    def log_in(self, address: str, login: str, wrong_password: type[Exception]) -> Iterator[None]:
        """Count a log-in as ``login`` from ``address``. Release it unless the block raises ``wrong_password``."""
        event = self._throttles.acquire(
            "password", self._settings.password_window_seconds,
            Limit(address, self._settings.passwords_per_address_max), Limit(login, self._settings.passwords_max),
        )  # fmt: skip
        with self._counted_if(wrong_password, event):
            yield

    @contextmanager
    def registration(self, address: str) -> Iterator[None]:
        """Count a registration from ``address`` for the day, and release it if the block raises.

        Each registration also counts like a log-in, and that event is not released. A registration with a name that is
        taken costs a password hash and reveals that the name exists.
        """
        window, maximum = self._settings.password_window_seconds, self._settings.passwords_per_address_max
        event = self._throttles.acquire("registration", _DAY, Limit(address, self._settings.registrations_max))
        try:
            self._throttles.acquire("password", window, Limit(address, maximum))
            yield
        except Exception:
            self._release(event)
            raise

    @contextmanager
    def password(self, user_id: str, wrong_password: type[Exception]) -> Iterator[None]:
        """Count a password of a user who is logged in. Release it unless the block raises ``wrong_password``."""
        limit = Limit(user_id, self._settings.passwords_max)
        event = self._throttles.acquire("own password", self._settings.password_window_seconds, limit)
        with self._counted_if(wrong_password, event):
            yield

    @contextmanager
    def _counted_if(self, wrong_password: type[Exception], event: CountedEvent) -> Iterator[None]:
        """Release ``event`` unless the block raises ``wrong_password``. Only wrong passwords count.

        Successful attempts are released, and so are those that failed by an outage of ours: users who try again during
        an outage must not lock themselves out.
        """
        try:
            yield
        except wrong_password:
            raise
        except Exception:
            self._release(event)
            raise
        self._release(event)

    def _release(self, event: CountedEvent) -> None:
        """Release ``event``. On failure the error is logged, and the counter expires with its window."""
        try:
            self._throttles.release(event)
        except Exception:  # noqa: BLE001
            log_exception("counted event not released")

    def voucher(self, user_id: str, address: str) -> None:
        """Count a voucher code that ``user_id`` tries from ``address``, whether it is valid or not."""
        self._throttles.acquire("voucher", _HOUR, Limit(user_id, self._settings.vouchers_per_hour))
        self._throttles.acquire("voucher", _HOUR, Limit(address, self._settings.vouchers_per_address_per_hour))

    def upload(self, user_id: str) -> None:
        """Count an upload form for a large file."""
        self._throttles.acquire("upload", _HOUR, Limit(user_id, self._settings.uploads_per_hour))
