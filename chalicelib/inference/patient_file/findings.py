"""What is wrong with a file: findings that say where, what, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

from chalicelib.core.errors import DomainError

FINDINGS_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    ``row`` counts the patients from 1, the header and blank lines not included. ``params`` are the numbers
    and words of the message, for a client that writes its own sentence in another language.
    """

    code: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "code": self.code,
            "message": self.message,
            **self.params,
        }


class InvalidFileError(DomainError):
    """The file can't be predicted as it is. Nothing was charged."""

    status = 422
    title = "The file can't be predicted"

    def __init__(self, detail: str, findings: Iterable[Finding] = (), **extra: Any) -> None:
        errors = [finding.document() for finding in findings]
        if errors:
            extra = {"errors": errors, "errors_total": len(errors), **extra}
        super().__init__(f"{detail} Nothing was charged.", **extra)
        self.reason = detail


class FileTooLargeError(InvalidFileError):
    """Larger than one request can carry."""

    status = 413
    code = "file_too_large"
    title = "The file is too large"


class NotACsvError(InvalidFileError):
    """Not a text: a picture, a workbook, an archive."""

    status = 415
    code = "not_a_csv"
    title = "This is not a CSV file"


class EncodingUnsupportedError(InvalidFileError):
    """A text in an encoding that isn't read, such as UTF-16."""

    code = "encoding_unsupported"
    title = "The encoding of the file is not supported"


class FileEmptyError(InvalidFileError):
    """No bytes, or nothing but blanks."""

    code = "file_empty"
    title = "The file is empty"


class NoRowsError(InvalidFileError):
    """A header and no patient."""

    code = "no_rows"
    title = "The file has no patients"


class BrokenCsvError(InvalidFileError):
    """A text that is no table: a quotation mark never closed, a cell without an end, too many columns."""

    code = "broken_csv"
    title = "This can't be read as a table"


class TooManyRowsError(InvalidFileError):
    """More patients than one prediction takes."""

    code = "too_many_rows"
    title = "The file has too many rows"


def refuse_too_many_rows(rows: int, rows_max: int) -> None:
    """Refuse a file that has at least ``rows`` patients, if that is more than ``rows_max``.

    Raises
    ------
    TooManyRowsError
    """
    if rows > rows_max:
        raise TooManyRowsError(
            f"The file has more than {rows_max:,} rows, which is the most for one prediction. Please split it.",
            limit_rows=rows_max,
        )


def refuse_surely_too_many_rows(estimate: int, rows_max: int) -> None:
    """Refuse a file that has about ``estimate`` patients, if that is so many that it can't be ``rows_max`` or fewer.

    Rows differ in length, so an estimate below twice the limit refuses nothing: the worker will count them.

    Raises
    ------
    TooManyRowsError
    """
    if estimate >= 2 * rows_max:
        raise TooManyRowsError(
            f"The file has about {estimate:,} rows, by its beginning; at most {rows_max:,} are taken in one "
            "prediction. Please split it.",
            limit_rows=rows_max,
        )


def refuse_rejected_for_its_rows(rows_max: int) -> NoReturn:
    """Refuse to run a file again that a worker rejected for its number of rows, whatever the limit was then.

    Raises
    ------
    TooManyRowsError
    """
    raise TooManyRowsError(
        f"This file was rejected for its number of rows; at most {rows_max:,} rows are taken in one prediction. "
        "Please split it and submit its parts anew.",
        limit_rows=rows_max,
    )


class ColumnMissingError(InvalidFileError):
    """At least one required column is missing; ``errors`` names each."""

    code = "column_missing"
    title = "A required column is missing"


class ColumnDuplicatedError(InvalidFileError):
    """Two columns have one name: nobody can tell which is meant."""

    code = "column_duplicated"
    title = "A column appears twice"


class UnitUnknownError(InvalidFileError):
    """The header names a unit that isn't known for its column."""

    code = "unit_unknown"
    title = "A unit is not known"


class InvalidRowsError(InvalidFileError):
    """Rows that can't be predicted.

    ``errors`` holds the first findings, ``errors_total`` counts all, ``bad_rows`` names every row, such as "2, 4-17".
    """

    code: ClassVar[str] = "invalid_rows"
    title = "Some rows can't be predicted"


@dataclass(slots=True)
class FindingCollector:
    """Findings, bounded: the first hundred are kept, the rest counted."""

    shown: list[Finding] = field(default_factory=list)
    total: int = 0
    ranges: list[list[int]] = field(default_factory=list)
    """First and last of each run of bad rows: every one is named, and a file of nothing else is one run."""
    rows_total: int = 0

    def add_row(self, row: int, findings: list[Finding]) -> None:
        """Take what is wrong with ``row``; rows come in their order."""
        self.rows_total += 1
        if self.ranges and self.ranges[-1][1] == row - 1:
            self.ranges[-1][1] = row
        else:
            self.ranges.append([row, row])
        self.total += len(findings)
        self.shown += findings[: FINDINGS_SHOWN_MAX - len(self.shown)]

    def bad_rows(self) -> list[str]:
        """Every bad row, such as ``2`` and ``4-17``."""
        return [str(first) if first == last else f"{first}-{last}" for first, last in self.ranges]

    def error(self, rows: int) -> InvalidRowsError:
        """What the submitter of a file of ``rows`` patients is told."""
        named = self.bad_rows()
        more = " and more" if len(named) > 10 else ""
        return InvalidRowsError(
            f"{self.rows_total} of {rows} rows can't be predicted (row {', '.join(named[:10])}{more}).",
            self.shown,
            errors_total=self.total,
            bad_rows=", ".join(named),
            bad_rows_total=self.rows_total,
            rows=rows,
        )
