"""The checks before a deployment, with prepared answers of AWS."""

import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy import preflight
from deploy.account import Account
from deploy.preflight import Check, check_bucket, check_caller, check_cloudfront, check_concurrency, check_stack
from deploy.preflight import check_leftovers as leftovers


class Answers:
    """A client whose every method gives the same answer."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __getattr__(self, _name: str) -> Any:
        return lambda **_arguments: self._answer


class Stage:
    """A target with a stack in the given status, and a bucket of releases that may hold data of an earlier stage."""

    stage, name = "dev", "liver-lifespan-dev"

    def __init__(self, status: str | None = None, bucket: bool | ClientError = False, kept: Any = None) -> None:
        self.stack = self.artefacts = self
        self.bucket = "liver-lifespan-artefacts-1-eu-central-1"
        self._status, self._exists, self._kept = status, bucket, kept

    def describe(self) -> dict[str, Any] | None:
        return {"StackStatus": self._status} if self._status else None

    def exists(self) -> bool:
        if isinstance(self._exists, ClientError):
            raise self._exists
        return self._exists

    def kept(self) -> Any:
        return self._kept


def stage(*arguments: Any, **options: Any) -> Any:
    """Return a stage that passes as a ``Target``."""
    return Stage(*arguments, **options)


FORBIDDEN = ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")


def account(arn: str = "arn:aws:iam::1:user/anna") -> Account:
    return Account("1", "eu-central-1", arn)


@pytest.mark.parametrize(
    ("limit", "wanted", "outcome", "advice"),
    [
        (1000, 10, "ok", "1,000 executions of all functions at once, of which predictions may use 10."),
        (1000, 995, "ok", ""),
        (1000, 996, "FAIL", "or deploy with CONCURRENCY=995."),
        (10, 10, "FAIL", "or deploy with CONCURRENCY=5."),
        (10, 5, "ok", ""),
        (6, 2, "FAIL", "'Concurrent executions')."),
    ],
)
def test_the_worker_leaves_executions_for_the_other_functions(
    limit: int, wanted: int, outcome: str, advice: str
) -> None:
    functions = Answers({"AccountLimit": {"ConcurrentExecutions": limit}})

    check = check_concurrency(functions, wanted)

    assert check.outcome == outcome
    assert check.text.endswith(advice)


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        (check_caller(account()), "ok"),
        (check_caller(account("arn:aws:iam::1:root")), "look"),
        (check_cloudfront(Answers({"DistributionList": {"Quantity": 1}})), "ok"),
        (check_cloudfront(Answers({"DistributionList": {"Quantity": 0}})), "look"),
        (check_stack(stage()), "ok"),
        (check_stack(stage("UPDATE_COMPLETE")), "ok"),
        (check_stack(stage("ROLLBACK_COMPLETE")), "ok"),
        (check_stack(stage("ROLLBACK_FAILED")), "FAIL"),
        (check_stack(stage("UPDATE_ROLLBACK_FAILED")), "FAIL"),
        (check_stack(stage("DELETE_FAILED")), "FAIL"),
        (check_stack(stage("CREATE_IN_PROGRESS")), "FAIL"),
        (check_bucket(stage(bucket=False)), "ok"),
        (check_bucket(stage(bucket=True)), "ok"),
        (check_bucket(stage(bucket=FORBIDDEN)), "FAIL"),
        (leftovers(stage(bucket=False, kept={"Users": ("AWS::DynamoDB::Table", "old")})), "ok"),
        (leftovers(stage(bucket=True)), "ok"),
        (leftovers(stage(bucket=True, kept={"Users": ("AWS::DynamoDB::Table", "old")})), "look"),
        (leftovers(stage("UPDATE_COMPLETE", bucket=True, kept={"Users": ("AWS::DynamoDB::Table", "old")})), "ok"),
    ],
)
def test_each_check_says_whether_a_deployment_would_fail(check: Check, outcome: str) -> None:
    assert check.outcome == outcome, check.text


@pytest.mark.parametrize(
    ("outcomes", "code", "last"),
    [
        (["ok", "look"], 0, "Ready to deploy. Nothing was changed."),
        (["ok", "FAIL", "look"], 1, "A deployment would fail. Nothing was changed."),
    ],
)
def test_the_command_prints_the_account_every_check_and_the_verdict(
    outcomes: list[str], code: int, last: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preflight, "find_aws", lambda _profile, _region: account())
    monkeypatch.setattr(preflight, "checks", lambda *_arguments: [Check(outcome, "text") for outcome in outcomes])
    monkeypatch.setattr(sys, "argv", ["preflight", "--stage", "dev"])

    assert preflight.main() == code

    first, *checked, verdict = capsys.readouterr().out.splitlines()
    assert first.startswith("AWS account 1, region eu-central-1, as ")
    assert [line.split()[0] for line in checked] == outcomes
    assert verdict == last


def test_without_a_stack_the_concurrency_is_the_template_s_default() -> None:
    assert preflight._concurrency_of(stage()) == 10
