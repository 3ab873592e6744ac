"""Models that sum over the input columns: each column's contribution, and the effect of its missing values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from chalicelib.inference.models.stable_comparison import exceeds
from chalicelib.inference.models.transformers import Completed, ConditionalMeanImputer
from chalicelib.inference.patient_file import columns as specification

Vector = npt.NDArray[np.float64]
Texts = pd.api.extensions.ExtensionArray

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
class Terms:
    """The terms of the model's sum for n patients.

    - ``raw``: the encoded values, shape (n, columns), NaN for a missing value.
    - ``completed``: the same, clamped, with the logarithms taken and the expected values in place of the missing ones.
    - ``standardised``: the values that the coefficients are multiplied with, shape (n, columns).
    - ``contributions``: coefficient times standardised value, on the model's own scale, shape (n, columns).
    - ``total``: baseline plus all contributions, shape (n,).
    """

    raw: Vector
    completed: Completed
    standardised: Vector
    contributions: Vector
    total: Vector


class AdditivePipeline:
    """A fitted pipeline whose last step is linear.

    Its first step is ``encode`` (a ``ColumnEncoder``). The step ``impute`` is a ``ConditionalMeanImputer``; the steps
    before and after it work element by element. The last step has ``coef_``, shape (columns,), and ``intercept_``.
    """

    def __init__(self, pipeline: Pipeline, training: TrainingValues) -> None:
        self._encode = pipeline.named_steps["encode"]
        steps = [step for _, step in pipeline.steps]
        impute = steps.index(pipeline.named_steps["impute"])
        self._before_imputing, self._after_imputing = steps[1:impute], steps[impute + 1 : -1]
        self._impute: ConditionalMeanImputer = steps[impute]
        self._binary = {self.columns.index(name) for name, codes in self._encode.codes.items() if len(codes) == 2}
        self._logged = set(pipeline.named_steps["log"].positions)
        self._coefficients: Vector = pipeline[-1].coef_
        self._baseline = float(pipeline[-1].intercept_)
        zero, one = _transformed(self._after_imputing, np.array([[0.0], [1.0]]) + np.zeros(len(self.columns)))
        self._per_unit = (one - zero) * self._coefficients
        self._training = training

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns, including those with a coefficient of zero."""
        names: tuple[str, ...] = self._encode.columns
        return names

    def terms(self, frame: pd.DataFrame) -> Terms:
        """Return the terms of each patient.

        Raises ``ValueError`` when a required value is missing or a category is unknown.
        """
        raw = self._encode.transform(frame)
        self._refuse_missing(frame, raw)
        return self.complete(raw)

    def complete(self, raw: Vector) -> Terms:
        """Return the terms of encoded values, shape (n, columns). Any value may be missing (NaN)."""
        completed = self._impute.complete(_transformed(self._before_imputing, raw))
        standardised = _transformed(self._after_imputing, completed.values)
        # A coefficient of zero can give minus zero; adding zero turns it into zero.
        contributions = standardised * self._coefficients + 0.0
        # No matrix product: BLAS adds one row in another order than many rows, and the last bits would differ.
        total = np.full(len(raw), self._baseline)
        for index in range(contributions.shape[1]):
            total += contributions[:, index]
        return Terms(raw, completed, standardised, contributions, total)

    def describe(self, terms: Terms, estimates: Vector, years: Callable[[Vector], Vector]) -> dict[str, Vector | Texts]:
        """Return the output columns of ``Model.predict`` that explain the ``estimates``, shape (n,); see there.

        ``years`` converts totals, shape (n,), to estimates in years.
        """
        # Encoding refuses unknown categories, so only numbers can lie outside the training range.
        sides = [f"{name}:{side}" for name in self.columns for side in ("below", "above")]
        beyond = np.stack([terms.raw < self._training.lowest, terms.raw > self._training.highest], axis=2)
        return {
            "imputed": _labels(np.isnan(terms.raw), self.columns),
            "out_of_range": _labels(beyond.reshape(len(terms.raw), -1), sides),
            "baseline": np.full(len(terms.raw), self._baseline),
            **{f"contribution:{name}": terms.contributions[:, index] for index, name in enumerate(self.columns)},
            **self._missing_values(terms, estimates, years),
        }

    def _missing_values(
        self, terms: Terms, estimates: Vector, years: Callable[[Vector], Vector]
    ) -> dict[str, Vector | Texts]:
        """Return ``imputed_value``, ``if_low``, ``if_high`` and ``measure_first``; see ``Model.predict``."""
        outputs: dict[str, Vector | Texts] = {}
        optional = [name for name in self.columns if not specification.BY_NAME[name].required]
        widths = np.zeros((len(terms.raw), len(optional)))
        for optional_index, name in enumerate(optional):
            index = self.columns.index(name)
            rows = np.flatnonzero(np.isnan(terms.raw[:, index]))
            value, low, high = np.full((3, len(terms.raw)), np.nan)
            if rows.size:
                limited = terms.completed.values[rows, index]
                value[rows] = np.exp(limited) if index in self._logged else limited
                ends = [years(total) for total in self._totals_if_measured(terms, rows, index)]
                # Expectations that the training range limits can put both ends on one side of the estimate.
                low[rows], *_, high[rows] = np.sort([*ends, estimates[rows]], axis=0)
                # Only numbers are suggested for measuring: a stage needs a biopsy, and a sex is not measured.
                if specification.BY_NAME[name].kind == "number":
                    widths[rows, optional_index] = high[rows] - low[rows]
            outputs |= {f"imputed_value:{name}": value, f"if_low:{name}": low, f"if_high:{name}": high}
        widest = widths.max(axis=1, initial=0.0, keepdims=True)
        is_widest = ~exceeds(widest, widths)
        # If several ranges are equally wide, name the first column.
        is_named = is_widest & exceeds(widest, MEASURED_FIRST_YEARS) & (np.cumsum(is_widest, axis=1) == 1)
        outputs["measure_first"] = _labels(is_named, optional)
        return outputs

    def _totals_if_measured(self, terms: Terms, rows: npt.NDArray[np.intp], index: int) -> Iterator[Vector]:
        """Yield the totals of ``rows`` if the column ``index`` were measured at its 10th, and at its 90th percentile.

        The percentiles are those of the values to expect, given the measured ones; of two categories, both are taken.
        The expectations of the values that are still missing move with the value.
        """
        expected, limited = terms.completed.expected[rows], terms.completed.values[rows]
        covariance = terms.completed.covariance[terms.completed.pattern[rows], index]
        variance = covariance[:, index]
        lowest, highest = self._impute.lower_, self._impute.upper_
        for side in (-PERCENTILE_90, PERCENTILE_90):
            usual = expected[:, index] + side * np.sqrt(variance)
            if index in self._binary:
                usual = np.full(len(rows), np.copysign(np.inf, side))
            step = np.clip(usual, lowest[index], highest[index]) - expected[:, index]
            total = terms.total[rows]
            for other in np.flatnonzero(self._per_unit):
                moved = expected[:, other] + covariance[:, other] / variance * step
                total += self._per_unit[other] * (np.clip(moved, lowest[other], highest[other]) - limited[:, other])
            yield total

    def _refuse_missing(self, frame: pd.DataFrame, raw: Vector) -> None:
        for index, name in enumerate(self.columns):
            missing = np.isnan(raw[:, index])
            if specification.BY_NAME[name].required and missing.any():
                first = frame.index[int(missing.argmax())]
                raise ValueError(f"{name} is required and missing in {missing.sum()} row(s), the first is {first!r}")


def _transformed(steps: list[Any], values: Vector) -> Vector:
    """Return ``values``, shape (n, columns), after the transformers ``steps``."""
    for step in steps:
        values = step.transform(values)
    return values


def _labels(flags: npt.NDArray[np.bool_], names: tuple[str, ...] | list[str]) -> Texts:
    """Return, for each row of ``flags``, the names whose flag is set, joined by ``;``."""
    # A row's flags make one integer, so that each distinct pattern is spelt only once.
    powers = 1 << np.arange(len(names), dtype=np.int64)
    patterns, inverse = np.unique(flags @ powers, return_inverse=True)
    texts = [";".join(name for bit, name in enumerate(names) if pattern >> bit & 1) for pattern in patterns.tolist()]
    return pd.array(texts, dtype="str").take(inverse)
