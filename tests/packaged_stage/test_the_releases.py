"""Deploy a second release, roll back, and destroy the stage.

The tests run in the order of this file, after the tests that use the stage.
"""

import os
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from deploy.commands import Target, deploy
from deploy.smoke import SmokeError, run_smoke_test
from deploy.stack import Stack, StackError
from deploy.steps import RefusedError
from deploy.transform import transform
from tests.support.deployed import DeployedStage


def test_a_second_deployment_publishes_the_new_release_and_passes_the_smoke_test(stage: DeployedStage) -> None:
    first = stage.target.artefacts.current()

    result = stage.command("deploy", "--packaged", str(stage.build), "--at", stage.url)

    assert result.returncode == 0, result.stdout + result.stderr
    second = stage.target.artefacts.current()
    assert second
    assert second > str(first)
    assert requests.get(f"{stage.url}/config.json", timeout=30).json()["release"] == second
    assert "the account was deleted" in result.stdout


def test_a_failed_update_leaves_the_stack_unchanged_and_prints_the_reason(stage: DeployedStage) -> None:
    release = stage.target.artefacts.current()
    before = stage.names

    result = stage.command("deploy", "--packaged", str(stage.original), "--at", stage.url)

    assert result.returncode == 1
    assert "QueueAgeAlarm: " in result.stderr
    assert stage.target.stack.resources().keys() == before.keys()
    assert stage.target.artefacts.current() == release


def test_a_failed_first_deployment_leaves_nothing_and_the_next_one_starts_again(stage: DeployedStage) -> None:
    stack = Stack(stage.client("cloudformation"), "liver-lifespan-unlucky")
    artefacts = stage.target.artefacts
    broken = artefacts.put_file(transform(stage.original / "template.yaml"), "templates")
    valid = artefacts.put_file(transform(stage.build / "template.yaml"), "templates")
    tables = stage.client("dynamodb").list_tables()["TableNames"]

    stack.propose(artefacts.url(broken), {}, "first")
    with pytest.raises(StackError, match="QueueAgeAlarm"):
        stack.execute("first")
    assert stage.client("dynamodb").list_tables()["TableNames"] == tables
    assert stack.propose(artefacts.url(valid), {}, "second")
    assert stack.describe() is None


def test_a_failed_smoke_test_names_the_request_and_the_answer(stage: DeployedStage) -> None:
    with pytest.raises(SmokeError, match=r"is of release \S+ instead of another"):
        run_smoke_test(stage.url, "another")

    failed = stage.command("smoke", "--at", f"{stage.url}/nowhere")

    assert failed.returncode == 1
    assert f"GET {stage.url}/nowhere/ answered 40" in failed.stderr
    assert stage.command("smoke", "--at", stage.url).returncode == 0


def test_a_dry_run_prints_every_step_and_changes_nothing(stage: DeployedStage) -> None:
    before = state(stage)

    for command in (["deploy", "--packaged", str(stage.build)], ["rollback"], ["destroy", "--data"]):
        result = stage.command(*command, "--dry-run")
        assert result.returncode == 0, result.stderr
        assert "1. " in result.stdout
        assert "nothing was changed" in result.stdout

    assert state(stage) == before


def state(stage: DeployedStage) -> Any:
    """Return everything that a command could change: the stack's status and the buckets' objects."""
    stack = stage.target.stack.describe()
    assert stack
    buckets = [stage.target.artefacts.bucket, stage.names["PageBucket"], stage.names["Files"]]
    objects = [
        (item["Key"], item["LastModified"])
        for bucket in buckets
        for item in stage.target.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    ]
    return stack["StackStatus"], stack.get("LastUpdatedTime"), objects


def test_a_rollback_restores_the_previous_or_a_named_release(stage: DeployedStage) -> None:
    first, second = stage.target.artefacts.releases()

    result = stage.command("rollback", "--at", stage.url)

    assert result.returncode == 0, result.stdout + result.stderr
    assert stage.target.artefacts.current() == first
    assert requests.get(f"{stage.url}/config.json", timeout=30).json()["release"] == first
    refused = stage.command("rollback", "--at", stage.url)
    assert (refused.returncode, refused.stderr) == (2, f"There is no release before {first}.\n")
    assert stage.command("rollback", "--release", "of-last-year").stderr.startswith("There is no release of-last-year.")
    forward = stage.command("rollback", "--at", stage.url, "--release", second)
    assert (forward.returncode, stage.target.artefacts.current()) == (0, second)


def test_a_stage_is_not_destroyed_without_a_confirmation(stage: DeployedStage) -> None:
    refused = stage.command("destroy")

    assert refused.returncode == 2
    assert "Nothing was changed." in refused.stderr
    assert stage.target.stack.describe()


def test_a_package_for_one_stage_cannot_be_deployed_to_another(stage: DeployedStage) -> None:
    with pytest.raises(RefusedError, match="was packaged for dev, not for prod"):
        deploy(Target("prod"), stage.build, {}, ask=False)

    foreign = stage.target.artefacts.release(str(stage.target.artefacts.current())).template
    prod = Stack(stage.client("cloudformation"), "liver-lifespan-prod")
    with pytest.raises((StackError, ClientError), match=r"must be dev"):
        prod.propose(stage.target.artefacts.url(foreign), {"Stage": "prod"}, "foreign")


def test_a_release_is_recorded_before_its_page_is_published(stage: DeployedStage) -> None:
    sentences = [step.sentence for step in deploy(stage.target, stage.build, {}, ask=False)]

    order = [
        next(index for index, sentence in enumerate(sentences) if word in sentence)
        for word in ("stack", "Record", "Publish")
    ]
    assert order == sorted(order)


def test_without_a_region_or_credentials_only_a_dry_run_of_a_deployment_runs(stage: DeployedStage) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(stage.build)}

    refused = stage.command("rollback", environment=environment)
    dry = stage.command("deploy", "--dry-run", "--packaged", str(stage.build), environment=environment)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("AWS can't be used: boto3 finds no region ")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "AWS can't be used" in dry.stdout
    assert "1. Create the artefact bucket" in dry.stdout


def test_destroying_a_stage_keeps_its_data_unless_the_data_is_to_be_deleted_too(stage: DeployedStage) -> None:
    names = dict(stage.names)
    stage.target.s3.put_object(Bucket=names["Files"], Key="inputs/a-file", Body=b"file")

    result = stage.command("destroy", "--force")

    assert result.returncode == 0, result.stdout + result.stderr
    assert stage.target.stack.describe() is None
    assert {names["Users"], names["LedgerEntries"], names["Predictions"]} <= tables(stage)
    assert all(names[logical_id] in result.stdout for logical_id in ("Users", "Files", "AccountMarksSecret"))
    assert names["Files"] in buckets(stage)
    assert names["PageBucket"] not in buckets(stage)
    again = stage.command("destroy", "--force")
    assert (again.returncode, "There is no stack" in again.stderr) == (2, True)

    # As if an earlier run had been interrupted after the first table.
    first_table = sorted(name for name in tables(stage) if name.startswith(stage.target.name))[0]
    stage.client("dynamodb").delete_table(TableName=first_table)
    result = stage.command("destroy", "--force", "--data")

    assert result.returncode == 0, result.stdout + result.stderr
    assert not [name for name in tables(stage) if name.startswith(f"{stage.target.name}-")]
    assert names["Files"] not in buckets(stage)
    assert stage.target.artefacts.bucket in buckets(stage)


def tables(stage: DeployedStage) -> set[str]:
    return set(stage.client("dynamodb").list_tables()["TableNames"])


def buckets(stage: DeployedStage) -> set[str]:
    return {bucket["Name"] for bucket in stage.client("s3").list_buckets()["Buckets"]}
