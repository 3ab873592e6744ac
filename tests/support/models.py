"""The cards of the models on offer."""

from typing import Any

from chalicelib.inference.catalog.catalog import Catalog
from chalicelib.inference.patient_file import columns

CARDS = {offer.id: offer.card for offer in Catalog().all()}
"""The card of each model by its id, cheapest first."""


def uses_optional_columns(card: dict[str, Any]) -> bool:
    """Return whether the model has columns whose values may be missing."""
    return any(not columns.BY_NAME[feature["column"]].required for feature in card["features"])
