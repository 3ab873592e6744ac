"""Deploying a stage, going back to an earlier release of it, and taking it down."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from deploy.artefacts import Artefacts, Release
from deploy.page import invalidate, publish
from deploy.smoke import walk
from deploy.stack import Stack, StackError, stack_name
from deploy.steps import RefusedError, Step, confirm
from deploy.template import ROOT
from deploy.transform import transform

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = ROOT / "frontend" / "dist"
PROD = "prod"


@dataclass(frozen=True)
class Target:
    """A stage in the account and region of the person's AWS credentials."""

    stage: str
    address: str | None = None
    """Where a person reaches it, if that isn't the stack's own PageUrl: a domain of one's own."""

    @property
    def name(self) -> str:
        """The stack's name."""
        return stack_name(self.stage)

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        return boto3.client("s3")

    @cached_property
    def stack(self) -> Stack:
        """The stage's stack."""
        return Stack(boto3.client("cloudformation"), self.name)

    @cached_property
    def artefacts(self) -> Artefacts:
        """What was deployed before."""
        return Artefacts(self.s3, boto3.client("sts").get_caller_identity()["Account"], self.stage)

    def reached_at(self) -> str:
        """The address of page and API, without a slash at its end."""
        address = self.address or self.stack.outputs().get("PageUrl")
        if address is None:
            raise RefusedError(f"The stage {self.stage} is not deployed in this account and region.")
        return address.rstrip("/")


class Deployment:
    """One deployment of ``build``, which `package` wrote, and of the built page."""

    def __init__(self, target: Target, build: Path, parameters: dict[str, str], *, ask: bool) -> None:
        self._target = target
        self._build = build
        self._parameters = parameters
        self._ask = ask
        self._release = Release(
            id=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"), stage=target.stage, commit=_commit(), template="", page=""
        )

    def steps(self) -> list[Step]:
        """Everything from the upload to the walk through the deployed stage."""
        name = self._target.name
        return [
            Step("Make the bucket of what was deployed, if it isn't there", self._make_bucket),
            Step("Upload the zips, the page and the CloudFormation template", self._upload),
            Step(f"Show what changes in the stack {name}{', ask' if self._ask else ''}, and do it", self._change_stack),
            *_go_live(self._target, lambda: self._release),
        ]

    def _make_bucket(self) -> None:
        self._target.artefacts.ensure()

    def _upload(self) -> None:
        artefacts = self._target.artefacts

        def uploaded(code: str) -> str:
            return f"s3://{artefacts.bucket}/{artefacts.put_file(self._build / code, 'code')}"

        template = artefacts.put_file(transform(self._build / "template.yaml", uploaded), "templates")
        self._release = replace(self._release, template=template, page=artefacts.put_page(PAGE))

    def _change_stack(self) -> None:
        _change(self._target, self._release, self._parameters, ask=self._ask)


class Rollback:
    """Going back to ``release_id``, or to the release before the one that is deployed."""

    def __init__(self, target: Target, release_id: str | None, *, ask: bool) -> None:
        self._target = target
        self._ask = ask
        self._release = _earlier(target.artefacts, release_id)

    def steps(self) -> list[Step]:
        """The stack first, then the page, then the walk."""
        release = self._release
        change = f"Show what changes in the stack {self._target.name}{', ask' if self._ask else ''}, and do it"
        return [
            Step(
                f"Take the template of release {release.id} (commit {release.commit}); data stays as it is",
                lambda: None,
            ),
            Step(change, lambda: _change(self._target, release, {}, ask=self._ask)),
            *_go_live(self._target, lambda: release),
        ]


def _earlier(artefacts: Artefacts, release_id: str | None) -> Release:
    """The release to go back to.

    Raises
    ------
    RefusedError
    """
    if not artefacts.exists() or not (known := artefacts.releases()):
        raise RefusedError("Nothing was deployed here yet, so there is nothing to go back to.")
    if release_id:
        if release_id not in known:
            raise RefusedError(f"There is no release {release_id}. There are: {', '.join(known)}.")
        return artefacts.release(release_id)
    before = [each for each in known if each < (artefacts.current() or "")]
    if not before:
        raise RefusedError(f"There is no release before {known[0]}.")
    return artefacts.release(before[-1])


def _change(target: Target, release: Release, parameters: dict[str, str], *, ask: bool) -> None:
    stack = target.stack
    name = f"release-{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}"
    changes = stack.propose(target.artefacts.url(release.template), parameters, name)
    if changes is None:
        print("  nothing changes")
        return
    for line in changes:
        print(f"  {line}")
    if ask:
        try:
            confirm(f"This changes {target.name}.", "yes")
        except RefusedError:
            stack.forget(name)
            raise
    stack.execute(name)
    if target.stage == PROD:
        stack.protect(on=True)


def _go_live(target: Target, release: Any) -> list[Step]:
    """From a changed stack on: page, record, walk. ``release()`` is asked for when the step runs."""

    def publish_page() -> None:
        outputs = target.stack.outputs()
        count = publish(target.s3, target.artefacts, release(), outputs["PageBucketName"])
        print(f"  {count} files")
        invalidate(boto3.client("cloudfront"), outputs["DistributionId"], release())

    def try_it() -> None:
        address = target.reached_at()
        walk(address, release().id)
        print(f"  {address}")

    return [
        Step("Publish the page, and make CloudFront forget the one before", publish_page),
        Step("Note that this release is deployed", lambda: target.artefacts.record(release())),
        Step("Try it: page, account, free check, prediction, result, deletion", try_it),
    ]


def _commit() -> str:
    """The commit that is deployed, and whether something was changed since."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


class Destruction:
    """Taking a stage down; with ``data``, its accounts, coins and results too."""

    def __init__(self, target: Target, *, data: bool) -> None:
        if target.stack.describe() is None:
            raise RefusedError(f"There is no stack {target.name} in this account and region.")
        self._target = target
        self._data = data
        self._resources = target.stack.resources()

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
        name = self._target.name
        steps = [
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
        return "These stay with what people have in them: " + ", ".join([*self.tables, self.files, self.marks_secret])

    def _empty_page(self) -> None:
        if page := self._named("AWS::S3::Bucket").get("PageBucket"):
            _empty(self._target.s3, page)

    def _delete_stack(self) -> None:
        if self._target.stage == PROD:
            self._target.stack.protect(on=False)
        self._target.stack.delete()

    def _delete_tables(self) -> None:
        dynamodb = boto3.client("dynamodb")
        for table in self.tables:
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=table)
            dynamodb.delete_table(TableName=table)

    def _delete_files(self) -> None:
        _empty(self._target.s3, self.files)
        self._target.s3.delete_bucket(Bucket=self.files)

    def _delete_marks_secret(self) -> None:
        boto3.client("secretsmanager").delete_secret(SecretId=self.marks_secret, RecoveryWindowInDays=30)


def _empty(s3: S3Client, bucket: str) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": each["Key"]} for each in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})  # type: ignore[typeddict-item]


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


__all__ = ["Deployment", "Destruction", "Rollback", "StackError", "Target", "destroy"]
