"""docs/openapi.json is today's, valid, and of every route and every refusal."""

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
    """Of every error class that the running app has loaded."""
    yield kind.code
    for each in kind.__subclasses__():
        yield from codes(each)


def test_the_committed_document_is_today_s() -> None:
    assert openapi.PATH.read_text("utf-8") == openapi.text(), "run make openapi"


def test_the_api_serves_the_committed_document() -> None:
    with Client(app) as client:
        answer = client.http.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json_body == COMMITTED, "Run: make openapi"


def test_it_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(COMMITTED).validate()


def test_it_has_every_route_and_no_other() -> None:
    routed = {(path, method.lower()) for path, methods in app.routes.items() for method in methods}
    assert {(path, method) for path, methods in COMMITTED["paths"].items() for method in methods} == routed


def test_it_has_every_code() -> None:
    enums = json.dumps(COMMITTED).split('"enum": ')[1:]
    said = {code for text in enums for code in json.JSONDecoder().raw_decode(text)[0]}
    assert set(codes()) - said == set()


def test_every_file_names_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    found = {
        "chalicelib/core/http/openapi.py": VERSION,
        "docs/openapi.json": COMMITTED["info"]["version"],
        "CHANGELOG.md": re.findall(r"^## (\d\S*) - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)[0],
    }
    for folder in ("frontend", "local"):
        for name in ("package.json", "package-lock.json"):
            package = json.loads((ROOT / folder / name).read_text("utf-8"))
            found[f"{folder}/{name}"] = package["version"]
            found[f"{folder}/{name}, its own package"] = package.get("packages", {"": package})[""]["version"]

    assert found == dict.fromkeys(found, project["version"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_says_what_it_does_takes_and_answers(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert any(status.startswith("2") for status in operation["responses"])
    assert all(each.get("description") or "$ref" in each for each in operation.get("parameters", []))
    if operation["security"]:
        assert {"token_missing", "token_invalid", "token_expired"} <= set(
            operation["responses"]["401"]["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"][
                "code"
            ]["enum"]
        )


def test_every_schema_and_description_is_markdown_with_a_description() -> None:
    assert "``" not in json.dumps(COMMITTED)
    assert [name for name, schema in COMMITTED["components"]["schemas"].items() if "description" not in schema] == []


def test_two_models_of_one_name_would_be_noticed() -> None:
    assert [name for name in COMMITTED["components"]["schemas"] if not name.isalnum()] == []


def test_importing_the_app_does_not_load_what_writes_the_document() -> None:
    code = "import app, sys; print('chalicelib.core.http.openapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
