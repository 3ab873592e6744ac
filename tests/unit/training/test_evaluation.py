import numpy as np
import pandas as pd
import pytest

from training.data import Outcome
from training.evaluation import (
    FOLDS,
    REPEATS,
    ConstantPredictor,
    HeldOut,
    accuracy,
    calibration,
    cross_validate,
    grid,
    interval_coverage,
    least_possible_error,
)
from training.models import mayo


@pytest.fixture(scope="module")
def constant(patients: pd.DataFrame, outcome: Outcome) -> list[HeldOut]:
    [folds] = cross_validate(lambda _patients, _outcome: ConstantPredictor(), patients, outcome, (8.0,))
    return folds


@pytest.fixture(scope="module")
def curves(patients: pd.DataFrame, outcome: Outcome) -> list[HeldOut]:
    [folds] = cross_validate(mayo.fit, patients, outcome, (7.0,), repeats=2)
    return folds


def test_every_patient_is_held_out_once_in_a_repeat(constant: list[HeldOut]) -> None:
    assert len(constant) == FOLDS * REPEATS
    rows = np.concatenate([fold.rows for fold in constant[:FOLDS]])
    assert np.array_equal(np.sort(rows), np.arange(418))


def test_the_constant_predictor_predicts_the_horizon_and_ranks_nobody(constant: list[HeldOut]) -> None:
    assert {years for fold in constant for years in fold.predicted} == {8.0}
    assert accuracy(constant)["c_index"] == 0.5
    assert accuracy(constant)["uno_c"] == 0.5


def test_intervals_are_evaluated_only_at_the_models_own_horizon(patients: pd.DataFrame, outcome: Outcome) -> None:
    own, other = cross_validate(mayo.fit, patients, outcome, (7.0, 5.0), repeats=1)
    assert all(fold.interval is not None for fold in own)
    assert all(fold.interval is None for fold in other)


def test_a_curve_has_a_brier_score_far_below_a_coin_toss(curves: list[HeldOut]) -> None:
    assert all(fold.survival is not None and fold.survival.shape[1] == len(grid(7.0)) for fold in curves)
    assert 0.05 < accuracy(curves)["brier_score"] < 0.15  # a coin toss has 0.25


def test_the_quarters_of_calibration_run_from_the_sickest(curves: list[HeldOut]) -> None:
    quarters = calibration(curves)
    for name in ("predicted", "observed", "predicted_survival_5y", "observed_survival_5y"):
        figures = [quarter[name] for quarter in quarters]
        assert figures == sorted(figures), name
        assert figures[-1] > 1.2 * figures[0], name


def test_covered_and_missed_patients_add_up_to_all_patients(curves: list[HeldOut]) -> None:
    coverage = interval_coverage(curves)
    parts = [coverage[name] for name in ("overall", "lived_shorter", "lived_longer")]
    assert np.sum(parts) == pytest.approx(1.0)


def test_the_least_possible_error_is_larger_over_a_longer_horizon(patients: pd.DataFrame, outcome: Outcome) -> None:
    shorter, longer = (least_possible_error(patients, outcome, horizon) for horizon in (8.0, 10.0))
    assert 0 < shorter["mae"] < longer["mae"]
    assert shorter["mae_among_deaths"] < longer["mae_among_deaths"]
    assert 1 > shorter["share_within_1_5_years_among_deaths"] > longer["share_within_1_5_years_among_deaths"]
