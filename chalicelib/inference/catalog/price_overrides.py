"""Price overrides: the operator's changes to a model's price and availability, made without a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.dynamo import batch_get, from_item, to_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.clock import Clock

CACHE_SECONDS = 5.0
"""How long a process reuses the overrides that it read, so a change of price may apply this much later. Each prediction
records the price that it was charged."""


@dataclass(frozen=True, slots=True)
class Override:
    """The override of one model. ``coins`` is its price in coins; None means the price on the card."""

    coins: int | None = None
    enabled: bool = True


class PriceOverrides:
    """Reads and writes the table of overrides, which has one item for each overridden model."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._cached: dict[str, Override] = {}
        self._read_at = float("-inf")

    def overrides(self, model_ids: Sequence[str]) -> dict[str, Override]:
        """Return the overrides of ``model_ids`` by model id, at most CACHE_SECONDS old.

        Raises
        ------
        TemporarilyUnavailableError
            The table is too busy to be read. Nothing may be sold then, because neither the prices nor the
            availability of the models are known.
        """
        now = self._clock()
        if not self._read_at <= now < self._read_at + CACHE_SECONDS:
            keys = [to_item({"model_id": model_id}) for model_id in model_ids]
            items = [from_item(item) for item in batch_get(self._client, self._table, keys)]
            self._cached = {item["model_id"]: Override(item.get("coins"), item["enabled"]) for item in items}
            self._read_at = now
        return self._cached

    def override(self, model_id: str) -> Override:
        """Return the current override of ``model_id``, bypassing the cache."""
        response = self._client.get_item(
            TableName=self._table, Key=to_item({"model_id": model_id}), ConsistentRead=True
        )
        item = from_item(response.get("Item", {}))
        return Override(item.get("coins"), item.get("enabled", True))

    def put(self, model_id: str, override: Override) -> None:
        """Replace the override of ``model_id``."""
        values = {"model_id": model_id, "coins": override.coins, "enabled": override.enabled}
        self._client.put_item(TableName=self._table, Item=to_item(values))
