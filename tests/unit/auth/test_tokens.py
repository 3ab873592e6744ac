import base64
import hmac
import json
from typing import Any

import jwt
import pytest

from chalicelib.auth.signing_keys import OneKey
from chalicelib.auth.tokens import Claims, TokenExpiredError, TokenInvalidError, Tokens
from chalicelib.core.ids import new_id
from tests.unit.support import SECRET, FakeClock

USER = new_id()
LIFETIME = 3600
KID = OneKey(SECRET).current().id


@pytest.fixture
def tokens(clock: FakeClock) -> Tokens:
    return Tokens(OneKey(SECRET), LIFETIME, clock)


def claims(clock: FakeClock, **changes: Any) -> dict[str, Any]:
    now = int(clock())
    valid = {
        "iss": "liver-lifespan",
        "aud": "liver-lifespan-api",
        "sub": USER,
        "ver": 1,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "jti": new_id(),
    }
    return {name: value for name, value in (valid | changes).items() if value is not None}


def signed(payload: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, secret, algorithm=algorithm, headers={"kid": KID})


def part(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def signed_by_hand(header: dict[str, Any], payload: dict[str, Any]) -> str:
    """Return a token with a valid signature and any header, which PyJWT would not write."""
    text = f"{part({'alg': 'HS256', 'typ': 'JWT'} | header)}.{part(payload)}"
    signature = hmac.digest(SECRET.encode(), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_a_token_holds_its_user_and_token_version(tokens: Tokens) -> None:
    assert tokens.verify(tokens.sign(Claims(USER, 3))) == Claims(USER, 3)


def test_a_token_holds_its_session_and_its_expiry(tokens: Tokens, clock: FakeClock) -> None:
    session = new_id()
    verified = tokens.verify(tokens.sign(Claims(USER, 3, session)))
    assert (verified.session_id, verified.expires_at) == (session, int(clock()) + LIFETIME)
    assert tokens.verify(signed(claims(clock))).session_id is None


def test_no_two_tokens_are_equal(tokens: Tokens) -> None:
    assert tokens.sign(Claims(USER, 1)) != tokens.sign(Claims(USER, 1))


def test_the_claims_of_these_tests_are_valid(tokens: Tokens, clock: FakeClock) -> None:
    assert tokens.verify(signed(claims(clock))) == Claims(USER, 1)


def test_a_token_expires_exactly_at_its_expiry(tokens: Tokens, clock: FakeClock) -> None:
    token = tokens.sign(Claims(USER, 1))
    clock.now = int(clock.now) + LIFETIME - 0.001
    assert tokens.verify(token) == Claims(USER, 1)
    clock.advance(0.001)
    with pytest.raises(TokenExpiredError) as caught:
        tokens.verify(token)
    assert (caught.value.status, caught.value.code) == (401, "token_expired")
    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}


def test_a_token_from_the_future_is_refused_beyond_a_minute_of_clock_skew(tokens: Tokens, clock: FakeClock) -> None:
    token = tokens.sign(Claims(USER, 1))
    clock.advance(-59)
    assert tokens.verify(token) == Claims(USER, 1)
    clock.advance(-3)
    with pytest.raises(TokenInvalidError):
        tokens.verify(token)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "ver"])
def test_every_claim_is_required(name: str, tokens: Tokens, clock: FakeClock) -> None:
    with pytest.raises(TokenInvalidError):
        tokens.verify(signed(claims(clock, **{name: None})))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "somebody"),
        ("aud", "another-api"),
        ("aud", ["x", "y"]),
        ("sub", 7),
        ("ver", "one"),
        ("exp", "soon"),
        ("exp", float("inf")),
    ],
)
def test_a_claim_of_another_service_or_form_is_refused(
    name: str, value: object, tokens: Tokens, clock: FakeClock
) -> None:
    with pytest.raises(TokenInvalidError):
        tokens.verify(signed(claims(clock, **{name: value})))


def test_a_token_signed_with_another_secret_is_refused(tokens: Tokens, clock: FakeClock) -> None:
    with pytest.raises(TokenInvalidError):
        tokens.verify(signed(claims(clock), secret=SECRET[::-1]))


def test_a_changed_payload_breaks_the_signature(tokens: Tokens, clock: FakeClock) -> None:
    header, _, signature = tokens.sign(Claims(USER, 1)).split(".")
    forged = part(claims(clock, sub=new_id()))
    with pytest.raises(TokenInvalidError):
        tokens.verify(f"{header}.{forged}.{signature}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_an_unsigned_token_is_refused(algorithm: str, tokens: Tokens, clock: FakeClock) -> None:
    with pytest.raises(TokenInvalidError):
        tokens.verify(f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': KID})}.{part(claims(clock))}.")


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused_even_with_the_right_secret(
    algorithm: str, tokens: Tokens, clock: FakeClock
) -> None:
    with pytest.raises(TokenInvalidError):
        tokens.verify(signed(claims(clock), algorithm=algorithm))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "..", part([]) + ".e30.e30", "a" * 9000])
def test_a_malformed_token_is_refused(text: str, tokens: Tokens) -> None:
    with pytest.raises(TokenInvalidError):
        tokens.verify(text)


@pytest.mark.parametrize("header", [{}, {"kid": ""}, {"kid": 7}, {"kid": None}, {"kid": "another"}, {"kid": [KID]}])
def test_a_token_with_an_unknown_key_id_is_refused(header: dict[str, Any], tokens: Tokens, clock: FakeClock) -> None:
    with pytest.raises(TokenInvalidError):
        tokens.verify(signed_by_hand(header, claims(clock)))


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u", "x5c", "crit", "b64", "cty"])
def test_a_token_with_an_unexpected_header_is_refused_even_with_the_right_signature(
    name: str, tokens: Tokens, clock: FakeClock
) -> None:
    assert tokens.verify(signed_by_hand({"kid": KID}, claims(clock))) == Claims(USER, 1)
    with pytest.raises(TokenInvalidError):
        tokens.verify(signed_by_hand({"kid": KID, name: "https://keys.example.org"}, claims(clock)))
