"""Tables of prod are protected from deletion after the stack was created, not by CloudFormation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deploy.commands import Target, deploy
from deploy.protection import protect_tables
from deploy.stack import Stack

TABLES = {name: {"Type": "AWS::DynamoDB::Table"} for name in ("Users", "Logins")}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack with two tables, of which one is protected already, and a queue."""
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        for name in TABLES:
            dynamodb.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                DeletionProtectionEnabled=name == "Logins",
            )
        yield TwoTables(boto3.client("cloudformation"), "liver-lifespan-prod")
        # Inside another test's mock, this one shares its account.
        for name in TABLES:
            dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=name)


class TwoTables(Stack):
    def resources(self) -> dict[str, tuple[str, str]]:
        return {name: (kind["Type"], name) for name, kind in TABLES.items()} | {"Queue": ("AWS::SQS::Queue", "queue")}


def is_protected(table: str) -> Any:
    return boto3.client("dynamodb").describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]


def test_every_table_of_the_stack_is_protected_and_only_the_new_ones_are_printed(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    protect_tables(stack)

    assert [is_protected(table) for table in TABLES] == [True, True]
    assert capsys.readouterr().out == "  Users\n"


def test_protecting_twice_changes_nothing(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    protect_tables(stack)
    capsys.readouterr()

    protect_tables(stack)

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("stage", "is_protected"), [("prod", True), ("dev", False)])
def test_only_a_deployment_of_prod_protects_the_tables_and_after_the_change_of_the_stack(
    tmp_path: Path, stage: str, is_protected: bool
) -> None:
    parameters = f"Parameters: {{Stage: {{Type: String, Default: {stage}}}}}"
    (tmp_path / "template.yaml").write_text(parameters, "utf-8")

    steps = [step.sentence for step in deploy(Target(stage), tmp_path, {}, ask=False)]

    (change,) = (index for index, sentence in enumerate(steps) if sentence.startswith("Show the changes"))
    assert (steps[change + 1] == "Protect the tables from deletion") == is_protected
    assert ("Protect the tables from deletion" in steps) == is_protected
