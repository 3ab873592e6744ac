"""The check of a patient file against the column specification, without pandas and in one pass.

What passes comes out in one canonical form (UTF-8, comma, decimal point, known columns only), so that the worker
reads a single dialect and no column is stored that the product doesn't know.
"""

import csv
import io
import math
import re
from dataclasses import dataclass, field
from typing import Any

from chalicelib.inference import columns
from chalicelib.inference.columns import Column
from chalicelib.inference.findings import (
    FINDINGS_SHOWN_MAX,
    ColumnDuplicatedError,
    ColumnMissingError,
    Finding,
    InvalidRowsError,
    NoRowsError,
)
from chalicelib.inference.table import Row, read_table

VALUE_SHOWN_MAX = 40
NAME_SHOWN_MAX = 60
ID_CHARACTERS_MAX = 100

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"(\d+)[.,]0+", re.ASCII)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that can be predicted: ``rows`` patients, the canonical CSV, and which columns were left out."""

    rows: int
    content: bytes
    ignored: tuple[str, ...]


def check_file(content: bytes) -> CheckedFile:
    """Check every cell of every row of ``content``.

    Raises
    ------
    InvalidFileError
        One of its subclasses says what is wrong; one bad row refuses the file.
    """
    table = read_table(content)
    places = _places(table.header)
    check = _Check(places, decimal_comma=table.separator != ",")
    for batch in table.batches:
        check.add(batch, len(table.header))
    check.raise_if_bad()
    ignored = tuple(
        cell[:NAME_SHOWN_MAX] for place, cell in enumerate(table.header) if place not in places.values() and cell
    )
    return CheckedFile(check.rows, check.canonical(), ignored)


def _places(header: Row) -> dict[Column, int]:
    """Where each stored column stands in the header."""
    places: dict[Column, int] = {}
    duplicated: list[Finding] = []
    for place, cell in enumerate(header):
        column = columns.find(cell)
        if column is None:
            continue
        if column in places:
            message = f"The column '{column.name}' appears twice. Please keep one."
            duplicated.append(Finding("column_duplicated", message, column=column.name))
        places[column] = place
    if duplicated:
        raise ColumnDuplicatedError(" ".join(finding.message for finding in duplicated), duplicated)
    missing = [columns.BY_NAME[name] for name in columns.REQUIRED if columns.BY_NAME[name] not in places]
    if missing:
        findings = [
            Finding(
                "column_missing",
                f"The column '{column.name}' ({column.title_en}{_in_unit(column)}) is missing.",
                column=column.name,
                params={"unit": column.unit},
            )
            for column in missing
        ]
        names = ", ".join(column.name for column in missing)
        raise ColumnMissingError(f"The file needs a header with the missing column(s): {names}.", findings)
    return {column: place for column, place in places.items() if column.kind != "ignored"}


def _in_unit(column: Column) -> str:
    return f", in {column.unit}" if column.unit else ""


class _Cells(dict[str, str]):
    """Cells of one column, as given to as stored. Few texts are distinct, so each is judged once.

    A wrong text is stored as "" and described in ``wrong``.
    """

    DISTINCT_MAX = 100_000

    def __init__(self, column: Column, *, decimal_comma: bool) -> None:
        super().__init__()
        self._column = column
        self._decimal_comma = decimal_comma
        self.wrong: dict[str, Finding] = {}

    def __missing__(self, text: str) -> str:
        judged = self._judge(text.strip())
        if isinstance(judged, Finding):
            self.wrong[text] = judged
            judged = ""
        self[text] = judged
        return judged

    def forget_if_many(self) -> None:
        """Bound the memory. Between batches only: within one, ``wrong`` must keep what it found."""
        if len(self) > self.DISTINCT_MAX:
            self.clear()
            self.wrong.clear()

    def _judge(self, text: str) -> str | Finding:
        column = self._column
        if column.kind == "id":
            if len(text) <= ID_CHARACTERS_MAX:
                return text
            message = f"An ID has at most {ID_CHARACTERS_MAX} characters."
            return self._finding("too_long", message, text, maximum=ID_CHARACTERS_MAX)
        if text.lower() in columns.MISSING:
            if not column.required:
                return ""
            message = f"{column.name} is missing. Every patient needs it{_in_unit(column)}."
            return self._finding("value_missing", message, text, unit=column.unit)
        return self._category(text) if column.kind == "category" else self._number(text)

    def _category(self, text: str) -> str | Finding:
        column = self._column
        whole = _WHOLE.fullmatch(text)
        value = whole.group(1) if whole else text.upper()
        if value in column.allowed:
            return value
        allowed = ", ".join(column.allowed)
        message = f"'{text[:VALUE_SHOWN_MAX]}' is not a value of {column.name}. It takes {allowed}."
        return self._finding("unknown_category", message, text, allowed=list(column.allowed))

    def _number(self, text: str) -> str | Finding:
        column = self._column
        plain = text.replace(",", ".") if self._decimal_comma else text
        if not _NUMBER.fullmatch(plain):
            message = f"'{text[:VALUE_SHOWN_MAX]}' is not a number. {column.name} is a number{_in_unit(column)}."
            return self._finding("not_a_number", message, text, unit=column.unit)
        value = float(plain)
        if not math.isfinite(value):  # 1e999; JSON could not even repeat it
            message = f"'{text[:VALUE_SHOWN_MAX]}' is too large a number. {column.name} is a number{_in_unit(column)}."
            return self._finding("not_finite", message, text, unit=column.unit)
        return self._within_limits(plain, value)

    def _within_limits(self, text: str, value: float) -> str | Finding:
        column = self._column
        low, high = column.minimum, column.maximum
        if low is None or high is None or low <= value <= high:
            return text
        suspicion = column.suspicion
        if suspicion and value > 0 and suspicion.holds(value):
            suggestion = None if suspicion.factor is None else float(f"{value * suspicion.factor:.4g}")
            hint = f": {suggestion:g}?" if suggestion is not None else f", usually {_training_range(column)}."
            message = f"{value:g} looks like {suspicion.unit}. {column.name} is expected in {column.unit}{hint}"
            return self._finding(
                "unit_suspected", message, text, unit=column.unit, hint_unit=suspicion.unit, suggestion=suggestion,
                minimum=low, maximum=high,
            )  # fmt: skip
        side, code = ("below", "below_minimum") if value < low else ("above", "above_maximum")
        message = f"{value:g} is {side} what {column.name} can be. Accepted: {low:g} to {high:g} {column.unit}."
        return self._finding(code, message, text, unit=column.unit, minimum=low, maximum=high)

    def _finding(self, code: str, message: str, text: str, **params: Any) -> Finding:
        return Finding(code, message, None, self._column.name, text[:VALUE_SHOWN_MAX], params)


def _training_range(column: Column) -> str:
    return f"{column.training_minimum:g} to {column.training_maximum:g}"


@dataclass(slots=True)
class _Problems:
    """Findings, bounded: the first hundred are kept, the rest counted."""

    shown: list[Finding] = field(default_factory=list)
    total: int = 0
    ranges: list[list[int]] = field(default_factory=list)
    """First and last of each run of bad rows: every one is named, and a file of nothing else is one run."""
    rows_total: int = 0

    def add_row(self, findings: list[Finding], row: int) -> None:
        self.rows_total += 1
        if self.ranges and self.ranges[-1][1] == row - 1:
            self.ranges[-1][1] = row
        else:
            self.ranges.append([row, row])
        self.total += len(findings)
        room = FINDINGS_SHOWN_MAX - len(self.shown)
        self.shown += [
            Finding(each.code, each.message, row, each.column, each.value, each.params) for each in findings[:room]
        ]


class _Check:
    """Takes batches of rows, gathers what is wrong, writes what is right."""

    def __init__(self, places: dict[Column, int], *, decimal_comma: bool) -> None:
        stored = [columns.BY_NAME[name] for name in columns.STORED]
        self._columns = [column for column in stored if column in places]
        self._places = [places[column] for column in self._columns]
        self._cells = [_Cells(column, decimal_comma=decimal_comma) for column in self._columns]
        self._problems = _Problems()
        self._out = io.StringIO()
        self._writer = csv.writer(self._out, lineterminator="\n")
        self._writer.writerow([column.name for column in self._columns])
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
        if wrong:
            self._find(batch, width, ragged)
        elif not self._problems.total:
            self._writer.writerows(zip(*stored, strict=True))
        self.rows += len(batch)

    def _find(self, batch: list[Row], width: int, ragged: set[int]) -> None:
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
            if findings:
                self._problems.add_row(findings, self.rows + place + 1)

    def raise_if_bad(self) -> None:
        problems = self._problems
        if self.rows == 0:
            raise NoRowsError("The file has a header and no patients. Please add one row a patient.")
        if problems.total:
            named = [str(first) if first == last else f"{first}-{last}" for first, last in problems.ranges]
            more = " and more" if len(named) > 10 else ""
            raise InvalidRowsError(
                f"{problems.rows_total} of {self.rows} rows can't be predicted (row {', '.join(named[:10])}{more}).",
                problems.shown,
                errors_total=problems.total,
                bad_rows=", ".join(named),
                bad_rows_total=problems.rows_total,
                rows=self.rows,
            )

    def canonical(self) -> bytes:
        return self._out.getvalue().encode()


def _fit(row: Row, width: int) -> bool:
    """Cut empty cells past the header's width, as spreadsheets add them; True if the row then fits."""
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        del row[width:]
    return len(row) == width
