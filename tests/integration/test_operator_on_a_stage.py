"""The operator's commands on a deployed stage: what CloudFormation made is found through the stack's own name."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from local.provision import read_template
from tests.support.emulators import session_of
from tests.support.stack import ROOT

TYPES = {"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}


@pytest.fixture
def account(environment: dict[str, str]) -> dict[str, str]:
    """An account with CloudFormation; the variables that lead there."""
    # The AWS emulator's CloudFormation makes tables in the same emulator's DynamoDB.
    return environment | {"AWS_ENDPOINT_URL_DYNAMODB": environment["AWS_ENDPOINT_URL"]}


@pytest.fixture
def stage() -> str:
    """Nobody else's, on whatever endpoint."""
    return f"t{os.urandom(4).hex()}"


@pytest.fixture
def deploy(account: dict[str, str], stage: str, endpoint: str) -> Callable[..., Any]:
    """Makes the stage's stack of the template's resources; a session in its account."""

    def deployed(*, without: str = "") -> Any:
        resources = {
            logical_id: resource
            for logical_id, resource in read_template().items()
            if resource.get("Type") in TYPES and logical_id != without
        }
        session, stack = session_of(account), f"liver-lifespan-{stage}"
        client = session.client("cloudformation")
        body = {"Conditions": {"IsProd": {"Fn::Equals": ["dev", "prod"]}}, "Resources": resources}
        client.create_stack(StackName=stack, TemplateBody=json.dumps(body))
        client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        found = client.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        made = {each["LogicalResourceId"] for each in found if each.get("PhysicalResourceId")}
        # moto's doesn't know the type; nothing works on a stage without a signing secret.
        if endpoint != "emulators" and "SigningSecret" not in made:
            pytest.skip("this endpoint's CloudFormation makes no AWS::SecretsManager::Secret")
        return session

    return deployed


def admin(account: dict[str, str], stage: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | account
    return subprocess.run(
        [sys.executable, "-m", "admin", "--stage", stage, *arguments],
        cwd=ROOT, env=environment | {"JWT_SECRET": "of another stage, 32 bytes or more", "USERS_TABLE": "of another"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_every_command_works_on_what_the_stack_made(
    account: dict[str, str], stage: str, deploy: Callable[..., Any]
) -> None:
    tables = deploy().client("dynamodb")
    names = {name.split("-")[3]: name for name in tables.list_tables()["TableNames"] if stage in name}

    voucher = admin(account, stage, "voucher", "--coins", "300")
    price = admin(account, stage, "price", "--model", "lasso", "--coins", "80")
    model = admin(account, stage, "model", "--model", "lasso", "--enabled", "no")
    nobody = admin(account, stage, "reset-password", "--user", "nobody")
    audit = admin(account, stage, "audit")

    assert [each.stderr for each in (voucher, price, model, audit)] == [""] * 4
    assert tables.scan(TableName=names["Vouchers"])["Count"] == 1
    (offer,) = tables.scan(TableName=names["Offers"])["Items"]
    assert offer == {"model_id": {"S": "lasso"}, "coins": {"N": "80"}, "enabled": {"BOOL": False}}
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("There is no account")
    assert audit.returncode == 0
    assert "Everything adds up." in audit.stdout


def test_a_stage_that_is_not_deployed_is_a_sentence(account: dict[str, str], stage: str) -> None:
    asked = admin(account, stage, "audit")

    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith(f"The stack liver-lifespan-{stage} can't be read with your AWS credentials:")
    assert "Traceback" not in asked.stderr


def test_a_stage_of_an_older_version_is_a_sentence(
    account: dict[str, str], stage: str, deploy: Callable[..., Any]
) -> None:
    deploy(without="Erasures")

    asked = admin(account, stage, "audit")

    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr == f"The stack liver-lifespan-{stage} lacks Erasures. Deploy this version first.\n"
