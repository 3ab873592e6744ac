"""docs/openapi.json is up to date, valid and complete: it has every route, every error code and every description."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import app
from chalicelib.core.errors import DomainError
from chalicelib.core.http.openapi import VERSION
from deploy import openapi
from tests.unit.support import ROOT

COMMITTED: dict[str, Any] = json.loads(openapi.PATH.read_text("utf-8"))
OPERATIONS = [
    pytest.param(operation, id=f"{method.upper()} {path}")
    for path, methods in COMMITTED["paths"].items()
    for method, operation in methods.items()
]


def codes(kind: type[DomainError] = DomainError) -> Iterator[str]:
    """Yield the codes of all error classes that the app has loaded."""
    yield kind.code
    for subclass in kind.__subclasses__():
        yield from codes(subclass)


def test_the_committed_document_is_up_to_date() -> None:
    assert openapi.PATH.read_text("utf-8") == openapi.text(), "run make openapi"


def test_the_api_serves_the_committed_document() -> None:
    with Client(app) as client:
        response = client.http.get("/api/openapi.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json_body == COMMITTED, "Run: make openapi"


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(COMMITTED).validate()


def test_the_document_has_exactly_the_app_s_routes() -> None:
    routed = {(path, method.lower()) for path, methods in app.routes.items() for method in methods}
    assert {(path, method) for path, methods in COMMITTED["paths"].items() for method in methods} == routed


def test_the_document_has_every_error_code() -> None:
    enums = json.dumps(COMMITTED).split('"enum": ')[1:]
    documented = {code for text in enums for code in json.JSONDecoder().raw_decode(text)[0]}
    assert set(codes()) - documented == set()


def test_every_file_names_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = {
        "chalicelib/core/http/openapi.py": VERSION,
        "docs/openapi.json": COMMITTED["info"]["version"],
        "CHANGELOG.md": re.findall(r"^## (\d\S*) - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)[0],
    }
    for folder in ("frontend", "local"):
        for name in ("package.json", "package-lock.json"):
            package = json.loads((ROOT / folder / name).read_text("utf-8"))
            versions[f"{folder}/{name}"] = package["version"]
            versions[f"{folder}/{name}, its own package"] = package.get("packages", {"": package})[""]["version"]

    assert versions == dict.fromkeys(versions, project["version"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_has_a_summary_described_parameters_and_a_success(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert any(status.startswith("2") for status in operation["responses"])
    assert all(parameter.get("description") or "$ref" in parameter for parameter in operation.get("parameters", []))
    if operation["security"]:
        assert {"token_missing", "token_invalid", "token_expired"} <= set(
            operation["responses"]["401"]["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"][
                "code"
            ]["enum"]
        )


def test_descriptions_are_markdown_and_every_schema_has_one() -> None:
    assert "``" not in json.dumps(COMMITTED)
    assert [name for name, schema in COMMITTED["components"]["schemas"].items() if "description" not in schema] == []


def undescribed_properties(element: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of all properties without a description, in all schemas inside ``element``."""
    if isinstance(element, list):
        for index, item in enumerate(element):
            yield from undescribed_properties(item, f"{path}/{index}")
    if isinstance(element, dict):
        for name, schema in element.get("properties", {}).items():
            # The description of a referenced schema tells what the object is, not what this property means. Pydantic
            # leaves out a property's description that equals the referenced schema's.
            if not schema.get("description", "").strip():
                yield f"{path}/properties/{name}"
        for name, member in element.items():
            if name not in ("example", "examples"):
                yield from undescribed_properties(member, f"{path}/{name}")


def test_every_property_of_every_schema_has_a_description() -> None:
    assert list(undescribed_properties(COMMITTED)) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"type": "string"}}},
        {"properties": {"a": {"description": " "}}},
        {"properties": {"a": {"$ref": "#/components/schemas/A"}}},
        {"properties": {"a": {"anyOf": [{"description": "One of two."}, {"type": "null"}]}}},
        {"properties": {"a": {"description": "A.", "properties": {"b": {}}}}},
        {"allOf": [{}, {"properties": {"a": {}}}]},
        {"anyOf": [{"properties": {"a": {}}}]},
        {"items": {"properties": {"a": {}}}},
        {"additionalProperties": {"properties": {"a": {}}}},
    ],
    ids=str,
)
def test_a_property_without_a_description_is_noticed(schema: dict[str, Any]) -> None:
    assert len(list(undescribed_properties(schema))) == 1


def test_no_two_models_share_a_name() -> None:
    assert [name for name in COMMITTED["components"]["schemas"] if not name.isalnum()] == []


def test_importing_the_app_does_not_load_the_document_generator() -> None:
    code = "import app, sys; print('chalicelib.core.http.openapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
