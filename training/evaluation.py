"""Repeated cross-validation with imputation, scaling, targets, penalty and intervals inside the folds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from training.data import Outcome
from training.fit import Recipe, fit, make_pipeline
from training.interval import BANDS
from training.metrics import CLOSE_YEARS, Truth, concordance_index, error_figures, ipcw_truth, weighted_mean

Array = npt.NDArray[np.float64]

FOLDS = 5
REPEATS = 5
SEED = 0


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The answers to one held-out fold, each of shape (rows,), in years; ``band`` 0: the sickest."""

    outcome: Outcome
    truth: Truth
    predicted: Array
    lower: Array
    upper: Array
    band: npt.NDArray[np.intp]

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """Whether the interval holds the truth."""
        return (self.truth.years >= self.lower) & (self.truth.years <= self.upper)


def cross_validate(
    recipe: Recipe, patients: pd.DataFrame, outcome: Outcome, horizons_years: tuple[float, ...]
) -> list[list[HeldOut]]:
    """For each horizon the held-out answers of ``REPEATS`` x ``FOLDS`` fits of one recipe.

    Consecutive ``FOLDS`` of them hold all patients once. Predictions and truth are clipped to the horizon. The
    intervals are those that ``fit`` makes from the training rows alone, so their coverage is honest.
    """
    answers: list[list[HeldOut]] = [[] for _ in horizons_years]
    for train, test in _folds(outcome):
        train_outcome, test_outcome = outcome.take(train), outcome.take(test)
        fitted = fit(recipe, patients.iloc[train], train_outcome, SEED)
        predicted = fitted.predict(patients.iloc[test])
        for horizon, collected in zip(horizons_years, answers, strict=True):
            clipped = np.minimum(predicted, horizon)
            lower, upper = fitted.intervals.bounds(clipped, horizon)
            truth = ipcw_truth(train_outcome, test_outcome, horizon)
            band = fitted.intervals.band(clipped)
            collected.append(HeldOut(test_outcome, truth, clipped, lower, upper, band))
    return answers


def everybody_lives(outcome: Outcome, horizon_years: float) -> list[HeldOut]:
    """The answers of the constant predictor "everybody lives to the horizon" on the same folds."""
    answers = []
    for train, test in _folds(outcome):
        test_outcome = outcome.take(test)
        constant = np.full(len(test), horizon_years)
        truth = ipcw_truth(outcome.take(train), test_outcome, horizon_years)
        band = np.zeros(len(test), dtype=np.intp)
        answers.append(HeldOut(test_outcome, truth, constant, constant, constant, band))
    return answers


def accuracy(answers: list[HeldOut]) -> dict[str, float]:
    """Mean over the folds, and ``<figure>_sd`` the standard deviation between them, of ``c_index``, ``mae``,
    ``bias`` and ``share_within_1_5_years``."""
    folds = pd.DataFrame([
        {"c_index": concordance_index(fold.outcome, fold.predicted), **error_figures(fold.truth,
        fold.predicted)} for fold in answers
    ])  # fmt: skip
    return _mean_and_spread(folds)


def accuracy_among_deaths(answers: list[HeldOut]) -> dict[str, float]:
    """The same errors, and ``interval_coverage``, among those who died within the horizon."""
    folds = []
    for fold in answers:
        died = fold.truth.died
        truth = fold.truth.take(died)
        coverage = weighted_mean(fold.covered[died], truth.weight)
        folds.append({**error_figures(truth, fold.predicted[died]), "interval_coverage": coverage})
    return _mean_and_spread(pd.DataFrame(folds))


def interval_coverage(answers: list[HeldOut]) -> dict[str, float | list[float]]:
    """IPCW share of patients whose interval holds the truth: overall (``_sd`` between the repeats), in each
    quarter of predicted risk from the sickest; shares below and above the interval; mean width in years."""
    rows = _pooled(answers)
    repeats = [_pooled(answers[start : start + FOLDS]) for start in range(0, len(answers), FOLDS)]
    quarters = [rows[rows["band"] == band] for band in range(BANDS)]
    return {
        "overall": _share(rows, "covered"),
        "overall_sd": float(np.std([_share(repeat, "covered") for repeat in repeats], ddof=1)),
        "by_quartile": [_share(quarter, "covered") for quarter in quarters],
        "lived_shorter": _share(rows, "shorter"),
        "lived_longer": _share(rows, "longer"),
        "mean_width_years": float(rows["width"].mean()),
        "mean_width_years_by_quartile": [float(quarter["width"].mean()) for quarter in quarters],
    }


def least_possible_error(patients: pd.DataFrame, outcome: Outcome, horizon_years: float) -> dict[str, float]:
    """Errors of the best possible point estimates, if survival curves fitted to these patients were the truth.

    The curves: a Cox model on the same features (Cox, 1972; Efron's ties, Breslow's baseline), in sample, so the
    errors are rather too small. ``mae``, in years: of the estimate with the least mean absolute error, which is
    each curve's median, or the horizon where that is beyond. The two figures ``_among_deaths`` are bounds for who
    dies within the horizon even if it were known beforehand that they will: the error of the median of the time
    to such a death, and the probability of the likeliest span of 2 x 1.5 years.
    """
    features = make_pipeline(alpha=1.0)[:-1].fit_transform(patients)
    cox = CoxPHSurvivalAnalysis(ties="efron").fit(features, Surv.from_arrays(outcome.died, outcome.years))
    grid = np.linspace(0.0, horizon_years, 2001)
    survival = np.stack([curve(grid) for curve in cox.predict_survival_function(features)])
    died = 1.0 - survival
    dying = died[:, [-1]]
    # |T - median| has the expectation: area under the smaller of P(T <= t) and P(T > t), up to the horizon.
    conditional = died / dying
    span = int(np.searchsorted(grid, 2 * CLOSE_YEARS))
    likeliest = (died[:, span:] - died[:, :-span]).max(axis=1)
    error_of_deaths = np.trapezoid(np.minimum(conditional, 1.0 - conditional), grid, axis=1)
    return {
        "mae": float(np.trapezoid(np.minimum(died, survival), grid, axis=1).mean()),
        "mae_among_deaths": float(np.average(error_of_deaths, weights=dying[:, 0])),
        "share_within_1_5_years_among_deaths": float(likeliest.sum() / dying.sum()),
    }


def _folds(outcome: Outcome) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    yield from folds.split(outcome.years, outcome.died)


def _mean_and_spread(folds: pd.DataFrame) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name in folds.columns:
        figures[name] = float(folds[name].mean())
        figures[f"{name}_sd"] = float(folds[name].std(ddof=1))
    return figures


def _pooled(answers: list[HeldOut]) -> pd.DataFrame:
    return pd.concat([
        pd.DataFrame({
            "weight": fold.truth.weight,
            "covered": fold.covered,
            "shorter": fold.truth.years < fold.lower,
            "longer": fold.truth.years > fold.upper,
            "width": fold.upper - fold.lower,
            "band": fold.band,
        })
        for fold in answers
    ])  # fmt: skip


def _share(rows: pd.DataFrame, name: str) -> float:
    return weighted_mean(rows[name].to_numpy(), rows["weight"].to_numpy())
