"""The result's files, written as the rows come: a CSV for people, JSON lines and a summary for the page."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np
import pandas as pd

from chalicelib.inference.models.base import Loaded
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.row_codec import (
    DECIMALS,
    RowTexts,
    csv_cell,
    harmless,
    joined,
    numbers,
    ranges_if_measured,
)
from chalicelib.inference.results.summary import CohortSummary
from chalicelib.inference.storage.file_store import Stored

OFFSET_INTERVAL = 1000

_Vector = np.ndarray[Any, np.dtype[np.float64]]

_CONTRIBUTION = "contribution:"
_MEMORY_BYTES_MAX = 4 * 1024 * 1024
_ESTIMATES = ("years", "lower", "upper")


class ResultSink(Protocol):
    """Where the files are put: S3, unless somebody verifies a receipt."""

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> Stored:
        """Keep ``size`` bytes from the start of ``stream``. Return their size and ETag."""


class ResultWriter:
    """Takes predicted chunks in the order of the file.

    A line of the rows object is ``[row, id, years, lower, upper, upper_open, imputed, out_of_range,
    [contributions], mayo_score, [survival], median, [[low, high], ...], measure_first, [band]]``. The contributions
    stand in the order of ``Result.columns``, the probabilities to survive in that of the contract's years, the band's
    lower and upper ends by turns in the same, the ranges in that of ``imputed``. A row that was skipped is
    ``[row, id, [errors]]``.
    """

    def __init__(self, loaded: Loaded, bad_rows: Iterator[dict[str, Any]] = iter(())) -> None:  # noqa: B008 - it is empty
        self._loaded = loaded
        self._bad_rows = bad_rows
        self._next_bad = next(bad_rows, None)
        self._output_spec = loaded.model.output_spec
        self._model = f"{csv_cell(loaded.id)},{csv_cell(loaded.version)}"
        self._survival = [f"survival:{year}" for year in self._output_spec.survival_years]
        years = self._output_spec.survival_years if self._output_spec.curve_band_level is not None else ()
        self._band = [f"survival_{end}:{year}" for year in years for end in ("lower", "upper")]
        self._csv: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._lines: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._columns: tuple[str, ...] = ()
        self._baseline = 0.0
        self._row_offsets = [0]
        self._csv_sha256 = hashlib.sha256()
        self._cohort = CohortSummary(self._output_spec.horizon_years, len(self._survival))
        self._years: list[_Vector] = []
        self._skipped = 0
        self._width = 0
        self._imputed_rows = 0
        self._out_of_range_rows = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._csv.close()
        self._lines.close()

    def add(self, ids: pd.Series[str] | None, predicted: pd.DataFrame, mayo_score: _Vector) -> None:
        """Append a chunk: the file's own IDs, if it has any, what the model answered, and the published score."""
        if self.rows == 0:
            self._begin(predicted)
        imputed, out_of_range = predicted["imputed"].tolist(), predicted["out_of_range"].tolist()
        names: Sequence[str | None] = [None] * len(predicted) if ids is None else ids.fillna("").tolist()
        curve = [predicted[name].to_numpy(float) for name in self._survival]
        rows = RowTexts(
            ids=names,
            estimates=joined(predicted[name].to_numpy(float) for name in _ESTIMATES),
            upper_open=predicted["upper_open"].tolist(),
            imputed=imputed,
            out_of_range=out_of_range,
            contributions=joined(predicted[_CONTRIBUTION + name].to_numpy(float) for name in self._columns),
            mayo_score=numbers(mayo_score),
            survival=joined(curve) if curve else None,
            median=numbers(predicted["median"].to_numpy(float)) if curve else None,
            if_measured=ranges_if_measured(predicted, imputed),
            measure_first=predicted["measure_first"].tolist(),
            band=joined(predicted[name].to_numpy(float) for name in self._band) if self._band else None,
        )
        rounded = predicted["years"].to_numpy(float).round(DECIMALS)
        self._write(rows, rounded)
        self._years.append(rounded)
        gaps, beyond = _flags(imputed), _flags(out_of_range)
        self._cohort.count(rounded, curve, gaps, beyond)
        self._imputed_rows += int(gaps.sum())
        self._out_of_range_rows += int(beyond.sum())

    def finish(self) -> None:
        """Append the skipped rows that come after the last predicted one."""
        skipped = list(self._skipped_before(None))
        self._append([self._bad_json(each) for each in skipped])
        self._write_csv(map(self._bad_csv, skipped))

    def _begin(self, predicted: pd.DataFrame) -> None:
        self._columns = tuple(
            name.removeprefix(_CONTRIBUTION) for name in predicted.columns if name.startswith(_CONTRIBUTION)
        )
        self._baseline = round(float(predicted["baseline"].iloc[0]), DECIMALS)
        scale, years = self._output_spec.contribution_scale, self._output_spec.survival_years
        curve = ["median_years", *(f"survival_{year}y" for year in years)] if years else []
        header = [
            "row", "ID", "years", "lower_80", "upper_80", "upper_is_open", *curve, "mayo_score", "imputed",
            "out_of_range", "years_if_measured", "measure_first", f"baseline_{scale}",
            *(f"contribution_{name}_{scale}" for name in self._columns), "model", "model_version", "error",
        ]  # fmt: skip
        self._width = len(header)
        self._write_csv([",".join(map(csv_cell, header)) + "\n"])

    def _write(self, rows: RowTexts, years: _Vector) -> None:
        places: list[int] = []
        skipped: list[tuple[int, dict[str, Any]]] = []
        following = self.rows + 1
        for place in range(len(years)) if self._next_bad else ():
            for bad in self._skipped_before(following):
                skipped.append((place, bad))
                following += 1
            places.append(following)
            following += 1
        row_numbers = places or range(following, following + len(years))
        lines = list(rows.json_lines(row_numbers))
        self._cohort.rank(years, lines)
        self._append(_with(lines, [(place, self._bad_json(bad)) for place, bad in skipped]))
        cells = rows.csv_lines(row_numbers, repr(self._baseline), self._model)
        self._write_csv(
            _with(list(cells), [(place, self._bad_csv(bad)) for place, bad in skipped]) if skipped else cells
        )

    def _skipped_before(self, row: int | None) -> Iterator[dict[str, Any]]:
        """The skipped rows that come next, up to the one at ``row``; None: all that are left."""
        while self._next_bad is not None and (row is None or self._next_bad["row"] == row):
            yield self._next_bad
            row = None if row is None else row + 1
            self._next_bad = next(self._bad_rows, None)
            self._skipped += 1

    def _append(self, lines: list[str]) -> None:
        """Append lines to the rows object, noting where each mark is."""
        for block in _blocks(lines, self.rows):
            self._lines.write("".join(block).encode())
            self.rows += len(block)
            if self.rows % OFFSET_INTERVAL == 0:
                self._row_offsets.append(self._lines.tell())

    def _bad_json(self, bad: dict[str, Any]) -> str:
        line = json.dumps([bad["row"], bad["id"], bad["errors"]], ensure_ascii=False, separators=(",", ":"))
        return f"{line}\n"

    def _bad_csv(self, bad: dict[str, Any]) -> str:
        why = " ".join(each["message"] for each in bad["errors"])
        patient = "" if bad["id"] is None else harmless(bad["id"])
        # Nothing between the ID and the model but empty cells.
        empty = "," * (self._width - 4)
        return f"{bad['row']},{csv_cell(patient)}{empty}{self._model},{csv_cell(harmless(why))}\n"

    def _write_csv(self, lines: Iterable[str]) -> None:
        content = "".join(lines).encode()
        self._csv_sha256.update(content)
        self._csv.write(content)

    def upload(self, files: ResultSink, prefix: str) -> Result:
        """Put the files into S3 under ``prefix`` and say where they are and what they hold."""
        if self.rows == 0:
            raise ValueError("a result has at least one row")
        size = self._lines.tell()
        if self._row_offsets[-1] != size:
            self._row_offsets.append(size)
        csv_key, rows_key, cohort_key = (prefix + name for name in ("result.csv", "rows.jsonl", "cohort.json"))
        cohort = self._cohort.document()
        stored = {
            "csv_key": files.put_stream(csv_key, self._csv, self._csv.tell(), "text/csv; charset=utf-8"),
            "rows_key": files.put_stream(rows_key, self._lines, size, "application/x-ndjson"),
            "cohort_key": files.put_stream(cohort_key, io.BytesIO(cohort), len(cohort), "application/json"),
        }
        years = np.concatenate(self._years)
        return Result(
            csv_key=csv_key,
            rows_key=rows_key,
            columns=self._columns,
            baseline=self._baseline,
            offset_interval=OFFSET_INTERVAL,
            row_offsets=tuple(self._row_offsets),
            output=float(years[0]),
            summary={
                "rows": self.rows,
                "mean_years": round(float(years.mean()), 3),
                "median_years": round(float(np.median(years)), 3),
                "minimum_years": round(float(years.min()), 3),
                "maximum_years": round(float(years.max()), 3),
                "imputed_rows": self._imputed_rows,
                "out_of_range_rows": self._out_of_range_rows,
                "skipped_rows": self._skipped,
            },
            cohort_key=cohort_key,
            output_spec=self._output_spec,
            model_version=self._loaded.version,
            model_sha256=self._loaded.sha256,
            csv_sha256=self._csv_sha256.hexdigest(),
            files=stored,
        )


def _flags(texts: list[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether each text says anything."""
    return np.fromiter(map(bool, texts), np.bool_, len(texts))


def _blocks(lines: list[str], done: int) -> Iterator[list[str]]:
    """``lines`` cut where a mark is due."""
    start = 0
    while start < len(lines):
        end = start + OFFSET_INTERVAL - (done + start) % OFFSET_INTERVAL
        yield lines[start:end]
        start = end


def _with(lines: list[str], inserted: list[tuple[int, str]]) -> list[str]:
    """``lines`` with each of ``inserted`` before the line at its place."""
    if not inserted:
        return lines
    merged: list[str] = []
    done = 0
    for place, line in inserted:
        merged += lines[done:place]
        merged.append(line)
        done = place
    return merged + lines[done:]
