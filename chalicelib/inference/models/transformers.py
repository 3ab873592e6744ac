"""The pipeline's own scikit-learn transformers.

They are pickled inside the artefacts, so they live here, where the worker finds them, and not in
``training``. Each works element by element: a row comes out the same to the last bit, alone or in a file of
any size.
"""

from collections.abc import Mapping
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

Matrix = npt.NDArray[np.float64]


class ColumnEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A patient frame to a float64 matrix, shape (rows, ``len(columns)``), NaN for missing.

    ``codes`` holds the number of each category for the columns that have categories; the others are numbers.
    An absent column is a missing value in every row.
    """

    def __init__(self, columns: tuple[str, ...], codes: Mapping[str, Mapping[str, float]]) -> None:
        self.columns = columns
        self.codes = codes

    def fit(self, frame: pd.DataFrame, y: object = None) -> Self:  # noqa: ARG002
        """Nothing is learnt."""
        return self

    def transform(self, frame: pd.DataFrame) -> Matrix:
        """The matrix. Raises ``ValueError`` for a category that has no code."""
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
    """The code of each value; each distinct value is looked up once."""
    positions, values = pd.factorize(column)
    known = []
    for value in values:
        # A reader that saw only digits and blanks makes Stage 4 the number 4.0.
        text = str(value).removesuffix(".0")
        if text not in codes:
            raise ValueError(f"{column.name}: {text!r} is none of {', '.join(codes)}")
        known.append(codes[text])
    # Missing values have the position -1, which picks the last entry.
    return np.array([*known, np.nan])[positions]


class TrainingRangeClamp(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Moves values beyond the training range to its end; missing ones stay missing.

    Fitted: ``lower_`` and ``upper_``, shape (columns,), the extremes of the training rows.
    """

    lower_: Matrix
    upper_: Matrix

    def fit(self, values: Matrix, y: object = None) -> Self:  # noqa: ARG002
        """Learns the range of each column of ``values``, shape (rows, columns)."""
        self.lower_ = np.nanmin(values, axis=0)
        self.upper_ = np.nanmax(values, axis=0)
        return self

    def transform(self, values: Matrix) -> Matrix:
        """``values`` within the training range."""
        return np.clip(values, self.lower_, self.upper_)


class LogColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The natural logarithm of the columns at ``positions``; the others stay as they are."""

    def __init__(self, positions: tuple[int, ...]) -> None:
        self.positions = positions

    def fit(self, values: Matrix, y: object = None) -> Self:  # noqa: ARG002
        """Nothing is learnt."""
        return self

    def transform(self, values: Matrix) -> Matrix:
        """``values`` with the logarithms in place; every value there must be positive."""
        result = values.copy()
        positions = list(self.positions)
        # numpy has other machine code for scattered than for contiguous numbers, and the last bit may differ:
        # contiguous whatever the number of rows.
        result[:, positions] = np.log(np.ascontiguousarray(values[:, positions]))
        return result


class LinearScore(BaseEstimator):  # type: ignore[misc]
    """The last step of a model whose coefficients come from elsewhere: ``intercept_`` + values . ``coef_``."""

    def __init__(self, coefficients: tuple[float, ...], intercept: float) -> None:
        self.coefficients = coefficients
        self.intercept = intercept

    def fit(self, values: Matrix, y: object = None) -> Self:  # noqa: ARG002
        """Nothing is learnt; the coefficients are those that were given."""
        self.coef_ = np.array(self.coefficients)
        self.intercept_ = self.intercept
        return self

    def predict(self, values: Matrix) -> Matrix:
        """The score of each row, shape (rows,)."""
        score: Matrix = values @ self.coef_ + self.intercept_
        return score
