"""The model ``lasso``: expected years of life within the horizon, as a sum of one contribution per input column."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chalicelib.inference.models.additive import AdditiveModel, AdditivePipeline, TrainingValues, Vector
from chalicelib.inference.models.base import Outputs, Patients
from chalicelib.inference.models.output_spec import INTERVAL_QUANTILES, OutputSpec
from chalicelib.inference.models.stable_comparison import at_most

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """Prediction intervals as functions of the prediction: ``lower`` and ``upper`` at each of ``years``, all in years.

    Every field has shape (knots,) and ascends; between two knots an end is interpolated linearly. So the ends are
    continuous and never fall when the prediction rises.
    """

    years: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    @property
    def slope_max(self) -> float:
        """Return by how many years an end changes at most per year of the prediction."""
        return float(max((np.diff(end) / np.diff(self.years)).max() for end in (self.lower, self.upper)))

    def ends(self, predicted: Vector, horizon_years: float) -> tuple[Vector, Vector]:
        """Return the lower and the upper ends of the predictions, each of shape (n,), in years, up to the horizon."""
        lower, upper = (np.interp(predicted, self.years, end) for end in (self.lower, self.upper))
        return at_most(lower, horizon_years), at_most(upper, horizon_years)


@dataclass(frozen=True, slots=True)
class LassoArtefact:
    """The content of model.joblib.

    ``pipeline`` maps a patient frame to years in the steps encode, clamp, log, impute, scale and lasso. It has one
    feature for each input column.
    """

    pipeline: "Pipeline"
    training: TrainingValues
    horizon_years: float
    intervals: IntervalTable


class LassoModel(AdditiveModel):
    """A linear model of years within the horizon. See ``Model`` for the interface."""

    def __init__(self, artefact: LassoArtefact) -> None:
        self._additive = AdditivePipeline(artefact.pipeline, artefact.training)
        self._horizon_years = artefact.horizon_years
        self._intervals = artefact.intervals

    @property
    def output_spec(self) -> OutputSpec:
        """Years within the horizon, without a survival curve."""
        return OutputSpec(self._horizon_years, "years", interval_quantiles=INTERVAL_QUANTILES)

    def predict(self, patients: Patients) -> Outputs:
        """Return estimates, intervals and contributions in years; see ``Model.predict``."""
        terms = self._additive.terms(patients)
        years = self._years(terms.total)
        lower, upper = self._intervals.ends(years, self._horizon_years)
        return {
            "years": years,
            "lower": lower,
            "upper": upper,
            "upper_open": upper >= self._horizon_years,
            **self._additive.describe(terms, years, self._years),
        }

    def _years(self, total: Vector) -> Vector:
        return np.clip(total, 0.0, self._horizon_years)


MODEL = LassoModel
