"""The predictions' table: every change of state is one conditional write.

While a prediction is open (queued or running) it carries ``due_shard`` and ``due_at`` and so stands in the sparse
index ``due``, where the dispatcher finds it. An end removes both.
"""

from __future__ import annotations

import dataclasses
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.core.clock import iso
from chalicelib.core.dynamo import (
    decode_cursor,
    encode_cursor,
    from_item,
    to_item,
    write_one,
)
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.results.result import Result
from chalicelib.inference.storage.file_store import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Item, TransactItem

DUE_INDEX = "due"
HISTORY_INDEX = "history"
DUE_SHARDS = 4
"""One index partition takes 1,000 writes a second; four are room enough to begin with."""

PAGE_SIZE = 20

_FIELDS = {field.name for field in dataclasses.fields(Prediction)}

_STORED_NAMES = {"offset_interval": "mark_rows", "row_offsets": "marks", "output_spec": "contract"}
"""Fields of a result whose attribute in the table has an older name, which stored results keep."""

RETAINED_AFTER_ERASURE = {
    "prediction_id", "user_id", "listed_at", "status", "attempt", "cost", "created_at", "finished_at",
    "charge_entry_id", "refund_entry_id", "files_deleted_at", "erased_at",
}  # fmt: skip
"""What the ledger's entries lead to: all that stays of a deleted account's prediction."""


def due_shard(prediction_id: str) -> str:
    """The partition of the ``due`` index that a prediction belongs to."""
    return str(zlib.crc32(prediction_id.encode()) % DUE_SHARDS)


class Due(NamedTuple):
    """An open prediction as the ``due`` index shows it: the index may lag."""

    prediction_id: str
    due_at: float


class PredictionRepository:
    """Reads and writes predictions."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    # ---- reading

    def get(self, prediction_id: str) -> Prediction | None:
        """The prediction as it is now (a consistent read); None also if it was erased with its account."""
        item = self._item(prediction_id)
        return None if not item or "erased_at" in item else _from_item(item)

    def history(self, user_id: str, cursor: str | None) -> tuple[list[Prediction], str | None]:
        """One page of the user's predictions, newest first, and the cursor of the next."""
        start: dict[str, Any] = {}
        if cursor:
            key = decode_cursor(cursor, ("user_id", "listed_at", "prediction_id"))
            # A cursor names a place within its owner's list only.
            start = {"ExclusiveStartKey": {**key, **to_item({"user_id": user_id})}}
        answer = self._client.query(
            TableName=self._table,
            IndexName=HISTORY_INDEX,
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ScanIndexForward=False,
            Limit=PAGE_SIZE,
            **start,
        )
        # Somebody may ask while their account is being deleted, or after its row was restored alone.
        page = [_from_item(item) for item in answer["Items"] if "erased_at" not in item]
        return page, encode_cursor(answer.get("LastEvaluatedKey"))

    def unerased(self, user_id: str) -> Iterator[str]:
        """The ids of the user's predictions that hold more than the books need, newest first: open ones are new.

        The index may lag.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=HISTORY_INDEX,
            KeyConditionExpression="user_id = :user",
            FilterExpression="attribute_not_exists(erased_at)",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ProjectionExpression="prediction_id",
            ScanIndexForward=False,
        )
        return (str(from_item(item)["prediction_id"]) for page in pages for item in page["Items"])

    def due(self, shard: str, now: float, limit: int) -> list[Due]:
        """Return at most ``limit`` open predictions of ``shard`` that are due, oldest first."""
        answer = self._client.query(
            TableName=self._table,
            IndexName=DUE_INDEX,
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues=to_item({":shard": shard, ":now": now}),
            ProjectionExpression="prediction_id, due_at",
            Limit=limit,
        )
        return [Due(item["prediction_id"], item["due_at"]) for item in map(from_item, answer["Items"])]

    # ---- writing

    def new(self, prediction: Prediction) -> TransactItem:
        """Return the transaction element that writes a queued prediction, which must not be there yet."""
        item = _to_values(prediction) | {
            "listed_at": f"{iso(prediction.created_at)}-{prediction.prediction_id}",
            "due_shard": due_shard(prediction.prediction_id),
        }
        return {
            "Put": {
                "TableName": self._table,
                "Item": to_item(item),
                "ConditionExpression": "attribute_not_exists(prediction_id)",
            }
        }

    def claim(self, prediction_id: str, now: float, lease_until: float) -> Prediction:
        """Take a queued prediction, or a running one whose lease ran out: one attempt more, running, leased.

        Raises
        ------
        ConditionFailedError
            It ended, somebody else holds it, or there is no such prediction.
        """
        claimed = self._update(
            prediction_id,
            "SET #status = :running, attempt = attempt + :one, due_at = :lease, rows_done = :zero, "
            "started_at = if_not_exists(started_at, :now)",
            "#status = :queued OR (#status = :running AND due_at <= :now)",
            {
                ":running": Status.RUNNING,
                ":queued": Status.QUEUED,
                ":one": 1,
                ":zero": 0,
                ":lease": lease_until,
                ":now": now,
            },
        )
        return _from_item(claimed)

    def progress(self, prediction: Prediction, rows_done: int, lease_until: float) -> None:
        """Say how far this attempt is and renew its lease.

        Raises
        ------
        ConditionFailedError
            The attempt is no longer the prediction's: stop working.
        """
        change = "SET rows_done = :rows, due_at = :lease"
        self._update_attempt(prediction, change, {":rows": rows_done, ":lease": lease_until})

    def release(self, prediction: Prediction, due_at: float) -> None:
        """Give a running attempt up: queued again, due at ``due_at``.

        Raises
        ------
        ConditionFailedError
            The attempt is no longer the prediction's.
        """
        change = "SET #status = :queued, due_at = :due"
        self._update_attempt(prediction, change, {":queued": Status.QUEUED, ":due": due_at})

    def _update_attempt(self, prediction: Prediction, change: str, values: Item) -> None:
        condition = "#status = :running AND attempt = :attempt"
        fence = {":running": Status.RUNNING, ":attempt": prediction.attempt}
        self._update(prediction.prediction_id, change, condition, values | fence)

    def postpone(self, prediction: Prediction, due_at: float) -> Prediction:
        """Count one more send and move the due time of a prediction that nobody else touched meanwhile; return it.

        A running one, whose lease ran out, is queued again by it.

        Raises
        ------
        ConditionFailedError
            It was touched.
        """
        postponed = self._update(
            prediction.prediction_id,
            "SET #status = :queued, due_at = :due, sends = sends + :one",
            "#status = :status AND attempt = :attempt AND due_at = :seen",
            {
                ":queued": Status.QUEUED,
                ":due": due_at,
                ":one": 1,
                ":status": prediction.status,
                ":attempt": prediction.attempt,
                ":seen": prediction.due_at,
            },
        )
        return _from_item(postponed)

    def delay(self, due: Due, due_at: float) -> None:
        """Move the due time of a prediction that is still as due as it was seen, whatever else it holds.

        Raises
        ------
        ConditionFailedError
            Its due time has moved.
        """
        self._update(
            due.prediction_id,
            "SET due_at = :due",
            "attribute_exists(#status) AND due_at = :seen",
            {":due": due_at, ":seen": due.due_at},
        )

    def end_with_result(self, prediction: Prediction, result: Result, now: float) -> TransactItem:
        """The transaction element that ends this attempt's prediction with its result, which is in S3 by now.

        Its condition is the fence: the attempt must still be the prediction's.
        """
        # Beside the result, not inside: an older release, after a rollback, reads only a result that it knows whole.
        values = {_STORED_NAMES.get(name, name): value for name, value in asdict(result).items()}
        files = values.pop("files")
        return self._end(
            prediction,
            "SET #status = :end, #result = :result, result_files = :files, #rows = :rows, rows_done = :rows, "
            "bad_rows = :bad, finished_at = :now",
            {
                ":end": Status.SUCCEEDED,
                ":result": values,
                ":files": files,
                ":rows": result.summary["rows"],
                ":bad": result.summary["skipped_rows"],
                ":now": now,
            },
            {"#result": "result", "#rows": "rows"},
        )

    def end_without_result(
        self, prediction: Prediction, status: Status, code: str, sentence: str, refund_entry_id: str,
        now: float,
    ) -> TransactItem:  # fmt: skip
        """The transaction element that ends ``prediction``, exactly as it was read, without a result.

        Its condition (same state, same attempt) is what makes the refund beside it happen once.
        """
        return self._end(
            prediction,
            "SET #status = :end, error_code = :code, error_info = :sentence, refund_entry_id = :refund, "
            "finished_at = :now",
            {":end": status, ":code": code, ":sentence": sentence, ":refund": refund_entry_id, ":now": now},
        )

    def _end(
        self, prediction: Prediction, change: str, values: Item, names: dict[str, str] | None = None
    ) -> TransactItem:
        # What stands in no index is never found again by the dispatcher: an end is for good.
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item({"prediction_id": prediction.prediction_id}),
                "UpdateExpression": f"{change} REMOVE due_shard, due_at",
                "ConditionExpression": "#status = :status AND attempt = :attempt",
                "ExpressionAttributeNames": {"#status": "status", **(names or {})},
                "ExpressionAttributeValues": to_item(
                    {**values, ":status": prediction.status, ":attempt": prediction.attempt}
                ),
            }
        }

    def forget_files(self, prediction_id: str, now: float) -> Prediction:
        """Say that the files of an ended prediction are gone, and forget what they were called.

        Raises
        ------
        ConditionFailedError
            It has not ended.
        """
        return _from_item(
            self._change_ended(
                prediction_id,
                "SET files_deleted_at = if_not_exists(files_deleted_at, :now) REMOVE file_name, ignored_columns",
                now,
            )
        )

    def erase(self, prediction_id: str, now: float) -> None:
        """Forget all of an ended prediction but what the ledger's entries lead to. Repeatable.

        Raises
        ------
        ConditionFailedError
            It has not ended, or there is no such prediction.
        """
        # Whatever an older or a newer release wrote goes too; to what has ended nothing is added.
        names = {
            f"#{place}": name
            for place, name in enumerate(sorted(self._item(prediction_id).keys() - RETAINED_AFTER_ERASURE))
        }
        change = "SET files_deleted_at = if_not_exists(files_deleted_at, :now), "
        change += "erased_at = if_not_exists(erased_at, :now)"
        if names:
            change += f" REMOVE {', '.join(names)}"
        self._change_ended(prediction_id, change, now, names)

    def _change_ended(self, prediction_id: str, change: str, now: float, names: dict[str, str] | None = None) -> Item:
        return self._update(
            prediction_id,
            change,
            "attribute_exists(prediction_id) AND NOT #status IN (:queued, :running)",
            {":now": now, ":queued": Status.QUEUED, ":running": Status.RUNNING},
            names,
        )

    def forget_names(self, prediction_id: str) -> None:
        """Forget what the file of a prediction that stays open was called.

        Raises
        ------
        ConditionFailedError
            It has ended.
        """
        condition = "attribute_exists(prediction_id) AND #status IN (:queued, :running)"
        values = {":queued": Status.QUEUED, ":running": Status.RUNNING}
        self._update(prediction_id, "REMOVE file_name, ignored_columns", condition, values)

    def _update(
        self,
        prediction_id: str,
        change: str,
        condition: str,
        values: Item,
        names: dict[str, str] | None = None,
    ) -> Item:
        """Make a conditional write; what the item is then."""
        named = {"#status": "status", **(names or {})}
        answer = write_one(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=to_item({"prediction_id": prediction_id}),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={key: name for key, name in named.items() if key in change + condition},
                ExpressionAttributeValues=to_item(values),
                ReturnValues="ALL_NEW",
            )
        )
        return answer["Attributes"]

    def _item(self, prediction_id: str) -> Item:
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"prediction_id": prediction_id}), ConsistentRead=True
        )
        return answer.get("Item", {})


def _to_values(prediction: Prediction) -> Item:
    return {name: value for name, value in asdict(prediction).items() if value is not None}


def _from_item(item: Item) -> Prediction:
    values = from_item(item)
    stored = values.pop("result", None)
    files = values.pop("result_files", {})
    known = {name: value for name, value in values.items() if name in _FIELDS}
    known["status"] = Status(known["status"])
    known.setdefault("input_sha256", None)
    known["options"] = Options(**known.get("options", {}))
    known["ignored_columns"] = tuple(known.get("ignored_columns", ()))
    result = None
    if stored:
        renamed = {field: stored.pop(name, None) for field, name in _STORED_NAMES.items()}
        result = Result(**{
            **stored,
            **renamed,
            "columns": tuple(stored["columns"]),
            "row_offsets": tuple(renamed["row_offsets"]),
            "output_spec": _output_spec(renamed["output_spec"]),
            "files": {name: Stored(**file) for name, file in files.items()},
        })  # fmt: skip
    return Prediction(**known, result=result)


def _output_spec(stored: dict[str, Any] | None) -> OutputSpec | None:
    if stored is None:
        return None
    return OutputSpec(
        stored["horizon_years"],
        stored["contribution_scale"],
        tuple(stored["survival_years"]),
        stored.get("curve_band_level"),
    )
