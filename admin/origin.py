"""``make rotate-secret WHICH=origin``: CloudFront shows the API a new secret from now on."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import boto3

from admin.rotation import new_secret
from admin.stage import Stage, StageError
from chalicelib.core.settings import LOCAL_STAGE
from deploy.stack import Stack, stack_name

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront.type_defs import DistributionConfigOutputTypeDef, OriginCustomHeaderTypeDef

HEADER = "X-Origin-Secret"


def rotate_origin(stage: Stage, given: argparse.Namespace) -> int:
    """Put a new version of the secret and have CloudFront show it; the API believes the one before meanwhile.

    A run that was cut off in between is finished by the next one, which makes no third version.

    Raises
    ------
    StageError
        There is no CloudFront, or it still takes over an earlier change.
    """
    if stage.name == LOCAL_STAGE:
        raise StageError("The local stack has no CloudFront, and so no secret of it.")
    vault, cloudfront = stage.services.clients.secretsmanager(), boto3.client("cloudfront")
    secret_id, distribution = stage.variables["ORIGIN_SECRET_ID"], _distribution(stage, cloudfront)
    found = cloudfront.get_distribution_config(Id=distribution)
    config = found["DistributionConfig"]
    header = _header(config)
    current = vault.get_secret_value(SecretId=secret_id)["SecretString"]
    is_shown = header["HeaderValue"] == current
    if given.dry_run:
        print(f"CloudFront {'shows' if is_shown else 'does not show'} the current secret. Nothing was changed.")
        return 0
    header["HeaderValue"] = new_secret() if is_shown else current
    if is_shown:
        vault.put_secret_value(SecretId=secret_id, SecretString=header["HeaderValue"])
    cloudfront.update_distribution(Id=distribution, IfMatch=found["ETag"], DistributionConfig=config)
    print(
        f"CloudFront shows the API of the stage {stage.name} a new secret within minutes; the one before stays good. "
        "If that one leaked, rotate once more when CloudFront is done: earlier it is refused."
    )
    return 0


def _distribution(stage: Stage, cloudfront: CloudFrontClient) -> str:
    """The id of the stage's distribution, once every place of CloudFront has what it was last told."""
    found = Stack(boto3.client("cloudformation"), stack_name(stage.name)).resources()["Distribution"][1]
    status = cloudfront.get_distribution(Id=found)["Distribution"]["Status"]
    if status != "Deployed":
        raise StageError(
            f"CloudFront still takes over the change before ({status}): a place that shows an older secret than the "
            "last would not be believed. Try again in some minutes."
        )
    return found


def _header(config: DistributionConfigOutputTypeDef) -> OriginCustomHeaderTypeDef:
    origins = [origin["CustomHeaders"] for origin in config["Origins"]["Items"] if "CustomHeaders" in origin]
    (found,) = (each for headers in origins for each in headers.get("Items", []) if each["HeaderName"] == HEADER)
    return found
