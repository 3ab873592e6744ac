"""``lasso``: expected years of life within the horizon, a sum of one contribution for each input column."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from chalicelib.inference import columns as specification
from chalicelib.inference.models.base import read_verified

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """Signed residual quantiles in bands of the prediction.

    ``cuts``: the predictions, in years, that divide the bands, ascending. ``lower`` and ``upper``: for each
    band, from the lowest predictions up, what is added to a prediction, in years (lower <= 0 <= upper).
    """

    cuts: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    def band(self, years: Vector) -> npt.NDArray[np.intp]:
        """The band of each prediction, 0 for the lowest predictions. A prediction on a cut is in the band
        above."""
        return np.searchsorted(np.array(self.cuts), years, side="right")

    def bounds(self, years: Vector, horizon_years: float) -> tuple[Vector, Vector]:
        """The interval's ends for each prediction in years, within 0 and the horizon."""
        band = self.band(years)
        lower = np.clip(years + np.array(self.lower)[band], 0.0, horizon_years)
        upper = np.clip(years + np.array(self.upper)[band], 0.0, horizon_years)
        return lower, upper


@dataclass(frozen=True, slots=True)
class LassoArtefact:
    """What is kept in model.joblib.

    ``pipeline``: steps encode, clamp, impute, log, scale, lasso; from a patient frame to years, one feature
    for each input column.
    """

    pipeline: Pipeline
    horizon_years: float
    intervals: IntervalTable


class LassoModel:
    """The fitted pipeline, taken apart into contributions. See ``Model`` for the contract."""

    def __init__(self, artefact: LassoArtefact) -> None:
        pipeline = artefact.pipeline
        self._encode = pipeline.named_steps["encode"]
        self._clamp = pipeline.named_steps["clamp"]
        self._standardise = pipeline[1:-1]
        self._coefficients: Vector = pipeline.named_steps["lasso"].coef_
        self._baseline = float(pipeline.named_steps["lasso"].intercept_)
        self._horizon_years = artefact.horizon_years
        self._intervals = artefact.intervals

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        """The model in ``artefact_dir``. Raises ``ArtefactMismatchError`` before anything is unpickled."""
        return cls(joblib.load(io.BytesIO(read_verified(artefact_dir))))

    @property
    def columns(self) -> tuple[str, ...]:
        """The pipeline's input columns, those with a coefficient of zero too."""
        names: tuple[str, ...] = self._encode.columns
        return names

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The answers, in years; see ``Model.predict``."""
        raw = self._encode.transform(frame)
        self._refuse_missing(frame, raw)
        # Adding zero turns minus zero, which a dropped column would show, into zero.
        contributions = self._standardise.transform(raw) * self._coefficients + 0.0
        estimate = self._sum(contributions)
        years = np.clip(estimate, 0.0, self._horizon_years)
        lower, upper = self._intervals.bounds(years, self._horizon_years)
        answer = {
            "years": years,
            "lower": lower,
            "upper": upper,
            "upper_open": upper >= self._horizon_years,
            "imputed": _labels(np.isnan(raw), self.columns),
            "out_of_range": self._out_of_range(raw),
            "baseline": np.full(len(frame), self._baseline),
        }
        for position, name in enumerate(self.columns):
            answer[f"contribution:{name}"] = contributions[:, position]
        return pd.DataFrame(answer, index=frame.index)

    def _sum(self, contributions: Vector) -> Vector:
        # Column by column, not as a matrix product: BLAS adds in another order for one row than for many.
        estimate = np.full(len(contributions), self._baseline)
        for position in range(contributions.shape[1]):
            estimate += contributions[:, position]
        return estimate

    def _refuse_missing(self, frame: pd.DataFrame, raw: Vector) -> None:
        for position, name in enumerate(self.columns):
            missing = np.isnan(raw[:, position])
            if specification.BY_NAME[name].required and missing.any():
                first = frame.index[int(missing.argmax())]
                raise ValueError(f"{name} is required and missing in {missing.sum()} row(s), the first is {first!r}")

    def _out_of_range(self, raw: Vector) -> pd.api.extensions.ExtensionArray:
        # Categories are among those allowed, so only numbers can be outside.
        names = [f"{name}:{side}" for name in self.columns for side in ("below", "above")]
        flags = np.stack([raw < self._clamp.lower_, raw > self._clamp.upper_], axis=2)
        return _labels(flags.reshape(len(raw), -1), names)


def _labels(flags: npt.NDArray[np.bool_], names: tuple[str, ...] | list[str]) -> pd.api.extensions.ExtensionArray:
    """For each row the names whose flag is set, joined by ``;``. Each distinct pattern is spelt once."""
    powers = 1 << np.arange(len(names), dtype=np.int64)
    patterns, inverse = np.unique(flags @ powers, return_inverse=True)
    texts = [";".join(name for bit, name in enumerate(names) if pattern >> bit & 1) for pattern in patterns.tolist()]
    return pd.array(texts, dtype="str").take(inverse)


MODEL = LassoModel
