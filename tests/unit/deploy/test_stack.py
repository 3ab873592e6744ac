"""What a deployment tells CloudFormation, what it refuses in prod, and which events it prints after a failure."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.artefacts import Artefacts
from deploy.commands import Target, deploy, rollback
from deploy.stack import StackError
from deploy.steps import RefusedError, Step
from tests.unit.deploy.conftest import ScriptedAws

ALARMS = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:"
UPDATED = {"Stacks": [{"StackName": "s", "StackId": "id", "StackStatus": "UPDATE_COMPLETE", "CreationTime": 0}]}
NO_ALARMS = {"MonitoringTimeInMinutes": 0, "RollbackTriggers": []}
ADVICE = "If you want that, add ALLOW_REPLACEMENT=1."


ChangeStep = Callable[..., Step]


@pytest.fixture
def change_step(aws: ScriptedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChangeStep:
    """A function that returns the step of a deployment that changes the stack, as if there was one already."""
    monkeypatch.setattr(Artefacts, "url", lambda *_: "https://host/template.json")

    def step(stage: str = "prod", *, allow_replacement: bool = False) -> Step:
        (tmp_path / "template.yaml").write_text(f"Parameters: {{Stage: {{Default: {stage}}}}}")
        return _change_step(aws, deploy(Target(stage), tmp_path, {}, ask=False, allow_replacement=allow_replacement))

    return step


def _change_step(aws: ScriptedAws, steps: list[Step]) -> Step:
    aws.answers = {
        "DescribeStacks": UPDATED,
        "DescribeChangeSet": changes(),
        "ListStackResources": {"StackResourceSummaries": []},
    } | aws.answers
    return next(step for step in steps if step.sentence.startswith("Show the changes"))


def changes(*resources: dict[str, str]) -> dict[str, Any]:
    return {
        "Status": "CREATE_COMPLETE",
        "Changes": [{"Type": "Resource", "ResourceChange": resource} for resource in resources],
    }


def change(action: str, kind: str, replacement: str | None = None) -> dict[str, str]:
    described = {"Action": action, "ResourceType": kind, "LogicalResourceId": "Users"}
    return described | ({"Replacement": replacement} if replacement else {})


def alarms(aws: ScriptedAws, **states: str) -> None:
    """Let the stack have these alarms, in these states."""
    aws.answers["ListStackResources"] = {
        "StackResourceSummaries": [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": f"stack-{name}",
                "ResourceType": "AWS::CloudWatch::Alarm",
            }
            for name in states
        ]
    }
    aws.answers["DescribeAlarms"] = {
        "MetricAlarms": [
            {"AlarmName": f"stack-{name}", "AlarmArn": f"{ALARMS}stack-{name}", "StateValue": state}
            for name, state in states.items()
        ]
    }


def test_the_stack_and_its_resources_are_tagged_with_project_and_stage(
    aws: ScriptedAws, change_step: ChangeStep
) -> None:
    change_step("dev").run()

    tags = [{"Key": "project", "Value": "liver-lifespan"}, {"Key": "stage", "Value": "dev"}]
    assert aws.parameters("CreateChangeSet")["Tags"] == tags


def test_an_alarm_about_errors_rolls_back_a_deployment_to_prod(aws: ScriptedAws, change_step: ChangeStep) -> None:
    alarms(aws, ApiErrorsAlarm="OK", APIHandlerErrorsAlarm="OK", InferenceWorkerErrorsAlarm="INSUFFICIENT_DATA")

    change_step().run()

    names = ("ApiErrorsAlarm", "APIHandlerErrorsAlarm", "InferenceWorkerErrorsAlarm")
    assert aws.parameters("DescribeAlarms") == {"AlarmNames": [f"stack-{name}" for name in names]}
    assert aws.parameters("CreateChangeSet")["RollbackConfiguration"] == {
        "MonitoringTimeInMinutes": 5,
        "RollbackTriggers": [{"Arn": f"{ALARMS}stack-{name}", "Type": "AWS::CloudWatch::Alarm"} for name in names],
    }


def test_an_alarm_that_has_gone_off_already_does_not_prevent_the_change_that_mends_it(
    aws: ScriptedAws, change_step: ChangeStep, capsys: pytest.CaptureFixture[str]
) -> None:
    alarms(aws, APIHandlerErrorsAlarm="ALARM", InferenceWorkerErrorsAlarm="OK")

    change_step().run()

    (trigger,) = aws.parameters("CreateChangeSet")["RollbackConfiguration"]["RollbackTriggers"]
    assert trigger["Arn"] == f"{ALARMS}stack-InferenceWorkerErrorsAlarm"
    assert "stack-APIHandlerErrorsAlarm has gone off already" in capsys.readouterr().out


@pytest.mark.parametrize("resources", [[], [("ApiErrorsAlarm", "")]])
def test_without_deployed_alarms_cloudformation_does_not_wait(
    aws: ScriptedAws, change_step: ChangeStep, resources: list[tuple[str, str]]
) -> None:
    aws.answers["ListStackResources"] = {
        "StackResourceSummaries": [
            {"LogicalResourceId": logical_id, "PhysicalResourceId": name, "ResourceType": "AWS::CloudWatch::Alarm"}
            for logical_id, name in resources
        ]
    }

    change_step().run()

    assert "DescribeAlarms" not in aws.operations()
    assert aws.parameters("CreateChangeSet")["RollbackConfiguration"] == NO_ALARMS


def test_no_alarm_rolls_back_a_change_of_dev(aws: ScriptedAws, change_step: ChangeStep) -> None:
    alarms(aws, ApiErrorsAlarm="OK")

    change_step("dev").run()

    assert aws.parameters("CreateChangeSet")["RollbackConfiguration"] == NO_ALARMS


def test_no_alarm_undoes_a_rollback(aws: ScriptedAws) -> None:
    alarms(aws, ApiErrorsAlarm="OK")
    release = {"id": "1", "stage": "prod", "commit": "c", "template": "t.json", "page": "p/"}
    aws.answers |= {
        "ListObjectsV2": {"Contents": [{"Key": f"prod/releases/{number}.json"} for number in (1, 2)]},
        "GetObject": [{"Body": io.BytesIO(text.encode())} for text in ("2", json.dumps(release))],
    }

    _change_step(aws, rollback(Target("prod"), None, ask=False)).run()

    assert aws.parameters("CreateChangeSet")["RollbackConfiguration"] == NO_ALARMS


LOSSES = [
    (change("Modify", "AWS::DynamoDB::Table", "True"), "REPLACED"),
    (change("Modify", "AWS::DynamoDB::Table", "Conditional"), "PERHAPS REPLACED"),
    (change("Modify", "AWS::S3::Bucket", "True"), "REPLACED"),
    (change("Modify", "AWS::SecretsManager::Secret", "True"), "REPLACED"),
    (change("Remove", "AWS::DynamoDB::Table"), "remove"),
]


@pytest.mark.parametrize(("loss", "word"), LOSSES)
def test_in_prod_a_change_that_may_replace_or_remove_data_is_refused(
    aws: ScriptedAws, change_step: ChangeStep, loss: dict[str, str], word: str
) -> None:
    aws.answers["DescribeChangeSet"] = changes(change("Modify", "AWS::IAM::Role", "True"), loss)

    with pytest.raises(RefusedError) as refusal:
        change_step().run()

    (line,) = (line for line in str(refusal.value).splitlines() if "Users" in line)
    assert loss["ResourceType"] in line
    assert word in line
    assert str(refusal.value).endswith(ADVICE)
    assert "ExecuteChangeSet" not in aws.operations()
    name = aws.parameters("CreateChangeSet")["ChangeSetName"]
    assert aws.parameters("DeleteChangeSet")["ChangeSetName"] == name


@pytest.mark.parametrize(("stage", "allow_replacement"), [("prod", True), ("dev", False)])
@pytest.mark.parametrize(("loss", "word"), LOSSES)
def test_with_the_flag_and_in_dev_data_is_replaced_and_the_operator_sees_it(
    aws: ScriptedAws, change_step: ChangeStep, capsys: pytest.CaptureFixture[str], loss: dict[str, str],
    word: str, stage: str, allow_replacement: bool,
) -> None:  # fmt: skip
    aws.answers["DescribeChangeSet"] = changes(loss)

    change_step(stage, allow_replacement=allow_replacement).run()

    assert "ExecuteChangeSet" in aws.operations()
    assert word in capsys.readouterr().out


@pytest.mark.parametrize(
    "harmless",
    [
        change("Add", "AWS::DynamoDB::Table"),
        change("Modify", "AWS::DynamoDB::Table", "False"),
        change("Modify", "AWS::Lambda::Function", "True"),
        change("Remove", "AWS::CloudWatch::Alarm"),
    ],
)
def test_in_prod_other_changes_need_no_flag(
    aws: ScriptedAws, change_step: ChangeStep, harmless: dict[str, str]
) -> None:
    aws.answers["DescribeChangeSet"] = changes(harmless)

    change_step().run()

    assert "ExecuteChangeSet" in aws.operations()


def test_after_a_failure_only_the_reasons_of_this_change_are_printed(aws: ScriptedAws, change_step: ChangeStep) -> None:
    stack = "liver-lifespan-prod"
    events = [
        (stack, "UPDATE_ROLLBACK_COMPLETE", ""),
        (stack, "UPDATE_ROLLBACK_IN_PROGRESS", "The alarm stack-ApiErrorsAlarm is in ALARM."),
        ("Users", "UPDATE_FAILED", "this time"),
        ("Users", "UPDATE_IN_PROGRESS", ""),
        (stack, "UPDATE_IN_PROGRESS", "User Initiated"),
        (stack, "UPDATE_ROLLBACK_COMPLETE", ""),
        ("Files", "UPDATE_FAILED", "last week"),
        (stack, "UPDATE_IN_PROGRESS", "User Initiated"),
    ]
    described = [
        {
            "StackId": "id", "EventId": "e", "StackName": stack, "Timestamp": 0,
            "LogicalResourceId": name, "ResourceStatus": status, "ResourceStatusReason": reason,
        }
        for name, status, reason in events
    ]  # fmt: skip
    # The events come in pages.
    aws.answers["DescribeStackEvents"] = [
        {"StackEvents": described[:2], "NextToken": "more"},
        {"StackEvents": described[2:]},
    ]
    step = change_step()
    failed = {"Stacks": [UPDATED["Stacks"][0] | {"StackStatus": "UPDATE_ROLLBACK_COMPLETE"}]}
    aws.answers["DescribeStacks"] = [UPDATED, UPDATED, UPDATED, UPDATED, failed]

    with pytest.raises(StackError) as failure:
        step.run()

    assert str(failure.value).splitlines() == [
        "liver-lifespan-prod is UPDATE_ROLLBACK_COMPLETE.",
        "  liver-lifespan-prod: The alarm stack-ApiErrorsAlarm is in ALARM.",
        "  Users: this time",
    ]
