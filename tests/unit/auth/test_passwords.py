import bcrypt
import pytest

from chalicelib.auth.passwords import dummy_hash, has_cost, hash_password, password_matches

COST = 4


def test_the_right_password_matches_and_another_does_not() -> None:
    hashed = hash_password("correct horse", COST)
    assert password_matches("correct horse", hashed, COST)
    assert not password_matches("correct hors", hashed, COST)
    assert not password_matches("", hashed, COST)


def test_the_hash_is_bcrypt_of_the_given_cost_with_a_salt_of_its_own() -> None:
    hashed, at_cost_5 = hash_password("same", COST), hash_password("same", 5)
    assert hashed.startswith("$2b$04$")
    assert at_cost_5.startswith("$2b$05$")
    assert hashed != hash_password("same", COST)


def test_passwords_of_36_cyrillic_letters_are_compared_to_the_last_letter() -> None:
    hashed = hash_password("я" * 36, COST)
    assert password_matches("я" * 36, hashed, COST)
    assert not password_matches("я" * 35 + "ю", hashed, COST)


@pytest.mark.parametrize("more", ["x", "я", "x" * 900])
def test_a_password_above_72_bytes_does_not_match_its_first_72_bytes(more: str) -> None:
    hashed = hash_password("x" * 72, COST)
    assert not password_matches("x" * 72 + more, hashed, COST)


def test_without_an_account_a_dummy_of_the_same_cost_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    check = bcrypt.checkpw

    def spy(password: bytes, hashed: bytes) -> bool:
        compared.append(hashed)
        return check(password, hashed)

    monkeypatch.setattr("bcrypt.checkpw", spy)
    assert not password_matches("whatever it is", None, COST)
    assert [hashed[:7] for hashed in compared] == [b"$2b$04$"]
    assert not check(b"whatever it is", compared[0])


@pytest.mark.parametrize("cost", [4, 12, 16])
def test_the_dummy_hash_is_well_formed_at_every_cost(cost: int) -> None:
    """With a malformed hash bcrypt would raise, in less time than a comparison takes."""
    real = bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode()
    assert len(dummy_hash(cost)) == len(real)
    assert has_cost(dummy_hash(cost), cost)
    assert not bcrypt.checkpw(b"x", dummy_hash(4).encode())


def test_a_password_that_matches_the_dummy_hash_opens_no_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bcrypt.checkpw", lambda _password, _hashed: True)
    assert not password_matches("whatever it is", None, COST)
