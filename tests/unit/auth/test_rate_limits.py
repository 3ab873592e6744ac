"""Guessing, farming and loading for free, over HTTP and with a clock that is set by hand."""

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


def assert_refused(answer: object, retry_after: int) -> None:
    assert answer.status_code == 429, answer.json_body  # type: ignore[attr-defined]
    assert answer.json_body["code"] == "too_many_requests"  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/problem+json"  # type: ignore[attr-defined]
    assert answer.headers["Retry-After"] == str(retry_after)  # type: ignore[attr-defined]


def test_row_8_the_eleventh_wrong_password_is_refused_and_so_is_the_right_one(api: Api, clock: FakeClock) -> None:
    api.token()
    assert guess(api, 10) == {401}
    clock.advance(100)

    assert_refused(api.log_in("anna", "another guess"), 800)
    assert_refused(api.log_in("anna", PASSWORD), 800)

    clock.advance(800)
    assert api.log_in("anna", PASSWORD).status_code == 200


def test_row_8_a_stranger_cannot_lock_the_owner_out(api: Api) -> None:
    api.token()
    assert guess(api, 12, address=THERE) == {401, 429}
    assert api.log_in("anna", PASSWORD, address=HERE).status_code == 200


def test_row_8_one_address_does_not_get_more_guesses_by_more_accounts(api: Api) -> None:
    answers = [guess(api, 1, f"somebody-{number}") for number in range(51)]
    assert answers == [{401}] * 50 + [{429}]
    assert guess(api, 1, "somebody-else", THERE) == {401}


def test_row_8_a_network_of_ipv6_addresses_is_one(api: Api) -> None:
    answers = [guess(api, 1, address=f"2001:db8:1:2::{number:x}") for number in range(11)]
    assert answers == [{401}] * 10 + [{429}]
    assert guess(api, 1, address="2001:db8:1:3::1") == {401}


def test_row_8_spellings_of_one_name_are_counted_as_one(api: Api) -> None:
    assert guess(api, 5, "Anna") | guess(api, 5, "ａｎｎａ") == {401}
    assert guess(api, 1, "anna") == {429}


def test_an_unknown_name_is_refused_after_as_many_guesses_as_a_known_one(api: Api) -> None:
    api.token()
    assert [guess(api, 1, name) for name in ("anna", "nobody") for _ in range(11)] == 2 * ([{401}] * 10 + [{429}])


def test_somebody_who_is_refused_costs_no_bcrypt(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    guess(api, 10)
    monkeypatch.setattr("bcrypt.checkpw", lambda *_: pytest.fail("a hash was compared"))
    assert guess(api, 5) == {429}


def test_right_passwords_do_not_count(api: Api) -> None:
    api.token()
    assert {api.log_in().status_code for _ in range(15)} == {200}
    assert guess(api, 10) == {401}


def test_row_8_the_sixth_registration_of_an_address_on_one_day_is_refused(api: Api, clock: FakeClock) -> None:
    assert {api.register(f"person-{number}").status_code for number in range(5)} == {201}
    clock.advance(3600)

    assert_refused(api.register("person-5"), DAY - 3600)
    assert len(api.world.items(api.world.settings.users_table)) == 5
    assert api.register("person-6", address=THERE).status_code == 201

    clock.advance(DAY - 3600)
    assert api.register("person-5").status_code == 201


def test_a_taken_name_costs_none_of_the_day_s_registrations_but_a_guess(api: Api, clock: FakeClock) -> None:
    api.token()
    assert [api.register("anna").status_code for _ in range(50)] == [409] * 50
    assert_refused(api.register("anna"), 900)
    clock.advance(900)
    assert api.register("boris").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/auth/password", {"old_password": "a guess", "new_password": "correct horse"}),
        ("DELETE", "/api/auth/me", {"password": "a guess"}),
    ],
)
def test_who_has_stolen_a_token_cannot_guess_the_password(
    api: Api, clock: FakeClock, method: str, path: str, body: object
) -> None:
    token = api.token()
    answers = [api.ask(method, path, body, f"198.51.100.{number}", Authorization=token) for number in range(11)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert_refused(answers[-1], 900)
    assert api.log_in("anna", PASSWORD).status_code == 200


def test_vouchers_are_limited_for_an_account_and_for_an_address(api: Api, clock: FakeClock) -> None:
    tokens = [api.token(name) for name in ("anna", "boris", "clara", "dora")]

    def redeem(token: str, address: str) -> int:
        answer = api.ask("POST", "/api/billing/vouchers", {"code": "7KQ2M"}, address, Authorization=token)
        if answer.status_code == 429:
            assert_refused(answer, 3600)
        return int(answer.status_code)

    assert [redeem(tokens[0], f"203.0.113.{number}") for number in range(21)] == [404] * 20 + [429]
    assert {redeem(token, HERE) for token in tokens[1:] for _ in range(20)} == {404}
    assert redeem(api.token("eva"), HERE) == 429
    clock.advance(3600)
    assert redeem(tokens[0], HERE) == 404


def test_files_are_limited_for_an_account_whether_they_cost_or_not(api: Api, clock: FakeClock) -> None:
    token, other = api.token(), api.token("boris")

    def send(to: str, content: bytes, token: str = token) -> int:
        answer = api.ask("POST", f"/api/predict/{to}", content, Content_Type="text/csv", Authorization=token)
        if answer.status_code == 429:
            assert_refused(answer, 60)
        return int(answer.status_code)

    assert {send("lasso?dry_run=true", patients(1)) for _ in range(30)} == {200}
    assert {send("lasso", b"no csv") for _ in range(28)} == {422}
    assert send("lasso", patients(1)) == 202
    assert api.ask("POST", f"/api/predict/{'0' * 32}/retry", Authorization=token).status_code == 404
    assert send("lasso", patients(1)) == 429
    assert send("lasso?dry_run=true", patients(1)) == 429
    assert api.ask("POST", f"/api/predict/{'0' * 32}/retry", Authorization=token).status_code == 429
    assert send("lasso", patients(1), other) == 202
    clock.advance(60)
    assert send("lasso", patients(1)) == 202


def test_forms_for_uploads_are_limited_for_an_account(api: Api, clock: FakeClock) -> None:
    token = api.token()
    answers = [api.ask("POST", "/api/uploads", Authorization=token) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [201] * 60 + [429]
    assert_refused(answers[-1], 3600)
    clock.advance(3600)
    assert api.ask("POST", "/api/uploads", Authorization=token).status_code == 201


def test_while_nothing_can_be_counted_nobody_guesses(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.token()
    update = aws.dynamodb().update_item

    def failing(**request: object) -> object:
        if request["TableName"] == api.world.settings.throttles_table:
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "down"}}, "UpdateItem")
        return update(**request)  # type: ignore[arg-type]

    monkeypatch.setattr(aws.dynamodb(), "update_item", failing)
    answer = api.log_in("anna", PASSWORD)
    assert (answer.status_code, answer.json_body["code"]) == (503, "temporarily_unavailable")


def test_neither_an_address_nor_a_name_is_stored_or_logged(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    guess(api, 11)
    api.register("a-new-one")
    rows = api.world.items(api.world.settings.throttles_table)
    assert len(rows) == 2
    said = repr(rows) + "".join(capsys.readouterr())
    assert HERE not in said
    assert "anna" not in said


def test_row_8_an_outage_of_ours_counts_as_nobodys_guess(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.token()

    def throttled(*_arguments: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "GetItem")

    with monkeypatch.context() as outage:
        outage.setattr("chalicelib.auth.repository.UserRepository.login", throttled)
        assert {api.log_in("anna", PASSWORD).status_code for _ in range(12)} == {503}
    assert api.log_in("anna", PASSWORD).status_code == 200


def test_what_was_done_is_said_even_if_its_attempt_can_not_be_given_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = api.token()

    def lost(*_arguments: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "UpdateItem")

    monkeypatch.setattr("chalicelib.core.throttling.Throttles.release", lost)

    assert api.log_in("anna", PASSWORD).status_code == 200
    gone = api.ask("DELETE", "/api/auth/me", {"password": PASSWORD}, Authorization=token)
    assert gone.status_code == 204
