"""``cox-lasso``: a Cox model with an L1 penalty (Cox, 1972; Tibshirani, 1997; Simon et al., 2011) and Breslow's
baseline hazard. Fitted by scikit-survival, served without it."""

from functools import partial

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
from training.curve import FittedCurve, HeldOutCurves, levels_of
from training.data import Outcome
from training.lasso import TUNING_FOLDS, TUNING_REPEATS, least
from training.metrics import ipcw_truth
from training.preparation import FEATURES, preparation, training_values

Array = npt.NDArray[np.float64]

# Largest first, as for the Lasso: of penalties that do equally well the one that keeps fewer columns is taken.
ALPHAS = tuple(float(alpha) for alpha in np.geomspace(0.5, 0.005, 21).round(4))
SURVIVAL_YEARS = (1, 3, 5, 8, 10)
END_YEARS = float(SURVIVAL_YEARS[-1])
"""Where the curve ends: beyond, fewer than one in ten are still followed."""


def fit(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> FittedCurve:
    """Chooses the penalty by cross-validation within these rows, then fits to all of them."""
    alpha, curves = _tune(horizon_years, patients, outcome, seed)
    steps = Pipeline(preparation())
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
        levels=levels_of(curves),
        alpha=alpha,
    )


def parameters(fitted: FittedCurve) -> Array:
    """What a curve is made of: the coefficients, and the log cumulative hazard of the baseline at each year."""
    hazard = np.interp(np.array(fitted.survival_years, float), fitted.baseline.years, fitted.baseline.hazard)
    coefficients: Array = fitted.pipeline[-1].coef_
    return np.concatenate([coefficients, np.log(hazard)])


def refit(fitted: FittedCurve, standardised: Array, outcome: Outcome) -> Array:
    """The same of a fit with the same penalty to other rows, which are standardised as they are by ``fitted``.

    As in any fit they are standardised by their own means and deviations first, for the penalty's sake; what is
    returned is told in the units of ``fitted``.
    """
    if fitted.alpha is None:
        raise ValueError("This curve was fitted without a penalty; refit needs one.")
    scale = StandardScaler().fit(standardised)
    [(own, baseline)] = _path((fitted.alpha,), scale.transform(standardised), outcome)
    coefficients = own / scale.scale_
    hazard = np.interp(np.array(fitted.survival_years, float), baseline.years, baseline.hazard)
    return np.concatenate([coefficients, np.log(hazard) - coefficients @ scale.mean_])


def _tune(
    horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int
) -> tuple[float, list[HeldOutCurves]]:
    """The penalty with the least IPCW mean squared error of the years within the horizon, and what its curves said
    of the held-out patients of each fold."""
    folds = RepeatedStratifiedKFold(n_splits=TUNING_FOLDS, n_repeats=TUNING_REPEATS, random_state=seed)
    losses, weights = np.zeros(len(ALPHAS)), 0.0
    curves: list[list[HeldOutCurves]] = []
    for train, held_out in folds.split(patients, outcome.died):
        steps = Pipeline(preparation())
        standardised = steps.fit_transform(patients.iloc[train])
        others = steps.transform(patients.iloc[held_out])
        truth = ipcw_truth(outcome.take(train), outcome.take(held_out), horizon_years)
        path = _path(ALPHAS, standardised, outcome.take(train))
        scores = [(baseline, others @ coefficients) for coefficients, baseline in path]
        errors = np.stack([baseline.mean(score, horizon_years) - truth.years for baseline, score in scores])
        losses += (errors**2 * truth.weight).sum(axis=1)
        weights += truth.weight.sum()
        said = partial(HeldOutCurves.of, truth=truth, horizon_years=horizon_years)
        curves.append([said(baseline, score) for baseline, score in scores])
    best = least(losses / weights)
    return ALPHAS[best], [fold[best] for fold in curves]


def _path(alphas: tuple[float, ...], standardised: Array, outcome: Outcome) -> list[tuple[Array, Baseline]]:
    """Coefficients, shape (columns,), and baseline for each penalty."""
    labels = Surv.from_arrays(outcome.died, outcome.years)
    cox = CoxnetSurvivalAnalysis(
        l1_ratio=1.0, alphas=alphas, tol=1e-14, max_iter=1_000_000, fit_baseline_model=True
    ).fit(standardised, labels)
    average = np.zeros((1, len(FEATURES)))
    path = []
    for position, alpha in enumerate(alphas):
        [hazard] = cox.predict_cumulative_hazard_function(average, alpha=alpha)
        # Adding zero turns the minus zero of a dropped column into zero.
        path.append((cox.coef_[:, position] + 0.0, _baseline(hazard.x, hazard.y)))
    return path


def _baseline(years: Array, hazard: Array) -> Baseline:
    """The step function as a curve through the times of death up to its end."""
    deaths = np.diff(hazard, prepend=0.0) > 0.0
    inside = deaths & (years < END_YEARS)
    last = hazard[years <= END_YEARS][-1]
    return Baseline((0.0, *years[inside].tolist(), END_YEARS), (0.0, *hazard[inside].tolist(), float(last)))
