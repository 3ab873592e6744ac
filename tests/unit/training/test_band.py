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


def test_the_band_is_what_refitting_to_resampled_patients_gives(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve
) -> None:
    """By brute force: the curves of a few patients from each refit, and how far they lie from those of the fit."""
    few = patients.iloc[[0, 5, 100, 417]]
    features, own = fitted.pipeline[:-1].transform(patients), fitted.pipeline[:-1].transform(few)
    years = np.array(fitted.survival_years, float)
    log_log = np.log(-np.log(fitted.survival(few, years)))
    draw, squares = np.random.default_rng(0), np.zeros_like(log_log)
    for _ in range(REFITS):
        rows = draw.integers(0, 418, 418)
        scale = StandardScaler().fit(features[rows])
        again = CoxnetSurvivalAnalysis(
            l1_ratio=1.0, alphas=[fitted.alpha], tol=1e-14, max_iter=1_000_000, fit_baseline_model=True
        ).fit(scale.transform(features[rows]), Surv.from_arrays(outcome.died[rows], outcome.years[rows]))
        for at, steps in enumerate(again.predict_cumulative_hazard_function(scale.transform(own))):
            knots = cox._baseline(steps.x, steps(steps.x))
            squares[at] += (np.log(np.interp(years, knots.years, knots.hazard)) - log_log[at]) ** 2
    width = NormalDist().inv_cdf(0.9) * np.sqrt(squares / REFITS)

    lower, upper = fitted.ends_of_the_band(few)

    np.testing.assert_allclose(np.log(-np.log(lower)), log_log + width, rtol=0, atol=1e-8)
    np.testing.assert_allclose(np.log(-np.log(upper)), log_log - width, rtol=0, atol=1e-8)


def test_a_refit_to_the_same_patients_is_the_fit(patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve) -> None:
    again = cox.refit(fitted, fitted.pipeline[:-1].transform(patients), outcome)
    np.testing.assert_allclose(again, cox.parameters(fitted), rtol=0, atol=1e-9)


def test_of_four_times_as_many_patients_the_band_is_half_as_wide(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, theirs = pd.concat([patients] * 4, ignore_index=True), Outcome.joined([outcome] * 4)
    monkeypatch.setattr(cox, "_tune", lambda *_: (fitted.alpha, None))
    monkeypatch.setattr(cox, "levels_of", lambda _: fitted.levels)
    narrower = band.fit(8.0, many, theirs, seed=1, refits=REFITS)

    (lower, upper), (low, high) = (each.ends_of_the_band(patients) for each in (fitted, narrower))

    assert ((high - low).mean(axis=0) / (upper - lower).mean(axis=0)) == pytest.approx([0.5] * 5, abs=0.1)


def test_what_became_of_drawn_patients_is_what_the_curves_say(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve
) -> None:
    draw = np.random.default_rng(3)
    drawn = Outcome.joined([band._drawn(fitted, patients, outcome, draw) for _ in range(20)])
    for year in (1.0, 5.0, 8.0):
        said = fitted.survival(patients, np.array([year])).mean()
        assert survival_probability(drawn, year) == pytest.approx(said, abs=0.015), year
    # Followed as long as they were: as many are still seen at 3 and at 8 years.
    for year in (3.0, 8.0):
        assert (drawn.years > year).mean() == pytest.approx((outcome.years > year).mean(), abs=0.04), year
    assert drawn.years.max() == fitted.survival_years[-1]


def test_the_band_is_judged_by_known_curves_and_by_held_out_patients(
    patients: pd.DataFrame, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(band, "SIMULATIONS", 3)
    monkeypatch.setattr(band, "SIMULATED_REFITS", 10)
    figures = band.judge(8.0, patients, outcome, seed=0)

    simulated, groups = figures["simulated"], figures["held_out"]["groups"]
    assert 0.4 < simulated["holds"] < 1.0
    for split in ("holds_by_year", "holds_by_fifth"):
        assert np.mean(simulated[split]) == pytest.approx(simulated["holds"], abs=0.01)
    assert simulated["mean_width_by_year"] == sorted(simulated["mean_width_by_year"])
    assert [each["years"] for each in groups] == [3] * 5 + [5] * 5 + [8] * 5
    for sicker, healthier in pairwise(groups):
        assert sicker["lower"] < sicker["predicted"] < sicker["upper"]
        assert sicker["years"] < healthier["years"] or sicker["predicted"] < healthier["predicted"]
    within = [each["lower"] <= each["observed"] <= each["upper"] for each in groups]
    assert figures["held_out"]["within"] == sum(within)
