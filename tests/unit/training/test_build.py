import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from chalicelib.inference.models import ArtefactMismatchError
from training import __main__ as command
from training.build import ARTEFACT_DIR, SAMPLES_DIR
from training.check import compare, compare_cards

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def card() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((REPOSITORY / ARTEFACT_DIR / "card.json").read_text(encoding="utf-8"))
    return loaded


def test_what_is_committed_is_what_a_training_run_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--check"]) == 0, capsys.readouterr().out


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / ARTEFACT_DIR, tmp_path / ARTEFACT_DIR)
    shutil.copytree(REPOSITORY / SAMPLES_DIR, tmp_path / SAMPLES_DIR)
    return tmp_path


def test_the_check_names_what_differs(copied: Path) -> None:
    assert compare(copied, REPOSITORY) == []
    kept = copied / ARTEFACT_DIR / "card.json"
    changed = json.loads(kept.read_text(encoding="utf-8"))
    changed["quality"]["c_index"] += 0.01
    kept.write_text(json.dumps(changed), encoding="utf-8")
    (copied / SAMPLES_DIR / "patients-10.csv").write_text("ID\n", encoding="utf-8")
    sample, figure = compare(copied, REPOSITORY)
    assert sample.endswith("patients-10.csv differs")
    assert figure.startswith("quality.c_index: ")


def test_the_check_names_a_missing_file(copied: Path) -> None:
    (copied / ARTEFACT_DIR / "model.joblib").unlink()
    (copied / SAMPLES_DIR / "pbc-418.csv").unlink()
    sample, artefact = compare(copied, REPOSITORY)
    assert sample.endswith("pbc-418.csv differs")
    assert artefact.endswith("model.joblib is missing")


def test_the_check_refuses_an_artefact_that_its_card_does_not_name(copied: Path) -> None:
    (copied / ARTEFACT_DIR / "model.joblib").write_bytes(b"another")
    with pytest.raises(ArtefactMismatchError):
        compare(copied, REPOSITORY)


def test_the_check_exits_with_one_and_prints_the_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "differences", lambda _root: ["alpha: 1 is kept, 2 was made"])
    assert command.main(["--check"]) == 1
    assert "alpha: 1 is kept, 2 was made" in capsys.readouterr().out


def test_noise_of_another_machine_is_no_difference(card: dict[str, Any]) -> None:
    made = copy.deepcopy(card)
    made["features"][0]["coefficient"] += 1e-11
    made["quality"]["bias_8y"] += 0.001
    made["artefact"]["sha256"] = "0" * 64
    made["versions"]["numpy"] = "0"
    assert list(compare_cards(card, made)) == []


def test_another_coefficient_figure_or_sentence_is_a_difference(card: dict[str, Any]) -> None:
    made = copy.deepcopy(card)
    made["features"][3]["coefficient"] += 1e-8
    made["quality"]["bias_8y"] += 0.002
    made["limits"]["en"] = ""
    del made["comparisons"]["constant"]
    assert [difference.split(":")[0] for difference in compare_cards(card, made)] == [
        "comparisons.constant",
        "features[3].coefficient",
        "limits.en",
        "quality.bias_8y",
    ]


def test_the_card_says_what_it_must_in_both_languages(card: dict[str, Any]) -> None:
    for section in ("title", "summary", "limits", "estimand", "statements", "known_limits"):
        assert set(card[section]) == {"en", "ru"}, section
        assert len(card[section]["en"]) > 0, section
        assert any("а" <= letter <= "я" for letter in str(card[section]["ru"])), section
    assert len(card["statements"]["en"]) == len(card["statements"]["ru"])


def test_the_measured_figures_meet_what_is_claimed_of_the_model(card: dict[str, Any]) -> None:
    quality, recipe = card["quality"], card["comparisons"]["n_days_recipe"]
    assert quality["c_index"] >= 0.835
    assert quality["ipcw_mae_8y"] <= 1.45
    assert abs(quality["bias_8y"]) <= 0.1
    assert 0.78 <= quality["interval_coverage"]["overall"] <= 0.82
    assert all(0.70 <= share <= 0.90 for share in quality["interval_coverage"]["by_quartile"])
    assert quality["ipcw_mae_8y"] < recipe["ipcw_mae_8y"] < card["comparisons"]["constant"]["ipcw_mae_8y"]
    assert quality["ipcw_mae_10y"] < recipe["ipcw_mae_10y"]
