"""A stage deployed to the AWS emulator by the same commands that deploy to AWS, from the packaged artefacts.

The emulator runs in an interpreter with only the packages of Lambda's runtime, so its functions can import nothing
else but their zips. It checks every call of a function against the function's role.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
import yaml

from deploy import stack
from deploy.bundle import package
from deploy.commands import Target, deploy
from deploy.template import ROOT, read_template
from local.access_key import AccessKey, access_key
from local.ports import free_port
from tests.support.cloudfront_proxy import cloudfront_proxy
from tests.support.lambda_runtime import PYTHON as LAMBDA_PYTHON
from tests.support.rest_api import create_rest_api

REGION = "us-east-1"
STAGE = "dev"
ARCH = "x86_64" if os.uname().machine == "x86_64" else "arm64"


@dataclass(frozen=True)
class DeployedStage:
    """A deployed stage.

    ``url`` is the address of page and API behind CloudFront, ``gateway`` the API's address at API Gateway.
    """

    build: Path
    """The package whose template is adapted to the emulator."""
    original: Path
    """The package with the original template, which the emulator's CloudFormation refuses."""
    emulator: str
    target: Target
    url: str
    gateway: str

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the stack's resources, by logical id."""
        return {logical: physical for logical, (_, physical) in self.target.stack.resources().items()}

    def client(self, service: str) -> Any:
        """Return a client with the account's own rights."""
        return boto3.client(service)  # type: ignore[call-overload]

    def logs(self, *functions: str) -> dict[str, list[str]]:
        """Return all lines of the functions' log groups, by function."""
        return {name: self._lines(self.names[f"{name}Log"]) for name in functions}

    def all_logs(self) -> dict[str, list[str]]:
        """Return all lines of all log groups, by the group's name."""
        pages = self.client("logs").get_paginator("describe_log_groups").paginate()
        names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
        return {name: self._lines(name) for name in names}

    def _lines(self, group: str) -> list[str]:
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [line for page in pages for event in page["events"] for line in event["message"].splitlines()]

    def command(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run `python -m deploy` on this stage, by default in this process's environment."""
        return subprocess.run(
            [sys.executable, "-m", "deploy", "--stage", STAGE, *arguments],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip


@contextmanager
def deployed_stage(folder: Path) -> Iterator[DeployedStage]:
    """Package and deploy the stage, yield it, and stop the emulator at the end."""
    build = folder / STAGE
    package(STAGE, ARCH, build)
    original = folder / "original"
    shutil.copytree(build, original, copy_function=os.link)
    key = access_key(folder)
    with _emulator(folder, key) as address, pytest.MonkeyPatch.context() as patch:
        for name, value in _account(address, key).items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        patch.setattr(stack, "_POLL_SECONDS", 0.1)
        target = Target(STAGE)
        _adapt_template(build / "template.yaml")
        make_bucket, *steps, _smoke_test = deploy(target, build, {}, ask=False)
        make_bucket.run()
        _allow_without_tls(target.s3, target.artefacts.bucket, keep=True)
        for step in steps:
            step.run()
        gateway = _adapt(target, address, build)
        domain = target.stack.outputs()["PageUrl"].split("/")[2]
        with cloudfront_proxy(address, domain) as url:
            yield DeployedStage(build, original, address, target, url, gateway)


def _account(address: str, key: AccessKey) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": address,
        **key.environment(),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def _emulator(folder: Path, key: AccessKey) -> Iterator[str]:
    port = free_port()
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # check every function's role
        **key.environment(),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [LAMBDA_PYTHON, "-P", ROOT / "tests" / "support" / "guarded_emulator.py", ROOT],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                requests.get(f"{address}/_ministack/health", timeout=2)
                break
            except requests.ConnectionError:
                assert process.poll() is None, (folder / "emulator.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(30)


_BATCH = "dynamodb:BatchGetItem"


def _allow_batches(resources: dict[str, Any]) -> None:
    """Allow BatchGetItem for all attributes: the emulator does not find the attributes inside ``RequestItems``.

    ``tests/unit/audit/test_role.py`` compares the audit's requests with its role.
    """
    for role in resources.values():
        for policy in role["Properties"].get("Policies", []) if role["Type"] == "AWS::IAM::Role" else []:
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Action"] == [_BATCH]:
                    statement.pop("Condition", None)


def _adapt_template(template: Path) -> None:
    """Remove alarms on computed metrics, which the emulator does not support, and relax a policy and a limit."""
    document = read_template(template)
    resources = document["Resources"]
    computed = [
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    ]
    for name in computed:
        del resources[name]
    _allow_batches(resources)
    # All tests have one address and create more accounts than one address may on one day.
    resources["APIHandler"]["Properties"]["Environment"]["Variables"]["REGISTRATIONS_MAX"] = "1000"
    template.unlink()  # a hard link to the original template
    template.write_text(yaml.safe_dump(document), "utf-8")


def _adapt(target: Target, address: str, build: Path) -> str:
    """Adapt the stage to an emulator on a loopback port without TLS. Return the API's address at its API Gateway."""
    resources = target.stack.resources()
    # The bucket policies refuse every request without TLS.
    for name in ("Files", "PageBucket"):
        _allow_without_tls(target.s3, resources[name][1])
    functions = boto3.client("lambda")
    # The emulator treats a number from a parameter as text.
    for kind, uuid in resources.values():
        if kind == "AWS::Lambda::EventSourceMapping":
            functions.update_event_source_mapping(UUID=uuid, ScalingConfig={"MaximumConcurrency": 2})
    # Retry within seconds instead of hours.
    for name in ("InferenceQueue", "DeadLetterQueue"):
        boto3.client("sqs").set_queue_attributes(QueueUrl=resources[name][1], Attributes={"VisibilityTimeout": "1"})
    function = functions.get_function(FunctionName=resources["APIHandler"][1])["Configuration"]["FunctionArn"]
    api_id = create_rest_api(boto3.client("apigateway"), read_template(build / "template.yaml"), function)
    path = f"/restapis/{api_id}/{STAGE}/_user_request_"
    _point_origin(resources["Distribution"][1], int(address.rpartition(":")[2]), path)
    return address + path


def _allow_without_tls(s3: Any, bucket: str, *, keep: bool = False) -> None:
    """Remove the statement that requires TLS. ``keep``: only make it ineffective, since ``deploy`` looks for it."""
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    for statement in policy["Statement"]:
        if statement["Sid"] == "TlsOnly":
            statement["Condition"] |= {"StringEquals": {"aws:PrincipalAccount": "nobody's"}}
    if not keep:
        policy["Statement"] = [statement for statement in policy["Statement"] if statement["Sid"] != "TlsOnly"]
    if policy["Statement"]:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    else:
        s3.delete_bucket_policy(Bucket=bucket)


def _point_origin(distribution: str, port: int, path: str) -> None:
    """Point the distribution's API origin to the emulator's API Gateway instead of amazonaws.com."""
    cloudfront = boto3.client("cloudfront")
    response = cloudfront.get_distribution_config(Id=distribution)
    config = response["DistributionConfig"]
    (origin,) = (item for item in config["Origins"]["Items"] if "execute-api" in item["DomainName"])
    origin["DomainName"] = "127.0.0.1"
    origin["OriginPath"] = path
    origin["CustomOriginConfig"] |= {"HTTPPort": port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    cloudfront.update_distribution(Id=distribution, IfMatch=response["ETag"], DistributionConfig=config)
