import logging
import sys
from collections.abc import Iterator

import pytest

from chalicelib.core.observability.logging import configure
from chalicelib.core.settings import Settings
from chalicelib.core.settings import settings as read_settings
from chalicelib.wiring import services
from tests.unit.core.functions import Functions
from tests.unit.support import SECRETS


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """The app's, without a handler once the test is over: what it wrote to is closed by then."""
    found = logging.getLogger("lifespan")
    yield found
    found.handlers = []


class _StandardOutput:
    """Whatever it is at that moment: pytest changes it between a fixture and its test."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def functions(
    settings: Settings, logger: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Functions]:
    """The functions of the stage ``dev`` in Lambda."""
    for name, value in settings.model_dump(exclude_none=True, exclude=set(SECRETS)).items():
        monkeypatch.setenv(name.upper(), str(value))
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name.upper(), secret)
    _forget()
    services()
    # The settings are read by now; only the stage `local` takes the secret of the tests.
    monkeypatch.setenv("STAGE", "dev")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "liver-lifespan-function")
    configure("lambda")
    (handler,) = logger.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(_StandardOutput())
    yield Functions(services(), capsys)
    _forget()


def _forget() -> None:
    services.cache_clear()
    read_settings.cache_clear()
