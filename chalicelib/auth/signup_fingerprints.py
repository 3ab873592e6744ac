"""Marks of deleted accounts' e-mail addresses: keyed hashes, so that no address gets its first coins twice."""

import hmac
from collections.abc import Callable
from functools import cached_property

from chalicelib.auth.normalization import email_key


class SignupFingerprints:
    """Keyed hashes of e-mail addresses. Their secret is never replaced, because the addresses are no longer stored.

    ``secret`` is asked at the first fingerprint, so that no other request waits for it.
    """

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def of(self, email: str) -> str:
        """The fingerprint of an e-mail address, the same for every spelling of it."""
        return self.of_key(email_key(email))

    def of_key(self, key: str) -> str:
        """The fingerprint of the e-mail address whose login key is ``key``."""
        return "granted#" + hmac.new(self._key, key.encode(), "sha256").hexdigest()

    @cached_property
    def _key(self) -> bytes:
        return self._secret().encode()
