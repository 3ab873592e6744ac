"""What an operator changed of an offer without a deployment: its price, and whether it is on offer at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.dynamo import batch_get, from_item, to_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.clock import Clock

FRESH_SECONDS = 5.0
"""How long a process goes on with what it read. The price that counts is the one in the prediction."""


@dataclass(frozen=True, slots=True)
class Override:
    """None: as the card says."""

    coins: int | None = None
    enabled: bool = True


class PriceOverrides:
    """The overrides' table: an item for each model that has one."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._read: dict[str, Override] = {}
        self._read_at = float("-inf")

    def overrides(self, model_ids: Sequence[str]) -> dict[str, Override]:
        """Return the overrides of ``model_ids``, as they were within the last FRESH_SECONDS.

        Raises
        ------
        TemporarilyUnavailableError
            The table is too busy to be read. Nothing may be sold then: neither whether a model is on nor its price is
            known.
        """
        now = self._clock()
        if not self._read_at <= now < self._read_at + FRESH_SECONDS:
            keys = [to_item({"model_id": model_id}) for model_id in model_ids]
            items = [from_item(item) for item in batch_get(self._client, self._table, keys)]
            self._read = {item["model_id"]: Override(item.get("coins"), item["enabled"]) for item in items}
            self._read_at = now
        return self._read

    def override(self, model_id: str) -> Override:
        """The override of ``model_id`` as it is now."""
        answer = self._client.get_item(TableName=self._table, Key=to_item({"model_id": model_id}), ConsistentRead=True)
        item = from_item(answer.get("Item", {}))
        return Override(item.get("coins"), item.get("enabled", True))

    def put(self, model_id: str, override: Override) -> None:
        """Replace the override of ``model_id``."""
        values = {"model_id": model_id, "coins": override.coins, "enabled": override.enabled}
        self._client.put_item(TableName=self._table, Item=to_item(values))
