"""Every model on offer: its card, its predictions, and the offline check of its receipt."""

import csv
import json
from pathlib import Path

import pytest
import requests

from admin import verify
from tests.support.models import CARDS
from tests.support.stack import SAMPLES, Person

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()
COLUMNS_WITH_GAPS = {
    name for row in csv.DictReader(SAMPLE.decode().splitlines()) for name, value in row.items() if value in {"", "NA"}
}
PRICES = {model_id: card["coins"] for model_id, card in CARDS.items()}


def test_the_catalogue_describes_the_output_of_each_model(person: Person) -> None:
    models = person.get("/api/models").json()["models"]

    assert {model["id"]: model["coins"] for model in models} == PRICES
    for model in models:
        card = person.get(f"/api/models/{model['id']}").json()
        for name in ("horizon_years", "point_estimate", "interval_quantiles", "interval_method", "contribution_scale"):
            assert model[name] == card[name], name
            assert model[name], name
        assert len(card["tripod_ai"]) == 52
        assert card["features"]
    curves = {model_id: card["survival_years"] for model_id, card in CARDS.items()}
    assert {model["id"]: model["survival_years"] for model in models} == curves


@pytest.mark.parametrize("model_id", PRICES)
def test_each_model_s_rows_match_its_description_and_its_price(person: Person, model_id: str) -> None:
    accepted = person.submit(SAMPLE, model_id).json()
    prediction = person.finished(accepted["prediction_id"])
    rows = person.get(f"/api/predict/{accepted['prediction_id']}/rows").json()["rows"]
    model = person.get(f"/api/models/{model_id}").json()

    assert (accepted["cost"], person.balance()) == (PRICES[model_id], 500 - PRICES[model_id])
    assert prediction["status"] == "succeeded"
    for name in ("horizon_years", "contribution_scale", "survival_years", "curve_band_level", "interval_quantiles"):
        assert prediction[name] == model[name], name
    assert len(rows) == 10
    for row in rows:
        assert 0 <= row["years"] <= model["horizon_years"]
        assert 0 <= row["lower"] <= row["upper"] <= model["horizon_years"]
        curve = [point["probability"] for point in row["survival"]]
        assert [point["years"] for point in row["survival"]] == model["survival_years"]
        assert curve == sorted(curve, reverse=True)
        for point in row["survival"]:
            is_in_band = point["lower"] is not None and point["lower"] <= point["probability"] <= point["upper"]
            assert is_in_band is (model["curve_band_level"] is not None)
        for gaps in (row["if_measured"], row["imputed_values"]):
            assert [gap["column"] for gap in gaps] == row["imputed"]
        assert row["measure_first"] is None or row["measure_first"] in row["imputed"]
        total = row["baseline"] + sum(part["value"] for part in row["contributions"])
        if model["contribution_scale"] == "years":
            assert min(max(total, 0.0), model["horizon_years"]) == pytest.approx(row["years"], abs=1e-4)
        if model["contribution_scale"] == "score":
            assert total == pytest.approx(row["mayo_score"], abs=1e-4)
    used = {feature["column"] for feature in model["features"]}
    assert {name for row in rows for name in row["imputed"]} == used & COLUMNS_WITH_GAPS


def test_every_model_s_rows_have_the_same_mayo_score(person: Person) -> None:
    scores = []
    for model_id in PRICES:
        accepted = person.submit(SAMPLE, model_id).json()
        person.finished(accepted["prediction_id"])
        rows = person.get(f"/api/predict/{accepted['prediction_id']}/rows").json()["rows"]
        scores.append([row["mayo_score"] for row in rows])

    assert scores == [scores[0]] * len(PRICES)
    assert len(set(scores[0])) == 10


@pytest.mark.parametrize("model_id", PRICES)
def test_a_receipt_can_be_checked_offline_against_the_files(
    person: Person, model_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prediction_id = person.submit(SAMPLE, model_id).json()["prediction_id"]
    prediction = person.finished(prediction_id)
    url = person.get(f"/api/predict/{prediction_id}/result.csv").json()["url"]
    receipt, patients, result = (tmp_path / name for name in ("receipt.json", "patients.csv", "result.csv"))
    receipt.write_text(json.dumps(prediction), encoding="utf-8")
    patients.write_bytes(SAMPLE)
    result.write_bytes(requests.get(url, timeout=10).content)
    entries = person.get("/api/billing/ledger").json()["entries"]

    charge_id = json.loads(receipt.read_text("utf-8"))["receipt"]["ledger_entry_id"]
    assert charge_id in {entry["entry_id"] for entry in entries}
    assert verify.main([str(receipt), "--input", str(patients), "--result", str(result)]) == 0
    assert "the same result, byte for byte" in capsys.readouterr().out


def test_there_is_no_receipt_before_the_end(person: Person) -> None:
    accepted = person.submit(SAMPLE).json()
    first = person.get(f"/api/predict/{accepted['prediction_id']}").json()

    assert first["receipt"] is None or first["is_finished"]
