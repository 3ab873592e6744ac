"""Whole files in the encodings and workbooks that people have."""

import pytest

from chalicelib.inference.patient_file.reading_options import ReadingOptions
from tests.support.workbooks import Cell, workbook
from tests.unit.inference.patient_file.files import assumptions, canonical, inspected, refusal
from tests.unit.support import HEADER, csv_of

RUSSIAN = (
    "ID пациента;Возраст, лет;Отёки;Билирубин общий, мкмоль/л;Альбумин, г/л;Протромбиновое время, с\n"
    "Ж-1;50;нет;17,1;35;10,5\nЖ-2;50;нет;34,2;35;11\n"
)
READ_RUSSIAN = canonical(csv_of(
    {"ID": "Ж-1", "Age": "18262.5", "Bilirubin": "1", "Prothrombin": "10.5"},
    {"ID": "Ж-2", "Age": "18262.5", "Bilirubin": "2", "Prothrombin": "11"},
))  # fmt: skip
NUMBERS: list[list[Cell]] = [list(HEADER), ["7", 18000, "N", 1.4, 3.5, 10.6], ["8", 18000, "N", 2.9, 3.5, 11]]
READ_NUMBERS = canonical(csv_of({"ID": "7"}, {"ID": "8", "Bilirubin": "2.9", "Prothrombin": "11"}))


@pytest.mark.parametrize(("codec", "name"), [
    ("utf-8", None), ("utf-8-sig", None), ("utf-16", "utf-16"), ("cp1251", "windows-1251"),
])  # fmt: skip
def test_a_russian_file_is_read_in_any_usual_encoding(codec: str, name: str | None) -> None:
    content = RUSSIAN.encode(codec)
    assert canonical(content) == READ_RUSSIAN
    result = inspected(content)
    assert not result.warnings
    assert (f"The text is read as {name}." in assumptions(result)) == (name is not None)
    assert "The comma is read as the decimal mark." in assumptions(result)


@pytest.mark.parametrize("text", ["Müller", "José", "Zoë", "Ångström"])
@pytest.mark.parametrize(("codec", "name"), [("cp1252", "windows-1252"), ("mac_roman", "macintosh")])
def test_names_of_western_europe_are_read(text: str, codec: str, name: str) -> None:
    content = csv_of({"ID": text}, {"ID": f"{text} 2"}).decode().encode(codec)
    assert canonical(content) == canonical(csv_of({"ID": text}, {"ID": f"{text} 2"}))
    assert assumptions(inspected(content)) == {f"The text is read as {name}."}


def test_ids_that_depend_on_a_guess_are_shown_in_a_warning() -> None:
    content = csv_of({"ID": "x"}, {"ID": "y"}).replace(b"x,", b"\xe9\xe8,")
    (warning,) = inspected(content).warnings
    assert warning.code == "ids_depend_on_encoding"
    assert len(warning.params["texts"]) == 1
    assert warning.params["texts"][0] in warning.message
    assert warning.message.endswith("If they look wrong, save it as UTF-8.")


def test_the_unit_of_the_heading_does_not_depend_on_the_encoding() -> None:
    text = csv_of({"Bilirubin": "23.94"}).decode().replace("Bilirubin", "Bilirubin [µmol/L]")
    expected = canonical(csv_of({}))
    for codec in ("utf-8", "cp1252", "mac_roman", "utf-16"):
        assert canonical(text.encode(codec)) == expected


@pytest.mark.parametrize("sheets", [
    {"Data": NUMBERS}, {"Notes": [["about"], ["x"]], "Data": NUMBERS}, {"Data": [["PBC clinic", None], [], *NUMBERS]},
    {"Data": [[None, *row] for row in NUMBERS]}, {"Data": [NUMBERS[0], [], NUMBERS[1], [], [], NUMBERS[2]]},
    {"Data": [NUMBERS[0], *([str(cell) for cell in row] for row in NUMBERS[1:])]},
    {"Data": [[*row, None, None] for row in NUMBERS]},
    {"Data": [[str(cell).replace("Bilirubin", "Bilirubin\n(mg/dL)") for cell in NUMBERS[0]], *NUMBERS[1:]]},
    {"Data": [NUMBERS[0], NUMBERS[1], ["8", 18000, "N", "2,9", 3.5, 11]]},
])  # fmt: skip
def test_a_workbook_is_read_like_a_text(sheets: dict[str, list[list[Cell]]]) -> None:
    assert canonical(workbook(sheets)) == READ_NUMBERS


def test_the_sheet_and_the_row_of_the_header_are_assumptions() -> None:
    content = workbook({"Notes": [["about"]], "Data": [["PBC clinic"], *NUMBERS]})
    assert assumptions(inspected(content)) == {
        "The sheet 'Data' is read. The workbook has 2 sheets.",
        "The header is line 2. The lines above it are left out.",
    }


def test_a_mapping_and_units_apply_to_a_workbook_too() -> None:
    rows: list[list[Cell]] = [["a", "b", "c", "d", "e", "f"], ["7", 18000, "N", 23.94, 3.5, 10.6]]
    options = ReadingOptions(columns=dict(zip("abcdef", HEADER, strict=True)), column_units={"Bilirubin": "umol/L"})
    assert canonical(workbook({"S": rows}), options) == canonical(csv_of({"ID": "7"}))


def test_a_date_in_a_column_of_numbers_of_a_workbook_is_named() -> None:
    rows: list[list[Cell]] = [NUMBERS[0], NUMBERS[1], ["8", 18000, "N", "2024-09-01", 3.5, 11]]
    (finding,) = refusal(workbook({"S": rows})).extra["errors"]
    assert (finding["row"], finding["code"]) == (2, "date_not_number")
