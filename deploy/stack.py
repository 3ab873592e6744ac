"""A stage's CloudFormation stack."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

_LOOK_SECONDS = 3
_SECONDS_MAX = 3600
"""A distribution takes minutes; more than this is stuck."""


def stack_name(stage: str) -> str:
    """Return what the stack of ``stage`` is called."""
    return f"liver-lifespan-{stage}"


class StackError(Exception):
    """Why the stack is not as it was wanted, with what CloudFormation says of each resource that failed."""


class Stack:
    """The stack as it is, and how it becomes another one."""

    def __init__(self, client: CloudFormationClient, name: str) -> None:
        self._client = client
        self.name = name

    def describe(self) -> StackTypeDef | None:
        """Return what CloudFormation knows of it; None if there is no such stack."""
        try:
            (stack,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        # A change set that was never executed leaves a stack without resources.
        return None if stack["StackStatus"] in {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"} else stack

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs by name."""
        stack = self.describe()
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])} if stack else {}

    def resources(self) -> dict[str, tuple[str, str]]:
        """Return the type and the physical id of every resource by its logical id."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        found = [each for page in pages for each in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: (each["ResourceType"], each.get("PhysicalResourceId", "")) for each in found}

    def propose(self, template_url: str, parameters: dict[str, str], name: str) -> list[str] | None:
        """Make a change set and return its changes, one line a resource. None: there is nothing to change.

        A parameter that isn't given keeps its value. Raises ``StackError``.
        """
        self._clear_failed_creation()
        exists = self.describe() is not None
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType="UPDATE" if exists else "CREATE",
            TemplateURL=template_url,
            Parameters=self._parameters(template_url, parameters),
            Capabilities=["CAPABILITY_IAM"],
        )
        try:
            self._client.get_waiter("change_set_create_complete").wait(
                StackName=self.name,
                ChangeSetName=name,
                WaiterConfig={"Delay": _LOOK_SECONDS, "MaxAttempts": int(_SECONDS_MAX / _LOOK_SECONDS)},
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
        """Delete a stack whose creation failed: it is empty, and can't be changed.

        Raises ``StackError`` if the stack is in a state that a person has to end.
        """
        stack = self.describe()
        status = stack["StackStatus"] if stack else ""
        if status == "ROLLBACK_COMPLETE":
            print("  the deployment before failed and left an empty stack, which is deleted first")
            self.delete()
        elif status in _STUCK:
            raise StackError(f"{self.name} is {status}. {_STUCK[status]}")

    def _parameters(self, template_url: str, given: dict[str, str]) -> list[ParameterTypeDef]:
        stack = self.describe()
        known = {each["ParameterKey"] for each in stack.get("Parameters", [])} if stack else set()
        declared = self._client.get_template_summary(TemplateURL=template_url).get("Parameters", [])
        wanted = {each["ParameterKey"] for each in declared}
        # What the template was packaged for is said by its defaults, and never by what was deployed before.
        given = given | {
            each["ParameterKey"]: each["DefaultValue"] for each in declared if each["ParameterKey"] in _OF_THE_TEMPLATE
        }
        chosen: list[ParameterTypeDef] = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in given.items() if key in wanted
        ]
        kept = sorted(wanted & known - set(given))
        return chosen + [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]

    def _changes(self, name: str) -> list[str]:
        pages = self._client.get_paginator("describe_change_set").paginate(StackName=self.name, ChangeSetName=name)
        changes = [each["ResourceChange"] for page in pages for each in page["Changes"]]
        return sorted(
            f"{change['Action'].lower():<8}{change['ResourceType']:<42}{change['LogicalResourceId']}"
            + ("  REPLACED" if change.get("Replacement") == "True" else "")
            for change in changes
        )

    def execute(self, name: str) -> None:
        """Carry the change set out and wait for its end.

        Raises ``StackError`` if it was rolled back; the stack is as it was before.
        """
        # If it fails, what was made goes again, also what is to outlive the stack: nobody has anything in it yet.
        self._client.execute_change_set(StackName=self.name, ChangeSetName=name, RetainExceptOnCreate=True)
        self._wait_for_end(("CREATE_COMPLETE", "UPDATE_COMPLETE"))

    def forget(self, name: str) -> None:
        """Drop a change set that is not wanted."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=name)

    def protect(self, *, on: bool) -> None:
        """Switch termination protection on or off."""
        self._client.update_termination_protection(StackName=self.name, EnableTerminationProtection=on)

    def delete(self) -> None:
        """Delete the stack and wait; what is retained stays. Raises ``StackError``."""
        stack = self.describe()
        if stack is None:
            raise StackError(f"There is no stack {self.name} to delete.")
        self._client.delete_stack(StackName=self.name)
        # By its id, under which a deleted stack can still be asked for.
        self._wait_for_end(("DELETE_COMPLETE",), stack["StackId"])

    def _wait_for_end(self, wanted: tuple[str, ...], stack_id: str | None = None) -> None:
        began = time.monotonic()
        said = ""
        while time.monotonic() - began < _SECONDS_MAX:
            (stack,) = self._client.describe_stacks(StackName=stack_id or self.name)["Stacks"]
            status = stack["StackStatus"]
            if status != said:
                print(f"  {status} after {time.monotonic() - began:.0f} s")
                said = status
            if not status.endswith("IN_PROGRESS"):
                if status in wanted:
                    return
                raise StackError(f"{self.name} is {status}.\n" + "\n".join(self._failures(stack["StackId"])))
            time.sleep(_LOOK_SECONDS)
        raise StackError(f"{self.name} did not come to an end in {_SECONDS_MAX} s; CloudFormation goes on.")

    def _failures(self, stack_id: str) -> list[str]:
        events = self._client.describe_stack_events(StackName=stack_id)["StackEvents"]
        return [
            f"  {each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}"
            for each in events[:100]
            if each["ResourceStatus"].endswith("FAILED")
        ]


_STUCK = {
    "ROLLBACK_FAILED": "Its creation failed and could not be taken back. Nobody has anything in it: make destroy with "
    "DATA=1 (and PROD_DATA=1), then deploy again.",
    "UPDATE_ROLLBACK_FAILED": "A change failed and could not be taken back. Mend what its events name, run aws "
    "cloudformation continue-update-rollback, then deploy again.",
    "DELETE_FAILED": "It could not be deleted whole. Run make destroy again, then deploy.",
}
_OF_THE_TEMPLATE = {"Architecture"}
