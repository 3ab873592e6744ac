"""The operator's commands on a deployed stage: what CloudFormation made is found through the stack's own name."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from admin.stage import TABLES, Stage
from chalicelib.auth.names import Credentials, Registration
from chalicelib.auth.tokens import TokenInvalidError
from chalicelib.wiring import Services
from local.provision import OPERATOR_QUEUES, read_template, variables
from tests.support.emulators import EmulatorClients, running_emulators, session_of
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


def admin(account: dict[str, str], stage: str, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | account
    return subprocess.run(
        [sys.executable, "-m", "admin", "--stage", stage, *arguments],
        cwd=ROOT, env=environment | {"JWT_SECRET": "of another stage, 32 bytes or more", "USERS_TABLE": "of another"},
        capture_output=True, text=True, timeout=120, check=False, input=answer,
    )  # fmt: skip


def stage_of(account: dict[str, str], stage: str) -> Stage:
    """The deployed stage as a process of it sees it."""
    session = session_of(account)
    found = session.client("cloudformation").list_stack_resources(StackName=f"liver-lifespan-{stage}")
    physical = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found["StackResourceSummaries"]}
    names = variables(read_template()) | OPERATOR_QUEUES
    known = {name: physical[logical_id] for name, logical_id in names.items()} | {"STAGE": stage}
    found_stage = Stage(stage, known)
    there = Services(found_stage.services.settings, EmulatorClients(session))
    found_stage.__dict__["services"] = there  # where the property keeps them
    return found_stage


def copy_table(dynamodb: Any, table: str) -> str:
    """What point-in-time recovery would make of the table at this moment."""
    known = dynamodb.describe_table(TableName=table)["Table"]
    wanted = {each: known[each] for each in ("KeySchema", "AttributeDefinitions")}
    dynamodb.create_table(TableName=f"{table}-restored", BillingMode="PAY_PER_REQUEST", **wanted)
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.put_item(TableName=f"{table}-restored", Item=item)
    return f"{table}-restored"


def is_logged_in(stage: Stage, token: str) -> bool:
    try:
        return bool(stage.services.accounts.authenticate(token))
    except TokenInvalidError:
        return False


def test_a_rotation_logs_nobody_out_and_two_log_everybody_out(account: dict[str, str]) -> None:
    deploy(account, "liver-lifespan-turn")
    body = Registration(name="anna", email="anna@example.org", password="correct horse")
    token = stage_of(account, "turn").services.accounts.register(body).access_token

    first = admin(account, "turn", "rotate-secret")
    assert (first.returncode, first.stderr) == (0, "")
    assert is_logged_in(stage_of(account, "turn"), token)

    refused = admin(account, "turn", "rotate-secret")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert is_logged_in(stage_of(account, "turn"), token)

    assert admin(account, "turn", "rotate-secret", "--force").returncode == 0
    assert not is_logged_in(stage_of(account, "turn"), token)
    log_in = Credentials(name="anna", password="correct horse")
    assert is_logged_in(
        stage_of(account, "turn"), stage_of(account, "turn").services.accounts.log_in(log_in).access_token
    )


def test_restored_tables_and_replayed_deletions_leave_nothing_of_the_deleted(account: dict[str, str]) -> None:
    dynamodb = deploy(account, "liver-lifespan-back").client("dynamodb")
    stage = stage_of(account, "back")
    accounts = stage.services.accounts
    for name in ("anna", "boris"):
        accounts.register(Registration(name=name, email=f"{name}@example.org", password="correct horse"))
    anna = accounts.log_in(Credentials(name="anna", password="correct horse")).user
    copies = {table: copy_table(dynamodb, stage.variables[TABLES[table]]) for table in ("Users", "Logins")}
    accounts.delete(anna, "correct horse")

    for table, copy in copies.items():
        counted = admin(account, "back", "restore-table", "--table", table, "--from", copy, "--dry-run")
        assert counted.stdout.count("to be written") == 2
        unsure = admin(account, "back", "restore-table", "--table", table, "--from", copy, answer="yes\n")
        assert unsure.returncode == 1
        assert unsure.stdout.endswith("Nothing was changed.\n")
        done = admin(account, "back", "restore-table", "--table", table, "--from", copy, answer=f"{table}\n")
        assert (done.returncode, done.stderr) == (0, "")
    assert stage.services.users.user(anna.id)

    replay = admin(account, "back", "replay-deletions")
    audit = admin(account, "back", "audit")

    assert (replay.returncode, replay.stderr) == (0, "")
    assert [line.split()[-1] for line in replay.stdout.splitlines()] == ["1", "1", "2", "0"]
    left = [dynamodb.scan(TableName=stage.variables[TABLES[table]])["Items"] for table in ("Users", "Logins")]
    assert "anna" not in repr(left)
    assert "boris" in repr(left)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    again = Registration(name="anna", email="anna@example.org", password="correct horse")
    assert accounts.register(again).user.balance == 0


def test_unprocessable_messages_go_back(account: dict[str, str]) -> None:
    sqs = deploy(account, "liver-lifespan-dead").client("sqs")
    queues = stage_of(account, "dead").variables
    for number in range(12):
        sqs.send_message(QueueUrl=queues["UNPROCESSABLE_QUEUE_URL"], MessageBody=f"message {number}")

    counted = admin(account, "dead", "redrive", "--dry-run")
    moved = admin(account, "dead", "redrive")

    assert counted.stdout == "Messages in the unprocessable queue: 12. Nothing was moved.\n"
    assert (moved.returncode, moved.stderr) == (0, "")
    assert moved.stdout == "Messages that went back to the dead-letter queue: 12 of 12.\n"
    names = ["ApproximateNumberOfMessages"]
    for queue, count in (("DEAD_LETTER_QUEUE_URL", 12), ("UNPROCESSABLE_QUEUE_URL", 0)):
        found = sqs.get_queue_attributes(QueueUrl=queues[queue], AttributeNames=names)["Attributes"]
        assert int(found["ApproximateNumberOfMessages"]) == count


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
