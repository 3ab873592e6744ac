from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler
from sksurv.linear_model import CoxnetSurvivalAnalysis
from sksurv.util import Surv

from training import band, cox
from training.curve import FittedCurve
from training.data import Outcome
from training.targets import survival_probability

REFITS = 40


@pytest.fixture(scope="module")
def fitted(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    return band.fit(8.0, patients, outcome, seed=0, refits=REFITS)


def test_the_band_equals_one_computed_directly_from_refits_to_resampled_patients(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve
) -> None:
    """Compute the curves of a few patients from each refit, and how far they are from those of the fit."""
    few = patients.iloc[[0, 5, 100, 417]]
    features, few_features = fitted.pipeline[:-1].transform(patients), fitted.pipeline[:-1].transform(few)
    years = np.array(fitted.survival_years, float)
    log_log = np.log(-np.log(fitted.survival(few, years)))
    rng, squares = np.random.default_rng(0), np.zeros_like(log_log)
    for _ in range(REFITS):
        rows = rng.integers(0, 418, 418)
        scale = StandardScaler().fit(features[rows])
        refit = CoxnetSurvivalAnalysis(
            l1_ratio=1.0, alphas=[fitted.alpha], tol=1e-14, max_iter=1_000_000, fit_baseline_model=True
        ).fit(scale.transform(features[rows]), Surv.from_arrays(outcome.died[rows], outcome.years[rows]))
        for index, steps in enumerate(refit.predict_cumulative_hazard_function(scale.transform(few_features))):
            knots = cox._baseline(steps.x, steps(steps.x))
            squares[index] += (np.log(np.interp(years, knots.years, knots.hazard)) - log_log[index]) ** 2
    width = NormalDist().inv_cdf(0.9) * np.sqrt(squares / REFITS)

    lower, upper = fitted.band_ends(few)

    np.testing.assert_allclose(np.log(-np.log(lower)), log_log + width, rtol=0, atol=1e-8)
    np.testing.assert_allclose(np.log(-np.log(upper)), log_log - width, rtol=0, atol=1e-8)


def test_a_refit_to_the_same_patients_gives_the_same_parameters(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve
) -> None:
    refitted = cox.refit(fitted, fitted.pipeline[:-1].transform(patients), outcome)
    np.testing.assert_allclose(refitted, cox.parameters(fitted), rtol=0, atol=1e-9)


def test_the_band_from_four_times_as_many_patients_is_half_as_wide(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, many_outcomes = pd.concat([patients] * 4, ignore_index=True), Outcome.joined([outcome] * 4)
    monkeypatch.setattr(cox, "_tune", lambda *_: fitted.alpha)
    narrower = band.fit(8.0, many, many_outcomes, seed=1, refits=REFITS)

    (lower, upper), (low, high) = (fit.band_ends(patients) for fit in (fitted, narrower))

    assert ((high - low).mean(axis=0) / (upper - lower).mean(axis=0)) == pytest.approx([0.5] * 5, abs=0.1)


def test_simulated_outcomes_follow_the_curves(patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve) -> None:
    rng = np.random.default_rng(3)
    simulated = Outcome.joined([band._simulated_outcome(fitted, patients, outcome, rng) for _ in range(20)])
    for year in (1.0, 5.0, 8.0):
        predicted = fitted.survival(patients, np.array([year])).mean()
        assert survival_probability(simulated, year) == pytest.approx(predicted, abs=0.015), year
    # Follow-up is as in the study: the same share of patients is still followed at 3 and at 8 years.
    for year in (3.0, 8.0):
        assert (simulated.years > year).mean() == pytest.approx((outcome.years > year).mean(), abs=0.04), year
    assert simulated.years.max() == fitted.survival_years[-1]


def test_the_band_is_evaluated_on_known_curves_and_held_out_patients(
    patients: pd.DataFrame, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(band, "SIMULATIONS", 3)
    monkeypatch.setattr(band, "SIMULATED_REFITS", 10)
    figures = band.evaluate(8.0, patients, outcome, seed=0)

    simulated, groups = figures["simulated"], figures["held_out"]["groups"]
    assert 0.4 < simulated["holds"] < 1.0
    for split in ("holds_by_year", "holds_by_fifth"):
        assert np.mean(simulated[split]) == pytest.approx(simulated["holds"], abs=0.01)
    assert simulated["mean_width_by_year"] == sorted(simulated["mean_width_by_year"])
    assert [group["years"] for group in groups] == [3] * 5 + [5] * 5 + [8] * 5
    for sicker, healthier in pairwise(groups):
        assert sicker["lower"] < sicker["predicted"] < sicker["upper"]
        assert sicker["years"] < healthier["years"] or sicker["predicted"] < healthier["predicted"]
    within = [group["lower"] <= group["observed"] <= group["upper"] for group in groups]
    assert figures["held_out"]["within"] == sum(within)
