"""The AWS endpoint that the integration tests use."""

import os
from collections.abc import Iterator

import pytest

from tests.support.emulators import endpoint_environment, running_emulators, running_moto_server

ENDPOINTS = ["running"] if "TEST_ENDPOINT_URL" in os.environ else ["emulators", "moto server"]


@pytest.fixture(scope="session", params=ENDPOINTS)
def endpoint(request: pytest.FixtureRequest) -> str:
    """The kind of endpoint: the local stack's emulators, moto's server, or the running one of TEST_ENDPOINT_URL."""
    return str(request.param)


@pytest.fixture(scope="session")
def environment(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment variables that point boto3 to the endpoint."""
    data_dir = tmp_path_factory.mktemp("endpoint")
    if endpoint == "running":
        yield endpoint_environment(data_dir, os.environ)
        return
    running = running_moto_server(data_dir) if endpoint == "moto server" else running_emulators(data_dir, services="")
    with running as variables:
        yield variables
