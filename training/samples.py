"""Make the sample files: real patients, without their outcome, for trying the service; and templates to fill in."""

import pandas as pd

from chalicelib.inference.patient_file.columns import BY_NAME, REQUIRED, STORED, Column

# IDs of patients from the sickest to the healthiest, with both sexes and every degree of oedema and stage. 320, 331 and
# 417 lack laboratory values.
VARIED = (28, 331, 74, 100, 320, 24, 118, 417, 212, 98)

SOURCE = """\
patients-10.csv, pbc-418.csv: patients of the Mayo Clinic study of primary biliary cholangitis (1974-1986), from the
data set pbc of R's package survival (LGPL >= 2). ID is the row of the data set; treatment and outcome are left out.
NA: not measured.
"""
TEMPLATES = "template-en.csv, template-ru.csv: a made-up patient, to be replaced by your own.\n"

EXAMPLE: dict[str, str | float] = {
    "ID": "example", "Age": 54, "Sex": "F", "Ascites": "N", "Hepatomegaly": "Y", "Spiders": "N", "Edema": "N",
    "Bilirubin": 1.4, "Cholesterol": 310, "Albumin": 3.6, "Copper": 75, "Alk_Phos": 320, "SGOT": 95,
    "Tryglicerides": 120, "Platelets": 250, "Prothrombin": 10.6, "Stage": "2",
}  # fmt: skip
"""The made-up patient of the templates, in the units of the English one."""

_RUSSIAN_HEADINGS = {
    "ID": "ID", "Age": "Возраст, лет", "Sex": "Пол", "Ascites": "Асцит", "Hepatomegaly": "Гепатомегалия",
    "Spiders": "Сосудистые звёздочки", "Edema": "Отёки", "Bilirubin": "Билирубин, мкмоль/л",
    "Cholesterol": "Холестерин, ммоль/л", "Albumin": "Альбумин, г/л", "Copper": "Медь в суточной моче, мкг/сут",
    "Alk_Phos": "Щелочная фосфатаза, Ед/л", "SGOT": "АСТ, Ед/л", "Tryglicerides": "Триглицериды, ммоль/л",
    "Platelets": "Тромбоциты, 10^9/л", "Prothrombin": "Протромбиновое время, с", "Stage": "Стадия",
}  # fmt: skip
_ENGLISH_UNITS = {"Age": "years"}
_RUSSIAN_UNITS = {
    "Age": "years", "Bilirubin": "umol/L", "Cholesterol": "mmol/L", "Albumin": "g/L", "Tryglicerides": "mmol/L",
}  # fmt: skip
"""Units by column. Other columns have their own unit."""
_RUSSIAN_WORDS = {"example": "пример", "F": "ж", "Y": "да", "N": "нет"}


def sample_files(patients: pd.DataFrame) -> dict[str, str]:
    """Return the text of each sample file by its name."""
    complete, filled = _with_required_values(patients)
    varied = complete.set_index("ID", drop=False).loc[list(VARIED)]
    return {
        "patients-10.csv": _csv(varied),
        "pbc-418.csv": _csv(complete),
        "SOURCE.txt": SOURCE + filled + TEMPLATES,
        "template-en.csv": _english_template(),
        "template-ru.csv": _russian_template(),
    }


def _english_template() -> str:
    """Return the template with the product's names, commas and decimal points."""
    units = {name: _ENGLISH_UNITS.get(name, BY_NAME[name].unit) for name in STORED}
    headings = [f"{name} [{unit}]" if unit else name for name, unit in units.items()]
    return f"{','.join(headings)}\n{','.join(str(EXAMPLE[name]) for name in STORED)}\n"


def _russian_template() -> str:
    """Return the template with Russian headings and units, semicolons and decimal commas, as Excel writes it there."""
    cells = [_in_russian(BY_NAME[name]) for name in STORED]
    return f"\ufeff{';'.join(_RUSSIAN_HEADINGS[name] for name in STORED)}\n{';'.join(cells)}\n"


def _in_russian(column: Column) -> str:
    """Return the example's value in the unit of the Russian template, with four digits."""
    value = EXAMPLE[column.name]
    if isinstance(value, str):
        return _RUSSIAN_WORDS.get(value, value)
    factors = {unit.name: unit.factor for unit in column.units}
    english, russian = (units.get(column.name, column.units[0].name) for units in (_ENGLISH_UNITS, _RUSSIAN_UNITS))
    return f"{value / factors[english] * factors[russian]:.4g}".replace(".", ",")


def _with_required_values(patients: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Fill missing required values with the cohort's median, since the service refuses a file without them.

    Return the patients and sentences that name the filled values.
    """
    complete = patients.copy()
    sentences = []
    for name in REQUIRED:
        missing = complete[name].isna()
        if missing.any():
            median = complete[name].median()
            complete.loc[missing, name] = median
            ids = ", ".join(str(patient_id) for patient_id in complete.loc[missing, "ID"])
            sentences.append(f"{name} of patients {ids} was not measured: the cohort's median, {median:g}, instead.\n")
    return complete, "".join(sentences)


def _csv(patients: pd.DataFrame) -> str:
    """Return the stored columns as CSV. Whole numbers have no decimal point."""
    text: str = patients[list(STORED)].to_csv(index=False, na_rep="NA", float_format="%.10g", lineterminator="\n")
    return text
