"""The page's example is what the service answers for the sample file today. WRITE_EXAMPLES=1 writes it.

The page shows it to visitors without an account. Its files in frontend/public/example/ hold whole answers of the API.
Only what differs from run to run is replaced: ids, times and durations.
"""

import csv
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.service import result_of
from tests.unit.core.api import Api, register, served
from tests.unit.core.examples import ID, INSTANT
from tests.unit.core.http.test_examples import assert_same, encoded
from tests.unit.support import ROOT, SAMPLES

FOLDER = ROOT / "frontend" / "public" / "example"
SAMPLE = "patients-10.csv"
MODELS = ("cox-lasso", "lasso")
"""The models of the example, as in frontend/src/api/example.ts."""
CARD_MEMBERS = ("version", "reference", "baseline")
"""The members of a model's card from which the page draws whole curves."""


def recorded(api: Api) -> dict[str, Any]:
    """Return the example's files by name: JSON documents, and the text of the CSVs."""
    api.token = register(api, "anna")
    listed = api.ask("GET", "/api/models")
    files = {"models.json": listed | {"models": [model for model in listed["models"] if model["id"] in MODELS]}}
    for model_id in MODELS:
        folder = f"example-{model_id}"
        files |= {f"{folder}/{name}": content for name, content in recorded_result(api, model_id, folder).items()}
    return files


def recorded_result(api: Api, model_id: str, example_id: str) -> dict[str, Any]:
    """Return the files of the sample's result with one model."""
    content, content_type = encoded("multipart/form-data", {"file": (SAMPLES / SAMPLE).read_text("utf-8")})
    form = content.replace(b'filename="a.csv"', f'filename="{SAMPLE}"'.encode())
    path = f"/api/predict/{model_id}"
    prediction_id = api.ask("POST", path, form, Content_Type=content_type)["prediction_id"]
    api.services.worker.run(prediction_id)
    path = f"/api/predict/{prediction_id}"
    prediction = api.ask("GET", path)
    ended = api.services.prediction_repository.get(prediction_id)
    assert ended
    files = {
        "prediction.json": with_fixed_values(prediction, example_id),
        "rows.json": api.ask("GET", f"{path}/rows"),
        "cohort.json": api.ask("GET", f"{path}/cohort"),
        "result.csv": api.services.files.read(result_of(ended).csv_key).decode("utf-8"),
    }
    card = api.ask("GET", f"/api/models/{model_id}")
    if "baseline" in card:
        quality = {"curve_band": card["quality"]["curve_band"]}
        files["card.json"] = {name: card[name] for name in CARD_MEMBERS} | {"quality": quality}
    return files


def with_fixed_values(prediction: dict[str, Any], example_id: str) -> dict[str, Any]:
    times = {"submitted_at": INSTANT, "finished_at": INSTANT}
    receipt = prediction["receipt"] | times | {"prediction_id": example_id, "ledger_entry_id": ID}
    fixed = {"prediction_id": example_id, "prediction_date": INSTANT, "finished_at": INSTANT, "timings": None}
    return prediction | fixed | {"receipt": receipt}


def as_text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def comparable(name: str, text: str) -> Any:
    """Return the content of a file, with numbers as numbers. The hash of a result depends on their last digits."""
    if name.endswith(".csv"):
        return [[as_number(cell) for cell in line] for line in csv.reader(text.splitlines())]
    document = json.loads(text)
    if name.endswith("prediction.json"):
        del document["receipt"]["result_sha256"]
    return document


def as_number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def test_the_example_is_what_the_service_answers_for_the_sample(settings: Settings) -> None:
    with served(settings) as services:
        files = recorded(Api(services))
    if os.environ.get("WRITE_EXAMPLES"):
        for name, content in files.items():
            path = FOLDER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_text(content).encode("utf-8"))
    committed = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    assert committed == set(files)
    for name, content in files.items():
        assert_same(comparable(name, read(name)), comparable(name, as_text(content)), name)


def read(name: str) -> str:
    return (FOLDER / name).read_bytes().decode("utf-8")


@pytest.mark.parametrize("model_id", MODELS)
def test_the_receipt_of_the_example_is_of_its_files(model_id: str) -> None:
    folder = f"example-{model_id}"
    receipt = json.loads(read(f"{folder}/prediction.json"))["receipt"]
    assert receipt["input_sha256"] == sha256(SAMPLES / SAMPLE)
    assert receipt["result_sha256"] == sha256(FOLDER / folder / "result.csv")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("model_id", MODELS)
def test_the_example_has_all_ten_patients(model_id: str) -> None:
    rows = json.loads(read(f"example-{model_id}/rows.json"))
    assert (len(rows["rows"]), rows["total"], rows["next_offset"]) == (10, 10, None)
