"""Real responses conform to the OpenAPI document in status, content type, headers and every field."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.billing.ledger import Account
from chalicelib.core import aws
from chalicelib.core.dynamo import TransactionCancelledError, to_item
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.price_overrides import Override
from tests.support.models import CARDS, uses_optional_columns
from tests.unit.core.api import DOCUMENT, FILE, Api, register, served
from tests.unit.support import PASSWORD, csv_of


@pytest.fixture
def api(settings: Settings) -> Iterator[Api]:
    """A test client of the app over a mocked AWS account."""
    with served(settings) as services:
        yield Api(services)


@pytest.fixture
def anna(api: Api) -> Api:
    """The test client, logged in as a user with 500 coins."""
    api.token = register(api, "anna")
    return api


def test_every_success_conforms_to_the_document(api: Api) -> None:
    ask = api.ask
    ask("GET", "/api/health")
    ask("GET", "/api/openapi.json")
    for model in ask("GET", "/api/models")["models"]:
        ask("GET", f"/api/models/{model['id']}")
    api.token = register(api, "anna")
    ask("POST", "/api/auth/login", {"name": "anna", "password": PASSWORD})
    ask("GET", "/api/auth/me")
    ask("GET", "/api/auth/balance")
    ask("POST", "/api/billing/vouchers", {"code": api.services.vouchers.issue(1000, None)}, Idempotency_Key="v")
    for model_id, card in CARDS.items():
        prediction_id = api.finished(model_id)
        prediction = ask("GET", f"/api/predict/{prediction_id}")
        assert prediction["is_success"]
        assert prediction["receipt"]
        rows = ask("GET", f"/api/predict/{prediction_id}/rows?offset=0&limit=2")["rows"]
        assert rows[0]["contributions"]
        assert prediction["curve_band_level"] == ask("GET", f"/api/models/{model_id}")["curve_band_level"]
        for point in rows[0]["survival"]:
            if prediction["curve_band_level"] is None:
                assert (point["lower"], point["upper"]) == (None, None)
            else:
                assert point["lower"] < point["probability"] < point["upper"]
        assert rows[1]["out_of_range"]
        assert bool(rows[0]["if_measured"]) is uses_optional_columns(card)
        ask("GET", f"/api/predict/{prediction_id}/result.csv")
        cohort = ask("GET", f"/api/predict/{prediction_id}/cohort")
        assert (len(cohort["sickest"]), sum(cohort["counts"])) == (3, 3)
        assert_whole(cohort, prediction["survival_years"])
    upload = ask("POST", "/api/uploads")
    key = f"uploads/{ask('GET', '/api/auth/me')['id']}/{upload['upload_id']}"
    api.services.files.put(key, FILE, "text/csv")
    for options in ("?dry_run=true", ""):
        ask("POST", f"/api/predict/mayo{options}", {"upload_id": upload["upload_id"], "file_name": "a.csv"})
    ask("DELETE", f"/api/uploads/{upload['upload_id']}")
    bad = csv_of({"Bilirubin": "x"}, {"Bilirubin": "2"}, {"Bilirubin": "2"})
    assert ask("POST", "/api/predict/mayo?dry_run=true", bad, Content_Type="text/csv")["errors"]
    skipped = ask("POST", "/api/predict/mayo?on_error=skip", bad, Content_Type="text/csv")["prediction_id"]
    api.services.worker.run(skipped)
    assert ask("GET", f"/api/predict/{skipped}/rows")["rows"][0]["errors"]
    ask("POST", f"/api/predict/{prediction_id}/retry", Idempotency_Key="r")
    ask("GET", "/api/billing/ledger")
    ask("GET", "/api/predict")
    assert ask("PATCH", f"/api/predict/{prediction_id}", {"name": "first visit"})["name"] == "first visit"
    assert ask("DELETE", f"/api/predict/{prediction_id}")["files_deleted_at"]
    ask("PUT", "/api/auth/password", {"old_password": PASSWORD, "new_password": PASSWORD + "!"})
    api.token = ask("POST", "/api/auth/login", {"name": "anna", "password": PASSWORD + "!"})["access_token"]
    ask("POST", "/api/auth/logout?only=this")
    api.token = ask("POST", "/api/auth/login", {"name": "anna", "password": PASSWORD + "!"})["access_token"]
    ask("POST", "/api/auth/logout")
    api.token = ask("POST", "/api/auth/login", {"name": "anna", "password": PASSWORD + "!"})["access_token"]
    ask("DELETE", "/api/auth/me", {"password": PASSWORD + "!"})

    documented_successes = {
        (path, method.upper(), status)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
        if status.startswith("2")
    }
    assert documented_successes - api.covered == set()


def test_a_balance_that_cannot_be_read_is_null(anna: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    voucher = {"code": anna.services.vouchers.issue(300, None)}
    prediction_id = anna.finished("mayo")
    monkeypatch.setattr(anna.services.ledger, "account", unreadable)
    for path, body, content_type in (
        ("/api/predict/mayo", FILE, "text/csv"),
        (f"/api/predict/{prediction_id}/retry", None, "application/json"),
        ("/api/billing/vouchers", voucher, "application/json"),
    ):
        anna.ask("POST", path, body, Content_Type=content_type, Idempotency_Key=path)
        assert anna.ask("POST", path, body, Content_Type=content_type, Idempotency_Key=path)["balance"] is None


def unreadable(_user_id: str) -> Account:
    raise EndpointConnectionError(endpoint_url="http://dynamodb")


def assert_whole(cohort: dict[str, Any], survival_years: list[int]) -> None:
    """Assert that each bin of the cohort has every field, with a plausible value."""
    per_bin = [cohort[name] for name in ("counts", "mean_years", "survival", "imputed", "out_of_range")]
    assert len(cohort["edges"]) == len(cohort["counts"]) + 1
    for count, mean, curve, imputed, out_of_range in zip(*per_bin, strict=True):
        assert (mean is None) == (count == 0)
        assert len(curve) == (len(survival_years) if count else 0)
        assert max(imputed, out_of_range) <= count
    assert sum(cohort["imputed"]) == cohort["summary"]["imputed_rows"]
    assert sum(cohort["out_of_range"]) == cohort["summary"]["out_of_range_rows"]


def test_a_cohort_of_an_older_release_is_returned_without_the_newer_fields(anna: Api) -> None:
    prediction_id = anna.finished("lasso")
    older = {"edges": [0.0, 0.5], "counts": [1], "sickest": [[1, "7", 0.4, 0.1, 1.7, False, "", "", [0.0] * 12]]}
    anna.services.files.put("results/cohort.json", json.dumps(older).encode(), "application/json")
    aws.dynamodb().update_item(
        TableName=anna.services.settings.predictions_table,
        Key=to_item({"prediction_id": prediction_id}),
        UpdateExpression="SET #result.cohort_key = :cohort, #result.rows_key = :rows",
        ExpressionAttributeNames={"#result": "result"},
        ExpressionAttributeValues=to_item({":cohort": "results/cohort.json", ":rows": "results/rows.jsonl"}),
    )

    cohort = anna.ask("GET", f"/api/predict/{prediction_id}/cohort")

    assert set(cohort) == {"edges", "counts", "sickest", "summary"}


def test_a_route_needs_a_token_exactly_if_the_document_says_so(api: Api) -> None:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            content_type = next(iter(operation.get("requestBody", {}).get("content", {})), "application/json")
            problem = api.ask(method.upper(), path.replace("{id}", "lasso"), b"", Content_Type=content_type)
            needs_token = isinstance(problem, dict) and problem.get("code") == "token_missing"
            assert needs_token == bool(operation["security"]), (method, path)


def test_errors_of_accounts_conform_to_the_document(anna: Api) -> None:
    anna.refusal("invalid_json", "POST", "/api/auth/register", b"[")
    findings = anna.refusal("invalid_input", "POST", "/api/auth/register", {"name": "a", "unknown": 1})["errors"]
    assert {"too_short", "missing", "unknown_field"} <= {finding["code"] for finding in findings}
    body = {"name": "anna", "email": "b@example.org", "password": PASSWORD}
    anna.refusal("name_taken", "POST", "/api/auth/register", body)
    anna.refusal("email_taken", "POST", "/api/auth/register", body | {"name": "bert", "email": "anna@example.org"})
    anna.refusal("wrong_credentials", "POST", "/api/auth/login", {"name": "anna", "password": "wrong"})
    anna.refusal("unsupported_media_type", "POST", "/api/auth/login", b"x", Content_Type="text/plain")
    wrong = {"old_password": "wrong", "new_password": PASSWORD}
    anna.refusal("wrong_password", "PUT", "/api/auth/password", wrong)
    anna.refusal("wrong_password", "DELETE", "/api/auth/me", {"password": "wrong"})
    anna.refusal("token_invalid", "GET", "/api/auth/me", Authorization="Bearer x")


def test_errors_of_coins_conform_to_the_document(anna: Api) -> None:
    voucher = anna.services.vouchers.issue(1, None)
    anna.ask("POST", "/api/billing/vouchers", {"code": voucher}, Idempotency_Key="k")
    anna.refusal("voucher_used", "POST", "/api/billing/vouchers", {"code": voucher})
    anna.refusal("unknown_voucher", "POST", "/api/billing/vouchers", {"code": "x"})
    expired = {"code": anna.services.vouchers.issue(1, 1.0)}
    anna.refusal("voucher_expired", "POST", "/api/billing/vouchers", expired)
    anna.refusal("idempotency_key_reused", "POST", "/api/billing/vouchers", expired, Idempotency_Key="k")
    anna.refusal("invalid_idempotency_key", "POST", "/api/billing/vouchers", expired, Idempotency_Key="")
    anna.refusal("invalid_input", "GET", "/api/billing/ledger?cursor=x")


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("file_empty", b""),
        ("no_rows", csv_of()),
        ("not_a_csv", b"\x89PNG"),
        ("broken_csv", csv_of({"ID": '"never closed'})),
        ("encoding_unsupported", csv_of({}).decode().encode("utf-16-le")),
        ("column_missing", b"ID,Age\n1,18000\n"),
        ("column_duplicated", csv_of({}, header=("Age", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin"))),
        ("unit_unknown", b"Age [ells],Edema,Bilirubin,Albumin,Prothrombin\n18000,N,1.4,3.5,10.6\n"),
        ("invalid_rows", csv_of({"Age": "x"}, {"Age": "50"}, {"Age": ""}, {"Edema": "?!"}, {"Prothrombin": "1"})),
        ("invalid_rows", csv_of({"ID": "x" * 101}, {"Bilirubin": "1e999"}, {"Albumin": "0.1"}) + b"too,few\n"),
        ("file_too_large", b"x" * 4_400_001),
    ],
)
def test_errors_of_files_conform_to_the_document(anna: Api, code: str, content: bytes) -> None:
    anna.refusal(code, "POST", "/api/predict/lasso", content, Content_Type="text/csv")


def test_the_error_of_too_many_rows_conforms_to_the_document(anna: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/api/predict/{anna.finished('mayo')}/retry"
    one_row_max = anna.services.settings.model_copy(update={"rows_max": 1})
    for service in (anna.services.predictions, anna.services.dry_runs):
        monkeypatch.setattr(service, "_settings", one_row_max)
    for address in ("/api/predict/lasso", "/api/predict/lasso?dry_run=true"):
        problem = anna.refusal("too_many_rows", "POST", address, FILE, Content_Type="text/csv")
        assert problem["limit_rows"] == 1
    anna.refusal("too_many_rows", "POST", path)
    assert anna.ask("GET", "/api/auth/balance")["balance"] == 480


def test_errors_of_forms_conform_to_the_document(anna: Api) -> None:
    form = "multipart/form-data; boundary=b"
    anna.refusal("invalid_form", "POST", "/api/predict/lasso", b"--b\r\n", Content_Type=form)
    empty = b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n'
    anna.refusal("file_missing", "POST", "/api/predict/lasso", empty, Content_Type=form)
    anna.refusal("unsupported_media_type", "POST", "/api/predict/lasso", b"{}", Content_Type="image/png")
    anna.refusal("invalid_input", "POST", "/api/predict/lasso", {"upload": "x"})
    anna.refusal("unknown_upload", "POST", "/api/predict/lasso", {"upload_id": "f" * 32})


def test_errors_of_charges_conform_to_the_document(anna: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def submit(code: str, model_id: str = "lasso") -> None:
        anna.refusal(code, "POST", f"/api/predict/{model_id}", FILE, Content_Type="text/csv")

    submit("unknown_model", "none")
    anna.refusal("unknown_model", "GET", "/api/models/none")
    monkeypatch.setattr(anna.services.ledger, "account", lambda _: Account(500, 10, closed=False))
    monkeypatch.setattr("chalicelib.billing.payments.transact", refusing)
    submit("too_many_open_predictions")
    monkeypatch.setattr(anna.services.ledger, "account", lambda _: Account(1, 0, closed=False))
    submit("not_enough_coins")
    anna.services.price_overrides.put("lasso", Override(enabled=False))
    monkeypatch.setattr(anna.services.price_overrides, "_read_at", float("-inf"))
    submit("model_disabled")


def refusing(*_: object) -> None:
    """Raise as a transaction does if the condition of its charge fails."""
    raise TransactionCancelledError({"balance"})


def test_errors_of_predictions_conform_to_the_document(anna: Api) -> None:
    submitted = anna.ask("POST", "/api/predict/lasso", FILE, Content_Type="text/csv")["prediction_id"]
    path = f"/api/predict/{submitted}"
    anna.refusal("not_finished", "GET", f"{path}/rows")
    anna.refusal("not_finished", "GET", f"{path}/result.csv")
    anna.refusal("invalid_input", "GET", f"{path}/rows?limit=0")
    anna.refusal("not_ended", "POST", f"{path}/retry")
    anna.refusal("not_ended", "DELETE", f"{path}?only_if=ended")
    anna.refusal("invalid_input", "DELETE", f"{path}?only_if=running")
    anna.refusal("invalid_input", "DELETE", f"{path}?only_of=queued")
    assert anna.ask("DELETE", f"{path}?only_if=queued")["refunded"]
    anna.refusal("already_cancelled", "DELETE", path)
    anna.refusal("not_queued", "DELETE", f"{path}?only_if=queued")
    assert anna.ask("DELETE", f"{path}?only_if=ended")["files_deleted_at"]
    for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/retry"), ("GET", "/rows"), ("GET", "/result.csv")):
        anna.refusal("unknown_prediction", method, f"/api/predict/none{tail}")
    anna.refusal("invalid_input", "GET", "/api/predict?cursor=x")
    finished = f"/api/predict/{anna.finished('lasso')}"
    anna.refusal("not_queued", "DELETE", f"{finished}?only_if=queued")
    anna.ask("DELETE", finished)
    anna.refusal("result_expired", "GET", f"{finished}/rows")
    anna.refusal("result_expired", "GET", f"{finished}/result.csv")
    anna.refusal("input_expired", "POST", f"{finished}/retry")
    running = anna.ask("POST", "/api/predict/lasso", FILE, Content_Type="text/csv")["prediction_id"]
    anna.services.prediction_repository.claim(running, anna.services.clock(), anna.services.clock() + 60)
    anna.refusal("prediction_running", "DELETE", f"/api/predict/{running}")
