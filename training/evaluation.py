"""Repeated cross-validation with imputation, scaling, targets, penalty and intervals inside the folds."""

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
from training.interval import BANDS, Interval
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


class Fitted(Protocol):
    """A fitted model as the evaluation sees it."""

    @property
    def horizon_years(self) -> float:
        """The horizon of its interval."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns."""

    def years(self, patients: pd.DataFrame, horizon_years: float) -> Array:
        """The point estimates within a horizon, shape (n,)."""

    def interval(self, patients: pd.DataFrame) -> Interval:
        """The intervals within its own horizon."""

    def survival(self, patients: pd.DataFrame, years: Array) -> Array | None:
        """The probabilities to live longer than each of ``years``, shape (n, times); None without a curve."""


Fit = Callable[[pd.DataFrame, Outcome], Fitted]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The answers to one held-out fold of n patients.

    ``rows``: their places among all patients. ``train``: the outcome of the others. ``truth`` and ``predicted``,
    shape (n,): years within ``horizon_years``. ``interval``: None unless this is the model's own horizon.
    ``survival``: at ``grid(horizon_years)``, shape (n, times), None without a curve.
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
        """Whether the interval holds the truth."""
        if self.interval is None:
            raise ValueError("This model predicts no interval.")
        return self.interval.holds(self.truth.years)


def grid(horizon_years: float) -> Array:
    """The years at which curves are judged: every quarter from the first year, by which somebody of each fold has died,
    to the horizon."""
    steps: Array = np.arange(4, round(4 * horizon_years) + 1) / 4.0
    return steps


def folds(outcome: Outcome, repeats: int) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Places of the training and of the held-out patients, ``repeats`` times ``FOLDS``, always the same."""
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
    """For each horizon the held-out answers of ``repeats`` x ``FOLDS`` fits.

    Consecutive ``FOLDS`` of them hold all patients once. ``fit`` sees the training rows alone, for tuning and
    intervals too, so coverage is honest. ``truth_of``: what the answers are compared with, if not ``outcome``.
    """
    answers: list[list[HeldOut]] = [[] for _ in horizons_years]
    known = truth_of or outcome
    for train, test in folds(outcome, repeats):
        fitted = fit(patients.iloc[train], outcome.take(train))
        held_out, past, future = patients.iloc[test], known.take(train), known.take(test)
        for horizon, collected in zip(horizons_years, answers, strict=True):
            answer = HeldOut(
                horizon, test, past, future, ipcw_truth(past, future, horizon),
                predicted=fitted.years(held_out, horizon),
                interval=fitted.interval(held_out) if fitted.horizon_years == horizon else None,
                survival=fitted.survival(held_out, grid(horizon)),
            )  # fmt: skip
            collected.append(answer)
    return answers


@dataclass(frozen=True, slots=True)
class EverybodyLives:
    """The constant predictor: everybody lives to the horizon."""

    horizon_years: float = np.inf
    columns: tuple[str, ...] = ()

    def years(self, patients: pd.DataFrame, horizon_years: float) -> Array:
        """The horizon, whoever it is."""
        return np.full(len(patients), horizon_years)

    def interval(self, patients: pd.DataFrame) -> Interval:
        """Of no width."""
        years = self.years(patients, self.horizon_years)
        return Interval(years, years, np.zeros(len(years), dtype=np.intp))

    def survival(self, _patients: pd.DataFrame, _years: Array) -> None:
        """There is no curve."""


def accuracy(answers: list[HeldOut]) -> dict[str, float]:
    """Mean over the folds, and ``<figure>_sd`` the standard deviation between them, of ``c_index``, ``uno_c``,
    ``mae``, ``bias``, ``share_within_1_5_years`` and, with a curve, ``brier_score``."""
    return _mean_and_spread(pd.DataFrame(list(map(_fold_accuracy, answers))))


def _fold_accuracy(fold: HeldOut) -> dict[str, float]:
    figures = {
        "c_index": concordance_index(fold.outcome, fold.predicted),
        "uno_c": uno_c(fold.train, fold.outcome, fold.predicted, fold.horizon_years),
        **error_figures(fold.truth, fold.predicted),
    }
    if fold.survival is not None:
        figures["brier_score"] = brier_score(fold.train, fold.outcome, fold.survival, grid(fold.horizon_years))
    return figures


def accuracy_among_deaths(answers: list[HeldOut]) -> dict[str, float]:
    """The same errors, and ``interval_coverage`` where there are intervals, among those who died within the
    horizon."""
    folds = []
    for fold in answers:
        died = fold.truth.died
        truth = fold.truth.take(died)
        figures = error_figures(truth, fold.predicted[died])
        if fold.interval is not None:
            figures["interval_coverage"] = weighted_mean(fold.covered[died], truth.weight)
        folds.append(figures)
    return _mean_and_spread(pd.DataFrame(folds))


def interval_coverage(answers: list[HeldOut]) -> dict[str, float | list[float]]:
    """IPCW share of patients whose interval holds the truth: overall (``_sd`` between the repeats), in each
    quarter of predicted risk from the sickest; shares below and above the interval; mean width in years."""
    rows = _pooled(answers)
    repeats = [_pooled(answers[start : start + FOLDS]) for start in range(0, len(answers), FOLDS)]
    quarters = [rows[rows["band"] == band] for band in range(BANDS)]
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


def calibration(answers: list[HeldOut]) -> list[dict[str, float]]:
    """Predicted against observed years, for the quarters of predicted risk from the sickest.

    ``predicted``: mean of the held-out predictions. ``observed``: restricted mean survival time of the same patients
    (Kaplan-Meier). Both are means over the repeats. With a curve also ``predicted_survival_5y`` and
    ``observed_survival_5y``.
    """
    repeats = [answers[start : start + FOLDS] for start in range(0, len(answers), FOLDS)]
    quarters = pd.concat([pd.DataFrame(_calibration(repeat)) for repeat in repeats])
    means = quarters.groupby(level=0).mean()
    return [{str(name): float(figure) for name, figure in quarter.items()} for quarter in means.to_dict("records")]


CALIBRATED_YEARS = 5.0


def _calibration(repeat: list[HeldOut]) -> list[dict[str, float]]:
    horizon = repeat[0].horizon_years
    predicted = np.concatenate([fold.predicted for fold in repeat])
    outcome = Outcome.joined([fold.outcome for fold in repeat])
    curves = [fold.survival for fold in repeat if fold.survival is not None]
    at = int(np.searchsorted(grid(horizon), CALIBRATED_YEARS))
    quarters = []
    for rows in np.array_split(order(predicted), BANDS):
        figures = {
            "predicted": float(predicted[rows].mean()),
            "observed": restricted_mean_survival_time(outcome.take(rows), horizon),
        }
        if curves:
            figures["predicted_survival_5y"] = float(np.concatenate(curves)[rows, at].mean())
            figures["observed_survival_5y"] = survival_probability(outcome.take(rows), CALIBRATED_YEARS)
        quarters.append(figures)
    return quarters


def least_possible_error(patients: pd.DataFrame, outcome: Outcome, horizon_years: float) -> dict[str, float]:
    """Errors of the best possible point estimates, if survival curves fitted to these patients were the truth.

    The curves: a Cox model on the same features (Cox, 1972; Efron's ties, Breslow's baseline), in sample, so the
    errors are rather too small. ``mae``, in years: of the estimate with the least mean absolute error, which is
    each curve's median, or the horizon where that is beyond. The two figures ``_among_deaths`` are bounds for who
    dies within the horizon even if it were known beforehand that they will: the error of the median of the time
    to such a death, and the probability of the likeliest span of 2 x 1.5 years.
    """
    features = Pipeline(preparation()).fit_transform(patients)
    cox = CoxPHSurvivalAnalysis(ties="efron").fit(features, Surv.from_arrays(outcome.died, outcome.years))
    grid = np.linspace(0.0, horizon_years, 2001)
    survival = np.stack([curve(grid) for curve in cox.predict_survival_function(features)])
    died = 1.0 - survival
    dying = died[:, [-1]]
    # |T - median| has the expectation: area under the smaller of P(T <= t) and P(T > t), up to the horizon.
    conditional = died / dying
    span = np.count_nonzero(exceeds(2 * CLOSE_YEARS, grid))
    likeliest = (died[:, span:] - died[:, :-span]).max(axis=1)
    error_of_deaths = np.trapezoid(np.minimum(conditional, 1.0 - conditional), grid, axis=1)
    return {
        "mae": float(np.trapezoid(np.minimum(died, survival), grid, axis=1).mean()),
        "mae_among_deaths": float(np.average(error_of_deaths, weights=dying[:, 0])),
        "share_within_1_5_years_among_deaths": float(likeliest.sum() / dying.sum()),
    }


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
            "shorter": fold.interval.begins_after(fold.truth.years),
            "longer": fold.interval.ends_before(fold.truth.years),
            "width": fold.interval.upper - fold.interval.lower,
            "band": fold.interval.band,
        })
        for fold in answers
        if fold.interval is not None
    ])  # fmt: skip


def _share(rows: pd.DataFrame, name: str) -> float:
    return weighted_mean(rows[name].to_numpy(), rows["weight"].to_numpy())
