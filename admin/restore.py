"""``make restore-table`` and ``make replay-deletions``, the commands after a point-in-time recovery.

The first makes a live table equal to the copy that was recovered beside it. The second deletes again the deleted
accounts that the copies brought back.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from admin.stage import TABLES, Stage, StageError
from admin.tables import Changes, Copy
from deploy.steps import confirm

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

APPEND_ONLY_TABLE = "Erasures"
"""The items that this table has and its copy lacks are later deletions. They stay, because they have to be replayed."""


def restore(stage: Stage, arguments: argparse.Namespace) -> int:
    """Make a table equal to its copy, after asking.

    Raises ``StageError`` if the copy doesn't exist, isn't ready, is empty, or has other keys.
    """
    source, target = arguments.source, stage.variables[TABLES[arguments.table]]
    client = stage.services.clients.dynamodb()
    key = _require_copy(client, source, target, may_be_empty=arguments.force)
    if not arguments.dry_run and not arguments.force:
        effect = f"This makes the table {arguments.table} of the stage {stage.name} equal to {source}."
        confirm(f"{effect} Everything that was written since is lost.", arguments.table)
    changes, copy = Changes(), Copy(client, source, target, key)
    copy.write_differing(changes, dry=arguments.dry_run)
    if arguments.table != APPEND_ONLY_TABLE:
        copy.delete_newer(changes, dry=arguments.dry_run)
    print(_report(changes, dry=arguments.dry_run))
    if not arguments.dry_run:
        of_stage = f"STAGE={stage.name}"
        print(f"When all tables are restored, run: make replay-deletions {of_stage}, then make audit {of_stage}.")
    return 0


def replay(stage: Stage, arguments: argparse.Namespace) -> int:
    """Delete again the accounts that a restore brought back. Return 1 if a part failed. A dry run only counts."""
    dry = arguments.dry_run
    replayed = stage.services.replay.preview() if dry else stage.services.replay.run()
    accounts = "of these, brought back" if dry else "of these, brought back and deleted again"
    logins = "logins brought back" if dry else "logins removed again"
    erased = "accounts with predictions brought back" if dry else "accounts whose predictions were erased again"
    print(f"{'accounts in the register of deletions':<48}{replayed.deleted:>8,}")
    print(f"{accounts:<48}{replayed.accounts:>8,}")
    print(f"{logins:<48}{replayed.logins:>8,}")
    print(f"{erased:<48}{replayed.erased:>8,}")
    if dry:
        print("This was a dry run: nothing was changed.")
    if replayed.stuck:
        print(
            f"Predictions that could not be ended: {replayed.stuck:,}. They have no open charge, because the tables "
            "were not restored to one moment. They no longer name the person. The audit reports them."
        )
    if replayed.failed:
        print(f"Steps that failed: {replayed.failed:,}. The lines above say why. Run this again.")
    return 1 if replayed.stuck or replayed.failed else 0


def _require_copy(client: DynamoDBClient, source: str, target: str, *, may_be_empty: bool) -> tuple[str, ...]:
    """Return the names of the key attributes of both tables. Raises ``StageError`` if ``source`` is no copy."""
    if source == target:
        raise StageError(f"{source} is the stage's own table. FROM is the table that was restored beside it.")
    live, copy = _description(client, target), _description(client, source)
    key, copy_key = _key_of(live), _key_of(copy)
    if key != copy_key:
        raise StageError(f"{source} is not a copy of {target}: its keys are {_names(copy_key)}, not {_names(key)}.")
    if copy["TableStatus"] != "ACTIVE":
        raise StageError(f"{source} is not ready ({copy['TableStatus'].lower()}). Try again when it is active.")
    if not may_be_empty and not client.scan(TableName=source, Limit=1, ConsistentRead=True)["Items"]:
        raise StageError(f"{source} is empty. If the table was empty at that moment, add FORCE=1.")
    return tuple(name for name, _ in key)


def _description(client: DynamoDBClient, table: str) -> Any:
    try:
        return client.describe_table(TableName=table)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise StageError(f"There is no table {table} in this account and region.") from error


def _key_of(table: Any) -> list[tuple[str, str]]:
    """Return the names and types of the key attributes, the partition key first."""
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in table["AttributeDefinitions"]}
    schema = sorted(table["KeySchema"], key=lambda element: str(element["KeyType"]))  # HASH before RANGE
    return [(element["AttributeName"], types[element["AttributeName"]]) for element in schema]


def _names(key: list[tuple[str, str]]) -> str:
    return " and ".join(f"{name} ({kind})" for name, kind in key)


def _report(changes: Changes, *, dry: bool) -> str:
    written, deleted = ("to be written", "to be deleted") if dry else ("written", "deleted")
    counts = {
        "equal items": changes.equal,
        f"missing items, {written}": changes.missing,
        f"different items, {written}": changes.different,
        f"newer items, {deleted}": changes.newer,
    }
    return "\n".join(f"{meaning:<40}{count:>12,}" for meaning, count in counts.items())
