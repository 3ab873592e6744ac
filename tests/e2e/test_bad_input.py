"""Invalid files, forms, tokens and requests get a clear error and cost nothing."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import requests

from tests.support.stack import SAMPLES, Person, RunningStack, assert_problem

HEADER = "ID,Age,Sex,Edema,Bilirubin,Albumin,Prothrombin,Stage"
GOOD = "1,21464,F,Y,14.5,2.6,12.2,4"
TABLE = f"{HEADER}\n{GOOD}\n"

type Field = tuple[str, tuple[str | None, str]]
"""A form's field: its name, its file name or None, and its value."""


def with_row(row: str) -> bytes:
    return f"{TABLE}{row}\n".encode()


BAD_FILES = {
    "empty": (b"", 422, "file_empty"),
    "header only": (f"{HEADER}\n".encode(), 422, "no_rows"),
    "binary": (bytes(range(256)) * 40, 415, "not_a_csv"),
    "PNG named .csv": (b"\x89PNG\r\n\x1a\n" + bytes(100), 415, "not_a_csv"),
    "UTF-16 without a mark": (TABLE.encode("utf-16-le"), 422, "encoding_unsupported"),
    "missing required column": (TABLE.replace("Bilirubin", "Urea").encode(), 422, "column_missing"),
    "unknown category": (with_row("2,21464,F,X,14.5,2.6,12.2,4"), 422, "invalid_rows"),
    "text in a number": (with_row("2,21464,F,Y,high,2.6,12.2,4"), 422, "invalid_rows"),
    "negative lab": (with_row("2,21464,F,Y,-14.5,2.6,12.2,4"), 422, "invalid_rows"),
    "missing required value": (with_row("2,21464,F,Y,NA,2.6,12.2,4"), 422, "invalid_rows"),
    "infinite value": (with_row("2,21464,F,Y,inf,2.6,12.2,4"), 422, "invalid_rows"),
    "age in years": (with_row("2,58,F,Y,14.5,2.6,12.2,4"), 422, "invalid_rows"),
    "ragged row": (with_row("2,21464,F"), 422, "invalid_rows"),
    "quote never closed": (with_row('"2,21464'), 422, "broken_csv"),
    "column twice": (TABLE.replace("Stage", "Age").encode(), 422, "column_duplicated"),
}

DIALECTS = {
    "semicolons and decimal commas": TABLE.replace(",", ";").replace(".", ",").encode(),
    "tabs": TABLE.replace(",", "\t").encode(),
    "UTF-16, as Excel's Unicode text": TABLE.replace(",", "\t").encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + TABLE.encode(),
    "Windows-1251": TABLE.replace("\n1,", "\nИванова,").encode("cp1251"),
    "Windows line ends": TABLE.replace("\n", "\r\n").encode(),
    "another order of columns": b"Stage,Prothrombin,Albumin,Bilirubin,Edema,Sex,Age\n4,12.2,2.6,14.5,Y,F,21464\n",
    "outcome columns": TABLE.replace("Stage", "Stage,Status,N_Days").replace(",4\n", ",4,D,400\n").encode(),
}


@pytest.fixture(scope="module")
def someone(stack: RunningStack) -> Person:
    """One person for all tests of this file, because a refused file costs nothing."""
    return Person.registered(stack.url)


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_cannot_be_predicted_is_refused_and_costs_nothing(someone: Person, case: str) -> None:
    content, status, code = BAD_FILES[case]

    problem = assert_problem(someone.submit(content), status, code)

    assert "Nothing was charged" in problem["detail"]
    assert someone.balance() == 500


@pytest.mark.parametrize("case", DIALECTS)
def test_every_csv_dialect_gives_the_same_patient(stack: RunningStack, case: str) -> None:
    person = Person.registered(stack.url)

    rows, plain_rows = person.predicted(DIALECTS[case]), person.predicted(TABLE.encode())

    assert [row["years"] for row in rows] == [row["years"] for row in plain_rows]
    if case == "Windows-1251":
        assert [row["id"] for row in rows] == ["Иванова"]


def test_one_bad_row_refuses_the_file_and_every_bad_row_is_named(someone: Person) -> None:
    rows = [GOOD, "2,58,F,Y,-2,38,1.1,5", GOOD, "4,21464,F,Q,14.5,2.6,12.2,4"]

    problem = assert_problem(someone.submit("\n".join([HEADER, *rows]).encode()), 422, "invalid_rows")

    assert problem["bad_rows"] == "2, 4"
    assert {(error["row"], error["column"], error["code"]) for error in problem["errors"]} == {
        (2, "Age", "unit_suspected"),
        (2, "Bilirubin", "below_minimum"),
        (2, "Albumin", "unit_suspected"),
        (2, "Prothrombin", "unit_suspected"),
        (2, "Stage", "unknown_category"),
        (4, "Edema", "unknown_category"),
    }
    assert someone.balance() == 500


def test_a_form_without_its_file_says_which_field_is_missing(someone: Person) -> None:
    address = f"{someone.url}/api/predict/lasso"

    other_field = someone.http.post(address, files={"document": ("a.csv", TABLE)}, timeout=30)

    assert "'file'" in assert_problem(other_field, 422, "file_missing")["detail"]


def test_a_form_with_options_and_without_a_file_name_is_accepted(someone: Person) -> None:
    form = {"dry_run": (None, "true"), "file": (None, TABLE)}

    answer = someone.http.post(f"{someone.url}/api/predict/lasso", files=form, timeout=30)

    assert (answer.status_code, answer.json()["rows"]) == (200, 1)
    assert someone.balance() == 500


def test_unknown_and_repeated_parameters_are_named_and_cost_nothing(someone: Person) -> None:
    address = f"{someone.url}/api/predict/lasso"
    file: Field = ("file", ("a.csv", TABLE))
    cases: list[tuple[str, list[Field], str]] = [
        ("", [("dryrun", (None, "true")), file], "dryrun"),
        ("?dry_run=true&dry_run=false", [file], "dry_run"),
        ("?dry_run=true", [("dry_run", (None, "false")), file], "dry_run"),
        ("", [file, ("file", ("b.csv", TABLE))], "file"),
    ]
    for query, form, column in cases:
        problem = assert_problem(someone.http.post(address + query, files=form, timeout=30), 422, "invalid_input")
        assert [error["column"] for error in problem["errors"]] == [column]
    assert someone.balance() == 500


def test_a_form_that_is_cut_off_is_refused(someone: Person) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + TABLE.encode()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    answer = someone.http.post(f"{someone.url}/api/predict/lasso", data=body, headers=headers, timeout=30)

    assert_problem(answer, 422, "invalid_form")


def test_another_content_type_is_415(someone: Person) -> None:
    answer = someone.http.post(
        f"{someone.url}/api/predict/lasso", data=b"Age", headers={"Content-Type": "image/png"}, timeout=30
    )

    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("size", [4_500_000, 10 * 1024 * 1024 + 1])
def test_a_file_past_a_limit_is_413_and_costs_nothing(someone: Person, size: int) -> None:
    content = (TABLE + f"{GOOD}\n" * (size // len(GOOD) + 1))[:size].encode()

    assert_problem(someone.submit(content), 413, "file_too_large")

    assert someone.balance() == 500


def test_an_unknown_model_is_404_and_the_error_names_the_existing_ones(someone: Person) -> None:
    problem = assert_problem(someone.submit(TABLE.encode(), model="oracle"), 404, "unknown_model")

    assert "lasso" in problem["detail"]


def test_too_few_coins_is_402_with_cost_and_balance(stack: RunningStack) -> None:
    person = Person.registered(stack.url)
    for _ in range(5):
        assert person.submit(TABLE.encode()).status_code == 202

    problem = assert_problem(person.submit(TABLE.encode()), 402, "not_enough_coins")

    assert (problem["cost"], problem["balance"]) == (100, 0)


def test_another_person_s_prediction_is_404(stack: RunningStack, someone: Person) -> None:
    owner = Person.registered(stack.url)
    prediction_id = owner.submit(TABLE.encode()).json()["prediction_id"]
    owner.finished(prediction_id)

    for path in ("", "/rows", "/result.csv"):
        assert_problem(someone.get(f"/api/predict/{prediction_id}{path}"), 404, "unknown_prediction")
    assert_problem(someone.get("/api/predict/no-such-id"), 404, "unknown_prediction")


def test_expired_forged_and_missing_tokens_have_different_error_codes(stack: RunningStack, someone: Person) -> None:
    secret = (stack.data_dir / "signing-secret").read_text()
    claims = jwt.decode(someone.token, options={"verify_signature": False})
    header = {"kid": jwt.get_unverified_header(someone.token)["kid"]}
    past = int(time.time()) - 10
    tokens = {
        "token_expired": jwt.encode({**claims, "exp": past}, secret, algorithm="HS256", headers=header),
        "token_invalid": jwt.encode(claims, "x" * 64, algorithm="HS256", headers=header),
    }
    for code, token in tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        assert_problem(requests.get(f"{stack.url}/api/auth/me", headers=headers, timeout=10), 401, code)
    unsigned = jwt.encode(claims, None, algorithm="none", headers=header)  # type: ignore[arg-type]
    headers = {"Authorization": f"Bearer {unsigned}"}
    assert_problem(requests.get(f"{stack.url}/api/auth/me", headers=headers, timeout=10), 401, "token_invalid")
    missing = assert_problem(requests.get(f"{stack.url}/api/auth/me", timeout=10), 401, "token_missing")
    assert "log in" in missing["detail"].lower()


def test_malformed_json_is_422(stack: RunningStack) -> None:
    for body in (b"{", b"[]", b"", b"\xff"):
        answer = requests.post(
            f"{stack.url}/api/auth/login", data=body, headers={"Content-Type": "application/json"}, timeout=10
        )
        assert_problem(answer, 422, "invalid_json")


def test_of_20_registrations_of_a_name_at_once_exactly_one_succeeds(stack: RunningStack) -> None:
    name = f"race-{os.urandom(6).hex()}"

    def register(number: int) -> requests.Response:
        body = {"name": name, "email": f"{name}-{number}@example.org", "password": f"password-{number}"}
        return requests.post(f"{stack.url}/api/auth/register", json=body, timeout=60)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(register, range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409, "name_taken")
    winner = next(number for number, answer in enumerate(answers) if answer.status_code == 201)
    credentials = {"name": name, "password": f"password-{winner}"}
    assert requests.post(f"{stack.url}/api/auth/login", json=credentials, timeout=10).status_code == 200


def test_wrong_password_and_unknown_name_get_the_same_answer(stack: RunningStack, someone: Person) -> None:
    def attempt(name: str) -> dict[str, Any]:
        body = {"name": name, "password": "not the password"}
        return assert_problem(
            requests.post(f"{stack.url}/api/auth/login", json=body, timeout=10), 401, "wrong_credentials"
        )

    assert attempt(someone.name)["detail"] == attempt("nobody-at-all")["detail"]


def test_unknown_paths_and_methods_give_problem_documents_with_cors(stack: RunningStack) -> None:
    assert_problem(requests.get(f"{stack.url}/api/nothing", timeout=10), 404, "not_found")
    assert_problem(requests.put(f"{stack.url}/api/health", timeout=10), 405, "method_not_allowed")


def test_a_preflight_allows_the_headers_that_the_page_sends(stack: RunningStack) -> None:
    headers = {"Origin": "http://example.org", "Access-Control-Request-Method": "POST"}

    answer = requests.options(f"{stack.url}/api/predict/lasso", headers=headers, timeout=10)

    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_the_full_sample_is_accepted(someone: Person) -> None:
    assert len(someone.predicted((SAMPLES / "pbc-418.csv").read_bytes())) == 418
