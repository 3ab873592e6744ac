"""Check a patient file against the column specification, in one pass and without pandas.

The rows that pass are written as canonical CSV (UTF-8, comma, decimal point, known columns only). So the worker reads a
single dialect, and unknown columns are never stored.
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
"""At most this many findings of a skipped row are kept."""
BAD_ROWS_MAX = 30_000
"""A file with more bad rows than this is refused, even if bad rows may be skipped."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A checked file that can be predicted.

    - ``rows``: the number of patient rows, good and bad; ``bad_rows`` of them are bad.
    - ``content``: the canonical CSV of the good rows.
    - ``bad``: a line of JSON for each skipped row, ``{"row", "id", "errors"}``.
    - ``ignored``: the headers of the columns that are left out.
    - ``units``: the unit in which each numeric column was read.
    """

    rows: int
    bad_rows: int
    content: bytes
    bad: bytes
    ignored: tuple[str, ...]
    units: dict[str, str]


@dataclass(frozen=True, slots=True)
class Inspection:
    """The outcome of checking a file.

    - ``rows``: the number of patient rows; ``findings``: the findings about them.
    - ``used``: the names of the columns that were read; ``ignored``: the headers of the others.
    - ``units``: the unit in which each numeric column was read.
    - ``duplicates``: the repeated IDs, each with its first rows; empty unless ``watch_ids`` was set.
    """

    rows: int
    findings: FindingCollector
    used: tuple[str, ...]
    ignored: tuple[str, ...]
    units: dict[str, str]
    separator: str
    encoding: str
    duplicates: dict[str, list[int]]

    def raise_if_bad(self, *, skip: bool = False) -> None:
        """Refuse a file without patients, and a file with bad rows; with ``skip``, only if all its rows are bad.

        Raises
        ------
        NoRowsError, InvalidRowsError
        """
        if self.rows == 0:
            raise NoRowsError("The file has a header but no patients. Please add one row per patient.")
        if self.findings.total and not (skip and self.findings.rows_total < self.rows):
            raise self.findings.error(self.rows)


def check_file(content: bytes, *, si: bool = False, skip: bool = False, rows_max: int | None = None) -> CheckedFile:
    """Check every cell of every row of ``content``, and return the file in canonical form.

    - ``si``: numbers are in the column's SI unit, unless the header names another unit.
    - ``skip``: leave bad rows out and list them, instead of refusing the file.
    - ``rows_max``: refuse a file with more rows.

    Raises
    ------
    InvalidFileError
        A subclass says what is wrong.
    """
    good, bad = io.StringIO(), io.StringIO()
    inspection = inspect(io.BytesIO(content), si=si, good=good, bad=bad if skip else None, rows_max=rows_max)
    inspection.raise_if_bad(skip=skip)
    return CheckedFile(
        inspection.rows,
        inspection.findings.rows_total,
        good.getvalue().encode(),
        bad.getvalue().encode(),
        inspection.ignored,
        inspection.units,
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
    """Check ``source``, which stands at the beginning of the file, in one pass over its rows.

    The memory does not grow with the number of rows, except for ``watch_ids``.

    - ``si``: numbers are in the column's SI unit, unless the header names another unit.
    - ``good``: the file to which the canonical CSV is written. Unless ``bad`` is given, writing stops at the first
      batch with a bad row.
    - ``bad``: the file to which a line of JSON is written for each bad row.
    - ``watch_ids``: record repeated IDs.
    - ``is_sample``: the source may end within a row.
    - ``preview``: collects the rows to be shown.
    - ``rows_max``: refuse a file with more rows.
    - ``on_batch``: called after each batch of a few thousand rows.

    Raises
    ------
    InvalidFileError
        The whole file is unreadable because of its format or its header, it has more than ``rows_max`` rows, or it has
        more than ``BAD_ROWS_MAX`` bad rows. Fewer bad rows are only recorded.
    """
    table = read_table(source, is_sample=is_sample)
    indices = _column_indices(table.header)
    column_units = [_column_unit(heading, si=si) for heading in indices]
    if preview:
        preview.add_header(table.header, {index: heading.column.name for heading, index in indices.items()})
    checker = _RowChecker(
        column_units, list(indices.values()), table.separator != ",", good, bad, watch_ids=watch_ids, preview=preview
    )
    for batch in table.batches:
        if rows_max is not None:
            refuse_too_many_rows(checker.rows + len(batch), rows_max)
        checker.add(batch, len(table.header))
        on_batch()
    used = set(indices.values())
    return Inspection(
        rows=checker.rows,
        findings=checker.findings,
        used=tuple(column_unit.column.name for column_unit in column_units),
        ignored=tuple(cell[:NAME_SHOWN_MAX] for index, cell in enumerate(table.header) if index not in used and cell),
        units={column_unit.column.name: column_unit.unit.name for column_unit in column_units if column_unit.unit},
        separator=table.separator,
        encoding=table.encoding,
        duplicates=checker.duplicates(),
    )


def _column_indices(header: Row) -> dict[Heading, int]:
    """Return the index of each stored column in the header, in the order of the canonical CSV."""
    indices: dict[str, tuple[Heading, int]] = {}
    duplicated: list[Finding] = []
    for index, cell in enumerate(header):
        heading = columns.find(cell)
        if heading is None:
            continue
        name = heading.column.name
        if name in indices and heading.column.kind != "ignored":
            message = f"The column '{name}' appears twice. Please keep one."
            duplicated.append(Finding("column_duplicated", message, column=name))
        indices[name] = heading, index
    if duplicated:
        raise ColumnDuplicatedError(" ".join(finding.message for finding in duplicated), duplicated)
    missing = [columns.BY_NAME[name] for name in columns.REQUIRED if name not in indices]
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
        raise ColumnMissingError(f"The header lacks required columns: {names}.", findings)
    return dict(indices[name] for name in columns.STORED if name in indices)


def _column_unit(heading: Heading, *, si: bool) -> ColumnUnit:
    column = heading.column
    if heading.unit is not None:
        unit = heading.known_unit()
        if unit is None:
            known = [unit.name for unit in column.units]
            name, unknown = column.name, heading.unit[:VALUE_SHOWN_MAX]
            message = (
                f"The header names '{unknown}' as the unit of {name}. Known units: {' or '.join(known) or 'none'}."
            )
            raise UnitUnknownError(message, [Finding("unit_unknown", message, None, name, unknown, {"units": known})])
        return ColumnUnit(column, unit)
    if si and column.si:
        return ColumnUnit(column, column.si)
    return ColumnUnit(column, column.units[0] if column.units else None)


class _RowChecker:
    """Checks batches of rows: collects findings, and writes the good rows as canonical CSV."""

    def __init__(
        self,
        column_units: list[ColumnUnit],
        indices: list[int],
        decimal_comma: bool,  # noqa: FBT001
        good: IO[str] | None,
        bad: IO[str] | None,
        *,
        watch_ids: bool,
        preview: Preview | None,
    ) -> None:
        self._indices = indices
        self._cells = [Cells(column_unit, decimal_comma=decimal_comma) for column_unit in column_units]
        self._id_index = next(
            (
                index
                for index, column_unit in zip(indices, column_units, strict=True)
                if column_unit.column.kind == "id"
            ),
            None,
        )
        self._first_rows: dict[str, int] | None = {} if watch_ids and self._id_index is not None else None
        self._repeated: dict[str, list[int]] = {}
        self._bad = bad
        self._preview = preview
        self._writer = csv.writer(good, lineterminator="\n") if good else None
        if self._writer:
            self._writer.writerow([column_unit.column.name for column_unit in column_units])
        self.findings = FindingCollector()
        self.rows = 0

    def add(self, batch: list[Row], width: int) -> None:
        """Check ``batch``; ``width`` is the number of cells in the header."""
        # For speed, check column by column. Only a batch with a bad row is also checked row by row.
        ragged = {place for place, row in enumerate(batch) if len(row) != width and not _fit(row, width)}
        even = [row for place, row in enumerate(batch) if place not in ragged] if ragged else batch
        by_column = list(zip(*even, strict=True)) if even else []
        stored = []
        has_bad_row = bool(ragged)
        for index, cells in zip(self._indices, self._cells, strict=True):
            cells.clear_if_large()
            texts = by_column[index] if by_column else ()
            stored.append([cells[text] for text in texts])
            has_bad_row = has_bad_row or (bool(cells.findings) and any(text in cells.findings for text in texts))
        if self._first_rows is not None and self._id_index is not None:
            self._record_ids(batch, self._first_rows, self._id_index)
        if self._preview:
            self._preview.add_first_rows(batch, self.rows)
        if has_bad_row:
            good = self._good_rows(batch, width, ragged)
            stored = [
                [cells[row[index]] for row in good] for index, cells in zip(self._indices, self._cells, strict=True)
            ]
        # After a bad row the canonical CSV is needed only if bad rows are skipped.
        if self._writer and (self._bad or not self.findings.total):
            self._writer.writerows(zip(*stored, strict=True))
        self.rows += len(batch)
        if self.findings.rows_total > BAD_ROWS_MAX:
            raise self.findings.error(self.rows)

    def _good_rows(self, batch: list[Row], width: int, ragged: set[int]) -> list[Row]:
        """Record the findings of the bad rows in ``batch``, and return the good rows.

        ``ragged`` holds the places of the rows in ``batch`` whose number of cells is not ``width``.
        """
        good = []
        for place, row in enumerate(batch):
            if place in ragged:
                message = f"This row has {len(row)} cells; the header has {width}."
                params = {"expected": width, "found": len(row)}
                findings = [Finding("cell_count", message, params=params)]
            else:
                findings = [
                    cells.findings[row[index]]
                    for index, cells in zip(self._indices, self._cells, strict=True)
                    if row[index] in cells.findings
                ]
            if not findings:
                good.append(row)
                continue
            number = self.rows + place + 1
            findings = [replace(finding, row=number) for finding in findings]
            self.findings.add_row(number, findings)
            if self._preview:
                self._preview.add_bad_row(number, row)
            if self._bad:
                self._write_bad_row(self._bad, row, findings)
        return good

    def _write_bad_row(self, target: IO[str], row: Row, findings: list[Finding]) -> None:
        index = self._id_index
        patient_id = row[index].strip()[:ID_CHARACTERS_MAX] if index is not None and index < len(row) else None
        shown = findings[:ERRORS_LISTED_MAX]
        line = {"row": findings[0].row, "id": patient_id, "errors": [finding.document() for finding in shown]}
        target.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def _record_ids(self, batch: list[Row], first_rows: dict[str, int], id_index: int) -> None:
        """Record the IDs of ``batch`` that occurred before. ``first_rows`` holds the first row of each ID."""
        for row, cells in enumerate(batch, self.rows + 1):
            patient_id = cells[id_index].strip() if id_index < len(cells) else ""
            if not patient_id:
                continue
            first = first_rows.setdefault(patient_id, row)
            if first == row:
                continue
            if patient_id in self._repeated or len(self._repeated) < FINDINGS_SHOWN_MAX:
                rows = self._repeated.setdefault(patient_id[:ID_CHARACTERS_MAX], [first])
                if len(rows) < REPEATED_ROWS_SHOWN_MAX:
                    rows.append(row)

    def duplicates(self) -> dict[str, list[int]]:
        """Return the IDs that several patients have, each with its first rows."""
        return self._repeated


def _fit(row: Row, width: int) -> bool:
    """Cut empty cells beyond the header's width, which spreadsheets add. Return whether the row then fits."""
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        del row[width:]
    return len(row) == width
