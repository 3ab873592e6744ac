"""The examples of docs/openapi.json are real requests and responses. WRITE_EXAMPLES=1 records them."""

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from chalicelib.core.http import openapi
from chalicelib.core.http.bodies import WORKBOOK_TYPE
from chalicelib.core.settings import Settings
from deploy.openapi import PATH
from tests.support.limits import WINDOW_SECONDS
from tests.unit.core.api import Api, served
from tests.unit.core.examples import PATIENTS, Recorder, send_every_request

EXAMPLES = Path(openapi.__file__).with_name("examples.json")
DOCUMENT: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: operation for methods in DOCUMENT["paths"].values() for operation in methods.values()
}
OUTDATED = (
    "run make openapi. If the value differs from run to run, first give it a fixed one in _FIXED of "
    "tests/unit/core/examples.py"
)
RESOLVER = Registry().with_resource("document", DRAFT202012.create_resource(DOCUMENT))


def test_the_examples_are_what_the_api_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(settings) as services:
        recorder = Recorder(services)
        send_every_request(recorder, monkeypatch)

    recorded = recorder.examples()
    if os.environ.get("WRITE_EXAMPLES"):
        EXAMPLES.write_text(json.dumps(recorded, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    assert_same(json.loads(EXAMPLES.read_text("utf-8")), recorded)


def assert_same(committed: Any, recorded: Any, path: str = "") -> None:
    """Assert that both are equal, floats up to 1e-6, because their last digits differ from machine to machine."""
    message = f"{path}: {OUTDATED}"
    assert type(committed) is type(recorded), message
    if isinstance(committed, dict):
        assert set(committed) == set(recorded), message
        for name, value in committed.items():
            assert_same(value, recorded[name], f"{path}/{name}")
    elif isinstance(committed, list):
        assert len(committed) == len(recorded), message
        for index, (committed_item, recorded_item) in enumerate(zip(committed, recorded, strict=True)):
            assert_same(committed_item, recorded_item, f"{path}/{index}")
    elif isinstance(committed, float):
        assert committed == pytest.approx(recorded, abs=1e-6), message
    else:
        assert committed == recorded, message


def contents(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the contents of the request by media type, and those of the responses by status and media type."""
    by_name = {
        f"request {kind}": content
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind != WORKBOOK_TYPE
    }
    for status, response in operation["responses"].items():
        response_content = resolved(response).get("content", {})
        by_name |= {f"{status} {kind}": content for kind, content in response_content.items()}
    return by_name


def examples(content: dict[str, Any]) -> dict[str, Any]:
    if "example" in content:
        return {"example": content["example"]}
    return {name: resolved(example)["value"] for name, example in content["examples"].items()}


def resolved(element: dict[str, Any]) -> dict[str, Any]:
    """Return ``element``, or the component that it refers to."""
    if "$ref" not in element:
        return element
    _, _, kind, name = element["$ref"].split("/")
    component: dict[str, Any] = DOCUMENT["components"][kind][name]
    return component


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_request_and_response_has_an_example_that_fits_its_schema(name: str) -> None:
    for where, content in contents(OPERATIONS[name]).items():
        schema = json.loads(json.dumps(content["schema"]).replace('"#/', '"document#/'))
        for code, example in examples(content).items():
            errors = list(Draft202012Validator(schema, registry=RESOLVER).iter_errors(example))
            assert errors == [], (where, code)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_error_code_of_an_operation_has_an_example(name: str) -> None:
    for where, content in contents(OPERATIONS[name]).items():
        if "allOf" in content["schema"]:
            codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
            by_name = examples(content)
            assert {example["code"] for example in by_name.values()} == set(codes), where
            assert [code for code in codes if by_name[code]["code"] != code] == [], where


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_429_has_retry_after_and_an_example_of_each_limit(name: str) -> None:
    response = resolved(OPERATIONS[name]["responses"]["429"])
    assert resolved(response["headers"]["Retry-After"])["required"]
    elements = response["content"]["application/problem+json"]["examples"]
    by_name = {key: resolved(element) for key, element in elements.items()}
    if name in WINDOW_SECONDS:
        assert by_name["too_many_requests"]["summary"] == f"Retry-After: {WINDOW_SECONDS[name]}"
        assert by_name.pop("too_many_requests_of_the_gateway")["summary"] == "Retry-After: 5"
    else:
        assert by_name == {"too_many_requests": DOCUMENT["components"]["examples"]["too_many_requests_of_the_gateway"]}


def encoded(content_type: str, example: Any) -> tuple[bytes, str]:
    """Return the body that a client would send for ``example``, and its complete content type."""
    if content_type == "multipart/form-data":
        form = requests.Request(
            "POST", "http://127.0.0.1", files={name: ("a.csv", text) for name, text in example.items()}
        )
        prepared = form.prepare()
        return cast("bytes", prepared.body), prepared.headers["Content-Type"]
    return example.encode() if isinstance(example, str) else json.dumps(example).encode(), content_type


REQUESTS = [
    pytest.param(name, content_type, content.get("example"), id=f"{name} {content_type}")
    for name, operation in sorted(OPERATIONS.items())
    for content_type, content in operation.get("requestBody", {}).get("content", {}).items()
    if content_type != WORKBOOK_TYPE
]


@pytest.mark.parametrize(("name", "content_type", "example"), REQUESTS)
def test_a_request_example_gets_the_documented_success(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, content_type: str, example: Any
) -> None:
    ((method, path),) = [
        (method.upper(), path)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if operation["operationId"] == name
    ]
    with served(settings) as services:
        api = Api(services)
        if name != "register":
            registration = OPERATIONS["register"]["requestBody"]["content"]["application/json"]["example"]
            api.token = api.ask("POST", "/api/auth/register", registration)["access_token"]
            create_what_the_examples_refer_to(api, monkeypatch)
        body, complete_type = encoded(content_type, example)
        id_ = api.finished("lasso") if name == "describe" else "lasso"
        api.ask(method, path.replace("{id}", id_), body, Content_Type=complete_type)

    # If there are two success statuses, the lower one is for dry runs.
    documented = max(status for status in OPERATIONS[name]["responses"] if status.startswith("2"))
    assert (path, method, documented) in api.covered


def create_what_the_examples_refer_to(api: Api, patch: pytest.MonkeyPatch) -> None:
    """Issue the voucher and upload the file that the request examples name."""
    code = OPERATIONS["redeem"]["requestBody"]["content"]["application/json"]["example"]["code"]
    characters = iter(code.replace("-", ""))
    with patch.context() as voucher_patch:
        voucher_patch.setattr("chalicelib.billing.vouchers.secrets.choice", lambda _: next(characters))
        api.services.vouchers.issue(100, None)
    upload = OPERATIONS["submit"]["requestBody"]["content"]["application/json"]["example"]["upload_id"]
    api.services.files.put(f"uploads/{api.ask('GET', '/api/auth/me')['id']}/{upload}", PATIENTS, "text/csv")


def test_an_outdated_example_is_noticed_with_its_two_possible_causes() -> None:
    pairs = [({"a": 1}, {"a": 2}), ({"a": 1}, {}), ([1.5], [1.6]), ({"a": [1]}, {"a": [1, 2]}), (1, "1")]
    for committed, recorded in pairs:
        with pytest.raises(AssertionError, match=r"run make openapi\. If the value differs from run to run, .* _FIXED"):
            assert_same(committed, recorded)
