"""The result's two files, written as the rows come: a CSV for people, JSON lines for the page."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import pandas as pd

from chalicelib.inference.files import FileStore
from chalicelib.inference.prediction import Result

MARK_ROWS = 1000
DECIMALS = 6

_Vector = np.ndarray[Any, np.dtype[np.float64]]

_CONTRIBUTION = "contribution:"
_MEMORY_BYTES_MAX = 4 * 1024 * 1024
_ESTIMATES = ("years", "lower", "upper")
_QUOTED = re.compile(r'[,"\r\n]')
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\0")


class ResultWriter:
    """Takes predicted chunks in the order of the file.

    A line of the rows object is ``[row, id, years, lower, upper, upper_open, imputed, out_of_range,
    [contributions]]``; the contributions stand in the order of ``Result.columns``, whose names are kept once.
    """

    def __init__(self, model_id: str, model_version: str) -> None:
        self._model = f"{_csv_cell(model_id)},{_csv_cell(model_version)}"
        self._csv: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._lines: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115
        self._columns: tuple[str, ...] = ()
        self._baseline = 0.0
        self._marks = [0]
        self._years: list[_Vector] = []
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

    def add(self, ids: pd.Series[str] | None, predicted: pd.DataFrame) -> None:
        """Append a chunk: the file's own IDs, if it has any, and what the model answered."""
        if self.rows == 0:
            self._begin(predicted)
        imputed, out_of_range = predicted["imputed"].tolist(), predicted["out_of_range"].tolist()
        names: Sequence[str | None] = [None] * len(predicted) if ids is None else ids.fillna("").tolist()
        rows = _RowTexts(
            ids=names,
            estimates=_joined(predicted[name].to_numpy(float) for name in _ESTIMATES),
            upper_open=predicted["upper_open"].tolist(),
            imputed=imputed,
            out_of_range=out_of_range,
            contributions=_joined(predicted[_CONTRIBUTION + name].to_numpy(float) for name in self._columns),
        )
        self._write(rows)
        self._years.append(predicted["years"].to_numpy(float).round(DECIMALS))
        self._imputed_rows += sum(map(bool, imputed))
        self._out_of_range_rows += sum(map(bool, out_of_range))

    def _begin(self, predicted: pd.DataFrame) -> None:
        self._columns = tuple(
            name.removeprefix(_CONTRIBUTION) for name in predicted.columns if name.startswith(_CONTRIBUTION)
        )
        self._baseline = round(float(predicted["baseline"].iloc[0]), DECIMALS)
        header = [
            "row", "ID", "years", "lower_80", "upper_80", "upper_is_open", "imputed", "out_of_range",
            "baseline_years", *(f"{name}_years" for name in self._columns), "model", "model_version",
        ]  # fmt: skip
        self._csv.write((",".join(map(_csv_cell, header)) + "\n").encode())

    def _write(self, rows: _RowTexts) -> None:
        first = self.rows + 1
        json_lines = list(rows.json_lines(first))
        for block in _blocks(json_lines, self.rows):
            self._lines.write("".join(block).encode())
            self.rows += len(block)
            if self.rows % MARK_ROWS == 0:
                self._marks.append(self._lines.tell())
        self._csv.write("".join(rows.csv_lines(first, repr(self._baseline), self._model)).encode())

    def upload(self, files: FileStore, csv_key: str, rows_key: str) -> Result:
        """Put both files into S3 and say where they are and what they hold."""
        if self.rows == 0:
            raise ValueError("a result has at least one row")
        size = self._lines.tell()
        if self._marks[-1] != size:
            self._marks.append(size)
        files.put_stream(csv_key, self._csv, self._csv.tell(), "text/csv; charset=utf-8")
        files.put_stream(rows_key, self._lines, size, "application/x-ndjson")
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


@dataclass(frozen=True, slots=True)
class _RowTexts:
    """A chunk's rows, each value a text once for both files: numbers look the same in CSV and in JSON.

    ``estimates`` and ``contributions`` are a row's numbers, joined by commas. Written by hand because the numbers
    take most of the time: the csv and json modules would each spell them anew.
    """

    ids: Sequence[str | None]
    estimates: list[str]
    upper_open: list[bool]
    imputed: list[str]
    out_of_range: list[str]
    contributions: list[str]

    def json_lines(self, first: int) -> Iterator[str]:
        """The lines of the rows object; the rows count from ``first``."""
        ids = ("null" if each is None else _json_text(each) for each in self.ids)
        imputed, out_of_range = _each_once(_json_text, self.imputed), _each_once(_json_text, self.out_of_range)
        rows = zip(ids, self.estimates, self.upper_open, imputed, out_of_range, self.contributions, strict=True)
        for row, (name, estimates, is_open, missing, beyond, parts) in enumerate(rows, first):
            yield f"[{row},{name},{estimates},{'true' if is_open else 'false'},{missing},{beyond},[{parts}]]\n"

    def csv_lines(self, first: int, baseline: str, model: str) -> Iterator[str]:
        """The lines of the CSV."""
        ids = ("" if each is None else _csv_cell(_harmless(each)) for each in self.ids)
        imputed, out_of_range = _each_once(_csv_cell, self.imputed), _each_once(_csv_cell, self.out_of_range)
        rows = zip(ids, self.estimates, self.upper_open, imputed, out_of_range, self.contributions, strict=True)
        for row, (name, estimates, is_open, missing, beyond, parts) in enumerate(rows, first):
            opened = "yes" if is_open else "no"
            yield f"{row},{name},{estimates},{opened},{missing},{beyond},{baseline},{parts},{model}\n"


def _joined(columns: Iterable[_Vector]) -> list[str]:
    """The numbers of each row, joined by commas."""
    return list(map(",".join, zip(*map(_numbers, columns), strict=True)))


def _numbers(values: _Vector) -> list[str]:
    """Each number as text, to DECIMALS. A lab has few distinct values, and each is spelt once."""
    rounded = values.round(DECIMALS) + 0.0  # plus zero turns the -0.0 of an unused column into 0.0
    places, distinct = pd.factorize(rounded, use_na_sentinel=False)
    return list(map(list(map(repr, distinct.tolist())).__getitem__, places.tolist()))


def _each_once(spell: Callable[[str], str], texts: list[str]) -> Iterator[str]:
    return map({text: spell(text) for text in set(texts)}.__getitem__, texts)


_json_text = json.JSONEncoder(ensure_ascii=False).encode


def _csv_cell(text: str) -> str:
    """A cell as RFC 4180 quotes it."""
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _blocks(lines: list[str], done: int) -> Iterator[list[str]]:
    """``lines`` cut where a mark is due."""
    start = 0
    while start < len(lines):
        end = start + MARK_ROWS - (done + start) % MARK_ROWS
        yield lines[start:end]
        start = end


def _harmless(text: str) -> str:
    """A text cell that a spreadsheet won't take for a formula (OWASP, "CSV Injection"). Numbers stay."""
    if not text.startswith(_RISKY):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text
