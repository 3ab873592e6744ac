"""What is limited, for whom, and how much of it: the numbers are settings.

A stranger must not lock an account's owner out. So wrong passwords count for an account *and* the address that they
come from, and for that address whatever the account; never for the account alone, unless who guesses has its token.

Every attempt counts before bcrypt runs, so that neither many at once get more guesses nor one who is refused any CPU;
what turns out right is given back. An account is counted under what was typed, the name or the address: were both
counted as one, reaching a limit would tell that they belong together.
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
"""The refusal of everything here, for the description of the endpoints that are limited."""

_MINUTE = 60
_HOUR = 3600
_DAY = 86_400


class Limits:
    """Each method raises ``TooManyRequestsError`` when there were too many.

    ``address``: see ``core.http.client_address``.
    """

    def __init__(self, throttles: Throttles, settings: Settings) -> None:
        self._throttles = throttles
        self._settings = settings

    @contextmanager
    def log_in(self, address: str, login: str, wrong: type[Exception]) -> Iterator[None]:
        """A log-in as ``login`` from ``address``. It counts only if what runs inside raises ``wrong``."""
        taken = self._throttles.acquire(
            "password", self._settings.password_window_seconds,
            Limit(address, self._settings.passwords_per_address_max), Limit(login, self._settings.passwords_max),
        )  # fmt: skip
        with self._counted_if(wrong, taken):
            yield

    @contextmanager
    def registration(self, address: str) -> Iterator[None]:
        """A registration from ``address``. For the day it counts only if what runs inside ends well.

        What does not, such as a name that is taken, costs a bcrypt all the same and tells which names there are: that
        counts like a log-in.
        """
        window, most = self._settings.password_window_seconds, self._settings.passwords_per_address_max
        taken = self._throttles.acquire("registration", _DAY, Limit(address, self._settings.registrations_max))
        try:
            self._throttles.acquire("password", window, Limit(address, most))
            yield
        except Exception:
            self._release(taken)
            raise

    @contextmanager
    def password(self, user_id: str, wrong: type[Exception]) -> Iterator[None]:
        """A password that somebody gives who is logged in. It counts only if what runs inside raises ``wrong``."""
        limit = Limit(user_id, self._settings.passwords_max)
        taken = self._throttles.acquire("own password", self._settings.password_window_seconds, limit)
        with self._counted_if(wrong, taken):
            yield

    @contextmanager
    def _counted_if(self, wrong: type[Exception], taken: CountedEvent) -> Iterator[None]:
        """Neither what was right counts nor an outage of ours, which would lock out who tried again meanwhile."""
        try:
            yield
        except wrong:
            raise
        except Exception:
            self._release(taken)
            raise
        self._release(taken)

    def _release(self, taken: CountedEvent) -> None:
        """As well as it goes: what has been done is done, and a window ends."""
        try:
            self._throttles.release(taken)
        except Exception:  # noqa: BLE001
            log_exception("attempt not given back")

    def voucher(self, user_id: str, address: str) -> None:
        """A voucher's code of this user from ``address``, right or wrong."""
        self._throttles.acquire("voucher", _HOUR, Limit(user_id, self._settings.vouchers_per_hour))
        self._throttles.acquire("voucher", _HOUR, Limit(address, self._settings.vouchers_per_address_per_hour))

    def submission(self, user_id: str) -> None:
        """A file that is checked, whether it is then charged, refused or only looked at; or run again."""
        self._throttles.acquire("submission", _MINUTE, Limit(user_id, self._settings.submissions_per_minute))

    def upload(self, user_id: str) -> None:
        """A form for a large file."""
        self._throttles.acquire("upload", _HOUR, Limit(user_id, self._settings.uploads_per_hour))
