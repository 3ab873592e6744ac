"""Taking a stage down, and its data if that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from deploy.commands import PROD, Target
from deploy.steps import RefusedError, Step, confirm

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

# What was deleted before, by a run that was cut short.
_GONE = {"ResourceNotFoundException", "NoSuchBucket", "404"}


class DeletionError(Exception):
    """What could not be deleted, and why."""


class Destruction:
    """Taking a stage down; with ``data``, its accounts, coins and results too, also after the stack itself is gone."""

    def __init__(self, target: Target, *, data: bool) -> None:
        self._target = target
        self._data = data
        self._is_down = target.stack.describe() is None
        kept = target.artefacts.kept() if self._is_down and data else None
        if self._is_down and kept is None:
            raise RefusedError(f"There is no stack {target.name} in this account and region.")
        self._resources = kept or target.stack.resources()

    def _named(self, kind: str) -> dict[str, str]:
        return {logical: name for logical, (found, name) in self._resources.items() if found == kind}

    @property
    def tables(self) -> list[str]:
        """The tables that outlive the stack."""
        return sorted(self._named("AWS::DynamoDB::Table").values())

    @property
    def files(self) -> str:
        """The bucket of uploads, inputs and results, which outlives the stack."""
        return self._named("AWS::S3::Bucket")["Files"]

    @property
    def marks_secret(self) -> str:
        """The key of deleted accounts' marks, which outlives the stack."""
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
                Step(f"Delete {len(self.tables)} tables: {', '.join(self.tables)}", self._delete_tables),
                Step(f"Delete the bucket {self.files} with every file in it", self._delete_files),
                Step(f"Delete the secret {self.marks_secret}, in 30 days", self._delete_marks_secret),
            ]
        return steps

    def what_stays(self) -> str:
        """What is still there and costs a little, when the data was not to be deleted."""
        names = ", ".join([*self.tables, self.files, self.marks_secret])
        return f"These stay with what people have in them: {names}. The same command with DATA=1 deletes them too."

    def _empty_page(self) -> None:
        if page := self._named("AWS::S3::Bucket").get("PageBucket"):
            _unless_gone(lambda: _empty(self._target.s3, page))

    def _delete_stack(self) -> None:
        self._target.artefacts.note_kept(self._resources)
        if self._target.stage == PROD:
            self._target.stack.protect(on=False)
        self._target.stack.delete()

    def _delete_tables(self) -> None:
        dynamodb = boto3.client("dynamodb")

        def delete(table: str) -> None:
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=table)
            dynamodb.delete_table(TableName=table)

        for table in self.tables:
            _unless_gone(lambda table=table: delete(table))  # type: ignore[misc]

    def _delete_files(self) -> None:
        def delete() -> None:
            _empty(self._target.s3, self.files)
            self._target.s3.delete_bucket(Bucket=self.files)

        _unless_gone(delete)

    def _delete_marks_secret(self) -> None:
        secrets = boto3.client("secretsmanager")
        _unless_gone(lambda: secrets.delete_secret(SecretId=self.marks_secret, RecoveryWindowInDays=30))


def _unless_gone(delete: Callable[[], object]) -> None:
    try:
        delete()
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


def _empty(s3: S3Client, bucket: str) -> None:
    """Delete every object.

    Raises
    ------
    DeletionError
    """
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys: Any = [{"Key": each["Key"]} for each in page.get("Contents", [])]
        if keys and (errors := s3.delete_objects(Bucket=bucket, Delete={"Objects": keys}).get("Errors")):
            raise DeletionError(f"{errors[0].get('Key')} in {bucket} can't be deleted: {errors[0].get('Message')}")


def destroy(target: Target, *, data: bool, prod_data: bool, force: bool, dry_run: bool) -> Destruction:
    """What taking ``target`` down needs, once the person has agreed.

    Raises
    ------
    RefusedError
    """
    if target.stage == PROD and data and not prod_data:
        raise RefusedError(
            "This would delete everybody's accounts, coins and results. If that is what you want, say so: PROD_DATA=1."
        )
    destruction = Destruction(target, data=data)
    if not (force or dry_run):
        lost = " and ALL ITS DATA" if data else "; its data stays"
        confirm(f"This takes down {target.name}{lost}.", target.name)
    return destruction
