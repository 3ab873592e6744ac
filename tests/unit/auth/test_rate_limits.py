"""Rate limits against guessing passwords, collecting signup grants and overloading, over HTTP with a fake clock."""

import pytest
from botocore.exceptions import ClientError

from chalicelib.core import aws
from tests.unit.auth.api import Api
from tests.unit.support import PASSWORD, FakeClock, patients

DAY = 86_400
HERE, THERE = "198.51.100.1", "203.0.113.9"


@pytest.fixture(autouse=True)
def begin_a_day(clock: FakeClock) -> None:
    clock.now -= clock.now % DAY


def guess(api: Api, times: int, name: str = "anna", address: str = HERE) -> set[int]:
    return {api.log_in(name, f"guess {number}", address=address).status_code for number in range(times)}


def assert_too_many(response: object, retry_after: int) -> None:
    assert response.status_code == 429, response.json_body  # type: ignore[attr-defined]
    assert response.json_body["code"] == "too_many_requests"  # type: ignore[attr-defined]
    assert response.headers["Content-Type"] == "application/problem+json"  # type: ignore[attr-defined]
    assert response.headers["Retry-After"] == str(retry_after)  # type: ignore[attr-defined]


def test_row_8_the_eleventh_wrong_password_is_refused_and_so_is_the_right_one(api: Api, clock: FakeClock) -> None:
    api.token()
    assert guess(api, 10) == {401}
    clock.advance(100)

    assert_too_many(api.log_in("anna", "another guess"), 800)
    assert_too_many(api.log_in("anna", PASSWORD), 800)

    clock.advance(800)
    assert api.log_in("anna", PASSWORD).status_code == 200


def test_row_8_a_stranger_cannot_lock_the_owner_out(api: Api) -> None:
    api.token()
    assert guess(api, 12, address=THERE) == {401, 429}
    assert api.log_in("anna", PASSWORD, address=HERE).status_code == 200


def test_row_8_one_address_does_not_get_more_guesses_by_more_accounts(api: Api) -> None:
    responses = [guess(api, 1, f"somebody-{number}") for number in range(51)]
    assert responses == [{401}] * 50 + [{429}]
    assert guess(api, 1, "somebody-else", THERE) == {401}


def test_row_8_a_network_of_ipv6_addresses_counts_as_one_address(api: Api) -> None:
    responses = [guess(api, 1, address=f"2001:db8:1:2::{number:x}") for number in range(11)]
    assert responses == [{401}] * 10 + [{429}]
    assert guess(api, 1, address="2001:db8:1:3::1") == {401}


def test_row_8_spellings_of_one_name_are_counted_as_one(api: Api) -> None:
    assert guess(api, 5, "Anna") | guess(api, 5, "ａｎｎａ") == {401}
    assert guess(api, 1, "anna") == {429}


def test_an_unknown_name_is_refused_after_as_many_guesses_as_a_known_one(api: Api) -> None:
    api.token()
    assert [guess(api, 1, name) for name in ("anna", "nobody") for _ in range(11)] == 2 * ([{401}] * 10 + [{429}])


def test_a_refused_log_in_compares_no_hash(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    guess(api, 10)
    monkeypatch.setattr("bcrypt.checkpw", lambda *_: pytest.fail("a hash was compared"))
    assert guess(api, 5) == {429}


def test_right_passwords_are_not_counted(api: Api) -> None:
    api.token()
    assert {api.log_in().status_code for _ in range(15)} == {200}
    assert guess(api, 10) == {401}


def test_row_8_the_sixth_registration_of_an_address_on_one_day_is_refused(api: Api, clock: FakeClock) -> None:
    assert {api.register(f"person-{number}").status_code for number in range(5)} == {201}
    clock.advance(3600)

    assert_too_many(api.register("person-5"), DAY - 3600)
    assert len(api.world.items(api.world.settings.users_table)) == 5
    assert api.register("person-6", address=THERE).status_code == 201

    clock.advance(DAY - 3600)
    assert api.register("person-5").status_code == 201


def test_a_registration_with_a_taken_name_counts_as_a_guess_and_not_as_a_registration(
    api: Api, clock: FakeClock
) -> None:
    api.token()
    assert [api.register("anna").status_code for _ in range(50)] == [409] * 50
    assert_too_many(api.register("anna"), 900)
    clock.advance(900)
    assert api.register("boris").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/auth/password", {"old_password": "a guess", "new_password": "correct horse"}),
        ("DELETE", "/api/auth/me", {"password": "a guess"}),
    ],
)
def test_a_stolen_token_does_not_allow_guessing_the_password(
    api: Api, clock: FakeClock, method: str, path: str, body: object
) -> None:
    token = api.token()
    responses = [api.ask(method, path, body, f"198.51.100.{number}", Authorization=token) for number in range(11)]
    assert [response.status_code for response in responses] == [403] * 10 + [429]
    assert_too_many(responses[-1], 900)
    assert api.log_in("anna", PASSWORD).status_code == 200


def test_vouchers_are_limited_for_an_account_and_for_an_address(api: Api, clock: FakeClock) -> None:
    tokens = [api.token(name) for name in ("anna", "boris", "clara", "dora")]

    def redeem(token: str, address: str) -> int:
        response = api.ask("POST", "/api/billing/vouchers", {"code": "7KQ2M"}, address, Authorization=token)
        if response.status_code == 429:
            assert_too_many(response, 3600)
        return int(response.status_code)

    assert [redeem(tokens[0], f"203.0.113.{number}") for number in range(21)] == [404] * 20 + [429]
    assert {redeem(token, HERE) for token in tokens[1:] for _ in range(20)} == {404}
    assert redeem(api.token("eva"), HERE) == 429
    clock.advance(3600)
    assert redeem(tokens[0], HERE) == 404


def test_files_are_limited_for_an_account_whether_they_cost_or_not(api: Api, clock: FakeClock) -> None:
    token, token_of_boris = api.token(), api.token("boris")

    def send(path: str, content: bytes, token: str = token) -> int:
        response = api.ask("POST", f"/api/predict/{path}", content, Content_Type="text/csv", Authorization=token)
        if response.status_code == 429:
            assert_too_many(response, 60)
        return int(response.status_code)

    assert {send("lasso?dry_run=true", patients(1)) for _ in range(30)} == {200}
    assert {send("lasso", b"no csv") for _ in range(28)} == {422}
    assert send("lasso", patients(1)) == 202
    assert api.ask("POST", f"/api/predict/{'0' * 32}/retry", Authorization=token).status_code == 404
    assert send("lasso", patients(1)) == 429
    assert send("lasso?dry_run=true", patients(1)) == 429
    assert api.ask("POST", f"/api/predict/{'0' * 32}/retry", Authorization=token).status_code == 429
    assert send("lasso", patients(1), token_of_boris) == 202
    clock.advance(60)
    assert send("lasso", patients(1)) == 202


def test_forms_for_uploads_are_limited_for_an_account(api: Api, clock: FakeClock) -> None:
    token = api.token()
    responses = [api.ask("POST", "/api/uploads", Authorization=token) for _ in range(61)]
    assert [response.status_code for response in responses] == [201] * 60 + [429]
    assert_too_many(responses[-1], 3600)
    clock.advance(3600)
    assert api.ask("POST", "/api/uploads", Authorization=token).status_code == 201


def test_a_log_in_fails_while_events_cannot_be_counted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.token()
    update = aws.dynamodb().update_item

    def failing(**request: object) -> object:
        if request["TableName"] == api.world.settings.throttles_table:
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "down"}}, "UpdateItem")
        return update(**request)  # type: ignore[arg-type]

    monkeypatch.setattr(aws.dynamodb(), "update_item", failing)
    response = api.log_in("anna", PASSWORD)
    assert (response.status_code, response.json_body["code"]) == (503, "temporarily_unavailable")


def test_neither_an_address_nor_a_name_is_stored_or_logged(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    guess(api, 11)
    api.register("newcomer")
    rows = api.world.items(api.world.settings.throttles_table)
    assert len(rows) == 2
    text = repr(rows) + "".join(capsys.readouterr())
    assert HERE not in text
    assert "anna" not in text


def test_row_8_an_outage_does_not_count_as_a_guess(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.token()

    def throttled(*_arguments: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "GetItem")

    with monkeypatch.context() as outage:
        outage.setattr("chalicelib.auth.repository.UserRepository.login", throttled)
        assert {api.log_in("anna", PASSWORD).status_code for _ in range(12)} == {503}
    assert api.log_in("anna", PASSWORD).status_code == 200


def test_a_request_succeeds_even_if_its_event_cannot_be_released(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    token = api.token()

    def throttled(*_arguments: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "UpdateItem")

    monkeypatch.setattr("chalicelib.core.throttling.Throttles.release", throttled)

    assert api.log_in("anna", PASSWORD).status_code == 200
    deletion = api.ask("DELETE", "/api/auth/me", {"password": PASSWORD}, Authorization=token)
    assert deletion.status_code == 204
