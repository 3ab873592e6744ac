"""Evaluate the models: all figures that their cards report.

Figures come with their standard errors over patients: ``c_index`` with ``c_index_se``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.impute import SimpleImputer

from chalicelib.inference.models.transformers import ConditionalMeanImputer
from training import cohorts, lasso
from training.curve import FittedCurve
from training.data import Outcome, death, death_or_transplant
from training.evaluation import (
    FOLDS,
    REPEATS,
    SEED,
    FittedFold,
    HeldOut,
    accuracy,
    accuracy_among_deaths,
    calibration,
    chord_errors,
    constant_predictions,
    cross_validate,
    died_before_lower,
    error_of_true_curves,
    fit_folds,
    grid,
    interval_coverage,
    observed_and_expected,
    outcome_of,
    pooled,
    predict,
)
from training.figures import Figures, by_horizon, differences, errors_only, with_standard_errors
from training.gaps import gaps
from training.interval import Interval
from training.lasso import FittedLasso
from training.metrics import Figure, Truth, brier_score, concordance_index, error_figures, ipcw_truth
from training.recipe import Recipe
from training.targets import restricted_mean_survival_time, survival_interval, survival_probability

DECIMALS = 3
EXTERNAL_YEARS = 4.0
"""The years at which survival is compared in the external cohort."""
_RANKING = ("c_index", "uno_c_8y")
"""The figures that can be compared between models without a common horizon."""
_COMPARED = (*_RANKING, "mae", "rmse", "brier_score")

Cohort = tuple[pd.DataFrame, Outcome]


@dataclass(frozen=True, slots=True)
class Report:
    """The measured figures of a model by sections of its card. Times are in years, shares from 0 to 1; unrounded.

    ``common_horizon`` is None for a model that cannot be evaluated at the common horizon.
    """

    quality: Figures
    first_repeat: Figures
    comparisons: Figures
    sensitivity: Figures
    later_visits: Figures
    external: Figures
    not_achievable: Figures
    common_horizon: Figures | None


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """A model with its cross-validation.

    ``fitted`` is the model that is served, and ``folds`` are the fits of the folds. ``held_out`` holds the predictions
    and ``accuracy`` their accuracy, by horizon in years.
    """

    recipe: Recipe
    fitted: FittedLasso | FittedCurve
    folds: list[FittedFold]
    held_out: dict[float, list[HeldOut]]
    accuracy: dict[float, dict[str, Figure]]

    @property
    def horizons(self) -> tuple[float, ...]:
        """The model's own horizon, and the others of its recipe."""
        return (self.recipe.horizon_years, *self.recipe.other_horizons)


def measure(
    models: list[tuple[Recipe, FittedLasso | FittedCurve]], patients: pd.DataFrame, log: Callable[[str], None]
) -> list[Report]:
    """Evaluate models and return their reports. ``log`` is called with a line for each model.

    The models and what they are compared with are cross-validated on the 418 patients with the same folds. The models
    that are served are evaluated on the external cohort.
    """
    outcome, trial = death(patients), cohorts.pbc3()
    validated = []
    for recipe, fitted in models:
        log(f"{recipe.id}: cross-validation ...")
        validated.append(
            _cross_validated(recipe, fitted, patients, outcome, [other.horizon_years for other, _ in models])
        )
    horizons = tuple(sorted({horizon for model in validated for horizon in model.horizons}))
    n_days = dict(zip(horizons, cross_validate(_fit_n_days, patients, outcome, horizons), strict=True))
    best = {horizon: error_of_true_curves(patients, outcome, horizon) for horizon in horizons}
    shortest = min(recipe.horizon_years for recipe, _ in models)
    reports = []
    for model in validated:
        log(f"{model.recipe.id}: evaluation ...")
        report = Report(
            quality=_quality(model, patients, outcome),
            first_repeat=held_out_figures(model.held_out[model.recipe.horizon_years][:FOLDS]),
            comparisons=_simple_models(model, n_days) | _other_models(model, validated),
            sensitivity=_sensitivity(model, patients, outcome, trial),
            later_visits=_later_visits(model, patients),
            external=_external(model, trial),
            not_achievable={f"best_possible_{horizon:.0f}y": best[horizon] for horizon in model.horizons},
            common_horizon=common_horizon(model, shortest, patients, outcome),
        )
        reports.append(report)
    return reports


def _cross_validated(
    recipe: Recipe,
    fitted: FittedLasso | FittedCurve,
    patients: pd.DataFrame,
    outcome: Outcome,
    horizons_of_models: list[float],
) -> CrossValidated:
    """Cross-validate a model for the horizons of its recipe, and a curve also for the shorter ones of other models."""
    folds = fit_folds(recipe.fit, patients, outcome)
    read = {recipe.horizon_years, *(years for years, fit in recipe.other_horizons.items() if fit is recipe.fit)}
    if isinstance(fitted, FittedCurve):
        read |= {years for years in horizons_of_models if years < recipe.horizon_years}
    held_out = {years: predict(folds, patients, outcome, years) for years in sorted(read)}
    for years, fit in recipe.other_horizons.items():
        if years not in held_out:
            [held_out[years]] = cross_validate(fit, patients, outcome, (years,))
    return CrossValidated(
        recipe, fitted, folds, held_out, {years: accuracy(predictions) for years, predictions in held_out.items()}
    )


def held_out_figures(folds: list[HeldOut]) -> Figures:
    """Return the accuracy, coverage and calibration of held-out predictions."""
    figures: Figures = with_standard_errors({
        **by_horizon(accuracy(folds), folds[0].horizon_years),
        "died_within_horizon": accuracy_among_deaths(folds),
        "interval_coverage": interval_coverage(folds),
        "calibration": calibration(folds),
    })  # fmt: skip
    return figures


def _quality(model: CrossValidated, patients: pd.DataFrame, outcome: Outcome) -> Figures:
    recipe = model.recipe
    own = model.held_out[recipe.horizon_years]
    figures = {
        **held_out_figures(own),
        "outside_trial": _outside_trial(patients, own[:FOLDS]),
        "folds": FOLDS,
        "repeats": REPEATS,
    }
    if isinstance(model.fitted, FittedCurve):
        figures["curve_between_years"] = chord_errors(model.fitted, patients)
    if recipe.evaluate_band:
        figures["curve_band"] = recipe.evaluate_band(patients, outcome)
    for years, figures_within in model.accuracy.items():
        figures |= with_standard_errors(errors_only(figures_within, years))
    return figures


def _outside_trial(patients: pd.DataFrame, repeat: list[HeldOut]) -> Figures:
    """Return the accuracy for the patients outside the trial. The published score was not fitted to them."""
    rows = pooled(repeat)
    rows = rows[patients["Drug"].isna().to_numpy()[rows["patient"]]]
    predicted, outcome = rows["predicted"].to_numpy(), outcome_of(rows)
    truth = Truth(*(rows[name].to_numpy() for name in ("true_years", "weight", "died_within_horizon")))
    figures: Figures = with_standard_errors({
        "patients": len(rows),
        "events": int(outcome.died.sum()),
        "c_index": concordance_index(outcome, predicted),
        **errors_only(error_figures(truth, predicted), repeat[0].horizon_years),
    })  # fmt: skip
    return figures


def _fit_n_days(patients: pd.DataFrame, outcome: Outcome) -> FittedLasso:
    return lasso.fit(lasso.n_days_task(), patients, outcome, SEED)


def _simple_models(model: CrossValidated, n_days: dict[float, list[HeldOut]]) -> Figures:
    """Return the accuracy of a Lasso on the days of follow-up and of the constant prediction, on the same folds.

    At other horizons than the model's own only errors are reported.
    """
    constant = {years: constant_predictions(model.held_out[years]) for years in model.horizons}
    figures: Figures = {}
    for name, held_out in {"n_days_recipe": n_days, "constant": constant}.items():
        own, *others = model.horizons
        figures[name] = by_horizon(accuracy(held_out[own]), own)
        for years in others:
            figures[name] |= errors_only(accuracy(held_out[years]), years)
        figures[name]["died_within_horizon"] = accuracy_among_deaths(held_out[own])
    written: Figures = with_standard_errors(figures)
    return written


def _other_models(model: CrossValidated, models: list[CrossValidated]) -> Figures:
    """Return the differences from each other model (this model - the other): errors only at a common horizon.

    That is the shorter of both models' own horizons.
    """
    figures: Figures = {}
    for other in models:
        horizon = min(model.recipe.horizon_years, other.recipe.horizon_years)
        is_common = horizon in model.held_out and horizon in other.held_out
        both = [
            by_horizon(
                each.accuracy[horizon if is_common else each.recipe.horizon_years],
                horizon,
                _COMPARED if is_common else _RANKING,
            )
            for each in (model, other)
        ]
        if other is not model:
            figures[other.recipe.id] = with_standard_errors(differences(*both))
    return figures


def common_horizon(
    model: CrossValidated, horizon_years: float, patients: pd.DataFrame, outcome: Outcome
) -> Figures | None:
    """Return the few figures by which all models can be compared: those at the shortest of their horizons.

    ``calibration_error`` is the mean of the absolute biases of the four groups of ``calibration``. ``constant`` has the
    same figures of the constant prediction; it forms no groups, so its calibration error is its absolute bias.
    ``is_refitted`` says that the model has no curve to read and was fitted again for this horizon.
    """
    fit_within = model.recipe.fit_within
    is_refitted = horizon_years not in model.held_out
    if not is_refitted:
        held_out = model.held_out[horizon_years]
    elif fit_within:
        [held_out] = cross_validate(
            partial(fit_within, horizon_years=horizon_years), patients, outcome, (horizon_years,)
        )
    else:
        return None
    groups = [{name: group[name] for name in ("predicted", "observed", "bias")} for group in calibration(held_out)]
    constant = _comparable(constant_predictions(held_out))
    figures: Figures = with_standard_errors({
        "horizon_years": horizon_years,
        "is_refitted": is_refitted,
        **_comparable(held_out),
        "calibration_error": float(np.mean([abs(group["bias"].value) for group in groups])),
        "calibration": groups,
        "constant": {**constant, "calibration_error": abs(constant["bias"].value)},
    })  # fmt: skip
    return figures


def _comparable(folds: list[HeldOut]) -> dict[str, Figure]:
    figures = accuracy(folds)
    concordance = figures[f"uno_c_{folds[0].horizon_years:.0f}y"]
    return {"concordance": concordance, "mae": figures["mae"], "bias": figures["bias"]}


def _sensitivity(model: CrossValidated, patients: pd.DataFrame, outcome: Outcome, trial: Cohort) -> Figures:
    recipe, horizon = model.recipe, model.recipe.horizon_years
    [with_transplant] = cross_validate(recipe.fit, patients, death_or_transplant(patients), (horizon,))
    figures: Figures = {"transplant_or_death": by_horizon(accuracy(with_transplant), horizon)}
    if recipe.refit:
        imputers = (ConditionalMeanImputer(), SimpleImputer(strategy="median"))
        fits = [partial(recipe.refit, model.fitted, imputer) for imputer in imputers]
        conditional, median = ((fit(patients, outcome), fit_folds(fit, patients, outcome)) for fit in fits)
        figures["gaps"] = gaps(conditional, median, patients, outcome, horizon, trial)
    written: Figures = with_standard_errors(figures)
    return written


def _later_visits(model: CrossValidated, patients: pd.DataFrame) -> Figures:
    """Return the temporal validation: visits three years later, each predicted by a fit without that patient.

    ``entry_values`` is about the same patients and years, predicted from the values at entry as if they had been
    measured at the visit: with the age of the visit, and a curve that begins at it. Its differences are those of the
    last values from them. ``not_measured`` names the model's columns that were not measured again.
    """
    horizon, ids = model.recipe.horizon_years, patients["ID"].to_numpy()
    visits, outcome = cohorts.later_visits()
    at_entry = cohorts.entry_values(patients, visits)
    folds = model.folds[:FOLDS]
    rows = [np.flatnonzero(visits["ID"].isin(ids[fold.held_out])) for fold in folds]
    parts = list(zip(folds, rows, strict=True))
    known = outcome.take(np.concatenate(rows))
    truth = ipcw_truth(known, known, horizon)

    def figures_of(values: pd.DataFrame) -> tuple[npt.NDArray[np.float64], dict[str, Figure]]:
        predicted = np.concatenate([fold.fitted.years(values.iloc[part], horizon) for fold, part in parts])
        errors = error_figures(truth, predicted)
        curves = [fold.fitted.survival(values.iloc[part], grid(horizon)) for fold, part in parts]
        if curve_parts := [curve for curve in curves if curve is not None]:
            errors["brier_score"] = brier_score(known, known, np.concatenate(curve_parts), grid(horizon))
        return predicted, {"c_index": concordance_index(known, predicted), **errors_only(errors, horizon)}

    predicted, figures = figures_of(visits)
    _, entry_figures = figures_of(at_entry)
    intervals = Interval.joined([fold.fitted.interval(visits.iloc[part]) for fold, part in parts])
    written: Figures = with_standard_errors({
        "patients": len(predicted),
        "events": int(known.died.sum()),
        "years_after_entry": cohorts.LANDMARK_YEARS,
        "not_measured": [name for name in model.fitted.columns if name not in visits],
        **figures,
        "c_index_95": figures["c_index"].share_95,
        "interval_coverage": Figure.average(intervals.contains(truth.years), truth.weight),
        "mean_predicted_years": float(predicted.mean()),
        "mean_observed_years": restricted_mean_survival_time(known, horizon),
        "entry_values": {**entry_figures, **differences(figures, entry_figures)},
    })  # fmt: skip
    return written


def _external(model: CrossValidated, trial: Cohort) -> Figures:
    """Return the external validation in the PBC3 trial. Columns not measured there are filled like missing values."""
    (patients, outcome), fitted = trial, model.fitted
    concordance = concordance_index(outcome, fitted.years(patients, model.recipe.horizon_years))
    figures: Figures = {
        "patients": len(patients),
        "events": int(outcome.died.sum()),
        "followed_4y": int((outcome.years >= EXTERNAL_YEARS).sum()),
        "not_measured": [name for name in fitted.columns if name not in patients],
        "c_index": concordance,
        "c_index_95": concordance.share_95,
        "observed_survival_4y": survival_probability(outcome, EXTERNAL_YEARS),
        "observed_survival_4y_95": survival_interval(outcome, EXTERNAL_YEARS),
    }
    if isinstance(fitted, FittedCurve):
        ratio = Figure.ratio(*observed_and_expected(fitted, patients, outcome))
        figures["predicted_survival_4y"] = float(fitted.survival(patients, np.array([EXTERNAL_YEARS])).mean())
        figures |= {"observed_to_expected": ratio, "observed_to_expected_95": ratio.ratio_95}
        figures["died_before_lower"], figures["died_before_lower_95"] = died_before_lower(fitted, patients, outcome)
    written: Figures = with_standard_errors(figures)
    return written


def at_horizon(figures: Any, horizon_years: float) -> Any:
    """Return nested figures with a second name without the horizon: ``bias_8y`` also as ``bias``."""
    if not isinstance(figures, dict):
        return figures
    suffix = f"_{horizon_years:.0f}y"
    parts = {name: at_horizon(part, horizon_years) for name, part in figures.items()}
    return parts | {name.replace(suffix, ""): part for name, part in parts.items() if suffix in name}


def rounded(value: Any) -> Any:
    """Return a nested structure with every number rounded to ``DECIMALS``. Minus zero becomes zero."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, DECIMALS) + 0.0 if isinstance(value, float) else value
