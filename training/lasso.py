"""``lasso``: the pipeline, the choice of its penalty, and the fit. One procedure for the folds and the artefact."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import Lasso, lasso_path
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline

from chalicelib.inference.models.additive import TrainingValues
from chalicelib.inference.models.lasso import IntervalTable, LassoArtefact
from training.data import Outcome
from training.interval import Interval, fit_intervals
from training.metrics import Truth, ipcw_truth
from training.preparation import preparation, training_values
from training.targets import pseudo_observations

Array = npt.NDArray[np.float64]

# Largest first: of penalties that do equally well the one that keeps fewer columns is taken.
ALPHAS = tuple(float(alpha) for alpha in np.geomspace(1.0, 0.01, 21).round(4))
TUNING_FOLDS = 5
TUNING_REPEATS = 2
LOSS_TOLERANCE = 1e-6
"""Losses that differ by less are equal: of those the largest penalty is taken, on every CPU the same."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a Lasso is fitted to, and how a penalty is judged.

    ``targets``: the regression targets of the rows that are fitted. ``truth``: given the rows fitted and the
    rows held out, what is known of the latter. Predictions are clipped to 0..``horizon_years``.
    """

    horizon_years: float
    targets: Callable[[Outcome], Array]
    truth: Callable[[Outcome, Outcome], Truth]


def rmst_recipe(horizon_years: float) -> Recipe:
    """Lasso on pseudo-observations of RMST; a penalty is judged by the IPCW mean squared error."""
    return Recipe(
        horizon_years,
        partial(pseudo_observations, horizon_years=horizon_years),
        partial(ipcw_truth, horizon_years=horizon_years),
    )


def n_days_recipe() -> Recipe:
    """The common recipe: Lasso on the length of follow-up as if everybody had died at its end; no horizon."""

    def follow_up(_train: Outcome, held_out: Outcome) -> Truth:
        return Truth(held_out.years, np.ones(len(held_out.years)), held_out.died)

    return Recipe(np.inf, lambda outcome: outcome.years, follow_up)


@dataclass(frozen=True, slots=True)
class FittedLasso:
    """A fitted pipeline, the penalty chosen for it, and the interval table of its held-out predictions."""

    pipeline: Pipeline
    alpha: float
    intervals: IntervalTable
    horizon_years: float
    training: TrainingValues

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns."""
        names: tuple[str, ...] = self.pipeline.named_steps["encode"].columns
        return names

    def years(self, patients: pd.DataFrame, horizon_years: float) -> Array:
        """Predicted years of each patient within 0 and the horizon, shape (n,)."""
        years: Array = np.clip(self.pipeline.predict(patients), 0.0, horizon_years)
        return years

    def interval(self, patients: pd.DataFrame) -> Interval:
        """The interval of each patient within the model's own horizon."""
        years = self.years(patients, self.horizon_years)
        return Interval(*self.intervals.bounds(years, self.horizon_years), self.intervals.band(years))

    def survival(self, _patients: pd.DataFrame, _years: Array) -> None:
        """There is no curve."""

    def artefact(self) -> LassoArtefact:
        """What is served."""
        return LassoArtefact(self.pipeline, self.training, self.horizon_years, self.intervals)


def make_pipeline(alpha: float) -> Pipeline:
    """The unfitted pipeline: from a patient frame to years, one feature for each input column."""
    # Run to convergence far below the 1e-9 to which coefficients must agree between machines.
    return Pipeline([*preparation(), ("lasso", Lasso(alpha=alpha, tol=1e-14, max_iter=100_000))])


def fit(recipe: Recipe, patients: pd.DataFrame, outcome: Outcome, seed: int) -> FittedLasso:
    """Chooses the penalty by cross-validation within these rows, then fits to all of them."""
    alpha, predicted, truth = _tune(recipe, patients, outcome, seed)
    pipeline = make_pipeline(alpha).fit(patients, recipe.targets(outcome))
    training = training_values(pipeline.named_steps["encode"], patients)
    return FittedLasso(
        pipeline, alpha, fit_intervals(predicted, truth, recipe.horizon_years), recipe.horizon_years, training
    )


def _tune(recipe: Recipe, patients: pd.DataFrame, outcome: Outcome, seed: int) -> tuple[float, Array, Truth]:
    """The penalty with the least loss; its held-out predictions, one for each row and repeat, and their
    truth."""
    folds = RepeatedStratifiedKFold(n_splits=TUNING_FOLDS, n_repeats=TUNING_REPEATS, random_state=seed)
    predictions, truths = [], []
    for train, held_out in folds.split(patients, outcome.died):
        train_outcome = outcome.take(train)
        predictions.append(_path(recipe, patients.iloc[train], train_outcome, patients.iloc[held_out]))
        truths.append(recipe.truth(train_outcome, outcome.take(held_out)))
    predicted, truth = np.concatenate(predictions), Truth.joined(truths)
    squared = (predicted - truth.years[:, np.newaxis]) ** 2
    loss = (squared * truth.weight[:, np.newaxis]).sum(axis=0) / truth.weight.sum()
    best = least(loss)
    return ALPHAS[best], predicted[:, best], truth


def least(losses: Array) -> int:
    """Return the place of the first loss that is no more than ``LOSS_TOLERANCE`` above the least one."""
    return int(np.argmax(losses <= losses.min() + LOSS_TOLERANCE))


def _path(recipe: Recipe, train: pd.DataFrame, outcome: Outcome, held_out: pd.DataFrame) -> Array:
    """Clipped predictions of the held-out rows for each of ``ALPHAS``, shape (rows, alphas)."""
    preprocessing = make_pipeline(ALPHAS[0])[:-1]
    standardised = preprocessing.fit_transform(train)
    targets = recipe.targets(outcome)
    mean = targets.mean()
    coefficients = lasso_path(standardised, targets - mean, alphas=np.array(ALPHAS))[1]
    predicted = mean + preprocessing.transform(held_out) @ coefficients
    clipped: Array = np.clip(predicted, 0.0, recipe.horizon_years)
    return clipped
