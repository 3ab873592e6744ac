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
from deploy.commands import Target
from deploy.template import ROOT, read_template
from local.access_key import AccessKey, access_key
from local.ports import free_port
from tests.support.cloudfront_proxy import cloudfront_proxy
from tests.support.lambda_runtime import PYTHON as LAMBDA_PYTHON
from tests.support.rest_api import create_rest_api

REGION = "us-east-1"
STAGE = "dev"
ARCH = "x86_64" if os.uname().machine == "x86_64" else "arm64"


@dataclass(frozen=True, slots=True)
class Package:
    """A packaged stage: as it is deployed to AWS, and as the emulator takes it."""

    original: Path
    adapted: Path


@dataclass(frozen=True, slots=True)
class Call:
    """A call that IAM had to allow, with the id of the access key that signed it."""

    key: str
    action: str
    resource: str
    is_allowed: bool


@dataclass(frozen=True)
class DeployedStage:
    """A stage in an emulated account. ``url`` is the address of page and API behind CloudFront."""

    package: Package
    emulator: str
    target: Target
    url: str
    calls: Path

    @property
    def build(self) -> Path:
        """The package whose template is adapted to the emulator."""
        return self.package.adapted

    @property
    def original(self) -> Path:
        """The package with the original template, which the emulator's CloudFormation refuses."""
        return self.package.original

    @cached_property
    def gateway(self) -> str:
        """The API's address at API Gateway. The first access adapts the stage, which must be deployed."""
        return _adapt(self.target, self.emulator, self.build)

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the stack's resources, by logical id."""
        return {logical: physical for logical, (_, physical) in self.target.stack.resources().items()}

    def domain(self) -> str:
        """Return the distribution's domain, once it leads to the API."""
        assert self.gateway
        return self._domain

    @cached_property
    def _domain(self) -> str:
        return self.target.stack.outputs()["PageUrl"].split("/")[2]

    def recorded(self, key: str) -> set[Call]:
        """Return the calls that were signed with an access key."""
        calls = (Call(*json.loads(line)) for line in self.calls.read_text().splitlines())
        return {call for call in calls if call.key == key}

    def assume(self, policy: Path) -> dict[str, str]:
        """Return the environment of somebody with only the rights of ``policy``."""
        iam, account = self.client("iam"), self.client("sts").get_caller_identity()["Account"]
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=policy.stem, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=policy.stem, PolicyName=policy.stem, PolicyDocument=policy.read_text("utf-8"))
        session = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="anna")["Credentials"]
        return os.environ | {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

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
        return run("deploy", "--stage", STAGE, *arguments, environment=environment)


def run(module: str, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of the operator, by default in this process's environment."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def packaged_stage(folder: Path, **settings: str) -> Package:
    """Package the stage, and adapt its template to the emulator.

    ``settings``: environment variables of the API function, where the stage's own don't suit a test.
    """
    original, adapted = folder / "original", folder / "adapted"
    package(STAGE, ARCH, original)
    shutil.copytree(original, adapted, copy_function=os.link)
    _adapt_template(adapted / "template.yaml", settings)
    return Package(original, adapted)


@contextmanager
def emulated_account(folder: Path, package: Package) -> Iterator[DeployedStage]:
    """Start an emulator, yield the stage, which is not deployed yet, and stop the emulator at the end."""
    key, calls = access_key(folder), folder / "calls.jsonl"
    with _emulator(folder, key, calls) as address, pytest.MonkeyPatch.context() as patch:
        for name, value in _account(address, key).items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        patch.setattr(stack, "_POLL_SECONDS", 0.1)
        target = Target(STAGE)
        target.artefacts.ensure()
        _allow_without_tls(target.s3, target.artefacts.bucket)

        def domain() -> str:
            return stage.domain()

        with cloudfront_proxy(address, domain) as url:
            stage = DeployedStage(package, address, target, url, calls)
            yield stage


@contextmanager
def deployed_stage(folder: Path) -> Iterator[DeployedStage]:
    """Package and deploy the stage, yield it, and stop the emulator at the end."""
    # All tests have one address and create more accounts than one address may on one day.
    package = packaged_stage(folder, REGISTRATIONS_MAX="1000")
    with emulated_account(folder, package) as stage:
        deployment = stage.command("deploy", "--packaged", str(stage.build), "--at", stage.url)
        assert deployment.returncode == 0, deployment.stdout + deployment.stderr
        yield stage


def _account(address: str, key: AccessKey) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": address,
        **key.environment(),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def _emulator(folder: Path, key: AccessKey, calls: Path) -> Iterator[str]:
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
        "RECORDED_CALLS": str(calls),
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


def _adapt_template(template: Path, settings: dict[str, str]) -> None:
    """Remove alarms on computed metrics, which the emulator does not support, relax policies, and set ``settings``."""
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
    for resource in resources.values():
        if resource["Type"] == "AWS::S3::BucketPolicy":
            _disable_tls_only(resource["Properties"]["PolicyDocument"])
    resources["APIHandler"]["Properties"]["Environment"]["Variables"] |= settings
    template.unlink()  # a hard link to the original template
    template.write_text(yaml.safe_dump(document), "utf-8")


def _adapt(target: Target, address: str, build: Path) -> str:
    """Adapt the stage to an emulator on a loopback port without TLS. Return the API's address at its API Gateway."""
    resources = target.stack.resources()
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


def _allow_without_tls(s3: Any, bucket: str) -> None:
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    _disable_tls_only(policy)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _disable_tls_only(policy: dict[str, Any]) -> None:
    """Make the statement ineffective that refuses every request without TLS, which the emulator does not have."""
    for statement in policy["Statement"]:
        if statement["Sid"] == "TlsOnly":
            statement["Condition"] |= {"StringEquals": {"aws:PrincipalAccount": "nobody's"}}


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


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
