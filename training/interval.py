"""Fit the prediction intervals of a model without a survival curve to the outcomes of held-out patients.

An end is a quantile of the years that held-out patients with a similar prediction lived: a locally weighted quantile
(Stone, "Consistent nonparametric regression", Annals of Statistics 5, 1977), with IPCW weights for censoring. The ends
are then made monotone in the prediction (isotonic regression: Barlow et al., 1972).

Quantiles of the residuals, added to the prediction, would begin the interval of every very sick patient at 0.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression

from chalicelib.inference.models.lasso import IntervalTable
from chalicelib.inference.models.output_spec import INTERVAL_QUANTILES
from chalicelib.inference.models.stable_comparison import exceeds
from training.data import PatientArrays
from training.metrics import Truth, weighted_quantile

BANDWIDTH_YEARS = 0.5
"""The standard deviation of the Gaussian weights. Wider weights mix in healthier patients, and the intervals widen."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval(PatientArrays):
    """The ends of the intervals of n patients, in years."""

    lower: Array
    upper: Array

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

    Its knots are the whole years up to the horizon, or to the longest prediction if the horizon is infinite. A patient
    who outlives the horizon outlives every end below it.
    """
    years = np.where(truth.died, truth.years, np.inf)
    last = horizon_years if np.isfinite(horizon_years) else float(predicted_years.max())
    knots = np.append(np.arange(0.0, last), last)
    weights = [truth.weight * np.exp(-0.5 * ((predicted_years - knot) / BANDWIDTH_YEARS) ** 2) for knot in knots]
    isotonic = IsotonicRegression()
    lower, upper = (
        isotonic.fit_transform(
            knots,
            np.clip(
                [weighted_quantile(years, weight, level) for weight in weights],
                0.0,
                horizon_years,
            ),
            sample_weight=[weight.sum() for weight in weights],
        )
        for level in INTERVAL_QUANTILES
    )
    return IntervalTable(tuple(knots.tolist()), tuple(lower.tolist()), tuple(upper.tolist()))
