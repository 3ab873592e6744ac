"""The AWS account and region in which a command works."""

import os
from dataclasses import dataclass

import boto3
from botocore.exceptions import ProfileNotFound

from deploy.steps import RefusedError


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account, a region, and the ARN of the user or role whose credentials are used."""

    id: str
    region: str
    arn: str

    def __str__(self) -> str:
        return f"AWS account {self.id}, region {self.region}, as {self.arn}"


def find_aws(profile: str | None = None, region: str | None = None) -> Account:
    """Find credentials and region in AWS's usual order, and let every later boto3 client use them.

    The credentials are those of ``profile``, or else those that boto3 finds. The region is ``region``, or else that of
    AWS_REGION, AWS_DEFAULT_REGION or the profile. boto3 does not read AWS_REGION itself; AWS's other tools do.
    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html

    Raises ``RefusedError`` if there are no credentials, no region or no such profile.
    """
    try:
        session = boto3.Session(
            profile_name=profile or None, region_name=region or os.environ.get("AWS_REGION") or None
        )
        missing = [] if session.region_name else ["region (set AWS_REGION, or use a profile with a region)"]
        missing += [] if session.get_credentials() else ["credentials (set AWS_PROFILE or AWS_ACCESS_KEY_ID)"]
    except ProfileNotFound as error:
        raise RefusedError(f"AWS can't be used: {error}.") from error
    if missing:
        raise RefusedError(f"AWS can't be used: boto3 finds no {' and no '.join(missing)}.")
    boto3.setup_default_session(profile_name=profile or None, region_name=session.region_name)
    identity = boto3.client("sts").get_caller_identity()
    return Account(identity["Account"], session.region_name, identity["Arn"])
