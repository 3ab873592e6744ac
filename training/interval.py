"""Prediction intervals from what became of held-out patients, in bands of predicted risk.

Split-conformal in spirit, with IPCW weights for censoring. For a point estimate: signed residual quantiles (Vovk et
al., 2005; Romano, Patterson & Candes, 2019). For a survival curve: quantiles of the probability that the curve gave
to what happened (distributional conformal prediction: Chernozhukov, Wuthrich & Zhu, 2021). One width, or one level,
for everybody would be too narrow for the sickest and too wide for the others.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chalicelib.inference.models.curve import IntervalLevels
from chalicelib.inference.models.lasso import IntervalTable
from chalicelib.inference.models.stable_comparison import band, exceeds
from training.data import OfPatients
from training.metrics import Truth, weighted_mean, weighted_quantile

LEVEL = 0.8
TAIL = round((1.0 - LEVEL) / 2.0, 6)
"""What may be missed on either side."""
BANDS = 4

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval(OfPatients):
    """The intervals of n patients: ends in years, and the band of predicted risk, 0 the sickest."""

    lower: Array
    upper: Array
    band: npt.NDArray[np.intp]

    def begins_after(self, years: Array) -> npt.NDArray[np.bool_]:
        """Return whether each interval begins after these years."""
        return exceeds(self.lower, years)

    def ends_before(self, years: Array) -> npt.NDArray[np.bool_]:
        """Return whether each interval ends before these years."""
        return exceeds(years, self.upper)

    def holds(self, years: Array) -> npt.NDArray[np.bool_]:
        """Return whether each interval holds these years; a value on an end is held."""
        return ~self.begins_after(years) & ~self.ends_before(years)


def fit_intervals(predicted_years: Array, truth: Truth, horizon_years: float) -> IntervalTable:
    """The table from held-out predictions of n patients, shape (n,), and what became of these patients.

    In a band where more outlive the horizon than an interval may miss, the upper end is open: any closed one would miss
    them all. Then nobody can outlive it, and all that it may miss is below.
    """
    cuts = _cuts(predicted_years)
    bands = band(predicted_years, cuts)
    residual = truth.years - predicted_years
    outlived = truth.weight * (truth.years >= horizon_years)
    lower, upper = [], []
    for number in range(BANDS):
        here = (bands == number) & (truth.weight > 0.0)
        # An interval always holds its own point estimate.
        is_open = bool(exceeds(outlived[here].sum() / truth.weight[here].sum(), 2.0 * TAIL))
        below = 2.0 * TAIL if is_open else TAIL
        lower.append(min(0.0, weighted_quantile(residual[here], truth.weight[here], below)))
        closed = max(0.0, weighted_quantile(residual[here], truth.weight[here], 1.0 - TAIL))
        upper.append(horizon_years if is_open else closed)
    return IntervalTable(cuts, tuple(lower), tuple(upper))


def fit_levels(survival: Array, level: Array, outlived: npt.NDArray[np.bool_], weight: Array) -> IntervalLevels:
    """The levels from the held-out curves of n patients; all of shape (n,).

    ``survival``: the curve's probability to survive the horizon. ``level``: the curve's probability to have died by
    the time of death or the horizon. ``outlived``: who outlived the horizon. ``weight``: IPCW.

    Where the upper end is open nobody can outlive the interval, so the whole of what it may miss is below it.
    """
    cuts = _cuts(survival)
    bands = band(survival, cuts)
    # Who outlives the horizon outlives the lower end, wherever it is.
    died_by = np.where(outlived, 1.0, level)
    lower, lower_if_open, upper = [], [], []
    for number in range(BANDS):
        here = (bands == number) & (weight > 0.0)
        upper.append(_upper_level(1.0 - survival[here], level[here], weight[here]))
        is_open = here & ~exceeds(1.0 - survival, upper[-1])
        lower.append(_lower_level(died_by, weight, here & ~is_open, TAIL))
        lower_if_open.append(_lower_level(died_by, weight, is_open, 2.0 * TAIL))
    return IntervalLevels(cuts, tuple(lower), tuple(lower_if_open), tuple(upper))


def _cuts(values: Array) -> tuple[float, ...]:
    """The values that divide the bands, as many patients in each."""
    return tuple(map(float, np.quantile(values, np.arange(1, BANDS) / BANDS)))


def _upper_level(dying: Array, level: Array, weight: Array) -> float:
    """The lowest level, not below the nominal one, that one in ten exceeds of those whose interval it closes: of who
    dies within the horizon with a greater probability, ``dying``."""
    nominal = 1.0 - TAIL
    for candidate in np.unique([nominal, *level[exceeds(level, nominal)]]):
        # The level of who outlives the horizon is the probability to die within it: a candidate equals somebody's.
        closed = exceeds(dying, candidate)
        if not closed.any() or not exceeds(weighted_mean(exceeds(level[closed], candidate), weight[closed]), TAIL):
            return float(candidate)
    return 1.0


def _lower_level(died_by: Array, weight: Array, rows: npt.NDArray[np.bool_], tail: float) -> float:
    """The level that the share ``tail`` of these rows doesn't reach; the nominal one where fewer than that died."""
    level = weighted_quantile(died_by[rows], weight[rows], tail) if rows.any() else 1.0
    return level if exceeds(1.0, level) else tail
