"""The steps of a deployment and of a rollback. The caller carries them out."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from deploy.artefacts import Artefacts, Release
from deploy.page import invalidate, publish
from deploy.parameters import require_valid
from deploy.protection import protect_tables
from deploy.smoke import run_audit, run_smoke_test
from deploy.stack import PROD, PROJECT, Change, Stack, stack_name
from deploy.steps import RefusedError, Step, confirm
from deploy.template import ROOT, read_template
from deploy.transform import transform

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = ROOT / "frontend" / "dist"
WATCHED_ALARMS = ("ApiErrorsAlarm", "APIHandlerErrorsAlarm", "InferenceWorkerErrorsAlarm")
"""The alarms that roll back a deployment to prod, by their logical ids."""
_REGIONAL = Config(s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"})
_AUDIT_SECONDS = 120
"""How long a deployment waits for the audit. A stage with many users needs longer, and nobody has to wait for it."""


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
        """An S3 client whose URLs name the region's own host.

        For up to a day after a bucket's creation the global host redirects, and it refuses buckets of newer regions.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
        """
        return boto3.client("s3", config=_REGIONAL)

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


def deploy(
    target: Target, build: Path, parameters: dict[str, str], *, ask: bool, allow_replacement: bool = False
) -> list[Step]:
    """Return the steps that deploy ``build``, a folder written by ``package``, and the built page.

    ``ask``: ask the operator before the stack changes. ``allow_replacement``: carry out a change with which prod may
    lose a table, bucket or secret. Raises ``RefusedError`` if ``build`` is for another stage.
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
        *_go_live(
            target, release, parameters, ask=ask, allow_replacement=allow_replacement, watch=target.stage == PROD
        ),
    ]


def rollback(target: Target, release_id: str | None, *, ask: bool, allow_replacement: bool = False) -> list[Step]:
    """Return the steps back to ``release_id``, or to the release before the deployed one.

    Raises ``RefusedError`` if there is no such release.
    """
    release = _earlier(target.artefacts, release_id)
    # Errors of the newer release may still set off an alarm, which would then undo the rollback. So don't watch any.
    sentence = f"Use the template of release {release.id} (commit {release.commit}); the data stays as it is"
    return [
        Step(sentence, lambda: None),
        *_go_live(target, release, {}, ask=ask, allow_replacement=allow_replacement, watch=False),
    ]


def _earlier(artefacts: Artefacts, release_id: str | None) -> Release:
    if not artefacts.exists() or not (known := artefacts.releases()):
        raise RefusedError("Nothing was deployed here yet, so there is nothing to go back to.")
    if release_id:
        if release_id not in known:
            raise RefusedError(f"There is no release {release_id}. There are: {', '.join(known)}.")
        return artefacts.release(release_id)
    current = artefacts.current() or ""
    earlier = [release for release in known if release < current]
    if not earlier:
        raise RefusedError(f"There is no release before {known[0]}.")
    return artefacts.release(earlier[-1])


def _change(
    target: Target, release: Release, parameters: dict[str, str], *, ask: bool, allow_replacement: bool, watch: bool
) -> None:
    stack = target.stack
    name = f"release-{_now()}"
    changes = stack.propose(
        target.artefacts.url(release.template),
        parameters | {"Stage": target.stage},  # a template packaged for another stage refuses this value
        name,
        tags={"project": PROJECT, "stage": target.stage},
        alarms=_alarms_to_watch(stack) if watch else [],
    )
    if changes is None:
        print("  no changes")
        return
    for change in changes:
        print(f"  {change}")
    try:
        if target.stage == PROD and not allow_replacement:
            _require_data_kept(changes)
        if ask:
            confirm(f"This changes {target.name}.", "yes")
    except (RefusedError, KeyboardInterrupt):
        stack.forget(name)
        raise
    stack.execute(name)
    if target.stage == PROD:
        stack.protect(on=True)


def _require_data_kept(changes: list[Change]) -> None:
    """Raise ``RefusedError`` if the stage may lose a table, bucket or secret."""
    if losses := [change for change in changes if change.loses_data]:
        raise RefusedError(
            "The stack was not changed, because the stage may lose data:\n"
            + "\n".join(f"  {change}" for change in losses)
            + "\nA resource that is retained keeps its data, but the stage no longer uses it. If you want that, add "
            "ALLOW_REPLACEMENT=1."
        )


def _alarms_to_watch(stack: Stack) -> list[str]:
    """Return the ARNs of the deployed stack's alarms that roll a change back.

    Leave out an alarm that has gone off already: with it, CloudFormation would roll back the change that mends it, too.
    """
    resources = stack.resources() if stack.describe() else {}
    names = [name for alarm in WATCHED_ALARMS if (name := resources.get(alarm, ("", ""))[1])]
    if not names:
        return []
    alarms = boto3.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    for alarm in alarms:
        if alarm["StateValue"] == "ALARM":
            print(f"  {alarm['AlarmName']} has gone off already, so it does not roll this change back")
    return [alarm["AlarmArn"] for alarm in alarms if alarm["StateValue"] != "ALARM"]


def _go_live(
    target: Target, release: Release, parameters: dict[str, str], *, ask: bool, allow_replacement: bool, watch: bool
) -> list[Step]:
    """Return the steps that deployments and rollbacks share: stack, record, page, smoke test."""

    def change() -> None:
        _change(target, release, parameters, ask=ask, allow_replacement=allow_replacement, watch=watch)

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

    def audit() -> None:
        # Without retries, because a second invocation would only find that the first one is still running.
        client = boto3.client("lambda", config=Config(read_timeout=_AUDIT_SECONDS, retries={"max_attempts": 0}))
        run_audit(client, target.stack.resources()["Audit"][1])

    return [
        Step(f"Show the changes of the stack {target.name}{', ask' if ask else ''}, and carry them out", change),
        *([Step("Protect the tables from deletion", protect)] if target.stage == PROD else []),
        # Record it before publishing the page, so that a rollback works after a deployment that stopped half-way.
        Step("Record this release as the deployed one", lambda: target.artefacts.record(release)),
        Step("Publish the page, and remove the old one from CloudFront's cache", publish_page),
        Step("Run the smoke test: page, account, free check, prediction, result, deletion", smoke_test),
        Step("Invoke the daily audit once", audit),
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
