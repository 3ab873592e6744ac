import pytest
from pydantic import ValidationError

from chalicelib.core.settings import Settings

STRONG = "0123456789abcdef0123456789abcdef"
MANAGED = {"jwt_secret": None, "jwt_secret_id": "name", "marks_secret": None, "marks_secret_id": "name"}


def settings_with(**changes: object) -> Settings:
    names = [name for name, field in Settings.model_fields.items() if field.is_required()]
    values = {**dict.fromkeys(names, "x"), "stage": "local", "jwt_secret": STRONG, "marks_secret": STRONG, **changes}
    return Settings.model_validate({name: value for name, value in values.items() if value is not None})


def test_a_strong_secret_is_enough_for_the_local_stage() -> None:
    secret = settings_with().jwt_secret
    assert secret is not None
    assert secret.get_secret_value() == STRONG


@pytest.mark.parametrize("name", ["jwt_secret", "marks_secret"])
@pytest.mark.parametrize("ways", ["neither", "both"])
def test_each_secret_is_set_in_exactly_one_way(name: str, ways: str) -> None:
    change = {name: None} if ways == "neither" else {f"{name}_id": "name"}
    with pytest.raises(ValidationError, match=f"exactly one of {name.upper()} and {name.upper()}_ID"):
        settings_with(**change)


@pytest.mark.parametrize("name", ["jwt_secret", "marks_secret"])
@pytest.mark.parametrize("secret", ["", STRONG[:31]], ids=["empty", "31 bytes"])
def test_a_short_secret_is_refused_even_locally(name: str, secret: str) -> None:
    with pytest.raises(ValidationError, match="less than 32 bytes"):
        settings_with(**{name: secret})


@pytest.mark.parametrize("name", ["jwt_secret", "marks_secret"])
@pytest.mark.parametrize("stage", ["prod", "dev", "Local", ""])
def test_outside_local_the_secrets_come_from_secrets_manager_only(name: str, stage: str) -> None:
    with pytest.raises(ValidationError, match=f"{name.upper()} is for the local stage only"):
        settings_with(**MANAGED | {"stage": stage, name: STRONG, f"{name}_id": None})
    assert settings_with(**MANAGED | {"stage": stage}).jwt_secret_id == "name"


def test_outside_local_a_cheap_password_hash_is_refused() -> None:
    with pytest.raises(ValidationError, match="BCRYPT_COST is below 12"):
        settings_with(**MANAGED, stage="prod", bcrypt_cost=11)
    assert settings_with(bcrypt_cost=4).bcrypt_cost == 4


@pytest.mark.parametrize(
    "change", [{"token_seconds": 0}, {"bcrypt_cost": 3}, {"attempts_max": 0}, {"users_table": None}]
)
def test_invalid_and_missing_values_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        settings_with(**change)


def test_a_refused_secret_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        settings_with(stage="prod")
    assert STRONG[-12:] not in str(caught.value)


def test_a_printed_setting_does_not_show_the_secret() -> None:
    assert STRONG not in repr(settings_with())


def test_the_environment_is_read_by_field_name_and_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, field in Settings.model_fields.items():
        if field.is_required():
            monkeypatch.setenv(name.upper(), name)
    monkeypatch.setenv("INFERENCE_QUEUE_URL", "https://queue")
    monkeypatch.setenv("JWT_SECRET_ID", "the-secret")
    monkeypatch.setenv("MARKS_SECRET_ID", "another-secret")
    monkeypatch.setenv("LEASE_SECONDS", "1.5")
    monkeypatch.setenv("ATTEMPTS_MAX", "7")
    settings = Settings.from_environment()
    assert (settings.stage, settings.users_table) == ("stage", "users_table")
    assert settings.inference_queue_url == "https://queue"
    assert (settings.lease_seconds, settings.attempts_max) == (1.5, 7)
    assert (settings.signup_coins, settings.bcrypt_cost) == (500, 12)


def test_former_grants_are_a_list_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMER_SIGNUP_COINS", "300,0")
    for name, field in Settings.model_fields.items():
        if field.is_required():
            monkeypatch.setenv(name.upper(), name)
    monkeypatch.setenv("JWT_SECRET_ID", "the-secret")
    monkeypatch.setenv("MARKS_SECRET_ID", "another-secret")

    assert Settings.from_environment().signup_amounts == {500, 300, 0}

    monkeypatch.setenv("FORMER_SIGNUP_COINS", "300;0")
    with pytest.raises(ValidationError, match="former_signup_coins"):
        Settings.from_environment()
