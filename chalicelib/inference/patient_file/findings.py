"""Findings of the file check, and the errors that refuse a file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

from chalicelib.core.errors import DomainError

FINDINGS_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a patient file: what is wrong, where, and what is expected.

    ``row`` counts the patients from 1, without the header and blank lines. ``value`` is the cell's text, cut to 40
    characters. ``params`` holds the values in the message, for clients that write their own sentence.
    """

    code: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the finding as the API shows it."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "code": self.code,
            "message": self.message,
            **self.params,
        }


class InvalidFileError(DomainError):
    """The file cannot be predicted as it is. Nothing was charged."""

    status = 422
    title = "The file can't be predicted"

    def __init__(self, detail: str, findings: Iterable[Finding] = (), **extra: Any) -> None:
        errors = [finding.document() for finding in findings]
        if errors:
            extra = {"errors": errors, "errors_total": len(errors), **extra}
        super().__init__(f"{detail} Nothing was charged.", **extra)
        self.reason = detail


class FileTooLargeError(InvalidFileError):
    """The file is larger than allowed."""

    status = 413
    code = "file_too_large"
    title = "The file is too large"


class NotACsvError(InvalidFileError):
    """The file is neither a text nor a workbook, but a picture, an archive or a file of another program."""

    status = 415
    code = "not_a_csv"
    title = "This is not a CSV file"


class EncodingUnsupportedError(InvalidFileError):
    """The text is in several encodings, or in UTF-16 without a byte order mark."""

    code = "encoding_unsupported"
    title = "The encoding of the file is not supported"


class FileEmptyError(InvalidFileError):
    """The file has no bytes, or only blanks."""

    code = "file_empty"
    title = "The file is empty"


class NoRowsError(InvalidFileError):
    """The file has a header but no patients."""

    code = "no_rows"
    title = "The file has no patients"


class BrokenCsvError(InvalidFileError):
    """The text is not a table: an open quotation mark, a cell or line that is too long, or too many columns."""

    code = "broken_csv"
    title = "This can't be read as a table"


class TooManyRowsError(InvalidFileError):
    """The file has more patients than one prediction allows."""

    code = "too_many_rows"
    title = "The file has too many rows"


def refuse_too_many_rows(rows: int, rows_max: int) -> None:
    """Refuse a file that has at least ``rows`` patients if that is more than ``rows_max``.

    Raises
    ------
    TooManyRowsError
    """
    if rows > rows_max:
        raise TooManyRowsError(
            f"The file has more than {rows_max:,} rows, the maximum for one prediction. Please split it.",
            limit_rows=rows_max,
        )


def refuse_surely_too_many_rows(estimate: int, rows_max: int) -> None:
    """Refuse a file whose estimated number of patients is at least twice ``rows_max``.

    Rows differ in length, so a lower estimate may still be within the limit. The worker counts the rows then.

    Raises
    ------
    TooManyRowsError
    """
    if estimate >= 2 * rows_max:
        raise TooManyRowsError(
            f"The file has about {estimate:,} rows, estimated from its beginning. One prediction takes at most "
            f"{rows_max:,} rows. Please split it.",
            limit_rows=rows_max,
        )


def refuse_rejected_for_its_rows(rows_max: int) -> NoReturn:
    """Refuse to run a file again that a worker rejected for its number of rows, even if the limit has changed.

    Raises
    ------
    TooManyRowsError
    """
    raise TooManyRowsError(
        f"This file was rejected because it has too many rows. One prediction takes at most {rows_max:,} rows. "
        "Please split it and submit the parts.",
        limit_rows=rows_max,
    )


class ColumnMissingError(InvalidFileError):
    """At least one required column is missing; ``errors`` names each."""

    code = "column_missing"
    title = "A required column is missing"


class ColumnDuplicatedError(InvalidFileError):
    """Two columns have the same name, so it is not clear which one is meant."""

    code = "column_duplicated"
    title = "A column appears twice"


class UnitUnknownError(InvalidFileError):
    """The header names a unit that is not known for its column."""

    code = "unit_unknown"
    title = "A unit is not known"


class MappingInvalidError(InvalidFileError):
    """The sender describes a heading, a column, a unit or a value that does not exist."""

    code = "mapping_invalid"
    title = "The description of the columns does not fit"


class SeparatorUnsupportedError(InvalidFileError):
    """The cells are separated by blanks or another mark that is not read, or each line is a single cell."""

    code = "separator_unsupported"
    title = "The separator of the cells is not supported"


class ColumnsUnclearError(InvalidFileError):
    """A whole column, or the decimal mark of the file, has several possible meanings. ``errors`` names each."""

    code = "columns_unclear"
    title = "The meaning of a column is not clear"


class InvalidRowsError(InvalidFileError):
    """Some rows cannot be predicted.

    ``errors`` holds the first findings, ``errors_total`` counts all, ``bad_rows`` names every bad row, such as
    "2, 4-17".
    """

    code: ClassVar[str] = "invalid_rows"
    title = "Some rows can't be predicted"


@dataclass(slots=True)
class FindingCollector:
    """Collects the findings of a file's rows in bounded memory: it keeps the first hundred and counts the rest."""

    shown: list[Finding] = field(default_factory=list)
    total: int = 0
    ranges: list[list[int]] = field(default_factory=list)
    """The first and the last row of each run of consecutive bad rows. A file of only bad rows is one run."""
    rows_total: int = 0
    by_kind: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    """The number of findings of each column and code."""

    def add_row(self, row: int, findings: list[Finding]) -> None:
        """Add the findings of ``row``. Rows must be added in ascending order."""
        self.rows_total += 1
        if self.ranges and self.ranges[-1][1] == row - 1:
            self.ranges[-1][1] = row
        else:
            self.ranges.append([row, row])
        self.total += len(findings)
        self.by_kind.update((finding.column, finding.code) for finding in findings)
        self.shown += findings[: FINDINGS_SHOWN_MAX - len(self.shown)]

    def bad_rows(self) -> list[str]:
        """Return every bad row, such as ``2`` or, for a run, ``4-17``."""
        return [str(first) if first == last else f"{first}-{last}" for first, last in self.ranges]

    def error(self, rows: int) -> InvalidRowsError:
        """Return the error for a file of ``rows`` patients."""
        bad_rows = self.bad_rows()
        more = " and more" if len(bad_rows) > 10 else ""
        return InvalidRowsError(
            f"{self.rows_total} of {rows} rows can't be predicted (row {', '.join(bad_rows[:10])}{more}).",
            self.shown,
            errors_total=self.total,
            bad_rows=", ".join(bad_rows),
            bad_rows_total=self.rows_total,
            rows=rows,
        )
