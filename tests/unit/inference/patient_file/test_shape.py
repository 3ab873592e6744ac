"""Rows that are shorter or longer than the header, and how cells are separated and quoted."""

import pytest

from chalicelib.inference.patient_file.findings import InvalidRowsError
from tests.support.workbooks import workbook
from tests.unit.inference.patient_file.files import assumptions, canonical, inspected, refusal
from tests.unit.support import HEADER as REQUIRED
from tests.unit.support import csv_of

HEADER = (*REQUIRED, "Stage")
PLAIN = csv_of({"ID": "7", "Stage": "3"}, {"ID": "8", "Stage": "4"}, header=HEADER)
LINES = PLAIN.decode().splitlines()
CANONICAL = canonical(PLAIN)
ROW_NAMES = "Each row has one cell more than the header. The first cell is read as a row name and is not used."


def file_of(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def numbered(separator: str = ",", quote: str = '"') -> list[str]:
    """Return the lines as R's write.table writes them: with row names, but no heading for them."""
    rows = [f"{quote}{number}{quote},{line}" for number, line in enumerate(LINES[1:], 1)]
    return [line.replace(",", separator) for line in (LINES[0], *rows)]


@pytest.mark.parametrize("content", [
    file_of(LINES[0] + ",", *LINES[1:]), file_of(*(line + "," for line in LINES)),
    file_of(LINES[0], *(line + ",," for line in LINES[1:])), file_of(LINES[0] + ",,", LINES[1], LINES[2] + ","),
    file_of(LINES[0] + ",", *(line + ",x" for line in LINES[1:])), file_of(*("," + line for line in LINES)),
    file_of(*("|" + line.replace(",", " | ") + "|" for line in LINES)), PLAIN.replace(b",", b"|"),
    PLAIN.replace(b",", b"\t"), PLAIN.replace(b",", b";"), PLAIN.replace(b",", b", "), PLAIN.replace(b"\n", b"\r\n"),
    PLAIN.replace(b"\n", b"\r"), PLAIN.replace(b"\n", b"\n\n"), PLAIN + b" \n,,,\n",
    file_of(*('"' + line.replace(",", '", "') + '"' for line in LINES)),
    PLAIN.replace(b"Bilirubin", b'"Bilirubin\r\n(mg/dL)"'),
])  # fmt: skip
def test_a_usual_shape_is_read_without_an_assumption_about_the_shape(content: bytes) -> None:
    assert canonical(content) == CANONICAL
    assert {each.kind for each in inspected(content).assumptions} <= {"heading"}


@pytest.mark.parametrize("lines", [numbered(), numbered("\t", ""), numbered(";"), numbered("|", "")])
def test_row_names_of_r_without_a_heading_are_left_out(lines: list[str]) -> None:
    assert canonical(file_of(*lines)) == CANONICAL
    assert assumptions(inspected(file_of(*lines))) == {ROW_NAMES}


def test_a_decimal_comma_in_each_row_is_not_taken_for_row_names() -> None:
    content = csv_of({"ID": "1", "Bilirubin": "1,4"}, {"ID": "2", "Bilirubin": "2,9"})
    assert [finding["code"] for finding in refusal(content).extra["errors"]] == ["cell_count", "cell_count"]


@pytest.mark.parametrize(("header", "row"), [
    (LINES[0] + ",", LINES[1] + ","), (LINES[0] + ",Notes", LINES[1] + ","), (LINES[0], LINES[1]),
])  # fmt: skip
def test_a_decimal_comma_does_not_shift_values_into_an_empty_cell_at_the_end(header: str, row: str) -> None:
    error = refusal(file_of(header, row, row.replace("1.4", "1,4")))
    assert isinstance(error, InvalidRowsError)
    assert (error.extra["errors"][0]["code"], error.extra["bad_rows"]) == ("cell_count", "2")


def test_units_after_unquoted_commas_of_the_header_belong_to_their_headings() -> None:
    header = "ID,Age, days,Edema,Bilirubin, mg/dL,Albumin,Prothrombin,Stage"
    assert canonical(file_of(header, *LINES[1:])) == CANONICAL
    assert "'Bilirubin, mg/dL' is read as Bilirubin." in assumptions(inspected(file_of(header, *LINES[1:])))


@pytest.mark.parametrize(("heading", "text"), [("Bilirubin", "total"), ("Albumin", "g/dL"), ("Age", "days")])
def test_remarks_after_unquoted_commas_of_the_header_shift_no_values(heading: str, text: str) -> None:
    assert canonical(PLAIN.replace(heading.encode(), f"{heading}, {text}".encode())) == CANONICAL


def test_a_share_after_an_unquoted_comma_is_not_read_as_the_value() -> None:
    error = refusal(PLAIN.replace(b"Albumin", b"Albumin, %"))
    assert [finding["column"] for finding in error.extra["errors"]] == ["Albumin"]


@pytest.mark.parametrize("heading", ["Bilirubin, direct", "Bilirubin, conjugated"])
def test_a_heading_that_may_have_been_split_is_refused(heading: str) -> None:
    error = refusal(PLAIN.replace(heading.partition(",")[0].encode(), heading.encode()))
    assert error.code == "broken_csv"
    assert f"Is '{heading}' one heading?" in error.detail


def test_rows_with_another_separator_than_the_header_are_named() -> None:
    error = refusal(file_of(LINES[0].replace(",", ";"), *LINES[1:]))
    assert error.extra["errors"][0]["message"] == (
        f"This row has only one cell, '{LINES[1]}'; the header has 7. It seems to have another separator than the "
        "header."
    )


def test_rows_of_a_workbook_in_single_cells_are_refused_with_advice() -> None:
    error = refusal(workbook({"Data": [["Export"], *([line] for line in LINES)]}))
    assert error.code == "separator_unsupported"
    assert error.detail.startswith("Each row of the sheet is in a single cell.")


def test_trailing_cells_may_be_missing_if_none_is_required() -> None:
    content = file_of(LINES[0], LINES[1], LINES[2].removesuffix(",4"))
    assert canonical(content) == canonical(PLAIN.replace(b",4\n", b",\n"))
    assert assumptions(inspected(content)) == {"One row ends before Stage. The missing cells are read as not measured."}


def test_rows_of_different_lengths_are_refused_naming_the_lengths() -> None:
    content = file_of(LINES[0] + ",Platelets", LINES[1], LINES[2].removesuffix(",4"))
    (finding,) = refusal(content).extra["errors"]
    assert (finding["row"], finding["message"]) == (2, "This row has 6 cells; the header has 8.")


@pytest.mark.parametrize("footer", ["Total: 5", "Итого: 2", "(2 rows affected)", "-----", "Total: 5,"])
def test_a_footer_is_refused_with_its_text(footer: str) -> None:
    (finding,) = refusal(file_of(*LINES, footer)).extra["errors"]
    assert (finding["row"], finding["code"]) == (3, "cell_count")
    assert finding["message"] == (
        f"This row has only one cell, '{footer.rstrip(',')}'; the header has 7. If it is not a patient, please delete "
        "the row."
    )
