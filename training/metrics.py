"""Accuracy metrics for censored data: concordance, Brier score, and IPCW-weighted errors.

IPCW is inverse probability of censoring weighting.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sksurv.metrics import concordance_index_censored, concordance_index_ipcw, integrated_brier_score
from sksurv.nonparametric import CensoringDistributionEstimator
from sksurv.util import Surv

from chalicelib.inference.models.stable_comparison import exceeds, order
from training.data import Outcome, PatientArrays

Array = npt.NDArray[np.float64]

CLOSE_YEARS = 1.5
"""The largest error of a prediction that counts as close."""


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
    censoring = CensoringDistributionEstimator().fit(Surv.from_arrays(train.died, train.years))
    years = np.minimum(held_out.years, horizon_years)
    # G is not known beyond the longest follow-up in ``train``, so its last value is used.
    just_before = np.nextafter(np.minimum(years, train.years.max()), 0.0)
    known = held_out.died | (held_out.years >= horizon_years)
    weight = np.where(known, 1.0 / censoring.predict_proba(just_before), 0.0)
    return Truth(years, weight, held_out.died & (held_out.years <= horizon_years))


def concordance_index(outcome: Outcome, predicted_years: Array) -> float:
    """Return Harrell's C (Harrell et al., 1982).

    It is the share of comparable pairs in which the patient who lived longer has the longer prediction. A tie of
    predictions counts one half.
    """
    return float(concordance_index_censored(outcome.died, outcome.years, -predicted_years)[0])


def uno_c(train: Outcome, held_out: Outcome, predicted_years: Array, horizon_years: float) -> float:
    """Return Uno's C (Uno et al., 2011) up to the horizon.

    Pairs are weighted by the inverse probability of censoring, which is estimated in ``train``. So the concordance does
    not depend on how long patients were followed.
    """
    train_labels, labels = (Surv.from_arrays(part.died, part.years) for part in (train, held_out))
    return float(concordance_index_ipcw(train_labels, labels, -predicted_years, tau=horizon_years)[0])


def brier_score(train: Outcome, held_out: Outcome, survival: Array, years: Array) -> float:
    """Return the integrated Brier score (Graf et al., 1999) over ``years``, shape (times,).

    ``survival`` holds the predicted probabilities to live longer than each of ``years``, shape (n, times).
    """
    train_labels, labels = (Surv.from_arrays(part.died, part.years) for part in (train, held_out))
    return float(integrated_brier_score(train_labels, labels, survival, years))


def error_figures(truth: Truth, predicted_years: Array) -> dict[str, float]:
    """Return ``mae`` and ``bias`` (predicted - true) in years, and ``share_within_1_5_years``, all IPCW-weighted."""
    error = predicted_years - truth.years
    return {
        "mae": weighted_mean(np.abs(error), truth.weight),
        "bias": weighted_mean(error, truth.weight),
        "share_within_1_5_years": weighted_mean(~exceeds(np.abs(error), CLOSE_YEARS), truth.weight),
    }


def weighted_mean(values: npt.NDArray[Any], weight: Array) -> float:
    """Return the sum of weight * values divided by the sum of the weights."""
    return float((weight * values).sum() / weight.sum())


def weighted_quantile(values: Array, weight: Array, level: float) -> float:
    """Return the smallest value at which the cumulated weight reaches the share ``level`` (0..1) of the total."""
    rows = order(values)
    cumulated = np.cumsum(weight[rows])
    position = np.count_nonzero(exceeds(level, cumulated / cumulated[-1]))
    return float(values[rows[position]])
