"""Where the header is, and what belongs to it."""

import pytest

from chalicelib.inference.patient_file.findings import (
    ColumnMissingError,
    InvalidRowsError,
    SeparatorUnsupportedError,
    UnitUnknownError,
)
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from tests.support.workbooks import Cell, workbook
from tests.unit.inference.patient_file.files import assumptions, canonical, inspected, refusal
from tests.unit.support import csv_of

PLAIN = csv_of({"ID": "1"}, {"ID": "2", "Bilirubin": "2.9"})
HEADER, *ROWS = PLAIN.decode().splitlines()
CANONICAL = canonical(PLAIN)
UMOL = [row.replace("1.4", "23.94").replace("2.9", "49.59") for row in ROWS]


def file_of(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


@pytest.mark.parametrize(("first", "separator", "name"), [
    ("sep=;", ";", "semicolons"), ("SEP=,", ",", "commas"), ('"sep=|"', "|", "vertical bars"), ("sep=\t", "\t", "tabs"),
    ("\ufeffsep=;", ";", "semicolons"), ("sep=^", "^", "'^'"), ("sep=_", "_", "'_'"),
])  # fmt: skip
def test_a_line_that_names_the_separator_is_followed(first: str, separator: str, name: str) -> None:
    content = file_of(first, *PLAIN.decode().replace(",", separator).splitlines())
    assert canonical(content) == CANONICAL
    assert assumptions(inspected(content)) == {f"The first line says that {name} separate the cells."}


@pytest.mark.parametrize("first", ["sep=;", "sep=,,,,", 'sep="', "sep=a", "sep="])
def test_a_line_that_names_a_separator_that_does_not_fit_is_a_title(first: str) -> None:
    assert canonical(file_of(first, HEADER, *ROWS)) == CANONICAL


@pytest.mark.parametrize(("before", "line"), [
    (["PBC clinic, exported 12.05.2024"], 2), (["# R 4.5", "# survival"], 3), (["Registry", "", "page 1"], 4),
    (['"a title, with a comma"', ",,,,,"], 3), (["Age of the patients", "x"], 3),
])  # fmt: skip
def test_titles_above_the_header_are_left_out(before: list[str], line: int) -> None:
    content = file_of(*before, HEADER, *ROWS)
    assert canonical(content) == CANONICAL
    assert assumptions(inspected(content)) == {f"The header is line {line}. The lines above it are left out."}


@pytest.mark.parametrize("before", ["\n\n", "\r\n \r\n", ",,,\n", "\ufeff\ufeff"])
def test_blanks_above_the_header_need_no_assumption(before: str) -> None:
    content = before.encode() + PLAIN
    assert canonical(content) == CANONICAL
    assert not assumptions(inspected(content))


def test_a_header_beyond_the_twentieth_line_is_refused_showing_the_line_that_was_taken() -> None:
    error = refusal(file_of(*["title"] * 20, HEADER, *ROWS))
    assert isinstance(error, ColumnMissingError)
    assert "This line was taken for the header: 'title'." in error.detail


def test_a_file_without_a_header_is_refused_showing_the_line_that_was_taken() -> None:
    assert "This line was taken for the header: '1, 18000, N, 1.4, 3.5, 10.6'." in refusal(file_of(*ROWS)).detail


def test_a_file_in_an_unread_encoding_is_refused_naming_the_encoding() -> None:
    header = "Возраст;Отёки;Билирубин;Альбумин;ПВ"
    content = "\n".join([header, *["18000;N;1.4;3.5;10.6"] * 3]).encode("cp866")
    assert "The text was read as windows-125" in refusal(content).detail
    assert refusal(content).detail.endswith("please save the file as UTF-8. Nothing was charged.")


@pytest.mark.parametrize(("units", "rows"), [
    (",days,,mg/dL,g/dL,s", ROWS), (",(days),-,[mg/dl],(g/dl),(sec)", ROWS), ("-,days,N/S/Y,umol/L,g/dL,s", UMOL),
    ("№,дней,—,мкмоль/л,г/дл,сек", UMOL), ("ID,Age,Oedema,Total bilirubin (umol/L),Albumin,PT", UMOL),
    ("identifier,age of the patient,any oedema,total bilirubin,serum albumin,prothrombin time", ROWS),
    ("---,---,---,---,---,---", ROWS),
])  # fmt: skip
def test_a_second_row_of_the_header_is_read_with_its_units(units: str, rows: list[str]) -> None:
    content = file_of(HEADER, units, *rows)
    assert canonical(content) == CANONICAL
    (assumption,) = (each for each in inspected(content).assumptions if each.kind == "second_header_row")
    assert assumption.text.endswith("is read as a part of it, not as a patient.")


def test_the_assumption_about_a_second_row_holds_no_texts_of_columns_that_are_not_read() -> None:
    content = file_of(f"Name,{HEADER}", "Anna,,days,,mg/dL,g/dL,s", *(f"x,{row}" for row in ROWS))
    (assumption,) = inspected(content).assumptions
    assert assumption.params == {"texts": ["days", "mg/dL", "g/dL", "s"]}


def test_names_of_columns_and_a_line_of_dashes_below_the_header_are_both_read() -> None:
    assert canonical(file_of(HEADER, ",days,,mg/dL,g/dL,s", "--,--,--,--,--,--", *ROWS)) == CANONICAL


def test_a_second_row_with_an_unknown_unit_is_refused_with_a_preview() -> None:
    error = refusal(file_of(HEADER, ",days,,mmol/L,g/dL,s", *ROWS))
    assert isinstance(error, UnitUnknownError)
    assert error.extra["errors"][0]["units"] == ["mg/dL", "umol/L"]
    assert error.extra["preview"]["columns"]


def test_the_option_decides_against_the_unit_of_a_second_row() -> None:
    options = ReadingOptions(column_units={"Bilirubin": "umol/L"})
    assert canonical(file_of(HEADER, ",days,,mg/dL,g/dL,s", *UMOL), options) == CANONICAL


@pytest.mark.parametrize("row", [",18000,N,-,-,-", ",days,N,1.4,3.5,10.6", ",,,,,s"])
def test_a_bad_patient_below_the_header_is_no_second_row(row: str) -> None:
    error = refusal(file_of(HEADER, row, *ROWS))
    assert isinstance(error, InvalidRowsError)
    assert error.extra["bad_rows"] == "1"


def test_the_patients_are_counted_without_the_second_row() -> None:
    error = refusal(file_of(HEADER, ",days,,mg/dL,g/dL,s", ROWS[0], ROWS[1].replace("2.9", "x")))
    assert error.extra["bad_rows"] == "2"


def test_a_repeated_header_of_joined_files_is_left_out() -> None:
    content = file_of(HEADER, ROWS[0], HEADER, ROWS[1], HEADER)
    assert canonical(content) == CANONICAL
    assert assumptions(inspected(content)) == {"2 rows repeat the header and are left out."}


@pytest.mark.parametrize(("mark", "sentence"), [
    (":", "The cells are separated by ':'."), ("^", "The cells are separated by '^'."),
    ("  ", "The cells are separated by blanks, so it is not clear where a cell ends."),
])  # fmt: skip
def test_other_separators_are_refused_by_name(mark: str, sentence: str) -> None:
    error = refusal(PLAIN.decode().replace(",", mark).encode())
    assert isinstance(error, SeparatorUnsupportedError)
    assert error.detail.startswith(sentence)
    assert "commas, semicolons or tabs between the cells" in error.detail


def test_lines_in_quotation_marks_are_refused_by_name() -> None:
    error = refusal(file_of(*(f'"{line}"' for line in PLAIN.decode().splitlines())))
    assert error.code == "separator_unsupported"
    assert error.detail.startswith("Each line is in quotation marks as a whole, so it is a single cell.")


def test_the_same_holds_for_a_workbook() -> None:
    rows: list[list[Cell]] = [
        ["PBC clinic"], [], list(HEADER.split(",")), [None, "days", None, "umol/L", "g/dL", "s"],
        ["1", 18000, "N", 23.94, 3.5, 10.6], ["2", 18000, "N", 49.59, 3.5, 10.6],
    ]  # fmt: skip
    assert canonical(workbook({"Notes": [["about"]], "Data": rows})) == CANONICAL
