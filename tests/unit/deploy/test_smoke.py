"""The smoke test against a server with prepared answers."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from deploy import smoke
from deploy.smoke import SmokeError, run_audit, run_smoke_test

Answers = dict[tuple[str, str], list[tuple[int, Any]]]
"""The answers to each method and path, in order. The last one is repeated."""

PAGE: Answers = {
    ("GET", "/"): [(200, {})],
    ("GET", "/config.json"): [(200, {"release": "a-release"})],
    ("GET", "/api/health"): [(200, {})],
}
TOO_MANY = {"detail": "Try again in 3600 seconds.", "code": "too_many_requests"}


@contextmanager
def served(answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """Serve the answers. Yield the URL and the list of requests that arrive."""
    arrived: list[str] = []
    remaining = {request: list(items) for request, items in answers.items()}

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            arrived.append(f"{self.command} {self.path}")
            items = remaining[self.command, self.path]
            status, body = items.pop(0) if len(items) > 1 else items[0]
            self.send_response(status)
            for header in ("Content-Security-Policy", "Strict-Transport-Security"):
                self.send_header(header, "set")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_GET = do_POST = answer  # noqa: N815 - http.server's names

        def log_message(self, *_arguments: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", arrived
    finally:
        server.shutdown()
        server.server_close()


def test_a_refused_registration_of_today_is_not_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with served(PAGE | {("POST", "/api/auth/register"): [(429, TOO_MANY)]}) as (url, arrived):
        run_smoke_test(url, "a-release")

    assert "DEPLOYED, NOT FULLY CHECKED: Try again in 3600 seconds." in capsys.readouterr().out
    assert arrived[-1] == "POST /api/auth/register"


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_another_refusal_of_the_registration_is_a_failure(status: int) -> None:
    with (
        served(PAGE | {("POST", "/api/auth/register"): [(status, {})]}) as (url, _),
        pytest.raises(SmokeError, match=rf"POST .*/register answered {status} instead of 201"),
    ):
        run_smoke_test(url)


def test_a_page_of_another_release_is_a_failure_even_if_nobody_may_register() -> None:
    with (
        served(PAGE | {("POST", "/api/auth/register"): [(429, TOO_MANY)]}) as (url, _),
        pytest.raises(SmokeError, match="is of release a-release instead of another"),
    ):
        run_smoke_test(url, "another")


def test_the_first_requests_are_repeated_until_the_page_and_the_api_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "_POLL_SECONDS", 0)
    answers = PAGE | {
        ("GET", "/"): [(503, {}), (502, {}), (200, {})],
        ("GET", "/api/health"): [(503, {}), (200, {})],
        ("POST", "/api/auth/register"): [(429, TOO_MANY)],
    }

    with served(answers) as (url, arrived):
        run_smoke_test(url)

    assert (arrived.count("GET /"), arrived.count("GET /api/health")) == (4, 3)


def test_a_stage_that_is_never_reachable_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "_POLL_SECONDS", 0)
    monkeypatch.setattr(smoke, "_REACHABLE_SECONDS", 0.2)
    with served(PAGE) as (url, _):
        pass  # nobody serves it any more

    with pytest.raises(SmokeError, match=f"GET {url}/"):
        run_smoke_test(url)


class Function:
    """A Lambda client whose function gives one answer."""

    def __init__(self, answer: Callable[[], dict[str, Any]]) -> None:
        self._answer = answer

    def invoke(self, **_arguments: str) -> dict[str, Any]:
        return self._answer()


def payload(content: Any, **more: str) -> dict[str, Any]:
    return {"Payload": io.BytesIO(json.dumps(content).encode()), **more}


def timed_out() -> dict[str, Any]:
    raise ReadTimeoutError(endpoint_url="https://lambda.example")


@pytest.mark.parametrize(
    ("answer", "printed"),
    [
        (lambda: payload({"state": "finished", "findings": 0}), "  the audit is finished, findings: 0\n"),
        (lambda: payload({"state": "done", "findings": 2}),
         "  the audit is done, findings: 2\n  Run 'make audit' to see them.\n"),
        (timed_out, "  the audit takes longer. Its log says how it ends.\n"),
    ],
)  # fmt: skip
def test_a_deployment_says_how_the_audit_ended(
    answer: Callable[[], dict[str, Any]], printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run_audit(Function(answer), "the-audit")

    assert capsys.readouterr().out == printed


def test_an_audit_that_its_role_refuses_is_a_failure() -> None:
    refused = {"errorType": "ClientError", "errorMessage": "An error occurred (AccessDeniedException)"}

    with pytest.raises(SmokeError, match=r"the function the-audit failed: .*AccessDenied"):
        run_audit(Function(lambda: payload(refused, FunctionError="Unhandled")), "the-audit")
