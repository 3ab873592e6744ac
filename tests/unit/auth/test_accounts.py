from collections.abc import Callable

import bcrypt
import pytest

from chalicelib.auth.normalization import Credentials, Registration
from chalicelib.auth.repository import EmailTakenError, NameTakenError
from chalicelib.auth.service import WrongCredentialsError
from chalicelib.auth.tokens import Claims, TokenExpiredError, TokenInvalidError
from chalicelib.core import aws
from chalicelib.core.dynamo import to_item
from chalicelib.core.ids import new_id
from tests.unit.auth.api import Api
from tests.unit.support import PASSWORD, FakeClock, World


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Collect the passwords that bcrypt hashes or compares."""
    passwords: list[bytes] = []
    for name in ("hashpw", "checkpw"):
        function: Callable[[bytes, bytes], object] = getattr(bcrypt, name)

        def record(password: bytes, salt: bytes, function: Callable[[bytes, bytes], object] = function) -> object:
            passwords.append(password)
            return function(password, salt)

        monkeypatch.setattr(bcrypt, name, record)
    return passwords


def register(world: World, name: str, email: str) -> None:
    world.accounts.register(Registration(name=name, email=email, password=PASSWORD))


def everything(world: World) -> list[str]:
    settings = world.settings
    tables = (settings.users_table, settings.logins_table, settings.ledger_table)
    return sorted(repr(sorted(item.items())) for table in tables for item in world.items(table))


def new_process(world: World, bcrypt_cost: int) -> World:
    """Return the services of a new process. Its cost differs, so that no cached hash can be used."""
    return World(world.settings.model_copy(update={"bcrypt_cost": bcrypt_cost}), clock=world.clock)


def test_a_new_process_hashes_no_password_before_somebody_sends_one(world: World, hashed: list[bytes]) -> None:
    """The first request of a process must not wait for a hash if it has a token."""
    token = world.accounts.log_in(Credentials(name=world.register().name, password=PASSWORD)).access_token
    hashed.clear()

    new_process(world, bcrypt_cost=6).accounts.identify(token)

    assert hashed == []


def test_an_unknown_name_in_a_new_process_costs_one_comparison(world: World, hashed: list[bytes]) -> None:
    with pytest.raises(WrongCredentialsError):
        new_process(world, bcrypt_cost=7).accounts.log_in(Credentials(name="nobody", password="a guess"))

    assert hashed == [b"a guess"]


def test_a_registration_grants_500_coins_in_exactly_one_entry(world: World) -> None:
    user = world.register()
    assert user.balance == 500
    assert world.balance(user) == 500
    assert world.entries(user) == [("signup", 500)]


def test_a_registration_keeps_no_password_but_its_hash(world: World) -> None:
    world.register()
    stored = "".join(everything(world))
    assert PASSWORD not in stored
    assert stored.count("$2b$04$") == 2


def test_users_table_holds_no_hash(world: World) -> None:
    world.register()
    assert "password_hash" not in world.items(world.settings.users_table)[0]


@pytest.mark.parametrize("name", ["anna", "ANNA", "ａｎｎａ", " Anna "])
def test_a_taken_name_in_any_spelling_is_refused_and_nothing_is_written(name: str, world: World) -> None:
    world.register("anna")
    before = everything(world)
    with pytest.raises(NameTakenError) as caught:
        register(world, name, "new@example.org")
    assert (caught.value.status, caught.value.code) == (409, "name_taken")
    assert everything(world) == before


def test_a_taken_e_mail_in_another_case_is_refused_and_nothing_is_written(world: World) -> None:
    world.register("anna")
    before = everything(world)
    with pytest.raises(EmailTakenError) as caught:
        register(world, "boris", "ANNA@example.ORG")
    assert (caught.value.status, caught.value.code) == (409, "email_taken")
    assert everything(world) == before


def test_a_registration_with_a_taken_name_and_a_taken_e_mail_lists_both(api: Api) -> None:
    api.register("anna")
    refused = api.register("anna")
    assert (refused.status_code, refused.json_body["code"]) == (409, "name_taken")
    errors = [(error["column"], error["code"]) for error in refused.json_body["errors"]]
    assert errors == [("name", "name_taken"), ("email", "email_taken")]
    assert refused.json_body["errors_total"] == 2


def test_a_registration_lists_the_errors_of_all_its_fields(api: Api) -> None:
    body = {"name": "", "email": "no address", "password": "password1", "intended_use": ""}
    refused = api.ask("POST", "/api/auth/register", body)
    assert (refused.status_code, refused.json_body["code"]) == (422, "invalid_input")
    errors = [(error["column"], error["code"]) for error in refused.json_body["errors"]]
    assert errors == [
        ("name", "too_short"),
        ("email", "not_an_email"),
        ("password", "too_common"),
        ("intended_use", "literal_error"),
    ]


@pytest.mark.parametrize("name", ["anna", "ANNA", "  anna ", "anna@example.org", "Anna@Example.ORG"])
def test_a_log_in_accepts_name_and_e_mail_in_any_case(name: str, world: World) -> None:
    user = world.register("anna")
    session = world.accounts.log_in(Credentials(name=name, password=PASSWORD))
    assert session.user == user
    assert session.expires_in == world.settings.token_seconds
    assert world.accounts.identify(session.access_token)[0] == user


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "wrong password"),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("", PASSWORD),
        ("anna", PASSWORD.upper()),
        ("anna", PASSWORD + " "),
        ("anna", ""),
    ],
)
def test_unknown_names_and_wrong_passwords_get_the_same_error(name: str, password: str, world: World) -> None:
    world.register("anna")
    with pytest.raises(WrongCredentialsError) as caught:
        world.accounts.log_in(Credentials(name=name, password=password))
    assert (caught.value.status, caught.value.code) == (401, "wrong_credentials")
    assert caught.value.detail == "Wrong name, e-mail or password."
    assert caught.value.extra == {}


def test_a_name_that_grows_when_normalised_registers_and_logs_in(world: World) -> None:
    name = "\ufdfa" * 64
    register(world, name, "long@example.org")
    assert world.accounts.log_in(Credentials(name=name, password=PASSWORD)).user.name == name


def test_an_older_account_with_an_invisible_character_in_its_name_logs_in(world: World) -> None:
    world.register("anna")
    older = Registration.model_construct(name="anna\ufe0f", email="a\u2800@example.org", password=PASSWORD)
    user = world.accounts.register(older).user
    for name in (user.name, user.email):
        body = {"name": name, "password": PASSWORD}
        assert world.accounts.log_in(Credentials.model_validate(body)).user == user


@pytest.mark.parametrize("email", ['"N"@example.org', "<n@example.org>"])
def test_an_account_with_an_address_that_is_no_longer_allowed_logs_in_and_gets_no_second_grant(
    world: World, email: str
) -> None:
    older = Registration.model_construct(name="nora", email=email, password=PASSWORD)
    user = world.accounts.register(older).user
    assert world.accounts.log_in(Credentials(name=email.upper(), password=PASSWORD)).user == user

    world.accounts.delete(user, PASSWORD)

    assert world.accounts.register(older).user.balance == 0


def test_a_token_expires_after_its_lifetime(world: World, clock: FakeClock) -> None:
    world.register("anna")
    token = world.accounts.log_in(Credentials(name="anna", password=PASSWORD)).access_token
    clock.advance(world.settings.token_seconds)
    with pytest.raises(TokenExpiredError):
        world.accounts.identify(token)


def test_a_token_with_an_older_token_version_is_refused(world: World) -> None:
    user = world.register("anna")
    token = world.accounts.log_in(Credentials(name="anna", password=PASSWORD)).access_token
    aws.dynamodb().update_item(
        TableName=world.settings.users_table,
        Key=to_item({"user_id": user.id}),
        UpdateExpression="SET token_version = token_version + :one",
        ExpressionAttributeValues=to_item({":one": 1}),
    )
    with pytest.raises(TokenInvalidError):
        world.accounts.identify(token)
    session = world.accounts.log_in(Credentials(name="anna", password=PASSWORD))
    assert world.accounts.identify(session.access_token)[0].id == user.id


@pytest.mark.parametrize("user_id", [new_id(), "not-an-id", ""], ids=["unknown", "no id", "empty"])
def test_a_valid_token_of_an_unknown_user_is_refused(user_id: str, world: World) -> None:
    with pytest.raises(TokenInvalidError):
        world.accounts.identify(world.tokens.sign(Claims(user_id, 1)))
