"""Fitted models with a survival curve: years, intervals and survival from a score and a baseline."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from chalicelib.inference.models.curve import (
    BandedCurveArtefact,
    Baseline,
    CurveArtefact,
    CurveBand,
    IntervalLevels,
    interval,
)
from training.data import PatientArrays
from training.interval import Interval, fit_levels
from training.metrics import Truth

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedCurve(CurveArtefact):
    """A fitted score and its survival curve. Implements ``evaluation.FittedModel``.

    ``alpha`` is the chosen penalty, None for a model without one. ``curve_band`` is the band of the curve, None for a
    model without one.
    """

    alpha: float | None = None
    curve_band: CurveBand | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns."""
        names: tuple[str, ...] = self.pipeline.named_steps["encode"].columns
        return names

    def years(self, patients: pd.DataFrame, horizon_years: float) -> Array:
        """Return the restricted mean survival time of each patient in years, shape (n,)."""
        return self.baseline.mean(self.log_hazard(patients), horizon_years)

    def interval(self, patients: pd.DataFrame) -> Interval:
        """Return the interval of each patient within the model's own horizon."""
        log_hazard = self.log_hazard(patients)
        lower, upper, _ = interval(self.baseline, self.levels, log_hazard, self.horizon_years)
        years = self.baseline.mean(log_hazard, self.horizon_years)
        risk_class = self.levels.risk_class(self.baseline.survival(log_hazard, self.horizon_years))
        return Interval(np.minimum(lower, years), np.maximum(upper, years), risk_class)

    def survival(self, patients: pd.DataFrame, years: Array) -> Array:
        """Return the probabilities to live longer than each of ``years``, shape (n, times)."""
        log_hazard = self.log_hazard(patients)
        return np.stack([self.baseline.survival(log_hazard, float(year)) for year in years], axis=1)

    def band_ends(self, patients: pd.DataFrame) -> tuple[Array, Array]:
        """Return the band's lower and upper ends at each of ``survival_years``, each of shape (n, years).

        Raises ``ValueError`` for a curve without a band.
        """
        if self.curve_band is None:
            raise ValueError("This curve was fitted without a band.")
        hazard = self.baseline.cumulative(self.log_hazard(patients), self.survival_years)
        lower, upper = self.curve_band.ends(hazard, self.pipeline[:-1].transform(patients))
        return lower.T, upper.T

    def artefact(self) -> CurveArtefact | BandedCurveArtefact:
        """Return the content of model.joblib."""
        curve = CurveArtefact(*(getattr(self, field.name) for field in fields(CurveArtefact)))
        return BandedCurveArtefact(curve, self.curve_band) if self.curve_band else curve

    def log_hazard(self, patients: pd.DataFrame) -> Array:
        """Return the log hazard of each patient, shape (n,)."""
        score: Array = self.pipeline.predict(patients)
        return score - self.reference


@dataclass(frozen=True, slots=True)
class HeldOutCurves(PatientArrays):
    """The predicted curves of n held-out patients, compared with their outcomes; see ``interval.fit_levels``."""

    survival: Array
    level: Array
    outlived: npt.NDArray[np.bool_]
    weight: Array

    @classmethod
    def of(cls, baseline: Baseline, log_hazard: Array, truth: Truth, horizon_years: float) -> "HeldOutCurves":
        """Compare the curves of one baseline with the truth of the same patients within the horizon."""
        hazard = np.interp(truth.years, baseline.years, baseline.hazard)
        level = -np.expm1(-hazard * np.exp(log_hazard))
        return cls(baseline.survival(log_hazard, horizon_years), level, ~truth.died, truth.weight)


def levels_of(curves: list[HeldOutCurves]) -> IntervalLevels:
    """Return the interval levels from the held-out curves of all folds."""
    joined = HeldOutCurves.joined(curves)
    return fit_levels(joined.survival, joined.level, joined.outlived, joined.weight)
