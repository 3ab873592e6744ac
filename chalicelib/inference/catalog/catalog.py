"""The models on offer: the cards that ship with the code. Loads no model and no pandas."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from chalicelib.core.errors import DomainError
from chalicelib.inference.catalog.price_overrides import Override, PriceOverrides
from chalicelib.inference.models.output_spec import ContributionScale
from chalicelib.inference.patient_file import columns

ARTEFACTS = Path(__file__).resolve().parents[3] / "model_artifacts"


class UnknownModelError(DomainError):
    """There is no model of this id."""

    status = 404
    code = "unknown_model"
    title = "There is no such model"


class ModelDisabledError(DomainError):
    """The operator switched the model off. What it has predicted stays."""

    status = 409
    code = "model_disabled"
    title = "This model is switched off"


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as it is sold: its id, version and price in coins, and its whole card."""

    id: str
    version: str
    coins: int
    card: dict[str, Any]
    enabled: bool = True


class Texts(BaseModel):
    """A text in each of the page's languages."""

    en: str
    ru: str


class Statements(BaseModel):
    """Sentences in each of the page's languages, the most important first."""

    en: list[str]
    ru: list[str]


class Artefact(BaseModel):
    """The file that the model is kept in."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Card(BaseModel):
    """What a card must say for its model to be offered: the page shows these."""

    id: str
    version: str
    coins: Annotated[int, Field(gt=0)]
    title: Texts
    summary: Texts
    limits: Texts
    statements: Statements
    estimand: Texts
    point_estimate: Texts
    interval_method: Texts
    horizon_years: float
    survival_years: list[int]
    contribution_scale: ContributionScale
    interval_level: float
    curve_band_level: float | None
    curve_band_method: Texts | None
    artefact: Artefact


class CardError(Exception):
    """A card lacks what the page shows, or says it wrongly."""


def read_card(path: Path) -> dict[str, Any]:
    """The card at ``path``.

    Raises
    ------
    CardError
        Naming the field.
    """
    card: dict[str, Any] = json.loads(path.read_text("utf-8"))
    try:
        Card.model_validate(card)
    except ValidationError as error:
        raise CardError(f"{path.parent.name}/{path.name}: {error}") from None
    return card


class Catalog:
    """All cards under a folder, the cheapest first, read once, with what an operator changed of them since."""

    def __init__(self, root: Path = ARTEFACTS, overrides: PriceOverrides | None = None) -> None:
        self._overrides = overrides
        cards = sorted(map(read_card, root.glob("*/card.json")), key=lambda card: (card["coins"], card["id"]))
        self._offers = {card["id"]: Offer(card["id"], card["version"], int(card["coins"]), card) for card in cards}

    def all(self) -> list[Offer]:
        """Every model, also those that are switched off."""
        overrides = self._overrides.overrides(list(self._offers)) if self._overrides else {}
        return [_overridden(offer, overrides.get(offer.id)) for offer in self._offers.values()]

    def get(self, model_id: str) -> Offer:
        """The model of this id, switched off or not.

        Raises
        ------
        UnknownModelError
        """
        if model_id not in self._offers:
            known = ", ".join(self._offers)
            raise UnknownModelError(f"There is no model of this name. There is: {known}.")
        return next(offer for offer in self.all() if offer.id == model_id)

    def chosen(self, model_id: str) -> Offer:
        """The model of this id, to be used now.

        Raises
        ------
        UnknownModelError, ModelDisabledError
        """
        offer = self.get(model_id)
        if not offer.enabled:
            raise ModelDisabledError("This model is switched off at the moment. Please choose another one.")
        return offer


def _overridden(offer: Offer, override: Override | None) -> Offer:
    if override is None:
        return offer
    coins = offer.coins if override.coins is None else override.coins
    return replace(offer, coins=coins, enabled=override.enabled)


# What a person choosing a model sees of its card: its contract, and what it is worth.
_SHOWN = (
    "title", "summary", "limits", "estimand", "point_estimate", "horizon_years", "survival_years",
    "contribution_scale", "interval_level", "interval_method", "curve_band_level", "curve_band_method", "data",
    "quality", "comparisons", "statements", "known_limits", "not_achievable", "artefact",
)  # fmt: skip


def document(offer: Offer) -> dict[str, Any]:
    """The model as the list of models shows it, its input columns included."""
    return _document(offer, {name: offer.card[name] for name in _SHOWN if name in offer.card})


def whole_document(offer: Offer) -> dict[str, Any]:
    """The same with the whole card."""
    return _document(offer, offer.card)


def _document(offer: Offer, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        **shown,
        "id": offer.id,
        "version": offer.version,
        "coins": offer.coins,
        "enabled": offer.enabled,
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
        "units": [{"name": unit.name, "factor": unit.factor} for unit in column.units],
        "si_unit": column.si.name if column.si else None,
        "si_factor": column.si.factor if column.si else None,
    }
