"""Read a sheet of an Excel workbook (.xlsx) as rows of texts.

The library calamine parses the workbook. It trusts the file: for one cell in the last corner of a sheet it allocates
the whole sheet. So every XML part is unpacked and checked first, in bounded memory, and calamine gets a new archive of
exactly the parts that were checked.
"""

import codecs
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.parsers import expat

from chalicelib.inference.patient_file.findings import InvalidFileError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

WORKBOOK_BYTES_MAX = 16 * 1024 * 1024
ENTRIES_MAX = 5_000
UNPACKED_BYTES_MAX = 96 * 1024 * 1024
SHEETS_MAX = 64
ROWS_MAX = 100_000
CELLS_MAX = 2_500_000
"""The most cells of all sheets. A sheet counts from its first to its last cell, with the empty ones between them."""
ELEMENTS_MAX = 6_000_000
"""The most elements of all XML parts."""
TEXT_BYTES_MAX = 128 * 1024 * 1024
"""The most text of all cells. A text that many cells share counts for each of them."""

_HEADER_ROWS_MAX = 20
_DEPTH_MAX = 100
_FAR = 1 << 40
_BLOCK_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0"
_CENTRAL_ENTRY = b"PK\x01\x02"
_PART = re.compile(r".*\.(xml|rels)", re.IGNORECASE)
_UNUSED = re.compile(
    r"(docprops|customxml|xl/(activex|chart\w*|comments\w*|ctrlprops|diagrams|drawings|embeddings|externallinks|media"
    r"|persons|pivot\w*|printersettings|querytables|slicer\w*|tables|theme\w*|threadedcomments|webextensions))/"
    r"|xl/(calcchain|comments\d*|connections|metadata|volatiledependencies)\.xml",
    re.IGNORECASE,
)
_ADVICE = "Save the sheet with the patients as a CSV file: in Excel, File, Save As, 'CSV UTF-8 (comma delimited)'."
_SAVE_AGAIN = "Please open it in Excel, save it again as 'Excel Workbook (.xlsx)' or as 'CSV UTF-8 (comma delimited)'."
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class WorkbookTooLargeError(InvalidFileError):
    """The workbook is larger than allowed. ``limit`` names what is too large, and ``maximum`` is what is allowed."""

    status = 413
    code = "workbook_too_large"
    title = "The workbook is too large"

    def __init__(self, limit: str, maximum: int, excess: str) -> None:
        megabytes = maximum // 1024**2
        text = excess.format(maximum=maximum, megabytes=megabytes)
        super().__init__(f"The workbook has more than {text}. {_ADVICE}", limit=limit, maximum=maximum)


class WorkbookBrokenError(InvalidFileError):
    """The workbook is damaged, or its formulas have no stored values."""

    code = "workbook_broken"
    title = "The workbook can't be read"


class WorkbookEncryptedError(InvalidFileError):
    """The workbook has a password."""

    code = "workbook_encrypted"
    title = "The workbook has a password"

    def __init__(self) -> None:
        super().__init__(
            "The workbook has a password, so it can't be read. In Excel: File, Info, Protect Workbook, Encrypt with "
            "Password, delete the password, and save."
        )


class NumberText(str):
    """The text of a cell that holds a number. Its decimal mark is a point, whatever other cells have."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that was chosen.

    Parameters
    ----------
    sheets
        The number of worksheets that are not hidden.
    rows
        The rows from the first one of the sheet, blank ones too.
    """

    name: str
    sheets: int
    rows: Iterator[list[str]]


def read_sheet(source: BinaryIO, known_headings: Callable[[list[str]], int]) -> Sheet:
    """Read the workbook ``source``, which stands at its beginning.

    Of several sheets that are not hidden, take the one with the most known headings in a row among its first 20 rows,
    else the first one with cells. Numbers are ``NumberText``, dates are in ISO 8601, error values are empty, and
    formulas count by their stored value.

    Parameters
    ----------
    known_headings
        Returns how many cells of a row are known headings.

    Raises
    ------
    WorkbookTooLargeError, WorkbookBrokenError, WorkbookEncryptedError
    """
    with _as_broken():
        workbook = _open(_checked(_content(source)))
        names = _visible_worksheets(workbook)
        best: CalamineSheet | None = None
        best_score = -1
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is None:  # it has no cells
                continue
            score = max(map(known_headings, islice(_rows(sheet), _HEADER_ROWS_MAX))) if len(names) > 1 else 0
            if score > best_score:
                best, best_score = sheet, score
    return Sheet(best.name if best else "", len(names), _rows(best) if best else iter(()))


@contextmanager
def _as_broken() -> Iterator[None]:
    """Turn an error of the libraries into ``WorkbookBrokenError``."""
    try:
        yield
    except (InvalidFileError, MemoryError):
        raise
    except BaseException as error:
        # A panic of Rust is no Exception, and its class can't be imported.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _broken("it is damaged or not complete") from error
        raise


def _broken(reason: str) -> WorkbookBrokenError:
    return WorkbookBrokenError(f"The workbook can't be read: {reason}. {_SAVE_AGAIN}")


# ---- check the archive


def _content(source: BinaryIO) -> bytes:
    content = source.read(WORKBOOK_BYTES_MAX + 1)
    if content.startswith(_OLE):
        raise WorkbookEncryptedError
    if len(content) > WORKBOOK_BYTES_MAX:
        raise WorkbookTooLargeError("bytes", WORKBOOK_BYTES_MAX, "{megabytes} MB")
    if content.count(_CENTRAL_ENTRY) > ENTRIES_MAX:
        raise WorkbookTooLargeError("entries", ENTRIES_MAX, "{maximum:,} parts")
    return content


@dataclass(slots=True)
class _Totals:
    """What all parts have so far."""

    unpacked: int = 0
    elements: int = 0
    cells: int = 0
    text: int = 0
    shared: list[int] | None = None
    """The bytes of each shared text."""
    shared_is_regular: bool = True
    """Whether calamine counts the shared texts in the same way."""


def _checked(content: bytes) -> bytes:
    """Return an archive of the XML parts of ``content``, which have been checked."""
    checked = io.BytesIO()
    totals = _Totals()
    names: set[str] = set()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(checked, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        # The shared texts come first, because the sheets refer to them.
        for entry in sorted(archive.infolist(), key=lambda entry: "sharedstrings" not in entry.filename.lower()):
            name = entry.filename.replace("\\", "/").lstrip("/")
            if not _PART.fullmatch(name) or _UNUSED.match(name):
                continue
            if name.lower() in names:
                raise _broken("it has two parts of the same name")
            names.add(name.lower())
            part = _unpacked(archive, entry, totals)
            _Check(totals).check(part)
            target.writestr(name, part)
    return checked.getvalue()


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, totals: _Totals) -> bytes:
    if entry.flag_bits & 1:
        raise WorkbookEncryptedError
    # Other methods are not in the standard, and may need much memory.
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _broken("it is compressed in an unusual way")
    part = io.BytesIO()
    with archive.open(entry) as source:
        while block := source.read(_BLOCK_BYTES):
            part.write(block)
            totals.unpacked += len(block)
            if totals.unpacked > UNPACKED_BYTES_MAX:
                raise WorkbookTooLargeError("unpacked_bytes", UNPACKED_BYTES_MAX, "{megabytes} MB when unpacked")
    return part.getvalue()


# ---- check a part


class _Check:
    """Checks an XML part before calamine reads it.

    The part may have any prefixes. Rows and cells may lack their positions.
    """

    def __init__(self, totals: _Totals) -> None:
        self.totals = totals
        self.starts = self.ends = 0
        self.first_row = self.first_column = _FAR
        self.last_row = self.last_column = -1
        self.formulas = self.values_of_formulas = 0
        self.longest = max(totals.shared or (0,))
        self.parser = expat.ParserCreate()

    def check(self, part: bytes) -> None:
        """Check the part, and add it to the totals.

        Raises
        ------
        WorkbookTooLargeError, WorkbookBrokenError
        """
        if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise _broken("its parts are not in UTF-8")
        closed: list[str] = []
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self._element_handler(self._share_text(part))
        self.parser.EndElementHandler = closed.append
        for start in range(0, len(part), _BLOCK_BYTES):
            self.parser.Parse(part[start : start + _BLOCK_BYTES])
            self.ends += len(closed)
            closed.clear()
            self._check_size()
        self.parser.Parse(b"", True)  # noqa: FBT003  (it takes no keywords)
        self._check_size()
        self.totals.elements += self.starts
        self.totals.cells += self._cells()
        if self.formulas and not self.values_of_formulas:
            raise _broken("its formulas have no stored values")

    def _cells(self) -> int:
        if self.last_row < 0:
            return 0
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)

    def _check_size(self) -> None:
        if self.starts - self.ends > _DEPTH_MAX:
            raise _broken("its parts are nested too deeply")
        for limit, value, maximum, excess in (
            ("elements", self.totals.elements + self.starts, ELEMENTS_MAX, "{maximum:,} values and formats"),
            ("rows", self.last_row + 1 - _HEADER_ROWS_MAX, ROWS_MAX, "{maximum:,} rows in a sheet"),
            (
                "cells",
                self.totals.cells + self._cells(),
                CELLS_MAX,
                "{maximum:,} cells, counting the empty ones between the others",
            ),
            ("text_bytes", self.totals.text, TEXT_BYTES_MAX, "{megabytes} MB of text in its cells"),
        ):
            if value > maximum:
                raise WorkbookTooLargeError(limit, maximum, excess)

    def _element_handler(self, share_text: Callable[[], None]) -> Callable[[str, dict[str, str]], None]:  # noqa: C901
        """Return the function that is called for each element. It is one function, because it runs millions of times.

        Parameters
        ----------
        share_text
            Adds the text that a cell shares with others to the totals.
        """
        row = column = cell_row = -1
        last_digits = ""
        is_formula = shares_text = False
        names: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:  # noqa: C901, PLR0912
            nonlocal row, column, cell_row, last_digits, is_formula, shares_text
            self.starts += 1
            name = names.get(name) or _local_name(name, names)
            if name == "c":
                shares_text = attributes.get("t") == "s"
                is_formula = False
                if reference := attributes.get("r"):
                    letters = reference.rstrip("0123456789")
                    column = _column(letters)
                    digits = reference[len(letters) :]
                    if digits != last_digits:
                        last_digits = digits
                        cell_row = int(digits) - 1
                else:
                    last_digits = ""
                    cell_row = row
                    column += 1
            # Only cells with a value count: a format may be set for all columns of a sheet. max() and min() are slow.
            elif name in {"v", "is"}:
                if cell_row > self.last_row:  # noqa: PLR1730
                    self.last_row = cell_row
                if cell_row < self.first_row:  # noqa: PLR1730
                    self.first_row = cell_row
                if column > self.last_column:  # noqa: PLR1730
                    self.last_column = column
                if column < self.first_column:  # noqa: PLR1730
                    self.first_column = column
                if is_formula:
                    self.values_of_formulas += 1
                if shares_text:
                    share_text()
            elif name == "f":
                is_formula = True
                self.formulas += 1
            elif name == "row":
                position = attributes.get("r")
                row = int(position) - 1 if position else row + 1
                column = -1
            elif name == "sst":
                self._start_shared_texts(attributes)

        return start

    def _share_text(self, part: bytes) -> Callable[[], None]:
        """Return the function that adds the text that a cell shares to the totals."""
        totals, longest, shared = self.totals, self.longest, self.totals.shared or []

        def add_longest() -> None:
            totals.text += longest

        is_awaited = False

        def await_index() -> None:
            nonlocal is_awaited
            is_awaited = True

        def look_up(index: str) -> None:
            nonlocal is_awaited
            if is_awaited:
                is_awaited = False
                try:
                    totals.text += shared[int(index)]
                except (ValueError, IndexError):
                    totals.text += longest

        # Looking up takes time, and it must be clear which text calamine takes.
        is_clear = totals.shared_is_regular and not re.search(rb"&#|<!|<\?(?!xml )", part)
        if longest * CELLS_MAX <= TEXT_BYTES_MAX or not is_clear:
            return add_longest
        self.parser.CharacterDataHandler = look_up
        return await_index

    def _start_shared_texts(self, attributes: dict[str, str]) -> None:
        if self.totals.shared is not None:
            raise _broken("it has two lists of texts")
        # calamine reserves memory for as many texts.
        if len(attributes.get("uniqueCount", "")) > len(str(ELEMENTS_MAX)):
            raise _broken("it states a wrong number of texts")
        self.totals.shared = shared = []
        is_new = False

        def start(name: str, _attributes: dict[str, str]) -> None:
            nonlocal is_new
            self.starts += 1
            name = name.rpartition(":")[2]
            if is_new and name not in {"t", "r"}:
                self.totals.shared_is_regular = False
            is_new = name == "si"
            if is_new:
                shared.append(0)

        def add(text: str) -> None:
            if shared:
                shared[-1] += len(text.encode())

        self.parser.StartElementHandler = start
        self.parser.CharacterDataHandler = add


def _local_name(name: str, names: dict[str, str]) -> str:
    """Return ``name`` without its prefix, and remember it in ``names``."""
    local = name.rpartition(":")[2]
    if len(names) < 1000:
        names[name] = local
    return local


def _refuse_doctype(*_: object) -> None:
    raise _broken("it has a document type")


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """Return the number of a column from 0."""
    if not re.fullmatch("[A-Za-z]{1,3}", letters):
        raise _broken("a cell has a wrong position")
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


# ---- read a sheet


def _open(content: bytes) -> "CalamineWorkbook":
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  (only workbooks need it)

    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def _visible_worksheets(workbook: "CalamineWorkbook") -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    sheets = workbook.sheets_metadata
    if len(sheets) > SHEETS_MAX:
        raise WorkbookTooLargeError("sheets", SHEETS_MAX, "{maximum:,} sheets")
    return [
        sheet.name
        for sheet in sheets
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _rows(sheet: "CalamineSheet") -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [_TEXTS[type(value)](value) for value in row]


def _number(value: float) -> NumberText:
    # Excel keeps 15 digits.
    return NumberText(int(value) if value.is_integer() and abs(value) < 1e15 else repr(value))


def _text(value: str) -> str:
    return value if value.isprintable() else _CONTROL.sub("", value)


_TEXTS: dict[type, Callable[[Any], str]] = {
    str: _text,
    float: _number,
    int: NumberText,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
}
"""How each type of calamine's values is written."""
