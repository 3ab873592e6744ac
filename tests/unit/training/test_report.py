"""Two models are evaluated: the Mayo score, and the same score for a shorter horizon.

PBC3 needs a package of its own, so patients of the Mayo study stand in for it.
"""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer

from tests.support.shared import made_once
from training import cohorts
from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import FOLDS, REPEATS, observed_and_expected
from training.figures import Figures
from training.metrics import Figure
from training.models import mayo
from training.recipe import Recipe
from training.report import CrossValidated, Report, common_horizon, measure, rounded

NOT_MEASURED = ["Edema", "Prothrombin"]


def fit_shorter(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    return replace(mayo.fit(patients, outcome), horizon_years=5.0)


def refit(_fitted: object, imputer: object, patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """Fit the score so that medians would fill a missing prothrombin time with a very long one."""
    factor = 1.6 if isinstance(imputer, SimpleImputer) else 1.0
    return mayo.fit(patients.assign(Prothrombin=factor * patients["Prothrombin"]), outcome)


OWN = replace(mayo.RECIPE, refit=refit)
SHORTER = replace(mayo.RECIPE, id="shorter", horizon_years=5.0, fit=fit_shorter, refit=None)


@pytest.fixture(scope="module")
def trial(patients: pd.DataFrame, outcome: Outcome) -> tuple[pd.DataFrame, Outcome]:
    rows = np.arange(0, 418, 2)
    return patients.iloc[rows].drop(columns=NOT_MEASURED), outcome.take(rows)


@pytest.fixture(scope="module")
def reports(
    patients: pd.DataFrame,
    outcome: Outcome,
    trial: tuple[pd.DataFrame, Outcome],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Report]:
    def write(folder: Path) -> None:
        models = [(recipe, recipe.fit(patients, outcome)) for recipe in (OWN, SHORTER)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cohorts, "pbc3", lambda: trial)
            (folder / "reports").write_bytes(pickle.dumps(measure(models, patients, lambda _line: None)))

    folder = made_once(tmp_path_factory, "reports-of-two-models", write)
    return list(pickle.loads((folder / "reports").read_bytes()))


@pytest.fixture(scope="module")
def own(reports: list[Report]) -> Report:
    return reports[0]


def test_a_curve_is_also_evaluated_at_the_shorter_horizon_of_another_model(reports: list[Report]) -> None:
    own, shorter = (report.quality for report in reports)
    for name in ("ipcw_mae_5y", "ipcw_rmse_5y", "bias_5y", "integrated_brier_score_5y"):
        assert own[name] == pytest.approx(shorter[name], abs=1e-12), name
        assert own[f"{name}_se"] == pytest.approx(shorter[f"{name}_se"], abs=1e-12), name
    assert own["ipcw_mae_7y"] > own["ipcw_mae_5y"]
    assert "ipcw_mae_7y" not in shorter


def test_every_model_has_unos_concordance_to_8_years(reports: list[Report]) -> None:
    own, shorter = (report.quality for report in reports)
    assert own["uno_c_8y"] == pytest.approx(shorter["uno_c_8y"], abs=1e-12)
    assert {name for name in own if name.startswith("uno_c")} == {"uno_c_8y", "uno_c_8y_se", "uno_c_7y", "uno_c_7y_se"}
    assert shorter["uno_c_5y"] != pytest.approx(shorter["uno_c_8y"], abs=1e-3)


def test_the_same_predictions_differ_by_nothing_and_without_uncertainty(own: Report) -> None:
    names = {
        "c_index_difference", "uno_c_8y_difference", "ipcw_mae_5y_difference", "ipcw_rmse_5y_difference",
        "integrated_brier_score_5y_difference",
    }  # fmt: skip
    differences = own.comparisons["shorter"]
    assert set(differences) == names | {f"{name}_se" for name in names}
    assert list(differences.values()) == pytest.approx([0.0] * 10, abs=1e-12)


def test_the_simple_models_are_worse(own: Report) -> None:
    assert set(own.comparisons) == {"n_days_recipe", "constant", "shorter"}
    for name in ("n_days_recipe", "constant"):
        assert own.comparisons[name]["ipcw_mae_7y"] > own.quality["ipcw_mae_7y"] + 0.05, name
        assert own.comparisons[name]["c_index"] < own.quality["c_index"], name


def test_last_values_predict_later_visits_better_than_values_at_entry(own: Report) -> None:
    later, entry = own.later_visits, own.later_visits["entry_values"]
    assert later["patients"] == 214
    assert later["not_measured"] == []
    for name in ("c_index", "ipcw_mae_7y", "ipcw_rmse_7y", "bias_7y", "integrated_brier_score_7y"):
        assert entry[f"{name}_difference"] == pytest.approx(later[name] - entry[name], abs=1e-12), name
    assert entry["c_index_difference"] > 1.5 * entry["c_index_difference_se"] > 0
    assert entry["ipcw_mae_7y_difference"] < -1.5 * entry["ipcw_mae_7y_difference_se"] < 0
    assert entry["integrated_brier_score_7y_difference"] < -2 * entry["integrated_brier_score_7y_difference_se"] < 0
    assert later["c_index_95"][0] < later["c_index"] - later["c_index_se"]


def test_values_at_entry_are_those_of_the_same_patients_with_their_later_age(patients: pd.DataFrame) -> None:
    visits, _ = cohorts.later_visits()
    at_entry = cohorts.entry_values(patients, visits)
    assert at_entry["ID"].tolist() == visits["ID"].tolist()
    # Both ages are in days; the age of a visit was rounded.
    assert at_entry["Age"].to_numpy() == pytest.approx(visits["Age"].to_numpy(), abs=1.0)
    assert (at_entry["Bilirubin"].to_numpy() != visits["Bilirubin"].to_numpy()).mean() > 0.5


def test_the_external_cohort_is_compared_with_the_curve(
    own: Report, trial: tuple[pd.DataFrame, Outcome], patients: pd.DataFrame, outcome: Outcome
) -> None:
    external, (_, observed) = own.external, trial
    assert (external["patients"], external["not_measured"]) == (209, NOT_MEASURED)
    assert external["followed_4y"] == (observed.years >= 4.0).sum()
    for name in ("observed_survival_4y", "observed_to_expected", "c_index"):
        low, high = external[f"{name}_95"]
        assert low < external[name] < high, name
    low, high = external["died_before_lower_95"]
    assert 0.0 < low < external["died_before_lower"] < high < 0.5
    ratio = Figure.ratio(*observed_and_expected(mayo.fit(patients, outcome), *trial))
    assert external["observed_to_expected"] == pytest.approx(ratio.value, abs=1e-12)


def test_gaps_compare_both_ways_to_fill_missing_values(own: Report, reports: list[Report]) -> None:
    gaps = own.sensitivity["gaps"]
    # The score needs none of the columns that are often missing.
    assert set(gaps) == {"as_measured", "without_pbc3_missing", "pbc3"}
    assert gaps["without_pbc3_missing"]["removed"] == NOT_MEASURED
    for name, part in gaps.items():
        for figure in part["conditional"].keys() - {f"{other}_se" for other in part["conditional"]}:
            difference = part["conditional"][figure] - part["median"][figure]
            assert part[f"{figure}_difference"] == pytest.approx(difference, abs=1e-12), (name, figure)
    assert "gaps" not in reports[1].sensitivity


def test_a_wrong_value_for_a_missing_one_makes_predictions_worse(own: Report) -> None:
    gaps = own.sensitivity["gaps"]
    removed, measured = gaps["without_pbc3_missing"], gaps["as_measured"]
    for name in ("ipcw_mae_7y_difference", "integrated_brier_score_7y_difference"):
        assert removed[name] < -2 * removed[f"{name}_se"] < 0, name
        assert abs(measured[name]) < 0.1 * abs(removed[name]), name
    # Long prothrombin times let the curve expect too many deaths.
    assert removed["median"]["observed_to_expected"] < 0.7 < removed["conditional"]["observed_to_expected"]
    assert gaps["pbc3"]["observed_to_expected_difference"] > 0


def test_figures_are_rounded_without_a_minus_zero() -> None:
    assert str(rounded({"difference": [-0.0001, 1.23456]})) == "{'difference': [0.0, 1.235]}"


def test_all_models_have_the_few_comparable_figures_at_the_shortest_horizon(reports: list[Report]) -> None:
    own, shorter = (report.common_horizon for report in reports)
    assert own is not None
    assert rounded(own) == rounded(shorter)
    quality = reports[1].quality
    assert (own["horizon_years"], own["is_refitted"]) == (5.0, False)
    assert own["concordance"] == pytest.approx(quality["uno_c_5y"])
    assert own["mae"] == pytest.approx(quality["ipcw_mae_5y"])
    assert own["bias"] == pytest.approx(quality["bias_5y"])
    biases = [group["predicted"] - group["observed"] for group in own["calibration"]]
    assert own["calibration_error"] == pytest.approx(np.mean(np.abs(biases)))
    constant = own["constant"]
    assert constant["mae"] == pytest.approx(reports[1].comparisons["constant"]["ipcw_mae_5y"])
    assert (constant["concordance"], constant["calibration_error"]) == (0.5, constant["bias"])


def test_a_model_without_the_common_horizon_is_fitted_for_it_or_has_no_figures(
    patients: pd.DataFrame, outcome: Outcome
) -> None:
    asked = []

    def fit_within(patients: pd.DataFrame, outcome: Outcome, horizon_years: float) -> FittedCurve:
        asked.append(horizon_years)
        return mayo.fit(patients, outcome)

    def figures_of(recipe: Recipe) -> Figures | None:
        model = CrossValidated(recipe, mayo.fit(patients, outcome), [], {}, {})
        return common_horizon(model, 5.0, patients, outcome)

    assert figures_of(OWN) is None
    figures = figures_of(replace(OWN, fit_within=fit_within))
    assert figures is not None
    assert (figures["horizon_years"], figures["is_refitted"]) == (5.0, True)
    assert set(asked) == {5.0}
    assert len(asked) == FOLDS * REPEATS
