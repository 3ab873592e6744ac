"""Fit the Cox model with an L1 penalty (Cox, 1972; Tibshirani, 1997; Simon et al., 2011) of ``cox-lasso``.

The baseline hazard is Breslow's. scikit-survival fits the model; serving it does not need that package.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sksurv.linear_model import CoxnetSurvivalAnalysis
from sksurv.util import Surv

from chalicelib.inference.models.curve import Baseline
from chalicelib.inference.models.transformers import LinearScore
from training.curve import FittedCurve
from training.data import Outcome
from training.lasso import TUNING_FOLDS, TUNING_REPEATS, first_least
from training.metrics import ipcw_truth
from training.preparation import FEATURES, preparation, training_values

Array = npt.NDArray[np.float64]

# Descending as for the Lasso, so that the largest of equally good penalties is chosen. It keeps the fewest columns.
ALPHAS = tuple(float(alpha) for alpha in np.geomspace(0.5, 0.005, 21).round(4))
SURVIVAL_YEARS = (1, 3, 5, 8, 10)
END_YEARS = float(SURVIVAL_YEARS[-1])
"""The end of the curve. Fewer than one patient in ten is followed for longer."""


def fit(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> FittedCurve:
    """Choose the penalty by cross-validation within these patients, then fit the model to all of them."""
    return fit_with_penalty(_tune(horizon_years, patients, outcome, seed), horizon_years, patients, outcome)


def fit_with_penalty(
    alpha: float, horizon_years: float, patients: pd.DataFrame, outcome: Outcome, imputer: object | None = None
) -> FittedCurve:
    """Fit the model with the penalty ``alpha``. ``imputer``: see ``preparation``."""
    steps = Pipeline(preparation(imputer=imputer))
    standardised = steps.fit_transform(patients)
    [(coefficients, baseline)] = _path((alpha,), standardised, outcome)
    score = LinearScore(tuple(coefficients.tolist()), 0.0).fit(standardised)
    return FittedCurve(
        pipeline=Pipeline([*steps.steps, ("score", score)]),
        training=training_values(steps.named_steps["encode"], patients),
        baseline=baseline,
        reference=0.0,
        scale="log_hazard",
        horizon_years=horizon_years,
        survival_years=SURVIVAL_YEARS,
        band=None,
        alpha=alpha,
    )


def parameters(fitted: FittedCurve) -> Array:
    """Return the coefficients followed by the log cumulative baseline hazard at each year, shape (columns + years,)."""
    hazard = np.interp(np.array(fitted.survival_years, float), fitted.baseline.years, fitted.baseline.hazard)
    coefficients: Array = fitted.pipeline[-1].coef_
    return np.concatenate([coefficients, np.log(hazard)])


def refit(fitted: FittedCurve, standardised: Array, outcome: Outcome) -> Array:
    """Fit to other rows with the penalty of ``fitted``, and return the parameters; see ``parameters``.

    ``standardised``, shape (rows, columns), is standardised by ``fitted``. As in any fit, the rows are standardised
    again by their own means and deviations, because the penalty depends on the scale. The parameters are converted back
    to the scale of ``fitted``.

    Raises ``ValueError`` if ``fitted`` has no penalty.
    """
    if fitted.alpha is None:
        raise ValueError("This curve was fitted without a penalty, so it cannot be refitted with it.")
    scale = StandardScaler().fit(standardised)
    [(own, baseline)] = _path((fitted.alpha,), scale.transform(standardised), outcome)
    coefficients = own / scale.scale_
    hazard = np.interp(np.array(fitted.survival_years, float), baseline.years, baseline.hazard)
    return np.concatenate([coefficients, np.log(hazard) - coefficients @ scale.mean_])


def _tune(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> float:
    """Return the penalty with the least IPCW-weighted mean squared error of the years within the horizon."""
    folds = RepeatedStratifiedKFold(n_splits=TUNING_FOLDS, n_repeats=TUNING_REPEATS, random_state=seed)
    losses, weights = np.zeros(len(ALPHAS)), 0.0
    for train, held_out in folds.split(patients, outcome.died):
        steps = Pipeline(preparation())
        standardised = steps.fit_transform(patients.iloc[train])
        held_out_standardised = steps.transform(patients.iloc[held_out])
        truth = ipcw_truth(outcome.take(train), outcome.take(held_out), horizon_years)
        path = _path(ALPHAS, standardised, outcome.take(train))
        years = [baseline.mean(held_out_standardised @ coefficients, horizon_years) for coefficients, baseline in path]
        losses += ((np.stack(years) - truth.years) ** 2 * truth.weight).sum(axis=1)
        weights += truth.weight.sum()
    return ALPHAS[first_least(losses / weights)]


def _path(alphas: tuple[float, ...], standardised: Array, outcome: Outcome) -> list[tuple[Array, Baseline]]:
    """Return the coefficients, shape (columns,), and the baseline for each penalty."""
    labels = Surv.from_arrays(outcome.died, outcome.years)
    cox = CoxnetSurvivalAnalysis(
        l1_ratio=1.0, alphas=alphas, tol=1e-14, max_iter=1_000_000, fit_baseline_model=True
    ).fit(standardised, labels)
    average = np.zeros((1, len(FEATURES)))
    path = []
    for index, alpha in enumerate(alphas):
        [hazard] = cox.predict_cumulative_hazard_function(average, alpha=alpha)
        # The coefficient of a dropped column may be minus zero; adding zero turns it into zero.
        path.append((cox.coef_[:, index] + 0.0, _baseline(hazard.x, hazard.y)))
    return path


def _baseline(years: Array, hazard: Array) -> Baseline:
    """Return a baseline that connects the steps of the hazard at the times of death, up to ``END_YEARS``."""
    deaths = np.diff(hazard, prepend=0.0) > 0.0
    inside = deaths & (years < END_YEARS)
    last = hazard[years <= END_YEARS][-1]
    return Baseline((0.0, *years[inside].tolist(), END_YEARS), (0.0, *hazard[inside].tolist(), float(last)))
