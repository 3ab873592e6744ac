import pytest
from pydantic import ValidationError

from chalicelib.core.settings import Settings

STRONG = "0123456789abcdef0123456789abcdef"
MANAGED = {"jwt_secret": None, "jwt_secret_id": "name", "marks_secret": None, "marks_secret_id": "name"}


def given(**changes: object) -> Settings:
    names = [name for name, each in Settings.model_fields.items() if each.is_required()]
    values = {**dict.fromkeys(names, "x"), "stage": "local", "jwt_secret": STRONG, "marks_secret": STRONG, **changes}
    return Settings.model_validate({name: value for name, value in values.items() if value is not None})


def test_a_strong_secret_is_enough_for_the_local_stage() -> None:
    secret = given().jwt_secret
    assert secret is not None
    assert secret.get_secret_value() == STRONG


@pytest.mark.parametrize("name", ["jwt_secret", "marks_secret"])
@pytest.mark.parametrize("ways", ["neither", "both"])
def test_exactly_one_way_to_each_secret_is_set(name: str, ways: str) -> None:
    change = {name: None} if ways == "neither" else {f"{name}_id": "name"}
    with pytest.raises(ValidationError, match=f"exactly one of {name.upper()} and {name.upper()}_ID"):
        given(**change)


@pytest.mark.parametrize("name", ["jwt_secret", "marks_secret"])
@pytest.mark.parametrize("secret", ["", STRONG[:31]], ids=["empty", "31 bytes"])
def test_a_short_secret_is_refused_even_locally(name: str, secret: str) -> None:
    with pytest.raises(ValidationError, match="less than 32 bytes"):
        given(**{name: secret})


@pytest.mark.parametrize("name", ["jwt_secret", "marks_secret"])
@pytest.mark.parametrize("stage", ["prod", "dev", "Local", ""])
def test_outside_local_the_secrets_come_from_secrets_manager_only(name: str, stage: str) -> None:
    with pytest.raises(ValidationError, match=f"{name.upper()} is for the local stage only"):
        given(**MANAGED | {"stage": stage, name: STRONG, f"{name}_id": None})
    assert given(**MANAGED | {"stage": stage}).jwt_secret_id == "name"


def test_outside_local_a_cheap_password_hash_is_refused() -> None:
    with pytest.raises(ValidationError, match="BCRYPT_COST is below 12"):
        given(**MANAGED, stage="prod", bcrypt_cost=11)
    assert given(bcrypt_cost=4).bcrypt_cost == 4


@pytest.mark.parametrize(
    "change", [{"token_seconds": 0}, {"bcrypt_cost": 3}, {"attempts_max": 0}, {"users_table": None}]
)
def test_senseless_and_missing_values_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        given(**change)


def test_a_refused_secret_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        given(stage="prod")
    assert STRONG[-12:] not in str(caught.value)


def test_a_printed_setting_does_not_show_the_secret() -> None:
    assert STRONG not in repr(given())


def test_the_environment_is_read_by_field_name_and_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, each in Settings.model_fields.items():
        if each.is_required():
            monkeypatch.setenv(name.upper(), name)
    monkeypatch.setenv("INFERENCE_QUEUE_URL", "https://queue")
    monkeypatch.setenv("JWT_SECRET_ID", "the-secret")
    monkeypatch.setenv("MARKS_SECRET_ID", "another-secret")
    monkeypatch.setenv("LEASE_SECONDS", "1.5")
    monkeypatch.setenv("ATTEMPTS_MAX", "7")
    read = Settings.from_environment()
    assert (read.stage, read.users_table, read.inference_queue_url) == ("stage", "users_table", "https://queue")
    assert (read.lease_seconds, read.attempts_max) == (1.5, 7)
    assert (read.signup_coins, read.bcrypt_cost) == (500, 12)


def test_former_grants_are_a_list_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMER_SIGNUP_COINS", "300,0")
    for name, each in Settings.model_fields.items():
        if each.is_required():
            monkeypatch.setenv(name.upper(), name)
    monkeypatch.setenv("JWT_SECRET_ID", "the-secret")
    monkeypatch.setenv("MARKS_SECRET_ID", "another-secret")

    assert Settings.from_environment().signup_amounts == {500, 300, 0}

    monkeypatch.setenv("FORMER_SIGNUP_COINS", "300;0")
    with pytest.raises(ValidationError, match="former_signup_coins"):
        Settings.from_environment()
