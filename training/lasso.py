"""Fit a Lasso: its pipeline, the choice of its penalty, and its intervals.

The same procedure fits the model in each fold and the model that is served.
"""

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

# Descending, so that the largest of equally good penalties is chosen. It keeps the fewest columns.
ALPHAS = tuple(float(alpha) for alpha in np.geomspace(1.0, 0.01, 21).round(4))
TUNING_FOLDS = 5
TUNING_REPEATS = 2
LOSS_TOLERANCE = 1e-6
"""Losses that differ by less count as equal, so that every CPU chooses the same penalty."""


@dataclass(frozen=True, slots=True)
class LassoTask:
    """The targets that a Lasso is fitted to, and the truth with which its predictions are compared to choose a penalty.

    ``targets`` returns the regression targets of the training patients, shape (n,). ``truth`` returns the truth of the
    held-out patients from the outcomes of the training and the held-out patients. Predictions are clipped to
    0..``horizon_years``.
    """

    horizon_years: float
    targets: Callable[[Outcome], Array]
    truth: Callable[[Outcome, Outcome], Truth]


def rmst_task(horizon_years: float) -> LassoTask:
    """Return the task of predicting RMST: pseudo-observations as targets, and IPCW-weighted truth."""
    return LassoTask(
        horizon_years,
        partial(pseudo_observations, horizon_years=horizon_years),
        partial(ipcw_truth, horizon_years=horizon_years),
    )


def n_days_task() -> LassoTask:
    """Return the common, naive task: the length of follow-up, as if everybody had died at its end, and no horizon."""

    def follow_up(_train: Outcome, held_out: Outcome) -> Truth:
        count = len(held_out.years)
        return Truth(held_out.years, np.ones(count), np.ones(count, dtype=bool))

    return LassoTask(np.inf, lambda outcome: outcome.years, follow_up)


@dataclass(frozen=True, slots=True)
class FittedLasso:
    """A fitted Lasso, or another linear model of years. Implements ``evaluation.FittedModel``.

    ``alpha`` is the chosen penalty. ``intervals`` come from held-out predictions.
    """

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
        """Return the predicted years of each patient, clipped to 0..horizon, shape (n,)."""
        years: Array = np.clip(self.pipeline.predict(patients), 0.0, horizon_years)
        return years

    def interval(self, patients: pd.DataFrame) -> Interval:
        """Return the interval of each patient within the model's own horizon."""
        years = self.years(patients, self.horizon_years)
        return Interval(*self.intervals.ends(years, self.horizon_years))

    def survival(self, _patients: pd.DataFrame, _years: Array) -> None:
        """Return None: there is no curve."""

    def artefact(self) -> LassoArtefact:
        """Return the content of model.joblib."""
        return LassoArtefact(self.pipeline, self.training, self.horizon_years, self.intervals)


def make_pipeline(alpha: float, imputer: object | None = None) -> Pipeline:
    """Return the unfitted pipeline. It maps a patient frame to years, with one feature for each input column.

    ``imputer``: see ``preparation``.
    """
    # Coefficients must agree within 1e-9 between machines, so the tolerance is far lower.
    return Pipeline([*preparation(imputer=imputer), ("lasso", Lasso(alpha=alpha, tol=1e-14, max_iter=100_000))])


def fit(task: LassoTask, patients: pd.DataFrame, outcome: Outcome, seed: int) -> FittedLasso:
    """Choose the penalty by cross-validation within these patients, then fit the model to all of them."""
    alpha, predicted, truth = _tune(task, patients, outcome, seed)
    pipeline = make_pipeline(alpha).fit(patients, task.targets(outcome))
    training = training_values(pipeline.named_steps["encode"], patients)
    return FittedLasso(
        pipeline, alpha, fit_intervals(predicted, truth, task.horizon_years), task.horizon_years, training
    )


def _tune(task: LassoTask, patients: pd.DataFrame, outcome: Outcome, seed: int) -> tuple[float, Array, Truth]:
    """Return the penalty with the least loss, its held-out predictions of all folds, and their truth."""
    folds = RepeatedStratifiedKFold(n_splits=TUNING_FOLDS, n_repeats=TUNING_REPEATS, random_state=seed)
    predictions, truths = [], []
    for train, held_out in folds.split(patients, outcome.died):
        train_outcome = outcome.take(train)
        predictions.append(_path(task, patients.iloc[train], train_outcome, patients.iloc[held_out]))
        truths.append(task.truth(train_outcome, outcome.take(held_out)))
    predicted, truth = np.concatenate(predictions), Truth.joined(truths)
    squared = (predicted - truth.years[:, np.newaxis]) ** 2
    loss = (squared * truth.weight[:, np.newaxis]).sum(axis=0) / truth.weight.sum()
    best = first_least(loss)
    return ALPHAS[best], predicted[:, best], truth


def first_least(losses: Array) -> int:
    """Return the index of the first loss that is at most ``LOSS_TOLERANCE`` above the least one."""
    return int(np.argmax(losses <= losses.min() + LOSS_TOLERANCE))


def _path(task: LassoTask, train: pd.DataFrame, outcome: Outcome, held_out: pd.DataFrame) -> Array:
    """Return the clipped predictions of the held-out rows for each of ``ALPHAS``, shape (rows, alphas)."""
    preprocessing = make_pipeline(ALPHAS[0])[:-1]
    standardised = preprocessing.fit_transform(train)
    targets = task.targets(outcome)
    mean = targets.mean()
    coefficients = lasso_path(standardised, targets - mean, alphas=np.array(ALPHAS))[1]
    predicted = mean + preprocessing.transform(held_out) @ coefficients
    clipped: Array = np.clip(predicted, 0.0, task.horizon_years)
    return clipped
