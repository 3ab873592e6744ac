"""``make rotate-secret``: access tokens are signed with a new secret, or CloudFront shows the API a new one."""

from __future__ import annotations

import argparse
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3

from admin.stage import Stage, StageError
from chalicelib.core.settings import LOCAL_STAGE
from deploy.stack import Stack, stack_name

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront.type_defs import DistributionConfigOutputTypeDef, OriginCustomHeaderTypeDef
    from mypy_boto3_secretsmanager import SecretsManagerClient

HEADER = "X-Origin-Secret"


def rotate(stage: Stage, given: argparse.Namespace) -> int:
    """Rotate the secret that ``given.which`` names: ``signing`` or ``origin``."""
    return _rotate_origin(stage, given) if given.which == "origin" else _rotate_signing(stage, given)


def _rotate_signing(stage: Stage, given: argparse.Namespace) -> int:
    """Put a new version of the signing secret; the one before stays good for the tokens that it signed.

    Raises ``StageError`` if the stage's secret isn't in Secrets Manager, or the rotation would log people out.
    """
    if stage.name == LOCAL_STAGE:
        raise StageError("The local stack signs with the file signing-secret of its data folder, which isn't rotated.")
    client, secret_id = stage.services.clients.secretsmanager(), stage.variables["JWT_SECRET_ID"]
    lifetime = timedelta(seconds=stage.services.settings.token_seconds)
    last = _last_rotation(client, secret_id)
    cuts_off = last is not None and datetime.now(UTC) - last < lifetime
    if cuts_off and not (given.force or given.dry_run):
        raise StageError(
            f"The secret was rotated at {last:%Y-%m-%d %H:%M} UTC, less than {_hours(lifetime)} ago: another rotation "
            "logs out whoever has an older token. If that is meant, because the secret leaked, add FORCE=1."
        )
    if given.dry_run:
        when = f"at {last:%Y-%m-%d %H:%M} UTC" if last else "never"
        who = "would log out whoever has an older token" if cuts_off else "would log nobody out"
        print(f"The secret was last rotated {when}. A rotation now {who}. Nothing was changed.")
        return 0
    client.put_secret_value(SecretId=secret_id, SecretString=_new_secret())
    who = "Whoever has a token of an older secret than the last is logged out" if cuts_off else "Nobody is logged out"
    print(
        f"The stage {stage.name} signs with a new secret within five minutes. {who}: "
        "tokens of the secret before it stay good until they end."
    )
    print(
        f"Don't rotate again within {_hours(lifetime)} unless the secret leaked; then rotate once more with FORCE=1, "
        "which ends every token within five minutes."
    )
    return 0


def _new_secret() -> str:
    return secrets.token_urlsafe(48)  # 64 characters


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):g} hours"


def _last_rotation(client: SecretsManagerClient, secret_id: str) -> datetime | None:
    """Return when the current version was made; None if there is none before it."""
    versions = client.list_secret_version_ids(SecretId=secret_id)["Versions"]
    made = {label: each["CreatedDate"] for each in versions for label in each.get("VersionStages", [])}
    return made["AWSCURRENT"].astimezone(UTC) if "AWSPREVIOUS" in made else None


def _rotate_origin(stage: Stage, given: argparse.Namespace) -> int:
    """Put a new version of the secret and have CloudFront show it; the API believes the one before meanwhile.

    A run that was cut off in between is finished by the next one, which makes no third version.
    Raises ``StageError`` if there is no CloudFront, or it still takes over an earlier change.
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
    header["HeaderValue"] = _new_secret() if is_shown else current
    if is_shown:
        vault.put_secret_value(SecretId=secret_id, SecretString=header["HeaderValue"])
    cloudfront.update_distribution(Id=distribution, IfMatch=found["ETag"], DistributionConfig=config)
    print(
        f"CloudFront shows the API of the stage {stage.name} a new secret within minutes; the one before stays good. "
        "If that one leaked, rotate once more when CloudFront is done: earlier it is refused."
    )
    return 0


def _distribution(stage: Stage, cloudfront: CloudFrontClient) -> str:
    """Return the id of the stage's distribution, once every place of CloudFront has what it was last told."""
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
