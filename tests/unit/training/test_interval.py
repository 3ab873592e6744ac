import numpy as np
import pytest

from training.interval import fit_intervals
from training.metrics import Truth


def drawn(count: int, seed: int) -> tuple[np.ndarray, Truth]:
    """Draw predictions and true years within 8 years. The sicker a patient, the larger the error."""
    rng = np.random.default_rng(seed)
    predicted = rng.uniform(0.0, 8.0, count)
    years = np.maximum(0.0, predicted + (1.2 - predicted / 10.0) * rng.normal(size=count))
    return predicted, Truth(np.minimum(years, 8.0), np.ones(count), years < 8.0)


def test_about_one_in_ten_dies_before_and_lives_beyond_the_interval_at_every_level_of_risk() -> None:
    """Somewhat fewer, because the weights mix in patients with other predictions, whose years differ more."""
    predicted, truth = drawn(40_000, 4)
    lower, upper = fit_intervals(predicted, truth, 8.0).ends(predicted, 8.0)
    for low in (2.0, 3.0, 4.0, 5.0):
        here = (predicted >= low) & (predicted < low + 1.0)
        for missed in (truth.years < lower, truth.years > upper):
            assert 0.05 < missed[here].mean() < 0.11, low


def test_the_ends_never_fall_when_the_prediction_rises() -> None:
    for seed in range(20):
        table = fit_intervals(*drawn(60, seed), 8.0)
        assert (np.diff(table.lower) >= 0.0).all(), seed
        assert (np.diff(table.upper) >= 0.0).all(), seed
        assert (np.array(table.lower) <= np.array(table.upper)).all(), seed
        assert 0.0 <= table.lower[0] <= table.upper[-1] <= 8.0


def test_where_more_than_one_in_ten_outlives_the_horizon_the_upper_end_is_open() -> None:
    predicted, truth = drawn(8_000, 9)
    table = fit_intervals(predicted, truth, 8.0)
    assert table.upper[-1] == 8.0
    assert table.upper[2] < 8.0


def test_patients_with_a_weight_of_two_count_like_two_patients() -> None:
    predicted, truth = drawn(300, 1)
    once = Truth(truth.years, np.where(np.arange(300) < 100, 2.0, 1.0), truth.died)
    twice = np.concatenate([np.arange(100), np.arange(300)])
    weighted, repeated = (
        fit_intervals(predicted, once, 8.0),
        fit_intervals(predicted[twice], truth.take(twice), 8.0),
    )
    assert weighted.lower == pytest.approx(repeated.lower, abs=1e-9)
    assert weighted.upper == pytest.approx(repeated.upper, abs=1e-9)
