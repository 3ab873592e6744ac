"""A stage's CloudFormation stack: describe, change and delete it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        ParameterTypeDef,
        ResourceChangeTypeDef,
        RollbackConfigurationTypeDef,
        RollbackTriggerTypeDef,
        StackEventTypeDef,
        StackTypeDef,
    )

PROJECT = "liver-lifespan"
PROD = "prod"
_POLL_SECONDS = 3
_SECONDS_MAX = 3600
"""How long to wait for CloudFormation. A CloudFront distribution takes minutes, so an hour means that it is stuck."""


def stack_name(stage: str) -> str:
    """Return the name of the stack of ``stage``."""
    return f"{PROJECT}-{stage}"


class StackError(Exception):
    """A change of the stack failed. The text holds CloudFormation's reason for each resource that failed."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change set does to one resource."""

    action: str
    kind: str
    logical_id: str
    replacement: str
    """True, False, or Conditional if CloudFormation knows only while it carries the change out; empty otherwise."""

    @classmethod
    def of(cls, change: ResourceChangeTypeDef) -> Change:
        """Return the change that CloudFormation describes."""
        return cls(change["Action"], change["ResourceType"], change["LogicalResourceId"], change.get("Replacement", ""))

    @property
    def loses_data(self) -> bool:
        """Whether the stage may lose a table, bucket or secret. A retained one stays, but the stage doesn't use it."""
        return self.kind in _HOLD_DATA and (self.action == "Remove" or self.replacement in _REPLACED)

    def __str__(self) -> str:
        replaced = _REPLACED.get(self.replacement, "")
        return f"{self.action.lower():<8}{self.kind:<42}{self.logical_id}{replaced and f'  {replaced}'}"


class Stack:
    """A CloudFormation stack, by its name."""

    def __init__(self, client: CloudFormationClient, name: str) -> None:
        self._client = client
        self.name = name

    def describe(self) -> StackTypeDef | None:
        """Return CloudFormation's description of the stack, or None if it does not exist."""
        try:
            (stack,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        # A change set that was never executed leaves a stack without resources in REVIEW_IN_PROGRESS.
        return None if stack["StackStatus"] in {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"} else stack

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs by name."""
        stack = self.describe()
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])} if stack else {}

    def resources(self) -> dict[str, tuple[str, str]]:
        """Return the type and the physical id of each resource, by logical id."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        summaries = [summary for page in pages for summary in page["StackResourceSummaries"]]
        return {
            summary["LogicalResourceId"]: (summary["ResourceType"], summary.get("PhysicalResourceId", ""))
            for summary in summaries
        }

    def propose(
        self,
        template_url: str,
        parameters: dict[str, str],
        name: str,
        *,
        tags: Mapping[str, str] | None = None,
        alarms: Sequence[str] = (),
    ) -> list[Change] | None:
        """Create a change set. Return its changes, or None if there are none.

        A parameter that isn't in ``parameters`` keeps its value. CloudFormation gives ``tags`` to the stack and its
        resources. It rolls the change back if one of ``alarms``, by their ARNs, goes off meanwhile or within the next
        ``_WATCH_MINUTES``. Without ``tags`` the stack keeps those it has. Raises ``StackError``.
        """
        self._clear_failed_creation()
        exists = self.describe() is not None
        tagged: Any = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType="UPDATE" if exists else "CREATE",
            TemplateURL=template_url,
            Parameters=self._parameters(template_url, parameters),
            Capabilities=["CAPABILITY_IAM"],
            RollbackConfiguration=_watching(alarms),
            **tagged,
        )
        try:
            self._client.get_waiter("change_set_create_complete").wait(
                StackName=self.name,
                ChangeSetName=name,
                WaiterConfig={"Delay": _POLL_SECONDS, "MaxAttempts": int(_SECONDS_MAX / _POLL_SECONDS)},
            )
        except WaiterError as error:
            if error.last_response.get("Status") != "FAILED":
                raise StackError(f"The change set of {self.name} is not ready: {error}") from error
            self.forget(name)
            reason = error.last_response.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates" in reason:
                return None
            raise StackError(f"CloudFormation refused the change set of {self.name}: {reason}") from error
        return self._changes(name)

    def _clear_failed_creation(self) -> None:
        """Delete a stack whose creation failed: it is empty and can't be updated.

        Raises ``StackError`` if the stack is in a state that the operator has to repair.
        """
        stack = self.describe()
        status = stack["StackStatus"] if stack else ""
        if status == "ROLLBACK_COMPLETE":
            print("  an earlier deployment failed and left an empty stack; deleting it first")
            self.delete()
        elif status in _STUCK:
            raise StackError(f"{self.name} is {status}. {_STUCK[status]}")

    def _parameters(self, template_url: str, parameters: dict[str, str]) -> list[ParameterTypeDef]:
        stack = self.describe()
        deployed = {parameter["ParameterKey"] for parameter in stack.get("Parameters", [])} if stack else set()
        declared = self._client.get_template_summary(TemplateURL=template_url).get("Parameters", [])
        names = {parameter["ParameterKey"] for parameter in declared}
        # The architecture comes from the packaged template, not from the deployed stack.
        parameters = parameters | {
            parameter["ParameterKey"]: parameter["DefaultValue"]
            for parameter in declared
            if parameter["ParameterKey"] in _FROM_TEMPLATE
        }
        new_values: list[ParameterTypeDef] = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items() if key in names
        ]
        kept = sorted(names & deployed - set(parameters))
        return new_values + [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]

    def _changes(self, name: str) -> list[Change]:
        pages = self._client.get_paginator("describe_change_set").paginate(StackName=self.name, ChangeSetName=name)
        changes = [Change.of(change["ResourceChange"]) for page in pages for change in page["Changes"]]
        return sorted(changes, key=str)

    def execute(self, name: str) -> None:
        """Carry out the change set and wait until it has ended.

        Raises ``StackError`` if CloudFormation rolled it back. The stack is then as it was before.
        """
        # After a failure CloudFormation also deletes new resources that have "Retain": they hold no data yet.
        self._client.execute_change_set(StackName=self.name, ChangeSetName=name, RetainExceptOnCreate=True)
        self._wait_for_end(("CREATE_COMPLETE", "UPDATE_COMPLETE"))

    def forget(self, name: str) -> None:
        """Delete a change set without executing it."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=name)

    def protect(self, *, on: bool) -> None:
        """Switch termination protection on or off."""
        self._client.update_termination_protection(StackName=self.name, EnableTerminationProtection=on)

    def delete(self) -> None:
        """Delete the stack and wait until it is gone. Retained resources stay. Raises ``StackError``."""
        stack = self.describe()
        if stack is None:
            raise StackError(f"There is no stack {self.name} to delete.")
        self._client.delete_stack(StackName=self.name)
        # A deleted stack can be described by its id only.
        self._wait_for_end(("DELETE_COMPLETE",), stack["StackId"])

    def _wait_for_end(self, expected: tuple[str, ...], stack_id: str | None = None) -> None:
        started = time.monotonic()
        printed = ""
        while time.monotonic() - started < _SECONDS_MAX:
            (stack,) = self._client.describe_stacks(StackName=stack_id or self.name)["Stacks"]
            status = stack["StackStatus"]
            if status != printed:
                print(f"  {status} after {time.monotonic() - started:.0f} s")
                printed = status
            if not status.endswith("IN_PROGRESS"):
                if status in expected:
                    return
                raise StackError(f"{self.name} is {status}.\n" + "\n".join(self._failures(stack["StackId"])))
            time.sleep(_POLL_SECONDS)
        raise StackError(f"{self.name} is still {printed} after {_SECONDS_MAX} s. CloudFormation continues.")

    def _failures(self, stack_id: str) -> list[str]:
        """Return the reasons of the latest operation's failure, the latest one first."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        events = (event for page in pages for event in page["StackEvents"])
        return [
            f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for event in takewhile(lambda event: not self._begins_operation(event), events)
            # The stack's own ROLLBACK_IN_PROGRESS names the alarm that rolled it back.
            if event["ResourceStatus"].endswith(("FAILED", "ROLLBACK_IN_PROGRESS"))
        ]

    def _begins_operation(self, event: StackEventTypeDef) -> bool:
        return event["LogicalResourceId"] == self.name and event["ResourceStatus"] in _BEGINNINGS


def _watching(alarms: Sequence[str]) -> RollbackConfigurationTypeDef:
    """Return the configuration that watches these alarms, and no longer those that an earlier change watched."""
    triggers: list[RollbackTriggerTypeDef] = [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"} for arn in alarms]
    # With minutes and without an alarm, CloudFormation would wait for nothing.
    return {"RollbackTriggers": triggers, "MonitoringTimeInMinutes": _WATCH_MINUTES if alarms else 0}


_WATCH_MINUTES = 5
_HOLD_DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}
_REPLACED = {"True": "REPLACED", "Conditional": "PERHAPS REPLACED"}
_BEGINNINGS = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}
"""The statuses of the stack itself with which an operation begins."""
_STUCK = {
    "ROLLBACK_FAILED": "Its creation failed and could not be rolled back. It holds no data yet. Run 'make destroy' "
    "with DATA=1 (for prod also PROD_DATA=1), then deploy again.",
    "UPDATE_ROLLBACK_FAILED": "A change failed and could not be rolled back. Repair the causes that its events name, "
    "run 'aws cloudformation continue-update-rollback', then deploy again.",
    "DELETE_FAILED": "It could not be deleted completely. Run 'make destroy' again, then deploy.",
}
"""Statuses that only the operator can end, and the advice for each."""
_FROM_TEMPLATE = {"Architecture"}
