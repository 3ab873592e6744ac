"""A recipe: all that ``make train`` has to know of one model. Each module of ``training/models`` holds one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import Fit
from training.lasso import FittedLasso
from training.texts import FITTED_LIMITS, Statements, Texts

HORIZON_YEARS = 8.0
LONGER_HORIZON_YEARS = 10.0
REQUIRED_TRIPOD_ITEMS = {"1", "12c"}
"""The title, and the model and its building: nobody else can answer these for a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model is fitted, at which horizons it is judged, and what its card says in words.

    ``coins``: the price. ``fit``: for the model's own horizon. ``texts``: the card's sentences. ``tripod``: the
    answers to TRIPOD+AI that differ from those in ``training/tripod.py``, by item; items 1 and 12c are required.
    ``others``: further horizons, and the fit that answers there. ``alphas``: the penalties that the fit chooses from.
    ``known_limits``: what is known to be weak, a list of sentences per language; ``wording.known_limits`` fills in
    ``{patients}``, ``{c_index:.2f}``, ``{mae:.1f}``, ``{bias:.1f}`` and ``{side}``. For a model whose curve has a band,
    ``fit_with_band``: the fit that is served, which takes too long for the folds, and ``judge_band``: how good the band
    is.
    """

    id: str
    version: str
    coins: int
    horizon_years: float
    fit: Callable[[pd.DataFrame, Outcome], FittedLasso | FittedCurve]
    texts: Texts
    tripod: dict[str, str]
    others: Mapping[float, Fit] = field(default_factory=dict)
    alphas: tuple[float, ...] = ()
    known_limits: Statements = field(default_factory=lambda: FITTED_LIMITS)
    fit_with_band: Callable[[pd.DataFrame, Outcome], FittedCurve] | None = None
    judge_band: Callable[[pd.DataFrame, Outcome], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        """Refuse a recipe before anything is fitted: a training run takes minutes."""
        missing = sorted(REQUIRED_TRIPOD_ITEMS - self.tripod.keys())
        if missing:
            raise ValueError(f"The recipe of {self.id}: tripod lacks the answer to item {' and '.join(missing)}.")

    def serve(self, patients: pd.DataFrame, outcome: Outcome) -> FittedLasso | FittedCurve:
        """Return the fit that is served."""
        return (self.fit_with_band or self.fit)(patients, outcome)
