"""The preview of a checked file: its header, its first rows and its first bad rows."""

from collections.abc import Mapping
from typing import Any

from chalicelib.inference.patient_file.cells import VALUE_SHOWN_MAX
from chalicelib.inference.patient_file.headings import HEADING_CHARACTERS_MAX
from chalicelib.inference.patient_file.row_batch import Row, RowBatch

FIRST_ROWS = 5
BAD_ROWS_SHOWN_MAX = 20
COLUMNS_SHOWN_MAX = 30


class Preview:
    """Collects the header and rows to be shown while a file is checked. Long cells are cut."""

    def __init__(self) -> None:
        self._header: Row = []
        self._shown: list[int] = []
        self._columns: dict[int, dict[str, Any]] = {}
        self._suggested: Mapping[int, str] = {}
        self._rows: dict[int, list[str]] = {}
        self._bad = 0

    def add_header(self, header: Row, used: Mapping[int, str], suggested: Mapping[int, str]) -> None:
        """Choose the columns to show. If there are too many, used columns and those with a suggestion go first.

        ``used`` and ``suggested`` map the index of a heading to the name of the column that it is or may be.
        """
        others = [index for index, cell in enumerate(header) if index not in used and index not in suggested and cell]
        self._header, self._suggested = header, suggested
        self._shown = sorted([*used, *suggested, *others][:COLUMNS_SHOWN_MAX])
        self._columns = {index: {"column": name} for index, name in used.items()}

    def describe_column(self, index: int, *, unit: str | None, texts: list[str]) -> None:
        """Add the unit of a used column, and the different texts of a category."""
        self._columns[index] |= {"unit": unit, "texts": texts}

    def add_first_rows(self, batch: RowBatch, rows_before: int) -> None:
        """Keep those rows of ``batch`` that are among the first of the file. ``rows_before`` rows precede the batch."""
        for number, row in enumerate(batch.first(max(0, FIRST_ROWS - rows_before)), rows_before + 1):
            self._keep(number, row)

    def add_bad_row(self, number: int, row: Row) -> None:
        """Keep a bad row, unless enough are kept. ``number`` counts from 1."""
        self._bad += 1
        if self._bad <= BAD_ROWS_SHOWN_MAX:
            self._keep(number, row)

    def _keep(self, number: int, row: Row) -> None:
        self._rows[number] = [row[index].strip()[:VALUE_SHOWN_MAX] if index < len(row) else "" for index in self._shown]

    def document(self) -> dict[str, Any]:
        """Return the preview as the API shows it: the columns in the file's order, and the rows by number."""
        return {
            "columns": [self._column(index) for index in self._shown],
            "rows": [{"row": number, "cells": cells} for number, cells in sorted(self._rows.items())],
        }

    def _column(self, index: int) -> dict[str, Any]:
        return {
            "header": self._header[index][:HEADING_CHARACTERS_MAX],
            "column": None,
            "unit": None,
            "suggestion": self._suggested.get(index),
            "texts": [],
            **self._columns.get(index, {}),
        }
