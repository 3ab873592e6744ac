"""What the models with a survival curve have in common: years, intervals and survival from a score and a baseline."""

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
from training.data import OfPatients
from training.interval import Interval, fit_levels
from training.metrics import Truth

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedCurve(CurveArtefact):
    """A score and the curve that belongs to it. ``alpha``: the penalty chosen for it, if there is one. ``curve_band``:
    what the curve's band is read from, if it has one."""

    alpha: float | None = None
    curve_band: CurveBand | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns."""
        names: tuple[str, ...] = self.pipeline.named_steps["encode"].columns
        return names

    def years(self, patients: pd.DataFrame, horizon_years: float) -> Array:
        """Restricted mean survival time of each patient, shape (n,)."""
        return self.baseline.mean(self.log_hazard(patients), horizon_years)

    def interval(self, patients: pd.DataFrame) -> Interval:
        """The interval of each patient within the model's own horizon."""
        log_hazard = self.log_hazard(patients)
        lower, upper, _ = interval(self.baseline, self.levels, log_hazard, self.horizon_years)
        years = self.baseline.mean(log_hazard, self.horizon_years)
        band = self.levels.band(self.baseline.survival(log_hazard, self.horizon_years))
        return Interval(np.minimum(lower, years), np.maximum(upper, years), band)

    def survival(self, patients: pd.DataFrame, years: Array) -> Array:
        """The probability to live longer than each of ``years``, shape (n, times)."""
        log_hazard = self.log_hazard(patients)
        return np.stack([self.baseline.survival(log_hazard, float(year)) for year in years], axis=1)

    def ends_of_the_band(self, patients: pd.DataFrame) -> tuple[Array, Array]:
        """The band's lower and upper end at each of ``survival_years``, shape (n, years)."""
        if self.curve_band is None:
            raise ValueError("This curve was fitted without a band.")
        hazard = self.baseline.cumulative(self.log_hazard(patients), self.survival_years)
        lower, upper = self.curve_band.ends(hazard, self.pipeline[:-1].transform(patients))
        return lower.T, upper.T

    def artefact(self) -> CurveArtefact | BandedCurveArtefact:
        """What is served."""
        curve = CurveArtefact(*(getattr(self, field.name) for field in fields(CurveArtefact)))
        return BandedCurveArtefact(curve, self.curve_band) if self.curve_band else curve

    def log_hazard(self, patients: pd.DataFrame) -> Array:
        """The log relative hazard of each patient, shape (n,)."""
        score: Array = self.pipeline.predict(patients)
        return score - self.reference


@dataclass(frozen=True, slots=True)
class HeldOutCurves(OfPatients):
    """What the curves said of n held-out patients, and what became of them; see ``fit_levels``."""

    survival: Array
    level: Array
    outlived: npt.NDArray[np.bool_]
    weight: Array

    @classmethod
    def of(cls, baseline: Baseline, log_hazard: Array, truth: Truth, horizon_years: float) -> "HeldOutCurves":
        """What one baseline says of patients whose truth within the horizon is known."""
        hazard = np.interp(truth.years, baseline.years, baseline.hazard)
        level = -np.expm1(-hazard * np.exp(log_hazard))
        return cls(baseline.survival(log_hazard, horizon_years), level, ~truth.died, truth.weight)


def levels_of(curves: list[HeldOutCurves]) -> IntervalLevels:
    """The interval's levels from all that was held out."""
    every = HeldOutCurves.joined(curves)
    return fit_levels(every.survival, every.level, every.outlived, every.weight)
