"""``make verify``: check a receipt against the input, the result and the model, offline and without the service.

It predicts the input again, and so shows that these bytes and this model give this result. A receipt isn't signed. Its
coins, ledger entry and time can't be verified from the files.

The second prediction should equal the receipt's result byte for byte. On another kind of CPU the last decimal of a
number may differ, by 1e-6. So if the bytes differ, the numbers are compared with those of the result file.

Exit codes: 0, everything fits, and the last line says whether byte for byte or within 1e-6; 1, something does not fit;
2, the command can't be carried out.
"""

import argparse
import csv
import hashlib
import io
import json
import re
import sys
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any, NamedTuple

from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.models.base import ArtefactMismatchError, LoadedModel, ModelNotFoundError
from chalicelib.inference.models.loader import load
from chalicelib.inference.models.stable_comparison import exceeds
from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.schemas import Assumption
from chalicelib.inference.patient_file.validator import check_file
from chalicelib.inference.predictions.batch import predict_rows
from chalicelib.inference.predictions.options import DEFAULT_OPTIONS, Options
from chalicelib.inference.predictions.receipt import FORMAT
from chalicelib.inference.results.writer import ResultWriter
from chalicelib.inference.storage.file_store import StoredObject

NUMBER_TOLERANCE = 1e-6
"""One unit of the last decimal of a number in a result."""
NOT_NUMBERS = {
    "row", "ID", "upper_is_open", "imputed", "out_of_range", "measure_first", "model", "model_version", "error",
}  # fmt: skip
"""The columns of a result that are compared as texts, even if they look like numbers."""
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")

REQUIRED = ("format", "model_id", "model_version", "model_sha256", "rows", "input_sha256", "result_sha256")


class UsageError(Exception):
    """The command can't be carried out. The text says why."""


class Comparison(NamedTuple):
    """The outcome of one comparison. ``fits`` is None if its file wasn't given; ``is_exact``: it fits byte for byte."""

    subject: str
    text: str
    fits: bool | None
    is_exact: bool = True


class Prediction(NamedTuple):
    """A prediction: the patients and assumptions of the input, and the result CSV with its SHA-256."""

    rows: int
    assumptions: list[Assumption]
    csv: bytes
    sha256: str


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="make verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("receipt", type=Path, help="the receipt, or the prediction as the API shows it, as JSON")
    parser.add_argument("--input", type=Path, help="the patient file as it was sent")
    parser.add_argument("--result", type=Path, help="the result CSV as it was downloaded")
    options = parser.parse_args(arguments)
    try:
        comparisons = verify(read_receipt(options.receipt), options.input, options.result)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    for comparison in comparisons:
        mark = {True: "ok", False: "FAIL", None: "-"}[comparison.fits]
        print(f"{mark:<6}{comparison.subject:<8}{comparison.text}")
    if any(comparison.fits is False for comparison in comparisons):
        print("This does not fit the receipt.")
        return 1
    if not any(comparison.fits for comparison in comparisons[1:]):
        print("Neither input nor result was given: only the model was checked, and it fits.")
    elif all(comparison.is_exact for comparison in comparisons):
        print("Everything given fits the receipt, byte for byte.")
    else:
        print("Everything given fits the receipt. The numbers predicted again on this CPU are the same within 1e-6.")
    return 0


def read_receipt(path: Path) -> dict[str, Any]:
    """Return the receipt in a file that holds the receipt, or the prediction as the API shows it.

    Raises ``UsageError`` if the file can't be read, or holds no receipt of the format FORMAT.
    """
    try:
        document = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not a receipt: it is not JSON.") from error
    if isinstance(document, dict) and "receipt" in document and document["receipt"] is None:
        raise UsageError(f"{path} is a prediction without a receipt: it has no result, or none yet.")
    receipt = document.get("receipt", document) if isinstance(document, dict) else None
    if not isinstance(receipt, dict) or any(name not in receipt for name in REQUIRED):
        raise UsageError(f"{path} is not a receipt: a receipt has {', '.join(REQUIRED)}.")
    if receipt["format"] != FORMAT:
        raise UsageError(f"{path} is a receipt of format {receipt['format']}; this program knows format {FORMAT}.")
    return receipt


def verify(receipt: dict[str, Any], input_path: Path | None, result_path: Path | None) -> list[Comparison]:
    """Compare the receipt with the model and the files, and predict the input again if it fits.

    Raises ``UsageError`` if a file can't be read.
    """
    loaded, model = _compare_model(receipt)
    content = _read(input_path) if input_path else None
    result = _read(result_path) if result_path else None
    comparisons = [
        model,
        _compare_hash("input", input_path, content, receipt["input_sha256"]),
        _compare_hash("result", result_path, result, receipt["result_sha256"]),
    ]
    if content is not None and loaded and comparisons[1].fits:
        # The numbers of the result file count only if its hash is that of the receipt.
        comparisons.append(_predict_again(loaded, content, receipt, result if comparisons[2].fits else None))
    return comparisons


def _compare_model(receipt: dict[str, Any]) -> tuple[LoadedModel | None, Comparison]:
    model_id, version, sha256 = str(receipt["model_id"]), receipt["model_version"], receipt["model_sha256"]
    try:
        loaded = load(model_id, ARTEFACTS)
    except (ModelNotFoundError, ArtefactMismatchError) as error:
        return None, Comparison("model", f"{model_id} can't be loaded here: {error}", fits=False)
    if loaded.sha256 != sha256:
        local = f"model_artifacts/{model_id} here is version {loaded.version}, SHA-256 {loaded.sha256}"
        older = "docs/models.md says how to check a receipt of another version"
        text = f"the receipt's is version {version}, SHA-256 {sha256}; {local}; {older}"
        return None, Comparison("model", text, fits=False)
    # A later version may have the same bytes, because only its card changed.
    later = "" if loaded.version == version else f"; here they are version {loaded.version}"
    return loaded, Comparison("model", f"{loaded.id} {version}: the same bytes{later}", fits=True)


def _compare_hash(subject: str, path: Path | None, content: bytes | None, expected: str) -> Comparison:
    if content is None:
        return Comparison(subject, "not given, not checked", fits=None)
    actual = hashlib.sha256(content).hexdigest()
    if actual == expected:
        return Comparison(subject, f"{path}: the same bytes", fits=True)
    return Comparison(subject, f"{path}: SHA-256 {actual}, the receipt says {expected}", fits=False)


def _predict_again(loaded: LoadedModel, content: bytes, receipt: dict[str, Any], result: bytes | None) -> Comparison:
    """Predict the input, and compare the hash with the receipt's, or else the numbers with those of the result."""
    labelled = replace(loaded, version=str(receipt["model_version"]))
    try:
        prediction = predict(labelled, content, _options_of(receipt))
    except InvalidFileError as error:
        return Comparison("again", f"the input can't be predicted by this version: {error.reason}", fits=False)
    if prediction.rows != receipt["rows"]:
        text = f"the input has {prediction.rows} patients; the receipt says {receipt['rows']}"
        return Comparison("again", text, fits=False)
    if "assumptions" in receipt and prediction.assumptions != receipt["assumptions"]:
        return Comparison("again", "this version reads the input with other assumptions than the receipt's", fits=False)
    return _compare_results(prediction, receipt, result)


def _compare_results(prediction: Prediction, receipt: dict[str, Any], result: bytes | None) -> Comparison:
    text = f"{prediction.rows} patients predicted again"
    if prediction.sha256 == receipt["result_sha256"]:
        return Comparison("again", f"{text}: the same result, byte for byte", fits=True)
    text += f": not the same bytes (SHA-256 {prediction.sha256})"
    if result is None:
        return Comparison("again", f"{text}; give the result to compare the numbers", fits=False)
    difference = first_difference(result.decode(), prediction.csv.decode())
    if difference:
        return Comparison("again", f"{text}, nor the same numbers: {difference}", fits=False)
    text += ", but the same numbers within 1e-6"
    if new_columns := _new_columns(result.decode(), prediction.csv.decode()):
        text += f" in the columns that both have; the result has no {', '.join(new_columns)}"
    return Comparison("again", text, fits=True, is_exact=False)


def _new_columns(expected: str, actual: str) -> list[str]:
    """Return the columns that only ``actual`` has."""
    expected_header, actual_header = (next(csv.reader(io.StringIO(text, newline=""))) for text in (expected, actual))
    return [name for name in actual_header if name not in expected_header]


def _options_of(receipt: dict[str, Any]) -> Options:
    """Return the receipt's options. A receipt of an older release has fewer."""
    missing = receipt.get("missing")
    reading = ReadingOptions(
        receipt.get("units", "stated"),
        receipt.get("decimal"),
        None if missing is None else tuple(missing),
        receipt.get("columns", {}),
        receipt.get("column_units", {}),
        receipt.get("column_values", {}),
    )
    return Options(reading, receipt.get("on_error", "refuse"), receipt.get("keep_values", False))


def predict(loaded: LoadedModel, content: bytes, options: Options = DEFAULT_OPTIONS) -> Prediction:
    """Predict a patient file as the service does. Raises ``InvalidFileError`` for a file that the service refuses."""
    checked = check_file(content, options.reading, skip=options.skip)
    sink = _CsvSink()
    bad_rows = map(json.loads, checked.bad.splitlines())
    with ResultWriter(loaded, bad_rows, keeps_values=options.keeps_values_of(checked.rows)) as writer:
        predict_rows(io.BytesIO(checked.content), loaded, writer)
        writer.finish()
        writer.upload(sink, "")
    assumptions = [assumption.document() for assumption in checked.assumptions]
    return Prediction(checked.rows, assumptions, sink.csv, hashlib.sha256(sink.csv).hexdigest())


class _CsvSink:
    """Receives the files of a result, and keeps the CSV."""

    csv = b""

    def put_stream(self, _key: str, stream: IO[bytes], size: int, content_type: str) -> StoredObject:
        if content_type.startswith("text/csv"):
            stream.seek(0)
            self.csv = stream.read(size)
        return StoredObject(size, "")


def first_difference(expected: str, actual: str) -> str | None:
    """Return where two result CSVs differ, in a text or by more than NUMBER_TOLERANCE, or None if they don't.

    ``actual`` may have columns that an earlier release did not write. They are not compared.
    """
    readers = [csv.DictReader(io.StringIO(text, newline=""), restval="") for text in (expected, actual)]
    columns, actual_columns = (reader.fieldnames or [] for reader in readers)
    if missing := set(columns) - set(actual_columns):
        return f"this version writes no column {', '.join(sorted(missing))}"
    for number, (expected_cells, actual_cells) in enumerate(zip_longest(*readers), 1):
        if expected_cells is None or actual_cells is None:
            return f"line {number}: only one of them has it"
        for name in columns:
            if not _same_cells(name, expected_cells[name], actual_cells[name]):
                return f"line {number}, {name}: {expected_cells[name]!r} and {actual_cells[name]!r}"
    return None


def _same_cells(name: str, expected: str, actual: str) -> bool:
    if expected == actual:
        return True
    if name == "ID":  # an earlier release put no apostrophe before an ID that begins with one
        return expected.startswith("'") and actual == f"'{expected}"
    return name not in NOT_NUMBERS and _same_numbers(expected, actual)


def _same_numbers(expected: str, actual: str) -> bool:
    """Return whether two cells have the same text around their numbers, and numbers within the tolerance."""
    expected_parts, actual_parts = _NUMBER.split(expected), _NUMBER.split(actual)
    # ``split`` alternates texts, at the even indexes, and numbers, at the odd ones.
    if expected_parts[::2] != actual_parts[::2]:
        return False
    distances = [abs(float(a) - float(b)) for a, b in zip(expected_parts[1::2], actual_parts[1::2], strict=True)]
    return not exceeds(distances, NUMBER_TOLERANCE).any()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
