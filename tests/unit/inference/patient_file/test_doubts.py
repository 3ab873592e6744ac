"""A file that gives a reason for doubt is questioned, wherever the reason stands."""

import io
from typing import Any

import pytest

from chalicelib.inference.patient_file.csv_reader import BATCH_ROWS
from chalicelib.inference.patient_file.findings import InvalidFileError, UnitUnknownError
from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions
from chalicelib.inference.patient_file.validator import Inspection, check_file, inspect
from tests.unit.support import World, csv_of


def inspected(content: bytes, options: ReadingOptions = DEFAULT_READING) -> Inspection:
    return inspect(io.BytesIO(content), options)


def of(column: str, *values: object) -> bytes:
    return csv_of(*({column: str(value)} for value in values), header=HEADER)


HEADER = ("ID", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin", "Cholesterol", "Copper")


def codes(inspection: Inspection) -> list[tuple[str | None, str]]:
    return [(finding.column, finding.code) for finding in inspection.column_findings]


@pytest.mark.parametrize("texts", [("Å1", "Ñ3"), ("Müller", "Bo"), ("Núñez", "Ana")])
def test_ids_that_depend_on_the_encoding_are_shown_as_read(texts: tuple[str, ...]) -> None:
    content = csv_of(*({"ID": text} for text in texts)).decode().encode("cp1252")
    (warning,) = inspected(content).warnings
    assert (warning.code, len(warning.params["texts"]) > 0) == ("ids_depend_on_encoding", True)


def test_russian_headings_settle_the_encoding_of_ids() -> None:
    content = csv_of({"ID": "Иванова"}).decode().replace("Age", "Возраст").encode("cp1251")
    assert inspected(content).warnings == []


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_rows_does_not_change_the_judgement_of_a_column(order: int) -> None:
    values = [["2"] * 2500 + ["38"] * 7500, ["38"] * 7500 + ["2"] * 2500][order < 0]
    assert len(values) > 2 * BATCH_ROWS
    assert codes(inspected(of("Bilirubin", *values))) == [("Bilirubin", "unit_suspected")]


def test_a_code_that_is_repeated_far_more_often_than_higher_values_is_questioned() -> None:
    values = [*range(200, 900, 7), 1200, *[999] * 30]
    assert codes(inspected(of("Cholesterol", *values))) == [("Cholesterol", "missing_code_suspected")]
    assert codes(inspected(of("Cholesterol", *range(200, 900, 7), *range(1000, 1600, 50), 999, 999))) == []


def test_a_heading_and_the_row_below_it_must_not_name_two_units() -> None:
    content = csv_of(
        {"Age": "days", "Bilirubin": "mg/dL", "Albumin": "g/dL", "Prothrombin": "s", "Edema": "", "ID": ""}, {}
    )
    assert inspected(content).units["Bilirubin"] == "mg/dL"
    with pytest.raises(UnitUnknownError, match="both 'umol/L' and 'mg/dL'"):
        inspected(content.replace(b"Bilirubin", b"Bilirubin [umol/L]"))


@pytest.mark.parametrize(
    ("values", "allowed"),
    [(("1,650", "10.4"), ["."]), (("1.650", "10,4"), [","]), (("1,9", "10.4"), []), (("1,650", "1.310"), [".", ","])],
)
def test_only_decimal_marks_that_no_number_contradicts_are_offered(values: tuple[str, str], allowed: list[str]) -> None:
    rows = [";".join(["a", "18000", "N", "1", value, "10"]) for value in values]
    content = "\n".join(["ID;Age;Edema;Bilirubin;Albumin;Prothrombin", *rows]).encode()
    (finding,) = inspected(content).column_findings
    assert (finding.code, finding.params["allowed"]) == ("decimal_unclear", allowed)
    for mark in allowed:
        assert "decimal_unclear" not in [
            code
            for _, code in codes(inspected(content, ReadingOptions(decimal=mark)))  # type: ignore[arg-type]
        ]


def test_one_cell_in_another_unit_does_not_make_the_column_suspicious() -> None:
    inspection = inspected(of("Bilirubin", *["2"] * 20, "120"))
    assert codes(inspection) == []
    assert [(finding.row, finding.code) for finding in inspection.errors] == [(21, "unit_suspected")]


def test_most_rows_in_another_unit_make_the_column_suspicious() -> None:
    assert codes(inspected(of("Albumin", 36, 31, 27, 35, 33, 38, 3.9))) == [("Albumin", "unit_suspected")]
    assert codes(inspected(of("Prothrombin", 0.9, 1.1, 1.4, 1.2, 1, 10.6))) == [("Prothrombin", "unit_suspected")]


def test_si_units_are_doubted_if_other_columns_have_their_own_units() -> None:
    content = csv_of({"Bilirubin": "6", "Albumin": "3.5"}, {"Bilirubin": "9.8", "Albumin": "2.9"})
    answered = ReadingOptions(units="si", column_units={"Albumin": "g/dL"})
    for options in (ReadingOptions(units="si"), answered):
        assert [(warning.column, warning.code) for warning in inspected(content, options).warnings] == [
            ("Bilirubin", "unit_odd")
        ]


def test_no_option_reads_a_heading_that_says_quick_as_seconds() -> None:
    content = csv_of({"Prothrombin": "52"}).replace(b"Prothrombin", "ПТИ, %".encode())
    for options in (DEFAULT_READING, ReadingOptions(column_units={"Prothrombin": "s"})):
        with pytest.raises(UnitUnknownError, match="can't be converted"):
            inspected(content, options)


def test_the_preview_of_a_refused_header_shows_what_the_sender_stated() -> None:
    content = csv_of({}).replace(b"Bilirubin", b"b1").replace(b"Albumin", b"a1")
    with pytest.raises(InvalidFileError) as caught:
        inspected(content, ReadingOptions(columns={"b1": "Bilirubin"}))
    shown: list[dict[str, Any]] = caught.value.extra["preview"]["columns"]
    assert {column["header"]: column["column"] for column in shown}["b1"] == "Bilirubin"


@pytest.mark.parametrize(("text", "value"), [("0.00", "N"), ("0.50", "S"), ("1.00", "Y"), (".5", "S")])
def test_the_studys_codes_of_oedema_may_have_more_decimals(text: str, value: str) -> None:
    assert f",{value}," in check_file(csv_of({"Edema": text})).content.decode().splitlines()[1]


def test_a_check_counts_the_values_of_absent_columns_as_filled(world: World) -> None:
    report = world.dry_runs.of_file(world.register(), "lasso", csv_of({}, {}))
    assert {"column": "Stage", "count": 2} in report["imputed"]
    assert report["out_of_range"] == []
