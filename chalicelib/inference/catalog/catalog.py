"""The catalogue of models on offer, read from the model cards that ship with the code.

Importing this module loads no model and no pandas.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from chalicelib.core.errors import DomainError
from chalicelib.inference.catalog.price_overrides import Override, PriceOverrides
from chalicelib.inference.models.output_spec import ContributionScale
from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.column_texts import COLUMN_TEXTS, ColumnTexts

ARTEFACTS = Path(__file__).resolve().parents[3] / "model_artifacts"


class UnknownModelError(DomainError):
    """No model has this id."""

    status = 404
    code = "unknown_model"
    title = "There is no such model"


class ModelDisabledError(DomainError):
    """The operator switched the model off. Its earlier results stay readable."""

    status = 409
    code = "model_disabled"
    title = "This model is switched off"


@dataclass(frozen=True, slots=True)
class Offer:
    """A model on offer: its id, version, price in coins and model card."""

    id: str
    version: str
    coins: int
    card: dict[str, Any]
    enabled: bool = True


class Texts(BaseModel):
    """A text in both languages of the page."""

    en: str = Field(description="The English text.")
    ru: str = Field(description="The Russian text.")


class Statements(BaseModel):
    """Sentences in both languages of the page, the most important first."""

    en: list[str] = Field(description="The English sentences.")
    ru: list[str] = Field(description="The Russian sentences.")


class Artefact(BaseModel):
    """The file that contains the fitted model."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(description="SHA-256 in hexadecimal.")


class Card(BaseModel):
    """The fields that every model card must have, because the page shows them."""

    id: str = Field(description="The id of the model.")
    version: str = Field(description="The version of the model.")
    coins: Annotated[int, Field(gt=0)]
    title: Texts = Field(description="Name of the model.")
    summary: Texts = Field(description="What the model predicts, in one sentence.")
    limits: Texts = Field(description="Limits of use: for which patients and purposes the model is not meant.")
    statements: Statements = Field(description="Measured quality, in sentences.")
    estimand: Texts = Field(description="The estimand: the quantity that the model estimates.")
    point_estimate: Texts = Field(description="How the point estimate is computed.")
    interval_method: Texts = Field(description="How the interval is computed.")
    horizon_years: float
    survival_years: list[int]
    contribution_scale: ContributionScale = Field(description="Scale of the contributions.")
    interval_quantiles: list[float]
    curve_band_level: float | None
    curve_band_method: Texts | None
    artefact: Artefact


class CardError(Exception):
    """A model card lacks a required field or has an invalid value."""


def read_card(path: Path) -> dict[str, Any]:
    """Read and check the model card at ``path``.

    Raises
    ------
    CardError
        The message names the invalid field.
    """
    card: dict[str, Any] = json.loads(path.read_text("utf-8"))
    try:
        Card.model_validate(card)
    except ValidationError as error:
        raise CardError(f"{path.parent.name}/{path.name}: {error}") from None
    return card


class Catalog:
    """The offers, cheapest first.

    The cards under ``root`` are read once. Every call applies the operator's current overrides to them.
    """

    def __init__(self, root: Path = ARTEFACTS, overrides: PriceOverrides | None = None) -> None:
        self._overrides = overrides
        cards = sorted(map(read_card, root.glob("*/card.json")), key=lambda card: (card["coins"], card["id"]))
        self._offers = {card["id"]: Offer(card["id"], card["version"], int(card["coins"]), card) for card in cards}

    def all(self) -> list[Offer]:
        """Return every offer, including models that are switched off."""
        overrides = self._overrides.overrides(list(self._offers)) if self._overrides else {}
        return [_with_override(offer, overrides.get(offer.id)) for offer in self._offers.values()]

    def get(self, model_id: str) -> Offer:
        """Return the offer of this model, even if it is switched off.

        Raises
        ------
        UnknownModelError
        """
        if model_id not in self._offers:
            known = ", ".join(self._offers)
            raise UnknownModelError(f"There is no model with this id. The models are: {known}.")
        return next(offer for offer in self.all() if offer.id == model_id)

    def get_enabled(self, model_id: str) -> Offer:
        """Return the offer of this model for a new prediction.

        Raises
        ------
        UnknownModelError, ModelDisabledError
        """
        offer = self.get(model_id)
        if not offer.enabled:
            raise ModelDisabledError("This model is switched off at the moment. Please choose another one.")
        return offer


def _with_override(offer: Offer, override: Override | None) -> Offer:
    if override is None:
        return offer
    coins = offer.coins if override.coins is None else override.coins
    return replace(offer, coins=coins, enabled=override.enabled)


# The list of models shows these fields of a card. The whole card is larger.
_LISTED_CARD_FIELDS = (
    "title", "summary", "limits", "recommendation", "estimand", "point_estimate", "horizon_years", "survival_years",
    "contribution_scale", "interval_quantiles", "interval_method", "curve_band_level", "curve_band_method", "data",
    "quality", "comparisons", "common_horizon", "statements", "changes", "known_limits", "not_achievable", "artefact",
)  # fmt: skip


def document(offer: Offer) -> dict[str, Any]:
    """Return the offer as the list of models shows it: part of its card, and the input columns."""
    return _document(offer, {name: offer.card[name] for name in _LISTED_CARD_FIELDS if name in offer.card})


def whole_document(offer: Offer) -> dict[str, Any]:
    """Return the offer with its whole card and the input columns."""
    return _document(offer, offer.card)


def _document(offer: Offer, card_fields: dict[str, Any]) -> dict[str, Any]:
    return {
        **card_fields,
        "id": offer.id,
        "version": offer.version,
        "coins": offer.coins,
        "enabled": offer.enabled,
        "columns": [_column(column) for column in columns.COLUMNS],
        "used_columns": [feature["column"] for feature in offer.card["features"] if feature["coefficient"]],
        "filling_columns": [feature["column"] for feature in offer.card["features"] if not feature["coefficient"]],
    }


def _column(column: columns.Column) -> dict[str, Any]:
    from chalicelib.inference.patient_file.headings import ALIASES  # noqa: PLC0415 - only the catalogue needs it

    texts = COLUMN_TEXTS.get(column.name)
    si = None if column.si_is_rare else column.si
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
        "description": asdict(texts.description) if texts else None,
        "value_titles": _value_titles(texts) if texts else None,
        "aliases": list(ALIASES.get(column.name, ())),
        "units": [{"name": unit.name, "factor": unit.factor} for unit in column.units],
        "si_unit": si.name if si else None,
        "si_factor": si.factor if si else None,
    }


def _value_titles(texts: ColumnTexts) -> dict[str, dict[str, str]] | None:
    return {value: asdict(title) for value, title in texts.value_titles.items()} or None
