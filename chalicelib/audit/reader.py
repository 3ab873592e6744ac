"""Read what the audit compares: every table and the results' listing, page by page.

A scan can go on after the key of an item, so that an audit can be continued by another process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import batched, groupby
from math import inf
from typing import TYPE_CHECKING, Any

from chalicelib.auth.repository import ERASURE_SHARD
from chalicelib.core.dynamo import Item, batch_get, from_item, to_item
from chalicelib.inference.predictions.repository import HISTORY_INDEX
from chalicelib.inference.storage.file_store import Stored, prefixes_of_user

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
_USER = {
    "ProjectionExpression": "user_id, balance, open_charges, closed_at, #name, #email",
    "ExpressionAttributeNames": {"#name": "name", "#email": "email"},
}
_PREDICTION = {
    "ProjectionExpression": "prediction_id, user_id, listed_at, #status, cost, attempt, finished_at, due_at, "
    "due_shard, charge_entry_id, refund_entry_id, files_deleted_at, erased_at, result_files, "
    "#result.csv_key, #result.rows_key, #result.cohort_key",
    "ExpressionAttributeNames": {"#status": "status", "#result": "result"},
}


MARGIN_SECONDS = 30
"""An audit stops so long before its process is stopped: enough for one read with its retries, and to save its state."""
LOGIN_SEGMENTS = 16
"""The logins are scanned in so many parts. A key of theirs, being a name or an e-mail address, is stored nowhere."""


class AuditOutOfTimeError(Exception):
    """The process is going to be stopped: another one has to continue."""


class AuditReader:
    """Reads only. Scans, which no request may.

    ``time_left`` returns for how many seconds the process may go on. Every read raises ``AuditOutOfTimeError`` once
    they are less than MARGIN_SECONDS.
    """

    def __init__(
        self, dynamodb: DynamoDBClient, s3: S3Client, settings: Settings, time_left: Callable[[], float] = lambda: inf
    ) -> None:
        self._dynamodb = dynamodb
        self._s3 = s3
        self._settings = settings
        self._time_left = time_left

    # ---- users

    def user_ids(self, after: Item | None = None) -> Iterator[str]:
        """Return the id of every account, deleted ones too; those that come ``after`` a key."""
        items = self._scan(self._settings.users_table, "user_id", after)
        return (str(item["user_id"]) for item in items)

    def users_by_id(self, user_ids: Iterable[str]) -> dict[str, Item]:
        """Return those of the accounts that exist, with what the audit compares."""
        return self._by_id(self._settings.users_table, "user_id", user_ids, **_USER)

    # ---- logins

    def logins(self, segment: int) -> Iterator[Item]:
        """Return the login keys of one of LOGIN_SEGMENTS parts, each with the user that it leads to."""
        return self._scan(
            self._settings.logins_table,
            "login, user_id",
            FilterExpression="attribute_exists(user_id)",
            Segment=segment,
            TotalSegments=LOGIN_SEGMENTS,
        )

    def logins_by_key(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the users that those of the login keys lead to that exist."""
        found = self._by_id(self._settings.logins_table, "login", keys, ProjectionExpression="login, user_id")
        return {key: str(item.get("user_id", "")) for key, item in found.items()}

    def erasures_requested_before(self, moment: float) -> Iterator[str]:
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

    def entries_by_key(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """Those of the entries that exist, by user and entry id."""
        wanted = [{"user_id": user_id, "entry_id": entry_id} for user_id, entry_id in dict.fromkeys(keys)]
        found = self._batch(self._settings.ledger_table, wanted, **_ENTRY)
        return {(item["user_id"], item["entry_id"]): item for item in found}

    def entry_keys(self, after: Item | None = None) -> Iterator[Item]:
        """Return the key of every ledger entry of anybody; those that come ``after`` one."""
        return self._scan(self._settings.ledger_table, "user_id, entry_id", after)

    # ---- predictions

    def predictions_of(self, user_id: str, since: str | None = None, until: str | None = None) -> Iterator[Item]:
        """A user's predictions, oldest first; those from ``since`` on, or before ``until``. The index may lag."""
        return self._of_user(
            self._settings.predictions_table, "listed_at", user_id, since, until, IndexName=HISTORY_INDEX, **_PREDICTION
        )

    def predictions_by_id(self, prediction_ids: Iterable[str]) -> dict[str, Item]:
        """Those of the predictions that exist, as they are now."""
        return self._by_id(self._settings.predictions_table, "prediction_id", prediction_ids, **_PREDICTION)

    def prediction_keys(self, after: Item | None = None) -> Iterator[Item]:
        """Return what every prediction is found by, its id and its history's key; those that come ``after`` one."""
        return self._scan(self._settings.predictions_table, "prediction_id, user_id, listed_at", after)

    def owners_of_unerased_predictions(self) -> Iterator[str]:
        """The users of predictions that hold more than the books need. A user may come many times."""
        items = self._scan(
            self._settings.predictions_table, "user_id", FilterExpression="attribute_not_exists(erased_at)"
        )
        return (str(item["user_id"]) for item in items if "user_id" in item)

    # ---- vouchers

    def vouchers(self, after: Item | None = None) -> Iterator[Item]:
        """Return every voucher; those that come ``after`` a key."""
        start = {"ExclusiveStartKey": to_item(after)} if after else {}
        return self._pages("scan", TableName=self._settings.vouchers_table, ConsistentRead=True, **start)

    def vouchers_by_hash(self, hashes: Iterable[str]) -> dict[str, Item]:
        """Those of the vouchers that exist, as they are now."""
        return self._by_id(self._settings.vouchers_table, "voucher_hash", hashes)

    # ---- files

    def results_of(self, user_id: str) -> Iterator[tuple[str, dict[str, Stored]]]:
        """The user's results in the order of their predictions' ids: each id, and the objects under it by key."""
        _, prefix, _ = prefixes_of_user(user_id)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._settings.files_bucket, Prefix=prefix)
        objects = (each for page in self._timed(pages) for each in page.get("Contents", []))
        for prediction_id, group in groupby(objects, lambda each: each["Key"].removeprefix(prefix).split("/", 1)[0]):
            yield prediction_id, {each["Key"]: Stored(each["Size"], each["ETag"]) for each in group}

    def objects_under(self, prefix: str) -> dict[str, Stored]:
        """Return the objects under a prefix by key, at most the first 1,000.

        Listed, because a role that may ask for one object may read it.
        """
        self._require_time()
        answer = self._s3.list_objects_v2(Bucket=self._settings.files_bucket, Prefix=prefix)
        return {each["Key"]: Stored(each["Size"], each["ETag"]) for each in answer.get("Contents", [])}

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

    def _scan(self, table: str, attributes: str, after: Item | None = None, **more: Any) -> Iterator[Item]:
        start = {"ExclusiveStartKey": to_item(after)} if after else {}
        return self._pages(
            "scan",
            TableName=table,
            # Named although it follows from the next line: the function's role allows nothing else.
            Select="SPECIFIC_ATTRIBUTES",
            ProjectionExpression=attributes,
            ConsistentRead=True,
            **start,
            **more,
        )

    def _pages(self, operation: Any, **arguments: Any) -> Iterator[Item]:
        limits: Any = {"PageSize": _PAGE}
        pages = self._dynamodb.get_paginator(operation).paginate(PaginationConfig=limits, **arguments)
        for page in self._timed(pages):
            yield from map(from_item, page["Items"])

    def _timed(self, pages: Iterable[Any]) -> Iterator[Any]:
        """Return the pages while there is time for one more."""
        following = iter(pages)
        while True:
            self._require_time()
            page = next(following, None)
            if page is None:
                return
            yield page

    def _require_time(self) -> None:
        if self._time_left() < MARGIN_SECONDS:
            raise AuditOutOfTimeError

    def _by_id(self, table: str, key: str, ids: Iterable[str], **options: Any) -> dict[str, Item]:
        keys = [{key: each} for each in dict.fromkeys(ids)]
        return {item[key]: item for item in self._batch(table, keys, **options)}

    def _batch(self, table: str, keys: list[Item], **options: Any) -> Iterator[Item]:
        for some in batched(keys, BATCH, strict=False):
            self._require_time()
            found = batch_get(
                self._dynamodb,
                table,
                map(to_item, some),
                wait_seconds_max=_WAIT_SECONDS_MAX,
                ConsistentRead=True,
                **options,
            )
            yield from map(from_item, found)
