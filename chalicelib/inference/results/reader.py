"""What came out: rows, the cohort at a glance, the download."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from chalicelib.core.errors import DomainError
from chalicelib.inference.results.result import Result
from chalicelib.inference.storage.file_store import DOWNLOAD_SECONDS, FileGoneError, FileStore

ROWS_PAGE_MAX = 1000
PAGE_BYTES_MAX = 1_500_000
"""A page of rows ends before: Lambda answers with 6 MB at most, and a row is about twice as long there."""
_BAD_ROW_PARTS = 3


class ResultExpiredError(DomainError):
    """The result's files were deleted, after their time or by their owner."""

    status = 410
    code = "result_expired"
    title = "The result is no longer stored"


class ResultReader:
    """Reads results. Whether somebody may read one is decided before (``predictions.service``)."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def rows(self, result: Result, total: int, offset: int, limit: int) -> list[dict[str, Any]]:
        """``limit`` of the ``total`` rows from row ``offset`` (0-based), as the API shows them.

        Reads only the part of the object that holds them.

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
            raise expired() from error
        skip = offset - first * result.offset_interval
        lines = islice(block.splitlines(), skip, skip + end - offset)
        return [_row(json.loads(line), result) for line in _within(lines, PAGE_BYTES_MAX)]

    def cohort(self, result: Result) -> dict[str, Any]:
        """How the years are spread, and the rows with the fewest, as the API shows them.

        Raises
        ------
        ResultExpiredError
        """
        if result.cohort_key is None:
            raise expired()
        try:
            found = json.loads(self._files.read(result.cohort_key))
        except FileGoneError as error:
            raise expired() from error
        return {**found, "summary": result.summary, "sickest": [_row(row, result) for row in found["sickest"]]}

    def download(self, result: Result, file_name: str) -> dict[str, Any]:
        """A short-lived address that downloads the result CSV as ``file_name`` (ASCII).

        Raises
        ------
        ResultExpiredError
        """
        if not self._files.exists(result.csv_key):
            raise expired()
        return {"url": self._files.download_url(result.csv_key, file_name), "expires_in": DOWNLOAD_SECONDS}


def _within(lines: Iterable[bytes], bytes_max: int) -> Iterator[bytes]:
    """The first lines that are so many bytes together, one at least."""
    taken = 0
    for line in lines:
        taken += len(line)
        if taken > bytes_max and taken > len(line):
            return
        yield line


def expired() -> ResultExpiredError:
    """The same for what its time or its owner deleted."""
    return ResultExpiredError("The files of this result are no longer stored. Please submit the patients again.")


def _row(stored: list[Any], result: Result) -> dict[str, Any]:
    """One line of the rows object, whose form is the result writer's, as the API shows it."""
    if len(stored) == _BAD_ROW_PARTS:
        return _bad_row(*stored)
    row, patient_id, years, lower, upper, upper_open, imputed, out_of_range, parts, *newer = stored
    # A result from before models were told apart ends here, one from before curves had a band ahead of the last.
    mayo_score, survival, median, ranges, measure_first, *newest = newer or (None, [], None, [], "")
    band = (newest[0] if newest else []) or [None] * (2 * len(survival))
    contributions = [
        {"column": column, "value": part} for column, part in zip(result.columns, parts, strict=True) if part
    ]
    contributions.sort(key=lambda each: -abs(each["value"]))
    missing = imputed.split(";") if imputed else []
    years_of_curve = result.output_spec.survival_years if result.output_spec else ()
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
            for year, probability, low, high in zip(years_of_curve, survival, band[::2], band[1::2], strict=True)
        ],
        "mayo_score": mayo_score,
        "imputed": missing,
        "if_measured": [
            {"column": column, "low": low, "high": high}
            for column, (low, high) in zip(missing, ranges, strict=bool(newer))
        ],
        "measure_first": measure_first or None,
        "errors": [],
        "out_of_range": [
            dict(zip(("column", "direction"), each.split(":"), strict=True))
            for each in (out_of_range.split(";") if out_of_range else ())
        ],
        "baseline": result.baseline,
        "contributions": contributions,
    }


def _bad_row(row: int, patient_id: str | None, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """A row that was skipped: nothing is said of it but why."""
    nothing = dict.fromkeys(("years", "lower", "upper", "median_years", "mayo_score", "measure_first", "baseline"))
    lists: dict[str, list[Any]] = {
        name: [] for name in ("survival", "imputed", "if_measured", "out_of_range", "contributions")
    }
    return {"row": row, "id": patient_id, **nothing, "upper_open": False, **lists, "errors": errors}
