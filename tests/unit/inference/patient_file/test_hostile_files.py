"""Any file gives a result or a clear finding, in bounded memory.

``FUZZ_EXAMPLES=20000`` runs the random part for longer. A failure prints the bytes and a ``@reproduce_failure`` line.
"""

import codecs
import csv
import io
import os
import re
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.row_checker import BAD_ROWS_MAX
from chalicelib.inference.patient_file.validator import CheckedFile, check_file, inspect
from chalicelib.inference.predictions.batch import canonical_chunks
from tests.support.workbooks import Cell, workbook
from tests.unit.support import SAMPLES

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
HEADER = b"ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n"
ROW = b"7,18000,N,1.2,3.5,10.5\n"
MEGABYTE = 1024 * 1024

HOSTILE: dict[str, tuple[bytes, str | int]] = {
    "a million columns": (b",".join([b"Age"] * 1_000_000) + b"\n" + ROW, "broken_csv"),
    "a million columns in a row": (HEADER + b"1," * 1_000_000 + b"\n", "broken_csv"),
    "a hundred thousand columns in a row": (HEADER + b"1," * 100_000 + b"\n", "invalid_rows"),
    "a cell of 10 MB": (HEADER + b"x" * 10 * MEGABYTE + ROW, "broken_csv"),
    "a quoted cell of 10 MB over many lines": (HEADER + b'"' + b"x\n" * 5 * MEGABYTE + b'"' + ROW, "broken_csv"),
    "a quotation mark never closed": (HEADER + b'"7,18000,N,1.2,3.5,10.5\n' + ROW * 5, "broken_csv"),
    "a quotation mark in the middle": (HEADER + b'7"x"y,18000,N,1.2,3.5,10.5\n', 1),
    "zero bytes": (HEADER + b"7\0,18000,N,1.2,3.5,10.5\n", "not_a_csv"),
    "nothing but zero bytes": (b"\0" * MEGABYTE, "not_a_csv"),
    "mixed line ends": (HEADER.replace(b"\n", b"\r") + ROW + ROW.replace(b"\n", b"\r\n") + ROW[:-1], 3),
    "a byte order mark": (b"\xef\xbb\xbf" + HEADER + ROW, 1),
    "UTF-16": ((HEADER + ROW).decode().encode("utf-16"), 1),
    "UTF-16 without a mark": ((HEADER + ROW).decode().encode("utf-16-le"), "encoding_unsupported"),
    "Windows-1251 with decimal commas": (
        (HEADER + "Иванова-7,18000,N,1.2,3.5,10.5\n".encode()).decode().replace(",", ";").replace(".", ",")
        .encode("cp1251"), 1,
    ),
    "UTF-8 with a byte of Windows-1251 further on": (
        HEADER + "Жанна,18000,N,1.2,3.5,10.5\n".encode() + "Жанна".encode("cp1251") + b",18000,N,1.2,3.5,10.5\n",
        "encoding_unsupported",
    ),
    "half of a character at the end": (HEADER + ROW + "Ж".encode()[:1], "invalid_rows"),
    "formulas in the ID": (HEADER + b"=1+1,18000,N,1.2,3.5,10.5\n", 1),
    "an ID of 10,000 characters": (HEADER + b"x" * 9999 + b",18000,N,1.2,3.5,10.5\n", "invalid_rows"),
    "100,000 identical IDs": (HEADER + ROW * 100_000, 100_000),
    "texts that look like numbers": (HEADER + b"7,1e999,N,nan,inf,-0x10\n", "invalid_rows"),
    "digits of other scripts": (HEADER + "7,١٨٠٠٠,N,１.2,3.5,10.5\n".encode(), "invalid_rows"),
    "50,000 good and 50,000 bad rows in turn": (HEADER + (ROW + b"7,x,N,1.2,3.5,10.5\n") * 50_000, "invalid_rows"),
    "commas alone": (b",,,,\n" * 1000, "file_empty"),
    "one byte": (b"x", "column_missing"),
}  # fmt: skip


def outcome(content: bytes) -> str | int:
    """Return the error code, or the number of patients of an accepted file."""
    try:
        return check_file(content).rows
    except InvalidFileError as error:
        return str(error.code)


@pytest.mark.parametrize("name", HOSTILE)
def test_row_11_a_hostile_file_gets_its_expected_outcome_in_bounded_memory(name: str) -> None:
    content, expected = HOSTILE[name]
    tracemalloc.start()
    try:
        assert outcome(content) == expected
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * MEGABYTE + 4 * len(content)


def test_the_error_for_a_file_of_bad_rows_is_bounded() -> None:
    with pytest.raises(InvalidFileError) as caught:
        check_file(HEADER + (ROW + b"7,x,N,1.2,3.5,10.5\n") * 200_000)
    assert BAD_ROWS_MAX < caught.value.extra["bad_rows_total"] < BAD_ROWS_MAX + 5000
    assert len(caught.value.extra["bad_rows"]) < 300_000


def test_rows_far_wider_than_any_table_do_not_fill_the_memory() -> None:
    content = HEADER + (b"1," * 40_000 + b"\n") * 200
    tracemalloc.start()
    try:
        assert outcome(content) == "invalid_rows"
        assert tracemalloc.get_traced_memory()[1] < 64 * MEGABYTE + len(content)
    finally:
        tracemalloc.stop()


def test_findings_of_skipped_rows_are_bounded() -> None:
    good = ROW * 10
    checked = check_file(HEADER + good + b"x,x,x,x,x,x\n" * 10_000, skip=True)
    assert checked.bad_rows == 10_000
    assert len(checked.bad) < 10_000 * 1200


def test_the_beginning_of_a_file_may_end_within_a_quoted_cell() -> None:
    whole = HEADER + b'"p\n1",18000,N,1.2,3.5,10.5\n' * 50
    for end in range(len(HEADER) + 60, len(HEADER) + 120):
        assert inspect(io.BytesIO(whole[: whole.rfind(b"\n", 0, end) + 1]), is_sample=True).rows > 0


def test_the_memory_of_a_check_does_not_grow_with_the_file() -> None:
    def peak(rows: int) -> int:
        lines = (b"%d,%d,N,%.2f,3.5,10.5\n" % (row, 9000 + row % 20_000, 0.5 + row % 5000 / 100) for row in range(rows))
        source = io.BytesIO(HEADER + b"".join(lines))
        tracemalloc.start()
        try:
            inspect(source)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # Up to 100,000 distinct cells of a column are remembered. Both files have more.
    assert peak(260_000) < 1.2 * peak(130_000)


SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()

pieces = st.sampled_from([
    b"", b",", b";", b"\t", b'"', b"'", b"\n", b"\r", b"\r\n", b"\0", b"NA", b"-", b"1e400", b"\xff", b"\xef\xbb\xbf",
    "µ".encode(), "Ж".encode("cp1251"), b"=cmd()", b" ", b"Bilirubin [umol/L]", b"Age", b"1,5", b'""', b"9" * 400,
    b"sep=;\n", b"title\n\n", b"999", b"-9", b".", b"<0.5", b"1,650", b"1.9 H", b"38 g/L", b"0.5", b"II", "да".encode(),
    b"2024-05-12", b'="20"', b"Total: 5", b"Direct bilirubin", b"bili", b"INR", b"%", "Билирубин общий".encode(),
    b",days,,,,,,mg/dL,,g/dL,,,,,,s,\n",
])  # fmt: skip
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), pieces | st.binary(max_size=8)), max_size=12)
conversions: list[Callable[[bytes], bytes]] = [
    lambda content: content,
    lambda content: content.replace(b",", b";").replace(b".", b","),
    lambda content: content.replace(b",", b"\t"),
    lambda content: content.replace(b"\n", b"\r\n"),
    lambda content: content.decode("latin-1").encode("utf-16"),
    lambda content: content * 3,
    lambda content: content.replace(b"\n", "\u00fc\n".encode("cp1252")),
    lambda content: content.replace(b"\n", "\u00fc\n".encode("mac_roman")),
    lambda content: content.replace(b"\n", "\u0416\n".encode("cp1251")),
    lambda content: codecs.BOM_UTF8 * 2 + content,
    lambda content: b"1," + content.replace(b"\n", b"\n1,"),
]


def workbook_of(content: bytes) -> bytes:
    """Return a workbook with the cells of a CSV file, numbers as numbers."""
    text = content.decode("latin-1").translate(dict.fromkeys(range(32), " ") | {10: "\n"})
    rows = [[_cell(cell) for cell in line.split(",")] for line in text.split("\n")]
    return workbook({"notes": [["a title"]], "patients": rows})


def _cell(text: str) -> Cell:
    return float(text) if re.fullmatch(r"\d{1,8}(\.\d{1,4})?", text) else text or None


HEADINGS = SAMPLE.decode().partition("\n")[0].split(",")
NAMES = st.sampled_from([*HEADINGS, "bili", "INR", "", "Drug"])
options = st.builds(
    ReadingOptions,
    units=st.sampled_from(["stated", "si"]),
    decimal=st.sampled_from([None, None, ".", ","]),
    missing=st.sampled_from([None, None, (), ("999",), ("-9", "NA"), ("0", "4")]),
    columns=st.just({}) | st.dictionaries(st.sampled_from(HEADINGS), st.none() | NAMES, max_size=2),
    column_units=st.just({})
    | st.dictionaries(NAMES, st.sampled_from(["mg/dL", "umol/L", "years", "g/L", "s", "%", ""]), max_size=2),
    column_values=st.just({})
    | st.dictionaries(
        st.sampled_from(["Sex", "Edema", "Stage", "Ascites", "Age"]),
        st.dictionaries(st.sampled_from(["Y", "N", "1", "2", "F", "4", ""]), st.sampled_from([None, "Y", "N", "F"])),
        max_size=1,
    ),
)


def mutated(convert: Callable[[bytes], bytes], changes: list[tuple[float, int, bytes]]) -> bytes:
    content = convert(SAMPLE)
    for position, length, piece in changes:
        start = int(position * len(content))
        content = content[:start] + piece + content[start + length :]
    return content


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(conversions), edits, options, st.booleans(), st.integers(0, 4))
def test_any_file_is_predicted_or_refused_with_a_sentence(
    convert: Callable[[bytes], bytes],
    changes: list[tuple[float, int, bytes]],
    reading: ReadingOptions,
    skip: bool,
    kind: int,
) -> None:
    content = mutated(convert, changes)
    if kind == 0:
        content = workbook_of(content)
    try:
        checked = check_file(content, reading, skip=skip)
    except InvalidFileError as error:
        assert_clear(error)
    else:
        assert_the_worker_can_read(checked)
        assert checked == check_file(content, reading, skip=skip)
        assert all(assumption.text.endswith(".") for assumption in checked.assumptions)


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), st.binary(max_size=8)), min_size=1, max_size=3))
def test_a_damaged_workbook_is_predicted_or_refused_with_a_sentence(changes: list[tuple[float, int, bytes]]) -> None:
    content = workbook_of(SAMPLE)
    for position, length, piece in changes:
        start = int(position * len(content))
        content = content[:start] + piece + content[start + length :]
    try:
        checked = check_file(content)
    except InvalidFileError as error:
        assert_clear(error)
    else:
        assert_the_worker_can_read(checked)


def assert_clear(error: InvalidFileError) -> None:
    """Assert that the error and each of its findings have a sentence."""
    assert error.reason.endswith((".", "?"))
    assert all(finding["message"] for finding in error.extra.get("errors", []))


def assert_the_worker_can_read(checked: CheckedFile) -> None:
    """Assert that the worker can read the canonical CSV, and that checking it again gives the same bytes."""
    good = checked.rows - checked.bad_rows
    assert good > 0
    for stored in (checked.content, io.BytesIO(checked.content)):
        assert sum(len(chunk.patients["Age"]) for chunk in canonical_chunks(stored)) == good
    again = check_file(checked.content)
    assert (again.rows, again.content) == (good, checked.content)
    assert len(list(csv.reader(io.StringIO(checked.content.decode(), newline="")))) == good + 1
    assert len(checked.bad.splitlines()) == checked.bad_rows
