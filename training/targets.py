"""Regression targets under censoring: jackknife pseudo-observations of restricted mean survival time (RMST).

Sources: Kaplan & Meier (1958) for the survival curve; Andersen, Hansen & Klein, "Regression analysis of restricted mean
survival time based on pseudo-observations", Lifetime Data Analysis 10 (2004), for the targets.
"""

import numpy as np
import numpy.typing as npt

from training.data import Outcome
from training.metrics import NORMAL_95

Array = npt.NDArray[np.float64]


def kaplan_meier(at_risk: Array, deaths: Array) -> Array:
    """Return the Kaplan-Meier survival after each time: the product of 1 - deaths / at_risk along the last axis.

    Both arrays have shape (..., times), ascending in time. While nobody is at risk the curve does not change.
    """
    hazard = np.divide(deaths, at_risk, out=np.zeros_like(deaths), where=at_risk > 0)
    survival: Array = np.cumprod(1.0 - hazard, axis=-1)
    return survival


def restricted_mean_survival_time(outcome: Outcome, horizon_years: float) -> float:
    """Return the RMST in years: the area under the Kaplan-Meier curve from 0 to the horizon."""
    times, at_risk, deaths = _counts(outcome, horizon_years)
    return float(_area(times, at_risk.sum(axis=0), deaths.sum(axis=0), horizon_years))


def survival_probability(outcome: Outcome, years: float) -> float:
    """Return the Kaplan-Meier probability to live longer than ``years``."""
    times, at_risk, deaths = _counts(outcome, np.nextafter(years, np.inf))
    return float(kaplan_meier(at_risk.sum(axis=0), deaths.sum(axis=0))[-1]) if len(times) else 1.0


def survival_interval(outcome: Outcome, years: float) -> list[float]:
    """Return the 95% interval of ``survival_probability``, which must lie between 0 and 1.

    It is symmetric for log(-log S), with Greenwood's variance (Kalbfleisch & Prentice, 1980).
    """
    _, at_risk, deaths = _counts(outcome, np.nextafter(years, np.inf))
    left, died = at_risk.sum(axis=0), deaths.sum(axis=0)
    log_survival = np.log(kaplan_meier(left, died)[-1])
    half = NORMAL_95 * np.sqrt((died / (left * (left - died))).sum()) / -log_survival
    return [float(np.exp(log_survival * np.exp(end))) for end in (half, -half)]


def pseudo_observations(outcome: Outcome, horizon_years: float) -> Array:
    """Return the jackknife pseudo-observation of RMST for each of n patients, in years, shape (n,).

    It is n * RMST - (n - 1) * RMST without the patient. Without censoring this equals min(years, horizon). With
    independent censoring its expectation given the covariates equals that of min(years, horizon).
    """
    n = len(outcome.years)
    times, at_risk, deaths = _counts(outcome, horizon_years)
    everybody = _area(times, at_risk.sum(axis=0), deaths.sum(axis=0), horizon_years)
    without_patient = _area(times, at_risk.sum(axis=0) - at_risk, deaths.sum(axis=0) - deaths, horizon_years)
    return n * everybody - (n - 1) * without_patient


def _counts(outcome: Outcome, horizon_years: float) -> tuple[Array, Array, Array]:
    """Return the distinct times of death before the horizon, and who of the n patients is at risk and who dies then.

    The last two hold 0 or 1 and have shape (n, times).
    """
    times = np.unique(outcome.years[outcome.died & (outcome.years < horizon_years)])
    years = outcome.years[:, np.newaxis]
    at_risk = (years >= times).astype(np.float64)
    deaths = ((years == times) & outcome.died[:, np.newaxis]).astype(np.float64)
    return times, at_risk, deaths


def _area(times: Array, at_risk: Array, deaths: Array, horizon_years: float) -> Array:
    """Return the area under each Kaplan-Meier curve up to the horizon, in years."""
    widths = np.diff(np.concatenate([[0.0], times, [horizon_years]]))
    survival = kaplan_meier(at_risk, deaths)
    area: Array = widths[0] + (survival * widths[1:]).sum(axis=-1)
    return area
