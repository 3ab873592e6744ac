"""The operator's commands on a deployed stage. They find its resources by the name of its CloudFormation stack."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from admin.stage import TABLES, Stage
from chalicelib.auth.normalization import Credentials, Registration
from chalicelib.auth.tokens import TokenInvalidError
from chalicelib.wiring import Services
from local.provision import OPERATOR_QUEUES, read_template, variables
from tests.support.emulators import EmulatorClients, session_of
from tests.support.stack import ROOT

TYPES = {"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}


@pytest.fixture
def account(environment: dict[str, str]) -> dict[str, str]:
    """The environment variables that point to an account with CloudFormation."""
    # The emulator's CloudFormation creates tables in its own DynamoDB.
    return environment | {"AWS_ENDPOINT_URL_DYNAMODB": environment["AWS_ENDPOINT_URL"]}


@pytest.fixture
def stage() -> str:
    """A stage name that no other test uses."""
    return f"t{os.urandom(4).hex()}"


@pytest.fixture
def deploy(account: dict[str, str], stage: str, endpoint: str) -> Callable[..., Any]:
    """A function that creates the stack of the stage from the template's resources and returns a session."""

    def create_stack(*, without: str = "") -> Any:
        resources = {
            logical_id: resource
            for logical_id, resource in read_template().items()
            if resource.get("Type") in TYPES and logical_id != without
        }
        session, stack = session_of(account), f"liver-lifespan-{stage}"
        client = session.client("cloudformation")
        body = {"Resources": resources}
        try:
            client.create_stack(StackName=stack, TemplateBody=json.dumps(body))
        except (ClientError, ResponseParserError):
            if endpoint != "running":
                raise
            pytest.skip("this endpoint serves no CloudFormation")
        client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        summaries = client.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        created = {summary["LogicalResourceId"] for summary in summaries if summary.get("PhysicalResourceId")}
        # moto doesn't know this type, and nothing works on a stage without a signing secret.
        if endpoint != "emulators" and "SigningSecret" not in created:
            pytest.skip("this endpoint's CloudFormation creates no AWS::SecretsManager::Secret")
        return session

    return create_stack


def admin(account: dict[str, str], stage: str, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command. It prints the account as its first line of stderr, which is left out of the result."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | account
    completed = subprocess.run(
        [sys.executable, "-m", "admin", "--stage", stage, *arguments],
        cwd=ROOT, env=environment | {"JWT_SECRET": "of another stage, 32 bytes or more", "USERS_TABLE": "of another"},
        capture_output=True, text=True, timeout=120, check=False, input=answer,
    )  # fmt: skip
    line, _, completed.stderr = completed.stderr.partition("\n")
    assert re.fullmatch(r"AWS account \d{12}, region \S+, as arn:aws:\S+", line)
    return completed


def deployed_stage(account: dict[str, str], stage: str) -> Stage:
    """Return the deployed stage, with services that use its resources."""
    session = session_of(account)
    stack = session.client("cloudformation").list_stack_resources(StackName=f"liver-lifespan-{stage}")
    physical_ids = {
        summary["LogicalResourceId"]: summary["PhysicalResourceId"] for summary in stack["StackResourceSummaries"]
    }
    names = variables(read_template()) | OPERATOR_QUEUES
    values = {name: physical_ids[logical_id] for name, logical_id in names.items()} | {"STAGE": stage}
    deployed = Stage(stage, values)
    # Set the cached property, so that the services use the clients of this endpoint.
    deployed.__dict__["services"] = Services(deployed.services.settings, EmulatorClients(session))
    return deployed


def copy_table(dynamodb: Any, table: str) -> str:
    """Copy the table as point-in-time recovery would restore it now. Return the name of the copy."""
    description = dynamodb.describe_table(TableName=table)["Table"]
    schema = {name: description[name] for name in ("KeySchema", "AttributeDefinitions")}
    dynamodb.create_table(TableName=f"{table}-restored", BillingMode="PAY_PER_REQUEST", **schema)
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.put_item(TableName=f"{table}-restored", Item=item)
    return f"{table}-restored"


def is_logged_in(stage: Stage, token: str) -> bool:
    try:
        return bool(stage.services.accounts.identify(token))
    except TokenInvalidError:
        return False


def test_a_rotation_logs_nobody_out_and_two_log_everybody_out(
    account: dict[str, str], stage: str, deploy: Callable[..., Any]
) -> None:
    deploy()
    body = Registration(name="anna", email="anna@example.org", password="correct horse")
    token = deployed_stage(account, stage).services.accounts.register(body).access_token

    first = admin(account, stage, "rotate-secret")
    assert (first.returncode, first.stderr) == (0, "")
    assert is_logged_in(deployed_stage(account, stage), token)

    refused = admin(account, stage, "rotate-secret")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert is_logged_in(deployed_stage(account, stage), token)

    assert admin(account, stage, "rotate-secret", "--force").returncode == 0
    assert not is_logged_in(deployed_stage(account, stage), token)
    log_in = Credentials(name="anna", password="correct horse")
    assert is_logged_in(
        deployed_stage(account, stage), deployed_stage(account, stage).services.accounts.log_in(log_in).access_token
    )


def test_restored_tables_and_replayed_deletions_leave_nothing_of_the_deleted(
    account: dict[str, str], stage: str, deploy: Callable[..., Any]
) -> None:
    dynamodb = deploy().client("dynamodb")
    deployed = deployed_stage(account, stage)
    accounts = deployed.services.accounts
    for name in ("anna", "boris"):
        accounts.register(Registration(name=name, email=f"{name}@example.org", password="correct horse"))
    anna = accounts.log_in(Credentials(name="anna", password="correct horse")).user
    copies = {table: copy_table(dynamodb, deployed.variables[TABLES[table]]) for table in ("Users", "Logins")}
    accounts.delete(anna, "correct horse")

    for table, copy in copies.items():
        counted = admin(account, stage, "restore-table", "--table", table, "--from", copy, "--dry-run")
        assert counted.stdout.count("to be written") == 2
        unconfirmed = admin(account, stage, "restore-table", "--table", table, "--from", copy, answer="yes\n")
        assert unconfirmed.returncode == 1
        assert unconfirmed.stderr == "Nothing was changed.\n"
        restored = admin(account, stage, "restore-table", "--table", table, "--from", copy, answer=f"{table}\n")
        assert (restored.returncode, restored.stderr) == (0, "")
    assert deployed.services.users.user(anna.id)

    replay = admin(account, stage, "replay-deletions")
    audit = admin(account, stage, "audit")

    assert (replay.returncode, replay.stderr) == (0, "")
    assert [line.split()[-1] for line in replay.stdout.splitlines()] == ["1", "1", "2", "0"]
    remaining = [dynamodb.scan(TableName=deployed.variables[TABLES[table]])["Items"] for table in ("Users", "Logins")]
    assert "anna" not in repr(remaining)
    assert "boris" in repr(remaining)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    again = Registration(name="anna", email="anna@example.org", password="correct horse")
    assert accounts.register(again).user.balance == 0


def test_redrive_moves_unprocessable_messages_to_the_dead_letter_queue(
    account: dict[str, str], stage: str, deploy: Callable[..., Any]
) -> None:
    sqs = deploy().client("sqs")
    queues = deployed_stage(account, stage).variables
    for number in range(12):
        sqs.send_message(QueueUrl=queues["UNPROCESSABLE_QUEUE_URL"], MessageBody=f"message {number}")

    counted = admin(account, stage, "redrive", "--dry-run")
    moved = admin(account, stage, "redrive")

    assert counted.stdout == "Messages in the unprocessable queue: 12. Nothing was moved.\n"
    assert (moved.returncode, moved.stderr) == (0, "")
    assert moved.stdout == "Messages moved back to the dead-letter queue: 12 of 12.\n"
    names = ["ApproximateNumberOfMessages"]
    for queue, count in (("DEAD_LETTER_QUEUE_URL", 12), ("UNPROCESSABLE_QUEUE_URL", 0)):
        attributes = sqs.get_queue_attributes(QueueUrl=queues[queue], AttributeNames=names)["Attributes"]
        assert int(attributes["ApproximateNumberOfMessages"]) == count


def test_every_command_finds_the_resources_of_the_stack(
    account: dict[str, str], stage: str, deploy: Callable[..., Any]
) -> None:
    tables = deploy().client("dynamodb")
    names = {name.split("-")[3]: name for name in tables.list_tables()["TableNames"] if stage in name}

    voucher = admin(account, stage, "voucher", "--coins", "300")
    price = admin(account, stage, "price", "--model", "lasso", "--coins", "80")
    model = admin(account, stage, "model", "--model", "lasso", "--enabled", "no")
    nobody = admin(account, stage, "reset-password", "--user", "nobody")
    audit = admin(account, stage, "audit")

    assert [command.stderr for command in (voucher, price, model, audit)] == [""] * 4
    assert tables.scan(TableName=names["Vouchers"])["Count"] == 1
    (offer,) = tables.scan(TableName=names["Offers"])["Items"]
    assert offer == {"model_id": {"S": "lasso"}, "coins": {"N": "80"}, "enabled": {"BOOL": False}}
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("There is no account")
    assert audit.returncode == 0
    assert "Everything adds up." in audit.stdout


def test_for_a_stage_that_is_not_deployed_a_command_prints_one_sentence(account: dict[str, str], stage: str) -> None:
    completed = admin(account, stage, "audit")

    assert (completed.returncode, completed.stdout) == (1, "")
    assert completed.stderr.startswith(f"The stack liver-lifespan-{stage} can't be read with your AWS credentials:")
    assert "Traceback" not in completed.stderr


def test_for_a_stage_of_an_older_version_a_command_prints_one_sentence(
    account: dict[str, str], stage: str, deploy: Callable[..., Any]
) -> None:
    deploy(without="Erasures")

    completed = admin(account, stage, "audit")

    assert (completed.returncode, completed.stdout) == (1, "")
    assert completed.stderr == f"The stack liver-lifespan-{stage} lacks Erasures. Deploy this version first.\n"
