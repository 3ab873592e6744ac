"""Secrets that can be replaced: the keys that sign access tokens, which a token names (`kid`), and CloudFront's."""

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
"""After so long every process signs with a new secret, and none takes one that was rotated out."""
UNKNOWN_SECONDS = 5
"""An unknown `kid` or secret is looked up at most so often: forged ones must not become as many calls."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name that tokens know it by."""

    id: str
    secret: str


class OneKey:
    """The one key of the local stack and the tests, which is never replaced."""

    def __init__(self, secret: str) -> None:
        self._key = Key("local", secret)

    def current(self) -> Key:
        """The key."""
        return self._key

    def find(self, key_id: str) -> Key | None:
        """The key, by its own name."""
        return self._key if key_id == self._key.id else None


class SecretVersions:
    """Two versions of a Secrets Manager secret: AWSCURRENT signs, and AWSPREVIOUS is still good.

    They are read anew every REFRESH_SECONDS, and for a name or a value that isn't known. While that fails, those of
    the last time serve.
    """

    def __init__(self, client: SecretsManagerClient, secret_id: str, clock: Clock) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._keys: tuple[Key, ...] = ()
        self._read_at = -math.inf

    def current(self) -> Key:
        """The key to sign with. One that was replaced minutes ago does no harm: it is AWSPREVIOUS then."""
        self._read_if_older(REFRESH_SECONDS)
        return self._keys[0]

    def find(self, key_id: str) -> Key | None:
        """The current or the previous version of that id."""
        return self._version(lambda key: key.id == key_id)

    def holds(self, shown: str) -> bool:
        """Whether ``shown`` is the value of either version."""
        return self._version(lambda key: hmac.compare_digest(shown.encode(), key.secret.encode())) is not None

    def _version(self, is_meant: Callable[[Key], bool]) -> Key | None:
        for seconds in (REFRESH_SECONDS, UNKNOWN_SECONDS):
            self._read_if_older(seconds)
            meant = [key for key in self._keys if is_meant(key)]  # both are compared, whichever it is
            if meant:
                return meant[0]
        return None

    def _read_if_older(self, seconds: float) -> None:
        now = self._clock()
        if now - self._read_at < seconds:
            return
        try:
            current = self._read("AWSCURRENT")
            # In this order: a rotation in between hides the new version for a while, and not the old one.
            self._keys = (current, *self._previous())
        except (BotoCoreError, ClientError):
            if not self._keys:
                raise
            log_exception("secret not read")
        self._read_at = now

    def _read(self, label: str) -> Key:
        found = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=label)
        return Key(found["VersionId"], found["SecretString"])

    def _previous(self) -> list[Key]:
        """The version before, which there isn't before the first rotation."""
        try:
            return [self._read("AWSPREVIOUS")]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return []


type KeyRing = OneKey | SecretVersions
"""Where keys come from."""
