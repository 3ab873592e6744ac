"""Read the bytes of a file as a header and batches of rows: format, encoding, separator, header line, quoting.

Column names are used only to find the separator and the header line.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import BinaryIO, Literal, NamedTuple, TextIO

from chalicelib.inference.patient_file import columns, encodings, formats, headings, workbook
from chalicelib.inference.patient_file.findings import BrokenCsvError, FileEmptyError, SeparatorUnsupportedError
from chalicelib.inference.patient_file.header_shape import Header, fitted_header
from chalicelib.inference.patient_file.row_batch import LineBatch, Row, RowBatch

BATCH_ROWS = 4096
COLUMNS_MAX = 256
CELLS_MAX = 2 * COLUMNS_MAX
CELL_CHARACTERS_MAX = 10_000
LINE_CHARACTERS_MAX = 1_000_000
HEADER_ROWS_MAX = 20
"""The header is looked for in this many rows."""
HEADER_COLUMNS_MIN = 3
"""A row below the first one is the header if it names at least this many columns."""

SEPARATORS = (",", ";", "\t", "|")

_LINES_AT_ONCE = 64
_HEAD_BYTES = 64 * 1024
_BLOCK_CHARACTERS = 64 * 1024
_BEGINNING_CHARACTERS = 1024 * 1024
_SEPARATOR_LINE = re.compile(r'"?sep=([^\w"]|_)"?\s*', re.IGNORECASE)
_UNREAD_SEPARATORS = ":^~!#&/"
_QUOTED_ROW_NAMES = ('\r"1",', '\n"1",')


@dataclass(frozen=True, slots=True)
class Table:
    """A text table: the header cells, and the rows in batches of at most ``BATCH_ROWS``, without blank rows.

    - ``header_row``: the header as it stands in the file. ``surplus``: how many blank cells a row may have beyond it.
    - ``has_row_names``: whether each row begins with a name that has no heading.
    - ``header_line``: where the header is if something precedes it, else None. A line of text, or a row of a sheet.
    - ``separator`` and ``encoding``: None for a workbook. ``has_separator_line``: the file names its separator.
    - ``is_encoding_certain``: whether headings or the bytes themselves show the encoding.
    - ``sheet``: the sheet that is read, and ``sheets`` how many the workbook has.
    """

    header: Row
    batches: Iterator[RowBatch]
    format: Literal["csv", "xlsx"]
    header_row: Row
    surplus: int = 0
    has_row_names: bool = False
    header_line: int | None = None
    separator: str | None = None
    has_separator_line: bool = False
    encoding: str | None = None
    is_encoding_certain: bool = True
    sheet: str | None = None
    sheets: int = 0


class _Layout(NamedTuple):
    """Where the table of a text begins: its separator, the lines before the header, the number of known columns."""

    separator: str
    lines_before: int
    known_columns: int


def read_table(source: BinaryIO, *, is_sample: bool = False, is_heading: Callable[[str], bool] | None = None) -> Table:
    """Read ``source``, which stands at the beginning of the file, as a table.

    The file is an Excel workbook, or a text with commas, semicolons, tabs or vertical bars between the cells. A text is
    read twice: for its encoding, and for its rows. ``is_sample`` means that it is only the beginning of a file and may
    end within a row. ``is_heading`` tells further headings than the known ones.

    Raises
    ------
    NotACsvError, EncodingUnsupportedError, FileEmptyError, BrokenCsvError, SeparatorUnsupportedError, WorkbookError
        ``BrokenCsvError`` may also be raised while the batches are consumed.
    """

    def known_columns(cells: Row) -> int:
        names = {found.column.name for cell in cells if (found := headings.find(cell))}
        return len(names) + (sum(map(is_heading, cells)) if is_heading else 0)

    head = source.read(_HEAD_BYTES)
    source.seek(0)
    if formats.is_workbook(head):
        return _workbook_table(source, known_columns)
    formats.refuse_other_formats(head)
    # The csv module has one limit for the whole process; every caller here needs the same.
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    encoding = encodings.detect(
        source, is_sample=is_sample, known_headings=lambda text: _layout(text, known_columns).known_columns
    )
    if not encoding.beginning:
        raise FileEmptyError(f"The file is empty. {_expected_content()}")
    beginning = encoding.open_text(source)
    text = beginning.read(_BEGINNING_CHARACTERS)
    beginning.detach()  # closing it would close the source
    named = _SEPARATOR_LINE.fullmatch(re.split(r"[\r\n]", text, maxsplit=1)[0])
    layout = _layout(text, known_columns, named.group(1) if named else None)
    if named and layout.known_columns < HEADER_COLUMNS_MIN:
        named, layout = None, _layout(text, known_columns)
    if layout.known_columns < HEADER_COLUMNS_MIN:
        _refuse_other_separators(text, known_columns)
    lines = chain.from_iterable(_lines(encoding.open_text(source)))
    skipped = list(islice(_refuse_long(lines), layout.lines_before))
    # Without quotation marks, a decimal comma in each row looks like row names.
    is_quoted = '"' in text and any(name in text for name in _QUOTED_ROW_NAMES)
    may_have_row_names = layout.separator != "," or is_quoted
    batches = _batches_of_lines(lines, layout.separator, is_sample=is_sample)
    header, batches = _header_and_batches(batches, may_have_row_names=may_have_row_names)
    titles = [line for line in skipped[1 if named else 0 :] if line.strip(" \t\r\n,;|")]
    return Table(
        header.cells, batches, "csv", header.row, header.surplus, header.has_row_names,
        layout.lines_before + 1 if titles else None, layout.separator, named is not None, encoding.name,
        encoding.is_certain,
    )  # fmt: skip


def _workbook_table(source: BinaryIO, known_columns: Callable[[Row], int]) -> Table:
    sheet = workbook.read_sheet(source, known_columns)
    rows = iter(sheet.rows)
    first = list(islice(rows, HEADER_ROWS_MAX))
    index = _header_index(first, known_columns)
    for cells in first:
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and any(known_columns(filled[0].split(mark)) >= HEADER_COLUMNS_MIN for mark in SEPARATORS):
            raise SeparatorUnsupportedError(
                "Each row of the sheet is in a single cell. In Excel, split it: select the column, then Data, Text to "
                "Columns."
            )
    header, batches = _header_and_batches(_batches_of_rows(chain(first[index:], rows), is_sample=False))
    titles = any(cell.strip() for row in first[:index] for cell in row)
    return Table(
        header.cells, batches, "xlsx", header.row, header.surplus, header.has_row_names,
        index + 1 if titles else None, sheet=sheet.name, sheets=sheet.sheets,
    )  # fmt: skip


def _header_and_batches(
    batches: Iterator[RowBatch], *, may_have_row_names: bool = False
) -> tuple[Header, Iterator[RowBatch]]:
    first = next(batches, None)
    if first is None:  # only separators and quotation marks
        raise FileEmptyError(f"The file is empty. {_expected_content()}")
    patients = first.without_first(1)
    header = fitted_header(first.first(1)[0], patients, may_have_row_names=may_have_row_names)
    if len(header.cells) > COLUMNS_MAX:
        raise BrokenCsvError(f"The header has too many columns. At most {COLUMNS_MAX} are allowed.")
    return header, chain([patients] if patients else [], batches)


def _expected_content() -> str:
    return f"A file needs a header with at least the columns {', '.join(columns.REQUIRED)}, and one row per patient."


def _layout(text: str, known_columns: Callable[[Row], int], separator: str | None = None) -> _Layout:
    """Find the header in the first rows of ``text``, for each separator, and return the best layout."""
    candidates = []
    lines = io.StringIO(text, newline="")
    for candidate in (separator,) if separator else SEPARATORS:
        lines.seek(0)
        rows, lines_before = _first_rows(lines, candidate)
        if separator and rows:
            rows[0] = []  # the line that names the separator
        index = _header_index(rows, known_columns)
        row = rows[index] if rows else []
        known = known_columns(row)
        candidates.append((known, len(row), _Layout(candidate, lines_before[index], known)))
    return max(candidates, key=lambda candidate: candidate[:2])[2]


def _first_rows(lines: TextIO, separator: str) -> tuple[list[Row], list[int]]:
    """Return the first rows of a text, and how many lines precede each of them and the one after them."""
    reader = csv.reader(lines, delimiter=separator)
    rows: list[Row] = []
    lines_before = [0]
    try:
        for row in islice(reader, HEADER_ROWS_MAX):
            rows.append(row)
            lines_before.append(reader.line_num)
    except csv.Error:
        pass  # the caller reads the rows again and reports it
    return rows, lines_before


def _header_index(rows: list[Row], known_columns: Callable[[Row], int]) -> int:
    """Return the index of the header: the first row that is not blank, unless a later one is clearly the header."""
    first = next((index for index, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)
    if not rows or known_columns(rows[first][:COLUMNS_MAX]) >= len(columns.REQUIRED):
        return first
    counts = [known_columns(row[:COLUMNS_MAX]) for row in rows]
    best = max(range(len(rows)), key=lambda index: (counts[index], -index))
    return best if counts[best] >= HEADER_COLUMNS_MIN and counts[best] > counts[first] else first


def _refuse_other_separators(text: str, known_columns: Callable[[Row], int]) -> None:
    """Refuse a file whose cells are separated by blanks, as some programs print tables, or by another mark."""

    def is_header(cells: Row) -> bool:
        return known_columns([cell.strip('"') for cell in cells[:COLUMNS_MAX]]) >= HEADER_COLUMNS_MIN

    for line in text.splitlines()[:HEADER_ROWS_MAX]:
        if line.startswith('"') and any(is_header(line.split(separator)) for separator in SEPARATORS):
            raise SeparatorUnsupportedError(
                "Each line is in quotation marks as a whole, so it is a single cell. Please save the file without them."
            )
        for mark in _UNREAD_SEPARATORS:
            if is_header(line.split(mark)):
                raise SeparatorUnsupportedError(
                    f"The cells are separated by '{mark}'. Please save the file with commas, semicolons or tabs "
                    "between the cells."
                )
        if is_header(line.split()):
            raise SeparatorUnsupportedError(
                "The cells are separated by blanks, so it is not clear where a cell ends. Please save the file with "
                "commas, semicolons or tabs between the cells. In R: write.csv(..., row.names = FALSE)."
            )


def _lines(text: TextIO) -> Iterator[list[str]]:
    """Yield the lines of ``text`` in lists. Of a line that could fill the memory, only the first part is yielded."""
    rest = ""
    while block := text.read(_BLOCK_CHARACTERS):
        *lines, rest = io.StringIO(rest + block, newline="").readlines()
        yield lines
        if len(rest) >= LINE_CHARACTERS_MAX:
            break
    if rest:
        yield [rest]


def _refuse_long(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines. A line that could fill the memory is refused."""
    for line in lines:
        if len(line) >= LINE_CHARACTERS_MAX:
            raise BrokenCsvError(
                f"A line has more than {LINE_CHARACTERS_MAX:,} characters. Is there one row per patient?"
            )
        yield line


def _batches_of_lines(lines: Iterator[str], separator: str, *, is_sample: bool) -> Iterator[RowBatch]:
    """Yield batches of plain lines. From the first batch on that has others, the csv module reads them."""
    while (block := _block(lines)) and _are_plain(block, separator):
        yield LineBatch(block, separator)
    rest = _refuse_long(chain(block, lines))
    rows = csv.reader(rest, delimiter=separator, strict=True, skipinitialspace=separator != " ")
    yield from _batches_of_rows(rows, is_sample=is_sample)


def _block(lines: Iterator[str]) -> list[str]:
    """Return the lines of one batch. It ends soon after a long line, since many of them would fill the memory."""
    block: list[str] = []
    while some := list(islice(lines, min(_LINES_AT_ONCE, BATCH_ROWS - len(block)))):
        block += some
        if max(map(len, some)) > CELL_CHARACTERS_MAX:
            break
    return block


def _are_plain(lines: list[str], separator: str) -> bool:
    """Return whether splitting ``lines`` at the separators, which is faster, gives the same rows as the csv module.

    All of them have equally many cells then. None is long or blank, or has a quotation mark or a blank before a cell.
    """
    text = "".join(lines)
    starts = set(map(itemgetter(0), lines))
    may_be_blank = any(start == separator or start.isspace() for start in starts)
    width = lines[0].count(separator) + 1
    return (
        '"' not in text
        and (" " not in text or f"{separator} " not in text)
        and ("\r" not in text or "\r" not in text.replace("\r\n", ""))
        and " " not in starts
        and set(map(str.count, lines, repeat(separator))) == {width - 1}
        and width <= CELLS_MAX
        and max(map(len, lines[-_LINES_AT_ONCE:])) <= CELL_CHARACTERS_MAX
        and (not may_be_blank or all(line.replace(separator, "").strip() for line in lines))
    )


def _batches_of_rows(rows: Iterator[Row], *, is_sample: bool) -> Iterator[RowBatch]:
    non_blank = (row if len(row) <= CELLS_MAX else _cut(row) for row in rows if "".join(row).strip())
    while True:
        batch: list[Row] = []
        try:
            batch.extend(islice(non_blank, BATCH_ROWS))
        except csv.Error as error:
            if not (is_sample and "unexpected end" in str(error)):
                raise BrokenCsvError(
                    f"The file can't be read as a table ({error}). Is a quotation mark opened but not closed?"
                ) from error
        if not batch:
            return
        yield RowBatch(batch)


def _cut(row: Row) -> Row:
    """Cut a row that is far wider than any table. A batch of such rows would fill the memory."""
    # One more filled cell is kept, so that the row is reported as too wide.
    return row[:CELLS_MAX] + [cell for cell in row[CELLS_MAX:] if cell.strip()][:1]
