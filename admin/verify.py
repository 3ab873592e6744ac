"""``make verify``: does a receipt fit the files? Offline: nothing is asked of the service.

It shows that these bytes, through this model, give that result. A receipt isn't signed: the coins, the ledger entry and
the time on it are what the service says, and no file can prove them.
"""

import argparse
import hashlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from chalicelib.inference.catalogue import ARTEFACTS
from chalicelib.inference.check import check_file
from chalicelib.inference.findings import InvalidFileError
from chalicelib.inference.models import ArtefactMismatchError, Loaded, UnknownModelError, load
from chalicelib.inference.models.mayo import risk_score
from chalicelib.inference.prediction import Stored
from chalicelib.inference.receipt import FORMAT
from chalicelib.inference.results import ResultWriter
from chalicelib.inference.worker import read_chunks

REQUIRED = ("format", "model_id", "model_version", "model_sha256", "rows", "input_sha256", "result_sha256")


class SlipError(Exception):
    """What was asked can't be done; the text says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison: ``fits`` is None for what wasn't given."""

    what: str
    said: str
    fits: bool | None


def main(arguments: list[str]) -> int:
    """0: all that was given fits; 1: something doesn't; 2: the command can't be carried out."""
    parser = argparse.ArgumentParser(prog="make verify", description=__doc__)
    parser.add_argument("receipt", type=Path)
    parser.add_argument("--input", type=Path, help="the patients' file as it was sent")
    parser.add_argument("--result", type=Path, help="the result CSV as it was downloaded")
    options = parser.parse_args(arguments)
    try:
        findings = verify(read_receipt(options.receipt), options.input, options.result)
    except SlipError as error:
        print(error, file=sys.stderr)
        return 2
    for finding in findings:
        mark = {True: "ok", False: "OFF", None: "-"}[finding.fits]
        print(f"{mark:<4}{finding.what:<8}{finding.said}")
    if any(finding.fits is False for finding in findings):
        print("This does not fit the receipt.")
        return 1
    compared = any(finding.fits for finding in findings[1:])
    print(
        "Everything given fits the receipt." if compared else "Neither input nor result was given: only the model fits."
    )
    return 0


def read_receipt(path: Path) -> dict[str, Any]:
    """The receipt in the file, which may also be the prediction as the API shows it.

    Raises
    ------
    SlipError
        It is no receipt of a format that this program knows.
    """
    try:
        found = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise SlipError(f"{path} is not a receipt: it is not JSON.") from error
    if isinstance(found, dict) and "receipt" in found and found["receipt"] is None:
        raise SlipError(f"{path} is a prediction without a receipt: it has no result, or none yet.")
    receipt = found.get("receipt", found) if isinstance(found, dict) else None
    if not isinstance(receipt, dict) or any(name not in receipt for name in REQUIRED):
        raise SlipError(f"{path} is not a receipt: a receipt has {', '.join(REQUIRED)}.")
    if receipt["format"] != FORMAT:
        raise SlipError(f"{path} is a receipt of format {receipt['format']}; this program knows format {FORMAT}.")
    return receipt


def verify(receipt: dict[str, Any], given: Path | None, result: Path | None) -> list[Finding]:
    """Every comparison that the files allow.

    Raises
    ------
    SlipError
        A file can't be read.
    """
    loaded = _model(receipt)
    content = _read(given) if given else None
    answer = _read(result) if result else None
    findings = [
        loaded
        if isinstance(loaded, Finding)
        else Finding("model", f"{loaded.id} {loaded.version}: the very bytes", fits=True),
        _compare("input", given, content, receipt["input_sha256"]),
        _compare("result", result, answer, receipt["result_sha256"]),
    ]
    if content is not None and isinstance(loaded, Loaded) and findings[1].fits:
        findings.append(_again(loaded, content, receipt))
    return findings


def _model(receipt: dict[str, Any]) -> Loaded | Finding:
    model_id, version = receipt["model_id"], receipt["model_version"]
    try:
        loaded = load(str(model_id), ARTEFACTS)
    except (UnknownModelError, ArtefactMismatchError) as error:
        return Finding("model", f"{model_id} can't be loaded here: {error}", fits=False)
    if loaded.sha256 != receipt["model_sha256"]:
        here = f"model_artifacts/{model_id} here is version {loaded.version}, SHA-256 {loaded.sha256}"
        return Finding(
            "model", f"the receipt's is version {version}, SHA-256 {receipt['model_sha256']}; {here}", fits=False
        )
    if loaded.version != version:
        said = f"the very bytes, but of version {loaded.version}; the receipt says {version}"
        return Finding("model", said, fits=False)
    return loaded


def _compare(what: str, path: Path | None, content: bytes | None, expected: str) -> Finding:
    if content is None:
        return Finding(what, "not given, not checked", fits=None)
    actual = hashlib.sha256(content).hexdigest()
    if actual == expected:
        return Finding(what, f"{path}: the very bytes", fits=True)
    return Finding(what, f"{path}: SHA-256 {actual}, the receipt says {expected}", fits=False)


def _again(loaded: Loaded, content: bytes, receipt: dict[str, Any]) -> Finding:
    """The prediction once more, from the input and the model alone."""
    try:
        checked = check_file(content, si=receipt.get("units") == "si", skip=receipt.get("on_error") == "skip")
    except InvalidFileError as error:
        return Finding("again", f"the input can't be predicted by this version: {error.reason}", fits=False)
    kept = _Kept()
    with ResultWriter(loaded, map(json.loads, checked.bad.splitlines())) as writer:
        for chunk in read_chunks(io.BytesIO(checked.content)):
            writer.add(chunk.get("ID"), loaded.model.predict(chunk), risk_score(chunk))
        writer.finish()
        made = writer.upload(kept, "").csv_sha256
    if checked.rows != receipt["rows"]:
        return Finding(
            "again", f"the input has {checked.rows} patients; the receipt says {receipt['rows']}", fits=False
        )
    if made == receipt["result_sha256"]:
        return Finding("again", f"{checked.rows} patients predicted again: the same result, byte for byte", fits=True)
    return Finding("again", f"{checked.rows} patients predicted again: another result, SHA-256 {made}", fits=False)


class _Kept:
    """Where a result goes that nobody wants."""

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> Stored:  # noqa: ARG002
        """Forget it."""
        return Stored(size, "")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SlipError(f"{path} can't be read: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
