"""The result's two files, written as the rows come: a CSV for people, JSON lines for the page."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import pandas as pd

from chalicelib.inference.files import FileStore
from chalicelib.inference.prediction import Result

MARK_ROWS = 1000
DECIMALS = 6

_CONTRIBUTION = "contribution:"
_MEMORY_BYTES_MAX = 4 * 1024 * 1024
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\0")


class ResultWriter:
    """Takes predicted chunks in the order of the file.

    A line of the rows object is ``[row, id, years, lower, upper, upper_open, imputed, out_of_range,
    [contributions]]``; the contributions stand in the order of ``Result.columns``, whose names are kept once.
    """

    def __init__(self, model_id: str, model_version: str) -> None:
        self._model = (model_id, model_version)
        self._csv_bytes = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._rows_bytes = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._csv_text = io.TextIOWrapper(
            cast("io.BufferedRandom", self._csv_bytes), "utf-8", newline="", write_through=True
        )
        self._csv = csv.writer(self._csv_text, lineterminator="\n")
        self._columns: tuple[str, ...] = ()
        self._baseline = 0.0
        self._marks = [0]
        self._years: list[np.ndarray[Any, np.dtype[np.float64]]] = []
        self._imputed_rows = 0
        self._out_of_range_rows = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._csv_text.close()
        self._rows_bytes.close()

    def add(self, ids: pd.Series[str] | None, predicted: pd.DataFrame) -> None:
        """Append a chunk: the file's own IDs, if it has any, and what the model answered."""
        if self.rows == 0:
            self._begin(predicted)
        numbers = predicted[["years", "lower", "upper"]].to_numpy(float).round(DECIMALS)
        # Plus zero turns the -0.0 of an unused column into 0.0.
        parts = predicted[[_CONTRIBUTION + name for name in self._columns]].to_numpy(float).round(DECIMALS) + 0.0
        names = [None] * len(predicted) if ids is None else ids.fillna("").tolist()
        imputed, out_of_range = predicted["imputed"].tolist(), predicted["out_of_range"].tolist()
        rows = zip(
            range(self.rows + 1, self.rows + len(predicted) + 1),
            names,
            *numbers.T.tolist(),
            predicted["upper_open"].tolist(),
            imputed,
            out_of_range,
            parts.tolist(),
            strict=True,
        )
        self._write([list(row) for row in rows])
        self._years.append(numbers[:, 0])
        self._imputed_rows += sum(map(bool, imputed))
        self._out_of_range_rows += sum(map(bool, out_of_range))

    def _begin(self, predicted: pd.DataFrame) -> None:
        self._columns = tuple(
            name.removeprefix(_CONTRIBUTION) for name in predicted.columns if name.startswith(_CONTRIBUTION)
        )
        self._baseline = round(float(predicted["baseline"].iloc[0]), DECIMALS)
        self._csv.writerow(
            [
                "row", "ID", "years", "lower_80", "upper_80", "upper_is_open", "imputed", "out_of_range",
                "baseline_years", *(f"{name}_years" for name in self._columns), "model", "model_version",
            ]
        )  # fmt: skip

    def _write(self, rows: list[list[Any]]) -> None:
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        for block in _blocks(rows, self.rows):
            self._rows_bytes.write("".join(encode(row) + "\n" for row in block).encode())
            self.rows += len(block)
            if self.rows % MARK_ROWS == 0:
                self._marks.append(self._rows_bytes.tell())
        self._csv.writerows(
            [
                row[0], _harmless(row[1]), *row[2:5], "yes" if row[5] else "no", row[6], row[7], self._baseline,
                *row[8], *self._model,
            ]
            for row in rows
        )  # fmt: skip

    def upload(self, files: FileStore, csv_key: str, rows_key: str) -> Result:
        """Put both files into S3 and say where they are and what they hold."""
        if self.rows == 0:
            raise ValueError("a result has at least one row")
        self._csv_text.flush()
        size = self._rows_bytes.tell()
        if self._marks[-1] != size:
            self._marks.append(size)
        files.put_stream(csv_key, self._csv_bytes, self._csv_bytes.tell(), "text/csv; charset=utf-8")  # type: ignore[arg-type]
        files.put_stream(rows_key, self._rows_bytes, size, "application/x-ndjson")  # type: ignore[arg-type]
        years = np.concatenate(self._years)
        return Result(
            csv_key=csv_key,
            rows_key=rows_key,
            columns=self._columns,
            baseline=self._baseline,
            mark_rows=MARK_ROWS,
            marks=tuple(self._marks),
            output=float(years[0]),
            summary={
                "rows": self.rows,
                "mean_years": round(float(years.mean()), 3),
                "median_years": round(float(np.median(years)), 3),
                "minimum_years": round(float(years.min()), 3),
                "maximum_years": round(float(years.max()), 3),
                "imputed_rows": self._imputed_rows,
                "out_of_range_rows": self._out_of_range_rows,
            },
        )


def _blocks(rows: list[list[Any]], done: int) -> Iterator[list[list[Any]]]:
    """``rows`` cut where a mark is due."""
    start = 0
    while start < len(rows):
        end = start + MARK_ROWS - (done + start) % MARK_ROWS
        yield rows[start:end]
        start = end


def _harmless(text: str | None) -> str | None:
    """A text cell that a spreadsheet won't take for a formula (OWASP, "CSV Injection"). Numbers stay."""
    if not text or not text.startswith(_RISKY):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text
