"""The check of a patient file against the column specification, without pandas and in one pass.

What passes comes out in one canonical form (UTF-8, comma, decimal point, known columns only), so that the worker
reads a single dialect and no column is stored that the product doesn't know.
"""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO, BinaryIO

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.cells import ID_CHARACTERS_MAX, VALUE_SHOWN_MAX, Cells, ColumnUnit, in_unit
from chalicelib.inference.patient_file.columns import Heading
from chalicelib.inference.patient_file.csv_reader import Row, read_table
from chalicelib.inference.patient_file.findings import (
    FINDINGS_SHOWN_MAX,
    ColumnDuplicatedError,
    ColumnMissingError,
    Finding,
    FindingCollector,
    NoRowsError,
    UnitUnknownError,
    refuse_too_many_rows,
)
from chalicelib.inference.patient_file.preview import Preview

NAME_SHOWN_MAX = 60
REPEATED_ROWS_SHOWN_MAX = 10
ERRORS_LISTED_MAX = 3
"""So many findings of a skipped row are kept."""
BAD_ROWS_MAX = 30_000
"""A file with more bad rows than this is read no further, whether they may be skipped or not."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that can be predicted, or its good rows.

    ``rows``: of patients, good and bad. ``content``: the canonical CSV of the good ones. ``bad``: a line of JSON for
    each bad one, ``{"row", "id", "errors"}``, empty unless they may be skipped. ``ignored``: headers that are left out.
    ``units``: of each number, as it was read.
    """

    rows: int
    bad_rows: int
    content: bytes
    bad: bytes
    ignored: tuple[str, ...]
    units: dict[str, str]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a check found. ``rows``: of patients; ``problems``: what is wrong with them; ``duplicates``: IDs that more
    than one patient has, with the rows of the first few, if they were to be watched."""

    rows: int
    problems: FindingCollector
    used: tuple[str, ...]
    ignored: tuple[str, ...]
    units: dict[str, str]
    separator: str
    encoding: str
    duplicates: dict[str, list[int]]

    def raise_if_bad(self, *, skip: bool = False) -> None:
        """Refuse a file without patients, and one with bad rows; ``skip``: only one with nothing but bad rows.

        Raises
        ------
        NoRowsError, InvalidRowsError
        """
        if self.rows == 0:
            raise NoRowsError("The file has a header and no patients. Please add one row a patient.")
        if self.problems.total and not (skip and self.problems.rows_total < self.rows):
            raise self.problems.error(self.rows)


def check_file(content: bytes, *, si: bool = False, skip: bool = False, rows_max: int | None = None) -> CheckedFile:
    """Check every cell of every row of ``content``.

    ``si``: numbers whose header names no unit are in SI units, where the column has one. ``skip``: bad rows are left
    out of the content and listed, instead of refusing the file. ``rows_max``: refuse a file with more rows.

    Raises
    ------
    InvalidFileError
        One of its subclasses says what is wrong.
    """
    good, bad = io.StringIO(), io.StringIO()
    found = inspect(io.BytesIO(content), si=si, good=good, bad=bad if skip else None, rows_max=rows_max)
    found.raise_if_bad(skip=skip)
    return CheckedFile(
        found.rows,
        found.problems.rows_total,
        good.getvalue().encode(),
        bad.getvalue().encode(),
        found.ignored,
        found.units,
    )


def inspect(
    source: BinaryIO,
    *,
    si: bool = False,
    good: IO[str] | None = None,
    bad: IO[str] | None = None,
    watch_ids: bool = False,
    is_sample: bool = False,
    preview: Preview | None = None,
    rows_max: int | None = None,
    on_batch: Callable[[], None] = lambda: None,
) -> Inspection:
    """Check ``source``, a file from its beginning, in one pass over its rows; the memory doesn't grow with them.

    ``good``: takes the canonical CSV; with ``bad`` also from files in which some rows are bad, whose findings it takes.
    ``watch_ids``: note repeated IDs, which takes memory for each of them. ``is_sample``: the source may end within a
    row. ``preview``: takes a look at the rows. ``rows_max``: read and write no more rows. ``on_batch`` is called every
    few thousand rows.

    Raises
    ------
    InvalidFileError
        Of what makes the whole file unreadable: its form, its header, more than ``rows_max`` rows. Not of bad rows.
    """
    table = read_table(source, is_sample=is_sample)
    places = _places(table.header)
    column_units = [_column_unit(heading, si=si) for heading in places]
    if preview:
        preview.take_header(table.header, {place: heading.column.name for heading, place in places.items()})
    check = _RowChecker(
        column_units, list(places.values()), table.separator != ",", good, bad, watch_ids=watch_ids, preview=preview
    )
    for batch in table.batches:
        if rows_max is not None:
            refuse_too_many_rows(check.rows + len(batch), rows_max)
        check.add(batch, len(table.header))
        on_batch()
    taken = set(places.values())
    return Inspection(
        rows=check.rows,
        problems=check.problems,
        used=tuple(column_unit.column.name for column_unit in column_units),
        ignored=tuple(cell[:NAME_SHOWN_MAX] for place, cell in enumerate(table.header) if place not in taken and cell),
        units={column_unit.column.name: column_unit.unit.name for column_unit in column_units if column_unit.unit},
        separator=table.separator,
        encoding=table.encoding,
        duplicates=check.duplicates(),
    )


def _places(header: Row) -> dict[Heading, int]:
    """Where each stored column stands in the header, in the order of storage."""
    places: dict[str, tuple[Heading, int]] = {}
    duplicated: list[Finding] = []
    for place, cell in enumerate(header):
        heading = columns.find(cell)
        if heading is None:
            continue
        name = heading.column.name
        if name in places and heading.column.kind != "ignored":
            message = f"The column '{name}' appears twice. Please keep one."
            duplicated.append(Finding("column_duplicated", message, column=name))
        places[name] = heading, place
    if duplicated:
        raise ColumnDuplicatedError(" ".join(finding.message for finding in duplicated), duplicated)
    missing = [columns.BY_NAME[name] for name in columns.REQUIRED if name not in places]
    if missing:
        findings = [
            Finding(
                "column_missing",
                f"The column '{column.name}' ({column.title_en}{in_unit(column.unit)}) is missing.",
                column=column.name,
                params={"unit": column.unit},
            )
            for column in missing
        ]
        names = ", ".join(column.name for column in missing)
        raise ColumnMissingError(f"The file needs a header with the missing column(s): {names}.", findings)
    return dict(places[name] for name in columns.STORED if name in places)


def _column_unit(heading: Heading, *, si: bool) -> ColumnUnit:
    column = heading.column
    if heading.unit is not None:
        unit = heading.found_unit()
        if unit is None:
            known = " or ".join(each.name for each in column.units) or "none"
            name, given = column.name, heading.unit[:VALUE_SHOWN_MAX]
            message = f"The header gives '{given}' as the unit of {name}. Known for it: {known}."
            finding = Finding(
                "unit_unknown", message, None, name, given, {"units": [each.name for each in column.units]}
            )
            raise UnitUnknownError(message, [finding])
        return ColumnUnit(column, unit)
    if si and column.si:
        return ColumnUnit(column, column.si)
    return ColumnUnit(column, column.units[0] if column.units else None)


class _RowChecker:
    """Takes batches of rows, gathers what is wrong, writes what is right."""

    def __init__(
        self,
        column_units: list[ColumnUnit],
        places: list[int],
        decimal_comma: bool,  # noqa: FBT001
        good: IO[str] | None,
        bad: IO[str] | None,
        *,
        watch_ids: bool,
        preview: Preview | None,
    ) -> None:
        self._places = places
        self._cells = [Cells(column_unit, decimal_comma=decimal_comma) for column_unit in column_units]
        self._id_place = next(
            (at for at, each in zip(places, column_units, strict=True) if each.column.kind == "id"), None
        )
        self._ids: dict[str, int] | None = {} if watch_ids and self._id_place is not None else None
        self._repeated: dict[str, list[int]] = {}
        self._bad = bad
        self._preview = preview
        self._writer = csv.writer(good, lineterminator="\n") if good else None
        if self._writer:
            self._writer.writerow([column_unit.column.name for column_unit in column_units])
        self.problems = FindingCollector()
        self.rows = 0

    def add(self, batch: list[Row], width: int) -> None:
        """Judge ``batch`` column by column; go row by row only if something in it is wrong."""
        ragged = {place for place, row in enumerate(batch) if len(row) != width and not _fit(row, width)}
        even = [row for place, row in enumerate(batch) if place not in ragged] if ragged else batch
        by_column = list(zip(*even, strict=True)) if even else []
        stored = []
        wrong = bool(ragged)
        for place, cells in zip(self._places, self._cells, strict=True):
            cells.forget_if_many()
            given = by_column[place] if by_column else ()
            stored.append([cells[text] for text in given])
            wrong = wrong or (bool(cells.wrong) and any(text in cells.wrong for text in given))
        if self._ids is not None and self._id_place is not None:
            self._note_ids(batch, self._ids, self._id_place)
        if self._preview:
            self._preview.take_first(batch, self.rows)
        if wrong:
            good = self._find(batch, width, ragged)
            stored = [[cells[row[at]] for row in good] for at, cells in zip(self._places, self._cells, strict=True)]
        # Once a bad row was met the rest is wanted only if bad rows may be skipped.
        if self._writer and (self._bad or not self.problems.total):
            self._writer.writerows(zip(*stored, strict=True))
        self.rows += len(batch)
        if self.problems.rows_total > BAD_ROWS_MAX:
            raise self.problems.error(self.rows)

    def _find(self, batch: list[Row], width: int, ragged: set[int]) -> list[Row]:
        """Note what is wrong with the rows of ``batch``; the others."""
        good = []
        for place, row in enumerate(batch):
            if place in ragged:
                message = f"This row has {len(row)} cells; the header has {width}."
                params = {"expected": width, "found": len(row)}
                findings = [Finding("cell_count", message, params=params)]
            else:
                findings = [
                    cells.wrong[row[at]]
                    for at, cells in zip(self._places, self._cells, strict=True)
                    if row[at] in cells.wrong
                ]
            if not findings:
                good.append(row)
                continue
            number = self.rows + place + 1
            findings = [replace(each, row=number) for each in findings]
            self.problems.add_row(number, findings)
            if self._preview:
                self._preview.take_bad(number, row)
            if self._bad:
                self._list(self._bad, row, findings)
        return good

    def _list(self, target: IO[str], row: Row, findings: list[Finding]) -> None:
        """Write the line of a bad row to ``target``."""
        at = self._id_place
        patient = row[at].strip()[:ID_CHARACTERS_MAX] if at is not None and at < len(row) else None
        shown = findings[:ERRORS_LISTED_MAX]
        line = {"row": findings[0].row, "id": patient, "errors": [each.document() for each in shown]}
        target.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def _note_ids(self, batch: list[Row], ids: dict[str, int], place: int) -> None:
        """Note which IDs of ``batch`` occurred before; ``ids``: the row in which each occurred first."""
        for row, cells in enumerate(batch, self.rows + 1):
            patient = cells[place].strip() if place < len(cells) else ""
            if not patient:
                continue
            first = ids.setdefault(patient, row)
            if first == row:
                continue
            if patient in self._repeated or len(self._repeated) < FINDINGS_SHOWN_MAX:
                rows = self._repeated.setdefault(patient[:ID_CHARACTERS_MAX], [first])
                if len(rows) < REPEATED_ROWS_SHOWN_MAX:
                    rows.append(row)

    def duplicates(self) -> dict[str, list[int]]:
        """IDs that more than one patient has, and the first few of their rows."""
        return self._repeated


def _fit(row: Row, width: int) -> bool:
    """Cut empty cells past the header's width, as spreadsheets add them; True if the row then fits."""
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        del row[width:]
    return len(row) == width
