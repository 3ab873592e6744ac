"""A test client of the API that checks each response against the OpenAPI document."""

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
DOCUMENTED_HEADERS = {"Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"}

# Optional columns such as Platelets and Copper are missing, so that no part of a result row is empty.
FILE = csv_of({"Bilirubin": "1.1"}, {"Bilirubin": "40"}, {"Edema": "Y", "Albumin": "2.1"})


class Api:
    """Sends requests to the app, and checks each response against the OpenAPI document."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.token: str | None = None
        self.covered: set[tuple[str, str, str]] = set()
        """Path, method and status of all responses so far."""
        self._client = Client(app).http
        self._routes = RouteMatcher(list(app.routes))

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send a request and return the JSON of the response. Underscores in header names become hyphens."""
        request_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request_headers.setdefault("Content-Type", "application/json")
        if self.token:
            request_headers.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        response = self._client.request(method, path, headers=request_headers, body=content)
        route = self._routes.match_route(path).route
        self._check(route, method, response)
        self.on_response(method, route, content, response)
        return json.loads(response.body) if response.body else None

    def refusal(self, code: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send a request, and return the problem document, which must have this code."""
        problem = self.ask(method, path, body, **headers)
        assert problem["code"] == code, problem
        return problem

    def finished(self, model_id: str, content: bytes = FILE) -> str:
        """Submit and run a prediction, and return its id."""
        prediction_id = self.ask("POST", f"/api/predict/{model_id}", content, Content_Type="text/csv")["prediction_id"]
        self.services.worker.run(prediction_id)
        return str(prediction_id)

    def _check(self, path: str, method: str, response: HTTPResponse) -> None:
        __tracebackhide__ = True  # the message is enough
        status = str(response.status_code)
        operation = DOCUMENT["paths"][path][method.lower()]
        assert status in operation["responses"], f"{method} {path}: {status} is not documented: {response.body!r}"
        documented = operation["responses"][status]
        if "$ref" in documented:
            documented = DOCUMENT["components"]["responses"][documented["$ref"].rsplit("/", 1)[1]]
        self.covered.add((path, method, status))
        optional = {name for name, header in documented["headers"].items() if header.get("required") is False}
        assert (DOCUMENTED_HEADERS & set(response.headers)) | optional == set(documented["headers"])
        if "content" not in documented:
            assert response.body == b""
            return
        ((media_type, content),) = documented["content"].items()
        assert response.headers["Content-Type"] == media_type
        if response.status_code >= 400:
            codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
            assert json.loads(response.body)["code"] in codes
        metadata = metadata_of(app.routes[path][method].view_function)
        models = {413: TooLargeProblem, 422: InputProblem, **metadata["answers"]}
        model = models.get(response.status_code) or Problem
        # Undocumented members are errors, except in model cards, whose members differ.
        extra: Any = getattr(model, "model_config", {}).get("extra") or "forbid"
        TypeAdapter(model).validate_json(response.body, strict=True, extra=extra)

    def on_response(self, method: str, path: str, content: bytes, response: HTTPResponse) -> None:
        """Do nothing. Subclasses record the request's ``content`` and the response. ``path`` is the route's pattern."""


@contextmanager
def served(settings: Settings) -> Iterator[Services]:
    """Yield the app's services over a mocked AWS account."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.model_dump(exclude_none=True, exclude=set(SECRETS)).items():
            patch.setenv(name.upper(), str(value))
        for name, secret in SECRETS.items():
            patch.setenv(name.upper(), secret)
        clear_caches()
        yield services()
        clear_caches()


def clear_caches() -> None:
    services.cache_clear()
    read_settings.cache_clear()


def register(api: Api, name: str) -> str:
    """Create an account and return its token."""
    body = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
    return str(api.ask("POST", "/api/auth/register", body)["access_token"])
