"""A test client for every route of the app, including routes that are added later."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, get_type_hints

from chalice.test import Client as ChaliceClient
from chalice.test import HTTPResponse
from pydantic import BaseModel

from app import app
from chalicelib.core.http.endpoints import RouteMetadata, metadata_of
from chalicelib.wiring import Services
from tests.unit.support import PASSWORD, csv_of


class Route(NamedTuple):
    """One method of one path."""

    method: str
    path: str
    metadata: RouteMetadata
    parameters: dict[str, Any]
    """The annotated types of the path parameters."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> type[BaseModel] | None:
        return self.metadata.get("body")

    @property
    def takes_file(self) -> bool:
        return self.metadata.get("takes_file", False)

    def at(self, identifier: str) -> str:
        """Return the path with this id in place of its parameters."""
        path = self.path
        for name in self.parameters:
            path = path.replace(f"{{{name}}}", identifier)
        return path


def routes() -> Iterator[Route]:
    """Yield every route of the app."""
    for path, methods in app.routes.items():
        for method, entry in methods.items():
            hints = get_type_hints(entry.view_function, include_extras=True)
            parameters = {name: hints[name] for name in entry.view_args}
            yield Route(method, path, metadata_of(entry.view_function), parameters)


class Client:
    """Sends requests to the app. ``anna`` and ``boris`` are the tokens of two users."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._http = ChaliceClient(app).http
        self.anna = self._registered("anna")
        self.boris = self._registered("boris")

    def ask(
        self, token: str | None, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> HTTPResponse:
        """Send a request and return the response. ``body`` is sent as JSON unless it is bytes."""
        headers = {"Content-Type": content_type} | ({"Authorization": f"Bearer {token}"} if token else {})
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self._http.request(method, path, headers=headers, body=content)

    def submitted(self, token: str, *, run: bool) -> str:
        """Submit a prediction of one patient and return its id."""
        response = self.ask(token, "POST", "/api/predict/mayo", csv_of({"ID": "p"}), "text/csv")
        prediction_id = str(response.json_body["prediction_id"])
        if run:
            self.services.worker.run(prediction_id)
        return prediction_id

    def _registered(self, name: str) -> str:
        body = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
        return str(self.ask(None, "POST", "/api/auth/register", body).json_body["access_token"])
