"""Compare two ways to fill missing values: by their conditional expectation, and by the training median."""

import numpy as np
import pandas as pd

from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import FittedFold, FittedModel, accuracy, observed_and_expected, predict
from training.figures import Figures, by_horizon, differences
from training.metrics import Figure

OFTEN_MISSING = ("Cholesterol", "Copper", "SGOT", "Tryglicerides", "Platelets", "Stage")
_COMPARED = ("c_index", "mae", "bias", "brier_score", "observed_to_expected")

Fits = tuple[FittedModel, list[FittedFold]]
"""A model that was fitted to all patients, and the fits of its cross-validation with the same penalty."""


def gaps(
    conditional: Fits,
    median: Fits,
    patients: pd.DataFrame,
    outcome: Outcome,
    horizon_years: float,
    trial: tuple[pd.DataFrame, Outcome],
) -> Figures:
    """Return the figures of both ways to fill missing values, and their differences (``conditional`` - ``median``).

    They are of held-out patients ``as_measured``, ``without_often_missing`` columns and ``without_pbc3_missing``, the
    columns that were not measured in the PBC3 trial; ``removed`` names the columns. A part without a column to remove
    is left out. A model with a curve also has ``observed_to_expected`` deaths, there and in ``pbc3``.
    """
    (fitted, folds), (fitted_with_medians, median_folds) = conditional, median
    removals = {
        "as_measured": (),
        "without_often_missing": OFTEN_MISSING,
        "without_pbc3_missing": tuple(name for name in fitted.columns if name not in trial[0]),
    }
    figures: Figures = {}
    for part, names in removals.items():
        removed = [name for name in names if name in fitted.columns]
        if removed or not names:
            remaining = patients.drop(columns=removed)
            both = [_held_out(fits, remaining, outcome, horizon_years) for fits in (folds, median_folds)]
            figures[part] = {"removed": removed, **_compared(*both)}
    if isinstance(fitted, FittedCurve) and isinstance(fitted_with_medians, FittedCurve):
        both = [_in_trial(model, trial) for model in (fitted, fitted_with_medians)]
        figures["pbc3"] = _compared(*both)
    return figures


def _compared(conditional: dict[str, Figure], median: dict[str, Figure]) -> Figures:
    return {"conditional": conditional, "median": median, **differences(conditional, median)}


def _in_trial(fitted: FittedCurve, trial: tuple[pd.DataFrame, Outcome]) -> dict[str, Figure]:
    return {"observed_to_expected": Figure.ratio(*observed_and_expected(fitted, *trial))}


def _held_out(
    folds: list[FittedFold], patients: pd.DataFrame, outcome: Outcome, horizon_years: float
) -> dict[str, Figure]:
    figures = accuracy(predict(folds, patients, outcome, horizon_years))
    parts = [
        observed_and_expected(fold.fitted, patients.iloc[fold.held_out], outcome.take(fold.held_out))
        for fold in folds
        if isinstance(fold.fitted, FittedCurve)
    ]
    if parts:
        observed, expected = (np.concatenate(side) for side in zip(*parts, strict=True))
        rows = np.concatenate([fold.held_out for fold in folds])
        figures["observed_to_expected"] = Figure.ratio(observed, expected).by_patient(rows)
    return by_horizon(figures, horizon_years, _COMPARED)
