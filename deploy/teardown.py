"""Taking a stage down, and its data if that is wanted."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from deploy.commands import PROD, Target
from deploy.steps import RefusedError, Step, confirm

if TYPE_CHECKING:
    from collections.abc import Iterator


class DeletionError(Exception):
    """What could not be deleted, and why."""


class Teardown:
    """Taking a stage down; with ``data``, its accounts, coins and results too, also after the stack itself is gone."""

    def __init__(self, target: Target, *, data: bool) -> None:
        self._target = target
        self._data = data
        self._is_down = target.stack.describe() is None
        kept = target.artefacts.kept() if self._is_down and data else None
        if self._is_down and kept is None:
            raise RefusedError(f"There is no stack {target.name} in this account and region.")
        self._resources = kept or target.stack.resources()

    # What outlives the stack, by the names that AWS has for it.

    @property
    def _tables(self) -> list[str]:
        return sorted(name for kind, name in self._resources.values() if kind == "AWS::DynamoDB::Table")

    @property
    def _files(self) -> str:
        return self._resources["Files"][1]

    @property
    def _marks_secret(self) -> str:
        return self._resources["AccountMarksSecret"][1]

    def steps(self) -> list[Step]:
        """The page, the stack, and the data if that is wanted."""
        steps = []
        if not self._is_down:
            name = self._target.name
            steps += [
                Step("Empty the page's bucket", self._empty_page),
                Step(f"Delete the stack {name} and wait until CloudFront has let go of it", self._delete_stack),
            ]
        if self._data:
            steps += [
                Step(f"Delete {len(self._tables)} tables: {', '.join(self._tables)}", self._delete_tables),
                Step(f"Delete the bucket {self._files} with every file in it", self._delete_files),
                Step(f"Delete the secret {self._marks_secret}, in 30 days", self._delete_marks_secret),
            ]
        return steps

    def what_stays(self) -> str:
        """Say what is still there and costs a little, when the data was not to be deleted."""
        names = ", ".join([*self._tables, self._files, self._marks_secret])
        return f"These stay with what people have in them: {names}. The same command with DATA=1 deletes them too."

    def _empty_page(self) -> None:
        _, page = self._resources.get("PageBucket", ("", ""))
        if page:
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
                dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
                dynamodb.get_waiter("table_exists").wait(TableName=table)
                dynamodb.delete_table(TableName=table)

    def _delete_files(self) -> None:
        with _unless_gone():
            _empty(self._files)
            self._target.s3.delete_bucket(Bucket=self._files)

    def _delete_marks_secret(self) -> None:
        with _unless_gone():
            boto3.client("secretsmanager").delete_secret(SecretId=self._marks_secret, RecoveryWindowInDays=30)


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Pass over what was deleted before, by a run that was cut short."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ResourceNotFoundException", "NoSuchBucket", "404"}:
            raise


def _empty(bucket: str) -> None:
    """Delete every object. Raises ``DeletionError``."""
    for page in boto3.resource("s3").Bucket(bucket).objects.delete():
        for error in page.get("Errors", []):
            raise DeletionError(f"{error.get('Key')} in {bucket} can't be deleted: {error.get('Message')}")


def destroy(target: Target, *, data: bool, prod_data: bool, force: bool, dry_run: bool) -> Teardown:
    """Return what takes ``target`` down, once the person has agreed. Raises ``RefusedError``."""
    if target.stage == PROD and data and not prod_data:
        raise RefusedError(
            "This would delete everybody's accounts, coins and results. If that is what you want, say so: PROD_DATA=1."
        )
    destruction = Teardown(target, data=data)
    if not (force or dry_run):
        lost = " and ALL ITS DATA" if data else "; its data stays"
        confirm(f"This takes down {target.name}{lost}.", target.name)
    return destruction
