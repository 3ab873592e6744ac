import numpy as np
import pandas as pd
import pytest

from training.data import Outcome
from training.evaluation import (
    FOLDS,
    REPEATS,
    HeldOut,
    accuracy,
    accuracy_among_deaths,
    calibration,
    constant_predictions,
    cross_validate,
    died_before_lower,
    error_of_true_curves,
    grid,
    interval_coverage,
    observed_and_expected,
    pooled,
)
from training.metrics import Figure
from training.models import mayo


@pytest.fixture(scope="module")
def curves(patients: pd.DataFrame, outcome: Outcome) -> list[HeldOut]:
    [folds] = cross_validate(mayo.fit, patients, outcome, (7.0,), repeats=2)
    return folds


@pytest.fixture
def constant(curves: list[HeldOut]) -> list[HeldOut]:
    return constant_predictions(curves)


def test_every_patient_is_held_out_once_in_a_repeat(patients: pd.DataFrame, outcome: Outcome) -> None:
    [folds] = cross_validate(mayo.fit, patients, outcome, (7.0,))
    assert len(folds) == FOLDS * REPEATS
    rows = np.concatenate([fold.rows for fold in folds[:FOLDS]])
    assert np.array_equal(np.sort(rows), np.arange(418))


def test_the_constant_prediction_is_the_horizon_and_ranks_nobody(constant: list[HeldOut]) -> None:
    assert {years for fold in constant for years in fold.predicted} == {7.0}
    figures = accuracy(constant)
    for name in ("c_index", "uno_c_7y", "uno_c_8y"):
        assert figures[name].value == 0.5
        assert figures[name].se == 0.0
    assert "brier_score" not in figures


def test_intervals_are_evaluated_only_at_the_models_own_horizon(patients: pd.DataFrame, outcome: Outcome) -> None:
    own, other = cross_validate(mayo.fit, patients, outcome, (7.0, 5.0), repeats=1)
    assert all(fold.interval is not None for fold in own)
    assert all(fold.interval is None for fold in other)


def test_a_curve_has_a_brier_score_far_below_a_coin_toss(curves: list[HeldOut]) -> None:
    assert all(fold.survival is not None and fold.survival.shape[1] == len(grid(7.0)) for fold in curves)
    assert 0.05 < accuracy(curves)["brier_score"].value < 0.15  # a coin toss has 0.25


def test_the_standard_errors_are_over_patients_and_not_between_folds(curves: list[HeldOut]) -> None:
    """Independent code measured them: .016 for the concordance, about .06 to .09 for errors within 7 years."""
    figures = accuracy(curves)
    assert figures["c_index"].influence.shape == (418,)
    assert figures["c_index"].se == pytest.approx(0.016, abs=0.002)
    assert figures["mae"].se == pytest.approx(0.065, abs=0.015)
    assert figures["brier_score"].se == pytest.approx(0.007, abs=0.002)


def test_the_median_has_a_smaller_error_than_the_mean_but_not_a_smaller_squared_error(curves: list[HeldOut]) -> None:
    figures = accuracy(curves)
    assert figures["mae_of_median"].value < figures["mae"].value
    squared = {"median": 0.0, "predicted": 0.0}
    for fold in curves:
        for name in squared:
            squared[name] += (fold.truth.weight * (getattr(fold, name) - fold.truth.years) ** 2).sum()
    assert squared["median"] > squared["predicted"]


def test_deaths_have_larger_errors_that_only_deaths_influence(curves: list[HeldOut], outcome: Outcome) -> None:
    figures = accuracy_among_deaths(curves)
    assert figures["mae"].value > 1.3 * accuracy(curves)["mae"].value
    assert figures["bias"].value > 0.5
    died = outcome.died & (outcome.years <= 7.0)
    assert (figures["mae"].influence[~died] == 0.0).all()
    assert (figures["mae"].influence[died] != 0.0).all()


def test_the_quarters_of_calibration_run_from_the_sickest(curves: list[HeldOut]) -> None:
    quarters = calibration(curves)
    for name in ("predicted", "observed", "predicted_survival_5y", "observed_survival_5y"):
        figures = [quarter[name] for quarter in quarters]
        assert figures == sorted(figures), name
        assert figures[-1] > 1.2 * figures[0], name


def test_the_bias_of_a_quarter_is_predicted_minus_observed_years(curves: list[HeldOut]) -> None:
    for quarter in calibration(curves):
        assert quarter["bias"].value == pytest.approx(quarter["predicted"] - quarter["observed"], abs=1e-12)
        assert quarter["bias"].influence.sum() == pytest.approx(0.0, abs=1e-9)


def test_without_censoring_the_bias_of_a_quarter_has_the_standard_error_of_a_mean(
    patients: pd.DataFrame, outcome: Outcome
) -> None:
    everybody = Outcome(outcome.years, np.ones(418, dtype=bool))
    [folds] = cross_validate(mayo.fit, patients, everybody, (7.0,), repeats=1)
    rows = pooled(folds)
    for number, quarter in enumerate(calibration(folds)):
        error = (rows["predicted"] - rows["true_years"])[rows["quarter"] == number]
        assert quarter["bias"].value == pytest.approx(error.mean(), abs=1e-9)
        assert quarter["bias"].se == pytest.approx(error.std(ddof=0) / np.sqrt(len(error)), abs=1e-9)


def test_quarters_are_of_the_predicted_years_within_each_repeat(curves: list[HeldOut]) -> None:
    for _, repeat in pooled(curves).groupby("repeat"):
        assert repeat["quarter"].value_counts().sort_index().tolist() == [105, 105, 104, 104]
        ends = repeat.groupby("quarter")["predicted"].agg(["min", "max"])
        assert (ends["max"].to_numpy()[:-1] <= ends["min"].to_numpy()[1:]).all()


def test_covered_and_missed_patients_add_up_to_all_patients(curves: list[HeldOut]) -> None:
    coverage = interval_coverage(curves)
    parts = [coverage[name].value for name in ("overall", "lived_shorter", "lived_longer")]
    assert np.sum(parts) == pytest.approx(1.0)
    for quarter in zip(*(coverage[f"{name}_by_quartile"] for name in ("lived_shorter", "lived_longer")), strict=True):
        number = [figure.value for figure in coverage["lived_shorter_by_quartile"]].index(quarter[0].value)
        missed = sum(figure.value for figure in quarter)
        assert missed == pytest.approx(1.0 - coverage["by_quartile"][number].value)


def test_coverage_is_less_certain_in_a_part_of_the_patients(curves: list[HeldOut]) -> None:
    coverage = interval_coverage(curves)
    assert coverage["overall"].se == pytest.approx(0.015, abs=0.005)
    assert all(quarter.se > 1.1 * coverage["overall"].se for quarter in coverage["by_quartile"])
    assert coverage["died_within_2_years"].se > coverage["died_within_horizon"].se > coverage["overall"].se
    assert coverage["died_within_2_years"].value < coverage["died_within_horizon"].value < coverage["overall"].value


def test_expected_deaths_are_those_of_the_curve_during_follow_up(patients: pd.DataFrame, outcome: Outcome) -> None:
    fitted = mayo.fit(patients, outcome)
    observed, expected = observed_and_expected(fitted, patients, outcome)
    assert observed.sum() == (outcome.died & (outcome.years <= 7.0)).sum()
    for patient in (0, 100, 417):
        followed = np.array([min(outcome.years[patient], 7.0)])
        survival = fitted.survival(patients.iloc[[patient]], followed)[0, 0]
        assert expected[patient] == pytest.approx(-np.log(survival), abs=1e-12)
    # The published curve fits the patients that it was made from.
    assert Figure.ratio(observed, expected).value == pytest.approx(1.0, abs=0.1)


def test_the_error_of_true_curves_is_larger_over_a_longer_horizon(patients: pd.DataFrame, outcome: Outcome) -> None:
    shorter, longer = (error_of_true_curves(patients, outcome, horizon) for horizon in (8.0, 10.0))
    assert 0 < shorter["mae"] < longer["mae"]
    assert shorter["mae_among_deaths"] < longer["mae_among_deaths"]
    assert 1 > shorter["share_within_1_5_years_among_deaths"] > longer["share_within_1_5_years_among_deaths"]


def test_the_best_mean_has_a_larger_error_than_the_best_median(patients: pd.DataFrame, outcome: Outcome) -> None:
    best = error_of_true_curves(patients, outcome, 8.0)
    assert best["mae"] < best["mae_of_mean"] < best["rmse_of_mean"]


def test_without_censoring_the_share_that_died_before_the_lower_end_is_counted(
    patients: pd.DataFrame, outcome: Outcome
) -> None:
    fitted = mayo.fit(patients, outcome)
    died = np.flatnonzero(outcome.died & (outcome.years < 7.0))
    rows, dead = patients.iloc[died], outcome.take(died)
    share, (low, high) = died_before_lower(fitted, rows, dead)
    assert share == pytest.approx(fitted.interval(rows).is_above(dead.years).mean(), abs=1e-12)
    assert 0.1 < low < share < high < 0.5
