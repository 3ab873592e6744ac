"""A fresh account with the template's own limits: the first deployment from docs/deploying.md, then every command.

The deployer and the operator have only the rights of docs/policies/. The tests run in the order of this file.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from admin.__main__ import _parser
from chalicelib.core.settings import Settings
from chalicelib.inference.storage.file_store import prefixes_of_user
from deploy.artefacts import Artefacts
from deploy.template import ROOT, write_template
from tests.support.deployed import STAGE, DeployedStage, Package, emulated_account, packaged_stage, run
from tests.support.stack import SAMPLES, Person

POLICIES = ROOT / "docs" / "policies"
SECTION = ("## Deploy a stage for the first time", "### Raise the number of predictions at once")
NOT_RECORDED = {
    "cloudformation:ContinueUpdateRollback": "after UPDATE_ROLLBACK_FAILED, by hand",
    "cloudformation:DescribeStackEvents": "after a failed change",
    "cloudformation:TagResource": "has no call of its own",
    "cloudformation:UntagResource": "has no call of its own",
    "cloudformation:UpdateTerminationProtection": "prod only",
    "cloudwatch:DescribeAlarms": "prod only",
    "dynamodb:UpdateTable": "prod only",
    "iam:CreateServiceLinkedRole": "by API Gateway",
    "iam:PassRole": "by CloudFormation",
    "lambda:GetAccountSettings": "the emulator answers it without asking IAM",
    "s3:AbortMultipartUpload": "after a failed upload",
    "s3:GetLifecycleConfiguration": "before the bucket's rule is put",
    "s3:PutLifecycleConfiguration": "once for a bucket; the one of these tests is older",
    "secretsmanager:DescribeSecret": "only if the secret's deletion was begun before",
}
"""The deployer's actions that no command of these tests calls, and when they are called."""
RESTORING = {
    "cloudformation:DescribeStackResource", "dynamodb:DeleteTable", "dynamodb:RestoreTableToPointInTime",
    "lambda:DeleteFunctionConcurrency", "lambda:PutFunctionConcurrency",
    "cloudformation:DescribeStacks",  # of `make smoke`, without AT
}  # fmt: skip
"""Calls of the `aws` commands in docs/operating.md. tests/template/test_policies.py compares them with the policy."""
Environment = dict[str, str]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return packaged_stage(tmp_path_factory.mktemp("packaged"))


@pytest.fixture(scope="module")
def fresh(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStage]:
    """An account without a stage."""
    with emulated_account(tmp_path_factory.mktemp("fresh"), package) as stage:
        yield stage


@pytest.fixture(scope="module")
def first_day() -> date:
    """The day on which the first deployment begins, as the limits count days."""
    return today()


def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture(scope="module")
def deployer(fresh: DeployedStage) -> Environment:
    return fresh.assume(POLICIES / "deployer.json")


@pytest.fixture(scope="module")
def operator(fresh: DeployedStage) -> Environment:
    return fresh.assume(POLICIES / "operator.json")


def commands(stage: str) -> list[str]:
    """Return the make commands for a stage in the docs' first deployment, in their order."""
    begin, end = SECTION
    text = (ROOT / "docs" / "deploying.md").read_text("utf-8").partition(begin)[2].partition(end)[0]
    return re.findall(rf"`(make [a-z-]+ STAGE={stage}[^`]*)`", text)


def python_arguments(command: str) -> list[str]:
    """Return the arguments that a make command gives to Python, without the first one, ``-m``."""
    installed = [item for path in (".venv/.local", ".venv/.dev", "frontend/dist/index.html") for item in ("-o", path)]
    made = subprocess.run(
        ["make", "-s", *installed, r"PYTHON=printf %s\\n", *shlex.split(command)[1:]],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return made.stdout.splitlines()[1:]


def carry_out(
    command: str, stage: DeployedStage, deployer: Environment, operator: Environment, build: Path
) -> subprocess.CompletedProcess[str]:
    """Run a make command of the docs. The stage is reached through the proxy, and the package is there already."""
    module, *arguments = python_arguments(command)
    options = {
        "deploy": ["--packaged", str(build), "--at", stage.url],
        "rollback": ["--at", stage.url],
        "smoke": ["--at", stage.url],
        "destroy": ["--force"],
    }
    name = command.split()[1]
    return run(
        module, *arguments, *options.get(name, []), environment=operator if module == "admin" else deployer
    )  # fmt: skip


def refused(stage: DeployedStage, environment: Environment) -> list[tuple[str, str]]:
    """Return the actions and resources that the person's policy refused."""
    calls = stage.recorded(environment["AWS_ACCESS_KEY_ID"])
    return sorted((call.action, call.resource) for call in calls if not call.is_allowed)


def unused(stage: DeployedStage, environment: Environment, policy: Path) -> set[str]:
    """Return the granted actions that no recorded call needed, without those of CloudFormation's statements."""
    granted: set[str] = set()
    for statement in json.loads(policy.read_text("utf-8"))["Statement"]:
        if "aws:CalledVia" not in json.dumps(statement):
            granted.update([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    return granted - {call.action for call in stage.recorded(environment["AWS_ACCESS_KEY_ID"])}


@pytest.mark.usefixtures("first_day")
def test_the_first_deployment_works_as_the_docs_say(
    fresh: DeployedStage, deployer: Environment, operator: Environment
) -> None:
    walked = commands(STAGE)
    assert [command.split()[1] for command in walked] == [
        "preflight", "deploy", "smoke", "voucher", "audit", "deploy", "rollback", "deploy", "destroy",
    ]  # fmt: skip

    for command in walked[:-1]:
        result = carry_out(command, fresh, deployer, operator, fresh.build)
        output = result.stdout + result.stderr
        assert result.returncode == 0, f"{command}\n{output}\n{refused(fresh, deployer)}"
        assert "NOT FULLY CHECKED" not in output, command
        if command.split()[1] in {"deploy", "rollback"}:
            assert "the account was deleted" in output
            assert re.search(r"the audit is (finished|done), findings: 0", output), output


def test_the_sixth_smoke_test_of_a_day_is_no_failure(
    fresh: DeployedStage, deployer: Environment, first_day: date
) -> None:
    # The first deployment ran five. After midnight they no longer count, so a whole day's number may come before.
    a_day = Settings.model_fields["registrations_max"].default
    checked = 0
    for _ in range(a_day + 1):
        sixth = fresh.command("smoke", "--at", fresh.url, environment=deployer)
        assert sixth.returncode == 0, sixth.stdout + sixth.stderr
        if "the account was deleted" not in sixth.stdout:
            break
        checked += 1

    assert "DEPLOYED, NOT FULLY CHECKED: " in sixth.stdout
    assert checked == 0 or today() > first_day


def test_prod_is_checked_and_its_steps_are_shown(
    fresh: DeployedStage, deployer: Environment, operator: Environment, package: Package, tmp_path: Path
) -> None:
    build = tmp_path / "prod"
    shutil.copytree(package.original, build, copy_function=os.link)
    (build / "template.yaml").unlink()
    shutil.move(write_template("prod", tmp_path), build / "template.yaml")
    preflight, deploy = commands("prod")

    ready = carry_out(preflight, fresh, deployer, operator, build)
    steps = carry_out(f"{deploy} DRY_RUN=1", fresh, deployer, operator, build)

    assert ready.returncode == 0, ready.stdout + ready.stderr
    assert "ok    There is no stack liver-lifespan-prod yet." in ready.stdout
    assert "ok    The account has a CloudFront distribution." in ready.stdout
    assert steps.returncode == 0, steps.stdout + steps.stderr
    assert "Show the changes of the stack liver-lifespan-prod, ask, and carry them out" in steps.stdout


def test_every_command_of_the_operator_needs_only_the_operator_s_policy(
    fresh: DeployedStage, operator: Environment
) -> None:
    reset_limits(fresh)
    anna, boris = Person.registered(fresh.url), Person.registered(fresh.url)
    sample = (SAMPLES / "patients-10.csv").read_bytes()
    assert anna.finished(anna.submit(sample, "mayo").json()["prediction_id"])["is_success"]
    copies = {table: restored_copy(fresh, table) for table in ("Users", "Logins", "Predictions")}
    body, anna_id = {"password": "correct horse"}, anna.get("/api/auth/me").json()["id"]
    assert anna.http.delete(f"{fresh.url}/api/auth/me", json=body, timeout=30).status_code == 204
    forgotten = f"{prefixes_of_user(anna_id)[0]}a-file"
    fresh.client("s3").put_object(Bucket=fresh.names["Files"], Key=forgotten, Body=b"")
    carol = Person.registered(fresh.url)  # newer than the copies
    fresh.client("sqs").send_message(QueueUrl=fresh.names["UnprocessableQueue"], MessageBody="a message")

    given = [
        ["voucher", "--coins", "300"],
        ["price", "--model", "lasso", "--coins", "80"],
        ["model", "--model", "lasso", "--enabled", "yes"],
        ["reset-password", "--user", boris.name],
        ["audit"],
        *(["restore-table", "--table", table, "--from", copy, "--force"] for table, copy in copies.items()),
        ["replay-deletions"],
        ["redrive"],
        ["rotate-secret"],
        ["rotate-secret", "--which", "origin"],
    ]
    for arguments in given:
        result = run("admin", "--stage", STAGE, *arguments, environment=operator)
        assert result.returncode == 0, f"{arguments}\n{result.stdout}\n{result.stderr}\n{refused(fresh, operator)}"

    assert {arguments[0] for arguments in given} == all_commands()
    assert refused(fresh, operator) == []
    assert carol.get("/api/auth/me").status_code == 401
    assert unused(fresh, operator, POLICIES / "operator.json") == RESTORING


def all_commands() -> set[str]:
    """Return the names of the operator's commands."""
    (subparsers,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return set(subparsers.choices)


def reset_limits(stage: DeployedStage) -> None:
    """Delete the counters of the limits, as docs/operating.md says."""
    dynamodb, table = stage.client("dynamodb"), stage.names["Throttles"]
    for item in dynamodb.scan(TableName=table)["Items"]:
        if item["throttle"]["S"] != "audit":
            dynamodb.delete_item(TableName=table, Key={"throttle": item["throttle"]})


def restored_copy(stage: DeployedStage, table: str) -> str:
    """Copy a table as point-in-time recovery would. Return the name that docs/operating.md gives the copy."""
    dynamodb: Any = stage.client("dynamodb")
    name, live = f"liver-lifespan-{STAGE}-restored-{table}", stage.names[table]
    description = dynamodb.describe_table(TableName=live)["Table"]
    schema = {key: description[key] for key in ("KeySchema", "AttributeDefinitions")}
    if indexes := description.get("GlobalSecondaryIndexes"):
        kept = ("IndexName", "KeySchema", "Projection")
        schema["GlobalSecondaryIndexes"] = [{key: index[key] for key in kept} for index in indexes]
    dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **schema)
    for item in dynamodb.scan(TableName=live)["Items"]:
        dynamodb.put_item(TableName=name, Item=item)
    return name


def test_the_stage_is_taken_down_and_the_deployer_needed_every_right_and_no_other(
    fresh: DeployedStage, deployer: Environment, operator: Environment
) -> None:
    destroyed = carry_out(commands(STAGE)[-1], fresh, deployer, operator, fresh.build)

    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert fresh.target.stack.describe() is None
    assert refused(fresh, deployer) == []
    make_bucket_in_another_region(deployer)
    assert unused(fresh, deployer, POLICIES / "deployer.json") <= NOT_RECORDED.keys()


def make_bucket_in_another_region(deployer: Environment) -> None:
    """Make the bucket of releases, which existed already. The emulator has no TLS, so its policy ends this early."""
    session = boto3.Session(
        deployer["AWS_ACCESS_KEY_ID"], deployer["AWS_SECRET_ACCESS_KEY"], deployer["AWS_SESSION_TOKEN"], "eu-west-1"
    )
    artefacts = Artefacts(session.client("s3"), session.client("sts").get_caller_identity()["Account"], STAGE)
    with pytest.raises(ClientError, match="explicit deny"):
        artefacts.ensure()
