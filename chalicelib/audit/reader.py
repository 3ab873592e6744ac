"""The reader of the audit: reads every table, and the list of result files, page by page.

A scan can start after the key of an item, so that another process can continue an audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import batched, groupby
from math import inf
from typing import TYPE_CHECKING, Any

from chalicelib.auth.repository import ERASURE_SHARD
from chalicelib.core.dynamo import Item, batch_get, from_item, to_item
from chalicelib.inference.predictions.repository import HISTORY_INDEX
from chalicelib.inference.storage.file_store import StoredObject, prefixes_of_user

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from chalicelib.core.settings import Settings

BATCH = 100
"""The largest number of keys in one BatchGetItem."""
_WAIT_SECONDS_MAX = 10.0
"""The longest pause between two tries of a batch. Nobody waits for the audit, so it can wait for a busy table."""
_PAGE = 500
"""The items of a page. A full page of 1 MB of small items would take about 10 MB as Python objects."""

# The attributes that the audit compares. The large ones, such as a result's summary, are left out.
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
    "#result.csv_key, #result.rows_key, #result.cohort_key, bad_rows_file.#key",
    "ExpressionAttributeNames": {"#status": "status", "#result": "result", "#key": "key"},
}


MARGIN_SECONDS = 30
"""An audit stops when its process has less time left than this: enough for one read with retries, and to save."""
LOGIN_SEGMENTS = 16
"""The number of parts in which the logins are scanned. An audit that is continued starts with the next part, so that
no login key, which contains a name or e-mail address, has to be stored as its progress."""


class AuditOutOfTimeError(Exception):
    """The process is about to be stopped. Another one has to continue the audit."""


class AuditReader:
    """Reads tables, also by scans, and lists result files. It writes nothing.

    ``time_left`` returns how many seconds the process has left. Once they are less than MARGIN_SECONDS, every read
    raises ``AuditOutOfTimeError``.
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
        """Return the ids of all accounts, including deleted ones, or of those that come after the key ``after``."""
        items = self._scan(self._settings.users_table, "user_id", after)
        return (str(item["user_id"]) for item in items)

    def users_by_id(self, user_ids: Iterable[str]) -> dict[str, Item]:
        """Return the accounts that exist, by id, with the attributes that the audit compares."""
        return self._by_id(self._settings.users_table, "user_id", user_ids, **_USER)

    # ---- logins

    def logins(self, segment: int) -> Iterator[Item]:
        """Return one of LOGIN_SEGMENTS parts of the logins: each with its key and the id of its user."""
        return self._scan(
            self._settings.logins_table,
            "login, user_id",
            FilterExpression="attribute_exists(user_id)",
            Segment=segment,
            TotalSegments=LOGIN_SEGMENTS,
        )

    def logins_by_key(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the user ids of the logins that exist, by login key."""
        logins = self._by_id(self._settings.logins_table, "login", keys, ProjectionExpression="login, user_id")
        return {key: str(login.get("user_id", "")) for key, login in logins.items()}

    def erasures_requested_before(self, moment: float) -> Iterator[str]:
        """Return the ids of accounts with a pending erasure request from before ``moment`` (epoch seconds)."""
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
        """Return a user's ledger entries, oldest first: those from the id ``since`` on, or before the id ``until``."""
        return self._of_user(
            self._settings.ledger_table, "entry_id", user_id, since, until, ConsistentRead=True, **_ENTRY
        )

    def entries_by_key(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """Return the entries that exist, by user id and entry id."""
        unique = [{"user_id": user_id, "entry_id": entry_id} for user_id, entry_id in dict.fromkeys(keys)]
        entries = self._batch(self._settings.ledger_table, unique, **_ENTRY)
        return {(entry["user_id"], entry["entry_id"]): entry for entry in entries}

    def entry_keys(self, after: Item | None = None) -> Iterator[Item]:
        """Return the keys of the ledger entries of all users, or of those that come after the key ``after``."""
        return self._scan(self._settings.ledger_table, "user_id, entry_id", after)

    # ---- predictions

    def predictions_of(self, user_id: str, since: str | None = None, until: str | None = None) -> Iterator[Item]:
        """Return a user's predictions, oldest first: those listed from ``since`` on, or before ``until``.

        It reads the history index, which may lag behind the table.
        """
        return self._of_user(
            self._settings.predictions_table, "listed_at", user_id, since, until, IndexName=HISTORY_INDEX, **_PREDICTION
        )

    def predictions_by_id(self, prediction_ids: Iterable[str]) -> dict[str, Item]:
        """Return the predictions that exist, by id, by a consistent read."""
        return self._by_id(self._settings.predictions_table, "prediction_id", prediction_ids, **_PREDICTION)

    def prediction_keys(self, after: Item | None = None) -> Iterator[Item]:
        """Return the ids and history keys of all predictions, or of those that come after the key ``after``."""
        return self._scan(self._settings.predictions_table, "prediction_id, user_id, listed_at", after)

    def owners_of_unerased_predictions(self) -> Iterator[str]:
        """Return the user id of each prediction that was not erased. A user may occur many times."""
        items = self._scan(
            self._settings.predictions_table, "user_id", FilterExpression="attribute_not_exists(erased_at)"
        )
        return (str(item["user_id"]) for item in items if "user_id" in item)

    # ---- vouchers

    def vouchers(self, after: Item | None = None) -> Iterator[Item]:
        """Return all vouchers, or those that come after the key ``after``."""
        start = {"ExclusiveStartKey": to_item(after)} if after else {}
        return self._pages("scan", TableName=self._settings.vouchers_table, ConsistentRead=True, **start)

    def vouchers_by_hash(self, hashes: Iterable[str]) -> dict[str, Item]:
        """Return the vouchers that exist, by hash, by a consistent read."""
        return self._by_id(self._settings.vouchers_table, "voucher_hash", hashes)

    # ---- files

    def results_of(self, user_id: str) -> Iterator[tuple[str, dict[str, StoredObject]]]:
        """Yield the user's result files by prediction, in the order of the ids: the id, and its objects by key."""
        _, prefix, _ = prefixes_of_user(user_id)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._settings.files_bucket, Prefix=prefix)
        objects = (obj for page in self._timed(pages) for obj in page.get("Contents", []))
        for prediction_id, group in groupby(objects, lambda obj: obj["Key"].removeprefix(prefix).split("/", 1)[0]):
            yield prediction_id, {obj["Key"]: StoredObject(obj["Size"], obj["ETag"]) for obj in group}

    def objects_under(self, prefix: str) -> dict[str, StoredObject]:
        """Return the objects under a prefix by key, at most the first 1,000.

        It lists them, because a role that may ask for a single object may also read it.
        """
        self._require_time()
        listing = self._s3.list_objects_v2(Bucket=self._settings.files_bucket, Prefix=prefix)
        return {obj["Key"]: StoredObject(obj["Size"], obj["ETag"]) for obj in listing.get("Contents", [])}

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
            # ProjectionExpression implies this, but the function's role requires it in the request.
            Select="SPECIFIC_ATTRIBUTES",
            ProjectionExpression=attributes,
            ConsistentRead=True,
            **start,
            **more,
        )

    def _pages(self, operation: Any, **arguments: Any) -> Iterator[Item]:
        config: Any = {"PageSize": _PAGE}
        pages = self._dynamodb.get_paginator(operation).paginate(PaginationConfig=config, **arguments)
        for page in self._timed(pages):
            yield from map(from_item, page["Items"])

    def _timed(self, pages: Iterable[Any]) -> Iterator[Any]:
        """Yield the pages, and raise ``AuditOutOfTimeError`` before a page for which there is no time."""
        iterator = iter(pages)
        while True:
            self._require_time()
            page = next(iterator, None)
            if page is None:
                return
            yield page

    def _require_time(self) -> None:
        if self._time_left() < MARGIN_SECONDS:
            raise AuditOutOfTimeError

    def _by_id(self, table: str, key: str, ids: Iterable[str], **options: Any) -> dict[str, Item]:
        keys = [{key: value} for value in dict.fromkeys(ids)]
        return {item[key]: item for item in self._batch(table, keys, **options)}

    def _batch(self, table: str, keys: list[Item], **options: Any) -> Iterator[Item]:
        for batch in batched(keys, BATCH, strict=False):
            self._require_time()
            items = batch_get(
                self._dynamodb,
                table,
                map(to_item, batch),
                wait_seconds_max=_WAIT_SECONDS_MAX,
                ConsistentRead=True,
                **options,
            )
            yield from map(from_item, items)
