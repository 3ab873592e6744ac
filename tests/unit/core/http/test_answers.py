"""What every answer's body is written in, and when a client is told to ask again."""

import json

import pytest
from chalice.test import Client

from app import app
from chalicelib.core.settings import Settings
from tests.unit.core.api import FILE, Api, register, served


def test_texts_of_other_alphabets_are_not_spelt_in_escapes(settings: Settings) -> None:
    with served(settings), Client(app) as client:
        models = client.http.get("/api/models")
        document = client.http.get("/api/openapi.json")

    for answer in (models, document):
        assert b"\\u" not in answer.body
        assert json.loads(answer.body) == answer.json_body
    assert "Возраст".encode() in models.body


def test_half_a_character_is_answered_all_the_same(settings: Settings) -> None:
    with served(settings), Client(app) as client:
        for member in (
            rb'"\ud800": 1, "\ud800": 1',
            rb'"\ud800": 1',
            rb'"name": "\udfff"',
            rb'"password": "\udfff2345678"',
        ):
            answer = client.http.post(
                "/api/auth/register", headers={"Content-Type": "application/json"}, body=b"{%s}" % member
            )
            assert answer.status_code == 422
            assert json.loads(answer.body)["errors"]


@pytest.mark.parametrize(("age", "seconds"), [(0, 1), (3, 1), (7, 2), (11, 4), (16, 5), (3600, 5)])
def test_an_unfinished_prediction_says_when_to_ask_again(
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


def test_what_has_ended_says_nothing_of_asking_again(settings: Settings) -> None:
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
    """The header of a success."""
    with Client(app) as client:
        answer = client.http.get(path, headers={"Authorization": f"Bearer {api.token}"})
    assert answer.status_code == 200
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    value: str | None = answer.headers.get("Retry-After")
    return value
