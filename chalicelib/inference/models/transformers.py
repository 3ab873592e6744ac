"""The scikit-learn transformers and estimators of the models' pipelines.

They are pickled in the artefacts, so they must be where the worker can import them and not in ``training``. Each
transformer works element by element, so a row gets the same bits alone and in a file of any size.
"""

from collections.abc import Mapping
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

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
                matrix[:, position] = _encode(frame[name], self.codes[name])
            else:
                matrix[:, position] = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return matrix


def _encode(column: pd.Series, codes: Mapping[str, float]) -> Matrix:
    """Return the code of each value. Each distinct value is looked up once."""
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
