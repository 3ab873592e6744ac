"""Comparisons of computed numbers that come out the same on every CPU.

``exp``, ``log`` and sums differ between CPUs in the last of their 16 digits. A computed probability that equals a
threshold on one CPU is then a little above it on another, and a yes becomes a no. So two numbers that are closer than
``NOISE`` count as equal.
"""

import numpy as np
import numpy.typing as npt

DECIMALS = 9
NOISE = 1e-9
"""Far above what CPUs differ by, and far below what a result shows.

With different kernels of OpenBLAS and numpy, fitted numbers and the predictions of 100,000 made-up patients differed by
9e-15 at most. A result shows six decimals.
"""

Vector = npt.NDArray[np.float64]


def exceeds(values: npt.ArrayLike, thresholds: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return whether each value is greater than its threshold, beyond rounding noise.

    The noise is relative for thresholds above 1. An infinite value doesn't exceed an infinite threshold.
    """
    limits = np.asarray(thresholds, float)
    return np.asarray(values, float) > limits + NOISE * np.maximum(1.0, np.abs(limits))


def band(values: Vector, cuts: tuple[float, ...]) -> npt.NDArray[np.intp]:
    """Return the band of each value, shape (n,): the number of the ascending ``cuts`` that it reaches.

    A value on a cut is in the band above.
    """
    bands: npt.NDArray[np.intp] = np.sum([~exceeds(cut, values) for cut in cuts], axis=0)
    return bands


def order(values: Vector) -> npt.NDArray[np.intp]:
    """Return the places of the values in ascending order; equal ones keep theirs."""
    return np.argsort(values.round(DECIMALS), kind="stable")
