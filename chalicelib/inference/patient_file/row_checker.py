"""Check batches of rows: collect findings, count flagged values, and write the good rows as canonical CSV."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import IO

from chalicelib.inference.patient_file.cells import ID_CHARACTERS_MAX, VALUE_SHOWN_MAX, Cells
from chalicelib.inference.patient_file.csv_reader import SEPARATORS, Table
from chalicelib.inference.patient_file.findings import FINDINGS_SHOWN_MAX, Finding, FindingCollector
from chalicelib.inference.patient_file.header import HeaderColumn
from chalicelib.inference.patient_file.plan import Plan
from chalicelib.inference.patient_file.preview import Preview
from chalicelib.inference.patient_file.row_batch import Row, RowBatch

ROWS_SHOWN_MAX = 10
"""At most this many rows with the same ID, or with a value outside the training range, are named."""
ERRORS_LISTED_MAX = 3
"""At most this many findings of a skipped row are kept."""
BAD_ROWS_MAX = 30_000
"""A file with more bad rows than this is refused, even if bad rows may be skipped."""
_FOREIGN_IDS_MAX = 3
_COUNTED_STEP = 16
_QUOTED_MARKS = (",", '"', "\r", "\n")


@dataclass(slots=True)
class Flagged:
    """The patients whose value in a column is flagged: how many, and the first rows."""

    count: int = 0
    rows: list[int] = field(default_factory=list)


class RowChecker:
    """Checks batches of rows: collects findings, and writes the good rows as canonical CSV."""

    def __init__(
        self,
        plan: Plan,
        found: list[HeaderColumn],
        table: Table,
        good: IO[str] | None,
        bad: IO[str] | None,
        *,
        watch_ids: bool,
        watch_foreign_ids: bool,
        preview: Preview | None,
    ) -> None:
        self._width = len(table.header)
        self._surplus = table.surplus
        self._separator = table.separator
        self._header_row = table.header_row
        self.repeated_headers = 0
        self.cells = [Cells(reading) for reading in plan.readings]
        self._cells_by_index = [(item.index, cells) for item, cells in zip(found, self.cells, strict=True)]
        self._id_index = next((item.index for item in found if item.column.kind == "id"), None)
        # Trailing cells may be absent if none of them is required.
        self._width_min = 1 + max(item.index for item in found if item.column.required)
        self._short_by: int | None = None
        self.short_rows = 0
        self._first_rows: dict[str, int] | None = {} if watch_ids and self._id_index is not None else None
        self._repeated: dict[str, list[int]] = {}
        self._good = good
        self._bad = bad
        self._preview = preview
        if good:
            good.write(",".join(item.column.name for item in found) + "\n")
        self.findings = FindingCollector()
        self.out_of_range = {item.column.name: Flagged() for item in found if item.column.kind == "number"}
        optional = [item.column for item in found if item.column.kind != "id" and not item.column.required]
        self.imputed = {column.name: 0 for column in optional}
        self.foreign_ids: list[str] | None = [] if watch_foreign_ids else None
        self.rows = 0
        self._has_counts = False

    def add(self, batch: RowBatch) -> None:
        """Check a batch of rows."""
        if self._header_row in batch:  # of files that were joined
            before = len(batch)
            batch = RowBatch([row for row in batch.rows if row != self._header_row])
            self.repeated_headers += before - len(batch)
        batch, ragged = self._fitted(batch)
        even = RowBatch([row for place, row in enumerate(batch.rows) if place not in ragged]) if ragged else batch
        for cells in self.cells:
            cells.clear_if_large()
        are_known = self._count_numbers(even)
        if ragged:
            self._check(batch, even, ragged)
        else:
            for part in batch.parts():
                self._check(part, part, ragged, are_known=are_known)

    def _check(self, batch: RowBatch, even: RowBatch, ragged: set[int], *, are_known: bool = False) -> None:
        """Check a part of a batch column by column. Only if it has a bad row, it is also checked row by row.

        ``even`` holds those of its rows that are as wide as the header, and ``ragged`` the places of the others.
        """
        stored = []
        has_bad_row = bool(ragged)
        for index, cells in self._cells_by_index:
            is_known = are_known and cells.reading.column.kind == "number"
            stored.append(cells.stored(even, index, is_known=is_known))
            has_bad_row = has_bad_row or cells.have_findings(even.column(index))
            cells.count_codes(even.column(index))
        self._watch_ids(batch)
        if self._preview:
            self._preview.add_first_rows(batch, self.rows)
        numbers: Sequence[int] = range(self.rows + 1, self.rows + 1 + len(batch))
        if has_bad_row:
            numbers, good = self._good_rows(batch, ragged)
            even = RowBatch(good)
            stored = [cells.stored(even, index) for index, cells in self._cells_by_index]
        self._count_flagged(numbers, even, stored)
        # After a bad row the canonical CSV is needed only if bad rows are skipped.
        if self._good and (self._bad or not self.findings.total):
            self._write_good_rows(self._good, stored)
        self.rows += len(batch)

    def _count_numbers(self, batch: RowBatch) -> bool:
        """Count the texts of numbers. After the first batch, every 16th row stands for 16.

        Return whether every row was counted. Its numbers have been checked then.
        """
        is_first = not self._has_counts
        step = 1 if is_first else _COUNTED_STEP
        self._has_counts = self._has_counts or bool(batch)
        columns = [(index, cells) for index, cells in self._cells_by_index if cells.reading.column.kind == "number"]
        counts = (batch if is_first else batch.every(step)).counts([index for index, _ in columns])
        for index, cells in columns:
            cells.count_numbers(counts[index], step)
            if is_first:
                cells.add_new(counts[index])
        return is_first

    def _fitted(self, batch: RowBatch) -> tuple[RowBatch, set[int]]:
        """Make rows as wide as the header if that is surely meant. Return the places of those that are not."""
        if batch.widths == {self._width}:
            return batch, set()
        rows = batch.rows
        ragged = {place for place, row in enumerate(rows) if len(row) != self._width and not self._fit(row)}
        return RowBatch(rows), ragged

    def _fit(self, row: Row) -> bool:
        """Make ``row`` as wide as the header if that is surely meant. Return whether it is.

        Empty cells beyond the header are cut if the header or every row has them. Elsewhere a decimal comma may have
        shifted the values. Some programs leave out the trailing cells of values
        that are missing: this is accepted if no required column is among them, and if all short rows end at the same
        column. Otherwise a separator may be missing within the row.
        """
        width = self._width
        if width < len(row) <= width + self._surplus and not any(cell.strip() for cell in row[width:]):
            del row[width:]
        short_by = width - len(row)
        if short_by > 0 and len(row) >= self._width_min and self._short_by in {None, short_by}:
            self._short_by = short_by
            self.short_rows += 1
            row.extend([""] * short_by)
        return len(row) == width

    def short_columns(self, header: Row) -> Row:
        """Return the headings of the columns that short rows lack."""
        return header[-self._short_by :] if self._short_by else []

    def _count_flagged(self, numbers: Sequence[int], good: RowBatch, stored: list[Sequence[str]]) -> None:
        """Count the values that the result will flag, in the good rows, whose numbers are ``numbers``."""
        for (index, cells), values in zip(self._cells_by_index, stored, strict=True):
            name = cells.reading.column.name
            if name in self.imputed and cells.has_empty:
                self.imputed[name] += values.count("")
            if cells.beyond:
                flagged = self.out_of_range[name]
                rows = list(compress(numbers, map(cells.beyond.__contains__, good.column(index))))
                flagged.count += len(rows)
                flagged.rows += rows[: ROWS_SHOWN_MAX - len(flagged.rows)]

    def _write_good_rows(self, target: IO[str], stored: list[Sequence[str]]) -> None:
        """Write rows as CSV. Only IDs may need quotation marks."""
        rows = zip(*stored, strict=True)
        ids = "".join(stored[0]) if self._id_index is not None else ""
        if any(mark in ids for mark in _QUOTED_MARKS):
            csv.writer(target, lineterminator="\n").writerows(rows)
        elif stored[0]:
            target.write("\n".join(map(",".join, rows)) + "\n")

    def _good_rows(self, batch: RowBatch, ragged: set[int]) -> tuple[list[int], list[Row]]:
        """Record the findings of the bad rows in ``batch``, and return the numbers of the good rows, and these rows.

        ``ragged`` holds the places of the rows in ``batch`` whose number of cells is not the header's.
        """
        numbers, good = [], []
        doubtful = [(index, cells.findings) for index, cells in self._cells_by_index if cells.findings]
        for place, row in enumerate(batch.rows):
            number = self.rows + place + 1
            if place in ragged:
                message = self._count_message(row)
                params = {"expected": self._width, "found": len(row)}
                findings = [Finding("cell_count", message, params=params)]
            else:
                findings = [by_text[row[index]] for index, by_text in doubtful if row[index] in by_text]
            if not findings:
                numbers.append(number)
                good.append(row)
                continue
            findings = [replace(finding, row=number) for finding in findings]
            self.findings.add_row(number, findings)
            if self._preview:
                self._preview.add_bad_row(number, row)
            if self._bad:
                self._write_bad_row(self._bad, row, findings)
        return numbers, good

    def _count_message(self, row: Row) -> str:
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(filled) == 1:
            text = f"This row has only one cell, '{filled[0][:VALUE_SHOWN_MAX]}'; the header has {self._width}."
            if any(filled[0].count(mark) >= self._width // 2 for mark in SEPARATORS):
                return f"{text} It seems to have another separator than the header."
            return f"{text} If it is not a patient, please delete the row."
        text = f"This row has {len(row)} cells; the header has {self._width}."
        if self._separator == "," and len(row) > self._width:
            return f"{text} Numbers with a decimal comma need quotation marks, or semicolons between the cells."
        return text

    def _write_bad_row(self, target: IO[str], row: Row, findings: list[Finding]) -> None:
        index = self._id_index
        patient_id = row[index].strip()[:ID_CHARACTERS_MAX] if index is not None and index < len(row) else None
        shown = findings[:ERRORS_LISTED_MAX]
        line = {"row": findings[0].row, "id": patient_id, "errors": [finding.document() for finding in shown]}
        target.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def _watch_ids(self, batch: RowBatch) -> None:
        """Record the IDs of ``batch`` that occurred before, and some that are not ASCII."""
        index = self._id_index
        if index is None:
            return
        if self.foreign_ids is not None and len(self.foreign_ids) < _FOREIGN_IDS_MAX:
            texts = (text.strip()[:VALUE_SHOWN_MAX] for text in batch.column(index))
            foreign = [text for text in texts if not text.isascii()]
            self.foreign_ids += foreign[: _FOREIGN_IDS_MAX - len(self.foreign_ids)]
        if self._first_rows is not None:
            self._record_ids(batch.column(index), self._first_rows)

    def _record_ids(self, ids: Sequence[str], first_rows: dict[str, int]) -> None:
        """Record those of ``ids`` that occurred before. ``first_rows`` holds the first row of each ID."""
        for row, patient_id in enumerate(map(str.strip, ids), self.rows + 1):
            if not patient_id:
                continue
            first = first_rows.setdefault(patient_id, row)
            if first == row:
                continue
            if patient_id in self._repeated or len(self._repeated) < FINDINGS_SHOWN_MAX:
                rows = self._repeated.setdefault(patient_id[:ID_CHARACTERS_MAX], [first])
                if len(rows) < ROWS_SHOWN_MAX:
                    rows.append(row)

    def duplicates(self) -> dict[str, list[int]]:
        """Return the IDs that several patients have, each with its first rows."""
        return self._repeated
