"""Models that sum over the input columns: each column's contribution, and the effect of its missing values."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from chalicelib.inference.models.stable_comparison import NOISE, exceeds
from chalicelib.inference.patient_file import columns as specification

Vector = npt.NDArray[np.float64]
Texts = pd.api.extensions.ExtensionArray


@dataclass(frozen=True, slots=True)
class TrainingValues:
    """Summary of each input column's encoded values in the training patients; every field has shape (columns,).

    ``lowest`` and ``highest`` are the extremes; ``low`` and ``high`` are the 10th and the 90th percentile.
    """

    lowest: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    highest: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of the model's sum for n patients.

    - ``raw``: the encoded values, shape (n, columns), NaN for a missing value.
    - ``standardised``: the values that the coefficients are multiplied with, shape (n, columns).
    - ``contributions``: coefficient times standardised value, on the model's own scale, shape (n, columns).
    - ``total``: baseline plus all contributions, shape (n,).
    """

    raw: Vector
    standardised: Vector
    contributions: Vector
    total: Vector


class AdditivePipeline:
    """A fitted pipeline whose last step is linear.

    Its first step is ``encode`` (a ``ColumnEncoder``). The steps in between work element by element. The last step has
    ``coef_``, shape (columns,), and ``intercept_``.
    """

    def __init__(self, pipeline: Pipeline, training: TrainingValues) -> None:
        self._encode = pipeline.named_steps["encode"]
        self._transform = pipeline[1:-1]
        self._coefficients: Vector = pipeline[-1].coef_
        self._baseline = float(pipeline[-1].intercept_)
        self._training = training
        # One row for the 10th percentile of each column, one for the 90th.
        self._usual = self._contributions(self._standardised(np.array([training.low, training.high])))

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
        standardised = self._standardised(raw)
        contributions = self._contributions(standardised)
        # No matrix product: BLAS adds one row in another order than many rows, and the last bits would differ.
        total = np.full(len(raw), self._baseline)
        for index in range(contributions.shape[1]):
            total += contributions[:, index]
        return Terms(raw, standardised, contributions, total)

    def describe(self, terms: Terms, years: Callable[[Vector], Vector]) -> dict[str, Vector | Texts]:
        """Return the output columns of ``Model.predict`` that explain the estimates; see there.

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
            **self._missing_value_ranges(terms, years),
        }

    def _missing_value_ranges(self, terms: Terms, years: Callable[[Vector], Vector]) -> dict[str, Vector | Texts]:
        """Return ``if_low``, ``if_high`` and ``measure_first``; see ``Model.predict``. All other values stay fixed."""
        outputs: dict[str, Vector | Texts] = {}
        optional = [name for name in self.columns if not specification.BY_NAME[name].required]
        widths = np.zeros((len(terms.raw), len(optional)))
        for optional_index, name in enumerate(optional):
            index = self.columns.index(name)
            missing = np.isnan(terms.raw[:, index])
            without = terms.total[missing] - terms.contributions[missing, index]
            ends = np.full((2, len(missing)), np.nan)
            if without.size:
                usual = self._usual[:, index]
                ends[:, missing] = np.sort([years(without + contribution) for contribution in usual], axis=0)
                # Only numbers are suggested for measuring: a stage needs a biopsy, and a sex is not measured.
                if specification.BY_NAME[name].kind == "number":
                    widths[missing, optional_index] = ends[1, missing] - ends[0, missing]
            outputs[f"if_low:{name}"], outputs[f"if_high:{name}"] = ends
        widest = widths.max(axis=1, initial=0.0, keepdims=True)
        is_widest = ~exceeds(widest, widths)
        # If several ranges are equally wide, name the first column.
        is_named = is_widest & (widest > NOISE) & (np.cumsum(is_widest, axis=1) == 1)
        outputs["measure_first"] = _labels(is_named, optional)
        return outputs

    def _standardised(self, raw: Vector) -> Vector:
        standardised: Vector = self._transform.transform(raw)
        return standardised

    def _contributions(self, standardised: Vector) -> Vector:
        # A coefficient of zero can give minus zero; adding zero turns it into zero.
        return standardised * self._coefficients + 0.0

    def _refuse_missing(self, frame: pd.DataFrame, raw: Vector) -> None:
        for index, name in enumerate(self.columns):
            missing = np.isnan(raw[:, index])
            if specification.BY_NAME[name].required and missing.any():
                first = frame.index[int(missing.argmax())]
                raise ValueError(f"{name} is required and missing in {missing.sum()} row(s), the first is {first!r}")


def _labels(flags: npt.NDArray[np.bool_], names: tuple[str, ...] | list[str]) -> Texts:
    """Return, for each row of ``flags``, the names whose flag is set, joined by ``;``."""
    # A row's flags make one integer, so that each distinct pattern is spelt only once.
    powers = 1 << np.arange(len(names), dtype=np.int64)
    patterns, inverse = np.unique(flags @ powers, return_inverse=True)
    texts = [";".join(name for bit, name in enumerate(names) if pattern >> bit & 1) for pattern in patterns.tolist()]
    return pd.array(texts, dtype="str").take(inverse)
