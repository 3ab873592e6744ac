"""Write the files of a result while its rows are predicted: the CSV and, if they are needed, two more files.

- ``bad.jsonl``: the findings of skipped rows.
- ``cohort.json``: the cohort summary of a result of more than SMALL_RESULT_ROWS rows.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np

from chalicelib.inference.models.base import LoadedModel, Outputs, Patients
from chalicelib.inference.results.cohort import SMALL_RESULT_ROWS
from chalicelib.inference.results.number_texts import DECIMALS, Vector, number_texts
from chalicelib.inference.results.result import BadRowsFile, Result
from chalicelib.inference.results.row_codec import RowCodec, model_cells
from chalicelib.inference.results.schemas import Summary
from chalicelib.inference.results.summary import CohortSummary
from chalicelib.inference.storage.file_store import StoredObject

OFFSET_INTERVAL = 1000
"""Rows between two recorded row offsets."""

_CONTRIBUTION = "contribution:"
_MEMORY_BYTES_MAX = 4 * 1024 * 1024


class ResultSink(Protocol):
    """Stores the files of a result: a ``FileStore``, or a sink in memory when a receipt is verified."""

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> StoredObject:
        """Store the first ``size`` bytes of ``stream``. Return their size and ETag."""


class ResultWriter:
    """Writes the files of a result from predicted chunks, which must come in file order.

    ``bad_rows`` are the lines of the list of bad rows, as the check wrote them. With ``keeps_values`` the CSV also has
    the patients' values in the columns of the model.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        bad_rows: Iterator[dict[str, Any]] = iter(()),  # noqa: B008 - it is empty
        *,
        keeps_values: bool = False,
    ) -> None:
        self._loaded = loaded
        self._bad_rows = bad_rows
        self._next_bad_row = next(bad_rows, None)
        self._model = model_cells(loaded.id, loaded.version)
        output_spec = loaded.model.output_spec
        self._codec = RowCodec(output_spec, (), keeps_values)
        self._survival = [f"survival:{year}" for year in output_spec.survival_years]
        self._csv: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._bad_file: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._baseline = 0.0
        self._row_offsets: list[int] = []
        self._bad_offsets: list[int] = []
        self._csv_sha256 = hashlib.sha256()
        self._cohort_summary = CohortSummary(output_spec.horizon_years, len(self._survival))
        self._years: list[Vector] = []
        self._skipped_rows = 0
        self._imputed_rows = 0
        self._out_of_range_rows = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._csv.close()
        self._bad_file.close()

    def add(self, ids: Iterable[str] | None, patients: Patients, predicted: Outputs, mayo_score: Vector) -> None:
        """Append a chunk of n rows.

        ``ids``: the IDs in the file, None if it has none. ``patients`` and ``predicted``: see ``Model.predict``.
        ``mayo_score``: the published Mayo score, shape (n,).
        """
        if self.rows == 0:
            self._write_header(predicted)
        bad_rows, row_numbers = self._number_rows(len(mayo_score))
        lines = self._codec.lines(row_numbers, ids, predicted, mayo_score, self._model, number_texts, patients)
        self._summarise(predicted, lines)
        self._write_rows(lines, bad_rows)

    def finish(self) -> None:
        """Append the bad rows that come after the last predicted row."""
        self._write_rows([], [(0, bad_row) for bad_row in self._take_bad_rows(None)])

    def _write_header(self, predicted: Outputs) -> None:
        columns = tuple(name.removeprefix(_CONTRIBUTION) for name in predicted if name.startswith(_CONTRIBUTION))
        self._codec = replace(self._codec, columns=columns)
        self._baseline = round(float(_numbers(predicted, "baseline")[0]), DECIMALS)
        self._write_csv(self._codec.header_line)
        self._record_offsets()

    def _summarise(self, predicted: Outputs, lines: list[str]) -> None:
        years, *curve = (_numbers(predicted, name).round(DECIMALS) for name in ("years", *self._survival))
        imputed, out_of_range = (np.array(list(map(bool, predicted[name]))) for name in ("imputed", "out_of_range"))
        self._cohort_summary.add(years, curve, imputed, out_of_range, lines)
        self._years.append(years)
        self._imputed_rows += int(imputed.sum())
        self._out_of_range_rows += int(out_of_range.sum())

    def _number_rows(self, count: int) -> tuple[list[tuple[int, dict[str, Any]]], Iterable[int]]:
        """Return the bad rows between the next ``count`` predicted rows, and the numbers of the predicted rows.

        Each bad row comes with the index of the predicted row that it precedes.
        """
        next_number = self.rows + 1
        bad_rows: list[tuple[int, dict[str, Any]]] = []
        numbers: list[int] = []
        while self._next_bad_row and len(numbers) < count:
            for bad_row in self._take_bad_rows(next_number):
                bad_rows.append((len(numbers), bad_row))
                next_number += 1
            numbers.append(next_number)
            next_number += 1
        return bad_rows, [*numbers, *range(next_number, next_number + count - len(numbers))]

    def _take_bad_rows(self, row: int | None) -> Iterator[dict[str, Any]]:
        """Yield the consecutive bad rows that start at row number ``row``, or all remaining ones if it is None."""
        while self._next_bad_row is not None and (row is None or self._next_bad_row["row"] == row):
            yield self._next_bad_row
            row = None if row is None else row + 1
            self._next_bad_row = next(self._bad_rows, None)
            self._skipped_rows += 1

    def _write_rows(self, lines: list[str], bad_rows: list[tuple[int, dict[str, Any]]]) -> None:
        """Append the lines, with each bad row before the line at its index, and record offsets between them."""
        insertions = [(index, self._codec.skipped_line(bad_row, self._model)) for index, bad_row in bad_rows]
        findings = deque(bad_row for _, bad_row in bad_rows)
        for block in _split_at_offsets(_insert_lines(lines, insertions), self.rows):
            self._write_csv("".join(block))
            self.rows += len(block)
            while findings and findings[0]["row"] <= self.rows:
                line = json.dumps(findings.popleft(), ensure_ascii=False, separators=(",", ":"))
                self._bad_file.write(f"{line}\n".encode())
            if self.rows % OFFSET_INTERVAL == 0:
                self._record_offsets()

    def _write_csv(self, text: str) -> None:
        content = text.encode()
        self._csv_sha256.update(content)
        self._csv.write(content)

    def _record_offsets(self) -> None:
        self._row_offsets.append(self._csv.tell())
        self._bad_offsets.append(self._bad_file.tell())

    def upload(self, files: ResultSink, prefix: str) -> Result:
        """Store the files under ``prefix`` and return the record of the result.

        Raises
        ------
        ValueError
            No row was added.
        """
        if self.rows == 0:
            raise ValueError("a result has at least one row")
        if self.rows % OFFSET_INTERVAL:
            self._record_offsets()
        csv_key, bad_key, cohort_key = (prefix + name for name in ("result.csv", "bad.jsonl", "cohort.json"))
        stored = files.put_stream(csv_key, self._csv, self._csv.tell(), "text/csv; charset=utf-8")
        # After a rollback, the audit of an older release expects both names.
        stored_files = {"csv_key": stored, "rows_key": stored}
        if self._skipped_rows:
            size = self._bad_file.tell()
            stored_files["bad_rows_key"] = files.put_stream(bad_key, self._bad_file, size, "application/x-ndjson")
        if self.rows > SMALL_RESULT_ROWS:
            summary = self._cohort_summary.document(self._codec.header_line)
            stream = io.BytesIO(summary)
            stored_files["cohort_key"] = files.put_stream(cohort_key, stream, len(summary), "application/json")
        return Result(
            csv_key=csv_key,
            rows_key=csv_key,
            columns=self._codec.columns,
            baseline=self._baseline,
            offset_interval=OFFSET_INTERVAL,
            row_offsets=tuple(self._row_offsets),
            output=float(self._years[0][0]),
            summary=self._summary(),
            cohort_key=cohort_key if "cohort_key" in stored_files else None,
            output_spec=self._codec.output_spec,
            model_version=self._loaded.version,
            model_sha256=self._loaded.sha256,
            csv_sha256=self._csv_sha256.hexdigest(),
            files=stored_files,
            bad_rows=BadRowsFile(bad_key, tuple(self._bad_offsets)) if self._skipped_rows else None,
        )

    def _summary(self) -> Summary:
        years = np.concatenate(self._years)
        return {
            "rows": self.rows,
            "mean_years": round(float(years.mean()), 3),
            "median_years": round(float(np.median(years)), 3),
            "minimum_years": round(float(years.min()), 3),
            "maximum_years": round(float(years.max()), 3),
            "imputed_rows": self._imputed_rows,
            "out_of_range_rows": self._out_of_range_rows,
            "skipped_rows": self._skipped_rows,
        }


def _numbers(predicted: Outputs, name: str) -> Vector:
    return np.asarray(predicted[name], float)


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
