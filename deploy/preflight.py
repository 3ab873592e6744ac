"""Check whether an AWS account is ready for a stage, and change nothing: ``python -m deploy.preflight --stage dev``."""

import argparse
import sys
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy.account import Account, find_aws
from deploy.commands import Target
from deploy.steps import RefusedError
from deploy.template import STAGES
from local.provision import TEMPLATE, parsed_template

OTHER_EXECUTIONS = 5
"""The executions at once that the worker must leave: one for each other function, and a second one for the API."""
_NEEDS_REPAIR = {"ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"}


class Check(NamedTuple):
    """The outcome of one check: ``ok``, ``look`` (a person has to know it) or ``FAIL`` (a deployment would fail)."""

    outcome: str
    text: str


def check_caller(account: Account) -> Check:
    """Check that the credentials are not the root user's."""
    if account.arn.endswith(":root"):
        return Check("look", "These are the root user's credentials. Use a user with docs/policies/deployer.json.")
    return Check("ok", "The credentials are not the root user's.")


def check_concurrency(functions: Any, wanted: int) -> Check:
    """Check that the worker's concurrency leaves enough of the account's for the other functions.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: new accounts have less than 1,000.
    """
    limit = functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    text = f"{limit:,} executions of all functions at once, of which predictions may use {wanted:,}."
    if limit - wanted >= OTHER_EXECUTIONS:
        return Check("ok", text)
    more = "Ask AWS for more (Service Quotas, AWS Lambda, 'Concurrent executions')"
    if (possible := limit - OTHER_EXECUTIONS) >= 2:
        more += f", or deploy with CONCURRENCY={possible}"
    return Check("FAIL", f"{text} That leaves too few for the API. {more}.")


def check_cloudfront(cloudfront: Any) -> Check:
    """Check that the account has a distribution. AWS has no call that says whether an account is verified."""
    if cloudfront.list_distributions(MaxItems="1")["DistributionList"]["Quantity"]:
        return Check("ok", "The account has a CloudFront distribution.")
    return Check(
        "look",
        "The account has no CloudFront distribution yet. If the deployment stops with 'Your account must be verified', "
        "open a case at AWS Support (account and billing, free of charge) with that sentence, then deploy again.",
    )


def check_stack(target: Target) -> Check:
    """Check that the stack can be deployed."""
    stack = target.stack.describe()
    if stack is None:
        return Check("ok", f"There is no stack {target.name} yet.")
    status = stack["StackStatus"]
    if status in _NEEDS_REPAIR or status.endswith("IN_PROGRESS"):
        return Check("FAIL", f"{target.name} is {status}: docs/deploying.md, 'Recover from a failed deployment'.")
    return Check("ok", f"{target.name} is {status}.")


def check_bucket(target: Target) -> Check:
    """Check that the artefact bucket's name, which can be guessed, is not another account's."""
    try:
        exists = target.artefacts.exists()
    except ClientError as error:
        return Check("FAIL", f"The bucket {target.artefacts.bucket} can't be used: {error}. Choose another region.")
    return Check("ok", f"The bucket {target.artefacts.bucket} {'exists' if exists else 'does not exist yet'}.")


def check_leftovers(target: Target) -> Check:
    """Check whether the data of a stage that was taken down are still there."""
    if target.stack.describe() is None and target.artefacts.exists() and target.artefacts.kept():
        return Check(
            "look",
            f"The data of an earlier stage may still exist. A deployment makes new tables. 'make destroy "
            f"STAGE={target.stage} DATA=1' lists the old ones, asks, and deletes them.",
        )
    return Check("ok", "No earlier stage left data.")


def _concurrency_of(target: Target) -> int:
    """Return the stage's number of predictions at once, or the template's default before the first deployment."""
    stack: Any = target.stack.describe() or {}
    deployed = {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}
    declared = parsed_template(TEMPLATE.read_text("utf-8"))["Parameters"]["WorkerConcurrencyMax"]
    return int(deployed.get("WorkerConcurrencyMax", declared["Default"]))


def checks(target: Target, account: Account, concurrency: int | None) -> list[Check]:
    """Return the outcome of every check."""
    return [
        check_caller(account),
        check_concurrency(boto3.client("lambda"), concurrency or _concurrency_of(target)),
        check_cloudfront(boto3.client("cloudfront")),
        check_stack(target),
        bucket := check_bucket(target),
        *([check_leftovers(target)] if bucket.outcome == "ok" else []),
    ]


def main() -> int:
    """Print every check.

    Return 0 if the stage can be deployed, 1 if not or if AWS can't be asked, 2 without credentials or a region.
    """
    parser = argparse.ArgumentParser(prog="python -m deploy.preflight", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stage", required=True, choices=STAGES)
    parser.add_argument("--profile", help="the AWS profile with the credentials (AWS_PROFILE)")
    parser.add_argument("--region", help="the stage's AWS region (AWS_REGION, or that of the profile)")
    parser.add_argument("--concurrency", type=int, help="the number of predictions at once that you will deploy with")
    arguments = parser.parse_args()
    try:
        account = find_aws(arguments.profile, arguments.region)
        print(account)
        outcomes = checks(Target(arguments.stage), account, arguments.concurrency)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 2
    except (BotoCoreError, ClientError) as error:
        print(f"AWS answered with an error: {error}", file=sys.stderr)
        return 1
    for check in outcomes:
        print(f"{check.outcome:<6}{check.text}")
    if any(check.outcome == "FAIL" for check in outcomes):
        print("A deployment would fail. Nothing was changed.")
        return 1
    print("Ready to deploy. Nothing was changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
