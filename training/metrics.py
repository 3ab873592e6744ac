"""Accuracy metrics for censored data, with standard errors: concordance, Brier score, and IPCW-weighted errors.

IPCW is inverse probability of censoring weighting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sksurv.nonparametric import CensoringDistributionEstimator
from sksurv.util import Surv

from chalicelib.inference.models.stable_comparison import exceeds, order
from training.data import Outcome, PatientArrays

Array = npt.NDArray[np.float64]

CLOSE_YEARS = 1.5
"""The largest error of a prediction that counts as close."""
NORMAL_95 = NormalDist().inv_cdf(0.975)
"""Half the width of a 95% interval, in standard errors."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure measured in n patients, and the influence of each patient on it, shape (n,).

    The influence is the infinitesimal jackknife (Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982,
    chapter 6): the change of the figure if the patient's weight of 1 grows, per unit of weight. The fitted model and
    the weights for censoring are taken as fixed.
    """

    value: float
    influence: Array

    @property
    def se(self) -> float:
        """The standard error over patients."""
        return float(np.sqrt((self.influence**2).sum()))

    @property
    def share_95(self) -> list[float]:
        """The ends of the 95% interval of a share, from a normal distribution of its logit."""
        logit, half = np.log(self.value / (1.0 - self.value)), NORMAL_95 * self.se / (self.value * (1.0 - self.value))
        return [float(1.0 / (1.0 + np.exp(-end))) for end in (logit - half, logit + half)]

    @property
    def ratio_95(self) -> list[float]:
        """The ends of the 95% interval of a positive ratio, from a normal distribution of its logarithm."""
        return [float(self.value * np.exp(sign * NORMAL_95 * self.se / self.value)) for sign in (-1, 1)]

    @classmethod
    def ratio(cls, numerator: Array, denominator: Array) -> Self:
        """Return the sum of the patients' numerators divided by the sum of their denominators, each of shape (n,)."""
        value = float(numerator.sum() / denominator.sum())
        return cls(value, (numerator - value * denominator) / denominator.sum())

    @classmethod
    def average(cls, values: npt.NDArray[Any], weight: Array) -> Self:
        """Return the weighted average of the patients' values, shape (n,)."""
        return cls.ratio(weight * values, weight)

    @classmethod
    def mean(cls, figures: Sequence[Self]) -> Self:
        """Return the mean of figures of several groups. The influences are those of one group after the other."""
        influence = np.concatenate([figure.influence for figure in figures]) / len(figures)
        return cls(float(np.mean([figure.value for figure in figures])), influence)

    def by_patient(self, patients: npt.NDArray[np.intp]) -> Self:
        """Add up the influences of the same patient. ``patients`` holds the patients' numbers from 0, shape (n,)."""
        return type(self)(self.value, np.bincount(patients, self.influence))

    def __sub__(self, other: Self) -> Self:
        """Return the difference between two figures of the same patients."""
        return type(self)(self.value - other.value, self.influence - other.influence)

    def square_root(self) -> Self:
        """Return the square root of the figure."""
        root = float(np.sqrt(self.value))
        return type(self)(root, self.influence / (2.0 * root))


@dataclass(frozen=True, slots=True)
class Truth(PatientArrays):
    """The true years of n patients within a horizon, as far as they are known.

    - ``years``: min(survival, horizon).
    - ``weight``: the IPCW weight; 0 for a patient whose follow-up ended alive before the horizon.
    - ``died``: whether the patient died within the horizon.
    """

    years: Array
    weight: Array
    died: npt.NDArray[np.bool_]


def ipcw_truth(train: Outcome, held_out: Outcome, horizon_years: float) -> Truth:
    """Return the truth of ``held_out`` with the weights 1 / G(min(years, horizon)-).

    G is the probability to be still in follow-up: the Kaplan-Meier estimate of the censoring in ``train``. Its limit
    from the left is used, because a patient who dies on a day was in follow-up until then.

    Sources: Robins & Rotnitzky (1992); for errors of a survival time within a horizon, Graf et al. (1999) and
    Gerds & Schumacher (2006).
    """
    followed = _follow_up(train)
    years = np.minimum(held_out.years, horizon_years)
    known = held_out.died | (held_out.years >= horizon_years)
    weight = np.where(known, 1.0 / followed(_just_before(years)), 0.0)
    return Truth(years, weight, held_out.died & (held_out.years <= horizon_years))


def _follow_up(train: Outcome) -> Callable[[Array], Array]:
    """Return G: the probability to be in follow-up after each of the years.

    It is not known beyond the longest follow-up in ``train``, so its last value is used.
    """
    censoring = CensoringDistributionEstimator().fit(Surv.from_arrays(train.died, train.years))
    return lambda years: censoring.predict_proba(np.minimum(years, _just_before(train.years.max())))


def _just_before(years: Any) -> Any:
    # Far less than a day. scikit-survival takes times that differ by less than 2e-16 for equal.
    return years - 1e-9


def concordance_index(outcome: Outcome, predicted_years: Array) -> Figure:
    """Return Harrell's C (Harrell et al., 1982).

    It is the share of comparable pairs in which the patient who lived longer has the longer prediction. A tie of
    predictions counts one half. Two patients with equal times are comparable if exactly one of them died.
    """
    return _concordance(outcome, predicted_years, np.ones(len(predicted_years)))


def uno_c(train: Outcome, held_out: Outcome, predicted_years: Array, horizon_years: float) -> Figure:
    """Return Uno's C (Uno et al., 2011) up to the horizon.

    Pairs are weighted by the inverse probability of censoring, which is estimated in ``train``. So the concordance does
    not depend on how long patients were followed.
    """
    weight = _follow_up(train)(_just_before(held_out.years)) ** -2.0
    return _concordance(held_out, predicted_years, np.where(held_out.years < horizon_years, weight, 0.0))


def _concordance(outcome: Outcome, predicted: Array, weight: Array) -> Figure:
    """Return the concordance. Each pair has the weight of the patient who died first."""
    years, died = outcome.years, outcome.died
    outlived = (years > years[:, np.newaxis]) | ((years == years[:, np.newaxis]) & ~died)
    pairs = outlived * (weight * died)[:, np.newaxis]
    concordant = (
        0.5 + 0.5 * exceeds(predicted, predicted[:, np.newaxis]) - 0.5 * exceeds(predicted[:, np.newaxis], predicted)
    )
    # A pair belongs to both of its patients.
    figure = Figure.ratio(*(each.sum(axis=0) + each.sum(axis=1) for each in (pairs * concordant, pairs)))
    return Figure(figure.value, 2.0 * figure.influence)


def brier_score(train: Outcome, held_out: Outcome, survival: Array, years: Array) -> Figure:
    """Return the integrated Brier score (Graf et al., 1999) over ``years``, shape (times,).

    ``survival`` holds the predicted probabilities to live longer than each of ``years``, shape (n, times).
    """
    errors = squared_errors(train, held_out, survival, years)
    average = np.trapezoid(errors, years, axis=1) / (years[-1] - years[0])
    return Figure.average(average, np.ones(len(average)))


def squared_errors(train: Outcome, held_out: Outcome, survival: Array, years: Array) -> Array:
    """Return the IPCW-weighted squared error of each patient's ``survival`` at each of ``years``, shape (n, times).

    The Brier score at a time is their mean.
    """
    followed = _follow_up(train)
    has_died = held_out.died[:, np.newaxis] & (held_out.years[:, np.newaxis] <= years)
    lives = held_out.years[:, np.newaxis] > years
    weight_of_death = 1.0 / followed(_just_before(held_out.years))[:, np.newaxis]
    errors: Array = has_died * survival**2 * weight_of_death + lives * (1.0 - survival) ** 2 / followed(years)
    return errors


def error_figures(truth: Truth, predicted_years: Array) -> dict[str, Figure]:
    """Return ``mae``, ``rmse`` and ``bias`` (predicted - true) in years, and ``share_within_1_5_years``.

    All are IPCW-weighted.
    """
    error = predicted_years - truth.years
    return {
        "mae": Figure.average(np.abs(error), truth.weight),
        "rmse": Figure.average(error**2, truth.weight).square_root(),
        "bias": Figure.average(error, truth.weight),
        "share_within_1_5_years": Figure.average(~exceeds(np.abs(error), CLOSE_YEARS), truth.weight),
    }


def weighted_quantile(values: Array, weight: Array, level: float) -> float:
    """Return the smallest value at which the cumulated weight reaches the share ``level`` (0..1) of the total."""
    rows = order(values)
    cumulated = np.cumsum(weight[rows])
    position = np.count_nonzero(exceeds(level, cumulated / cumulated[-1]))
    return float(values[rows[position]])
