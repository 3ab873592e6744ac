"""What the answers about models look like, for the OpenAPI document."""

from typing import Any

from pydantic import ConfigDict, Field

from chalicelib.core.http.schemas import ResponseModel, optional_field
from chalicelib.inference.catalog import catalog
from chalicelib.inference.catalog.catalog import Statements, Texts
from chalicelib.inference.patient_file.columns import Kind


class Unit(ResponseModel):
    """A unit that a header may name."""

    name: str
    factor: float = Field(description="A value in this unit is the value in the column's own unit times this.")


class Column(ResponseModel):
    """A column that a patient file may have."""

    name: str
    title: Texts
    kind: Kind
    required: bool
    unit: str | None
    allowed: list[str] | None = Field(description="A category's values.")
    minimum: float | None = Field(description="A smaller value is refused.")
    maximum: float | None = Field(description="A larger value is refused.")
    training_minimum: float | None = Field(description="The least that the models have seen; less is taken for it.")
    training_maximum: float | None = Field(description="The most that the models have seen; more is taken for it.")
    units: list[Unit] = Field(description="The units that a header may name, the column's own first.")
    si_unit: str | None
    si_factor: float | None = Field(description="A value in `si_unit` is the value in `unit` times this.")


class Artefact(catalog.Artefact):
    """The file that the model is kept in."""

    file: str
    bytes: int


class Model(catalog.Card, ResponseModel):
    """A model on offer: its contract, what it is worth, what it reads."""

    coins: int = Field(description="The price of a prediction.")
    enabled: bool = Field(description="Whether it can be chosen at the moment.")
    horizon_years: float = Field(description="Years are counted within so many.")
    survival_years: list[int] = Field(description="Where the survival curve is read; empty for a model without one.")
    interval_level: float = Field(description="The share of patients that the interval is made to hold.")
    curve_band_level: float | None = Field(
        description="The level of the band around each patient's curve; null for a model without one."
    )
    curve_band_method: Texts | None = Field(
        description="What the band is, or why there is none; null for a model without a curve."
    )
    artefact: Artefact
    data: dict[str, Any] = optional_field("What it was fitted to.")
    quality: dict[str, Any] = optional_field("What was measured of it, cross-validated.")
    comparisons: dict[str, Any] = optional_field("The same figures of simpler ways to answer.")
    known_limits: Statements = optional_field("What it can't do.")
    not_achievable: dict[str, Any] = optional_field("What no model of these data could reach, and why.")
    columns: list[Column]


class WholeModel(Model):
    """A model with its whole card: what else a card says differs from model to model."""

    model_config = ConfigDict(extra="allow")


class Catalogue(ResponseModel):
    """The models, the cheapest first."""

    models: list[Model]
    upload_bytes_max: int = Field(description="The largest file that is taken.")
