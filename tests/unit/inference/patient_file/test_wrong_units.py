"""A column in another unit than it is read in: refused with the conversion, warned about, or answered by an option."""

import pytest

from chalicelib.inference.patient_file.findings import ColumnsUnclearError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.validator import check_file
from tests.unit.inference.patient_file.reading import assumed, file_of, findings, inspected, only_finding, values

TODAY_IN_SI = {
    "Age": ["62", "55", "71"], "Bilirubin": ["9", "7", "12"], "Cholesterol": ["5.4", "6.1", "4.8"],
    "Albumin": ["42", "44", "40"], "Copper": ["0.6", "0.5", "0.7"], "Alk_Phos": ["110", "95", "150"],
    "SGOT": ["28", "22", "35"], "Tryglicerides": ["1.1", "0.9", "1.6"], "Platelets": ["245", "270", "210"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "texts", "unit", "suggestion"),
    [
        ("Bilirubin", ["24", "110", "31"], "umol/L", 1.813),
        ("Cholesterol", ["6.4", "8.2", "7.1"], "mmol/L", 274.6),
        ("Cholesterol", ["2.5"], "g/L", 250),
        ("Albumin", ["36"], "g/L", 3.6),
        ("Copper", ["0.8"], "umol/day", 50.84),
        ("Alk_Phos", ["1.8", "2.2"], "ukat/L", 120),
        ("SGOT", ["0.47"], "ukat/L", 28.2),
        ("Tryglicerides", ["1.4"], "mmol/L", 124),
        ("Platelets", ["190000", "221000"], "/uL", 205.5),
        ("Age", ["650", "700"], "months", 20550),
        ("Prothrombin", ["1.1", "1.4"], "INR", None),
        ("Prothrombin", ["48", "58", "72"], "%", None),
        ("Prothrombin", ["85"], "%", None),
    ],
)
@pytest.mark.parametrize("skip", [False, True])
def test_a_column_in_another_unit_is_refused_with_the_conversion_also_if_bad_rows_are_skipped(
    column: str, texts: list[str], unit: str, suggestion: float | None, *, skip: bool
) -> None:
    with pytest.raises(ColumnsUnclearError) as caught:
        check_file(file_of({column: texts}), skip=skip)

    (finding, *_) = caught.value.extra["errors"]
    assert (finding["code"], finding["column"], finding["row"]) == ("unit_suspected", column, None)
    assert (finding["hint_unit"], finding["suggestion"]) == (unit, suggestion)


@pytest.mark.parametrize(
    ("column", "texts", "unit", "own"),
    [
        ("Bilirubin", ["24", "110", "31"], "umol/L", [1.4035, 6.4327, 1.8129]),
        ("Cholesterol", ["6.4"], "mmol/L", [247.49]),
        ("Albumin", ["36"], "g/L", [3.6]),
        ("Copper", ["0.8"], "umol/day", [50.84]),
        ("Alk_Phos", ["1.8"], "ukat/L", [108]),
        ("Platelets", ["190000"], "/uL", [190]),
        ("Age", ["650"], "months", [19784]),
    ],
)
def test_the_option_and_the_heading_answer_a_suspected_unit(
    column: str, texts: list[str], unit: str, own: list[float]
) -> None:
    assert values(file_of({column: texts}), column, column_units={column: unit}) == own
    assert values(file_of({column: texts}, {column: f"{column} [{unit}]"}), column) == own


def test_the_sentence_names_every_unit_that_fits() -> None:
    message = only_finding(file_of({"Cholesterol": ["5.4"]})).message

    assert message == (
        "The column Cholesterol looks like mmol/L or g/L, not mg/dL: its median is 5.4. 5.4 mmol/L is 208.8 mg/dL, "
        "5.4 g/L is 540 mg/dL. Please name the unit in the heading, such as 'Cholesterol [mmol/L]', or send "
        "column_units."
    )


def test_a_scale_of_prothrombin_is_explained_without_a_conversion() -> None:
    message = only_finding(file_of({"Prothrombin": ["1.1"]})).message

    assert message == (
        "The column Prothrombin looks like INR, not s: its median is 1.1. It is wanted in s, and INR can't be "
        "converted to it. Please ask the laboratory."
    )


def test_the_unit_that_the_sender_states_is_not_doubted_for_one_impossible_cell() -> None:
    content = file_of({"Bilirubin": ["5", "6", "4", "7", "170"]})

    assert findings(content) == [("unit_suspected", "Bilirubin")]
    assert check_file(content, ReadingOptions(column_units={"Bilirubin": "mg/dL"}), skip=True).bad_rows == 1


def test_a_single_cell_in_another_unit_is_a_finding_about_its_row() -> None:
    finding = only_finding(file_of({"Albumin": ["3.5", "3.1", "38"]}))

    assert (finding.code, finding.row, finding.params["suggestion"]) == ("unit_suspected", 3, 3.8)


@pytest.mark.parametrize(
    ("column", "first", "last", "sentence"),
    [
        ("Bilirubin", "1.3", ["22", "115"],
         ("Some values of Bilirubin look like umol/L, not mg/dL: 115, and perhaps 22. "
         "Please use one unit for the whole column. If mg/dL is right, send column_units.")),
        ("SGOT", "118", ["1.9", "0.6"],
         ("Some values of SGOT look like ukat/L, not U/L: 0.6, and perhaps 1.9. "
         "Please use one unit for the whole column. If U/L is right, send column_units.")),
        ("Prothrombin", "10.6", ["45", "85"],
         ("Some values of Prothrombin look like Quick's percentage, not s: 85, and perhaps 45. "
         "Please use one unit for the whole column. If s is right, send column_units.")),
    ],
)  # fmt: skip
def test_a_unit_that_changes_late_in_the_file_refuses_the_column(
    column: str, first: str, last: list[str], sentence: str
) -> None:
    content = file_of({column: [first] * 5000 + last})
    with pytest.raises(ColumnsUnclearError) as caught:
        check_file(content, skip=True)

    assert caught.value.extra["errors"][0]["message"] == sentence


# ---- today's patients and SI units


def test_todays_treated_patients_in_si_units_are_accepted_without_a_warning() -> None:
    content = file_of(TODAY_IN_SI)

    assert values(content, "Bilirubin", units="si") == [0.52632, 0.40936, 0.70175]
    assert values(content, "Copper", units="si") == [38.13, 31.775, 44.485]
    assert values(content, "Alk_Phos", units="si") == [110, 95, 150]
    assert inspected(content, units="si").warnings == []


def test_each_column_without_a_stated_unit_is_named_with_its_unit_under_si() -> None:
    content = file_of(TODAY_IN_SI)
    units = dict(assumed(content, "unit", units="si") + assumed(content, "no_si_unit", units="si"))

    assert units == {
        "Age": "Age is read in years.",
        "Bilirubin": "Bilirubin is read in umol/L.",
        "Cholesterol": "Cholesterol is read in mmol/L.",
        "Albumin": "Albumin is read in g/L.",
        "Copper": "Copper is read in umol/day.",
        "Alk_Phos": "Alk_Phos is read in U/L.",
        "SGOT": "SGOT is read in U/L.",
        "Tryglicerides": "Tryglicerides is read in mmol/L.",
        "Platelets": "Platelets has no other SI unit here. It is read in 10^9/L.",
        "Prothrombin": "Prothrombin has no other SI unit here. It is read in s.",
    }


@pytest.mark.parametrize(
    ("alk_phos", "sgot", "own"),
    [
        ("1.83", "0.47", [109.8]),
        ("28.6", "2.3", [1716]),  # 28.6 alone could be U/L
        ("110", "28", [110]),
        ("7395", "113", [7395]),
    ],
)
def test_enzymes_under_si_are_in_microkatals_only_if_one_of_them_shows_it(
    alk_phos: str, sgot: str, own: list[float]
) -> None:
    content = file_of(TODAY_IN_SI | {"Alk_Phos": [alk_phos] * 3, "SGOT": [sgot] * 3})

    assert values(content, "Alk_Phos", units="si") == own * 3


def test_a_converted_value_at_the_edge_of_the_studys_range_is_accepted() -> None:
    content = file_of({name: [texts[0]] for name, texts in TODAY_IN_SI.items()} | {"Copper": ["9.253"]})

    assert values(content, "Copper", units="si") == [588.03]


# ---- warnings


@pytest.mark.parametrize(
    ("column", "texts", "hint"),
    [
        ("Bilirubin", ["14.5"], "umol/L"),
        ("Bilirubin", ["9", "7", "12"], "umol/L"),
        ("Prothrombin", ["22", "20", "19"], "%"),
    ],
)
def test_a_median_that_is_usual_in_another_unit_is_a_warning(column: str, texts: list[str], hint: str) -> None:
    (warning,) = inspected(file_of({column: texts})).warnings

    assert (warning.code, warning.column, warning.params["hint_unit"]) == ("unit_odd", column, hint)
    assert assumed(file_of({column: texts}), "unit_odd") == [(column, warning.message)]


def test_the_warning_says_what_is_usual() -> None:
    (warning,) = inspected(file_of({"Bilirubin": ["22"]})).warnings

    assert warning.message == (
        "The median of Bilirubin is 22 mg/dL; 9 of 10 patients of the study had less than 8.03. Is it umol/L?"
    )


@pytest.mark.parametrize(
    ("columns", "headings", "column", "message"),
    [
        ({"Bilirubin": ["7"], "Albumin": ["42"]}, {"Albumin": "Albumin (g/L)"}, "Bilirubin",
         "The median of Bilirubin is 7 mg/dL; Albumin of this file is in g/L. Is it umol/L?"),
        ({"Alk_Phos": ["28"], "SGOT": ["2.3"]}, {"SGOT": "AST (ukat/L)"}, "Alk_Phos",
         "The median of Alk_Phos is 28 U/L; SGOT of this file is in ukat/L. Is it ukat/L?"),
    ],
)  # fmt: skip
def test_a_column_that_fits_both_units_is_a_warning_if_other_columns_are_in_si_units(
    columns: dict[str, list[str]], headings: dict[str, str], column: str, message: str
) -> None:
    assert [warning.message for warning in inspected(file_of(columns, headings)).warnings] == [message]
    named = inspected(
        file_of(columns, headings | {column: f"{column} [{'mg/dL' if column == 'Bilirubin' else 'U/L'}]"})
    )
    assert named.warnings == []


def test_the_median_counts_repeated_values() -> None:
    content = file_of({"Bilirubin": ["0.7"] * 9 + ["14", "19", "25"]})

    assert inspected(content).warnings == []


# ---- units in cells


@pytest.mark.parametrize(
    ("column", "texts", "own", "unit"),
    [
        ("Albumin", ["26 g/L", "41.4g/l", "34.8 г/л"], [2.6, 4.14, 3.48], "g/L"),
        ("Albumin", ["2.6 g/dL", "4.1 gm/dl", "3.5 G/DL"], [2.6, 4.1, 3.5], "g/dL"),
        ("Age", ["58 years", "56 y.", "70 лет"], [21184, 20454, 25568], "years"),
        ("Prothrombin", ["12.2s", "10.6 sec.", "12 сек"], [12.2, 10.6, 12], "s"),
    ],
)
def test_the_unit_beside_every_number_is_the_unit_of_the_column(
    column: str, texts: list[str], own: list[float], unit: str
) -> None:
    content = file_of({column: texts})

    assert values(content, column) == own
    assert inspected(content).units[column] == unit
    assert assumed(content, "unit_in_cell")


@pytest.mark.parametrize(
    ("column", "texts", "sentence"),
    [
        ("Albumin", ["3.5", "41 g/L"], ("'41 g/L' is in g/L. Albumin is read in g/dL. "
         "Please use one unit for the whole column, or send column_units.")),
        ("Prothrombin", ["10.6", "75 %"], ("'75 %' is in Quick's percentage. Prothrombin is read in s. "
         "It can't be converted. Please ask the laboratory.")),
    ],
)  # fmt: skip
def test_a_cell_that_names_another_unit_is_refused(column: str, texts: list[str], sentence: str) -> None:
    finding = only_finding(file_of({column: texts}))

    assert (finding.code, finding.row, finding.message) == ("unit_in_cell", 2, sentence)
