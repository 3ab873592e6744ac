"""`make verify`: receipts of predictions that really ran (worker and moto), checked offline."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from admin import verify
from chalicelib.inference.models.loader import load
from chalicelib.inference.predictions.receipt import receipt
from tests.support.models import CARDS
from tests.unit.support import World

SAMPLE = Path(__file__).resolve().parents[3] / "frontend" / "public" / "samples" / "patients-10.csv"


@pytest.fixture(params=CARDS)
def files(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> dict[str, Path]:
    """The receipt, input and result of one prediction."""
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


def change_receipt(files: dict[str, Path], **values: Any) -> None:
    receipt = json.loads(files["receipt.json"].read_text("utf-8"))
    files["receipt.json"].write_text(json.dumps(receipt | values), encoding="utf-8")


def test_matching_files_fit_and_are_predicted_again_byte_for_byte(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files) == 0
    output = capsys.readouterr().out
    assert output.count("ok  ") == 4
    assert "10 patients predicted again: the same result, byte for byte" in output


@pytest.mark.parametrize("keep_values", [True, False])
def test_a_result_without_values_fits(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str], *, keep_values: bool
) -> None:
    """Also one of an earlier release, whose receipt does not have the option, or of a worker of that release."""
    header, *rows = csv.reader(io.StringIO(files["result.csv"].read_text("utf-8")))
    others = [index for index, name in enumerate(header) if not name.startswith("value_")]
    assert len(others) < len(header)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row[index] for index in others] for row in (header, *rows))
    replace_result(files, text.getvalue())
    if not keep_values:
        receipt = json.loads(files["receipt.json"].read_text("utf-8"))
        del receipt["keep_values"]
        files["receipt.json"].write_text(json.dumps(receipt), encoding="utf-8")

    assert run(files) == 0
    output = capsys.readouterr().out
    assert ("the same result, byte for byte" in output) == (not keep_values)


def change_result(files: dict[str, Path], column: str, change: Callable[[str], str]) -> None:
    """Change a cell of the third patient in the result, and the hash in the receipt, as another CPU might."""
    header, *rows = csv.reader(io.StringIO(files["result.csv"].read_text("utf-8")))
    index = header.index(column)
    rows[2][index] = change(rows[2][index])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    replace_result(files, text.getvalue())


def replace_result(files: dict[str, Path], text: str) -> None:
    """Replace the result, and its hash in the receipt."""
    files["result.csv"].write_text(text, encoding="utf-8")
    change_receipt(files, result_sha256=hashlib.sha256(files["result.csv"].read_bytes()).hexdigest())


def plus(distance: float) -> Callable[[str], str]:
    return lambda cell: repr(round(float(cell) + distance, 6))


@pytest.mark.parametrize("distance", [1e-6, -1e-6])
def test_a_last_decimal_of_another_cpu_fits_and_the_output_says_so(
    files: dict[str, Path], distance: float, capsys: pytest.CaptureFixture[str]
) -> None:
    change_result(files, "years", plus(distance))
    assert run(files) == 0
    output = capsys.readouterr().out
    assert "not the same bytes" in output
    assert "but the same numbers within 1e-6" in output
    assert output.rstrip().endswith("the same within 1e-6.")


def test_a_result_of_an_earlier_release_with_fewer_columns_in_another_order_fits_and_the_output_says_so(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    header, *rows = csv.reader(io.StringIO(files["result.csv"].read_text("utf-8")))
    kept = [index for index, name in reversed(list(enumerate(header))) if name != "measure_first"]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row[index] for index in kept] for row in (header, *rows))
    replace_result(files, text.getvalue())

    assert run(files) == 0
    output = capsys.readouterr().out
    assert "the same numbers within 1e-6 in the columns that both have; the result has no measure_first" in output


def test_a_result_with_a_column_that_this_version_does_not_write_does_not_fit(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    replace_result(files, files["result.csv"].read_text("utf-8").replace("lower_10", "lower_80", 1))
    assert run(files) == 1
    assert "nor the same numbers: this version writes no column lower_80" in capsys.readouterr().out


def test_without_the_result_the_numbers_cannot_be_compared(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    change_result(files, "years", plus(1e-6))
    assert run(files, "--result") == 1
    assert "give the result to compare the numbers" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("years", plus(3e-6)),
        ("years", lambda _: ""),
        ("upper_is_open", lambda cell: {"yes": "no", "no": "yes"}[cell]),
        ("row", lambda _: "3.0000001"),
        ("measure_first", lambda _: "Stage"),
    ],
)
def test_more_than_a_last_decimal_does_not_fit(
    files: dict[str, Path], column: str, change: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    change_result(files, column, change)
    assert run(files) == 1
    output = capsys.readouterr().out
    assert "FAIL  again" in output
    assert f"nor the same numbers: line 3, {column}: " in output


def test_cells_with_several_numbers_are_compared_number_by_number() -> None:
    def table(cell: str) -> str:
        return f"row,years_if_measured\n1,{cell}\n"

    cell = "Copper:5.1..6.300001;Stage:-0.1..1e-06"
    assert verify.first_difference(table(cell), table("Copper:5.1..6.3;Stage:-0.100001..2e-06")) is None
    for other in ("Copper:5.1..6.3;Stage:-0.1..1.1", "Copper:5.1..6.3", "Sex:5.1..6.3;Stage:-0.1..1e-06"):
        assert verify.first_difference(table(cell), table(other)) is not None
    assert verify.first_difference(table(cell), table(cell) + "2,\n") == "line 2: only one of them has it"


@pytest.mark.parametrize(
    ("expected", "actual", "fits"), [("'s", "''s", True), ("''s", "'s", False), ("s", "'s", False)]
)
def test_an_id_of_an_earlier_release_may_lack_the_second_apostrophe(expected: str, actual: str, *, fits: bool) -> None:
    difference = verify.first_difference(f"row,ID\n1,{expected}\n", f"row,ID\n1,{actual}\n")
    assert (difference is None) == fits


def test_the_same_bytes_under_a_later_version_fit(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new version may change only the model's card."""
    monkeypatch.setattr(verify, "load", lambda *arguments: replace(load(*arguments), version="9.9.9"))
    assert run(files) == 0
    output = capsys.readouterr().out
    assert "the same bytes; here they are version 9.9.9" in output
    assert "the same result, byte for byte" in output


@pytest.mark.parametrize("name", ["patients.csv", "result.csv"])
def test_one_changed_byte_does_not_fit(files: dict[str, Path], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray(files[name].read_bytes())
    content[-3] ^= 1
    files[name].write_bytes(content)
    assert run(files) == 1
    assert f"FAIL  {'input' if name == 'patients.csv' else 'result'}" in capsys.readouterr().out


def test_a_receipt_of_another_result_is_detected_from_the_input_alone(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    change_receipt(files, result_sha256="0" * 64)
    assert run(files, "--result") == 1
    assert "FAIL  again" in capsys.readouterr().out


def test_another_model_is_named_with_its_version(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    change_receipt(files, model_sha256="0" * 64, model_version="9.9.9")
    assert run(files) == 1
    output = capsys.readouterr().out
    assert "FAIL  model" in output
    assert "9.9.9" in output


def test_files_that_are_not_given_are_listed_as_not_checked(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
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
def test_a_file_that_is_not_a_receipt_is_one_sentence(
    tmp_path: Path, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(text, encoding="utf-8")
    assert verify.main([str(path)]) == 2
    assert sentence in capsys.readouterr().err


def test_a_missing_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(tmp_path / "none.json")]) == 2
    assert "can't be read" in capsys.readouterr().err
