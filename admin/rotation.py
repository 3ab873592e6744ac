"""``make rotate-secret``: rotate the secret that signs tokens, or the one that CloudFront sends to the API."""

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


def rotate(stage: Stage, arguments: argparse.Namespace) -> int:
    """Rotate the secret that ``arguments.which`` names: ``signing`` or ``origin``."""
    return _rotate_origin(stage, arguments) if arguments.which == "origin" else _rotate_signing(stage, arguments)


def _rotate_signing(stage: Stage, arguments: argparse.Namespace) -> int:
    """Put a new version of the signing secret. Tokens signed with the previous version stay valid.

    Raises ``StageError`` for the local stage, and if the rotation would log people out and ``--force`` is missing.
    """
    if stage.name == LOCAL_STAGE:
        raise StageError("The local stack signs with the file signing-secret in its data folder, which isn't rotated.")
    client, secret_id = stage.services.clients.secretsmanager(), stage.variables["JWT_SECRET_ID"]
    lifetime = timedelta(seconds=stage.services.settings.token_seconds)
    last = _last_rotation(client, secret_id)
    logs_out = last is not None and datetime.now(UTC) - last < lifetime
    if logs_out and not (arguments.force or arguments.dry_run):
        raise StageError(
            f"The secret was rotated at {last:%Y-%m-%d %H:%M} UTC, less than {_hours(lifetime)} ago. Another rotation "
            "logs out everybody with an older token. If the secret leaked and you want that, add FORCE=1."
        )
    if arguments.dry_run:
        rotated = f"last rotated at {last:%Y-%m-%d %H:%M} UTC" if last else "never rotated"
        effect = "would log out everybody with an older token" if logs_out else "would log nobody out"
        print(f"The secret was {rotated}. A rotation now {effect}. Nothing was changed.")
        return 0
    client.put_secret_value(SecretId=secret_id, SecretString=_new_secret())
    effect = "Everybody with a token of an even older secret is logged out." if logs_out else "Nobody is logged out."
    print(
        f"The stage {stage.name} signs with a new secret within five minutes. "
        f"Tokens of the previous secret stay valid until they expire. {effect}"
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
    """Return when the current version was made, or None if it is the first one."""
    versions = client.list_secret_version_ids(SecretId=secret_id)["Versions"]
    created = {label: version["CreatedDate"] for version in versions for label in version.get("VersionStages", [])}
    return created["AWSCURRENT"].astimezone(UTC) if "AWSPREVIOUS" in created else None


def _rotate_origin(stage: Stage, arguments: argparse.Namespace) -> int:
    """Put a new version of the secret and let CloudFront send it. Meanwhile the API also accepts the previous version.

    If an earlier run stopped after putting a version, finish it with that version instead of putting another one.
    Raises ``StageError`` for the local stage, and while CloudFront still deploys an earlier change.
    """
    if stage.name == LOCAL_STAGE:
        raise StageError("The local stack has no CloudFront, so it has no secret for it.")
    secrets_manager, cloudfront = stage.services.clients.secretsmanager(), boto3.client("cloudfront")
    secret_id, distribution_id = stage.variables["ORIGIN_SECRET_ID"], _distribution_id(stage, cloudfront)
    response = cloudfront.get_distribution_config(Id=distribution_id)
    config = response["DistributionConfig"]
    header = _header(config)
    current = secrets_manager.get_secret_value(SecretId=secret_id)["SecretString"]
    sends_current = header["HeaderValue"] == current
    if arguments.dry_run:
        print(f"CloudFront {'sends' if sends_current else 'does not send'} the current secret. Nothing was changed.")
        return 0
    header["HeaderValue"] = _new_secret() if sends_current else current
    if sends_current:
        secrets_manager.put_secret_value(SecretId=secret_id, SecretString=header["HeaderValue"])
    cloudfront.update_distribution(Id=distribution_id, IfMatch=response["ETag"], DistributionConfig=config)
    print(
        f"CloudFront sends a new secret to the API of the stage {stage.name} within minutes. The previous one stays "
        "valid. If it leaked, rotate once more when CloudFront is done; until then another rotation is refused."
    )
    return 0


def _distribution_id(stage: Stage, cloudfront: CloudFrontClient) -> str:
    """Return the id of the stage's distribution. Raises ``StageError`` while CloudFront deploys an earlier change."""
    distribution_id = Stack(boto3.client("cloudformation"), stack_name(stage.name)).resources()["Distribution"][1]
    status = cloudfront.get_distribution(Id=distribution_id)["Distribution"]["Status"]
    if status != "Deployed":
        raise StageError(
            f"CloudFront is still deploying an earlier change ({status}). The API would not trust an edge "
            "location that still sends a secret older than the previous one. Try again in some minutes."
        )
    return distribution_id


def _header(config: DistributionConfigOutputTypeDef) -> OriginCustomHeaderTypeDef:
    origins = [origin["CustomHeaders"] for origin in config["Origins"]["Items"] if "CustomHeaders" in origin]
    (header,) = (item for headers in origins for item in headers.get("Items", []) if item["HeaderName"] == HEADER)
    return header
