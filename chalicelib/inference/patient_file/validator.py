"""Check a patient file against the column specification, in one pass and without pandas.

The rows that pass are written as canonical CSV (UTF-8, comma, decimal point, known columns only). So the worker reads a
single dialect, and unknown columns are never stored.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import IO, BinaryIO

from chalicelib.inference.patient_file import columns, headings
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.patient_file.cells import VALUE_SHOWN_MAX
from chalicelib.inference.patient_file.csv_reader import Table, read_table
from chalicelib.inference.patient_file.explained_reading import (
    assumptions_about_cells,
    assumptions_about_header,
    assumptions_about_rows,
    assumptions_about_second_row,
    assumptions_about_table,
    assumptions_about_units,
)
from chalicelib.inference.patient_file.findings import (
    FINDINGS_SHOWN_MAX,
    ColumnsUnclearError,
    Finding,
    FindingCollector,
    InvalidFileError,
    NoRowsError,
    refuse_too_many_rows,
)
from chalicelib.inference.patient_file.header import HeaderColumn, columns_of, suggestions
from chalicelib.inference.patient_file.judgement import judge
from chalicelib.inference.patient_file.numbers import Evidence
from chalicelib.inference.patient_file.plan import Plan, plan_of, unclear_decimal
from chalicelib.inference.patient_file.preview import Preview
from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions
from chalicelib.inference.patient_file.row_batch import Row, RowBatch
from chalicelib.inference.patient_file.row_checker import BAD_ROWS_MAX, Flagged, RowChecker
from chalicelib.inference.patient_file.second_row import with_second_row

NAME_SHOWN_MAX = 60
_SENTENCES_MAX = 3


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A checked file that can be predicted.

    - ``rows``: the number of patient rows, good and bad; ``bad_rows`` of them are bad.
    - ``content``: the canonical CSV of the good rows.
    - ``bad``: a line of JSON for each skipped row, ``{"row", "id", "errors"}``.
    - ``ignored``: the headers of the columns that are left out.
    - ``units``: the unit in which each numeric column was read.
    - ``assumptions``: how the file was read.
    """

    rows: int
    bad_rows: int
    content: bytes
    bad: bytes
    ignored: tuple[str, ...]
    units: dict[str, str]
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """The outcome of checking a file.

    - ``rows``: the number of patient rows; ``findings``: the findings about them.
    - ``column_findings``: the findings about whole columns. Each refuses the file.
    - ``warnings``: what is odd, but possible. ``assumptions``: how the file was read.
    - ``out_of_range`` and ``imputed``: the good rows whose value lies outside the training range, or is missing, by
      column.
    - ``used``: the names of the columns that were read; ``ignored``: the headers of the others.
    - ``units``: the unit in which each numeric column was read.
    - ``training_ranges``: the training range of each numeric column, in the unit of the file.
    - ``duplicates``: the repeated IDs, each with its first rows; empty unless ``watch_ids`` was set.
    """

    rows: int
    findings: FindingCollector
    column_findings: list[Finding]
    warnings: list[Finding]
    assumptions: tuple[Assumption, ...]
    out_of_range: dict[str, Flagged]
    imputed: dict[str, int]
    used: tuple[str, ...]
    ignored: tuple[str, ...]
    units: dict[str, str]
    training_ranges: dict[str, tuple[float, float]]
    table: Table
    duplicates: dict[str, list[int]]

    @property
    def good_rows(self) -> int:
        """The number of patients without a finding of their own."""
        return self.rows - self.findings.rows_total

    @property
    def errors(self) -> list[Finding]:
        """The first findings: those about whole columns, then those about cells that they don't explain."""
        others = [finding for finding in self.findings.shown if not self._is_explained(finding.column, finding.code)]
        return [*self.column_findings, *others][:FINDINGS_SHOWN_MAX]

    @property
    def errors_total(self) -> int:
        """The number of all such findings."""
        counts = self.findings.by_kind.items()
        explained = sum(count for (column, code), count in counts if self._is_explained(column, code))
        return len(self.column_findings) + self.findings.total - explained

    def _is_explained(self, column: str | None, code: str) -> bool:
        """Return whether a finding about a whole column explains a finding about a cell."""
        return any(
            finding.column == column if finding.column else column in columns.NUMBERS and code != "value_missing"
            for finding in self.column_findings
        )

    def raise_if_empty(self) -> None:
        """Refuse a file without patients.

        Raises
        ------
        NoRowsError
        """
        if self.rows == 0:
            raise NoRowsError("The file has a header but no patients. Please add one row per patient.")

    def raise_if_bad(self, *, skip: bool = False) -> None:
        """Refuse a file without patients, with a finding about a whole column, or with bad rows.

        With ``skip``, bad rows refuse the file only if all its rows are bad.

        Raises
        ------
        NoRowsError, ColumnsUnclearError, InvalidRowsError
        """
        self.raise_if_empty()
        if self.column_findings:
            detail = " ".join(finding.message for finding in self.column_findings[:_SENTENCES_MAX])
            raise ColumnsUnclearError(detail, self.errors, errors_total=self.errors_total)
        if self.findings.total and not (skip and self.findings.rows_total < self.rows):
            raise self.findings.error(self.rows)


def check_file(
    content: bytes, options: ReadingOptions = DEFAULT_READING, *, skip: bool = False, rows_max: int | None = None
) -> CheckedFile:
    """Check every cell of every row of ``content``, and return the file in canonical form.

    - ``options``: what the sender says about the file.
    - ``skip``: leave bad rows out and list them, instead of refusing the file.
    - ``rows_max``: refuse a file with more rows.

    Raises
    ------
    InvalidFileError
        A subclass says what is wrong.
    """
    good, bad = io.StringIO(), io.StringIO()
    inspection = inspect(io.BytesIO(content), options, good=good, bad=bad if skip else None, rows_max=rows_max)
    inspection.raise_if_bad(skip=skip)
    return CheckedFile(
        inspection.rows,
        inspection.findings.rows_total,
        good.getvalue().encode(),
        bad.getvalue().encode(),
        inspection.ignored,
        inspection.units,
        inspection.assumptions,
    )


def inspect(
    source: BinaryIO,
    options: ReadingOptions = DEFAULT_READING,
    *,
    good: IO[str] | None = None,
    bad: IO[str] | None = None,
    watch_ids: bool = False,
    is_sample: bool = False,
    preview: Preview | None = None,
    rows_max: int | None = None,
    on_batch: Callable[[], None] = lambda: None,
) -> Inspection:
    """Check ``source``, which stands at the beginning of the file, in one pass over its rows.

    How the columns are read is decided from the header, the options and the first batch of rows. Whole columns are
    judged after the last row. The memory does not grow with the number of rows, except for ``watch_ids``.

    - ``options``: what the sender says about the file.
    - ``good``: the file to which the canonical CSV is written. Unless ``bad`` is given, writing stops at the first
      batch with a bad row.
    - ``bad``: the file to which a line of JSON is written for each bad row.
    - ``watch_ids``: record repeated IDs.
    - ``is_sample``: the source may end within a row.
    - ``preview``: collects the rows to be shown. An error about the header has a preview in any case.
    - ``rows_max``: refuse a file with more rows.
    - ``on_batch``: called after each batch of a few thousand rows.

    Raises
    ------
    InvalidFileError
        The whole file is unreadable because of its format or its header, it has more than ``rows_max`` rows, or it has
        more than ``BAD_ROWS_MAX`` bad rows that no finding about a whole column explains. Fewer are only recorded.
    """
    table = read_table(source, is_sample=is_sample, is_heading=_is_mapped(options))
    first = next(table.batches, RowBatch([]))
    found, rows_of_header = _columns_of(table, first, options)
    first = first.without_first(len(rows_of_header))
    plan = plan_of(found, first, options, is_workbook=table.format == "xlsx")
    used = {item.index: item.column.name for item in found}
    absent = dict(suggestions(table.header, {*used, *options.described(table.header)}, set(used.values())))
    if preview:
        preview.add_header(table.header, used, absent)
    checker = RowChecker(
        plan, found, table, good, bad,
        watch_ids=watch_ids, watch_foreign_ids=not table.is_encoding_certain, preview=preview,
    )  # fmt: skip
    for batch in chain([first] if first else [], table.batches):
        if rows_max is not None:
            refuse_too_many_rows(checker.rows + len(batch), rows_max)
        checker.add(batch)
        if checker.findings.rows_total > BAD_ROWS_MAX:
            break
        on_batch()
    if preview:
        for item, cells in zip(found, checker.cells, strict=True):
            unit = cells.reading.unit.name if cells.reading.unit else None
            preview.describe_column(item.index, unit=unit, texts=list(cells.texts))
    inspection = _inspection(table, rows_of_header, found, plan, checker, options, absent)
    if checker.findings.rows_total > BAD_ROWS_MAX and not inspection.column_findings:
        raise checker.findings.error(checker.rows)
    return inspection


def _is_mapped(options: ReadingOptions) -> Callable[[str], bool] | None:
    mapped = options.mapped_headings()
    return (lambda text: options.plain_heading(text) in mapped) if mapped else None


def _columns_of(table: Table, first: RowBatch, options: ReadingOptions) -> tuple[list[HeaderColumn], list[Row]]:
    """Return the columns that are read, and the rows below the header that belong to it.

    An error gets a preview, so that the sender can say what the columns mean.
    """
    header, hint = table.header, ""
    if table.encoding not in {None, "utf-8", "utf-16"}:
        hint = f" The text was read as {table.encoding}. If it looks wrong, please save the file as UTF-8."
    try:
        return with_second_row(columns_of(header, options, hint), first, options.column_units)
    except InvalidFileError as error:
        described = options.described(header)
        stated = {index: options.column_of(header[index]) for index in described}
        used = {index: name for index, name in stated.items() if name in columns.STORED} | {
            index: heading.column.name
            for index, text in enumerate(header)
            if index not in described and (heading := headings.find(text)) and heading.column.kind != "ignored"
        }
        preview = Preview()
        preview.add_header(header, used, dict(suggestions(header, {*used, *described}, set(used.values()))))
        preview.add_first_rows(first, 0)
        error.extra["preview"] = preview.document()
        raise


def _inspection(
    table: Table,
    rows_of_header: list[Row],
    found: list[HeaderColumn],
    plan: Plan,
    checker: RowChecker,
    options: ReadingOptions,
    near: dict[int, str],
) -> Inspection:
    cells = checker.cells
    findings, odd = judge(cells)
    conflict = next((column.mark_conflict for column in cells if column.mark_conflict), None)
    explained = {finding.column for finding in findings}
    unclear = [column for column in cells if not column.has_decimals and column.reading.column.name not in explained]
    grouped = [column.thousands for column in unclear]
    thousands = next(filter(None, grouped), None)
    decimal = plan.findings
    if (example := conflict or thousands) and not decimal and options.decimal is None:
        evidence = Evidence.of([*plan.evidence.examples(), example])
        other = plan.evidence.point or plan.evidence.comma if conflict else None
        decimal = [unclear_decimal(example, other, evidence)]
    if decimal:  # numbers that may be read wrongly show no unit
        findings = [*decimal, *(finding for finding in findings if finding.column not in columns.NUMBERS)]
    used = {item.index for item in found}
    numbers = [column for column in cells if column.reading.unit]
    return Inspection(
        rows=checker.rows,
        findings=checker.findings,
        column_findings=findings,
        warnings=[*odd, *_near_headings(table.header, near), *_doubtful_ids(table, checker)],
        assumptions=(
            *assumptions_about_table(table),
            *assumptions_about_second_row(rows_of_header),
            *assumptions_about_rows(checker, table.header),
            *assumptions_about_header(found),
            *plan.assumptions,
            *assumptions_about_units(odd),
            *assumptions_about_cells(cells),
        ),
        out_of_range={name: flagged for name, flagged in checker.out_of_range.items() if flagged.count},
        imputed={name: count for name, count in checker.imputed.items() if count},
        used=tuple(item.column.name for item in found),
        ignored=tuple(cell[:NAME_SHOWN_MAX] for index, cell in enumerate(table.header) if index not in used and cell),
        units={column.reading.column.name: column.reading.unit.name for column in numbers if column.reading.unit},
        training_ranges={column.reading.column.name: column.training_range_in_file_unit() for column in numbers},
        table=table,
        duplicates=checker.duplicates(),
    )


def _near_headings(header: Row, near: dict[int, str]) -> list[Finding]:
    warnings = []
    for index, name in near.items():
        heading = header[index][:VALUE_SHOWN_MAX]
        message = f"The column '{heading}' is not used. Is it {name}?"
        warnings.append(Finding("heading_near", message, None, name, None, {"heading": heading}))
    return warnings


def _doubtful_ids(table: Table, checker: RowChecker) -> list[Finding]:
    """Return a warning if only the library's guess decides how the IDs are written."""
    if not checker.foreign_ids:
        return []
    shown = ", ".join(checker.foreign_ids)
    message = f"The file is read as {table.encoding}, so that IDs are {shown}. If they look wrong, save it as UTF-8."
    return [Finding("ids_depend_on_encoding", message, None, "ID", None, {"texts": checker.foreign_ids})]
