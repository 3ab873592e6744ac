"""Whole columns at once or cell by cell: a file is read the same."""

import csv
import io
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.patient_file import csv_reader, numbers, row_batch
from chalicelib.inference.patient_file.cells import Cells
from chalicelib.inference.patient_file.columns import BY_NAME, Column, Unit
from chalicelib.inference.patient_file.csv_reader import read_table
from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.preview import Preview
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.validator import check_file, inspect
from tests.unit.inference.patient_file.reading import PATIENT
from tests.unit.inference.patient_file.test_hostile_files import EXAMPLES

ODD_NUMBERS = (
    "", "NA", "nan", "-", "999", "-9", "99", "0", "1.9 H", "<0.5", "1_0", "inf", "1e3", "+5", "5.", ".5", "1.650",
    "1,650", "2,5", "1\n2", "1e999", "9" * 400, "\u0661", " 12", "12 ", "x", "0.0001", "7.5 mg/dL", '="20"',
)  # fmt: skip
ODD_CATEGORIES = ("", "NA", "yes", "1", "2", "0.5", "-", "mild", "n", "9")
ODD_IDS = ("", " a ", "a,b", 'a"b', "a\nb", "x" * 101, "\u0416", "p1")
ODD_ROWS: tuple[list[str], ...] = (
    [],
    [""],
    [" ", ""],
    ["1"],
    [""] * len(PATIENT),
    [*PATIENT],
    [*PATIENT.values(), "1"],
)

options = st.builds(
    ReadingOptions,
    units=st.sampled_from(["stated", "stated", "si"]),
    decimal=st.sampled_from([None, None, None, ".", ","]),
    missing=st.sampled_from([None, None, (), ("999",), ("-9", "NA"), ("12.00",)]),
)


def cell(draw: random.Random, column: Column, odd: float) -> str:
    """Return the text of a cell. It is odd with this probability."""
    is_odd = draw.random() < odd
    if column.kind == "id":
        return draw.choice(ODD_IDS) if is_odd else str(draw.randrange(1000))
    if column.kind == "category":
        return draw.choice(ODD_CATEGORIES if is_odd else column.allowed)
    if is_odd:
        return draw.choice(ODD_NUMBERS)
    low, high = draw.choice([column.limits, *[column.median_limits] * 9])
    return draw.choice(["{:.0f}", "{:.2f}", "{:.2f}", "{:.3f}"]).format(draw.uniform(low, high))


def made_up_file(seed: int) -> bytes:
    """Return a file of up to 40 patients, in one of many dialects. Half of its columns hold only plain cells."""
    draw = random.Random(seed)
    separator, end, mark = draw.choice([",", ",", ";", "\t"]), draw.choice(["\n", "\n", "\r\n", "\r"]), "."
    if separator != "," and draw.random() < 0.5:
        mark = ","
    odd = {name: draw.choice([0, 0, 0.02, 0.3]) * (draw.random() < 0.5) for name in PATIENT}
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(PATIENT)
    for _ in range(draw.randrange(40)):
        writer.writerow([cell(draw, BY_NAME[name], odd[name]).replace(".", mark) for name in PATIENT])
        if draw.random() < draw.choice([0, 0, 0.05]):
            writer.writerow(draw.choice(ODD_ROWS))
    whole = text.getvalue()
    return (whole if draw.random() < 0.7 else whole.rstrip("\r\n")).encode()


def outcome(content: bytes, reading: ReadingOptions, *, skip: bool) -> list[Any]:
    """Return all that the check says about a file."""
    preview, good, bad = Preview(), io.StringIO(), io.StringIO() if skip else None
    try:
        result = inspect(io.BytesIO(content), reading, good=good, bad=bad, watch_ids=True, preview=preview)
    except InvalidFileError as error:
        return [type(error), error.detail, error.extra]
    facts = [getattr(result, name) for name in result.__slots__ if name != "table"]
    written = good.getvalue() if skip or not result.findings.total else None
    return [*facts, result.errors, preview.document(), written, bad and bad.getvalue()]


def has_median_within(cells: Cells, low: float, high: float, unit: Unit) -> bool:
    """Compute the median in any case."""
    return low <= unit.own_value(cells.median) <= high


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 2**32), options, st.booleans())
def test_whole_columns_are_read_as_cell_by_cell(seed: int, reading: ReadingOptions, skip: bool) -> None:
    content = made_up_file(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "BATCH_ROWS", 16)
        patch.setattr(row_batch, "_LINES_OF_A_PART", 5)
        patch.setattr(Cells, "DISTINCT_MAX", 25)
        patch.setattr(csv_reader, "_BLOCK_CHARACTERS", 50)
        by_column = outcome(content, reading, skip=skip)
        patch.setattr(csv_reader, "_BLOCK_CHARACTERS", 10_000)
        patch.setattr(numbers, "_THREE_DECIMALS", re.compile(""))
        patch.setattr(Cells, "has_median_within", has_median_within)
        patch.setattr(Cells, "_add_plain_numbers", lambda _cells, _texts: False)
        patch.setattr(csv_reader, "_are_plain", lambda _lines, _separator: False)
        assert by_column == outcome(content, reading, skip=skip)


def is_read_by_column(content: bytes) -> bool:
    """Return whether the lines are split at the separators, without the csv module."""
    return isinstance(next(read_table(io.BytesIO(content)).batches), row_batch.LineBatch)


HEADER, ROW = ",".join(PATIENT).encode() + b"\n", ",".join(PATIENT.values()).encode() + b"\n"


@pytest.mark.parametrize("line", [ROW, ROW.replace(b"\n", b"\r\n"), ROW.replace(b"62", b"NA"), b"," + ROW[2:]])
def test_plain_lines_are_split_at_the_separators(line: bytes) -> None:
    assert is_read_by_column(HEADER + ROW + line)


@pytest.mark.parametrize(
    "line",
    [
        ROW.replace(b"p", b'"p"'), ROW.replace(b",62", b", 62"), b" " + ROW, ROW.replace(b",62", b""), b"\n",
        b"," * (len(PATIENT) - 1) + b"\n", ROW.replace(b"p", b"p" * 10_000), ROW.replace(b"\n", b"\r") + ROW,
    ],
)  # fmt: skip
def test_other_lines_are_read_by_the_csv_module(line: bytes) -> None:
    assert not is_read_by_column(HEADER + ROW + line)


def test_lines_of_which_one_is_not_plain_do_not_change_those_before_them() -> None:
    rows = ROW * (2 * csv_reader.BATCH_ROWS)

    checked = check_file(HEADER + rows + ROW.replace(b"p", b'"a,b"'))

    assert checked.content == HEADER + rows + ROW.replace(b"p", b'"a,b"')
