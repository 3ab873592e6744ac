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
    """The app's logger. Its handlers are removed after the test, because their stream is closed by then."""
    app_logger = logging.getLogger("lifespan")
    yield app_logger
    app_logger.handlers = []


class _StandardOutput:
    """Writes to the current ``sys.stdout``, which pytest replaces between a fixture and its test."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def functions(
    settings: Settings, logger: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Functions]:
    """The Lambda functions of the stage ``dev``."""
    for name, value in settings.model_dump(exclude_none=True, exclude=set(SECRETS)).items():
        monkeypatch.setenv(name.upper(), str(value))
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name.upper(), secret)
    _clear_caches()
    services()
    # Only after the settings are read: the tests' secrets are allowed in the stage `local` only.
    monkeypatch.setenv("STAGE", "dev")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "liver-lifespan-function")
    configure("lambda")
    (handler,) = logger.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(_StandardOutput())
    yield Functions(services(), capsys)
    _clear_caches()


def _clear_caches() -> None:
    services.cache_clear()
    read_settings.cache_clear()
