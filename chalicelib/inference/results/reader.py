"""Read the stored results: pages of rows, the cohort summary, and the download URL of the CSV."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from chalicelib.core.errors import DomainError
from chalicelib.inference.results.result import Result
from chalicelib.inference.storage.file_store import DOWNLOAD_SECONDS, FileGoneError, FileStore

ROWS_PAGE_MAX = 1000
PAGE_BYTES_MAX = 1_500_000
"""Limit for the stored rows of one page. Lambda's responses are limited to 6 MB, and a row in the response is about
twice as long as the stored one."""
_BAD_ROW_FIELDS = 3
_LATER_FIELDS: tuple[Any, ...] = (None, [], None, [], "", [], [])
"""What a row has instead of the fields after the contributions. Results of older releases lack some or all of them."""


class ResultExpiredError(DomainError):
    """The result's files have expired or were deleted by their owner."""

    status = 410
    code = "result_expired"
    title = "The result is no longer stored"


class ResultReader:
    """Reads results. The caller checks whether the user may read them (``predictions.service``)."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def rows(self, result: Result, total: int, offset: int, limit: int) -> list[dict[str, Any]]:
        """Return up to ``limit`` of the ``total`` rows, starting at row ``offset`` (0-based), in the API's format.

        The page is shorter if its rows exceed PAGE_BYTES_MAX. Only the needed part of the rows file is read.

        Raises
        ------
        ResultExpiredError
        """
        end = min(offset + limit, total)
        if offset >= end:
            return []
        first = offset // result.offset_interval
        last = -(-end // result.offset_interval)
        try:
            block = self._files.read_range(result.rows_key, result.row_offsets[first], result.row_offsets[last])
        except FileGoneError as error:
            raise result_expired() from error
        skip = offset - first * result.offset_interval
        lines = islice(block.splitlines(), skip, skip + end - offset)
        return [row_document(json.loads(line), result) for line in _first_lines(lines, PAGE_BYTES_MAX)]

    def cohort_summary(self, result: Result) -> dict[str, Any]:
        """Return the distribution of the years and the rows with the lowest estimates, in the API's format.

        Raises
        ------
        ResultExpiredError
        """
        if result.cohort_key is None:
            raise result_expired()
        try:
            stored = json.loads(self._files.read(result.cohort_key))
        except FileGoneError as error:
            raise result_expired() from error
        lowest_estimates = [row_document(row, result) for row in stored["sickest"]]
        return {**stored, "summary": result.summary, "sickest": lowest_estimates}

    def download(self, result: Result, file_name: str) -> dict[str, Any]:
        """Return a short-lived URL that downloads the result CSV as ``file_name`` (ASCII).

        Raises
        ------
        ResultExpiredError
        """
        if not self._files.exists(result.csv_key):
            raise result_expired()
        return {"url": self._files.download_url(result.csv_key, file_name), "expires_in": DOWNLOAD_SECONDS}


def _first_lines(lines: Iterable[bytes], bytes_max: int) -> Iterator[bytes]:
    """Yield the first lines, up to ``bytes_max`` bytes in total, and at least one line."""
    total = 0
    for line in lines:
        total += len(line)
        if total > bytes_max and total > len(line):
            return
        yield line


def result_expired() -> ResultExpiredError:
    """Return the same error for a result that has expired and for one that its owner deleted."""
    return ResultExpiredError("The files of this result are no longer stored. Please submit the patients again.")


def row_document(stored_row: list[Any], result: Result) -> dict[str, Any]:
    """Convert a line of the rows file to the API's format. ``ResultWriter`` defines the fields of a line."""
    if len(stored_row) == _BAD_ROW_FIELDS:
        return _bad_row_document(*stored_row)
    row, patient_id, years, lower, upper, upper_open, imputed, out_of_range, values, *later_fields = stored_row
    mayo_score, survival, median, ranges, measure_first, stored_band, imputed_values = (
        *later_fields,
        *_LATER_FIELDS[len(later_fields) :],
    )
    band = stored_band or [None] * (2 * len(survival))
    contributions = [
        {"column": column, "value": value} for column, value in zip(result.columns, values, strict=True) if value
    ]
    contributions.sort(key=lambda contribution: -abs(contribution["value"]))
    imputed_columns = imputed.split(";") if imputed else []
    survival_years = result.output_spec.survival_years if result.output_spec else ()
    return {
        "row": row,
        "id": patient_id,
        "years": years,
        "lower": lower,
        "upper": upper,
        "upper_open": upper_open,
        "median_years": median,
        "survival": [
            {"years": year, "probability": probability, "lower": low, "upper": high}
            for year, probability, low, high in zip(survival_years, survival, band[::2], band[1::2], strict=True)
        ],
        "mayo_score": mayo_score,
        "imputed": imputed_columns,
        "imputed_values": [
            {"column": column, "value": value}
            for column, value in zip(imputed_columns, imputed_values, strict=bool(imputed_values))
        ],
        "if_measured": [
            {"column": column, "low": low, "high": high}
            for column, (low, high) in zip(imputed_columns, ranges, strict=bool(later_fields))
        ],
        "measure_first": measure_first or None,
        "errors": [],
        "out_of_range": [
            dict(zip(("column", "direction"), entry.split(":"), strict=True))
            for entry in (out_of_range.split(";") if out_of_range else ())
        ],
        "baseline": result.baseline,
        "contributions": contributions,
    }


def _bad_row_document(row: int, patient_id: str | None, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a skipped row in the API's format: it has no estimates, only the findings."""
    missing = dict.fromkeys(("years", "lower", "upper", "median_years", "mayo_score", "measure_first", "baseline"))
    empty_lists: dict[str, list[Any]] = {
        name: [] for name in ("survival", "imputed", "imputed_values", "if_measured", "out_of_range", "contributions")
    }
    return {"row": row, "id": patient_id, **missing, "upper_open": False, **empty_lists, "errors": errors}
