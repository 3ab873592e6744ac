"""A receipt from a prediction that really ran (worker and moto), checked offline."""

import json
from pathlib import Path
from typing import Any

import pytest

from admin import verify
from chalicelib.inference.receipt import receipt
from tests.unit.support import World

SAMPLE = Path(__file__).resolve().parents[3] / "frontend" / "public" / "samples" / "patients-10.csv"


@pytest.fixture(params=["lasso", "cox-lasso", "mayo"])
def files(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> dict[str, Path]:
    """Receipt, input and result of one prediction."""
    user = world.register()
    accepted = world.predictions.submit(user, request.param, SAMPLE.read_bytes(), "patients-10.csv")
    world.worker.run(accepted.prediction.prediction_id)
    ended = world.predictions.get(user, accepted.prediction.prediction_id)
    assert ended.result is not None
    paths = {name: tmp_path / name for name in ("receipt.json", "patients.csv", "result.csv")}
    paths["receipt.json"].write_text(json.dumps(receipt(ended)), encoding="utf-8")
    paths["patients.csv"].write_bytes(SAMPLE.read_bytes())
    with world.files.open(ended.result.csv_key) as stream:
        paths["result.csv"].write_bytes(stream.read())
    return paths


def run(files: dict[str, Path], *without: str) -> int:
    arguments = [str(files["receipt.json"])]
    for option, name in (("--input", "patients.csv"), ("--result", "result.csv")):
        arguments += [] if option in without else [option, str(files[name])]
    return verify.main(arguments)


def change(files: dict[str, Path], **values: Any) -> None:
    found = json.loads(files["receipt.json"].read_text("utf-8"))
    files["receipt.json"].write_text(json.dumps(found | values), encoding="utf-8")


def test_what_belongs_together_fits_and_is_predicted_again_byte_for_byte(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files) == 0
    said = capsys.readouterr().out
    assert said.count("ok  ") == 4
    assert "10 patients predicted again: the same result, byte for byte" in said


@pytest.mark.parametrize("name", ["patients.csv", "result.csv"])
def test_one_changed_byte_does_not_fit(files: dict[str, Path], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray(files[name].read_bytes())
    content[-3] ^= 1
    files[name].write_bytes(content)
    assert run(files) == 1
    assert f"OFF {'input' if name == 'patients.csv' else 'result'}" in capsys.readouterr().out


def test_a_receipt_that_claims_another_result_is_found_out_from_the_input_alone(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    change(files, result_sha256="0" * 64)
    assert run(files, "--result") == 1
    assert "OFF again" in capsys.readouterr().out


def test_another_model_is_named_with_its_version(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    change(files, model_sha256="0" * 64, model_version="9.9.9")
    assert run(files) == 1
    said = capsys.readouterr().out
    assert "OFF model" in said
    assert "9.9.9" in said


def test_what_is_not_given_is_not_checked_and_said(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "--input", "--result") == 0
    assert capsys.readouterr().out.count("not given, not checked") == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no json", "it is not JSON"),
        ("[]", "a receipt has format"),
        ('{"receipt": null}', "it has no result, or none yet"),
        ('{"format": 1}', "a receipt has format"),
    ],
)
def test_what_is_no_receipt_is_one_sentence(
    tmp_path: Path, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(text, encoding="utf-8")
    assert verify.main([str(path)]) == 2
    assert sentence in capsys.readouterr().err


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(tmp_path / "none.json")]) == 2
    assert "can't be read" in capsys.readouterr().err
