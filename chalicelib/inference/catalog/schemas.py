"""Response models of the catalogue: models and their columns, for the OpenAPI document."""

from typing import Any

from pydantic import ConfigDict, Field

from chalicelib.core.http.schemas import ResponseModel, optional_field
from chalicelib.inference.catalog import catalog
from chalicelib.inference.catalog.catalog import Statements, Texts
from chalicelib.inference.patient_file.columns import Kind


class Unit(ResponseModel):
    """A unit that a column header may name."""

    name: str = Field(description="Name of the unit.")
    factor: float = Field(description="Value in this unit = value in the column's own unit × `factor`.")


class Column(ResponseModel):
    """A column that a patient file may contain."""

    name: str = Field(description="Name of the column in a patient file.")
    title: Texts = Field(description="Title of the column.")
    description: Texts | None = Field(
        description="What the column holds, where a laboratory report states it, and the usual units. Null if not used."
    )
    value_titles: dict[str, Texts] | None = Field(
        description="The meaning of each value of a category. Null for other columns."
    )
    aliases: list[str] = Field(description="Other headings under which the column is recognised, for example.")
    kind: Kind = Field(description="Kind of the values. Columns of the kind `ignored` are accepted but not used.")
    required: bool = Field(description="Whether a file must have this column.")
    unit: str | None = Field(description="The column's own unit. Null if it has none.")
    allowed: list[str] | None = Field(description="The values of a category; null for a number.")
    minimum: float | None = Field(description="Smaller values are refused.")
    maximum: float | None = Field(description="Larger values are refused.")
    training_minimum: float | None = Field(
        description="Training minimum. Lower values are flagged; all models but `mayo` also clamp them to it."
    )
    training_maximum: float | None = Field(
        description="Training maximum. Higher values are flagged; all models but `mayo` also clamp them to it."
    )
    units: list[Unit] = Field(description="The units that a header may name. The first one is the column's own unit.")
    si_unit: str | None = Field(
        description="The unit of numbers with `units=si`. Null if the column has no other SI unit, or if its numbers "
        "decide whether they are in it."
    )
    si_factor: float | None = Field(description="Value in `si_unit` = value in `unit` × `si_factor`.")


class Artefact(catalog.Artefact):
    """The file that contains the fitted model."""

    file: str = Field(description="Name of the file.")
    bytes: int = Field(description="Size of the file, in bytes.")


class CalibrationGroup(ResponseModel):
    """A quarter of the held-out patients by their estimate: the estimated and the observed years."""

    predicted: float = Field(description="Mean of the estimates, in years.")
    observed: float = Field(description="Mean number of years that these patients lived within the horizon.")
    bias: float = Field(description="`predicted` - `observed`.")
    bias_se: float = Field(description="Standard error of `bias`.")


class ComparableFigures(ResponseModel):
    """Figures of a method at the common horizon, from the same folds for every method."""

    calibration_error: float = Field(
        description="Mean of the absolute biases of the four groups, in years. Of the constant estimate: its own bias."
    )
    concordance: float = Field(description="Uno's C up to the horizon.")
    concordance_se: float = Field(description="Standard error of `concordance`.")
    mae: float = Field(description="Mean absolute error within the horizon, in years.")
    mae_se: float = Field(description="Standard error of `mae`.")
    bias: float = Field(description="Mean of estimate - lived years, in years.")
    bias_se: float = Field(description="Standard error of `bias`.")


class CommonHorizon(ComparableFigures):
    """The figures by which the models can be compared: those at the shortest of their horizons."""

    horizon_years: float = Field(description="The common horizon, in years.")
    is_refitted: bool = Field(
        description="Whether the model was fitted again for this horizon, because it has no curve to read."
    )
    calibration: list[CalibrationGroup] = Field(description="Four groups of patients, from the lowest estimates.")
    constant: ComparableFigures = Field(description="The same figures if every patient's estimate is the horizon.")


class Model(catalog.Card, ResponseModel):
    """A model on offer: its price, its estimand, its measured quality and its input columns."""

    coins: int = Field(description="Price of a prediction, in coins.")
    enabled: bool = Field(description="Whether the model can be used for new predictions.")
    recommendation: Texts | None = Field(
        description="Why this model is recommended. At most one model has a recommendation."
    )
    common_horizon: CommonHorizon | None = Field(
        description="Few figures at one horizon, by which all models can be compared. Null if there are none."
    )
    horizon_years: float = Field(description="Horizon, in years: the model estimates the years lived within it.")
    survival_years: list[int] = Field(
        description="The years at which the survival curve is given. Empty for a model without a curve."
    )
    interval_quantiles: list[float] = Field(
        description="Probabilities of death at the lower and the upper end of the interval. With 0.1 and 0.9, 9 of 10 "
        "such patients outlive the lower end, and 1 of 10 outlives the upper end."
    )
    curve_band_level: float | None = Field(
        description="Level of the band around each patient's curve. Null for a model without a band."
    )
    curve_band_method: Texts | None = Field(
        description="How the band is computed, or why there is none. Null for a model without a curve."
    )
    artefact: Artefact = Field(description="The file of the fitted model: its name, size and hash.")
    data: dict[str, Any] = optional_field("The data that the model was fitted to.")
    changes: Texts | None = optional_field("What this version of the model changed. Null for a first version.")
    quality: dict[str, Any] = optional_field("Cross-validated quality of the model.")
    comparisons: dict[str, Any] = optional_field(
        "The same measures for simpler methods, and the differences from each other model on the same patients (this "
        "model - the other)."
    )
    known_limits: Statements = optional_field("Known limits of the model.")
    not_achievable: dict[str, Any] = optional_field(
        "Errors to expect even of true survival curves, if the curves fitted to these data were true. By chance a "
        "measured figure may lie below them."
    )
    columns: list[Column] = Field(description="The columns that a patient file may contain.")
    used_columns: list[str] = Field(description="The columns on whose values the estimates depend.")
    filling_columns: list[str] = Field(
        description="Columns that have no weight in this model. Their values only help to estimate missing ones."
    )


class Baseline(ResponseModel):
    """The baseline curve: the cumulative hazard of a patient whose score equals `reference`."""

    years: list[float] = Field(description="The knots, in years from 0.")
    hazard: list[float] = Field(description="The cumulative hazard up to each knot. It is linear in between.")


class WholeModel(Model):
    """A model with its whole model card. The additional fields differ from model to model."""

    model_config = ConfigDict(extra="allow")

    intercept: float = optional_field(
        "The score of the average patient, to which the contributions of the values are added."
    )
    baseline: Baseline = optional_field(
        "The baseline curve. A patient's survival at t years is exp(-H(t) × exp(score - `reference`)), where H is this "
        "cumulative hazard. Absent for a model without a curve."
    )
    reference: float = optional_field(
        "The score of the patient whose curve `baseline` is. Absent for a model without a curve."
    )
    interval_slope_max: float = optional_field(
        "If the score changes by one unit, an end of an interval changes by at most so many years."
    )


class Catalogue(ResponseModel):
    """The models on offer, cheapest first."""

    models: list[Model] = Field(description="The models.")
    upload_bytes_max: int = Field(description="Largest file that can be submitted directly, in bytes.")
