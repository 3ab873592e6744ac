"""What comes before a model: the columns, their codes, and the steps from a patient frame to standardised numbers."""

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from chalicelib.inference.models.additive import TrainingValues
from chalicelib.inference.models.mayo import EDEMA_CODES
from chalicelib.inference.models.transformers import ColumnEncoder, LogColumns, TrainingRangeClamp

# What a first visit measures. Ascites, liver size and spider naevi are missing for a quarter of the patients
# and depend on the examiner; the alkaline phosphatase is on an assay scale no longer in use. Seven sets and
# codings were compared on the evaluation's folds beforehand; this one isn't the best of them, but the card
# says that it was done.
FEATURES = (
    "Age", "Sex", "Edema", "Bilirubin", "Cholesterol", "Albumin", "Copper", "SGOT", "Tryglicerides",
    "Platelets", "Prothrombin", "Stage",
)  # fmt: skip
LOGGED = (
    "Bilirubin", "Cholesterol", "Albumin", "Copper", "SGOT", "Tryglicerides", "Platelets", "Prothrombin",
)  # fmt: skip
CODES = {
    "Sex": {"F": 0.0, "M": 1.0},
    "Edema": EDEMA_CODES,
    "Stage": {"1": 1.0, "2": 2.0, "3": 3.0, "4": 4.0},
}

Step = tuple[str, object]


def preparation(features: tuple[str, ...] = FEATURES) -> list[Step]:
    """Return the unfitted steps that every model fitted here begins with. Other code finds them by these names."""
    codes = {name: each for name, each in CODES.items() if name in features}
    return [
        ("encode", ColumnEncoder(features, codes)),
        ("clamp", TrainingRangeClamp()),
        ("impute", SimpleImputer(strategy="median")),
        ("log", LogColumns(tuple(features.index(name) for name in LOGGED if name in features))),
        ("scale", StandardScaler()),
    ]


def training_values(encoder: ColumnEncoder, patients: pd.DataFrame) -> TrainingValues:
    """Extremes and usual values among these patients; each is a value that somebody has."""
    encoded = encoder.transform(patients)
    lowest, low, high, highest = (
        tuple(map(float, np.nanquantile(encoded, level, axis=0, method="closest_observation")))
        for level in (0.0, 0.1, 0.9, 1.0)
    )
    return TrainingValues(lowest, low, high, highest)
