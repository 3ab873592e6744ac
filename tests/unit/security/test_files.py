"""Object keys, the expiry of files, unpickling, and personal columns."""

import ast
import re
import time
from typing import Any

import pytest

from chalicelib.core.settings import Settings
from chalicelib.inference.patient_file.columns import COLUMNS
from chalicelib.inference.patient_file.headings import ALIASES
from chalicelib.inference.patient_file.pii_headers import names_a_person
from local.provision import read_template
from tests.unit.support import ROOT, World, csv_of

PRIVACY = ROOT / "docs" / "privacy.md"


@pytest.mark.parametrize("name", ["../../models/lasso.csv", "results/x", "a\0b", "%2e%2e%2f", "x" * 200])
def test_row_11_object_keys_hold_nothing_that_a_client_sent(world: World, name: str) -> None:
    user = world.register()
    prediction = world.predictions.submit(user, "lasso", csv_of({"ID": "p"}), name).prediction
    world.run(prediction)

    assert world.read(prediction).file_name == name
    ids = f"{user.id}/{prediction.prediction_id}"
    assert sorted(world.objects()) == [f"inputs/{ids}.csv", f"results/{ids}/1/result.csv"]


def rules() -> dict[str, Any]:
    files = read_template()["Files"]["Properties"]
    return {rule["Prefix"]: rule for rule in files["LifecycleConfiguration"]["Rules"] if "Prefix" in rule}


def test_row_13_files_expire_and_the_docs_and_the_page_say_when() -> None:
    days = {prefix: rule["ExpirationInDays"] for prefix, rule in rules().items()}
    assert days == {"inputs/": 1, "uploads/": 1, "results/": Settings.model_fields["result_days"].default}
    assert all(rule["Status"] == "Enabled" for rule in rules().values())

    # S3 deletes at the first midnight after the expiry, which is at most a day later.
    text = PRIVACY.read_text("utf-8")
    assert "within 48 hours" in text
    assert f"between {days['results/']} and {days['results/'] + 1} days" in text
    for language, words in (("en", ("two days", "31")), ("ru", ("двух суток", "31 дня"))):
        page = (ROOT / "frontend" / "src" / "i18n" / language / "pages.ts").read_text("utf-8")
        (kept,) = re.findall(r"^  kept:\s+'(.*)'", page, re.MULTILINE)
        assert all(word in kept for word in words), kept


def test_only_model_classes_unpickle_and_only_verified_bytes() -> None:
    """joblib, pickle and similar modules execute code in what they load."""
    unpickled: list[str] = []
    importing_joblib: list[str] = []
    for source in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                assert {"pickle", "marshal", "shelve", "dill", "cloudpickle"}.isdisjoint(names), source
                if any(name.split(".")[0] == "joblib" for name in names):
                    importing_joblib.append(source.relative_to(ROOT).as_posix())
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("unpickle", "read_pickle")):
                unpickled.append(ast.unparse(node))
    assert importing_joblib == ["chalicelib/inference/models/folding.py"]
    assert unpickled == ["unpickle(read_verified(artefact_dir))"]


PERSONAL = [
    "Name", "NAME", "patient_name", "First Name", "FIRSTNAME", "lastName", "LAST-NAME", "FULLNAME", "PATIENTNAME",
    "Name (clinic)", "Name, ward", "Name / Study ID", "Ward, name", "Drug name, patient's name", "firstnamelastname",
    "Surname", "Name at birth", "First", "Last", "Patient", "initials", "name1", "Doctor's name",
    "DOB", "D.O.B.", "d_o_b", "PatientDOB", "BirthDate", "DATEOFBIRTH", "dateofbirth", "date of birth", "Birth",
    "Birth year", "Sex, birth year", "Weight, birth date", "YOB", "bday", "BRTHDTC",
    "E-Mail", "email", "e_mail", "emailaddress", "Emailaddr", "eMail address", "anna@example.org",
    "phone", "Phone No.", "phone number", "PHONENUMBER", "mobile", "Tel.", "address", "HOMEADDRESS", "Postal code",
    "MRN", "M.R.N.", "Medical record no", "SSN", "S.S.N.", "passport", "Passport No", "NHS number",
    "NHS no", "FIO", "Fio", "Familiya", "Imya", "Otchestvo", "SNILS", "INN",
    "ФИО", "Ф.И.О.", "Ф. И. О. пациента", "фио_пациента", "ФИОпациента", "Фамилия", "ИМЯ", "Имя пациента",
    "ИМЯПАЦИЕНТА", "Имя (клиника)", "Имя, отделение", "Отчество", "Инициалы", "Пациент", "Дата рождения", "Дата рожд.",
    "ДАТАРОЖДЕНИЯ", "датаРождения", "Д.Р.", "д/р", "Год рождения", "Рожден", "Рождён", "РОЖДЁН",
    "Эл. почта", "Тел.", "Моб. тел.", "Мобильный", "Номер телефона", "Телефонный номер", "Адрес", "Адрес проживания",
    "Паспорт", "Паспорт (серия, номер)", "Полис", "Полис ОМС", "СНИЛС", "№ истории болезни",
    "ｎａｍｅ", "Name of the patient as it stands in the record of the hospital, in capitals",
]  # fmt: skip
HARMLESS = [
    "Ward", "Status", "N_Days", "Drug", "filename_id", "Platelets", "Комментарий", "", "Stage 2", "Номер", "?", "...",
    "1", "Age", "Age at diagnosis", "ID", "Patient ID", "patient_no", "Patients, total", "Sex", "Stage", "MELD",
    "Child-Pugh", "Albumin", "Hepatomegaly", "edema", "S", "Ascites (Y/N)", "telomere length", "Telbivudine",
    "dobutamine", "DOBUTAMINE", "Height at birth",
    "mRNA", "SSRI", "SSA", "Mobility", "Immobile", "Initial bilirubin", "First visit", "Last dose", "Last follow-up",
    "Drug name", "DrugName", "Hospital name", "File name", "Test names", "Birth weight", "Newborn", "Stillborn",
    "Gene name", "gene_name", "Virus name", "Drug 1 name", "Name of the drug", "First drug name", "birth_weight_g",
    "Birth order", "Sex at birth", "SexAtBirth", "Age at birth", "Country of birth", "FiO2", "FIO2, %",
    "fio2_admission", "PaO2/FiO2", "Drug INN", "inning",
    "Addison", "phonation", "Emaciation", "surnamed", "HBsAg", "Anti-dsDNA", "renamed",
    "Возраст", "Возраст, лет", "Пол", "Стадия", "Номер пациента", "Всего пациентов", "Название препарата", "Именно",
    "Наименование", "Антитела", "Кетоновых тел", "Масса тела", "Вес при рождении", "Рождаемость", "Мобильность",
    "Имя гена", "имя_файла", "Имя препарата", "Страна рождения", "Новорождённый", "Телефония",
    "Адреналин", "Полисахариды", "Инсулин", "Жалобы и др.", "Телоцентр", "Гр.", "Биохимия",
]  # fmt: skip
SPECIFIED = [
    text
    for column in COLUMNS
    for text in (column.name, *ALIASES.get(column.name, ()), column.title_en, column.title_ru)
]


@pytest.mark.parametrize("header", ["Name", "E-Mail", "D.O.B.", "Дата рожд.", "ФИО", "anna@example.org"])
def test_row_19_a_column_that_looks_like_a_name_an_e_mail_or_a_birth_date_is_warned_about(
    world: World, header: str
) -> None:
    content = csv_of({"ID": "p"}).replace(b"ID,", f"ID,{header},".encode()).replace(b"\np,", b"\np,?,")
    dry_run = world.dry_runs.of_file(world.register(), "lasso", content)
    assert dry_run["accepted"]
    assert dry_run["personal_columns"] == [header]


@pytest.mark.parametrize("header", PERSONAL)
def test_row_19_a_header_that_names_a_person_is_known_in_any_spelling(header: str) -> None:
    assert names_a_person(header)


@pytest.mark.parametrize("header", [*HARMLESS, *SPECIFIED])
def test_other_headers_do_not_name_a_person(header: str) -> None:
    assert not names_a_person(header)


def test_a_header_of_any_length_is_checked_quickly() -> None:
    started = time.thread_time()
    for text in ("a." * 5000, "aB" * 5000, "\ufdfa" * 10_000, "." * 10_000):
        assert not names_a_person(text)
    assert time.thread_time() - started < 0.1


def test_row_19_an_unknown_column_is_dropped_before_anything_is_stored(world: World) -> None:
    content = csv_of({"ID": "p"}).replace(b"ID,", b"Name,ID,").replace(b"\np,", b"\nAnna Sentinel,p,")
    prediction = world.predictions.submit(world.register(), "lasso", content, None).prediction

    stored = world.files.read(prediction.input_key)
    assert stored.startswith(b"ID,Age,")
    assert b"Sentinel" not in stored
    assert prediction.ignored_columns == ("Name",)
