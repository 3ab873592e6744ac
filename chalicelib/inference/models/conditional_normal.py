"""The conditional distribution of missing values that are jointly normal with the measured ones."""

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


def conditional(covariance: Matrix, is_missing: npt.NDArray[np.bool_]) -> tuple[Matrix, Matrix]:
    """Return two matrices of shape (columns, columns) for each combination of missing columns.

    - The weight of each measured column (first axis) in the expectation of each missing one (second axis).
    - The covariance of the missing columns, given the measured ones.

    Both are 0 for all other pairs of columns. ``covariance`` is that of all columns. ``is_missing`` has shape
    (combinations, columns).
    """
    missing, measured = is_missing[:, np.newaxis, :], ~is_missing[:, :, np.newaxis]
    of_measured = np.where(measured & ~missing, covariance, 0.0) + np.eye(is_missing.shape[1]) * missing
    between = np.where(measured & missing, covariance, 0.0)
    weights = np.linalg.solve(of_measured, between)
    explained = between.transpose(0, 2, 1) @ weights
    return weights, np.where(~measured & missing, covariance - explained, 0.0)
