"""Options and bodies of requests on every route, including routes that are added later.

If an unknown option were ignored, a misspelled dry run would become a submission and be charged.
"""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib.core.http.bodies import ERRORS_LISTED_MAX, JSON_BYTES_MAX, NAME_SHOWN_MAX
from tests.unit.security.client import Client, Route, routes
from tests.unit.support import csv_of

ROUTES = list(routes())
WITH_BODY = [route for route in ROUTES if route.body]
WITHOUT_BODY = [route for route in ROUTES if not route.body and not route.takes_file]
TAKING_FILES = [route for route in ROUTES if route.takes_file]
BOUNDARY = "b0"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
FILE = csv_of({"ID": "p"})

type Part = tuple[str, str | None, bytes]
"""Name, file name and content."""


def form(*parts: Part) -> bytes:
    """Return a multipart body."""
    body = b""
    for name, file_name, content in parts:
        file_name_parameter = f'; filename="{file_name}"' if file_name is not None else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file_name_parameter}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def with_options(options: Sequence[tuple[str, str]], *, file: Part | None = ("file", "p.csv", FILE)) -> bytes:
    """Return a form with these options before its file."""
    parts: list[Part] = [(name, None, value.encode()) for name, value in options]
    return form(*parts, *([file] if file else []))


def codes_by_field(response: HTTPResponse) -> dict[str | None, str]:
    """Assert that the response is ``invalid_input``, and return the code of each field that it names."""
    assert response.status_code == 422, response.body
    assert response.json_body["code"] == "invalid_input", response.json_body
    return {error["column"]: error["code"] for error in response.json_body["errors"]}


@pytest.fixture
def unchanged(client: Client) -> Any:
    """Fail the test if it changes the coins, predictions or files of a user."""

    def state() -> Any:
        ledger, history = (
            client.ask(client.anna, "GET", path).json_body for path in ("/api/billing/ledger", "/api/predict")
        )
        stored = client.services.files._client.list_objects_v2(Bucket=client.services.files._bucket)
        keys = [item["Key"] for item in stored.get("Contents", [])]
        ledger.pop("request_id", None)
        return ledger, history, keys

    before = state()
    yield
    assert state() == before


# ---- query options


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_an_unknown_query_option_is_refused_by_name(client: Client, route: Route) -> None:
    response = client.ask(client.anna, route.method, f"{route.at('mayo')}?dryrun=true&colour=red")
    assert codes_by_field(response) == {"dryrun": "unknown_field", "colour": "unknown_field"}


@pytest.mark.parametrize("route", [route for route in ROUTES if "query" in route.metadata], ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_a_repeated_query_option_is_refused_by_name(client: Client, route: Route) -> None:
    for name in route.metadata["query"].model_fields:
        response = client.ask(client.anna, route.method, f"{route.at('mayo')}?{name}=1&{name}=1")
        assert codes_by_field(response) == {name: "repeated"}


def test_the_error_of_an_unknown_option_names_the_known_ones(client: Client) -> None:
    submitted = client.ask(client.anna, "POST", "/api/predict/mayo?dryrun=true").json_body
    listed = client.ask(client.anna, "GET", "/api/models?page=2").json_body

    assert submitted["errors"][0]["message"] == (
        "unknown name (known: dry_run, units, on_error, keep_values, decimal, missing, columns, column_units, "
        "column_values)"
    )
    assert listed["errors"][0]["message"] == "unknown name (this address takes none)"


def test_the_cursor_of_a_list_is_allowed(client: Client) -> None:
    for path in ("/api/predict", "/api/billing/ledger"):
        for query in ("", "?cursor="):
            assert client.ask(client.anna, "GET", path + query).status_code == 200


# ---- form options


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_an_unknown_form_field_is_refused_by_name(client: Client, route: Route) -> None:
    body = with_options([("dryrun", "true"), ("colour", "red")])
    assert codes_by_field(client.ask(client.anna, route.method, route.at("mayo"), body, FORM)) == {
        "dryrun": "unknown_field",
        "colour": "unknown_field",
    }


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_a_repeated_form_option_is_refused_by_name(client: Client, route: Route) -> None:
    for query, options in [
        ("", [("dry_run", "true"), ("dry_run", "true")]),
        ("", [("dry_run", "true"), ("dry_run", "false")]),
        ("?dry_run=true", [("dry_run", "false")]),
        ("?dry_run=false", [("dry_run", "true")]),
        ("?dry_run=true", [("dry_run", "true")]),
    ]:
        response = client.ask(client.anna, route.method, route.at("mayo") + query, with_options(options), FORM)
        assert codes_by_field(response) == {"dry_run": "repeated"}


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_a_second_file_is_refused(client: Client, route: Route) -> None:
    for second in ("q.csv", None):
        body = form(("file", "p.csv", FILE), ("file", second, FILE))
        assert codes_by_field(client.ask(client.anna, route.method, route.at("mayo"), body, FORM)) == {
            "file": "repeated"
        }


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_a_form_field_means_what_the_query_option_means(client: Client, route: Route) -> None:
    options = [("dry_run", "true"), ("units", "si"), ("on_error", "skip"), ("keep_values", "false")]
    path = route.at("mayo")

    by_form = client.ask(client.anna, route.method, path, with_options(options), FORM)
    by_query = client.ask(
        client.anna, route.method, path + "?" + "&".join(f"{name}={value}" for name, value in options), FILE, "text/csv"
    )
    mixed = client.ask(client.anna, route.method, path + "?dry_run=true", with_options(options[1:]), FORM)

    assert by_form.status_code == 200
    assert by_form.json_body == by_query.json_body == mixed.json_body
    assert by_form.json_body["units"]["Albumin"] == "g/L"


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_a_wrong_value_of_a_form_field_is_refused_by_name(client: Client, route: Route) -> None:
    body = with_options([("dry_run", "perhaps"), ("units", "SI")])
    response = client.ask(client.anna, route.method, route.at("mayo"), body, FORM)
    assert set(codes_by_field(response)) == {"dry_run", "units"}
    assert "perhaps" not in response.body.decode()


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
def test_a_file_without_a_file_name_is_accepted(client: Client, route: Route) -> None:
    response = client.ask(client.anna, route.method, route.at("mayo"), form(("file", None, FILE)), FORM)
    assert response.status_code == 202
    prediction = client.ask(client.anna, "GET", f"/api/predict/{response.json_body['prediction_id']}").json_body
    assert (prediction["file_name"], prediction["rows"]) == (None, 1)


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_a_form_that_is_cut_off_after_its_file_is_refused(client: Client, route: Route) -> None:
    whole = form(("file", "p.csv", FILE), ("dry_run", None, b"true"))
    for end in range(len(whole) - 60, len(whole) - 3):
        response = client.ask(client.anna, route.method, route.at("mayo"), whole[:end], FORM)
        assert (response.status_code, response.json_body["code"]) == (422, "invalid_form")


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_an_option_outside_the_form_is_refused(client: Client, route: Route) -> None:
    whole, option = form(("file", "p.csv", FILE)), form(("dry_run", None, b"true"))
    for body in (option + whole, whole + option, whole + b"dry_run=true", b"dry_run=true\r\n" + whole):
        response = client.ask(client.anna, route.method, route.at("mayo"), body, FORM)
        assert (response.status_code, response.json_body["code"]) == (422, "invalid_form")


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_the_error_of_too_many_form_fields_names_the_limit(client: Client, route: Route) -> None:
    body = with_options([(f"field-{number}", "1") for number in range(20)])

    response = client.ask(client.anna, route.method, route.at("mayo"), body, FORM)

    assert response.json_body["detail"] == "The form has more than 16 fields. Send one file and its options."


# ---- bodies of routes that take none


@pytest.mark.parametrize("route", WITHOUT_BODY, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_a_body_is_refused_where_none_is_taken(client: Client, route: Route) -> None:
    path = route.at("mayo")
    assert codes_by_field(client.ask(client.anna, route.method, path, {"dry_run": True})) == {
        "dry_run": "unknown_field"
    }
    of_form = client.ask(client.anna, route.method, path, with_options([("dry_run", "true")]), FORM)
    assert codes_by_field(of_form) == {"dry_run": "unknown_field", "file": "unknown_field"}
    encoded = client.ask(client.anna, route.method, path, b"dry_run=true", "application/x-www-form-urlencoded")
    assert codes_by_field(encoded) == {None: "unexpected_body"}


@pytest.mark.parametrize("route", WITHOUT_BODY, ids=str)
def test_an_empty_json_object_is_allowed_where_no_body_is_taken(client: Client, route: Route) -> None:
    path = route.at("0" * 32)
    without = client.ask(None, route.method, path).status_code
    assert client.ask(None, route.method, path, {}).status_code == without


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_10_a_repeated_field_of_a_body_is_refused_by_name(client: Client, route: Route) -> None:
    assert route.body
    for name in route.body.model_fields:
        body = f'{{"{name}": "a", "{name}": "b"}}'.encode()
        response = client.ask(client.anna, route.method, route.at("mayo"), body)
        assert codes_by_field(response) == {name: "repeated"}


# ---- amplification


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
@pytest.mark.parametrize("token", [False, True])
def test_row_11_a_json_body_past_its_limit_is_refused_unread(client: Client, route: Route, *, token: bool) -> None:
    for body in (b"[" * (JSON_BYTES_MAX + 1), json.dumps({"x" * JSON_BYTES_MAX: 1}).encode(), b"{" * 4_000_000):
        response = client.ask(client.anna if token else None, route.method, route.at("mayo"), body)
        if response.status_code == 401:
            continue
        assert (response.status_code, response.json_body["code"]) == (413, "body_too_large")
        assert response.json_body["limit_bytes"] == JSON_BYTES_MAX
        assert "16,384 bytes" in response.json_body["detail"]


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
def test_row_11_errors_are_counted_and_few_of_them_listed_with_short_names(client: Client, route: Route) -> None:
    many = json.dumps({f"{number}{'x' * 1000}": 1 for number in range(15)} | {str(n): 1 for n in range(30)}).encode()
    assert len(many) <= JSON_BYTES_MAX

    response = client.ask(client.anna, route.method, route.at("mayo"), many)

    errors = response.json_body["errors"]
    assert len(errors) == ERRORS_LISTED_MAX
    assert response.json_body["errors_total"] >= 45
    assert f"and {response.json_body['errors_total'] - ERRORS_LISTED_MAX} more" in response.json_body["detail"]
    assert max(len(error["column"]) for error in errors) == NAME_SHOWN_MAX
    assert any(error["column"].endswith("…") for error in errors)
    assert len(response.body) < 6000


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_row_11_error_responses_to_any_request_are_small(client: Client, route: Route) -> None:
    long = "x" * 6000
    path = route.at("mayo")
    bodies: list[tuple[object, str]] = [
        (json.dumps({long: long, "a": {long: [long]}}).encode(), "application/json"),
        (b"[" * 16_000, "application/json"),
        (b'{"name":' * 2000 + b"1" + b"}" * 2000, "application/json"),
        (b'{"name": ' + b"1" * 16_000 + b"}", "application/json"),
        (json.dumps({f"{n}": 1 for n in range(1500)}).encode(), "application/json"),
        (b'{"\\ud800": 1}', "application/json"),
        (form(*[(f"{n}", None, b"x") for n in range(3000)]), FORM),
        (form(*[(f"{n}{'x' * 4000}", f"{'y' * 50}", b"x") for n in range(12)]), FORM),
        (form(("x" * 100_000, None, b"x")), FORM),
        (form(("file", "p.csv", FILE), ("units", None, b"x" * 1_000_000)), FORM),
        (b"", f"multipart/form-data; boundary={long}"),
        (b"", long),
    ]
    for token in (None, client.anna):
        for body, content_type in bodies:
            response = client.ask(token, route.method, path, body, content_type)
            assert response.status_code in range(400, 500) or (response.status_code < 300 and not body), body
            assert response.status_code < 300 or len(response.body) < 6000, (content_type[:50], response.body[:300])
        for query in (f"?{long}={long}", "?" + "&".join(f"{n}=" for n in range(1500)), "?" + "units=a&" * 1000):
            response = client.ask(token, route.method, path + query)
            assert response.status_code == 422
            assert len(response.body) < 6000
        if route.parameters:
            response = client.ask(token, route.method, route.at(long))
            assert response.status_code in (401, 404, 422)
            assert len(response.body) < 2000


@pytest.mark.parametrize("route", TAKING_FILES, ids=str)
@pytest.mark.usefixtures("unchanged")
def test_row_11_a_form_of_many_parts_or_long_heads_is_refused(client: Client, route: Route) -> None:
    for body in (
        form(*[("units", None, b"si")] * 1000, ("file", "p.csv", FILE)),
        form(("file", "p" * 10_000, FILE)),
        form(("file", "p.csv", FILE)).replace(b"\r\n\r\n", b"\r\nX-A: b" * 20 + b"\r\n\r\n", 1),
    ):
        response = client.ask(client.anna, route.method, route.at("mayo"), body, FORM)
        assert (response.status_code, response.json_body["code"]) == (422, "invalid_form")
