"""The preview of a checked file: its header, its first rows and its first bad rows."""

from typing import Any

from chalicelib.inference.patient_file.cells import VALUE_SHOWN_MAX
from chalicelib.inference.patient_file.csv_reader import Row

FIRST_ROWS = 5
BAD_ROWS_SHOWN_MAX = 20
COLUMNS_SHOWN_MAX = 30


class Preview:
    """Collects the header and rows to be shown while a file is checked. Long cells are cut."""

    def __init__(self) -> None:
        self._columns: list[tuple[int, str, str | None]] = []
        self._rows: dict[int, list[str]] = {}
        self._bad = 0

    def add_header(self, header: Row, used: dict[int, str]) -> None:
        """Choose the columns to show. If there are too many, used columns go first.

        ``used`` maps the index of each used column in ``header`` to the column's name.
        """
        unused = [index for index, cell in enumerate(header) if index not in used and cell]
        shown = sorted([*used, *unused][:COLUMNS_SHOWN_MAX])
        self._columns = [(index, header[index], used.get(index)) for index in shown]

    def add_first_rows(self, batch: list[Row], rows_before: int) -> None:
        """Keep those rows of ``batch`` that are among the first of the file. ``rows_before`` rows precede the batch."""
        for number, row in enumerate(batch[: max(0, FIRST_ROWS - rows_before)], rows_before + 1):
            self._keep(number, row)

    def add_bad_row(self, number: int, row: Row) -> None:
        """Keep a bad row, unless enough are kept. ``number`` counts from 1."""
        self._bad += 1
        if self._bad <= BAD_ROWS_SHOWN_MAX:
            self._keep(number, row)

    def _keep(self, number: int, row: Row) -> None:
        self._rows[number] = [
            row[index].strip()[:VALUE_SHOWN_MAX] if index < len(row) else "" for index, _, _ in self._columns
        ]

    def document(self) -> dict[str, Any]:
        """Return the preview as the API shows it: the columns in the file's order, and the rows by number."""
        return {
            "columns": [{"header": header[:VALUE_SHOWN_MAX], "column": name} for _, header, name in self._columns],
            "rows": [{"row": number, "cells": cells} for number, cells in sorted(self._rows.items())],
        }
