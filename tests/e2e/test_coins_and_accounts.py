"""Cancellation, retry, idempotency keys, vouchers and account changes, over HTTP."""

import pytest
import requests

from tests.support.stack import SAMPLES, Person, RunningStack, assert_problem

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()
HEADER = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin"
LARGE = (f"{HEADER}\n" + "1,21464,Y,14.5,2.6,12.2\n" * 54_000).encode()


def succeeded_prediction(person: Person) -> str:
    """Return the id of a new prediction that has succeeded."""
    prediction_id: str = person.submit(SAMPLE).json()["prediction_id"]
    person.finished(prediction_id)
    return prediction_id


def delete(person: Person, prediction_id: str) -> requests.Response:
    return person.http.delete(f"{person.url}/api/predict/{prediction_id}", timeout=30)


def retry(person: Person, prediction_id: str) -> requests.Response:
    return person.http.post(f"{person.url}/api/predict/{prediction_id}/retry", timeout=30)


def queued_behind_a_large_one(person: Person) -> str:
    """Return the id of a prediction that waits, because the only worker is busy with large files."""
    for _ in range(3):
        person.submit(LARGE)
    prediction_id: str = person.submit(SAMPLE).json()["prediction_id"]
    return prediction_id


def test_a_repeated_idempotency_key_returns_the_same_prediction_for_one_charge(person: Person) -> None:
    first, again = (person.submit(SAMPLE, key="my-key") for _ in range(2))

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["prediction_id"] == again.json()["prediction_id"]
    assert person.balance() == 400
    assert_problem(person.submit(LARGE, key="my-key"), 422, "idempotency_key_reused")
    assert_problem(person.submit(SAMPLE, key="x" * 256), 422, "invalid_idempotency_key")
    assert person.balance() == 400


def test_cancelling_a_queued_prediction_refunds_it_exactly_once(person: Person) -> None:
    prediction_id = queued_behind_a_large_one(person)
    assert person.balance() == 100

    cancelled = delete(person, prediction_id)

    assert cancelled.status_code == 200
    assert (cancelled.json()["status"], cancelled.json()["refunded"]) == ("cancelled", True)
    assert person.balance() == 200
    assert_problem(delete(person, prediction_id), 409, "already_cancelled")
    assert person.balance() == 200


def test_a_running_prediction_cannot_be_cancelled(person: Person) -> None:
    prediction_id = person.submit(LARGE).json()["prediction_id"]
    while person.get(f"/api/predict/{prediction_id}").json()["status"] == "queued":
        pass

    assert_problem(delete(person, prediction_id), 409, "prediction_running")

    assert person.finished(prediction_id)["status"] == "succeeded"


def test_an_ended_prediction_can_be_retried_and_its_files_can_be_deleted(person: Person) -> None:
    prediction_id = succeeded_prediction(person)

    again = retry(person, prediction_id)

    assert again.status_code == 202
    assert (again.json()["retry_of"], again.json()["balance"]) == (prediction_id, 300)
    assert again.headers["Location"] == f"/api/predict/{again.json()['prediction_id']}"
    retried_id = str(person.finished(again.json()["prediction_id"])["prediction_id"])
    rows, rows_of_retry = (
        person.get(f"/api/predict/{each_id}/rows").json()["rows"] for each_id in (prediction_id, retried_id)
    )
    assert rows == rows_of_retry
    assert delete(person, prediction_id).json()["files_deleted_at"]
    assert_problem(person.get(f"/api/predict/{prediction_id}/rows"), 410, "result_expired")
    assert_problem(person.get(f"/api/predict/{prediction_id}/result.csv"), 410, "result_expired")
    assert_problem(retry(person, prediction_id), 410, "input_expired")
    assert person.balance() == 300


def test_a_queued_prediction_cannot_be_retried_and_another_person_s_is_unknown(
    person: Person, stack: RunningStack
) -> None:
    prediction_id = queued_behind_a_large_one(person)
    stranger = Person.registered(stack.url)

    assert_problem(retry(person, prediction_id), 409, "not_ended")
    assert_problem(delete(stranger, prediction_id), 404, "unknown_prediction")
    assert_problem(retry(stranger, prediction_id), 404, "unknown_prediction")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code": "AAAAA-BBBBB-CCCCC-DDDDD"}, 404, "unknown_voucher"),
        ({"code": ""}, 422, "invalid_input"),
        ({"code": "A" * 101}, 422, "invalid_input"),
        ({}, 422, "invalid_input"),
        ({"code": "A", "coins": 1000}, 422, "invalid_input"),
    ],
)
def test_a_wrong_voucher_adds_nothing(person: Person, body: dict[str, object], status: int, code: str) -> None:
    assert_problem(person.http.post(f"{person.url}/api/billing/vouchers", json=body, timeout=30), status, code)
    assert person.balance() == 500


def test_logging_out_ends_the_token(person: Person) -> None:
    assert person.http.post(f"{person.url}/api/auth/logout", timeout=30).status_code == 204

    assert_problem(person.get("/api/auth/me"), 401, "token_invalid")


def test_changing_the_password_needs_the_old_one(person: Person) -> None:
    def change(old: str, new: str) -> requests.Response:
        body = {"old_password": old, "new_password": new}
        return person.http.put(f"{person.url}/api/auth/password", json=body, timeout=30)

    assert_problem(change("wrong password", "another password"), 403, "wrong_password")
    assert_problem(change("correct horse", "short"), 422, "invalid_input")
    assert person.balance() == 500

    assert change("correct horse", "another password").status_code == 204

    assert_problem(person.get("/api/auth/me"), 401, "token_invalid")
    body = {"name": person.name, "password": "another password"}
    assert requests.post(f"{person.url}/api/auth/login", json=body, timeout=30).status_code == 200


def test_a_deleted_account_cannot_be_used_and_its_e_mail_gets_no_second_grant(person: Person) -> None:
    succeeded_prediction(person)
    waiting = queued_behind_a_large_one(person)

    def delete_account(password: str) -> requests.Response:
        return person.http.delete(f"{person.url}/api/auth/me", json={"password": password}, timeout=60)

    assert_problem(delete_account("wrong password"), 403, "wrong_password")
    assert delete_account("correct horse").status_code == 204

    assert_problem(person.get(f"/api/predict/{waiting}"), 401, "token_invalid")
    body = {"name": person.name, "password": "correct horse"}
    assert_problem(requests.post(f"{person.url}/api/auth/login", json=body, timeout=30), 401, "wrong_credentials")
    assert Person.registered(person.url, person.name).balance() == 0
