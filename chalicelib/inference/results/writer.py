"""Write the files of a result: a CSV for people, and JSON lines and a cohort summary for the page."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np

from chalicelib.inference.models.base import LoadedModel, Outputs
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.row_codec import (
    DECIMALS,
    RowTexts,
    comma_joined,
    csv_cell,
    escape_formula,
    number_texts,
    texts_of_imputed,
)
from chalicelib.inference.results.summary import CohortSummary
from chalicelib.inference.storage.file_store import StoredObject

OFFSET_INTERVAL = 1000
"""Rows between two recorded row offsets."""

_Vector = np.ndarray[Any, np.dtype[np.float64]]

_CONTRIBUTION = "contribution:"
_MEMORY_BYTES_MAX = 4 * 1024 * 1024
_ESTIMATES = ("years", "lower", "upper")


class ResultSink(Protocol):
    """Stores the files of a result: a ``FileStore``, or a sink in memory when a receipt is verified."""

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> StoredObject:
        """Store the first ``size`` bytes of ``stream``. Return their size and ETag."""


class ResultWriter:
    """Writes the files of a result from predicted chunks, which must come in file order.

    A line of the rows file is ``[row, id, years, lower, upper, upper_open, imputed, out_of_range,
    [contributions], mayo_score, [survival], median, [[low, high], ...], measure_first, [band], [imputed values]]``:

    - the contributions are in the order of ``Result.columns``;
    - the survival probabilities are in the order of ``OutputSpec.survival_years``, and so are the ends of the band,
      the lower and the upper one of each year;
    - the ranges and the imputed values are in the order of ``imputed``.

    A skipped row is ``[row, id, [errors]]``.
    """

    def __init__(self, loaded: LoadedModel, bad_rows: Iterator[dict[str, Any]] = iter(())) -> None:  # noqa: B008 - it is empty
        self._loaded = loaded
        self._bad_rows = bad_rows
        self._next_bad_row = next(bad_rows, None)
        self._output_spec = loaded.model.output_spec
        self._model_cells = f"{csv_cell(loaded.id)},{csv_cell(loaded.version)}"
        self._survival = [f"survival:{year}" for year in self._output_spec.survival_years]
        years = self._output_spec.survival_years if self._output_spec.curve_band_level is not None else ()
        self._band = [f"survival_{end}:{year}" for year in years for end in ("lower", "upper")]
        self._csv: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._row_lines: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._columns: tuple[str, ...] = ()
        self._baseline = 0.0
        self._row_offsets = [0]
        self._csv_sha256 = hashlib.sha256()
        self._cohort_summary = CohortSummary(self._output_spec.horizon_years, len(self._survival))
        self._years: list[_Vector] = []
        self._skipped_rows = 0
        self._csv_columns = 0
        self._imputed_rows = 0
        self._out_of_range_rows = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._csv.close()
        self._row_lines.close()

    def add(self, ids: Iterable[str] | None, predicted: Outputs, mayo_score: _Vector) -> None:
        """Append a chunk of n rows.

        ``ids``: the IDs in the file, None if it has none. ``predicted``: see ``Model.predict``.
        ``mayo_score``: the published Mayo score, shape (n,).
        """
        if self.rows == 0:
            self._write_header(predicted)
        imputed, out_of_range = _texts(predicted, "imputed"), _texts(predicted, "out_of_range")
        patient_ids: Sequence[str | None] = [None] * len(mayo_score) if ids is None else list(ids)
        curve = [_numbers(predicted, name) for name in self._survival]
        rows = RowTexts(
            ids=patient_ids,
            estimates=comma_joined(_numbers(predicted, name) for name in _ESTIMATES),
            upper_open=np.asarray(predicted["upper_open"]).tolist(),
            imputed=imputed,
            out_of_range=out_of_range,
            contributions=comma_joined(_numbers(predicted, _CONTRIBUTION + name) for name in self._columns),
            mayo_score=number_texts(mayo_score),
            survival=comma_joined(curve) if curve else None,
            median=number_texts(_numbers(predicted, "median")) if curve else None,
            if_measured=texts_of_imputed(predicted, imputed, ("if_low:", "if_high:")),
            measure_first=_texts(predicted, "measure_first"),
            band=comma_joined(_numbers(predicted, name) for name in self._band) if self._band else None,
            imputed_values=texts_of_imputed(predicted, imputed, ("imputed_value:",)),
        )
        years = _numbers(predicted, "years").round(DECIMALS)
        self._write_rows(rows, years)
        self._years.append(years)
        has_imputed, has_out_of_range = _non_empty(imputed), _non_empty(out_of_range)
        self._cohort_summary.count(years, curve, has_imputed, has_out_of_range)
        self._imputed_rows += int(has_imputed.sum())
        self._out_of_range_rows += int(has_out_of_range.sum())

    def finish(self) -> None:
        """Append the bad rows that come after the last predicted row."""
        bad_rows = list(self._take_bad_rows(None))
        self._append_row_lines([self._bad_row_json(bad_row) for bad_row in bad_rows])
        self._write_csv(map(self._bad_row_csv, bad_rows))

    def _write_header(self, predicted: Outputs) -> None:
        self._columns = tuple(name.removeprefix(_CONTRIBUTION) for name in predicted if name.startswith(_CONTRIBUTION))
        self._baseline = round(float(_numbers(predicted, "baseline")[0]), DECIMALS)
        scale, years = self._output_spec.contribution_scale, self._output_spec.survival_years
        curve = ["median_years", *(f"survival_{year}y" for year in years)] if years else []
        header = [
            "row", "ID", "years", "lower_10", "upper_90", "upper_is_open", *curve, "mayo_score", "imputed",
            "imputed_values", "out_of_range", "years_if_measured", "measure_first", f"baseline_{scale}",
            *(f"contribution_{name}_{scale}" for name in self._columns), "model", "model_version", "error",
        ]  # fmt: skip
        self._csv_columns = len(header)
        self._write_csv([",".join(map(csv_cell, header)) + "\n"])

    def _write_rows(self, rows: RowTexts, years: _Vector) -> None:
        """Append a chunk of predicted rows to both files, with the bad rows that come between them."""
        numbers: list[int] = []
        bad_rows: list[tuple[int, dict[str, Any]]] = []  # each with the index in the chunk that it comes before
        next_number = self.rows + 1
        for index in range(len(years)) if self._next_bad_row else ():
            for bad_row in self._take_bad_rows(next_number):
                bad_rows.append((index, bad_row))
                next_number += 1
            numbers.append(next_number)
            next_number += 1
        row_numbers = numbers or range(next_number, next_number + len(years))
        json_lines = list(rows.json_lines(row_numbers))
        self._cohort_summary.rank(years, json_lines)
        bad_json_lines = [(index, self._bad_row_json(bad_row)) for index, bad_row in bad_rows]
        self._append_row_lines(_insert_lines(json_lines, bad_json_lines))
        csv_lines = rows.csv_lines(row_numbers, repr(self._baseline), self._model_cells)
        bad_csv_lines = [(index, self._bad_row_csv(bad_row)) for index, bad_row in bad_rows]
        self._write_csv(_insert_lines(list(csv_lines), bad_csv_lines) if bad_rows else csv_lines)

    def _take_bad_rows(self, row: int | None) -> Iterator[dict[str, Any]]:
        """Yield the consecutive bad rows that start at row number ``row``, or all remaining ones if it is None."""
        while self._next_bad_row is not None and (row is None or self._next_bad_row["row"] == row):
            yield self._next_bad_row
            row = None if row is None else row + 1
            self._next_bad_row = next(self._bad_rows, None)
            self._skipped_rows += 1

    def _append_row_lines(self, lines: list[str]) -> None:
        """Append lines to the rows file, and record a row offset after every OFFSET_INTERVAL rows."""
        for block in _split_at_offsets(lines, self.rows):
            self._row_lines.write("".join(block).encode())
            self.rows += len(block)
            if self.rows % OFFSET_INTERVAL == 0:
                self._row_offsets.append(self._row_lines.tell())

    def _bad_row_json(self, bad_row: dict[str, Any]) -> str:
        fields = [bad_row["row"], bad_row["id"], bad_row["errors"]]
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"

    def _bad_row_csv(self, bad_row: dict[str, Any]) -> str:
        messages = " ".join(finding["message"] for finding in bad_row["errors"])
        patient_id = "" if bad_row["id"] is None else escape_formula(bad_row["id"])
        # All cells between the ID and the model are empty.
        empty_cells = "," * (self._csv_columns - 4)
        error_cell = csv_cell(escape_formula(messages))
        return f"{bad_row['row']},{csv_cell(patient_id)}{empty_cells}{self._model_cells},{error_cell}\n"

    def _write_csv(self, lines: Iterable[str]) -> None:
        content = "".join(lines).encode()
        self._csv_sha256.update(content)
        self._csv.write(content)

    def upload(self, files: ResultSink, prefix: str) -> Result:
        """Store the files under ``prefix`` and return the record of the result.

        Raises
        ------
        ValueError
            No row was added.
        """
        if self.rows == 0:
            raise ValueError("a result has at least one row")
        size = self._row_lines.tell()
        if self._row_offsets[-1] != size:
            self._row_offsets.append(size)
        csv_key, rows_key, cohort_key = (prefix + name for name in ("result.csv", "rows.jsonl", "cohort.json"))
        cohort_summary = self._cohort_summary.document()
        stored_files = {
            "csv_key": files.put_stream(csv_key, self._csv, self._csv.tell(), "text/csv; charset=utf-8"),
            "rows_key": files.put_stream(rows_key, self._row_lines, size, "application/x-ndjson"),
            "cohort_key": files.put_stream(
                cohort_key, io.BytesIO(cohort_summary), len(cohort_summary), "application/json"
            ),
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
                "skipped_rows": self._skipped_rows,
            },
            cohort_key=cohort_key,
            output_spec=self._output_spec,
            model_version=self._loaded.version,
            model_sha256=self._loaded.sha256,
            csv_sha256=self._csv_sha256.hexdigest(),
            files=stored_files,
        )


def _numbers(predicted: Outputs, name: str) -> _Vector:
    return np.asarray(predicted[name], float)


def _texts(predicted: Outputs, name: str) -> list[str]:
    return list(predicted[name])


def _non_empty(texts: list[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which texts are not empty, shape (n,)."""
    return np.fromiter(map(bool, texts), np.bool_, len(texts))


def _split_at_offsets(lines: list[str], rows_written: int) -> Iterator[list[str]]:
    """Split ``lines``, which follow ``rows_written`` rows, before every row whose offset must be recorded."""
    start = 0
    while start < len(lines):
        end = start + OFFSET_INTERVAL - (rows_written + start) % OFFSET_INTERVAL
        yield lines[start:end]
        start = end


def _insert_lines(lines: list[str], insertions: list[tuple[int, str]]) -> list[str]:
    """Return ``lines`` with each inserted line before the line at its index. ``insertions`` are sorted by index."""
    if not insertions:
        return lines
    merged: list[str] = []
    start = 0
    for index, line in insertions:
        merged += lines[start:index]
        merged.append(line)
        start = index
    return merged + lines[start:]
