from collections.abc import Iterator

import pytest

from chalicelib.core.settings import Settings
from chalicelib.core.settings import settings as read_settings
from chalicelib.wiring import services
from tests.unit.security.client import Client
from tests.unit.support import SECRETS


@pytest.fixture
def client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A test client of the app over a mocked AWS account, with the two users anna and boris."""
    for name, value in settings.model_dump(exclude_none=True, exclude=set(SECRETS)).items():
        monkeypatch.setenv(name.upper(), str(value))
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name.upper(), secret)
    _clear_caches()
    yield Client(services())
    _clear_caches()


def _clear_caches() -> None:
    services.cache_clear()
    read_settings.cache_clear()
