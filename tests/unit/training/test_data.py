import csv
import io

import pandas as pd
import pytest

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.validator import check_file
from tests.unit.support import SAMPLES
from training import data
from training.samples import EXAMPLE, VARIED, sample_files


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    return data.cirrhosis()


def test_the_first_patient_is_cirrhosis_csvs_first_row(patients: pd.DataFrame) -> None:
    assert patients.iloc[0].tolist() == [
        1, 400, "D", "D-penicillamine", 21464, "F", "Y", "Y", "Y", "Y", 14.5, 261, 2.6, 156, 1718, 137.95, 172, 190,
        12.2, "4",
    ]  # fmt: skip


def test_there_are_418_patients_with_twenty_columns(patients: pd.DataFrame) -> None:
    assert patients.shape == (418, 20)
    assert patients["ID"].tolist() == list(range(1, 419))
    assert set(columns.STORED) <= set(patients.columns)


def test_outcome_categories_and_missing_values_have_the_known_counts(patients: pd.DataFrame) -> None:
    assert patients["Status"].value_counts().to_dict() == {"C": 232, "D": 161, "CL": 25}
    assert patients["Edema"].value_counts().to_dict() == {"N": 354, "S": 44, "Y": 20}
    assert patients["Sex"].value_counts().to_dict() == {"F": 374, "M": 44}
    missing = patients.isna().sum()
    assert missing[missing > 0].to_dict() == {
        "Drug": 106, "Ascites": 106, "Hepatomegaly": 106, "Spiders": 106, "Cholesterol": 134, "Copper": 108,
        "Alk_Phos": 106, "SGOT": 106, "Tryglicerides": 136, "Platelets": 11, "Prothrombin": 2, "Stage": 6,
    }  # fmt: skip


def test_every_value_is_allowed_by_the_column_specification(patients: pd.DataFrame) -> None:
    for column in columns.COLUMNS:
        values = patients[column.name].dropna()
        if column.kind == "number":
            extremes = (values.min(), values.max())
            assert extremes == (column.training_minimum, column.training_maximum), column.name
            if column.study_high is not None:
                assert column.study_high == pytest.approx(values.quantile(0.9), rel=0.005), column.name
        if column.kind == "category":
            assert set(values) == set(column.allowed), column.name


def test_a_transplant_is_censoring_in_one_outcome_and_an_event_in_the_other(patients: pd.DataFrame) -> None:
    assert data.death(patients).died.sum() == 161
    assert data.death_or_transplant(patients).died.sum() == 161 + 25
    assert data.death(patients).years[0] == 400 / 365.25


def test_the_samples_hold_no_outcome_and_no_treatment(patients: pd.DataFrame) -> None:
    for name in ("patients-10.csv", "pbc-418.csv"):
        assert sample_files(patients)[name].splitlines()[0] == ",".join(columns.STORED)


def test_the_small_sample_holds_ten_patients_of_every_kind(patients: pd.DataFrame) -> None:
    header, *rows = sample_files(patients)["patients-10.csv"].splitlines()
    cells = pd.DataFrame([row.split(",") for row in rows], columns=header.split(","))
    assert cells["ID"].tolist() == [str(patient_id) for patient_id in VARIED]
    assert set(cells["Sex"]) == {"F", "M"}
    assert set(cells["Edema"]) == {"N", "S", "Y"}
    assert set(cells["Stage"]) == {"1", "2", "3", "4"}
    assert (cells["Cholesterol"] == "NA").any()
    assert not (cells[list(columns.REQUIRED)] == "NA").any(axis=None)


def test_the_full_sample_is_the_study_except_for_two_prothrombin_times(patients: pd.DataFrame) -> None:
    header, *rows = sample_files(patients)["pbc-418.csv"].splitlines()
    assert rows[0] == "1,21464,F,Y,Y,Y,Y,14.5,261,2.6,156,1718,137.95,172,190,12.2,4"
    assert len(rows) == 418
    cells = pd.DataFrame([row.split(",") for row in rows], columns=header.split(","))
    for name in columns.NUMBERS:
        read = pd.to_numeric(cells[name].replace("NA", None))
        differing = read[~((read == patients[name]) | (read.isna() & patients[name].isna()))]
        expected = {358: 10.6, 367: 10.6} if name == "Prothrombin" else {}
        assert differing.to_dict() == expected, name


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_template_is_read_as_its_example(patients: pd.DataFrame, language: str) -> None:
    checked = check_file(sample_files(patients)[f"template-{language}.csv"].encode())

    [patient] = csv.DictReader(io.StringIO(checked.content.decode()))
    patient_id = patient.pop("ID")
    assert patient_id == {"en": "example", "ru": "пример"}[language]
    assert {name: patient[name] for name in columns.CATEGORIES} == {name: EXAMPLE[name] for name in columns.CATEGORIES}
    numbers = {name: float(patient[name]) for name in columns.NUMBERS}
    expected = {name: float(EXAMPLE[name]) for name in columns.NUMBERS}
    assert numbers == pytest.approx(expected | {"Age": expected["Age"] * 365.25}, rel=5e-4)  # four digits
    assert checked.ignored == ()


def test_the_example_of_the_templates_is_a_patient_like_those_of_the_study() -> None:
    for name in columns.NUMBERS:
        column, value = columns.BY_NAME[name], float(EXAMPLE[name])
        days = value * 365.25 if name == "Age" else value
        assert column.training_minimum is not None
        assert column.training_maximum is not None
        assert column.training_minimum <= days <= column.training_maximum, name


def test_the_committed_templates_are_those_that_are_made(patients: pd.DataFrame) -> None:
    for name in ("template-en.csv", "template-ru.csv"):
        assert (SAMPLES / name).read_bytes() == sample_files(patients)[name].encode()


def test_the_samples_name_their_source_and_the_values_that_were_filled_in(patients: pd.DataFrame) -> None:
    source = sample_files(patients)["SOURCE.txt"]
    assert "Mayo Clinic" in source
    assert "LGPL" in source
    assert "Prothrombin of patients 359, 368 was not measured: the cohort's median, 10.6" in source
