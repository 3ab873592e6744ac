"""Measure rows per second and peak memory of checking and predicting files: ``python -m benchmarks.batch``.

Each measurement is a process of its own with one thread for numeric work. It reads from and writes to the disk.

- ``check``: the file check.
- ``batch``: the prediction of a checked file, as in the worker.
- ``upload``: the check and the prediction, as in the worker for a large upload.
- ``pandas``: for comparison, one ``read_csv`` of the whole file, the model's predictions, and one ``to_csv`` with the
  same columns. It writes no overview.

With ``--against FOLDER``, the same measurements run in turn with the code of another checkout.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import IO, TYPE_CHECKING

from benchmarks import comparison
from benchmarks.comparison import Compared
from chalicelib.inference.storage.file_store import StoredObject

if TYPE_CHECKING:
    from chalicelib.inference.models.base import LoadedModel

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "frontend" / "public" / "samples" / "pbc-418.csv"
Run = Callable[[Path], None]


def main(arguments: list[str]) -> int:
    """Run the measurements and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[1000, 100_000, 1_000_000])
    parser.add_argument("--models", nargs="*", default=["lasso", "cox-lasso", "mayo"])
    parser.add_argument(
        "--one", nargs=3, metavar=("MEASUREMENT", "MODEL", "FILE"), help="run one measurement, in this process"
    )
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="compare with this checkout")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each measurement with each checkout (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the comparison to this file")
    options = parser.parse_args(arguments)
    if options.one:
        return _measure(*options.one)
    if options.against is None:
        _measure_alone(options.rows, options.models)
        return 0
    rows = _compare(options.rows, options.models, options.rounds, options.against.resolve())
    compared = comparison.print_table(rows)
    if options.json:
        comparison.write(compared, options.json)
    return 0


def _measure_alone(sizes: list[int], models: list[str]) -> None:
    print("|        | model     |      rows | seconds |  rows/s | peak MiB |")
    print("| ------ | --------- | --------: | ------: | ------: | -------: |")
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            file = _write_patients(Path(folder) / f"{rows}.csv", rows)
            for name, model in _cases(models):
                seconds, peak = _run(name, model, file, ROOT)
                speed = f"{seconds:>7.2f} | {rows / seconds:>7,.0f} | {peak:>8.0f}"
                print(f"| {name:<6} | {model:<9} | {rows:>9,} | {speed} |", flush=True)


def _compare(sizes: list[int], models: list[str], rounds: int, other: Path) -> Iterator[Compared]:
    """Yield the medians of rows per second and of the peak memory in MiB, before and after."""
    with tempfile.TemporaryDirectory() as before, tempfile.TemporaryDirectory() as after:
        for rows in sizes:
            # The canonical CSV beside a file may differ between the versions, so each has a folder of its own.
            sides = [
                (_write_patients(Path(folder) / f"{rows}.csv", rows), checkout)
                for folder, checkout in ((before, other), (after, ROOT))
            ]
            for name, model in _cases(models):
                if name == "pandas":
                    continue
                runs = [[_run(name, model, file, checkout) for file, checkout in sides] for _ in range(rounds)]
                seconds, peaks = ([median(run[side][figure] for run in runs) for side in (0, 1)] for figure in (0, 1))
                title = f"{name}, {model}, {rows:,} rows" if model else f"{name}, {rows:,} rows"
                yield Compared(title, "rows/s", rows / seconds[0], rows / seconds[1])
                yield Compared(title, "MiB", *peaks)


def _cases(models: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each measurement with each model. The check has none. ``upload`` writes the file that ``batch`` reads."""
    yield "check", ""
    for model in models:
        for name in ("upload", "batch", "pandas"):
            yield name, model


def _write_patients(path: Path, rows: int) -> Path:
    """Write a file of ``rows`` patients: those of the study, repeated, each with a unique ID. Return its path."""
    header, *patients = SAMPLE.read_text("utf-8").splitlines()
    bodies = [line.split(",", 1)[1] for line in patients]
    with path.open("w", encoding="utf-8") as file:
        file.write(header + "\n")
        file.writelines(f"{row},{bodies[row % len(bodies)]}\n" for row in range(rows))
    return path


def _write_canonical(file: Path) -> None:
    """Write the canonical CSV of a file next to it, as the check does for the worker."""
    from chalicelib.inference.patient_file.validator import inspect  # noqa: PLC0415 - not needed by other measurements

    with file.open("rb") as source, file.with_suffix(".canonical").open("w", encoding="utf-8", newline="") as good:
        inspect(source, good=good)


def _run(name: str, model: str, file: Path, checkout: Path) -> tuple[float, float]:
    """Run one measurement with the code of ``checkout``. Return the seconds and the peak memory in MiB."""
    python = sys.executable if checkout == ROOT else str(comparison.interpreter(checkout))
    command = [python, "-m", "benchmarks.batch", "--one", name, model, str(file)]
    one_core = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    output = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=True, env=one_core, cwd=checkout
    ).stdout
    seconds, peak = map(float, output.split())
    return seconds, peak


def _measure(name: str, model: str, file: str) -> int:
    """Print the seconds and the peak resident memory in MiB."""
    run = MEASUREMENTS[name](model)
    started = time.perf_counter()
    run(Path(file))
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return 0


# Each of these functions imports only what its measurement needs, before the timing starts.


def _check(_model: str) -> Run:
    from chalicelib.inference.patient_file.validator import inspect  # noqa: PLC0415

    def run(file: Path) -> None:
        with file.open("rb") as source:
            inspect(source)

    return run


def _batch(model: str) -> Run:
    import_module("pandas")  # as in the worker before a large file
    from chalicelib.inference.predictions.batch import predict_rows  # noqa: PLC0415
    from chalicelib.inference.results.writer import ResultWriter  # noqa: PLC0415

    loaded = _load(model)

    def run(file: Path) -> None:
        with file.with_suffix(".canonical").open("rb") as stream, ResultWriter(loaded) as writer:
            predict_rows(stream, loaded, writer)
            writer.finish()
            writer.upload(_Disk(file.parent), "batch-")

    return run


def _upload(model: str) -> Run:
    import_module("chalicelib.inference.patient_file.validator")
    batch = _batch(model)

    def run(file: Path) -> None:
        _write_canonical(file)
        batch(file)

    return run


def _load(model: str) -> LoadedModel:
    from chalicelib.inference.catalog.catalog import ARTEFACTS  # noqa: PLC0415
    from chalicelib.inference.models.loader import load  # noqa: PLC0415

    return load(model, ARTEFACTS)


class _Disk:
    """A file store that writes the result's files into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> StoredObject:  # noqa: ARG002
        """Copy the stream to a file named ``key``."""
        stream.seek(0)
        with (self._folder / key).open("wb") as file:
            shutil.copyfileobj(stream, file, 1024 * 1024)
        return StoredObject(size, "")


def _pandas(model: str) -> Run:
    import pandas as pd  # noqa: PLC0415

    from chalicelib.inference.models.mayo import risk_score  # noqa: PLC0415
    from chalicelib.inference.patient_file import columns  # noqa: PLC0415
    from tests.support.frames import patients_of, predict  # noqa: PLC0415

    loaded = _load(model)
    types = dict.fromkeys(columns.NUMBERS, "float64") | dict.fromkeys((*columns.CATEGORIES, "ID"), "str")

    def run(file: Path) -> None:
        patients = pd.read_csv(file, dtype=types)
        output = predict(loaded.model, patients)
        output.insert(0, "ID", patients["ID"])
        output["mayo_score"] = risk_score(patients_of(patients))
        output["model"], output["model_version"] = loaded.id, loaded.version
        output.round(6).to_csv(file.parent / "pandas.csv")

    return run


MEASUREMENTS: dict[str, Callable[[str], Run]] = {"check": _check, "batch": _batch, "upload": _upload, "pandas": _pandas}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
