"""Rows 1 to 8 of docs/security.md at the API. The name of each test begins with its row."""

import statistics
import time

import boto3
import jwt
import pytest
from pydantic import ValidationError

from chalicelib.auth.signing_keys import SecretVersions
from chalicelib.core.settings import Settings
from tests.unit.auth.api import Api
from tests.unit.support import PASSWORD, FakeClock


def register(api: Api, **changes: str) -> tuple[int, list[str]]:
    """Register, and return the status and the codes of the errors."""
    body = {"name": "anna", "email": "anna@example.org", "password": PASSWORD, **changes}
    response = api.ask("POST", "/api/auth/register", body)
    return response.status_code, [error["code"] for error in response.json_body.get("errors", [])]


def production_settings(**changes: object) -> Settings:
    names = [name for name, field in Settings.model_fields.items() if field.is_required()]
    secrets = {"jwt_secret_id": "jwt", "marks_secret_id": "marks"}
    return Settings.model_validate({**dict.fromkeys(names, "x"), "stage": "prod", **secrets, **changes})


def test_row_1_production_hashes_at_cost_12_and_refuses_less() -> None:
    assert production_settings().bcrypt_cost == 12
    with pytest.raises(ValidationError, match="BCRYPT_COST is below 12"):
        production_settings(bcrypt_cost=11)


def test_row_1_a_stored_hash_has_the_cost_of_the_settings(api: Api) -> None:
    register(api)
    hashes = {item["password_hash"][:7] for item in api.world.items(api.world.settings.logins_table)}
    assert hashes == {f"$2b${api.world.settings.bcrypt_cost:02}$"}


@pytest.mark.parametrize("password", ["x" * 73, "я" * 37, "я" * 36 + "x"])
def test_row_2_a_password_above_72_bytes_is_422_and_never_cut(api: Api, password: str) -> None:
    assert register(api, password=password) == (422, ["too_long"])


def test_row_2_a_password_of_36_cyrillic_letters_differs_from_its_first_35(api: Api) -> None:
    assert register(api, password="я" * 36)[0] == 201
    assert api.log_in("anna", "я" * 36).status_code == 200
    assert api.log_in("anna", "я" * 35).status_code == 401
    assert api.log_in("anna", "я" * 36 + "x").status_code == 401


@pytest.mark.parametrize(
    ("password", "code"), [("1234567", "too_short"), ("12345678", "too_common"), ("Password1", "too_common")]
)
def test_row_3_short_and_common_passwords_are_422_at_registration_and_at_a_change(
    api: Api, password: str, code: str
) -> None:
    assert register(api, password=password) == (422, [code])
    change = {"old_password": PASSWORD, "new_password": password}
    response = api.ask("PUT", "/api/auth/password", change, Authorization=api.token())
    assert (response.status_code, [error["code"] for error in response.json_body["errors"]]) == (422, [code])


def test_row_3_a_password_may_have_lower_case_letters_only(api: Api) -> None:
    assert register(api, password="vzqkwjyx")[0] == 201


def test_row_4_an_unknown_user_and_a_wrong_password_get_the_same_response(api: Api) -> None:
    register(api)
    known, unknown = (api.log_in(name, "wrong").json_body for name in ("anna", "nobody"))
    assert known.pop("request_id") != unknown.pop("request_id")
    assert known == unknown


def test_row_4_an_unknown_user_costs_as_much_work_as_a_wrong_password(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(api)
    monkeypatch.setitem(vars(api.world.settings), "bcrypt_cost", 8)
    register(api, name="boris", email="boris@example.org")

    def seconds(name: str) -> float:
        started = time.thread_time()
        assert api.log_in(name, "wrong").status_code == 401
        return time.thread_time() - started

    pairs = [(seconds("boris"), seconds("nobody")) for _ in range(7)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.6 < known / unknown < 1.6  # `make timing` measures far more precisely


@pytest.mark.parametrize("name", ["ANNA", "ａｎｎａ", " Anna "])
def test_row_5_a_name_is_taken_in_every_spelling(api: Api, name: str) -> None:
    register(api)
    assert register(api, name=name, email="other@example.org")[0] == 409
    assert register(api, name="boris", email="ANNA@Example.org")[0] == 409


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_row_6_a_token_of_another_algorithm_is_refused(api: Api, algorithm: str) -> None:
    token = api.token().removeprefix("Bearer ")
    assert api.ask("GET", "/api/auth/me", Authorization=f"Bearer {token}").status_code == 200
    key = api.world.signing_keys.current()
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(claims, "" if algorithm == "none" else key.secret, algorithm, {"kid": key.id})
    response = api.ask("GET", "/api/auth/me", Authorization=f"Bearer {forged}")
    assert (response.status_code, response.json_body["code"]) == (401, "token_invalid")


def test_row_6_older_tokens_end_at_a_log_out_and_at_a_change_of_password(api: Api) -> None:
    first = api.token()
    assert api.ask("POST", "/api/auth/logout", Authorization=first).status_code == 204
    second = f"Bearer {api.log_in().json_body['access_token']}"
    change = {"old_password": PASSWORD, "new_password": "another horse battery"}
    assert api.ask("PUT", "/api/auth/password", change, Authorization=second).status_code == 204
    assert {api.ask("GET", "/api/auth/me", Authorization=token).status_code for token in (first, second)} == {401}


def test_row_6_logging_out_of_one_session_ends_its_token_and_no_other(api: Api) -> None:
    here = api.token()
    elsewhere = f"Bearer {api.log_in().json_body['access_token']}"

    assert api.ask("POST", "/api/auth/logout?only=this", Authorization=here).status_code == 204

    response = api.ask("GET", "/api/auth/me", Authorization=here)
    assert (response.status_code, response.json_body["code"]) == (401, "token_invalid")
    assert api.ask("GET", "/api/auth/me", Authorization=elsewhere).status_code == 200
    again = api.ask("POST", "/api/auth/logout?only=this", Authorization=here)
    assert (again.status_code, again.json_body["code"]) == (401, "token_invalid")
    assert api.ask("POST", "/api/auth/logout", Authorization=elsewhere).status_code == 204
    assert api.ask("GET", "/api/auth/me", Authorization=elsewhere).status_code == 401


@pytest.mark.parametrize("query", ["only=all", "only=", "onyl=this", "only=this&all=yes"])
def test_a_log_out_with_an_invalid_option_ends_no_session(api: Api, query: str) -> None:
    token = api.token()
    response = api.ask("POST", f"/api/auth/logout?{query}", Authorization=token)
    assert (response.status_code, response.json_body["code"]) == (422, "invalid_input")
    assert api.ask("GET", "/api/auth/me", Authorization=token).status_code == 200


def test_a_token_without_a_session_id_is_valid_and_ends_only_with_all_sessions(api: Api) -> None:
    token = api.token().removeprefix("Bearer ")
    key = api.world.signing_keys.current()
    claims = jwt.decode(token, options={"verify_signature": False})
    del claims["sid"]
    older = f"Bearer {jwt.encode(claims, key.secret, 'HS256', {'kid': key.id})}"

    response = api.ask("POST", "/api/auth/logout?only=this", Authorization=older)

    assert (response.status_code, response.json_body["code"]) == (409, "session_without_id")
    assert api.ask("GET", "/api/auth/me", Authorization=older).status_code == 200
    assert api.ask("POST", "/api/auth/logout", Authorization=older).status_code == 204
    assert api.ask("GET", "/api/auth/me", Authorization=older).status_code == 401


@pytest.mark.parametrize("name", ["jwt_secret", "marks_secret"])
def test_row_7_outside_local_no_secret_comes_from_the_environment(name: str) -> None:
    with pytest.raises(ValidationError, match="is for the local stage only"):
        production_settings(**{name: "0123456789" * 4, f"{name}_id": None})


def test_row_7_after_a_rotation_the_new_secret_signs_and_the_previous_one_stays_valid(
    account: object, clock: FakeClock
) -> None:
    client = boto3.client("secretsmanager")
    secret_id = client.create_secret(Name="signing", SecretString="first")["ARN"]
    keys = SecretVersions(client, secret_id, clock)
    before = keys.current()
    client.put_secret_value(SecretId=secret_id, SecretString="second")
    clock.advance(301)
    assert keys.current().secret == "second"
    assert keys.find(before.id) == before
