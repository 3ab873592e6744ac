"""The examples of docs/openapi.json are what the API answers. WRITE_EXAMPLES=1 keeps what it answers now."""

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
from chalicelib.core.settings import Settings
from deploy.openapi import PATH
from tests.support.limits import WINDOW_SECONDS
from tests.unit.core.api import Api, served
from tests.unit.core.examples import PATIENTS, Recorder, walk

EXAMPLES = Path(openapi.__file__).with_name("examples.json")
DOCUMENT: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: operation for methods in DOCUMENT["paths"].values() for operation in methods.values()
}
RESOLVER = Registry().with_resource("document", DRAFT202012.create_resource(DOCUMENT))


def test_the_examples_are_what_the_api_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(settings) as services:
        recorder = Recorder(services)
        walk(recorder, monkeypatch)

    said = recorder.said()
    if os.environ.get("WRITE_EXAMPLES"):
        EXAMPLES.write_text(json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    assert_same(json.loads(EXAMPLES.read_text("utf-8")), said)


def assert_same(kept: Any, said: Any, where: str = "") -> None:
    """Equal, computed numbers to the last few digits, which differ from machine to machine."""
    assert type(kept) is type(said), where
    if isinstance(kept, dict):
        assert set(kept) == set(said), where
        for name, value in kept.items():
            assert_same(value, said[name], f"{where}/{name}")
    elif isinstance(kept, list):
        assert len(kept) == len(said), where
        for number, (one, other) in enumerate(zip(kept, said, strict=True)):
            assert_same(one, other, f"{where}/{number}")
    elif isinstance(kept, float):
        assert kept == pytest.approx(said, abs=1e-6), where
    else:
        assert kept == said, f"{where}: run make openapi"


def contents(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is sent and answered, by status and media type."""
    found = {
        f"request {kind}": content for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    }
    for status, response in operation["responses"].items():
        answered = resolved(response).get("content", {})
        found |= {f"{status} {kind}": content for kind, content in answered.items()}
    return found


def examples(content: dict[str, Any]) -> dict[str, Any]:
    if "example" in content:
        return {"example": content["example"]}
    return {name: resolved(each)["value"] for name, each in content["examples"].items()}


def resolved(each: dict[str, Any]) -> dict[str, Any]:
    """What ``each`` is, or refers to among the components."""
    if "$ref" not in each:
        return each
    _, _, kind, name = each["$ref"].split("/")
    found: dict[str, Any] = DOCUMENT["components"][kind][name]
    return found


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_all_that_is_sent_and_answered_has_an_example_that_fits_its_schema(name: str) -> None:
    for where, content in contents(OPERATIONS[name]).items():
        schema = json.loads(json.dumps(content["schema"]).replace('"#/', '"document#/'))
        for code, example in examples(content).items():
            errors = list(Draft202012Validator(schema, registry=RESOLVER).iter_errors(example))
            assert errors == [], (where, code)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_code_that_an_operation_names_has_its_example(name: str) -> None:
    for where, content in contents(OPERATIONS[name]).items():
        if "allOf" in content["schema"]:
            codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
            shown = examples(content)
            assert {example["code"] for example in shown.values()} == set(codes), where
            assert [code for code in codes if shown[code]["code"] != code] == [], where


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_429_says_when_to_come_again_and_a_limit_of_ours_is_shown_as_it_was_met(name: str) -> None:
    refusal = resolved(OPERATIONS[name]["responses"]["429"])
    assert resolved(refusal["headers"]["Retry-After"])["required"]
    shown = {key: resolved(each) for key, each in refusal["content"]["application/problem+json"]["examples"].items()}
    if name in WINDOW_SECONDS:
        assert shown["too_many_requests"]["summary"] == f"Retry-After: {WINDOW_SECONDS[name]}"
        assert shown.pop("too_many_requests_of_the_gateway")["summary"] == "Retry-After: 5"
    else:
        assert shown == {"too_many_requests": DOCUMENT["components"]["examples"]["too_many_requests_of_the_gateway"]}


def sent(content_type: str, example: Any) -> tuple[bytes, str]:
    """``example`` as a client would send it, and its whole content type."""
    if content_type == "multipart/form-data":
        form = requests.Request(
            "POST", "http://127.0.0.1", files={name: ("a.csv", text) for name, text in example.items()}
        )
        prepared = form.prepare()
        return cast("bytes", prepared.body), prepared.headers["Content-Type"]
    return example.encode() if isinstance(example, str) else json.dumps(example).encode(), content_type


REQUESTS = [
    pytest.param(name, content_type, content["example"], id=f"{name} {content_type}")
    for name, operation in sorted(OPERATIONS.items())
    for content_type, content in operation.get("requestBody", {}).get("content", {}).items()
]


@pytest.mark.parametrize(("name", "content_type", "example"), REQUESTS)
def test_a_request_s_example_is_answered_with_the_success_that_is_documented(
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
            owns_what_the_examples_name(api, monkeypatch)
        body, sent_as = sent(content_type, example)
        api.ask(method, path.replace("{id}", "lasso"), body, Content_Type=sent_as)

    # Of two successes the other one is a dry run's, which the query asks for.
    documented = max(status for status in OPERATIONS[name]["responses"] if status.startswith("2"))
    assert (path, method, documented) in api.answered


def owns_what_the_examples_name(api: Api, patch: pytest.MonkeyPatch) -> None:
    """The voucher, and the file in the bucket."""
    code = OPERATIONS["redeem"]["requestBody"]["content"]["application/json"]["example"]["code"]
    characters = iter(code.replace("-", ""))
    with patch.context() as undone:
        undone.setattr("chalicelib.billing.vouchers.secrets.choice", lambda _: next(characters))
        api.services.vouchers.issue(100, None)
    upload = OPERATIONS["submit"]["requestBody"]["content"]["application/json"]["example"]["upload_id"]
    api.services.files.put(f"uploads/{api.ask('GET', '/api/auth/me')['id']}/{upload}", PATIENTS, "text/csv")


def test_an_example_that_the_api_no_longer_gives_is_noticed() -> None:
    for kept, said in [({"a": 1}, {"a": 2}), ({"a": 1}, {}), ([1.5], [1.6]), ({"a": [1]}, {"a": [1, 2]}), (1, "1")]:
        with pytest.raises(AssertionError):
            assert_same(kept, said)
