"""The AWS emulator, and DynamoDB's own where it exists, for tests that talk to them directly.

The integration tests can be pointed at an endpoint that runs already (docs/other-endpoints.md).
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
    """Skip where there is no durable DynamoDB. In CI it must be installed; what the machine can't do, CI can't mend."""
    if dynamodb.executable() is None:
        reason = "dynoxide has no package for this machine"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    if not isolation.is_possible():
        pytest.skip(dynamodb.unavailable_reason())


TEST_KEY = AccessKey("test", "test")
"""What emulators that verify nothing are given."""


@contextmanager
def running_emulators(data_dir: Path, services: str | None = None) -> Iterator[dict[str, str]]:
    """Both on free ports, their logs in ``data_dir``; the environment with which boto3 finds them.

    ``services``: those of AWS that the emulator starts, divided by commas; all of them if it is empty, and the local
    stack's if it is None.
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
    """moto's server on a free port, for everything; the environment with which boto3 finds it."""
    config = LocalConfig(LOOPBACK, 0, data_dir, free_port(), 1)
    arguments = ("-H", LOOPBACK, "-p", str(config.emulator_port))
    process = _start("moto.server", *arguments, log=data_dir / "moto.log", environment=aws_environment(config))
    try:
        assert wait_until_answered(config.endpoint, lambda: process.poll() is None)
        yield aws_environment(config) | TEST_KEY.environment()
    finally:
        process.terminate()
        process.wait()


def endpoint_environment(data_dir: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The environment with which boto3 finds the endpoint that the variables of ``given`` name.

    Its keys are those of the local stack that runs there (``TEST_ENDPOINT_DATA_DIR`` is its data folder), else
    ``test`` and ``test``, whatever the person has: no account of AWS takes either.

    Raises
    ------
    ValueError
        The endpoint is another machine's, and ``TEST_ENDPOINT_REMOTE=yes`` doesn't say that this is meant.
    """
    url = given["TEST_ENDPOINT_URL"]
    urls = {"AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_DYNAMODB": given.get("TEST_ENDPOINT_URL_DYNAMODB", url)}
    for each in urls.values():
        if not is_loopback(each) and given.get("TEST_ENDPOINT_REMOTE") != "yes":
            raise ValueError(f"{each} is not on this machine, and the tests write there: TEST_ENDPOINT_REMOTE=yes")
    environment = aws_environment(LocalConfig(LOOPBACK, 0, data_dir, 0, 1)) | TEST_KEY.environment() | urls
    try:
        there = running.variables_of(Path(given.get("TEST_ENDPOINT_DATA_DIR", data_dir)))
    except StackError:
        return environment
    if is_loopback(url) and urlsplit(there["AWS_ENDPOINT_URL"]).port == urlsplit(url).port:
        return environment | {name: value for name, value in there.items() if name.startswith("AWS_")}
    return environment


def is_loopback(url: str) -> bool:
    """Whether only this machine answers there."""
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
    """A boto3 session whose clients talk to the emulators of ``environment``."""
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )
    client = session.client

    def emulated(service: str, **more: object) -> object:
        own = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"])
        return client(service, endpoint_url=own, **more)  # type: ignore[call-overload]

    session.client = emulated  # type: ignore[method-assign,assignment]
    return session


class EmulatorClients:
    """What the services take their clients from, over ``session``."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._made: dict[str, Any] = {}

    def _client(self, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self._session.client(service)
        return self._made[service]

    def dynamodb(self) -> DynamoDBClient:
        return self._client("dynamodb")  # type: ignore[no-any-return]

    def s3(self) -> S3Client:
        return self._client("s3")  # type: ignore[no-any-return]

    def sqs(self) -> SQSClient:
        return self._client("sqs")  # type: ignore[no-any-return]

    def secretsmanager(self) -> SecretsManagerClient:
        return self._client("secretsmanager")  # type: ignore[no-any-return]


def settings_of(resources: dict[str, str], **more: str) -> Settings:
    """Local settings for provisioned ``resources``."""
    names = {name.lower(): value for name, value in resources.items()}
    return Settings.model_validate(
        {"stage": "local", "jwt_secret": "x" * 32, "marks_secret": "y" * 32, "bcrypt_cost": 4, **names, **more}
    )
