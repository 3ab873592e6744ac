"""Rotation of secrets: which tokens stay valid, and how often Secrets Manager is called."""

import hmac
from typing import Any

import jwt
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.auth.signing_keys import REFRESH_SECONDS, UNKNOWN_SECONDS, SecretVersions
from chalicelib.auth.tokens import Claims, TokenInvalidError, Tokens
from chalicelib.core import aws
from chalicelib.core.ids import new_id
from tests.unit.support import FakeClock

CLAIMS = Claims(new_id(), 1)
LIFETIME = 12 * 3600


class Vault:
    """A Secrets Manager secret that counts its reads and can be made unreachable."""

    def __init__(self) -> None:
        self._client = aws.secretsmanager()
        self.id = self._client.create_secret(Name="signing", SecretString="first secret of 32 bytes or more")["ARN"]
        self.reads = 0
        self.is_unreachable = False

    def rotate(self) -> None:
        self._client.put_secret_value(SecretId=self.id, SecretString=f"{new_id()} of 32 bytes or more")

    def get_secret_value(self, **arguments: Any) -> Any:
        self.reads += 1
        if self.is_unreachable:
            raise EndpointConnectionError(endpoint_url="https://secrets.example.org")
        return self._client.get_secret_value(**arguments)


@pytest.fixture
def vault(account: dict[str, str]) -> Vault:
    return Vault()


def process(vault: Any, clock: FakeClock) -> Tokens:
    """Return the token service of a new process of the API."""
    return Tokens(SecretVersions(vault, vault.id, clock), LIFETIME, clock)


def test_a_token_names_the_version_that_signed_it(vault: Vault, clock: FakeClock) -> None:
    token = process(vault, clock).sign(CLAIMS)

    versions = aws.secretsmanager().list_secret_version_ids(SecretId=vault.id)["Versions"]
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": versions[0]["VersionId"]}


def test_after_one_rotation_every_token_is_valid_in_every_process(vault: Vault, clock: FakeClock) -> None:
    warm = process(vault, clock)
    old = warm.sign(CLAIMS)
    vault.rotate()
    fresh = process(vault, clock)
    new = fresh.sign(CLAIMS)
    clock.advance(UNKNOWN_SECONDS)

    for tokens in (warm, fresh):
        assert tokens.verify(old) == CLAIMS
        assert tokens.verify(new) == CLAIMS


def test_after_two_rotations_the_first_secret_s_tokens_are_refused_by_warm_processes_too(
    vault: Vault, clock: FakeClock
) -> None:
    warm = process(vault, clock)
    old = warm.sign(CLAIMS)
    vault.rotate()
    vault.rotate()

    with pytest.raises(TokenInvalidError):
        process(vault, clock).verify(old)
    clock.advance(REFRESH_SECONDS)
    with pytest.raises(TokenInvalidError):
        warm.verify(old)


def test_a_warm_process_signs_with_the_new_secret_within_minutes(vault: Vault, clock: FakeClock) -> None:
    warm = process(vault, clock)
    old = jwt.get_unverified_header(warm.sign(CLAIMS))["kid"]
    vault.rotate()

    clock.advance(REFRESH_SECONDS - 1)
    assert jwt.get_unverified_header(warm.sign(CLAIMS))["kid"] == old
    clock.advance(1)
    assert jwt.get_unverified_header(warm.sign(CLAIMS))["kid"] != old


def test_forged_tokens_cause_few_calls_of_secrets_manager(vault: Vault, clock: FakeClock) -> None:
    warm = process(vault, clock)
    good = jwt.decode(warm.sign(CLAIMS), options={"verify_signature": False})
    vault.reads = 0

    for _ in range(1000):
        clock.advance(0.0109)
        forged = jwt.encode(good, "x" * 32, headers={"kid": new_id()})
        with pytest.raises(TokenInvalidError):
            warm.verify(forged)

    assert UNKNOWN_SECONDS == 5
    assert vault.reads == 2 * 2  # AWSCURRENT and AWSPREVIOUS, twice in eleven seconds


def test_a_wrong_signature_with_a_known_key_id_is_refused_without_a_call(vault: Vault, clock: FakeClock) -> None:
    warm = process(vault, clock)
    token = warm.sign(CLAIMS)
    header = {"kid": jwt.get_unverified_header(token)["kid"]}
    vault.reads = 0

    with pytest.raises(TokenInvalidError):
        warm.verify(jwt.encode(jwt.decode(token, options={"verify_signature": False}), "x" * 32, headers=header))

    assert vault.reads == 0


def test_while_secrets_manager_is_unreachable_only_warm_processes_work(vault: Vault, clock: FakeClock) -> None:
    warm = process(vault, clock)
    token = warm.sign(CLAIMS)
    vault.is_unreachable = True
    clock.advance(REFRESH_SECONDS)
    vault.reads = 0

    for _ in range(100):
        assert warm.verify(token) == CLAIMS
        assert warm.verify(warm.sign(CLAIMS)) == CLAIMS
    assert vault.reads == 1
    with pytest.raises(EndpointConnectionError):
        process(vault, clock).sign(CLAIMS)


def test_denied_access_to_the_previous_version_is_an_error(vault: Vault, clock: FakeClock) -> None:
    class Denied(Vault):
        def __init__(self) -> None:
            self.id = vault.id

        def get_secret_value(self, **arguments: Any) -> Any:
            if arguments["VersionStage"] == "AWSPREVIOUS":
                raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")
            return vault.get_secret_value(**arguments)

    with pytest.raises(ClientError, match="AccessDenied"):
        process(Denied(), clock).sign(CLAIMS)


def test_cloudfront_s_secret_is_known_before_and_after_a_rotation(vault: Vault, clock: FakeClock) -> None:
    warm = SecretVersions(vault, vault.id, clock)  # type: ignore[arg-type]
    old = warm.current().secret
    vault.rotate()
    new = SecretVersions(vault, vault.id, clock).current().secret  # type: ignore[arg-type]
    clock.advance(UNKNOWN_SECONDS)

    # CloudFront's locations change to the new secret at different times.
    assert warm.holds(new)
    assert warm.holds(old)
    vault.rotate()
    clock.advance(REFRESH_SECONDS)
    assert (warm.holds(old), warm.holds(new)) == (False, True)


def test_wrong_secrets_cause_few_calls_of_secrets_manager(vault: Vault, clock: FakeClock) -> None:
    versions = SecretVersions(vault, vault.id, clock)  # type: ignore[arg-type]
    versions.current()
    before = vault.reads

    for number in range(100):
        assert not versions.holds(f"wrong {number}")
    assert vault.reads == before
    clock.advance(UNKNOWN_SECONDS)
    for number in range(100):
        assert not versions.holds(f"секрет {number}")
    assert vault.reads == before + 2  # both versions


def test_the_secret_is_compared_in_constant_time(
    vault: Vault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = SecretVersions(vault, vault.id, clock)  # type: ignore[arg-type]
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def spy(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        return compare(first, second)

    monkeypatch.setattr("hmac.compare_digest", spy)
    assert versions.holds(versions.current().secret)
    assert compared[-1] == (b"first secret of 32 bytes or more", b"first secret of 32 bytes or more")


def test_cloudfront_s_secret_is_known_while_secrets_manager_is_unreachable(vault: Vault, clock: FakeClock) -> None:
    versions = SecretVersions(vault, vault.id, clock)  # type: ignore[arg-type]
    secret = versions.current().secret
    vault.is_unreachable = True
    clock.advance(REFRESH_SECONDS)

    assert versions.holds(secret)
