"""Read the stored results: pages of rows, the cohort summary, and the download URL of the CSV."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from chalicelib.core.errors import DomainError
from chalicelib.inference.results import json_rows
from chalicelib.inference.results.cohort import cohort_of
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.row_codec import Cells, RowCodec, is_skipped, read_rows
from chalicelib.inference.storage.file_store import DOWNLOAD_SECONDS, FileGoneError, FileStore

ROWS_PAGE_MAX = 1000
PAGE_BYTES_MAX = 1_500_000
"""Limit for the stored rows of one page. Lambda's responses are limited to 6 MB, and a row in the response is about
twice as long as the stored one."""


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

        The page is shorter if its rows exceed PAGE_BYTES_MAX. Only the needed parts of the files are read.

        Raises
        ------
        ResultExpiredError
        """
        end = min(offset + limit, total)
        if offset >= end:
            return []
        first = offset // result.offset_interval
        last = -(-end // result.offset_interval)
        skip = offset - first * result.offset_interval
        if result.has_json_rows:
            block = self._read_range(result.rows_key, result.row_offsets[first], result.row_offsets[last])
            lines = islice(block.splitlines(), skip, skip + end - offset)
            return [json_rows.row_document(json.loads(line), result) for line in _first_rows(lines, len)]
        rows = islice(self._csv_rows(result, first, last), skip, skip + end - offset)
        codec = _codec_of(result)
        return [
            codec.document(cells, json.loads(bad_row)["errors"] if bad_row else None)
            for cells, bad_row in _first_rows(rows, lambda row: sum(map(len, row[0].values())) + len(row[1]))
        ]

    def _csv_rows(self, result: Result, first: int, last: int) -> Iterator[tuple[Cells, bytes]]:
        """Return the rows between two row offsets. A skipped row comes with its line in the file of bad rows."""
        offsets = result.row_offsets
        header = self._read_range(result.csv_key, 0, offsets[0]) if first else b""
        block = self._read_range(result.csv_key, offsets[first] if first else 0, offsets[last])
        bad_rows: list[bytes] = []
        if result.bad_rows and result.bad_rows.offsets[first] < result.bad_rows.offsets[last]:
            start, end = (result.bad_rows.offsets[index] for index in (first, last))
            bad_rows = self._read_range(result.bad_rows.key, start, end).splitlines()
        next_bad_row = iter(bad_rows).__next__
        return ((row, next_bad_row() if is_skipped(row) else b"") for row in read_rows((header + block).decode()))

    def cohort_summary(self, result: Result) -> dict[str, Any]:
        """Return the distribution of the years and the rows with the lowest estimates, in the API's format.

        Raises
        ------
        ResultExpiredError
        """
        if result.cohort_key is None:
            if result.has_json_rows:  # of a release that stored no summary
                raise result_expired()
            csv = self._read_range(result.csv_key, 0, result.row_offsets[-1])
            horizon_years = _codec_of(result).output_spec.horizon_years
            return {**cohort_of(_predicted_rows(csv.decode(), result), horizon_years), "summary": result.summary}
        stored = json.loads(self._read(result.cohort_key))
        if result.has_json_rows:
            lowest_estimates = [json_rows.row_document(row, result) for row in stored["sickest"]]
        else:
            lowest_estimates = _predicted_rows(stored.pop("lowest_estimates"), result)
        return {**stored, "sickest": lowest_estimates, "summary": result.summary}

    def download(self, result: Result, file_name: str) -> dict[str, Any]:
        """Return a short-lived URL that downloads the result CSV as ``file_name`` (ASCII).

        Raises
        ------
        ResultExpiredError
        """
        if not self._files.exists(result.csv_key):
            raise result_expired()
        return {"url": self._files.download_url(result.csv_key, file_name), "expires_in": DOWNLOAD_SECONDS}

    def _read(self, key: str) -> bytes:
        with _translate_errors():
            return self._files.read(key)

    def _read_range(self, key: str, start: int, end: int) -> bytes:
        with _translate_errors():
            return self._files.read_range(key, start, end)


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except FileGoneError as error:
        raise result_expired() from error


def _first_rows[Row](rows: Iterable[Row], size_of: Callable[[Row], int]) -> Iterator[Row]:
    """Yield the first rows, up to PAGE_BYTES_MAX bytes in total, and at least one row."""
    total = 0
    for row in rows:
        size = size_of(row)
        total += size
        if size < total > PAGE_BYTES_MAX:
            return
        yield row


def _codec_of(result: Result) -> RowCodec:
    if result.output_spec is None:
        raise ValueError("only a result with JSON rows can lack an output specification")
    return RowCodec(result.output_spec, result.columns)


def _predicted_rows(csv: str, result: Result) -> list[dict[str, Any]]:
    """Return the rows of a part of the CSV in the API's format, without skipped ones."""
    codec = _codec_of(result)
    return [codec.document(cells, None) for cells in read_rows(csv) if not is_skipped(cells)]


def result_expired() -> ResultExpiredError:
    """Return the same error for a result that has expired and for one that its owner deleted."""
    return ResultExpiredError("The files of this result are no longer stored. Please submit the patients again.")
