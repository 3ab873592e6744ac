"""Prepare the features: the columns, their codes, and the steps from a patient frame to standardised numbers."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

from chalicelib.inference.models.additive import TrainingValues
from chalicelib.inference.models.mayo import EDEMA_CODES
from chalicelib.inference.models.transformers import (
    ColumnEncoder,
    ConditionalMeanImputer,
    LogColumns,
    TrainingRangeClamp,
)

# These are measured at an ordinary first visit. Ascites, liver size and spider naevi are left out because they are
# missing for a quarter of the patients and depend on the examiner. Alkaline phosphatase is left out because its assay
# scale is no longer in use. Seven sets and codings were compared on the folds of the evaluation, as the card says. This
# one is not the best of them.
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


def preparation(features: tuple[str, ...] = FEATURES, imputer: object | None = None) -> list[Step]:
    """Return the unfitted steps that come before a model. Other code finds the steps by their names.

    ``imputer`` replaces the ``ConditionalMeanImputer``, for comparison.
    """
    codes = {name: column_codes for name, column_codes in CODES.items() if name in features}
    return [
        ("encode", ColumnEncoder(features, codes)),
        ("clamp", TrainingRangeClamp()),
        ("log", LogColumns(tuple(features.index(name) for name in LOGGED if name in features))),
        ("impute", clone(imputer) if imputer else ConditionalMeanImputer()),
        ("scale", StandardScaler()),
    ]


def training_values(encoder: ColumnEncoder, patients: pd.DataFrame) -> TrainingValues:
    """Return the extremes of these patients."""
    encoded = encoder.transform(patients)
    lowest, highest = (tuple(extreme(encoded, axis=0).tolist()) for extreme in (np.nanmin, np.nanmax))
    return TrainingValues(lowest, highest)
