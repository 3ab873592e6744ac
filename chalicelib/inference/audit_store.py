"""What the audit reads: every table and the results' listing, page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from chalicelib.auth.store import ERASURE_SHARD
from chalicelib.core.dynamo import Item, batch_get, from_item, to_item
from chalicelib.inference.files import prefixes_of_user
from chalicelib.inference.store import HISTORY_INDEX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from chalicelib.core.settings import Settings

BATCH = 100
"""BatchGetItem takes so many keys."""
_WAIT_SECONDS_MAX = 10.0
"""The longest pause between two tries of a batch. Nobody waits for the audit, so it is patient with a busy table."""
_PAGE = 500
"""So much of a page is in memory, where a megabyte of small items would be ten in Python."""

# What the audit compares: of a prediction neither its summary nor the marks of its rows.
_ENTRY = {
    "ProjectionExpression": "user_id, entry_id, #amount, #reason, prediction_id",
    "ExpressionAttributeNames": {"#amount": "amount", "#reason": "reason"},
}
_PREDICTION = {
    "ProjectionExpression": "prediction_id, user_id, listed_at, #status, cost, attempt, finished_at, due_at, "
    "due_shard, charge_entry_id, refund_entry_id, files_deleted_at, erased_at, #result.csv_key, #result.rows_key",
    "ExpressionAttributeNames": {"#status": "status", "#result": "result"},
}


@dataclass(frozen=True, slots=True)
class ResultFiles:
    """The keys that lie under one prediction."""

    prediction_id: str
    keys: frozenset[str]


class AuditStore:
    """Reads only. Scans, which no request may."""

    def __init__(self, dynamodb: DynamoDBClient, s3: S3Client, settings: Settings) -> None:
        self._dynamodb = dynamodb
        self._s3 = s3
        self._settings = settings

    # ---- users

    def user_ids(self) -> Iterator[str]:
        """Every account, deleted ones too."""
        items = self._pages(
            "scan",
            TableName=self._settings.users_table,
            # Said although it follows: the function's role allows nothing else, so that it reads no names.
            Select="SPECIFIC_ATTRIBUTES",
            ProjectionExpression="user_id",
            ConsistentRead=True,
        )
        return (str(item["user_id"]) for item in items)

    def user(self, user_id: str) -> Item | None:
        """One account as it is now, without its person."""
        answer = self._dynamodb.get_item(
            TableName=self._settings.users_table,
            Key=to_item({"user_id": user_id}),
            ProjectionExpression="user_id, balance, open_charges, closed_at",
            ConsistentRead=True,
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def names_its_person(self, user_id: str) -> bool:
        """Whether the account holds a name or an e-mail address. DynamoDB looks, and answers a number."""
        found = self._count(
            "query",
            TableName=self._settings.users_table,
            KeyConditionExpression="user_id = :user",
            FilterExpression="attribute_exists(#name) OR attribute_exists(#email)",
            ExpressionAttributeNames={"#name": "name", "#email": "email"},
            ExpressionAttributeValues=to_item({":user": user_id}),
        )
        return found > 0

    def existing_users(self, user_ids: Collection[str]) -> set[str]:
        """Those of the users that there are."""
        keys = [{"user_id": user_id} for user_id in user_ids]
        found = self._batch(self._settings.users_table, keys, ProjectionExpression="user_id")
        return {str(item["user_id"]) for item in found}

    def erasures_wished_before(self, moment: float) -> Iterator[str]:
        """The deleted accounts whose erasure was wished before ``moment`` and is not done."""
        items = self._pages(
            "query",
            TableName=self._settings.erasures_table,
            KeyConditionExpression="erasure_shard = :shard",
            FilterExpression="wished_at < :moment",
            ExpressionAttributeValues=to_item({":shard": ERASURE_SHARD, ":moment": moment}),
            ConsistentRead=True,
        )
        return (str(item["user_id"]) for item in items)

    # ---- ledger entries

    def entries(self, user_id: str, since: str | None = None, until: str | None = None) -> Iterator[Item]:
        """A user's ledger entries, oldest first; those from ``since`` on, or before ``until``."""
        return self._of_user(
            self._settings.ledger_table, "entry_id", user_id, since, until, ConsistentRead=True, **_ENTRY
        )

    def entries_by_id(self, user_id: str, entry_ids: Iterable[str]) -> dict[str, Item]:
        """Those of the entries that exist."""
        keys = [{"user_id": user_id, "entry_id": entry_id} for entry_id in dict.fromkeys(entry_ids)]
        return {item["entry_id"]: item for item in self._batch(self._settings.ledger_table, keys, **_ENTRY)}

    def count_entries(self) -> int:
        """How many ledger entries there are of anybody."""
        return self._count("scan", TableName=self._settings.ledger_table)

    def owners_of_entries(self) -> Iterator[str]:
        """The users that ledger entries name; each run of one user once."""
        return self._owners(self._settings.ledger_table)

    # ---- predictions

    def predictions_of(self, user_id: str, since: str | None = None, until: str | None = None) -> Iterator[Item]:
        """A user's predictions, oldest first; those from ``since`` on, or before ``until``. The index may lag."""
        return self._of_user(
            self._settings.predictions_table, "listed_at", user_id, since, until, IndexName=HISTORY_INDEX, **_PREDICTION
        )

    def predictions_by_id(self, prediction_ids: Iterable[str]) -> dict[str, Item]:
        """Those of the predictions that exist, as they are now."""
        keys = [{"prediction_id": prediction_id} for prediction_id in dict.fromkeys(prediction_ids)]
        found = self._batch(self._settings.predictions_table, keys, **_PREDICTION)
        return {item["prediction_id"]: item for item in found}

    def count_predictions(self) -> int:
        """How many predictions there are of anybody."""
        return self._count("scan", TableName=self._settings.predictions_table)

    def owners_of_predictions(self) -> Iterator[str]:
        """The users that predictions name; each run of one user once."""
        return self._owners(self._settings.predictions_table)

    def owners_of_unerased_predictions(self) -> Iterator[str]:
        """The users of predictions that hold more than the books need; each run of one user once."""
        return self._owners(self._settings.predictions_table, FilterExpression="attribute_not_exists(erased_at)")

    def predictions_in_no_history(self) -> Iterator[str]:
        """The ids of predictions that lack what the history index is made of."""
        items = self._pages(
            "scan",
            TableName=self._settings.predictions_table,
            FilterExpression="attribute_not_exists(user_id) OR attribute_not_exists(listed_at)",
            ProjectionExpression="prediction_id",
            ConsistentRead=True,
        )
        return (str(item["prediction_id"]) for item in items)

    # ---- vouchers

    def vouchers(self) -> Iterator[Item]:
        """Every voucher."""
        return self._pages("scan", TableName=self._settings.vouchers_table, ConsistentRead=True)

    def vouchers_by_hash(self, hashes: Iterable[str]) -> list[Item]:
        """Those of the vouchers that exist, as they are now."""
        return list(self._batch(self._settings.vouchers_table, [{"voucher_hash": each} for each in hashes]))

    def entries_of_vouchers(self, used: Sequence[Item]) -> dict[tuple[str, str], Item]:
        """The ledger entries that used vouchers name, by user and entry id."""
        keys = {(each["redeemed_by"], each["entry_id"]): None for each in used if "redeemed_by" in each}
        wanted = [{"user_id": user_id, "entry_id": entry_id} for user_id, entry_id in keys]
        found = self._batch(self._settings.ledger_table, wanted, **_ENTRY)
        return {(item["user_id"], item["entry_id"]): item for item in found}

    def count_voucher_entries(self, user_id: str) -> int:
        """How many of a user's ledger entries are of vouchers."""
        return self._count(
            "query",
            TableName=self._settings.ledger_table,
            KeyConditionExpression="user_id = :user",
            FilterExpression="#reason = :voucher",
            ExpressionAttributeNames={"#reason": "reason"},
            ExpressionAttributeValues=to_item({":user": user_id, ":voucher": "voucher"}),
        )

    def count_vouchers_of(self, user_id: str) -> int:
        """How many vouchers a user has redeemed."""
        return self._count(
            "scan",
            TableName=self._settings.vouchers_table,
            FilterExpression="redeemed_by = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
        )

    # ---- files

    def results_of(self, user_id: str) -> Iterator[ResultFiles]:
        """The user's results, a prediction at a time, in the order of their ids."""
        _, prefix, _ = prefixes_of_user(user_id)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._settings.files_bucket, Prefix=prefix)
        keys = (each["Key"] for page in pages for each in page.get("Contents", []))
        for prediction_id, group in groupby(keys, lambda key: key.removeprefix(prefix).split("/", 1)[0]):
            yield ResultFiles(prediction_id, frozenset(group))

    def exists(self, key: str) -> bool:
        """Whether an object is there. Listed, because who may ask for one object may read it."""
        # A key comes before all that begin with it.
        answer = self._s3.list_objects_v2(Bucket=self._settings.files_bucket, Prefix=key, MaxKeys=1)
        return [each["Key"] for each in answer.get("Contents", [])] == [key]

    def is_anything_under(self, prefix: str) -> bool:
        """Whether any object's key begins with ``prefix``."""
        answer = self._s3.list_objects_v2(Bucket=self._settings.files_bucket, Prefix=prefix, MaxKeys=1)
        return bool(answer.get("Contents"))

    # ---- pages and batches

    def _of_user(
        self, table: str, sort_key: str, user_id: str, since: str | None, until: str | None, **more: Any
    ) -> Iterator[Item]:
        condition, values = "user_id = :user", {":user": user_id}
        if since is not None:
            condition, values = f"{condition} AND {sort_key} >= :bound", {**values, ":bound": since}
        elif until is not None:
            condition, values = f"{condition} AND {sort_key} < :bound", {**values, ":bound": until}
        return self._pages(
            "query",
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_item(values),
            **more,
        )

    def _pages(self, operation: Any, **arguments: Any) -> Iterator[Item]:
        limits: Any = {"PageSize": _PAGE}
        for page in self._dynamodb.get_paginator(operation).paginate(PaginationConfig=limits, **arguments):
            yield from map(from_item, page["Items"])

    def _owners(self, table: str, **more: Any) -> Iterator[str]:
        items = self._pages("scan", TableName=table, ProjectionExpression="user_id", ConsistentRead=True, **more)
        for user_id, _ in groupby(items, lambda item: str(item.get("user_id", ""))):
            if user_id:
                yield user_id

    def _count(self, operation: Any, **arguments: Any) -> int:
        pages = self._dynamodb.get_paginator(operation).paginate(Select="COUNT", ConsistentRead=True, **arguments)
        return sum(page["Count"] for page in pages)

    def _batch(self, table: str, keys: list[Item], **options: Any) -> Iterator[Item]:
        found = batch_get(
            self._dynamodb,
            table,
            map(to_item, keys),
            wait_seconds_max=_WAIT_SECONDS_MAX,
            ConsistentRead=True,
            **options,
        )
        return map(from_item, found)
