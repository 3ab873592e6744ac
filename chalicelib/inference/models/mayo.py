"""The model ``mayo``: the Mayo risk score of primary biliary cirrhosis as published in 1989.

E. R. Dickson, P. M. Grambsch, T. R. Fleming, L. D. Fisher, A. Langworthy: "Prognosis in primary biliary cirrhosis:
model for decision making", Hepatology 10 (1989) 1-7.
"""

import numpy as np

from chalicelib.inference.models.additive import Vector
from chalicelib.inference.models.base import Patients
from chalicelib.inference.models.curve import CurveModel
from chalicelib.inference.patient_file import columns

DAYS_PER_YEAR = 365.25

COEFFICIENTS: dict[str, float] = {
    "Age": 0.039 / DAYS_PER_YEAR,
    "Edema": 0.859,
    "Bilirubin": 0.871,
    "Albumin": -2.53,
    "Prothrombin": 2.38,
}
"""Points of the score per unit. Age is in days, oedema has the codes below. Bilirubin (mg/dL), albumin (g/dL) and
prothrombin time (s) enter as natural logarithms."""
LOGGED: tuple[str, ...] = ("Bilirubin", "Albumin", "Prothrombin")
EDEMA_CODES: dict[str, float] = {"N": 0.0, "S": 0.5, "Y": 1.0}

REFERENCE_SCORE = 5.07
"""The score of the study's average patient, to which the published survival belongs."""
REFERENCE_SURVIVAL: tuple[float, ...] = (0.970, 0.941, 0.883, 0.833, 0.774, 0.721, 0.651)
"""The probability to live longer than 1, 2, ... 7 years at the reference score. No later years were published."""


_POINTS_OF_EDEMA = COEFFICIENTS["Edema"] * np.array([EDEMA_CODES[text] for text in columns.BY_NAME["Edema"].allowed])


def risk_score(patients: Patients) -> Vector:
    """Return the Mayo risk score of each of n patients, shape (n,). 5.07 is the study's average; higher is worse.

    The columns of ``COEFFICIENTS`` must have no missing values.
    """
    score = np.zeros(len(patients["Edema"]))
    for name, coefficient in COEFFICIENTS.items():
        values = patients[name]
        if name == "Edema":
            score += _POINTS_OF_EDEMA[values]
        else:
            score += coefficient * (np.log(np.ascontiguousarray(values)) if name in LOGGED else values)
    return score


class MayoModel(CurveModel):
    """A survival curve up to 7 years for each patient. Contributions are to the score."""


MODEL = MayoModel
