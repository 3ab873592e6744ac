"""Make the sample files: real patients, without their outcome, for trying the service."""

import pandas as pd

from chalicelib.inference.patient_file.columns import REQUIRED, STORED

# IDs of patients from the sickest to the healthiest, with both sexes and every degree of oedema and stage. 320, 331 and
# 417 lack laboratory values.
VARIED = (28, 331, 74, 100, 320, 24, 118, 417, 212, 98)

SOURCE = """\
patients-10.csv, pbc-418.csv: patients of the Mayo Clinic study of primary biliary cholangitis (1974-1986), from the
data set pbc of R's package survival (LGPL >= 2). ID is the row of the data set; treatment and outcome are left out.
NA: not measured.
"""


def sample_files(patients: pd.DataFrame) -> dict[str, str]:
    """Return the text of each sample file by its name."""
    complete, filled = _with_required_values(patients)
    varied = complete.set_index("ID", drop=False).loc[list(VARIED)]
    return {
        "patients-10.csv": _csv(varied),
        "pbc-418.csv": _csv(complete),
        "SOURCE.txt": SOURCE + filled,
    }


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
