"""Any file gives a result or a clear finding, in bounded memory.

``FUZZ_EXAMPLES=20000`` runs the random part for longer. A failure prints the bytes and a ``@reproduce_failure`` line.
"""

import csv
import io
import os
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.row_checker import BAD_ROWS_MAX
from chalicelib.inference.patient_file.validator import CheckedFile, check_file, inspect
from chalicelib.inference.predictions.worker import read_chunks
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
])  # fmt: skip
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), pieces | st.binary(max_size=8)), max_size=12)
conversions: list[Callable[[bytes], bytes]] = [
    lambda content: content,
    lambda content: content.replace(b",", b";").replace(b".", b","),
    lambda content: content.replace(b",", b"\t"),
    lambda content: content.replace(b"\n", b"\r\n"),
    lambda content: content.decode("latin-1").encode("utf-16"),
    lambda content: content * 3,
]


def mutated(convert: Callable[[bytes], bytes], changes: list[tuple[float, int, bytes]]) -> bytes:
    content = convert(SAMPLE)
    for position, length, piece in changes:
        start = int(position * len(content))
        content = content[:start] + piece + content[start + length :]
    return content


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(conversions), edits, st.booleans(), st.booleans())
def test_any_file_is_predicted_or_refused_with_a_sentence(
    convert: Callable[[bytes], bytes], changes: list[tuple[float, int, bytes]], si: bool, skip: bool
) -> None:
    content = mutated(convert, changes)
    try:
        checked = check_file(content, ReadingOptions(units="si" if si else "stated"), skip=skip)
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
    assert sum(len(chunk) for chunk in read_chunks(io.BytesIO(checked.content))) == good
    again = check_file(checked.content)
    assert (again.rows, again.content) == (good, checked.content)
    assert len(list(csv.reader(io.StringIO(checked.content.decode(), newline="")))) == good + 1
    assert len(checked.bad.splitlines()) == checked.bad_rows
