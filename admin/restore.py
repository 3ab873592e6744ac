"""``make restore-table`` and ``make replay-deletions``: what follows a point-in-time recovery.

A live table becomes equal to the copy that was recovered beside it; then deleted accounts are deleted again.
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

ONLY_ADDED_TO = "Erasures"
"""What this table has and the copy hasn't are later deletions, which have to be replayed."""


def restore(stage: Stage, given: argparse.Namespace) -> int:
    """Compare, ask, write. Raises ``StageError`` if the copy isn't one, or isn't of this table."""
    source, target = given.source, stage.variables[TABLES[given.table]]
    client = stage.services.clients.dynamodb()
    key = _require_copy(client, source, target, may_be_empty=given.force)
    if not given.dry_run and not given.force:
        what = f"This makes the table {given.table} of the stage {stage.name} equal to {source}."
        confirm(f"{what} What was written since is lost.", given.table)
    changes, copy = Changes(), Copy(client, source, target, key)
    copy.bring_back(changes, dry=given.dry_run)
    if given.table != ONLY_ADDED_TO:
        copy.remove_newer(changes, dry=given.dry_run)
    print(_said(changes, dry=given.dry_run))
    if not given.dry_run:
        of_stage = f"STAGE={stage.name}"
        print(f"When all tables are restored: make replay-deletions {of_stage}, then make audit {of_stage}.")
    return 0


def replay(stage: Stage, given: argparse.Namespace) -> int:
    """Delete again what is back; 1 if something could not be. A dry run only counts."""
    dry = given.dry_run
    done = stage.services.replay.look() if dry else stage.services.replay.run()
    print(f"{'accounts in the register of deletions':<48}{done.deleted:>8,}")
    print(f"{'of these, back' if dry else 'of these, back and deleted again':<48}{done.accounts:>8,}")
    print(f"{'logins that are back' if dry else 'logins removed again':<48}{done.logins:>8,}")
    erased = "accounts with files that are named again" if dry else "accounts whose predictions were erased again"
    print(f"{erased:<48}{done.erased:>8,}")
    if dry:
        print("This was a dry run: nothing was changed.")
    if done.stuck:
        print(
            f"Predictions that could not be ended: {done.stuck:,}. The tables are not of one moment, and their charges "
            "are not open. Nothing in them names the person; the audit names them."
        )
    if done.failed:
        print(f"Steps that failed: {done.failed:,}. The lines above say why; run this again.")
    return 1 if done.stuck or done.failed else 0


def _require_copy(client: DynamoDBClient, source: str, target: str, *, may_be_empty: bool) -> tuple[str, ...]:
    """Return the key attributes that both tables have."""
    if source == target:
        raise StageError(f"{source} is the stage's own table. FROM is the table that was restored beside it.")
    live, copy = _described(client, target), _described(client, source)
    keys = [_key_of(each) for each in (live, copy)]
    if keys[0] != keys[1]:
        raise StageError(f"{source} is no copy of {target}: its keys are {_words(keys[1])}, not {_words(keys[0])}.")
    if copy["TableStatus"] != "ACTIVE":
        raise StageError(f"{source} is not ready ({copy['TableStatus'].lower()}). Try again when it is active.")
    if not may_be_empty and not client.scan(TableName=source, Limit=1, ConsistentRead=True)["Items"]:
        raise StageError(f"{source} is empty. If the table was empty at that moment, say so with FORCE=1.")
    return tuple(name for name, _ in keys[0])


def _described(client: DynamoDBClient, table: str) -> Any:
    try:
        return client.describe_table(TableName=table)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise StageError(f"There is no table {table} in this account and region.") from error


def _key_of(table: Any) -> list[tuple[str, str]]:
    """Return the names of the key's attributes with their types, the partition's first."""
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    schema = sorted(table["KeySchema"], key=lambda each: str(each["KeyType"]))  # HASH before RANGE
    return [(each["AttributeName"], types[each["AttributeName"]]) for each in schema]


def _words(key: list[tuple[str, str]]) -> str:
    return " and ".join(f"{name} ({kind})" for name, kind in key)


def _said(changes: Changes, *, dry: bool) -> str:
    written, deleted = ("to be written", "to be deleted") if dry else ("written", "deleted")
    counts = {
        "items that are equal": changes.equal,
        f"that were missing, {written}": changes.missing,
        f"that differed, {written}": changes.other,
        f"that are newer, {deleted}": changes.newer,
    }
    return "\n".join(f"{what:<40}{count:>12,}" for what, count in counts.items())
