"""Record the examples of the OpenAPI document: send requests that get each success and each error code once.

Values that differ from run to run (ids, times, tokens, URLs) are replaced by fixed ones, and long lists are cut.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import EndpointConnectionError
from chalice.test import HTTPResponse

from app import app
from chalicelib.auth.normalization import Credentials
from chalicelib.auth.tokens import Claims
from chalicelib.billing.ledger import Account
from chalicelib.core.dynamo import TransactionCancelledError
from chalicelib.core.http.bodies import JSON_BYTES_MAX
from chalicelib.core.throttling import TooManyRequestsError
from chalicelib.inference.catalog.price_overrides import Override
from chalicelib.inference.storage.file_store import FileChangedError
from local.gateway import _gateway_answer
from tests.support.workbooks import archive, parts, sheet_of, workbook
from tests.unit.core.api import Api, register
from tests.unit.support import PASSWORD, csv_of

ID = "9f86d081884c7d659a2feaa0c55ad015"
INSTANT = "2026-11-24T12:00:00.000Z"
LIST_MAX = 6
TEXT_MAX = 200
LONG_ITEMS_MAX = {"columns": 2, "models": 1}
"""How many items an example keeps of lists whose items are long."""

_TEXTS = [
    (re.compile(r"\b[0-9a-f]{64}\b"), ID * 2),
    (re.compile(r"\b[0-9a-f]{32}\b"), ID),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+Z"), INSTANT),
]
_FIXED: dict[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
    "code of a voucher": "7KQ2M-X9T4B-0VZHR-3DWNC",
    "queued_ms": 12,
    "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    "run_ms": 34,
    "next_cursor": "eyJpZCI6Ii4uLiJ9",
    "url": "https://files.example.org/",
    "fields": {
        "key": f"uploads/{ID}/{ID}",
        "Content-Type": "text/csv",
        "policy": "eyJ...",
        "x-amz-signature": "4f2...",
    },
}
PATIENTS = csv_of({"ID": "1", "Bilirubin": "14.5", "Edema": "Y"}, {"ID": "2", "Bilirubin": "1.1"})
_CSV = "text/csv"


def normalised(value: Any, name: str = "") -> Any:
    """Return ``value``, the member ``name`` of its object, without anything that differs from run to run."""
    if name in _FIXED and value is not None:
        return _FIXED[name]
    match value:
        case dict():
            return {key: normalised(member, key) for key, member in value.items()}
        case list():
            has_objects = bool(value) and isinstance(value[0], dict)
            items_max = LONG_ITEMS_MAX.get(name, LIST_MAX) if has_objects else LIST_MAX
            return [normalised(item) for item in value[:items_max]]
        case str():
            for pattern, replacement in _TEXTS:
                value = pattern.sub(replacement, value)
            return value if len(value) <= TEXT_MAX else f"{value[:TEXT_MAX]} ..."
        case _:
            return value


def problem_example(body: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return a problem document as an OpenAPI example object. Its summary holds Retry-After, if there is one."""
    retry_after = headers.get("Retry-After")
    return {"value": normalised(body)} | ({"summary": f"Retry-After: {retry_after}"} if retry_after else {})


class Recorder(Api):
    """Records the first request and success of each operation, and the first problem of each code."""

    operations: dict[str, dict[str, Any]]
    problems: dict[str, Any]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.operations, self.problems = {}, {}

    def on_response(self, method: str, path: str, content: bytes, response: HTTPResponse) -> None:
        body: Any = json.loads(response.body) if response.body else None
        if response.status_code >= 400:
            example = problem_example(body, response.headers)
            first = self.problems.setdefault(body["code"], example)
            if body["code"] == TooManyRequestsError.code and example != first:
                self._operation(method, path)[body["code"]] = example
            return
        operation = self._operation(method, path)
        if content.startswith(b"{"):
            operation.setdefault("request", normalised(json.loads(content)))
        if body is not None:
            operation.setdefault(str(response.status_code), normalised(body))

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        return self.operations.setdefault(app.routes[path][method].view_function.__name__, {})

    def ask_unchecked(self, method: str, path: str) -> None:
        """Send a request, and record the response without comparing it with the operation."""
        response = self._client.request(method, path, headers={"Authorization": f"Bearer {self.token}"})
        self.on_response(method, path, b"", response)

    def examples(self) -> dict[str, Any]:
        """Return the examples in the form of examples.json."""
        return {"operations": self.operations, "problems": self.problems}


def send_every_request(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    """Get each success and each error code once."""
    for part in (_accounts, _coins, _files, _predictions, _charges, _faults, _limits, _account_ends, _gateway):
        with patch.context() as part_patch:
            part(api, part_patch)


def _accounts(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    api.ask("GET", "/api/health")
    api.operations["openapi"] = {"200": {"openapi": "3.1.0", "info": {"title": "..."}, "paths": {}}}
    api.refusal("token_missing", "GET", "/api/auth/me")
    api.token = register(api, "anna")
    body = {"name": "anna", "email": "anna@example.org", "password": PASSWORD}
    api.refusal("name_taken", "POST", "/api/auth/register", body)
    api.refusal("email_taken", "POST", "/api/auth/register", body | {"name": "bert"})
    api.refusal("invalid_json", "POST", "/api/auth/login", b"[")
    api.refusal("invalid_input", "POST", "/api/auth/login", {"name": "anna"})
    api.refusal("body_too_large", "POST", "/api/auth/login", b" " * (JSON_BYTES_MAX + 1))
    api.refusal("unsupported_media_type", "POST", "/api/auth/login", b"x", Content_Type="text/plain")
    api.refusal("wrong_credentials", "POST", "/api/auth/login", {"name": "anna", "password": "wrong"})
    api.refusal("wrong_password", "DELETE", "/api/auth/me", {"password": "wrong"})
    api.refusal("token_invalid", "GET", "/api/auth/me", Authorization="Bearer x")
    patch.setattr(api.services.tokens, "_clock", lambda: 0)
    api.ask("POST", "/api/auth/login", {"name": "anna", "password": PASSWORD})
    expired = api.services.accounts.log_in(Credentials(name="anna", password=PASSWORD)).access_token
    patch.undo()
    api.refusal("token_expired", "GET", "/api/auth/me", Authorization=f"Bearer {expired}")
    api.ask("GET", "/api/auth/me")
    api.ask("GET", "/api/auth/balance")
    user = api.services.accounts.identify(api.token)[0]
    older = api.services.tokens.sign(Claims(user.id, user.token_version))
    api.refusal("session_without_id", "POST", "/api/auth/logout?only=this", Authorization=f"Bearer {older}")


def _coins(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    code = api.services.vouchers.issue(9500, None)
    vouchers = "/api/billing/vouchers"
    api.ask("POST", vouchers, {"code": code}, Idempotency_Key="v")
    api.operations["redeem"]["request"] = {"code": _FIXED["code of a voucher"]}
    api.refusal("voucher_used", "POST", vouchers, {"code": code})
    api.refusal("unknown_voucher", "POST", vouchers, {"code": "none"})
    api.refusal("idempotency_key_reused", "POST", vouchers, {"code": "x"}, Idempotency_Key="v")
    api.refusal("invalid_idempotency_key", "POST", vouchers, {"code": "x"}, Idempotency_Key="")
    api.refusal("voucher_expired", "POST", vouchers, {"code": api.services.vouchers.issue(1, 1.0)})


def _files(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    duplicated = csv_of({}, header=("Age", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin"))
    bad_files = {
        "invalid_rows": csv_of({"Age": "50"}, {"Bilirubin": "1,5 mg"}, {}),
        "file_empty": b"",
        "no_rows": csv_of(),
        "not_a_csv": b"\x89PNG",
        "broken_csv": csv_of({"ID": '"never closed'}),
        "encoding_unsupported": csv_of({}).decode().encode("utf-16-le"),
        "column_missing": b"ID,Age,Edema,Albumin\n1,18000,N,3.5\n",
        "column_duplicated": duplicated,
        "unit_unknown": csv_of({}).replace(b"Age", b"Age [ells]"),
        "separator_unsupported": csv_of({}).replace(b",", b" "),
        "columns_unclear": csv_of({"Bilirubin": "21"}, {"Bilirubin": "120"}),
        "workbook_too_large": archive(parts({"Sheet1": sheet_of('<row><c r="A9999999"><v>1</v></c></row>')})),
        "workbook_broken": workbook({"Sheet1": [["Age"], [20000]]})[:-30],
        "workbook_encrypted": b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        "file_too_large": b"x" * 4_400_001,
    }
    for code, content in bad_files.items():
        api.refusal(code, "POST", "/api/predict/lasso", content, Content_Type=_CSV)
    mapping = quote(json.dumps({"bili": "Bilirubin"}))
    api.refusal("mapping_invalid", "POST", f"/api/predict/lasso?columns={mapping}", csv_of({}), Content_Type=_CSV)
    with patch.context() as limit_patch:
        two_rows_max = api.services.settings.model_copy(update={"rows_max": 2})
        limit_patch.setattr(api.services.predictions, "_settings", two_rows_max)
        api.refusal("too_many_rows", "POST", "/api/predict/lasso", csv_of({}, {}, {}), Content_Type=_CSV)
    form = "multipart/form-data; boundary=b"
    api.refusal("invalid_form", "POST", "/api/predict/lasso", b"--b\r\n", Content_Type=form)
    empty = b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n'
    api.refusal("file_missing", "POST", "/api/predict/lasso", empty, Content_Type=form)
    api.refusal("unknown_upload", "POST", "/api/predict/lasso", {"upload_id": "f" * 32})
    upload = api.ask("POST", "/api/uploads")
    submitted = {"upload_id": upload["upload_id"], "file_name": "patients.csv"}
    key = f"uploads/{api.ask('GET', '/api/auth/me')['id']}/{upload['upload_id']}"
    api.services.files.put(key, PATIENTS, _CSV)
    api.ask("POST", "/api/predict/lasso?dry_run=true", PATIENTS, Content_Type=_CSV)
    api.ask("POST", "/api/predict/lasso", submitted, Idempotency_Key="s")
    small = api.services.settings.model_copy(update={"upload_bytes_max": 1000})
    for service in (api.services.predictions, api.services.predictions._uploads):
        patch.setattr(service, "_settings", small)
    api.services.files.put(key, csv_of(*[{}] * 50), _CSV)
    patch.setattr(api.services.files, "copy", _raising(FileChangedError()))
    api.refusal("upload_changed", "POST", "/api/predict/lasso", submitted)
    api.ask("DELETE", f"/api/uploads/{upload['upload_id']}")


def _raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def _predictions(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    api.refusal("unknown_model", "GET", "/api/models/none")
    api.refusal("unknown_prediction", "GET", f"/api/predict/{ID}")
    api.ask("GET", "/api/models")
    api.ask("GET", "/api/models/mayo")
    (listed,) = api.operations["models"]["200"]["models"]
    whole = api.operations["model"]["200"]  # the other members of the card are long texts
    api.operations["model"]["200"] = {name: whole[name] for name in listed}
    submitted = api.ask("POST", "/api/predict/lasso", PATIENTS, Content_Type=_CSV)["prediction_id"]
    path = f"/api/predict/{submitted}"
    api.refusal("not_finished", "GET", f"{path}/rows")
    api.refusal("not_ended", "POST", f"{path}/retry")
    api.services.worker.run(submitted)
    api.ask("GET", path)
    api.ask("PATCH", path, {"name": "Spring clinic", "note": "Values of the first visit"})
    api.ask("GET", "/api/predict")
    api.ask("GET", f"{path}/rows")
    api.ask("GET", f"{path}/cohort")
    api.ask("GET", f"{path}/result.csv")
    api.ask("GET", "/api/billing/ledger")
    api.refusal("not_queued", "DELETE", f"{path}?only_if=queued")
    retried = api.ask("POST", f"{path}/retry")["prediction_id"]
    api.ask("DELETE", path)
    api.refusal("result_expired", "GET", f"{path}/rows")
    api.refusal("files_deleted", "PATCH", path, {"name": "Spring clinic"})
    api.refusal("input_expired", "POST", f"{path}/retry")
    api.services.prediction_repository.claim(retried, api.services.clock(), api.services.clock() + 60)
    api.refusal("prediction_running", "DELETE", f"/api/predict/{retried}")
    cancelled = f"/api/predict/{api.ask('POST', '/api/predict/lasso', PATIENTS, Content_Type=_CSV)['prediction_id']}"
    api.ask("DELETE", cancelled)
    api.refusal("already_cancelled", "DELETE", cancelled)


def _refusing(*_: object) -> None:
    raise TransactionCancelledError({"balance"})


def _charges(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    def submit(code: str) -> None:
        api.refusal(code, "POST", "/api/predict/lasso", PATIENTS, Content_Type=_CSV)

    patch.setattr("chalicelib.billing.payments.transact", _refusing)
    states = {
        "too_many_open_predictions": Account(500, 10, closed=False),
        "not_enough_coins": Account(20, 0, closed=False),
        "account_deleted": Account(500, 0, closed=True),
    }
    for code, account in states.items():
        patch.setattr(api.services.ledger, "account", lambda _, account=account: account)
        submit(code)
    api.services.price_overrides.put("lasso", Override(enabled=False))
    patch.setattr(api.services.price_overrides, "_read_at", float("-inf"))
    submit("model_disabled")


def _faults(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    for error in (RuntimeError(), EndpointConnectionError(endpoint_url="http://127.0.0.1")):
        patch.setattr(api.services.catalog, "all", _raising(error))
        api.ask_unchecked("GET", "/api/models")


def _limits(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    """Exceed each limit at the beginning of a day, when every window has its whole length left."""
    names = ("passwords_max", "registrations_max", "vouchers_per_hour", "submissions_per_minute", "uploads_per_hour")
    limits = api.services.limits
    for service in (limits, api.services.accounts):
        patch.setattr(service, "_settings", api.services.settings.model_copy(update=dict.fromkeys(names, 1)))
    for counter in (limits._throttles, api.services.accounts):
        patch.setattr(counter, "_clock", lambda: 20_000 * 86_400.0)
    for method, path, body in [
        ("POST", "/api/auth/login", {"name": "bert", "password": "wrong"}),
        ("POST", "/api/auth/register", {"name": "bert", "email": "bert@example.org", "password": PASSWORD}),
        ("DELETE", "/api/auth/me", {"password": "wrong"}),
        ("PUT", "/api/auth/password", {"old_password": "wrong", "new_password": PASSWORD}),
        ("POST", "/api/billing/vouchers", {"code": "none"}),
        ("POST", "/api/predict/lasso", {"upload_id": "none"}),
        ("POST", f"/api/predict/{ID}/retry", None),
        ("POST", "/api/uploads", None),
    ]:
        api.ask(method, path, body)
        api.refusal(TooManyRequestsError.code, method, path, body)


def _account_ends(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    changed = PASSWORD + "!"
    for old, new in ((PASSWORD, changed), (changed, PASSWORD)):
        api.ask("PUT", "/api/auth/password", {"old_password": old, "new_password": new})
        api.token = api.ask("POST", "/api/auth/login", {"name": "anna", "password": new})["access_token"]
    api.ask("POST", "/api/auth/logout")
    api.token = api.ask("POST", "/api/auth/login", {"name": "anna", "password": PASSWORD})["access_token"]
    api.ask("DELETE", "/api/auth/me", {"password": PASSWORD})


def _gateway(api: Recorder, patch: pytest.MonkeyPatch) -> None:
    api.ask_unchecked("PATCH", "/api/health")
    for kind in ("RESOURCE_NOT_FOUND", "DEFAULT_4XX", "THROTTLED", "INTEGRATION_TIMEOUT"):
        _, headers, body = _gateway_answer(kind, "GET")
        problem = json.loads(body)
        name = problem["code"] + ("_of_the_gateway" if kind == "THROTTLED" else "")
        api.problems[name] = problem_example(problem, headers)
