import numpy as np
import pytest

from training.data import Outcome
from training.metrics import (
    brier_score,
    concordance_index,
    error_figures,
    ipcw_truth,
    uno_c,
    weighted_quantile,
)


def simulated(n: int, seed: int) -> tuple[Outcome, np.ndarray]:
    """Return an outcome with about half of the patients censored, and the uncensored survival times."""
    rng = np.random.default_rng(seed)
    survival, follow_up = rng.exponential(6.0, n), rng.exponential(9.0, n)
    return Outcome(np.minimum(survival, follow_up), survival <= follow_up), survival


def test_without_censoring_the_weighted_error_is_the_plain_mean_absolute_error() -> None:
    rng = np.random.default_rng(2)
    years, predicted = rng.exponential(5.0, 60), rng.uniform(0.0, 8.0, 60)
    everybody = Outcome(years, np.ones(60, dtype=bool))
    figures = error_figures(ipcw_truth(everybody, everybody, 8.0), predicted)
    error = predicted - np.minimum(years, 8.0)
    assert figures["mae"] == pytest.approx(np.abs(error).mean(), abs=1e-12)
    assert figures["bias"] == pytest.approx(error.mean(), abs=1e-12)
    assert figures["share_within_1_5_years"] == pytest.approx((np.abs(error) <= 1.5).mean(), abs=1e-12)


def test_with_censoring_the_weighted_error_is_that_of_the_uncensored_survival_times() -> None:
    outcome, survival = simulated(20_000, seed=3)
    predicted = np.full(20_000, 4.0)
    figures = error_figures(ipcw_truth(outcome, outcome, 8.0), predicted)
    error = predicted - np.minimum(survival, 8.0)
    assert figures["mae"] == pytest.approx(np.abs(error).mean(), abs=0.03)
    assert figures["bias"] == pytest.approx(error.mean(), abs=0.06)


def test_weights_are_one_over_the_probability_to_be_still_in_follow_up() -> None:
    # At 2 years follow-up ends for one of three patients, so 2/3 are in follow-up afterwards and all before.
    outcome = Outcome(np.array([1.0, 2.0, 3.0, 9.0]), np.array([True, False, True, False]))
    truth = ipcw_truth(outcome, outcome, 8.0)
    assert truth.weight == pytest.approx([1.0, 0.0, 1.5, 1.5])
    assert truth.years.tolist() == [1.0, 2.0, 3.0, 8.0]
    assert truth.died.tolist() == [True, False, True, False]


def test_a_patient_who_dies_when_anothers_follow_up_ends_was_in_follow_up() -> None:
    outcome = Outcome(np.array([2.0, 2.0, 9.0]), np.array([True, False, False]))
    assert ipcw_truth(outcome, outcome, 8.0).weight[0] == pytest.approx(1.0)


def test_follow_up_longer_than_in_training_has_the_last_weight() -> None:
    train = Outcome(np.array([1.0, 2.0, 4.0]), np.array([True, False, True]))
    held_out = Outcome(np.array([7.0]), np.array([True]))
    assert ipcw_truth(train, held_out, 8.0).weight == pytest.approx([2.0])


def test_concordance_is_one_for_the_right_order_zero_for_its_reverse_and_half_for_a_constant() -> None:
    outcome = Outcome(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, True]))
    assert concordance_index(outcome, np.array([1.0, 2.0, 3.0, 4.0])) == 1.0
    assert concordance_index(outcome, np.array([4.0, 3.0, 2.0, 1.0])) == 0.0
    assert concordance_index(outcome, np.full(4, 8.0)) == 0.5


def test_a_weighted_quantile_equals_that_of_repeated_values() -> None:
    values, weight = np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 7.0])
    repeated = np.repeat(values, weight.astype(int))
    for level in (0.05, 0.25, 0.55, 0.95, 1.0):
        assert weighted_quantile(values, weight, level) == np.quantile(repeated, level, method="inverted_cdf")


def test_without_censoring_unos_concordance_is_harrells() -> None:
    draw = np.random.default_rng(5)
    years, predicted = draw.exponential(5.0, 80), draw.uniform(0.0, 8.0, 80)
    everybody = Outcome(years, np.ones(80, dtype=bool))
    assert uno_c(everybody, everybody, predicted, years.max() + 1) == pytest.approx(
        concordance_index(everybody, predicted), abs=1e-12
    )


def test_the_brier_score_of_perfect_predictions_is_zero_and_of_a_coin_toss_a_quarter() -> None:
    everybody = Outcome(np.linspace(0.1, 9.9, 60), np.ones(60, dtype=bool))
    times = np.linspace(1.0, 8.0, 29)
    perfect = (everybody.years[:, np.newaxis] > times).astype(float)
    assert brier_score(everybody, everybody, perfect, times) == pytest.approx(0.0, abs=1e-12)
    assert brier_score(everybody, everybody, np.full(perfect.shape, 0.5), times) == pytest.approx(0.25, abs=1e-12)
