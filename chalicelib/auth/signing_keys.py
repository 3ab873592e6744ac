"""Rotatable secrets: the keys that sign access tokens, and the secret that CloudFront sends.

A token names its key by id (`kid`).
"""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.clock import Clock
from chalicelib.core.observability.logging import log_exception

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

REFRESH_SECONDS = 300
"""The age at which secrets are read again. After a rotation, all processes use the new versions within this time."""
UNKNOWN_SECONDS = 5
"""The age at which secrets are read again for an unknown `kid` or secret. It limits the calls for forged ones."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and its id, the `kid` of the tokens that it signs."""

    id: str
    secret: str


class OneKey:
    """The key of the local stack and the tests, which is never rotated."""

    def __init__(self, secret: str) -> None:
        self._key = Key("local", secret)

    def current(self) -> Key:
        """Return the key."""
        return self._key

    def find(self, key_id: str) -> Key | None:
        """Return the key if ``key_id`` is its id, else None."""
        return self._key if key_id == self._key.id else None


class SecretVersions:
    """Two versions of a Secrets Manager secret: AWSCURRENT signs, and AWSPREVIOUS is still accepted.

    They are read again after REFRESH_SECONDS, and for an unknown id or value after UNKNOWN_SECONDS. If reading fails,
    the versions that were read before stay in use.
    """

    def __init__(self, client: SecretsManagerClient, secret_id: str, clock: Clock) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._keys: tuple[Key, ...] = ()
        self._read_at = -math.inf

    def current(self) -> Key:
        """Return the key to sign with. It may have been replaced minutes ago; then it is still valid as AWSPREVIOUS."""
        self._read_if_older(REFRESH_SECONDS)
        return self._keys[0]

    def find(self, key_id: str) -> Key | None:
        """Return the current or the previous version if its id is ``key_id``, else None."""
        return self._version(lambda key: key.id == key_id)

    def holds(self, secret: str) -> bool:
        """Return whether ``secret`` is the value of either version."""
        return self._version(lambda key: hmac.compare_digest(secret.encode(), key.secret.encode())) is not None

    def _version(self, matches: Callable[[Key], bool]) -> Key | None:
        for seconds in (REFRESH_SECONDS, UNKNOWN_SECONDS):
            self._read_if_older(seconds)
            # Both keys are always compared, so that the time does not tell which one matches.
            matching = [key for key in self._keys if matches(key)]
            if matching:
                return matching[0]
        return None

    def _read_if_older(self, seconds: float) -> None:
        now = self._clock()
        if now - self._read_at < seconds:
            return
        try:
            current = self._read("AWSCURRENT")
            # If a rotation happens between the two reads, this order misses the new version for a while, not the old.
            self._keys = (current, *self._previous())
        except (BotoCoreError, ClientError):
            if not self._keys:
                raise
            log_exception("secret not read")
        self._read_at = now

    def _read(self, label: str) -> Key:
        response = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=label)
        return Key(response["VersionId"], response["SecretString"])

    def _previous(self) -> list[Key]:
        """Return the previous version, or an empty list before the first rotation."""
        try:
            return [self._read("AWSPREVIOUS")]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return []


type KeyRing = OneKey | SecretVersions
"""A source of signing keys."""
