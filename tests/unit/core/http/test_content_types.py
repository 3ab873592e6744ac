"""Every address that takes a body says which content types it takes, and shows what its JSON looks like."""

import json
import re
from collections.abc import Iterator
from typing import NoReturn

import pytest
from chalice.test import Client as ChaliceClient
from chalice.test import HTTPResponse

from app import app
from chalicelib.core.errors import InvalidInputError
from chalicelib.core.http.bodies import FILE_TYPES, FORM_TYPE, JSON_TYPE, NAME_SHOWN_MAX
from chalicelib.core.http.endpoints import content_types
from chalicelib.core.settings import Settings
from tests.unit.core.api import served
from tests.unit.security.client import Client, Route, routes
from tests.unit.support import csv_of

WITH_BODY = [route for route in routes() if content_types(route.metadata)]
WITH_JSON_ONLY = [route for route in WITH_BODY if not route.takes_file]
TAKING_FILES = [route for route in WITH_BODY if route.takes_file]


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    with served(settings) as services:
        yield Client(services)


def without_type(route: Route, body: bytes) -> HTTPResponse:
    """Send a body without a content type, as ``curl -H 'Content-Type:' --data-binary`` does."""
    return ChaliceClient(app).http.request(route.method, route.at("mayo"), headers={}, body=body)


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
def test_another_content_type_is_refused_with_the_types_that_the_address_takes(client: Client, route: Route) -> None:
    response = client.ask(client.anna, route.method, route.at("mayo"), b"a=b", "application/x-www-form-urlencoded")

    assert (response.status_code, response.json_body["code"]) == (415, "unsupported_media_type")
    taken, sent = response.json_body["detail"].split(";", 1)
    assert set(re.findall(r"[a-z]+/[\w.-]+\w", taken)) == set(content_types(route.metadata))
    assert "you sent application/x-www-form-urlencoded." in sent
    assert ("-F 'file=@patients.csv'" in sent) == route.takes_file
    assert ("-H 'Content-Type: application/json'" in sent) == (not route.takes_file)


def test_a_long_content_type_is_shortened_in_the_answer(client: Client) -> None:
    detail = client.ask(None, "POST", "/api/auth/login", b"x", "a/" + 1000 * "b").json_body["detail"]
    assert 0 < detail.count("b" * 10) * 10 < NAME_SHOWN_MAX


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.parametrize("body", [csv_of({}), b'{"upload_id": "x"}', b""], ids=["CSV", "JSON", "empty"])
def test_a_body_without_a_content_type_is_refused_where_files_are_taken(
    client: Client, route: Route, body: bytes
) -> None:
    """API Gateway would pass it on as UTF-8 and corrupt files in other encodings."""
    response = without_type(route, body)

    assert (response.status_code, response.json_body["code"]) == (415, "unsupported_media_type")
    assert "you sent no content type. With curl: -F 'file=@patients.csv'." in response.json_body["detail"]


@pytest.mark.parametrize("route", WITH_JSON_ONLY, ids=str)
def test_a_body_without_a_content_type_is_json_where_only_json_is_taken(client: Client, route: Route) -> None:
    assert without_type(route, b'{"colour": "red"}').json_body["code"] in {"invalid_input", "token_missing"}


def test_a_request_without_a_body_may_have_any_content_type(client: Client) -> None:
    assert client.ask(client.anna, "GET", "/api/models", None, "text/csv").status_code == 200


@pytest.mark.parametrize("content_type", [*FILE_TYPES, "text/csv; charset=windows-1251", "Text/CSV"])
def test_a_body_with_the_type_of_a_table_is_the_file_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch, content_type: str
) -> None:
    received: list[bytes] = []

    def check(_user: object, _model: str, content: bytes, _options: object) -> NoReturn:
        received.append(content)
        raise InvalidInputError("The file was received.")

    monkeypatch.setattr(client.services.dry_runs, "of_file", check)
    content = "ID;Возраст\nа1;54\n".encode("windows-1251")

    client.ask(client.anna, "POST", "/api/predict/mayo?dry_run=true", content, content_type)

    assert received == [content]


def test_api_gateway_passes_the_types_of_files_unchanged() -> None:
    assert {FORM_TYPE, *FILE_TYPES} <= set(app.api.binary_types)
    assert JSON_TYPE not in app.api.binary_types


@pytest.mark.parametrize("route", [route for route in WITH_BODY if route.body], ids=str)
@pytest.mark.parametrize("body", [b"[", b"[]", b'[{"upload_id": "x"}]', b'"text"', b"ID,Age\n1,2\n"])
def test_a_body_that_is_no_json_object_is_answered_with_the_fields_of_this_address(
    client: Client, route: Route, body: bytes
) -> None:
    response = client.ask(client.anna, route.method, route.at("mayo"), body)

    assert response.json_body["code"] == "invalid_json"
    example, hint = re.fullmatch(r"Send a JSON object such as ({.*})\.(.*)", response.json_body["detail"]).groups()  # type: ignore[union-attr]
    shown = json.loads(example)
    assert route.body
    required = [name for name, field in route.body.model_fields.items() if field.is_required()]
    assert list(shown) == (required or list(route.body.model_fields))
    assert shown
    assert ("-F 'file=@patients.csv'" in hint) == route.takes_file
