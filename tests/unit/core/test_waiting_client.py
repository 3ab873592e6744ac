"""The client of docs/api.md waits as Retry-After says, with a fake clock."""

import io
import time
import urllib.error
import urllib.request
import urllib.response
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib.core.settings import Settings
from tests.support.docs import blocks
from tests.unit.core.api import Api, register, served
from tests.unit.support import FakeClock, csv_of

LIMITS = {"submissions_per_minute": 1, "uploads_per_hour": 1}


class _AppHandler(urllib.request.HTTPHandler):
    """Passes urllib's requests to the app in this process."""

    def http_open(self, request: urllib.request.Request) -> Any:
        body = request.data if isinstance(request.data, bytes) else b""
        app_response = Client(app).http.request(
            request.get_method(), request.selector, headers=dict(request.header_items()), body=body
        )
        headers = Message()
        for name, value in app_response.headers.items():
            headers[name] = value
        response = urllib.response.addinfourl(
            io.BytesIO(app_response.body), headers, request.full_url, app_response.status_code
        )
        response.msg = ""  # type: ignore[attr-defined]
        return response


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """A clock that begins 17.5 seconds before the end of an hour. ``time.sleep`` advances it."""
    clock = FakeClock(1_900_000_800.0 - 17.5)
    monkeypatch.setattr(time, "sleep", clock.advance)
    return clock


@pytest.fixture
def client(settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The namespace of the Python code in docs/api.md, with a user who has sent one file and got one upload form."""
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(_AppHandler()))
    with served(settings) as services:
        for service in (services.limits, services.accounts):
            monkeypatch.setattr(service, "_settings", settings.model_copy(update=LIMITS))
        for counter in (services.limits._throttles, services.accounts):
            monkeypatch.setattr(counter, "_clock", clock)
        token = register(Api(services), "clara")
        namespace: dict[str, Any] = {"auth": {"Authorization": f"Bearer {token}"}, "patients": csv_of({})}
        exec(blocks("docs/api.md", "python")[0], namespace)
        namespace["ask"]("POST", "/predict/mayo?dry_run=true", namespace["patients"], "text/csv", **namespace["auth"])
        namespace["ask"]("POST", "/uploads", **namespace["auth"])
        yield namespace


def test_the_client_repeats_the_request_after_the_retry_after_time(
    client: dict[str, Any], clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    before = clock.now
    exec(blocks("docs/api.md", "python")[-1], client)
    assert capsys.readouterr().out.splitlines()[-1] == "20"
    assert clock.now - before == 18


def test_the_client_does_not_wait_longer_than_a_minute(client: dict[str, Any], clock: FakeClock) -> None:
    exec(blocks("docs/api.md", "python")[-1], client)
    client["patiently"]("POST", "/uploads", **client["auth"])
    before = clock.now
    with pytest.raises(urllib.error.HTTPError, match="429"):
        client["patiently"]("POST", "/uploads", **client["auth"])
    assert clock.now == before
