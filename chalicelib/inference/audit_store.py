"""What the audit reads: every table and the results' listing, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, groupby
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.core.dynamo import Item, from_item, to_item
from chalicelib.inference.files import prefixes_of_user
from chalicelib.inference.store import HISTORY_INDEX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from chalicelib.core.settings import Settings

_BATCH_GET_MAX = 100


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

    def users(self) -> Iterator[Item]:
        """Every account, deleted ones too."""
        return self._pages("scan", TableName=self._settings.users_table, ConsistentRead=True)

    def user(self, user_id: str) -> Item | None:
        """One account as it is now."""
        answer = self._dynamodb.get_item(
            TableName=self._settings.users_table, Key=to_item({"user_id": user_id}), ConsistentRead=True
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def entries(self, user_id: str) -> Iterator[Item]:
        """A user's ledger entries, oldest first."""
        return self._pages(
            "query",
            TableName=self._settings.ledger_table,
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ConsistentRead=True,
        )

    def entries_by_id(self, user_id: str, entry_ids: Sequence[str]) -> dict[str, Item]:
        """Those of the entries that exist."""
        keys = [{"user_id": user_id, "entry_id": entry_id} for entry_id in entry_ids]
        return {item["entry_id"]: item for item in self._batch(self._settings.ledger_table, keys)}

    def predictions_of(self, user_id: str) -> Iterator[Item]:
        """A user's predictions, oldest first."""
        return self._pages(
            "query",
            TableName=self._settings.predictions_table,
            IndexName=HISTORY_INDEX,
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
        )

    def predictions_by_id(self, prediction_ids: Sequence[str]) -> dict[str, Item]:
        """Those of the predictions that exist."""
        keys = [{"prediction_id": prediction_id} for prediction_id in prediction_ids]
        return {item["prediction_id"]: item for item in self._batch(self._settings.predictions_table, keys)}

    def vouchers(self) -> Iterator[Item]:
        """Every voucher."""
        return self._pages("scan", TableName=self._settings.vouchers_table, ConsistentRead=True)

    def count_entries(self) -> int:
        """How many ledger entries there are of anybody."""
        return self._count(self._settings.ledger_table)

    def count_predictions(self) -> int:
        """How many predictions there are of anybody."""
        return self._count(self._settings.predictions_table)

    def owners_of_entries(self) -> Iterator[str]:
        """The users that ledger entries name; each run of one user once."""
        return self._owners(self._settings.ledger_table)

    def owners_of_predictions(self) -> Iterator[str]:
        """The users that predictions name; each run of one user once."""
        return self._owners(self._settings.predictions_table)

    def results_of(self, user_id: str) -> Iterator[ResultFiles]:
        """The user's results, a prediction at a time, in the order of their ids."""
        _, prefix = prefixes_of_user(user_id)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._settings.files_bucket, Prefix=prefix)
        keys = (each["Key"] for page in pages for each in page.get("Contents", []))
        for prediction_id, group in groupby(keys, lambda key: key.removeprefix(prefix).split("/", 1)[0]):
            yield ResultFiles(prediction_id, frozenset(group))

    def exists(self, key: str) -> bool:
        """Whether an object is there."""
        try:
            self._s3.head_object(Bucket=self._settings.files_bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                return False
            raise
        return True

    def _pages(self, operation: Any, **arguments: Any) -> Iterator[Item]:
        for page in self._dynamodb.get_paginator(operation).paginate(**arguments):
            yield from map(from_item, page["Items"])

    def _owners(self, table: str) -> Iterator[str]:
        items = self._pages("scan", TableName=table, ProjectionExpression="user_id")
        for user_id, _ in groupby(items, lambda item: str(item["user_id"])):
            yield user_id

    def _count(self, table: str) -> int:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=table, Select="COUNT", ConsistentRead=True)
        return sum(page["Count"] for page in pages)

    def _batch(self, table: str, keys: list[Item]) -> Iterator[Item]:
        for some in batched(keys, _BATCH_GET_MAX, strict=False):
            wanted: Any = {table: {"Keys": [to_item(key) for key in some], "ConsistentRead": True}}
            while wanted:
                answer = self._dynamodb.batch_get_item(RequestItems=wanted)
                yield from map(from_item, answer["Responses"].get(table, []))
                wanted = answer.get("UnprocessedKeys")
