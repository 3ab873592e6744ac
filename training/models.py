"""The models on offer: how each is fitted, and what it is judged at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from training import band, cox, lasso, mayo
from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import SEED, Fit
from training.lasso import FittedLasso

HORIZON_YEARS = 8.0
LONGER_HORIZON_YEARS = 10.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model to be fitted and judged.

    ``fit``: for its own horizon. ``others``: further horizons that it is judged at, and the fit that answers there.
    For a model whose curve has a band, ``fit_with_band``: the same with it, which most of the judging does without,
    and ``judge_band``: what it is worth.
    """

    id: str
    version: str
    coins: int
    horizon_years: float
    fit: Callable[[pd.DataFrame, Outcome], FittedLasso | FittedCurve]
    others: dict[float, Fit] = field(default_factory=dict)
    fit_with_band: Callable[[pd.DataFrame, Outcome], FittedCurve] | None = None
    judge_band: Callable[[pd.DataFrame, Outcome], dict[str, Any]] | None = None

    def serve(self, patients: pd.DataFrame, outcome: Outcome) -> FittedLasso | FittedCurve:
        """The fit that is served."""
        return (self.fit_with_band or self.fit)(patients, outcome)


def fit_lasso(patients: pd.DataFrame, outcome: Outcome, horizon_years: float = HORIZON_YEARS) -> FittedLasso:
    """``lasso`` for a horizon."""
    return lasso.fit(lasso.rmst_recipe(horizon_years), patients, outcome, SEED)


def fit_lasso_longer(patients: pd.DataFrame, outcome: Outcome) -> FittedLasso:
    """The same procedure for the longer horizon."""
    return fit_lasso(patients, outcome, LONGER_HORIZON_YEARS)


def fit_n_days(patients: pd.DataFrame, outcome: Outcome) -> FittedLasso:
    """The common recipe."""
    return lasso.fit(lasso.n_days_recipe(), patients, outcome, SEED)


def fit_cox(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """``cox-lasso``: one curve for every horizon."""
    return cox.fit(HORIZON_YEARS, patients, outcome, SEED)


def fit_cox_with_band(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """The same with the band of its curves."""
    return band.fit(HORIZON_YEARS, patients, outcome, SEED)


def judge_cox_band(patients: pd.DataFrame, outcome: Outcome) -> dict[str, Any]:
    """What that band is worth."""
    return band.judge(HORIZON_YEARS, patients, outcome, SEED)


RECIPES = (
    Recipe("lasso", "1.1.0", 100, HORIZON_YEARS, fit_lasso, {LONGER_HORIZON_YEARS: fit_lasso_longer}),
    Recipe(
        "cox-lasso",
        "1.1.1",
        150,
        HORIZON_YEARS,
        fit_cox,
        {LONGER_HORIZON_YEARS: fit_cox},
        fit_cox_with_band,
        judge_cox_band,
    ),
    Recipe("mayo", "1.0.0", 20, mayo.HORIZON_YEARS, mayo.fit),
)
