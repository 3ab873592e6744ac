"""Fitted models with a survival curve: years, intervals and survival from a score and a baseline."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from chalicelib.inference.models.curve import CurveArtefact
from training.interval import Interval

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedCurve(CurveArtefact):
    """A fitted score and its survival curve. Implements ``evaluation.FittedModel``.

    ``alpha`` is the chosen penalty, None for a model without one.
    """

    alpha: float | None = None

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
        return Interval(*self.baseline.interval(self.log_hazard(patients), self.horizon_years))

    def survival(self, patients: pd.DataFrame, years: Array) -> Array:
        """Return the probabilities to live longer than each of ``years``, shape (n, times)."""
        log_hazard = self.log_hazard(patients)
        return np.stack([self.baseline.survival(log_hazard, float(year)) for year in years], axis=1)

    def band_ends(self, patients: pd.DataFrame) -> tuple[Array, Array]:
        """Return the band's lower and upper ends at each of ``survival_years``, each of shape (n, years).

        Raises ``ValueError`` for a curve without a band.
        """
        if self.band is None:
            raise ValueError("This curve was fitted without a band.")
        hazard = self.baseline.cumulative(self.log_hazard(patients), self.survival_years)
        lower, upper = self.band.ends(hazard, np.ascontiguousarray(self.pipeline[:-1].transform(patients).T))
        return lower.T, upper.T

    def artefact(self) -> CurveArtefact:
        """Return the content of model.joblib."""
        return CurveArtefact(*(getattr(self, field.name) for field in fields(CurveArtefact)))

    def log_hazard(self, patients: pd.DataFrame) -> Array:
        """Return the log hazard of each patient, shape (n,)."""
        score: Array = self.pipeline.predict(patients)
        return score - self.reference
