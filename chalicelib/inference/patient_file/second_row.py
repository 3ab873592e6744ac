"""Recognise a second row of the header: units, names of the columns, or a line of dashes."""

import re
from collections.abc import Collection
from dataclasses import replace

from chalicelib.inference.patient_file import headings
from chalicelib.inference.patient_file.header import HeaderColumn, two_units, unknown_unit
from chalicelib.inference.patient_file.headings import Heading
from chalicelib.inference.patient_file.row_batch import Row, RowBatch

_TEXTS_MIN = 3
_ROWS_MAX = 2
_LINE = re.compile(r"[-:=+\u2013\u2014\s]*")


def with_second_row(
    found: list[HeaderColumn], first: RowBatch, answered: Collection[str]
) -> tuple[list[HeaderColumn], list[Row]]:
    """Return the columns with the units of the rows below the header that belong to it, and the texts of these rows.

    Cells of columns that are not read are left out of the texts. ``answered``: the columns whose unit the sender
    states in the options.

    Raises
    ------
    UnitUnknownError
    """
    rows, count = first.first(_ROWS_MAX), 0
    while count < len(rows) and (columns := _read(found, rows[count], answered)):
        found, count = columns, count + 1
    return found, [[row[item.index].strip() for item in found if item.index < len(row)] for row in rows[:count]]


def _read(found: list[HeaderColumn], row: Row, answered: Collection[str]) -> list[HeaderColumn] | None:
    """Return the columns with the units in ``row``, or None if it is a patient.

    The cells of numbers decide: each is empty, a unit, or a name of its column. No patient has three such cells.
    """
    cells = [row[item.index].strip() if item.index < len(row) else "" for item in found]
    if all(map(_LINE.fullmatch, row)) and any("--" in cell for cell in cells):
        return found
    columns, texts = [], 0
    for item, cell in zip(found, cells, strict=True):
        if item.column.kind != "number" or _LINE.fullmatch(cell):
            columns.append(item)
            continue
        heading = _heading(item, cell)
        if heading is None:
            return None
        texts += 1
        columns.append(item if item.column.name in answered else _with_unit(item, heading))
    return columns if texts >= _TEXTS_MIN else None


def _heading(item: HeaderColumn, cell: str) -> Heading | None:
    """Return what ``cell`` says about the column: its unit, or another heading of it."""
    if headings.is_unit(cell):
        return Heading(item.column, cell.strip("()[] "))
    heading = headings.find(cell)
    return heading if heading and heading.column is item.column else None


def _with_unit(item: HeaderColumn, heading: Heading) -> HeaderColumn:
    if heading.unit is None:
        return item
    unit = heading.known_unit()
    if unit is None:
        raise unknown_unit(item.column, heading.unit)
    if item.unit is not None and item.unit != unit:
        raise two_units(item.column, item.unit, unit)
    return replace(item, unit=unit)
