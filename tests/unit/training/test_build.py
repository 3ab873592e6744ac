import copy
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.inference.models.base import ArtefactMismatchError
from tests.support.models import CARDS
from tests.support.quick_check import quick_differences
from training import __main__ as command
from training.build import ARTEFACTS_DIR, SAMPLES_DIR
from training.check import card_differences, compare
from training.models import RECIPES
from training.tripod import ITEMS

REPOSITORY = Path(__file__).resolve().parents[3]


LASSO = ARTEFACTS_DIR / "lasso"


def read_card(model_id: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((REPOSITORY / ARTEFACTS_DIR / model_id / "card.json").read_text("utf-8"))
    return loaded


@pytest.fixture
def card() -> dict[str, Any]:
    return read_card("lasso")


@pytest.fixture(params=CARDS)
def every_card(request: pytest.FixtureRequest) -> dict[str, Any]:
    return read_card(request.param)


def test_the_committed_models_are_those_that_a_training_run_makes() -> None:
    """Compare fitted numbers and the figures of the first repeat. `python -m training --check` compares all."""
    assert quick_differences(REPOSITORY) == []


def test_the_quick_check_names_a_changed_number_and_a_changed_figure(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = copied / ARTEFACTS_DIR / "mayo" / "card.json"
    changed = json.loads(committed.read_text(encoding="utf-8"))
    changed["imputation"]["mean"][0] += 1e-4
    changed["first_repeat"]["c_index"] += 0.01
    committed.write_text(json.dumps(changed), encoding="utf-8")
    monkeypatch.setattr("tests.support.quick_check.RECIPES", [recipe for recipe in RECIPES if recipe.id == "mayo"])
    number, figure = quick_differences(copied)
    assert number.startswith("mayo: imputation.mean[0]: ")
    assert figure.startswith("mayo: first_repeat.c_index: ")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / ARTEFACTS_DIR, tmp_path / ARTEFACTS_DIR)
    shutil.copytree(REPOSITORY / SAMPLES_DIR, tmp_path / SAMPLES_DIR)
    return tmp_path


def test_the_check_names_what_differs(copied: Path) -> None:
    assert compare(copied, REPOSITORY) == []
    committed = copied / LASSO / "card.json"
    changed = json.loads(committed.read_text(encoding="utf-8"))
    changed["quality"]["c_index"] += 0.01
    committed.write_text(json.dumps(changed), encoding="utf-8")
    (copied / SAMPLES_DIR / "patients-10.csv").write_text("ID\n", encoding="utf-8")
    sample, figure = compare(copied, REPOSITORY)
    assert sample.endswith("patients-10.csv differs")
    assert figure.startswith("lasso: quality.c_index: ")


def test_the_check_names_a_missing_file(copied: Path) -> None:
    (copied / LASSO / "model.joblib").unlink()
    (copied / SAMPLES_DIR / "pbc-418.csv").unlink()
    sample, artefact = compare(copied, REPOSITORY)
    assert sample.endswith("pbc-418.csv differs")
    assert artefact.endswith("model.joblib is missing")


def test_the_check_refuses_an_artefact_that_does_not_match_its_card(copied: Path) -> None:
    (copied / LASSO / "model.joblib").write_bytes(b"another")
    with pytest.raises(ArtefactMismatchError):
        compare(copied, REPOSITORY)


def test_the_check_exits_with_one_and_prints_the_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "differences", lambda _root: ["alpha: 1 is committed, 2 was rebuilt"])
    assert command.main(["--check"]) == 1
    assert "alpha: 1 is committed, 2 was rebuilt" in capsys.readouterr().out


def test_noise_of_another_machine_is_not_a_difference(card: dict[str, Any]) -> None:
    rebuilt = copy.deepcopy(card)
    rebuilt["features"][0]["coefficient"] += 1e-11
    rebuilt["quality"]["bias_8y"] += 0.001
    rebuilt["artefact"]["sha256"] = "0" * 64
    rebuilt["versions"]["numpy"] = "0"
    assert card_differences(card, rebuilt) == []


def test_a_changed_coefficient_figure_or_text_is_a_difference(card: dict[str, Any]) -> None:
    rebuilt = copy.deepcopy(card)
    rebuilt["features"][3]["coefficient"] += 1e-8
    rebuilt["quality"]["bias_8y"] += 0.002
    rebuilt["limits"]["en"] = ""
    del rebuilt["comparisons"]["constant"]
    assert [difference.path for difference in card_differences(card, rebuilt)] == [
        "comparisons.constant",
        "features[3].coefficient",
        "limits.en",
        "quality.bias_8y",
    ]


def test_the_card_has_every_text_in_both_languages(every_card: dict[str, Any]) -> None:
    for section in (
        "title", "summary", "limits", "estimand", "point_estimate", "interval_method", "definitions", "statements",
        "known_limits",
    ):  # fmt: skip
        assert set(every_card[section]) == {"en", "ru"}, section
        assert len(every_card[section]["en"]) > 0, section
        assert any("а" <= letter <= "я" for letter in str(every_card[section]["ru"])), section
    for section in ("statements", "known_limits"):
        assert len(every_card[section]["en"]) == len(every_card[section]["ru"]), section


def test_the_card_answers_every_item_of_tripod_ai(every_card: dict[str, Any]) -> None:
    answers = every_card["tripod_ai"]
    assert [answer["item"] for answer in answers] == list(ITEMS)
    assert len(answers) == 52
    assert len({answer["item"].rstrip("abcdefg") for answer in answers}) == 27
    assert all(answer[part].keys() == {"en", "ru"} for answer in answers for part in ("topic", "answer"))


def test_the_card_states_the_bands_coverage_or_why_there_is_no_band(every_card: dict[str, Any]) -> None:
    statements = " ".join(every_card["statements"]["en"])
    if every_card["curve_band_level"] is None:
        assert "band" not in statements
        assert every_card.get("curve_band") is None
        method = every_card["curve_band_method"]
        assert "There is none" in method["en"] if every_card["survival_years"] else method is None
        return
    simulated, held_out = (every_card["quality"]["curve_band"][name] for name in ("simulated", "held_out"))
    holds, error = 100 * simulated["holds"], 100 * simulated["holds_se"]
    assert f"contained the true curve at {holds:.0f} ± {error:.0f}% of its points: it is too narrow." in statements
    assert f"In {held_out['within']} of {len(held_out['groups'])} groups of held-out patients" in statements
    size = len(every_card["features"]) + len(every_card["survival_years"])
    assert np.shape(every_card["curve_band"]["covariance"]) == (size, size)


def test_the_figures_are_not_worse_than_chance_explains(every_card: dict[str, Any]) -> None:
    """The bounds are two to three standard errors below the figures of version 2.0.0."""
    quality, horizon = every_card["quality"], f"{every_card['horizon_years']:.0f}y"
    assert quality["c_index"] >= 0.80
    assert quality["interval_coverage"]["overall"] >= 0.86
    assert min(quality["interval_coverage"]["by_quartile"]) >= 0.75
    error = quality[f"ipcw_mae_{horizon}"] + 2 * quality[f"ipcw_mae_{horizon}_se"]
    assert error < every_card["comparisons"]["constant"][f"ipcw_mae_{horizon}"]
    assert quality[f"ipcw_mae_{horizon}"] < every_card["comparisons"]["n_days_recipe"][f"ipcw_mae_{horizon}"]


def test_the_sentences_that_name_no_figure_are_true(every_card: dict[str, Any]) -> None:
    coverage, trial = every_card["quality"]["interval_coverage"], every_card["external"]
    assert coverage["died_within_2_years"] < coverage["died_within_horizon"] < coverage["overall"] - 0.05
    assert coverage["lived_shorter"] > 2 * coverage["lived_longer"]
    if "predicted_survival_4y" in trial:  # "The models with a curve were too optimistic there."
        assert trial["observed_to_expected_95"][0] > 1.0


def test_lasso_costs_less_than_the_model_that_errs_less() -> None:
    lasso, cox_lasso = read_card("lasso"), read_card("cox-lasso")
    assert lasso["coins"] < cox_lasso["coins"]
    assert f"list prices: {lasso['coins']} and {cox_lasso['coins']} coins" in " ".join(lasso["statements"]["en"])
