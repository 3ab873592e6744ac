"""Delete a stage's stack and, on request, its data."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from deploy.commands import Target
from deploy.stack import PROD
from deploy.steps import RefusedError, Step, confirm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
_BACKUPS = "; AWS keeps a backup of those with point-in-time recovery for 35 days"


class DeletionError(Exception):
    """An object could not be deleted. The text names it and the reason."""


class Teardown:
    """The deletion of a stage.

    With ``data`` it also deletes accounts, coins and results, even if the stack itself was deleted earlier.
    Raises ``RefusedError`` if there is nothing to delete.
    """

    def __init__(self, target: Target, *, data: bool) -> None:
        self._target = target
        self._data = data
        self._is_down = target.stack.describe() is None
        kept = target.artefacts.kept() if self._is_down and data else None
        if self._is_down and kept is None:
            raise RefusedError(f"There is no stack {target.name} in this account and region.")
        self._resources = kept or target.stack.resources()

    # Physical names of the resources that the deletion of the stack retains. They are empty if a failed creation never
    # made them.

    @property
    def _tables(self) -> list[str]:
        return sorted(name for kind, name in self._resources.values() if kind == "AWS::DynamoDB::Table" and name)

    @property
    def _files(self) -> str:
        return self._name("Files")

    @property
    def _pseudonym_key(self) -> str:
        return self._name("AccountMarksSecret")

    def _name(self, logical_id: str) -> str:
        return self._resources.get(logical_id, ("", ""))[1]

    def steps(self) -> list[Step]:
        """Return the steps: delete the page, the stack and, on request, the data."""
        steps = []
        if not self._is_down:
            name = self._target.name
            steps += [
                Step("Empty the page's bucket", self._empty_page),
                Step(f"Delete the stack {name} and wait until CloudFront has removed it", self._delete_stack),
            ]
        return steps + self._data_steps() if self._data else steps

    def _data_steps(self) -> list[Step]:
        tables = f"Delete {len(self._tables)} tables: {', '.join(self._tables)}{_BACKUPS}"
        files = f"Delete the bucket {self._files} with all its files"
        key = f"Delete the secret {self._pseudonym_key} after 30 days"
        return [
            *([Step(tables, self._delete_tables)] if self._tables else []),
            *([Step(files, self._delete_files)] if self._files else []),
            *([Step(key, self._delete_pseudonym_key)] if self._pseudonym_key else []),
        ]

    def kept_resources(self) -> str:
        """Return a sentence that names the resources that stay, and still cost a little, without ``data``."""
        names = ", ".join(filter(None, [*self._tables, self._files, self._pseudonym_key]))
        return f"These resources stay, with all data: {names}. The same command with DATA=1 deletes them too."

    def _empty_page(self) -> None:
        if page := self._name("PageBucket"):
            with _unless_gone():
                _empty(page)

    def _delete_stack(self) -> None:
        self._target.artefacts.note_kept(self._resources)
        if self._target.stage == PROD:
            self._target.stack.protect(on=False)
        self._target.stack.delete()

    def _delete_tables(self) -> None:
        dynamodb = boto3.client("dynamodb")
        for table in self._tables:
            with _unless_gone():
                _delete_table(dynamodb, table)

    def _delete_files(self) -> None:
        with _unless_gone():
            _empty(self._files)
            self._target.s3.delete_bucket(Bucket=self._files)

    def _delete_pseudonym_key(self) -> None:
        client = boto3.client("secretsmanager")
        with _unless_gone():
            # An earlier run has scheduled the deletion, and Secrets Manager refuses to schedule it again.
            if "DeletedDate" in client.describe_secret(SecretId=self._pseudonym_key):
                print("  its deletion is scheduled already")
                return
            client.delete_secret(SecretId=self._pseudonym_key, RecoveryWindowInDays=30)


def _delete_table(dynamodb: DynamoDBClient, table: str) -> None:
    """Delete the table, also if it is protected from deletion. Do nothing if it is being deleted."""
    description = dynamodb.describe_table(TableName=table)["Table"]
    if description["TableStatus"] == "DELETING":
        return
    if description.get("DeletionProtectionEnabled"):
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=table)
    dynamodb.delete_table(TableName=table)


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Ignore the error that a resource does not exist: an earlier, interrupted run has deleted it."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ResourceNotFoundException", "NoSuchBucket", "404"}:
            raise


def _empty(bucket: str) -> None:
    """Delete every object of the bucket. Raises ``DeletionError``."""
    for page in boto3.resource("s3").Bucket(bucket).objects.delete():
        for error in page.get("Errors", []):
            raise DeletionError(f"{error.get('Key')} in {bucket} can't be deleted: {error.get('Message')}")


def destroy(target: Target, *, data: bool, prod_data: bool, force: bool, dry_run: bool) -> Teardown:
    """Ask for a confirmation, unless ``force`` or ``dry_run``, and return the teardown. Raises ``RefusedError``."""
    if target.stage == PROD and data and not prod_data:
        raise RefusedError(
            "This would delete the accounts, coins and results of all people. Confirm it with PROD_DATA=1."
        )
    teardown = Teardown(target, data=data)
    if not (force or dry_run):
        extent = " and ALL ITS DATA" if data else "; its data stays"
        confirm(f"This deletes {target.name}{extent}.", target.name)
    return teardown
