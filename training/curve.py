"""What the models with a survival curve have in common: years, intervals and survival from a score and a baseline."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from chalicelib.inference.models.additive import TrainingValues
from chalicelib.inference.models.curve import (
    BandedCurveArtefact,
    Baseline,
    CurveArtefact,
    CurveBand,
    IntervalLevels,
    interval,
)
from chalicelib.inference.models.output_spec import ContributionScale
from training.interval import Interval, fit_levels
from training.metrics import Truth

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedCurve:
    """A score and the curve that belongs to it. ``alpha``: the penalty chosen for it, if there is one. ``curve_band``:
    what the curve's band is read from, if it has one."""

    pipeline: Pipeline
    training: TrainingValues
    baseline: Baseline
    reference: float
    scale: ContributionScale
    horizon_years: float
    survival_years: tuple[int, ...]
    levels: IntervalLevels
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
        curve = CurveArtefact(
            self.pipeline,
            self.training,
            self.baseline,
            self.reference,
            self.scale,
            self.horizon_years,
            self.survival_years,
            self.levels,
        )
        return BandedCurveArtefact(curve, self.curve_band) if self.curve_band else curve

    def log_hazard(self, patients: pd.DataFrame) -> Array:
        """The log relative hazard of each patient, shape (n,)."""
        score: Array = self.pipeline.predict(patients)
        return score - self.reference


@dataclass(frozen=True, slots=True)
class HeldOutCurves:
    """What the curves said of n held-out patients, and what became of them; see ``fit_levels``."""

    survival: Array
    level: Array
    truth: Truth

    @classmethod
    def of(cls, baseline: Baseline, log_hazard: Array, truth: Truth, horizon_years: float) -> "HeldOutCurves":
        """What one baseline says of patients whose truth within the horizon is known."""
        hazard = np.interp(truth.years, baseline.years, baseline.hazard)
        level = -np.expm1(-hazard * np.exp(log_hazard))
        return cls(baseline.survival(log_hazard, horizon_years), level, truth)


def levels_of(curves: list[HeldOutCurves]) -> IntervalLevels:
    """The interval's levels from all that was held out."""
    truth = Truth.joined([part.truth for part in curves])
    survival, level = (np.concatenate([getattr(part, name) for part in curves]) for name in ("survival", "level"))
    return fit_levels(survival, level, ~truth.died, truth.weight)
