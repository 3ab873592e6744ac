"""Models that predict a survival curve under proportional hazards: S(t) = S0(t) ** exp(log hazard) (Cox, 1972)."""

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
from chalicelib.inference.models.stable_comparison import exceeds, risk_class


@dataclass(frozen=True, slots=True)
class Baseline:
    """The baseline curve: the survival curve of a patient whose log hazard is 0.

    The ``baseline`` of a prediction is something else: a score.

    ``years`` are the knots, ascending from 0. ``hazard`` is the cumulative hazard H up to each knot, from 0. Both have
    shape (knots,). The hazard is constant between two knots. A patient's curve is S(t) = exp(-H(t) * exp(log_hazard)).
    Every method takes the log hazards of n patients, shape (n,).
    """

    years: tuple[float, ...]
    hazard: tuple[float, ...]

    def cumulative(self, log_hazard: Vector, years: Sequence[float]) -> Vector:
        """Return the cumulative hazard up to each of ``years``, shape (years, n)."""
        hazard: Vector = np.interp(np.array(years, float), self.years, self.hazard)[:, np.newaxis] * np.exp(log_hazard)
        return hazard

    def survival(self, log_hazard: Vector, years: float) -> Vector:
        """Return the probability to live longer than ``years``, shape (n,)."""
        survival: Vector = np.exp(-np.interp(years, self.years, self.hazard) * np.exp(log_hazard))
        return survival

    def mean(self, log_hazard: Vector, horizon_years: float) -> Vector:
        """Return the restricted mean survival time in years, shape (n,): the area under the curve up to the horizon."""
        knots = np.array([*(year for year in self.years if year < horizon_years), horizon_years])
        hazard = np.interp(knots, self.years, self.hazard)
        relative = np.exp(log_hazard)[:, np.newaxis]
        step = relative * np.diff(hazard)
        # The mean of exp(-x) while x grows linearly from 0 to ``step``.
        share = np.divide(-np.expm1(-step), step, out=np.ones_like(step), where=step > 0.0)
        area: Vector = (np.exp(-relative * hazard[:-1]) * share * np.diff(knots)).sum(axis=1)
        return area

    def quantile(self, log_hazard: Vector, level: Vector | float) -> Vector:
        """Return the years by which the patient has died with probability ``level``, shape (n,).

        They are infinite if the curve ends, at its last knot, before that.
        """
        with np.errstate(divide="ignore"):
            needed = -np.log1p(-np.asarray(level)) * np.exp(-log_hazard)
        years = np.interp(needed, self.hazard, self.years)
        return np.where(exceeds(needed, self.hazard[-1]), np.inf, years)


@dataclass(frozen=True, slots=True)
class IntervalLevels:
    """The probabilities of death at which an interval begins and ends, by risk class.

    ``cuts`` are the probabilities to survive the horizon that divide the risk classes, ascending. The other fields hold
    one probability for each class, from the sickest up:

    - If the probability to die within the horizon is at most ``upper``, the interval's upper end is open and its lower
      end is at ``lower_if_open``.
    - Otherwise the interval lies between ``lower`` and ``upper``.
    """

    cuts: tuple[float, ...]
    lower: tuple[float, ...]
    lower_if_open: tuple[float, ...]
    upper: tuple[float, ...]

    def risk_class(self, survival: Vector) -> npt.NDArray[np.intp]:
        """Return the risk class of each probability to survive the horizon, shape (n,).

        See ``stable_comparison.risk_class``.
        """
        return risk_class(survival, self.cuts)

    def of(self, survival: Vector) -> tuple[Vector, Vector, npt.NDArray[np.bool_]]:
        """Return the levels of the lower and the upper end, and whether the upper end is open; each of shape (n,).

        ``survival`` holds the probabilities to survive the horizon, shape (n,).
        """
        risk_classes = self.risk_class(survival)
        upper = np.array(self.upper)[risk_classes]
        # ``upper`` is the level of a training patient, so a patient like that one reaches it exactly.
        is_open = ~exceeds(1.0 - survival, upper)
        lower = np.where(is_open, np.array(self.lower_if_open)[risk_classes], np.array(self.lower)[risk_classes])
        return lower, upper, is_open


@dataclass(frozen=True, slots=True)
class CurveBand:
    """The pointwise band around a survival curve: how uncertain the curve is, since it was fitted to a limited sample.

    ``level`` is the band's level, such as 0.8. ``covariance``, shape (columns + years, columns + years), is that of the
    coefficients of the standardised columns, followed by the log cumulative baseline hazard at each of the curve's
    years.

    At a year, a patient's log(-log S) is the log cumulative baseline hazard plus the coefficients times the columns.
    This is linear in both, so its variance is z' covariance z. The band is S ** exp(+-q * standard error), the log-log
    transformation (Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 1980). It stays between 0
    and 1.
    """

    level: float
    covariance: tuple[tuple[float, ...], ...]

    def standard_errors(self, standardised: Vector) -> Vector:
        """Return the standard errors of log(-log S) at each year, shape (years, n).

        ``standardised`` has shape (n, columns).
        """
        covariance = np.array(self.covariance)
        columns = np.ascontiguousarray(standardised.T)
        count = len(columns)
        # No matrix product, for the reason given in ``AdditivePipeline.complete``.
        projected = np.zeros((len(covariance), len(standardised)))
        for index, values in enumerate(columns):
            projected += covariance[:, index, np.newaxis] * values
        of_coefficients = np.zeros(len(standardised))
        for index, values in enumerate(columns):
            of_coefficients += projected[index] * values
        of_baseline = np.diag(covariance)[count:, np.newaxis]
        variance: Vector = of_coefficients + 2.0 * projected[count:] + of_baseline
        # Rounding may make the variance slightly negative.
        return np.sqrt(np.maximum(variance, 0.0))

    def ends(self, cumulative_hazard: Vector, standardised: Vector) -> tuple[Vector, Vector]:
        """Return the lower and the upper end of the band around exp(-``cumulative_hazard``).

        ``cumulative_hazard`` and both ends have shape (years, n); ``standardised`` has shape (n, columns).
        """
        factor = np.exp(NormalDist().inv_cdf(0.5 + self.level / 2.0) * self.standard_errors(standardised))
        return np.exp(-cumulative_hazard * factor), np.exp(-cumulative_hazard / factor)


@dataclass(frozen=True, slots=True)
class CurveArtefact:
    """The content of model.joblib for a model with a survival curve.

    ``pipeline`` maps a patient frame to the score; its last step is a ``LinearScore``. ``reference`` is the score of
    the patient that ``baseline`` describes. ``survival_years`` are the whole years at which the curve is given; the
    last one is its end.
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
    """The content of model.joblib for a model with a survival curve and a band around it."""

    curve: CurveArtefact
    band: CurveBand


class CurveModel:
    """A linear score and the survival curve that belongs to it. See ``Model`` for the interface."""

    def __init__(self, artefact: CurveArtefact, band: CurveBand | None = None) -> None:
        self._additive = AdditivePipeline(artefact.pipeline, artefact.training)
        self._artefact = artefact
        self._band = band

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        """Load the model from ``artefact_dir``. Raises ``ArtefactMismatchError`` before anything is unpickled."""
        artefact: CurveArtefact | BandedCurveArtefact = joblib.load(io.BytesIO(read_verified(artefact_dir)))
        return cls(artefact.curve, artefact.band) if isinstance(artefact, BandedCurveArtefact) else cls(artefact)

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns, including those with a coefficient of zero."""
        return self._additive.columns

    @property
    def output_spec(self) -> OutputSpec:
        """Years within the horizon, and the survival curve up to its end."""
        return OutputSpec(
            self._artefact.horizon_years,
            self._artefact.scale,
            self._artefact.survival_years,
            self._band.level if self._band else None,
        )

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return estimates, intervals, curves and contributions; see ``Model.predict``."""
        terms = self._additive.terms(frame)
        return pd.DataFrame(
            self._estimates(terms.total) | self._band_ends(terms) | self._additive.describe(terms, self._years),
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
            # The estimate is a mean, which can lie outside the quantiles. An interval always contains its estimate.
            "lower": np.minimum(lower, years),
            "upper": np.maximum(upper, years),
            "upper_open": is_open,
            "median": np.where(exceeds(median, end), np.nan, median),
            **{f"survival:{year}": baseline.survival(log_hazard, year) for year in self._artefact.survival_years},
        }

    def _band_ends(self, terms: Terms) -> dict[str, Vector]:
        if self._band is None:
            return {}
        baseline, years = self._artefact.baseline, self._artefact.survival_years
        lower, upper = self._band.ends(
            baseline.cumulative(terms.total - self._artefact.reference, years), terms.standardised
        )
        return {
            **{f"survival_lower:{year}": lower[index] for index, year in enumerate(years)},
            **{f"survival_upper:{year}": upper[index] for index, year in enumerate(years)},
        }


def interval(
    baseline: Baseline, levels: IntervalLevels, log_hazard: Vector, horizon_years: float
) -> tuple[Vector, Vector, npt.NDArray[np.bool_]]:
    """Return the intervals' lower and upper ends in years, and whether the upper end is open; each of shape (n,).

    The ends lie between 0 and the horizon; an open upper end is the horizon. ``log_hazard`` has shape (n,).
    """
    lower_level, upper_level, is_open = levels.of(baseline.survival(log_hazard, horizon_years))
    lower = np.minimum(baseline.quantile(log_hazard, lower_level), horizon_years)
    closed_upper = np.minimum(baseline.quantile(log_hazard, upper_level), horizon_years)
    return lower, np.where(is_open, horizon_years, closed_upper), is_open
