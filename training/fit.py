"""The pipeline, the choice of its penalty, and the fit. One procedure for the folds and the artefact."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Lasso, lasso_path
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from chalicelib.inference.models.lasso import IntervalTable
from chalicelib.inference.models.transformers import ColumnEncoder, LogColumns, TrainingRangeClamp
from training.data import Outcome
from training.interval import fit_intervals
from training.metrics import Truth, ipcw_truth
from training.targets import pseudo_observations

Array = npt.NDArray[np.float64]

# What a first visit measures. Ascites, liver size and spider naevi are missing for a quarter of the patients
# and depend on the examiner; the alkaline phosphatase is on an assay scale no longer in use. Seven sets and
# codings were compared on the evaluation's folds beforehand; this one isn't the best of them, but the card
# says that it was done.
FEATURES = (
    "Age", "Sex", "Edema", "Bilirubin", "Cholesterol", "Albumin", "Copper", "SGOT", "Tryglicerides",
    "Platelets", "Prothrombin", "Stage",
)  # fmt: skip
LOGGED = (
    "Bilirubin", "Cholesterol", "Albumin", "Copper", "SGOT", "Tryglicerides", "Platelets", "Prothrombin",
)  # fmt: skip
CODES = {
    "Sex": {"F": 0.0, "M": 1.0},
    # The scores of the published Mayo model (Dickson et al., 1989).
    "Edema": {"N": 0.0, "S": 0.5, "Y": 1.0},
    "Stage": {"1": 1.0, "2": 2.0, "3": 3.0, "4": 4.0},
}

# Largest first: of penalties that do equally well the one that keeps fewer columns is taken.
ALPHAS = tuple(float(alpha) for alpha in np.geomspace(1.0, 0.01, 21).round(4))
TUNING_FOLDS = 5
TUNING_REPEATS = 2
# Losses that differ by less are equal: rounding noise of another machine mustn't choose another penalty.
LOSS_DECIMALS = 6


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
class Fitted:
    """A fitted pipeline, the penalty chosen for it, and the interval table of its held-out predictions."""

    pipeline: Pipeline
    alpha: float
    intervals: IntervalTable
    horizon_years: float

    def predict(self, patients: pd.DataFrame) -> Array:
        """Predicted years of each patient within 0 and the horizon, shape (n,)."""
        years: Array = np.clip(self.pipeline.predict(patients), 0.0, self.horizon_years)
        return years


def make_pipeline(alpha: float) -> Pipeline:
    """The unfitted pipeline: from a patient frame to years, one feature for each input column."""
    return Pipeline([
        ("encode", ColumnEncoder(FEATURES, CODES)),
        ("clamp", TrainingRangeClamp()),
        ("impute", SimpleImputer(strategy="median")),
        ("log", LogColumns(tuple(FEATURES.index(name) for name in LOGGED))),
        ("scale", StandardScaler()),
        # Run to convergence far below the 1e-9 to which coefficients must agree between machines.
        ("lasso", Lasso(alpha=alpha, tol=1e-14, max_iter=100_000)),
    ])  # fmt: skip


def fit(recipe: Recipe, patients: pd.DataFrame, outcome: Outcome, seed: int) -> Fitted:
    """Chooses the penalty by cross-validation within these rows, then fits to all of them."""
    alpha, predicted, truth = _tune(recipe, patients, outcome, seed)
    pipeline = make_pipeline(alpha).fit(patients, recipe.targets(outcome))
    return Fitted(pipeline, alpha, fit_intervals(predicted, truth), recipe.horizon_years)


def _tune(recipe: Recipe, patients: pd.DataFrame, outcome: Outcome, seed: int) -> tuple[float, Array, Truth]:
    """The penalty with the least loss; its held-out predictions, one for each row and repeat, and their
    truth."""
    folds = RepeatedStratifiedKFold(n_splits=TUNING_FOLDS, n_repeats=TUNING_REPEATS, random_state=seed)
    predictions, truths = [], []
    for train, held_out in folds.split(patients, outcome.died):
        train_outcome = outcome.take(train)
        predictions.append(_path(recipe, patients.iloc[train], train_outcome, patients.iloc[held_out]))
        truths.append(recipe.truth(train_outcome, outcome.take(held_out)))
    predicted = np.concatenate(predictions)
    truth = Truth(
        np.concatenate([part.years for part in truths]),
        np.concatenate([part.weight for part in truths]),
        np.concatenate([part.died for part in truths]),
    )
    squared = (predicted - truth.years[:, np.newaxis]) ** 2
    loss = (squared * truth.weight[:, np.newaxis]).sum(axis=0) / truth.weight.sum()
    best = int(np.argmin(loss.round(LOSS_DECIMALS)))
    return ALPHAS[best], predicted[:, best], truth


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
