"""The deployed functions, invoked as Lambda does it, and what they write to their log groups."""

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
    """What of Lambda's context is used."""

    aws_request_id: str


@dataclass
class Functions:
    """Invokes the functions, over a mocked account."""

    services: Services
    capsys: pytest.CaptureFixture[str]
    invocations: int = 0
    token: str = ""
    written: list[str] = field(default_factory=list)
    """Every line so far."""

    def lines(self) -> list[dict[str, Any]]:
        """What was written since the last look. Every line must be a JSON object."""
        said = self.capsys.readouterr()
        assert said.err == "", said.err
        new = said.out.splitlines()
        self.written += new
        found = [json.loads(line) for line in new]
        assert all(isinstance(each, dict) for each in found)
        return found

    def events(self, event: str) -> list[dict[str, Any]]:
        """The new lines of this event."""
        return [line for line in self.lines() if line.get("event") == event]

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> HTTPResponse:
        """An API request, with the token."""
        sent = {"Content-Type": "application/json"} | {key.replace("_", "-"): value for key, value in headers.items()}
        if self.token:
            sent |= {"Authorization": f"Bearer {self.token}"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return Client(app.app).http.request(method, path, headers=sent, body=content)

    def register(self) -> str:
        """Register; the user's id."""
        answer = self.ask("POST", "/api/auth/register", {"name": NAME, "email": EMAIL, "password": PASSWORD})
        self.token = answer.json_body["access_token"]
        return str(self.ask("GET", "/api/auth/me").json_body["id"])

    def submit(self, content: bytes | None = None, **headers: str) -> str:
        """The id of a prediction that was accepted."""
        answer = self.ask("POST", "/api/predict/lasso", content or patients(3), Content_Type="text/csv", **headers)
        return str(answer.json_body["prediction_id"])

    def work(self, prediction_id: str, model: FakeModel | None = None) -> str:
        """Invoke the worker; the request id."""
        given, chosen = self.services, loaded(model or FakeModel())
        # The worker is made once: there the next look finds this one.
        vars(given)["worker"] = Worker(
            given.prediction_repository, given.files, given.settlement, given.settings, given.clock, lambda _: chosen
        )
        return self._invoke(app.inference_worker, _message(prediction_id))

    def bury(self, prediction_id: str) -> str:
        """Invoke the dead-letter function; the request id."""
        return self._invoke(app.dead_letter, _message(prediction_id))

    def dispatch(self) -> str:
        """Invoke the dispatcher; the request id."""
        tick = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "1",
                "time": "2026-01-01T00:00:00Z", "region": "here", "resources": [], "detail": {}}  # fmt: skip
        return self._invoke(app.dispatcher, tick)

    def _invoke(self, function: Any, event: dict[str, Any]) -> str:
        self.invocations += 1
        context = Context(f"invocation-{self.invocations}")
        try:
            function(event, context)
        except InvocationFailedError as error:
            self.written.append(str(error))  # Lambda's runtime logs it
        return context.aws_request_id


def _message(prediction_id: str) -> dict[str, Any]:
    return {"Records": [{"body": json.dumps({"prediction_id": prediction_id}), "receiptHandle": "handle"}]}
