import numpy as np
import pandas as pd
import pytest
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from training import cox
from training.cohorts import later_visits
from training.curve import FittedCurve
from training.data import Outcome
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


def test_if_patients_die_as_their_curves_say_one_in_ten_dies_before_and_one_in_ten_after_the_interval(
    fitted: FittedCurve,
) -> None:
    rng = np.random.default_rng(7)
    log_hazard = rng.normal(1.0, 1.5, 40_000)
    death = fitted.baseline.quantile(log_hazard, rng.uniform(size=40_000))
    lower, upper = fitted.baseline.interval(log_hazard, 8.0)
    assert (death < lower)[lower < 8.0].mean() == pytest.approx(0.1, abs=0.01)
    assert (death > upper)[upper < 8.0].mean() == pytest.approx(0.1, abs=0.01)


def test_the_later_visits_are_of_the_same_patients_three_years_later(patients: pd.DataFrame) -> None:
    visits, visits_outcome = later_visits()
    assert len(visits) == len(visits_outcome.years) == 214
    assert visits["ID"].is_unique
    entry = patients.set_index("ID").loc[visits["ID"]]
    assert visits["Age"].to_numpy() - entry["Age"].to_numpy() == pytest.approx(1096, abs=1)
