import numpy as np
import pytest

from benchmarks.login_timing import compare, smallest_detectable_shift


def times(seed: int, median: float = 250.0) -> list[float]:
    """Return the times of two hundred log-ins in ms, with the long tail that response times have."""
    return list(median + np.random.default_rng(seed).gamma(2.0, 1.5, 200))


def test_equal_samples_differ_significantly_only_by_chance() -> None:
    significant = [compare(times(seed), times(seed + 1000)).is_significant for seed in range(200)]
    assert sum(significant) <= 6


@pytest.mark.parametrize("leak", [-1.5, 1.5])
def test_a_slightly_faster_or_slower_response_is_detected(leak: float) -> None:
    assert all(compare(times(seed, 250.0 + leak), times(seed + 1000)).is_significant for seed in range(20))


def test_a_missing_dummy_hash_separates_the_samples_completely() -> None:
    comparison = compare(times(1), times(2, median=3.0))
    assert comparison.is_significant
    assert comparison.auc == 1.0


def test_a_wider_sample_with_the_same_median_is_detected() -> None:
    wide = list(250.0 + 20 * (np.random.default_rng(3).random(200) - 0.5))
    narrow = list(250.0 + 2 * (np.random.default_rng(4).random(200) - 0.5))
    assert compare(wide, narrow).is_significant


def test_the_smallest_detectable_shift_is_small_on_a_quiet_machine() -> None:
    assert 0 < smallest_detectable_shift(times(5), times(6), 0.05) < 2
