"""Rules of docs/security.md for every route, including routes that are added later."""

import pytest

from chalicelib.inference.catalog.routes import ModelId
from chalicelib.inference.predictions.routes import PredictionId
from chalicelib.inference.storage.routes import UploadId
from tests.unit.security.client import Client, Route, routes

ROUTES = list(routes())
OWNED = [route for route in ROUTES if PredictionId in route.parameters.values()]
WITH_BODY = [route for route in ROUTES if route.body]
SERVER_FIELDS = {"balance", "cost", "coins", "price", "user_id", "amount", "status", "balance_after"}
"""Fields that only the server sets."""


def without_request_id(response: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in response.items() if name != "request_id"}


def test_every_path_parameter_is_a_model_id_or_an_owned_id() -> None:
    """A new kind of id has to be added here, with a test that only its owner has access."""
    kinds = {repr(kind) for route in ROUTES for kind in route.parameters.values()}
    assert kinds == {repr(ModelId), repr(PredictionId), repr(UploadId)}
    ids_in_bodies = {name for route in ROUTES if route.body for name in route.body.model_fields if name.endswith("id")}
    assert ids_in_bodies == {"upload_id"}


@pytest.mark.parametrize("route", OWNED, ids=str)
def test_row_9_another_user_s_prediction_is_404_like_an_unknown_one(client: Client, route: Route) -> None:
    for theirs in (client.submitted(client.boris, run=False), client.submitted(client.boris, run=True)):
        before = client.ask(client.boris, "GET", f"/api/predict/{theirs}").json_body

        body: dict[str, object] | None = {} if route.body else None
        refused = client.ask(client.anna, route.method, route.at(theirs), body)
        unknown = client.ask(client.anna, route.method, route.at("0" * 32), body)

        assert (refused.status_code, refused.json_body["code"]) == (404, "unknown_prediction")
        assert without_request_id(refused.json_body) == without_request_id(unknown.json_body)
        assert client.ask(client.boris, "GET", f"/api/predict/{theirs}").json_body == before


def test_row_9_another_user_s_upload_is_404(client: Client) -> None:
    upload_id = client.ask(client.boris, "POST", "/api/uploads").json_body["upload_id"]
    (boris,) = {client.ask(client.boris, "GET", "/api/auth/me").json_body["id"]}
    client.services.files.put(f"uploads/{boris}/{upload_id}", b"ID\n", "text/csv")
    body = {"upload_id": upload_id}

    for query in ("", "?dry_run=true"):
        refused = client.ask(client.anna, "POST", f"/api/predict/mayo{query}", body)
        assert (refused.status_code, refused.json_body["code"]) == (404, "unknown_upload")
        assert client.ask(client.boris, "POST", f"/api/predict/mayo{query}", body).status_code != 404


@pytest.mark.parametrize("route", [route for route in ROUTES if UploadId in route.parameters.values()], ids=str)
def test_row_9_an_upload_is_accessible_to_its_owner_only(client: Client, route: Route) -> None:
    boris = client.ask(client.boris, "GET", "/api/auth/me").json_body["id"]
    theirs = client.ask(client.boris, "POST", "/api/uploads").json_body["upload_id"]
    client.services.files.put(f"uploads/{boris}/{theirs}", b"ID\n", "text/csv")

    refused = client.ask(client.anna, route.method, route.at(theirs))
    unknown = client.ask(client.anna, route.method, route.at("0" * 32))

    assert (refused.status_code, refused.json_body["code"]) == (404, "unknown_upload")
    assert without_request_id(refused.json_body) == without_request_id(unknown.json_body)
    assert client.services.files.exists(f"uploads/{boris}/{theirs}")


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_only_public_routes_work_without_a_token(client: Client, route: Route) -> None:
    public = {
        "GET /api/health", "GET /api/openapi.json", "GET /api/models", "GET /api/models/{id}",
        "POST /api/auth/register", "POST /api/auth/login",
    }  # fmt: skip
    response = client.ask(None, route.method, route.at("0" * 32))
    assert (response.status_code == 401) == (str(route) not in public)


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
def test_row_10_a_body_with_an_unknown_field_is_refused(client: Client, route: Route) -> None:
    assert route.body
    assert SERVER_FIELDS.isdisjoint(route.body.model_fields)
    path = route.at("mayo")

    for name in sorted(SERVER_FIELDS):
        response = client.ask(client.anna, route.method, path, {name: 0})
        assert response.status_code == 422
        unknown = [error["column"] for error in response.json_body["errors"] if error["code"] == "unknown_field"]
        assert unknown == [name]


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_row_15_no_response_is_cached_or_sniffed(client: Client, route: Route) -> None:
    for token in (None, client.anna):
        response = client.ask(token, route.method, route.at("0" * 32))
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
