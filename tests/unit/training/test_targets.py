import numpy as np
import pytest
from sksurv.nonparametric import kaplan_meier_estimator

from training import data
from training.data import Outcome
from training.targets import kaplan_meier, pseudo_observations, restricted_mean_survival_time


def outcome(years: list[float], died: list[bool]) -> Outcome:
    return Outcome(np.array(years), np.array(died))


def test_pseudo_observations_of_three_patients_equal_those_computed_by_hand() -> None:
    # Deaths at 1 and 3 years, follow-up of the second ends at 2; horizon 4.
    # All: S = 2/3 on [1, 3), 0 after: 1 + 2 * 2/3 = 7/3.
    # Without the first: S = 1 on [0, 3), 0 after: 3.            3 * 7/3 - 2 * 3 = 1
    # Without the second: S = 1/2 on [1, 3), 0 after: 2.         3 * 7/3 - 2 * 2 = 3
    # Without the third: S = 1/2 on [1, 4]: 1 + 3/2 = 5/2.       3 * 7/3 - 2 * 5/2 = 2
    three = outcome([1.0, 2.0, 3.0], [True, False, True])
    assert restricted_mean_survival_time(three, 4.0) == pytest.approx(7 / 3, abs=1e-12)
    assert pseudo_observations(three, 4.0) == pytest.approx([1.0, 3.0, 2.0], abs=1e-12)


def test_without_censoring_a_pseudo_observation_is_the_survival_time_within_the_horizon() -> None:
    rng = np.random.default_rng(5)
    years = rng.exponential(6.0, size=80).round(1) + 0.1  # rounded: with ties
    targets = pseudo_observations(Outcome(years, np.ones(80, dtype=bool)), 8.0)
    np.testing.assert_allclose(targets, np.minimum(years, 8.0), rtol=0, atol=1e-9)


def test_a_pseudo_observation_is_the_jackknife_of_the_restricted_mean() -> None:
    everybody = data.death(data.cirrhosis())
    targets = pseudo_observations(everybody, 8.0)
    n = len(targets)
    for patient in (0, 27, 211, 417):
        others = everybody.take(np.delete(np.arange(n), patient))
        expected = n * restricted_mean_survival_time(everybody, 8.0) - (n - 1) * restricted_mean_survival_time(
            others, 8.0
        )
        assert targets[patient] == pytest.approx(expected, abs=1e-9)


def test_the_mean_of_the_pseudo_observations_is_the_restricted_mean_survival_time() -> None:
    everybody = data.death(data.cirrhosis())
    mean = pseudo_observations(everybody, 8.0).mean()
    assert mean == pytest.approx(restricted_mean_survival_time(everybody, 8.0), abs=0.01)


def test_a_patient_censored_early_gets_more_years_than_the_follow_up() -> None:
    everybody = data.death(data.cirrhosis())
    early = ~everybody.died & (everybody.years < 8.0)
    targets = pseudo_observations(everybody, 8.0)
    assert (targets[early] > everybody.years[early]).all()


def test_kaplan_meier_equals_that_of_scikit_survival() -> None:
    everybody = data.death(data.cirrhosis())
    times, expected = kaplan_meier_estimator(everybody.died, everybody.years)
    at_risk = (everybody.years[:, np.newaxis] >= times).sum(axis=0).astype(float)
    deaths = ((everybody.years[:, np.newaxis] == times) & everybody.died[:, np.newaxis]).sum(axis=0).astype(float)
    np.testing.assert_allclose(kaplan_meier(at_risk, deaths), expected, rtol=0, atol=1e-12)


def test_kaplan_meier_does_not_change_while_nobody_is_at_risk() -> None:
    assert kaplan_meier(np.array([2.0, 0.0]), np.array([1.0, 0.0])).tolist() == [0.5, 0.5]
