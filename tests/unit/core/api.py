"""The app as a caller has it, each answer held against the OpenAPI document."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from chalice.local import RouteMatcher
from chalice.test import Client, HTTPResponse
from pydantic import TypeAdapter

from app import app
from chalicelib.core.http import openapi
from chalicelib.core.http.endpoints import metadata_of
from chalicelib.core.http.schemas import InputProblem, Problem, TooLargeProblem
from chalicelib.core.settings import Settings
from chalicelib.core.settings import settings as read_settings
from chalicelib.wiring import Services, services
from tests.unit.support import PASSWORD, SECRETS, csv_of

DOCUMENT = openapi.document(app.routes)
EXPOSED = {"Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"}

# Platelets, Copper and so on are missing, so that every part of a row has something to say.
FILE = csv_of({"Bilirubin": "1.1"}, {"Bilirubin": "40"}, {"Edema": "Y", "Albumin": "2.1"})


class Api:
    """Asks, and holds each answer against its description."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.token: str | None = None
        self.answered: set[tuple[str, str, str]] = set()
        """Path, method and status of each."""
        self._client = Client(app).http
        self._routes = RouteMatcher(list(app.routes))

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The JSON of the answer."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Content-Type", "application/json")
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        answer = self._client.request(method, path, headers=sent, body=content)
        route = self._routes.match_route(path).route
        self._check(route, method, answer)
        self.heard(method, route, content, answer)
        return json.loads(answer.body) if answer.body else None

    def refusal(self, code: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The problem, which must be this one."""
        problem = self.ask(method, path, body, **headers)
        assert problem["code"] == code, problem
        return problem

    def finished(self, model_id: str, content: bytes = FILE) -> str:
        """The id of a prediction that was submitted and run."""
        prediction_id = self.ask("POST", f"/api/predict/{model_id}", content, Content_Type="text/csv")["prediction_id"]
        self.services.worker.run(prediction_id)
        return str(prediction_id)

    def _check(self, path: str, method: str, answer: HTTPResponse) -> None:
        __tracebackhide__ = True  # the message says all
        status = str(answer.status_code)
        operation = DOCUMENT["paths"][path][method.lower()]
        assert status in operation["responses"], f"{method} {path} answered {status}: {answer.body!r}"
        response = operation["responses"][status]
        if "$ref" in response:
            response = DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        self.answered.add((path, method, status))
        optional = {name for name, header in response["headers"].items() if header.get("required") is False}
        assert (EXPOSED & set(answer.headers)) | optional == set(response["headers"])
        if "content" not in response:
            assert answer.body == b""
            return
        ((media_type, content),) = response["content"].items()
        assert answer.headers["Content-Type"] == media_type
        if answer.status_code >= 400:
            codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
            assert json.loads(answer.body)["code"] in codes
        said = metadata_of(app.routes[path][method].view_function)
        model = {413: TooLargeProblem, 422: InputProblem, **said["answers"]}.get(answer.status_code) or Problem
        # Nothing that isn't described, but in a card, which says whatever its model has to say.
        extra: Any = getattr(model, "model_config", {}).get("extra") or "forbid"
        TypeAdapter(model).validate_json(answer.body, strict=True, extra=extra)

    def heard(self, method: str, path: str, sent: bytes, answer: HTTPResponse) -> None:
        """For who wants to keep what was said. ``path`` is the route's."""


@contextmanager
def served(settings: Settings) -> Iterator[Services]:
    """The app's services over a mocked account."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.model_dump(exclude_none=True, exclude=set(SECRETS)).items():
            patch.setenv(name.upper(), str(value))
        for name, secret in SECRETS.items():
            patch.setenv(name.upper(), secret)
        forget()
        yield services()
        forget()


def forget() -> None:
    services.cache_clear()
    read_settings.cache_clear()


def register(api: Api, name: str) -> str:
    """The token of a new account."""
    body = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
    return str(api.ask("POST", "/api/auth/register", body)["access_token"])
