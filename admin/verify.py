"""``make verify``: does a receipt fit the files? Offline: nothing is asked of the service.

It shows that these bytes, through this model, give that result. A receipt isn't signed: the coins, the ledger entry and
the time on it are what the service says, and no file can prove them.

The result of the second prediction is the receipt's byte for byte. If it isn't, its numbers are compared with those of
the result file: on another kind of CPU the last decimal of a number may differ, by 1e-6.

Exit codes: 0, everything given fits, byte for byte or within 1e-6, and the last line says which; 1, something doesn't;
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
from chalicelib.inference.models.base import ArtefactMismatchError, Loaded, ModelNotFoundError
from chalicelib.inference.models.loader import load
from chalicelib.inference.models.mayo import risk_score
from chalicelib.inference.models.stable_comparison import exceeds
from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.validator import check_file
from chalicelib.inference.predictions.receipt import FORMAT
from chalicelib.inference.predictions.worker import read_chunks
from chalicelib.inference.results.writer import ResultWriter
from chalicelib.inference.storage.file_store import Stored

NUMBER_TOLERANCE = 1e-6
"""One unit of the last decimal of a result."""
NOT_NUMBERS = {
    "row", "ID", "upper_is_open", "imputed", "out_of_range", "measure_first", "model", "model_version", "error",
}  # fmt: skip
"""The columns of a result whose texts must be equal, even if they look like numbers."""
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")

REQUIRED = ("format", "model_id", "model_version", "model_sha256", "rows", "input_sha256", "result_sha256")


class UsageError(Exception):
    """What was asked can't be done; the text says why."""


class Comparison(NamedTuple):
    """One comparison: ``fits`` is None for what wasn't given. ``is_exact``: it fits byte for byte."""

    what: str
    said: str
    fits: bool | None
    is_exact: bool = True


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="make verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("receipt", type=Path)
    parser.add_argument("--input", type=Path, help="the patients' file as it was sent")
    parser.add_argument("--result", type=Path, help="the result CSV as it was downloaded")
    options = parser.parse_args(arguments)
    try:
        findings = verify(read_receipt(options.receipt), options.input, options.result)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    for finding in findings:
        mark = {True: "ok", False: "OFF", None: "-"}[finding.fits]
        print(f"{mark:<4}{finding.what:<8}{finding.said}")
    if any(finding.fits is False for finding in findings):
        print("This does not fit the receipt.")
        return 1
    if not any(finding.fits for finding in findings[1:]):
        print("Neither input nor result was given: only the model fits.")
    elif all(finding.is_exact for finding in findings):
        print("Everything given fits the receipt, byte for byte.")
    else:
        print("Everything given fits the receipt; the numbers, predicted again on this CPU, are the same within 1e-6.")
    return 0


def read_receipt(path: Path) -> dict[str, Any]:
    """Return the receipt in the file, which may also be the prediction as the API shows it.

    Raises ``UsageError`` if it is no receipt of a format that this program knows.
    """
    try:
        found = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not a receipt: it is not JSON.") from error
    if isinstance(found, dict) and "receipt" in found and found["receipt"] is None:
        raise UsageError(f"{path} is a prediction without a receipt: it has no result, or none yet.")
    receipt = found.get("receipt", found) if isinstance(found, dict) else None
    if not isinstance(receipt, dict) or any(name not in receipt for name in REQUIRED):
        raise UsageError(f"{path} is not a receipt: a receipt has {', '.join(REQUIRED)}.")
    if receipt["format"] != FORMAT:
        raise UsageError(f"{path} is a receipt of format {receipt['format']}; this program knows format {FORMAT}.")
    return receipt


def verify(receipt: dict[str, Any], given: Path | None, result: Path | None) -> list[Comparison]:
    """Return every comparison that the files allow. Raises ``UsageError`` if a file can't be read."""
    loaded, model = _model(receipt)
    content = _read(given) if given else None
    answer = _read(result) if result else None
    findings = [
        model,
        _compare("input", given, content, receipt["input_sha256"]),
        _compare("result", result, answer, receipt["result_sha256"]),
    ]
    if content is not None and loaded and findings[1].fits:
        # Only a result that is the receipt's own can stand in for it.
        findings.append(_again(loaded, content, receipt, answer if findings[2].fits else None))
    return findings


def _model(receipt: dict[str, Any]) -> tuple[Loaded | None, Comparison]:
    model_id, version, sha256 = str(receipt["model_id"]), receipt["model_version"], receipt["model_sha256"]
    try:
        loaded = load(model_id, ARTEFACTS)
    except (ModelNotFoundError, ArtefactMismatchError) as error:
        return None, Comparison("model", f"{model_id} can't be loaded here: {error}", fits=False)
    if loaded.sha256 != sha256:
        here = f"model_artifacts/{model_id} here is version {loaded.version}, SHA-256 {loaded.sha256}"
        return None, Comparison("model", f"the receipt's is version {version}, SHA-256 {sha256}; {here}", fits=False)
    # The same bytes give the same answers, whichever version their card is of by now.
    renamed = "" if loaded.version == version else f"; here they are version {loaded.version}"
    return loaded, Comparison("model", f"{loaded.id} {version}: the very bytes{renamed}", fits=True)


def _compare(what: str, path: Path | None, content: bytes | None, expected: str) -> Comparison:
    if content is None:
        return Comparison(what, "not given, not checked", fits=None)
    actual = hashlib.sha256(content).hexdigest()
    if actual == expected:
        return Comparison(what, f"{path}: the very bytes", fits=True)
    return Comparison(what, f"{path}: SHA-256 {actual}, the receipt says {expected}", fits=False)


def _again(loaded: Loaded, content: bytes, receipt: dict[str, Any], answer: bytes | None) -> Comparison:
    """Predict the input once more, and compare with the receipt's hash or else with the numbers of its result."""
    labelled = replace(loaded, version=str(receipt["model_version"]))
    try:
        again = predict(labelled, content, si=receipt.get("units") == "si", skip=receipt.get("on_error") == "skip")
    except InvalidFileError as error:
        return Comparison("again", f"the input can't be predicted by this version: {error.reason}", fits=False)
    if again.rows != receipt["rows"]:
        return Comparison(
            "again", f"the input has {again.rows} patients; the receipt says {receipt['rows']}", fits=False
        )
    said = f"{again.rows} patients predicted again"
    if again.sha256 == receipt["result_sha256"]:
        return Comparison("again", f"{said}: the same result, byte for byte", fits=True)
    said += f": not the same bytes (SHA-256 {again.sha256})"
    if answer is None:
        return Comparison("again", f"{said}; with the result its numbers can be compared", fits=False)
    different = first_difference(answer.decode(), again.csv.decode())
    if different:
        return Comparison("again", f"{said}, nor the same numbers: {different}", fits=False)
    return Comparison("again", f"{said}, but the same numbers within 1e-6", fits=True, is_exact=False)


class Prediction(NamedTuple):
    """A result: how many patients the input has, and the result CSV with its SHA-256."""

    rows: int
    csv: bytes
    sha256: str


def predict(loaded: Loaded, content: bytes, *, si: bool = False, skip: bool = False) -> Prediction:
    """Predict a file as the service does. Raises ``InvalidFileError`` for a file that it would refuse."""
    checked = check_file(content, si=si, skip=skip)
    kept = _Kept()
    with ResultWriter(loaded, map(json.loads, checked.bad.splitlines())) as writer:
        for chunk in read_chunks(io.BytesIO(checked.content)):
            writer.add(chunk.get("ID"), loaded.model.predict(chunk), risk_score(chunk))
        writer.finish()
        writer.upload(kept, "")
    return Prediction(checked.rows, kept.csv, hashlib.sha256(kept.csv).hexdigest())


class _Kept:
    """Takes the result's files, and keeps the CSV."""

    csv = b""

    def put_stream(self, _key: str, stream: IO[bytes], size: int, content_type: str) -> Stored:
        if content_type.startswith("text/csv"):
            stream.seek(0)
            self.csv = stream.read(size)
        return Stored(size, "")


def first_difference(result: str, again: str) -> str | None:
    """Say where two result CSVs differ by more than ``NUMBER_TOLERANCE`` or in a text; None if they don't."""
    readers = (csv.reader(io.StringIO(text, newline="")) for text in (result, again))
    lines = zip_longest(*readers, fillvalue=[])
    header, other_header = next(lines)
    if header != other_header:
        return "other columns"
    for number, (cells, others) in enumerate(lines, 1):
        if len(cells) != len(others):
            return f"line {number}: only one of them has it"
        for name, one, other in zip(header, cells, others, strict=True):
            if one != other and (name in NOT_NUMBERS or not _same_numbers(one, other)):
                return f"line {number}, {name}: {one!r} and {other!r}"
    return None


def _same_numbers(one: str, other: str) -> bool:
    """Return whether two cells are equal but for numbers that are within the tolerance."""
    parts, other_parts = _NUMBER.split(one), _NUMBER.split(other)
    # ``split`` puts what is between the numbers at the even places, and the numbers at the odd ones.
    if parts[::2] != other_parts[::2]:
        return False
    distances = [abs(float(a) - float(b)) for a, b in zip(parts[1::2], other_parts[1::2], strict=True)]
    return not exceeds(distances, NUMBER_TOLERANCE).any()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
