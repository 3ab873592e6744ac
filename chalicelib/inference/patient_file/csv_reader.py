"""Read the bytes of a CSV file as a header and batches of rows: encoding, separator, quoting.

Column names are used only to detect the separator.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, TextIO

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.findings import (
    BrokenCsvError,
    EncodingUnsupportedError,
    FileEmptyError,
    NotACsvError,
)

Row = list[str]

BATCH_ROWS = 4096
COLUMNS_MAX = 256
CELLS_MAX = 2 * COLUMNS_MAX
CELL_CHARACTERS_MAX = 10_000
LINE_CHARACTERS_MAX = 1_000_000

_BLOCK_BYTES = 1024 * 1024
# Python's name of each encoding, in the order in which they are tried, and the API's name.
_NAMES = {"utf-8-sig": "utf-8", "cp1251": "windows-1251"}

SEPARATORS = (",", ";", "\t")

_MAGIC = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
)
_HOW_TO_SAVE = "In Excel: File, Save As, 'CSV UTF-8 (comma delimited)'."
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Table:
    """A text table: the header cells, and the rows in batches of at most ``BATCH_ROWS``, without blank rows."""

    header: Row
    batches: Iterator[list[Row]]
    separator: str
    encoding: str


def read_table(source: BinaryIO, *, is_sample: bool = False) -> Table:
    """Read ``source``, which stands at the beginning of the file, as a CSV.

    The encoding is UTF-8 (with or without a byte order mark) or Windows-1251; the separator is a comma, a semicolon or
    a tab. ``source`` is read twice: for its encoding, and for its rows. ``is_sample`` means that it is only the
    beginning of a file and may end within a row.

    Raises
    ------
    NotACsvError, EncodingUnsupportedError, FileEmptyError, BrokenCsvError
        ``BrokenCsvError`` may also be raised while the batches are consumed.
    """
    encoding, beginning = _encoding(source)
    separator = _separator(beginning)
    source.seek(0)
    text = io.TextIOWrapper(source, encoding, newline="")
    # The csv module has one limit for the whole process; every caller here needs the same.
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    batches = _batches(csv.reader(_lines(text), delimiter=separator, strict=True), is_sample=is_sample)
    first = next(batches, None)
    if first is None:  # only separators and quotation marks
        raise FileEmptyError(f"The file is empty. {_expected_content()}")
    header, rest = first[0], first[1:]
    if len(header) > COLUMNS_MAX:
        raise BrokenCsvError(f"The header has too many columns. At most {COLUMNS_MAX} are allowed.")
    return Table([cell.strip() for cell in header], _chain(rest, batches), separator, _NAMES[encoding])


def _expected_content() -> str:
    return f"A file needs a header with at least the columns {', '.join(columns.REQUIRED)}, and one row per patient."


def _encoding(source: BinaryIO) -> tuple[str, str]:
    """Return the encoding that decodes all of ``source``, and the beginning of the text."""
    head = source.read(_BLOCK_BYTES)
    for magic, format_name in _MAGIC:
        if head.startswith(magic):
            raise NotACsvError(f"This looks like {format_name}, not a CSV file. {_HOW_TO_SAVE}")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _looks_like_utf16(head):
        raise EncodingUnsupportedError(f"The file is in UTF-16. Please save it as UTF-8. {_HOW_TO_SAVE}")
    for encoding in _NAMES:
        source.seek(0)
        try:
            return encoding, _beginning(source, encoding)
        except UnicodeDecodeError:
            if _begins_in_utf8(head):
                raise EncodingUnsupportedError(
                    f"The file begins in UTF-8 but not all of it is UTF-8. Please save it again. {_HOW_TO_SAVE}"
                ) from None
    raise NotACsvError(f"The file is not a text file. {_HOW_TO_SAVE}")


def _begins_in_utf8(head: bytes) -> bool:
    """Return whether the first character beyond ASCII is UTF-8. In another encoding, names would be garbled."""
    text = head.decode("utf-8", "surrogateescape")
    first = next((character for character in text if not character.isascii()), None)
    return first is not None and not "\udc80" <= first <= "\udcff"


def _beginning(source: BinaryIO, encoding: str) -> str:
    """Decode the whole text block by block, and return the first block that is not blank."""
    decoder = codecs.getincrementaldecoder(encoding)()
    beginning = ""
    while block := source.read(_BLOCK_BYTES):
        text = decoder.decode(block)
        if _CONTROL.search(text):
            raise NotACsvError(f"The file holds control characters, so it may be damaged. {_HOW_TO_SAVE}")
        beginning = beginning or text.lstrip()
    decoder.decode(b"", final=True)
    if not beginning:
        raise FileEmptyError(f"The file is empty. {_expected_content()}")
    return beginning


def _lines(text: TextIO) -> Iterator[str]:
    """Yield the lines. A line that could fill the memory is refused."""
    while line := text.readline(LINE_CHARACTERS_MAX):
        if len(line) == LINE_CHARACTERS_MAX:
            raise BrokenCsvError(
                f"A line has more than {LINE_CHARACTERS_MAX:,} characters. Is there one row per patient?"
            )
        yield line


def _looks_like_utf16(content: bytes) -> bool:
    """Return whether every other byte is zero, as in a Latin text in UTF-16 without a byte order mark."""
    sample = content[:200]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return len(sample) >= 4 and max(even, odd) > 0.4 * len(sample) > 0 and min(even, odd) == 0


def _separator(text: str) -> str:
    """Return the separator that splits the first line of ``text`` into the most known columns."""
    line = re.split(r"[\r\n]", text, maxsplit=1)[0][: COLUMNS_MAX * 100]

    def known_columns(separator: str) -> int:
        return sum(columns.find(cell.strip(' "')) is not None for cell in line.split(separator))

    return max(SEPARATORS, key=lambda separator: (known_columns(separator), line.count(separator)))


def _batches(rows: Iterator[Row], *, is_sample: bool) -> Iterator[list[Row]]:
    non_blank = (_cut(row) for row in rows if any(cell and not cell.isspace() for cell in row))
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
        yield batch


def _cut(row: Row) -> Row:
    """Cut a row that is far wider than any table. A batch of such rows would fill the memory."""
    if len(row) <= CELLS_MAX:
        return row
    # One more filled cell is kept, so that the row is reported as too wide.
    return row[:CELLS_MAX] + [cell for cell in row[CELLS_MAX:] if cell.strip()][:1]


def _chain(first: list[Row], rest: Iterator[list[Row]]) -> Iterator[list[Row]]:
    if first:
        yield first
    yield from rest
