"""The examples of docs/openapi.json are what the API answers. WRITE_EXAMPLES=1 keeps what it answers now."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from chalicelib.core.http import openapi
from chalicelib.core.settings import Settings
from deploy.openapi import PATH
from tests.unit.core.api import served
from tests.unit.core.examples import Recorder, walk

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
        if "$ref" in response:
            response = DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]  # noqa: PLW2901
        found |= {f"{status} {kind}": content for kind, content in response.get("content", {}).items()}
    return found


def examples(content: dict[str, Any]) -> dict[str, Any]:
    if "example" in content:
        return {"example": content["example"]}
    named = content["examples"]
    return {
        code: DOCUMENT["components"]["examples"][each["$ref"].rsplit("/", 1)[1]]["value"]
        for code, each in named.items()
    }


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
            assert {code: example["code"] for code, example in examples(content).items()} == dict(
                zip(codes, codes, strict=True)
            ), where


def test_an_example_that_the_api_no_longer_gives_is_noticed() -> None:
    for kept, said in [({"a": 1}, {"a": 2}), ({"a": 1}, {}), ([1.5], [1.6]), ({"a": [1]}, {"a": [1, 2]}), (1, "1")]:
        with pytest.raises(AssertionError):
            assert_same(kept, said)
