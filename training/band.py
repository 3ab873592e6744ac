"""The band around the curves of a Cox model: how far the curve itself may be off, since so few patients were fitted.

The bootstrap over patients (Efron, 1981: "Censored data and the bootstrap"): each resample is fitted anew with the
penalty that was chosen. A penalty draws the coefficients of every fit towards zero, those of the resamples a second
time; their spread is therefore taken around the fit itself and not around their own mean, which adds the bootstrap's
estimate of the squared bias to the variance (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 10).
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
from training.evaluation import folds
from training.interval import LEVEL
from training.targets import survival_probability

Array = npt.NDArray[np.float64]

REFITS = 200
GROUPS = 5
GROUPED_YEARS = (3, 5, 8)
SIMULATIONS = 60
SIMULATED_REFITS = 50
"""Enough for a share over thousands of curves; the band that is served takes more."""


def fit(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int, refits: int = REFITS) -> FittedCurve:
    """``cox.fit`` with the band of its curves."""
    fitted = cox.fit(horizon_years, patients, outcome, seed)
    standardised: Array = fitted.pipeline[:-1].transform(patients)
    draw = np.random.default_rng(seed)
    resamples = (draw.integers(0, len(patients), len(patients)) for _ in range(refits))
    deviations = np.stack([cox.refit(fitted, standardised[rows], outcome.take(rows)) for rows in resamples])
    deviations -= cox.parameters(fitted)
    covariance = np.einsum("bi,bj->ij", deviations, deviations) / refits
    return replace(fitted, curve_band=CurveBand(LEVEL, tuple(map(tuple, covariance.tolist()))))


def judge(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> dict[str, Any]:
    """What the band is worth: how often it holds a curve that is known, and how it lies to held-out patients."""
    return {
        "simulated": _simulated(horizon_years, patients, outcome, seed),
        "held_out": _held_out(horizon_years, patients, outcome, seed),
    }


def _simulated(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> dict[str, Any]:
    """The share of patients and years at which the band holds the true curve: where the fit itself is the truth, and
    these patients die by it again and again and are followed as long as they were.

    All of the procedure is done anew each time, the choice of the penalty too. That the model's form is right is taken
    for granted. ``holds_se``: the standard error of ``holds`` from one simulation to the next.
    """
    true = cox.fit(horizon_years, patients, outcome, seed)
    years = np.array(true.survival_years, float)
    curves, sickest_first = true.survival(patients, years), order(-true.log_hazard(patients))
    held, widths = [], []
    for number in range(SIMULATIONS):
        draw = np.random.default_rng((seed, number))
        again = fit(horizon_years, patients, _drawn(true, patients, outcome, draw), seed, SIMULATED_REFITS)
        lower, upper = again.ends_of_the_band(patients)
        # Relative: the probabilities of the sickest are as small as the noise that ``exceeds`` allows for.
        held.append((lower <= curves * (1.0 + NOISE)) & (curves <= upper * (1.0 + NOISE)))
        widths.append((upper - lower).mean(axis=0))
    holds = np.stack(held)
    return {
        "simulations": SIMULATIONS,
        "refits": SIMULATED_REFITS,
        "holds": float(holds.mean()),
        "holds_se": float(holds.mean(axis=(1, 2)).std(ddof=1) / np.sqrt(SIMULATIONS)),
        "holds_by_year": holds.mean(axis=(0, 1)).tolist(),
        "holds_by_fifth": [float(holds[:, rows].mean()) for rows in np.array_split(sickest_first, GROUPS)],
        "mean_width_by_year": np.mean(widths, axis=0).tolist(),
    }


def _drawn(true: FittedCurve, patients: pd.DataFrame, outcome: Outcome, draw: np.random.Generator) -> Outcome:
    """What becomes of the patients if the curves are the truth. Follow-up ends by chance as in the study (Kaplan-Meier
    of its end), at the latest with the curve."""
    count = len(patients)
    death = true.baseline.quantile(true.log_hazard(patients), draw.uniform(size=count))
    times, followed = kaplan_meier_estimator(outcome.died, outcome.years, reverse=True)
    # ``followed`` falls: the first time at which it is no longer above the draw.
    steps = np.count_nonzero(exceeds(followed[:, np.newaxis], draw.uniform(size=count)), axis=0)
    last = np.append(times, np.inf)[steps]
    end = np.minimum(last, float(true.survival_years[-1]))
    return Outcome(np.minimum(death, end), ~exceeds(death, end))


def _held_out(horizon_years: float, patients: pd.DataFrame, outcome: Outcome, seed: int) -> dict[str, Any]:
    """Fifths of the held-out patients by predicted survival: the mean of their curves, the mean ends of their bands,
    and what was observed (Kaplan-Meier), which scatters by itself, so that even a perfect curve's band misses some."""
    parts, rows = [], []
    for train, test in folds(outcome, repeats=1):
        fitted = fit(horizon_years, patients.iloc[train], outcome.take(train), seed)
        held_out = patients.iloc[test]
        curve = fitted.survival(held_out, np.array(fitted.survival_years, float))
        parts.append(np.stack([curve, *fitted.ends_of_the_band(held_out)]))
        rows.append(test)
    said, known = np.concatenate(parts, axis=1), outcome.take(np.concatenate(rows))
    groups = []
    for year in GROUPED_YEARS:
        at = cox.SURVIVAL_YEARS.index(year)
        for group in np.array_split(order(said[0, :, at]), GROUPS):
            predicted, lower, upper = said[:, group, at].mean(axis=1).tolist()
            observed = survival_probability(known.take(group), float(year))
            groups.append({"years": year, "predicted": predicted, "lower": lower, "upper": upper, "observed": observed})
    ascending = np.array([[each[name] for each in groups] for name in ("lower", "observed", "upper")])
    within = ~exceeds(ascending[:-1], ascending[1:]).any(axis=0)
    return {"groups": groups, "within": int(within.sum())}
