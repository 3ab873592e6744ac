"""Everything that is measured for the card of ``lasso``, rounded to three decimals."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from training.data import death, death_or_transplant
from training.evaluation import (
    FOLDS,
    REPEATS,
    accuracy,
    accuracy_among_deaths,
    cross_validate,
    everybody_lives,
    interval_coverage,
    least_possible_error,
)
from training.fit import n_days_recipe, rmst_recipe

HORIZON_YEARS = 8.0
LONGER_HORIZON_YEARS = 10.0
DECIMALS = 3

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """The measured figures by the card's sections. Years, shares from 0 to 1."""

    quality: Figures
    comparisons: Figures
    sensitivity: Figures
    not_achievable: Figures


def measure(patients: pd.DataFrame) -> Report:
    """Evaluates ``lasso`` and what stands beside it on the 418 patients, all on the same folds."""
    outcome = death(patients)
    [lasso] = cross_validate(rmst_recipe(HORIZON_YEARS), patients, outcome, (HORIZON_YEARS,))
    [longer] = cross_validate(rmst_recipe(LONGER_HORIZON_YEARS), patients, outcome, (LONGER_HORIZON_YEARS,))
    n_days, n_days_longer = cross_validate(n_days_recipe(), patients, outcome, (HORIZON_YEARS, LONGER_HORIZON_YEARS))
    constant = everybody_lives(outcome, HORIZON_YEARS)
    composite = death_or_transplant(patients)
    [with_transplant] = cross_validate(rmst_recipe(HORIZON_YEARS), patients, composite, (HORIZON_YEARS,))
    return Report(
        quality=_rounded({
            **_by_horizon(accuracy(lasso), "8y"),
            **_errors_only(accuracy(longer), "10y"),
            "died_within_horizon": accuracy_among_deaths(lasso),
            "interval_coverage": interval_coverage(lasso),
            "folds": FOLDS,
            "repeats": REPEATS,
        }),
        comparisons=_rounded({
            "n_days_recipe": {
                **_by_horizon(accuracy(n_days), "8y"),
                **_errors_only(accuracy(n_days_longer), "10y"),
                "died_within_horizon": _without_interval(accuracy_among_deaths(n_days)),
            },
            "constant": {
                **_by_horizon(accuracy(constant), "8y"),
                **_errors_only(accuracy(everybody_lives(outcome, LONGER_HORIZON_YEARS)), "10y"),
                "died_within_horizon": _without_interval(accuracy_among_deaths(constant)),
            },
        }),
        sensitivity=_rounded({"transplant_or_death": _by_horizon(accuracy(with_transplant), "8y")}),
        not_achievable=_rounded({
            "best_possible_8y": least_possible_error(patients, outcome, HORIZON_YEARS),
            "best_possible_10y": least_possible_error(patients, outcome, LONGER_HORIZON_YEARS),
        }),
    )  # fmt: skip


def _by_horizon(figures: dict[str, float], horizon: str) -> Figures:
    """Concordance and the share under their own names, errors under names that tell the horizon."""
    names = ("c_index", "c_index_sd", "share_within_1_5_years", "share_within_1_5_years_sd")
    return {**{name: figures[name] for name in names}, **_errors_only(figures, horizon)}


def _errors_only(figures: dict[str, float], horizon: str) -> Figures:
    return {
        f"ipcw_mae_{horizon}": figures["mae"],
        f"ipcw_mae_{horizon}_sd": figures["mae_sd"],
        f"bias_{horizon}": figures["bias"],
        f"bias_{horizon}_sd": figures["bias_sd"],
    }


def _without_interval(figures: dict[str, float]) -> Figures:
    return {name: figure for name, figure in figures.items() if not name.startswith("interval")}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, DECIMALS)
