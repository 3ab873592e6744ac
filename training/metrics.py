"""Figures of merit under censoring: concordance, Brier score, and errors weighted by the inverse probability of
censoring."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sksurv.metrics import concordance_index_censored, concordance_index_ipcw, integrated_brier_score
from sksurv.nonparametric import CensoringDistributionEstimator
from sksurv.util import Surv

from chalicelib.inference.models.stable_comparison import exceeds, order
from training.data import OfPatients, Outcome

Array = npt.NDArray[np.float64]

CLOSE_YEARS = 1.5


@dataclass(frozen=True, slots=True)
class Truth(OfPatients):
    """What is known of n patients' years within a horizon.

    ``years``: min(survival, horizon). ``weight``: its IPCW weight, 0 for a patient whose follow-up ended
    alive before the horizon. ``died``: died within the horizon.
    """

    years: Array
    weight: Array
    died: npt.NDArray[np.bool_]


def ipcw_truth(train: Outcome, held_out: Outcome, horizon_years: float) -> Truth:
    """The truth of ``held_out`` with weights 1 / G(min(years, horizon)-).

    G is the probability to be still in follow-up, Kaplan-Meier of the censoring in ``train``; its limit from
    the left, since who dies on a day was in follow-up up to it. Robins & Rotnitzky (1992); for errors of a
    survival time within a horizon: Graf et al. (1999), Gerds & Schumacher (2006).
    """
    censoring = CensoringDistributionEstimator().fit(Surv.from_arrays(train.died, train.years))
    years = np.minimum(held_out.years, horizon_years)
    # Beyond the last follow-up in the training rows G isn't known: its last value is taken.
    just_before = np.nextafter(np.minimum(years, train.years.max()), 0.0)
    known = held_out.died | (held_out.years >= horizon_years)
    weight = np.where(known, 1.0 / censoring.predict_proba(just_before), 0.0)
    return Truth(years, weight, held_out.died & (held_out.years <= horizon_years))


def concordance_index(outcome: Outcome, predicted_years: Array) -> float:
    """Harrell's C (Harrell et al., 1982): the share of comparable pairs in which who lived longer was
    predicted to; a tie in the prediction counts one half."""
    return float(concordance_index_censored(outcome.died, outcome.years, -predicted_years)[0])


def uno_c(train: Outcome, held_out: Outcome, predicted_years: Array, horizon_years: float) -> float:
    """Uno's C (Uno et al., 2011) up to the horizon: concordance weighted by the inverse probability of censoring,
    which is estimated in ``train``, so that it doesn't depend on how long people were followed."""
    train_labels, labels = (Surv.from_arrays(part.died, part.years) for part in (train, held_out))
    return float(concordance_index_ipcw(train_labels, labels, -predicted_years, tau=horizon_years)[0])


def brier_score(train: Outcome, held_out: Outcome, survival: Array, years: Array) -> float:
    """Integrated Brier score (Graf et al., 1999) over ``years``, shape (times,); ``survival`` of shape (n, times)."""
    train_labels, labels = (Surv.from_arrays(part.died, part.years) for part in (train, held_out))
    return float(integrated_brier_score(train_labels, labels, survival, years))


def error_figures(truth: Truth, predicted_years: Array) -> dict[str, float]:
    """``mae`` and ``bias`` (predicted - true) in years, ``share_within_1_5_years``: all IPCW-weighted
    means."""
    error = predicted_years - truth.years
    return {
        "mae": weighted_mean(np.abs(error), truth.weight),
        "bias": weighted_mean(error, truth.weight),
        "share_within_1_5_years": weighted_mean(~exceeds(np.abs(error), CLOSE_YEARS), truth.weight),
    }


def weighted_mean(values: npt.NDArray[Any], weight: Array) -> float:
    """Sum of weight * values over the sum of the weights."""
    return float((weight * values).sum() / weight.sum())


def weighted_quantile(values: Array, weight: Array, level: float) -> float:
    """The smallest value at which the cumulated weight reaches ``level`` (0..1) of the whole."""
    rows = order(values)
    cumulated = np.cumsum(weight[rows])
    position = np.count_nonzero(exceeds(level, cumulated / cumulated[-1]))
    return float(values[rows[position]])
