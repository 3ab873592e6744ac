"""Evaluate a model: all figures that its card reports."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from training import cohorts, lasso
from training.data import Outcome, death, death_or_transplant
from training.evaluation import (
    FOLDS,
    REPEATS,
    SEED,
    ConstantPredictor,
    Fit,
    FittedModel,
    HeldOut,
    accuracy,
    accuracy_among_deaths,
    calibration,
    cross_validate,
    interval_coverage,
    least_possible_error,
    split_folds,
)
from training.interval import Interval
from training.metrics import Truth, concordance_index, error_figures, ipcw_truth, weighted_mean
from training.recipe import Recipe
from training.targets import restricted_mean_survival_time, survival_probability

DECIMALS = 3
EXTERNAL_YEARS = 4.0
"""The years at which survival is compared in the external cohort. A quarter of its patients was followed this long."""
BOOTSTRAPS = 1000

_ERRORS = {"mae": "ipcw_mae", "bias": "bias", "brier_score": "integrated_brier_score"}

Array = npt.NDArray[np.float64]
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """The measured figures of a model by sections of its card. Times are in years, shares from 0 to 1; unrounded."""

    quality: Figures
    first_repeat: Figures
    comparisons: Figures
    sensitivity: Figures
    later_visits: Figures
    external: Figures
    not_achievable: Figures


def measure(recipe: Recipe, fitted: FittedModel, patients: pd.DataFrame) -> Report:
    """Evaluate a model and return its report.

    The model and what it is compared with are cross-validated on the 418 patients with the same folds. ``fitted``, the
    model that is served, is evaluated on the external cohort.
    """
    outcome, horizon = death(patients), recipe.horizon_years
    [folds] = cross_validate(recipe.fit, patients, outcome, (horizon,))
    quality = {
        **held_out_figures(folds, horizon),
        "outside_trial": _outside_trial(patients, folds[:FOLDS], horizon),
        "folds": FOLDS,
        "repeats": REPEATS,
    }
    if recipe.evaluate_band:
        quality["curve_band"] = recipe.evaluate_band(patients, outcome)
    for other_horizon, fit in recipe.other_horizons.items():
        [other_folds] = cross_validate(fit, patients, outcome, (other_horizon,))
        quality |= errors_only(accuracy(other_folds), other_horizon)
    [with_transplant] = cross_validate(recipe.fit, patients, death_or_transplant(patients), (horizon,))
    return Report(
        quality=quality,
        first_repeat=held_out_figures(folds[:FOLDS], horizon),
        comparisons=_comparisons(patients, outcome, (horizon, *recipe.other_horizons)),
        sensitivity={"transplant_or_death": by_horizon(accuracy(with_transplant), horizon)},
        later_visits=_later_visits(recipe, patients, outcome),
        external=_external(recipe, fitted),
        not_achievable={
            f"best_possible_{years:.0f}y": least_possible_error(patients, outcome, years)
            for years in (horizon, *recipe.other_horizons)
        },
    )


def held_out_figures(folds: list[HeldOut], horizon_years: float) -> Figures:
    """Return the accuracy, coverage and calibration of held-out predictions."""
    return {
        **by_horizon(accuracy(folds), horizon_years),
        "died_within_horizon": accuracy_among_deaths(folds),
        "interval_coverage": interval_coverage(folds),
        "calibration": calibration(folds),
    }


def _outside_trial(patients: pd.DataFrame, repeat: list[HeldOut], horizon_years: float) -> Figures:
    """Return the accuracy for the patients outside the trial. The published score was not fitted to them."""
    is_outside = patients["Drug"].isna().to_numpy()
    parts = [(fold, is_outside[fold.rows]) for fold in repeat]
    predicted = np.concatenate([fold.predicted[rows] for fold, rows in parts])
    outcome = Outcome.joined([fold.outcome.take(np.flatnonzero(rows)) for fold, rows in parts])
    errors = error_figures(Truth.joined([fold.truth.take(rows) for fold, rows in parts]), predicted)
    return {
        "patients": len(predicted),
        "events": int(outcome.died.sum()),
        "c_index": concordance_index(outcome, predicted),
        f"ipcw_mae_{horizon_years:.0f}y": errors["mae"],
        f"bias_{horizon_years:.0f}y": errors["bias"],
    }


def _fit_n_days(patients: pd.DataFrame, outcome: Outcome) -> lasso.FittedLasso:
    return lasso.fit(lasso.n_days_task(), patients, outcome, SEED)


def _comparisons(patients: pd.DataFrame, outcome: Outcome, horizons: tuple[float, ...]) -> Figures:
    """Return the accuracy of a Lasso on the days of follow-up and of the constant predictor, on the same folds.

    ``horizons`` begins with the model's own horizon. At the other horizons only errors are reported.
    """
    fits: dict[str, Fit] = {"n_days_recipe": _fit_n_days, "constant": lambda _patients, _outcome: ConstantPredictor()}
    figures: Figures = {}
    for name, fit in fits.items():
        own_folds, *other_folds = cross_validate(fit, patients, outcome, horizons)
        figures[name] = by_horizon(accuracy(own_folds), horizons[0])
        for years, folds in zip(horizons[1:], other_folds, strict=True):
            figures[name] |= errors_only(accuracy(folds), years)
        figures[name]["died_within_horizon"] = accuracy_among_deaths(own_folds)
    return figures


def _later_visits(recipe: Recipe, patients: pd.DataFrame, outcome: Outcome) -> Figures:
    """Return the temporal validation: visits three years later, each predicted by a fit without that patient."""
    visits, later = cohorts.later_visits()
    ids = patients["ID"].to_numpy()
    rows: list[npt.NDArray[np.intp]] = []
    years: list[Array] = []
    intervals: list[Interval] = []
    for train, test in split_folds(outcome, repeats=1):
        fitted = recipe.fit(patients.iloc[train], outcome.take(train))
        held_out = np.flatnonzero(visits["ID"].isin(ids[test]))
        rows.append(held_out)
        years.append(fitted.years(visits.iloc[held_out], recipe.horizon_years))
        intervals.append(fitted.interval(visits.iloc[held_out]))
    known, predicted = later.take(np.concatenate(rows)), np.concatenate(years)
    truth = ipcw_truth(known, known, recipe.horizon_years)
    errors = error_figures(truth, predicted)
    return {
        "patients": len(predicted),
        "events": int(known.died.sum()),
        "years_after_entry": cohorts.LANDMARK_YEARS,
        **_discrimination(known, predicted),
        f"ipcw_mae_{recipe.horizon_years:.0f}y": errors["mae"],
        f"bias_{recipe.horizon_years:.0f}y": errors["bias"],
        "interval_coverage": weighted_mean(Interval.joined(intervals).contains(truth.years), truth.weight),
        "mean_predicted_years": float(predicted.mean()),
        "mean_observed_years": restricted_mean_survival_time(known, recipe.horizon_years),
    }


def _external(recipe: Recipe, fitted: FittedModel) -> Figures:
    """Return the external validation in the PBC3 trial. Columns not measured there get the Mayo patients' median."""
    trial, outcome = cohorts.pbc3()
    figures = {
        "patients": len(trial),
        "events": int(outcome.died.sum()),
        "not_measured": [name for name in fitted.columns if name not in trial],
        **_discrimination(outcome, fitted.years(trial, recipe.horizon_years)),
    }
    curve = fitted.survival(trial, np.array([EXTERNAL_YEARS]))
    if curve is not None:
        figures["predicted_survival_4y"] = float(curve.mean())
        figures["observed_survival_4y"] = survival_probability(outcome, EXTERNAL_YEARS)
    return figures


def _discrimination(outcome: Outcome, predicted: Array) -> Figures:
    """Return Harrell's C and its 95 % interval, the percentiles of a bootstrap over the patients."""

    def resampled_concordance(rng: np.random.Generator) -> float:
        rows = rng.integers(0, len(predicted), len(predicted))
        return concordance_index(outcome.take(rows), predicted[rows])

    rng = np.random.default_rng(0)
    interval = np.quantile([resampled_concordance(rng) for _ in range(BOOTSTRAPS)], [0.025, 0.975])
    return {"c_index": concordance_index(outcome, predicted), "c_index_95": interval.tolist()}


def by_horizon(figures: dict[str, float], horizon_years: float) -> Figures:
    """Return figures of ``accuracy`` by their names on the card: the names of errors say the horizon (``bias_8y``)."""
    errors = {name + spread for name in _ERRORS for spread in ("", "_sd")}
    own = {name: figure for name, figure in figures.items() if name not in errors}
    return own | errors_only(figures, horizon_years)


def errors_only(figures: dict[str, float], horizon_years: float) -> Figures:
    """Return ``ipcw_mae_8y``, ``bias_8y`` and, with a curve, ``integrated_brier_score_8y``, each with its ``_sd``."""
    return {
        f"{name}_{horizon_years:.0f}y{spread}": figures[figure + spread]
        for figure, name in _ERRORS.items()
        for spread in ("", "_sd")
        if figure in figures
    }


def at_horizon(figures: Any, horizon_years: float) -> Any:
    """Return nested figures with a second name without the horizon: ``bias_8y`` also as ``bias``."""
    if not isinstance(figures, dict):
        return figures
    suffix = f"_{horizon_years:.0f}y"
    parts = {name: at_horizon(part, horizon_years) for name, part in figures.items()}
    return parts | {name.replace(suffix, ""): part for name, part in parts.items() if suffix in name}


def rounded(value: Any) -> Any:
    """Return a nested structure with every number rounded to ``DECIMALS``."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
