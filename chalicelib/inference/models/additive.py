"""Models that sum over the input columns: each column's contribution, and the effect of its missing values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from chalicelib.inference.models.base import Outputs, Patients, read_verified
from chalicelib.inference.models.conditional_normal import conditional
from chalicelib.inference.models.folding import array_operation, unpickle
from chalicelib.inference.models.stable_comparison import exceeds
from chalicelib.inference.patient_file import columns as specification

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Vector = npt.NDArray[np.float64]

PERCENTILE_90 = NormalDist().inv_cdf(0.9)
"""The 90th percentile of the standard normal distribution; the 10th is its negative."""
MEASURED_FIRST_YEARS = 0.1
"""A missing value is named for measuring if the range of the estimate is wider than this."""


@dataclass(frozen=True, slots=True)
class TrainingValues:
    """The lowest and the highest encoded value of each column in the training patients, each of shape (columns,)."""

    lowest: tuple[float, ...]
    highest: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """The r patients in whom the same m columns are missing.

    - ``rows``: their indices, shape (r,). ``columns``: the indices of the missing columns.
    - ``expected``: the expected values, clamped and with the logarithms taken, shape (m, r).
    - ``limited``: the same, limited to the training range.
    - ``covariance``: that of the missing columns, given the measured ones, shape (m, m).
    """

    rows: npt.NDArray[np.intp]
    columns: list[int]
    expected: Vector
    limited: Vector
    covariance: Vector


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of the model's sum for n patients.

    - ``raw``: the encoded values, shape (columns, n), NaN for a missing value.
    - ``gaps``: the missing values, by combination of missing columns.
    - ``standardised``: the values that the coefficients are multiplied with, shape (columns, n).
    - ``contributions``: coefficient times standardised value, on the model's own scale, shape (columns, n).
    - ``total``: baseline plus all contributions, shape (n,).
    """

    raw: Vector
    gaps: list[Gap]
    standardised: Vector
    contributions: Vector
    total: Vector


class AdditivePipeline:
    """A fitted pipeline whose last step is linear, as operations on plain arrays.

    Its first step is ``encode`` (a ``ColumnEncoder``). The step ``impute`` is a ``ConditionalMeanImputer``; the steps
    before and after it work element by element. The last step has ``coef_``, shape (columns,), and ``intercept_``.
    """

    def __init__(self, pipeline: "Pipeline", training: TrainingValues) -> None:
        names, steps = zip(*pipeline.steps, strict=True)
        encode, impute, linear = steps[0], names.index("impute"), steps[-1]
        self.columns: tuple[str, ...] = encode.columns
        """The input columns, including those with a coefficient of zero."""
        specified = [specification.BY_NAME[name] for name in self.columns]
        self._optional = [index for index, column in enumerate(specified) if not column.required]
        # A missing category has the position -1, which selects the last entry.
        self._codes = {
            name: np.array([*(codes[text] for text in specification.BY_NAME[name].allowed), np.nan])
            for name, codes in encode.codes.items()
        }
        self._is_number = np.array([name not in self._codes for name in self.columns])
        self._is_binary = np.array([len(encode.codes.get(name, ())) == 2 for name in self.columns])
        self._logged = set(dict(pipeline.steps)["log"].positions)
        self._before_imputing = [array_operation(step) for step in steps[1:impute]]
        self._after_imputing = [array_operation(step) for step in steps[impute + 1 : -1]]
        self._mean, self._covariance = steps[impute].mean_[:, np.newaxis], steps[impute].covariance_
        self._lower, self._upper = steps[impute].lower_[:, np.newaxis], steps[impute].upper_[:, np.newaxis]
        self._conditional_of: dict[int, tuple[Vector, Vector]] = {}
        self._coefficients: Vector = linear.coef_
        self._baseline = float(linear.intercept_)
        zero_and_one = np.array([0.0, 1.0]) + np.zeros((len(self.columns), 1))
        for operation in self._after_imputing:
            zero_and_one = operation(zero_and_one)
        self._per_unit = (zero_and_one[:, 1] - zero_and_one[:, 0]) * self._coefficients
        self._lowest, self._highest = (np.array([end]).T for end in (training.lowest, training.highest))
        self._sides = [f"{name}:{side}" for name in self.columns for side in ("below", "above")]

    def terms(self, patients: Patients) -> Terms:
        """Return the terms of each patient. Raises ``ValueError`` when a required value is missing."""
        raw = self._encode(patients)
        values = raw
        for operation in self._before_imputing:
            values = operation(values)
        values, gaps = self._complete(values, np.isnan(raw))
        for operation in self._after_imputing:
            values = operation(values)
        # A coefficient of zero can give minus zero; adding zero turns it into zero.
        contributions = values * self._coefficients[:, np.newaxis] + 0.0
        # No matrix product: BLAS adds one row in another order than many rows, and the last bits would differ.
        total = np.full(raw.shape[1], self._baseline)
        for contribution in contributions:
            total += contribution
        return Terms(raw, gaps, values, contributions, total)

    def describe(self, terms: Terms, estimates: Vector, years: Callable[[Vector], Vector]) -> Outputs:
        """Return the outputs of ``Model.predict`` that explain the ``estimates``, shape (n,); see there.

        ``years`` converts totals, shape (n,), to estimates in years.
        """
        return {
            "out_of_range": self._out_of_range(terms.raw),
            "baseline": np.full(len(estimates), self._baseline),
            **{f"contribution:{name}": terms.contributions[index] for index, name in enumerate(self.columns)},
            **self._missing_values(terms, estimates, years),
        }

    def _encode(self, patients: Patients) -> Vector:
        """Return the encoded values, shape (columns, n), NaN for missing."""
        count = max(map(len, patients.values()), default=0)
        raw = np.full((len(self.columns), count), np.nan)
        for index, name in enumerate(self.columns):
            if name in patients:
                raw[index] = self._codes[name][patients[name]] if name in self._codes else patients[name]
        return raw

    def _complete(self, values: Vector, is_missing: npt.NDArray[np.bool_]) -> tuple[Vector, list[Gap]]:
        """Return ``values``, shape (columns, n), with the expected values in place of the missing ones, and the gaps.

        Raises ``ValueError`` when a required value is missing.
        """
        incomplete = np.flatnonzero(is_missing.any(axis=1)).tolist()
        if not incomplete:
            return values, []
        for index in incomplete:
            if index not in self._optional:
                missing = np.flatnonzero(is_missing[index])
                raise ValueError(
                    f"{self.columns[index]} is required and missing in {len(missing)} row(s), the first is {missing[0]}"
                )
        completed = values.copy()
        gaps = []
        for pattern, rows in _patterns(is_missing):
            gap = self._gap(values[:, rows], rows, pattern)
            completed[np.ix_(gap.columns, rows)] = gap.limited
            gaps.append(gap)
        return completed, gaps

    def _gap(self, values: Vector, rows: npt.NDArray[np.intp], pattern: int) -> Gap:
        """Return the gap of the patients with ``values``, shape (columns, r).

        A set bit of ``pattern`` stands for a missing column.
        """
        missing = [index for index in range(len(values)) if pattern >> index & 1]
        if pattern not in self._conditional_of:
            is_missing = np.isin(np.arange(len(values)), missing)
            weights, covariance = conditional(self._covariance, is_missing[np.newaxis])
            self._conditional_of[pattern] = weights[0][:, missing], covariance[0][np.ix_(missing, missing)]
        weights, covariance = self._conditional_of[pattern]
        deviations = values - self._mean
        expected = np.repeat(self._mean[missing], len(rows), axis=1)
        # No matrix product, for the reason given in ``terms``.
        for index, deviation in enumerate(deviations):
            if not pattern >> index & 1:
                expected += weights[index][:, np.newaxis] * deviation
        limited = np.clip(expected, self._lower[missing], self._upper[missing])
        return Gap(rows, missing, expected, limited, covariance)

    def _out_of_range(self, raw: Vector) -> list[str]:
        # Encoding refuses unknown categories, so only numbers can lie outside the training range.
        beyond = np.stack([raw < self._lowest, raw > self._highest], axis=1).reshape(len(self._sides), -1)
        texts = np.full(raw.shape[1], "", object)
        for pattern, rows in _patterns(beyond):
            texts[rows] = ";".join(side for bit, side in enumerate(self._sides) if pattern >> bit & 1)
        return texts.tolist()

    def _missing_values(self, terms: Terms, estimates: Vector, years: Callable[[Vector], Vector]) -> Outputs:
        """Return ``imputed``, ``imputed_value``, ``if_low``, ``if_high`` and ``measure_first``."""
        count, incomplete = len(estimates), sorted({index for gap in terms.gaps for index in gap.columns})
        imputed, measure_first = np.full((2, count), "", object)
        values, low, high = np.full((3, len(incomplete), count), np.nan)
        names = np.array(self.columns, object)
        for gap in terms.gaps:
            imputed[gap.rows] = ";".join(names[gap.columns])
            own, totals = estimates[gap.rows], self._totals_if_measured(terms.total[gap.rows], gap)
            ends = years(totals.reshape(-1)).reshape(totals.shape)
            # Expectations that the training range limits can put both ends on one side of the estimate.
            lowest, highest = np.minimum(ends.min(axis=1), own), np.maximum(ends.max(axis=1), own)
            imputed_values = gap.limited.copy()
            for index, column in enumerate(gap.columns):
                if column in self._logged:
                    np.exp(gap.limited[index], out=imputed_values[index])
            where = np.ix_([incomplete.index(column) for column in gap.columns], gap.rows)
            values[where], low[where], high[where] = imputed_values, lowest, highest
            # Only numbers are suggested for measuring: a stage needs a biopsy, and a sex is not measured.
            widths = (highest - lowest) * self._is_number[gap.columns][:, np.newaxis]
            widest = widths.max(axis=0)
            # If several ranges are equally wide, name the first column.
            first = (~exceeds(widest, widths)).argmax(axis=0)
            measure_first[gap.rows] = np.where(exceeds(widest, MEASURED_FIRST_YEARS), names[gap.columns][first], "")
        outputs: dict[str, Vector | list[str]] = {"imputed": imputed.tolist(), "measure_first": measure_first.tolist()}
        all_measured = np.full(count, np.nan)
        for column in self._optional:
            for output, block in (("imputed_value", values), ("if_low", low), ("if_high", high)):
                of_column = block[incomplete.index(column)] if column in incomplete else all_measured
                outputs[f"{output}:{self.columns[column]}"] = of_column
        return outputs

    def _totals_if_measured(self, total: Vector, gap: Gap) -> Vector:
        """Return the totals if a missing column were measured at its 10th, and at its 90th percentile.

        The result has shape (m, 2, r); ``total`` has shape (r,). The percentiles are those of the values to expect,
        given the measured ones; of two categories, both are taken. The expectations of the values that are still
        missing move with the value.
        """
        columns, expected = gap.columns, gap.expected[:, np.newaxis]
        lowest, highest = self._lower[columns][:, np.newaxis], self._upper[columns][:, np.newaxis]
        variance = np.diag(gap.covariance)
        side = np.array([[-PERCENTILE_90], [PERCENTILE_90]])
        usual = expected + side * np.sqrt(variance)[:, np.newaxis, np.newaxis]
        usual[self._is_binary[columns]] = np.copysign(np.inf, side)
        step = np.clip(usual, lowest, highest) - expected
        totals = np.zeros(step.shape) + total
        for index, column in enumerate(columns):
            moved = expected[index] + (gap.covariance[:, index] / variance)[:, np.newaxis, np.newaxis] * step
            limited = np.clip(moved, self._lower[column], self._upper[column])
            totals += self._per_unit[column] * (limited - gap.limited[index])
        return totals


class AdditiveModel:
    """What the models with an ``AdditivePipeline`` have in common. See ``Model`` for the interface."""

    _additive: AdditivePipeline

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        """Load the model from ``artefact_dir``. Raises ``ArtefactMismatchError`` before anything is unpickled."""
        return cls(unpickle(read_verified(artefact_dir)))  # type: ignore[call-arg]

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns, including those with a coefficient of zero."""
        return self._additive.columns


def _patterns(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Yield each distinct combination of set flags except the empty one, and the columns of ``flags`` that have it.

    A combination is an integer whose bits are the flags of a column. ``flags`` has shape (bits, n).
    """
    codes = np.zeros(flags.shape[1], np.int64)
    for bit in np.flatnonzero(flags.any(axis=1)).tolist():
        codes += flags[bit].astype(np.int64) << bit
    for pattern in np.unique(codes[codes > 0]).tolist():
        yield pattern, np.flatnonzero(codes == pattern)
