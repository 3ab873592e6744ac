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
    """Replace the machine's AWS variables, so that no test can reach a real account."""
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
    """Fail a test if the app gives it an answer that the OpenAPI document does not describe."""
    request = TestHTTPClient.request

    def checked_request(client: TestHTTPClient, method: str, path: str, *args: Any, **options: Any) -> HTTPResponse:
        answer = request(client, method, path, *args, **options)
        if client._app is app:
            assert_described(method, path, answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestHTTPClient, "request", checked_request)
        yield


@pytest.fixture(scope="session")
def mocked() -> Iterator[Account]:
    with mocked_account() as account:
        yield account


@pytest.fixture
def account(mocked: Account) -> dict[str, str]:
    """The names of the template's tables, queues and bucket in an empty AWS account, by environment variable."""
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
