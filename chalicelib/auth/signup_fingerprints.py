"""Signup fingerprints: keyed hashes of e-mail addresses, so that no address gets a second signup grant.

Only the fingerprints of deleted accounts are stored.
"""

import hmac
from collections.abc import Callable
from functools import cached_property

from chalicelib.auth.normalization import email_key


class SignupFingerprints:
    """Computes signup fingerprints.

    The pseudonym key is never replaced: stored fingerprints could not be computed again without the addresses, which
    are deleted. ``pseudonym_key`` is called at the first fingerprint, so that other requests don't wait for the secret.
    """

    def __init__(self, pseudonym_key: Callable[[], str]) -> None:
        self._pseudonym_key = pseudonym_key

    def of(self, email: str) -> str:
        """Return the fingerprint of an e-mail address. All its spellings share it."""
        return self.of_key(email_key(email))

    def of_key(self, key: str) -> str:
        """Return the fingerprint of the e-mail address whose login key is ``key``."""
        return "granted#" + hmac.new(self._key, key.encode(), "sha256").hexdigest()

    @cached_property
    def _key(self) -> bytes:
        return self._pseudonym_key().encode()
