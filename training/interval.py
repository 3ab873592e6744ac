"""Fit prediction intervals to the outcomes of held-out patients, by risk class.

The method follows split-conformal prediction, with IPCW weights for censoring:

- For a point estimate, signed residual quantiles (Vovk et al., 2005; Romano, Patterson & Candes, 2019).
- For a survival curve, quantiles of the probability that the curve gave to the observed outcome (distributional
  conformal prediction: Chernozhukov, Wuthrich & Zhu, 2021).

The same width or level for all patients would be too narrow for the sickest and too wide for the others.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chalicelib.inference.models.curve import IntervalLevels
from chalicelib.inference.models.lasso import IntervalTable
from chalicelib.inference.models.stable_comparison import exceeds, risk_class
from training.data import PatientArrays
from training.metrics import Truth, weighted_mean, weighted_quantile

LEVEL = 0.8
TAIL = round((1.0 - LEVEL) / 2.0, 6)
"""The share of patients that an interval may miss on each side."""
RISK_CLASSES = 4
"""The number of risk classes (``stable_comparison.risk_class``): the cards call them quarters of predicted risk."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval(PatientArrays):
    """The intervals of n patients: their ends in years, and the risk class (0 is the sickest)."""

    lower: Array
    upper: Array
    risk_class: npt.NDArray[np.intp]

    def is_above(self, years: Array) -> npt.NDArray[np.bool_]:
        """Return whether each interval begins after ``years``, shape (n,)."""
        return exceeds(self.lower, years)

    def is_below(self, years: Array) -> npt.NDArray[np.bool_]:
        """Return whether each interval ends before ``years``, shape (n,)."""
        return exceeds(years, self.upper)

    def contains(self, years: Array) -> npt.NDArray[np.bool_]:
        """Return whether each interval contains ``years``, shape (n,). The ends belong to the interval."""
        return ~self.is_above(years) & ~self.is_below(years)


def fit_intervals(predicted_years: Array, truth: Truth, horizon_years: float) -> IntervalTable:
    """Fit the interval table to held-out predictions of n patients, shape (n,), and their truth.

    If more patients of a risk class outlive the horizon than the interval may miss, its upper end is open, because a
    closed one would miss them all. Nobody can outlive an open interval, so its lower end may miss the share of both
    tails.
    """
    cuts = _cuts(predicted_years)
    risk_classes = risk_class(predicted_years, cuts)
    residual = truth.years - predicted_years
    outlived = truth.weight * (truth.years >= horizon_years)
    lower, upper = [], []
    for number in range(RISK_CLASSES):
        here = (risk_classes == number) & (truth.weight > 0.0)
        is_open = bool(exceeds(outlived[here].sum() / truth.weight[here].sum(), 2.0 * TAIL))
        below = 2.0 * TAIL if is_open else TAIL
        # The limits at 0 keep the point estimate inside the interval.
        lower.append(min(0.0, weighted_quantile(residual[here], truth.weight[here], below)))
        closed = max(0.0, weighted_quantile(residual[here], truth.weight[here], 1.0 - TAIL))
        upper.append(horizon_years if is_open else closed)
    return IntervalTable(cuts, tuple(lower), tuple(upper))


def fit_levels(survival: Array, level: Array, outlived: npt.NDArray[np.bool_], weight: Array) -> IntervalLevels:
    """Fit the interval levels to the held-out curves of n patients. All arrays have shape (n,).

    - ``survival``: the curve's probability to survive the horizon.
    - ``level``: the curve's probability to have died by the time of death; by the horizon if the patient outlived it.
    - ``outlived``: whether the patient outlived the horizon.
    - ``weight``: the IPCW weight.

    Nobody can outlive an interval with an open upper end, so its lower end may miss the share of both tails.
    """
    cuts = _cuts(survival)
    risk_classes = risk_class(survival, cuts)
    # A patient who outlives the horizon outlives every lower end.
    died_by = np.where(outlived, 1.0, level)
    lower, lower_if_open, upper = [], [], []
    for number in range(RISK_CLASSES):
        here = (risk_classes == number) & (weight > 0.0)
        upper.append(_upper_level(1.0 - survival[here], level[here], weight[here]))
        is_open = here & ~exceeds(1.0 - survival, upper[-1])
        lower.append(_lower_level(died_by, weight, here & ~is_open, TAIL))
        lower_if_open.append(_lower_level(died_by, weight, is_open, 2.0 * TAIL))
    return IntervalLevels(cuts, tuple(lower), tuple(lower_if_open), tuple(upper))


def _cuts(values: Array) -> tuple[float, ...]:
    """Return the quantiles that divide the values into ``RISK_CLASSES`` groups of equal size."""
    return tuple(map(float, np.quantile(values, np.arange(1, RISK_CLASSES) / RISK_CLASSES)))


def _upper_level(dying: Array, level: Array, weight: Array) -> float:
    """Return the lowest level, from the nominal one up, that at most the share ``TAIL`` of the patients exceed.

    Only patients whose interval has a closed upper end at that level count: their probability ``dying`` to die within
    the horizon is greater than the level.
    """
    nominal = 1.0 - TAIL
    for candidate in np.unique([nominal, *level[exceeds(level, nominal)]]):
        # The level of a patient who outlives the horizon is ``dying``, so a candidate can equal it exactly.
        closed = exceeds(dying, candidate)
        if not closed.any() or not exceeds(weighted_mean(exceeds(level[closed], candidate), weight[closed]), TAIL):
            return float(candidate)
    return 1.0


def _lower_level(died_by: Array, weight: Array, rows: npt.NDArray[np.bool_], tail: float) -> float:
    """Return the lowest level by which the share ``tail`` of these rows died; ``tail`` itself if fewer of them died."""
    level = weighted_quantile(died_by[rows], weight[rows], tail) if rows.any() else 1.0
    return level if exceeds(1.0, level) else tail
