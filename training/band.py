"""Fit and evaluate the pointwise band around the survival curves of a Cox model.

The band comes from a bootstrap over patients (Efron, 1981: "Censored data and the bootstrap"). Each resample is fitted
with the penalty that was chosen for all patients.

The penalty shrinks the coefficients of the fit towards zero, and those of the resamples once more. So the spread is
taken around the fit and not around the mean of the resamples. This adds the bootstrap's estimate of the squared bias to
the variance (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 10).
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sksurv.nonparametric import kaplan_meier_estimator

from chalicelib.inference.models.curve import CurveBand
from chalicelib.inference.models.stable_comparison import NOISE, exceeds, order
from training import cox
from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import split_folds
from training.targets import survival_probability

Array = npt.NDArray[np.float64]

LEVEL = 0.8
REFITS = 200
GROUPS = 5
GROUPED_YEARS = (3, 5, 8)
SIMULATIONS = 60
SIMULATED_REFITS = 50
"""Fewer than for the band that is served, but enough for a coverage over thousands of curves."""


def fit(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int, refits: int = REFITS) -> FittedCurve:
    """Fit the Cox model (see ``cox.fit``) and the band of its curves, from ``refits`` bootstrap resamples."""
    return _with_band(cox.fit(horizon_years, patients, outcome, seed), patients, outcome, seed, refits)


def _with_band(
    fitted: FittedCurve, patients: pd.DataFrame, outcome: Outcome, seed: int, refits: int = REFITS
) -> FittedCurve:
    standardised: Array = fitted.pipeline[:-1].transform(patients)
    rng = np.random.default_rng(seed)
    resamples = (rng.integers(0, len(patients), len(patients)) for _ in range(refits))
    deviations = np.stack([cox.refit(fitted, standardised[rows], outcome.take(rows)) for rows in resamples])
    deviations -= cox.parameters(fitted)
    covariance = np.einsum("bi,bj->ij", deviations, deviations) / refits
    return replace(fitted, band=CurveBand(LEVEL, tuple(map(tuple, covariance.tolist()))))


def evaluate(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> dict[str, Any]:
    """Return the band's coverage of known curves in simulations, and a comparison with held-out patients.

    ``interpolation_error_max`` is the largest error of an end of the band, in any patient and whole year, if the band
    is interpolated between the years at which it is given.
    """
    return {
        "simulated": _simulated(horizon_years, patients, outcome, seed),
        "held_out": _held_out(horizon_years, patients, outcome, seed),
        "interpolation_error_max": _interpolation_error(horizon_years, patients, outcome, seed),
    }


def _interpolation_error(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> float:
    """Interpolate the band's half widths on the scale of log(-log S), and compare it with the band of every year."""
    fitted = cox.fit(horizon_years, patients, outcome, seed)
    years = tuple(range(fitted.survival_years[0], fitted.survival_years[-1] + 1))
    every_year = _with_band(replace(fitted, survival_years=years), patients, outcome, seed)
    curves = np.log(-np.log(every_year.survival(patients, np.array(years, float))))
    given = np.isin(years, fitted.survival_years)
    errors = []
    for ends in every_year.band_ends(patients):
        half_width = np.log(-np.log(ends)) - curves
        interpolated = np.stack([np.interp(years, np.array(years)[given], row) for row in half_width[:, given]])
        errors.append(np.abs(np.exp(-np.exp(curves + interpolated)) - ends).max())
    return float(max(errors))


def _simulated(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> dict[str, Any]:
    """Return the band's coverage where the true curves are known: the share of patients and years it contains.

    The fit to all patients is taken as the truth. Each simulation draws new deaths from its curves, with follow-up as
    in the study, and repeats the whole procedure, including the choice of the penalty. So the coverage assumes that the
    model's form is right. ``holds_se`` is the standard error of ``holds`` over the simulations.
    """
    true = cox.fit(horizon_years, patients, outcome, seed)
    years = np.array(true.survival_years, float)
    curves, sickest_first = true.survival(patients, years), order(-true.log_hazard(patients))
    covered, widths = [], []
    for number in range(SIMULATIONS):
        rng = np.random.default_rng((seed, number))
        simulated_outcome = _simulated_outcome(true, patients, outcome, rng)
        refitted = fit(horizon_years, patients, simulated_outcome, seed, SIMULATED_REFITS)
        lower, upper = refitted.band_ends(patients)
        # The sickest patients' probabilities are as small as the absolute noise of ``exceeds``, so compare relatively.
        covered.append((lower <= curves * (1.0 + NOISE)) & (curves <= upper * (1.0 + NOISE)))
        widths.append((upper - lower).mean(axis=0))
    holds = np.stack(covered)
    return {
        "simulations": SIMULATIONS,
        "refits": SIMULATED_REFITS,
        "holds": float(holds.mean()),
        "holds_se": float(holds.mean(axis=(1, 2)).std(ddof=1) / np.sqrt(SIMULATIONS)),
        "holds_by_year": holds.mean(axis=(0, 1)).tolist(),
        "holds_by_fifth": [float(holds[:, rows].mean()) for rows in np.array_split(sickest_first, GROUPS)],
        "mean_width_by_year": np.mean(widths, axis=0).tolist(),
    }


def _simulated_outcome(
    true: FittedCurve, patients: pd.DataFrame, outcome: Outcome, rng: np.random.Generator
) -> Outcome:
    """Draw an outcome of the patients from the true curves.

    The end of follow-up is drawn from its Kaplan-Meier distribution in the study, and is at the latest the curve's end.
    """
    count = len(patients)
    death = true.baseline.quantile(true.log_hazard(patients), rng.uniform(size=count))
    times, followed = kaplan_meier_estimator(outcome.died, outcome.years, reverse=True)
    # ``followed`` decreases, so this counts the times before the first one at which it is not above the random number.
    steps = np.count_nonzero(exceeds(followed[:, np.newaxis], rng.uniform(size=count)), axis=0)
    last = np.append(times, np.inf)[steps]
    end = np.minimum(last, float(true.survival_years[-1]))
    return Outcome(np.minimum(death, end), ~exceeds(death, end))


def _held_out(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> dict[str, Any]:
    """Compare the band with the observed survival of held-out patients, in fifths by predicted survival.

    Each group has the mean of its curves, the mean ends of its bands, and the observed survival (Kaplan-Meier).
    Observed survival varies by chance, so the band of a perfect curve misses some groups too.
    """
    parts, rows = [], []
    for train, test in split_folds(outcome, repeats=1):
        fitted = fit(horizon_years, patients.iloc[train], outcome.take(train), seed)
        held_out = patients.iloc[test]
        curve = fitted.survival(held_out, np.array(fitted.survival_years, float))
        parts.append(np.stack([curve, *fitted.band_ends(held_out)]))
        rows.append(test)
    predictions, held_out_outcome = np.concatenate(parts, axis=1), outcome.take(np.concatenate(rows))
    groups = []
    for year in GROUPED_YEARS:
        index = cox.SURVIVAL_YEARS.index(year)
        for group in np.array_split(order(predictions[0, :, index]), GROUPS):
            predicted, lower, upper = predictions[:, group, index].mean(axis=1).tolist()
            observed = survival_probability(held_out_outcome.take(group), float(year))
            groups.append({"years": year, "predicted": predicted, "lower": lower, "upper": upper, "observed": observed})
    ascending = np.array([[group[name] for group in groups] for name in ("lower", "observed", "upper")])
    within = ~exceeds(ascending[:-1], ascending[1:]).any(axis=0)
    return {"groups": groups, "within": int(within.sum())}
