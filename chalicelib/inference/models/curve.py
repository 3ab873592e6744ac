"""Models with a survival curve: a baseline curve to the power of each patient's relative hazard (Cox, 1972)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Self

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from chalicelib.inference.models.additive import AdditivePipeline, Terms, TrainingValues, Vector
from chalicelib.inference.models.base import read_verified
from chalicelib.inference.models.output_spec import ContributionScale, OutputSpec
from chalicelib.inference.models.stable_comparison import band, exceeds


@dataclass(frozen=True, slots=True)
class Baseline:
    """The survival curve of a patient whose log relative hazard is 0.

    ``years``, ascending from 0, and the cumulative ``hazard`` up to each of them, from 0; both of shape (knots,).
    The hazard is constant between two knots: S(t) = exp(-H(t) exp(log_hazard)).
    """

    years: tuple[float, ...]
    hazard: tuple[float, ...]

    def cumulative(self, log_hazard: Vector, years: Sequence[float]) -> Vector:
        """The cumulative hazard up to each of ``years``, shape (years, n)."""
        hazard: Vector = np.interp(np.array(years, float), self.years, self.hazard)[:, np.newaxis] * np.exp(log_hazard)
        return hazard

    def survival(self, log_hazard: Vector, years: float) -> Vector:
        """The probability, shape (n,), to live longer than ``years``."""
        survival: Vector = np.exp(-np.interp(years, self.years, self.hazard) * np.exp(log_hazard))
        return survival

    def mean(self, log_hazard: Vector, horizon_years: float) -> Vector:
        """Restricted mean survival time in years, shape (n,): the area under the curve up to the horizon."""
        knots = np.array([*(year for year in self.years if year < horizon_years), horizon_years])
        hazard = np.interp(knots, self.years, self.hazard)
        relative = np.exp(log_hazard)[:, np.newaxis]
        step = relative * np.diff(hazard)
        # The mean of exp(-x) over a step in which x grows from 0 to ``step``.
        share = np.divide(-np.expm1(-step), step, out=np.ones_like(step), where=step > 0.0)
        area: Vector = (np.exp(-relative * hazard[:-1]) * share * np.diff(knots)).sum(axis=1)
        return area

    def quantile(self, log_hazard: Vector, level: Vector | float) -> Vector:
        """The years, shape (n,), by which death has this probability; infinite beyond the last knot."""
        with np.errstate(divide="ignore"):
            needed = -np.log1p(-np.asarray(level)) * np.exp(-log_hazard)
        years = np.interp(needed, self.hazard, self.years)
        return np.where(exceeds(needed, self.hazard[-1]), np.inf, years)


@dataclass(frozen=True, slots=True)
class IntervalLevels:
    """Probabilities of death at which the interval begins and ends, in bands of the predicted survival.

    ``cuts``: the probabilities to survive the horizon that divide the bands, ascending. For each band, from the
    sickest up: where fewer than ``upper`` die within the horizon the upper end is open, and the interval begins at
    ``lower_if_open``; otherwise it lies between ``lower`` and ``upper``.
    """

    cuts: tuple[float, ...]
    lower: tuple[float, ...]
    lower_if_open: tuple[float, ...]
    upper: tuple[float, ...]

    def band(self, survival: Vector) -> npt.NDArray[np.intp]:
        """The band of each probability to survive the horizon, 0 for the lowest."""
        return band(survival, self.cuts)

    def of(self, survival: Vector) -> tuple[Vector, Vector, npt.NDArray[np.bool_]]:
        """The levels of the lower and of the upper end, and whether the upper end is open; each of shape (n,)."""
        bands = self.band(survival)
        upper = np.array(self.upper)[bands]
        # The level of a training patient: whoever is like this patient dies with that very probability.
        is_open = ~exceeds(1.0 - survival, upper)
        lower = np.where(is_open, np.array(self.lower_if_open)[bands], np.array(self.lower)[bands])
        return lower, upper, is_open


@dataclass(frozen=True, slots=True)
class CurveBand:
    """How far the curve itself may be off, since it was fitted to so many patients and no more.

    ``covariance``, shape (columns + years, columns + years): of the coefficients, as they are multiplied with the
    standardised columns, and of the log cumulative hazard of the baseline at each of the curve's years. At a year the
    patient's log(-log S) is the sum of the latter and of coefficients times columns. It is linear in both, so that its
    variance is z' covariance z; the band is S^exp(+-q standard errors), the log-log transformation (Kalbfleisch &
    Prentice, The Statistical Analysis of Failure Time Data, 1980), which stays within 0 and 1.
    """

    level: float
    covariance: tuple[tuple[float, ...], ...]

    def standard_errors(self, standardised: Vector) -> Vector:
        """Of log(-log S) at each year, shape (years, n), for patients of shape (n, columns)."""
        covariance = np.array(self.covariance)
        columns = np.ascontiguousarray(standardised.T)
        count = len(columns)
        # Column by column and not as a matrix product, as everywhere: see ``AdditivePipeline.complete``.
        projected = np.zeros((len(covariance), len(standardised)))
        for at, values in enumerate(columns):
            projected += covariance[:, at, np.newaxis] * values
        of_coefficients = np.zeros(len(standardised))
        for at, values in enumerate(columns):
            of_coefficients += projected[at] * values
        of_baseline = np.diag(covariance)[count:, np.newaxis]
        variance: Vector = of_coefficients + 2.0 * projected[count:] + of_baseline
        # Rounding may leave a little less than nothing.
        return np.sqrt(np.maximum(variance, 0.0))

    def ends(self, cumulative_hazard: Vector, standardised: Vector) -> tuple[Vector, Vector]:
        """The lower and the upper end, shape (years, n), around exp(-``cumulative_hazard``) of the same shape."""
        factor = np.exp(NormalDist().inv_cdf(0.5 + self.level / 2.0) * self.standard_errors(standardised))
        return np.exp(-cumulative_hazard * factor), np.exp(-cumulative_hazard / factor)


@dataclass(frozen=True, slots=True)
class CurveArtefact:
    """What is kept in model.joblib.

    ``pipeline``: from a patient frame to the score, whose last step is a ``LinearScore``. ``reference``: the score
    of the patient that ``baseline`` describes. ``survival_years``: where the curve is read, in whole years; the
    last is its end.
    """

    pipeline: Pipeline
    training: TrainingValues
    baseline: Baseline
    reference: float
    scale: ContributionScale
    horizon_years: float
    survival_years: tuple[int, ...]
    levels: IntervalLevels


@dataclass(frozen=True, slots=True)
class BandedCurveArtefact:
    """What is kept in model.joblib of a model whose curve has a band."""

    curve: CurveArtefact
    band: CurveBand


class CurveModel:
    """A score, taken apart into contributions, and the curve that belongs to it. See ``Model`` for the contract."""

    def __init__(self, artefact: CurveArtefact, band: CurveBand | None = None) -> None:
        self._additive = AdditivePipeline(artefact.pipeline, artefact.training)
        self._artefact = artefact
        self._band = band

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        """The model in ``artefact_dir``. Raises ``ArtefactMismatchError`` before anything is unpickled."""
        kept: CurveArtefact | BandedCurveArtefact = joblib.load(io.BytesIO(read_verified(artefact_dir)))
        return cls(kept.curve, kept.band) if isinstance(kept, BandedCurveArtefact) else cls(kept)

    @property
    def columns(self) -> tuple[str, ...]:
        """The pipeline's input columns, those with a coefficient of zero too."""
        return self._additive.columns

    @property
    def output_spec(self) -> OutputSpec:
        """Years within the horizon, and the curve up to its end."""
        return OutputSpec(
            self._artefact.horizon_years,
            self._artefact.scale,
            self._artefact.survival_years,
            self._band.level if self._band else None,
        )

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The answers; see ``Model.predict``."""
        terms = self._additive.terms(frame)
        return pd.DataFrame(
            self._estimates(terms.total) | self._ends_of_the_band(terms) | self._additive.describe(terms, self._years),
            index=frame.index,
        )

    def _years(self, score: Vector) -> Vector:
        return self._artefact.baseline.mean(score - self._artefact.reference, self._artefact.horizon_years)

    def _estimates(self, score: Vector) -> dict[str, Vector | npt.NDArray[np.bool_]]:
        baseline, horizon = self._artefact.baseline, self._artefact.horizon_years
        log_hazard = score - self._artefact.reference
        years = baseline.mean(log_hazard, horizon)
        lower, upper, is_open = interval(baseline, self._artefact.levels, log_hazard, horizon)
        end = self._artefact.survival_years[-1]
        median = baseline.quantile(log_hazard, 0.5)
        return {
            "years": years,
            # An interval always holds its own point estimate, which is a mean and may lie outside of what is likely.
            "lower": np.minimum(lower, years),
            "upper": np.maximum(upper, years),
            "upper_open": is_open,
            "median": np.where(exceeds(median, end), np.nan, median),
            **{f"survival:{year}": baseline.survival(log_hazard, year) for year in self._artefact.survival_years},
        }

    def _ends_of_the_band(self, terms: Terms) -> dict[str, Vector]:
        if self._band is None:
            return {}
        baseline, years = self._artefact.baseline, self._artefact.survival_years
        lower, upper = self._band.ends(
            baseline.cumulative(terms.total - self._artefact.reference, years), terms.standardised
        )
        return {
            **{f"survival_lower:{year}": lower[at] for at, year in enumerate(years)},
            **{f"survival_upper:{year}": upper[at] for at, year in enumerate(years)},
        }


def interval(
    baseline: Baseline, levels: IntervalLevels, log_hazard: Vector, horizon_years: float
) -> tuple[Vector, Vector, npt.NDArray[np.bool_]]:
    """The ends of the interval in years, within 0 and the horizon, and whether the upper end is open."""
    lower, upper, is_open = levels.of(baseline.survival(log_hazard, horizon_years))
    above = np.where(is_open, horizon_years, np.minimum(baseline.quantile(log_hazard, upper), horizon_years))
    return np.minimum(baseline.quantile(log_hazard, lower), horizon_years), above, is_open
