import os
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import HTTPResponse, TestHTTPClient

from app import app
from chalicelib.core.settings import Settings
from tests.unit.account import Account, mocked_account
from tests.unit.described import assert_described
from tests.unit.support import SECRETS, FakeClock, World


@pytest.fixture(scope="session", autouse=True)
def no_real_account() -> Iterator[None]:
    """Whatever the machine's environment says, no test can reach an account."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield


@pytest.fixture(scope="session", autouse=True)
def every_answer_is_described() -> Iterator[None]:
    """Whichever test asks the app: what the API's document does not name fails it."""
    request = TestHTTPClient.request

    def asked(client: TestHTTPClient, method: str, path: str, *more: Any, **named: Any) -> HTTPResponse:
        answer = request(client, method, path, *more, **named)
        if client._app is app:
            assert_described(method, path, answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestHTTPClient, "request", asked)
        yield


@pytest.fixture(scope="session")
def mocked() -> Iterator[Account]:
    with mocked_account() as account:
        yield account


@pytest.fixture
def account(mocked: Account) -> dict[str, str]:
    """An AWS account that holds the template's tables, queues and bucket, all empty; what they are called."""
    return mocked.emptied()


@pytest.fixture
def settings(account: dict[str, str]) -> Settings:
    names = {name.lower(): value for name, value in account.items()}
    return Settings.model_validate({"stage": "local", **SECRETS, "bcrypt_cost": 4, **names})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def world(settings: Settings, clock: FakeClock) -> World:
    return World(settings, clock=clock)
