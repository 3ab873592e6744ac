"""Numbers as people write them: marks, flags and signs beside them, and texts that are no numbers."""

import time

import pytest

from chalicelib.inference.patient_file import numbers
from chalicelib.inference.patient_file.validator import check_file
from tests.unit.inference.patient_file.reading import PATIENT, assumed, file_of, findings, only_finding, stored, values


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("1 650", 1650, "thousands_marks"),
        ("1\u00a0650", 1650, "thousands_marks"),
        ("1\u2009650", 1650, "thousands_marks"),
        ("1\u202f650", 1650, "thousands_marks"),
        ("1'650", 1650, "thousands_marks"),
        ("1\u2019650", 1650, "thousands_marks"),
        ("1 650.5", 1650.5, "thousands_marks"),
        ("1,650.5", 1650.5, "thousands_marks"),
        ('="1650"', 1650, "excel_text"),
        ("'1650", 1650, "excel_text"),
        ('="1 650"', 1650, "thousands_marks"),
        ("1650 H", 1650, "laboratory_flag"),
        ("1650H", 1650, "laboratory_flag"),
        ("H 1650", 1650, "laboratory_flag"),
        ("*1650", 1650, "laboratory_flag"),
        ("1650 **", 1650, "laboratory_flag"),
        ("1650 *H", 1650, "laboratory_flag"),
        ("1650\u2191", 1650, "laboratory_flag"),
        ("1650 (H)", 1650, "laboratory_flag"),
        ("1650 [high]", 1650, "laboratory_flag"),
        ("1650 High", 1650, "laboratory_flag"),
        ("1650 ++", 1650, "laboratory_flag"),
        ("1650 !", 1650, "laboratory_flag"),
        ("1650 U/L", 1650, "unit_in_cell"),
        ("1.65e3", 1650, None),
        ("+1650", 1650, None),
        (" 1650\u00a0", 1650, None),
    ],
)
def test_a_number_is_read_and_what_was_left_out_is_said(text: str, value: float, kind: str | None) -> None:
    content = file_of({"Alk_Phos": [text, "944"]})

    assert values(content, "Alk_Phos") == [value, 944]
    kinds = ("thousands_marks", "excel_text", "laboratory_flag", "unit_in_cell")
    assert [found for found in kinds if assumed(content, found)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("<0.5", "limit_not_value", "'<0.5' is a limit, not a value. Write the limit itself, or leave the cell empty."),
        ("\u2265 30", "limit_not_value",
         "'\u2265 30' is a limit, not a value. Write the limit itself, or leave the cell empty."),
        ("01.Sep", "date_not_number", ("'01.Sep' is a date. Bilirubin must be a number, in mg/dL. "
         "Spreadsheets may turn numbers such as 1.9 into dates.")),
        ("1.9.2024", "date_not_number", ("'1.9.2024' is a date. Bilirubin must be a number, in mg/dL. "
         "Spreadsheets may turn numbers such as 1.9 into dates.")),
        ("l.1", "not_a_number", "'l.1' is not a number. Bilirubin must be a number, in mg/dL."),
        ("1.O", "not_a_number", "'1.O' is not a number. Bilirubin must be a number, in mg/dL."),
        ("1 9", "not_a_number", "'1 9' is not a number. Bilirubin must be a number, in mg/dL."),
        ("1-2", "not_a_number", "'1-2' is not a number. Bilirubin must be a number, in mg/dL."),
        ("2.6-", "not_a_number", "'2.6-' is not a number. Bilirubin must be a number, in mg/dL."),
        ("~1.4", "not_a_number", "'~1.4' is not a number. Bilirubin must be a number, in mg/dL."),
        ("1.1%", "not_a_number", "'1.1%' is not a number. Bilirubin must be a number, in mg/dL."),
        ("-inf", "not_a_number", "'-inf' is not a number. Bilirubin must be a number, in mg/dL."),
    ],
)  # fmt: skip
def test_what_is_not_a_number_is_refused_by_name(text: str, code: str, sentence: str) -> None:
    finding = only_finding(file_of({"Bilirubin": ["1.4", text]}))

    assert (finding.code, finding.row, finding.message) == (code, 2, sentence)


GERMAN = {name: [cell.replace(".", ",")] * 3 for name, cell in PATIENT.items() if "." in cell}


@pytest.mark.parametrize("decorated", ["1,4", "1,4 H", '="1,4"', "1,4 mg/dl"])
def test_a_decimal_comma_is_read_and_said(decorated: str) -> None:
    content = file_of(GERMAN | {"Bilirubin": ["1,4", decorated, "2"]}, separator=";")

    assert values(content, "Bilirubin") == [1.4, 1.4, 2]
    assert assumed(content, "decimal_comma") == [(None, "The comma is read as the decimal mark.")]


def test_thousands_points_beside_a_decimal_comma_in_one_number_are_certain() -> None:
    content = file_of(GERMAN | {"Alk_Phos": ["1.718,0", "7.394,8", "516"]}, separator=";")

    assert values(content, "Alk_Phos") == [1718, 7394.8, 516]
    assert assumed(content, "thousands_marks") == [
        ("Alk_Phos", "In Alk_Phos, marks group the thousands: '1.718,0' is read as 1718.0.")
    ]


@pytest.mark.parametrize(
    ("columns", "decimal", "column", "own"),
    [
        ({"Alk_Phos": ["1,650", "944"]}, ".", "Alk_Phos", [1650, 944]),
        ({"Age": ["21,464", "20,617"]}, ".", "Age", [21464, 20617]),
        (GERMAN | {"Alk_Phos": ["1.650", "944", "1.200"]}, ",", "Alk_Phos", [1650, 944, 1200]),
        (GERMAN | {"Age": ["21.464", "20.617", "25.594"]}, ",", "Age", [21464, 20617, 25594]),
        ({"Bilirubin": ["1,9", "2,5"]}, None, "Bilirubin", []),
        ({"Alk_Phos": ["1.650", "944"]}, ".", "Alk_Phos", [1.65, 944]),
        ({"Alk_Phos": ["944"] * 5000 + ["1,650"]}, None, "Alk_Phos", []),
        ({"Alk_Phos": ["944"] * 5000 + ["1.650"]}, None, "Alk_Phos", []),
        ({"Bilirubin": ["2"], "Albumin": ["3"], "Prothrombin": ["11"], "Age": ["21.464"]}, ",", "Age", [21464]),
        ({"Bilirubin": ["2"], "Albumin": ["3"], "Prothrombin": ["11"], "Age": ["27.464"]}, ",", "Age", [27464]),
        ({"Bilirubin": ["2"], "Albumin": ["3"], "Prothrombin": ["11"], "Age": ["27.464"]}, ".", "Age", [10031]),
    ],
)
def test_a_mark_that_may_group_thousands_is_asked_and_answered_by_the_option(
    columns: dict[str, list[str]], decimal: str | None, column: str, own: list[float]
) -> None:
    content = file_of(columns, separator=";")

    assert findings(content)[0] == ("decimal_unclear", None)
    if decimal:
        assert values(content, column, decimal=decimal) == own


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("Bilirubin", ["1.234", "3.400"]),
        ("Platelets", ["190.000", "221.000"]),
        ("Age", ["58.765", "56.446"]),
        ("Alk_Phos", ["9.317", "1650.25"]),  # the other number shows that the point is the decimal mark
    ],
)
def test_three_decimals_are_read_where_they_are_plausible(column: str, texts: list[str]) -> None:
    assert findings(file_of({column: texts})) == []


def test_the_question_about_the_marks_shows_both_numbers() -> None:
    assert only_finding(file_of({"Alk_Phos": ["1,650"]})).message == (
        "'1,650' and '1.4' have different decimal marks. Please send decimal=., so that the other mark "
        "groups thousands, or use one mark in the whole file."
    )


def test_a_number_with_the_other_mark_than_the_stated_one_is_refused_saying_so() -> None:
    finding = only_finding(file_of({"Bilirubin": ["1,4"]}), decimal=".")

    assert finding.message == (
        "'1,4' is not a number. Bilirubin must be a number, in mg/dL. '.' is read as the decimal mark."
    )


def test_the_canonical_file_holds_what_was_read() -> None:
    content = file_of({"Alk_Phos": ["1 650"], "Bilirubin": ["1.4 H"], "Albumin": ["3.5 g/dL"], "Age": ['="18000"']})

    assert check_file(content).content == check_file(file_of({"Alk_Phos": ["1650"]})).content
    assert stored(content, "Age") == ["18000"]


@pytest.mark.parametrize("text", ["1" * 50_000 + "x", "1" + "H" * 50_000 + "x", "1" + " H" * 30_000 + "x"])
def test_a_long_cell_is_read_in_linear_time(text: str) -> None:
    started = time.process_time()
    assert numbers.without_flag(text) is None
    assert time.process_time() - started < 1
