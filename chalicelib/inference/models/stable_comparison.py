"""Comparisons of computed numbers that give the same result on every CPU.

The last of the 16 digits of ``exp``, ``log`` and sums differs between CPUs. So a computed probability can equal a
threshold on one CPU and exceed it on another. Here two numbers that differ by less than ``NOISE`` count as equal.
"""

import numpy as np
import numpy.typing as npt

DECIMALS = 9
NOISE = 1e-9
"""Far above the differences between CPUs, and far below the six decimals of a result.

With different kernels of OpenBLAS and numpy, fitted numbers and the predictions for 100,000 made-up patients differed
by 9e-15 at most.
"""

Vector = npt.NDArray[np.float64]


def exceeds(values: npt.ArrayLike, thresholds: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return whether each value is greater than its threshold, beyond rounding noise.

    The noise is relative for thresholds above 1. An infinite value does not exceed an infinite threshold.
    """
    limits = np.asarray(thresholds, float)
    return np.asarray(values, float) > limits + NOISE * np.maximum(1.0, np.abs(limits))


def at_most(values: Vector, limit: float) -> Vector:
    """Return the values, and the limit itself for those that reach or exceed it."""
    return np.where(exceeds(limit, values), values, limit)


def order(values: Vector) -> npt.NDArray[np.intp]:
    """Return the indices that sort the values in ascending order. Equal values keep their order."""
    return np.argsort(values.round(DECIMALS), kind="stable")
