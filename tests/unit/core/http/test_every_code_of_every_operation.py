"""What the document says that an operation may refuse is refused once, on the examples' walk or here.

The other way round, every answer that any unit test gets is held against its operation (``tests/unit/described.py``),
and so is every answer to the fuzzer.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import HTTPResponse

from app import app
from chalicelib.auth.normalization import Credentials
from chalicelib.core.errors import DomainError
from chalicelib.core.http import problem
from chalicelib.core.http.bodies import JSON_BYTES_MAX
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.price_overrides import Override
from local.gateway import _gateway_answer
from local.provision import read_template
from tests.unit.core.api import DOCUMENT, register, served
from tests.unit.core.examples import ID, Recorder, walk
from tests.unit.described import assert_described
from tests.unit.support import PASSWORD, patients

CSV = "text/csv"
GATEWAY: dict[str, dict[str, Any]] = read_template()["RestAPI"]["Properties"]["DefinitionBody"][
    "x-amazon-apigateway-gateway-responses"
]
"""What API Gateway answers by itself."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, an address and the description of each."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            model = operation["operationId"] in ("submit", "model")
            yield method.upper(), path.replace("{id}", "mayo" if model else ID), operation


def documented() -> set[tuple[str, str]]:
    """Every operation's own codes; those of them all are components."""
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
    """Keeps who refused what."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.met: set[tuple[str, str]] = set()

    def heard(self, method: str, path: str, sent: bytes, answer: HTTPResponse) -> None:
        super().heard(method, path, sent, answer)
        if answer.status_code >= 400 and method in app.routes[path]:
            self.met.add((app.routes[path][method].view_function.__name__, answer.json_body["code"]))


def test_every_operation_refuses_with_every_code_that_it_names(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(settings) as services:
        api = Collector(services)
        walk(api, monkeypatch)
        for part in (_tokens, _bodies, _queries, _files_and_states, _keys, _coins, _deleted_meanwhile):
            api.token = None
            with monkeypatch.context() as undone:
                part(api, undone)

    # What API Gateway refuses never comes here; the test below holds its answer against every operation.
    large = {(operation["operationId"], "file_too_large") for _, _, operation in operations()}
    assert documented() - api.met - (large - {("submit", "file_too_large")}) == set()


def _tokens(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = register(api, "clara")
    with patch.context() as long_ago:
        long_ago.setattr(api.services.tokens, "_clock", lambda: 0)
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
            api.refusal("unsupported_media_type", method, path, b"x", Content_Type="text/plain")
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
    of_a_result = ("/rows", "/cohort", "/result.csv")
    for method, tail in [("GET", ""), ("DELETE", ""), ("POST", "/retry"), *(("GET", tail) for tail in of_a_result)]:
        api.refusal("unknown_prediction", method, f"/api/predict/{ID}{tail}")
    api.refusal("unknown_upload", "DELETE", f"/api/uploads/{ID}")
    api.refusal("unknown_model", "POST", "/api/predict/none", patients(1), Content_Type=CSV)
    prediction_id = api.ask("POST", "/api/predict/mayo", patients(1), Content_Type=CSV)["prediction_id"]
    path = f"/api/predict/{prediction_id}"
    for tail in of_a_result:
        api.refusal("not_finished", "GET", path + tail)
    api.refusal("not_ended", "DELETE", f"{path}?only_if=ended")
    api.services.worker.run(prediction_id)
    api.ask("DELETE", path)
    for tail in of_a_result:
        api.refusal("result_expired", "GET", path + tail)


def _keys(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = log_in(api, "clara")
    retried = f"/api/predict/{api.finished('mayo')}/retry"
    for path, other, body, content_type in [
        ("/api/predict/mayo", "/api/predict/lasso", patients(1), CSV),
        (retried, f"/api/predict/{ID}/retry", None, "application/json"),
    ]:
        api.refusal("invalid_idempotency_key", "POST", path, body, Content_Type=content_type, Idempotency_Key="")
        api.ask("POST", path, body, Content_Type=content_type, Idempotency_Key=path)
        api.refusal("idempotency_key_reused", "POST", other, body, Content_Type=content_type, Idempotency_Key=path)


def _coins(api: Collector, patch: pytest.MonkeyPatch) -> None:
    api.token = log_in(api, "clara")
    path = f"/api/predict/{api.finished('mayo')}/retry"
    with patch.context() as undone:
        one = api.services.settings.model_copy(update={"rows_max": 1})
        undone.setattr(api.services.predictions, "_settings", one)
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
    """The account is deleted after its token was looked at."""
    api.services.price_overrides.put("mayo", Override())
    patch.setattr(api.services.price_overrides, "_read_at", float("-inf"))
    voucher = {"code": api.services.vouchers.issue(1, None)}
    for name, limit in (("dora", "submission"), ("eva", "voucher")):
        api.token = register(api, name)
        retried = f"/api/predict/{api.finished('mayo', patients(1))}/retry"
        user = api.services.accounts.identify(api.token)[0]
        with patch.context() as race:
            race.setattr(api.services.limits, limit, lambda *_, user=user: api.services.accounts.delete(user, PASSWORD))
            if limit == "voucher":
                api.refusal("account_deleted", "POST", "/api/billing/vouchers", voucher)
            else:
                api.refusal("account_deleted", "POST", retried)


def log_in(api: Collector, name: str) -> str:
    """A new token."""
    return str(api.ask("POST", "/api/auth/login", {"name": name, "password": PASSWORD})["access_token"])


def test_the_document_names_no_code_that_nothing_answers() -> None:
    raised = {each.code for each in family(DomainError)}
    of_the_framework = {code for code, _ in problem.BY_STATUS.values()}
    texts = [answer["responseTemplates"]["application/json"] for answer in GATEWAY.values()]
    shared = set().union(*(codes_of(each) for each in DOCUMENT["components"]["responses"].values()))

    said = {code for _, code in documented()} | shared

    of_the_gateway = {code for code in said if any(f'"code": "{code}"' in text for text in texts)}
    assert said - raised - of_the_framework - of_the_gateway == set()
    assert (raised | of_the_framework) - said == set()


@pytest.mark.parametrize("kind", [kind for kind, answer in GATEWAY.items() if answer["statusCode"] != "404"])
def test_what_api_gateway_answers_by_itself_is_described_at_every_operation(kind: str) -> None:
    for method, path, _ in operations():
        status, headers, body = _gateway_answer(kind, method)
        assert_described(method, path, HTTPResponse(body, headers, status))


@pytest.mark.parametrize(
    ("status", "code", "headers"),
    [(204, None, ["X-Request-Id"]), (401, "token_missing", ["X-Request-Id"]), (404, "not_here", ["X-Request-Id"]),
     (429, "slower", ["X-Request-Id", "Retry-After"]), (429, "too_many_requests", ["X-Request-Id"]), (200, None, [])],
)  # fmt: skip
def test_an_answer_that_is_not_described_is_noticed(status: int, code: str | None, headers: list[str]) -> None:
    answer = HTTPResponse(json.dumps({"code": code}).encode(), dict.fromkeys(headers, "1"), status)
    with pytest.raises(AssertionError):
        assert_described("GET", "/api/health", answer)


def family(error: type[DomainError]) -> Iterator[type[DomainError]]:
    """``error`` and all that it stands for, if the app has loaded it."""
    yield error
    for each in error.__subclasses__():
        yield from family(each)
