"""The recipe of a model: how it is fitted and evaluated, its price and the texts of its card.

Each module of ``training/models`` defines one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import Fit, FittedModel
from training.lasso import FittedLasso
from training.texts import FITTED_LIMITS, FITTED_WITHOUT_THEM, Bilingual, Statements, Texts

HORIZON_YEARS = 8.0
LONGER_HORIZON_YEARS = 10.0
REQUIRED_TRIPOD_ITEMS = {"1", "12c"}
"""The TRIPOD+AI items that every recipe must answer itself: the title, and how the model is built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model is fitted and evaluated, its price and the texts of its card.

    - ``coins``: the price of a prediction.
    - ``horizon_years``: the model's own horizon; ``fit`` fits the model for it.
    - ``texts``: the fixed texts of the card.
    - ``tripod``: the answers to TRIPOD+AI that differ from those in ``training/tripod.py``, by item. Items 1 and 12c
      are required. The answers may name figures in braces, as those do.
    - ``other_horizons``: further horizons at which the model is evaluated, each with its fit.
    - ``fit_within``: fit a model without a curve for another horizon, ``horizon_years``. With it the model is compared
      with models of a shorter horizon.
    - ``alphas``: the penalties that the fit chooses from.
    - ``known_limits``: the known weaknesses, a list of sentences per language. ``wording.known_limits`` fills in
      ``{patients}``, ``{c_index:±.2f}``, ``{mae:±.2f}``, ``{bias:±+.2f}`` and ``{bias:?}`` for the patients outside the
      trial; see ``wording.Number``.
    - ``in_sample``: for a published model that was made from some of the patients it is evaluated on: a sentence that
      says so, with the same figures in braces. It stands first among the limits, and after the average error.
    - ``later_fit``: how the model that predicts the later visits relates to their patients.
    - ``advantage``: why one may choose this model even if another one errs less.
    - ``recommendation``: why the page recommends this model. At most one model has it.
    - ``refit``: fit the model with the penalty of a given fit and another imputer. It measures what the replacement of
      missing values contributes.
    - ``fit_with_band`` and ``evaluate_band``: only for a model whose curve has a band. The first is the fit that is
      served; it takes too long for every fold. The second evaluates the band.
    """

    id: str
    version: str
    coins: int
    horizon_years: float
    fit: Callable[[pd.DataFrame, Outcome], FittedLasso | FittedCurve]
    texts: Texts
    tripod: dict[str, Bilingual]
    other_horizons: Mapping[float, Fit] = field(default_factory=dict)
    fit_within: Callable[..., FittedModel] | None = None
    alphas: tuple[float, ...] = ()
    known_limits: Statements = field(default_factory=lambda: FITTED_LIMITS)
    in_sample: Bilingual | None = None
    later_fit: Bilingual = field(default_factory=lambda: FITTED_WITHOUT_THEM)
    advantage: Bilingual | None = None
    recommendation: Bilingual | None = None
    refit: Callable[[Any, object, pd.DataFrame, Outcome], FittedModel] | None = None
    fit_with_band: Callable[[pd.DataFrame, Outcome], FittedCurve] | None = None
    evaluate_band: Callable[[pd.DataFrame, Outcome], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        """Check the TRIPOD+AI answers before the fit, which takes minutes."""
        missing = sorted(REQUIRED_TRIPOD_ITEMS - self.tripod.keys())
        if missing:
            raise ValueError(f"The recipe of {self.id}: tripod lacks the answer to item {' and '.join(missing)}.")
        incomplete = [item for item, answer in self.tripod.items() if not (answer.get("en") and answer.get("ru"))]
        if incomplete:
            raise ValueError(
                f"The recipe of {self.id}: tripod needs the answer to item {' and '.join(incomplete)} in English (en) "
                "and in Russian (ru)."
            )

    def fit_served(self, patients: pd.DataFrame, outcome: Outcome) -> FittedLasso | FittedCurve:
        """Return the fit that is served: with its band, if the model has one."""
        return (self.fit_with_band or self.fit)(patients, outcome)
