"""What the sender says about the columns: their meaning, units and values."""

from typing import Any

import pytest

from chalicelib.inference.patient_file.reading_options import ReadingOptions
from tests.unit.inference.patient_file.files import assumptions, canonical, inspected, refusal
from tests.unit.support import csv_of

PLAIN = csv_of({"ID": "7"}, {"ID": "8", "Bilirubin": "2.9"})
CANONICAL = canonical(PLAIN)
LONG = "the patient's bilirubin " * 8

READ: dict[str, tuple[bytes, dict[str, Any]]] = {
    "a heading": (PLAIN.replace(b"Bilirubin", b"x1"), {"columns": {"x1": "Bilirubin"}}),
    "with blanks around it": (PLAIN.replace(b"Bilirubin", b" x1 "), {"columns": {"x1 ": "Bilirubin"}}),
    "with a line break": (PLAIN.replace(b"Bilirubin", b'"my\r\nx1"'), {"columns": {"my\nx1": "Bilirubin"}}),
    "with quotation marks": (PLAIN.replace(b"Bilirubin", b'"the ""x1"""'), {"columns": {'the "x1"': "Bilirubin"}}),
    "without a text": (PLAIN.replace(b"Bilirubin", b""), {"columns": {"": "Bilirubin"}}),
    "longer than the preview shows": (
        PLAIN.replace(b"Bilirubin", LONG.encode()), {"columns": {LONG[:100]: "Bilirubin"}},
    ),
    "that is the column's name": (PLAIN, {"columns": {"Bilirubin": "Bilirubin"}}),
    "all headings unknown": (
        b"a,b,c,d,e,f\n" + PLAIN.partition(b"\n")[2],
        {"columns": dict(zip("abcdef", PLAIN.decode().split("\n")[0].split(","), strict=True))},
    ),
    "below titles": (
        b"Export\n\na,b,c,d,e,f\n" + PLAIN.partition(b"\n")[2],
        {"columns": dict(zip("abcdef", PLAIN.decode().split("\n")[0].split(","), strict=True))},
    ),
    "instead of a recognised one": (
        PLAIN.replace(b"Bilirubin", b"x1").replace(b"Age", b"Bilirubin,Age").replace(b"18000", b"60,18000"),
        {"columns": {"x1": "Bilirubin"}},
    ),
    "not used": (
        PLAIN.replace(b"Age", b"Total bilirubin,Age").replace(b"18000", b"60,18000"),
        {"columns": {"Total bilirubin": None}},
    ),
    "a unit in a mapped heading": (
        PLAIN.replace(b"Bilirubin", b"Bilirubin [umol/L]").replace(b"1.4", b"23.94").replace(b"2.9", b"49.59"),
        {"columns": {"Bilirubin [umol/L]": "Bilirubin"}},
    ),
    "a unit": (
        PLAIN.replace(b"1.4", b"23.94").replace(b"2.9", b"49.59"), {"column_units": {"Bilirubin": "мкмоль/л"}},
    ),
    "a unit against the heading's": (
        PLAIN.replace(b"Bilirubin", b"Bilirubin [mg/dL]").replace(b"1.4", b"23.94").replace(b"2.9", b"49.59"),
        {"column_units": {"Bilirubin": "umol/L"}},
    ),
    "values": (PLAIN.replace(b",N,", b",1,"), {"column_values": {"Edema": {"1": "N", "2": "S", "3": "Y"}}}),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_the_sender_states_is_followed(name: str) -> None:
    content, options = READ[name]
    assert canonical(content, ReadingOptions(**options)) == CANONICAL


def test_a_stated_column_is_listed_like_a_recognised_one() -> None:
    content = PLAIN.replace(b"Bilirubin", b"bili")
    assert assumptions(inspected(content)) == {"'bili' is read as Bilirubin."}
    assert assumptions(inspected(content, ReadingOptions(columns={"bili": "Bilirubin"}))) == {
        "'bili' is read as Bilirubin."
    }


@pytest.mark.parametrize(("options", "column", "value", "sentence"), [
    ({"columns": {"nope": "Bilirubin"}}, "columns", "nope", "columns: 'nope' is not a heading of the file. Known: ID,"),
    ({"columns": {"bilirubin": "Bilirubin"}}, "columns", "bilirubin", "columns: 'bilirubin' is not a heading"),
    ({"columns": {"Age": "bili"}}, "columns", "bili", "columns: 'bili' is not a column. Known: ID, Age,"),
    ({"columns": {"Age": "Drug"}}, "columns", "Drug", "columns: 'Drug' is not a column. Known: ID, Age,"),
    ({"column_units": {"Bilirubin": "mmol/L"}}, "column_units", "mmol/L",
     "column_units: 'mmol/L' is not a unit of Bilirubin. Known: mg/dL, umol/L."),
    ({"column_units": {"Prothrombin": "INR"}}, "column_units", "INR",
     "column_units: 'INR' is not a unit of Prothrombin. Known: s."),
    ({"column_units": {"Sex": "x"}}, "column_units", "Sex", "column_units: 'Sex' is not a column with a unit."),
    ({"column_values": {"Sex": {"1": "X"}}}, "column_values", "X",
     "column_values: 'X' is not a value of Sex. Known: F, M."),
    ({"column_values": {"Age": {"1": "2"}}}, "column_values", "Age",
     "column_values: 'Age' is not a column with categories."),
])  # fmt: skip
def test_a_name_that_does_not_exist_is_refused_with_those_that_do(
    options: dict[str, Any], column: str, value: str, sentence: str
) -> None:
    error = refusal(PLAIN, ReadingOptions(**options))
    (finding,) = error.extra["errors"]
    assert (error.code, finding["code"]) == ("mapping_invalid", "mapping_invalid")
    assert (finding["column"], finding["value"]) == (column, value)
    assert finding["message"].startswith(sentence)
    assert error.extra["preview"]["columns"]


def test_two_headings_for_one_column_are_refused() -> None:
    content = PLAIN.replace(b"Age", b"x1,Age").replace(b"18000", b"60,18000").replace(b"Bilirubin", b"x2")
    error = refusal(content, ReadingOptions(columns={"x1": "Bilirubin", "x2": "Bilirubin"}))
    assert error.code == "column_duplicated"
    assert error.extra["errors"][0]["texts"] == ["x1", "x2"]


def test_a_required_column_that_is_not_used_is_missing_and_not_suggested_again() -> None:
    error = refusal(PLAIN, ReadingOptions(columns={"Bilirubin": None}))
    assert error.code == "column_missing"
    assert "heading" not in error.extra["errors"][0]
    assert not any(column["suggestion"] for column in error.extra["preview"]["columns"])


def test_a_scale_that_cannot_be_converted_is_refused_also_if_the_heading_is_mapped() -> None:
    error = refusal(PLAIN.replace(b"Prothrombin", b"INR"), ReadingOptions(columns={"INR": "Prothrombin"}))
    assert error.code == "unit_unknown"
