import numpy as np
import pytest

from training.figures import by_horizon, differences, errors_only, with_standard_errors
from training.metrics import Figure

CERTAIN = Figure(2.0, np.zeros(2))
UNCERTAIN = Figure(1.0, np.array([3.0, 4.0]))


def test_every_figure_is_written_with_its_standard_error() -> None:
    figures = {"c_index": UNCERTAIN, "patients": 2, "part": {"mae": CERTAIN}, "list": [{"bias": UNCERTAIN}]}
    assert with_standard_errors(figures) == {
        "c_index": 1.0,
        "c_index_se": 5.0,
        "patients": 2,
        "part": {"mae": 2.0, "mae_se": 0.0},
        "list": [{"bias": 1.0, "bias_se": 5.0}],
    }


def test_the_standard_errors_of_a_list_of_figures_are_a_list_of_their_own() -> None:
    figures = {"by_quartile": [CERTAIN, UNCERTAIN], "names": ["Copper"], "removed": []}
    written = {"by_quartile": [2.0, 1.0], "by_quartile_se": [0.0, 5.0], "names": ["Copper"], "removed": []}
    assert with_standard_errors(figures) == written


def test_only_the_names_of_errors_say_the_horizon() -> None:
    figures = {"c_index": CERTAIN, "mae": UNCERTAIN, "brier_score": CERTAIN}
    assert set(by_horizon(figures, 8.0)) == {"c_index", "ipcw_mae_8y", "integrated_brier_score_8y"}
    assert set(by_horizon(figures, 8.0, ("c_index", "mae", "bias"))) == {"c_index", "ipcw_mae_8y"}
    assert set(errors_only(figures, 7.0)) == {"ipcw_mae_7y", "integrated_brier_score_7y"}


def test_a_difference_has_the_standard_error_of_the_pairs() -> None:
    other = Figure(0.5, np.array([3.0, 3.0]))
    [(name, difference)] = differences({"mae": UNCERTAIN, "brier_score": CERTAIN}, {"mae": other}).items()
    assert name == "mae_difference"
    assert (difference.value, difference.se) == pytest.approx((0.5, 1.0))
