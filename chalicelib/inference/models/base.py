"""What every model is to the worker, and the only way an artefact may be read."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import pandas as pd

from chalicelib.inference.models.output_spec import OutputSpec

ARTEFACT_NAME = "model.joblib"
CARD_NAME = "card.json"


class ModelNotFoundError(LookupError):
    """No model of that id: no well-formed id, no card, or no module."""


class ArtefactMismatchError(RuntimeError):
    """The artefact's bytes are not those that the card was written for."""

    def __init__(self, artefact: Path, expected: str, actual: str) -> None:
        super().__init__(f"{artefact} is not the artefact of its card: SHA-256 {actual}, the card says {expected}")
        self.expected = expected
        self.actual = actual


class Model(Protocol):
    """A fitted model. Nothing is ever fitted at inference, so a row's answer depends on that row alone."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns that the model uses, in the column specification's order."""

    @property
    def output_spec(self) -> OutputSpec:
        """What the answers are."""

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        """The model kept in ``artefact_dir``; its bytes come from ``read_verified`` and from nowhere else.

        Raises ``ArtefactMismatchError`` when the bytes aren't the card's.
        """

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One line of answer for each row of ``frame``, with the same index.

        ``frame`` has the columns of ``columns.STORED`` (optional ones may be absent, others are ignored),
        already checked against the hard limits: numbers as float64 in the specification's units with NaN for
        missing, categories as text with None or NaN for missing.

        The answer's columns:

        - ``years``: the point estimate, from 0 to the horizon; ``lower`` and ``upper``: the interval, in years;
          ``upper_open`` (bool): the upper end is the horizon, or beyond.
        - ``imputed``: names of missing columns joined by ``;``; ``out_of_range``: ``Column:above`` or
          ``Column:below``, joined by ``;``.
        - ``baseline`` and, for each of ``columns``, ``contribution:<Column>``: baseline + contributions = the
          estimate before clipping on the contract's scale.
        - ``if_low:<Column>`` and ``if_high:<Column>`` for each optional column: where it is missing, the range of
          ``years`` if it were at the training patients' 10th and 90th percentile, else NaN; ``measure_first``: the
          missing number with the widest range, empty when none matters.
        - with a survival curve: ``survival:<year>`` for each year of the contract, a probability, and ``median``, in
          years, NaN beyond the curve's end.
        - with a band around the curve: ``survival_lower:<year>`` and ``survival_upper:<year>`` for each of these years,
          probabilities with that of the curve between them.

        Raises ``ValueError`` when a required column is absent or a value in it is missing, or when a category
        is none of those allowed.
        """


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model, and which one it is: ``sha256`` is that of the artefact's bytes."""

    id: str
    version: str
    sha256: str
    model: Model


def read_card(artefact_dir: Path) -> dict[str, Any]:
    """The card of the model kept in ``artefact_dir``."""
    card: dict[str, Any] = json.loads((artefact_dir / CARD_NAME).read_text(encoding="utf-8"))
    return card


def read_verified(artefact_dir: Path) -> bytes:
    """The bytes of the artefact, once they are known to be those that the card was written for.

    Unpickling runs what the bytes say, hence the check comes first and on the very bytes that are returned.
    Raises ``ArtefactMismatchError`` naming both hashes otherwise.
    """
    expected: str = read_card(artefact_dir)["artefact"]["sha256"]
    artefact = artefact_dir / ARTEFACT_NAME
    content = artefact.read_bytes()
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise ArtefactMismatchError(artefact, expected, actual)
    return content
