"""Evaluate models by repeated cross-validation.

Imputation, scaling, targets, penalty and intervals are all fitted inside the folds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from chalicelib.inference.models.stable_comparison import exceeds, order
from training.data import Outcome
from training.interval import RISK_CLASSES, Interval
from training.metrics import (
    CLOSE_YEARS,
    Truth,
    brier_score,
    concordance_index,
    error_figures,
    ipcw_truth,
    uno_c,
    weighted_mean,
)
from training.preparation import preparation
from training.targets import restricted_mean_survival_time, survival_probability

Array = npt.NDArray[np.float64]

FOLDS = 5
REPEATS = 5
SEED = 0


class FittedModel(Protocol):
    """The interface of a fitted model that is evaluated."""

    @property
    def horizon_years(self) -> float:
        """The horizon of the model's interval, in years."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns."""

    def years(self, patients: pd.DataFrame, horizon_years: float) -> Array:
        """Return the estimated years within a horizon, shape (n,)."""

    def interval(self, patients: pd.DataFrame) -> Interval:
        """Return the intervals within the model's own horizon."""

    def survival(self, patients: pd.DataFrame, years: Array) -> Array | None:
        """Return the probabilities to live longer than each of ``years``, shape (n, times); None without a curve."""


Fit = Callable[[pd.DataFrame, Outcome], FittedModel]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The predictions for the n held-out patients of one fold.

    - ``rows``: their indices among all patients, shape (n,).
    - ``train``: the outcome of the training patients; ``outcome``: that of the held-out patients.
    - ``truth`` and ``predicted``: years within ``horizon_years``; ``predicted`` has shape (n,).
    - ``interval``: None unless ``horizon_years`` is the model's own horizon.
    - ``survival``: the curves at ``grid(horizon_years)``, shape (n, times); None without a curve.
    """

    horizon_years: float
    rows: npt.NDArray[np.intp]
    train: Outcome
    outcome: Outcome
    truth: Truth
    predicted: Array
    interval: Interval | None
    survival: Array | None

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """Whether each interval contains the true years, shape (n,). Raises ``ValueError`` without intervals."""
        if self.interval is None:
            raise ValueError("This model predicts no interval.")
        return self.interval.contains(self.truth.years)


def grid(horizon_years: float) -> Array:
    """Return the years at which curves are evaluated: every quarter of a year from 1 to the horizon.

    In every fold somebody has died within the first year.
    """
    steps: Array = np.arange(4, round(4 * horizon_years) + 1) / 4.0
    return steps


def split_folds(outcome: Outcome, repeats: int) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Yield the indices of training and held-out patients of ``repeats`` x ``FOLDS`` folds, with a fixed seed."""
    split = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=repeats, random_state=SEED)
    yield from split.split(outcome.years, outcome.died)


def cross_validate(
    fit: Fit,
    patients: pd.DataFrame,
    outcome: Outcome,
    horizons_years: tuple[float, ...],
    repeats: int = REPEATS,
    truth_of: Outcome | None = None,
) -> list[list[HeldOut]]:
    """Fit a model in each of ``repeats`` x ``FOLDS`` folds, and return the held-out folds for each horizon.

    Each run of ``FOLDS`` consecutive folds holds every patient once. ``fit`` gets only the training patients, also for
    tuning and intervals, so coverage is measured on patients that the fit has not seen. ``truth_of`` is the outcome
    that predictions are compared with; ``outcome`` by default.
    """
    folds_by_horizon: list[list[HeldOut]] = [[] for _ in horizons_years]
    true_outcome = truth_of or outcome
    for train, test in split_folds(outcome, repeats):
        fitted = fit(patients.iloc[train], outcome.take(train))
        held_out, train_outcome, test_outcome = patients.iloc[test], true_outcome.take(train), true_outcome.take(test)
        for horizon, folds in zip(horizons_years, folds_by_horizon, strict=True):
            fold = HeldOut(
                horizon, test, train_outcome, test_outcome, ipcw_truth(train_outcome, test_outcome, horizon),
                predicted=fitted.years(held_out, horizon),
                interval=fitted.interval(held_out) if fitted.horizon_years == horizon else None,
                survival=fitted.survival(held_out, grid(horizon)),
            )  # fmt: skip
            folds.append(fold)
    return folds_by_horizon


@dataclass(frozen=True, slots=True)
class ConstantPredictor:
    """A predictor without features: it predicts that everybody lives to the horizon."""

    horizon_years: float = np.inf
    columns: tuple[str, ...] = ()

    def years(self, patients: pd.DataFrame, horizon_years: float) -> Array:
        """Return the horizon for each patient, shape (n,)."""
        return np.full(len(patients), horizon_years)

    def interval(self, patients: pd.DataFrame) -> Interval:
        """Return intervals of no width at the horizon."""
        years = self.years(patients, self.horizon_years)
        return Interval(years, years, np.zeros(len(years), dtype=np.intp))

    def survival(self, _patients: pd.DataFrame, _years: Array) -> None:
        """Return None: there is no curve."""


def accuracy(folds: list[HeldOut]) -> dict[str, float]:
    """Return the accuracy of held-out predictions.

    The figures are ``c_index``, ``uno_c``, ``mae`` and ``bias`` in years, ``share_within_1_5_years`` and, with a curve,
    ``brier_score``. Each is the mean over the folds; ``<figure>_sd`` is the standard deviation between folds.
    """
    return _mean_and_spread(pd.DataFrame(list(map(_fold_accuracy, folds))))


def _fold_accuracy(fold: HeldOut) -> dict[str, float]:
    figures = {
        "c_index": concordance_index(fold.outcome, fold.predicted),
        "uno_c": uno_c(fold.train, fold.outcome, fold.predicted, fold.horizon_years),
        **error_figures(fold.truth, fold.predicted),
    }
    if fold.survival is not None:
        figures["brier_score"] = brier_score(fold.train, fold.outcome, fold.survival, grid(fold.horizon_years))
    return figures


def accuracy_among_deaths(folds: list[HeldOut]) -> dict[str, float]:
    """Return ``mae``, ``bias`` and ``share_within_1_5_years`` of the patients who died within the horizon.

    ``interval_coverage`` is added if there are intervals. Means and ``_sd`` are as in ``accuracy``.
    """
    fold_figures = []
    for fold in folds:
        died = fold.truth.died
        truth = fold.truth.take(died)
        figures = error_figures(truth, fold.predicted[died])
        if fold.interval is not None:
            figures["interval_coverage"] = weighted_mean(fold.covered[died], truth.weight)
        fold_figures.append(figures)
    return _mean_and_spread(pd.DataFrame(fold_figures))


def interval_coverage(folds: list[HeldOut]) -> dict[str, float | list[float]]:
    """Return the coverage of the intervals: the IPCW-weighted share of patients whose interval contains their years.

    - ``overall``; ``overall_sd`` is the standard deviation between repeats.
    - ``by_quartile``: in each risk class, from the sickest.
    - ``lived_shorter`` and ``lived_longer``: the shares of patients who died before or lived beyond their interval.
    - ``mean_width_years``, and ``mean_width_years_by_quartile``.
    """
    rows = _pooled(folds)
    repeats = [_pooled(folds[start : start + FOLDS]) for start in range(0, len(folds), FOLDS)]
    quarters = [rows[rows["risk_class"] == number] for number in range(RISK_CLASSES)]
    spread = np.std([_share(repeat, "covered") for repeat in repeats], ddof=1) if len(repeats) > 1 else 0.0
    return {
        "overall": _share(rows, "covered"),
        "overall_sd": float(spread),
        "by_quartile": [_share(quarter, "covered") for quarter in quarters],
        "lived_shorter": _share(rows, "shorter"),
        "lived_longer": _share(rows, "longer"),
        "mean_width_years": float(rows["width"].mean()),
        "mean_width_years_by_quartile": [float(quarter["width"].mean()) for quarter in quarters],
    }


def calibration(folds: list[HeldOut]) -> list[dict[str, float]]:
    """Return predicted and observed years in each quarter of predicted risk, from the sickest.

    ``predicted`` is the mean of the held-out predictions. ``observed`` is the restricted mean survival time of the same
    patients (Kaplan-Meier). With a curve, ``predicted_survival_5y`` and ``observed_survival_5y`` are added. All are
    means over the repeats.
    """
    repeats = [folds[start : start + FOLDS] for start in range(0, len(folds), FOLDS)]
    quarters = pd.concat([pd.DataFrame(_calibration(repeat)) for repeat in repeats])
    means = quarters.groupby(level=0).mean()
    return [{str(name): float(figure) for name, figure in quarter.items()} for quarter in means.to_dict("records")]


CALIBRATED_YEARS = 5.0


def _calibration(repeat: list[HeldOut]) -> list[dict[str, float]]:
    horizon = repeat[0].horizon_years
    predicted = np.concatenate([fold.predicted for fold in repeat])
    outcome = Outcome.joined([fold.outcome for fold in repeat])
    curves = [fold.survival for fold in repeat if fold.survival is not None]
    index = int(np.searchsorted(grid(horizon), CALIBRATED_YEARS))
    quarters = []
    for rows in np.array_split(order(predicted), RISK_CLASSES):
        figures = {
            "predicted": float(predicted[rows].mean()),
            "observed": restricted_mean_survival_time(outcome.take(rows), horizon),
        }
        if curves:
            figures["predicted_survival_5y"] = float(np.concatenate(curves)[rows, index].mean())
            figures["observed_survival_5y"] = survival_probability(outcome.take(rows), CALIBRATED_YEARS)
        quarters.append(figures)
    return quarters


def least_possible_error(patients: pd.DataFrame, outcome: Outcome, horizon_years: float) -> dict[str, float]:
    """Return the errors of the best possible estimates, if survival curves fitted to these patients were the truth.

    The curves come from a Cox model on the same features (Cox, 1972; Efron's ties, Breslow's baseline). They are in
    sample, so the errors are rather too small.

    - ``mae``, in years: the error of the best estimate, which is each curve's median, or the horizon if that is
      earlier.
    - ``mae_among_deaths`` and ``share_within_1_5_years_among_deaths``: bounds for the patients who die within the
      horizon, even if it were known that they will. The first is the error of the median time to such a death, the
      second the probability of the most likely span of 2 x 1.5 years.
    """
    features = Pipeline(preparation()).fit_transform(patients)
    cox = CoxPHSurvivalAnalysis(ties="efron").fit(features, Surv.from_arrays(outcome.died, outcome.years))
    grid = np.linspace(0.0, horizon_years, 2001)
    survival = np.stack([curve(grid) for curve in cox.predict_survival_function(features)])
    died = 1.0 - survival
    dying = died[:, [-1]]
    # The expectation of |T - median| is the area under the smaller of P(T <= t) and P(T > t), up to the horizon.
    conditional = died / dying
    span = np.count_nonzero(exceeds(2 * CLOSE_YEARS, grid))
    likeliest = (died[:, span:] - died[:, :-span]).max(axis=1)
    error_of_deaths = np.trapezoid(np.minimum(conditional, 1.0 - conditional), grid, axis=1)
    return {
        "mae": float(np.trapezoid(np.minimum(died, survival), grid, axis=1).mean()),
        "mae_among_deaths": float(np.average(error_of_deaths, weights=dying[:, 0])),
        "share_within_1_5_years_among_deaths": float(likeliest.sum() / dying.sum()),
    }


def _mean_and_spread(fold_figures: pd.DataFrame) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name in fold_figures.columns:
        figures[name] = float(fold_figures[name].mean())
        figures[f"{name}_sd"] = float(fold_figures[name].std(ddof=1))
    return figures


def _pooled(folds: list[HeldOut]) -> pd.DataFrame:
    return pd.concat([
        pd.DataFrame({
            "weight": fold.truth.weight,
            "covered": fold.covered,
            "shorter": fold.interval.is_above(fold.truth.years),
            "longer": fold.interval.is_below(fold.truth.years),
            "width": fold.interval.upper - fold.interval.lower,
            "risk_class": fold.interval.risk_class,
        })
        for fold in folds
        if fold.interval is not None
    ])  # fmt: skip


def _share(rows: pd.DataFrame, name: str) -> float:
    return weighted_mean(rows[name].to_numpy(), rows["weight"].to_numpy())
