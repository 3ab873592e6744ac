"""Sample files of real patients, without their outcome, for trying the product."""

import pandas as pd

from chalicelib.inference.patient_file.columns import REQUIRED, STORED

# From the sickest to the healthiest, both sexes, every degree of oedema and stage; 320, 331 and 417 lack labs.
VARIED = (28, 331, 74, 100, 320, 24, 118, 417, 212, 98)

SOURCE = """\
patients-10.csv, pbc-418.csv: patients of the Mayo Clinic study of primary biliary cholangitis (1974-1986), from the
data set pbc of R's package survival (LGPL >= 2). ID is the row of the data set; treatment and outcome are left out.
NA: not measured.
"""


def sample_files(patients: pd.DataFrame) -> dict[str, str]:
    """The text of each file by its name."""
    complete, filled = _with_required_values(patients)
    varied = complete.set_index("ID", drop=False).loc[list(VARIED)]
    return {
        "patients-10.csv": _csv(varied),
        "pbc-418.csv": _csv(complete),
        "SOURCE.txt": SOURCE + filled,
    }


def _with_required_values(patients: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The patients with the cohort's median for what is required and wasn't measured, and a sentence on it.

    The file must be one that the product accepts, and it refuses a file with a required value missing.
    """
    complete = patients.copy()
    sentences = []
    for name in REQUIRED:
        missing = complete[name].isna()
        if missing.any():
            median = complete[name].median()
            complete.loc[missing, name] = median
            ids = ", ".join(str(patient) for patient in complete.loc[missing, "ID"])
            sentences.append(f"{name} of patients {ids} was not measured: the cohort's median, {median:g}, instead.\n")
    return complete, "".join(sentences)


def _csv(patients: pd.DataFrame) -> str:
    """The columns that are stored, in their order; whole numbers without a decimal point."""
    text: str = patients[list(STORED)].to_csv(index=False, na_rep="NA", float_format="%.10g", lineterminator="\n")
    return text
