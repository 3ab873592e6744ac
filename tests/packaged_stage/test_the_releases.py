"""The next release, back again, and the end. They run in the order of this file, after the tests that use the stage."""

import os
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from deploy.commands import Target, deploy
from deploy.smoke import SmokeError, walk
from deploy.stack import Stack, StackError
from deploy.steps import RefusedError
from deploy.transform import transform
from tests.support.deployed import DeployedStage


def test_a_second_deployment_changes_what_changed_and_is_walked_through(stage: DeployedStage) -> None:
    first = stage.target.artefacts.current()

    done = stage.command("deploy", "--packaged", str(stage.build), "--at", stage.url)

    assert done.returncode == 0, done.stdout + done.stderr
    second = stage.target.artefacts.current()
    assert second
    assert second > str(first)
    assert requests.get(f"{stage.url}/config.json", timeout=30).json()["release"] == second
    assert "the account was deleted" in done.stdout


def test_a_stack_that_can_not_be_changed_stays_as_it_was_and_says_why(stage: DeployedStage) -> None:
    release = stage.target.artefacts.current()
    before = stage.names

    done = stage.command("deploy", "--packaged", str(stage.whole), "--at", stage.url)

    assert done.returncode == 1
    assert "QueueAgeAlarm: " in done.stderr
    assert stage.target.stack.resources().keys() == before.keys()
    assert stage.target.artefacts.current() == release


def test_a_first_deployment_that_fails_leaves_nothing_and_the_next_one_begins_anew(stage: DeployedStage) -> None:
    stack = Stack(stage.client("cloudformation"), "liver-lifespan-unlucky")
    artefacts = stage.target.artefacts
    broken = artefacts.put_file(transform(stage.whole / "template.yaml"), "templates")
    whole = artefacts.put_file(transform(stage.build / "template.yaml"), "templates")
    tables = stage.client("dynamodb").list_tables()["TableNames"]

    stack.propose(artefacts.url(broken), {}, "first")
    with pytest.raises(StackError, match="QueueAgeAlarm"):
        stack.execute("first")
    assert stage.client("dynamodb").list_tables()["TableNames"] == tables
    assert stack.propose(artefacts.url(whole), {}, "second")
    assert stack.describe() is None


def test_a_walk_that_fails_says_what_was_asked_and_what_came(stage: DeployedStage) -> None:
    with pytest.raises(SmokeError, match=r"is of release \S+ instead of another"):
        walk(stage.url, "another")

    failed = stage.command("smoke", "--at", f"{stage.url}/nowhere")

    assert failed.returncode == 1
    assert f"GET {stage.url}/nowhere/ answered 40" in failed.stderr
    assert stage.command("smoke", "--at", stage.url).returncode == 0


def test_a_dry_run_says_every_step_and_changes_nothing(stage: DeployedStage) -> None:
    before = everything(stage)

    for command in (["deploy", "--packaged", str(stage.build)], ["rollback"], ["destroy", "--data"]):
        done = stage.command(*command, "--dry-run")
        assert done.returncode == 0, done.stderr
        assert "1. " in done.stdout
        assert "nothing was changed" in done.stdout

    assert everything(stage) == before


def everything(stage: DeployedStage) -> Any:
    """What a command could have changed."""
    described = stage.target.stack.describe()
    assert described
    buckets = [stage.target.artefacts.bucket, stage.names["PageBucket"], stage.names["Files"]]
    keys = [
        (each["Key"], each["LastModified"])
        for bucket in buckets
        for each in stage.target.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    ]
    return described["StackStatus"], described.get("LastUpdatedTime"), keys


def test_one_goes_back_to_the_release_before(stage: DeployedStage) -> None:
    first, second = stage.target.artefacts.releases()

    done = stage.command("rollback", "--at", stage.url)

    assert done.returncode == 0, done.stdout + done.stderr
    assert stage.target.artefacts.current() == first
    assert requests.get(f"{stage.url}/config.json", timeout=30).json()["release"] == first
    refused = stage.command("rollback", "--at", stage.url)
    assert (refused.returncode, refused.stderr) == (2, f"There is no release before {first}.\n")
    assert stage.command("rollback", "--release", "of-last-year").stderr.startswith("There is no release of-last-year.")
    forward = stage.command("rollback", "--at", stage.url, "--release", second)
    assert (forward.returncode, stage.target.artefacts.current()) == (0, second)


def test_a_stage_is_not_taken_down_without_a_yes(stage: DeployedStage) -> None:
    refused = stage.command("destroy")

    assert refused.returncode == 2
    assert "Nothing was changed." in refused.stderr
    assert stage.target.stack.describe()


def test_what_was_packaged_for_one_stage_is_refused_for_another(stage: DeployedStage) -> None:
    with pytest.raises(RefusedError, match="was packaged for dev, not for prod"):
        deploy(Target("prod"), stage.build, {}, ask=False)

    foreign = stage.target.artefacts.release(str(stage.target.artefacts.current())).template
    prod = Stack(stage.client("cloudformation"), "liver-lifespan-prod")
    with pytest.raises((StackError, ClientError), match=r"must be dev"):
        prod.propose(stage.target.artefacts.url(foreign), {"Stage": "prod"}, "foreign")


def test_a_release_is_noted_before_its_page_so_that_one_can_go_back_from_half_of_it(stage: DeployedStage) -> None:
    steps = [step.sentence for step in deploy(stage.target, stage.build, {}, ask=False)]

    order = [next(place for place, said in enumerate(steps) if word in said) for word in ("stack", "Note", "Publish")]
    assert order == sorted(order)


def test_without_a_region_or_credentials_nothing_is_begun(stage: DeployedStage) -> None:
    nothing = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nothing |= {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(stage.build)}

    refused = stage.command("rollback", environment=nothing)
    dry = stage.command("deploy", "--dry-run", "--packaged", str(stage.build), environment=nothing)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("AWS can't be used: there is no region ")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "AWS can't be used" in dry.stdout
    assert "1. Make the bucket" in dry.stdout


def test_taking_a_stage_down_keeps_its_data_until_that_is_wanted_too(stage: DeployedStage) -> None:
    names = dict(stage.names)
    stage.target.s3.put_object(Bucket=names["Files"], Key="inputs/somebodys", Body=b"file")

    done = stage.command("destroy", "--force")

    assert done.returncode == 0, done.stdout + done.stderr
    assert stage.target.stack.describe() is None
    assert {names["Users"], names["LedgerEntries"], names["Predictions"]} <= tables(stage)
    assert all(names[kept] in done.stdout for kept in ("Users", "Files", "AccountMarksSecret"))
    assert names["Files"] in buckets(stage)
    assert names["PageBucket"] not in buckets(stage)
    again = stage.command("destroy", "--force")
    assert (again.returncode, "There is no stack" in again.stderr) == (2, True)

    cut_short = sorted(name for name in tables(stage) if name.startswith(stage.target.name))[0]
    stage.client("dynamodb").delete_table(TableName=cut_short)
    done = stage.command("destroy", "--force", "--data")

    assert done.returncode == 0, done.stdout + done.stderr
    assert not [name for name in tables(stage) if name.startswith(f"{stage.target.name}-")]
    assert names["Files"] not in buckets(stage)
    assert stage.target.artefacts.bucket in buckets(stage)


def tables(stage: DeployedStage) -> set[str]:
    return set(stage.client("dynamodb").list_tables()["TableNames"])


def buckets(stage: DeployedStage) -> set[str]:
    return {each["Name"] for each in stage.client("s3").list_buckets()["Buckets"]}
