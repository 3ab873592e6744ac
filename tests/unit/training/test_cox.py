import numpy as np
import pandas as pd
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from training import cox
from training.cohorts import later_visits
from training.curve import FittedCurve
from training.data import Outcome
from training.interval import fit_levels
from training.targets import survival_probability


@pytest.fixture(scope="module")
def fitted(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    return cox.fit(8.0, patients, outcome, seed=0)


def test_the_fit_has_converged(patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve) -> None:
    """At the optimum the slope of the partial likelihood (Breslow's ties) equals the penalty for a kept column.

    For a dropped column it is smaller.
    """
    features = fitted.pipeline[:-1].transform(patients)
    coefficients = fitted.pipeline[-1].coef_
    relative = np.exp(features @ coefficients)
    slope = np.zeros(len(coefficients))
    for row in np.flatnonzero(outcome.died):
        at_risk = outcome.years >= outcome.years[row]
        slope += features[row] - (relative[at_risk] @ features[at_risk]) / relative[at_risk].sum()
    slope /= len(features)
    kept = coefficients != 0
    np.testing.assert_allclose(slope[kept], fitted.alpha * np.sign(coefficients[kept]), rtol=0, atol=1e-7)
    assert fitted.alpha is not None
    assert (np.abs(slope[~kept]) <= fitted.alpha + 1e-7).all()


def test_without_a_penalty_the_coefficients_are_those_of_the_plain_model(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve
) -> None:
    features = fitted.pipeline[:-1].transform(patients)
    [(coefficients, _)] = cox._path((1e-7,), features, outcome)
    plain = CoxPHSurvivalAnalysis(ties="breslow", tol=1e-12).fit(
        features, Surv.from_arrays(outcome.died, outcome.years)
    )
    np.testing.assert_allclose(coefficients, plain.coef_, atol=1e-5)


def test_the_mean_of_the_curves_is_the_cohorts_own(
    patients: pd.DataFrame, outcome: Outcome, fitted: FittedCurve
) -> None:
    for year in (1.0, 3.0, 5.0, 8.0, 10.0):
        predicted = fitted.survival(patients, np.array([year])).mean()
        assert predicted == pytest.approx(survival_probability(outcome, year), abs=0.03), year


def test_the_chosen_penalty_is_inside_the_grid(fitted: FittedCurve) -> None:
    assert fitted.alpha is not None
    assert cox.ALPHAS[-1] < fitted.alpha < cox.ALPHAS[0]


def test_right_curves_get_the_nominal_levels() -> None:
    """If patients die as their curves predict, the fitted levels are 10 %, 90 % and 20 %, and intervals cover 80 %."""
    rng = np.random.default_rng(7)
    survival, level = rng.uniform(0.0, 1.0, 40_000), rng.uniform(0.0, 1.0, 40_000)
    outlived = level > 1.0 - survival
    levels = fit_levels(survival, np.where(outlived, 1.0 - survival, level), outlived, np.ones(40_000))

    lower, upper, is_open = levels.of(survival)
    covered = (outlived | (level >= lower)) & (is_open | (level <= upper))
    assert levels.upper == pytest.approx([0.9] * 4, abs=0.02)
    assert levels.lower[0] == pytest.approx(0.1, abs=0.02)
    assert levels.lower_if_open == pytest.approx([0.2] * 4, abs=0.02)
    # In the healthiest quarter more than 80 % outlive the horizon, and an open interval covers them all.
    for number, expected in enumerate((0.8, 0.8, 0.8, 0.875)):
        assert covered[levels.risk_class(survival) == number].mean() == pytest.approx(expected, abs=0.015), number


def test_levels_widen_if_the_curves_are_overconfident() -> None:
    rng = np.random.default_rng(8)
    survival, level = rng.uniform(0.0, 1.0, 40_000), rng.beta(0.5, 0.5, 40_000)
    outlived = level > 1.0 - survival
    levels = fit_levels(survival, np.where(outlived, 1.0 - survival, level), outlived, np.ones(40_000))
    assert levels.lower_if_open[0] < 0.15


def test_noise_does_not_change_the_levels_of_patients_on_a_threshold() -> None:
    """A patient who outlives the horizon is on the threshold 1 - survival. Noise may put the level on either side."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        survival, level = rng.uniform(0.0, 1.0, 400), np.sqrt(rng.uniform(0.0, 1.0, 400))
        outlived = level > 1.0 - survival
        level = np.where(outlived, 1.0 - survival, level)
        noisy = [level + 1e-15 * rng.normal(size=400) for _ in range(5)]
        first, *others = (fit_levels(survival, levels, outlived, np.ones(400)) for levels in noisy)
        for other in others:
            for name in ("lower", "lower_if_open", "upper"):
                assert getattr(other, name) == pytest.approx(getattr(first, name), abs=1e-12), seed


def test_the_later_visits_are_of_the_same_patients_three_years_later(patients: pd.DataFrame) -> None:
    visits, visits_outcome = later_visits()
    assert len(visits) == len(visits_outcome.years) == 214
    assert visits["ID"].is_unique
    entry = patients.set_index("ID").loc[visits["ID"]]
    assert visits["Age"].to_numpy() - entry["Age"].to_numpy() == pytest.approx(1096, abs=1)
