"""The interface that every model implements, and the verified reading of its artefact."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from chalicelib.inference.models.output_spec import OutputSpec

ARTEFACT_NAME = "model.joblib"
CARD_NAME = "card.json"

Patients = Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.intp]]
"""The columns of n patients, as ``Model.predict`` describes them."""
Outputs = Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.bool_] | list[str]]
"""The output columns of ``Model.predict`` for n patients: arrays of shape (n,), and n texts as a list."""


class ModelNotFoundError(LookupError):
    """There is no model with this id: the id is malformed, or the model has no card or no module."""


class ArtefactMismatchError(RuntimeError):
    """The artefact's SHA-256 is not the one that its card names."""

    def __init__(self, artefact: Path, expected: str, actual: str) -> None:
        super().__init__(f"{artefact} does not match its card: its SHA-256 is {actual}, the card names {expected}")
        self.expected = expected
        self.actual = actual


class Model(Protocol):
    """A fitted model. Nothing is fitted at inference, so the output for a row depends on that row alone."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns that the model uses, in the column specification's order."""

    @property
    def output_spec(self) -> OutputSpec:
        """The horizon, scale and years of the model's output."""

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        """Load the model from ``artefact_dir``. Implementations unpickle only what ``read_verified`` returns.

        Raises ``ArtefactMismatchError`` when the artefact does not match its card.
        """

    def predict(self, patients: Patients) -> Outputs:
        """Return the output columns for n patients.

        ``patients`` has the columns of ``columns.STORED``, each of shape (n,). Optional columns may be absent; other
        columns are ignored. Values are already checked against the hard limits. Numbers are float64 in the
        specification's units, NaN for missing. A category is its position in the specification's ``allowed``, -1 for
        missing.

        Output columns:

        - ``years``: the point estimate, from 0 to the horizon. ``lower`` and ``upper``: the interval in years.
          ``upper_open`` (bool): the interval has no upper end within the horizon; ``upper`` is then the horizon.
        - ``imputed``: the names of the missing columns, joined by ``;``.
        - ``out_of_range``: ``Column:above`` or ``Column:below`` for each value outside the training range, joined by
          ``;``.
        - ``baseline`` and, for each of ``columns``, ``contribution:<Column>``: their sum is the estimate before
          clipping, on the output specification's contribution scale.
        - ``imputed_value:<Column>`` for each optional column: the value that stands in for a missing one, in the
          column's unit, or as a code for a category; otherwise NaN.
        - ``if_low:<Column>`` and ``if_high:<Column>`` for each optional column: if its value is missing, the range of
          ``years`` if it were measured and lay at the 10th or the 90th percentile of what is to be expected, given the
          measured values, or if it were one or the other of two categories; otherwise NaN.
        - ``measure_first``: the missing numeric column with the widest such range; empty if none is wider than 0.1
          years.
        - With a survival curve: ``survival:<year>`` for each year of the output specification, the probability to live
          longer; ``median`` in years, NaN if it lies beyond the curve's end.
        - With a band around the curve: ``survival_lower:<year>`` and ``survival_upper:<year>`` for the same years, the
          band's ends as probabilities.

        Raises ``ValueError`` when a required column is absent or a required value is missing.
        """


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A loaded model with its id, its version and the SHA-256 of its artefact."""

    id: str
    version: str
    sha256: str
    model: Model


def read_card(artefact_dir: Path) -> dict[str, Any]:
    """Return the model card from ``artefact_dir``."""
    card: dict[str, Any] = json.loads((artefact_dir / CARD_NAME).read_text(encoding="utf-8"))
    return card


def read_verified(artefact_dir: Path) -> bytes:
    """Return the artefact's bytes after checking them against the SHA-256 on the card.

    Unpickling can run any code, so the check covers exactly the bytes that are returned. Raises
    ``ArtefactMismatchError``, which names both hashes, if they differ.
    """
    expected: str = read_card(artefact_dir)["artefact"]["sha256"]
    artefact = artefact_dir / ARTEFACT_NAME
    content = artefact.read_bytes()
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise ArtefactMismatchError(artefact, expected, actual)
    return content
