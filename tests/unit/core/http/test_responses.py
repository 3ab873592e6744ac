"""The encoding of response bodies, and the Retry-After of predictions."""

import json

import pytest
from chalice.test import Client

from app import app
from chalicelib.core.settings import Settings
from tests.unit.core.api import FILE, Api, register, served


def test_json_responses_do_not_escape_non_ascii_text(settings: Settings) -> None:
    with served(settings), Client(app) as client:
        models = client.http.get("/api/models")
        document = client.http.get("/api/openapi.json")

    for response in (models, document):
        assert b"\\u" not in response.body
        assert json.loads(response.body) == response.json_body
    assert "Возраст".encode() in models.body


def test_a_lone_surrogate_in_a_request_gets_a_valid_json_response(settings: Settings) -> None:
    with served(settings), Client(app) as client:
        for member in (
            rb'"\ud800": 1, "\ud800": 1',
            rb'"\ud800": 1',
            rb'"name": "\udfff"',
            rb'"password": "\udfff2345678"',
        ):
            response = client.http.post(
                "/api/auth/register", headers={"Content-Type": "application/json"}, body=b"{%s}" % member
            )
            assert response.status_code == 422
            assert json.loads(response.body)["errors"]


@pytest.mark.parametrize(("age", "seconds"), [(0, 1), (3, 1), (7, 2), (11, 4), (16, 5), (3600, 5)])
def test_an_unfinished_prediction_has_retry_after(
    settings: Settings, age: float, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(settings) as services:
        api = Api(services)
        api.token = register(api, "anna")
        prediction_id = api.ask("POST", "/api/predict/lasso", FILE, Content_Type="text/csv")["prediction_id"]
        created_at = services.prediction_repository.get(prediction_id).created_at  # type: ignore[union-attr]
        monkeypatch.setitem(vars(services), "clock", lambda: created_at + age)

        assert retry_after(api, f"/api/predict/{prediction_id}") == str(seconds)
        services.prediction_repository.claim(prediction_id, created_at, created_at + 60)
        assert retry_after(api, f"/api/predict/{prediction_id}") == str(seconds)


def test_an_ended_prediction_has_no_retry_after(settings: Settings) -> None:
    with served(settings) as services:
        api = Api(services)
        api.token = register(api, "anna")
        finished = api.finished("lasso")
        cancelled = api.ask("POST", "/api/predict/lasso", FILE, Content_Type="text/csv")["prediction_id"]
        api.ask("DELETE", f"/api/predict/{cancelled}")

        for prediction_id in (finished, cancelled):
            assert retry_after(api, f"/api/predict/{prediction_id}") is None
        assert retry_after(api, "/api/predict") is None


def retry_after(api: Api, path: str) -> str | None:
    """Send a request that succeeds, and return its Retry-After."""
    with Client(app) as client:
        response = client.http.get(path, headers={"Authorization": f"Bearer {api.token}"})
    assert response.status_code == 200
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    value: str | None = response.headers.get("Retry-After")
    return value
