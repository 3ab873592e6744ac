import numpy as np
import pytest
from sksurv.metrics import concordance_index_censored, concordance_index_ipcw, integrated_brier_score
from sksurv.util import Surv

from training.data import Outcome
from training.metrics import (
    Figure,
    Truth,
    brier_score,
    concordance_index,
    error_figures,
    ipcw_truth,
    squared_errors,
    uno_c,
    weighted_quantile,
)
from training.targets import survival_interval, survival_probability

# A cohort with ties in time and in prediction. Independent code computed the values that it is compared with below.
TOY = Outcome(
    np.array([0.5, 1, 1, 1.5, 2, 2.5, 3, 3, 3.5, 4, 4.5, 5, 5, 6, 6.5, 7, 8, 8.5, 9, 10]),
    np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0], dtype=bool),
)
TOY_LOG_HAZARD = np.array([
    2.1, 1.8, 0.4, 1.2, -0.5, 0.9, 1.2, 0.1, -0.2, 0.3, 0.8, -1.0, 0.5, -0.6, 0.0, 0.2, -1.3, -0.4, -1.3, -0.9,
])  # fmt: skip
TOY_HAZARD = 0.05 * np.exp(TOY_LOG_HAZARD)
"""The hazard per year, which is constant."""


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
    assert figures["mae"].value == pytest.approx(np.abs(error).mean(), abs=1e-12)
    assert figures["bias"].value == pytest.approx(error.mean(), abs=1e-12)
    assert figures["share_within_1_5_years"].value == pytest.approx((np.abs(error) <= 1.5).mean(), abs=1e-12)


def test_with_censoring_the_weighted_error_is_that_of_the_uncensored_survival_times() -> None:
    outcome, survival = simulated(20_000, seed=3)
    predicted = np.full(20_000, 4.0)
    figures = error_figures(ipcw_truth(outcome, outcome, 8.0), predicted)
    error = predicted - np.minimum(survival, 8.0)
    assert figures["mae"].value == pytest.approx(np.abs(error).mean(), abs=0.03)
    assert figures["bias"].value == pytest.approx(error.mean(), abs=0.06)


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
    assert concordance_index(outcome, np.array([1.0, 2.0, 3.0, 4.0])).value == 1.0
    assert concordance_index(outcome, np.array([4.0, 3.0, 2.0, 1.0])).value == 0.0
    assert concordance_index(outcome, np.full(4, 8.0)).value == 0.5


def test_a_weighted_quantile_equals_that_of_repeated_values() -> None:
    values, weight = np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 7.0])
    repeated = np.repeat(values, weight.astype(int))
    for level in (0.05, 0.25, 0.55, 0.95, 1.0):
        assert weighted_quantile(values, weight, level) == np.quantile(repeated, level, method="inverted_cdf")


def test_without_censoring_unos_concordance_is_harrells() -> None:
    draw = np.random.default_rng(5)
    years, predicted = draw.exponential(5.0, 80), draw.uniform(0.0, 8.0, 80)
    everybody = Outcome(years, np.ones(80, dtype=bool))
    uno, harrell = uno_c(everybody, everybody, predicted, years.max() + 1), concordance_index(everybody, predicted)
    assert uno.value == pytest.approx(harrell.value, abs=1e-12)
    assert uno.se == pytest.approx(harrell.se, abs=1e-12)


def test_the_brier_score_of_perfect_predictions_is_zero_and_of_a_coin_toss_a_quarter() -> None:
    everybody = Outcome(np.linspace(0.1, 9.9, 60), np.ones(60, dtype=bool))
    times = np.linspace(1.0, 8.0, 29)
    perfect = (everybody.years[:, np.newaxis] > times).astype(float)
    assert brier_score(everybody, everybody, perfect, times).value == pytest.approx(0.0, abs=1e-12)
    coin_toss = brier_score(everybody, everybody, np.full(perfect.shape, 0.5), times)
    assert coin_toss.value == pytest.approx(0.25, abs=1e-12)
    assert coin_toss.se == pytest.approx(0.0, abs=1e-12)


def test_figures_of_a_cohort_with_ties_equal_those_of_independent_code() -> None:
    c_index = concordance_index(TOY, -TOY_LOG_HAZARD)
    assert c_index.value == pytest.approx(0.9419642857142857, abs=1e-12)
    assert c_index.se == pytest.approx(0.04193254951668119, abs=1e-12)
    assert c_index.share_95 == pytest.approx([0.7830493711067792, 0.9864842490342484], abs=1e-6)
    assert uno_c(TOY, TOY, -TOY_LOG_HAZARD, 5.0).value == pytest.approx(0.9236889158359878, abs=1e-12)
    survival = np.exp(-5.0 * TOY_HAZARD)[:, np.newaxis]
    assert squared_errors(TOY, TOY, survival, np.array([5.0])).mean() == pytest.approx(0.1464022954292479, abs=1e-12)
    assert survival_probability(TOY, 5.0) == pytest.approx(0.5383529411764707, abs=1e-12)
    assert survival_interval(TOY, 5.0) == pytest.approx([0.2794331658390669, 0.7402596689444504], abs=1e-6)


def test_the_ratio_of_observed_to_expected_deaths_equals_that_of_independent_code() -> None:
    observed = (TOY.died & (TOY.years <= 5.0)).astype(float)
    ratio = Figure.ratio(observed, TOY_HAZARD * np.minimum(TOY.years, 5.0))
    assert ratio.value == pytest.approx(1.827184143576493, abs=1e-12)
    assert ratio.se / ratio.value == pytest.approx(0.21064345829164127, abs=1e-12)
    assert np.log(ratio.ratio_95).mean() == pytest.approx(0.6027760624518022, abs=1e-12)
    assert np.diff(np.log(ratio.ratio_95)) == pytest.approx(2 * 1.96 * 0.21064345829164127, abs=1e-4)


@pytest.mark.parametrize("decimals", [0, 12], ids=["with ties", "without ties"])
def test_harrells_concordance_equals_that_of_scikit_survival(decimals: int) -> None:
    outcome, _ = simulated(150, seed=6)
    outcome = Outcome(outcome.years.round(decimals), outcome.died)
    predicted = np.random.default_rng(7).uniform(0.0, 8.0, 150).round(decimals)
    expected, *_ = concordance_index_censored(outcome.died, outcome.years, -predicted)
    assert concordance_index(outcome, predicted).value == pytest.approx(expected, abs=1e-12)


def test_unos_concordance_and_the_brier_score_equal_those_of_scikit_survival() -> None:
    train, _ = simulated(300, seed=8)
    held_out, _ = simulated(150, seed=9)
    labels = [Surv.from_arrays(part.died, part.years) for part in (train, held_out)]
    draw, times = np.random.default_rng(10), np.linspace(1.0, 8.0, 29)
    predicted, survival = draw.uniform(0.0, 8.0, 150), np.sort(draw.uniform(size=(150, 29)))[:, ::-1]
    expected = concordance_index_ipcw(*labels, -predicted, tau=8.0)[0]
    assert uno_c(train, held_out, predicted, 8.0).value == pytest.approx(expected, abs=1e-12)
    expected = integrated_brier_score(*labels, survival, times)
    assert brier_score(train, held_out, survival, times).value == pytest.approx(expected, abs=1e-12)


def test_the_standard_errors_are_those_of_resampled_patients() -> None:
    """The weights for censoring are fixed, so they are not computed again."""
    outcome, survival = simulated(150, seed=11)
    draw = np.random.default_rng(12)
    predicted = np.clip(survival + draw.normal(0.0, 3.0, 150), 0.0, 8.0)
    truth = ipcw_truth(outcome, outcome, 8.0)

    def figures(rows: np.ndarray) -> dict[str, Figure]:
        c_index = concordance_index(outcome.take(rows), predicted[rows])
        uno = uno_c(outcome, outcome.take(rows), predicted[rows], 8.0)
        return error_figures(truth.take(rows), predicted[rows]) | {"c_index": c_index, "uno_c": uno}

    resampled = [figures(draw.integers(0, 150, 150)) for _ in range(400)]
    for name, figure in figures(np.arange(150)).items():
        assert figure.se == pytest.approx(np.std([sample[name].value for sample in resampled]), rel=0.15), name


def test_an_influence_is_the_change_of_a_figure_with_the_weight_of_the_patient() -> None:
    outcome, survival = simulated(50, seed=13)
    predicted, truth = np.minimum(survival[::-1], 8.0), ipcw_truth(outcome, outcome, 8.0)
    patient, change = int(np.argmax(truth.weight)), 1e-6
    weight = truth.weight * np.where(np.arange(50) == patient, 1.0 + change, 1.0)
    changed = error_figures(Truth(truth.years, weight, truth.died), predicted)
    for name, figure in error_figures(truth, predicted).items():
        assert (changed[name].value - figure.value) / change == pytest.approx(figure.influence[patient], abs=1e-5), name


def test_the_mean_of_figures_of_different_patients_has_the_standard_error_of_their_average() -> None:
    values = np.random.default_rng(14).normal(size=60)
    everybody = Figure.average(values, np.ones(60))
    halves = Figure.mean([Figure.average(half, np.ones(30)) for half in (values[:30], values[30:])])
    assert halves.value == pytest.approx(everybody.value, abs=1e-12)
    assert halves.se == pytest.approx(everybody.se, rel=0.05)


def test_measuring_the_same_patients_twice_does_not_make_a_figure_more_certain() -> None:
    values = np.random.default_rng(15).normal(size=60)
    once = Figure.average(values, np.ones(60))
    twice = Figure.mean([once, once]).by_patient(np.tile(np.arange(60), 2))
    assert (twice.value, twice.se) == pytest.approx((once.value, once.se), abs=1e-12)
    assert (twice - once).se == pytest.approx(0.0, abs=1e-12)
