"""Everything that is measured for the cards."""

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
    EverybodyLives,
    Fit,
    Fitted,
    HeldOut,
    accuracy,
    accuracy_among_deaths,
    calibration,
    cross_validate,
    folds,
    interval_coverage,
    least_possible_error,
)
from training.interval import Interval
from training.metrics import Truth, concordance_index, error_figures, ipcw_truth, weighted_mean
from training.recipe import Recipe
from training.targets import restricted_mean_survival_time, survival_probability

DECIMALS = 3
EXTERNAL_YEARS = 4.0
"""Where the external cohort is judged: a quarter of it was followed as long."""
BOOTSTRAPS = 1000

_ERRORS = {"mae": "ipcw_mae", "bias": "bias", "brier_score": "integrated_brier_score"}

Array = npt.NDArray[np.float64]
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """The measured figures of one model by the card's sections. Years, shares from 0 to 1; not rounded yet."""

    quality: Figures
    first_repeat: Figures
    comparisons: Figures
    sensitivity: Figures
    later_visits: Figures
    external: Figures
    not_achievable: Figures


def measure(recipe: Recipe, fitted: Fitted, patients: pd.DataFrame) -> Report:
    """Evaluates a model and what stands beside it on the 418 patients, all on the same folds, and ``fitted``, the
    one that is served, on the external cohort."""
    outcome, horizon = death(patients), recipe.horizon_years
    [answers] = cross_validate(recipe.fit, patients, outcome, (horizon,))
    quality = {
        **held_out_figures(answers, horizon),
        "outside_trial": _outside_trial(patients, answers[:FOLDS], horizon),
        "folds": FOLDS,
        "repeats": REPEATS,
    }
    if recipe.judge_band:
        quality["curve_band"] = recipe.judge_band(patients, outcome)
    for longer, fit in recipe.others.items():
        [at_longer] = cross_validate(fit, patients, outcome, (longer,))
        quality |= errors_only(accuracy(at_longer), longer)
    [with_transplant] = cross_validate(recipe.fit, patients, death_or_transplant(patients), (horizon,))
    return Report(
        quality=quality,
        first_repeat=held_out_figures(answers[:FOLDS], horizon),
        comparisons=_comparisons(patients, outcome, (horizon, *recipe.others)),
        sensitivity={"transplant_or_death": by_horizon(accuracy(with_transplant), horizon)},
        later_visits=_later_visits(recipe, patients, outcome),
        external=_external(recipe, fitted),
        not_achievable={
            f"best_possible_{years:.0f}y": least_possible_error(patients, outcome, years)
            for years in (horizon, *recipe.others)
        },
    )


def held_out_figures(answers: list[HeldOut], horizon_years: float) -> Figures:
    """Return what the held-out answers of some repeats give."""
    return {
        **by_horizon(accuracy(answers), horizon_years),
        "died_within_horizon": accuracy_among_deaths(answers),
        "interval_coverage": interval_coverage(answers),
        "calibration": calibration(answers),
    }


def _outside_trial(patients: pd.DataFrame, repeat: list[HeldOut], horizon_years: float) -> Figures:
    """The held-out answers to the patients who weren't randomised: the published score wasn't made from them."""
    aside = patients["Drug"].isna().to_numpy()
    parts = [(fold, aside[fold.rows]) for fold in repeat]
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
    """Fit the common recipe: a Lasso on the days of follow-up."""
    return lasso.fit(lasso.n_days_recipe(), patients, outcome, SEED)


def _comparisons(patients: pd.DataFrame, outcome: Outcome, horizons: tuple[float, ...]) -> Figures:
    """The common recipe and the constant predictor on the same folds and horizons; those of the first are named
    without one."""
    beside: dict[str, Fit] = {"n_days_recipe": _fit_n_days, "constant": lambda _patients, _outcome: EverybodyLives()}
    figures: Figures = {}
    for name, fit in beside.items():
        first, *longer = cross_validate(fit, patients, outcome, horizons)
        figures[name] = by_horizon(accuracy(first), horizons[0])
        for years, answers in zip(horizons[1:], longer, strict=True):
            figures[name] |= errors_only(accuracy(answers), years)
        figures[name]["died_within_horizon"] = accuracy_among_deaths(first)
    return figures


def _later_visits(recipe: Recipe, patients: pd.DataFrame, outcome: Outcome) -> Figures:
    """The temporal check: visits three years on, each patient answered by a model that was fitted without them."""
    visits, later = cohorts.later_visits()
    ids = patients["ID"].to_numpy()
    rows: list[npt.NDArray[np.intp]] = []
    years: list[Array] = []
    intervals: list[Interval] = []
    for train, test in folds(outcome, repeats=1):
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
        "interval_coverage": weighted_mean(Interval.joined(intervals).holds(truth.years), truth.weight),
        "mean_predicted_years": float(predicted.mean()),
        "mean_observed_years": restricted_mean_survival_time(known, recipe.horizon_years),
    }


def _external(recipe: Recipe, fitted: Fitted) -> Figures:
    """The served model in another trial. What wasn't measured there takes the Mayo patients' median."""
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
    """Harrell's C with a 95 % interval from the percentiles of a bootstrap over the patients."""

    def resampled(draw: np.random.Generator) -> float:
        rows = draw.integers(0, len(predicted), len(predicted))
        return concordance_index(outcome.take(rows), predicted[rows])

    draw = np.random.default_rng(0)
    spread = np.quantile([resampled(draw) for _ in range(BOOTSTRAPS)], [0.025, 0.975])
    return {"c_index": concordance_index(outcome, predicted), "c_index_95": spread.tolist()}


def by_horizon(figures: dict[str, float], horizon_years: float) -> Figures:
    """Concordance and the share under their own names, errors under names that tell the horizon."""
    errors = {name + spread for name in _ERRORS for spread in ("", "_sd")}
    own = {name: figure for name, figure in figures.items() if name not in errors}
    return own | errors_only(figures, horizon_years)


def errors_only(figures: dict[str, float], horizon_years: float) -> Figures:
    """``ipcw_mae_8y``, ``bias_8y`` and, with a curve, ``integrated_brier_score_8y``, each with its ``_sd``."""
    return {
        f"{name}_{horizon_years:.0f}y{spread}": figures[figure + spread]
        for figure, name in _ERRORS.items()
        for spread in ("", "_sd")
        if figure in figures
    }


def at_horizon(figures: Any, horizon_years: float) -> Any:
    """Return nested figures with those of a horizon under their names without it too: also ``bias_8y`` as ``bias``."""
    if not isinstance(figures, dict):
        return figures
    suffix = f"_{horizon_years:.0f}y"
    parts = {name: at_horizon(part, horizon_years) for name, part in figures.items()}
    return parts | {name.replace(suffix, ""): part for name, part in parts.items() if suffix in name}


def rounded(value: Any) -> Any:
    """Every number of a nested structure to ``DECIMALS``."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
