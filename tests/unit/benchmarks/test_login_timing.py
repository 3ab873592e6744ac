import numpy as np
import pytest

from benchmarks.login_timing import compare, smallest_told_shift


def times(seed: int, median: float = 250.0) -> list[float]:
    """Two hundred log-ins in ms, with the long tail that answers have."""
    return list(median + np.random.default_rng(seed).gamma(2.0, 1.5, 200))


def test_equal_samples_are_told_apart_by_chance_alone() -> None:
    told = [compare(times(seed), times(seed + 1000)).told_apart for seed in range(200)]
    assert sum(told) <= 6


@pytest.mark.parametrize("leak", [-1.5, 1.5])
def test_an_answer_that_is_a_little_faster_or_slower_is_told(leak: float) -> None:
    assert all(compare(times(seed, 250.0 + leak), times(seed + 1000)).told_apart for seed in range(20))


def test_a_missing_dummy_hash_is_as_plain_as_can_be() -> None:
    found = compare(times(1), times(2, median=3.0))
    assert found.told_apart
    assert found.auc == 1.0


def test_a_wider_sample_of_the_same_median_is_told() -> None:
    wide = list(250.0 + 20 * (np.random.default_rng(3).random(200) - 0.5))
    narrow = list(250.0 + 2 * (np.random.default_rng(4).random(200) - 0.5))
    assert compare(wide, narrow).told_apart


def test_the_smallest_shift_that_would_have_been_told_is_small_where_the_machine_is_quiet() -> None:
    assert 0 < smallest_told_shift(times(5), times(6), 0.05) < 2
