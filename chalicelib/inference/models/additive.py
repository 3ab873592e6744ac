"""A model that is a sum over the input columns, taken apart: what each contributes, and what a gap may hide."""

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
    """The encoded values of each input column among the training patients; all of shape (columns,).

    ``lowest`` and ``highest``: the extremes. ``low`` and ``high``: the 10th and the 90th percentile.
    """

    lowest: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    highest: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """A frame of n patients as the model sees it.

    ``raw``: the encoded values, shape (n, columns), NaN for missing. ``standardised``: what the coefficients are
    multiplied with, same shape. ``contributions``: what each column adds, on the model's own scale, same shape.
    ``total``: baseline + contributions, shape (n,).
    """

    raw: Vector
    standardised: Vector
    contributions: Vector
    total: Vector


class AdditivePipeline:
    """A fitted pipeline whose last step is linear.

    Its steps: ``encode`` (a ``ColumnEncoder``), then some that work element by element, and last one with ``coef_``,
    shape (columns,), and ``intercept_``.
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
        """The input columns, those with a coefficient of zero too."""
        names: tuple[str, ...] = self._encode.columns
        return names

    def terms(self, frame: pd.DataFrame) -> Terms:
        """What each column of each patient contributes.

        Raises ``ValueError`` when a required value is missing or a category unknown.
        """
        raw = self._encode.transform(frame)
        self._refuse_missing(frame, raw)
        return self.complete(raw)

    def complete(self, raw: Vector) -> Terms:
        """The terms of encoded values, shape (n, columns); any may be missing."""
        standardised = self._standardised(raw)
        contributions = self._contributions(standardised)
        # Column by column, not as a matrix product: BLAS adds in another order for one row than for many.
        total = np.full(len(raw), self._baseline)
        for position in range(contributions.shape[1]):
            total += contributions[:, position]
        return Terms(raw, standardised, contributions, total)

    def describe(self, terms: Terms, years: Callable[[Vector], Vector]) -> dict[str, Vector | Texts]:
        """All that ``Model.predict`` answers beside the estimates. ``years``: from a total to the estimate in years."""
        # Categories are among those allowed, so only numbers can be outside.
        sides = [f"{name}:{side}" for name in self.columns for side in ("below", "above")]
        beyond = np.stack([terms.raw < self._training.lowest, terms.raw > self._training.highest], axis=2)
        return {
            "imputed": _labels(np.isnan(terms.raw), self.columns),
            "out_of_range": _labels(beyond.reshape(len(terms.raw), -1), sides),
            "baseline": np.full(len(terms.raw), self._baseline),
            **{f"contribution:{name}": terms.contributions[:, at] for at, name in enumerate(self.columns)},
            **self._if_measured(terms, years),
        }

    def _if_measured(self, terms: Terms, years: Callable[[Vector], Vector]) -> dict[str, Vector | Texts]:
        """The estimate's range for each gap, everything else being as it is, and the gap with the widest."""
        answer: dict[str, Vector | Texts] = {}
        optional = [name for name in self.columns if not specification.BY_NAME[name].required]
        widths = np.zeros((len(terms.raw), len(optional)))
        for place, name in enumerate(optional):
            at = self.columns.index(name)
            gaps = np.isnan(terms.raw[:, at])
            without = terms.total[gaps] - terms.contributions[gaps, at]
            ends = np.full((2, len(gaps)), np.nan)
            if without.size:
                ends[:, gaps] = np.sort([years(without + contribution) for contribution in self._usual[:, at]], axis=0)
                # A stage needs a biopsy, and nobody measures a sex: neither is what to do first.
                if specification.BY_NAME[name].kind == "number":
                    widths[gaps, place] = ends[1, gaps] - ends[0, gaps]
            answer[f"if_low:{name}"], answer[f"if_high:{name}"] = ends
        widest = widths.max(axis=1, initial=0.0, keepdims=True)
        # Of several that are equally wide the first.
        is_widest = ~exceeds(widest, widths)
        matters = is_widest & (widest > NOISE) & (np.cumsum(is_widest, axis=1) == 1)
        answer["measure_first"] = _labels(matters, optional)
        return answer

    def _standardised(self, raw: Vector) -> Vector:
        standardised: Vector = self._transform.transform(raw)
        return standardised

    def _contributions(self, standardised: Vector) -> Vector:
        # Adding zero turns minus zero, which a dropped column would show, into zero.
        return standardised * self._coefficients + 0.0

    def _refuse_missing(self, frame: pd.DataFrame, raw: Vector) -> None:
        for position, name in enumerate(self.columns):
            missing = np.isnan(raw[:, position])
            if specification.BY_NAME[name].required and missing.any():
                first = frame.index[int(missing.argmax())]
                raise ValueError(f"{name} is required and missing in {missing.sum()} row(s), the first is {first!r}")


def _labels(flags: npt.NDArray[np.bool_], names: tuple[str, ...] | list[str]) -> Texts:
    """For each row the names whose flag is set, joined by ``;``. Each distinct pattern is spelt once."""
    powers = 1 << np.arange(len(names), dtype=np.int64)
    patterns, inverse = np.unique(flags @ powers, return_inverse=True)
    texts = [";".join(name for bit, name in enumerate(names) if pattern >> bit & 1) for pattern in patterns.tolist()]
    return pd.array(texts, dtype="str").take(inverse)
