"""Marks and codes for "not measured": read and reported, or asked, and answered by the option ``missing``."""

import pytest

from chalicelib.inference.patient_file.findings import ColumnsUnclearError
from chalicelib.inference.patient_file.validator import check_file
from tests.unit.inference.patient_file.reading import (
    assumed,
    file_of,
    findings,
    inspected,
    only_finding,
    stored,
    values,
)

MARKS = [
    ".", "-", "--", "\u2014", "#N/A", "#NULL!", "#DIV/0!", "<NA>", "N/D", "nd", "unknown", "not done", "pending",
    "(blank)", "NA_real_", ".A", "._", "не изм.", "н/д", "нет данных", "не определялся", "k.A.", "n.b.",
    "nicht gemessen", "manquant", "saknas",
]  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_read_as_missing_and_reported(mark: str) -> None:
    content = file_of({"Copper": ["62", mark]})

    assert values(content, "Copper") == [62, None]
    assert inspected(content).imputed == {"Copper": 1}
    assert assumed(content, "missing_mark") == [("Copper", f"In Copper, '{mark}' is read as not measured.")]


@pytest.mark.parametrize("mark", ["", "NA", "NaN", "null", "None", "?", "n/a"])
def test_the_usual_marks_of_programs_are_missing_without_a_report(mark: str) -> None:
    content = file_of({"Copper": ["62", mark]})

    assert values(content, "Copper") == [62, None]
    assert assumed(content, "missing_mark") == []


@pytest.mark.parametrize(
    ("column", "texts", "code", "count"),
    [
        ("Copper", ["62", "999", "999"], "999", 2),
        ("Copper", ["62", "999.0", "999"], "999", 2),
        ("Copper", ["-9", "-9", "70"], "-9", 2),
        ("Copper", ["9999", "9999", "70"], "9999", 2),
        ("Copper", ["0", "0", "70"], "0", 2),
        ("Copper", ["-77", "-77", "70"], "-77", 2),
        ("Alk_Phos", ["9", "9", "944"], "9", 2),
        ("Albumin", ["99.9", "99.9", "3.5"], "99.9", 2),
        ("Bilirubin", ["99", "99", "1.1"], "99", 2),
        ("Cholesterol", ["999", "999", "260"], "999", 2),
        ("Platelets", ["999", "999", "999"], "999", 3),
        ("Age", ["999", "999", "18000"], "999", 2),
        ("Stage", ["9", "9", "3"], "9", 2),
    ],
)
@pytest.mark.parametrize("skip", [False, True])
def test_a_repeated_code_is_asked_also_if_bad_rows_are_skipped(
    column: str, texts: list[str], code: str, count: int, *, skip: bool
) -> None:
    with pytest.raises(ColumnsUnclearError) as caught:
        check_file(file_of({column: texts}), skip=skip)

    finding = caught.value.extra["errors"][0]
    assert (finding["code"], finding["column"], finding["row"]) == ("missing_code_suspected", column, None)
    assert (finding["example"], finding["count"]) == (code, count)


@pytest.mark.parametrize(
    ("column", "texts", "missing", "own"),
    [
        ("Copper", ["62", "999", "999.0"], ("999",), ["62", "", ""]),
        ("Copper", ["62", "-9", "-99"], ("-9", "-99"), ["62", "", ""]),
        ("Copper", ["62", "999", "999"], (), ["62", "999", "999"]),
        ("Copper", ["62", "x", "X1"], ("x", "X1"), ["62", "", ""]),
        ("Stage", ["9", "9", "3"], ("9",), ["", "", "3"]),
        ("Ascites", ["1", "0", "9"], ("9",), ["Y", "N", ""]),
    ],
)
def test_the_option_answers_what_a_code_means(
    column: str, texts: list[str], missing: tuple[str, ...], own: list[str]
) -> None:
    assert stored(file_of({column: texts}), column, missing=missing) == own


def test_the_sentence_offers_the_option_and_the_value_only_if_it_is_possible() -> None:
    asked = "far from its other values. If it means 'not measured', leave the cells empty or send missing="

    assert only_finding(file_of({"Copper": ["999"] * 2})).message == (
        f"999 occurs 2 times in Copper, {asked}999; if it is a measured value, send missing= without a code."
    )
    assert only_finding(file_of({"Copper": ["-9"] * 2})).message == f"-9 occurs 2 times in Copper, {asked}-9."


def test_the_same_code_in_two_columns_is_repeated() -> None:
    content = file_of({"Copper": ["999", "62"], "Platelets": ["210", "999"]})

    assert findings(content) == [("missing_code_suspected", "Copper"), ("missing_code_suspected", "Platelets")]


def test_an_impossible_code_that_occurs_once_is_a_finding_about_its_row() -> None:
    finding = only_finding(file_of({"Copper": ["62", "-9"]}))

    assert (finding.code, finding.row) == ("missing_code_suspected", 2)
    assert finding.message == (
        "-9 looks like a code for 'not measured'. If it is one, leave the cell empty, or send missing=-9."
    )


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("Copper", ["62", "999"]),
        ("SGOT", ["99", "99", "99"]),
        ("Bilirubin", ["9", "9", "1.1"]),
        ("SGOT", ["999", "999", "870"]),
        ("Age", ["88"]),
    ],
)
def test_a_number_that_may_be_measured_is_not_taken_for_a_code(column: str, texts: list[str]) -> None:
    assert findings(file_of({column: texts})) == []


def test_a_code_late_in_the_file_is_found() -> None:
    content = file_of({"Copper": [str(20 + number % 150) for number in range(5000)] + ["999"] * 3})

    assert findings(content) == [("missing_code_suspected", "Copper")]


def test_zero_as_a_code_leaves_the_zero_that_means_no() -> None:
    content = file_of({"Copper": ["0", "62"], "Ascites": ["0", "1"], "Edema": ["0", "0.5"]})

    assert stored(content, "Copper", missing=("0",)) == ["", "62"]
    assert stored(content, "Ascites", missing=("0",)) == ["N", "Y"]
    assert stored(content, "Edema", missing=("0",)) == ["N", "S"]


def test_a_missing_required_value_is_refused() -> None:
    finding = only_finding(file_of({"Albumin": ["3.5", "."]}))

    assert (finding.code, finding.row) == ("value_missing", 2)


def test_another_text_in_a_number_column_is_refused_with_advice() -> None:
    assert only_finding(file_of({"Copper": ["62", "haemolysed"]})).message == (
        "'haemolysed' is not a number. Copper must be a number, in ug/day. If it means 'not measured', leave the cell "
        "empty."
    )
