"""Every documented error code of every operation really occurs, in the recorded examples or in the requests here.

Conversely, ``tests/unit/openapi_conformance.py`` compares each response in any unit test with its operation, and the
fuzzer does the same.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import HTTPResponse

from app import app
from chalicelib.auth.normalization import Credentials
from chalicelib.auth.repository import User
from chalicelib.core.errors import DomainError
from chalicelib.core.http import problem
from chalicelib.core.http.bodies import JSON_BYTES_MAX
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.price_overrides import Override
from local.gateway import _gateway_answer
from local.provision import read_template
from tests.unit.core.api import DOCUMENT, register, served
from tests.unit.core.examples import ID, Recorder, send_every_request
from tests.unit.openapi_conformance import assert_conforms
from tests.unit.support import PASSWORD, patients

CSV = "text/csv"
GATEWAY: dict[str, dict[str, Any]] = read_template()["RestAPI"]["Properties"]["DefinitionBody"][
    "x-amazon-apigateway-gateway-responses"
]
"""API Gateway's own error responses, by kind."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the method, a path and the description of every operation."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            is_model_id = operation["operationId"] in ("submit", "model")
            yield method.upper(), path.replace("{id}", "mayo" if is_model_id else ID), operation


def documented() -> set[tuple[str, str]]:
    """Return the ids of all operations with their own error codes. Codes that all operations share are components."""
    return {
        (operation["operationId"], code)
        for _, _, operation in operations()
        for status, response in operation["responses"].items()
        if status >= "4" and "$ref" not in response
        for code in codes_of(response)
    }


def codes_of(response: dict[str, Any]) -> set[str]:
    schema = response["content"][problem.PROBLEM_TYPE]["schema"]
    return set(schema["allOf"][1]["properties"]["code"]["enum"])


class Collector(Recorder):
    """Collects the error codes of each operation that occurred."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.occurred: set[tuple[str, str]] = set()

    def on_response(self, method: str, path: str, content: bytes, response: HTTPResponse) -> None:
        super().on_response(method, path, content, response)
        if response.status_code >= 400 and method in app.routes[path]:
            self.occurred.add((app.routes[path][method].view_function.__name__, response.json_body["code"]))


def test_every_documented_error_code_of_every_operation_occurs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(settings) as services:
        api = Collector(services)
        send_every_request(api, monkeypatch)
        for part in (_tokens, _bodies, _queries, _files_and_states, _keys, _coins, _deleted_meanwhile):
            api.token = None
            with monkeypatch.context() as part_patch:
                part(api, part_patch)

    # Large requests are rejected by API Gateway. The test of its responses below covers them.
    large = {(operation["operationId"], "file_too_large") for _, _, operation in operations()}
    assert documented() - api.occurred - (large - {("submit", "file_too_large")}) == set()


def _tokens(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = register(api, "clara")
    with patch.context() as clock_patch:
        clock_patch.setattr(api.services.tokens, "_clock", lambda: 0)
        expired = api.services.accounts.log_in(Credentials(name="clara", password=PASSWORD)).access_token
    api.token = None
    for method, path, operation in operations():
        if operation["security"]:
            content_type = next(iter(operation.get("requestBody", {}).get("content", {})), "application/json")
            for code, token in {"missing": "", "invalid": "Bearer x", "expired": f"Bearer {expired}"}.items():
                api.refusal(f"token_{code}", method, path, b"", Content_Type=content_type, Authorization=token)


def _bodies(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = log_in(api, "clara")
    for method, path, operation in operations():
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            api.refusal("invalid_json", method, path, b"[")
            api.refusal("invalid_input", method, path, {"colour": "red"})
            api.refusal("body_too_large", method, path, b" " * (JSON_BYTES_MAX + 1))
            api.refusal("unsupported_media_type", method, path, b"x", Content_Type="image/png")
    api.refusal("wrong_password", "PUT", "/api/auth/password", {"old_password": "wrong", "new_password": PASSWORD})


def _queries(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = log_in(api, "clara")
    for method, path, _ in operations():
        api.refusal("invalid_input", method, f"{path}?colour=red")
    for method, path, wrong in [
        ("POST", "/api/auth/logout", "only=x"),
        ("GET", "/api/billing/ledger", "cursor=x"),
        ("GET", "/api/predict", "cursor=x"),
        ("GET", f"/api/predict/{ID}/rows", "limit=0"),
        ("DELETE", f"/api/predict/{ID}", "only_if=x"),
    ]:
        api.refusal("invalid_input", method, f"{path}?{wrong}")


def _files_and_states(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = log_in(api, "clara")
    result_paths = ("/rows", "/cohort", "/result.csv")
    for method, tail in [("GET", ""), ("DELETE", ""), ("POST", "/retry"), *(("GET", tail) for tail in result_paths)]:
        api.refusal("unknown_prediction", method, f"/api/predict/{ID}{tail}")
    api.refusal("unknown_prediction", "PATCH", f"/api/predict/{ID}", {"name": "x"})
    api.refusal("unknown_upload", "DELETE", f"/api/uploads/{ID}")
    api.refusal("unknown_model", "POST", "/api/predict/none", patients(1), Content_Type=CSV)
    prediction_id = api.ask("POST", "/api/predict/mayo", patients(1), Content_Type=CSV)["prediction_id"]
    path = f"/api/predict/{prediction_id}"
    for tail in result_paths:
        api.refusal("not_finished", "GET", path + tail)
    api.refusal("not_ended", "DELETE", f"{path}?only_if=ended")
    api.services.worker.run(prediction_id)
    api.ask("DELETE", path)
    for tail in result_paths:
        api.refusal("result_expired", "GET", path + tail)
    api.refusal("files_deleted", "PATCH", path, {"name": "x"})


def _keys(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = log_in(api, "clara")
    retry = f"/api/predict/{api.finished('mayo')}/retry"
    for path, other_path, body, content_type in [
        ("/api/predict/mayo", "/api/predict/lasso", patients(1), CSV),
        (retry, f"/api/predict/{ID}/retry", None, "application/json"),
    ]:
        api.refusal("invalid_idempotency_key", "POST", path, body, Content_Type=content_type, Idempotency_Key="")
        api.ask("POST", path, body, Content_Type=content_type, Idempotency_Key=path)
        api.refusal("idempotency_key_reused", "POST", other_path, body, Content_Type=content_type, Idempotency_Key=path)


def _coins(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = log_in(api, "clara")
    path = f"/api/predict/{api.finished('mayo')}/retry"
    with patch.context() as limit_patch:
        one_row_max = api.services.settings.model_copy(update={"rows_max": 1})
        limit_patch.setattr(api.services.predictions, "_settings", one_row_max)
        api.refusal("too_many_rows", "POST", path)
    for _ in range(api.services.settings.open_predictions_max):
        api.ask("POST", path)
    api.refusal("too_many_open_predictions", "POST", path)
    for code, override in [("not_enough_coins", Override(coins=1000)), ("model_disabled", Override(enabled=False))]:
        api.services.price_overrides.put("mayo", override)
        patch.setattr(api.services.price_overrides, "_read_at", float("-inf"))
        api.refusal(code, "POST", path)
    patch.setattr(api.services.catalog, "_offers", {})
    api.refusal("unknown_model", "POST", path)


def _deleted_meanwhile(api: Collector, patch: pytest.MonkeyPatch) -> None:
    """Delete the account after its token was verified."""
    api.services.price_overrides.put("mayo", Override())
    patch.setattr(api.services.price_overrides, "_read_at", float("-inf"))
    voucher = {"code": api.services.vouchers.issue(1, None)}
    for name, path, body in (("dora", None, None), ("eva", "/api/billing/vouchers", voucher)):
        api.token = register(api, name)
        retry = f"/api/predict/{api.finished('mayo', patients(1))}/retry"
        user = api.services.accounts.identify(api.token)[0]

        def identify_and_delete(_token: str, user: User = user) -> User:
            api.services.accounts.delete(user, PASSWORD)
            return user

        with patch.context() as race:
            race.setattr(api.services.accounts, "identify", lambda token: (identify_and_delete(token), None))
            race.setattr(api.services.accounts, "identify_and_count", identify_and_delete)
            api.refusal("account_deleted", "POST", path or retry, body)


def log_in(api: Collector, name: str) -> str:
    """Log in and return the token."""
    return str(api.ask("POST", "/api/auth/login", {"name": name, "password": PASSWORD})["access_token"])


def test_the_documented_codes_are_exactly_those_that_can_occur() -> None:
    raised = {error.code for error in with_subclasses(DomainError)}
    of_the_framework = {code for code, _ in problem.BY_STATUS.values()}
    templates = [response["responseTemplates"]["application/json"] for response in GATEWAY.values()]
    shared = set().union(*(codes_of(response) for response in DOCUMENT["components"]["responses"].values()))

    all_documented = {code for _, code in documented()} | shared

    of_the_gateway = {code for code in all_documented if any(f'"code": "{code}"' in text for text in templates)}
    assert all_documented - raised - of_the_framework - of_the_gateway == set()
    assert (raised | of_the_framework) - all_documented == set()


@pytest.mark.parametrize("kind", [kind for kind, response in GATEWAY.items() if response["statusCode"] != "404"])
def test_api_gateway_s_own_responses_conform_at_every_operation(kind: str) -> None:
    for method, path, _ in operations():
        status, headers, body = _gateway_answer(kind, method)
        assert_conforms(method, path, HTTPResponse(body, headers, status))


@pytest.mark.parametrize(
    ("status", "code", "headers"),
    [(204, None, ["X-Request-Id"]), (401, "token_missing", ["X-Request-Id"]), (404, "not_here", ["X-Request-Id"]),
     (429, "slower", ["X-Request-Id", "Retry-After"]), (429, "too_many_requests", ["X-Request-Id"]), (200, None, [])],
)  # fmt: skip
def test_a_response_that_does_not_conform_is_noticed(status: int, code: str | None, headers: list[str]) -> None:
    response = HTTPResponse(json.dumps({"code": code}).encode(), dict.fromkeys(headers, "1"), status)
    with pytest.raises(AssertionError):
        assert_conforms("GET", "/api/health", response)


def with_subclasses(error: type[DomainError]) -> Iterator[type[DomainError]]:
    """Yield ``error`` and all its subclasses that the app has loaded."""
    yield error
    for subclass in error.__subclasses__():
        yield from with_subclasses(subclass)
