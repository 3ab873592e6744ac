"""``make rotate-secret``: access tokens are signed with a new secret from now on."""

from __future__ import annotations

import argparse
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from admin.stage import Stage, StageError
from chalicelib.core.settings import LOCAL_STAGE

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

BYTES = 48
"""64 characters in base64."""


def rotate(stage: Stage, given: argparse.Namespace) -> int:
    """Put a new version of the signing secret; the one before stays good for the tokens that it signed.

    Raises
    ------
    StageError
        The stage's secret isn't in Secrets Manager, or the rotation would log people out.
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
    client.put_secret_value(SecretId=secret_id, SecretString=new_secret())
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


def new_secret() -> str:
    """64 characters that nobody knows."""
    return secrets.token_urlsafe(BYTES)


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):g} hours"


def _last_rotation(client: SecretsManagerClient, secret_id: str) -> datetime | None:
    """When the current version was made; None if there is none before it."""
    versions = client.list_secret_version_ids(SecretId=secret_id)["Versions"]
    made = {label: each["CreatedDate"] for each in versions for label in each.get("VersionStages", [])}
    return made["AWSCURRENT"].astimezone(UTC) if "AWSPREVIOUS" in made else None
