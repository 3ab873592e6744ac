"""`make destroy DATA=1` can be repeated, whatever an earlier run has done."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.commands import Target
from deploy.steps import carry_out
from deploy.teardown import destroy
from tests.unit.deploy.conftest import ScriptedAws

KEPT = {
    "Users": ("AWS::DynamoDB::Table", "stack-Users"),
    "Files": ("AWS::S3::Bucket", "stack-files"),
    "AccountMarksSecret": ("AWS::SecretsManager::Secret", "stack-marks"),
}


def run_again(aws: ScriptedAws, kept: dict[str, tuple[str, str]] = KEPT, **answers: Any) -> None:
    """Destroy a stage whose stack is gone."""
    aws.answers |= {
        "DescribeStacks": {"Stacks": [{"StackName": "s", "StackStatus": "DELETE_COMPLETE", "CreationTime": 0}]},
        "GetObject": {"Body": io.BytesIO(json.dumps(kept).encode())},
        "DescribeTable": {"Table": {"TableStatus": "ACTIVE", "DeletionProtectionEnabled": True}},
        "ListObjects": {"Contents": []},
    } | answers
    teardown = destroy(Target("dev"), data=True, prod_data=False, force=True, dry_run=False)
    carry_out(teardown.steps(), dry_run=False)


def test_tables_files_and_the_pseudonym_key_are_deleted(aws: ScriptedAws) -> None:
    run_again(aws)

    assert aws.parameters("UpdateTable") == {"TableName": "stack-Users", "DeletionProtectionEnabled": False}
    assert aws.parameters("DeleteTable") == {"TableName": "stack-Users"}
    assert aws.parameters("DeleteBucket") == {"Bucket": "stack-files"}
    assert aws.parameters("DeleteSecret") == {"SecretId": "stack-marks", "RecoveryWindowInDays": 30}


def test_a_secret_that_is_scheduled_for_deletion_stays_scheduled(
    aws: ScriptedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduled = {"DeletedDate": datetime(2026, 12, 1, tzinfo=UTC)}

    run_again(aws, DescribeSecret=scheduled, DeleteSecret="InvalidRequestException")

    assert "its deletion is scheduled already" in capsys.readouterr().out


def test_a_table_that_is_being_deleted_is_left_alone(aws: ScriptedAws) -> None:
    run_again(aws, DescribeTable={"Table": {"TableStatus": "DELETING"}}, UpdateTable="ResourceInUseException")

    assert "DeleteTable" not in aws.operations()
    assert "DeleteBucket" in aws.operations()


def test_an_unprotected_table_is_deleted_without_an_update(aws: ScriptedAws) -> None:
    run_again(aws, DescribeTable={"Table": {"TableStatus": "ACTIVE"}}, UpdateTable="ValidationException")

    assert "DeleteTable" in aws.operations()


def test_whatever_is_gone_already_is_no_error(aws: ScriptedAws) -> None:
    run_again(
        aws,
        DescribeTable="ResourceNotFoundException",
        ListObjects="NoSuchBucket",
        DescribeSecret="ResourceNotFoundException",
    )

    assert not {"DeleteTable", "DeleteBucket", "DeleteSecret"} & set(aws.operations())


@pytest.mark.parametrize("kept", [{"Users": KEPT["Users"]}, {name: (kind, "") for name, (kind, _) in KEPT.items()}])
def test_whatever_a_failed_creation_never_made_is_no_error(aws: ScriptedAws, kept: dict[str, tuple[str, str]]) -> None:
    run_again(aws, kept)

    assert ("DeleteTable" in aws.operations()) == bool(kept["Users"][1])
    assert not {"DeleteBucket", "DeleteSecret"} & set(aws.operations())


def test_the_operator_is_told_that_backups_of_tables_remain(
    aws: ScriptedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    run_again(aws)

    assert "backup of those with point-in-time recovery for 35 days" in capsys.readouterr().out
