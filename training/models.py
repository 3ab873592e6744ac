"""The models on offer: how each is fitted, and what it is judged at."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from training import cox, lasso, mayo
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
    """

    id: str
    version: str
    coins: int
    horizon_years: float
    fit: Callable[[pd.DataFrame, Outcome], FittedLasso | FittedCurve]
    others: dict[float, Fit] = field(default_factory=dict)


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


RECIPES = (
    Recipe("lasso", "1.1.0", 100, HORIZON_YEARS, fit_lasso, {LONGER_HORIZON_YEARS: fit_lasso_longer}),
    Recipe("cox-lasso", "1.0.0", 150, HORIZON_YEARS, fit_cox, {LONGER_HORIZON_YEARS: fit_cox}),
    Recipe("mayo", "1.0.0", 20, mayo.HORIZON_YEARS, mayo.fit),
)
