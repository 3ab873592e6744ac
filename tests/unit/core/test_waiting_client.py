"""The client of docs/api.md that waits where it is told to, on a clock that is set by hand."""

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


class _ToTheApp(urllib.request.HTTPHandler):
    """Carries urllib's requests to the app of this process."""

    def http_open(self, request: urllib.request.Request) -> Any:
        body = request.data if isinstance(request.data, bytes) else b""
        answer = Client(app).http.request(
            request.get_method(), request.selector, headers=dict(request.header_items()), body=body
        )
        headers = Message()
        for name, value in answer.headers.items():
            headers[name] = value
        response = urllib.response.addinfourl(io.BytesIO(answer.body), headers, request.full_url, answer.status_code)
        response.msg = "as the status says"  # type: ignore[attr-defined]
        return response


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Begins 17.5 seconds before the end of an hour; whoever sleeps moves it."""
    clock = FakeClock(1_900_000_800.0 - 17.5)
    monkeypatch.setattr(time, "sleep", clock.advance)
    return clock


@pytest.fixture
def client(settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The page's functions and what its walk has by then: somebody who has sent one file and got one form."""
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(_ToTheApp()))
    with served(settings) as services:
        monkeypatch.setattr(services.limits, "_settings", settings.model_copy(update=LIMITS))
        monkeypatch.setattr(services.limits._throttles, "_clock", clock)
        token = register(Api(services), "clara")
        known: dict[str, Any] = {"auth": {"Authorization": f"Bearer {token}"}, "patients": csv_of({})}
        exec(blocks("docs/api.md", "python")[0], known)
        known["ask"]("POST", "/predict/mayo?dry_run=true", known["patients"], "text/csv", **known["auth"])
        known["ask"]("POST", "/uploads", **known["auth"])
        yield known


def test_it_comes_again_when_it_was_told_to_and_is_served(
    client: dict[str, Any], clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    before = clock.now
    exec(blocks("docs/api.md", "python")[-1], client)
    assert capsys.readouterr().out.splitlines()[-1] == "20"
    assert clock.now - before == 18


def test_it_does_not_wait_longer_than_a_minute(client: dict[str, Any], clock: FakeClock) -> None:
    exec(blocks("docs/api.md", "python")[-1], client)
    client["patiently"]("POST", "/uploads", **client["auth"])
    before = clock.now
    with pytest.raises(urllib.error.HTTPError, match="429"):
        client["patiently"]("POST", "/uploads", **client["auth"])
    assert clock.now == before
