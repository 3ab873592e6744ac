"""Upper limit of the disk space that the worker needs for one prediction, in bytes."""

from chalicelib.inference.patient_file.csv_reader import BATCH_ROWS
from chalicelib.inference.patient_file.row_checker import BAD_ROWS_MAX

ROW_BYTES_MAX = 900
"""Bytes of a predicted row in result.csv without its ID, plus the growth of the canonical CSV by converted units. A
test measures the widest rows of every model."""

BAD_ROW_BYTES_MAX = 5500
"""Bytes of a skipped row: its findings are in the check's list of bad rows, in result.csv and in bad.jsonl."""

_COPIES_BYTES = 7
"""Bytes on the disk for each byte of the submitted file: one in its copy, and three in each of the canonical CSV and
result.csv. Both contain the IDs, and a byte of Windows-1251 becomes up to three bytes of UTF-8."""


def worker_disk_bytes(rows: int, upload_bytes: int) -> int:
    """Return the most bytes that a file of ``upload_bytes`` bytes with ``rows`` rows needs on the worker's disk."""
    bad_rows = BAD_ROWS_MAX + BATCH_ROWS  # the check stops at the end of a batch
    return _COPIES_BYTES * upload_bytes + rows * ROW_BYTES_MAX + bad_rows * BAD_ROW_BYTES_MAX
