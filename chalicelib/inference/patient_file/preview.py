"""A look at a file as it was read: its header, its first rows, and the first of those that are wrong."""

from typing import Any

from chalicelib.inference.patient_file.cells import VALUE_SHOWN_MAX
from chalicelib.inference.patient_file.csv_reader import Row

FIRST_ROWS = 5
BAD_ROWS_SHOWN_MAX = 20
COLUMNS_SHOWN_MAX = 30


class Preview:
    """Takes what the check comes past; cells are cut to what can be shown."""

    def __init__(self) -> None:
        self._columns: list[tuple[int, str, str | None]] = []
        self._rows: dict[int, list[str]] = {}
        self._bad = 0

    def take_header(self, header: Row, used: dict[int, str]) -> None:
        """``used``: the names of the columns that are read, by their place in ``header``. They go before the others,
        if not all can be shown."""
        others = [place for place, cell in enumerate(header) if place not in used and cell]
        shown = sorted([*used, *others][:COLUMNS_SHOWN_MAX])
        self._columns = [(place, header[place], used.get(place)) for place in shown]

    def take_first(self, batch: list[Row], rows_before: int) -> None:
        """``batch`` begins after so many rows."""
        for number, row in enumerate(batch[: max(0, FIRST_ROWS - rows_before)], rows_before + 1):
            self._keep(number, row)

    def take_bad(self, number: int, row: Row) -> None:
        """The row of this number, counted from 1, is wrong."""
        self._bad += 1
        if self._bad <= BAD_ROWS_SHOWN_MAX:
            self._keep(number, row)

    def _keep(self, number: int, row: Row) -> None:
        self._rows[number] = [
            row[place].strip()[:VALUE_SHOWN_MAX] if place < len(row) else "" for place, _, _ in self._columns
        ]

    def document(self) -> dict[str, Any]:
        """``columns`` in the file's order, with the name under which each is read, and ``rows`` by number."""
        return {
            "columns": [{"header": header[:VALUE_SHOWN_MAX], "column": name} for _, header, name in self._columns],
            "rows": [{"row": number, "cells": cells} for number, cells in sorted(self._rows.items())],
        }
