"""Models that predict a survival curve under proportional hazards: S(t) = S0(t) ** exp(log hazard) (Cox, 1972)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from chalicelib.inference.models.additive import AdditiveModel, AdditivePipeline, Terms, TrainingValues, Vector
from chalicelib.inference.models.base import Outputs, Patients
from chalicelib.inference.models.output_spec import INTERVAL_QUANTILES, ContributionScale, OutputSpec
from chalicelib.inference.models.stable_comparison import at_most, exceeds

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


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

    def interval(self, log_hazard: Vector, horizon_years: float) -> tuple[Vector, Vector]:
        """Return the lower and the upper ends of the intervals, each of shape (n,), in years, up to the horizon.

        They are the curve's own quantiles, so they are continuous and never rise with the hazard. The estimate is a
        mean and can lie outside of them.
        """
        lower, upper = (at_most(self.quantile(log_hazard, level), horizon_years) for level in INTERVAL_QUANTILES)
        return lower, upper

    def interval_slope_max(self, horizon_years: float) -> float:
        """Return by how many years an end of an interval changes at most per unit of the log hazard.

        The end q solves H(q) = c exp(-log hazard), so it changes by H(q) / H'(q) per unit.
        """
        inside = np.count_nonzero(np.array(self.years) < horizon_years) + 1
        hazard, years = np.array(self.hazard[:inside]), np.array(self.years[:inside])
        return float((hazard[1:] * np.diff(years) / np.diff(hazard)).max())


class MeanTable:
    """``Baseline.mean`` as a function of the log hazard, interpolated between stored values.

    The mean takes two exponential functions for each knot of the curve. It is a smooth function, and interpolating it
    with cubic polynomials (Lagrange) changes it by less than 1e-10 years.
    """

    LOWEST, HIGHEST, PER_UNIT = -8, 14, 256
    """The log hazards of all patients within the hard limits lie in this range. For others the mean is computed."""

    def __init__(self, baseline: Baseline, horizon_years: float) -> None:
        self._mean: Callable[[Vector], Vector] = partial(baseline.mean, horizon_years=horizon_years)
        points = np.arange(self.LOWEST * self.PER_UNIT - 1, self.HIGHEST * self.PER_UNIT + 3) / self.PER_UNIT
        values = self._mean(points)
        before, start, end, after = values[:-3], values[1:-2], values[2:-1], values[3:]
        self._polynomials = np.stack([
            start,
            end - before / 3.0 - start / 2.0 - after / 6.0,
            (before + end) / 2.0 - start,
            (after - before) / 6.0 + (start - end) / 2.0,
        ], axis=1)  # fmt: skip

    def __call__(self, log_hazard: Vector) -> Vector:
        """Return the restricted mean survival time in years, shape (n,)."""
        is_inside = (log_hazard >= self.LOWEST) & (log_hazard <= self.HIGHEST)
        position = (np.where(is_inside, log_hazard, 0.0) - self.LOWEST) * self.PER_UNIT
        index = position.astype(np.intp)
        fraction = position - index
        constant, linear, square, cube = self._polynomials[index].T
        years: Vector = ((cube * fraction + square) * fraction + linear) * fraction + constant
        if not is_inside.all():
            years[~is_inside] = self._mean(log_hazard[~is_inside])
        return years


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

        ``standardised`` has shape (columns, n).
        """
        covariance = np.array(self.covariance)
        count, rows = standardised.shape
        # No matrix product, for the reason given in ``AdditivePipeline.terms``.
        projected = np.zeros((len(covariance), rows))
        for index, values in enumerate(standardised):
            projected += covariance[:, index, np.newaxis] * values
        of_coefficients = np.zeros(rows)
        for index, values in enumerate(standardised):
            of_coefficients += projected[index] * values
        of_baseline = np.diag(covariance)[count:, np.newaxis]
        variance: Vector = of_coefficients + 2.0 * projected[count:] + of_baseline
        # Rounding may make the variance slightly negative.
        return np.sqrt(np.maximum(variance, 0.0))

    def ends(self, cumulative_hazard: Vector, standardised: Vector) -> tuple[Vector, Vector]:
        """Return the lower and the upper end of the band around exp(-``cumulative_hazard``).

        ``cumulative_hazard`` and both ends have shape (years, n); ``standardised`` has shape (columns, n).
        """
        factor = np.exp(NormalDist().inv_cdf(0.5 + self.level / 2.0) * self.standard_errors(standardised))
        return np.exp(-cumulative_hazard * factor), np.exp(-cumulative_hazard / factor)


@dataclass(frozen=True, slots=True)
class CurveArtefact:
    """The content of model.joblib for a model with a survival curve.

    ``pipeline`` maps a patient frame to the score; its last step is a ``LinearScore``. ``reference`` is the score of
    the patient that ``baseline`` describes. ``survival_years`` are the whole years at which the curve is given; the
    last one is its end. ``band`` is None for a model without a band around the curve.
    """

    pipeline: "Pipeline"
    training: TrainingValues
    baseline: Baseline
    reference: float
    scale: ContributionScale
    horizon_years: float
    survival_years: tuple[int, ...]
    band: CurveBand | None


class CurveModel(AdditiveModel):
    """A linear score and the survival curve that belongs to it. See ``Model`` for the interface."""

    def __init__(self, artefact: CurveArtefact) -> None:
        self._additive = AdditivePipeline(artefact.pipeline, artefact.training)
        self._artefact = artefact
        self._mean = MeanTable(artefact.baseline, artefact.horizon_years)

    @property
    def output_spec(self) -> OutputSpec:
        """Years within the horizon, and the survival curve up to its end."""
        band = self._artefact.band
        return OutputSpec(
            self._artefact.horizon_years,
            self._artefact.scale,
            self._artefact.survival_years,
            band.level if band else None,
            INTERVAL_QUANTILES,
        )

    def predict(self, patients: Patients) -> Outputs:
        """Return estimates, intervals, curves and contributions; see ``Model.predict``."""
        terms = self._additive.terms(patients)
        years = self._years(terms.total)
        return {
            "years": years,
            **self._interval_and_curve(terms),
            **self._additive.describe(terms, years, self._years),
        }

    def _years(self, score: Vector) -> Vector:
        return self._mean(score - self._artefact.reference)

    def _interval_and_curve(self, terms: Terms) -> Outputs:
        baseline, horizon = self._artefact.baseline, self._artefact.horizon_years
        years, band = self._artefact.survival_years, self._artefact.band
        log_hazard = terms.total - self._artefact.reference
        lower, upper = baseline.interval(log_hazard, horizon)
        median = baseline.quantile(log_hazard, 0.5)
        hazard = baseline.cumulative(log_hazard, years)
        curves = {"survival": np.exp(-hazard)}
        if band:
            curves["survival_lower"], curves["survival_upper"] = band.ends(hazard, terms.standardised)
        return {
            "lower": lower,
            "upper": upper,
            "upper_open": upper >= horizon,
            "median": np.where(exceeds(median, years[-1]), np.nan, median),
            **{f"{name}:{year}": curve[index] for name, curve in curves.items() for index, year in enumerate(years)},
        }
