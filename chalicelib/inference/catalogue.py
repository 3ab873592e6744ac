"""The models on offer: the cards that ship with the code. Loads no model and no pandas."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.core.errors import DomainError
from chalicelib.inference import columns

ARTEFACTS = Path(__file__).resolve().parents[2] / "model_artifacts"


class UnknownModelError(DomainError):
    """There is no model of this id."""

    status = 404
    code = "unknown_model"
    title = "There is no such model"


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as it is sold: its id, version and price in coins, and its whole card."""

    id: str
    version: str
    coins: int
    card: dict[str, Any]


class Catalogue:
    """All cards under a folder of artefacts, read once."""

    def __init__(self, root: Path = ARTEFACTS) -> None:
        cards = [json.loads(path.read_text("utf-8")) for path in sorted(root.glob("*/card.json"))]
        self._offers = {card["id"]: Offer(card["id"], card["version"], int(card["coins"]), card) for card in cards}

    def all(self) -> list[Offer]:
        """Every model on offer."""
        return list(self._offers.values())

    def get(self, model_id: str) -> Offer:
        """The model of this id.

        Raises
        ------
        UnknownModelError
        """
        if model_id not in self._offers:
            known = ", ".join(self._offers)
            raise UnknownModelError(f"There is no model of this name. There is: {known}.")
        return self._offers[model_id]


# What a person choosing a model sees of its card; the rest is for the file itself.
_SHOWN = (
    "title", "summary", "limits", "estimand", "horizon_years", "interval_level", "interval_method", "data",
    "quality", "comparisons", "statements", "not_achievable", "artefact",
)  # fmt: skip


def document(offer: Offer) -> dict[str, Any]:
    """The model as the API shows it, its input columns included."""
    shown = {name: offer.card[name] for name in _SHOWN if name in offer.card}
    return {
        "id": offer.id,
        "version": offer.version,
        "coins": offer.coins,
        **shown,
        "columns": [_column(column) for column in columns.COLUMNS],
    }


def _column(column: columns.Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "unit": column.unit,
        "kind": column.kind,
        "required": column.required,
        "allowed": list(column.allowed) or None,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "training_minimum": column.training_minimum,
        "training_maximum": column.training_maximum,
        "title": {"en": column.title_en, "ru": column.title_ru},
        "si_unit": column.si.name if column.si else None,
        "si_factor": column.si.factor if column.si else None,
    }
