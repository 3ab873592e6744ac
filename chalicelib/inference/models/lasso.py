"""The model ``lasso``: expected years of life within the horizon, as a sum of one contribution per input column."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from chalicelib.inference.models.additive import AdditivePipeline, TrainingValues, Vector
from chalicelib.inference.models.base import read_verified
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.models.stable_comparison import exceeds, risk_class


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """Prediction intervals from signed residual quantiles, by risk class.

    ``cuts`` are the predictions in years that divide the risk classes, ascending. ``lower`` and ``upper`` hold, for
    each class from the sickest up, the years that are added to a prediction (lower <= 0 <= upper).
    """

    cuts: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    def risk_class(self, years: Vector) -> npt.NDArray[np.intp]:
        """Return the risk class of each prediction, shape (n,); see ``stable_comparison.risk_class``."""
        return risk_class(years, self.cuts)

    def bounds(self, years: Vector, horizon_years: float) -> tuple[Vector, Vector]:
        """Return the lower and the upper ends, each of shape (n,), in years, clipped to 0..horizon."""
        risk_classes = self.risk_class(years)
        lower = np.clip(years + np.array(self.lower)[risk_classes], 0.0, horizon_years)
        upper = np.clip(years + np.array(self.upper)[risk_classes], 0.0, horizon_years)
        return lower, np.where(exceeds(horizon_years, upper), upper, horizon_years)


@dataclass(frozen=True, slots=True)
class LassoArtefact:
    """The content of model.joblib.

    ``pipeline`` maps a patient frame to years in the steps encode, clamp, impute, log, scale and lasso. It has one
    feature for each input column.
    """

    pipeline: Pipeline
    training: TrainingValues
    horizon_years: float
    intervals: IntervalTable


class LassoModel:
    """A linear model of years within the horizon. See ``Model`` for the interface."""

    def __init__(self, artefact: LassoArtefact) -> None:
        self._additive = AdditivePipeline(artefact.pipeline, artefact.training)
        self._horizon_years = artefact.horizon_years
        self._intervals = artefact.intervals

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        """Load the model from ``artefact_dir``. Raises ``ArtefactMismatchError`` before anything is unpickled."""
        return cls(joblib.load(io.BytesIO(read_verified(artefact_dir))))

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns, including those with a coefficient of zero."""
        return self._additive.columns

    @property
    def output_spec(self) -> OutputSpec:
        """Years within the horizon, without a survival curve."""
        return OutputSpec(self._horizon_years, "years")

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return estimates, intervals and contributions in years; see ``Model.predict``."""
        terms = self._additive.terms(frame)
        years = self._years(terms.total)
        lower, upper = self._intervals.bounds(years, self._horizon_years)
        estimates = {"years": years, "lower": lower, "upper": upper, "upper_open": upper >= self._horizon_years}
        return pd.DataFrame(estimates | self._additive.describe(terms, self._years), index=frame.index)

    def _years(self, total: Vector) -> Vector:
        return np.clip(total, 0.0, self._horizon_years)


MODEL = LassoModel
