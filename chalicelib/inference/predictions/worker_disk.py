"""How much of its disk the worker fills with one prediction, at most."""

from chalicelib.inference.patient_file.csv_reader import BATCH_ROWS
from chalicelib.inference.patient_file.validator import BAD_ROWS_MAX

ROW_BYTES_MAX = 1250
"""Of a predicted row without its ID: in result.csv and rows.jsonl together, and what converted units add to the
canonical CSV. A test measures the widest rows of every model."""

BAD_ROW_BYTES_MAX = 5500
"""Of a skipped row: its findings stand in the list of bad rows, in result.csv and in rows.jsonl."""

_COPIES_BYTES = 10
"""Bytes on the disk for each byte of the file: one in its copy, three in each of the canonical CSV, result.csv and
rows.jsonl. An ID is in all of them, and a byte of Windows-1251 becomes up to three of UTF-8."""


def worker_disk_bytes(rows: int, upload_bytes: int) -> int:
    """Return how many bytes a file of ``upload_bytes`` with ``rows`` rows takes on the worker's disk, at most."""
    bad_rows = BAD_ROWS_MAX + BATCH_ROWS  # the check stops at the end of a batch
    return _COPIES_BYTES * upload_bytes + rows * ROW_BYTES_MAX + bad_rows * BAD_ROW_BYTES_MAX
