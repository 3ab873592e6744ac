"""Rounding noise does not move a number to the other side of a threshold."""

import numpy as np
import pytest

from chalicelib.inference.models import stable_comparison
from chalicelib.inference.models.cox_lasso import CoxLassoModel
from chalicelib.inference.models.curve import Baseline
from chalicelib.inference.models.lasso import IntervalTable
from chalicelib.inference.models.loader import load
from tests.support.frames import predict
from tests.unit.inference.models.conftest import ARTEFACTS
from tests.unit.inference.models.patients import patient

BASELINE = Baseline((0.0, 5.0, 10.0), (0.0, 0.4, 1.0))

noisy = pytest.mark.parametrize("noise", [-1e-12, 0.0, 1e-12])


@noisy
def test_equal_numbers_do_not_exceed_each_other(noise: float) -> None:
    for number in (0.0, 0.9, 1.0, 2e4):
        noisy_number = number + noise * max(1.0, number)
        assert not stable_comparison.exceeds(noisy_number, number)
        assert not stable_comparison.exceeds(number, noisy_number)
        assert stable_comparison.exceeds(noisy_number + 3e-9 * max(1.0, number), number)


def test_infinity_exceeds_finite_thresholds_only() -> None:
    values = [np.inf, np.inf, 8.0, np.nan]
    assert stable_comparison.exceeds(values, [8.0, np.inf, np.inf, 8.0]).tolist() == [True, False, False, False]


@noisy
def test_equal_values_keep_their_order(noise: float) -> None:
    assert stable_comparison.order(np.array([2.0, 1.0 + noise, 1.0, 0.5])).tolist() == [3, 1, 2, 0]


@noisy
def test_an_end_of_a_curves_interval_at_the_horizon_is_the_horizon(noise: float) -> None:
    # 10 % have died at 5 years at this log hazard.
    log_hazard = np.log(-np.log(0.9) / 0.4)
    lower, upper = BASELINE.interval(np.array([log_hazard - noise, log_hazard + 1e-6]), 5.0)
    assert (lower >= 5.0).tolist() == [True, False]
    assert upper.tolist() == [5.0, 5.0]


@noisy
def test_a_quantile_at_the_end_of_the_curve_is_its_end(noise: float) -> None:
    at_the_end = -np.expm1(-1.0)
    assert BASELINE.quantile(np.zeros(2), np.array([at_the_end + noise, at_the_end + 1e-6])) == pytest.approx(
        [10, np.inf]
    )


@noisy
def test_an_upper_end_at_the_horizon_is_the_horizon(noise: float) -> None:
    table = IntervalTable(years=(0.0, 5.5, 8.0), lower=(0.0, 3.0, 6.0), upper=(2.5, 8.0, 8.0))
    _, upper = table.ends(np.array([5.5 + noise, 5.4]), 8.0)
    assert (upper >= 8.0).tolist() == [True, False]


@noisy
def test_of_equally_wide_ranges_the_first_is_named(noise: float, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load("cox-lasso", ARTEFACTS).model
    assert isinstance(model, CoxLassoModel)
    totals = np.array([[[0.0], [0.5]], [[0.0], [0.5 + noise]]])
    monkeypatch.setattr(model._additive, "_totals_if_measured", lambda *_: totals)
    output = predict(model, patient(Bilirubin=3.0, Copper=np.nan, Platelets=np.nan)).iloc[0]
    assert output["if_low:Copper"] == pytest.approx(output["if_low:Platelets"], abs=1e-9)
    assert output["measure_first"] == "Copper"
