"""Invokes the deployed functions as Lambda does, and collects the lines that they log."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib.core.observability.invocation import InvocationFailedError
from chalicelib.inference.predictions.worker import Worker
from chalicelib.wiring import Services
from tests.unit.support import PASSWORD, FakeModel, loaded, patients

EMAIL = "anna.the.user@example.org"
NAME = "anna-the-user"


@dataclass
class Context:
    """The part of Lambda's context that the functions use."""

    aws_request_id: str


@dataclass
class Functions:
    """Invokes the functions over a mocked AWS account."""

    services: Services
    capsys: pytest.CaptureFixture[str]
    invocations: int = 0
    token: str = ""
    written: list[str] = field(default_factory=list)
    """All lines so far."""

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines since the previous call. Each line must be a JSON object."""
        output = self.capsys.readouterr()
        assert output.err == "", output.err
        texts = output.out.splitlines()
        self.written += texts
        lines = [json.loads(text) for text in texts]
        assert all(isinstance(line, dict) for line in lines)
        return lines

    def events(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of this event since the previous call."""
        return [line for line in self.lines() if line.get("event") == event]

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> HTTPResponse:
        """Send an API request with the token, and return the response."""
        request_headers = {"Content-Type": "application/json"}
        request_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            request_headers |= {"Authorization": f"Bearer {self.token}"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return Client(app.app).http.request(method, path, headers=request_headers, body=content)

    def register(self) -> str:
        """Create an account and return the user's id."""
        response = self.ask("POST", "/api/auth/register", {"name": NAME, "email": EMAIL, "password": PASSWORD})
        self.token = response.json_body["access_token"]
        return str(self.ask("GET", "/api/auth/me").json_body["id"])

    def submit(self, content: bytes | None = None, **headers: str) -> str:
        """Submit a prediction and return its id."""
        response = self.ask("POST", "/api/predict/lasso", content or patients(3), Content_Type="text/csv", **headers)
        return str(response.json_body["prediction_id"])

    def work(self, prediction_id: str, model: FakeModel | None = None) -> str:
        """Invoke the worker and return the request id."""
        services, loaded_model = self.services, loaded(model or FakeModel())
        vars(services)["worker"] = Worker(  # replaces the cached property
            services.prediction_repository, services.files, services.settlement, services.settings, services.clock,
            lambda _: loaded_model,
        )  # fmt: skip
        return self._invoke(app.inference_worker, _message(prediction_id))

    def handle_dead_letter(self, prediction_id: str) -> str:
        """Invoke the dead-letter function and return the request id."""
        return self._invoke(app.dead_letter, _message(prediction_id))

    def dispatch(self) -> str:
        """Invoke the dispatcher and return the request id."""
        event = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "1",
                "time": "2026-01-01T00:00:00Z", "region": "here", "resources": [], "detail": {}}  # fmt: skip
        return self._invoke(app.dispatcher, event)

    def _invoke(self, function: Any, event: dict[str, Any]) -> str:
        self.invocations += 1
        context = Context(f"invocation-{self.invocations}")
        try:
            function(event, context)
        except InvocationFailedError as error:
            self.written.append(str(error))  # Lambda's runtime logs the message
        return context.aws_request_id


def _message(prediction_id: str) -> dict[str, Any]:
    return {"Records": [{"body": json.dumps({"prediction_id": prediction_id}), "receiptHandle": "handle"}]}
