"""The operator's commands on a deployed stage: what CloudFormation made is found through the stack's own name."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from local.provision import read_template
from tests.support.emulators import running_emulators, session_of
from tests.support.stack import ROOT

TYPES = {"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An account with CloudFormation; the variables that lead there."""
    with running_emulators(tmp_path_factory.mktemp("emulators")) as environment:
        # The AWS emulator's CloudFormation makes tables in the same emulator's DynamoDB.
        yield environment | {"AWS_ENDPOINT_URL_DYNAMODB": environment["AWS_ENDPOINT_URL"]}


def deploy(account: dict[str, str], stack: str, *, without: str = "") -> Any:
    """A stack of the template's resources; a session in its account."""
    resources = {
        logical_id: resource
        for logical_id, resource in read_template().items()
        if resource.get("Type") in TYPES and logical_id != without
    }
    session = session_of(account)
    client = session.client("cloudformation")
    client.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": resources}))
    client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    return session


def admin(account: dict[str, str], stage: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | account
    return subprocess.run(
        [sys.executable, "-m", "admin", "--stage", stage, *arguments],
        cwd=ROOT, env=environment | {"JWT_SECRET": "of another stage, 32 bytes or more", "USERS_TABLE": "of another"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_every_command_works_on_what_the_stack_made(account: dict[str, str]) -> None:
    tables = deploy(account, "liver-lifespan-dev").client("dynamodb")
    names = {name.split("-")[3]: name for name in tables.list_tables()["TableNames"] if "lifespan-dev" in name}

    voucher = admin(account, "dev", "voucher", "--coins", "300")
    price = admin(account, "dev", "price", "--model", "lasso", "--coins", "80")
    model = admin(account, "dev", "model", "--model", "lasso", "--enabled", "no")
    nobody = admin(account, "dev", "reset-password", "--user", "nobody")
    audit = admin(account, "dev", "audit")

    assert [each.stderr for each in (voucher, price, model, audit)] == [""] * 4
    assert tables.scan(TableName=names["Vouchers"])["Count"] == 1
    (offer,) = tables.scan(TableName=names["Offers"])["Items"]
    assert offer == {"model_id": {"S": "lasso"}, "coins": {"N": "80"}, "enabled": {"BOOL": False}}
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("There is no account")
    assert audit.returncode == 0
    assert "Everything adds up." in audit.stdout


def test_a_stage_that_is_not_deployed_is_a_sentence(account: dict[str, str]) -> None:
    asked = admin(account, "prod", "audit")

    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith("The stack liver-lifespan-prod can't be read with your AWS credentials:")
    assert "Traceback" not in asked.stderr


def test_a_stage_of_an_older_version_is_a_sentence(account: dict[str, str]) -> None:
    deploy(account, "liver-lifespan-old", without="Erasures")

    asked = admin(account, "old", "audit")

    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr == "The stack liver-lifespan-old lacks Erasures. Deploy this version first.\n"
