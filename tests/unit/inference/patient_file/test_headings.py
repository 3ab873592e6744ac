"""Which headings are a column, in which unit, and which only look like one."""

import time

import pytest

from chalicelib.inference.patient_file import columns, headings
from chalicelib.inference.patient_file.findings import ColumnDuplicatedError, ColumnMissingError, UnitUnknownError
from chalicelib.inference.patient_file.validator import check_file
from tests.unit.inference.patient_file.files import assumptions, inspected, refusal
from tests.unit.support import csv_of

COLUMN_OF: dict[str, str] = {
    "ID": "id|Patient_ID|PatientID|Pt ID|Subject No.|subject_id|Record number|Participant ID|№ пациента|Номер п/п"
    "|USUBJID",
    "Age": "AGE|Patient age|Age at entry|Age_at_diagnosis|Возраст|Возраст пациента|Аgе|Ａｇｅ",
    "Sex": "sex|Gender|Sex (M/F)|Пол (м/ж)|Patient sex|gender_at_birth",
    "Ascites": "ascites|Presence of ascites|Асцит (да/нет)|Наличие асцита|ascites_present",
    "Hepatomegaly": "hepato|Hepatomegaly (0/1)|Presence of hepatomegaly|Гепатомегалия|Увеличение печени",
    "Spiders": "spiders|spider angiomata|Spider_nevi|Сосудистые звездочки|Сосудистые звёздочки|Телеангиэктазии",
    "Edema": "oedema|Peripheral edema|edema (0/0.5/1)|Отеки|Отёки|Leg oedema",
    "Bilirubin": "bili|T. Bili|TBIL|TotBili|total_bili|Bilirubin, total|Serum bilirubin|S-Bilirubin|Total\nbilirubin"
    "|Bilirubin (total)|bilirubin.total|Билирубин общий|Общий билирубин|БИЛИРУБИН|Билирубин_общий|Bilirubin\u00a0total"
    "|\u200bBilirubin|lab_bilirubin_total",
    "Cholesterol": "chol|Total Chol|TC|Cholesterol, total|Холестерин общий|ОХС",
    "Albumin": "alb|Serum albumin|Альбумин|Альбумин сыворотки",
    "Copper": "Cu|U-Cu|Urine copper|24-h urinary copper|Copper, 24-hour urine|Cu (urine)|Медь в суточной моче|Соррer",
    "Alk_Phos": "alk.phos|ALK PHOS|Alkaline Phosphatase (ALP)|AP|alk-phos|ЩФ|Щел. фосфатаза|Фосфатаза щелочная",
    "SGOT": "ast|AST/SGOT|AST(SGOT)|ASAT|Aspartate aminotransferase (AST)|АСТ|АсАТ|Аспартатаминотрансфераза (АСТ)",
    "Tryglicerides": "trig|Triglycerides|TG|Триглицериды|Serum triglycerides",
    "Platelets": "platelet|PLT|Platelet_count|Platelets (PLT)|Тромбоциты",
    "Prothrombin": "protime|PT|Pro-time|Prothrombin time (PT)|Протромбиновое время|ПВ",
    "Stage": "stage|Histologic stage of disease|Ludwig stage|Stage (1-4)|Стадия|Гистологическая стадия",
    "Status": "status",
}

UNIT_OF: dict[tuple[str, str], str] = {
    ("Age", "years"): "Age (years)|Age, years|age_yrs"
    "|Age in years|AgeYears|Возраст, лет|Возраст (полных лет)|Age (y.o.)",
    ("Age", "days"): "age_days|Age [d]|Возраст, дней",
    ("Bilirubin", "mg/dL"): "Bilirubin_total_mg_dl|bili (mg/dl)|Bilirubin (Total) (mg/dL)|Билирубин, мг/дл"
    "|Bilirubin mg%",
    ("Bilirubin", "umol/L"): "Bilirubin umol/l|Bilirubin [µmol/L]|bilirubin.umol.l|BilirubinUmolL|Bilirubin (mcmol/L)"
    "|Билирубин общий, мкмоль/л|Билирубин в мкмоль/л|Bilirubin\n(micromol/L)",
    ("Albumin", "g/dL"): "Albumin (gm/dl)|albumin_gdl|Альбумин, г/дл",
    ("Albumin", "g/L"): "Albumin g/L|albumin_g_l|Альбумин (г/л)",
    ("Copper", "ug/day"): "copper_ug_day|Urine copper (µg/24 h)|Медь в моче, мкг/сут",
    ("Copper", "umol/day"): "Copper (umol/24h)|Медь, мкмоль/сут",
    ("SGOT", "U/L"): "AST (U/L)|AST, IU/L|SGOT [U/ml]|АСТ, Ед/л",
    ("Alk_Phos", "ukat/L"): "ALP (ukat/L)|ЩФ, мккат/л",
    ("Platelets", "10^9/L"): "Platelets (10^3/uL)|PLT K/uL|PLT x10E9/L|Platelets (×10⁹/L)|Platelets (x 10³/µL)"
    "|Platelets[ml/1000]|Platelets (K/mcL)|Thrombocytes (G/L)|Тромбоциты, 10^9/л|Тромбоциты (тыс/мкл)",
    ("Platelets", "/uL"): "Platelets (/uL)|Platelets, cells/mm3",
    ("Prothrombin", "s"): "PT (sec)|PT_seconds|PT, s|Протромбиновое время, сек|ПВ (с)",
}  # fmt: skip

NO_COLUMN = (
    "Direct bilirubin|Bilirubin direct|D.Bili|DBIL|Conjugated bilirubin|Bilirubin (direct)|Bilirubin [direct]"
    "|Билирубин прямой|Прямой билирубин|Bilirubin, urine|Bilirubin/ULN|Bilirubin (x ULN)|log_bili|Bilirubin change"
    "|HDL|HDL cholesterol"
    "|LDL-C|Cholesterol (HDL)|Холестерин ЛПВП|Cholesterol/HDL ratio|Serum copper|Copper, serum|Copper (serum)|S-Cu"
    "|Медь в крови|Медь сыворотки|Ceruloplasmin|Liver copper|Urine albumin|Albumin (urine)|Albumin %|Альбумин, %"
    "|Albumin/creatinine|Prealbumin|A/G ratio|ALT|SGPT|АЛТ|AST/ALT|AST/ALT ratio|PT control|PT (control)|aPTT|АЧТВ"
    "|Prothrombin index|MPV|CKD stage|Age of onset|Age group|Stage date|Sex hormones|Patient name|No ascites"
)  # fmt: skip

INCONVERTIBLE = {
    "INR": "INR|PT INR|PT-INR|МНО|Prothrombin time (INR)|PT ratio",
    "%": "Quick|PT %|PT (%)|ПТИ|ПТИ, %|Протромбин по Квику, %",
}


def cases(by_value: dict[str, str]) -> list[tuple[str, str]]:
    return [(text, name) for name, texts in by_value.items() for text in texts.split("|")]


@pytest.mark.parametrize(("heading", "name"), cases(COLUMN_OF))
def test_a_usual_heading_is_its_column(heading: str, name: str) -> None:
    found = headings.find(heading)
    assert found
    assert (found.column.name, found.unit) == (name, None)


@pytest.mark.parametrize(("heading", "name", "unit"), [
    (text, name, unit) for (name, unit), texts in UNIT_OF.items() for text in texts.split("|")
])  # fmt: skip
def test_a_unit_in_a_heading_is_read_however_it_is_spelled(heading: str, name: str, unit: str) -> None:
    found = headings.find(heading)
    assert found
    known = found.known_unit()
    assert known
    assert (found.column.name, known.name) == (name, unit)


@pytest.mark.parametrize("heading", NO_COLUMN.split("|"))
def test_another_value_with_a_similar_name_is_neither_read_nor_suggested(heading: str) -> None:
    assert headings.find(heading) is None
    assert headings.nearest(heading, tuple(name for name in columns.STORED if name != "ID")) is None


@pytest.mark.parametrize(("heading", "scale"), cases(INCONVERTIBLE))
def test_inr_and_percentages_of_prothrombin_are_recognised_as_other_scales(heading: str, scale: str) -> None:
    with pytest.raises(UnitUnknownError) as caught:
        check_file(csv_of({}).replace(b"Prothrombin", f'"{heading}"'.encode()))
    (finding,) = caught.value.extra["errors"]
    assert finding["hint_unit"] == scale
    assert finding["message"].startswith("Prothrombin is wanted in s.")
    assert finding["message"].endswith("can't be converted to it.")


@pytest.mark.parametrize("heading", ["INR", "PT (%)", "МНО"])
def test_another_scale_beside_the_seconds_is_left_out(heading: str) -> None:
    header = ("ID", "Age", "Edema", "Bilirubin", "Albumin", heading, "PT (s)")
    result = inspected(csv_of({heading: "1.1", "PT (s)": "10.6"}, header=header))
    assert result.ignored == (heading,)
    assert result.units["Prothrombin"] == "s"


def test_a_code_is_the_id_rather_than_a_row_number() -> None:
    content = csv_of({}).replace(b"ID", "№ п/п,Код пациента".encode()).replace(b"\np,", b"\n1,p,")
    assert inspected(content).ignored == ("№ п/п",)
    assert "'Код пациента' is read as ID." in assumptions(inspected(content))


def test_a_copper_of_blood_beside_that_of_urine_is_left_out() -> None:
    header = ("ID", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin", "Copper (ug/dL)", "Copper (ug/day)")
    result = inspected(csv_of({"Copper (ug/dL)": "110", "Copper (ug/day)": "60"}, header=header))
    assert result.ignored == ("Copper (ug/dL)",)
    assert "Copper" in result.used


def test_a_heading_that_is_not_the_columns_name_is_an_assumption() -> None:
    result = inspected(csv_of({}).replace(b"Bilirubin", b"Total bilirubin [mg/dL]"))
    assert assumptions(result) == {"'Total bilirubin [mg/dL]' is read as Bilirubin."}
    assert not assumptions(inspected(csv_of({}).replace(b"Bilirubin", b"BILIRUBIN [mg/dL]")))


@pytest.mark.parametrize(("heading", "name"), [
    ("Bilirubine", "Bilirubin"), ("Bilrubin", "Bilirubin"), ("Albumine", "Albumin"), ("albumin_bl", "Albumin"),
    ("protime_0", "Prothrombin"), ("Билируин", "Bilirubin"), ("Odema", "Edema"),
])  # fmt: skip
def test_a_near_miss_of_a_required_column_is_named(heading: str, name: str) -> None:
    error = refusal(csv_of({}).replace(name.encode(), heading.encode()))
    assert isinstance(error, ColumnMissingError)
    (finding,) = error.extra["errors"]
    assert (finding["column"], finding["heading"]) == (name, heading)
    assert finding["message"].endswith(f"is missing. Is it '{heading}'?")
    suggested = {column["header"]: column["suggestion"] for column in error.extra["preview"]["columns"]}
    assert suggested[heading] == name


@pytest.mark.parametrize(("heading", "name"), [
    ("Cholestrol", "Cholesterol"), ("Coper", "Copper"), ("Platlets", "Platelets"), ("Trigliceride", "Tryglicerides"),
])  # fmt: skip
def test_a_near_miss_of_another_column_is_a_warning(heading: str, name: str) -> None:
    header = ("ID", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin", heading)
    (warning,) = inspected(csv_of({heading: "60"}, header=header)).warnings
    assert (warning.code, warning.message) == (
        "heading_near", f"The column '{heading}' is not used. Is it {name}?",
    )  # fmt: skip


def test_two_headings_of_one_column_are_refused_naming_both() -> None:
    error = refusal(csv_of({}).replace(b"Age", b"Total bilirubin,Age").replace(b"18000", b"1.4,18000"))
    assert isinstance(error, ColumnDuplicatedError)
    (finding,) = error.extra["errors"]
    assert finding["texts"] == ["Total bilirubin", "Bilirubin"]
    assert finding["message"].endswith("Please keep one, or send columns.")


def test_two_equal_headings_are_refused_with_advice_that_helps() -> None:
    error = refusal(csv_of({}).replace(b"Age", b"Bilirubin,Age").replace(b"18000", b"1.4,18000"))
    assert error.extra["errors"][0]["message"].endswith("Please rename or delete one.")


def test_an_unknown_unit_of_an_optional_column_says_how_to_leave_the_column_out() -> None:
    header = ("ID", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin", "Copper [ug/dL]")
    error = refusal(csv_of({"Copper [ug/dL]": "110"}, header=header))
    assert error.extra["errors"][0]["message"] == (
        "The header names 'ug/dL' as the unit of Copper. Known units: ug/day or umol/day. If the column is something "
        "else, rename it or map it to null."
    )


@pytest.mark.parametrize("separator", " ._,:;/[(%")
def test_a_hostile_header_is_read_in_bounded_time(separator: str) -> None:
    texts = (f"a{separator}" * 50, f"Bilirubin{separator}u{separator}" * 8, f"{separator}(a)" * 20, separator * 100)
    row = ",".join(f'"{text[:100]}"' for text in texts * 64)
    started = time.process_time()
    assert refusal("\n".join([row] * 20).encode())
    assert time.process_time() - started < 5  # about half a second on a slow computer
