"""The steps of a deployment and of a rollback. The caller carries them out."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from deploy.artefacts import Artefacts, Release
from deploy.page import invalidate, publish
from deploy.parameters import require_valid
from deploy.protection import protect_tables
from deploy.smoke import run_smoke_test
from deploy.stack import Stack, stack_name
from deploy.steps import RefusedError, Step, confirm
from deploy.template import ROOT, read_template
from deploy.transform import transform

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = ROOT / "frontend" / "dist"
PROD = "prod"


@dataclass(frozen=True)
class Target:
    """A stage in the account and region of the operator's AWS credentials."""

    stage: str
    url: str | None = None
    """The URL at which people reach the stage, if it is not the stack's PageUrl, such as your own domain."""

    @property
    def name(self) -> str:
        """The stack's name."""
        return stack_name(self.stage)

    @cached_property
    def s3(self) -> S3Client:
        """An S3 client."""
        return boto3.client("s3")

    @cached_property
    def stack(self) -> Stack:
        """The stage's CloudFormation stack."""
        return Stack(boto3.client("cloudformation"), self.name)

    @cached_property
    def artefacts(self) -> Artefacts:
        """The artefact bucket."""
        return Artefacts(self.s3, boto3.client("sts").get_caller_identity()["Account"], self.stage)

    def reached_at(self) -> str:
        """Return the URL of page and API, without a trailing slash."""
        url = self.url or self.stack.outputs().get("PageUrl")
        if url is None:
            raise RefusedError(f"The stage {self.stage} is not deployed in this account and region.")
        return url.rstrip("/")


def deploy(target: Target, build: Path, parameters: dict[str, str], *, ask: bool) -> list[Step]:
    """Return the steps that deploy ``build``, a folder written by ``package``, and the built page.

    ``ask``: ask the operator before the stack changes. Raises ``RefusedError`` if ``build`` is for another stage.
    """
    template = read_template(build / "template.yaml")
    packaged = template["Parameters"]["Stage"]["Default"]
    if packaged != target.stage:
        raise RefusedError(f"{build} was packaged for {packaged}, not for {target.stage}.")
    require_valid(template, parameters)
    release = Release(id=_now(), stage=target.stage, commit=_commit())

    def make_bucket() -> None:
        target.artefacts.ensure()

    def uploaded(code: str) -> str:
        return f"s3://{target.artefacts.bucket}/{target.artefacts.put_file(build / code, 'code')}"

    def upload() -> None:
        release.template = target.artefacts.put_file(transform(build / "template.yaml", uploaded), "templates")
        release.page = target.artefacts.put_page(PAGE)

    return [
        Step("Create the artefact bucket if it does not exist", make_bucket),
        Step("Upload the zips, the page and the CloudFormation template", upload),
        *_go_live(target, release, parameters, ask=ask),
    ]


def rollback(target: Target, release_id: str | None, *, ask: bool) -> list[Step]:
    """Return the steps back to ``release_id``, or to the release before the deployed one.

    Raises ``RefusedError`` if there is no such release.
    """
    release = _earlier(target.artefacts, release_id)
    sentence = f"Use the template of release {release.id} (commit {release.commit}); the data stays as it is"
    return [Step(sentence, lambda: None), *_go_live(target, release, {}, ask=ask)]


def _earlier(artefacts: Artefacts, release_id: str | None) -> Release:
    if not artefacts.exists() or not (known := artefacts.releases()):
        raise RefusedError("Nothing was deployed here yet, so there is nothing to go back to.")
    if release_id:
        if release_id not in known:
            raise RefusedError(f"There is no release {release_id}. There are: {', '.join(known)}.")
        return artefacts.release(release_id)
    earlier = [release for release in known if release < (artefacts.current() or "")]
    if not earlier:
        raise RefusedError(f"There is no release before {known[0]}.")
    return artefacts.release(earlier[-1])


def _change(target: Target, release: Release, parameters: dict[str, str], *, ask: bool) -> None:
    stack = target.stack
    name = f"release-{_now()}"
    parameters = parameters | {"Stage": target.stage}  # a template packaged for another stage refuses this value
    changes = stack.propose(target.artefacts.url(release.template), parameters, name)
    if changes is None:
        print("  no changes")
        return
    for line in changes:
        print(f"  {line}")
    if ask:
        try:
            confirm(f"This changes {target.name}.", "yes")
        except (RefusedError, KeyboardInterrupt):
            stack.forget(name)
            raise
    stack.execute(name)
    if target.stage == PROD:
        stack.protect(on=True)


def _go_live(target: Target, release: Release, parameters: dict[str, str], *, ask: bool) -> list[Step]:
    """Return the steps that deployments and rollbacks share: stack, record, page, smoke test."""

    def change() -> None:
        _change(target, release, parameters, ask=ask)

    def protect() -> None:
        protect_tables(target.stack)

    def publish_page() -> None:
        outputs = target.stack.outputs()
        count = publish(target.s3, target.artefacts, release, outputs["PageBucketName"])
        print(f"  {count} files")
        invalidate(boto3.client("cloudfront"), outputs["DistributionId"])

    def smoke_test() -> None:
        url = target.reached_at()
        run_smoke_test(url, release.id)
        print(f"  {url}")

    return [
        Step(f"Show the changes of the stack {target.name}{', ask' if ask else ''}, and carry them out", change),
        *([Step("Protect the tables from deletion", protect)] if target.stage == PROD else []),
        # Record it before publishing the page, so that a rollback works after a deployment that stopped half-way.
        Step("Record this release as the deployed one", lambda: target.artefacts.record(release)),
        Step("Publish the page, and remove the old one from CloudFront's cache", publish_page),
        Step("Run the smoke test: page, account, free check, prediction, result, deletion", smoke_test),
    ]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def _commit() -> str:
    """Return the current commit, with ``-dirty`` if files were changed since."""
    try:
        result = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return result.stdout.strip()
