"""``mayo``: the Mayo risk score as it was published in 1989, and nothing else.

E. R. Dickson, P. M. Grambsch, T. R. Fleming, L. D. Fisher, A. Langworthy: "Prognosis in primary biliary cirrhosis:
model for decision making", Hepatology 10 (1989) 1-7.
"""

import numpy as np
import pandas as pd

from chalicelib.inference.models.additive import Vector
from chalicelib.inference.models.curve import CurveModel

DAYS_PER_YEAR = 365.25

COEFFICIENTS: dict[str, float] = {
    "Age": 0.039 / DAYS_PER_YEAR,
    "Edema": 0.859,
    "Bilirubin": 0.871,
    "Albumin": -2.53,
    "Prothrombin": 2.38,
}
"""What one unit adds to the score: of days, of the oedema's code, of the natural logarithms of mg/dL, g/dL and s."""
LOGGED: tuple[str, ...] = ("Bilirubin", "Albumin", "Prothrombin")
EDEMA_CODES: dict[str, float] = {"N": 0.0, "S": 0.5, "Y": 1.0}

REFERENCE_SCORE = 5.07
"""The score to which the published survival belongs: that of the study's average patient."""
REFERENCE_SURVIVAL: tuple[float, ...] = (0.970, 0.941, 0.883, 0.833, 0.774, 0.721, 0.651)
"""The probability to live longer than 1, 2, ... 7 years at that score. Nothing was published beyond."""


def risk_score(frame: pd.DataFrame) -> Vector:
    """The Mayo risk score of each of n patients, shape (n,): 5.07 is the study's average, higher is worse.

    Needs the columns of ``COEFFICIENTS`` without a gap. Raises ``KeyError`` for an unknown degree of oedema.
    """
    score = np.zeros(len(frame))
    for name, coefficient in COEFFICIENTS.items():
        column = frame[name]
        if name == "Edema":
            kinds, distinct = pd.factorize(column)
            values = np.array([EDEMA_CODES[str(kind)] for kind in distinct])[kinds]
        else:
            values = column.to_numpy(dtype=np.float64)
        score += coefficient * (np.log(np.ascontiguousarray(values)) if name in LOGGED else values)
    return score


class MayoModel(CurveModel):
    """The curve of each patient up to 7 years; contributions are of the score."""


MODEL = MayoModel
