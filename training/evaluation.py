"""Evaluate models by repeated cross-validation.

Imputation, scaling, targets, penalty and intervals are all fitted inside the folds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from chalicelib.inference.models.output_spec import INTERVAL_QUANTILES
from chalicelib.inference.models.stable_comparison import exceeds, order
from training.curve import FittedCurve
from training.data import Outcome
from training.interval import Interval
from training.metrics import (
    CLOSE_YEARS,
    Figure,
    Truth,
    brier_score,
    concordance_index,
    error_figures,
    ipcw_truth,
    uno_c,
)
from training.preparation import preparation
from training.targets import (
    pseudo_observations,
    restricted_mean_survival_time,
    survival_interval,
    survival_probability,
)

Array = npt.NDArray[np.float64]

FOLDS = 5
REPEATS = 5
SEED = 0
UNO_YEARS = 8.0
"""The years up to which Uno's C is given for every model, so that models with different horizons can be compared."""
QUARTERS = 4
EARLY_YEARS = 2.0
"""The years within which a death counts as early."""
CALIBRATED_YEARS = 5.0
"""The years at which predicted and observed survival are compared."""


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
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class FittedFold:
    """A model fitted to the training patients of a fold. ``train`` and ``held_out`` are indices among all patients."""

    train: Rows
    held_out: Rows
    fitted: FittedModel


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The predictions for the n held-out patients of one fold.

    - ``rows``: their indices among all patients, shape (n,).
    - ``train``: the outcome of the training patients; ``outcome``: that of the held-out patients.
    - ``truth`` and ``predicted``: years within ``horizon_years``; ``predicted`` has shape (n,).
    - ``interval``: None unless ``horizon_years`` is the model's own horizon.
    - ``survival``: the curves at ``grid(horizon_years)``, shape (n, times); None without a curve.
    - ``median``: the curves' medians, or the horizon if it is earlier, shape (n,); None without a curve.
    """

    horizon_years: float
    rows: Rows
    train: Outcome
    outcome: Outcome
    truth: Truth
    predicted: Array
    interval: Interval | None
    survival: Array | None
    median: Array | None


def grid(horizon_years: float) -> Array:
    """Return the years at which curves are evaluated: every quarter of a year from 1 to the horizon."""
    steps: Array = np.arange(4, round(4 * horizon_years) + 1) / 4.0
    return steps


def split_folds(outcome: Outcome, repeats: int) -> Iterator[tuple[Rows, Rows]]:
    """Yield the indices of training and held-out patients of ``repeats`` x ``FOLDS`` folds, with a fixed seed."""
    split = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=repeats, random_state=SEED)
    yield from split.split(outcome.years, outcome.died)


def fit_folds(fit: Fit, patients: pd.DataFrame, outcome: Outcome, repeats: int = REPEATS) -> list[FittedFold]:
    """Fit a model in each of ``repeats`` x ``FOLDS`` folds.

    Each run of ``FOLDS`` consecutive folds holds every patient once. ``fit`` gets only the training patients, also for
    tuning and intervals, so coverage is measured on patients that the fit has not seen.
    """
    return [
        FittedFold(train, held_out, fit(patients.iloc[train], outcome.take(train)))
        for train, held_out in split_folds(outcome, repeats)
    ]


def predict(folds: list[FittedFold], patients: pd.DataFrame, outcome: Outcome, horizon_years: float) -> list[HeldOut]:
    """Return the predictions of each fold for its held-out patients within a horizon."""
    predictions = []
    for fold in folds:
        held_out, train, test = patients.iloc[fold.held_out], outcome.take(fold.train), outcome.take(fold.held_out)
        fitted = fold.fitted
        predictions.append(HeldOut(
            horizon_years, fold.held_out, train, test, ipcw_truth(train, test, horizon_years),
            predicted=fitted.years(held_out, horizon_years),
            interval=fitted.interval(held_out) if fitted.horizon_years == horizon_years else None,
            survival=fitted.survival(held_out, grid(horizon_years)),
            median=_median(fitted, held_out, horizon_years),
        ))  # fmt: skip
    return predictions


def _median(fitted: FittedModel, patients: pd.DataFrame, horizon_years: float) -> Array | None:
    if not isinstance(fitted, FittedCurve):
        return None
    return np.minimum(fitted.baseline.quantile(fitted.log_hazard(patients), 0.5), horizon_years)


def cross_validate(
    fit: Fit, patients: pd.DataFrame, outcome: Outcome, horizons_years: tuple[float, ...], repeats: int = REPEATS
) -> list[list[HeldOut]]:
    """Fit a model in each fold, and return the predictions of the folds for each horizon."""
    folds = fit_folds(fit, patients, outcome, repeats)
    return [predict(folds, patients, outcome, horizon) for horizon in horizons_years]


def constant_predictions(folds: list[HeldOut]) -> list[HeldOut]:
    """Return the same folds with the horizon as the prediction for every patient."""
    return [
        replace(fold, predicted=np.full(len(fold.rows), fold.horizon_years), interval=None, survival=None, median=None)
        for fold in folds
    ]


def accuracy(folds: list[HeldOut]) -> dict[str, Figure]:
    """Return the accuracy of held-out predictions, as means over the folds.

    - ``c_index``, and ``uno_c_8y`` up to ``UNO_YEARS``. If the horizon is another one, also Uno's C up to the horizon,
      such as ``uno_c_7y``.
    - ``mae``, ``rmse`` and ``bias`` in years, and ``share_within_1_5_years``.
    - With a curve, ``brier_score`` and ``mae_of_median``, the error of the curve's median (or horizon) as an estimate.
    """
    return _mean_over_folds(folds, _fold_accuracy)


def _fold_accuracy(fold: HeldOut) -> dict[str, Figure]:
    figures = {
        "c_index": concordance_index(fold.outcome, fold.predicted),
        **{
            f"uno_c_{years:.0f}y": uno_c(fold.train, fold.outcome, fold.predicted, years)
            for years in sorted({UNO_YEARS, fold.horizon_years})
        },
        **error_figures(fold.truth, fold.predicted),
    }
    if fold.survival is not None:
        figures["brier_score"] = brier_score(fold.train, fold.outcome, fold.survival, grid(fold.horizon_years))
    if fold.median is not None:
        figures["mae_of_median"] = error_figures(fold.truth, fold.median)["mae"]
    return figures


def accuracy_among_deaths(folds: list[HeldOut]) -> dict[str, Figure]:
    """Return the ``error_figures`` of the patients who died within the horizon, as means over the folds."""
    return _mean_over_folds(folds, _fold_accuracy_among_deaths)


def _fold_accuracy_among_deaths(fold: HeldOut) -> dict[str, Figure]:
    only_deaths = replace(fold.truth, weight=fold.truth.weight * fold.truth.died)
    return error_figures(only_deaths, fold.predicted)


def _mean_over_folds(folds: list[HeldOut], measure: Callable[[HeldOut], dict[str, Figure]]) -> dict[str, Figure]:
    patients = np.concatenate([fold.rows for fold in folds])
    by_fold = list(map(measure, folds))
    return {name: Figure.mean([figures[name] for figures in by_fold]).by_patient(patients) for name in by_fold[0]}


def pooled(folds: list[HeldOut]) -> pd.DataFrame:
    """Return a row for each held-out patient of each fold.

    ``quarter`` is that of the patient's predicted years in the ``repeat``: 0 to 3, from the sickest. Columns about the
    interval and the curve (``survival_5y``) are left out if the model has none.
    """
    parts = [_rows(fold).assign(repeat=number // FOLDS) for number, fold in enumerate(folds)]
    rows = pd.concat(parts, ignore_index=True)
    rows["quarter"] = rows.groupby("repeat")["predicted"].transform(lambda predicted: _quarters(predicted.to_numpy()))
    return rows


def _rows(fold: HeldOut) -> pd.DataFrame:
    rows = pd.DataFrame({
        "patient": fold.rows,
        "followed_years": fold.outcome.years,
        "died": fold.outcome.died,
        "true_years": fold.truth.years,
        "weight": fold.truth.weight,
        "died_within_horizon": fold.truth.died,
        "predicted": fold.predicted,
    })  # fmt: skip
    if fold.interval is not None:
        rows["covered"] = fold.interval.contains(fold.truth.years)
        rows["lived_shorter"] = fold.interval.is_above(fold.truth.years)
        rows["lived_longer"] = fold.interval.is_below(fold.truth.years)
        rows["width"] = fold.interval.upper - fold.interval.lower
    if fold.survival is not None:
        rows["survival_5y"] = fold.survival[:, np.searchsorted(grid(fold.horizon_years), CALIBRATED_YEARS)]
    return rows


def _quarters(predicted: Array) -> Rows:
    quarters = np.empty(len(predicted), dtype=np.intp)
    for number, rows in enumerate(np.array_split(order(predicted), QUARTERS)):
        quarters[rows] = number
    return quarters


def outcome_of(rows: pd.DataFrame) -> Outcome:
    """Return the outcome of pooled rows."""
    return Outcome(rows["followed_years"].to_numpy(), rows["died"].to_numpy())


def interval_coverage(folds: list[HeldOut]) -> dict[str, Any]:
    """Return the coverage of the intervals: the IPCW-weighted share of patients whose interval contains their years.

    - ``overall``, ``by_quartile`` (from the sickest), ``died_within_horizon`` and ``died_within_2_years``.
    - ``lived_shorter`` and ``lived_longer``: the shares of patients who died before or lived beyond their interval;
      also ``_by_quartile``.
    - ``mean_width_years``, and ``mean_width_years_by_quartile``.
    """
    rows = pooled(folds)
    quarters = [quarter for _, quarter in rows.groupby("quarter")]
    died = rows[rows["died_within_horizon"]]
    figures: dict[str, Any] = {
        "overall": _share(rows, "covered"),
        "by_quartile": [_share(quarter, "covered") for quarter in quarters],
        "died_within_horizon": _share(died, "covered"),
        "died_within_2_years": _share(died[~exceeds(died["true_years"], EARLY_YEARS)], "covered"),
        "mean_width_years": float(rows["width"].mean()),
        "mean_width_years_by_quartile": [float(quarter["width"].mean()) for quarter in quarters],
    }
    for name in ("lived_shorter", "lived_longer"):
        figures[name] = _share(rows, name)
        figures[f"{name}_by_quartile"] = [_share(quarter, name) for quarter in quarters]
    return figures


def _share(rows: pd.DataFrame, name: str) -> Figure:
    share = Figure.average(rows[name].to_numpy(), rows["weight"].to_numpy())
    return share.by_patient(rows["patient"].to_numpy())


def calibration(folds: list[HeldOut]) -> list[dict[str, Any]]:
    """Return predicted and observed years in each quarter of predicted years, from the sickest.

    ``predicted`` is the mean of the held-out predictions. ``observed`` is the restricted mean survival time of the same
    patients (Kaplan-Meier). ``bias`` is predicted - observed. With a curve, ``predicted_survival_5y`` and
    ``observed_survival_5y`` are added. All are means over the repeats.
    """
    horizon = folds[0].horizon_years
    return [_calibration(quarter, horizon) for _, quarter in pooled(folds).groupby("quarter")]


def _calibration(quarter: pd.DataFrame, horizon_years: float) -> dict[str, Any]:
    repeats = [rows for _, rows in quarter.groupby("repeat")]
    observed = [_restricted_mean(outcome_of(rows), horizon_years) for rows in repeats]
    predicted = [Figure.average(rows["predicted"].to_numpy(), np.ones(len(rows))) for rows in repeats]
    bias = Figure.mean([figure - other for figure, other in zip(predicted, observed, strict=True)])
    figures: dict[str, Any] = {
        "predicted": Figure.mean(predicted).value,
        "observed": Figure.mean(observed).value,
        "bias": bias.by_patient(quarter["patient"].to_numpy()),
    }
    if "survival_5y" in quarter:
        observed_survival = [survival_probability(outcome_of(rows), CALIBRATED_YEARS) for rows in repeats]
        figures["predicted_survival_5y"] = float(np.mean([rows["survival_5y"].mean() for rows in repeats]))
        figures["observed_survival_5y"] = float(np.mean(observed_survival))
    return figures


def _restricted_mean(outcome: Outcome, horizon_years: float) -> Figure:
    pseudo = pseudo_observations(outcome, horizon_years)
    return Figure(restricted_mean_survival_time(outcome, horizon_years), (pseudo - pseudo.mean()) / len(pseudo))


def observed_and_expected(fitted: FittedCurve, patients: pd.DataFrame, outcome: Outcome) -> tuple[Array, Array]:
    """Return for each patient whether a death was observed, and how many deaths the curve expects, shape (n,) each.

    Both are for the patient's follow-up, which counts up to the end of the curve.
    """
    end = float(fitted.survival_years[-1])
    hazard = np.interp(np.minimum(outcome.years, end), fitted.baseline.years, fitted.baseline.hazard)
    observed = outcome.died & (outcome.years <= end)
    return observed.astype(np.float64), hazard * np.exp(fitted.log_hazard(patients))


def died_before_lower(fitted: FittedCurve, patients: pd.DataFrame, outcome: Outcome) -> tuple[float, list[float]]:
    """Return the share of patients who died before the lower end of their interval, and its 95% interval.

    A patient's time is taken as the cumulative hazard of the patient's own curve, which is the same for all patients at
    the lower end. So the Kaplan-Meier estimate over that time accounts for censoring. It is read at the lower end.
    """
    observed, expected = observed_and_expected(fitted, patients, outcome)
    on_hazard = Outcome(expected, observed > 0)
    end = -float(np.log1p(-INTERVAL_QUANTILES[0]))
    low, high = survival_interval(on_hazard, end)
    return 1.0 - survival_probability(on_hazard, end), [1.0 - high, 1.0 - low]


def chord_errors(fitted: FittedCurve, patients: pd.DataFrame) -> dict[str, float]:
    """Return how far straight lines between the years of ``survival_years`` are from the curves they stand for.

    Of each patient's largest error ``chords_mean`` is the mean, and ``chords_worst`` the largest.
    """
    years = np.linspace(0.0, fitted.survival_years[-1], 50 * fitted.survival_years[-1] + 1)
    knots = np.array([0.0, *fitted.survival_years])
    exact, at_knots = fitted.survival(patients, years), fitted.survival(patients, knots)
    chords = np.stack([np.interp(years, knots, curve) for curve in at_knots])
    errors = np.abs(chords - exact).max(axis=1)
    return {"chords_mean": float(errors.mean()), "chords_worst": float(errors.max())}


def error_of_true_curves(patients: pd.DataFrame, outcome: Outcome, horizon_years: float) -> dict[str, float]:
    """Return the errors to expect of estimates from true survival curves, if those fitted to these patients were true.

    The curves come from a Cox model on the same features (Cox, 1972; Efron's ties, Breslow's baseline). Errors measured
    in a sample vary around these expectations, so they may also be smaller.

    - ``mae``, in years: the error of each curve's median, or of the horizon if that is earlier. No other estimate is
      expected to have a smaller one.
    - ``mae_of_mean`` and ``rmse_of_mean``, in years: the errors of each curve's restricted mean. No other estimate is
      expected to have a smaller RMSE.
    - ``mae_among_deaths`` and ``share_within_1_5_years_among_deaths``: for the patients who die within the horizon,
      even if it were known that they will. The first is the error of the median time to such a death, the
      second the probability of the most likely span of 2 x 1.5 years.
    """
    features = Pipeline(preparation()).fit_transform(patients)
    cox = CoxPHSurvivalAnalysis(ties="efron").fit(features, Surv.from_arrays(outcome.died, outcome.years))
    grid = np.linspace(0.0, horizon_years, 2001)
    survival = np.stack([curve(grid) for curve in cox.predict_survival_function(features)])
    died = 1.0 - survival
    dying = died[:, [-1]]
    mean = np.trapezoid(survival, grid, axis=1)
    error_of_mean = np.trapezoid(np.where(grid < mean[:, np.newaxis], died, survival), grid, axis=1)
    variance = 2.0 * np.trapezoid(survival * grid, grid, axis=1) - mean**2
    # The expectation of |T - median| is the area under the smaller of P(T <= t) and P(T > t), up to the horizon.
    conditional = died / dying
    span = np.count_nonzero(exceeds(2 * CLOSE_YEARS, grid))
    likeliest = (died[:, span:] - died[:, :-span]).max(axis=1)
    error_of_deaths = np.trapezoid(np.minimum(conditional, 1.0 - conditional), grid, axis=1)
    return {
        "mae": float(np.trapezoid(np.minimum(died, survival), grid, axis=1).mean()),
        "mae_of_mean": float(error_of_mean.mean()),
        "rmse_of_mean": float(np.sqrt(variance.mean())),
        "mae_among_deaths": float(np.average(error_of_deaths, weights=dying[:, 0])),
        "share_within_1_5_years_among_deaths": float(likeliest.sum() / dying.sum()),
    }
