"""Fit the header of a table to its rows: cells without a heading, headings that were split, and row names of R."""

from itertools import pairwise
from typing import NamedTuple

from chalicelib.inference.patient_file import headings
from chalicelib.inference.patient_file.findings import BrokenCsvError
from chalicelib.inference.patient_file.row_batch import Row, RowBatch


class Header(NamedTuple):
    """The header as it stands in the file, its cells as they belong to the rows, and what the rows have beyond them."""

    row: Row
    cells: Row
    surplus: int
    has_row_names: bool


def fitted_header(row: Row, first: RowBatch, *, may_have_row_names: bool) -> Header:
    """Return the header so that its cells belong to those of the first rows.

    - Empty cells at its end are cut, unless the rows have values there.
    - A unit or remark after an unquoted comma is joined to its heading if the rows are shorter by these cells.
    - The programming language R writes row names without a heading.
    """
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        del cells[-1]
    width, width_with_blanks = len(cells), len(row)
    lengths = first.widths
    if any(cell.strip() for index in range(width, width_with_blanks) for cell in first.column(index)):
        return Header(row, [*cells, *[""] * (width_with_blanks - width)], 0, has_row_names=False)
    if len(lengths) == 1 and min(lengths) < width and (parts := _parts_of_headings(cells)):
        if lengths == {width - len(parts)}:
            for index in reversed(parts):
                cells[index - 1 : index + 1] = [f"{cells[index - 1]}, {cells[index]}"]
        return Header(row, cells, 0, has_row_names=False)
    if lengths == {width - 1}:
        _refuse_unquoted_comma(cells)
    surplus = max(width_with_blanks, min(lengths, default=0)) - width
    has_row_names = (
        may_have_row_names
        and width == width_with_blanks
        and lengths == {width + 1}
        and list(first.column(0)) == list(map(str, range(1, len(first) + 1)))
        and any(cell.strip() for cell in first.column(width))
    )
    if has_row_names:
        return Header(row, ["", *cells], 0, has_row_names=True)
    return Header(row, cells, surplus, has_row_names=False)


def _parts_of_headings(cells: list[str]) -> list[int]:
    """Return the indices of the cells that are no heading, but a unit or remark of the heading before them."""
    return [
        index
        for index, cell in enumerate(cells)
        if index
        and (headings.is_unit(cell) or (not headings.find(cell) and headings.find(f"{cells[index - 1]}, {cell}")))
    ]


def _refuse_unquoted_comma(cells: list[str]) -> None:
    """Refuse a header such as "Cholesterol, HDL" in which a heading may have been split. It would shift the values."""
    for before, cell in pairwise(cells):
        if headings.find(before) and headings.is_other_value(cell):
            raise BrokenCsvError(
                f"Each row has one cell fewer than the header. Is '{before}, {cell}' one heading? Please put it in "
                "quotation marks, or add the missing cells."
            )
