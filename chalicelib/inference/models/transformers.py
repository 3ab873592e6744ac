"""The scikit-learn transformers and estimators of the models' pipelines.

They are pickled in the artefacts, so they must be where the worker can import them and not in ``training``. No
transformer uses a matrix product over rows, so a row gets the same bits alone and in a file of any size.
"""

from collections.abc import Mapping
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from chalicelib.inference.models.conditional_normal import conditional

Matrix = npt.NDArray[np.float64]


class ColumnEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Encode a patient frame as a float64 matrix of shape (rows, ``len(columns)``), NaN for missing.

    ``codes`` maps each category to its number, for the columns with categories. All other columns hold numbers. An
    absent column counts as missing in every row.
    """

    def __init__(self, columns: tuple[str, ...], codes: Mapping[str, Mapping[str, float]]) -> None:
        self.columns = columns
        self.codes = codes

    def fit(self, frame: pd.DataFrame, y: object = None) -> Self:  # noqa: ARG002
        """Return self; nothing is fitted."""
        return self

    def transform(self, frame: pd.DataFrame) -> Matrix:
        """Return the matrix. Raises ``ValueError`` for a category without a code."""
        matrix = np.full((len(frame), len(self.columns)), np.nan)
        for position, name in enumerate(self.columns):
            if name not in frame.columns:
                continue
            if name in self.codes:
                matrix[:, position] = encode(frame[name], self.codes[name])
            else:
                matrix[:, position] = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return matrix


def encode(column: pd.Series, codes: Mapping[str, float]) -> Matrix:
    """Return the code of each text, NaN for missing. Each distinct text is looked up once.

    Raises ``ValueError`` for a text without a code.
    """
    positions, values = pd.factorize(column)
    known = []
    for value in values:
        # pandas reads a column of digits and blanks as numbers, so Stage 4 may arrive as 4.0.
        text = str(value).removesuffix(".0")
        if text not in codes:
            raise ValueError(f"{column.name}: {text!r} is none of {', '.join(codes)}")
        known.append(codes[text])
    # factorize gives a missing value the position -1, which selects the last entry.
    return np.array([*known, np.nan])[positions]


class TrainingRangeClamp(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Clamp values to the training range. Missing values stay missing.

    ``fit`` sets ``lower_`` and ``upper_``, shape (columns,), to the extremes of the training rows.
    """

    lower_: Matrix
    upper_: Matrix

    def fit(self, values: Matrix, y: object = None) -> Self:  # noqa: ARG002
        """Set the range of each column from ``values``, shape (rows, columns)."""
        self.lower_ = np.nanmin(values, axis=0)
        self.upper_ = np.nanmax(values, axis=0)
        return self

    def transform(self, values: Matrix) -> Matrix:
        """Return ``values`` clamped to the training range."""
        return np.clip(values, self.lower_, self.upper_)


class LogColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Take the natural logarithm of the columns at ``positions``. Other columns are unchanged."""

    def __init__(self, positions: tuple[int, ...]) -> None:
        self.positions = positions

    def fit(self, values: Matrix, y: object = None) -> Self:  # noqa: ARG002
        """Return self; nothing is fitted."""
        return self

    def transform(self, values: Matrix) -> Matrix:
        """Return a copy of ``values`` with the logarithms. The values at ``positions`` must be positive."""
        result = values.copy()
        positions = list(self.positions)
        # numpy uses different machine code for strided and contiguous arrays, and the last bit may differ. A
        # contiguous copy gives the same bits for any number of rows.
        result[:, positions] = np.log(np.ascontiguousarray(values[:, positions]))
        return result


class ConditionalMeanImputer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Replace each missing value by its expectation under a joint normal distribution, given the row's measured values.

    The expectation is linear in the measured values, limited to the range of the training rows. ``fit`` estimates the
    distribution from rows with missing values by maximum likelihood, with the EM algorithm (Dempster, Laird & Rubin,
    1977; Little & Rubin, Statistical Analysis with Missing Data, 2002, chapter 11). It sets ``mean_``, ``lower_`` and
    ``upper_``, shape (columns,), and ``covariance_``, shape (columns, columns). Every column needs measured values.
    """

    ITERATIONS = 50
    """A fixed number, so that every CPU takes the same steps. The study's data need 35 to reach rounding noise."""

    mean_: Matrix
    covariance_: Matrix
    lower_: Matrix
    upper_: Matrix

    def fit(self, values: Matrix, y: object = None) -> Self:  # noqa: ARG002
        """Estimate the distribution from ``values``, shape (rows, columns), NaN for missing."""
        self.lower_, self.upper_ = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
        location, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
        standardised = (values - location) / scale
        columns = values.shape[1]
        self.mean_, self.covariance_ = np.zeros(columns), np.eye(columns)
        patterns, of_row = _missing_patterns(values)
        rows_of_pattern = [np.flatnonzero(of_row == pattern) for pattern in range(len(patterns))]
        for _ in range(self.ITERATIONS):
            weights, covariance = conditional(self.covariance_, patterns)
            deviations = np.nan_to_num(standardised - self.mean_)
            for rows, weights_of_pattern in zip(rows_of_pattern, weights, strict=True):
                deviations[rows] += deviations[rows] @ weights_of_pattern
            step = deviations.mean(axis=0)
            deviations -= step
            uncertain = np.tensordot([len(rows) for rows in rows_of_pattern], covariance, axes=1)
            self.mean_ = self.mean_ + step
            self.covariance_ = (deviations.T @ deviations + uncertain) / len(values)
        self.mean_ = location + scale * self.mean_
        self.covariance_ = self.covariance_ * np.outer(scale, scale)
        return self

    def transform(self, values: Matrix) -> Matrix:
        """Return a copy of ``values`` with the expected values in place of the missing ones."""
        patterns, of_row = _missing_patterns(values)
        weights, _ = conditional(self.covariance_, patterns)
        is_missing = np.isnan(values)
        deviations = np.where(is_missing, 0.0, values - self.mean_)
        expected = values.copy()
        # No matrix product, which would add one row in another order than many rows.
        for column in np.flatnonzero(is_missing.any(axis=0)):
            rows = np.flatnonzero(is_missing[:, column])
            total = np.full(len(rows), self.mean_[column])
            for measured in np.flatnonzero(weights[:, :, column].any(axis=0)):
                total += weights[of_row[rows], measured, column] * deviations[rows, measured]
            expected[rows, column] = total
        return np.where(is_missing, np.clip(expected, self.lower_, self.upper_), values)


def _missing_patterns(values: Matrix) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Return which combinations of columns are missing in ``values``, and the index of each row's combination.

    The combinations have shape (combinations, columns); the indices have shape (rows,).
    """
    is_missing = np.isnan(values)
    # A row's flags make one integer, because comparing integers is faster than comparing rows.
    codes = is_missing @ (1 << np.arange(values.shape[1], dtype=np.int64))
    _, first, of_row = np.unique(codes, return_index=True, return_inverse=True)
    return is_missing[first], of_row


class LinearScore(BaseEstimator):  # type: ignore[misc]
    """A linear last step with given coefficients: ``intercept_`` + values @ ``coef_``."""

    def __init__(self, coefficients: tuple[float, ...], intercept: float) -> None:
        self.coefficients = coefficients
        self.intercept = intercept

    def fit(self, values: Matrix, y: object = None) -> Self:  # noqa: ARG002
        """Set ``coef_`` and ``intercept_`` to the given numbers; nothing is fitted."""
        self.coef_ = np.array(self.coefficients)
        self.intercept_ = self.intercept
        return self

    def predict(self, values: Matrix) -> Matrix:
        """Return the score of each row, shape (rows,)."""
        score: Matrix = values @ self.coef_ + self.intercept_
        return score
