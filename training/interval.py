"""Prediction intervals: signed residual quantiles of held-out predictions, in bands of predicted risk.

Split-conformal in spirit (Vovk et al., 2005; Romano, Patterson & Candes, 2019, for signed residuals), with
IPCW weights for censoring. One width for everybody would be far too narrow for the sickest and too wide for
the others.
"""

import numpy as np
import numpy.typing as npt

from chalicelib.inference.models.lasso import IntervalTable
from training.metrics import Truth, weighted_quantile

LEVEL = 0.8
BANDS = 4


def fit_intervals(predicted_years: npt.NDArray[np.float64], truth: Truth) -> IntervalTable:
    """The table from held-out predictions of n patients, shape (n,), and what became of these patients."""
    cuts = tuple(float(cut) for cut in np.quantile(predicted_years, np.arange(1, BANDS) / BANDS))
    band = np.searchsorted(np.array(cuts), predicted_years, side="right")
    residual = truth.years - predicted_years
    tail = (1.0 - LEVEL) / 2.0
    lower, upper = [], []
    for number in range(BANDS):
        here = (band == number) & (truth.weight > 0.0)
        # An interval always holds its own point estimate.
        lower.append(min(0.0, weighted_quantile(residual[here], truth.weight[here], tail)))
        upper.append(max(0.0, weighted_quantile(residual[here], truth.weight[here], 1.0 - tail)))
    return IntervalTable(cuts, tuple(lower), tuple(upper))
