"""Values in other units: named in the header, or SI units for all columns."""

import io
import time
from typing import Any

import pandas as pd
import pytest

from chalicelib.inference.patient_file.findings import ColumnsUnclearError, InvalidRowsError, UnitUnknownError
from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions
from chalicelib.inference.patient_file.validator import check_file

SI = ReadingOptions(units="si")

NAMED = b"ID,Age [years],Edema,Bilirubin [\xc2\xb5mol/L],Albumin (g/L),Prothrombin [s]\n7,50,N,17.1,35,10.5\n"
PLAIN = b"ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n7,18262.5,N,1,3.5,10.5\n"


def values(content: bytes, *, si: bool = False) -> dict[Any, Any]:
    return pd.read_csv(io.BytesIO(check_file(content, SI if si else DEFAULT_READING).content)).iloc[0].to_dict()


def test_values_in_a_unit_of_the_header_are_converted_and_the_unit_is_reported() -> None:
    assert values(NAMED) == values(PLAIN)
    assert check_file(NAMED).units == {
        "Age": "years", "Bilirubin": "umol/L", "Albumin": "g/L", "Prothrombin": "s",
    }  # fmt: skip
    assert check_file(PLAIN).units == {"Age": "days", "Bilirubin": "mg/dL", "Albumin": "g/dL", "Prothrombin": "s"}


def test_si_units_apply_to_columns_that_have_one_and_whose_header_names_no_unit() -> None:
    content = b"ID,Age,Edema,Bilirubin,Albumin [g/dL],Prothrombin\n7,18262.5,N,17.1,3.5,10.5\n"
    assert values(content, si=True) == values(PLAIN)
    assert check_file(content, SI).units["Bilirubin"] == "umol/L"


def test_an_unknown_unit_is_refused_naming_the_known_units() -> None:
    with pytest.raises(UnitUnknownError) as caught:
        check_file(PLAIN.replace(b"Bilirubin", b"Bilirubin [mmol/L]"))
    (finding,) = caught.value.extra["errors"]
    assert (finding["column"], finding["value"]) == ("Bilirubin", "mmol/L")
    assert finding["units"] == ["mg/dL", "umol/L"]


def test_brackets_of_a_column_without_units_are_ignored() -> None:
    header = PLAIN.replace(b"Edema", b"Edema (N/S/Y)").replace(b"ID", b"ID [MRN]")
    assert values(header) == values(PLAIN)


def test_a_header_cell_of_many_blanks_is_parsed_quickly() -> None:
    wide = b",".join([b"a" + b" " * 9000 + b"b"] * 90)
    started = time.process_time()
    assert (
        check_file(
            PLAIN.replace(b"Prothrombin\n", b"Prothrombin," + wide + b"\n").replace(
                b"10.5\n", b"10.5" + b"," * 90 + b"\n"
            )
        ).rows
        == 1
    )
    assert time.process_time() - started < 5  # a quadratic parser took a minute


def test_a_wrong_unit_is_suspected_even_if_the_header_names_the_columns_own_unit() -> None:
    with pytest.raises(ColumnsUnclearError) as caught:
        check_file(PLAIN.replace(b"Albumin", b"Albumin [g/dL]").replace(b"3.5", b"38"))
    assert caught.value.extra["errors"][0]["code"] == "unit_suspected"


def test_limits_are_reported_in_the_unit_of_the_file_and_no_other_unit_is_suspected() -> None:
    with pytest.raises(InvalidRowsError) as caught:
        check_file(NAMED.replace(b"17.1", b"1100").replace(b",50,", b",12,"))
    age, bilirubin = caught.value.extra["errors"]
    assert (age["code"], age["unit"], age["minimum"]) == ("below_minimum", "years", 17.99)
    assert (bilirubin["code"], bilirubin["unit"], bilirubin["maximum"]) == ("above_maximum", "umol/L", 1026)


@pytest.mark.parametrize("limit", ["1.71", "1026"])
def test_a_value_at_a_limit_is_accepted_whatever_the_conversion_rounds_to(limit: str) -> None:
    stored = values(NAMED.replace(b"17.1", limit.encode()))["Bilirubin"]
    assert stored in {0.1, 60}
