"""The repository of predictions: reads and writes their table. Every change of status is one conditional write.

An open prediction (queued or running) has the attributes ``due_shard`` and ``due_at``. So it is in the sparse index
``due``, where the dispatcher finds it. Its end removes both attributes.
"""

from __future__ import annotations

import dataclasses
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.core.clock import iso
from chalicelib.core.dynamo import (
    ItemKey,
    decode_cursor,
    encode_cursor,
    from_item,
    to_item,
    write_one,
)
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.results.result import BadRowsFile, Result
from chalicelib.inference.storage.file_store import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Item, TransactItem

DUE_INDEX = "due"
HISTORY_INDEX = "history"
DUE_SHARDS = 4
"""Partitions of the ``due`` index. Each takes 1,000 writes a second."""

PAGE_SIZE = 20

_FIELDS = {field.name for field in dataclasses.fields(Prediction)}

_STORED_NAMES = {"offset_interval": "mark_rows", "row_offsets": "marks", "output_spec": "contract"}
"""Fields of a result whose attributes in the table have other names, because stored results keep their names."""

RETAINED_AFTER_ERASURE = {
    "prediction_id", "user_id", "listed_at", "status", "attempt", "cost", "created_at", "finished_at",
    "charge_entry_id", "refund_entry_id", "files_deleted_at", "erased_at",
}  # fmt: skip
"""The attributes that remain of a deleted account's prediction, because its ledger entries refer to them."""

_REMOVE_TEXTS = "REMOVE file_name, ignored_columns, #name, note"
"""Removes the user's texts together with the files."""
_NAME = {"#name": "name"}
"""A reserved word of DynamoDB."""


def due_shard(prediction_id: str) -> str:
    """Return the partition of the ``due`` index that a prediction belongs to."""
    return str(zlib.crc32(prediction_id.encode()) % DUE_SHARDS)


class DuePrediction(NamedTuple):
    """An open prediction in the ``due`` index, which may lag behind the table."""

    prediction_id: str
    due_at: float


class PredictionRepository:
    """Reads and writes predictions in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    # ---- reading

    def get(self, prediction_id: str) -> Prediction | None:
        """Return the prediction by a consistent read, or None if it does not exist or was erased."""
        return self.of_item(self._item(prediction_id))

    def key(self, prediction_id: str) -> ItemKey:
        """Return the key of the prediction, so that its item can be read together with another one."""
        return ItemKey(self._table, to_item({"prediction_id": prediction_id}))

    def of_item(self, item: Item) -> Prediction | None:
        """Return the prediction that an item in DynamoDB's typed form holds, or None if it is empty or erased."""
        return None if not item or "erased_at" in item else _from_item(item)

    def history(self, user_id: str, cursor: str | None) -> tuple[list[Prediction], str | None]:
        """Return a page of the user's predictions, newest first, and the cursor of the next page."""
        start: dict[str, Any] = {}
        if cursor:
            key = decode_cursor(cursor, ("user_id", "listed_at", "prediction_id"))
            # Set the user id, so that a cursor never leads into the list of another user.
            start = {"ExclusiveStartKey": {**key, **to_item({"user_id": user_id})}}
        response = self._client.query(
            TableName=self._table,
            IndexName=HISTORY_INDEX,
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues=to_item({":user": user_id}),
            ScanIndexForward=False,
            Limit=PAGE_SIZE,
            **start,
        )
        # A user can see erased predictions while the account is being deleted, or if only the account was restored.
        page = [_from_item(item) for item in response["Items"] if "erased_at" not in item]
        return page, encode_cursor(response.get("LastEvaluatedKey"))

    def unerased(self, user_id: str) -> Iterator[str]:
        """Yield the ids of the user's predictions that were not erased, newest first, because open ones are new.

        The index may lag behind the table.
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

    def due(self, shard: str, now: float, limit: int) -> list[DuePrediction]:
        """Return at most ``limit`` due predictions of ``shard``, the longest due first."""
        response = self._client.query(
            TableName=self._table,
            IndexName=DUE_INDEX,
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues=to_item({":shard": shard, ":now": now}),
            ProjectionExpression="prediction_id, due_at",
            Limit=limit,
        )
        return [DuePrediction(item["prediction_id"], item["due_at"]) for item in map(from_item, response["Items"])]

    # ---- writing

    def new(self, prediction: Prediction) -> TransactItem:
        """Return the transaction element that creates a queued prediction. Its id must not exist yet."""
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
        """Claim a queued prediction, or a running one whose lease has run out, and start its next attempt.

        Raises
        ------
        ConditionFailedError
            The prediction has ended, another worker holds its lease, or it does not exist.
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
        """Store the number of predicted rows and renew the lease of this attempt.

        Raises
        ------
        ConditionFailedError
            Another attempt has started, or the prediction has ended. The worker must stop.
        """
        change = "SET rows_done = :rows, due_at = :lease"
        self._update_attempt(prediction, change, {":rows": rows_done, ":lease": lease_until})

    def release(self, prediction: Prediction, due_at: float) -> None:
        """End this attempt and queue the prediction again, due at ``due_at``.

        Raises
        ------
        ConditionFailedError
            Another attempt has started, or the prediction has ended.
        """
        change = "SET #status = :queued, due_at = :due"
        self._update_attempt(prediction, change, {":queued": Status.QUEUED, ":due": due_at})

    def _update_attempt(self, prediction: Prediction, change: str, values: Item) -> None:
        condition = "#status = :running AND attempt = :attempt"
        fence = {":running": Status.RUNNING, ":attempt": prediction.attempt}
        self._update(prediction.prediction_id, change, condition, values | fence)

    def postpone(self, prediction: Prediction, due_at: float) -> Prediction:
        """Move the due time of a prediction, count one more send, and return the changed prediction.

        A running prediction, whose lease has run out, becomes queued again.

        Raises
        ------
        ConditionFailedError
            The prediction has changed since it was read.
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

    def delay(self, due: DuePrediction, due_at: float) -> None:
        """Move the due time of a prediction whose other attributes may be unreadable.

        Raises
        ------
        ConditionFailedError
            The due time has changed since it was read.
        """
        self._update(
            due.prediction_id,
            "SET due_at = :due",
            "attribute_exists(#status) AND due_at = :seen",
            {":due": due_at, ":seen": due.due_at},
        )

    def end_with_result(self, prediction: Prediction, result: Result, now: float) -> TransactItem:
        """Return the transaction element that ends the prediction with its result, whose files are in S3.

        Its condition is the fence: the prediction must still be running this attempt.
        """
        # These two are stored beside the result, because after a rollback an older release can't read a result with
        # fields that it does not know.
        values = {_STORED_NAMES.get(name, name): value for name, value in asdict(result).items()}
        files, bad_rows_file = values.pop("files"), values.pop("bad_rows")
        return self._end(
            prediction,
            "SET #status = :end, #result = :result, result_files = :files, #rows = :rows, rows_done = :rows, "
            "bad_rows = :bad, finished_at = :now" + (", bad_rows_file = :bad_file" if bad_rows_file else ""),
            {
                ":end": Status.SUCCEEDED,
                ":result": values,
                ":files": files,
                ":bad_file": bad_rows_file,
                ":rows": result.summary["rows"],
                ":bad": result.summary["skipped_rows"],
                ":now": now,
            },
            {"#result": "result", "#rows": "rows"},
        )

    def end_without_result(
        self, prediction: Prediction, status: Status, code: str, message: str, refund_entry_id: str,
        now: float,
    ) -> TransactItem:  # fmt: skip
        """Return the transaction element that ends ``prediction`` without a result.

        Its condition is that status and attempt are still as they were read. So the refund in the same transaction
        happens only once.
        """
        return self._end(
            prediction,
            "SET #status = :end, error_code = :code, error_info = :message, refund_entry_id = :refund, "
            "finished_at = :now",
            {":end": status, ":code": code, ":message": message, ":refund": refund_entry_id, ":now": now},
        )

    def _end(
        self, prediction: Prediction, change: str, values: Item, names: dict[str, str] | None = None
    ) -> TransactItem:
        # Without these attributes the prediction leaves the due index, so the dispatcher never handles it again.
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

    def describe(self, prediction: Prediction, texts: Mapping[str, str]) -> Prediction:
        """Set the ``name``, the ``note`` or both, and return the changed prediction. An empty text removes its field.

        Raises
        ------
        ConditionFailedError
            The files were deleted meanwhile. The texts are deleted with them, so none may be added afterwards.
        """
        fields = {f"#{field}": field for field in texts}
        values = {f":{field}": text for field, text in texts.items() if text}
        changes = {
            "SET": [f"#{field} = :{field}" for field, text in texts.items() if text],
            "REMOVE": [f"#{field}" for field, text in texts.items() if not text],
        }
        return _from_item(
            self._update(
                prediction.prediction_id,
                " ".join(f"{action} {', '.join(parts)}" for action, parts in changes.items() if parts),
                "user_id = :user AND attribute_not_exists(files_deleted_at)",
                values | {":user": prediction.user_id},
                fields,
            )
        )

    def mark_files_deleted(self, prediction_id: str, now: float) -> Prediction:
        """Mark the files of an ended prediction as deleted, and remove the user's texts and the ignored column names.

        Raises
        ------
        ConditionFailedError
            The prediction has not ended, or does not exist.
        """
        return _from_item(
            self._change_ended(
                prediction_id,
                f"SET files_deleted_at = if_not_exists(files_deleted_at, :now) {_REMOVE_TEXTS}",
                now,
                _NAME,
            )
        )

    def erase(self, prediction_id: str, now: float) -> None:
        """Remove all attributes of an ended prediction except RETAINED_AFTER_ERASURE. It is idempotent.

        Raises
        ------
        ConditionFailedError
            The prediction has not ended, or does not exist.
        """
        # Read which attributes are stored, so that those of other releases are removed too. A request that began before
        # the deletion may still add a name or a note meanwhile. All others stay, because the prediction has ended.
        stored = self._item(prediction_id).keys() | {"name", "note"}
        names = {f"#{index}": name for index, name in enumerate(sorted(stored - RETAINED_AFTER_ERASURE))}
        change = "SET files_deleted_at = if_not_exists(files_deleted_at, :now), "
        change += f"erased_at = if_not_exists(erased_at, :now) REMOVE {', '.join(names)}"
        self._change_ended(prediction_id, change, now, names)

    def _change_ended(self, prediction_id: str, change: str, now: float, names: dict[str, str] | None = None) -> Item:
        return self._update(
            prediction_id,
            change,
            "attribute_exists(prediction_id) AND NOT #status IN (:queued, :running)",
            {":now": now, ":queued": Status.QUEUED, ":running": Status.RUNNING},
            names,
        )

    def remove_texts(self, prediction_id: str) -> None:
        """Remove the user's texts and the ignored column names of a prediction that stays open.

        Raises
        ------
        ConditionFailedError
            The prediction has ended, or does not exist.
        """
        condition = "attribute_exists(prediction_id) AND #status IN (:queued, :running)"
        values = {":queued": Status.QUEUED, ":running": Status.RUNNING}
        self._update(prediction_id, _REMOVE_TEXTS, condition, values, _NAME)

    def _update(
        self,
        prediction_id: str,
        change: str,
        condition: str,
        values: Item,
        names: dict[str, str] | None = None,
    ) -> Item:
        """Update an item if ``condition`` holds, and return the changed item."""
        all_names = {"#status": "status", **(names or {})}
        response = write_one(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=to_item({"prediction_id": prediction_id}),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={key: name for key, name in all_names.items() if key in change + condition},
                ExpressionAttributeValues=to_item(values),
                ReturnValues="ALL_NEW",
            )
        )
        return response["Attributes"]

    def _item(self, prediction_id: str) -> Item:
        table, key = self.key(prediction_id)
        return self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})


def _to_values(prediction: Prediction) -> Item:
    values = asdict(prediction) | {"options": prediction.options.stored()}
    return {name: value for name, value in values.items() if value is not None}


def _from_item(item: Item) -> Prediction:
    values = from_item(item)
    stored = values.pop("result", None)
    files, bad_rows_file = values.pop("result_files", {}), values.pop("bad_rows_file", None)
    fields = {name: value for name, value in values.items() if name in _FIELDS}
    fields["status"] = Status(fields["status"])
    fields.setdefault("input_sha256", None)
    fields["options"] = Options.of_stored(fields.get("options", {}))
    fields["ignored_columns"] = tuple(fields.get("ignored_columns", ()))
    fields["assumptions"] = _assumptions(fields.get("assumptions", ()))
    result = None
    if stored:
        renamed = {field: stored.pop(name, None) for field, name in _STORED_NAMES.items()}
        result = Result(**{
            **stored,
            **renamed,
            "columns": tuple(stored["columns"]),
            "row_offsets": tuple(renamed["row_offsets"]),
            "output_spec": _output_spec(renamed["output_spec"]),
            "assumptions": _assumptions(stored["assumptions"]) if "assumptions" in stored else None,
            "files": {name: StoredObject(**file) for name, file in files.items()},
            "bad_rows": bad_rows_file and BadRowsFile(bad_rows_file["key"], tuple(bad_rows_file["offsets"])),
        })  # fmt: skip
    return Prediction(**fields, result=result)


def _assumptions(stored: Iterable[dict[str, Any]]) -> tuple[Assumption, ...]:
    return tuple(Assumption(**assumption) for assumption in stored)


def _output_spec(stored: dict[str, Any] | None) -> OutputSpec | None:
    if stored is None:
        return None
    return OutputSpec(
        stored["horizon_years"],
        stored["contribution_scale"],
        tuple(stored["survival_years"]),
        stored.get("curve_band_level"),
        tuple(quantiles) if (quantiles := stored.get("interval_quantiles")) else None,
    )
