"""The AWS emulator and dynoxide, for tests that call them directly.

The integration tests can also use an endpoint that already runs (docs/other-endpoints.md).
"""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest

from chalicelib.core.settings import Settings
from local import dynamodb, isolation, running
from local.access_key import AccessKey
from local.config import ROOT, LocalConfig, aws_environment, emulator_environment
from local.errors import StackError
from local.guard import HEALTH
from local.ports import LOOPBACK, free_port, wait_until_answered

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


def require_dynoxide() -> None:
    """Skip the test if dynoxide can't serve here. In CI it must at least be installed."""
    if dynamodb.executable() is None:
        reason = "dynoxide has no package for this machine"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    if not isolation.is_possible():
        pytest.skip(dynamodb.unavailable_reason())


TEST_KEY = AccessKey("test", "test")
"""The key for emulators that verify no signatures."""


@contextmanager
def running_emulators(data_dir: Path, services: str | None = None) -> Iterator[dict[str, str]]:
    """Run the emulators on free ports and yield the environment from which boto3 finds them. Logs go to ``data_dir``.

    ``services``: the AWS services of the emulator, separated by commas. Empty means all, None those of the local stack.
    """
    port = free_port() if dynamodb.executable() else None
    config = LocalConfig(LOOPBACK, 0, data_dir, free_port(), 1, port)
    emulator = emulator_environment(config) | ({"SERVICES": services} if services is not None else {})
    processes = [_start("local.emulator", log=data_dir / "emulator.log", environment=emulator)]
    if port:
        arguments = (
            str(port),
            str(data_dir / dynamodb.DATABASE),
            *([] if isolation.is_possible() else [dynamodb.OPEN]),
        )
        processes.append(
            _start("local.dynamodb", *arguments, log=data_dir / "dynamodb.log", environment=aws_environment(config))
        )
        assert wait_until_answered(config.dynamodb_endpoint, lambda: processes[1].poll() is None)
    assert wait_until_answered(config.endpoint + HEALTH, lambda: processes[0].poll() is None)
    try:
        yield aws_environment(config)
    finally:
        for process in processes:
            process.terminate()
            process.wait()


@contextmanager
def running_moto_server(data_dir: Path) -> Iterator[dict[str, str]]:
    """Run moto's server on a free port for all services. Yield the environment from which boto3 finds it."""
    config = LocalConfig(LOOPBACK, 0, data_dir, free_port(), 1)
    arguments = ("-H", LOOPBACK, "-p", str(config.emulator_port))
    process = _start("moto.server", *arguments, log=data_dir / "moto.log", environment=aws_environment(config))
    try:
        assert wait_until_answered(config.endpoint, lambda: process.poll() is None)
        yield aws_environment(config) | TEST_KEY.environment()
    finally:
        process.terminate()
        process.wait()


def endpoint_environment(data_dir: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment from which boto3 finds the endpoint in ``variables`` (``TEST_ENDPOINT_URL``).

    The access key is that of the local stack that runs there, with the data folder ``TEST_ENDPOINT_DATA_DIR``.
    Otherwise it is ``test``. The person's own keys are never used, so no AWS account accepts the requests.

    Raises
    ------
    ValueError
        The endpoint is on another machine, and ``TEST_ENDPOINT_REMOTE=yes`` is not set.
    """
    url = variables["TEST_ENDPOINT_URL"]
    urls = {"AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_DYNAMODB": variables.get("TEST_ENDPOINT_URL_DYNAMODB", url)}
    for endpoint in urls.values():
        if not is_loopback(endpoint) and variables.get("TEST_ENDPOINT_REMOTE") != "yes":
            raise ValueError(
                f"{endpoint} is not on this machine, and the tests write there. Confirm it: TEST_ENDPOINT_REMOTE=yes"
            )
    environment = aws_environment(LocalConfig(LOOPBACK, 0, data_dir, 0, 1)) | TEST_KEY.environment() | urls
    try:
        stack = running.variables_of(Path(variables.get("TEST_ENDPOINT_DATA_DIR", data_dir)))
    except StackError:
        return environment
    if is_loopback(url) and urlsplit(stack["AWS_ENDPOINT_URL"]).port == urlsplit(url).port:
        return environment | {name: value for name, value in stack.items() if name.startswith("AWS_")}
    return environment


def is_loopback(url: str) -> bool:
    """Return whether ``url`` is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _start(
    module: str, *arguments: str, log: Path, environment: dict[str, str] | os._Environ[str]
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", module, *arguments]
    with log.open("ab") as output:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


def session_of(environment: dict[str, str]) -> boto3.Session:
    """Return a boto3 session whose clients use the emulators of ``environment``."""
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )
    client = session.client

    def emulator_client(service: str, **options: object) -> object:
        endpoint = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"])
        return client(service, endpoint_url=endpoint, **options)  # type: ignore[call-overload]

    session.client = emulator_client  # type: ignore[method-assign,assignment]
    return session


class EmulatorClients:
    """The clients for ``Services``, created once from ``session``."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    def dynamodb(self) -> DynamoDBClient:
        return self._client("dynamodb")  # type: ignore[no-any-return]

    def s3(self) -> S3Client:
        return self._client("s3")  # type: ignore[no-any-return]

    def sqs(self) -> SQSClient:
        return self._client("sqs")  # type: ignore[no-any-return]

    def secretsmanager(self) -> SecretsManagerClient:
        return self._client("secretsmanager")  # type: ignore[no-any-return]


def settings_of(resources: dict[str, str], **more: str) -> Settings:
    """Return local settings for provisioned ``resources``."""
    names = {name.lower(): value for name, value in resources.items()}
    return Settings.model_validate(
        {"stage": "local", "jwt_secret": "x" * 32, "marks_secret": "y" * 32, "bcrypt_cost": 4, **names, **more}
    )
